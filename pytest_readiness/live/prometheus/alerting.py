"""What a Prometheus scrapes, which alerts it has loaded, and which of them fire."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from datetime import timezone
from typing import Any

from ...text import brief
from ..entries import Entry
from ..evidence import moment
from ..measure import Comparison
from ..measure import Judged
from .client import Client
from .client import labels
from .client import listed

NAMED = 5  # things of one sort that are told
_REQUEST = re.compile(r'^[A-Z][a-z]+ "[^"]*": ')  # how Go begins what went wrong with a request


def targets(entry: Entry, client: Client) -> Judged:
    """That there are targets, those of the named jobs among them, and that all are up."""
    data = client.data("targets", state="active")
    jobs: dict[str, list[Mapping[str, Any]]] = {}
    for target in listed(data.get("activeTargets")):
        jobs.setdefault(labels(target.get("labels")).get("job") or str(target.get("scrapePool")), []).append(target)
    wanted: Sequence[str] = sorted(jobs) if entry.body["targets"] == "all" else entry.body["targets"]
    missing = [job for job in wanted if job not in jobs]
    known = f"it scrapes {brief(', '.join(sorted(jobs)), 100)}" if jobs else "it scrapes nothing"
    absent = Judged(tuple(f"no target of job {job}: {known}" for job in missing))
    there = [job for job in wanted if job in jobs]
    if not there:
        return absent if missing else counted(entry, None, (), "the list of targets")
    down = {job: [target for target in jobs[job] if target.get("health") != "up"] for job in there}
    told = (_down(job, jobs[job], down[job]) for job in there if down[job])
    return counted(entry, sum(map(len, down.values())), told, "the number of targets that are down").and_also(absent)


def _down(job: str, all_of_it: Sequence[Any], down: Sequence[Mapping[str, Any]]) -> str:
    named = "; ".join(
        f"{labels(target.get('labels')).get('instance', '?')} is {brief(str(target.get('health')), 20)} ({_why(target)})"
        for target in down[:NAMED]
    )
    more = f"; and {len(down) - NAMED} more" if len(down) > NAMED else ""
    return f"job {job} has {len(all_of_it) - len(down)} of {len(all_of_it)} targets up: {named}{more}"


def _why(target: Mapping[str, Any]) -> str:
    return brief(_REQUEST.sub("", str(target.get("lastError") or "not scraped yet")), 120)


def rules(client: Client) -> list[Mapping[str, Any]]:
    """The alerting rules that are loaded; raises `NoAnswer`."""
    groups = listed(client.data("rules", type="alert").get("groups"))
    return [rule for group in groups for rule in listed(group.get("rules")) if rule.get("type", "alerting") == "alerting"]


def loaded(entry: Entry, client: Client) -> Judged:
    """That the alerts of the repository and those that are named are loaded, and none is in error."""
    wanted: Mapping[str, str] = entry.prepared
    found: dict[str, list[Mapping[str, Any]]] = {}
    for rule in rules(client):
        found.setdefault(str(rule.get("name")), []).append(rule)
    told = [problem for name, place in wanted.items() for problem in _unwell(name, place, found.get(name, ()))]
    return counted(entry, len(told), told, "the number of alerts that are not loaded or in error")


def _unwell(name: str, place: str, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not found:
        yield f"alert {name}{f' of {place}' if place else ''} is not loaded"
    for rule in found:
        if rule.get("health") != "ok":
            why = rule.get("lastError") or ("it has not been evaluated yet" if rule.get("health") == "unknown" else "no reason told")
            yield f"alert {name} is {brief(str(rule.get('health')), 20)}: {brief(str(why), 160)}"
            return


def firing(entry: Entry, client: Client) -> Judged:
    """That none of the alerts with these labels fires. Where no alert is loaded, none could."""
    there = rules(client)
    if not there:
        return counted(entry, None, (), "the list of alerting rules")
    active = [alert for rule in there for alert in listed(rule.get("alerts") or []) if alert.get("state") == "firing"]
    wrong = [alert for alert in active if concerns(labels(alert.get("labels")), entry.body["firing"], entry.body.get("allow", ()))]
    told = (fires(labels(alert.get("labels")), alert.get("activeAt")) for alert in wrong)
    return counted(entry, len(wrong), told, "the number of alerts that fire")


def concerns(found: Mapping[str, str], wanted: Mapping[str, Any], allowed: Iterable[str]) -> bool:
    """Whether an alert has the labels that are asked about, and is none of those that may fire."""
    if found.get("alertname", "") in allowed:
        return False
    return all(found.get(key, "") in values(value) for key, value in wanted.items())


def values(written: Any) -> Sequence[str]:
    """One value or several."""
    return (written,) if isinstance(written, str) else written


def fires(found: Mapping[str, str], since: Any) -> str:
    """An alert for people: its name, its other labels, since when."""
    others = ", ".join(f'{key}="{value}"' for key, value in sorted(found.items()) if key != "alertname")
    return f"{brief(found.get('alertname', 'an alert without a name'), 80)} fires since {clock(since)}: {{{brief(others, 120)}}}"


def clock(written: Any) -> str:
    """A time of an answer for people."""
    found = moment(written)
    return "a time that is not told" if found is None else f"{found.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S UTC}"


def counted(entry: Entry, number: int | None, told: Iterable[str], what: str) -> Judged:
    """How many are not as they should be, held against the target; where that is missed, each is told instead of their number."""
    comparison: Comparison | None = entry.comparison
    assert comparison is not None
    judged = comparison.judge(number, what=what)
    each = sorted(told)
    if not judged.problems or not each:
        return judged
    more = (f"and {len(each) - NAMED} more",) if len(each) > NAMED else ()
    return replace(judged, problems=(*each[:NAMED], *more))
