from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root


@rule(
    "tf.provider-versions",
    P2,
    on="tf.root",
    category="IaC",
    remedy="name source and version of each provider in required_providers",
)
def check(root: Root) -> Iterator[Finding]:
    """Every provider has a version constraint.

    Without one `terraform init` takes the newest major version, whose renamed arguments and changed defaults
    break the next apply. Providers that resources use are required as well as configured ones.

    ```hcl good
    terraform {
      required_providers {
        aws = {
          source  = "hashicorp/aws"
          version = "~> 6.0"
        }
      }
    }
    provider "aws" {}
    ```
    ```hcl bad
    terraform {
      required_version = "~> 1.11"
    }
    provider "aws" {}                      # <--
    ```
    """
    module = root.module
    constrained = set(module.constrained_providers)
    for block in module.of("provider"):
        if block.labels[0] not in constrained and block.labels[0] != "terraform" and "version" not in block.body.attributes:
            constrained.add(block.labels[0])
            yield root.finding(
                f"the provider {block.labels[0]} has no version constraint: the next init may take a new major version", block.span
            )
    module.demand_all()
    for type in sorted(module.types):
        name = type.partition("_")[0]
        if name not in constrained and name != "terraform" and not _aliased(root, name):
            constrained.add(name)
            yield root.finding(f"the provider {name}, which {type} needs, has no version constraint")


def _aliased(root: Root, name: str) -> bool:
    """Whether the resources of a prefix choose their provider themselves (``provider = google-beta``)."""
    blocks = [block for kind in ("resource", "data") for block in root.module.of(kind) if block.labels[0].partition("_")[0] == name]
    return all("provider" in block.body.attributes for block in blocks)
