from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import as_number
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true


def is_secret(block: Block) -> bool:
    if block.type == "azurerm_kubernetes_cluster":
        return block.section.blocks("key_vault_secrets_provider") != ()
    return block.type == "aws_secretsmanager_secret"


@rule(
    "tf.secret-rotation",
    P2,
    on="tf.resource",
    when=is_secret,
    category="Security & Compliance",
    remedy="add an aws_secretsmanager_secret_rotation with rotation_rules",
    effort="1d",
    aliases=("CKV2_AWS_57", "CKV_AZURE_172"),
    standards=("AWS FSBP SecretsManager.1",),
)
def check(secret: Block, *, days: int = 90) -> Iterator[Finding]:
    """Managed secrets are rotated automatically.

    A secret that is never changed is known, in time, to everybody who ever worked with it; rotation bounds how
    long a leaked one is of use.

    ```hcl good
    resource "aws_secretsmanager_secret" "db" {}
    resource "aws_secretsmanager_secret_rotation" "db" {
      secret_id = aws_secretsmanager_secret.db.id
      rotation_rules {
        automatically_after_days = 30
      }
    }
    ```
    ```hcl bad
    resource "aws_secretsmanager_secret" "db" {  # <--
      name = "db"
    }
    ```
    """
    if secret.type == "azurerm_kubernetes_cluster":
        path = ("key_vault_secrets_provider", "secret_rotation_enabled")
        if not holds(secret.get(*path), is_true):
            yield secret.finding("secret_rotation_enabled is not set: pods keep the old secret for ever", secret.at(*path))
        return
    rotations = secret.attached(("aws_secretsmanager_secret_rotation",), by="secret_id", named=("name",))
    if not rotations:
        yield secret.finding("no aws_secretsmanager_secret_rotation: the secret stays the same for ever")
    for rotation in rotations:
        path = ("rotation_rules", "automatically_after_days")
        if rotation.get("rotation_rules", "schedule_expression") is None and not holds(
            rotation.get(*path), lambda value: 0 < as_number(value) <= days
        ):
            yield secret.finding(f"the secret is not rotated within {days} days", rotation.at(*path))
