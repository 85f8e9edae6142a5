from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import equal
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_lambda_function": (equal("tracing_config.mode", "Active"),),
    "aws_api_gateway_stage": (setting("xray_tracing_enabled"),),
    "aws_sfn_state_machine": (setting("tracing_configuration.enabled"),),
    "aws_appsync_graphql_api": (setting("xray_enabled"),),
    "terraform-aws-modules/lambda/aws": (equal("tracing_mode", "Active"),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.tracing",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=concerns,
    category="Monitoring & Observability",
    remedy='switch tracing on, such as with tracing_config { mode = "Active" }',
    effort="1h",
    aliases=("CKV_AWS_50", "CKV_AWS_73", "CKV_AWS_284", "AWS-0003", "AWS-0066"),
)
def check(block: Block) -> Iterator[Finding]:
    """Functions, APIs and state machines trace their calls.

    A request that is slow or fails passes several services; only a trace tells which of them it was.

    ```hcl good
    resource "aws_lambda_function" "orders" {
      tracing_config {
        mode = "Active"
      }
    }
    ```
    ```hcl bad
    resource "aws_lambda_function" "orders" {
      tracing_config {
        mode = "PassThrough"                 # <--
      }
    }
    ```
    ```hcl bad
    resource "aws_api_gateway_stage" "live" {  # <--
      stage_name = "live"
    }
    ```
    """
    yield from gaps(block, WANTED, "nobody can tell in which service a request was slow or failed")
