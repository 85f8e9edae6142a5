from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import compared_with_empty_list


@rule(
    "tf.empty-list-comparison",
    P2,
    on="tf.module",
    category="IaC",
    remedy="compare length(list) with 0",
    aliases=("tflint:terraform_empty_list_equality",),
)
def check(module: Root) -> Iterator[Finding]:
    """No list is compared with [].

    `[]` is an empty tuple and never equals a list, however empty: the condition is always the same.

    ```hcl good
    variable "names" {}
    locals {
      none = length(var.names) == 0
    }
    ```
    ```hcl bad
    variable "names" {}
    locals {
      none = var.names == []                 # <--
    }
    ```
    """
    for place in compared_with_empty_list(module):
        yield module.finding("a list never equals []: the condition is always the same", place)
