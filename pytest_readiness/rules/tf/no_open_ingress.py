from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.network import TYPES
from pytest_readiness.formats.terraform.network import openings

# remote access, databases, caches, queues and control planes: nothing that the whole internet should reach
SENSITIVE: tuple[int, ...] = (20, 21, 22, 23, 135, 139, 445, 1433, 1521, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5601, 5900)
SENSITIVE += (5985, 5986, 6379, 9042, 9092, 9200, 9300, 10250, 11211, 27017)


def is_firewall(block: Block) -> bool:
    return block.type in TYPES


@rule(
    "tf.no-open-ingress",
    P1,
    on="tf.resource",
    when=is_firewall,
    category="Security & Compliance",
    remedy="allow the networks that need the port, not 0.0.0.0/0",
    effort="1h",
    aliases=(
        "CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_277", "AWS-0107", "CKV_GCP_2", "CKV_GCP_3", "CKV_GCP_75", "CKV_GCP_77", "CKV_GCP_88",
        "GCP-0070", "GCP-0071", "CKV_AZURE_9", "CKV_AZURE_10", "AZU-0048", "AZU-0050", "AZU-0074", "CKV2_GCP_12",
    ),
    standards=("AWS FSBP EC2.19",),
)  # fmt: skip
def check(block: Block, *, ports: tuple[int, ...] = SENSITIVE) -> Iterator[Finding]:
    """No administration or database port is open to the whole internet.

    SSH, RDP, databases and control planes that anybody can reach are found by scanners within minutes.
    Ports that serve the public (80, 443) and ICMP are not judged.

    ```hcl good
    resource "aws_security_group" "web" {
      ingress {
        from_port   = 443
        to_port     = 443
        protocol    = "tcp"
        cidr_blocks = ["0.0.0.0/0"]
      }
    }
    ```
    ```hcl bad
    resource "aws_security_group" "bastion" {
      ingress {
        from_port   = 22
        to_port     = 22
        protocol    = "tcp"
        cidr_blocks = ["0.0.0.0/0"]        # <--
      }
    }
    ```
    ```hcl bad
    resource "google_compute_firewall" "db" {
      source_ranges = ["0.0.0.0/0"]        # <--
      allow {
        protocol = "tcp"
        ports    = ["5000-6000"]
      }
    }
    ```
    """
    wanted = frozenset(ports)
    for opening in openings(block):
        reached = opening.reaches(wanted)
        if reached and opening.to_the_world():
            named = (
                f"port {reached[0]} is"
                if len(reached) == 1
                else f"{len(reached)} administration and database ports, such as {reached[0]}, are"
            )
            yield block.finding(f"{named} open to the whole internet", opening.span)
