"""The matchers of goss: what is expected of a value, compiled once and evaluated as pure functions.

They agree with goss 0.4 on every value, but for ``equal``, which compares numbers as numbers and texts in a list as
texts (goss tells ``2`` of YAML from ``2`` of JSON there, and never finds the groups of a user equal to a list).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from ..criteria.mistakes import hint
from ..text import brief
from . import gjson
from . import semver
from .lists import some
from .lists import unmatched
from .matcher import NO
from .matcher import Matcher
from .matcher import MatcherError
from .matcher import below
from .matcher import number_argument
from .matcher import text_argument
from .patterns import have_patterns
from .patterns import lines_with
from .patterns import match_regexp
from .values import CannotMatch
from .values import items
from .values import mapping
from .values import number_of
from .values import same
from .values import text_of
from .values import told

MAX_NESTING = 30
MAX_SIZE = 5_000  # values in one matcher
NUMERIC: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "gt": ("more than", operator.gt),
    "ge": ("at least", operator.ge),
    "lt": ("less than", operator.lt),
    "le": ("at most", operator.le),
}


def compiled(value: Any, *, stream: bool = False) -> Matcher:
    """The matcher that a value of a goss file stands for; raises `MatcherError`. A list for a stream is patterns of lines."""
    if not _is_small(value):
        raise MatcherError(f"holds more than {MAX_SIZE} values")
    if stream and isinstance(value, list):
        return lines_with(value)
    return _compiled(value, 0)


def _is_small(value: Any) -> bool:
    """Whether it has few enough values, aliases counted each time they are used."""
    stack, count = [value], 0
    while stack:
        node = stack.pop()
        count += 1
        if count + len(stack) > MAX_SIZE:
            return False
        stack.extend(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
    return True


def _compiled(value: Any, depth: int) -> Matcher:
    if depth > MAX_NESTING:
        raise MatcherError(f"is nested deeper than {MAX_NESTING} levels")
    if isinstance(value, bool):
        return Matcher(text_of(value), partial(_is, value))
    if isinstance(value, (int, float)):
        return Matcher(text_of(value), partial(_is_number, value))
    if isinstance(value, str):
        return Matcher(told(value), partial(_is_text, value))
    if isinstance(value, list):
        return _contain_elements(_all(value, depth), as_lines=False)
    if not isinstance(value, dict):
        raise MatcherError("has no value: say what is expected")
    if len(value) != 1:
        some = "and: [" + ", ".join(f"{{{brief(str(key), 20)}: ...}}" for key in list(value)[:3]) + "]"
        raise MatcherError(f"holds {len(value)} matchers, one is possible" + (f": write {some}" if value else ""))
    ((name, argument),) = value.items()
    if name not in MATCHERS:
        raise MatcherError(f"no matcher is called {brief(str(name))!r}: {hint(str(name), MATCHERS)}", (name,))
    with below(name):
        return MATCHERS[name](name, argument, depth + 1)


def _all(value: Any, depth: int) -> list[Matcher]:
    if not isinstance(value, list):
        raise MatcherError("takes a list of matchers")
    return [_compiled_below(index, item, depth + 1) for index, item in enumerate(value)]


def _compiled_below(step: str | int, value: Any, depth: int) -> Matcher:
    with below(step):
        return _compiled(value, depth)


def _equal(_: str, value: Any, __: int) -> Matcher:
    return Matcher(f"exactly {told(value)}", partial(_is_equal, value))


def _about_text(word: str, test: Callable[[str, str], bool]) -> Callable[[str, Any, int], Matcher]:
    def make(name: str, value: Any, _: int) -> Matcher:
        wanted = text_argument(name, value)
        return Matcher(f"{word} {told(wanted)}", lambda found: None if test(text_of(found), wanted) else NO)

    return make


def _have_len(name: str, value: Any, _: int) -> Matcher:
    wanted = int(number_argument(name, value))

    def holds(found: Any) -> str | None:
        if not isinstance(found, (str, list, dict)):
            raise CannotMatch("only texts, lists and mappings have a length")
        length = len(found.encode("utf-8", "surrogateescape")) if isinstance(found, str) else len(found)
        return None if length == wanted else f" (its length is {length})"

    return Matcher(f"a length of {wanted}", holds)


def _have_key(_: str, value: Any, depth: int) -> Matcher:
    matcher = _compiled(value, depth)
    return Matcher(f"a key {matcher.said}", lambda found: None if some(mapping(found), matcher) else NO)


def _have_key_with_value(name: str, value: Any, depth: int) -> Matcher:
    if not isinstance(value, dict):
        raise MatcherError(f"{name} takes a mapping of keys to matchers")
    matchers = {str(key): _compiled_below(key, item, depth) for key, item in value.items()}

    def holds(found: Any) -> str | None:
        keys = mapping(found)
        wrong = [key for key, matcher in matchers.items() if key not in keys or matcher.holds(keys[key]) is not None]
        return f" (not so: {brief(', '.join(wrong))})" if wrong else None

    return Matcher("a mapping with " + " and ".join(f"{key}: {matcher.said}" for key, matcher in matchers.items()), holds)


def _contain_element(name: str, value: Any, depth: int) -> Matcher:
    if isinstance(value, (bool, list)):
        raise MatcherError(f"{name} takes a matcher, a text or a number, not {told(value, 40)}")
    matcher = _compiled(value, depth)
    return Matcher(f"an element {matcher.said}", lambda found: None if some(items(found, as_lines=True), matcher) else NO)


def _contain_elements(matchers: list[Matcher], *, as_lines: bool) -> Matcher:
    def holds(found: Any) -> str | None:
        missing = unmatched(matchers, items(found, as_lines=as_lines))
        return f" (missing: {brief(', '.join(m.said for m in missing))})" if missing else None

    return Matcher(f"[{', '.join(matcher.said for matcher in matchers)}]", holds)


def _consist_of(_: str, value: Any, depth: int) -> Matcher:
    matchers = _all(value, depth)

    contained = _contain_elements(matchers, as_lines=False)

    def holds(found: Any) -> str | None:
        if missing := contained.holds(found):
            return missing
        count = len(items(found, as_lines=False))
        return f" ({count} elements, {len(matchers)} expected)" if count != len(matchers) else None

    return Matcher(f"just {contained.said}", holds)


def _not(_: str, value: Any, depth: int) -> Matcher:
    matcher = _compiled(value, depth)
    return Matcher(f"not {matcher.said}", lambda found: NO if matcher.holds(found) is None else None)


def _and(_: str, value: Any, depth: int) -> Matcher:
    matchers = _all(value, depth)

    def holds(found: Any) -> str | None:
        for matcher in matchers:
            missing = matcher.holds(found)
            if missing is not None:
                return f" (not so: {brief(matcher.said)}{missing})" if len(matchers) > 1 else missing
        return None

    return Matcher(" and ".join(matcher.said for matcher in matchers) or "anything", holds)


def _or(_: str, value: Any, depth: int) -> Matcher:
    matchers = _all(value, depth)
    return Matcher(
        " or ".join(matcher.said for matcher in matchers) or "one of nothing",
        lambda found: None if any(matcher.holds(found) is None for matcher in matchers) else NO,
    )


def _compare(name: str, value: Any, _: int) -> Matcher:
    wanted = number_argument(name, value)
    word, test = NUMERIC[name]
    return Matcher(f"{word} {text_of(wanted)}", lambda found: None if test(number_of(found), wanted) else NO)


def _semver(name: str, value: Any, _: int) -> Matcher:
    written = text_argument(name, value)
    try:
        wanted = semver.constraint(written)
    except semver.SemverError as error:
        raise MatcherError(f"{brief(written, 60)!r} {error}") from None

    def holds(found: Any) -> str | None:
        listed = found if isinstance(found, list) else [found]
        versions = [semver.version(item) if isinstance(item, str) else None for item in listed]
        if not versions or None in versions:
            raise CannotMatch("only versions with three numbers, such as 1.2.3, can be compared")
        return None if all(wanted.holds(version) for version in versions if version) else NO

    return Matcher(f"a version {brief(written)}", holds)


def _gjson(name: str, value: Any, depth: int) -> Matcher:
    if not isinstance(value, dict):
        raise MatcherError(f"{name} takes a mapping of paths to matchers")
    parts: list[tuple[str, tuple[gjson.Step, ...], Matcher]] = []
    for key, item in value.items():
        try:
            steps = gjson.parsed(key)
        except gjson.PathError as error:
            raise MatcherError(f"the path {brief(key, 60)!r} {error}", (key,)) from None
        parts.append((key, steps, _compiled_below(key, item, depth)))

    def holds(found: Any) -> str | None:
        if not isinstance(found, str):
            raise CannotMatch("gjson reads a text")
        for key, steps, matcher in parts:
            try:
                inner = gjson.extracted(found, steps)
            except gjson.NotFound as reason:
                raise CannotMatch(f"at {brief(key, 60)} it {reason}") from None
            missing = matcher.holds(inner)
            if missing is not None:
                return f" ({brief(key, 60)} is {told(inner)}{missing})"
        return None

    return Matcher(" and ".join(f"{brief(key, 60)} {matcher.said}" for key, _, matcher in parts) or "JSON", holds)


MATCHERS: dict[str, Callable[[str, Any, int], Matcher]] = {
    "equal": _equal,
    "have-prefix": _about_text("a text that begins with", str.startswith),
    "have-suffix": _about_text("a text that ends with", str.endswith),
    "match-regexp": match_regexp,
    "contain-substring": _about_text("a text with", lambda found, wanted: wanted in found),
    "have-len": _have_len,
    "have-patterns": have_patterns,
    "have-key": _have_key,
    "have-key-with-value": _have_key_with_value,
    "contain-element": _contain_element,
    "contain-elements": lambda _, value, depth: _contain_elements(_all(value, depth), as_lines=True),
    "not": _not,
    "consist-of": _consist_of,
    "and": _and,
    "or": _or,
    **dict.fromkeys(NUMERIC, _compare),
    "semver-constraint": _semver,
    "gjson": _gjson,
}


def _is(wanted: bool, found: Any) -> str | None:
    return None if found is wanted else NO


def _is_number(wanted: float, found: Any) -> str | None:
    return None if number_of(found) == wanted else NO


def _is_text(wanted: str, found: Any) -> str | None:
    return None if text_of(found) == wanted else NO


def _is_equal(wanted: Any, found: Any) -> str | None:
    return None if same(wanted, found) else NO
