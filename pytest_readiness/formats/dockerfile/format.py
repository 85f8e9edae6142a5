"""Dockerfiles: which files are some, and what rules judge in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.dockerfile import File
from ...syntax.dockerfile import Instruction
from ...syntax.dockerfile import parse
from ...syntax.shell import Command
from ...syntax.shell import Word as ShellWord
from ...syntax.shell import walk
from ...unknown import Unresolved
from ..base import Format
from .context import compose_arguments
from .parts import Base
from .parts import Copy
from .parts import Healthcheck
from .parts import Script
from .parts import Step
from .parts import duration
from .stages import Stage
from .stages import stages_of
from .variables import Arguments

__all__ = [
    "Base",
    "Command",
    "Copy",
    "Dockerfile",
    "DockerfileFile",
    "Healthcheck",
    "Instruction",
    "Script",
    "ShellWord",
    "Stage",
    "Step",
    "duration",
    "final_stage",
    "read",
    "stages",
    "walk",
]

_NAME = re.compile(r"(?s:.*/)?(?:Dockerfile|Containerfile|dockerfile(?=\Z))(?P<rest>[^/]*)\Z|(?s:.*/)?[^/]+\.(?:d|D)ockerfile\Z")
_NEVER = (".dockerignore", ".containerignore", ".md", ".rst", ".adoc", ".html", ".swp", ".png", ".svg")
_DOUBTFUL = re.compile(
    r"\.(?:txt|py|go|js|ts|java|rb|rs|sh|yml|yaml|json|toml|lock|orig|bak|diff|patch|tf|hcl|xml|ini|cfg|c|cs|php|kt|swift|snap)\Z"
)
_TEMPLATE_SUFFIX = re.compile(r"\.(?:j2|jinja2?|tmpl|template|tpl|in|erb|mustache|ejs|gotmpl)\Z")
_FROM_LINE = re.compile(r"^[ \t]*FROM[ \t]+\S", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, eq=False)
class DockerfileFile(Resource):
    """A whole Dockerfile."""

    file: File = field(repr=False)
    stages: tuple[Stage, ...] = field(repr=False)

    @property
    def final(self) -> Stage:
        """The stage an image is made of when no target is named."""
        return self.stages[-1]


@once
def read(project: Project, path: str) -> File:
    """A Dockerfile, parsed once; raises `ParseFailure`."""
    return parse(path, project.text(path))


def stages(project: Project, path: str, args: Arguments | None = None) -> tuple[Stage, ...]:
    """The stages of a Dockerfile, built with these build arguments (None: taken from the environment).

    Raises `ParseFailure` where the file cannot be read.
    """
    return tuple(found for found in stages_of(read(project, path), args or {}, {}) if isinstance(found, Stage))


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
        for part in stages_of(file, {}, compose_arguments(project, path)):
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
