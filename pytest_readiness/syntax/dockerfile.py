"""Dockerfile text to instructions that know where every character of them stands.

dockerfile-parse finds the instructions, but it reads heredoc bodies as instructions, ends a ``RUN`` at a
blank continuation line, loses a last instruction that ends in a backslash and knows no columns. So it
gets a text in which every instruction stands on one line and nothing else does, and the values are taken
from the original lines.
"""

from __future__ import annotations

import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..model import ParseFailure
from ..model import Span

NAMES = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split()
)
_WITH_HEREDOCS = frozenset(("RUN", "COPY", "ADD"))
_DIRECTIVE = re.compile(r"\s*#\s*([A-Za-z][\w-]*)\s*=\s*(\S+)\s*\Z")
_HEREDOC = re.compile(r"\d*<<(-?)([^<]+)\Z")
_TEMPLATE = re.compile(r"\{\{|\{%|<%|%%\w+%%")
_MAX_INSTRUCTIONS = 100_000


@dataclass(frozen=True, eq=False)
class Heredoc:
    """The body behind ``<<WORD``; ``line`` is its first line, ``expand`` whether variables in it are."""

    word: str
    expand: bool
    text: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Word:
    """A word as a shell reads it: without its quotes, and where it stands in the text it came from."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Flag:
    """``--name=value`` before the arguments of an instruction."""

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pair:
    """``key=value`` of an ENV, ARG or LABEL; no value where ARG declares a name only."""

    key: str
    value: str | None
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Instruction:
    """One instruction. ``text`` is all behind its name, continuation lines joined; offsets count in it."""

    path: str
    name: str
    text: str
    origin: tuple[tuple[int, int, int], ...]  # (offset, line, column) of every piece of text, in order
    head: Span  # from the name to the end of its line
    end_line: int
    escape: str = "\\"
    heredocs: tuple[Heredoc, ...] = ()

    @property
    def line(self) -> int:
        """The line its name stands on."""
        return self.head.line

    def at(self, start: int, end: int | None = None) -> Span:
        """The place of ``text[start:end]``, cut off at the end of the line it starts on."""
        offsets = [piece[0] for piece in self.origin]
        index = max(bisect_right(offsets, start) - 1, 0)
        offset, line, column = self.origin[index]
        limit = self.origin[index + 1][0] if index + 1 < len(self.origin) else len(self.text)
        stop = min(end if end is not None else limit, limit)
        stop = offset + len(self.text[offset:stop].rstrip())
        first = column + start - offset
        return Span(self.path, line, first, line, max(column + stop - offset, first + 1))

    @cached_property
    def _flags(self) -> tuple[tuple[Flag, ...], int]:
        found: list[Flag] = []
        position = 0
        for word in split(self.text, self.escape):
            if not word.text.startswith("--") or word.text == "--":
                break
            name, _, value = word.text[2:].partition("=")
            found.append(Flag(name.lower(), value, word.start, word.end))
            position = word.end
        rest = self.text[position:]
        return tuple(found), position + len(rest) - len(rest.lstrip())

    @property
    def flags(self) -> tuple[Flag, ...]:
        """The ``--flags`` before the arguments."""
        return self._flags[0]

    def flag(self, name: str) -> Flag | None:
        """The last flag of a name."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)

    @property
    def start(self) -> int:
        """Where the arguments start in the text."""
        return self._flags[1]

    @property
    def value(self) -> str:
        """The arguments behind the flags."""
        return self.text[self.start :].rstrip()

    @cached_property
    def json(self) -> tuple[str, ...] | None:
        """The arguments of the exec form ``["a", "b"]``; None for the shell form."""
        return json_form(self.value)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The arguments, without quotes; those of the exec form all stand where it starts."""
        if self.json is not None:
            return tuple(Word(text, self.start, len(self.text)) for text in self.json)
        return tuple(word for word in split(self.text, self.escape) if word.start >= self.start)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """What an ENV, ARG or LABEL sets, in the ``key=value`` and the old ``key value`` form."""
        words = self.words
        if not words or self.json is not None:
            return ()
        if self.name != "ARG" and "=" not in words[0].text:
            value = self.text[words[0].end :].strip()
            texts = [word.text for word in split(value, self.escape)]
            value = texts[0] if len(texts) == 1 else value
            return (Pair(words[0].text, value, words[0].start, len(self.text)),)
        found = []
        for index, word in enumerate(words):
            key, equals, value = word.text.partition("=")
            if self.name == "ARG" and not equals and index + 1 < len(words) and index == 0:
                continue  # ARG NAME VALUE declares two names, neither with a value
            found.append(Pair(key, value if equals else None, word.start, word.end))
        return tuple(found)

    @cached_property
    def trigger(self) -> Instruction | None:
        """What an ONBUILD runs in the images built from this one."""
        if self.name != "ONBUILD" or not self.words:
            return None
        word = self.words[0]
        name = word.text.upper()
        rest = self.text[word.end :]
        skip = word.end + len(rest) - len(rest.lstrip())
        return Instruction(
            self.path, name, self.text[skip:], _shifted(self.origin, skip), self.head, self.end_line, self.escape, self.heredocs
        )


@dataclass(frozen=True, eq=False)
class File:
    """A read Dockerfile: its instructions, the parser directives above them, and what could not be read."""

    path: str
    instructions: tuple[Instruction, ...]
    directives: dict[str, str]
    failures: tuple[ParseFailure, ...]


def json_form(text: str) -> tuple[str, ...] | None:
    """The strings of ``["a", "b"]``; None for anything else, which Docker then takes for the shell form."""
    text = text.strip()
    if not text.startswith("["):
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tuple(data) if isinstance(data, list) and all(isinstance(item, str) for item in data) else None


def split(text: str, escape: str = "\\") -> Iterator[Word]:
    r"""The words of a text, split at white space outside of quotes, quotes and escapes taken off.

    ``$NAME`` and ``${NAME:-a b}`` stay as they are; a dollar that is only a dollar is written ``\$``.
    """
    position, size = 0, len(text)
    while position < size:
        while position < size and text[position].isspace():
            position += 1
        if position == size:
            return
        start = position
        parts: list[str] = []
        quote = ""
        depth = 0
        while position < size and (quote or depth or not text[position].isspace()):
            character = text[position]
            if character == escape and quote != "'" and position + 1 < size:
                following = text[position + 1]
                if following == "$":
                    parts.append("\\$")
                else:
                    parts.append(following if not quote or following in f'"`{escape}' else character + following)
                position += 2
                continue
            if quote:
                if character == quote:
                    quote = ""
                else:
                    parts.append("\\$" if character == "$" and quote == "'" else character)
            elif character in "'\"":
                quote = character
            else:
                if text.startswith("${", position):
                    depth += 1
                elif character == "}" and depth:
                    depth -= 1
                parts.append(character)
            position += 1
        yield Word("".join(parts), start, position)


def parse(path: str, text: str) -> File:
    """Read a Dockerfile. Raises `ParseFailure` where nothing of it can be judged."""
    text = text.removeprefix("\ufeff")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    _refuse(path, lines)
    failures: list[ParseFailure] = []
    reader = _Reader(path, lines, failures)
    found: list[Instruction] = []
    for name, index in _recognised(reader.logical, reader.escape):
        instruction = reader.logical[index]
        if name in NAMES:
            if instruction.text.strip() or instruction.name == "RUN":
                found.append(instruction)
            else:
                failures.append(ParseFailure(f"{name} has no arguments", instruction.head))
        elif _TEMPLATE.match(name):
            raise ParseFailure("is an unrendered template: render it, then judge the result", instruction.head)
        else:
            failures.append(ParseFailure(f"unknown instruction {_short(name)}", instruction.head))
    if any(instruction.name == "FROM" and _TEMPLATE.search(instruction.text) for instruction in found):
        head = next(i.head for i in found if i.name == "FROM" and _TEMPLATE.search(i.text))
        raise ParseFailure("is an unrendered template: render it, then judge the result", head)
    if not any(instruction.name == "FROM" for instruction in found):
        raise (failures or [ParseFailure("has no FROM, so it builds no image", _first(path, lines))])[0]
    return File(path, tuple(found), reader.directives, tuple(failures))


def _refuse(path: str, lines: list[str]) -> None:
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            column = line.index("\0") + 1
            raise ParseFailure("holds a NUL byte, so it is no text", Span(path, number, column, number, column + 1))


def _first(path: str, lines: list[str]) -> Span:
    number, line = next(((n, line) for n, line in enumerate(lines, 1) if line.strip()), (1, " "))
    return Span(path, number, 1, number, max(len(line), 1) + 1)


def _short(name: str) -> str:
    return ascii(name if len(name) <= 30 else f"{name[:30]}...")[1:-1]


class _Reader:
    """From lines to instructions that are not recognised yet, by the index of their first line."""

    def __init__(self, path: str, lines: list[str], failures: list[ParseFailure]) -> None:
        self.path = path
        self.lines = lines
        self.failures = failures
        self.directives: dict[str, str] = {}
        self.logical: dict[int, Instruction] = {}
        index = 0
        while index < len(lines) and (found := _DIRECTIVE.match(lines[index])) and found[1].lower() not in self.directives:
            self.directives[found[1].lower()] = found[2]
            index += 1
        self.escape = self.directives.get("escape", "\\")
        if self.escape not in "\\`":
            self.escape = self.directives["escape"] = "\\"
        # a line continues when it ends in one escape character, not in an escaped one
        self.continued = re.compile(rf"(?:^|[^{re.escape(self.escape)}]){re.escape(self.escape)}[ \t]*\Z")
        while index < len(lines):
            line = lines[index]
            if not line.strip() or line.lstrip().startswith("#"):
                index += 1
                continue
            if len(self.logical) == _MAX_INSTRUCTIONS:
                raise ParseFailure(f"has more than {_MAX_INSTRUCTIONS} instructions", Span(path, index + 1, 1, index + 1, 2))
            index = self.instruction(index)

    def instruction(self, first: int) -> int:
        """Read the instruction that starts on a line, with its continuation lines and heredocs; the index behind it."""
        pieces: list[str] = []
        origin: list[tuple[int, int, int]] = []
        size, index, last, more = 0, first, first, True
        while more and index < len(self.lines):
            line = self.lines[index]
            bare = line.strip()
            if index > first and (not bare or bare.startswith("#")):
                index += 1
                continue
            more = bool(self.continued.search(line))
            piece = line.rstrip(" \t")[:-1] if more else line.rstrip()
            origin.append((size, index + 1, 1))
            pieces.append(piece)
            size += len(piece)
            last = index
            index += 1
        text = "".join(pieces)
        lead = len(text) - len(text.lstrip())
        name = text[lead:].split(None, 1)[0] if text.strip() else ""
        skip = lead + len(name)
        skip += len(text[skip:]) - len(text[skip:].lstrip())
        head = Span(self.path, first + 1, lead + 1, first + 1, max(len(pieces[0].rstrip()), lead + 1) + 1)
        index = last + 1
        instruction = Instruction(self.path, name.upper(), text[skip:].rstrip(), _shifted(tuple(origin), skip), head, index, self.escape)
        heredocs: list[Heredoc] = []
        if "<<" in text and _takes_heredocs(instruction):
            for word, dash, expand in _markers(instruction):
                body, end = _body(self.lines, index, word, dash)
                if body is None:
                    self.failures.append(ParseFailure(f"the heredoc <<{_short(word)} never ends", head))
                    return len(self.lines)
                heredocs.append(Heredoc(word, expand, "\n".join(body), index + 1, end))
                index = end
            instruction = Instruction(
                self.path, instruction.name, instruction.text, instruction.origin, head, index, self.escape, tuple(heredocs)
            )
        self.logical[first] = instruction
        return index


def _shifted(origin: tuple[tuple[int, int, int], ...], skip: int) -> tuple[tuple[int, int, int], ...]:
    """The origin of what remains behind the first ``skip`` characters."""
    offsets = [piece[0] for piece in origin]
    index = max(bisect_right(offsets, skip) - 1, 0)
    offset, line, column = origin[index]
    return ((0, line, column + skip - offset), *((o - skip, n, c) for o, n, c in origin[index + 1 :]))


def _takes_heredocs(instruction: Instruction) -> bool:
    trigger = instruction.trigger
    return (trigger.name if trigger else instruction.name) in _WITH_HEREDOCS


def _markers(instruction: Instruction) -> Iterator[tuple[str, bool, bool]]:
    """The heredocs an instruction opens: (word, tabs are stripped, variables are expanded)."""
    for word in split(instruction.text, instruction.escape):
        raw = instruction.text[word.start : word.end]
        found = _HEREDOC.match(raw)
        if found:
            bare = next((w.text for w in split(found[2], instruction.escape)), "")
            if bare:
                yield bare, bool(found[1]), bare == found[2]


def _body(lines: list[str], index: int, word: str, dash: bool) -> tuple[list[str] | None, int]:
    body: list[str] = []
    for number in range(index, len(lines)):
        line = lines[number].lstrip("\t") if dash else lines[number]
        if line == word:
            return body, number + 1
        body.append(line)
    return None, len(lines)


def _recognised(logical: dict[int, Instruction], escape: str) -> Iterator[tuple[str, int]]:
    """The instruction names with the index of their line, as dockerfile-parse reads them."""
    from dockerfile_parse.parser import DockerfileParser

    indexes = list(logical)
    heads = (f"{i.name} {i.text.split(None, 1)[0].rstrip(escape) if i.text else ''}.\n" for i in logical.values())
    stream = io.BytesIO("".join(heads).encode("utf-8", "replace"))
    for item in DockerfileParser(fileobj=stream).structure:  # type: ignore[no-untyped-call]
        if item["instruction"] != "COMMENT":
            index = indexes[item["startline"]]
            yield logical[index].name, index
