from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.containers import containers
from pytest_readiness.formats.terraform.containers import has_containers
from pytest_readiness.formats.terraform.containers import value


def is_task(block: Block) -> bool:
    return block.type == "aws_ecs_task_definition" and has_containers(block)


@rule(
    "tf.task-read-only-root",
    P3,
    on="tf.resource",
    when=is_task,
    category="Security & Compliance",
    remedy="set readonlyRootFilesystem = true",
    effort="2h",
    aliases=("CKV_AWS_336",),
    standards=("AWS FSBP ECS.5",),
)
def check(block: Block) -> Iterator[Finding]:
    """Containers of ECS cannot write to their root file system.

    What cannot be written cannot be changed by an attacker either; what has to be, such as temporary files, goes
    into a volume.

    ```hcl good
    resource "aws_ecs_task_definition" "web" {
      container_definitions = jsonencode([{ name = "web", readonlyRootFilesystem = true }])
    }
    ```
    ```hcl bad
    resource "aws_ecs_task_definition" "web" {
      container_definitions = jsonencode([{
        name = "web"                       # <--
      }])
    }
    ```
    """
    for container, place in containers(block):
        if value(container, "readonlyRootFilesystem") not in (True, "true"):
            name = value(container, "name") or "a container"
            yield block.finding(f"{name} can write to its root file system: readonlyRootFilesystem is not true", place)
