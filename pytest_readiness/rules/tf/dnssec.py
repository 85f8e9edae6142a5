from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import one_of


def concerns(block: Block) -> bool:
    """Private zones are asked by nobody outside."""
    if block.type == "aws_route53_zone":
        return not block.blocks("vpc") and not block.attached(("aws_route53_zone_association",), by="zone_id")
    visibility = block.get("visibility") if block.type == "google_dns_managed_zone" else "private"
    return visibility is None or bool(visibility == "public")


@rule(
    "tf.dnssec",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set dnssec_config with state = "on" and no rsasha1',
    aliases=("CKV2_AWS_38", "GCP-0012", "GCP-0013"),
)
def check(block: Block) -> Iterator[Finding]:
    """Public zones are signed.

    Without DNSSEC anybody between a user and the name server can answer in its place. RSA with SHA-1 is no
    signature any more.

    ```hcl good
    resource "google_dns_managed_zone" "shop" {
      dnssec_config {
        state = "on"
      }
    }
    ```
    ```hcl good
    resource "aws_route53_zone" "shop" {
      name = "shop.example"
    }
    resource "aws_route53_hosted_zone_dnssec" "shop" {
      hosted_zone_id = aws_route53_zone.shop.id
    }
    ```
    ```hcl bad
    resource "aws_route53_zone" "shop" {     # <--
      name = "shop.example"
    }
    ```
    ```hcl bad
    resource "google_dns_managed_zone" "shop" {  # <--
      dns_name = "example.com."
    }
    ```
    ```hcl bad
    resource "google_dns_managed_zone" "shop" {
      dnssec_config {
        state = "on"
        default_key_specs {
          algorithm = "rsasha1"              # <--
        }
      }
    }
    ```
    """
    if block.type == "aws_route53_zone":
        signed = block.attached(("aws_route53_hosted_zone_dnssec",), by="hosted_zone_id")
        for key in block.attached(("aws_route53_key_signing_key",), by="hosted_zone_id"):
            signed += key.attached(("aws_route53_hosted_zone_dnssec",), by="hosted_zone_id")
        if not any(holds(part.get("signing_status"), one_of("SIGNING"), absent=True) for part in signed):
            yield block.finding("the zone is not signed: anybody on the way can answer in its place")
        return
    if not holds(block.get("dnssec_config", "state"), one_of("on", "transfer")):
        yield block.finding("the zone is not signed: anybody on the way can answer in its place", block.at("dnssec_config", "state"))
    for config in block.blocks("dnssec_config"):
        for spec in config.blocks("default_key_specs"):
            if holds(spec.get("algorithm"), one_of("rsasha1")):
                yield block.finding("rsasha1 is no safe signature any more", spec.at("algorithm"))
