from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import one_of
from pytest_readiness.formats.terraform.settings import setting

MODERN = ("gp3", "io1", "io2", "st1", "sc1")
VOLUMES: Settings = {
    "aws_db_instance": (setting("storage_type", 'storage_type = "gp3"', one_of(*MODERN)),),
    "aws_launch_template": (
        setting("volume_type", 'volume_type = "gp3"', one_of(*MODERN), absent=True, within="block_device_mappings.ebs"),
    ),
    "aws_instance": (
        setting("volume_type", 'volume_type = "gp3"', one_of(*MODERN), absent=True, within="root_block_device"),
        setting("volume_type", 'volume_type = "gp3"', one_of(*MODERN), absent=True, within="ebs_block_device"),
    ),
    "aws_ebs_volume": (setting("type", 'type = "gp3"', one_of(*MODERN)),),
}


def is_volume(block: Block) -> bool:
    """An Aurora instance stores in its cluster, a replica as its source does."""
    if block.type == "aws_db_instance":
        engine = block.get("engine")
        return block.get("replicate_source_db") is None and not (isinstance(engine, str) and engine.startswith("aurora"))
    return block.type in VOLUMES


@rule(
    "tf.rds-gp3",
    P3,
    on="tf.resource",
    when=is_volume,
    category="Cost",
    remedy='set storage_type = "gp3"',
)
def check(block: Block) -> Iterator[Finding]:
    """Volumes are gp3.

    gp3 costs a fifth less than gp2 and its performance does not depend on its size; gp2 is what one gets
    without saying.

    ```hcl good
    resource "aws_ebs_volume" "data" {
      type = "gp3"
    }
    ```
    ```hcl bad
    resource "aws_ebs_volume" "data" {
      type = "gp2"                         # <--
    }
    ```
    """
    yield from gaps(block, VOLUMES, "it costs more for less")
