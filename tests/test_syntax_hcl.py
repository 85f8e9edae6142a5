"""Reading HCL: the model, its places, two parsers that agree, and no text that crashes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_readiness import ParseFailure
from pytest_readiness import Span
from pytest_readiness.syntax import hcl
from pytest_readiness.syntax import hcl_expressions as ast


def value(source: str) -> ast.Expression:
    return hcl.parse("main.tf", f"x = {source}\n").attributes["x"].expression


def literal(source: str) -> object:
    found = value(source)
    assert isinstance(found, ast.Literal), found
    return found.value


def cut(text: str, span: Span) -> str:
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def test_blocks_have_labels_and_the_place_of_their_head() -> None:
    text = 'resource "aws_vpc" main {\n  cidr_block = "10.0.0.0/16"\n  tags { a = 1 }\n}\n'
    (block,) = hcl.parse("main.tf", text).blocks
    assert (block.type, block.labels) == ("resource", ("aws_vpc", "main"))
    assert cut(text, block.span) == 'resource "aws_vpc" main'
    assert cut(text, block.body.attributes["cidr_block"].span) == 'cidr_block = "10.0.0.0/16"'
    assert cut(text, block.body.attributes["cidr_block"].value_span) == '"10.0.0.0/16"'
    assert [inner.type for inner in block.body.of("tags")] == ["tags"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param('"plain"', "plain", id="text"),
        pytest.param(r'"a\n\t\"\\b"', 'a\n\t"\\b', id="escapes"),
        pytest.param(r'"\u00e9"', "é", id="unicode escape"),
        pytest.param('"$${var.x} %%{if}"', "${var.x} %{if}", id="escaped interpolation"),
        pytest.param("12", 12, id="integer"),
        pytest.param("1.5", 1.5, id="fraction"),
        pytest.param("true", True, id="true"),
        pytest.param("null", None, id="null"),
        pytest.param('"é ü"', "é ü", id="characters beyond ASCII"),
        pytest.param("<<EOT\n  a\n b\nEOT", "  a\n b\n", id="heredoc"),
        pytest.param("<<-EOT\n    a\n      b\n\n    c\n  EOT", "a\n  b\n\nc\n", id="indented heredoc"),
        pytest.param('<<EOT\na "quoted" \\n $${x}\nEOT', 'a "quoted" \\n ${x}\n', id="heredoc keeps backslashes"),
        pytest.param("<<EOT\nEOT", "", id="empty heredoc"),
    ],
)
def test_literals(source: str, expected: object) -> None:
    assert literal(source) == expected


def test_a_policy_in_an_indented_heredoc_is_json() -> None:
    source = '<<-POLICY\n    {\n      "Statement": [{"Action": "s3:*", "Sid": "a\\"b"}]\n    }\n  POLICY'
    assert json.loads(str(literal(source))) == {"Statement": [{"Action": "s3:*", "Sid": 'a"b'}]}


def test_references_conditionals_calls_and_templates() -> None:
    reference = value('aws_x.y[0].z["k"]')
    assert isinstance(reference, ast.Reference)
    assert reference.path == ("aws_x", "y")
    assert [type(step).__name__ for step in reference.steps] == ["Name", "Index", "Name", "Index"]
    conditional = value('var.a == "b" ? local.x : [1]')
    assert isinstance(conditional, ast.Conditional)
    assert isinstance(conditional.condition, ast.Operation)
    call = value("merge(local.tags, { a = 1 }, var.rest...)")
    assert isinstance(call, ast.Call)
    assert (call.name, len(call.arguments), call.expands) == ("merge", 3, True)
    template = value('"a ${var.b} c"')
    assert isinstance(template, ast.Template)
    assert [part if isinstance(part, str) else part.source for part in template.parts] == ["a ", "var.b", " c"]
    assert isinstance(value('"${var.b}"'), ast.Reference)
    assert isinstance(value("aws_x.y[*].z"), ast.Reference)
    assert isinstance(value("[for k, v in var.x : v if k]"), ast.For)


def test_places_inside_expressions_count_characters_not_bytes() -> None:
    text = 'x = ["é", {\n  "ü" = "here" }]\n'
    (_, item) = hcl.parse("main.tf", text).attributes["x"].expression.items  # type: ignore[attr-defined]
    ((_, found),) = item.items
    assert cut(text, found.span) == '"here"'


def test_bom_crlf_and_comments() -> None:
    text = '\ufeff# one\r\na = 1 // two\r\n/* three */ b = "x"\r\nc = <<E\r\nline\r\nE\r\n'
    attributes = hcl.parse("main.tf", text).attributes
    assert {name: a.expression.value for name, a in attributes.items()} == {"a": 1, "b": "x", "c": "line\n"}  # type: ignore[attr-defined]


def test_an_attribute_set_twice_costs_its_block_only() -> None:
    body = hcl.parse("main.tf", "a {\n  x = 1\n  x = 2\n}\nb {}\n")
    assert [block.type for block in body.blocks] == ["b"]
    (failure,) = body.failures
    assert (failure.reason, failure.span) == ("x is set twice, first on line 2", Span("main.tf", 3, 3, 3, 8))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a = \n", 1, id="no value"),
        pytest.param("a {\n  b = 1\n", 2, id="no closing brace"),
        pytest.param("a = 1\nb = = 2\n", 2, id="two equal signs"),
        pytest.param('a = "x\n', 1, id="unclosed string"),
    ],
)
def test_what_no_parser_reads_fails_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ParseFailure) as failed:
        hcl.parse("main.tf", text)
    assert failed.value.span.line in (line, line + 1)
    assert failed.value.reason.startswith("not valid HCL: ")


def test_what_only_one_parser_reads_is_read() -> None:
    assert hcl.parse("main.tf", "a = 1.5e-3\nb = 2\n").attributes["b"].expression.value == 2  # type: ignore[attr-defined]


def test_json_gives_the_same_model() -> None:
    text = '{"resource": {"aws_vpc": {"main": {"cidr_block": "${var.cidr}", "tags": {"a": "b"}}}}, "locals": {"x": [1]}, "//": "a note"}'
    resource, local = hcl.parse("main.tf.json", text).blocks
    assert (resource.type, resource.labels) == ("resource", ("aws_vpc", "main"))
    assert isinstance(resource.body.attributes["cidr_block"].expression, ast.Reference)
    assert isinstance(resource.body.attributes["tags"].expression, ast.Object)
    assert list(local.body.attributes) == ["x"]
    assert list(hcl.parse("prod.tfvars.json", '{"resource": 1}').attributes) == ["resource"]


DEEP = {
    "lists": "a = " + "[" * 30_000 + "]" * 30_000,
    "open lists": "a = " + "[" * 30_000,
    "objects": "a = " + "{a=" * 30_000 + "1" + "}" * 30_000,
    "parentheses": "a = " + "(" * 30_000 + "1" + ")" * 30_000,
    "blocks": "b {\n" * 30_000 + "}\n" * 30_000,
    "templates": "a = " + '"${' * 30_000 + "1" + '}"' * 30_000,
    "negations": "a = " + "!" * 30_000 + "true\n",
    "sums": "a = 1" + "+1" * 30_000 + "\n",
    "conditionals": "a = " + "true ? 1 : " * 30_000 + "2\n",
    "attributes": "a = x" + ".y" * 30_000 + "\n",
    "heredocs": "a = <<E\n" * 30_000,
    "quotes": 'a = "' * 30_000,
    "backslashes": 'a = "' + "\\" * 60_001 + '"\n',
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting_ends_in_bounded_time_and_does_not_end_the_interpreter(name: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(DEEP[name])
    code = (
        "import sys; from pathlib import Path; from pytest_readiness import ParseFailure; from pytest_readiness.syntax import hcl, hcl_expressions\n"
        "try:\n"
        "    body = hcl.parse('main.tf', Path(sys.argv[1]).read_text())\n"
        "    [sum(1 for _ in hcl_expressions.walk(a.expression)) for a in body.attributes.values()]\n"
        "except ParseFailure as failure:\n"
        "    print(failure)\n"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "main.tf")], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert time.monotonic() - started < 30


def test_the_grammar_cache_is_private_and_not_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    directory = hcl._cache_directory()
    assert directory.is_relative_to(tmp_path)
    if sys.platform != "win32":
        assert directory.stat().st_mode & 0o077 == 0
        directory.chmod(0o777)  # somebody else may have put a pickle there
        assert not hcl._cache_directory().is_relative_to(tmp_path)


NAMES = st.sampled_from(["a", "b_c", "d-e", "count", "for_each", "x1"])
SCALARS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.booleans().map(lambda b: str(b).lower()),
    st.just("null"),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters='"\\$%'), max_size=8).map(lambda t: f'"{t}"'),
    st.sampled_from(
        ["var.x", "local.y.z", "aws_x.y[0].id", '"a ${var.b} c"', "a ? b : c", "f(1, x...)", "!x && y", "x[*].y", "<<E\nq ${r}\n  s\nE"]
    ),
)
VALUES = st.recursive(
    SCALARS.filter(lambda source: not source.startswith("<<")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(NAMES, inner, max_size=3).map(lambda items: "{ " + ", ".join(f"{k} = {v}" for k, v in items.items()) + " }"),
    ),
    max_leaves=6,
)
BODIES = st.recursive(
    st.dictionaries(NAMES, SCALARS | VALUES, max_size=3).map(lambda items: "".join(f"{k} = {v}\n" for k, v in items.items())),
    lambda inner: st.lists(st.tuples(NAMES, inner), max_size=3).map(
        lambda blocks: "".join(f'b{name} "l" {{\n{body}}}\n' for name, body in blocks)
    ),
    max_leaves=5,
)


def outline(body: hcl.Body) -> list[object]:
    attributes = [(a.name, a.span, a.value_span, a.source) for a in body.attributes.values()]
    return [*attributes, *((block.type, block.labels, block.span, outline(block.body)) for block in body.blocks)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BODIES)
def test_both_parsers_see_the_same(text: str) -> None:
    assert outline(hcl.parse("main.tf", text)) == outline(hcl._second_opinion("main.tf", text))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BODIES)
def test_places_are_where_the_text_stands(text: str) -> None:
    stack = [hcl.parse("main.tf", text)]
    while stack:
        body = stack.pop()
        for attribute in body.attributes.values():
            assert cut(text, attribute.value_span) == attribute.source
            assert not isinstance(attribute.expression, ast.Opaque), attribute.source
            for node in ast.walk(attribute.expression):
                assert cut(text, node.span)
        stack += [block.body for block in body.blocks]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([*'{}[]()"=\n ?:.,$%', "${", "<<E\n", "E\n", "a", "1", "//", "/*", "\\", "é"]), max_size=40).map("".join)
)
def test_any_text_is_read_or_fails_inside_of_it(text: str) -> None:
    try:
        body = hcl.parse("main.tf", text)
    except ParseFailure as failure:
        line = failure.span.line
        body = hcl.Body({}, (), failure.span)
        assert 1 <= line <= text.count("\n") + 2
    stack = [body]
    while stack:
        inner = stack.pop()
        for attribute in inner.attributes.values():
            list(ast.walk(attribute.expression))
        stack += [block.body for block in inner.blocks]


def test_a_text_that_nobody_wrote_by_hand_is_refused_at_once() -> None:
    with pytest.raises(ParseFailure, match="longer than 3,000,000 characters"):
        hcl.parse("main.tf", "a = [" + "1," * 1_600_000 + "]")
