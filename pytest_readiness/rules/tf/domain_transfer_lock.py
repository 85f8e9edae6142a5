from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_route53domains_registered_domain": (setting("transfer_lock", absent=True),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.domain-transfer-lock",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="leave transfer_lock out or set it to true",
    aliases=("CKV_AWS_377",),
)
def check(block: Block) -> Iterator[Finding]:
    """Domains cannot be transferred to another registrar unnoticed.

    Whoever takes over the registrar's account moves an unlocked domain away, and with it mail and web site.

    ```hcl good
    resource "aws_route53domains_registered_domain" "shop" {
      domain_name = "shop.example"
    }
    ```
    ```hcl bad
    resource "aws_route53domains_registered_domain" "shop" {
      transfer_lock = false                  # <--
    }
    ```
    """
    yield from gaps(block, WANTED, "the domain can be moved away")
