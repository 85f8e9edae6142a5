from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.containers import containers
from pytest_readiness.formats.terraform.containers import has_containers
from pytest_readiness.formats.terraform.containers import key_place
from pytest_readiness.formats.terraform.containers import value


@rule(
    "tf.privileged-containers",
    P2,
    on="tf.resource",
    when=has_containers,
    category="Security & Compliance",
    remedy="leave privileged, pid_mode and ipc_mode out",
    effort="1h",
    aliases=("CKV_AWS_210", "CKV_AWS_334"),
    standards=("AWS FSBP ECS.4", "AWS FSBP ECS.3"),
)
def check(block: Block) -> Iterator[Finding]:
    """Containers of ECS and Batch do not own their host.

    A privileged container, or one that shares the processes of its host, is root on the host as soon as somebody
    breaks into it, and with that in every other container there.

    ```hcl good
    resource "aws_ecs_task_definition" "web" {
      container_definitions = jsonencode([{ name = "web", image = "web:1" }])
    }
    ```
    ```hcl bad
    resource "aws_ecs_task_definition" "web" {
      container_definitions = jsonencode([{
        name       = "web"
        privileged = true                  # <--
      }])
    }
    ```
    ```hcl bad
    resource "aws_ecs_task_definition" "web" {
      pid_mode              = "host"       # <--
      container_definitions = jsonencode([{ name = "web" }])
    }
    ```
    """
    for name in ("pid_mode", "ipc_mode"):
        if block.get(name) == "host":
            yield block.finding(f"{name} is host: its containers see the processes of the host", block.at(name))
    for container, place in containers(block):
        if value(container, "privileged") in (True, "true"):
            name = value(container, "name") or "a container"
            yield block.finding(f"{name} is privileged: who breaks into it owns the host", key_place(container, "privileged", place))
