from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.secrets import is_secret
from pytest_readiness.formats.terraform.style import top


@rule(
    "tf.sensitive-variables",
    P2,
    on="tf.module",
    category="Security & Compliance",
    remedy="set sensitive = true or ephemeral = true",
)
def check(module: Root) -> Iterator[Finding]:
    """Variables that hold secrets are marked sensitive.

    Terraform prints values in plans and logs unless they are sensitive or ephemeral.

    ```hcl good
    variable "db_password" {
      type      = string
      sensitive = true
    }
    ```
    ```hcl bad
    variable "db_password" {                 # <--
      type = string
    }
    ```
    """
    for block in top(module, "variable"):
        name = block.labels[0] if block.labels else ""
        marked = any(block.body.attributes[mark].source == "true" for mark in ("sensitive", "ephemeral") if mark in block.body.attributes)
        kind = block.body.attributes.get("type")
        if is_secret(name) and not marked and (kind is None or kind.source not in ("bool", "number")):
            yield module.finding(f"variable {name} is not marked sensitive: its value appears in plans and logs", block.span)
