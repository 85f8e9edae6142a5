"""Stages of Dockerfiles with what they inherit; properties go from stage to stage along ``FROM <alias>``, never through ``COPY --from``."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from functools import partial
from typing import Any

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...syntax.dockerfile import NAMES
from ...syntax.dockerfile import File
from ...syntax.dockerfile import Instruction
from ...syntax.shell import pipelines
from ...syntax.shell import walk
from ...unknown import Unknown
from ...unknown import Unresolved
from ..images import parse_image
from ..views import Parts
from ..views import Several
from ..views import View
from ..views import as_is
from ..views import image_view
from .parts import Base
from .parts import Copy
from .parts import Healthcheck
from .parts import Script
from .parts import Step
from .parts import scripts_of
from .variables import HOLE
from .variables import Arguments
from .variables import Lookup
from .variables import Scope
from .variables import Value
from .variables import expand
from .variables import fill

_MAX_STAGES = 500
_PREDEFINED = re.compile(
    r"(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)\Z|(?:https?|ftp|no|all)_proxy\Z|BUILDKIT_\w+\Z|SOURCE_DATE_EPOCH\Z", re.IGNORECASE
)


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
    fallback: Arguments = field(repr=False)  # what Compose passes for arguments that have no default
    earlier: tuple[Stage, ...] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)  # of all stages of the file
    is_final: bool = False

    def view(self) -> View:
        return View(Parts(self.span, {name: partial(make, self) for name, make in _PARTS.items()}), self.span)

    @classmethod
    def facts(cls) -> Mapping[str, Callable[[Any], Any]]:
        return _FACTS

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
        if self.globals.get(key) is not None:
            return self.globals[key]
        if key in self.fallback:
            return self.fallback[key]
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
        return tuple(script for run in self.all("RUN") for script in scripts_of(run, posix=posix))

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


def stages_of(file: File, arguments: Arguments, fallback: Arguments) -> Iterator[Stage | ParseFailure]:
    globals_: dict[str, Value | None] = {}
    groups: list[tuple[Instruction, list[Instruction]]] = []
    for instruction in file.instructions:
        if instruction.name == "FROM":
            groups.append((instruction, []))
        elif groups:
            groups[-1][1].append(instruction)
        elif instruction.name == "ARG":
            for pair in instruction.pairs:
                globals_[pair.key] = _global(pair.key, pair.value, globals_, arguments, fallback)
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
            fallback,
            tuple(found),
            names,
            final,
        )
        found.append(stage)
        yield stage


def _alias(origin: Instruction) -> str:
    return origin.words[2].text if len(origin.words) == 3 else ""


def _global(key: str, default: str | None, scope: Lookup, arguments: Arguments, fallback: Arguments) -> Value | None:
    if key in arguments:
        passed = arguments[key]
        return Unknown(f"the build argument {key} is passed from the environment") if passed is None else passed
    return fallback.get(key) if default is None else expand(default, scope, _unset_global)


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


# -- what criteria in YAML see


_EXPANDED = ("ADD", "COPY", "EXPOSE", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")  # where a build fills in variables


def _instructions(stage: Stage, name: str) -> View | None:
    """The instructions of a name in this stage, each with its arguments as text."""
    found = ((stage.expand(each.value, each) if name in _EXPANDED else each.value, each) for each in stage.all(name))
    views = tuple(View(value, instruction.head) for value, instruction in found)
    return View(Several(views), views[0].span) if views else None


def _base_of(stage: Stage) -> View | None:
    root = stage.root
    if root is None or root.is_scratch:
        return None
    return image_view(root.image if root.is_known else Unknown(root.missing), root.span)


def _user(stage: Stage) -> View | None:
    found = stage.last("USER")
    return None if stage.user is None else View(stage.user, found[1].head if found else stage.span)


def _root(stage: Stage) -> View:
    found = stage.last("USER")
    return View(stage.runs_as_root, found[1].head if found else stage.span)


def _health(stage: Stage) -> View | None:
    health = stage.healthcheck
    if isinstance(health, Unknown):
        return View(health, stage.span)
    return None if health is None or health.disabled else View(health.command, health.span)


def _in_force(stage: Stage, name: str) -> View | None:
    instruction: Instruction | None = getattr(stage, name)
    return None if instruction is None else View(instruction.value, instruction.head)


def _pairs(stage: Stage, name: str) -> View | None:
    """What ENV, LABEL or ARG set in this stage or those it derives from, by key; the last one counts."""
    found: dict[str, View] = {}
    for ancestor in reversed(stage.ancestry):
        for instruction in ancestor.all(name):
            for pair in instruction.pairs:
                value = "" if pair.value is None else ancestor.expand(pair.value, instruction)
                found[pair.key] = View(value, instruction.at(pair.start, pair.end))
    return View(Parts(stage.span, {key: partial(as_is, view) for key, view in found.items()}), stage.span) if found else None


_PARTS: Mapping[str, Callable[[Stage], Any]] = {
    "base": _base_of,
    "user": _user,
    "healthcheck": _health,
    "entrypoint": partial(_in_force, name="entrypoint"),
    "cmd": partial(_in_force, name="cmd"),
    "labels": partial(_pairs, name="LABEL"),
    "variables": partial(_pairs, name="ENV"),
    "arguments": partial(_pairs, name="ARG"),
    **{name: partial(_instructions, name=name) for name in sorted(NAMES - {"FROM"})},
}
_FACTS: Mapping[str, Callable[[Any], Any]] = {
    **Resource.facts(),
    "root": _root,
    "final": lambda stage: stage.is_final,
    "service": lambda stage: stage.is_service,
}
