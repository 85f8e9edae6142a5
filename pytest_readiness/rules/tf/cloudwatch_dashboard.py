from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.accounts import aws_home
from pytest_readiness.formats.terraform.accounts import aws_roots
from pytest_readiness.formats.terraform.accounts import types_of
from pytest_readiness.formats.terraform.blocks import Repository

WATCHED = frozenset(
    (
        "aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_elasticache_replication_group", "aws_msk_cluster", "aws_lb",
        "aws_alb", "aws_eks_cluster", "aws_ecs_service", "aws_lambda_function", "aws_sqs_queue", "aws_dynamodb_table", "aws_instance",
    )
)  # fmt: skip


def runs_something(repository: Repository, *, kept_elsewhere: bool = False) -> bool:
    """What is ``kept_elsewhere``, such as in a repository of all dashboards, is not asked of this one."""
    return not kept_elsewhere and any(types_of(root) & WATCHED for root in aws_roots(repository))


@rule(
    "tf.cloudwatch-dashboard",
    P2,
    on="tf.repository",
    when=runs_something,
    category="Monitoring & Observability",
    remedy="add an aws_cloudwatch_dashboard",
    effort="1d",
)
def check(repository: Repository, project: Project, *, grafana: bool = False) -> Iterator[Finding]:
    """A dashboard shows what runs in AWS.

    Whoever is called at night needs one page that shows the databases, queues and load balancers together. Grafana
    dashboards count with the option `grafana`; where another repository keeps them, set `kept_elsewhere`.

    ```hcl good
    provider "aws" {}
    resource "aws_db_instance" "main" {}
    resource "aws_cloudwatch_dashboard" "main" {
      dashboard_name = "shop"
    }
    ```
    ```hcl bad
    provider "aws" {}                      # <--
    resource "aws_db_instance" "main" {}
    ```
    """
    if any("aws_cloudwatch_dashboard" in module.types for module in repository.modules):
        return
    if grafana and (_in_grafana(project) or any("grafana_dashboard" in module.types for module in repository.modules)):
        return
    repository.demand_all()
    yield repository.finding("no aws_cloudwatch_dashboard: nobody sees at a glance how it runs", aws_home(repository))


def _in_grafana(project: Project) -> bool:
    """Whether a dashboard lies in the repository: as JSON, or in a ConfigMap that Grafana reads."""
    return any(
        (path.endswith(".json") and "dashboard" in path.lower() and '"panels"' in project.glance(path))
        or (path.endswith((".yaml", ".yml")) and "grafana_dashboard" in project.glance(path))
        for path in project.paths
    )
