from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

_COPIED = (setting("copy_tags_to_snapshot"),)
WANTED: Settings = {
    "aws_db_instance": _COPIED,
    "aws_rds_cluster": _COPIED,
    "aws_neptune_cluster": _COPIED,
    "terraform-aws-modules/rds/aws": _COPIED,
}


def concerns(block: Block) -> bool:
    """An Aurora instance has no snapshots, its cluster has."""
    if block.type not in WANTED:
        return False
    engine = block.get("engine") if block.type == "aws_db_instance" else None
    return not (isinstance(engine, str) and engine.startswith("aurora"))


@rule(
    "tf.snapshot-tags",
    P3,
    on=("tf.resource", "tf.module-call"),
    when=concerns,
    category="Governance",
    remedy="set copy_tags_to_snapshot = true",
    aliases=("CKV_AWS_313", "CKV_AWS_362", "CKV2_AWS_60"),
)
def check(block: Block) -> Iterator[Finding]:
    """Snapshots of a database carry its tags.

    Tags say whom a snapshot belongs to, what it costs whom, and who may restore it; a snapshot without them is found
    by its name, if at all.

    ```hcl good
    resource "aws_rds_cluster" "main" {
      copy_tags_to_snapshot = true
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {    # <--
      engine = "postgres"
    }
    ```
    """
    yield from gaps(block, WANTED, "nobody can tell whose the snapshots are")
