from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.records import PIPELINE_LOGS
from pytest_readiness.formats.terraform.settings import gaps


def concerns(block: Block) -> bool:
    return block.type in PIPELINE_LOGS


@rule(
    "tf.service-logs",
    P3,
    on="tf.resource",
    when=concerns,
    category="Monitoring & Observability",
    remedy="switch the logging of the service on",
    aliases=("CKV_GCP_104", "CKV_GCP_105", "CKV2_GCP_29", "CKV2_GCP_30", "CKV2_GCP_31"),
)
def check(block: Block) -> Iterator[Finding]:
    """Data and dialogue services of Google Cloud write logs.

    Without logs nobody can tell why a pipeline or a conversation failed.

    ```hcl good
    resource "google_data_fusion_instance" "main" {
      enable_stackdriver_logging    = true
      enable_stackdriver_monitoring = true
    }
    ```
    ```hcl bad
    resource "google_dialogflow_agent" "main" {  # <--
      display_name = "main"
    }
    ```
    """
    yield from gaps(block, PIPELINE_LOGS, "nobody can tell what it did")
