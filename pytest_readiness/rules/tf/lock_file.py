from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.lockfile import NAME
from pytest_readiness.formats.terraform.lockfile import LockFile
from pytest_readiness.formats.terraform.lockfile import allows
from pytest_readiness.formats.terraform.lockfile import required


def is_kept_out(thing: Root | LockFile, project: Project) -> bool:
    """A lock file is judged, and a root whose lock file git is told to ignore."""
    if isinstance(thing, LockFile):
        return True
    path = f"{thing.module.directory}/{NAME}".lstrip("/")
    return not project.exists(path) and project.ignored(path) and any(required(thing.module.code))


@rule(
    "tf.lock-file",
    P3,
    on=("tf.root", "tf.lockfile"),
    when=is_kept_out,
    category="IaC",
    remedy="run terraform init -upgrade and commit .terraform.lock.hcl",
)
def check(thing: Root | LockFile) -> Iterator[Finding]:
    """Providers are locked, to versions that the configuration allows.

    `.terraform.lock.hcl` makes every init take the same build of each provider and refuse a changed one. Where
    git ignores it, or it is older than the constraints, that is lost.

    ```hcl good
    terraform {
      required_providers {
        aws = { source = "hashicorp/aws", version = "~> 6.0" }
      }
    }
    ```
    ```hcl with .terraform.lock.hcl
    provider "registry.terraform.io/hashicorp/aws" {
      version = "6.4.0"
      hashes  = ["h1:abc="]
    }
    ```
    ```hcl bad
    terraform {
      required_providers {
        aws    = { source = "hashicorp/aws", version = "~> 6.0" }
        random = { source = "hashicorp/random" }     # <--
      }
    }
    ```
    ```hcl with .terraform.lock.hcl
    provider "registry.terraform.io/hashicorp/aws" {
      version = "5.9.0"                              # <--
      hashes  = ["h1:abc="]
    }
    ```
    """
    if isinstance(thing, Root):
        yield thing.finding("git ignores .terraform.lock.hcl: every init may take another build of each provider")
        return
    for wanted in required(thing.directory):
        entry = thing.of(wanted.source)
        if entry is None:
            yield thing.finding(f"{wanted.source} is not locked: an init takes the newest version", wanted.span)
        elif allows(wanted.constraint, entry.version) is False:
            yield thing.finding(f"{entry.version} is locked, which {wanted.constraint} does not allow: an init fails", entry.version_span)
    for entry in thing.providers:
        if not entry.hashes:
            yield thing.finding(f"{entry.source} is locked without a hash: a changed download goes unnoticed", entry.span)
