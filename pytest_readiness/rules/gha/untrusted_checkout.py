from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Step

_PRIVILEGED = frozenset(("pull_request_target", "workflow_run", "issue_comment"))
_HEAD = re.compile(
    r"github\.event\.pull_request\.head\b|github\.head_ref\b|github\.event\.workflow_run(?:\.(?:head|pull_requests)|\s*\}\})|refs/pull/"
    r"|github\.event\.pull_request\.merge_commit_sha",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"gh pr checkout\b|git fetch .*\bpull/|git checkout .*head_ref")


@rule(
    "gha.untrusted-checkout",
    P1,
    on="gha.step",
    when=lambda step, project: step.job is not None and bool(_PRIVILEGED & step.job.workflow.effective_triggers(project)),
    category="Security & Compliance",
    remedy="build pull requests on pull_request, without secrets, and act on the result in a workflow_run",
    standards=("OpenSSF Scorecard Dangerous-Workflow", "OWASP CICD-SEC-4"),
    effort="2h",
)
def check(step: Step, project: Project) -> Iterator[Finding]:
    """A workflow with secrets does not check out the code of a pull request.

    `pull_request_target`, `workflow_run` and `issue_comment` run with the secrets and the token of the repository.
    Code of a fork that is checked out there, and then built or tested, can read them. A deployment environment with
    reviewers in front of the job makes it advice.

    ```yaml bad
    on: pull_request_target
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
            with:
              ref: ${{ github.event.pull_request.head.sha }}  # <--
          - run: make test
    ```

    ```yaml good
    on: pull_request_target
    jobs:
      label:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: gh pr edit --add-label new
    ```
    """
    place = _checkout(step)
    if place is None or step.job is None:
        return
    event = min(_PRIVILEGED & step.job.workflow.effective_triggers(project))
    message = f"checks out code of the pull request in a workflow on {event}, which has the secrets of the repository"
    yield step.advice(message, place) if step.job.environment is not None else step.finding(message, place)


def _checkout(step: Step) -> Span | None:
    if step.action == "actions/checkout":
        for name in ("ref", "repository"):
            if _HEAD.search(str(step.inputs.get(name) or "")):
                return step.at("with", name)
    return next((step.command_span(command) for command in step.commands if _COMMAND.match(" ".join(command.argv))), None)
