from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Unresolved
from pytest_readiness import once
from pytest_readiness import rule
from pytest_readiness.formats.terraform.availability import is_redundant_elsewhere
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.blocks import is_example
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_set

KEY = (
    "aws_db_instance",
    "aws_rds_cluster",
    "aws_docdb_cluster",
    "aws_elasticache_replication_group",
    "aws_msk_cluster",
    "aws_lb",
    "aws_alb",
    "azurerm_application_gateway",
    "azurerm_mssql_database",
    "azurerm_mysql_flexible_server",
    "azurerm_postgresql_flexible_server",
    "azurerm_redis_cache",
    "google_redis_instance",
    "google_sql_database_instance",
)
# alert policies of Google Cloud name no resource, only the metrics of the service
_METRICS = {"google_redis_instance": "redis.googleapis.com/", "google_sql_database_instance": "cloudsql.googleapis.com/"}
_EXPORTER = re.compile(r"\baws_(rds|elasticache|kafka|applicationelb|docdb)_\w+|\b(pg|mysql|redis)_up\b")


def is_key(block: Block) -> bool:
    return block.type in KEY and block.is_production and not is_example(block.module.root.directory) and not is_redundant_elsewhere(block)


@rule(
    "tf.cloudwatch-alarms",
    P1,
    on="tf.resource",
    when=is_key,
    category="Monitoring & Observability",
    remedy="add an aws_cloudwatch_metric_alarm with alarm_actions for the resource",
    effort="2h",
)
def check(block: Block, project: Project) -> Iterator[Finding]:
    """Databases, caches and load balancers have alarms that reach somebody.

    A full disk or a lost replica is noticed by an alarm or by the customers. Alerts on the metrics of an
    exporter in Prometheus do as well.

    ```hcl good
    resource "aws_db_instance" "main" {}
    resource "aws_cloudwatch_metric_alarm" "disk" {
      dimensions    = { DBInstanceIdentifier = aws_db_instance.main.identifier }
      alarm_actions = [aws_sns_topic.alerts.arn]
    }
    ```
    ```hcl good
    resource "azurerm_mssql_database" "main" {}
    resource "azurerm_monitor_metric_alert" "storage" {
      scopes = [azurerm_mssql_database.main.id]
      action {
        action_group_id = azurerm_monitor_action_group.oncall.id
      }
    }
    ```
    ```hcl bad
    resource "google_sql_database_instance" "main" {  # <--
      database_version = "POSTGRES_16"
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {    # <--
      engine = "postgres"
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {}
    resource "aws_cloudwatch_metric_alarm" "disk" {  # <--
      dimensions = { DBInstanceIdentifier = aws_db_instance.main.identifier }
    }
    ```
    """
    azure = block.type.startswith("azurerm_")
    type, by = ("azurerm_monitor_metric_alert", "scopes") if azure else ("aws_cloudwatch_metric_alarm", "dimensions")
    actions = "action" if azure else "alarm_actions"
    alarms = block.attached((type,), by=by)
    silent = [alarm for alarm in alarms if not (alarm.blocks("action") if azure else holds(alarm.get("alarm_actions"), is_set))]
    if alarms and len(silent) == len(alarms):
        yield block.finding(f"the alarm {silent[0].label} has no {actions}: nobody hears of it", silent[0].at(actions))
    if alarms:
        return
    if block.module.detached:
        raise Unresolved("the caller of the module may add the alarms")
    if any(re.search("alarm|cloudwatch|monitor", call.type) for call in block.module.resources("tf.module-call")):
        raise Unresolved("a module that is called here may add the alarms")
    if block.type in _METRICS:
        if not _has_alert_policy(project, _METRICS[block.type]):
            yield block.finding("no google_monitoring_alert_policy is about its metrics: customers notice its failure first")
    elif not _watched_by_prometheus(project):
        yield block.finding(f"no {type} watches it: customers notice its failure first")


@once
def _has_alert_policy(project: Project, metrics: str) -> bool:
    """Whether Terraform, here or in a module of the project, alerts on metrics of a service."""
    files = (project.glance(path) for path in project.paths if path.endswith((".tf", ".tofu", ".tf.json")))
    return any("google_monitoring_alert_policy" in text and metrics in text for text in files)


@once
def _watched_by_prometheus(project: Project) -> bool:
    rules = (path for path in project.paths if path.endswith((".yaml", ".yml", ".rules")))
    return any("alert:" in (text := project.glance(path)) and _EXPORTER.search(text) for path in rules)
