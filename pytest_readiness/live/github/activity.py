"""What is counted and timed: open issues, and how long runs of a workflow take."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from itertools import islice
from statistics import median
from typing import Any
from urllib.parse import quote

from ...text import brief
from ..contact import CannotAsk
from ..entries import Entry
from ..evidence import moment
from ..measure import Judged
from .api import Client
from .api import Refused


def issues(entry: Entry, client: Client) -> Judged:
    """How many issues with all of the labels are open; a pull request is none."""
    labels: list[str] = entry.body["issues"]
    found = client.items("/issues", state="open", labels=",".join(labels))
    number = sum("pull_request" not in issue for issue in found)
    assert entry.comparison is not None
    return entry.comparison.judge(number, what=f"the number of open issues labelled {brief(' and '.join(labels), 80)}")


def duration(entry: Entry, client: Client) -> Judged:
    """The median of the last successful runs on a branch, of the whole run or of one job; runs for pull requests do not count."""
    workflow, job, wanted = entry.body["workflow"], entry.body.get("job"), entry.body["runs"]
    branch = entry.body.get("branch") or client.default_branch
    path = f"/actions/workflows/{quote(workflow, safe='')}/runs"
    listed = client.items(path, "workflow_runs", branch=branch, status="success")
    try:
        # a fork has a branch of the same name
        runs = list(islice((run for run in listed if not str(run.get("event")).startswith("pull_request")), wanted))
    except Refused as refused:
        return client.missing(f"workflow {workflow}", "Actions: read", refused)
    took = list(_jobs(runs, job, client)) if job else [_seconds(run, "run_started_at", "updated_at") for run in runs]
    assert entry.comparison is not None
    whose = f"{job} of {workflow}" if job else workflow
    return entry.comparison.judge(median(took) if took else None, what=f"the median of {len(took)} runs of {whose} on {branch}")


def _jobs(runs: list[Mapping[str, Any]], name: str, client: Client) -> Iterator[float]:
    for run in runs:
        for job in client.items(f"/actions/runs/{run.get('id')}/jobs", "jobs"):
            if job.get("name") == name and job.get("conclusion") == "success":
                yield _seconds(job, "started_at", "completed_at")


def _seconds(thing: Mapping[str, Any], first: str, last: str) -> float:
    begin, end = moment(thing.get(first)), moment(thing.get(last))
    if begin is None or end is None or end < begin:
        raise CannotAsk(f"GitHub says nothing that can be true of when run {brief(str(thing.get('id')), 20)} began and ended")
    return (end - begin).total_seconds()
