from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.github.calls import calls
from pytest_readiness.formats.github.format import Repository
from pytest_readiness.formats.github.format import Step
from pytest_readiness.formats.github.tools import IAC_SCAN
from pytest_readiness.formats.github.tools import outside_workflow
from pytest_readiness.formats.github.tools import tool_problems

_BLOCKS = re.compile(r"--exit-code[= ][1-9]")


@rule(
    "gha.iac-scan",
    P1,
    on="gha.repository",
    when=lambda repository, project: bool(project.files("terraform") or project.files("kubernetes")),
    category="IaC",
    remedy="run Checkov, Trivy config, KICS or pytest --readiness on pull requests, without soft fail",
    effort="2h",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """A scanner looks at the infrastructure code in every pull request.

    An open security group or a privileged container is a line in a file before it is an incident. A scanner that is
    told to succeed anyway (`soft_fail`, `trivy config` without an exit code) only decorates the log.

    ```hcl bad main.tf
    resource "aws_sqs_queue" "a" {}
    ```
    ```yaml with .github/workflows/ci.yml
    on: pull_request
    jobs:
      scan:
        runs-on: ubuntu-latest
        steps:
          - uses: bridgecrewio/checkov-action@v12  # <--
            with:
              soft_fail: true
    ```

    ```hcl good main.tf
    resource "aws_sqs_queue" "a" {}
    ```
    ```yaml with .github/workflows/ci.yml
    on: pull_request
    jobs:
      scan:
        runs-on: ubuntu-latest
        steps:
          - run: trivy config --exit-code 1 .
    ```
    """
    problems = tool_problems(repository, IAC_SCAN, project, lenient=_is_soft)
    if problems is None:
        if text := outside_workflow(repository, "iac|checkov|tfsec|trivy|kics|terraform|policy|conftest", project):
            raise Unresolved(f"{text} may scan the infrastructure code and cannot be seen from here")
        yield repository.finding("no workflow scans the infrastructure code (Checkov, Trivy config, KICS ...)")
    yield from problems or ()


def _is_soft(step: Step, project: Project) -> bool:
    """Whether the scanner succeeds whatever it finds."""
    if step.input("soft_fail") == "true":
        return True
    found = [call.line for call in calls(step, project) if IAC_SCAN.programs.match(call.line)]
    return bool(found) and all("--soft-fail" in line or (line.startswith("trivy") and not _BLOCKS.search(line)) for line in found)
