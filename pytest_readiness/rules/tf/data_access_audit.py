from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.members import missing_logs
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import one_of
from pytest_readiness.formats.terraform.settings import shown

CONFIGS = ("google_project_iam_audit_config", "google_folder_iam_audit_config", "google_organization_iam_audit_config")


def concerns(block: Block) -> bool:
    return block.type in CONFIGS or block.type == "google_project"


@rule(
    "tf.data-access-audit",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="add google_project_iam_audit_config for allServices with ADMIN_READ, DATA_READ and DATA_WRITE",
    aliases=("GCP-0079",),
)
def check(block: Block) -> Iterator[Finding]:
    """Google Cloud records who reads data.

    Reads of data are not recorded unless the audit configuration of the project asks for all kinds of log, of all
    services.

    ```hcl good
    resource "google_project_iam_audit_config" "all" {
      service = "allServices"
      audit_log_config {
        log_type = "ADMIN_READ"
      }
      audit_log_config {
        log_type = "DATA_READ"
      }
      audit_log_config {
        log_type = "DATA_WRITE"
      }
    }
    ```
    ```hcl bad
    resource "google_project_iam_audit_config" "all" {  # <--
      service = "allServices"
      audit_log_config {
        log_type = "ADMIN_READ"
      }
    }
    ```
    """
    if block.type == "google_project":
        if not block.attached(CONFIGS[:1], by="project", named=("project_id",)):
            yield block.finding("no google_project_iam_audit_config: nobody can tell who read the data")
    elif not holds(block.get("service"), one_of("allServices")):
        yield block.finding(
            f"service is {shown(block.get('service'))}: nobody can tell who read the data of the others", block.at("service")
        )
    elif missing := missing_logs(block):
        yield block.finding(f"the audit configuration lacks {', '.join(missing)}: nobody can tell who used the data that way")
