from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_keys import is_own_key
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds

KEYS = {"aws_secretsmanager_secret": "kms_key_id", "aws_ssm_parameter": "key_id"}


def is_secret(block: Block) -> bool:
    """A parameter is one when its type says so."""
    if block.type == "aws_ssm_parameter":
        return bool(block.get("type") == "SecureString")
    return block.type in KEYS


@rule(
    "tf.secrets-kms",
    P2,
    on="tf.resource",
    when=is_secret,
    category="Security & Compliance",
    remedy="set kms_key_id to a key of your own",
    effort="1h",
)
def check(secret: Block, *, strict: bool = False) -> Iterator[Finding]:
    """Secrets are encrypted with a KMS key of the customer's own.

    With the key that AWS makes for the service, whoever may read the secret may decrypt it; with a key of one's
    own the key decides too, and other accounts can be let in or kept out. The service's key is advice unless
    the option `strict` is set.

    ```hcl good
    resource "aws_secretsmanager_secret" "db" {
      kms_key_id = aws_kms_key.secrets.arn
    }
    ```
    ```hcl bad
    resource "aws_ssm_parameter" "db" {    # <--
      type = "SecureString"
    }
    ```
    ```yaml with readiness.yaml
    options:
      tf.secrets-kms:
        strict: true
    ```
    """
    name = KEYS[secret.type]
    if not holds(secret.get(name), is_own_key):
        message = f"{name} names no key of your own: whoever may read the secret may decrypt it"
        yield secret.finding(message, secret.at(name)) if strict else secret.advice(message, secret.at(name))
