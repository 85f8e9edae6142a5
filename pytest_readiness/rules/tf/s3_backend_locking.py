from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.backends import Configured
from pytest_readiness.formats.terraform.backends import allows_version
from pytest_readiness.formats.terraform.backends import configured
from pytest_readiness.formats.terraform.backends import scripts
from pytest_readiness.formats.terraform.blocks import Block

_UNLOCKED = re.compile(r"\b(?:terraform|tofu|terragrunt)\b[^\n#]*\s-{1,2}lock=false\b")


def is_s3(backend: Block) -> bool:
    return backend.type == "s3"


@rule(
    "tf.s3-backend-locking",
    P0,
    on="tf.backend",
    when=is_s3,
    category="IaC",
    remedy="set use_lockfile = true in the s3 backend",
    effort="30m",
)
def check(backend: Block, project: Project) -> Iterator[Finding]:
    """State in S3 is locked while it is changed.

    Two applies at once overwrite each other's state. The s3 backend locks only when it is told to: with
    `use_lockfile` (Terraform 1.10) or, deprecated since 1.11, a DynamoDB table. Settings that are left to
    `-backend-config` are read from the `*.tfbackend` files and scripts of the repository.

    ```hcl good
    terraform {
      backend "s3" {
        bucket       = "state"
        use_lockfile = true
      }
    }
    ```
    ```hcl good
    terraform {
      backend "s3" {}
    }
    ```
    ```hcl with prod.tfbackend
    bucket       = "state"
    use_lockfile = true
    ```
    ```hcl bad
    terraform {
      backend "s3" {                       # <--
        bucket = "state"
        key    = "shop.tfstate"
      }
    }
    ```
    ```hcl bad
    terraform {
      required_version = "~> 1.9.0"
      backend "s3" {
        bucket       = "state"
        use_lockfile = true                # <--
      }
    }
    ```
    """
    settings: Configured = configured(backend, project)
    lockfile, table = settings.get("use_lockfile"), settings.get("dynamodb_table")
    if lockfile in (True, "true"):
        if table is None and not allows_version(backend.module, (1, 10)):
            yield backend.finding(
                "use_lockfile needs Terraform 1.10, which required_version does not allow: nothing is locked", settings.at("use_lockfile")
            )
    elif table:
        if allows_version(backend.module, (1, 11)):
            yield backend.advice(
                "dynamodb_table is deprecated since Terraform 1.11: use use_lockfile = true", settings.at("dynamodb_table")
            )
    else:
        yield backend.finding(
            "no state locking: neither use_lockfile nor dynamodb_table is set, two applies overwrite each other",
            settings.at("use_lockfile"),
        )
    for place in scripts(project, _UNLOCKED):
        yield backend.finding("-lock=false runs Terraform without the state lock", place)
