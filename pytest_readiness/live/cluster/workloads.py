"""Workloads: replicas that are ready against those desired and declared, and rollouts that are complete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace

from ...formats.kubernetes.objects import dig
from ..entries import Entry
from ..measure import Comparison
from ..measure import Judged
from ..units import quantity
from .client import ALL
from .client import Client
from .client import Item
from .client import NoType
from .client import Refused
from .repository import Minimums
from .values import called
from .values import condition
from .values import listed
from .values import namespaces
from .values import number
from .values import text
from .values import told

RESOURCES = {
    "Deployment": "deployments.apps",
    "StatefulSet": "statefulsets.apps",
    "DaemonSet": "daemonsets.apps",
    "Rollout": "rollouts.argoproj.io",
}


@dataclass(frozen=True)
class State:
    """How a workload is: ``ready`` of ``wanted`` replicas, and what else is wrong with it."""

    name: str
    ready: int
    desired: int
    wanted: int
    why: str = ""  # more are wanted than desired
    problems: tuple[str, ...] = ()
    is_there: bool = True

    @property
    def is_well(self) -> bool:
        return self.ready >= self.wanted and not self.problems

    @property
    def told(self) -> Iterator[str]:
        """What is wrong with it."""
        if self.ready < self.wanted and self.is_there:
            lacking = f"{self.ready} of {self.desired} replicas ready" if self.wanted == self.desired else f"{self.ready} replicas ready"
            yield f"{self.name} has {lacking}" + (f", at least {self.wanted} expected{self.why}" if self.wanted != self.desired else "")
        yield from (f"{self.name} {problem}" for problem in self.problems)


def judge(entry: Entry, minimums: Minimums, client: Client) -> Judged:
    """The workloads that are declared, or all there are."""
    assert entry.comparison is not None
    states = list(_states(entry, minimums, client))
    told = tuple(line for state in states for line in state.told)
    if entry.body.get("count") == "workloads":
        return _counted(entry.comparison, states, told)
    if not states:
        return entry.comparison.judge(None, what="the namespace")
    # what one has too many of does not make up for what another lacks
    ready, wanted = (sum(numbers) for numbers in zip(*((min(s.ready, s.wanted), s.wanted) for s in states), strict=True))
    if len(states) == 1:
        ready = states[0].ready
    measured = Comparison("at_least", quantity(wanted)).judge(ready, what="ready replicas").measured
    return Judged(told, measured=measured)


def _counted(comparison: Comparison, states: list[State], told: tuple[str, ...]) -> Judged:
    well = sum(state.is_well for state in states)
    value = None if not states else well / len(states) if comparison.unit else well
    judged = comparison.judge(
        value, what="the share of workloads that are well" if comparison.unit else "the number of workloads that are well"
    )
    if judged.problems:
        return replace(judged, problems=(*told, *judged.problems))
    return replace(judged, advice=told)


def _states(entry: Entry, minimums: Minimums, client: Client) -> Iterator[State]:
    least = int(getattr(entry.comparison.target, "number", 0)) if entry.comparison and entry.body.get("count") != "workloads" else 0
    if entry.body["workloads"] == "all":
        for item in _all(entry, client):
            if (kind := text(item, "kind")) in RESOURCES:
                yield _state(kind, item, least, minimums)
        return
    for name in entry.body["workloads"]:
        kind, *place, plain = name.split("/")
        places = tuple(place) or namespaces(entry, client)
        found = [item for item in listed(RESOURCES[kind], places, client) if text(item, "metadata", "name") == plain]
        yield from (_state(kind, item, least, minimums) for item in found)
        if not found:
            where = f" in namespace {', '.join(places)}" if places not in (("",), (ALL,)) else ""
            yield State(name, 0, 0, max(least, 1), problems=(f"does not exist{where}",), is_there=False)


def _all(entry: Entry, client: Client) -> Iterator[Item]:
    where = namespaces(entry, client)
    yield from listed(",".join(resource for kind, resource in RESOURCES.items() if kind != "Rollout"), where, client)
    with suppress(NoType):  # which not every cluster has
        yield from listed(RESOURCES["Rollout"], where, client)


def _state(kind: str, item: Item, least: int, minimums: Minimums) -> State:
    desired = number(item, "status", "desiredNumberScheduled") if kind == "DaemonSet" else number(item, "spec", "replicas", otherwise=1)
    ready = number(item, "status", "numberReady" if kind == "DaemonSet" else "readyReplicas")  # absent means none
    namespace, name = text(item, "metadata", "namespace"), text(item, "metadata", "name")
    declared = minimums.get((kind, namespace, name)) or minimums.get((kind, "", name))
    wanted, why = max(desired, least), ""
    if declared and declared.replicas > wanted:
        wanted, why = declared.replicas, f" ({declared.place} declares {declared.replicas})"
    return State(_name(kind, item), ready, desired, wanted, why, tuple(_problems(kind, item, desired)))


def _name(kind: str, item: Item) -> str:
    return called({**item, "kind": kind})


def _problems(kind: str, item: Item, desired: int) -> Iterator[str]:
    generation, observed = number(item, "metadata", "generation"), number(item, "status", "observedGeneration")
    if observed < generation:
        yield f"has changed, and its controller has not looked at it yet (generation {generation}, observed {observed})"
        return  # its status is that of before
    yield from {"Deployment": _deployment, "StatefulSet": _stateful, "DaemonSet": _daemon, "Rollout": _rollout}[kind](item, desired)


def _deployment(item: Item, desired: int) -> Iterator[str]:
    progressing, failure = condition(item, "Progressing"), condition(item, "ReplicaFailure")
    if failure.get("status") == "True":
        yield f"cannot make its pods: {told(failure.get('reason'), failure.get('message'))}"
    if desired and condition(item, "Available").get("status") != "True":
        yield "is not Available"
    if dig(item, "spec", "paused") is True:
        yield "is paused"
    elif progressing.get("status") == "False":
        yield f"does not get on with its rollout: {told(progressing.get('reason'), progressing.get('message'))}"
    elif progressing and progressing.get("reason") not in ("NewReplicaSetAvailable", "ReplicaSetAvailable"):
        yield f"is still being rolled out ({told(progressing.get('reason'))})"
    elif (updated := number(item, "status", "updatedReplicas")) < desired:
        yield f"has {updated} of {desired} replicas of its current template"


def _stateful(item: Item, desired: int) -> Iterator[str]:
    old, new = text(item, "status", "currentRevision"), text(item, "status", "updateRevision")
    if text(item, "spec", "updateStrategy", "type") == "OnDelete" or old == new:
        return
    due = desired - number(item, "spec", "updateStrategy", "rollingUpdate", "partition")
    if (updated := number(item, "status", "updatedReplicas")) < due:
        yield f"has {updated} of {due} replicas of its current template"


def _daemon(item: Item, desired: int) -> Iterator[str]:
    if text(item, "spec", "updateStrategy", "type") == "OnDelete":
        return
    if (updated := number(item, "status", "updatedNumberScheduled")) < desired:
        yield f"has {updated} of {desired} pods of its current template"


def _rollout(item: Item, _: int) -> Iterator[str]:
    phase = dig(item, "status", "phase")
    if phase is not None and not isinstance(phase, str):
        raise Refused(f"status.phase of {called(item)} is not a text")
    if phase != "Healthy":
        yield f"is {told(phase or 'of unknown phase', dig(item, 'status', 'message'))}"
