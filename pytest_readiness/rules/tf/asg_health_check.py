from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import one_of


def is_balanced(block: Block) -> bool:
    """A group without a load balancer has nobody else who could ask its instances."""
    if block.type != "aws_autoscaling_group":
        return False
    named = [block.get(name) for name in ("target_group_arns", "load_balancers")]
    return any(value is not None and holds(value, is_set) for value in named) or bool(
        block.attached(("aws_autoscaling_attachment",), by="autoscaling_group_name", named=("name",))
    )


@rule(
    "tf.asg-health-check",
    P2,
    on="tf.resource",
    when=is_balanced,
    category="Resilience/DR",
    remedy='set health_check_type = "ELB"',
    standards=("AWS FSBP AutoScaling.1",),
)
def check(group: Block) -> Iterator[Finding]:
    """Groups behind a load balancer replace instances that it finds unhealthy.

    With the default, EC2, an instance whose service hangs is taken out of the load balancer and stays in the
    group: its place is never filled.

    ```hcl good
    resource "aws_autoscaling_group" "web" {
      target_group_arns = [aws_lb_target_group.web.arn]
      health_check_type = "ELB"
    }
    ```
    ```hcl bad
    resource "aws_autoscaling_group" "web" {  # <--
      target_group_arns = [aws_lb_target_group.web.arn]
    }
    ```
    """
    if not holds(group.get("health_check_type"), one_of("ELB", "VPC_LATTICE")):
        yield group.finding("health_check_type is EC2: instances whose service hangs are not replaced", group.at("health_check_type"))
