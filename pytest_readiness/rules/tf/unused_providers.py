from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import all_read
from pytest_readiness.formats.terraform.style import providers


@rule(
    "tf.unused-providers",
    P3,
    on="tf.module",
    category="IaC",
    remedy="remove it from required_providers",
    aliases=("tflint:terraform_unused_required_providers",),
)
def check(module: Root) -> Iterator[Finding]:
    """Required providers are used.

    A provider that nothing uses is downloaded, locked and asked for credentials all the same. Providers that called modules
    use count; where such a module is not in the repository, nothing is said.

    ```hcl good
    terraform {
      required_providers {
        aws = {
          source = "hashicorp/aws"
        }
      }
    }
    data "aws_region" "here" {}
    ```
    ```hcl bad
    terraform {
      required_providers {
        null = {                             # <--
          source = "hashicorp/null"
        }
      }
    }
    ```
    """
    found = providers(module)
    if found.passed_on:
        return  # whatever is called may use them
    if not all_read(module):
        raise Unresolved("a file of the module cannot be read")
    for name, place in found.required.items():
        if name not in found.used:
            yield module.finding(f"the provider {name} is required and never used", place)
