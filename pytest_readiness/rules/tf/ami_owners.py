from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.policies import many

NAMED = ("owner-id", "owner-alias", "image-id")


def looks_by_name(block: Block) -> bool:
    return block.type in ("aws_ami", "aws_ami_ids") and block.kind == "tf.data"


@rule(
    "tf.ami-owners",
    P2,
    on="tf.data",
    when=looks_by_name,
    category="Security & Compliance",
    remedy="set owners, such as the account of the distribution",
    aliases=("CKV_AWS_386", "AWS-0344"),
)
def check(image: Block) -> Iterator[Finding]:
    """Images that are looked up by name are those of a named owner.

    Anybody can publish an image under a name that matches the pattern and is newer; `most_recent` then starts
    it with the roles of your instances.

    ```hcl good
    data "aws_ami" "ubuntu" {
      most_recent = true
      owners      = ["099720109477"]
      filter {
        name   = "name"
        values = ["ubuntu/images/hvm-ssd/ubuntu-*"]
      }
    }
    ```
    ```hcl bad
    data "aws_ami" "ubuntu" {              # <--
      most_recent = true
      filter {
        name   = "name"
        values = ["ubuntu/images/hvm-ssd/ubuntu-*"]
      }
    }
    ```
    """
    if image.get("owners") is not None:
        return
    filters = image.blocks("filter")
    if any(part.get("name") in NAMED for part in filters):
        return
    names = [value for part in filters if part.get("name") == "name" for value in many(part.get("values"))]
    loose = [name for name in names if is_unknown(name) or "*" in str(name) or "?" in str(name)]
    if loose or not names:
        yield image.finding("owners is not set: anybody can publish an image that matches")
