from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import once
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_compute import MANAGED
from pytest_readiness.formats.terraform.aws_compute import TYPES
from pytest_readiness.formats.terraform.aws_compute import needs_x86
from pytest_readiness.formats.terraform.aws_compute import x86_types
from pytest_readiness.formats.terraform.blocks import Block


def computes(block: Block) -> bool:
    """What names a type of its own; a group whose launch template does is judged there."""
    return block.type in TYPES and block.get(*TYPES[block.type].split(".")) is not None and not needs_x86(block)


@rule(
    "tf.graviton",
    P3,
    on="tf.resource",
    when=computes,
    category="Cost",
    remedy="move to a Graviton family such as m7g, t4g or db.r7g",
    effort="1d",
)
def check(block: Block, project: Project, *, allow: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Compute uses ARM64 Graviton processors.

    Graviton instances cost a fifth less for the same work. Databases and caches need nothing but another class;
    for nodes and instances it is advice until a workflow of the repository builds images for arm64. Types in the
    option `allow` (globs), GPUs, Windows, Oracle and SQL Server are not judged.

    ```hcl good
    resource "aws_db_instance" "main" {
      instance_class = "db.r7g.large"
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {
      instance_class = "db.r6i.large"      # <--
    }
    ```
    ```hcl bad
    resource "aws_instance" "worker" {
      instance_type = "m6i.large"          # <--
    }
    ```
    ```yaml with .github/workflows/ci.yml
    on: push
    jobs:
      build:
        runs-on: ubuntu-24.04
        steps:
          - uses: docker/build-push-action@v6
            with:
              platforms: linux/amd64,linux/arm64
    ```
    """
    found = [name for name in x86_types(block) if not any(fnmatchcase(name, glob) for glob in allow)]
    if found:
        message = f"{found[0]} has an x86 processor: Graviton does the same for a fifth less"
        at = block.at(*TYPES[block.type].split("."))
        yield block.finding(message, at) if block.type in MANAGED or _builds_for_arm(project) else block.advice(message, at)


@once
def _builds_for_arm(project: Project) -> bool:
    """Whether images are built for ARM, which nodes need."""
    builds = (
        path for path in project.paths if path.startswith(".github/workflows/") or path.endswith(("docker-bake.hcl", ".gitlab-ci.yml"))
    )
    return any("linux/arm64" in project.glance(path) for path in builds)
