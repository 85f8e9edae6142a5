from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.hosts import SHIELDED
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in SHIELDED


@rule(
    "tf.shielded-vm",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="keep vTPM, integrity monitoring and shielded nodes on",
    aliases=("GCP-0041", "GCP-0045", "GCP-0055", "GCP-0067", "CKV_GCP_39"),
)
def check(block: Block) -> Iterator[Finding]:
    """Virtual machines and nodes of Google Cloud check what they boot.

    A boot kit lives below the operating system and survives every update. The virtual TPM and integrity monitoring
    notice one; secure boot keeps it out. Google has the first two on unless they are switched off.

    ```hcl good
    resource "google_compute_instance" "main" {
      shielded_instance_config {
        enable_secure_boot = true
      }
    }
    ```
    ```hcl bad
    resource "google_compute_instance" "main" {
      shielded_instance_config {
        enable_vtpm = false                  # <--
      }
    }
    ```
    ```hcl bad
    resource "google_container_cluster" "main" {
      enable_shielded_nodes = false          # <--
    }
    ```
    """
    yield from gaps(block, SHIELDED, "what it boots is not checked")
