"""What stages of Dockerfiles are made of: their image, health check, copies, and what they run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...model import Span
from ...syntax.dockerfile import Flag
from ...syntax.dockerfile import Heredoc
from ...syntax.dockerfile import Instruction
from ...syntax.dockerfile import Word
from ...syntax.dockerfile import json_form
from ...syntax.shell import Command
from ...syntax.shell import Word as ShellWord
from ...syntax.shell import from_words
from ...syntax.shell import parse as shell
from ...unknown import Unresolved
from ..images import Image
from .variables import HOLE

_NONROOT_TAG = re.compile(r"(?:^|-)nonroot(?:-|\Z)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


@dataclass(frozen=True)
class Base:
    """The image behind FROM. ``image`` is written out as far as its variables are known; `HOLE` stands for the rest."""

    image: Image
    span: Span
    missing: str = ""  # why part of it is unknown

    @property
    def is_scratch(self) -> bool:
        """The empty image."""
        return self.image.text == "scratch"

    @property
    def is_known(self) -> bool:
        """Whether no part of the reference is left to the build."""
        return not self.missing

    def part(self, text: str) -> str:
        """A part of the reference; raises `Unresolved` where it is left to the build."""
        if HOLE in text:
            raise Unresolved(self.missing)
        return text

    @property
    def is_latest(self) -> bool:
        """Whether it moves with every push; raises `Unresolved` where a variable decides."""
        if self.image.digest:
            return False
        if not self.image.tag:
            self.part(self.image.name)
        self.part(self.image.tag)
        return self.image.is_latest and not self.is_scratch

    @property
    def is_nonroot(self) -> bool:
        """Whether the image is known to set a user other than root: distroless nonroot, Chainguard, unprivileged variants."""
        image = self.image
        if _NONROOT_TAG.search(image.tag) or image.name.endswith(("-unprivileged", "-nonroot")):
            return True
        if image.registry == "cgr.dev":
            return True
        self.part(image.repository)
        return False


@dataclass(frozen=True, eq=False)
class Healthcheck:
    """The HEALTHCHECK that counts for an image."""

    instruction: Instruction

    @property
    def span(self) -> Span:
        return self.instruction.head

    @property
    def disabled(self) -> bool:
        """HEALTHCHECK NONE."""
        return self.instruction.value.strip().upper() == "NONE"

    @property
    def is_exec(self) -> bool:
        """Whether it runs without a shell."""
        return self._arguments is not None

    @property
    def command(self) -> str:
        """What it runs, as one line."""
        return " ".join(self._arguments) if self._arguments is not None else self._rest

    @property
    def _rest(self) -> str:
        kind, _, rest = self.instruction.value.partition(" ")
        return rest.strip() if kind.upper() == "CMD" else ""

    @property
    def _arguments(self) -> tuple[str, ...] | None:
        return json_form(self._rest)

    def seconds(self, name: str) -> float | None:
        """A duration flag in seconds; None where it is not set or no duration."""
        flag = self.instruction.flag(name)
        return duration(flag.value) if flag else None


@dataclass(frozen=True, eq=False)
class Copy:
    """A COPY or ADD taken apart; ``words`` are its sources, ``origin`` the stage or image of ``--from``."""

    instruction: Instruction
    words: tuple[Word, ...]
    destination: Word
    origin: Flag | None

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.words)

    @property
    def is_everything(self) -> bool:
        """Whether it copies the whole build context."""
        return self.origin is None and any(source.rstrip("/") in (".", "", "./.", "*") for source in self.sources)


@dataclass(frozen=True, eq=False)
class Script:
    """Shell text with its place: what a RUN runs, line by line or from its heredocs."""

    instruction: Instruction
    heredoc: Heredoc | None
    commands: tuple[Command, ...]

    def at(self, start: int, end: int) -> Span:
        """The place of a piece of the text, cut off at the end of its first line."""
        if self.heredoc is None:
            return self.instruction.at(start, end)
        found = Span.within(self.instruction.path, self.heredoc.text, start, end)
        line = self.heredoc.line + found.line - 1
        return found._replace(line=line, end_line=line)


@dataclass(frozen=True, eq=False)
class Step:
    """A simple command that a RUN runs; everything a `Command` has, and its place."""

    command: Command
    script: Script

    @property
    def instruction(self) -> Instruction:
        return self.script.instruction

    @property
    def span(self) -> Span:
        return self.script.at(self.command.start, self.command.end)

    def at(self, word: ShellWord) -> Span:
        """The place of one of its words."""
        return self.script.at(word.start, word.end)


_SHELL_INPUT = re.compile(r"\s*(?:(?:/usr)?/bin/)?(?:env\s+)?(?:ba|da|a|z|k)?sh\b[^|;&<]*\Z")


def scripts_of(run: Instruction, *, posix: bool) -> Iterator[Script]:
    """The shell texts of a RUN: its line, and heredocs that a shell reads (no ``python <<EOF``)."""
    escape = run.escape if posix else "`"
    if run.json is not None:
        yield Script(run, None, from_words(ShellWord(word.text, word.start, word.end) for word in run.words))
        return
    text = run.value
    line = text.partition("<<")[0] if run.heredocs else text
    if not run.heredocs or line.strip():
        yield Script(run, None, shell(text, escape, run.start))
    for heredoc in run.heredocs[:1]:
        interpreter = heredoc.text.partition("\n")[0] if heredoc.text.startswith("#!") else ""
        if (not line.strip() and (not interpreter or "sh" in interpreter)) or (line.strip() and _SHELL_INPUT.match(line)):
            yield Script(run, heredoc, shell(heredoc.text))


def duration(text: str) -> float | None:
    """A Go duration (``1m30s``, ``500ms``) in seconds; None where it is none."""
    pieces = _DURATION.findall(text[:50])
    if not pieces or "".join(number + unit for number, unit in pieces) != text:
        return 0.0 if text == "0" else None
    return sum(float(number) * _SECONDS[unit] for number, unit in pieces)
