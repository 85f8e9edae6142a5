from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import old_lookups


@rule(
    "tf.deprecated-lookup",
    P3,
    on="tf.module",
    category="IaC",
    remedy="write map[key]",
    aliases=("tflint:terraform_deprecated_lookup",),
)
def check(module: Root) -> Iterator[Finding]:
    """Lookup has a default.

    Without a default `lookup(map, key)` is `map[key]`, and deprecated since Terraform 0.7.

    ```hcl good
    variable "sizes" {}
    locals {
      size = lookup(var.sizes, "web", "small")
    }
    ```
    ```hcl bad
    variable "sizes" {}
    locals {
      size = lookup(var.sizes, "web")        # <--
    }
    ```
    """
    for place in old_lookups(module):
        yield module.finding("lookup without a default is deprecated", place)
