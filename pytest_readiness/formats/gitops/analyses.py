"""Analysis templates: what is measured while a new version takes over, and whether it can stop anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from typing import cast

from ...model import Span
from ...project import Project
from ...project import once
from ...unknown import Unresolved
from ...unknown import is_unknown
from ..kubernetes.objects import Object
from ..kubernetes.objects import dig
from ..kubernetes.objects import entries
from ..kubernetes.objects import mappings
from ..kubernetes.sources import objects_everywhere
from .rollouts import AnalysisUse
from .rollouts import Rollout

_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
# providers that say themselves whether it went well
_JUDGES = ("job", "kayenta", "plugin")
_QUERIES = ("prometheus", "datadog", "newRelic", "wavefront", "cloudWatch", "graphite", "influxdb", "skywalking")
_SIGNALS = re.compile(
    r"error|fail|success|5xx|5\.\.|\"5|burn|slo|latency|duration|quantile|p9[0-9]|percentile|status|response", re.IGNORECASE
)
MAX_TEMPLATES = 50


@dataclass(frozen=True, eq=False)
class Metric:
    """One metric of a template."""

    template: Analysis
    index: int
    body: Any

    @property
    def name(self) -> Any:
        return dig(self.body, "name")

    def get(self, *keys: str) -> Any:
        return dig(self.body, *keys)

    def at(self, *keys: str) -> Span:
        return self.template.at("spec", "metrics", self.index, *keys)

    @property
    def provider(self) -> str:
        """The name of its provider, empty without one."""
        named = entries(self.get("provider"))
        return next((name for name, body in named.items() if body is not None), "")

    @property
    def is_query(self) -> bool:
        return self.provider in _QUERIES

    @property
    def is_about_requests(self) -> bool:
        """Whether its name or query speaks of errors, latency or a budget; an unknown query may."""
        query = self.get("provider", self.provider)
        texts = [str(value) for value in entries(query).values() if isinstance(value, str)]
        unknown = any(map(is_unknown, entries(query).values()))
        return unknown or any(_SIGNALS.search(text[:10_000]) for text in (str(self.name), *texts))

    @property
    def is_dry(self) -> bool:
        """Whether its own template only tries it."""
        return is_dry(self.name, self.template.get("spec", "dryRun"))

    @property
    def toothless(self) -> str:
        """Why it can never stop anything, empty where it can."""
        if not self.provider:
            return "has no provider, so it measures nothing"
        if self.provider not in _JUDGES and all(self.get(key) is None for key in ("successCondition", "failureCondition")):
            return "has neither successCondition nor failureCondition, so it never fails"
        allowed, count = self.get("failureLimit"), self.get("count")
        if not isinstance(allowed, int):
            return ""
        if allowed < 0:
            return f"has a failureLimit of {allowed}, which switches it off"
        if isinstance(count, int) and 0 < count <= allowed:
            return f"may fail {allowed} times in {count} measurements, so it never fails"
        return ""

    @property
    def invalid(self) -> str:
        """Why Argo Rollouts refuses it, empty where it does not."""
        count = self.get("count")
        if isinstance(count, int) and count > 1 and self.get("interval") is None:
            return f"has a count of {count} without an interval: the analysis is refused"
        return ""

    @property
    def is_endless(self) -> bool:
        """Whether it goes on measuring until something else ends it, which a step does not allow."""
        count = self.get("count")
        return (count is None and self.get("interval") is not None) or (count is not None and not is_unknown(count) and count == 0)


@dataclass(frozen=True, eq=False)
class Analysis(Object):
    """An AnalysisTemplate or a ClusterAnalysisTemplate."""

    @property
    def is_cluster_wide(self) -> bool:
        return self.is_a("argoproj.io/ClusterAnalysisTemplate")

    @property
    def own_metrics(self) -> Iterator[Metric]:
        for index, body in enumerate(mappings(self.get("spec", "metrics"))):
            yield Metric(self, index, body)


def is_dry(name: Any, listed: Any) -> bool:
    """Whether a metric is among those that are only tried, which are named by regular expressions.

    Only the simple ones are understood; what others match is unknown, for theirs are not ours to run.
    """
    for entry in mappings(listed):
        pattern = entry.get("metricName")
        pieces = str(pattern).removeprefix("^").removesuffix("$").split(".*") if pattern is not None else ["?"]
        if pattern in ("*", ".*"):
            return True
        if any(_SPECIAL.search(piece) for piece in pieces):
            raise Unresolved(f"which metrics dryRun means by {pattern}")
        if fnmatchcase(str(name), f"*{'*'.join(pieces)}*"):
            return True
    return False


def template_of(use: AnalysisUse, rollout: Rollout, project: Project) -> Analysis | None:
    """The template that a rollout refers to, None where there is none.

    A namespace's templates belong to what is deployed there, the cluster's may all be kept elsewhere: then it is unknown.
    """
    everything = _templates(project, use.is_cluster_wide)
    if not everything and use.is_cluster_wide:
        raise Unresolved(f"ClusterAnalysisTemplate {use.name} is not kept in this repository")
    named = everything.get(str(use.name), ())
    known = [analysis for analysis in named if use.is_cluster_wide or analysis.shares_namespace_with(rollout)]
    if not known and everything.get(None):
        raise Unresolved(f"whether a template whose name is filled in at deploy time is {use.name}")
    # the one that is made from the same chart or overlay, else the nearest by path
    mine = (rollout.home, rollout.for_environment)
    return min(known, key=lambda analysis: ((analysis.home, analysis.for_environment) != mine, analysis.path != rollout.path), default=None)


def metrics_of(template: Analysis, rollout: Rollout, project: Project) -> Iterator[Metric]:
    """The metrics of a template and of those it is made of."""
    queue, seen = [template], {template.name}
    for current in queue:
        yield from current.own_metrics
        if len(queue) > MAX_TEMPLATES:
            return
        for inner in mappings(current.get("spec", "templates")):
            use = AnalysisUse(inner.get("templateName"), bool(inner.get("clusterScope")), (), False, None)
            found = template_of(use, rollout, project)
            if found is not None and found.name not in seen:
                seen.add(found.name)
                queue.append(found)


@once
def _templates(project: Project, is_cluster_wide: bool) -> dict[str | None, list[Analysis]]:
    """The templates by name, under None those whose name is unknown."""
    found: dict[str | None, list[Analysis]] = {}
    id = "argoproj.io/ClusterAnalysisTemplate" if is_cluster_wide else "argoproj.io/AnalysisTemplate"
    for analysis in cast("Iterator[Analysis]", objects_everywhere(project, id, "argo.analysis")):
        found.setdefault(None if is_unknown(analysis.object_name) else str(analysis.object_name), []).append(analysis)
    return found
