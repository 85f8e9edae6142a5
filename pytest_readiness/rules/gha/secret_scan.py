from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Repository
from pytest_readiness.formats.github.tools import SECRET_SCAN
from pytest_readiness.formats.github.tools import outside_workflow
from pytest_readiness.formats.github.tools import runs
from pytest_readiness.formats.github.tools import tool_problems


@rule(
    "gha.secret-scan",
    P1,
    on="gha.repository",
    category="Security & Compliance",
    remedy="run gitleaks or trufflehog on pull requests with the history of the change",
    standards=("OWASP CICD-SEC-6",),
    effort="2h",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """Every change is scanned for secrets.

    A key that reaches the main branch must be rotated, however fast it is deleted; a scan of the pull request stops it
    before. With the default `fetch-depth: 1` gitleaks sees a single commit, which is advice.

    ```yaml bad
    on: pull_request
    jobs:
      scan:
        runs-on: ubuntu-latest
        steps:
          - uses: gitleaks/gitleaks-action@v2  # <--
            continue-on-error: true
    ```

    ```yaml good
    on: pull_request
    jobs:
      scan:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
            with: {fetch-depth: 0}
          - uses: gitleaks/gitleaks-action@v2
    ```
    """
    problems = tool_problems(repository, SECRET_SCAN, project, push_counts=True)
    if problems is None:
        if text := outside_workflow(repository, "secret|gitleaks|trufflehog|ggshield", project):
            raise Unresolved(f"{text} may scan for secrets and cannot be seen from here")
        yield repository.finding("no workflow scans changes for secrets (gitleaks, trufflehog, ggshield ...)")
    yield from problems or ()
    if problems:
        return
    for job, step in repository.steps(project):
        place = runs(step, SECRET_SCAN, project)
        if not place or "gitleaks" not in f"{step.action} {step.script}":
            continue
        checkouts = [other for other in job.steps if other.action == "actions/checkout"]
        if checkouts and all(c.input("fetch-depth") is None for c in checkouts):
            yield repository.advice("gitleaks sees one commit only: the checkout has no fetch-depth: 0", place)
