from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.accounts import roots_on
from pytest_readiness.formats.terraform.blocks import Repository

_ESTIMATES = re.compile(r"\binfracost\b", re.IGNORECASE)
_BOUNDS = re.compile(r"\bpolicy-path\b|--policy-path|\bthreshold\b|infracost-policy", re.IGNORECASE)


# the budgets of each cloud, and what in them tells somebody
BUDGETS = {
    "aws": (("aws_budgets_budget",), "notification"),
    "google": (("google_billing_budget",), "threshold_rules"),
    "azurerm": (
        (
            "azurerm_consumption_budget_subscription",
            "azurerm_consumption_budget_resource_group",
            "azurerm_consumption_budget_management_group",
        ),
        "notification",
    ),
}


def costs_money(repository: Repository, *, kept_elsewhere: bool = False) -> bool:
    """What is ``kept_elsewhere``, in the repository of the account, is not asked of this one."""
    return not kept_elsewhere and any(roots_on(repository, cloud) for cloud in BUDGETS)


@rule(
    "tf.budget",
    P2,
    on="tf.repository",
    when=costs_money,
    category="Cost",
    remedy="add an aws_budgets_budget, google_billing_budget or azurerm_consumption_budget with a limit and a notification",
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
    clouds = [cloud for cloud in BUDGETS if roots_on(repository, cloud)]
    without = [
        cloud for cloud in clouds if not any(budget.blocks(BUDGETS[cloud][1]) for budget in repository.resources(*BUDGETS[cloud][0]))
    ]
    if not without:
        return
    for path in project.paths:
        if path.startswith(".github/workflows/") or path.endswith((".gitlab-ci.yml", "infracost.yml")):
            text = project.glance(path)
            if _ESTIMATES.search(text) and _BOUNDS.search(text):
                return
    repository.demand_all()
    for cloud in without:
        types, _ = BUDGETS[cloud]
        silent = repository.resources(*types)
        if silent:
            yield repository.finding(f"{silent[0].name} notifies nobody: a budget that is passed is not noticed", silent[0].span)
        else:
            home = roots_on(repository, cloud)[0].home
            yield repository.finding(f"no {types[0]}: nobody is told when the account costs more than it may", home)
