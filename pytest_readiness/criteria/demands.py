"""What a criterion asks, as values."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from .operators import Condition
from .paths import Path

Asked = tuple[tuple[Path, Condition], ...]


@dataclass(frozen=True, slots=True)
class FileDemand:
    """How many files there must be that match a glob, and what each of them must or must not contain."""

    glob: str
    at_least: int = 1
    at_most: int | None = None
    contains: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """What is asked of one thing; all of it must hold."""

    require: Asked = ()
    forbid: Asked = ()
    has: tuple[str, ...] = ()
    files: tuple[FileDemand, ...] = ()
    satisfied_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Demands:
    """What a criterion asks once its parameters are known."""

    when: tuple[Asked, ...] = ()  # one of these must hold, all of it; always where there are none
    unless: Asked = ()
    each: Path | None = None
    block: Block = field(default_factory=Block)
    any_of: tuple[Block, ...] = ()
    message: str = ""
