from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import is_set
from pytest_readiness.formats.terraform.settings import setting

WANTED: Settings = {
    "aws_eks_cluster": (setting("encryption_config.provider.key_arn", "an encryption_config block with a KMS key", is_set),),
}


def concerns(block: Block) -> bool:
    return block.type in WANTED


@rule(
    "tf.eks-secrets-encrypted",
    P2,
    on="tf.resource",
    when=concerns,
    category="Security & Compliance",
    remedy="add an encryption_config block for secrets with a KMS key",
    effort="1h",
    aliases=("CKV_AWS_58", "AWS-0039"),
    standards=("AWS FSBP EKS.3",),
)
def check(block: Block) -> Iterator[Finding]:
    """Kubernetes secrets are encrypted with a KMS key in EKS.

    With a key of one's own, reading etcd or its backups does not reveal the secrets, and every use of the key is
    recorded.

    ```hcl good
    resource "aws_eks_cluster" "main" {
      encryption_config {
        resources = ["secrets"]
        provider {
          key_arn = aws_kms_key.eks.arn
        }
      }
    }
    ```
    ```hcl bad
    resource "aws_eks_cluster" "main" {    # <--
      name = "main"
    }
    ```
    """
    yield from gaps(block, WANTED, "secrets are readable for whoever reads etcd")
