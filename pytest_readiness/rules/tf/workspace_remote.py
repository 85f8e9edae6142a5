from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import top
from pytest_readiness.formats.terraform.style import workspace_uses


def is_remote(module: Root) -> bool:
    backends = [block for setting in top(module, "terraform") for block in setting.body.blocks if block.type == "backend"]
    return any(block.labels == ("remote",) for block in backends)


@rule(
    "tf.workspace-remote",
    P2,
    on="tf.module",
    when=is_remote,
    category="IaC",
    remedy="pass the environment in a variable",
    aliases=("tflint:terraform_workspace_remote",),
)
def check(module: Root) -> Iterator[Finding]:
    """terraform.workspace is not used with the remote backend.

    Where HCP Terraform runs the plan, `terraform.workspace` is always `default`: every environment takes the same
    branch.

    ```hcl good
    terraform {
      backend "remote" {}
    }
    variable "environment" {}
    locals {
      environment = var.environment
    }
    ```
    ```hcl bad
    terraform {
      backend "remote" {}
    }
    locals {
      environment = terraform.workspace      # <--
    }
    ```
    """
    for place in workspace_uses(module):
        yield module.finding('terraform.workspace is always "default" where the remote backend runs', place)
