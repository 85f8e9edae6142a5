from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Job

_ANYBODY = frozenset(("pull_request_target", "issue_comment", "issues", "discussion", "discussion_comment", "fork", "watch"))


@rule(
    "gha.self-hosted-runners",
    P2,
    on="gha.job",
    when=lambda job: any(label == "self-hosted" for written in job.runs_on for label, _ in job.variants(written, job.span)),
    category="Security & Compliance",
    remedy="run jobs that outsiders can start on hosted runners, or on machines made new for each job",
    aliases=("zizmor:self-hosted-runner",),
    standards=("OWASP CICD-SEC-7",),
    effort="1d",
)
def check(job: Job, project: Project) -> Iterator[Finding]:
    """An outsider cannot start a job on a machine of ours.

    A self-hosted runner keeps its disk, its network and often its credentials between jobs. Events that anybody can
    cause must not reach it. On `pull_request` it depends on who may open pull requests, which is advice.

    ```yaml bad
    on: issue_comment
    jobs:
      reply:
        runs-on: [self-hosted, linux]  # <--
        steps:
          - run: ./reply.sh
    ```

    ```yaml good
    on: push
    jobs:
      build:
        runs-on: [self-hosted, linux]
        steps:
          - run: make
    ```
    """
    events = job.workflow.effective_triggers(project)
    for event in sorted(events & _ANYBODY):
        yield job.finding(f"anybody can start this job on a self-hosted runner by {event}", job.at("runs-on"))
    if "pull_request" in events and not events & _ANYBODY:
        yield job.advice("in a public repository a pull request of a fork runs its code on this self-hosted runner", job.at("runs-on"))
