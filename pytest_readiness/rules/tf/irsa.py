from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.service_accounts import app_permissions
from pytest_readiness.formats.terraform.service_accounts import is_trust
from pytest_readiness.formats.terraform.service_accounts import loose_subjects
from pytest_readiness.formats.terraform.service_accounts import loose_trusts


def gives_pods_access(block: Block) -> bool:
    return block.type == "aws_eks_node_group" or loose_subjects(block) is not None or is_trust(block)


@rule(
    "tf.irsa",
    P1,
    on=("tf.resource", "tf.data", "tf.module-call"),
    when=gives_pods_access,
    category="Security & Compliance",
    remedy="bind the role to one service account: system:serviceaccount:<namespace>:<name>",
    effort="2h",
)
def check(block: Block) -> Iterator[Finding]:
    """Pods get access to AWS through a role of their own service account.

    A role that any service account of the cluster may assume, or permissions on the role of the nodes, are
    there for every pod, the compromised one included. Pod Identity associations name the service account
    anyway. What nodes themselves need (`AmazonEKSWorkerNodePolicy`, CNI, pulling images, SSM) is fine on their role.

    ```hcl good
    resource "aws_iam_openid_connect_provider" "eks" {}
    data "aws_iam_policy_document" "app" {
      statement {
        actions = ["sts:AssumeRoleWithWebIdentity"]
        principals {
          type        = "Federated"
          identifiers = [aws_iam_openid_connect_provider.eks.arn]
        }
        condition {
          test     = "StringEquals"
          variable = "${aws_iam_openid_connect_provider.eks.url}:sub"
          values   = ["system:serviceaccount:shop:web"]
        }
        condition {
          test     = "StringEquals"
          variable = "${aws_iam_openid_connect_provider.eks.url}:aud"
          values   = ["sts.amazonaws.com"]
        }
      }
    }
    ```
    ```hcl bad
    resource "aws_iam_openid_connect_provider" "eks" {}
    data "aws_iam_policy_document" "app" {
      statement {
        actions = ["sts:AssumeRoleWithWebIdentity"]
        principals {
          type        = "Federated"
          identifiers = [aws_iam_openid_connect_provider.eks.arn]  # <--
        }
        condition {
          test     = "StringLike"
          variable = "oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub"
          values   = ["system:serviceaccount:*:*"]
        }
      }
    }
    ```
    ```hcl bad
    resource "aws_eks_node_group" "main" {
      node_role_arn = aws_iam_role.node.arn
    }
    resource "aws_iam_role" "node" {}
    resource "aws_iam_role_policy_attachment" "s3" {
      role       = aws_iam_role.node.name
      policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"  # <--
    }
    ```
    """
    if block.type == "aws_eks_node_group":
        for policy, place in app_permissions(block):
            yield block.finding(f"{policy} hangs on the role of the nodes: every pod has it", place)
    elif (subjects := loose_subjects(block)) is not None:
        for subject, place in subjects:
            yield block.finding(f"{subject}: more than one service account may assume the role", place)
    else:
        for reason, place in loose_trusts(block):
            yield block.finding(reason, place)
