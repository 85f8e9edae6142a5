from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

_FIRST = (setting("lifecycle.create_before_destroy"),)
WANTED: Settings = {
    "aws_acm_certificate": _FIRST,
    "aws_api_gateway_rest_api": _FIRST,
    "aws_api_gateway_deployment": _FIRST,
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.replace-before-destroy",
    P3,
    on="tf.resource",
    when=concerns,
    category="Resilience/DR",
    remedy="add lifecycle { create_before_destroy = true }",
    aliases=("CKV_AWS_217", "CKV_AWS_233", "CKV_AWS_237"),
)
def check(block: Block) -> Iterator[Finding]:
    """Certificates and API deployments are replaced before they are destroyed.

    Terraform destroys first: a certificate in use cannot be, so that the apply fails half way, and an API without a
    deployment answers nobody.

    ```hcl good
    resource "aws_acm_certificate" "web" {
      lifecycle {
        create_before_destroy = true
      }
    }
    ```
    ```hcl bad
    resource "aws_acm_certificate" "web" {  # <--
      domain_name = "shop.example"
    }
    ```
    """
    yield from gaps(block, WANTED, "replacing it fails or interrupts the service")
