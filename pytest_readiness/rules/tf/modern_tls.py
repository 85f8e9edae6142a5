from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_true
from pytest_readiness.formats.terraform.transit import MODERN_TLS
from pytest_readiness.formats.terraform.transit import old_negotiation


def ends_tls(block: Block) -> bool:
    """Listeners without TLS are for `tf.encryption-in-transit`."""
    if block.type in ("aws_lb_listener", "aws_alb_listener"):
        protocol = block.get("protocol")
        return protocol is not None and bool(protocol in ("HTTPS", "TLS"))
    if block.type == "aws_load_balancer_policy":
        return bool(block.get("policy_type_name") == "SSLNegotiationPolicyType")
    if block.type == "google_compute_ssl_policy":
        profile = block.get("profile")
        return profile is None or bool(profile != "RESTRICTED")
    default = block.get("viewer_certificate", "cloudfront_default_certificate")  # has no choice of versions
    return block.type in MODERN_TLS and not (default is not None and is_true(default))


@rule(
    "tf.modern-tls",
    P2,
    on="tf.resource",
    when=ends_tls,
    category="Security & Compliance",
    remedy="require TLS 1.2 or newer",
    aliases=(
        "CKV_AWS_174", "CKV_AWS_206", "CKV_AWS_213", "CKV_AWS_218", "CKV_AWS_228", "CKV_AWS_380", "CKV2_AWS_74", "AWS-0005", "AWS-0013",
        "AWS-0047", "AWS-0126", "GCP-0039", "CKV_AZURE_15", "CKV_AZURE_44", "CKV_AZURE_52", "CKV_AZURE_54", "CKV_AZURE_145",
        "CKV_AZURE_148", "CKV_AZURE_154", "CKV_AZURE_223", "AZU-0006", "AZU-0011", "AZU-0026",
        "CKV_AZURE_173", "CKV_AZURE_200", "CKV2_AZURE_37", "CKV_GCP_4",
    ),
    standards=("AWS FSBP CloudFront.10",),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """TLS ends at version 1.2 or newer.

    TLS 1.0 and 1.1 have known weaknesses and are forbidden by PCI DSS; several services still accept them
    unless they are told not to.

    ```hcl good
    resource "aws_lb_listener" "https" {
      protocol   = "HTTPS"
      ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    }
    ```
    ```hcl bad
    resource "aws_lb_listener" "https" {
      protocol   = "HTTPS"
      ssl_policy = "ELBSecurityPolicy-2016-08"  # <--
    }
    ```
    ```hcl bad
    resource "azurerm_storage_account" "main" {
      min_tls_version = "TLS1_0"           # <--
    }
    ```
    """
    if block.type == "aws_load_balancer_policy":
        for old, place in old_negotiation(block):
            yield block.finding(f"{old}: clients may talk an outdated TLS version", place)
    yield from gaps(block, MODERN_TLS, "clients may talk an outdated TLS version")
