"""Dockerfiles: stages with what they inherit, what runs in them, and what the final image is.

Properties go from stage to stage along ``FROM <alias>``, never through ``COPY --from``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import Protocol

from ..model import ParseFailure
from ..model import Resource
from ..model import Span
from ..syntax.dockerfile import File
from ..syntax.dockerfile import Flag
from ..syntax.dockerfile import Heredoc
from ..syntax.dockerfile import Instruction
from ..syntax.dockerfile import Word
from ..syntax.dockerfile import json_form
from ..syntax.dockerfile import parse
from ..syntax.shell import Command
from ..syntax.shell import Word as ShellWord
from ..syntax.shell import from_words
from ..syntax.shell import parse as shell
from ..syntax.shell import pipelines
from ..syntax.shell import walk
from ..unknown import Unknown
from ..unknown import Unresolved
from .base import Format
from .images import Image
from .images import parse_image

if TYPE_CHECKING:
    from ..project import Project

__all__ = [
    "HOLE",
    "Arguments",
    "Base",
    "Command",
    "Copy",
    "Dockerfile",
    "DockerfileFile",
    "Healthcheck",
    "Instruction",
    "Lookup",
    "Scope",
    "Script",
    "ShellWord",
    "Stage",
    "Step",
    "Value",
    "automation",
    "dockerignore",
    "dockerignore_path",
    "duration",
    "expand",
    "fill",
    "final_stage",
    "installs",
    "keeps_cache",
    "mounts",
    "read",
    "remaining",
    "removes",
    "secret_file",
    "secret_files_below",
    "stages",
    "walk",
]

Value = str | Unknown
Arguments = Mapping[str, str | Unknown | None]

_NAME = re.compile(r"(?:.*/)?(?:Dockerfile|Containerfile|dockerfile(?=\Z))(?P<rest>[^/]*)\Z|(?:.*/)?[^/]+\.(?:d|D)ockerfile\Z")
_NEVER = (".dockerignore", ".containerignore", ".md", ".rst", ".adoc", ".html", ".swp", ".png", ".svg")
_DOUBTFUL = re.compile(
    r"\.(?:txt|py|go|js|ts|java|rb|rs|sh|yml|yaml|json|toml|lock|orig|bak|diff|patch|tf|hcl|xml|ini|cfg|c|cs|php|kt|swift|snap)\Z|\w\Z"
)
_TEMPLATE_SUFFIX = re.compile(r"\.(?:j2|jinja2?|tmpl|template|tpl|in|erb|mustache|ejs|gotmpl)\Z")
_FROM_LINE = re.compile(r"^[ \t]*FROM[ \t]+\S", re.IGNORECASE | re.MULTILINE)
_PLAIN = re.compile(r"\$([A-Za-z_]\w*)")
_BRACE = re.compile(r"\$\{|\}")
_OPERATION = re.compile(r"([A-Za-z_]\w*)(?:(:?[-+?])(.*))?\Z", re.DOTALL)
_MAX_NESTING = 20
_MAX_STAGES = 500
_PREDEFINED = re.compile(
    r"(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)\Z|(?:https?|ftp|no|all)_proxy\Z|BUILDKIT_\w+\Z|SOURCE_DATE_EPOCH\Z", re.IGNORECASE
)
HOLE = "\N{REPLACEMENT CHARACTER}"  # where an unknown value stands in a text
_NONROOT_TAG = re.compile(r"(?:^|-)nonroot(?:-|\Z)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


class Lookup(Protocol):
    """Where variables are looked up: a dict, or the scope at some instruction."""

    def get(self, name: str, /) -> Value | None: ...
    def __contains__(self, name: object, /) -> bool: ...


@dataclass(frozen=True, eq=False)
class Scope:
    """The variables in scope behind so many instructions of a stage; None: declared by an ARG without a value."""

    history: Mapping[str, list[tuple[int, Value | None]]] = field(repr=False)
    position: int

    def get(self, name: str, /) -> Value | None:
        entries = self.history.get(name, [])
        index = bisect_right(entries, self.position, key=itemgetter(0))
        return entries[index - 1][1] if index else None

    def __contains__(self, name: object, /) -> bool:
        entries = self.history.get(name, []) if isinstance(name, str) else []
        return bool(entries) and entries[0][0] <= self.position

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in self.history if name in self)


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
        text = self.heredoc.text
        line = self.heredoc.line + text.count("\n", 0, start)
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        width = len(text[start:end].partition("\n")[0].rstrip())
        return Span(self.instruction.path, line, column, line, column + max(width, 1))


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


@dataclass(frozen=True, eq=False)
class DockerfileFile(Resource):
    """A whole Dockerfile."""

    file: File = field(repr=False)
    stages: tuple[Stage, ...] = field(repr=False)

    @property
    def final(self) -> Stage:
        """The stage an image is made of when no target is named."""
        return self.stages[-1]


@dataclass(frozen=True, eq=False)
class Stage(Resource):
    """One FROM with what follows. ``parent`` is the stage it derives from, else ``base`` its image."""

    index: int
    alias: str
    origin: Instruction = field(repr=False)
    instructions: tuple[Instruction, ...] = field(repr=False)
    parent: Stage | None = field(repr=False)
    base: Base | None
    globals: Arguments = field(repr=False)
    arguments: Arguments = field(repr=False)
    earlier: tuple[Stage, ...] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)  # of all stages of the file
    is_final: bool = False

    @property
    def label(self) -> str:
        """The stage as messages call it."""
        return f"stage {self.alias}" if self.alias else f"stage {self.index}"

    @cached_property
    def ancestry(self) -> tuple[Stage, ...]:
        """The stage itself and those it derives from by FROM, nearest first."""
        found = [self]
        while found[-1].parent is not None:
            found.append(found[-1].parent)
        return tuple(found)

    @property
    def root(self) -> Base | None:
        """The image at the bottom of the ancestry."""
        return self.ancestry[-1].base

    def all(self, *names: str) -> tuple[Instruction, ...]:
        """The instructions of these names in this stage."""
        return tuple(instruction for instruction in self.instructions if instruction.name in names)

    def last(self, *names: str) -> tuple[Stage, Instruction] | None:
        """The last instruction of these names in this stage or, failing that, in those it derives from."""
        for stage in self.ancestry:
            if found := stage.all(*names):
                return stage, found[-1]
        return None

    # -- variables

    @cached_property
    def _history(self) -> dict[str, list[tuple[int, Value | None]]]:
        """What every variable is set to, and behind how many instructions of this stage."""
        for stage in reversed(self.ancestry[1:]):
            stage._history  # noqa: B018, SLF001 - from the bottom up, so that no long ancestry recurses
        end = self.parent.variables() if self.parent else None
        history: dict[str, list[tuple[int, Value | None]]] = {name: [(0, end.get(name))] for name in end.names} if end else {}
        environment = set(self.parent.environment_names) if self.parent else set()
        for index, instruction in enumerate(self.instructions):
            if instruction.name in ("ARG", "ENV"):
                scope = Scope(history, index)  # all values of one ENV see what was set before it
                for pair in instruction.pairs:
                    if instruction.name == "ENV":
                        value: Value | None = expand(pair.value or "", scope, self._unset)
                        environment.add(pair.key)
                    elif pair.key in environment:
                        continue  # ENV wins over ARG
                    else:
                        value = self._argument(pair.key, pair.value, scope)
                    history.setdefault(pair.key, []).append((index + 1, value))
        return history

    @cached_property
    def environment_names(self) -> frozenset[str]:
        """The names that ENV sets in this stage or in those it derives from."""
        return frozenset(pair.key for stage in self.ancestry for instruction in stage.all("ENV") for pair in instruction.pairs)

    def variables(self, at: Instruction | None = None) -> Scope:
        """The variables in scope at an instruction of this stage, or at its end."""
        return Scope(self._history, self._positions.get(id(at), len(self.instructions)))

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {id(instruction): position for position, instruction in enumerate(self.instructions)}

    def _argument(self, key: str, default: str | None, scope: Lookup) -> Value | None:
        if key in self.arguments:
            passed = self.arguments[key]
            return Unknown(f"the build argument {key} is passed from the environment") if passed is None else passed
        if default is not None:
            return expand(default, scope, self._unset)
        if key in self.globals:
            return self.globals[key]
        return Unknown(f"{key} is set by the build") if _PREDEFINED.match(key) else None

    def _unset(self, name: str) -> Value:
        root = self.root
        if root is not None and root.is_scratch:
            return ""
        return Unknown(f"{name} is set nowhere in the file")

    def expand(self, text: str, at: Instruction) -> Value:
        """A text with the variables replaced that are in scope at an instruction of this stage."""
        return expand(text, self.variables(at), self._unset) if "$" in text else text

    def known(self, text: str, at: Instruction) -> str:
        """The same for a text that must be known; raises `Unresolved` where it is not."""
        value = self.expand(text, at)
        if isinstance(value, Unknown):
            raise Unresolved(value.source)
        return value

    def image(self, text: str, at: Span) -> Base:
        """An image that the stage copies or mounts from; only ARGs before the first FROM count there."""
        whole, missing = fill(text, self.globals, _unset_global)
        return Base(parse_image(whole), at, missing[0].source if missing else "")

    # -- what the image is

    @cached_property
    def healthcheck(self) -> Healthcheck | Unknown | None:
        """The HEALTHCHECK in force; None where there is none, unknown where the base image is."""
        if found := self.last("HEALTHCHECK"):
            return Healthcheck(found[1])
        return self._unknown_base("HEALTHCHECK")

    @cached_property
    def user(self) -> Value | None:
        """The user (without group) of the last USER; None where the file sets none, unknown where the base image is."""
        if found := self.last("USER"):
            stage, instruction = found
            value = stage.expand(" ".join(word.text for word in instruction.words), instruction)
            return value if isinstance(value, Unknown) else value.partition(":")[0].strip()
        return self._unknown_base("USER")

    def _unknown_base(self, what: str) -> Unknown | None:
        root = self.root
        if root is None or (not root.is_known and HOLE in root.image.repository):
            return Unknown(f"{root.missing if root else 'the base image cannot be read'}, so the {what} of the base image is not known")
        return None

    @property
    def runs_as_root(self) -> bool:
        """Whether the container starts as uid 0; raises `Unresolved` where that is not known."""
        user = self.user
        if user is None:
            return not (self.root is not None and self.root.is_nonroot)
        return user == "root" or not user.strip("0")  # touching an unknown one raises

    @cached_property
    def entrypoint(self) -> Instruction | None:
        """The ENTRYPOINT in force."""
        found = self.last("ENTRYPOINT")
        return found[1] if found else None

    @cached_property
    def cmd(self) -> Instruction | None:
        """The CMD in force; an ENTRYPOINT in a later stage than the CMD takes it away."""
        for stage in self.ancestry:
            if found := stage.all("CMD"):
                return found[-1]
            if stage.all("ENTRYPOINT"):
                return None
        return None

    @property
    def is_service(self) -> bool:
        """Whether the file says what the image runs: it, or a stage it derives from, has a CMD or ENTRYPOINT."""
        return any(stage.all("CMD", "ENTRYPOINT") for stage in self.ancestry)

    @property
    def is_artefact(self) -> bool:
        """Whether it only holds files to be copied out: made from scratch, without anything to run."""
        return not self.is_service and self.root is not None and self.root.is_scratch

    # -- what it is made of

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        """What its RUN instructions run."""
        shell = self.last("SHELL")
        posix = not (shell and re.search(r"(?i)powershell|pwsh|cmd", shell[1].value))
        return tuple(script for run in self.all("RUN") for script in _scripts(run, posix=posix))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every simple command of its RUN instructions, in order, those inside of others included."""
        return tuple(Step(command, script) for script in self.scripts for command in walk(script.commands))

    @cached_property
    def pipelines(self) -> tuple[tuple[Step, ...], ...]:
        """The commands of its RUN instructions, grouped by pipes."""
        return tuple(tuple(Step(c, script) for c in line) for script in self.scripts for line in pipelines(script.commands))

    def runs(self, *names: str) -> tuple[Step, ...]:
        """The commands of these programs that the stage runs while it is built."""
        return tuple(step for step in self.steps if step.command.name in names)

    @cached_property
    def copies(self) -> tuple[Copy, ...]:
        """COPY and ADD of this stage."""
        found = []
        for instruction in self.all("COPY", "ADD"):
            words = tuple(word for word in instruction.words if not word.text.startswith("<<"))
            if len(words) >= 2 or (words and instruction.heredocs):
                found.append(Copy(instruction, words[:-1], words[-1], instruction.flag("from")))
        return tuple(found)

    def stage_named(self, name: str) -> Stage | None:
        """An earlier stage by name or number."""
        for stage in reversed(self.earlier):
            if (stage.alias.lower() == name.lower() and name) or name == str(stage.index):
                return stage
        return None

    @cached_property
    def needs(self) -> tuple[Stage, ...]:
        """The stages a build of this one runs: itself, its ancestry and what they copy or mount from."""
        found: dict[int, Stage] = {}
        waiting = [self]
        while waiting:
            stage = waiting.pop()
            if stage.index in found:
                continue
            found[stage.index] = stage
            if stage.parent:
                waiting.append(stage.parent)
            names = [copy.origin.value for copy in stage.copies if copy.origin]
            for run in stage.all("RUN"):
                names += [o[5:] for flag in run.flags if flag.name == "mount" for o in flag.value.split(",") if o.startswith("from=")]
            waiting += [other for name in names if (other := stage.stage_named(name))]
        return tuple(found[index] for index in sorted(found))


_INSTALL = {
    **dict.fromkeys(("apt-get", "apt", "aptitude", "yum", "dnf", "microdnf", "tdnf"), ("install",)),
    "zypper": ("install", "in"),
    "apk": ("add",),
}
_REMOVE = frozenset(("remove", "purge", "autoremove", "del", "erase", "rm"))
_VERSION = re.compile(r"[=<>~@:].*")


def installs(command: Command) -> tuple[str, ...] | None:
    """The packages a package manager installs, without versions; None where it installs none."""
    verbs = _INSTALL.get(command.name, ())
    operands = command.operands
    if not operands or operands[0] not in verbs:
        return None
    return tuple(_VERSION.sub("", name) for name in operands[1:])


def removes(command: Command) -> tuple[str, ...]:
    """The packages a package manager removes again; a variable stands for any."""
    operands = command.operands
    return operands[1:] or ("$",) if command.name in _INSTALL and operands and operands[0] in _REMOVE else ()


def remaining(steps: Iterable[Step]) -> Iterator[tuple[Step, str]]:
    """The packages that are still there when the RUN that installs them has ended."""
    runs: dict[int, list[Step]] = {}
    for step in steps:
        runs.setdefault(id(step.instruction), []).append(step)
    for group in runs.values():
        gone = {name for step in group for name in removes(step.command)}
        for step in group:
            virtual = step.command.option("--virtual", "-t")
            names = installs(step.command) or ()
            if virtual and (gone.intersection(names) or virtual.text.partition("=")[2] in gone):
                continue
            yield from ((step, name) for name in names if name not in gone and not any(other.startswith("$") for other in gone))


def mounts(run: Instruction, kind: str) -> Iterator[dict[str, str]]:
    """The ``--mount=type=...`` options of a RUN, as a mapping each."""
    for flag in run.flags:
        options = dict(part.partition("=")[::2] for part in flag.value.split(",")) if flag.name == "mount" else {}
        if options.get("type", "bind") == kind:
            yield options


def keeps_cache(run: Instruction, *parts: str) -> bool:
    """Whether a cache mount of the RUN covers a directory with one of these parts in its path."""
    targets = [options.get("target") or options.get("dst") or options.get("destination") or "" for options in mounts(run, "cache")]
    return any(part in target for target in targets for part in parts)


_SHELL_INPUT = re.compile(r"\s*(?:(?:/usr)?/bin/)?(?:env\s+)?(?:ba|da|a|z|k)?sh\b[^|;&<]*\Z")


def _scripts(run: Instruction, *, posix: bool) -> Iterator[Script]:
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


def expand(text: str, scope: Lookup, unset: Callable[[str], Value]) -> Value:
    """A text with its variables replaced; the first unknown one makes the whole unknown.

    ``unset`` says what a name stands for that nothing in the scope declares.
    """
    whole, missing = fill(text, scope, unset)
    return missing[0] if missing else whole


def fill(text: str, scope: Lookup, unset: Callable[[str], Value], depth: int = 0) -> tuple[str, list[Unknown]]:
    """A text with its variables replaced, `HOLE` where the value is unknown, and why it is."""
    parts: list[str] = []
    missing: list[Unknown] = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        escaped = dollar > position and text[dollar - 1] == "\\"
        parts.append(text[position : dollar - escaped])
        plain = None if escaped else _PLAIN.match(text, dollar)
        end = _closing(text, dollar) if plain is None and not escaped and text.startswith("${", dollar) else 0
        if plain is None and not end:
            parts.append("$")
            position = dollar + 1
            continue
        inside = plain[1] if plain else text[dollar + 2 : end]
        value, reasons = _value(inside, scope, unset, depth)
        parts.append(value)
        missing += reasons
        position = plain.end() if plain else end + 1
    parts.append(text[position:])
    return "".join(parts), missing


def _closing(text: str, dollar: int) -> int:
    """The index of the brace that closes the one behind a dollar; 0 where none does."""
    depth = 0
    for found in _BRACE.finditer(text, dollar):
        depth += 1 if found[0] == "${" else -1
        if depth == 0:
            return found.start()
    return 0


def _value(inside: str, scope: Lookup, unset: Callable[[str], Value], depth: int) -> tuple[str, list[Unknown]]:
    """What ``NAME``, ``NAME:-word`` or ``NAME:+word`` between the braces stands for."""
    found = _OPERATION.match(inside)
    if found is None or depth > _MAX_NESTING:
        return HOLE, [Unknown(f"${{{inside[:40]}}} is not evaluated")]
    name, operator, word = found.groups()
    value = scope.get(name)
    if operator and not isinstance(value, Unknown):
        is_set = bool(value) if operator[0] == ":" else value is not None
        if operator[-1] == "-" and not is_set:
            return fill(word, scope, unset, depth + 1)
        if operator[-1] == "+":
            return fill(word, scope, unset, depth + 1) if is_set else ("", [])
    if value is None:
        value = Unknown(f"the build argument {name} has no default") if name in scope else unset(name)
    return (HOLE, [value]) if isinstance(value, Unknown) else (value, [])


_SECRET_FILE = re.compile(
    r"(?P<pem>[^/]+\.pem)|[^/]+\.key|id_(?:rsa|dsa|ecdsa|ed25519)|ssh_host_\w+_key|\.htpasswd|\.netrc|\.pgpass|\.env(?:\.(?P<env>.+))?",
    re.IGNORECASE,
)
_PUBLIC_WORDS = re.compile(r"(?i)(^|[-_.])(ca|certs?|certificates?|chain|fullchain|bundle|public|pub|root|roots|cacerts?)([-_.]|\Z)")
_EXAMPLE_WORDS = re.compile(r"(?i)(^|[-_.])(example|sample|template|dist|schema|defaults?|test)([-_.]|\Z)")


def _is_secret_name(name: str) -> bool:
    found = _SECRET_FILE.fullmatch(name)
    if not found or _EXAMPLE_WORDS.search(name):
        return False
    return not (found["pem"] and _PUBLIC_WORDS.search(name))


def secret_file(project: Project, dockerfile: str, source: str) -> str | None:
    """The source of a COPY where its name is that of a secret file, and no text of it in the project says otherwise."""
    name = source.rstrip("/").rpartition("/")[2]
    if not _is_secret_name(name):
        return None
    path = _below(dockerfile, source)
    return name if not project.exists(path) or _holds_key(project, path) else None


def _holds_key(project: Project, path: str) -> bool:
    """A certificate in a file called ``*.pem`` or ``*.key`` is none; other secret files are not looked into."""
    return not path.lower().endswith((".pem", ".key")) or "PRIVATE KEY" in project.glance(path)


def secret_files_below(project: Project, dockerfile: str, source: str) -> tuple[str, ...]:
    """The tracked secret files in a directory that a COPY takes from the build context, taken to be the Dockerfile's directory."""
    directory = _below(dockerfile, source)
    prefix = f"{directory}/" if directory else ""
    secrets = [path for path in _secret_paths(project) if path.startswith(prefix) and path != directory]
    if not secrets:
        return ()
    ignored = dockerignore(project, dockerfile)
    home = dockerfile.rpartition("/")[0]
    return tuple(path for path in secrets if not ignored(path.removeprefix(f"{home}/") if home else path))


def _secret_paths(project: Project) -> tuple[str, ...]:
    key = "dockerfile: secret files"
    if key not in project.cache:
        tracked = project.tracked_paths
        known = project.paths if isinstance(tracked, Unknown) else frozenset(tracked).intersection(project.paths)
        names = sorted(path for path in known if _is_secret_name(path.rpartition("/")[2]) and not isinstance(tracked, Unknown))
        project.cache[key] = tuple(path for path in names if _holds_key(project, path))
    return project.cache[key]  # type: ignore[no-any-return]


def _below(dockerfile: str, source: str) -> str:
    """The path in the project of a COPY source, the build context being the directory of the Dockerfile."""
    parts = [part for part in f"{dockerfile.rpartition('/')[0]}/{source}".split("/") if part not in ("", ".")]
    return "/".join(parts)


def dockerignore_path(project: Project, dockerfile: str) -> str | None:
    """The ignore file of a build: the Dockerfile's own, else .dockerignore beside it or in a directory above."""
    if project.exists(f"{dockerfile}.dockerignore"):
        return f"{dockerfile}.dockerignore"
    folder = dockerfile.rpartition("/")[0]
    while True:
        path = f"{folder}/.dockerignore".lstrip("/")
        if project.exists(path):
            return path
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def dockerignore(project: Project, dockerfile: str) -> Callable[[str], bool]:
    """Whether the ignore file keeps a path, relative to the build context, out of it."""
    path = dockerignore_path(project, dockerfile)
    if path is None:
        return lambda _: False
    from pathspec import GitIgnoreSpec

    try:
        # docker matches from the root of the context, git a name at any depth
        lines = [line.strip() for line in project.glance(path).splitlines()]
        anchored = [
            f"!/{line[1:].lstrip('/')}" if line.startswith("!") else f"/{line.lstrip('/')}" for line in lines if line and line[0] != "#"
        ]
        spec = GitIgnoreSpec.from_lines(anchored)
    except ValueError:
        return lambda _: False
    return lambda name: bool(spec.match_file(name))


_AUTOMATION = re.compile(
    r"(?:.*/)?(?:\.github/(?:workflows|actions)/.+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.yml|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml"
    r"|\.travis\.yml|cloudbuild\.ya?ml|buildspec\.ya?ml|Jenkinsfile|[Mm]akefile|.+\.mk|[Jj]ustfile|Taskfile\.ya?ml|.+\.sh"
    r"|docker-bake[^/]*\.(?:hcl|json)|skaffold\.ya?ml|(?:docker-)?compose[^/]*\.ya?ml)\Z"
)


def automation(project: Project) -> tuple[str, ...]:
    """The files that build images: workflows, pipelines, Makefiles, scripts, bake and compose files."""
    key = "dockerfile: automation"
    if key not in project.cache:
        project.cache[key] = tuple(path for path in project.paths if _AUTOMATION.match(path))
    return project.cache[key]  # type: ignore[no-any-return]


def read(project: Project, path: str) -> File:
    """A Dockerfile, parsed once; raises `ParseFailure`."""
    key = ("dockerfile", path)
    if key not in project.cache:
        try:
            project.cache[key] = parse(path, project.text(path))
        except ParseFailure as failure:
            project.cache[key] = failure
    found = project.cache[key]
    if isinstance(found, ParseFailure):
        raise found
    return found  # type: ignore[no-any-return]


def stages(project: Project, path: str, args: Arguments | None = None) -> tuple[Stage, ...]:
    """The stages of a Dockerfile, built with these build arguments (None: taken from the environment).

    Raises `ParseFailure` where the file cannot be read.
    """
    return tuple(found for found in _stages(read(project, path), args or {}) if isinstance(found, Stage))


def final_stage(project: Project, path: str, target: str | None = None, args: Arguments | None = None) -> Stage | None:
    """The stage an image is made of: the last one, or ``target`` by name or number.

    None where there is no such file or target; raises `Unresolved` where the file cannot be read (its
    own item says why).
    """
    if not project.exists(path):
        return None
    if _TEMPLATE_SUFFIX.search(path):
        raise Unresolved(f"{path} is a template, rendered elsewhere")
    try:
        found = stages(project, path, args)
    except ParseFailure as failure:
        raise Unresolved(f"{path} cannot be read: {failure.reason}") from None
    if target is None or not found:
        return found[-1] if found else None
    by_name = [s for s in found if s.alias.lower() == target.lower()] or [s for s in found if str(s.index) == target]
    return by_name[-1] if by_name else None


def _stages(file: File, arguments: Arguments) -> Iterator[Stage | ParseFailure]:
    globals_: dict[str, Value | None] = {}
    groups: list[tuple[Instruction, list[Instruction]]] = []
    for instruction in file.instructions:
        if instruction.name == "FROM":
            groups.append((instruction, []))
        elif groups:
            groups[-1][1].append(instruction)
        elif instruction.name == "ARG":
            for pair in instruction.pairs:
                globals_[pair.key] = _global(pair.key, pair.value, globals_, arguments)
        else:
            yield ParseFailure(f"{instruction.name} before the first FROM: only ARG may stand there", instruction.head)
    if len(groups) > _MAX_STAGES:
        raise ParseFailure(f"has more than {_MAX_STAGES} stages", groups[_MAX_STAGES][0].head)
    found: list[Stage] = []
    names = tuple(_alias(origin) for origin, _ in groups)
    for index, (origin, instructions) in enumerate(groups):
        words = origin.words
        if len(words) not in (1, 3) or (len(words) == 3 and words[1].text.upper() != "AS"):
            yield ParseFailure("FROM takes an image and, at most, AS and a name", origin.head)
        alias = names[index]
        base, parent = _base(origin, globals_, found)
        if base is not None and not base.image.text:
            yield ParseFailure(
                f"FROM {words[0].text if words else ''}: the name is blank, no ARG before the first FROM sets it", origin.head
            )
            base = None
        name = alias or ("final" if index == len(groups) - 1 else f"stage-{index}")
        final = index == len(groups) - 1
        stage = Stage(
            "docker.stage",
            name,
            origin.head,
            index,
            alias,
            origin,
            tuple(instructions),
            parent,
            base,
            globals_,
            arguments,
            tuple(found),
            names,
            final,
        )
        found.append(stage)
        yield stage


def _alias(origin: Instruction) -> str:
    return origin.words[2].text if len(origin.words) == 3 else ""


def _global(key: str, default: str | None, scope: Lookup, arguments: Arguments) -> Value | None:
    if key in arguments:
        passed = arguments[key]
        return Unknown(f"the build argument {key} is passed from the environment") if passed is None else passed
    return None if default is None else expand(default, scope, _unset_global)


def _unset_global(name: str) -> Value:
    """A name that no ARG before the first FROM declares is empty there, except for those that BuildKit sets."""
    return Unknown(f"{name} is set by the build") if _PREDEFINED.match(name) else ""


def _base(origin: Instruction, scope: Lookup, earlier: list[Stage]) -> tuple[Base | None, Stage | None]:
    if not origin.words:
        return None, None
    word = origin.words[0]
    text, missing = fill(word.text, scope, _unset_global)
    for stage in reversed(earlier):
        if stage.alias and stage.alias.lower() == text.lower():
            return None, stage
    return Base(parse_image(text), origin.at(word.start, word.end), missing[0].source if missing else ""), None


class Dockerfile(Format):
    """Dockerfiles and Containerfiles by their name."""

    name = "dockerfile"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        found = _NAME.match(path)
        if not found or path.lower().endswith(_NEVER):
            return False
        rest = found["rest"] or ""
        if rest and _TEMPLATE_SUFFIX.search(rest):
            return True
        if rest and (rest[0].isalnum() or _DOUBTFUL.match(rest)):  # DockerfileParser.java, Dockerfile.go
            return bool(_FROM_LINE.search(text()))
        return True

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:
        if _TEMPLATE_SUFFIX.search(path):
            raise Unresolved("a template, rendered elsewhere")
        file = read(project, path)
        yield from file.failures
        found: list[Stage] = []
        for part in _stages(file, {}):
            if isinstance(part, ParseFailure):
                yield part
            else:
                found.append(part)
        head = found[0].span
        yield DockerfileFile("docker.file", "file", head, file, tuple(found))
        for stage in found:
            yield stage
            if stage.parent is None and stage.base is not None and not stage.base.is_scratch:
                yield replace(stage, kind="docker.base", span=stage.base.span)
        final = found[-1]
        if not final.is_artefact:
            yield replace(final, kind="docker.image")
        if final.is_service:
            yield replace(final, kind="docker.service")

    def repository(self, project: Project) -> Iterable[Resource]:
        if project.files(self.name):
            yield Resource("docker.repository", "repo", Span("."))
