"""What controllers say of their objects: applications of Argo CD, backups, cron jobs, analyses of rollouts, definitions."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from ...formats.kubernetes.objects import dig
from ...text import brief
from ..entries import Entry
from ..evidence import AHEAD
from ..evidence import moment
from ..measure import Comparison
from ..measure import Judged
from ..query import compiled
from .client import Client
from .client import Item
from .client import Refused
from .values import called
from .values import chosen
from .values import condition
from .values import listed
from .values import namespaces
from .values import nothing
from .values import text
from .values import told

GRACE = datetime.timedelta(minutes=10)  # that an application may take to sync, or to become healthy
NEVER = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)
# phases of something that has not finished
UNFINISHED = frozenset(
    ("", *"new queued readytostart inprogress waitingforpluginoperations finalizing deleting pending started running false".split())
)


# -- definitions


def definitions(names: Sequence[str], client: Client) -> Judged:
    """Custom resource definitions must be there and established."""
    found = {text(item, "metadata", "name"): item for item in client.named("customresourcedefinitions.apiextensions.k8s.io", names)}
    problems = []
    for name in names:
        if name not in found:
            problems.append(f"there is no CustomResourceDefinition {name}")
        elif (established := condition(found[name], "Established")).get("status") != "True":
            problems.append(f"CustomResourceDefinition {name} is not Established: {told(established.get('message')) or 'nothing says why'}")
    return Judged(tuple(problems))


# -- applications


def applications(entry: Entry, client: Client) -> Judged:
    """Every application must be Synced and Healthy; what is on its way there may be, for a while."""
    assert entry.comparison is not None
    kept, problems = chosen("applications", "applications.argoproj.io", "Application", entry, client, usual="argocd")
    advice: list[str] = []
    for item in kept:
        sync, health = text(item, "status", "sync", "status") or "Unknown", text(item, "status", "health", "status") or "Unknown"
        if (sync, health) == ("Synced", "Healthy"):
            continue
        message = text(item, "status", "health", "message") or text(item, "status", "operationState", "message")
        line = f"{called({**item, 'kind': 'Application'})} is {brief(sync, 40)} and {brief(health, 40)}" + (
            f": {told(message)}" if message else ""
        )
        (advice if _is_on_its_way(item, sync, health, client.now) else problems).append(line)
    if not kept and not problems:
        return entry.comparison.judge(None, what="the namespace")
    judged = entry.comparison.judge(len(problems), what="the number of applications that are not Synced and Healthy")
    if judged.problems:
        return replace(judged, problems=(*problems, *judged.problems), advice=tuple(advice))
    return replace(judged, advice=(*problems, *advice))


def _is_on_its_way(item: Item, sync: str, health: str, now: datetime.datetime) -> bool:
    """Whether it is being synced, or becoming healthy, not longer than that may take."""
    running = text(item, "status", "operationState", "phase") == "Running"
    since = {
        "sync": text(item, "status", "operationState", "startedAt") if running else "",
        # of which only newer versions tell
        "health": text(item, "status", "health", "lastTransitionTime") or text(item, "status", "operationState", "finishedAt"),
    }
    if health not in ("Healthy", "Progressing"):
        return False
    started = moment(since["health"] or since["sync"]) if sync == "Synced" else moment(since["sync"])
    return started is not None and now - started <= GRACE


# -- backups


@dataclass(frozen=True)
class Source:
    """Where backups stand: JMESPath of phase, end, and what they are backups of."""

    resource: str
    phase: str
    good: tuple[Any, ...]
    time: str
    each: str = ""
    namespace: str = ""


SOURCES = {
    "velero": Source(
        "backups.velero.io", "status.phase", ("Completed",), "status.completionTimestamp", 'metadata.labels."velero.io/schedule-name"', "velero"
    ),
    "cloudnative-pg": Source("backups.postgresql.cnpg.io", "status.phase", ("completed",), "status.stoppedAt", "spec.cluster.name"),
    "volume-snapshots": Source(
        "volumesnapshots.snapshot.storage.k8s.io", "status.readyToUse", (True,), "status.creationTime", "spec.source.persistentVolumeClaimName"
    ),
}  # fmt: skip


def source(written: str | Mapping[str, Any]) -> Source:
    """A source by its name, or as it is declared."""
    if isinstance(written, str):
        return SOURCES[written]
    good = written["good"]
    return Source(
        written["kind"], written["phase"], tuple(good) if isinstance(good, list) else (good,), written["time"], written.get("each", "")
    )


def backups(entry: Entry, client: Client) -> Judged:
    """The newest backup of each thing must be good and young; measured is the oldest of them."""
    assert entry.comparison is not None
    where = source(entry.body["backups"])
    read = {key: compiled("json", path) for key in ("phase", "time", "each") if (path := getattr(where, key))}
    items = listed(where.resource, namespaces(entry, client, where.namespace), client)
    found = [_backup(item, read, where.good) for item in items]
    groups = entry.body.get("backups_of") or sorted({one.of for one in found if one.of}) or [""]
    judged = Judged()
    ages: list[tuple[float, str]] = []
    for group in groups:
        mine = sorted((one for one in found if one.ended and (one.of == group or not group)), key=lambda one: one.at)
        what = f"the newest backup of {group}" if group else "the newest backup"
        good = [one for one in mine if one.phase in where.good]
        if mine and mine[-1].phase not in where.good:
            judged = judged.and_also(Judged((f"{what}, {mine[-1].name}, is {told(mine[-1].phase)}",)))
        if not good:
            judged = judged.and_also(entry.comparison.judge(None, what=what))
            continue
        ages.append(((client.now - good[-1].at).total_seconds(), f"the age of {what}, {good[-1].name},"))
    return _oldest(entry.comparison, ages, judged)


def _oldest(comparison: Comparison, ages: list[tuple[float, str]], judged: Judged) -> Judged:
    """Hold each age against the target; what is told as measured is the greatest."""
    for age, what in sorted(ages, reverse=True):
        if age < -AHEAD.total_seconds():
            judged = judged.and_also(Judged((f"{what} cannot be told: it is dated in the future",)))
        judged = judged.and_also(comparison.judge(round(max(age, 0.0), 3), what=what))
    return judged


@dataclass(frozen=True)
class _Backup:
    """A backup ``of`` something; ``at`` is when it ended, if it has."""

    name: str
    of: str
    phase: Any
    at: datetime.datetime
    ended: bool


def _backup(item: Item, read: Mapping[str, Callable[[Any], Any]], good: tuple[Any, ...]) -> _Backup:
    phase, written, of = (read[key](item) if key in read else None for key in ("phase", "time", "each"))
    if isinstance(phase, (dict, list)):
        raise Refused(f"the phase of {called(item)} is no single value")
    ended = phase is not None and str(phase).lower().replace("_", "") not in UNFINISHED and not (phase in good and written is None)
    if written is None:  # what failed may have no end, but it began
        written = dig(item, "metadata", "creationTimestamp")
    at = moment(written) if ended else NEVER
    if at is None:
        raise Refused(f"the time of {called(item)} is {brief(repr(written), 60)}, which is not a date as ISO 8601")
    return _Backup(called(item), of if isinstance(of, str) else "", phase, at, ended)


# -- cron jobs


def cronjobs(entry: Entry, client: Client) -> Judged:
    """Every cron job must have succeeded lately; measured is the one that did longest ago."""
    assert entry.comparison is not None
    found, problems = chosen("cronjobs", "cronjobs.batch", "CronJob", entry, client)
    judged = Judged(tuple(problems))
    ages: list[tuple[float, str]] = []
    for item in found:
        name = called({**item, "kind": "CronJob"})
        if dig(item, "spec", "suspend") is True:
            judged = judged.and_also(Judged((f"{name} is suspended",)))
        written = dig(item, "status", "lastSuccessfulTime")
        if written is None:
            judged = judged.and_also(entry.comparison.judge(None, what=f"the last success of {name}"))
        elif (at := moment(written)) is None:
            raise Refused(f"status.lastSuccessfulTime of {name} is {brief(repr(written), 60)}, which is not a date as ISO 8601")
        else:
            ages.append(((client.now - at).total_seconds(), f"the time since the last success of {name}"))
    return _oldest(entry.comparison, ages, judged) if found or problems else entry.comparison.judge(None, what="the namespace")


# -- analyses


def analyses(entry: Entry, client: Client) -> Judged:
    """Of each rollout one analysis must have succeeded, and one failed, as in a drill: else nobody knows that it would take a version back."""
    wanted = entry.body["analysis_runs"]
    own = [name.rpartition("/")[0] for name in wanted] if wanted != "all" else [""]
    places = dict.fromkeys(place for one in own for place in ((one,) if one else namespaces(entry, client)))
    outcomes: dict[str, set[str]] = {}
    for run in listed("analysisruns.argoproj.io", places, client):
        for name in _rollouts(run):
            for key in (name, f"{text(run, 'metadata', 'namespace')}/{name}"):
                outcomes.setdefault(key, set()).add(text(run, "status", "phase"))
    wanted = sorted(key for key in outcomes if "/" in key) if wanted == "all" else wanted
    if not wanted:
        return nothing(entry, "there is no AnalysisRun of any Rollout, so no canary has been exercised")
    problems = []
    for name in wanted:
        phases = outcomes.get(name, set())
        if "Successful" not in phases:
            problems.append(f"no AnalysisRun of Rollout {brief(name, 120)} was Successful")
        if not {"Failed", "Error"} & phases:
            problems.append(f"no AnalysisRun of Rollout {brief(name, 120)} has Failed: that a version is taken back has not been seen")
    return Judged(tuple(problems))


def _rollouts(run: Item) -> Iterator[str]:
    owners = dig(run, "metadata", "ownerReferences")
    for owner in owners if isinstance(owners, list) else ():
        if text(owner, "kind") == "Rollout" and text(owner, "name"):
            yield text(owner, "name")
