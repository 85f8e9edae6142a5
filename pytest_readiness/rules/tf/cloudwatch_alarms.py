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
)
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
    alarms = block.attached(("aws_cloudwatch_metric_alarm",), by="dimensions")
    silent = [alarm for alarm in alarms if not holds(alarm.get("alarm_actions"), is_set)]
    if alarms and len(silent) == len(alarms):
        yield block.finding(f"the alarm {silent[0].label} has no alarm_actions: nobody hears of it", silent[0].at("alarm_actions"))
    if alarms:
        return
    if block.module.detached:
        raise Unresolved("the caller of the module may add the alarms")
    if any(re.search("alarm|cloudwatch|monitor", call.type) for call in block.module.resources("tf.module-call")):
        raise Unresolved("a module that is called here may add the alarms")
    if not _watched_by_prometheus(project):
        yield block.finding("no aws_cloudwatch_metric_alarm watches it: customers notice its failure first")


@once
def _watched_by_prometheus(project: Project) -> bool:
    rules = (path for path in project.paths if path.endswith((".yaml", ".yml", ".rules")))
    return any("alert:" in (text := project.glance(path)) and _EXPORTER.search(text) for path in rules)
