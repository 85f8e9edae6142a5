"""Rendered values point at the lines they came from: never at another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_readiness import Project
from pytest_readiness.formats.helm.chart import charts
from pytest_readiness.formats.helm.rendering import Rendering
from pytest_readiness.formats.helm.rendering import rendered
from pytest_readiness.formats.helm.templates import actions
from pytest_readiness.syntax import yaml

CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: '1'\n"
VALUES = """\
lit: true
dark: false
text: words
list: [one, two]
template: '{{ include "run" . | nindent 2 }}'
map:
  inner1: 1
  inner2: {deeper: [a, b]}
"""
HELPERS = """\
{{/* names */}}
{{- define "name" -}}
short
{{- end }}
{{- define "block" -}}
k{{ . }}a: 1
{{- if eq . "none" }}
never: true
{{- end }}
k{{ . }}b:
  - x
  - "{{ . }}"
{{- end -}}
{{- define "nested" }}
nested1: 1
nested2: [{{ .Values.text }}]
{{- end }}
{{- define "around" }}
around1: 1
around2: {{ include "nested" . | nindent 2 }}
{{- end }}
{{- define "flat" }}flat: {{ include "flattened" . | nindent 2 }}{{ end }}
{{- define "flattened" }}
flat1: 1
flat2: 2
{{- end }}
{{- define "carried" }}
carried1: 1
carried2: 2
{{- end }}
{{- define "printed" }}
printed1: 1
printed2: 2
{{- end }}
{{- define "run" }}
run1: 1
run2: 2
{{- end }}
{{- define "handed" }}
handed1: 1
handed2: 2
{{- end }}
"""
HELPERS_PATH = "shop/templates/_helpers.tpl"
MADE = {name: HELPERS.split("\n").index(f"{name}: 1") + 1 for name in ("nested1", "around1")}


def render(files: dict[str, str]) -> Rendering:
    project = Project.of({"shop/Chart.yaml": CHART, "shop/values.yaml": VALUES, HELPERS_PATH: HELPERS, **files})
    (chart,) = charts(project).homes
    rendering = rendered(project, chart)
    assert rendering.failures == (), rendering.failures
    return rendering


def keys(rendering: Rendering) -> Iterator[tuple[str, yaml.Mapping]]:
    """Every key of the rendered documents with the mapping that holds it."""
    stack = [document.data for output in rendering.outputs for _, document in output.documents]
    while stack:
        node = stack.pop()
        if isinstance(node, yaml.Mapping):
            yield from ((key, node) for key in node)
            stack += node.values()
        elif isinstance(node, list):
            stack += node


class Template:
    """Lines under construction; ``numbers`` says on which line each key stands, ``k7`` on that of number 7."""

    def __init__(self, path: str, numbers: dict[int, tuple[str, int]]) -> None:
        self.path = path
        self.numbers = numbers
        self.lines: list[str] = []

    def number(self, ahead: int = 1) -> int:
        """A new number for the next line, or one further on."""
        number = len(self.numbers) + 1
        self.numbers[number] = (self.path, len(self.lines) + ahead)
        return number


def block(keyword: str, style: int) -> tuple[str, str]:
    """The first and last line of a block, with white space taken away before, behind or nowhere."""
    return (("{{- %s }}", "{{- end }}"), ("{{ %s -}}", "{{ end -}}"), ("{{ %s }}", "{{ end }}"))[style][0] % keyword, (
        "{{- end }}",
        "{{ end -}}",
        "{{ end }}",
    )[style]


SIMPLE = (
    "k%d: v",
    "k%d: {{ .Values.text }}",
    "k%d: {{ .Values.text | quote }}  ",
    "k%d: {{- toYaml .Values.map | nindent 2 }}",
    "k%d: [a, {{ .Values.text }}]",
    'k%d: "{{ .Values.text }}-{{ include "name" . }}"',
    "k%d: {{ if .Values.lit }}a{{ else }}b{{ end }}",
    "k%d: {{ if .Values.lit }}a",
    "k%d: {{ range .Values.list }}{{ . }}-{{ end }}x",
    'k%d: {{ list\n  "a"\n  .Values.text | join "-" }}',
    "k%d: |\n  text {{ .Values.text }}\n  k: more",
    "k%d: >-\n  text\n\n  {{- .Values.text | nindent 2 }}",
    "k%d: {{ .Values.text }} # {{ .Values.text }}",
    "k%d:\n  - {{ .Values.text }}\n  - b",
    "k%d:\n  {{- with .Values.map }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}",
    "k%d:\n{{ toYaml .Values.map | indent 2 }}",
    'k%d: {{ include (print $.Template.BasePath "/_helpers.tpl") . | sha256sum }}',
    "'k%d' : {a: b, c: {{ .Values.text }}}",
    "k%d: {{/* why */}}v",
    "k%d: {{ `raw }} text` | quote }}",
    'k%d: {{- include "nested" . | nindent 2 }}',
    'k%d: {{- template "around" . }}',
    'k%d:\n  {{- include "around" . | nindent 2 }}',
    'k%d: {{ if .Values.lit }}{{ include "nested" . | nindent 2 }}{{ end }}',
    'k%d: {{ if .Values.dark }}{{ include "nested" . | nindent 2 }}{{ end }}',
    'k%d: {{ include "flat" . | nindent 2 }}',
    'k%d: {{ $v := include "carried" . }}{{ $v | nindent 2 }}',
    '{{ printf "k%d: %s" (include "printed" . | nindent 2) }}',
    "k%d: {{ tpl .Values.template . }}",
    'k%d: {{ block "hand%d" (dict "x" (include "handed" .)) }}{{ .x | nindent 2 }}{{ end }}',
    'k%d: {{ get (dict "x" (include "handed" .)) "x" | nindent 2 }}',
)
SILENT = ("", "# a comment", "{{/* a comment */}}", "{{- /* a\ncomment */}}", "{{- $x := 1 }}", "{{ $y := .Values.text -}}", "   ")


@st.composite
def body(draw: st.DrawFn, template: Template, depth: int = 0) -> None:
    """Some lines of a template."""
    for _ in range(draw(st.integers(1, 4))):
        choice = draw(st.integers(0, 9))
        if choice < 5:
            line = draw(st.sampled_from(SIMPLE))
            number = template.number()
            template.lines += line.replace("%d", str(number)).split("\n")
            if line.endswith("}}a"):
                template.lines += draw(st.sampled_from((["{{- else }}b", "{{- end }}"], ["  {{- end }}"])))
        elif choice < 7:
            template.lines += draw(st.sampled_from(SILENT)).split("\n")
        elif choice < 8:
            number = len(template.numbers) + 1
            template.numbers[number] = (HELPERS_PATH, 0)
            template.lines.append('{{- include "block" "%d" | nindent 0 }}' % number)  # noqa: UP031
        elif depth < 3:
            start, end = block(
                draw(st.sampled_from(("if .Values.lit", "if .Values.dark", "with .Values", "if not .Values.dark"))), draw(st.integers(0, 2))
            )
            start = start.replace("with .Values", "with $") if "with" in start else start
            template.lines.append(start)
            draw(body(template, depth + 1))
            template.lines.append(end)
        else:
            number = template.number(2)
            template.lines += ["{{- range $i, $x := .Values.list }}", "k%d_{{ $i }}: {{ $x }}" % number, "{{- end }}"]  # noqa: UP031


@st.composite
def chart(draw: st.DrawFn) -> tuple[dict[str, str], dict[int, tuple[str, int]]]:
    numbers: dict[int, tuple[str, int]] = {}
    files = {}
    for file in range(draw(st.integers(8, 12))):
        path = f"shop/templates/{file}.yaml"
        template = Template(path, numbers)
        draw(body(template))
        ending = draw(st.sampled_from(("\n", "\n", "\r\n")))
        files[path] = ending.join(template.lines) + draw(st.sampled_from(("", ending)))
    return files, numbers


SEEN: list[int] = []


@given(chart())
@settings(max_examples=20)
def test_every_key_points_at_the_line_that_made_it(generated: tuple[dict[str, str], dict[int, tuple[str, int]]]) -> None:
    files, numbers = generated
    sources = {**files, HELPERS_PATH: HELPERS}
    found = 0
    for key, mapping in keys(render(files)):
        match = re.fullmatch(r"k(\d+)(a|b|_\d+)?", key)
        if not match:
            span = mapping.entry(key)
            source = sources[span.path].split("\n")[span.line - 1]
            assert key in source or "{{" in source, (key, span, source)
            assert key not in MADE or (span.path, span.line) == (HELPERS_PATH, MADE[key])
            continue
        found += 1
        path, line = numbers[int(match[1])]
        span = mapping.entry(key)
        line = {"a": 6, "b": 10}.get(match[2] or "", line)
        assert (span.path, span.line) == (path, line), (key, span, files.get(path))
        source = sources[path].split("\n")[line - 1].rstrip("\r")
        assert 1 <= span.column <= len(source)
        if not match[2]:
            assert key in source[span.column - 1 : span.end_column - 1 if span.end_line == span.line else None]
    SEEN.append(found)


def place(template: str, key: str, **more: str) -> str:
    """Where a key of a template called ``a.yaml`` is said to stand, as ``line:column``."""
    rendering = render({"shop/templates/a.yaml": template, **{f"shop/templates/{name}.yaml": text for name, text in more.items()}})
    span = next(mapping.entry(name) for name, mapping in keys(rendering) if name == key)
    return (
        f"{span.path.removeprefix('shop/templates/')}:{span.line}:{span.column}-{span.end_column}"
        if span.line
        else span.path.rpartition("/")[2]
    )


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("a: 1\nkey: 2\n", "a.yaml:2:1-7", id="a line as it is written"),
        pytest.param("a:\n  key: {{ .Values.text }}\n", "a.yaml:2:3-26", id="a key as written, a value that is made"),
        pytest.param('{{ print "key" }}: 1\n', "a.yaml:1:1-21", id="a key that is made: the whole line"),
        pytest.param("key{{/* key */}}: key\n", "a.yaml:1:1-22", id="a key that stands in the line more than once"),
        pytest.param('{{- if .Values.lit }}\n{{ print "a: 1\\nkey: 2" }}\n{{- end }}\n', "a.yaml:2:1-27", id="several lines of one action"),
        pytest.param("a:\n{{- range .Values.list }}\n  - key: {{ . }}\n{{- end }}\n", "a.yaml:3:5-17", id="an item of a loop"),
        pytest.param('a: {{ fromYaml "x: {key: 1}" | toYaml | nindent 2 }}\n', "a.yaml:1:1-53", id="what an action makes of text"),
        pytest.param("a: |\n  x\nkey: {{ randAlphaNum 5 }}\n", "a.yaml:3:1-26", id="what is made by chance"),
        pytest.param("a: {{ now | unixEpoch }}\nkey: 1\n", "a.yaml:2:1-7", id="below a time"),
        pytest.param(
            'a: {{ include (print .Template.BasePath "/b.yaml") . | sha256sum }}\nkey: 1\n', "a.yaml:2:1-7", id="below a checksum"
        ),
        pytest.param(
            'a: {{ include (print .Template.BasePath "/b.yaml") . | sha256sum | trunc 9 }}\nkey: 1\n',
            "a.yaml:2:1-7",
            id="below part of one",
        ),
        pytest.param(
            'a: {{ include (print .Template.BasePath "/b.yaml") . | b64enc }}\nkey: 1\n', "a.yaml:2:1-7", id="below a text in base64"
        ),
        pytest.param(
            '{{ if contains "#" (include (print .Template.BasePath "/b.yaml") .) }}other: 1{{ end }}\nkey: 1\n',
            "a.yaml",
            id="marks that change what comes out say nothing",
        ),
    ],
)
def test_places(template: str, expected: str) -> None:
    assert place(template, "key", b="apiVersion: v1\nb: {{ .Values.text }}\n") == expected


def test_documents_of_one_file_keep_their_lines_although_helm_sorts_them() -> None:
    text = "kind: Pod\nmetadata: {name: p}\n---\n# key\nkind: Namespace\nmetadata: {name: n}\nkey: 1\n---\nkind: Pod\nmetadata: {name: q}\nkey2: 1\n"
    assert place(text, "key") == "a.yaml:7:1-7"
    assert place(text, "key2") == "a.yaml:11:1-8"


def test_the_same_document_twice_keeps_its_own_lines() -> None:
    rendering = render({"shop/templates/a.yaml": "key: 1\n---\nkey: 1\n"})
    assert sorted(mapping.entry(key).line for key, mapping in keys(rendering)) == [1, 3]


def test_a_text_that_looks_like_a_mark_is_none() -> None:
    assert place("a: 'x #m:0:9;'\nkey: 'x #mabc:1:9;'\n", "key") == "a.yaml:2:1-20"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ a }}", ["", "{{ a }}"]),
        ("x {{- if a -}} y {{end}}", ["if", "{{- if a -}}", "end", "{{end}}"]),
        ('{{ "}}" }}{{ `}}` }}', ["", '{{ "}}" }}', "", "{{ `}}` }}"]),
        ("{{/* }} {{ */}}{{- /* x */ -}}", ["comment", "{{/* }} {{ */}}", "comment", "{{- /* x */ -}}"]),
        (
            "{{ $x := 1 }}{{ $x }}{{ $i, $y := f }}{{ $x = 2 }}",
            ["set", "{{ $x := 1 }}", "", "{{ $x }}", "set", "{{ $i, $y := f }}", "set", "{{ $x = 2 }}"],
        ),
        ("{{ '}' }}{{ ends }}{{ x", ["", "{{ '}' }}", "", "{{ ends }}"]),
        ("{{/* x", []),
        ("{{ `x", []),
    ],
)
def test_actions_are_found_as_go_finds_them(text: str, expected: list[str]) -> None:
    assert [part for action in actions(text) for part in (action.keyword, text[action.start : action.end])] == expected
