from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Repository


@rule(
    "tf.declared-stack",
    P3,
    on="tf.repository",
    category="IaC",
    remedy="define the component in Terraform",
    needs="components",
    effort="1d",
)
def check(repository: Repository, *, components: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Every component of the platform is defined in code.

    What was made by hand is not there after a disaster, and nobody knows how it was set. Asked where `components`
    names types of resources or sources of modules.

    ```hcl good
    module "eks" {
      source  = "terraform-aws-modules/eks/aws"
      version = "21.0.0"
    }
    ```
    ```yaml with readiness.yaml
    options:
      tf.declared-stack: {components: [terraform-aws-modules/eks]}
    ```
    ```hcl bad
    resource "aws_vpc" "main" {}             # <--
    ```
    ```yaml with readiness.yaml
    options:
      tf.declared-stack: {components: [aws_vpc, aws_eks_cluster]}
    ```
    """
    found = {type for module in repository.modules for type in module.types}
    sources = [call.type for call in repository.resources("tf.module-call")]
    left = [name for name in components if name not in found and not any(name in source for source in sources)]
    if left:
        repository.demand_all()
        yield repository.finding(f"nothing here defines {', '.join(left)}", repository.modules[0].home if repository.modules else None)
