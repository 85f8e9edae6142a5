from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block


def is_function(block: Block) -> bool:
    return block.type == "aws_lambda_function"


@rule(
    "tf.lambda-dead-letters",
    P3,
    on="tf.resource",
    when=is_function,
    category="Resilience/DR",
    remedy="add a dead_letter_config, or a destination on failure",
    effort="1h",
    aliases=("CKV_AWS_116",),
)
def check(function: Block) -> Iterator[Finding]:
    """Events that a function could not handle are kept.

    Lambda tries an asynchronous event three times and then drops it: without a dead letter queue or a destination
    on failure it is gone, and nobody hears of it.

    ```hcl good
    resource "aws_lambda_function" "orders" {
      dead_letter_config {
        target_arn = aws_sqs_queue.failed.arn
      }
    }
    ```
    ```hcl good
    resource "aws_lambda_function" "orders" {
      function_name = "orders"
    }
    resource "aws_lambda_function_event_invoke_config" "orders" {
      function_name = aws_lambda_function.orders.function_name
      destination_config {
        on_failure {
          destination = aws_sqs_queue.failed.arn
        }
      }
    }
    ```
    ```hcl bad
    resource "aws_lambda_function" "orders" {  # <--
      function_name = "orders"
    }
    ```
    """
    if function.blocks("dead_letter_config"):
        return
    configured = function.attached(("aws_lambda_function_event_invoke_config",), by="function_name", named=("function_name",))
    if not any(part.get("destination_config", "on_failure", "destination") is not None for part in configured):
        yield function.finding("neither a dead_letter_config nor a destination on failure: what fails three times is gone")
