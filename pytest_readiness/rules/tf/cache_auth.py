from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.identities import CACHE_AUTH
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import is_true

REDIS = "aws_elasticache_replication_group"


def concerns(block: Block) -> bool:
    return block.type in CACHE_AUTH or block.type == REDIS


@rule(
    "tf.cache-auth",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set auth_enabled = true, or auth_token or user_group_ids with TLS",
    aliases=("CKV_AWS_31", "CKV_GCP_95"),
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
    resource "aws_elasticache_replication_group" "cache" {
      transit_encryption_enabled = true    # <--
    }
    ```
    ```hcl bad
    resource "google_redis_instance" "cache" {  # <--
      memory_size_gb = 1
    }
    ```
    """
    if block.type == REDIS:
        users = any(holds(block.get(name), is_set) for name in ("auth_token", "user_group_ids"))
        if not users or not holds(block.get("transit_encryption_enabled"), is_true):
            missing = "neither auth_token nor user_group_ids is set" if not users else "a password needs transit_encryption_enabled"
            yield block.finding(f"{missing}: whoever reaches its network may read and change it", block.at("transit_encryption_enabled"))
    yield from gaps(block, CACHE_AUTH, "everybody in the network reads and writes it")
