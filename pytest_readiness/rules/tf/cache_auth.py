from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.identities import CACHE_AUTH
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in CACHE_AUTH


@rule(
    "tf.cache-auth",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set auth_enabled = true",
    aliases=("CKV_GCP_95",),
)
def check(block: Block) -> Iterator[Finding]:
    """Caches ask for a password.

    A Redis without authentication serves everybody who reaches its network, and what is cached is sessions and
    tokens.

    ```hcl good
    resource "google_redis_instance" "cache" {
      auth_enabled = true
    }
    ```
    ```hcl bad
    resource "google_redis_instance" "cache" {  # <--
      memory_size_gb = 1
    }
    ```
    """
    yield from gaps(block, CACHE_AUTH, "everybody in the network reads and writes it")
