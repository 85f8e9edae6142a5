"""The end of a run: from its records to the one report that the terminal, the gates and all formats are made from."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import comparison
from . import gates
from . import history
from . import scorecard
from .owners import owners
from .planning import plan
from .policy import Gate
from .policy import Policy
from .project import Project
from .records import Record
from .records import document
from .records import ordered

KEPT = 100  # runs of the history that a report holds


@dataclass(frozen=True)
class Demands:
    """What the command line asks of a run beyond its checks."""

    gates: tuple[Gate, ...] = ()
    minimum: float | None = None
    bypass: str | None = None
    before: Mapping[str, Any] | None = None  # an earlier report
    ratchet: bool = False
    tolerance: float = 0.0  # points of a score
    history: Path | None = None

    @property
    def any(self) -> bool:
        """Whether anything can fail a run whose checks pass."""
        return bool(self.gates or self.minimum is not None or self.ratchet)


class Conclusion:
    """What the records of a run add up to; every part is made when it is asked for, once."""

    def __init__(
        self, records: Iterable[Record], rules: Callable[[], Iterable[Any]], policy: Policy, project: Project, *, today: datetime.date
    ) -> None:
        self.records = ordered(records)
        self.policy = policy
        self.today = today
        self._rules = rules
        self._project = project
        self.demands = Demands()
        self.facts: Mapping[str, Any] = {}
        self.seconds: Mapping[str, float] = {}

    @cached_property
    def verdict(self) -> dict[str, Any]:
        """What the checks add up to."""
        return scorecard.verdict({"checks": self.records}, self.policy)

    @cached_property
    def comparison(self) -> dict[str, Any] | None:
        """What changed since an earlier run, where one was given."""
        before = self.demands.before
        return None if before is None else comparison.compare(before, {"checks": self.records, "verdict": self.verdict})

    @cached_property
    def report(self) -> dict[str, Any]:
        """The JSON report, with the seconds of each check."""
        made = document(self._rules(), self.records, {**self.facts, "version": version("pytest-readiness")})
        made["verdict"] = self.verdict
        made["plan"] = plan(made, self.policy, self.today, owners(self.policy, self._project))
        made["gates"] = [gates.judged(made, gate) for gate in self.demands.gates]
        if self.demands.minimum is not None:
            made["gates"].append(gates.minimum(made, self.demands.minimum))
        made["comparison"] = self.comparison
        if self.demands.ratchet and self.comparison is not None:
            made["gates"].append(gates.told(comparison.RATCHET, comparison.regressions(self.comparison, self.demands.tolerance)))
        made["bypass"] = self.demands.bypass
        made["history"] = self.runs[-KEPT:]
        made["seconds"] = self.seconds
        return made

    @cached_property
    def runs(self) -> list[dict[str, Any]]:
        """The history with this run; a part of the checks is no point of a trend."""
        if self.demands.history is None:
            return []
        known = history.load(self.demands.history)
        this = {"run": self.facts, "checks": self.records, "verdict": self.verdict}
        return known if self.facts["partial"] else history.extended(known, history.line(this))

    @property
    def shut(self) -> list[dict[str, Any]]:
        """The gates that were asked for and are shut."""
        return [gate for gate in self.report["gates"] if not gate["passed"]] if self.demands.any else []
