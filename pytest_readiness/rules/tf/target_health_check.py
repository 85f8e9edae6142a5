from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import one_of


def speaks_http(block: Block) -> bool:
    if block.type not in ("aws_lb_target_group", "aws_alb_target_group"):
        return False
    protocol, kind = block.get("protocol"), block.get("target_type")
    http = protocol is not None and holds(protocol, one_of("HTTP", "HTTPS"))
    return http and not (kind is not None and bool(kind == "lambda"))


@rule(
    "tf.target-health-check",
    P3,
    on="tf.resource",
    when=speaks_http,
    category="Resilience/DR",
    remedy="add a health_check block with the path that tells whether the service works",
    aliases=("CKV_AWS_261",),
)
def check(group: Block) -> Iterator[Finding]:
    """Targets of a load balancer are asked at a path of their own.

    Left out, `/` is asked: a start page that answers although the database is gone, or one that redirects and
    takes every target out of service.

    ```hcl good
    resource "aws_lb_target_group" "web" {
      protocol = "HTTP"
      health_check {
        path = "/healthz"
      }
    }
    ```
    ```hcl bad
    resource "aws_lb_target_group" "web" {  # <--
      protocol = "HTTP"
    }
    ```
    """
    if group.get("health_check", "path") is None:
        yield group.finding("no path for the health check: / says little about the service", group.at("health_check", "path"))
