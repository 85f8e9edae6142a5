from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Repository
from pytest_readiness.formats.github.tools import Tool
from pytest_readiness.formats.github.tools import outside_workflow
from pytest_readiness.formats.github.tools import tool_problems

_CHECKS = (
    Tool(
        "terraform fmt -check",
        re.compile("dflook/terraform-fmt-check"),
        re.compile(r"(?:terraform|tofu) (?:-\S+ )*fmt .*-check|terraform_fmt"),
    ),
    Tool(
        "terraform validate",
        re.compile("dflook/terraform-validate"),
        re.compile(r"(?:terraform|tofu) (?:-\S+ )*validate|terraform_validate"),
    ),
    Tool("tflint", re.compile("reviewdog/action-tflint"), re.compile(r"tflint(?! --(?:init|version))|terraform_tflint")),
)


@rule(
    "gha.terraform-checks",
    P1,
    on="gha.repository",
    when=lambda repository, project: bool(project.files("terraform")),
    category="IaC",
    remedy="run terraform fmt -check, terraform validate and tflint on pull requests, directly or by pre-commit",
    effort="2h",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """Terraform is formatted, validated and linted before it is merged.

    `validate` finds references to nothing, `tflint` instance types and regions that do not exist; without them the
    first to notice is the apply. The hooks of pre-commit count where the pipeline runs them.

    ```hcl bad main.tf
    resource "aws_sqs_queue" "a" {}
    ```
    ```yaml with .github/workflows/ci.yml
    on: pull_request
    jobs:
      terraform:
        runs-on: ubuntu-latest
        steps:
          - run: terraform fmt -check -recursive
          - run: terraform validate || true  # <--
          - run: tflint --recursive
    ```

    ```hcl good main.tf
    resource "aws_sqs_queue" "a" {}
    ```
    ```yaml with .github/workflows/ci.yml
    on: pull_request
    jobs:
      terraform:
        runs-on: ubuntu-latest
        steps:
          - run: terraform fmt -check -recursive
          - run: terraform validate
          - run: tflint --recursive
    ```
    """
    missing = []
    for tool in _CHECKS:
        problems = tool_problems(repository, tool, project)
        if problems is None:
            missing.append(tool.name)
        yield from problems or ()
    if missing and (text := outside_workflow(repository, "terraform|tofu|tflint|pre-commit|lint", project)):
        raise Unresolved(f"{text} may check Terraform and cannot be seen from here")
    for name in missing:
        yield repository.finding(f"no workflow runs {name} on pull requests")
