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
    """Variables and outputs that hold secrets are marked sensitive.

    Terraform prints values in plans and logs unless they are sensitive or ephemeral.

    ```hcl good
    variable "db_password" {
      type      = string
      sensitive = true
    }
    ```
    ```hcl bad
    output "api_token" {                     # <--
      value = random_password.token.result
    }
    ```
    ```hcl bad
    variable "db_password" {                 # <--
      type = string
    }
    ```
    """
    for type in ("variable", "output"):
        for block in top(module, type):
            name = block.labels[0] if block.labels else ""
            written = block.body.attributes
            marked = any(written[mark].source == "true" for mark in ("sensitive", "ephemeral") if mark in written)
            kind = written.get("type")
            if is_secret(name) and not marked and (kind is None or kind.source not in ("bool", "number")):
                yield module.finding(f"{type} {name} is not marked sensitive: its value appears in plans and logs", block.span)
