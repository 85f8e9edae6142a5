from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import one_of


def is_cluster(block: Block) -> bool:
    """An account setting decides for every cluster of the module."""
    settings = block.module.resources("aws_ecs_account_setting_default")
    return block.type == "aws_ecs_cluster" and not any(setting.get("name") == "containerInsights" for setting in settings)


@rule(
    "tf.container-insights",
    P3,
    on="tf.resource",
    when=is_cluster,
    category="Monitoring & Observability",
    remedy='add a setting block with name = "containerInsights" and value = "enhanced"',
    aliases=("CKV_AWS_65", "AWS-0034"),
    standards=("AWS FSBP ECS.12",),
)
def check(cluster: Block) -> Iterator[Finding]:
    """ECS clusters report the metrics of their containers.

    Without Container Insights CloudWatch knows processor and memory of whole services only: not which task was
    killed, nor how often one restarts.

    ```hcl good
    resource "aws_ecs_cluster" "main" {
      setting {
        name  = "containerInsights"
        value = "enhanced"
      }
    }
    ```
    ```hcl bad
    resource "aws_ecs_cluster" "main" {    # <--
      name = "main"
    }
    ```
    ```hcl bad
    resource "aws_ecs_cluster" "main" {
      setting {
        name  = "containerInsights"
        value = "disabled"                 # <--
      }
    }
    ```
    """
    found = [part for part in cluster.blocks("setting") if part.get("name") == "containerInsights"]
    if not found:
        yield cluster.finding("containerInsights is not set: what single tasks do is not recorded")
    for part in found:
        if not holds(part.get("value"), one_of("enabled", "enhanced")):
            yield cluster.finding("containerInsights is off: what single tasks do is not recorded", part.at("value"))
