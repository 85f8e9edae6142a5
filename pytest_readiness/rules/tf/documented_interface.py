from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import top


@rule(
    "tf.documented-interface",
    P3,
    on="tf.module",
    category="IaC",
    remedy="add a description to each variable and output",
    aliases=("tflint:terraform_documented_outputs", "tflint:terraform_documented_variables"),
)
def check(module: Root) -> Iterator[Finding]:
    """Variables and outputs have a description.

    The description is the documentation of a module: what registries and `terraform-docs` show, and what Terraform
    asks with.

    ```hcl good
    variable "name" {
      description = "Name of the network"
      type        = string
    }
    ```
    ```hcl bad
    variable "name" {                        # <--
      type = string
    }
    ```
    """
    for type in ("variable", "output"):
        for block in top(module, type):
            text = block.body.attributes.get("description")
            if text is None or text.source in ('""', "null"):
                yield module.finding(f"{type} {block.labels[0] if block.labels else ''} has no description", block.span)
