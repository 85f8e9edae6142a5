"""Backend settings wherever they are given: the block, ``*.tfbackend`` files, ``-backend-config`` in scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...syntax import hcl_expressions
from ...unknown import Unresolved
from .blocks import Block
from .module import Module

_CONSTRAINT = re.compile(r"(=|!=|>=|<=|>|<|~>)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")
_SETTING = re.compile(r"-{1,2}backend-config[= ]['\"]?(?P<name>\w+)=(?P<value>[^\s'\"\\]+)")
_SCRIPT = re.compile(
    r"(^|/)(\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|Jenkinsfile|[Mm]akefile|[^/]+\.(sh|bash|ps1|mk)|azure-pipelines\.ya?ml|Taskfile\.ya?ml|justfile)$"
)
_COMMENT = re.compile(r"^\s*#")


@dataclass(frozen=True, eq=False)
class Configured:
    """The settings of a backend from all places."""

    backend: Block
    outside: dict[str, tuple[Any, Span]]
    complete: bool

    def get(self, name: str) -> Any:
        """A setting; raises `Unresolved` where it may be given somewhere we do not see."""
        value = self.backend.get(name)
        if value is None and name in self.outside:
            return self.outside[name][0]
        if value is None and not self.complete:
            raise Unresolved("the backend is configured with -backend-config outside of the repository")
        return value

    def at(self, name: str) -> Span:
        """The place of a setting, else the backend block."""
        return self.outside[name][1] if name in self.outside and not self.backend.section.has(name) else self.backend.at(name)


def configured(backend: Block, project: Project) -> Configured:
    """A backend with what files and scripts add; incomplete where the block itself leaves out its bucket or key."""
    outside: dict[str, tuple[Any, Span]] = {}
    partial = not (backend.section.has("bucket") and backend.section.has("key"))
    if partial or not backend.section.names:
        for path in project.paths:
            if path.endswith(".tfbackend"):
                outside.update(_of_file(path, project, backend.type))
        for name, value, span in _of_scripts(project):
            outside.setdefault(name, (value, span))
    given = backend.section.has("bucket") or "bucket" in outside
    return Configured(backend, outside, given)


def _of_file(path: str, project: Project, type: str) -> Iterator[tuple[str, tuple[Any, Span]]]:
    name = path.rpartition("/")[2].split(".")
    if len(name) > 2 and name[-2] in ("gcs", "azurerm", "http", "pg", "consul") and name[-2] != type:
        return
    try:
        body = hcl.parse(path, project.text(path))
    except ParseFailure as failure:
        raise Unresolved(f"{path} cannot be read: {failure.reason}") from None
    for attribute in body.attributes.values():
        if isinstance(attribute.expression, hcl_expressions.Literal):
            yield attribute.name, (attribute.expression.value, attribute.span)


@once
def _lines(project: Project) -> tuple[tuple[str, int, str], ...]:
    """The lines of scripts and pipelines that run Terraform, comments left out."""
    found = []
    for path in project.paths:
        if _SCRIPT.search(path) and any(word in (text := project.glance(path)) for word in ("-backend-config", "-lock=")):
            found += [(path, number, line) for number, line in enumerate(text.split("\n"), 1) if not _COMMENT.match(line)]
    return tuple(found)


def _of_scripts(project: Project) -> Iterator[tuple[str, Any, Span]]:
    for path, number, line in _lines(project):
        for found in _SETTING.finditer(line):
            yield found["name"], found["value"], Span(path, number, found.start() + 1, number, found.end() + 1)


def scripts(project: Project, pattern: re.Pattern[str]) -> Iterator[Span]:
    """Where a pattern occurs in a script or pipeline that runs Terraform."""
    for path, number, line in _lines(project):
        if found := pattern.search(line):
            yield Span(path, number, found.start() + 1, number, found.end() + 1)


def allows_version(module: Module, version: tuple[int, int]) -> bool:
    """Whether ``required_version`` lets Terraform of this version, or a later one of the same major version, run."""
    for setting in module.of("terraform"):
        attribute = setting.body.attributes.get("required_version")
        if attribute is None or not isinstance(attribute.expression, hcl_expressions.Literal):
            continue
        for part in str(attribute.expression.value).split(","):
            if (found := _CONSTRAINT.fullmatch(part.strip())) and not _allows(found, version):
                return False
    return True


def _allows(found: re.Match[str], version: tuple[int, int]) -> bool:
    operator = found[1] or "="
    bound = (int(found[2]), int(found[3] or 0))
    if operator == "=":
        return bound >= version
    if operator == "~>":
        return bound[0] >= version[0] if found[4] is None else bound >= version
    if operator == "<=":
        return bound >= version
    if operator == "<":
        return bound > version or (bound == version and int(found[4] or 0) > 0)
    return True
