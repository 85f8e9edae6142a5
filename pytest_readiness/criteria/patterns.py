"""Regular expressions of users in linear time.

``re`` backtracks: ``(a+)+$`` takes minutes on forty characters, and who may write a criterion must not be able to stop a
pipeline. google-re2 has no wheel for some platforms that this package runs on. So Python's own parser reads the
expression, and sets of states run over the text, each set made once. What needs backtracking (references
to groups, looking around) is refused.
"""

from __future__ import annotations

import re
import sys
import warnings
from functools import lru_cache
from typing import Any

if sys.version_info >= (3, 11):
    from re import _constants as sre
    from re import _parser as sre_parser
else:
    import sre_constants as sre
    import sre_parse as sre_parser

MAX_STATES = 2_000
MAX_SETS = 5_000  # sets of states that are remembered
MAX_PATTERN = 500  # characters
MAX_WORK = 20_000_000  # states by characters: a few seconds at worst
_CATEGORY = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}


class PatternError(Exception):
    """Why an expression is refused, in the words of who wrote it."""


class _Program:
    """States of two sorts: ``tests`` take a character and go on to one state, ``jumps`` take none and go on to several."""

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.tests: dict[int, tuple[re.Pattern[str], int]] = {}
        self.jumps: dict[int, tuple[tuple[tuple[Any, int] | None, int], ...]] = {}  # (assertion with the flags there, state)
        self.size = 0

    def state(self) -> int:
        self.size += 1
        if self.size > MAX_STATES:
            raise PatternError("is too large: fewer or smaller repetitions in braces")
        return self.size - 1

    def character(self, source: str, after: int) -> int:
        state = self.state()
        self.tests[state] = (_character(source, self.flags & (re.IGNORECASE | re.DOTALL | re.ASCII)), after)
        return state

    def jump(self, *targets: int, assertion: tuple[Any, int] | None = None) -> int:
        state = self.state()
        self.jumps[state] = tuple((assertion, target) for target in targets)
        return state

    def sequence(self, items: Any, after: int) -> int:
        """The first state of what matches all items and then goes on at ``after``; built from behind."""
        for op, argument in reversed(list(items)):
            after = self.item(op, argument, after)
        return after

    def item(self, op: Any, argument: Any, after: int) -> int:
        if op is sre.LITERAL:
            return self.character(re.escape(chr(argument)), after)
        if op is sre.NOT_LITERAL:
            return self.character(f"[^{_in_set(argument)}]", after)
        if op is sre.ANY:
            return self.character(".", after)
        if op is sre.IN:
            return self.character(_set(argument), after)
        if op is sre.BRANCH:
            return self.jump(*(self.sequence(branch, after) for branch in argument[1]))
        if op is sre.SUBPATTERN:
            _, added, removed, inner = argument
            before, self.flags = self.flags, (self.flags | added) & ~removed
            try:
                return self.sequence(inner, after)
            finally:
                self.flags = before
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, inner = argument
            return self.repeat(least, most, inner, after)
        if op is sre.AT:
            return self.jump(after, assertion=(argument, self.flags))
        raise PatternError("refers to a group, looks around or forbids backtracking, which takes unbounded time: write it without")

    def repeat(self, least: int, most: int, inner: Any, after: int) -> int:
        if most == sre.MAXREPEAT:
            loop = self.state()
            self.jumps[loop] = ((None, self.sequence(inner, loop)), (None, after))
            start = loop
        else:
            start = after
            for _ in range(most - least):
                start = self.jump(self.sequence(inner, start), after)
        for _ in range(least):
            start = self.sequence(inner, start)
        return start


def _in_set(code: int) -> str:
    return re.escape(chr(code))


def _set(items: Any) -> str:
    """A set of characters as it is written between brackets."""
    found = []
    for op, argument in items:
        if op is sre.NEGATE:
            found.append("^")
        elif op is sre.LITERAL:
            found.append(_in_set(argument))
        elif op is sre.RANGE:
            found.append(f"{_in_set(argument[0])}-{_in_set(argument[1])}")
        else:
            found.append(_CATEGORY[argument])
    return f"[{''.join(found)}]"


@lru_cache(maxsize=2_000)
def _character(source: str, flags: int) -> re.Pattern[str]:
    return re.compile(source, flags)


_WORD = re.compile(r"\w").match


def _side(character: str) -> str:
    """What an assertion asks of a character beside it: none, the end of a line, part of a word (of ASCII: w), or something else."""
    if character in ("", "\n"):
        return character
    return "." if not _WORD(character) else "w" if character.isascii() else "u"


class Pattern:
    """A compiled expression."""

    def __init__(self, text: str) -> None:
        try:
            with warnings.catch_warnings(action="ignore") if sys.version_info >= (3, 11) else warnings.catch_warnings():
                parsed = sre_parser.parse(text)
        except (re.error, RecursionError, OverflowError) as error:
            raise PatternError(f"is no regular expression: {error}") from None
        self.text = text
        program = _Program(parsed.state.flags)
        self._end = program.state()
        try:
            self._start = program.sequence(parsed, self._end)
        except RecursionError:
            raise PatternError("is nested too deeply") from None
        self._program = program
        self.longest = MAX_WORK // program.size  # characters of a text that it may be asked of
        self._asserts = any(assertion for jumps in program.jumps.values() for assertion, _ in jumps)
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._closures: dict[tuple[frozenset[int], str, str, str], frozenset[int]] = {}

    def fullmatch(self, text: str) -> bool:
        """Whether the whole text matches."""
        states = frozenset((self._start,))
        for index, character in enumerate(text):
            states = self._step(self._closed(states, text, index), character)
            if not states:
                return False
        return self._end in self._closed(states, text, len(text))

    def search(self, text: str) -> bool:
        """Whether it matches somewhere in the text."""
        return self.ends(text) is not None

    def ends(self, text: str) -> int | None:
        """Where the match that ends first ends; None where there is none."""
        first = frozenset((self._start,))
        states = first
        for index, character in enumerate(text):
            closed = self._closed(states, text, index)
            if self._end in closed:
                return index
            states = self._step(closed, character) | first
        return len(text) if self._end in self._closed(states, text, len(text)) else None

    def _step(self, states: frozenset[int], character: str) -> frozenset[int]:
        key = (states, character)
        found = self._steps.get(key)
        if found is None:
            if len(self._steps) >= MAX_SETS:
                self._steps.clear()
            tests = self._program.tests
            found = frozenset(tests[state][1] for state in states if state in tests and tests[state][0].match(character))
            self._steps[key] = found
        return found

    def _closed(self, states: frozenset[int], text: str, index: int) -> frozenset[int]:
        """The states and all that are reached from them without taking a character."""
        before = after = last = ""
        if self._asserts:
            before = _side(text[index - 1]) if index else ""
            after = _side(text[index]) if index < len(text) else ""
            last = "last" if index == len(text) - 1 and after == "\n" else ""
        key = (states, before, after, last)
        found = self._closures.get(key)
        if found is None:
            if len(self._closures) >= MAX_SETS:
                self._closures.clear()
            reached, work = set(states), list(states)
            while work:
                for assertion, target in self._program.jumps.get(work.pop(), ()):
                    if target not in reached and (assertion is None or _holds(assertion[0], assertion[1], before, after, last)):
                        reached.add(target)
                        work.append(target)
            found = self._closures[key] = frozenset(reached)
        return found


def _holds(kind: Any, flags: int, before: str, after: str, last: str) -> bool:
    """Whether an assertion holds between two characters."""
    many_lines = bool(flags & re.MULTILINE)
    if kind is sre.AT_BEGINNING:
        return before == "" or (many_lines and before == "\n")
    if kind is sre.AT_BEGINNING_STRING:
        return before == ""
    if kind is sre.AT_END:
        return after == "" or bool(last) or (many_lines and after == "\n")
    if kind is sre.AT_END_STRING:
        return after == ""
    words = ("w",) if flags & re.ASCII else ("w", "u")
    return ((before in words) != (after in words)) == (kind is sre.AT_BOUNDARY)


@lru_cache(maxsize=2_000)
def compiled(text: str) -> Pattern:
    """The pattern that somebody wrote, compiled once; raises `PatternError`."""
    if len(text) > MAX_PATTERN:
        raise PatternError(f"is longer than {MAX_PATTERN} characters")
    return Pattern(text)
