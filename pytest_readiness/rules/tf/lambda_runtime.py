from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block

# deprecated by the end of April 2026, as the Lambda developer guide lists them
ENDED = frozenset(
    (
        "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet5.0", "dotnet6", "dotnet7", "go1.x", "java8",
        "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x",
        "nodejs18.x", "nodejs20.x", "provided", "python2.7", "python3.6", "python3.7", "python3.8", "python3.9",
        "ruby2.5", "ruby2.7", "ruby3.2",
    )
)  # fmt: skip


def names_a_runtime(block: Block) -> bool:
    return block.type in ("aws_lambda_function", "terraform-aws-modules/lambda/aws") and block.get("runtime") is not None


@rule(
    "tf.lambda-runtime",
    P2,
    on=("tf.resource", "tf.module-call"),
    when=names_a_runtime,
    category="Security & Compliance",
    remedy="move the function to a runtime that is supported",
    effort="1d",
    standards=("AWS FSBP Lambda.2",),
)
def check(function: Block, *, ended: tuple[str, ...] = tuple(sorted(ENDED))) -> Iterator[Finding]:
    """Functions use a runtime that still gets patches.

    A deprecated runtime gets no security updates; some months later functions that use it can be neither created
    nor updated, a fix included. The option `ended` lists the runtimes.

    ```hcl good
    resource "aws_lambda_function" "orders" {
      runtime = "python3.13"
    }
    ```
    ```hcl bad
    resource "aws_lambda_function" "orders" {
      runtime = "python3.8"                # <--
    }
    ```
    """
    runtime = function.get("runtime")
    if not is_unknown(runtime) and runtime in ended:
        yield function.finding(f"{runtime} gets no security updates any more", function.at("runtime"))
    elif is_unknown(runtime):
        bool(runtime)  # somebody has to look
