"""The matchers of goss as pure functions. What goss itself says of the same cases is in ``test_goss_peer.py``."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_readiness.criteria.patterns import PatternError
from pytest_readiness.goss import gjson
from pytest_readiness.goss import regexes
from pytest_readiness.goss import semver
from pytest_readiness.goss.matcher import MatcherError
from pytest_readiness.goss.matchers import MATCHERS
from pytest_readiness.goss.matchers import compiled

LIST = ["foo", "bar", "moo"]
MAPPING = {"foo": "bar", "n": 5, "m": {"x": 1}}
JSON = json.dumps(
    {
        "moo": {"nested": "cow"},
        "count": "15",
        "n": 5,
        "t": True,
        "z": None,
        "a.b": 1,
        "kids": ["Ann", "Bob"],
        "friends": [{"name": "Dale", "age": 44, "nets": ["ig", "fb"]}, {"name": "Roger", "age": 68, "nets": ["fb"]}],
    }
)
# (content, matcher, whether it holds)
CASES: list[tuple[Any, Any, bool]] = [
    # equality, with the value turned into what is expected
    ("foo", "foo", True),
    ("foo", "bar", False),
    ("42", 42, True),
    ("42\n", 42, True),
    ("43", 42, False),
    ("abc", 42, False),
    (42, "42", True),
    (42, 42.0, True),
    (4.5, 4.5, True),
    (True, True, True),
    (True, False, False),
    (True, "true", True),
    ("true", True, False),
    (LIST, "foo\nbar\nmoo", True),
    (["42"], 42, False),
    ("foo", {"equal": "foo"}, True),
    (LIST, {"equal": LIST}, True),
    (LIST, {"equal": ["bar", "foo", "moo"]}, False),
    (MAPPING, {"equal": MAPPING}, True),
    (5, {"equal": "5"}, False),
    # texts
    ("foobar", {"have-prefix": "foo"}, True),
    ("foobar", {"have-prefix": "bar"}, False),
    (42, {"have-prefix": "4"}, True),
    ("foobar", {"have-suffix": "bar"}, True),
    ("foobar", {"have-suffix": "foo"}, False),
    ("foobar", {"contain-substring": "oba"}, True),
    ("foobar", {"contain-substring": "obo"}, False),
    ("foobar", {"match-regexp": "^fo+b"}, True),
    ("foobar", {"match-regexp": "^b"}, False),
    ("a\nb", {"match-regexp": "a$"}, False),
    ("a\nb", {"match-regexp": "(?m)a$"}, True),
    ("aé", {"match-regexp": r"\bé"}, True),
    ("é", {"match-regexp": r"\w"}, False),
    ("x-1.2", {"match-regexp": r"[[:alpha:]]-\d\.\d\z"}, True),
    ("a.b", {"match-regexp": r"\Qa.b\E"}, True),
    ("a{,3}", {"match-regexp": "a{,3}"}, True),
    ("aaaa", {"match-regexp": r"\D" * 200}, False),
    ("a" * 200, {"match-regexp": r"\D" * 200}, True),
    ("AB", {"match-regexp": "a(?i)b|ab"}, True),
    ("aB", {"match-regexp": "a(?i)b"}, True),
    ("AB", {"match-regexp": "a(?i)b"}, False),
    # lengths
    ("abc", {"have-len": 3}, True),
    ("é", {"have-len": 2}, True),
    (LIST, {"have-len": 3}, True),
    (MAPPING, {"have-len": 2}, False),
    (42, {"have-len": 2}, False),
    # numbers
    (5, {"gt": 4}, True),
    (5, {"gt": 5}, False),
    (5, {"ge": 5}, True),
    ("5", {"ge": 6}, False),
    ("5", {"lt": 5.5}, True),
    (5, {"lt": 5}, False),
    (5, {"le": 5}, True),
    (5, {"le": 4}, False),
    ("x", {"gt": 4}, False),
    # lists
    (LIST, ["foo", "bar"], True),
    (LIST, ["foo", "foo"], False),
    (LIST, [], True),
    ("foo", ["foo"], False),
    (LIST, {"contain-elements": ["moo", {"have-prefix": "b"}]}, True),
    (LIST, {"contain-elements": ["zoo"]}, False),
    ("foo\nbar", {"contain-elements": ["bar"]}, True),
    (LIST, {"contain-element": {"have-prefix": "b"}}, True),
    (LIST, {"contain-element": "zoo"}, False),
    ("foo\nbar", {"contain-element": "bar"}, True),
    ([1, 2], {"contain-element": 2}, True),
    (MAPPING, {"contain-element": "bar"}, True),
    (LIST, {"consist-of": ["moo", {"have-prefix": "f"}, "bar"]}, True),
    (LIST, {"consist-of": ["moo", "bar"]}, False),
    (["aa", "ab"], {"consist-of": [{"have-prefix": "a"}, "aa"]}, True),  # whoever asks first must not take the other's
    (LIST, {"consist-of": []}, False),
    # mappings
    (MAPPING, {"have-key": "foo"}, True),
    (MAPPING, {"have-key": {"have-prefix": "f"}}, True),
    (MAPPING, {"have-key": "zoo"}, False),
    (LIST, {"have-key": "foo"}, False),
    # logic
    ("foo", {"not": "bar"}, True),
    ("foo", {"not": "foo"}, False),
    ("foo", {"not": {"gt": 5}}, False),  # a question that makes no sense is no answer
    ("foo", {"and": ["foo", {"have-len": 3}]}, True),
    ("foo", {"and": ["foo", {"have-len": 4}]}, False),
    ("foo", {"or": ["bar", "foo"]}, True),
    ("foo", {"or": ["bar", "zoo"]}, False),
    ("foo", {"or": [{"gt": 5}, "foo"]}, False),
    ("foo", {"and": []}, True),
    ("foo", {"or": []}, False),
    # versions
    (["1.0.1", "1.9.9"], {"semver-constraint": ">1.0.0 <2.0.0 !=1.5.0"}, True),
    (["1.0.1", "1.5.0"], {"semver-constraint": ">1.0.0 <2.0.0 !=1.5.0"}, False),
    ("1.0.1", {"semver-constraint": ">5.0.0 || <1.5.0"}, True),
    ("1.2.3", {"semver-constraint": "1.2.x"}, True),
    ("1.3.0", {"semver-constraint": "1.2.x"}, False),
    ("2.0.0-rc1", {"semver-constraint": "<2.0.0"}, True),
    ("1.2.3-rc.2", {"semver-constraint": ">1.2.3-rc.10"}, False),
    ("1.2", {"semver-constraint": ">1.0.0"}, False),
    # JSON
    (JSON, {"gjson": {"moo.nested": "cow", "count": {"le": 25}}}, True),
    (JSON, {"gjson": {"moo.nested": "dog"}}, False),
    (JSON, {"gjson": {"nope": "cow"}}, False),
    (JSON, {"gjson": {"@this": {"have-key": "moo"}}}, True),
    (JSON, {"gjson": {"a\\.b": 1}}, True),
    (JSON, {"gjson": {"k*s.1": "Bob"}}, True),
    (json.dumps({"-" * 300: 1}), {"gjson": {"-" * 299 + "?": 1}}, True),
    (JSON, {"gjson": {"*.1": "Bob"}}, True),  # of the first key that has it
    (JSON, {"gjson": {"*.9": "Bob"}}, False),
    (JSON, {"gjson": {"kids.#(>5)#": ["Ann", "Bob"]}}, True),  # a text is compared as text
    (JSON, {"gjson": {"friends.#(age>x).name": "Dale"}}, True),
    (JSON, {"gjson": {"friends.#(age==44.0).name": "Dale"}}, True),
    (JSON, {"gjson": {"kids.#": 2}}, True),
    (JSON, {"gjson": {"friends.#.name": ["Roger"]}}, True),
    (JSON, {"gjson": {"friends.#(age>45).name": "Roger"}}, True),
    (JSON, {"gjson": {"friends.#(age>40)#.name": {"have-len": 2}}}, True),
    (JSON, {"gjson": {'friends.#(nets.#(=="ig")).name': "Dale"}}, True),
    (JSON, {"gjson": {"friends.#.nets.#": [2, 1]}}, True),
    (JSON, {"gjson": {"friends.#.name|0": "Dale"}}, True),
    (JSON, {"gjson": {"kids|@reverse|0": "Bob"}}, True),
    (JSON, {"gjson": {"t": True, "n": "5"}}, True),
    ("{", {"gjson": {"a": 1}}, False),
    # patterns of lines
    ("foo\nbar\n", {"have-patterns": ["foo", "!baz", "/^b.r$/", "!/^x/"]}, True),
    ("foo\nbar\n", {"have-patterns": ["!foo"]}, False),
    ("foo\nbar\n", {"have-patterns": ["/^oo/"]}, False),
    ("foo\n!bar\n", {"have-patterns": ["\\!bar"]}, True),
    ("foo\r\nbar\r\n", {"have-patterns": ["/o$/"]}, True),
    ("", {"have-patterns": [""]}, True),
    ("", {"have-patterns": ["a"]}, False),
    (LIST, {"have-patterns": ["bar"]}, True),
]
# where goss cannot mean what it says: (content, matcher, whether it holds here, which it does not there)
OTHERWISE: list[tuple[Any, Any, bool]] = [
    (2.0, {"equal": 2}, True),
    ({"a": 1}, {"have-key-with-value": {"a": {"gt": 0}}}, True),  # of goss before 0.4
    ({"a": 1}, {"have-key-with-value": {"a": {"gt": 1}}}, False),
]


@pytest.mark.parametrize(("content", "matcher", "holds"), [*CASES, *OTHERWISE], ids=lambda value: json.dumps(value)[:60])
def test_matcher(content: Any, matcher: Any, holds: bool) -> None:
    problem = compiled(matcher).problem(content)
    assert (problem is None) == holds, problem


def test_every_matcher_has_a_case_that_holds_and_one_that_does_not() -> None:
    for name in MATCHERS:
        found = {holds for _, matcher, holds in [*CASES, *OTHERWISE] if isinstance(matcher, dict) and name in matcher}
        assert found == {True, False}, name


@pytest.mark.parametrize(
    ("content", "matcher", "problem"),
    [
        (False, True, "is false, true expected"),
        ("a b\n", "a b", r"is 'a b\n', 'a b' expected"),
        (LIST, ["foo", "zoo"], "is [foo, bar, moo], [foo, zoo] expected (missing: zoo)"),
        (LIST, {"consist-of": ["foo", "bar"]}, "is [foo, bar, moo], just [foo, bar] expected (3 elements, 2 expected)"),
        (97, {"lt": 95}, "is 97, less than 95 expected"),
        ("x", {"gt": 5}, "is x, more than 5 expected: x is no number"),
        ("foo", {"and": ["foo", {"have-len": 4}]}, "is foo, foo and a length of 4 expected (not so: a length of 4 (its length is 3))"),
        (JSON, {"gjson": {"count": 16}}, "count 16 expected (count is 15)"),
        ("foo\n", {"have-patterns": ["foo", "/^b/"]}, r"is 'foo\n', lines with 'foo', '/^b/' expected (not so: '/^b/')"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_a_problem_names_what_is_there_what_is_expected_and_what_is_missing(content: Any, matcher: Any, problem: str) -> None:
    found = compiled(matcher).problem(content)
    assert found is not None
    assert found.endswith(problem)


@pytest.mark.parametrize(
    ("matcher", "reason", "path"),
    [
        (None, "has no value", ()),
        ({}, "holds 0 matchers", ()),
        ({"have-prefix": "a", "have-suffix": "b"}, "write and: [{have-prefix: ...}, {have-suffix: ...}]", ()),
        ({"have-prefx": "a"}, "no matcher is called 'have-prefx': did you mean 'have-prefix'?", ("have-prefx",)),
        ({"have-prefix": 5}, "have-prefix takes a text, not 5: put it into quotes", ("have-prefix",)),
        ({"gt": "5"}, "gt takes a number, not 5", ("gt",)),
        ({"have-len": "3"}, "have-len takes a number", ("have-len",)),
        ({"contain-elements": "foo"}, "takes a list of matchers", ("contain-elements",)),
        ({"contain-element": True}, "takes a matcher, a text or a number", ("contain-element",)),
        ({"and": ["a", {"or": [{"nope": 1}]}]}, "no matcher is called 'nope'", ("and", 1, "or", 0, "nope")),
        ({"gjson": ["a"]}, "gjson takes a mapping of paths to matchers", ("gjson",)),
        ({"gjson": {"{a,b}": 1}}, "uses multipaths", ("gjson", "{a,b}")),
        ({"gjson": {"a.@pretty": 1}}, "has @pretty", ("gjson", "a.@pretty")),
        ({"gjson": {"a.#(b": 1}}, "has a query without its )", ("gjson", "a.#(b")),
        ({"gjson": {"a.#(b=={})": 1}}, "compares with a list or an object", ("gjson", "a.#(b=={})")),
        ({"gjson": {'a.#(b=="x"y)': 1}}, "has a query with a text that is not quoted as in JSON", ("gjson", 'a.#(b=="x"y)')),
        ({"match-regexp": "("}, "has a ( without its )", ("match-regexp",)),
        ({"match-regexp": "(?=a)"}, "has a group that Go does not know", ("match-regexp",)),
        ({"match-regexp": r"(a)\1"}, r"has \1, which Go does not know", ("match-regexp",)),
        ({"match-regexp": r"\pL"}, "the classes of Unicode", ("match-regexp",)),
        ({"match-regexp": "a**"}, "repeats a repetition", ("match-regexp",)),
        ({"match-regexp": "a{2000}"}, "at most 1000 times", ("match-regexp",)),
        ({"match-regexp": "x" * 501}, "is longer than 500 characters", ("match-regexp",)),
        ({"semver-constraint": ">1"}, "has 1, which is no version with three numbers", ("semver-constraint",)),
        ({"semver-constraint": "^1.0.0"}, "is no range of versions", ("semver-constraint",)),
        ({"semver-constraint": "!=1.x"}, "which no version satisfies in goss", ("semver-constraint",)),
        ({"have-patterns": ["a", 5]}, "a pattern is a text, not 5", ("have-patterns", 1)),
        ({"have-patterns": ["/"]}, "is no pattern", ("have-patterns", 0)),
        (["x"] * 6_000, "holds more than 5000 values", ()),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_matcher_that_cannot_be_is_told_with_its_place(matcher: Any, reason: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(MatcherError) as told:
        compiled(matcher)
    assert reason in str(told.value)
    assert told.value.path == path


def test_matchers_are_not_nested_without_end() -> None:
    matcher: Any = "a"
    for _ in range(100):
        matcher = {"not": matcher}
    with pytest.raises(MatcherError, match="nested deeper"):
        compiled(matcher)


def test_what_would_take_for_ever_is_told() -> None:
    started = time.monotonic()
    assert compiled({"match-regexp": "(a+)+$"}).problem("a" * 5_000 + "b") is not None
    text = "x" * 100_000 + "\n"
    assert "expressions are too many" in str(compiled({"have-patterns": ["/y/"] * 500}).problem(text))
    assert "too many" in str(compiled({"match-regexp": "(a|b|c){300}"}).problem("a" * 900_000))
    assert "more than 5000 elements" in str(compiled(["a"]).problem(["b"] * 6_000))
    assert "elements are too many" in str(compiled(["a"] * 4_000).problem(["b"] * 4_000))
    deep: Any = 1
    for _ in range(50_000):
        deep = [deep]
    assert "nested too deeply" in str(compiled("x").problem(deep))
    assert "nested too deeply" in str(compiled({"gjson": {"a": 1}}).problem('{"a":' + "[" * 100_000))
    assert time.monotonic() - started < 20


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
NAMED = st.recursive(
    st.sampled_from(["a", 1, 2.5, True, "1.2.3", "/a/", None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*MATCHERS, "nope"]), inner, min_size=1, max_size=1),
    max_leaves=8,
)


@given(NAMED, VALUES)
def test_anything_compiles_or_is_refused_and_any_value_gets_an_answer(matcher: Any, value: Any) -> None:
    try:
        made = compiled(matcher)
    except MatcherError:
        return
    problem = made.problem(value)
    assert problem is None or ("expected" in problem and "\n" not in problem)


@given(VALUES)
def test_a_value_equals_itself_and_not_its_opposite(value: Any) -> None:
    assert compiled({"equal": value}).problem(value) is None
    assert compiled({"not": {"equal": value}}).problem(value) is not None


@given(st.lists(st.text(max_size=3), max_size=6), st.randoms())
def test_a_list_consists_of_its_elements_in_any_order(elements: list[str], random: Any) -> None:
    shuffled = random.sample(elements, len(elements))
    assert compiled({"consist-of": shuffled}).problem(elements) is None
    assert compiled(shuffled[:-1]).problem(elements) is None
    assert compiled({"consist-of": [*shuffled, "something else"]}).problem(elements) is not None


@given(st.text(alphabet="ab[](){}|*+?\\^$.-:PQEdwszA1é,<>i", max_size=20), st.text(alphabet="ab1é\n", max_size=10))
def test_any_expression_is_translated_or_refused(expression: str, text: str) -> None:
    try:
        found = regexes.compiled(expression)
    except PatternError:
        return
    found.search(text)


@given(st.text(alphabet='ab.#()"=<>!%|@\\*?[]{}~01', max_size=20))
def test_any_path_is_read_or_refused(path: str) -> None:
    try:
        steps = gjson.parsed(path)
    except gjson.PathError:
        return
    with contextlib.suppress(gjson.NotFound):
        gjson.extracted('{"a": [{"b": 1}, "a", 2, null], "b": {"a": true}}', steps)


@given(st.tuples(*[st.integers(0, 20)] * 3), st.tuples(*[st.integers(0, 20)] * 3))
def test_versions_are_ordered_as_their_numbers(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    written = ".".join(map(str, other))
    found = semver.version(".".join(map(str, one)))
    assert found is not None
    for operator, holds in {
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
        "=": one == other,
        "!=": one != other,
    }.items():
        assert semver.constraint(f"{operator}{written}").holds(found) == holds
