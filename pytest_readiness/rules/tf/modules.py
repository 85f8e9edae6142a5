from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.blocks import is_example
from pytest_readiness.formats.terraform.style import copies as copied
from pytest_readiness.formats.terraform.style import top


def matters(root: Root) -> bool:
    return not is_example(root.module.directory)


@rule(
    "tf.modules",
    P2,
    on="tf.root",
    when=matters,
    category="IaC",
    remedy="move the resources to a module and call it",
    effort="1d",
)
def check(root: Root, *, resources: int = 50, copies: int = 8) -> Iterator[Finding]:
    """What is built more than once, or is large, is a module.

    Resources that stand in every environment word for word are changed in one and forgotten in the next; a root
    with everything in one directory can be neither tested nor used again. `resources` is how many a root may have
    without calling a module, `copies` how many it may share with another one.

    ```hcl good envs/prod/main.tf
    terraform {
      backend "s3" {}
    }
    module "network" {
      source = "../../modules/network"
    }
    ```
    ```hcl with modules/network/main.tf
    resource "aws_vpc" "main" {}
    ```
    ```hcl bad envs/dev/main.tf
    terraform {                              # <--
      backend "s3" {}
    }
    resource "aws_vpc" "main" {}
    resource "aws_s3_bucket" "data" {}
    ```
    ```hcl with envs/prod/main.tf
    terraform {                              # <--
      backend "s3" {}
    }
    resource "aws_vpc" "main" {}
    resource "aws_s3_bucket" "data" {}
    ```
    ```yaml with readiness.yaml
    options:
      tf.modules: {copies: 2}
    ```
    """
    count = sum(1 for _ in top(root, "resource"))
    if count > resources and not any(True for _ in top(root, "module")):
        yield root.finding(f"{count} resources in one directory and no module: nothing of it can be used again")
    for directory, shared in sorted(copied(root).items()):
        if shared >= copies:
            yield root.finding(
                f"{shared} resources are written out again in {directory or '.'}: changes are made in one and forgotten in the other"
            )
            return
