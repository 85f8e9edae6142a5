"""goss files and the short form as assertions: what is read, what is told of mistakes, what cannot be broken."""

from __future__ import annotations

import json
import re
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_readiness import schema
from pytest_readiness.goss import gjson
from pytest_readiness.goss.document import Assertion
from pytest_readiness.goss.matchers import MATCHERS
from pytest_readiness.goss.read import from_mapping
from pytest_readiness.goss.read import load
from pytest_readiness.goss.vocabulary import ALIASES
from pytest_readiness.goss.vocabulary import TYPES
from pytest_readiness.live.goss.resources import FACTS
from pytest_readiness.model import ParseFailure
from pytest_readiness.project import Project
from pytest_readiness.syntax import yaml


def read(files: dict[str, str | bytes] | str, path: str = "goss.yaml", **more: Any) -> tuple[list[Assertion], list[str]]:
    files = {path: files} if isinstance(files, str) else files
    files = {name: textwrap.dedent(text) if isinstance(text, str) else text for name, text in files.items()}
    assertions, mistakes = load(Project.of(files, formats=()), path, **more)
    return assertions, [str(mistake) for mistake in mistakes]


def short(text: str) -> tuple[list[Assertion], list[str]]:
    document = yaml.parse("readiness.yaml", textwrap.dedent(text))[0]
    assert isinstance(document.data, yaml.Mapping)
    assertions, mistakes = from_mapping(document.data)
    return assertions, [str(mistake) for mistake in mistakes]


# -- what is read


def test_an_assertion_is_one_resource_with_what_is_expected_of_it() -> None:
    text = """
    file:
      passwords:
        title: nobody else reads them
        meta: {owner: ops}
        path: /etc/shadow
        mode: "0640"
        exists: true
    http:
      https://shop.example: {status: 200, timeout: 1500, allow-insecure: yes, skip: true}
    """
    (file, http), mistakes = read(text)
    assert mistakes == []
    assert (file.type, file.id, file.subject, file.name) == ("file", "passwords", "/etc/shadow", "file passwords")
    assert str(file.span) == "goss.yaml:3:3"
    assert (file.title, file.meta, file.skip) == ("nobody else reads them", {"owner": "ops"}, False)
    assert {name: matcher.said for name, matcher in file.expected.items()} == {"exists": "true", "mode": "0640"}
    assert list(file.expected) == ["exists", "mode"], "in the order goss asks"
    assert (http.subject, http.options, http.skip) == ("https://shop.example", {"timeout": 1.5, "allow-insecure": True}, True)


def test_json_is_read_as_well() -> None:
    (one,), mistakes = read(json.dumps({"port": {"tcp:22": {"listening": True}}}, indent="\t"), "goss.json")
    assert mistakes == []
    assert str(one.span) == "goss.json:3:3"


def test_of_two_resources_with_one_name_the_included_one_holds_as_in_goss() -> None:
    files: dict[str, str | bytes] = {
        "checks/goss.yaml": "gossfile: {base.yaml: {}}\nuser: {root: {exists: true, uid: 1}}\n",
        "checks/base.yaml": "user: {root: {exists: true, uid: 0}}\n",
    }
    (root,), mistakes = read(files, "checks/goss.yaml")
    assert mistakes == []
    assert (root.expected["uid"].said, root.span.path) == ("0", "checks/base.yaml")


def test_included_files_are_found_by_globs_beside_the_file_that_includes_them() -> None:
    files: dict[str, str | bytes] = {
        "goss.yaml": "gossfile:\n  named: {file: web/goss.yaml}\n  base*.yaml: {}\n  off.yaml: {skip: true}\n",
        "web/goss.yaml": "gossfile: {'parts/*.yml': {}, ../shared.json: }\n",
        "web/parts/a.yml": "process: {a: {running: true}}\n",
        "web/parts/b.yml": "process: {b: {running: true}}\n",
        "shared.json": '{"process": {"s": {"running": true}}}',
        "base1.yaml": "process: {one: {running: true}}\n",
        "off.yaml": "process: [this is not read\n",
    }
    assertions, mistakes = read(files)
    assert mistakes == []
    assert sorted(one.id for one in assertions) == ["a", "b", "one", "s"]


def test_keys_that_hold_anchors_are_no_types() -> None:
    (one,), mistakes = read("x-common: &common {exists: true}\nuser:\n  root:\n    <<: *common\n    uid: 0\n")
    assert mistakes == []
    assert list(one.expected) == ["exists", "uid"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("fil: {}\n", "goss.yaml:1:1: no type of resources is called 'fil': did you mean 'file'?"),
        ("socket: {}\n", "goss.yaml:1:1: no type of resources is called 'socket'"),  # a word of the short form
        ("file: [a]\n", "goss.yaml:1:1: file is a mapping of names to what is expected of them"),
        ("file: {/a: yes}\n", "goss.yaml:1:8: file /a is a mapping of attributes, such as exists"),
        ("process:\n  sshd:\n", "goss.yaml:2:3: process sshd is a mapping of attributes, such as running"),
        ("file:\n  /a:\n    exists: true\n    mod: '1'\n", "goss.yaml:4:5: file /a has no attribute 'mod': did you mean 'mode'?"),
        ("file:\n  /a:\n    mode: '1'\n", "goss.yaml:2:3: file /a: exists is missing, which goss demands: add exists: true"),
        ("file: {/a: {exists: }}\n", "goss.yaml:1:13: file /a: exists is missing"),
        ("matching: {a: {matches: 1}}\n", "matching a: content is missing, which goss demands: add it"),
        ("service:\n  nginx: {title: web}\n", "goss.yaml:2:3: service nginx: nothing is expected of it: add enabled or running"),
        ("service: {a: {running: true, skip: 5}}\n", "service a: skip is true or false, not 5"),
        ("command: {a: {exit-status: 0, exec: [ls]}}\n", "command a: exec is a text, not ['ls']"),
        ("command: {a: {exit-status: 0, timeout: 1s}}\n", "command a: timeout is a number of milliseconds, at most a day, not '1s'"),
        ("command: {a: {exit-status: 0, timeout: -1}}\n", "command a: timeout is a number of milliseconds, at most a day, not -1"),
        ("http: {a: {status: 200, request-headers: 'A: b'}}\n", "http a: request-headers is a list of texts, not 'A: b'"),
        ("http: {a: {status: 200, meta: 1}}\n", "http a: meta is a mapping, not 1"),
        (
            "user:\n  a:\n    exists: true\n    uid:\n      and:\n        - gt: 5\n        - lt: x\n",
            "goss.yaml:7:11: user a: uid: lt takes a number",
        ),
        ("file: {/a: {exists: true, contents: [5]}}\n", "goss.yaml:1:38: file /a: contents: a pattern is a text, not 5"),
        (
            "file:\n  /a: {exists: true, mode: 0644}\n",
            'goss.yaml:2:28: goss reads 0644 as a number in base eight: write it in quotes, "0644"',
        ),
        ("file:\n  /a: {exists: yes}\n", "goss.yaml:2:8: file /a: exists: goss takes yes for a text: write true"),
        ("port:\n  tcp:22: {listening: yess}\n", "goss.yaml:2:12: port tcp:22: listening: goss takes yess for a text: write true or false"),
        ("interface:\n  '': {exists: true}\n", "goss.yaml:2:3: interface: a resource without a name"),
        ("gossfile: {a.yaml: 5}\n", "gossfile a.yaml is a mapping: {}, or file and skip"),
        ("gossfile: {a.yaml: {fil: b, skip: true}}\n", "gossfile a.yaml has no attribute 'fil'"),
        ("gossfile: {bose.yaml: {}}\n", "goss.yaml:1:12: no file matches bose.yaml, relative to goss.yaml: did you mean 'goss.yaml'?"),
        ("gossfile: {/etc/goss.d/*.yaml: {}}\n", "goss.yaml:1:12: /etc/goss.d/*.yaml is not below the root"),
        ("gossfile: {../a.yaml: {}}\n", "../a.yaml is not below the root"),
        ("gossfile: {goss.yaml: {}}\n", "goss.yaml:1:12: goss.yaml includes itself: goss.yaml -> goss.yaml"),
        ("", "goss.yaml:1:1: holds nothing"),
        ("- a\n", "goss.yaml:1:1: is no mapping"),
        ("user: {a: {exists: true}}\n---\nuser: {b: {exists: true}}\n", "a second document, which goss does not read"),
        ("user: {\n", "not valid YAML"),
        ("user: {a: {exists: true}}\nuser: {}\n", "goss.yaml:2:1: "),
    ],
    ids=lambda value: value[:50].replace("\n", " "),
)
def test_a_mistake_is_told_at_its_line_with_the_likely_fix(text: str, mistake: str) -> None:
    _, mistakes = read({"goss.yaml": text})
    assert len(mistakes) == 1, mistakes
    assert mistake in mistakes[0]


def test_all_mistakes_are_told_and_the_rest_is_read() -> None:
    assertions, mistakes = read("user: {a: {exists: 1, nope: 2, mope: 3}, b: {exists: true}}\nfoo: {}\n")
    assert [one.id for one in assertions] == ["b"]
    assert len(mistakes) == 3


# -- templates


def test_plain_substitutions_of_templates_are_made() -> None:
    text = """
    {{/* who may log in */}}
    user:
      {{.Vars.admin.name}}: {exists: true, uid: {{ .Vars.admin.uid }}, shell: "{{.Env.SHELL}}"}
    port:
      tcp:{{ getEnv "PORT" "22" }}: {listening: {{.Vars.open}}, skip: {{getEnv `NOT_SET` "false"}}}
    """
    (user, port), mistakes = read(text, variables={"admin": {"name": "maria", "uid": 1000}, "open": True}, environment={"SHELL": "/bin/sh"})
    assert mistakes == []
    assert (user.id, user.expected["uid"].said, user.expected["shell"].said) == ("maria", "1000", "/bin/sh")
    assert (port.id, port.expected["listening"].said, port.span.line) == ("tcp:22", "true", 6)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("{{range .Vars.users}}", "{{range .Vars.users}} is not supported: of Go's templates"),
        ("{{ .Vars.a | upper }}", "is not supported"),
        ("{{.}}", "is not supported"),
        ("{{- .Vars.a }}", "trims the white space around it"),
        ("{{.Vars.nope}}", "there is no variable nope (known: a, l, m)"),
        ("{{.Vars.a.b}}", "there is no variable a.b"),
        ("{{.Vars.l}}", "the variable l is no single value"),
        ("{{.Vars.m}}", "the value of m has more than one line"),
        ("{{.Env.NOPE}}", 'the environment variable NOPE is not set: set it, or write {{getEnv "NOPE" "a default"}}'),
        ("{{ .Vars.a", "{{ is not closed on its line"),
    ],
)
def test_any_other_construct_of_a_template_is_told_at_its_line(text: str, mistake: str) -> None:
    variables = {"a": "x", "l": [1], "m": "x\ny"}
    assertions, mistakes = read({"goss.yaml": f"user:\n  root: {{exists: true}}\n  # {text}\n"}, variables=variables)
    assert assertions == [], "what the template would have made is not known"
    assert len(mistakes) == 1
    assert mistakes[0].startswith("goss.yaml:3:5: ")
    assert mistake in mistakes[0]


def test_what_is_put_in_is_bounded() -> None:
    _, mistakes = read("{{.Vars.a}}\n" * 100, variables={"a": "x" * 100_000})
    assert "is longer than" in mistakes[0]


# -- the short form


def test_the_short_form_has_names_of_testinfra_and_implies_what_is_meant() -> None:
    assertions, mistakes = short(
        """
        file: {/etc/passwd: {mode: 644, owner: root}}
        socket:
          tcp:22:
        sysctl: {net.ipv4.ip_forward: {value: 0}}
        address: {tcp://db:5432: {timeout: 500}}
        command: {uname: {stdout: [Linux]}}
        process: {sshd: {running: false}}
        service: {nginx: , shop: {running: true}}
        """
    )
    assert mistakes == []
    told = {one.name: {name: matcher.said for name, matcher in one.expected.items()} for one in assertions}
    assert told == {
        "file /etc/passwd": {"exists": "true", "mode": "644", "owner": "root"},
        "port tcp:22": {"listening": "true"},
        "kernel-param net.ipv4.ip_forward": {"value": "0"},
        "addr tcp://db:5432": {"reachable": "true"},
        "command uname": {"exit-status": "0", "stdout": "lines with 'Linux'"},
        "process sshd": {"running": "false"},
        "service nginx": {"enabled": "true", "running": "true"},
        "service shop": {"running": "true"},
    }


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("service:\n  nginx: {}", "service nginx: nothing is expected of it"),
        ("sysctl:\n  a.b:", "kernel-param a.b: value is missing"),
        ("port:\n  tcp:22:\nsocket:\n  tcp:22:", "readiness.yaml:4:3: port tcp:22 is declared twice, here as socket"),
    ],
)
def test_a_mistake_in_the_short_form_is_told_at_its_line(text: str, mistake: str) -> None:
    _, mistakes = short(text)
    assert len(mistakes) == 1, mistakes
    assert mistake in mistakes[0]


# -- hostile files


def test_includes_end() -> None:
    chain: dict[str, str | bytes] = {f"g{n}.yaml": f"gossfile: {{g{n + 1}.yaml: {{}}}}\n" for n in range(40)}
    _, mistakes = read(chain, "g0.yaml")
    assert mistakes == ["g20.yaml:1:12: includes are nested deeper than 20 levels"]
    circle: dict[str, str | bytes] = {"a.yaml": "gossfile: {b.yaml: {}}", "b.yaml": "gossfile: {a.yaml: {}}"}
    _, mistakes = read(circle, "a.yaml")
    assert mistakes == ["b.yaml:1:12: a.yaml includes itself: a.yaml -> b.yaml -> a.yaml"]
    bushy: dict[str, str | bytes] = {
        f"g{n}.yaml": f"gossfile: {{a: {{file: g{n + 1}.yaml}}, b: {{file: g{n + 1}.yaml}}}}\n" for n in range(18)
    }
    started = time.monotonic()
    _, mistakes = read({**bushy, "g18.yaml": "user: {root: {exists: true}}"}, "g0.yaml")
    assert any("more than 500 files are included" in mistake for mistake in mistakes)
    assert time.monotonic() - started < 10


def test_a_huge_deep_or_swelling_file_is_read_or_refused_soon() -> None:
    started = time.monotonic()
    many = "".join(f"  /f{n}: {{exists: true}}\n" for n in range(25_000))
    _, mistakes = read({"goss.yaml": f"file:\n{many}"})
    assert "more than 20000 resources" in mistakes[0]
    _, mistakes = read({"goss.yaml": f"matching: {{a: {{content: {'[' * 150}{']' * 150}, matches: {'[' * 150}{']' * 150}}}}}"})
    assert "nested deeper than 30 levels" in mistakes[0]
    _, mistakes = read({"goss.yaml": f"file: {'{a: ' * 5_000}"})
    assert "nested deeper" in mistakes[0]
    swelling = "".join(f"x-{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 17))
    _, mistakes = read({"goss.yaml": f"x-0: &a0 [a]\n{swelling}matching: {{a: {{content: 1, matches: *a16}}}}\n"})
    assert "holds more than 5000 values" in mistakes[0]
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("data", [b"user: {\xff: {}}", b"\xff\xfeu\0", b"user:\n  a\0b: {}\n", b"\x80"])
def test_a_file_that_is_no_text_is_told(data: bytes) -> None:
    assertions, mistakes = read({"goss.yaml": data})
    assert assertions == []
    assert len(mistakes) == 1


def test_names_may_hold_anything_that_yaml_lets_through() -> None:
    (one,), mistakes = read({"goss.yaml": 'file: {"/a\\e[31m\\u202e$(id)": {exists: true}}\n'})
    assert mistakes == []
    assert one.subject == "/a\x1b[31m\u202e$(id)"


WORDS = st.sampled_from(
    [
        *TYPES,
        *MATCHERS,
        *ALIASES,
        "gossfile",
        "exists",
        "contents",
        "goss.yaml",
        "{{.Vars.a}}",
        "{{",
        "}}",
        "/a/",
        "*a",
        "&a",
        "1",
        "true",
        "0644",
        "|",
    ]
)
PIECES = st.lists(
    WORDS | st.sampled_from([": ", ": ", "\n", "\n  ", "\n    ", "- ", "{", "}", "[", "]", ",", "'", '"', "\t", "\r", "\x85"]), max_size=40
)


def _inside(mistake: ParseFailure, text: str) -> bool:
    lines = yaml.lines(text)
    span = mistake.span
    return span.path == "goss.yaml" and 1 <= span.line <= max(len(lines), text.count("\n") + 1) and span.column >= 1


@given(PIECES.map("".join))
def test_any_text_is_read_or_its_mistakes_stand_within_it(text: str) -> None:
    assertions, mistakes = load(Project.of({"goss.yaml": text}, formats=()), "goss.yaml", {"a": "b"})
    for mistake in mistakes:
        assert _inside(mistake, text), mistake
    for one in assertions:
        assert one.expected or one.skip


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _, mistakes = load(Project.of({"goss.yaml": data}, formats=()), "goss.yaml")
    for mistake in mistakes:
        assert _inside(mistake, data.decode("utf-8", "replace").removeprefix("\ufeff"))


# -- what is known


def test_every_type_has_facts_for_all_that_can_be_expected() -> None:
    assert FACTS.keys() == TYPES.keys()
    for name, facts in FACTS.items():
        for attribute in TYPES[name].asked:
            assert callable(getattr(facts, attribute.replace("-", "_"), None)), (name, attribute)


# -- the documentation

PAGE = (Path(__file__).parents[1] / "docs" / "goss.md").read_text("utf-8")


def _rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    table = PAGE.partition(f"\n## {heading}\n")[2].partition("\n|")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", f"|{line.lstrip('|')}")[1:-1]] for line in table.splitlines()[2:]]


def _words(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", cell))


def test_the_table_of_resources_is_what_the_code_knows() -> None:
    told = {_words(row[0])[0]: row[1:4] for row in _rows("Resources")}
    assert list(told) == list(TYPES)
    for name, (subject, expected, options) in told.items():
        type_ = TYPES[name]
        assert _words(subject) == tuple(filter(None, (type_.subject,)))
        assert _words(expected) == type_.asked
        assert _words(options) == tuple(type_.options)


def test_the_table_of_matchers_is_what_the_code_knows() -> None:
    told = [word for row in _rows("Matchers")[2:] for word in _words(row[0])]
    assert sorted(told) == sorted(MATCHERS)
    assert len(told) == len(set(told))


def test_what_is_refused_is_documented() -> None:
    for name in gjson.MODIFIERS:
        assert f"`@{name}`" in PAGE


def test_the_examples_are_read() -> None:
    first, second = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assertions, mistakes = read({"goss.yaml": first, "base/users.yaml": "user: {root: {exists: true}}\n"})
    assert mistakes == []
    assert len(assertions) == 6
    document = yaml.parse("readiness.yaml", second)[0]
    assert list(schema.violations(document, "readiness")) == []
    constructs = [word for row in _rows("Templates") for word in _words(row[0])]
    text = "".join(f"x-{number}: '{word}'\n" for number, word in enumerate(constructs)) + "user: {root: {exists: true}}\n"
    _, mistakes = read({"goss.yaml": text}, variables={"shop": {"port": 1}}, environment={"HOME": "/root"})
    assert mistakes == []
