from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.network import WORLD
from pytest_readiness.formats.terraform.private import PRIVATE
from pytest_readiness.formats.terraform.private import open_account
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_false
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import is_true
from pytest_readiness.formats.terraform.settings import shown


def is_inside(block: Block) -> bool:
    return block.type in PRIVATE


@rule(
    "tf.private-only",
    P1,
    on=("tf.resource", "tf.module-call"),
    when=is_inside,
    category="Security & Compliance",
    remedy="move it to private subnets and switch its public address off",
    effort="1d",
    aliases=(
        "CKV_AWS_17", "CKV_AWS_38", "CKV_AWS_69", "CKV_AWS_88", "CKV_AWS_89", "CKV_AWS_102", "CKV_AWS_122", "CKV_AWS_137", "CKV_AWS_164",
        "CKV_AWS_291", "CKV_AWS_333", "CKV_AWS_389", "CKV_AWS_390", "CKV2_AWS_66", "AWS-0009", "AWS-0040", "AWS-0041", "AWS-0072",
        "AWS-0180", "CKV_GCP_11", "CKV_GCP_40", "CKV_GCP_86", "CKV_GCP_87", "CKV_GCP_89", "CKV_GCP_94", "CKV_GCP_103", "CKV2_GCP_28",
        "CKV2_GCP_32", "CKV2_GCP_33", "CKV2_GCP_34", "CKV2_GCP_36", "GCP-0031", "GCP-0059", "CKV_AZURE_6", "CKV_AZURE_35", "CKV_AZURE_48",
        "CKV_AZURE_53", "CKV_AZURE_64", "CKV_AZURE_68", "CKV_AZURE_89", "CKV_AZURE_101", "CKV_AZURE_104", "CKV_AZURE_106",
        "CKV_AZURE_108", "CKV_AZURE_109", "CKV_AZURE_113", "CKV_AZURE_115", "CKV_AZURE_119", "CKV_AZURE_124", "CKV_AZURE_134",
        "CKV_AZURE_139", "CKV_AZURE_158", "CKV_AZURE_185", "CKV_AZURE_193", "CKV_AZURE_204", "CKV_AZURE_245", "CKV_AZURE_250",
        "CKV2_AZURE_24", "AZU-0012", "AZU-0013", "AZU-0022", "AZU-0035", "AZU-0041", "AZU-0065", "AZU-0076",
    ),
    standards=("AWS FSBP RDS.2", "AWS FSBP EKS.1"),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Data stores, nodes and cluster endpoints have no public address.

    What the internet can reach is attacked all day, and one leaked password is enough. The API endpoint of an
    EKS cluster is public unless it is switched off or narrowed by `public_access_cidrs`.

    ```hcl good
    resource "aws_eks_cluster" "main" {
      vpc_config {
        endpoint_public_access = false
      }
    }
    ```
    ```hcl bad
    resource "aws_eks_cluster" "main" {
      vpc_config {                         # <--
        subnet_ids = ["subnet-1", "subnet-2"]
      }
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {
      publicly_accessible = true           # <--
    }
    ```
    """
    if block.type == "aws_eks_cluster":
        yield from _endpoint(block, ("vpc_config", "endpoint_public_access"), ("vpc_config", "public_access_cidrs"), public=True)
    elif block.type == "terraform-aws-modules/eks/aws":
        prefix = "cluster_" if block.section.has("cluster_endpoint_public_access") else ""
        yield from _endpoint(block, (f"{prefix}endpoint_public_access",), (f"{prefix}endpoint_public_access_cidrs",), public=False)
    elif block.type == "azurerm_kubernetes_cluster":
        ranges = block.get("api_server_authorized_ip_ranges") or block.get("api_server_access_profile", "authorized_ip_ranges")
        if not (ranges is not None and holds(ranges, is_set)) and not holds(block.get("private_cluster_enabled"), is_true):
            yield block.finding(
                "neither private_cluster_enabled nor authorized_ip_ranges: the API server is open to the whole internet",
                block.at("private_cluster_enabled"),
            )
    elif block.type in ("google_compute_instance", "google_compute_instance_template"):
        for interface in block.blocks("network_interface"):
            for access in (*interface.blocks("access_config"), *interface.blocks("ipv6_access_config")):
                yield block.finding("access_config gives the instance a public address", access.span)
    else:
        yield from gaps(block, PRIVATE, "it can be reached from outside of the network")
        for reason, place in open_account(block):
            yield block.finding(reason, place)


def _endpoint(block: Block, switch: tuple[str, ...], narrowed: tuple[str, ...], *, public: bool) -> Iterator[Finding]:
    cidrs = block.get(*narrowed)
    if holds(block.get(*switch), is_false, absent=not public):
        return
    if not holds(cidrs, _is_narrow):
        place = narrowed if cidrs is not None else switch
        state = "is not set" if cidrs is None else f"is {shown(cidrs)}"
        yield block.finding(f"{narrowed[-1]} {state}: the API endpoint of the cluster is open to the whole internet", block.at(*place))


def _is_narrow(cidrs: object) -> bool:
    return isinstance(cidrs, list) and bool(cidrs) and not any(str(cidr) in WORLD for cidr in cidrs)
