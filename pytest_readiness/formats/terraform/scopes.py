"""What names mean where an expression stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import Protocol

from ...model import Span


class Scope(Protocol):
    """What names mean where an expression stands."""

    def variable(self, name: str) -> Any:
        """``var.name``."""

    def local(self, name: str) -> Any:
        """``local.name``."""

    def resource(self, address: str) -> Any:
        """A resource or data source of the module, a collection of them where it is made several times."""

    def called_module(self, name: str) -> Any:
        """``module.name``."""

    def named(self, root: str, name: str) -> Any:
        """``path.module``, ``terraform.workspace`` and the like."""

    def read(self, path: str) -> str:
        """The text of a file as ``file()`` names it; raises `Unresolved` where it is not in the project."""

    def uncertain(self, address: str) -> str | None:
        """Why it is not known whether a resource or module exists, None where it is."""

    def spend(self, amount: int) -> None:
        """Count work; raises `Unresolved` where one value takes too much of it."""

    def begin(self) -> None:
        """What is evaluated from here on is another value."""

    def variable_place(self, name: str) -> Span | None:
        """Where a caller or variable file writes the value of a variable."""

    @property
    def bindings(self) -> Mapping[str, Any]:
        """``each``, ``count`` and the iterators of dynamic blocks."""


class _Bound:
    """A scope with more names."""

    def __init__(self, outer: Scope, names: Mapping[str, Any]) -> None:
        self.bindings: Mapping[str, Any] = {**outer.bindings, **names}
        self.variable = outer.variable
        self.local = outer.local
        self.resource = outer.resource
        self.called_module = outer.called_module
        self.named = outer.named
        self.read = outer.read
        self.uncertain = outer.uncertain
        self.variable_place = outer.variable_place
        self.spend = outer.spend
        self.begin = outer.begin


class Alone:
    """What a template file sees: its variables and functions, nothing of the module."""

    def __init__(self, outer: Scope, names: Mapping[str, Any]) -> None:
        self.bindings: Mapping[str, Any] = names
        self.read = outer.read
        self.spend = outer.spend
        self.begin = outer.begin

    def variable(self, name: str) -> Any:
        return self.resource(f"var.{name}")

    def local(self, name: str) -> Any:
        return self.resource(f"local.{name}")

    def called_module(self, name: str) -> Any:
        return self.resource(f"module.{name}")

    def named(self, root: str, name: str) -> Any:
        return self.resource(f"{root}.{name}")

    def resource(self, address: str) -> Any:
        raise LookupError(address)

    def uncertain(self, address: str) -> str | None:
        return None

    def variable_place(self, name: str) -> Span | None:
        return None


def bound(scope: Scope, names: Mapping[str, Any]) -> Scope:
    """The scope with more bindings."""
    return _Bound(scope, names)
