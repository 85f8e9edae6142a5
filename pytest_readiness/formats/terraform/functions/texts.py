"""Functions of texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from ....syntax.yaml import Sequence
from ....unknown import Unknown
from ..types import ANY
from ..values import NOWHERE
from ..values import List
from ..values import Object
from ..values import encoded
from ..values import number
from ..values import text
from .calling import NUMBER
from .calling import TEXT
from .calling import TEXTS as LIST_OF_TEXTS
from .calling import function

MAX_TEXT = 200_000
MAX_STEPS = 2_000_000
MAX_PATTERN = 300


def _title(value: str) -> str:
    return re.sub(r"(^|[^\w])(\w)", lambda found: found[1] + found[2].upper(), value)


def _substr(value: str, offset: Any, length: Any) -> str:
    start, count = int(offset), int(length)
    if start != offset or count != length or abs(count) > MAX_TEXT:
        raise ValueError("no place in a text")
    start = max(0, start + len(value)) if start < 0 else start
    return value[start:] if count < 0 else value[start : start + count]


def _indent(spaces: Any, value: str) -> str:
    if not 0 <= spaces <= 1000:
        raise ValueError("too wide")
    return value.replace("\n", "\n" + " " * int(spaces))


def _split(between: str, value: str) -> List:
    return List(value.split(between) if between else list(value))


def _join(between: str, *lists: Any) -> str:
    items = [item for items in lists for item in items]
    if sum(map(len, items)) + len(between) * len(items) > MAX_TEXT:
        raise OverflowError("too long")
    return between.join(items)


# -- format

_VERB = re.compile(r"%(?P<flags>[-+# 0]*)(?P<width>\d+)?(?:\.(?P<precision>\d*))?(?:\[(?P<index>\d+)\])?(?P<verb>[a-zA-Z%])", re.ASCII)


def _format(pattern: str, *values: Any) -> str:
    pieces: list[str] = []
    used: set[int] = set()
    place = end = 0
    indexed = False
    for found in _verbs(pattern):
        pieces.append(pattern[end : found.start()])
        end = found.end()
        if found["verb"] == "%":
            pieces.append("%")
            continue
        if found["index"]:
            place, indexed = int(found["index"]) - 1, True
        if not 0 <= place < len(values):
            raise ValueError("not enough arguments")
        pieces.append(_formatted(found, values[place]))
        used.add(place)
        place += 1
    if len(used) < len(values) and not indexed:
        raise ValueError("too many arguments")
    pieces.append(pattern[end:])
    return "".join(pieces)


def _verbs(pattern: str) -> Iterator[re.Match[str]]:
    place = 0
    while (start := pattern.find("%", place)) >= 0:
        found = _VERB.match(pattern, start)
        if found is None:
            raise ValueError("a verb we do not know")
        yield found
        place = found.end()


def _formatted(found: re.Match[str], value: Any) -> str:
    verb, flags = found["verb"], found["flags"]
    precision = found["precision"]
    digits = None if precision is None else int(precision or 0)
    width = int(found["width"] or 0)
    if width > 1000 or (digits or 0) > 1000:
        raise OverflowError("too wide")
    written = _written(verb, flags, value, digits)
    if len(written) >= width:
        return written
    if "-" in flags:
        return written.ljust(width)
    if "0" in flags and verb not in "sqv":
        sign = written[:1] if written[:1] in ("-", "+", " ") else ""
        return sign + written[len(sign) :].rjust(width - len(sign), "0")
    return written.rjust(width, "0" if "0" in flags and verb == "s" else " ")


def _written(verb: str, flags: str, value: Any, digits: int | None) -> str:
    if verb == "v":
        if "#" in flags or isinstance(value, (dict, list)) or value is None:
            return encoded(value)
        verb = "t" if isinstance(value, bool) else "s" if isinstance(value, str) else "g"
    if verb in "sq":
        if value is None:
            raise TypeError("null")
        shown = text(value)[:digits] if digits is not None else text(value)
        return encoded(shown) if verb == "q" else shown
    if verb == "t":
        if isinstance(value, str):
            value = {"true": True, "false": False}[value]
        if not isinstance(value, bool):
            raise TypeError("a boolean required")
        return text(value)
    return _number(verb, flags, value, digits)


def _number(verb: str, flags: str, value: Any, digits: int | None) -> str:
    amount = number(value)
    sign = "+" if "+" in flags and amount >= 0 else " " if " " in flags and amount >= 0 else ""
    if verb in "dboxX":
        if amount != int(amount):
            raise ValueError("an integer required")
        return sign + format(int(amount), verb)
    if verb in "eEfF":
        return sign + format(float(amount), f".{6 if digits is None else digits}{verb}")
    if verb == "g":
        if digits is not None:
            return sign + format(float(amount), f".{digits or 1}g")
        return sign + (text(amount) if abs(amount) < 1e21 and (amount == 0 or abs(amount) >= 1e-4) else format(float(amount), "g"))
    raise ValueError("a verb we do not know")


def _format_list(pattern: str, *values: Any) -> Any:
    lengths = {len(value) for value in values if isinstance(value, list)}
    if len(lengths) > 1:
        raise ValueError("lists of different lengths")
    count = lengths.pop() if lengths else 1
    return List(_format(pattern, *(value[place] if isinstance(value, list) else value for value in values)) for place in range(count))


# -- patterns

_FOREIGN = re.compile(r"\[\[:|\\[pPQzCX]|\(\?[^:PimsU-]")  # RE2's own, and what RE2 does not have
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_REPEAT = re.compile(r"[*+{]|\?")


def _pattern(source: str, subject: str) -> re.Pattern[str]:
    """A pattern that is sure to end soon: the work grows with the length to the power of its repetitions."""
    if len(source) > MAX_PATTERN or _FOREIGN.search(source):
        raise _TooHard
    bare = re.sub(r"\\.", "x", re.sub(r"\[[^\]]*\]", "x", source))
    repeats = sum(1 for found in _REPEAT.finditer(bare) if bare[found.start() - 1] not in "(*+}")
    if _REPEATED_GROUP.search(bare) and len(subject) > 15:
        raise _TooHard
    if max(len(subject), 2) ** (repeats + 1) > MAX_STEPS * 10 and repeats > 1:
        raise _TooHard
    ends = re.sub(r"(\\.|\[[^\]]*\])|\$", lambda found: found[1] or r"\Z", source)
    if ends.startswith("(?s)") or not ends.startswith("(?"):
        return re.compile(ends, re.ASCII)
    return re.compile(ends, re.ASCII)


class _TooHard(Exception):
    """A pattern whose search is not bounded, or whose meaning differs here."""


def _hard(call: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*arguments: Any) -> Any:
        try:
            return call(*arguments)
        except _TooHard:
            return Unknown(f"a pattern that is not searched for here: {arguments[0]}")
        except re.error as error:
            raise ValueError(str(error)) from None

    return guarded


def _captured(pattern: re.Pattern[str], found: re.Match[str]) -> Any:
    if pattern.groupindex:
        if len(pattern.groupindex) != pattern.groups:
            raise ValueError("named and unnamed groups")
        return Object(found.groupdict())
    if pattern.groups:
        made = Sequence(NOWHERE)
        made.extend(found.groups())
        return made
    return found[0]


def _regex(source: str, subject: str) -> Any:
    pattern = _pattern(source, subject)
    found = pattern.search(subject)
    if found is None:
        raise ValueError("no match")
    return _captured(pattern, found)


def _regex_all(source: str, subject: str) -> Any:
    pattern = _pattern(source, subject)
    return List(_captured(pattern, found) for found in pattern.finditer(subject))


def _replace(subject: str, old: str, new: str) -> Any:
    if not (len(old) > 1 and old.startswith("/") and old.endswith("/")):
        if len(subject) * max(len(new), 1) > 10 * MAX_TEXT:
            raise OverflowError("too long")
        return subject.replace(old, new)
    pattern = _pattern(old[1:-1], subject)

    def inserted(found: re.Match[str]) -> str:
        def group(name: re.Match[str]) -> str:
            if name[0] == "$$":
                return "$"
            key = name[1] or name[2]
            try:
                return (found[int(key)] if key.isdigit() else found[key]) or ""
            except (IndexError, KeyError):
                return ""

        return re.sub(r"\$\$|\$\{(\w+)\}|\$(\w+)", group, new)

    return pattern.sub(inserted, subject)


TEXTS: Mapping[str, Callable[..., Any]] = {
    "lower": function(lambda value: value.lower(), TEXT),
    "upper": function(lambda value: value.upper(), TEXT),
    "title": function(_title, TEXT),
    "trimspace": function(lambda value: value.strip(), TEXT),
    "trim": function(lambda value, characters: value.strip(characters) if characters else value, TEXT, TEXT),
    "trimprefix": function(lambda value, start: value.removeprefix(start), TEXT, TEXT),
    "trimsuffix": function(lambda value, end: value.removesuffix(end), TEXT, TEXT),
    "chomp": function(lambda value: value.rstrip("\r\n"), TEXT),
    "indent": function(_indent, NUMBER, TEXT),
    "format": function(_format, TEXT, rest=ANY),
    "formatlist": function(_format_list, TEXT, rest=ANY),
    "join": function(_join, TEXT, rest=LIST_OF_TEXTS),
    "split": function(_split, TEXT, TEXT),
    "strrev": function(lambda value: value[::-1], TEXT),
    "substr": function(_substr, TEXT, NUMBER, NUMBER),
    "replace": function(_hard(_replace), TEXT, TEXT, TEXT),
    "regex": function(_hard(_regex), TEXT, TEXT),
    "regexall": function(_hard(_regex_all), TEXT, TEXT),
    "startswith": function(lambda value, start: value.startswith(start), TEXT, TEXT),
    "endswith": function(lambda value, end: value.endswith(end), TEXT, TEXT),
    "strcontains": function(lambda value, part: part in value, TEXT, TEXT),
}
