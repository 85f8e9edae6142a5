"""What the command line asks of a run beyond its checks, with every mistake told before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from . import comparison
from . import history
from .conclusion import Demands
from .model import Priority
from .policy import Gate
from .policy import Policy
from .text import safe


def demands(config: pytest.Config, policy: Policy) -> Demands:
    """The demands of a command line; raises `pytest.UsageError`."""
    option, directory = config.getoption, config.invocation_params.dir
    before = _earlier(option("readiness_compare"), directory)
    kept = directory / option("readiness_history") if option("readiness_history") else None
    if option("readiness_ratchet") and before is None:
        raise pytest.UsageError("--readiness-ratchet needs --readiness-compare: a report of the run that was as good as this one must be")
    if kept is not None:
        try:
            history.load(kept)
        except history.HistoryError as error:
            raise pytest.UsageError(f"--readiness-history: {safe(str(error))}") from None
    made = Demands(
        gates=tuple(_named(policy.gates, name) for name in option("readiness_gate")),
        minimum=_percent(option("readiness_min")),
        bypass=_reason(option("readiness_bypass")),
        before=before,
        ratchet=option("readiness_ratchet"),
        tolerance=option("readiness_tolerance"),
        history=kept,
    )
    if made.bypass is not None and not made.any:
        raise pytest.UsageError("--readiness-bypass: there is no gate to pass; name one with --readiness-gate or --readiness-min")
    return made


def _earlier(name: str | None, directory: Path) -> dict[str, Any] | None:
    try:
        return comparison.load(directory / name) if name else None
    except comparison.ReportError as error:
        raise pytest.UsageError(f"--readiness-compare: {safe(str(error))}") from None


def _named(known: Mapping[str, Gate], name: str) -> Gate:
    if name not in known:
        listed = ", ".join(known) or "readiness.yaml has no gates"
        raise pytest.UsageError(f"--readiness-gate {name}: no gate is called {name!r} (known: {listed})")
    return known[name]


def _percent(number: float | None) -> float | None:
    if number is not None and not 0 <= number <= 100:
        raise pytest.UsageError(f"--readiness-min {number:g}: must be a percentage")
    return number


def _reason(text: str | None) -> str | None:
    if text is None:
        return None
    if not text.strip():
        raise pytest.UsageError("--readiness-bypass needs a reason: it is in every report")
    return safe(text.strip())


def lowest(config: pytest.Config) -> Priority | None:
    """The lowest priority whose checks may turn the run red (``readiness_gate``), None where all may."""
    text: str = config.getini("readiness_gate")
    if text and text.upper() not in ("P0", "P1", "P2"):
        raise pytest.UsageError(f"readiness_gate: must be p0, p1 or p2, not {text!r}")
    return Priority[text.upper()] if text else None


def reports(config: pytest.Config, known: Callable[[], Mapping[str, Any]]) -> Iterator[tuple[Any, Path]]:
    """The reports that are asked for: how each is rendered, and where it goes. Without any, no renderer is imported."""
    if not config.getoption("readiness_report"):
        return
    renderers = known()
    for request in config.getoption("readiness_report"):
        name, separator, file = request.partition(":")
        if not separator or not file:
            raise pytest.UsageError(f"--readiness-report {request}: must be FORMAT:FILE")
        if name not in renderers:
            raise pytest.UsageError(f"--readiness-report {request}: no report is called {name!r} (known: {', '.join(sorted(renderers))})")
        yield renderers[name], Path(config.invocation_params.dir, file)
