from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import marks


@rule(
    "tf.deprecated-interpolation",
    P3,
    on="tf.module",
    category="IaC",
    remedy="write the expression without quotes",
    aliases=("tflint:terraform_deprecated_interpolation",),
)
def check(module: Root) -> Iterator[Finding]:
    """Expressions are not wrapped in a string.

    Since Terraform 0.12 an expression is written as it is; `"${x}"` around a single one also turns numbers and
    lists into text, or fails.

    ```hcl good
    variable "name" {}
    locals {
      name = var.name
      host = "${var.name}.example.com"
    }
    ```
    ```hcl bad
    variable "name" {}
    locals {
      name = "${var.name}"                   # <--
    }
    ```
    """
    for place in marks(module, "wrapped"):
        yield module.finding('"${...}" around a single expression is deprecated', place)
