"""``.terraform.lock.hcl``: which version of each provider is taken, and what it must be when it is downloaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from ..base import Format
from .directory import Directory
from .directory import directory_in

NAME = ".terraform.lock.hcl"
_REGISTRIES = ("registry.terraform.io/", "registry.opentofu.org/")
_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_CONSTRAINT = re.compile(r"(=|!=|>=|<=|>|<|~>)?\s*(\S+)")


@dataclass(frozen=True)
class Locked:
    """The entry of one provider: ``source`` is its name without the public registry (``hashicorp/aws``)."""

    source: str
    version: str
    hashes: int
    span: Span
    version_span: Span


@dataclass(frozen=True, eq=False)
class LockFile(Resource):
    """A lock file with its providers, and the directory it belongs to."""

    providers: tuple[Locked, ...]
    directory: Directory

    def of(self, source: str) -> Locked | None:
        """The entry of a provider."""
        return next((entry for entry in self.providers if entry.source == source), None)


class Lock(Format):
    """Claims lock files of providers."""

    name = "terraform-lock"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return path.rpartition("/")[2] == NAME

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        body = hcl.parse(path, project.text(path))
        yield from body.failures
        found: dict[str, Locked] = {}
        for block in body.blocks:
            entry = _entry(block)
            if isinstance(entry, Locked) and entry.source in found:
                entry = ParseFailure(f"{entry.source} is locked twice, first on line {found[entry.source].span.line}", block.span)
            if isinstance(entry, ParseFailure):
                yield entry
            else:
                found[entry.source] = entry
        directory = path.rpartition("/")[0]
        yield LockFile("tf.lockfile", NAME, Span(path, 1, 1, 1, 1), tuple(found.values()), directory_in(directory, project))


def _entry(block: hcl.Block) -> Locked | ParseFailure:
    if block.type != "provider" or len(block.labels) != 1:
        return ParseFailure("a lock file holds provider blocks with the source of each, nothing else", block.span)
    version, hashes = (block.body.attributes.get(name) for name in ("version", "hashes"))
    number = version.expression.value if version and isinstance(version.expression, ast.Literal) else None
    if version is None or not isinstance(number, str) or _parsed(number) is None:
        return ParseFailure(f"no version is locked for {block.labels[0]}", version.span if version else block.span)
    known = len(hashes.expression.items) if hashes and isinstance(hashes.expression, ast.Tuple) else 0
    return Locked(plain(block.labels[0]), number, known, block.span, version.span)


def plain(source: str) -> str:
    """A source without the public registries, which are where a provider without a host comes from."""
    for registry in _REGISTRIES:
        source = source.removeprefix(registry)
    return source.lower()


@dataclass(frozen=True)
class Required:
    """What the configuration asks for: the local name, the source and the constraint of a provider."""

    name: str
    source: str
    constraint: str
    span: Span


def required(directory: Directory) -> Iterator[Required]:
    """The providers of ``required_providers``, as far as they are written out."""
    for setting in directory.of("terraform"):
        for block in setting.body.of("required_providers"):
            for name, attribute in block.body.attributes.items():
                yield _required(name, attribute)


def _required(name: str, attribute: hcl.Attribute) -> Required:
    expression = attribute.expression
    entries: Mapping[str, object] = {}
    if isinstance(expression, ast.Object):
        entries = {str(k.value): v.value for k, v in expression.items if isinstance(k, ast.Literal) and isinstance(v, ast.Literal)}
        entries |= {
            k.path[0]: v.value for k, v in expression.items if isinstance(k, ast.Reference) and k.path and isinstance(v, ast.Literal)
        }
    elif isinstance(expression, ast.Literal):
        entries = {"version": expression.value}
    source, version = entries.get("source"), entries.get("version")
    written = source if isinstance(source, str) else f"hashicorp/{name}"
    return Required(name, plain(written), version if isinstance(version, str) else "", attribute.span)


def _parsed(text: str) -> tuple[tuple[int, ...], str, int] | None:
    """The numbers of a version, what comes before its release, and how many numbers were written."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        return None
    written = [part for part in found.groups()[:3] if part is not None]
    return tuple(int(part) for part in (*written, "0", "0")[:3]), found[4] or "", len(written)


def allows(constraint: str, version: str) -> bool | None:
    """Whether a version is one that a constraint allows, None where one of them is not understood."""
    chosen = _parsed(version)
    verdict = True
    for part in constraint.split(",") if constraint.strip() else ():
        found = _CONSTRAINT.fullmatch(part.strip())
        bound = _parsed(found[2]) if found else None
        if chosen is None or found is None or bound is None:
            return None
        verdict = verdict and _holds(found[1] or "=", bound, chosen)
    return verdict


def _holds(operator: str, bound: tuple[tuple[int, ...], str, int], chosen: tuple[tuple[int, ...], str, int]) -> bool:
    if operator in ("=", "!="):
        return (bound[:2] == chosen[:2]) == (operator == "=")
    if chosen[1] and bound[:2] != chosen[:2]:
        return False  # what comes before a release is only taken where it is named
    if operator == "~>":
        fixed = max(bound[2] - 1, 1)
        return chosen[0] >= bound[0] and chosen[0][:fixed] == bound[0][:fixed]
    return {">=": chosen[0] >= bound[0], "<=": chosen[0] <= bound[0], ">": chosen[0] > bound[0], "<": chosen[0] < bound[0]}[operator]
