from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.hosts import PROJECT_KEYS
from pytest_readiness.formats.terraform.hosts import is_on
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import holds


def concerns(block: Block) -> bool:
    return block.type in PROJECT_KEYS


def _uses_os_login(block: Block) -> bool:
    own = block.get("metadata", "enable-oslogin")
    projects = block.module.resources("google_compute_project_metadata")
    return holds(own, is_on) if own is not None else any(holds(other.get("metadata", "enable-oslogin"), is_on) for other in projects)


@rule(
    "tf.no-project-ssh-keys",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set block-project-ssh-keys = true in the metadata, or use OS Login",
    aliases=("GCP-0030",),
)
def check(block: Block) -> Iterator[Finding]:
    """Keys of the whole project open no virtual machine.

    A key in the metadata of the project logs in everywhere. OS Login makes such keys void; else the instance can
    refuse them.

    ```hcl good
    resource "google_compute_instance" "main" {
      metadata = {
        block-project-ssh-keys = true
      }
    }
    ```
    ```hcl good
    resource "google_compute_instance" "main" {
      metadata = {
        enable-oslogin = "TRUE"
      }
    }
    ```
    ```hcl bad
    resource "google_compute_instance" "main" {  # <--
      machine_type = "e2-medium"
    }
    ```
    """
    if not _uses_os_login(block):
        yield from gaps(block, PROJECT_KEYS, "every key of the project logs in")
