from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_logs import ACCESS_LOGS
from pytest_readiness.formats.terraform.aws_logs import logged_elsewhere
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import gaps


def answers(block: Block) -> bool:
    """A gateway load balancer passes packets on and writes no access log."""
    kind = block.get("load_balancer_type") if block.type in ("aws_lb", "aws_alb") else None
    return block.type in ACCESS_LOGS and not (kind is not None and bool(kind == "gateway"))


@rule(
    "tf.access-logging",
    P2,
    on=("tf.resource", "tf.module-call"),
    when=answers,
    category="Monitoring & Observability",
    remedy="switch the access log on, such as with an access_logs block",
    aliases=(
        "CKV_AWS_91", "CKV_AWS_92", "CKV_AWS_176", "CKV2_AWS_31", "AWS-0001", "AWS-0010",
    ),
    standards=("AWS FSBP ELB.5", "AWS FSBP CloudFront.5", "AWS FSBP WAF.1"),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Load balancers, distributions, gateways and firewalls log who called them.

    Without an access log nobody can tell after an incident which requests failed, who was served, and what an
    attacker tried. Logs of buckets are for `tf.bucket-access-logging`.

    ```hcl good
    resource "aws_lb" "web" {
      access_logs {
        bucket  = "logs"
        enabled = true
      }
    }
    ```
    ```hcl good
    resource "aws_wafv2_web_acl" "web" {}
    resource "aws_wafv2_web_acl_logging_configuration" "web" {
      resource_arn = aws_wafv2_web_acl.web.arn
    }
    ```
    ```hcl bad
    resource "aws_lb" "web" {
      access_logs {
        bucket  = "logs"
        enabled = false                    # <--
      }
    }
    ```
    ```hcl bad
    resource "aws_cloudfront_distribution" "web" {  # <--
      enabled = true
    }
    ```
    """
    if not logged_elsewhere(block):
        yield from gaps(block, ACCESS_LOGS, "nobody can tell which requests came and from whom")
