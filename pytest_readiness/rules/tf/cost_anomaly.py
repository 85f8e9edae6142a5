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

_ASKS = re.compile(r"\baws ce get-|\bget_cost_and_usage\b|\bopencost\b|\bkubecost\b", re.IGNORECASE)


def runs_aws(repository: Repository, *, kept_elsewhere: bool = False) -> bool:
    """What is ``kept_elsewhere``, in the repository of the account, is not asked of this one."""
    return not kept_elsewhere and bool(aws_roots(repository))


@rule(
    "tf.cost-anomaly",
    P2,
    on="tf.repository",
    when=runs_aws,
    category="Cost",
    remedy="add an aws_ce_anomaly_monitor with an aws_ce_anomaly_subscription",
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
    ```hcl bad
    provider "aws" {}                      # <--
    resource "aws_vpc" "main" {}
    ```
    """
    if repository.resources("aws_ce_anomaly_subscription"):
        return
    if any(budget.blocks("notification") for budget in repository.resources("aws_budgets_budget")):
        return
    scripts = (path for path in project.paths if path.endswith((".yml", ".yaml", ".sh", ".py")))
    if any(_ASKS.search(project.glance(path)) for path in scripts):
        return
    repository.demand_all()
    yield repository.finding("no aws_ce_anomaly_subscription: a jump in costs is found on the bill", aws_home(repository))
