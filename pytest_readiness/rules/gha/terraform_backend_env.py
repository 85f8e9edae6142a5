from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.github.calls import Call
from pytest_readiness.formats.github.calls import calls
from pytest_readiness.formats.github.format import Step

_INIT = re.compile(r"(?:terraform|tofu) (?:-\S+ )*init(?!\S)")
_USES_STATE = re.compile(r"(?:terraform|tofu) (?:-\S+ )*(?:plan|apply|destroy|refresh|import)(?!\S)")


def _inits(step: Step, project: Project) -> list[Call]:
    return [call for call in calls(step, project) if _INIT.match(call.line)]


def _changes_state(step: Step, project: Project) -> bool:
    """Whether the job plans or applies behind an init in this step."""
    behind = step.siblings[step.index :]
    return any(_USES_STATE.match(call.line) for other in behind for call in calls(other, project))


@rule(
    "gha.terraform-backend-env",
    P0,
    on="gha.step",
    when=lambda step, project: bool(_inits(step, project)) and _changes_state(step, project),
    category="IaC",
    remedy="run terraform init with the real backend, its -backend-config and credentials by OIDC",
    effort="2h",
)
def check(step: Step, project: Project) -> Iterator[Finding]:
    """A plan in the pipeline uses the real state.

    After `terraform init -backend=false` there is no state: the plan shows everything as new, its review is worthless,
    and an apply builds a second copy of what exists. Only validation needs no backend.

    ```yaml bad
    on: pull_request
    jobs:
      plan:
        runs-on: ubuntu-latest
        steps:
          - run: terraform init -backend=false  # <--
          - run: terraform plan
    ```

    ```yaml good
    on: pull_request
    jobs:
      plan:
        runs-on: ubuntu-latest
        steps:
          - run: terraform init -backend-config=prod.tfbackend
          - run: terraform plan
      validate:
        runs-on: ubuntu-latest
        steps:
          - run: terraform init -backend=false
          - run: terraform validate
    ```
    """
    for call in _inits(step, project):
        if re.search(r"-backend(?:=|\s)false", call.line):
            yield step.finding("the plan behind this init has no state: -backend=false is for validation only", call.span)
