"""A schedule that ever comes round."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Workload

MACRO = re.compile(r"@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)").fullmatch
NAMES = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "sun",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
]
PART = re.compile(r"(\*|\?|(?P<low>\w+)(-(?P<high>\w+))?)(/[1-9][0-9]*)?").fullmatch
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def problem(schedule: str) -> str | None:
    """What is wrong with a schedule, None where nothing is."""
    text = re.sub(r"^(TZ|CRON_TZ)=\S+\s+", "", schedule.strip())
    fields = text.split()
    if MACRO(text):
        return None
    if len(fields) != 5:
        return f"it has {len(fields)} fields instead of 5"
    for field, (low, high) in zip(fields, BOUNDS, strict=True):
        for part in field.split(","):
            found = PART(part)
            if not found:
                return f"{part} means nothing"
            for end in filter(None, (found["low"], found["high"])):
                if not ((end.isdigit() and low <= int(end) <= high) or end.lower() in NAMES):
                    return f"{end} is not between {low} and {high}"
    return None


@rule(
    "k8s.cronjob-schedule",
    P1,
    on="k8s.workload",
    when=lambda workload: workload.is_a("batch/CronJob"),
    category="Kubernetes & Helm",
    remedy="write five cron fields or a macro such as @daily",
    aliases=("datree:CRONJOB_INVALID_SCHEDULE_VALUE",),
)
def check(workload: Workload) -> Iterator[Finding]:
    """A CronJob's schedule is one that Kubernetes accepts.

    The API server refuses a wrong one at deployment, and the job that everybody counts on never runs.

    ```yaml bad
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: backup}
    spec:
      schedule: "0 25 * * *"  # <-- there is no hour 25
      jobTemplate: {spec: {template: {spec: {containers: [{name: backup, image: "backup:1"}]}}}}
    ```
    ```yaml good
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: backup}
    spec:
      schedule: "*/15 2-4 * * mon"
      jobTemplate: {spec: {template: {spec: {containers: [{name: backup, image: "backup:1"}]}}}}
    ```
    """
    schedule = workload.get("spec", "schedule")
    if schedule is None:
        yield workload.finding("no schedule: the job never runs", workload.at("spec", "schedule"))
    elif wrong := problem(str(schedule)):
        yield workload.finding(f"the schedule {schedule!r} is refused: {wrong}", workload.at("spec", "schedule"))
