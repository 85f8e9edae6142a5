from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import all_read
from pytest_readiness.formats.terraform.style import unused


@rule(
    "tf.unused-declarations",
    P3,
    on="tf.module",
    category="IaC",
    remedy="remove what is not used, or use it",
    aliases=("tflint:terraform_unused_declarations",),
)
def check(module: Root) -> Iterator[Finding]:
    """What is declared is used.

    A variable that nothing reads is set with care and has no effect; an unused data source costs a call in every
    plan.

    ```hcl good
    variable "name" {}
    output "name" {
      value = var.name
    }
    ```
    ```hcl bad
    variable "name" {}                       # <--
    locals {
      size = 1                               # <--
    }
    ```
    """
    if not all_read(module):
        raise Unresolved("a file of the module cannot be read")
    for what, place in unused(module):
        yield module.finding(f"{what} is never used", place)
