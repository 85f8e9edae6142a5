from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true
from pytest_readiness.formats.terraform.settings import one_of
from pytest_readiness.formats.terraform.settings import shown

KINDS = {
    "aws_api_gateway_method": "authorization",
    "aws_apigatewayv2_route": "authorization_type",
    "aws_lambda_function_url": "authorization_type",
}


def is_called(block: Block) -> bool:
    """A preflight request carries no credentials."""
    if block.type == "aws_api_gateway_method":
        method = block.get("http_method")
        return method is None or not holds(method, one_of("OPTIONS", "OPTION"))
    return block.type in KINDS


@rule(
    "tf.api-authorization",
    P2,
    on="tf.resource",
    when=is_called,
    category="Security & Compliance",
    remedy="name an authorizer, such as JWT or AWS_IAM",
    effort="1d",
    aliases=("CKV_AWS_59", "CKV_AWS_258", "CKV_AWS_309", "AWS-0004"),
    standards=("AWS FSBP APIGateway.8",),
)
def check(block: Block) -> Iterator[Finding]:
    """Methods and routes of an API ask who calls them.

    A route without an authorizer is open to everybody who finds it. What is public on purpose, or checks
    signatures itself, is accepted by the team that knows it.

    ```hcl good
    resource "aws_apigatewayv2_route" "orders" {
      route_key          = "GET /orders"
      authorization_type = "JWT"
    }
    ```
    ```hcl bad
    resource "aws_apigatewayv2_route" "orders" {  # <--
      route_key = "GET /orders"
    }
    ```
    ```hcl bad
    resource "aws_lambda_function_url" "hook" {
      authorization_type = "NONE"          # <--
    }
    ```
    """
    name = KINDS[block.type]
    value, key = block.get(name), block.get("api_key_required")
    if holds(value, one_of("NONE"), absent=True) and not (key is not None and holds(key, is_true)):
        state = "is not set" if value is None else f"is {shown(value)}"
        yield block.finding(f"{name} {state}: everybody who finds it may call it", block.at(name))
