from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.style import top


def is_library(module: Root) -> bool:
    return not module.module.is_root and any(top(module, type) for type in ("variable", "output"))


@rule(
    "tf.module-structure",
    P3,
    on="tf.module",
    when=is_library,
    category="IaC",
    remedy="move variables to variables.tf and outputs to outputs.tf",
)
def check(module: Root) -> Iterator[Finding]:
    """Modules keep variables and outputs where they are looked for.

    Whoever uses a module reads `variables.tf` and `outputs.tf`; what is declared elsewhere is overlooked. Asked of
    modules that are called by others.

    ```hcl good modules/network/variables.tf
    variable "name" {}
    ```
    ```hcl bad modules/network/main.tf
    variable "name" {}                       # <--
    ```
    """
    for type, usual in (("variable", "variable"), ("output", "output")):
        for block in top(module, type):
            if usual not in block.span.path.rpartition("/")[2]:
                yield module.finding(f"{type} {block.labels[0] if block.labels else ''} is not in {usual}s.tf", block.span)
                break
