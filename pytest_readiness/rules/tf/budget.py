from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.accounts import aws_home
from pytest_readiness.formats.terraform.accounts import aws_roots
from pytest_readiness.formats.terraform.blocks import Repository

_ESTIMATES = re.compile(r"\binfracost\b", re.IGNORECASE)
_BOUNDS = re.compile(r"\bpolicy-path\b|--policy-path|\bthreshold\b|infracost-policy", re.IGNORECASE)


def runs_aws(repository: Repository, *, kept_elsewhere: bool = False) -> bool:
    """What is ``kept_elsewhere``, in the repository of the account, is not asked of this one."""
    return not kept_elsewhere and bool(aws_roots(repository))


@rule(
    "tf.budget",
    P2,
    on="tf.repository",
    when=runs_aws,
    category="Cost",
    remedy="add an aws_budgets_budget with a limit and a notification",
    effort="1h",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """A budget guards the costs.

    Without a limit nobody decided what the account may cost, and nobody is told when it costs more. A cost
    estimate with a threshold in the pipeline counts too. Where another repository keeps the account's budget,
    set the option `kept_elsewhere`.

    ```hcl good
    provider "aws" {}
    resource "aws_budgets_budget" "all" {
      limit_amount = "1000"
      notification {
        threshold = 80
      }
    }
    ```
    ```hcl bad
    provider "aws" {}
    resource "aws_budgets_budget" "all" {  # <--
      limit_amount = "1000"
    }
    ```
    ```hcl bad
    provider "aws" {}                      # <--
    resource "aws_vpc" "main" {}
    ```
    """
    budgets = repository.resources("aws_budgets_budget")
    silent = [budget for budget in budgets if not budget.blocks("notification")]
    if len(budgets) > len(silent):
        return
    for path in project.paths:
        if path.startswith(".github/workflows/") or path.endswith((".gitlab-ci.yml", "infracost.yml")):
            text = project.glance(path)
            if _ESTIMATES.search(text) and _BOUNDS.search(text):
                return
    repository.demand_all()
    if silent:
        yield repository.finding(f"{silent[0].name} notifies nobody: a budget that is passed is not noticed", silent[0].span)
    else:
        yield repository.finding("no aws_budgets_budget: nobody is told when the account costs more than it may", aws_home(repository))
