from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import bodies


@rule(
    "tf.naming-convention",
    P3,
    on="tf.module",
    category="IaC",
    remedy="rename it, with a moved block",
    needs="pattern",
)
def check(module: Root, *, pattern: str = "") -> Iterator[Finding]:
    """Names follow the convention of the project.

    One form of name for everything is what makes an address guessable. Asked where `pattern` says what the form is.

    ```hcl good
    variable "first_name" {}
    ```
    ```yaml with readiness.yaml
    options:
      tf.naming-convention:
        pattern: "[a-z][a-z0-9_]*"
    ```
    ```hcl bad
    variable "first-name" {}                 # <--
    ```
    ```yaml with readiness.yaml
    options:
      tf.naming-convention:
        pattern: "[a-z][a-z0-9_]*"
    ```
    """
    for body in bodies(module).values():
        for block in body.blocks:
            name = block.labels[-1] if block.labels else ""
            if name and block.type != "provider" and pattern and not re.fullmatch(pattern, name):
                yield module.finding(f"{block.type} {name} does not match {pattern}", block.span)
