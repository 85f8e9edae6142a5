"""Production readiness as ordinary pytest output: the names that rules, packs and formats are written with.

Loaded in every pytest run of a user, so each name is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .authoring import P0 as P0
    from .authoring import P1 as P1
    from .authoring import P2 as P2
    from .authoring import P3 as P3
    from .authoring import RuleError as RuleError
    from .authoring import rule as rule
    from .formats.base import Format as Format
    from .model import Finding as Finding
    from .model import ParseFailure as ParseFailure
    from .model import Priority as Priority
    from .model import Resource as Resource
    from .model import Rule as Rule
    from .model import Span as Span
    from .model import Waiver as Waiver
    from .project import Project as Project
    from .project import once as once
    from .unknown import Unknown as Unknown
    from .unknown import Unresolved as Unresolved
    from .unknown import is_unknown as is_unknown

_HOMES = {
    "authoring": ("P0", "P1", "P2", "P3", "RuleError", "rule"),
    "formats.base": ("Format",),
    "model": ("Finding", "ParseFailure", "Priority", "Resource", "Rule", "Span", "Waiver"),
    "project": ("Project", "once"),
    "unknown": ("Unknown", "Unresolved", "is_unknown"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)  # noqa: PLE0605 - a sorted list of names is what it is


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
