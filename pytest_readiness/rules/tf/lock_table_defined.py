from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.backends import configured
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.runs import modules
from pytest_readiness.formats.terraform.settings import is_true


def uses_table(backend: Block, project: Project) -> bool:
    settings = configured(backend, project)
    if backend.name.startswith("remote_state."):
        return False  # Terragrunt makes the table
    if backend.type != "s3" or "dynamodb_table" not in (*backend.section.names, *settings.outside):
        return False
    return settings.get("dynamodb_table") is not None and not is_true(settings.get("use_lockfile") if settings.complete else None)


@rule(
    "tf.lock-table-defined",
    P0,
    on="tf.backend",
    when=uses_table,
    category="IaC",
    remedy="define the aws_dynamodb_table with hash_key LockID, or use use_lockfile = true",
    effort="1h",
)
def check(backend: Block, project: Project) -> Iterator[Finding]:
    """The DynamoDB table that locks the state is defined in code.

    A backend that names a table which nobody creates fails on the first apply in a new account, and a table
    without the string key `LockID` cannot lock. With `use_lockfile` no table is needed.

    ```hcl good
    terraform {
      backend "s3" {
        bucket         = "state"
        key            = "shop.tfstate"
        dynamodb_table = "locks"
      }
    }
    resource "aws_dynamodb_table" "locks" {
      name     = "locks"
      hash_key = "LockID"
      attribute {
        name = "LockID"
        type = "S"
      }
    }
    ```
    ```hcl bad
    terraform {
      backend "s3" {
        bucket         = "state"
        key            = "shop.tfstate"
        dynamodb_table = "locks"           # <--
      }
    }
    ```
    ```hcl bad
    terraform {
      backend "s3" {
        bucket         = "state"
        key            = "shop.tfstate"
        dynamodb_table = "locks"
      }
    }
    resource "aws_dynamodb_table" "locks" {
      name     = "locks"
      hash_key = "id"                      # <--
    }
    ```
    """
    settings = configured(backend, project)
    name = settings.get("dynamodb_table")
    unknown = None
    for module in modules(project):
        for table in module.resources("aws_dynamodb_table"):
            own = table.get("name")
            if is_unknown(own):
                unknown = own  # it may be the one
            elif own == name:
                yield from _keys(table)
                return
        module.demand_all()
    if unknown is not None:
        bool(unknown)
    yield backend.finding(
        f'the lock table "{name}" is defined nowhere in the repository: nobody can tell whether applies are locked',
        settings.at("dynamodb_table"),
    )


def _keys(table: Block) -> Iterator[Finding]:
    if table.get("hash_key") != "LockID":
        yield table.finding("the hash_key of a lock table must be LockID, or Terraform cannot lock", table.at("hash_key"))
    for attribute in table.blocks("attribute"):
        if attribute.get("name") == "LockID" and attribute.get("type") != "S":
            yield table.finding("LockID must be of type S, or Terraform cannot lock", attribute.at("type"))
