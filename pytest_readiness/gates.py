"""Conditions that a run must meet beyond its checks, and what keeps them shut."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from .policy import Block
from .policy import Gate
from .records import Record
from .scorecard import State
from .scorecard import state

MINIMUM = "--readiness-min"


def minimum(report: Mapping[str, Any], percent: float) -> dict[str, Any]:
    """The gate of ``--readiness-min``: readiness of at least a percentage."""
    return told(MINIMUM, _at_least("readiness", report["verdict"]["readiness"]["percent"], percent))


def judged(report: Mapping[str, Any], gate: Gate) -> dict[str, Any]:
    """A gate on a report that has its verdict and plan: its name, whether it is open, and what keeps it shut."""
    return told(gate.name, _reasons(report, gate))


def told(name: str, reasons: Iterator[str]) -> dict[str, Any]:
    """The record of a gate; it is shut while there is a reason."""
    found = list(reasons)
    return {"gate": name, "passed": not found, "reasons": found}


def _reasons(report: Mapping[str, Any], gate: Gate) -> Iterator[str]:
    verdict, plan = report["verdict"], report["plan"]
    for block in gate.block_if_open:
        if found := [check["id"] for check in report["checks"] if _blocks(check, block)]:
            yield f"{_described(block)} open: {', '.join(found[:3])}{f' and {len(found) - 3} more' if len(found) > 3 else ''}"
    scores = {category["name"]: category["score"] for category in verdict["categories"]}
    for name, bound in gate.scores.items():
        yield from _at_least(f"score of {name}", verdict["overall"]["score"] if name == "overall" else scores.get(name), bound)
    if gate.readiness is not None:
        yield from _at_least("readiness", verdict["readiness"]["percent"], gate.readiness)
    if gate.coverage is not None:
        yield from _at_least("coverage", verdict["overall"]["coverage"], gate.coverage)
    for kind, names in (("acceptance", gate.acceptance), ("phases", gate.phases)):
        passed = {entry["name"]: entry["passed"] for entry in plan[kind]}
        yield from (f"{kind.removesuffix('s')} {name!r} is not passed" for name in names if not passed[name])


def _at_least(what: str, actual: float | None, bound: float) -> Iterator[str]:
    """Nothing measured is not enough."""
    if actual is None or actual < bound:
        yield f"{what} is {'not measured' if actual is None else f'{actual:g} %'}, {bound:g} % is required"


def _blocks(check: Record, block: Block) -> bool:
    states = (State.OPEN, State.UNREADABLE) if block.allow_known_gaps else (State.OPEN, State.UNREADABLE, State.GAP)
    return (
        state(check) in states
        and (not block.priorities or check["priority"] in block.priorities)
        and (not block.categories or check["category"] in block.categories)
        and (not block.rules or any(fnmatchcase(check["rule"], glob) for glob in block.rules))
    )


def _described(block: Block) -> str:
    parts = [", ".join(block.priorities), ", ".join(block.categories), ", ".join(block.rules)]
    return " ".join(part for part in parts if part) or "checks"
