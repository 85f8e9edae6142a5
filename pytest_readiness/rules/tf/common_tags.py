from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.tags import TAGGABLE
from pytest_readiness.formats.terraform.tags import missing


def concerns(block: Block) -> bool:
    return block.type in TAGGABLE


@rule(
    "tf.common-tags",
    P3,
    on="tf.resource",
    when=concerns,
    category="Governance",
    remedy="set default_tags in the provider, or the tags of the resource",
    needs="tags",
)
def check(block: Block, *, tags: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Resources carry the tags of the organization.

    Tags say who pays, who answers and what may be deleted. `default_tags` of the AWS provider and `default_labels`
    of the Google provider count; an autoscaling group does not pass them on. Asked where `tags` names them.

    ```hcl good
    provider "aws" {
      default_tags {
        tags = { Team = "web" }
      }
    }
    resource "aws_sqs_queue" "orders" {}
    ```
    ```yaml with readiness.yaml
    options:
      tf.common-tags: {tags: [Team]}
    ```
    ```hcl bad
    resource "aws_sqs_queue" "orders" {
      tags = { Name = "orders" }             # <--
    }
    ```
    ```yaml with readiness.yaml
    options:
      tf.common-tags: {tags: [Team]}
    ```
    """
    left = missing(block, tuple(tags))
    if left:
        yield block.finding(
            f"the {'tag' if len(left) == 1 else 'tags'} {', '.join(left)} {'is' if len(left) == 1 else 'are'} missing",
            block.at(TAGGABLE[block.type]),
        )
