from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import repeated_keys


@rule(
    "tf.map-keys-unique",
    P2,
    on="tf.module",
    category="IaC",
    remedy="remove one of the two",
    aliases=("tflint:terraform_map_duplicate_keys",),
)
def check(module: Root) -> Iterator[Finding]:
    """No object has a key twice.

    Terraform takes the last one and says nothing; what the first one said is lost.

    ```hcl good
    locals {
      tags = { team = "web", cost = "shop" }
    }
    ```
    ```hcl bad
    locals {
      tags = {
        team = "web"
        team = "shop"                        # <--
      }
    }
    ```
    """
    for key, place in repeated_keys(module):
        yield module.finding(f"the key {key} is written twice: only the last one holds", place)
