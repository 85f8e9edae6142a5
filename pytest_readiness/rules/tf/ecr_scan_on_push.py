from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

SCANNED: Settings = {
    "aws_ecr_repository": (setting("image_scanning_configuration.scan_on_push"),),
    "terraform-aws-modules/ecr/aws": (setting("repository_image_scan_on_push", absent=True),),
}


def is_registry(block: Block) -> bool:
    """A registry that scans by its own configuration needs no setting in the repository."""
    return block.type in SCANNED and not block.module.resources("aws_ecr_registry_scanning_configuration")


@rule(
    "tf.ecr-scan-on-push",
    P2,
    on=("tf.resource", "tf.module-call"),
    when=is_registry,
    category="Security & Compliance",
    remedy="add image_scanning_configuration with scan_on_push = true",
    aliases=("CKV_AWS_163", "AWS-0030"),
    standards=("AWS FSBP ECR.1",),
)
def check(block: Block) -> Iterator[Finding]:
    """Image repositories scan what is pushed to them.

    A scan on push tells of known vulnerabilities before the image runs anywhere.

    ```hcl good
    resource "aws_ecr_repository" "web" {
      image_scanning_configuration {
        scan_on_push = true
      }
    }
    ```
    ```hcl bad
    resource "aws_ecr_repository" "web" {  # <--
      name = "web"
    }
    ```
    """
    yield from gaps(block, SCANNED, "vulnerable images run unnoticed")
