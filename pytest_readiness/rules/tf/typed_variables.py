from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import top


@rule(
    "tf.typed-variables",
    P3,
    on="tf.module",
    category="IaC",
    remedy="add a type to each variable",
    aliases=("tflint:terraform_typed_variables",),
)
def check(module: Root) -> Iterator[Finding]:
    """Variables have a type.

    Without a type a text where a list is meant is found in the middle of an apply.

    ```hcl good
    variable "name" {
      type = string
    }
    ```
    ```hcl bad
    variable "name" {                        # <--
      default = "web"
    }
    ```
    """
    for block in top(module, "variable"):
        if "type" not in block.body.attributes:
            yield module.finding(f"variable {block.labels[0] if block.labels else ''} has no type", block.span)
