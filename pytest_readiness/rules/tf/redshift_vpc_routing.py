from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_redshift_cluster": (setting("enhanced_vpc_routing"),),
    "aws_redshiftserverless_workgroup": (setting("enhanced_vpc_routing"),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.redshift-vpc-routing",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="set enhanced_vpc_routing = true",
    aliases=("CKV_AWS_321",),
    standards=("AWS FSBP Redshift.7",),
)
def check(block: Block) -> Iterator[Finding]:
    """Redshift copies data through the VPC.

    Otherwise COPY and UNLOAD go over the internet, past the flow logs and the policies of the VPC's endpoints.

    ```hcl good
    resource "aws_redshift_cluster" "main" {
      enhanced_vpc_routing = true
    }
    ```
    ```hcl bad
    resource "aws_redshift_cluster" "main" {  # <--
      node_type = "ra3.large"
    }
    ```
    """
    yield from gaps(block, WANTED, "what it copies goes past flow logs and endpoint policies")
