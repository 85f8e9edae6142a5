"""A Terraform directory as it is written: the blocks of its files as one. What they come to is `module.Module`'s."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...syntax import hcl_expressions
from ...unknown import Unresolved
from .overrides import identity
from .overrides import merged
from .overrides import name_of
from .overrides import undeclared
from .overrides import without

CODE = (".tf", ".tofu", ".tf.json", ".tofu.json")
VALUES = (".tfvars", ".tfvars.json")
FETCHED = ".terraform"
_OVERRIDE = re.compile(r"(.*_)?override\.(tf|tofu)(\.json)?").fullmatch
_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0, "terraform": 0}


@dataclass(frozen=True, eq=False)
class Found:
    """A top-level block and the file it was first written in; overrides are merged in."""

    path: str
    block: hcl.Block


class Directory:
    """The configuration of one directory. Everything is read once, when it is first asked for."""

    def __init__(self, path: str, project: Project) -> None:
        self.path = path
        self.project = project

    @cached_property
    def _below(self) -> tuple[str, ...]:
        return self.project.below(self.path) or _fetched(self.path, self.project)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Its configuration files."""
        return tuple(path for path in self._below if path.endswith(CODE) and shadow(path) not in self._names)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self._below)

    @cached_property
    def bodies(self) -> dict[str, hcl.Body | ParseFailure]:
        """The files as blocks, or why they cannot be read."""
        return {path: read(path, self.project) for path in self.paths}

    @property
    def unread(self) -> tuple[ParseFailure, ...]:
        """The files that cannot be read."""
        return tuple(body for body in self.bodies.values() if isinstance(body, ParseFailure))

    def demand_all(self) -> None:
        """Raise `Unresolved` where a file could not be read: what seems absent may stand there."""
        for failure in self.unread:
            raise Unresolved(f"{failure.span.path} cannot be read")

    # -- blocks

    @cached_property
    def _sorted(self) -> tuple[list[Found], list[ParseFailure]]:
        found: dict[tuple[object, ...], Found] = {}
        failures: list[ParseFailure] = []
        overrides: list[Found] = []
        for path, body in self.bodies.items():
            for block in body.blocks if isinstance(body, hcl.Body) else ():
                if len(block.labels) != _LABELS.get(block.type, len(block.labels)):
                    failures.append(ParseFailure(f"{block.type} needs {_LABELS[block.type]} labels, not {len(block.labels)}", block.span))
                elif _OVERRIDE(path.rpartition("/")[2]):
                    overrides.append(Found(path, block))
                else:
                    self._place(Found(path, block), found, failures)
        for override in overrides:
            key = identity(override.block)
            if key in found:
                base = found[key]
                found[key] = Found(base.path, merged(base.block, override.block))
            elif override.block.type in ("terraform", "locals"):
                for other, base in found.items():
                    if base.block.type == override.block.type:
                        found[other] = Found(base.path, without(base.block, override.block))
                found[(*key, override.path)] = override
            else:
                failures.append(ParseFailure(f"overrides {name_of(override.block)}, which is not defined", override.block.span))
        backends = [
            b for new in found.values() if new.block.type == "terraform" for b in new.block.body.blocks if b.type in ("backend", "cloud")
        ]
        failures += [ParseFailure(f"a second backend, the first is at {backends[0].span}", backend.span) for backend in backends[1:]]
        failures += undeclared(self.bodies)
        return list(found.values()), failures

    def _place(self, new: Found, found: dict[tuple[object, ...], Found], failures: list[ParseFailure]) -> None:
        key = identity(new.block)
        if new.block.type not in _LABELS or new.block.type in ("terraform", "locals"):
            key = (*key, new.path, new.block.span)
        elif key in found:
            first = found[key]
            failures.append(ParseFailure(f"{name_of(new.block)} is defined twice, first at {first.block.span}", new.block.span))
            key = (*key, new.path, new.block.span)
        found[key] = new

    @property
    def failures(self) -> list[ParseFailure]:
        """What is wrong with the blocks, beyond the syntax."""
        return self._sorted[1]

    @property
    def found(self) -> list[Found]:
        """Its top-level blocks with their files."""
        return self._sorted[0]

    def of(self, type: str) -> Iterator[hcl.Block]:
        """Its top-level blocks of a type."""
        return (found.block for found in self._sorted[0] if found.block.type == type)

    @cached_property
    def declared(self) -> dict[str, hcl.Block]:
        """Its variables."""
        return {block.labels[0]: block for block in self.of("variable")}

    @cached_property
    def outputs(self) -> dict[str, hcl.Block]:
        """What it hands back to a caller."""
        return {block.labels[0]: block for block in self.of("output")}

    @cached_property
    def locals(self) -> dict[str, hcl.Attribute]:
        """Its local values."""
        return {name: attribute for block in self.of("locals") for name, attribute in block.body.attributes.items()}

    @cached_property
    def calls(self) -> dict[str, hcl.Block]:
        """Its module calls by name."""
        return {block.labels[0]: block for block in self.of("module")}

    @cached_property
    def constrained_providers(self) -> frozenset[str]:
        """The local names of the providers that ``required_providers`` gives a version."""
        blocks = [block for setting in self.of("terraform") for block in setting.body.of("required_providers")]
        return frozenset(name for block in blocks for name, entry in block.body.attributes.items() if _has_version(entry.expression))

    @cached_property
    def types(self) -> frozenset[str]:
        """The types of all its resources and data sources, also of those without an instance."""
        return frozenset(block.labels[0] for kind in ("resource", "data") for block in self.of(kind))

    @cached_property
    def home(self) -> Span:
        """The place that stands for the module: its terraform block, else the head of main.tf or its first file."""
        for block in self.of("terraform"):
            return block.span
        main = f"{self.path}/main.tf".lstrip("/")
        return Span(main if main in self.bodies else self.paths[0], 1, 1, 1, 1)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Its variable files."""
        return tuple(path for path in self._below if path.endswith(VALUES))

    @cached_property
    def is_configured(self) -> bool:
        """Whether somebody runs Terraform here rather than calling it: it has a backend or a provider, or values."""
        settings = list(self.of("terraform"))
        if any(block.type in ("backend", "cloud") for setting in settings for block in setting.body.blocks):
            return True
        if any(not block.body.attributes.get("configuration_aliases") for block in self.of("provider")):
            return True
        if self.values:
            return bool(settings)
        required = any("default" not in block.body.attributes for block in self.declared.values())
        library = required or (self.declared and self.outputs) or "modules" in self.path.split("/")
        return bool(settings) and not library

    def mentions(self, address: str) -> bool:
        """Whether the name occurs in an expression: a search in the text, good enough to ask on."""
        return any(address in self.project.text(path) for path, body in self.bodies.items() if isinstance(body, hcl.Body))


def shadow(path: str) -> str:
    """The file that OpenTofu reads in place of this one, where it exists: ``main.tofu`` instead of ``main.tf``."""
    for suffix in (".tf", ".tf.json"):
        if path.endswith(suffix):
            return f"{path.removesuffix(suffix)}{suffix.replace('.tf', '.tofu')}"
    return ""


def read(path: str, project: Project) -> hcl.Body | ParseFailure:
    """The blocks of one file, parsed once."""
    try:
        return _body(project, path)
    except ParseFailure as failure:
        return failure


@once
def _body(project: Project, path: str) -> hcl.Body:
    return hcl.parse(path, project.text(path))


def directory_in(path: str, project: Project) -> Directory:
    """The directory of a path."""
    return _directory(project, path)


@once
def _directory(project: Project, path: str) -> Directory:
    return Directory(path, project)


def _fetched(directory: str, project: Project) -> tuple[str, ...]:
    """The files of a module that ``terraform init`` fetched, which is not among the project's own."""
    root = project.tree.root
    if root is None or FETCHED not in directory.split("/"):
        return ()
    try:
        names = sorted(entry.name for entry in (root / directory).iterdir() if entry.is_file())
    except OSError:
        return ()
    return tuple(f"{directory}/{name}" for name in names[:1000])


def _has_version(expression: hcl_expressions.Expression) -> bool:
    """Whether an entry of ``required_providers`` names a version: an object with one, or the old plain constraint."""
    if isinstance(expression, hcl_expressions.Object):
        return any(isinstance(key, hcl_expressions.Literal) and key.value == "version" for key, _ in expression.items)
    return isinstance(expression, hcl_expressions.Literal)
