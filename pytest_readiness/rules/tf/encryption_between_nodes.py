from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import as_number
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.transit import BETWEEN_NODES


def has_nodes(block: Block) -> bool:
    """A domain of one instance, which is the default, has no other node to talk to."""
    if block.type in ("aws_elasticsearch_domain", "aws_opensearch_domain"):
        count = block.get("cluster_config", "instance_count")
        alone = not holds(count, lambda value: as_number(value) > 1)
        return not alone or block.section.blocks("node_to_node_encryption") != ()
    return block.type in BETWEEN_NODES


@rule(
    "tf.encryption-between-nodes",
    P2,
    on="tf.resource",
    when=has_nodes,
    category="Security & Compliance",
    remedy="encrypt what the nodes send each other, such as with node_to_node_encryption",
    effort="2h",
    aliases=("CKV_AWS_6", "CKV_AWS_369", "AWS-0043"),
    standards=("AWS FSBP ES.3", "AWS FSBP Opensearch.3"),
)
def check(block: Block) -> Iterator[Finding]:
    """The nodes of a cluster talk to each other over TLS.

    A cluster copies its whole data between its nodes, across availability zones; without encryption whoever can
    listen inside the network reads it, although every client uses TLS.

    ```hcl good
    resource "aws_opensearch_domain" "main" {
      node_to_node_encryption {
        enabled = true
      }
    }
    ```
    ```hcl bad
    resource "aws_opensearch_domain" "main" {  # <--
      cluster_config {
        instance_count = 3
      }
    }
    ```
    ```hcl bad
    resource "aws_msk_cluster" "main" {
      encryption_info {
        encryption_in_transit {
          in_cluster = false               # <--
        }
      }
    }
    ```
    """
    yield from gaps(block, BETWEEN_NODES, "what the nodes send each other can be read inside the network")
