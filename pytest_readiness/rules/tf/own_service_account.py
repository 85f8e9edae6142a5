from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.clusters import is_autopilot
from pytest_readiness.formats.terraform.clusters import is_default_account
from pytest_readiness.formats.terraform.hosts import is_gke_node
from pytest_readiness.formats.terraform.settings import holds

INSTANCES = ("google_compute_instance", "google_compute_instance_template", "google_compute_instance_from_template")
CLUSTER, POOL = "google_container_cluster", "google_container_node_pool"


def concerns(block: Block) -> bool:
    if block.type in INSTANCES:
        return not is_gke_node(block) and block.section.blocks("service_account") != ()
    return block.type == POOL or (block.type == CLUSTER and not is_autopilot(block))


@rule(
    "tf.own-service-account",
    P1,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set service_account to an account made for this, with the roles it needs",
    effort="1h",
    aliases=("GCP-0044", "GCP-0050", "CKV_GCP_30", "CKV_GCP_31"),
)
def check(block: Block) -> Iterator[Finding]:
    """Virtual machines and nodes of Google Cloud have service accounts of their own.

    The default service account may edit the whole project: whoever gets into one machine has all of them. Judged
    where an account is named, and for node pools where none is, since GKE takes the default one then.

    ```hcl good
    resource "google_container_node_pool" "main" {
      node_config {
        service_account = google_service_account.nodes.email
      }
    }
    ```
    ```hcl good
    resource "google_compute_instance" "main" {
      service_account {
        email  = google_service_account.app.email
        scopes = ["cloud-platform"]
      }
    }
    ```
    ```hcl bad
    resource "google_container_node_pool" "main" {
      node_config {                          # <--
        machine_type = "e2-medium"
      }
    }
    ```
    ```hcl bad
    resource "google_compute_instance" "main" {
      service_account {
        email = "123456789012-compute@developer.gserviceaccount.com"  # <--
      }
    }
    ```
    """
    if block.type in INSTANCES:
        for account in block.blocks("service_account"):
            if holds(account.get("email"), is_default_account, absent=True):
                yield block.finding("the default service account may edit the whole project", account.at("email"))
        return
    if block.type == POOL or block.section.blocks("node_config") != ():
        yield from _nodes(block, "node_config")
    if any(scaling.blocks("auto_provisioning_defaults") for scaling in block.blocks("cluster_autoscaling")):
        yield from _nodes(block, "cluster_autoscaling", "auto_provisioning_defaults")


def _nodes(block: Block, *path: str) -> Iterator[Finding]:
    if holds(block.get(*path, "service_account"), is_default_account, absent=True):
        yield block.finding("the nodes run as the default service account, which may edit the whole project", block.at(*path))
