"""One file of Terragrunt with the names that expressions in it may use."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from ...unknown import Unknown
from ...unknown import Unresolved
from .blocks import Block
from .blocks import Section
from .directory import directory_in
from .eval import evaluate
from .module import Module
from .overrides import clean

UNIT = "terragrunt.hcl"
MAX_DEPTH = 30
MAX_WORK = 2_000_000


class File:
    """One file with the names that expressions in it may use (a Scope). ``unit`` is the directory it is run for."""

    bindings: Mapping[str, Any] = {}

    def __init__(self, path: str, project: Project) -> None:
        self.path = path
        self.directory = path.rpartition("/")[0]
        self.project = project
        self._spent = 0
        self._open: set[str] = set()
        self._known: dict[str, Any] = {}
        try:
            self.body: hcl.Body | ParseFailure = hcl.parse(path, project.text(path))
        except ParseFailure as failure:
            self.body = failure

    @cached_property
    def blocks(self) -> tuple[hcl.Block, ...]:
        """Its top-level blocks; none where it cannot be read."""
        return self.body.blocks if isinstance(self.body, hcl.Body) else ()

    def of(self, type: str) -> Iterator[hcl.Block]:
        """Its blocks of a type."""
        return (block for block in self.blocks if block.type == type)

    @cached_property
    def locals(self) -> dict[str, hcl.Attribute]:
        """Its local values."""
        return {name: attribute for block in self.of("locals") for name, attribute in block.body.attributes.items()}

    def local(self, name: str) -> Any:
        """The value of a local."""
        if name in self._open or len(self._open) > MAX_DEPTH:
            return Unknown(f"refers to itself: local.{name}")
        if name not in self.locals:
            return Unknown(f"local.{name} is not defined in {self.path}")
        if name not in self._known:
            self._open.add(name)
            try:
                self._known[name] = evaluate(self.locals[name].expression, self)
            finally:
                self._open.discard(name)
        return self._known[name]

    def variable(self, name: str) -> Any:
        """Terragrunt has no variables."""
        return Unknown(f"Terragrunt has no var.{name}")

    def resource(self, address: str) -> Any:
        """What Terragrunt knows when it runs: outputs of dependencies, what is included."""
        root, _, name = address.partition(".")
        if root == "dependency":
            return Unknown(f"output of the dependency {name}, known where Terragrunt runs")
        return Unknown(f"known where Terragrunt runs: {address}")

    def called_module(self, name: str) -> Any:
        """Terragrunt calls no modules by name."""
        return self.resource(f"module.{name}")

    def named(self, root: str, name: str) -> Any:
        """``path.…`` means nothing here."""
        return self.resource(f"{root}.{name}")

    def read(self, path: str) -> str:
        """Files are named from where Terragrunt runs."""
        raise Unresolved(f"read where Terragrunt runs: {path}")

    def uncertain(self, address: str) -> str | None:
        """Everything that is written exists."""
        return None

    def variable_place(self, name: str) -> Span | None:
        """See `variable`."""
        return None

    def spend(self, amount: int) -> None:
        """Count work, of all expressions of the file together."""
        self._spent += amount
        if self._spent > MAX_WORK:
            raise Unresolved(f"{self.path} takes too much work to evaluate")

    def begin(self) -> None:
        """See `spend`."""

    @cached_property
    def inputs(self) -> Any:
        """What it gives to the module: an object, unknown where it is computed."""
        attribute = self.body.attributes.get("inputs") if isinstance(self.body, hcl.Body) else None
        return {} if attribute is None else evaluate(attribute.expression, self)

    @cached_property
    def backends(self) -> tuple[Block, ...]:
        """The state that it configures, as backends."""
        found = []
        for block in self.of("remote_state"):
            backend, config = (block.body.attributes.get(name) for name in ("backend", "config"))
            kind = backend.expression.value if backend and isinstance(backend.expression, ast.Literal) else None
            values = evaluate(config.expression, self) if config else None
            if isinstance(kind, str) and isinstance(values, dict):
                module = Module(directory_in(self.directory, self.project), self.project, detached=True)
                section = Section(block.span, module, data=values)
                name = f"remote_state.{kind}"
                found.append(Block("tf.backend", clean(name), block.span, kind, "", section, module, address=name))
        return tuple(found)

    @property
    def keeps_state(self) -> bool:
        """Whether it says where the state is kept: in ``remote_state``, or in a backend that it generates."""
        generated = (block.body.attributes.get("contents") for block in self.of("generate"))
        return any(self.of("remote_state")) or any(contents and 'backend "' in contents.source.replace("\\", "") for contents in generated)


@once
def file_of(project: Project, path: str) -> File:
    return File(path, project)
