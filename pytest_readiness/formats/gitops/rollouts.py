"""Argo Rollouts and Flagger: how a new version takes over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import cast

from ...model import Span
from ...project import Project
from ...project import once
from ...unknown import Unresolved
from ..kubernetes.objects import Object
from ..kubernetes.objects import Workload
from ..kubernetes.objects import dig
from ..kubernetes.objects import entries
from ..kubernetes.objects import mappings
from ..kubernetes.objects import whole
from ..kubernetes.sources import objects_everywhere

Keys = tuple[str | int, ...]
_CANARY = ("spec", "strategy", "canary")
_BLUE_GREEN = ("spec", "strategy", "blueGreen")
# steps that take their own time and can stop the rollout
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_DURATION = re.compile(r"([0-9]{1,9})([smh]?)").fullmatch
_WAITING = ("analysis", "experiment", "plugin")


@dataclass(frozen=True, eq=False)
class Deployed(Workload):
    """A Deployment, as what could be a Rollout or the target of a Flagger Canary."""


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a canary."""

    index: int
    body: Any

    @property
    def weight(self) -> Any:
        return dig(self.body, "setWeight")

    @property
    def waits(self) -> bool:
        """Whether something is looked at or time goes by, a person's included, before the next step."""
        return any(dig(self.body, key) is not None for key in _WAITING) or self.waits_for_somebody or self._pauses

    @property
    def _pauses(self) -> bool:
        duration = dig(self.body, "pause", "duration")
        return duration is not None and duration not in (0, "0", "0s", "0m", "0h")

    @property
    def waits_for_somebody(self) -> bool:
        """``pause: {}``: until somebody promotes it."""
        return dig(self.body, "pause") is not None and dig(self.body, "pause", "duration") is None


@dataclass(frozen=True, eq=False)
class AnalysisUse:
    """A template that a rollout refers to; ``ends`` says that it has to come to an end, ``dry`` what it only tries."""

    name: Any
    is_cluster_wide: bool
    keys: Keys
    ends: bool
    dry: Any


@dataclass(frozen=True, eq=False)
class Rollout(Workload):
    """A Rollout of Argo Rollouts."""

    @property
    def is_canary(self) -> bool:
        return self.get("spec", "strategy") is not None and self.get(*_CANARY) is not None

    @property
    def is_blue_green(self) -> bool:
        return self.get("spec", "strategy") is not None and self.get(*_BLUE_GREEN) is not None

    def canary(self, *keys: str | int) -> Any:
        return self.get(*_CANARY, *keys)

    def canary_at(self, *keys: str | int) -> Span:
        return self.at(*_CANARY, *keys)

    def blue_green(self, *keys: str | int) -> Any:
        return self.get(*_BLUE_GREEN, *keys)

    def blue_green_at(self, *keys: str | int) -> Span:
        return self.at(*_BLUE_GREEN, *keys)

    @property
    def steps(self) -> list[Step]:
        return [Step(index, body) for index, body in enumerate(mappings(self.canary("steps")))]

    def step_at(self, step: Step, *keys: str | int) -> Span:
        return self.canary_at("steps", step.index, *keys)

    @property
    def routing(self) -> dict[str, Any]:
        """The traffic routers of its canary, by name."""
        return {
            name: body for name, body in entries(self.canary("trafficRouting")).items() if name not in ("managedRoutes", "maxTrafficWeight")
        }

    @property
    def whole_weight(self) -> int:
        """The weight that means all of the traffic."""
        return whole(self.canary("trafficRouting", "maxTrafficWeight")) or 100

    @property
    def services(self) -> set[str]:
        """The Services that it switches, by name."""
        names = [self.canary(key) for key in ("stableService", "canaryService")] if self.is_canary else []
        names += [self.canary("pingPong", key) for key in ("pingService", "pongService")] if self.is_canary else []
        names += [self.blue_green(key) for key in ("activeService", "previewService")] if self.is_blue_green else []
        return {name for name in names if isinstance(name, str)}

    @property
    def analyses(self) -> Iterator[AnalysisUse]:
        """Every reference to an analysis template of its canary: in the background, as a step, in an experiment."""
        yield from _uses(self.canary("analysis"), (*_CANARY, "analysis"), ends=False)
        for step in self.steps:
            place = (*_CANARY, "steps", step.index)
            yield from _uses(dig(step.body, "analysis"), (*place, "analysis"), ends=True)
            dry = dig(step.body, "experiment", "dryRun")
            for index, use in enumerate(mappings(dig(step.body, "experiment", "analyses"))):
                keys = (*place, "experiment", "analyses", index, "templateName")
                yield AnalysisUse(use.get("templateName"), bool(use.get("clusterScope")), keys, True, dry)


def _uses(analysis: Any, place: Keys, *, ends: bool) -> Iterator[AnalysisUse]:
    dry = dig(analysis, "dryRun")
    if (name := dig(analysis, "templateName")) is not None:  # as it was written before there could be several
        yield AnalysisUse(name, False, (*place, "templateName"), ends, dry)
    for index, use in enumerate(mappings(dig(analysis, "templates"))):
        yield AnalysisUse(use.get("templateName"), bool(use.get("clusterScope")), (*place, "templates", index, "templateName"), ends, dry)


@dataclass(frozen=True, eq=False)
class Canary(Object):
    """A Canary of Flagger, which takes a Deployment over."""

    @property
    def analysis_keys(self) -> Keys:
        """Where its analysis stands: under another name in old versions."""
        old = self.get("spec", "analysis") is None and self.get("spec", "canaryAnalysis") is not None
        return ("spec", "canaryAnalysis" if old else "analysis")

    def analysis(self, *keys: str | int) -> Any:
        return self.get(*self.analysis_keys, *keys)

    def analysis_at(self, *keys: str | int) -> Span:
        return self.at(*self.analysis_keys, *keys)

    @property
    def metrics(self) -> list[Any]:
        return list(mappings(self.analysis("metrics")))

    @property
    def skips_analysis(self) -> bool:
        skips = self.get("spec", "skipAnalysis")
        return skips is not None and bool(skips)


@dataclass(frozen=True, eq=False)
class MetricTemplate(Object):
    """A MetricTemplate of Flagger: a query that Canaries share."""


def is_compared(rollout: Rollout) -> bool:
    """Whether it is one of those that should be rolled out alike: a canary of our own in production."""
    return rollout.is_canary and rollout.is_production and not rollout.third_party


@once
def canaries(project: Project, environment: str) -> tuple[Rollout, ...]:
    """The canaries of production that are made for an environment, or, where it is empty, for none in particular."""
    found = cast("Iterator[Rollout]", objects_everywhere(project, "argoproj.io/Rollout", "argo.rollout"))
    return tuple(rollout for rollout in found if rollout.for_environment == environment and _is_compared(rollout))


def _is_compared(rollout: Rollout) -> bool:
    try:
        return is_compared(rollout)
    except Unresolved:
        return False


@once
def step_lists(project: Project, environment: str) -> tuple[tuple[tuple[Any, ...], Rollout], ...]:
    """The steps of all canaries for an environment that are known."""
    found = []
    for rollout in canaries(project, environment):
        try:
            found.append((steps_of(rollout), rollout))
        except Unresolved:
            continue
    return tuple(found)


def steps_of(rollout: Rollout) -> tuple[Any, ...]:
    """Its steps for comparing: weights and pauses as numbers, of others that they are there; what they measure is each one's own."""
    return tuple(_plain(step) for step in rollout.steps)


def _plain(step: Step) -> tuple[Any, ...]:
    if step.weight is not None:
        return ("setWeight", int(step.weight) if isinstance(step.weight, int) else str(step.weight))
    pause = dig(step.body, "pause")
    if pause is not None:
        duration = dig(pause, "duration")
        match = _DURATION(str(duration)) if duration is not None else None
        return ("pause", int(match[1]) * _SECONDS[match[2]] if match else "" if duration is None else str(duration))
    return tuple(step.body)
