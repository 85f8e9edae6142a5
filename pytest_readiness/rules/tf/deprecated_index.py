from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import marks


@rule(
    "tf.deprecated-index",
    P3,
    on="tf.module",
    category="IaC",
    remedy="write list[0] and list[*]",
    aliases=("tflint:terraform_deprecated_index",),
)
def check(module: Root) -> Iterator[Finding]:
    """Elements are taken with brackets.

    `list.0` and `list.*.id` are kept for old configurations; the attribute-only splat also treats a null in a way
    that surprises.

    ```hcl good
    variable "names" {}
    locals {
      first = var.names[0]
      ids   = aws_instance.web[*].id
    }
    ```
    ```hcl bad
    variable "names" {}
    locals {
      first = var.names.0                    # <--
      ids   = aws_instance.web.*.id          # <--
    }
    ```
    """
    for place in marks(module, "index"):
        yield module.finding("the old form of an index or splat is deprecated", place)
