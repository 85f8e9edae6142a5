from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_compute import EKS_MODULE
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.blocks import Repository
from pytest_readiness.formats.terraform.blocks import is_example


def has_clusters(repository: Repository) -> bool:
    return bool(_clusters(repository))


def _clusters(repository: Repository) -> list[tuple[str, Block]]:
    """The clusters of environments that are not production, with where they are made."""
    found = []
    calls = [call for call in repository.resources("tf.module-call") if call.type == EKS_MODULE]
    for cluster in (*repository.resources("aws_eks_cluster"), *calls):
        root = cluster.module.root
        if not cluster.is_production and not is_example(root.directory):
            environment = root.environment.name if root.environment else ""
            found.append((environment or root.directory, cluster))
    return found


@rule(
    "tf.nonprod-cluster-consolidation",
    P3,
    on="tf.repository",
    when=has_clusters,
    category="Cost",
    remedy="put the non-production environments into namespaces of one cluster",
    effort="1d",
)
def check(repository: Repository, *, maximum: int = 1) -> Iterator[Finding]:
    """Environments other than production share one cluster.

    Every EKS cluster costs its control plane, its system pods and the work to upgrade it. Development and staging
    can share one, in namespaces of their own.

    ```hcl good envs/dev/main.tf
    resource "aws_eks_cluster" "main" {
      name = "dev"
    }
    ```
    ```hcl with envs/prod/main.tf
    resource "aws_eks_cluster" "main" {
      name = "prod"
    }
    ```
    ```hcl bad envs/dev/main.tf
    resource "aws_eks_cluster" "main" {
      name = "dev"
    }
    ```
    ```hcl with envs/staging/main.tf
    resource "aws_eks_cluster" "main" {    # <--
      name = "staging"
    }
    ```
    """
    clusters = sorted(_clusters(repository), key=lambda found: found[0])
    if len(clusters) > maximum:
        names = ", ".join(directory or "." for directory, _ in clusters)
        yield repository.finding(
            f"{len(clusters)} clusters outside of production ({names}): each is paid for all day", clusters[maximum][1].span
        )
