"""YAML and JSON to data with places: right on everything, and never worse than a `ParseFailure`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_readiness import ParseFailure
from pytest_readiness import Span
from pytest_readiness.project import decode
from pytest_readiness.syntax.yaml import MAX_DEPTH
from pytest_readiness.syntax.yaml import Document
from pytest_readiness.syntax.yaml import Mapping
from pytest_readiness.syntax.yaml import Sequence
from pytest_readiness.syntax.yaml import at
from pytest_readiness.syntax.yaml import get
from pytest_readiness.syntax.yaml import parse
from pytest_readiness.syntax.yaml import plain
from pytest_readiness.syntax.yaml import walk

BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # what ends a line in YAML 1.1, and so for libyaml


def load(text: str, path: str = "a.yaml") -> Any:
    (document,) = parse(path, text)
    return document.data


def failure(text: str, path: str = "a.yaml") -> ParseFailure:
    with pytest.raises(ParseFailure) as caught:
        parse(path, text)
    return caught.value


def outcome(text: str, path: str = "a.yaml") -> tuple[Document, ...] | ParseFailure:
    try:
        return parse(path, text)
    except ParseFailure as failed:
        return failed


def spans(node: Any) -> Iterator[tuple[Span, Any]]:
    """Every place in a tree with the value that stands there; shared nodes once."""
    stack, seen = [node], set()
    while stack:
        node = stack.pop()
        if not isinstance(node, (Mapping, Sequence)) or id(node) in seen:
            continue
        seen.add(id(node))
        yield node.span, node
        yield node.head, None
        if isinstance(node, Mapping):
            for key, value in node.items():
                yield Span._make(node.key_spans[key]), None
                yield node.value_span(key), value
                yield node.entry(key), None
                stack.append(value)
        else:
            for index, value in enumerate(node):
                yield Span._make(node.item_spans[index]), value
                yield node.item(index), None
                stack.append(value)


def piece(text: str, span: Span) -> str:
    """The text at a span within one line."""
    assert span.line == span.end_line
    return BREAK.split(text)[span.line - 1][span.column - 1 : span.end_column - 1]


def assert_inside(span: Span, text: str) -> None:
    lines = BREAK.split(text)
    assert 1 <= span.line <= len(lines)
    assert span.line <= span.end_line <= len(lines)
    assert 1 <= span.column <= len(lines[span.line - 1]) + 1
    assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
    assert (span.line, span.column) <= (span.end_line, span.end_column)


def assert_sound(documents: tuple[Document, ...], text: str) -> None:
    for document in documents:
        assert_inside(document.span, text)
        for span, value in spans(document.data):
            assert_inside(span, text)
            if isinstance(value, (int, float)) and span.line == span.end_line:
                written = piece(text, span)
                if not written.startswith(("&", "*", "!")):
                    assert plain(written) == value


# -- generated

SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12)
)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=15
)
BITS = [
    "a",
    "b: ",
    "- ",
    ": ",
    "\n",
    "\n  ",
    "\n    ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    '"',
    "|",
    ">",
    "|-\n  x\n",
    "&x ",
    "*x",
    "<<: ",
    "? ",
    "# c",
]
BITS += [
    "!t ",
    "---\n",
    "...\n",
    "\t",
    "\r\n",
    "\r",
    "\x85",
    "\u2028",
    "é",
    "\U0001f600",
    "1",
    "0x1f",
    "1.5",
    "22:22",
    "~",
    "on",
    "%YAML 1.1\n",
    "\ufeff",
    "\x00",
    "`",
    "@",
    "\\",
]


def loads_differently(value: Any) -> bool:
    """Texts that YAML 1.2 reads as numbers and YAML 1.1 does not."""
    if isinstance(value, dict):
        return any(loads_differently(key) or loads_differently(item) for key, item in value.items())
    if isinstance(value, list):
        return any(map(loads_differently, value))
    return isinstance(value, str) and value != "" and not isinstance(plain(value), str)


@settings(max_examples=100, deadline=None)
@given(
    DATA.filter(lambda data: data is not None and not loads_differently(data)),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, '"', "|"]),
)
def test_data_is_what_the_stock_loader_reads(data: Any, flow: bool | None, style: str | None) -> None:
    text = yaml.safe_dump(data, default_flow_style=flow, default_style=style)
    expected = yaml.load(text, yaml.CSafeLoader)
    if style is None:
        assert load(text) == expected
    assert_sound(parse("a.yaml", text), text)


@settings(max_examples=100, deadline=None)
@given(DATA.filter(lambda data: data is not None), st.booleans(), st.sampled_from([None, 2, "\t"]))
@example({"emoji": "\U0001f600 \\ud83d", "lone": "\\ud83d"}, True, None)
@example({"lines": "\x85\u2028\u2029", "<<": None}, False, None)
@example({"slash": "a/b", "del": "é"}, True, "\t")
def test_json_is_what_the_json_module_reads(data: Any, ascii_only: bool, indent: int | str | None) -> None:
    text = json.dumps(data, ensure_ascii=ascii_only, indent=indent)
    found = outcome(text, "a.json")
    if isinstance(found, ParseFailure):  # control characters, which YAML does not allow unescaped
        assert not ascii_only, found
    else:
        assert found[0].data == data


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(BITS), max_size=14).map("".join) | st.text(max_size=40))
@example("? ")
@example("\ufeff? ")
@example("a: |\n  x\n\n\nb: 1\n")
@example("a: >-\n  x\n \n")
@example("a: |\n")
@example("- a\n-\n- b\n")
@example("a: 'x\n  y'\nb: \"c\\\n d\"\n")
@example("a:\r\n  - b\r\n  - c: |\r\n      d\r\n")
def test_any_text_parses_with_places_inside_of_it_or_fails_at_one(text: str) -> None:
    found = outcome(text)
    if isinstance(found, ParseFailure):
        assert 1 <= found.span.line <= text.count("\n") + 1
        assert found.span.column >= 1
        assert "\n" not in found.reason
    else:
        assert_sound(found, text.removeprefix("\ufeff"))


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=40)
    | st.lists(st.sampled_from([b"a: ", b"- ", b"\n", b"\xff", b"\xe9", b"\xef\xbb\xbf", b"\xfe\xff", b"\x00", b"x"])).map(b"".join)
)
def test_any_bytes_parse_or_fail(data: bytes) -> None:
    try:
        text = decode("a.yaml", data)
    except ParseFailure as failed:
        found: object = failed
    else:
        found = outcome(text)
    assert isinstance(found, (ParseFailure, tuple))
    if isinstance(found, ParseFailure):
        assert found.span.path == "a.yaml"
        assert found.span.line >= 1


# -- what YAML 1.1 reads wrong


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:22", "22:22"),
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("3.10", 3.1),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("+1", 1),
        ("1_000", "1_000"),
        ("2024-13-45", "2024-13-45"),
        ("9" * 5000, "9" * 5000),
        ("18446744073709551615", 18446744073709551615),
        ("=", "="),
        ("~", None),
        ("NULL", None),
        ("True", True),
        ("tRUE", "tRUE"),
        ("²", "²"),
        ("-", None),
        (".", "."),
        ("'22'", "22"),
        ("!!str 22", "22"),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: Any) -> None:
    found = load(f"a: {text}\n") if text != "-" else {"a": None}
    assert found == {"a": value}
    assert type(found["a"]) is type(value)


def test_keys_are_always_text() -> None:
    assert list(load("on: 1\n22:22: 2\n1: 3\ntrue: 4\n~: 5\n3.10: 6\n")) == ["on", "22:22", "1", "true", "~", "3.10"]


# -- what is refused


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a', first on line 1"),
        ("x:\n  - {a: 1, a: 2}\n", 2, "duplicate key 'a'"),
        ("a: 1\n'a': 2\n", 2, "duplicate key"),
        ("a: &x [*x]\n", 1, "recursive alias *x"),
        ("a: &x\n  b:\n    c: *x\n", 3, "recursive alias *x"),
        ("a: *x\n", 1, "undefined alias *x"),
        ("[a]: 1\n", 1, "a mapping or list used as a key"),
        ("{{ x }}: 1\n", 1, "a mapping or list used as a key"),
        ("a: &x {b: 1}\n*x : 2\n", 2, "a mapping or list used as a key"),
        ("a: 1\n<<: 5\n", 2, "a merge key (<<) needs a mapping"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: [1\n", 2, "not valid YAML"),
        ("a: b: c\n", 1, "not valid YAML"),
        ("é: 1\nü: 1\nb: \x01\n\n\n\n", 3, "U+0001"),
        ("a: 'x", 1, "not valid YAML"),
    ],
)
def test_what_is_refused_and_where(text: str, line: int, reason: str) -> None:
    failed = failure(text)
    assert reason in failed.reason
    assert failed.span.line == line


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 30_000, f"nested deeper than {MAX_DEPTH}"),
        ("[" * 30_000 + "]" * 30_000, f"nested deeper than {MAX_DEPTH}"),
        ("a: " + "{a: " * 30_000, f"nested deeper than {MAX_DEPTH}"),
        ("- " * 30_000, f"nested deeper than {MAX_DEPTH}"),
        (
            "a: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)),
            "values once aliases are expanded",
        ),
    ],
)
def test_bombs_are_defused_at_once(text: str, reason: str) -> None:
    start = time.perf_counter()
    text = text.replace("a: &a0", "a0: &a0")
    assert reason in failure(text).reason
    assert time.perf_counter() - start < 10


def test_merge_key_bombs_are_defused() -> None:
    wide = "".join(f"  k{n}: 1\n" for n in range(5000))
    text = f"base: &b\n{wide}" + "".join(f"m{n}:\n  <<: *b\n" for n in range(2000))
    assert "values once" in failure(text).reason
    deep = "x0: &x0 {a: 1}\n" + "".join(f"x{n}: &x{n}\n  <<: [{', '.join([f'*x{n - 1}'] * 10)}]\n  k{n}: 1\n" for n in range(1, 30))
    assert "values once" in failure(deep).reason


def test_many_documents_and_long_lines_are_read_in_one_pass() -> None:
    start = time.perf_counter()
    assert len(parse("a.yaml", "---\na: 1\n" * 20_000)) == 20_000
    assert len(load("a: [" + "x, " * 100_000 + "]\n")["a"]) == 100_000
    text = "".join(f"k{n}: |\n  a\n  b\n\n" for n in range(20_000))
    assert len(load(text)) == 20_000
    assert time.perf_counter() - start < 30


# -- places


def test_places_of_values_keys_and_entries() -> None:
    data = load("a: 1\nb:\n  - x\n  - c: 'q'\n    d: {e: [f, g]}\n")
    assert data.entry("a") == Span("a.yaml", 1, 1, 1, 5)
    assert data.entry("b") == Span("a.yaml", 2, 1, 2, 2)
    assert at(data, "b", 0) == Span("a.yaml", 3, 5, 3, 6)
    assert at(data, "b", 1, "c") == Span("a.yaml", 4, 5, 4, 11)
    assert at(data, "b", 1, "d", "e", 1) == Span("a.yaml", 5, 16, 5, 17)
    assert at(data, "b", 1, "nope", "x") == at(data, "b", 1)
    assert at(data, "b", 7) == data.entry("b")
    assert data.span == Span("a.yaml", 1, 1, 5, 19)
    assert get(data, "b", 1, "d", "e") == ["f", "g"]
    assert get(data, "b", "c") is None
    assert [path for path, _ in walk(data)] == [("a",), ("b", 0), ("b", 1, "c"), ("b", 1, "d", "e", 0), ("b", 1, "d", "e", 1)]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a: |\n  x\n  y\nb: 1\n", (3, 4)),
        ("a: |\n  x\n\n\nb: 1\n", (2, 4)),
        ("a: |+\n  x\n\nb: 1\n", (2, 4)),
        ("a: >-\n  x\n\n  y\n# note\nb: 1\n", (4, 4)),
        ("a: |\n  x", (2, 4)),
        ("a: |\n  x\n", (2, 4)),
        ("a: |\nb: 1\n", (1, 5)),
        ("a: |\n  x\n \n\nb: 1\n", (2, 4)),
        ("a: |\r\n  x\r\nb: 1\r\n", (2, 4)),
    ],
)
def test_block_scalars_end_with_their_last_line(text: str, end: tuple[int, int]) -> None:
    span = load(text).value_span("a")
    assert (span.line, span.column) == (1, 4)
    assert (span.end_line, span.end_column) == end


def test_a_nested_block_scalar_ends_with_its_last_line() -> None:
    assert load("x:\n  a: |\n    p\n\n  b: 1\n")["x"].value_span("a") == Span("a.yaml", 2, 6, 3, 6)


def test_a_byte_order_mark_and_windows_lines_move_nothing() -> None:
    text = decode("a.yaml", b"\xef\xbb\xbfa:\r\n  - b\r\n  - c\r\n")
    data = load(text)
    assert data == {"a": ["b", "c"]}
    assert data.entry("a") == Span("a.yaml", 1, 1, 1, 2)
    assert at(data, "a", 1) == Span("a.yaml", 3, 5, 3, 6)


def test_columns_count_characters() -> None:
    data = load("é: {ü: '\U0001f600', x: 1}\n")
    assert at(data, "é", "x") == Span("a.yaml", 1, 13, 1, 17)


def test_merged_values_keep_the_place_they_were_written_at() -> None:
    data = load("base: &b\n  a: 1\n  c: 2\nmine:\n  <<: *b\n  c: 3\nlist: [*b]\n")
    assert data["mine"] == {"a": 1, "c": 3}
    assert at(data, "mine", "a").line == 2
    assert at(data, "mine", "c").line == 6
    assert data["list"][0] is data["base"]
    assert "<<" not in data["mine"]


def test_a_merge_key_in_quotes_is_a_key_like_any_other() -> None:
    assert load("a: &a {x: 1}\nb: {'<<': *a}\n")["b"] == {"<<": {"x": 1}}
    assert load('{"<<": null}', "a.json") == {"<<": None}


def test_of_several_merged_mappings_the_first_wins() -> None:
    assert load("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b], z: 3}\n")["c"] == {"x": 1, "y": 2, "z": 3}


def test_application_tags_are_kept_beside_the_value() -> None:
    data = load("a: !reset null\nb: !override [x]\nc: !Ref d\ne: !!str 1\n")
    assert dict(data.tags)["a"] == "!reset"
    assert dict(data.tags)["b"] == "!override"
    assert data["c"] == "d"
    assert data["e"] == "1"


def test_empty_documents_are_left_out_and_each_knows_its_place() -> None:
    documents = parse("a.yaml", "---\n---\na: 1\n---\n# nothing\n---\nb: 2\n")
    assert [document.data for document in documents] == [{"a": 1}, {"b": 2}]
    assert [document.span.line for document in documents] == [3, 7]
    assert parse("a.yaml", "") == parse("a.yaml", "# only a comment\n") == ()


def test_a_tab_is_named_as_the_cause() -> None:
    with pytest.raises(ParseFailure, match="a tab where YAML takes spaces only") as failure:
        parse("f.yaml", "a:\n\tb: 1\n")
    assert failure.value.span.line == 2
