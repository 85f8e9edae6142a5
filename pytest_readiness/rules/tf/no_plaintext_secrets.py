from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.terraform import secrets as terraform_secrets
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.blocks import Value
from pytest_readiness.formats.terraform.blocks import Variables


@rule(
    "tf.no-plaintext-secrets",
    P0,
    on=("tf.resource", "tf.data", "tf.module-call", "tf.provider", "tf.backend", "tf.variable", "tf.local", "tf.tfvars"),
    category="Security & Compliance",
    secret=True,
    remedy="read the value from Secrets Manager, Vault or an ephemeral resource, and rotate it",
    effort="2h",
    aliases=(
        "CKV_AWS_41",
        "CKV_AWS_45",
        "CKV_AWS_46",
        "AWS-0029",
        "AWS-0129",
        "AWS-0122",
        "AWS-0036",
        "CKV_AWS_295",
        "CKV_AZURE_239",
        "AZU-0037",
        "GCP-0037",
    ),
)
def check(resource: Resource) -> Iterator[Finding]:
    """Terraform holds no password, token or key in plain text.

    What is written in a `.tf` or `.tfvars` file is readable by everybody who can read the repository, for
    ever. A variable without default, marked sensitive, a data source or an ephemeral resource is not.

    ```hcl good
    variable "db_password" {
      sensitive = true
    }
    resource "aws_db_instance" "main" {
      username = "app"
      password = var.db_password
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {
      password = "Pr0duction!"             # <--
    }
    ```
    ```hcl bad
    variable "api_token" {
      default = "t0ps3cr3t"                # <--
    }
    ```
    ```hcl bad prod.tfvars
    db_password = "t0ps3cr3t"              # <--
    ```
    ```hcl bad
    resource "aws_ecs_task_definition" "web" {
      container_definitions = jsonencode([{
        name        = "web"
        environment = [{ name = "DB_PASSWORD", value = "t0ps3cr3t" }]  # <--
      }])
    }
    ```
    """
    for reason, place in _found(resource):
        yield resource.finding(f"{reason}: everybody who can read the repository has it", place)


def _found(resource: Resource) -> Iterator[terraform_secrets.Found]:
    if isinstance(resource, Variables):
        yield from terraform_secrets.in_body(resource.body)
    elif isinstance(resource, Value):
        yield from terraform_secrets.in_expression(resource.attribute.name, resource.attribute.expression)
    elif isinstance(resource, Block) and resource.kind == "tf.variable":
        default = resource.section.expression("default")
        sensitive = resource.get("sensitive") is True and not terraform_secrets.is_secret(resource.label)
        if default is not None:
            yield from terraform_secrets.in_expression("secret" if sensitive else resource.label, default)
    elif isinstance(resource, Block):
        yield from terraform_secrets.in_block(resource)
