from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_cloudfront_distribution": (setting("default_root_object", 'default_root_object = "index.html"', is_set),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.default-root-object",
    P3,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy='set default_root_object = "index.html"',
    aliases=("CKV_AWS_305",),
    standards=("AWS FSBP CloudFront.1",),
)
def check(block: Block) -> Iterator[Finding]:
    """Distributions name the object that `/` stands for.

    Without one a request for `/` is passed on to the origin, and a bucket may answer with the list of its objects.

    ```hcl good
    resource "aws_cloudfront_distribution" "web" {
      default_root_object = "index.html"
    }
    ```
    ```hcl bad
    resource "aws_cloudfront_distribution" "web" {  # <--
      enabled = true
    }
    ```
    """
    yield from gaps(block, WANTED, "a request for / may list the origin's objects")
