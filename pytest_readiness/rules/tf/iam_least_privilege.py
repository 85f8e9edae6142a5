from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.policies import Statement
from pytest_readiness.formats.terraform.policies import grants_role
from pytest_readiness.formats.terraform.policies import is_identity_policy
from pytest_readiness.formats.terraform.policies import many
from pytest_readiness.formats.terraform.policies import statements
from pytest_readiness.formats.terraform.policies import wide_roles

ATTACHMENTS = {
    "aws_iam_role_policy_attachment": "policy_arn",
    "aws_iam_user_policy_attachment": "policy_arn",
    "aws_iam_group_policy_attachment": "policy_arn",
    "aws_iam_policy_attachment": "policy_arn",
    "aws_ssoadmin_managed_policy_attachment": "managed_policy_arn",
    "aws_iam_role": "managed_policy_arns",
}
TOO_MUCH = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
MANAGED = "aws_iam_policy"  # as a data source: a policy that AWS or somebody else wrote


def grants(block: Block) -> bool:
    if grants_role(block) or (block.kind == "tf.data" and block.type == MANAGED):
        return True
    attached = block.type in ATTACHMENTS and block.section.has(ATTACHMENTS[block.type])
    return attached or (is_identity_policy(block) and (_unclear(block) or any(not s.has_principals for s in statements(block))))


def _unclear(block: Block) -> bool:
    return block.kind == "tf.data" and is_unknown(block.section.blocks("statement"))


@rule(
    "tf.iam-least-privilege",
    P1,
    on=("tf.resource", "tf.data"),
    when=grants,
    category="Security & Compliance",
    remedy="name the actions and resources that are needed",
    effort="2h",
    aliases=("CKV_AWS_1", "CKV_AWS_62", "CKV_AWS_274", "CKV_AWS_275", "CKV2_AWS_56", "AWS-0345", "GCP-0007", "CKV_AZURE_39"),
    standards=("AWS FSBP IAM.1",),
)
def check(block: Block) -> Iterator[Finding]:
    """No policy allows everything, or every action of a service, on every resource.

    Whoever gets hold of such a role has the account, or all data of the service. Reading (`Describe*`,
    `List*`, `Get*`) on every resource is fine, as are Deny statements; trust and key policies name principals
    and are not judged here.

    ```hcl good
    data "aws_iam_policy_document" "app" {
      statement {
        actions   = ["s3:GetObject"]
        resources = ["${aws_s3_bucket.data.arn}/*"]
      }
      statement {
        actions   = ["ec2:Describe*"]
        resources = ["*"]
      }
    }
    ```
    ```hcl bad
    data "aws_iam_policy_document" "app" {
      statement {
        actions   = ["s3:*"]               # <--
        resources = ["*"]
      }
    }
    ```
    ```hcl bad
    resource "aws_iam_role_policy" "app" {
      policy = jsonencode({
        Statement = [{
          Effect   = "Allow"
          Action   = "*"                   # <--
          Resource = "*"
        }]
      })
    }
    ```
    ```hcl bad
    resource "google_project_iam_member" "app" {
      role   = "roles/owner"               # <--
      member = "serviceAccount:app@shop.iam.gserviceaccount.com"
    }
    ```
    ```hcl bad
    resource "aws_iam_role_policy_attachment" "app" {
      role       = "app"
      policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"  # <--
    }
    ```
    """
    if grants_role(block):
        for role, place in wide_roles(block):
            yield block.finding(f"{role} may change everything in its scope", place)
        return
    if block.kind == "tf.data" and block.type == MANAGED:
        for name in ("arn", "name"):
            if isinstance(value := block.get(name), str) and value.endswith(TOO_MUCH):
                yield block.finding(f"{value.rpartition('/')[2]} grants far more than any workload needs", block.at(name))
                return
        return
    argument = ATTACHMENTS.get(block.type)
    if argument is not None:
        for arn in many(block.get(argument)):
            if not is_unknown(arn) and str(arn).endswith(TOO_MUCH):
                yield block.finding(f"{str(arn).rpartition('/')[2]} grants far more than any workload needs", block.at(argument))
    if is_identity_policy(block):
        for statement in statements(block):
            yield from _too_wide(block, statement)


def _too_wide(block: Block, statement: Statement) -> Iterator[Finding]:
    if statement.has_principals or not statement.allows:
        return
    if statement.not_actions is not None:
        if statement.on_everything():
            yield block.finding("allows everything but a few actions on every resource", statement.actions_span)
        return
    wide = [action for action in many(statement.actions) if _is_wide(str(action))]
    if wide and statement.on_everything():
        yield block.finding(f"allows {wide[0]} on every resource", statement.actions_span)


def _is_wide(action: str) -> bool:
    return action == "*" or action.endswith(":*") or action.lower() == "iam:passrole"
