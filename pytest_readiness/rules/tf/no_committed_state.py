from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Repository

_STATE = re.compile(r"(^|/)([^/]*\.tfstate(\.[^/]+)?|[^/]*\.tfplan|tfplan(\.(out|bin|json|binary))?|\.terraform/.*|errored\.tfstate)$")


@rule(
    "tf.no-committed-state",
    P0,
    on="tf.repository",
    category="IaC",
    remedy="remove state, plans and .terraform with git rm --cached, add them to .gitignore and rotate what they held",
    effort="1h",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """No Terraform state, plan or working directory is committed.

    State and plan files hold every password and key of the infrastructure in plain text, and stay in the
    history of the repository when they are deleted.

    ```hcl good
    resource "aws_vpc" "main" {}
    ```
    ```gitignore with .gitignore
    *.tfstate*
    .terraform/
    ```
    ```json bad terraform.tfstate
    {"version": 4}                         # <--
    ```
    """
    for path in project.tracked_paths:
        if _STATE.search(path):
            yield repository.finding(f"{path} is committed: it holds the infrastructure's secrets in plain text", Span(path, 1, 1, 1, 2))
    for module in repository.modules:
        path = f"{module.directory}/terraform.tfstate".lstrip("/")
        if module.is_root and not project.ignored(path):
            yield repository.advice(f"no .gitignore covers {path}: it may be committed by accident")
            return
