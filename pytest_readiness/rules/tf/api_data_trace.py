from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import off

WANTED: Settings = {
    "aws_api_gateway_method_settings": (off("settings.data_trace_enabled", absent=True),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.api-data-trace",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set data_trace_enabled = false",
    aliases=("CKV_AWS_276",),
)
def check(block: Block) -> Iterator[Finding]:
    """API gateways do not log whole requests.

    Data tracing writes bodies and headers into the log, passwords and personal data included.

    ```hcl good
    resource "aws_api_gateway_method_settings" "all" {
      settings {
        logging_level = "ERROR"
      }
    }
    ```
    ```hcl bad
    resource "aws_api_gateway_method_settings" "all" {
      settings {
        data_trace_enabled = true            # <--
      }
    }
    ```
    """
    yield from gaps(block, WANTED, "passwords and personal data end up in the log")
