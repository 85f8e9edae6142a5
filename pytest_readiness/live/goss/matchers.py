"""The matchers of goss: what is expected of a value, compiled once and evaluated as pure functions.

They agree with goss 0.4 on every value, but for ``equal``, which compares numbers as numbers and texts in a list as
texts (goss tells ``2`` of YAML from ``2`` of JSON there, and never finds the groups of a user equal to a list).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...criteria.mistakes import hint
from ...text import brief
from . import gjson
from . import semver
from .regexes import Pattern
from .regexes import PatternError
from .regexes import compiled as regex

MAX_NESTING = 30
MAX_ITEMS = 5_000  # of a list that is matched item by item
MAX_PAIRS = 1_000_000  # items by matchers
MAX_TEXT = 2**20  # characters that are searched
NUMERIC = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}


class MatcherError(Exception):
    """A matcher that cannot be: why, and where below the attribute."""

    def __init__(self, reason: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(reason)
        self.path = path


class CannotMatch(Exception):
    """A value that a matcher cannot be asked of, such as ``gt: 5`` of a list. As in goss it fails also below ``not``."""


@dataclass(frozen=True)
class Matcher:
    """What is expected: how it is said, and whether a value meets it.

    ``holds`` returns nothing where it does, else what is missing or in the way, or no more than a dot.
    """

    said: str
    holds: Callable[[Any], str | None]

    def problem(self, value: Any) -> str | None:
        """What is wrong with a value, as it reads behind the name of the attribute; None where it is as expected."""
        try:
            missing = self.holds(value)
        except CannotMatch as reason:
            return f"is {told(value)}, {self.said} expected: {reason}"
        if missing is None:
            return None
        return f"is {told(value)}, {self.said} expected{missing if missing != NO else ''}"


NO = "."  # does not hold, and there is nothing more to say


def told(value: Any, width: int = 80) -> str:
    """A value as people read it."""
    if isinstance(value, str):
        return repr(brief(value, width)) if not value or value != value.strip() or " " in value else brief(value, width)
    return brief(text_of(value), width) if not isinstance(value, (list, dict)) else brief(_listed(value), width)


def _listed(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_listed(item) for item in value[:50])}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_listed(item)}' for key, item in list(value.items())[:50])}}}"
    return text_of(value)


# -- compiling


def compiled(value: Any, *, stream: bool = False) -> Matcher:
    """The matcher that a value of a goss file stands for; raises `MatcherError`. A list for a stream is patterns of lines."""
    if stream and isinstance(value, list):
        return _patterns(value)
    return _compiled(value, 0)


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
    try:
        return MATCHERS[name](name, argument, depth + 1)
    except MatcherError as error:
        raise MatcherError(str(error), (name, *error.path)) from None


def _all(value: Any, depth: int) -> list[Matcher]:
    if not isinstance(value, list):
        raise MatcherError("takes a list of matchers")
    if len(value) > MAX_ITEMS:
        raise MatcherError(f"has more than {MAX_ITEMS} matchers")
    found = []
    for index, item in enumerate(value):
        try:
            found.append(_compiled(item, depth + 1))
        except MatcherError as error:
            raise MatcherError(str(error), (index, *error.path)) from None
    return found


def _text_argument(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise MatcherError(f"{name} takes a text, not {told(value, 40)}: put it into quotes")
    return value


def _equal(_: str, value: Any, __: int) -> Matcher:
    return Matcher(f"exactly {told(value)}", partial(_is_equal, value))


def _about_text(word: str, test: Callable[[str, str], bool]) -> Callable[[str, Any, int], Matcher]:
    def make(name: str, value: Any, _: int) -> Matcher:
        wanted = _text_argument(name, value)
        return Matcher(f"{word} {told(wanted)}", lambda found: None if test(text_of(found), wanted) else NO)

    return make


def _match_regexp(name: str, value: Any, _: int) -> Matcher:
    pattern = _pattern(_text_argument(name, value))
    return Matcher(f"a match of /{brief(pattern.source)}/", lambda found: None if _searched(pattern, text_of(found)) else NO)


@dataclass(frozen=True)
class _Regex:
    source: str
    pattern: Pattern


def _pattern(source: str) -> _Regex:
    try:
        return _Regex(source, regex(source))
    except PatternError as error:
        raise MatcherError(f"the expression {brief(source, 60)} {error}") from None


def _searched(expression: _Regex, text: str) -> bool:
    if len(text) > min(expression.pattern.longest, MAX_TEXT):
        raise CannotMatch(f"{len(text)} characters are too many for the expression /{brief(expression.source, 60)}/")
    return expression.pattern.search(text)


def _have_len(name: str, value: Any, _: int) -> Matcher:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MatcherError(f"{name} takes a number, not {told(value, 40)}")

    def holds(found: Any) -> str | None:
        if not isinstance(found, (str, list, dict)):
            raise CannotMatch("only texts, lists and mappings have a length")
        length = len(found.encode("utf-8", "surrogateescape")) if isinstance(found, str) else len(found)
        return None if length == int(value) else f" (its length is {length})"

    return Matcher(f"a length of {int(value)}", holds)


def _have_key(_: str, value: Any, depth: int) -> Matcher:
    matcher = _compiled(value, depth)
    return Matcher(f"a key {matcher.said}", lambda found: None if _any(_mapping(found), matcher) else NO)


def _have_key_with_value(name: str, value: Any, depth: int) -> Matcher:
    if not isinstance(value, dict):
        raise MatcherError(f"{name} takes a mapping of keys to matchers")
    matchers = {str(key): _compiled_below(key, item, depth) for key, item in value.items()}

    def holds(found: Any) -> str | None:
        mapping = _mapping(found)
        wrong = [key for key, matcher in matchers.items() if key not in mapping or matcher.holds(mapping[key]) is not None]
        return f" (not so: {brief(', '.join(wrong))})" if wrong else None

    return Matcher("a mapping with " + " and ".join(f"{key}: {matcher.said}" for key, matcher in matchers.items()), holds)


def _compiled_below(key: Any, value: Any, depth: int) -> Matcher:
    try:
        return _compiled(value, depth)
    except MatcherError as error:
        raise MatcherError(str(error), (key, *error.path)) from None


def _contain_element(name: str, value: Any, depth: int) -> Matcher:
    if isinstance(value, (bool, list)):
        raise MatcherError(f"{name} takes a matcher, a text or a number, not {told(value, 40)}")
    matcher = _compiled(value, depth)
    return Matcher(f"an element {matcher.said}", lambda found: None if _any(_items(found, as_lines=True), matcher) else NO)


def _contain_elements(matchers: list[Matcher], *, as_lines: bool) -> Matcher:
    def holds(found: Any) -> str | None:
        missing = _unmatched(matchers, _items(found, as_lines=as_lines))
        return f" (missing: {brief(', '.join(m.said for m in missing))})" if missing else None

    return Matcher(f"[{', '.join(matcher.said for matcher in matchers)}]", holds)


def _consist_of(_: str, value: Any, depth: int) -> Matcher:
    matchers = _all(value, depth)

    def holds(found: Any) -> str | None:
        items = _items(found, as_lines=False)
        missing = _unmatched(matchers, items)
        if missing:
            return f" (missing: {brief(', '.join(m.said for m in missing))})"
        return f" ({len(items)} elements, {len(matchers)} expected)" if len(items) != len(matchers) else None

    return Matcher(f"just [{', '.join(matcher.said for matcher in matchers)}]", holds)


def _not(_: str, value: Any, depth: int) -> Matcher:
    matcher = _compiled(value, depth)
    return Matcher(f"not {matcher.said}", lambda found: NO if matcher.holds(found) is None else None)


def _and(_: str, value: Any, depth: int) -> Matcher:
    matchers = _all(value, depth)

    def holds(found: Any) -> str | None:
        for matcher in matchers:
            missing = matcher.holds(found)
            if missing is not None:
                return f" (not so: {brief(matcher.said)}{missing if missing != NO else ''})" if len(matchers) > 1 else missing
        return None

    return Matcher(" and ".join(matcher.said for matcher in matchers) or "anything", holds)


def _or(_: str, value: Any, depth: int) -> Matcher:
    matchers = _all(value, depth)
    return Matcher(
        " or ".join(matcher.said for matcher in matchers) or "one of nothing",
        lambda found: None if any(matcher.holds(found) is None for matcher in matchers) else NO,
    )


def _compare(name: str, value: Any, _: int) -> Matcher:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MatcherError(f"{name} takes a number, not {told(value, 40)}")

    def holds(found: Any) -> str | None:
        number = number_of(found)
        met = {"gt": number > value, "ge": number >= value, "lt": number < value, "le": number <= value}[name]
        return None if met else NO

    return Matcher(f"{NUMERIC[name]} {text_of(value)}", holds)


def _semver(name: str, value: Any, _: int) -> Matcher:
    written = _text_argument(name, value)
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
                return f" ({brief(key, 60)} is {told(inner)}{missing if missing != NO else ''})"
        return None

    return Matcher(" and ".join(f"{brief(key, 60)} {matcher.said}" for key, _, matcher in parts) or "JSON", holds)


def _have_patterns(name: str, value: Any, _: int) -> Matcher:
    if not isinstance(value, list):
        raise MatcherError(f"{name} takes a list of patterns")
    return _patterns(value)


MATCHERS: dict[str, Callable[[str, Any, int], Matcher]] = {
    "equal": _equal,
    "have-prefix": _about_text("a text that begins with", str.startswith),
    "have-suffix": _about_text("a text that ends with", str.endswith),
    "match-regexp": _match_regexp,
    "contain-substring": _about_text("a text with", lambda found, wanted: wanted in found),
    "have-len": _have_len,
    "have-patterns": _have_patterns,
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


# -- patterns of lines


@dataclass(frozen=True)
class _Line:
    """One pattern: what it is called, whether it must not be there, and whether a line has it."""

    written: str
    absent: bool
    test: Callable[[str], bool]


def _line(written: Any) -> _Line:
    if not isinstance(written, str):
        raise MatcherError(f"a pattern is a text, not {told(written, 40)}: put it into quotes, or write `and` with matchers")
    absent = written.startswith("!")
    inner = written[1:] if absent else written
    if inner.startswith("/") and len(inner) > 1 and inner.endswith("/"):
        expression = _pattern(inner[1:-1])
        return _Line(written, absent, lambda line: _searched(expression, line))
    plain = written.lstrip("\\/!")
    return _Line(written, absent, lambda line: plain in line)


def _patterns(value: list[Any]) -> Matcher:
    found: list[_Line] = []
    for index, item in enumerate(value):
        try:
            found.append(_line(item))
        except MatcherError as error:
            raise MatcherError(str(error), (index,)) from None

    def holds(text: Any) -> str | None:
        wrong = [repr(brief(line.written)) for line in found if not _is_met(line, _lines(text_of(text)))]
        return f" (not so: {brief(', '.join(wrong))})" if wrong else None

    return Matcher(f"lines with {', '.join(repr(brief(line.written)) for line in found)}" if found else "anything", holds)


def _is_met(line: _Line, lines: list[str]) -> bool:
    if any(line.test(text) for text in lines):
        return not line.absent
    return line.absent or not line.written


def _lines(text: str) -> list[str]:
    """The lines as Go's scanner has them: ended by a line feed, with a carriage return before it taken off."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


# -- values


def text_of(value: Any) -> str:
    """A value as text: as Go prints it, lists one item a line."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(map(_printed, value))
    return _printed(value)


def _printed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "<nil>"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{_printed(item)}' for key, item in sorted(value.items()))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(_printed, value))}]"
    return str(value)


def _float(value: float) -> str:
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return repr(value) if math.isfinite(value) else {math.inf: "+Inf", -math.inf: "-Inf"}.get(value, "NaN")


def number_of(value: Any) -> float:
    """A value as a number; raises `CannotMatch`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            found = float(value.strip())
        except ValueError:
            found = math.nan
        if found == found:  # noqa: PLR0124 - no NaN
            return found
    raise CannotMatch(f"{told(value, 40)} is no number")


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CannotMatch("only a mapping has keys")
    return value


def _items(value: Any, *, as_lines: bool) -> list[Any]:
    if isinstance(value, str) and as_lines:
        value = value.split("\n")
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        raise CannotMatch(
            "only a list has elements" + ("" if as_lines or not isinstance(value, str) else "; contain-elements reads a text by lines")
        )
    if len(value) > MAX_ITEMS:
        raise CannotMatch(f"more than {MAX_ITEMS} elements are not compared")
    return value


def _is(wanted: bool, found: Any) -> str | None:
    return None if found is wanted else NO


def _is_number(wanted: float, found: Any) -> str | None:
    return None if number_of(found) == wanted else NO


def _is_text(wanted: str, found: Any) -> str | None:
    return None if text_of(found) == wanted else NO


def _is_equal(wanted: Any, found: Any) -> str | None:
    return None if _same(wanted, found) else NO


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _any(items: Any, matcher: Matcher) -> bool:
    """Whether an item matches; one that the matcher cannot be asked of counts only where none does."""
    reason: CannotMatch | None = None
    for item in items:
        try:
            if matcher.holds(item) is None:
                return True
        except CannotMatch as error:
            reason = error
    if reason is not None:
        raise reason
    return False


def _unmatched(matchers: list[Matcher], items: list[Any]) -> list[Matcher]:
    """The matchers left over when each takes an item of its own, as many as can."""
    if len(matchers) * len(items) > MAX_PAIRS:
        raise CannotMatch(f"{len(items)} elements are too many for {len(matchers)} matchers")
    wanted = [[index for index, item in enumerate(items) if _meets(matcher, item)] for matcher in matchers]
    taken: dict[int, int] = {}
    return [matchers[number] for number in range(len(matchers)) if not _placed(number, wanted, taken)]


def _meets(matcher: Matcher, item: Any) -> bool:
    try:
        return matcher.holds(item) is None
    except CannotMatch:
        return False


def _placed(start: int, wanted: list[list[int]], taken: dict[int, int]) -> bool:
    """Find an item for a matcher, moving others on (breadth first, so that nothing recurses)."""
    came: dict[int, int] = {}  # item -> the matcher that asked for it
    queue = [start]
    for number in queue:
        for index in wanted[number]:
            if index in came:
                continue
            came[index] = number
            if index not in taken:
                _hand_on(index, came, taken)
                return True
            queue.append(taken[index])
    return False


def _hand_on(free: int, came: dict[int, int], taken: dict[int, int]) -> None:
    """An item is free: everybody on the way to it takes the one they asked for, and leaves the one they had."""
    index: int | None = free
    while index is not None:
        owner = came[index]
        before = next((item for item, who in taken.items() if who == owner), None)
        taken[index] = owner
        index = before
