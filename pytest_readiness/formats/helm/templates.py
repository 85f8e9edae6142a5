"""Templates as text and actions, and the marks that say afterwards which line a rendered piece came from.

A mark is a YAML comment behind a line (``name: {{ .Release.Name }} #k3f:2:14;``). It is set where a line has put
something out, before whatever may lead elsewhere or bring marks along, so each character of the rendered text belongs to
the next mark behind it. Taken out again, the text must be what the template renders without marks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from itertools import accumulate
from itertools import pairwise
from typing import NamedTuple

from ...syntax import yaml

_STOP = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|\}\}")
_COMMENT_END = re.compile(r"\*/(?:\s-)?\}\}")
_KEYWORD = re.compile(r"(if|else|end|range|with|define|block|break|continue)\b")
_ASSIGNMENT = re.compile(r"\$\w*(?:\s*,\s*\$\w+)?\s*:?=")
_ENTRY = re.compile(r"^[ \t]*(?:- )?[^\s:#{}][^:\n{}]*:(?:[ \t]|$)|^[ \t]*- ", re.MULTILINE)
_LITERAL = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`")
_SIMPLE = re.compile(
    r"\{\{-?\s*(?:include|template)\s+(?P<name>\"[^\"\n]*\"|`[^`]*`|\([^()]*\)|[$.\w]+)(?P<rest>[^|}]*)(?:\|\s*(?:nindent|indent|trim)\b[^|}]*)*\}\}"
)
_DYNAMIC = re.compile(r"(?<![.\w$])(?:include|template)\s+(?![\"`\s])")
MAX_ACTION = 2000
OPENERS = ("if", "range", "with", "define", "block")
NAMED = ("define", "block")


class Action(NamedTuple):
    """``{{ ... }}``: its place in the text, its keyword (empty for one that puts something out) and whether it takes white space away behind it."""

    start: int
    end: int
    keyword: str
    trims: bool


def actions(text: str) -> Iterator[Action]:
    """The actions of a template, in order; helm reports what is wrong in them."""
    start = text.find("{{")
    while start >= 0:
        trimmed = text.startswith("{{-", start) and text[start + 3 : start + 4].isspace()
        body = start + 3 if trimmed else start + 2
        while text[body : body + 1].isspace():
            body += 1
        comment = text.startswith("/*", body)
        close = _COMMENT_END.search(text, body + 2) if comment else next((m for m in _STOP.finditer(text, body) if m[0] == "}}"), None)
        if close is None:
            return
        end = close.end()
        word = _KEYWORD.match(text, body, end)
        keyword = "comment" if comment else word[1] if word else "set" if _ASSIGNMENT.match(text, body, end) else ""
        yield Action(start, end, keyword, text[end - 3] == "-" and text[end - 4].isspace())
        start = text.find("{{", end)


def blocks(found: list[Action]) -> dict[int, tuple[int, int]]:
    """For each action of a block (``if``, its ``else`` and ``end``) the indexes of its first and last."""
    spans: dict[int, tuple[int, int]] = {}
    stack: list[list[int]] = []
    for index, action in enumerate(found):
        if action.keyword in OPENERS:
            stack.append([index])
        elif action.keyword in ("else", "break", "continue") and stack:
            stack[-1].append(index)
        elif action.keyword == "end" and stack:
            members = [*stack.pop(), index]
            spans.update((member, (members[0], index)) for member in members)
    for members in stack:
        spans.update((member, (members[0], len(found) - 1)) for member in members)
    return spans


def line_starts(path: str, text: str) -> list[int]:
    """The index of the first character of every line, as the file's format counts lines."""
    starts = [0]
    for line in yaml.lines(text) if path.endswith((".yaml", ".yml", ".json")) else text.split("\n"):
        start = starts[-1] + len(line)
        starts.append(start + (2 if text.startswith("\r\n", start) else 1))
    return starts[:-1]


# -- what may be marked


class Marked(NamedTuple):
    """Which definitions get marks of their own, and which files get none (by the end of their path; empty for all)."""

    names: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()

    def emits(self, action: str) -> bool:
        """Whether what an action puts out may hold marks of another place."""
        found = _simple(action)
        return found is not None and (not _LITERAL.fullmatch(found["name"]) or found["name"][1:-1] in self.names)


def markable(templates: Iterable[str], others: Iterable[str], *, named: bool) -> Marked:
    """What can be marked so that marks end up where the text does that they are about.

    A definition that is included as lines of YAML is: ``{{ include "pod" . | nindent 4 }}``. One whose text is kept,
    compared, cut or handed on is not, nor is one that such a definition includes. ``others`` are the texts that
    templates may read, such as values, which ``tpl`` runs.
    """
    uses = _Uses()
    for text in templates:
        uses.read(text)
    names = set(uses.readable) - uses.captured if named and not uses.any_captured else set()
    texts = [text for text in others if "{{" in text]
    names = {name for name in names if not any(name in text for text in texts)}
    while lost := {name for owner, name in uses.inside if owner not in names} & names:
        names -= lost
    return Marked(frozenset(names), tuple(sorted(uses.files)))


class _Uses:
    """What templates do with definitions and with each other."""

    def __init__(self) -> None:
        self.readable: set[str] = set()
        self.captured: set[str] = set()
        self.inside: set[tuple[str, str]] = set()  # definitions and what they include
        self.files: set[str] = set()
        self.any_captured = False

    def read(self, text: str) -> None:
        found = list(actions(text))
        spans = blocks(found)
        owners: list[tuple[int, str]] = []
        for index, action in enumerate(found):
            while owners and index > owners[-1][0]:
                owners.pop()
            written = text[action.start : action.end]
            if action.keyword in NAMED:
                name, last = name_of(written), spans[index][1]
                owners.append((last, name))
                if is_yaml(text, action.end, found[last].start):
                    self.readable.add(name)
                self.captured.update(literals(written) - {name})
            elif action.keyword != "comment":
                self.use(written, owners[-1][1] if owners else "")

    def use(self, action: str, owner: str) -> None:
        simple = _simple(action)
        called = simple["name"] if simple else ""
        if simple and _LITERAL.fullmatch(called):
            if owner:
                self.inside.add((owner, called[1:-1]))
            self.captured.update(literals(simple["rest"]))
            return
        if not simple or owner:
            self.captured.update(literals(action))
            if _DYNAMIC.search(action) and "sha256sum" not in action:
                self.files.update({name for name in literals(action) if "/" in name} or {""} if "BasePath" in action else ())
                self.any_captured = True


def _simple(action: str) -> re.Match[str] | None:
    """An action that includes a definition as it is, indented at most; a very long one is none."""
    return _SIMPLE.fullmatch(action) if len(action) <= MAX_ACTION else None


def literals(action: str) -> set[str]:
    """The texts in quotes in an action."""
    return {found[1:-1] for found in _LITERAL.findall(action)}


def name_of(action: str) -> str:
    """The name in ``{{ define "name" }}``."""
    return next((found[1:-1] for found in _LITERAL.findall(action)), "")


def is_yaml(text: str, start: int, end: int) -> bool:
    """Whether a definition is YAML of several lines: others are names, conditions or parts of a line."""
    entries = _ENTRY.finditer(text, start, end)
    return next(entries, None) is not None and next(entries, None) is not None


def marked(path: str, text: str, mark: Callable[[int], str], places: Marked) -> str:
    """The template with marks."""
    if any(path.endswith(end) for end in places.left_out):
        return text
    return "".join(_Marker(text, line_starts(path, text), mark, places).pieces())


class _Marker:
    """One pass over a template. Where something was put out and not marked yet, ``line`` is the line it began on."""

    def __init__(self, text: str, starts: list[int], mark: Callable[[int], str], places: Marked) -> None:
        self.text = text
        self.starts = starts
        self.mark = mark
        self.places = places
        self.line = 0
        self.out: list[str] = []
        self.trimming = -1  # where in it the last action is that takes white space away
        self.actions = list(actions(text))
        self.blocks = blocks(self.actions)
        # how many ends of lines there are up to each action, and actions that bring marks along
        ends = (text.count("\n", one.end, other.start) for one, other in pairwise(self.actions))
        brings = (places.emits(text[action.start : action.end]) for action in self.actions[1:])
        self.turns = list(accumulate((lines + emits for lines, emits in zip(ends, brings, strict=True)), initial=0))

    def pieces(self) -> list[str]:
        position = skipped = 0
        for index, action in enumerate(self.actions):
            if index < skipped:
                continue
            self.copy(position, action.start)
            written = self.text[action.start : action.end]
            if action.keyword in NAMED and name_of(written) not in self.places.names:
                self.set_mark()
                if action.keyword == "block":
                    self.begin(action.start)
                skipped = self.blocks[index][1] + 1
                position = self.actions[skipped - 1].end
                self.out.append(self.text[action.start : position])
                continue
            if not action.keyword:
                if self.places.emits(written):
                    self.set_mark()
                self.begin(action.start)
            elif action.keyword not in ("comment", "set") and not self.in_line(index):
                self.set_mark()
            position = action.end
            self.trimming = len(self.out) if action.trims else self.trimming
            self.out.append(self.text[action.start : position])
        self.copy(position, len(self.text))
        self.set_mark()
        return self.out

    def in_line(self, index: int) -> bool:
        """Whether the whole block stands on one line, so that whatever it does ends up at the end of this line."""
        first, last = self.blocks.get(index, (index, index))
        if self.actions[first].keyword in NAMED or first == last:
            return False
        return self.turns[first] == self.turns[last]

    def begin(self, index: int) -> None:
        self.line = self.line or bisect_right(self.starts, index)

    def copy(self, start: int, end: int) -> None:
        """A piece of text, with a mark at the end of each line that has put something out."""
        while start < end:
            stop = self.text.find("\n", start, end)
            piece = self.text[start : end if stop < 0 else stop]
            bare = piece.rstrip()
            if bare.strip():
                self.begin(start + len(piece) - len(piece.lstrip()))
            separator = piece.startswith("---") and (not start or self.text[start - 1] == "\n")
            if separator and not bare.strip("-"):
                self.line = 0  # helm cuts documents here
            self.out.append(bare)
            if stop >= 0:
                self.set_mark()
            self.out.append(piece[len(bare) :])
            if stop >= 0:
                self.out.append("\n")
            start = end if stop < 0 else stop + 1

    def set_mark(self) -> None:
        """A mark for what was put out, if anything: before white space, inside of an action that would take it away."""
        if not self.line:
            return
        space: list[str] = []
        while self.out and not self.out[-1].strip():
            space.append(self.out.pop())
        mark = self.mark(self.line)
        if self.trimming == len(self.out) - 1:
            self.out[-1] = f'{self.out[-1][:-4].rstrip()}}}}}{{{{ "{mark}" -}}}}'
        else:
            self.out.append(mark)
        self.out.extend(reversed(space))
        self.line = 0
