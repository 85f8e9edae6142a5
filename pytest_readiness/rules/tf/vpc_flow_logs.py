from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

MODULE: Settings = {"terraform-aws-modules/vpc/aws": (setting("enable_flow_log"),)}


def is_network(block: Block) -> bool:
    if block.type == "google_compute_subnetwork":
        purpose = block.get("purpose")
        return purpose is None or bool(purpose == "PRIVATE")
    return block.type in MODULE or block.type == "aws_vpc"


@rule(
    "tf.vpc-flow-logs",
    P1,
    on=("tf.resource", "tf.module-call"),
    when=is_network,
    category="Security & Compliance",
    remedy="add an aws_flow_log for the VPC",
    effort="1h",
    aliases=("CKV2_AWS_11", "AWS-0178", "CKV_GCP_26", "GCP-0029", "GCP-0076"),
    standards=("AWS FSBP EC2.6",),
)
def check(block: Block) -> Iterator[Finding]:
    """Networks record their traffic in flow logs.

    Flow logs are the only record of who talked to whom when an intrusion is investigated.

    ```hcl good
    resource "aws_vpc" "main" {}
    resource "aws_flow_log" "main" {
      vpc_id = aws_vpc.main.id
    }
    ```
    ```hcl good
    module "vpc" {
      source          = "terraform-aws-modules/vpc/aws"
      enable_flow_log = true
    }
    ```
    ```hcl bad
    resource "aws_vpc" "main" {            # <--
      cidr_block = "10.0.0.0/16"
    }
    ```
    ```hcl bad
    resource "google_compute_subnetwork" "main" {  # <--
      ip_cidr_range = "10.0.0.0/16"
    }
    ```
    """
    if block.type == "google_compute_subnetwork":
        if not block.blocks("log_config"):
            yield block.finding("no log_config: nobody can tell who talked to whom in the subnetwork")
    elif block.type == "aws_vpc":
        if not block.attached(("aws_flow_log",), by="vpc_id"):
            yield block.finding("no aws_flow_log: nobody can tell who talked to whom in the VPC")
    else:
        yield from gaps(block, MODULE, "nobody can tell who talked to whom in the VPC")
