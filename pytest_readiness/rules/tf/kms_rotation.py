from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import as_number
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import setting

NINETY_DAYS = 90 * 24 * 3600


def within_90_days(period: object) -> bool:
    text = str(period)
    return text.endswith("s") and 0 < as_number(text[:-1]) <= NINETY_DAYS


ROTATION: Settings = {
    "aws_kms_key": (setting("enable_key_rotation"),),
    "terraform-aws-modules/kms/aws": (setting("enable_key_rotation", absent=True),),
    "google_kms_crypto_key": (setting("rotation_period", 'rotation_period = "7776000s"', within_90_days),),
    "azurerm_key_vault_key": (setting("rotation_policy.automatic", "a rotation_policy block", is_set),),
}


def can_rotate(block: Block) -> bool:
    """Asymmetric, HMAC and imported keys cannot be rotated."""
    if block.type not in ROTATION:
        return False
    usage, spec, purpose = block.get("key_usage"), block.get("customer_master_key_spec") or block.get("key_spec"), block.get("purpose")
    symmetric = spec is None or spec == "SYMMETRIC_DEFAULT"
    return symmetric and (usage is None or usage == "ENCRYPT_DECRYPT") and (purpose is None or purpose == "ENCRYPT_DECRYPT")


@rule(
    "tf.kms-rotation",
    P2,
    on=("tf.resource", "tf.module-call"),
    when=can_rotate,
    category="Security & Compliance",
    remedy="set enable_key_rotation = true",
    aliases=("CKV_AWS_7", "AWS-0065", "CKV_GCP_43", "GCP-0065"),
    standards=("AWS FSBP KMS.4",),
)
def check(block: Block) -> Iterator[Finding]:
    """KMS keys are rotated automatically.

    Rotation bounds how much data one key protects. Asymmetric, HMAC and imported keys cannot be rotated.

    ```hcl good
    resource "aws_kms_key" "main" {
      enable_key_rotation = true
    }
    ```
    ```hcl bad
    resource "aws_kms_key" "main" {        # <--
      description = "main"
    }
    ```
    ```hcl bad
    resource "google_kms_crypto_key" "main" {
      rotation_period = "15552000s"        # <--
    }
    ```
    """
    yield from gaps(block, ROTATION, "one key protects everything for ever")
