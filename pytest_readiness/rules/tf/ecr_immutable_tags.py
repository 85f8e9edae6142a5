from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting


def immutable(value: object) -> bool:
    return str(value).startswith("IMMUTABLE")


WANTED = 'image_tag_mutability = "IMMUTABLE"'
FIXED: Settings = {
    "aws_ecr_repository": (setting("image_tag_mutability", WANTED, immutable),),
    "terraform-aws-modules/ecr/aws": (
        setting("repository_image_tag_mutability", 'repository_image_tag_mutability = "IMMUTABLE"', immutable, absent=True),
    ),
}


def is_registry(block: Block) -> bool:
    return block.type in FIXED


@rule(
    "tf.ecr-immutable-tags",
    P2,
    on=("tf.resource", "tf.module-call"),
    when=is_registry,
    category="Security & Compliance",
    remedy='set image_tag_mutability = "IMMUTABLE"',
    aliases=("CKV_AWS_51", "AWS-0031"),
    standards=("AWS FSBP ECR.2",),
)
def check(block: Block) -> Iterator[Finding]:
    """Image tags cannot be moved to other images.

    What was tested under a tag must be what runs under it; a mutable tag can be overwritten, by mistake or by
    an attacker.

    ```hcl good
    resource "aws_ecr_repository" "web" {
      image_tag_mutability = "IMMUTABLE"
    }
    ```
    ```hcl bad
    resource "aws_ecr_repository" "web" {
      image_tag_mutability = "MUTABLE"     # <--
    }
    ```
    """
    yield from gaps(block, FIXED, "a tag can be moved to another image")
