from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.backends import configured
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import is_false
from pytest_readiness.formats.terraform.settings import is_true


def is_s3(backend: Block) -> bool:
    return backend.type == "s3"


@rule(
    "tf.state-encrypted",
    P1,
    on="tf.backend",
    when=is_s3,
    category="IaC",
    remedy="set encrypt = true and a kms_key_id in the s3 backend",
)
def check(backend: Block, project: Project) -> Iterator[Finding]:
    """State in S3 is encrypted.

    State holds passwords and keys in plain text. S3 encrypts new objects by default since 2023; saying so,
    with a key of one's own, keeps the bucket's readers from reading it too.

    ```hcl good
    terraform {
      backend "s3" {
        bucket  = "state"
        key     = "shop.tfstate"
        encrypt = true
      }
    }
    ```
    ```hcl bad
    terraform {
      backend "s3" {
        bucket  = "state"
        key     = "shop.tfstate"
        encrypt = false                    # <--
      }
    }
    ```
    """
    settings = configured(backend, project)
    encrypt = settings.get("encrypt")
    if encrypt is not None and is_false(encrypt):
        yield backend.finding("encrypt is false: the state is uploaded without asking for encryption", settings.at("encrypt"))
    elif not (encrypt is not None and is_true(encrypt)) and settings.get("kms_key_id") is None:
        yield backend.advice("encrypt is not set: only the default encryption of S3 protects the state")
