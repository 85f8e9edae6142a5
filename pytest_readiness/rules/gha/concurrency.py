from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Job
from pytest_readiness.formats.github.format import Workflow
from pytest_readiness.formats.github.format import known


@rule(
    "gha.concurrency",
    P1,
    on="gha.workflow",
    when=lambda workflow: workflow.runs_on_branches and bool(workflow.jobs),
    category="CI/CD",
    remedy="add concurrency with a group per workflow and ref, and cancel-in-progress: true",
    aliases=("zizmor:concurrency-limits",),
    effort="30m",
)
def check(workflow: Workflow) -> Iterator[Finding]:
    """A workflow cancels runs that a newer push has superseded.

    Without a concurrency group every push starts one more run: runners are busy with results nobody reads, and
    two deployments can overtake each other. A deployment must be in a group too, but not be cancelled half-way.

    ```yaml bad
    on: pull_request  # <--
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
    ```

    ```yaml bad
    on: [push, pull_request]
    concurrency:
      group: ci-${{ github.head_ref }}  # <--
      cancel-in-progress: true
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
    ```

    ```yaml good
    on: pull_request
    concurrency:
      group: ${{ github.workflow }}-${{ github.ref }}
      cancel-in-progress: true
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
    ```
    """
    for element in [workflow] if "concurrency" in workflow.data else workflow.jobs:
        deploying = element.deploys if isinstance(element, Job) else any(job.deploys for job in workflow.jobs)
        yield from _judge(workflow, element, deploying)


def _judge(workflow: Workflow, element: Workflow | Job, deploying: bool) -> Iterator[Finding]:
    value: Any = element.data.get("concurrency")
    group = value.get("group") if isinstance(value, dict) else value
    if not group:
        place = element.span if isinstance(element, Job) and any("concurrency" in job.data for job in workflow.jobs) else workflow.at("on")
        yield workflow.finding("no concurrency group: every push starts one more run, and none is cancelled", place)
        return
    text = str(group)
    if "github.head_ref" in text and "||" not in text and "github.ref" not in text and "push" in workflow.triggers:
        message = f"the group {text} is the same for every push, where github.head_ref is empty"
        yield workflow.finding(message, element.at("concurrency", "group"))
    cancel = known(value.get("cancel-in-progress")) if isinstance(value, dict) else None
    if is_unknown(cancel):
        return
    if deploying and cancel is True:
        place = element.at("concurrency", "cancel-in-progress")
        yield workflow.advice("cancels a deployment in progress, which can leave it half done", place)
    elif not deploying and cancel is not True:
        yield workflow.finding("cancel-in-progress is not true: superseded runs go on to their end", element.at("concurrency"))
