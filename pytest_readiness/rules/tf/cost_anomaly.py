from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.accounts import aws_home
from pytest_readiness.formats.terraform.accounts import aws_roots
from pytest_readiness.formats.terraform.accounts import roots_on
from pytest_readiness.formats.terraform.blocks import Repository

_ASKS = re.compile(r"\baws ce get-|\bget_cost_and_usage\b|\bopencost\b|\bkubecost\b", re.IGNORECASE)


def is_paid(repository: Repository, *, kept_elsewhere: bool = False) -> bool:
    """What is ``kept_elsewhere``, in the repository of the account, is not asked of this one."""
    return not kept_elsewhere and bool(aws_roots(repository) or roots_on(repository, "azurerm"))


@rule(
    "tf.cost-anomaly",
    P2,
    on="tf.repository",
    when=is_paid,
    category="Cost",
    remedy="add an aws_ce_anomaly_monitor with an aws_ce_anomaly_subscription, or an azurerm_cost_anomaly_alert",
    effort="1h",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """Somebody is told when costs rise unexpectedly.

    A loop that writes logs, or a stolen key that mines coins, is found on the bill weeks later. Anomaly detection,
    a budget with a notification, or a scheduled job that asks for the costs all count. Where another repository
    watches the account, set the option `kept_elsewhere`.

    ```hcl good
    provider "aws" {}
    resource "aws_vpc" "main" {}
    resource "aws_ce_anomaly_monitor" "all" {}
    resource "aws_ce_anomaly_subscription" "all" {
      monitor_arn_list = [aws_ce_anomaly_monitor.all.arn]
    }
    ```
    ```hcl good
    provider "azurerm" {}
    resource "azurerm_resource_group" "main" {}
    resource "azurerm_cost_anomaly_alert" "all" {
      email_addresses = ["cost@example.com"]
    }
    ```
    ```hcl bad
    provider "aws" {}                      # <--
    resource "aws_vpc" "main" {}
    ```
    """
    azure = roots_on(repository, "azurerm")
    aws_lacks = bool(aws_roots(repository)) and not _aws_tells(repository)
    azure_lacks = bool(azure) and not _azure_tells(repository)
    scripts = (path for path in project.paths if path.endswith((".yml", ".yaml", ".sh", ".py")))
    if not (aws_lacks or azure_lacks) or any(_ASKS.search(project.glance(path)) for path in scripts):
        return
    repository.demand_all()
    if aws_lacks:
        yield repository.finding("no aws_ce_anomaly_subscription: a jump in costs is found on the bill", aws_home(repository))
    if azure_lacks:
        yield repository.finding("no azurerm_cost_anomaly_alert: a jump in costs is found on the bill", azure[0].home)


def _aws_tells(repository: Repository) -> bool:
    budgets = repository.resources("aws_budgets_budget")
    return bool(repository.resources("aws_ce_anomaly_subscription")) or any(budget.blocks("notification") for budget in budgets)


def _azure_tells(repository: Repository) -> bool:
    budgets = repository.resources("azurerm_consumption_budget_subscription", "azurerm_consumption_budget_resource_group")
    return bool(repository.resources("azurerm_cost_anomaly_alert")) or any(budget.blocks("notification") for budget in budgets)
