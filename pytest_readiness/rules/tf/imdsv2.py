from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import one_of

INSTANCES = ("aws_instance", "aws_launch_template", "aws_launch_configuration", "aws_spot_instance_request")
NOTEBOOK = "aws_sagemaker_notebook_instance"


def has_metadata(block: Block) -> bool:
    return block.type in INSTANCES or block.type == NOTEBOOK


@rule(
    "tf.imdsv2",
    P1,
    on="tf.resource",
    when=has_metadata,
    category="Security & Compliance",
    remedy='add metadata_options with http_tokens = "required"',
    aliases=("CKV_AWS_79", "CKV_AWS_371", "AWS-0028", "AWS-0130"),
    standards=("AWS FSBP EC2.8",),
)
def check(block: Block) -> Iterator[Finding]:
    """Instances hand out their credentials to IMDSv2 clients only.

    The first version of the metadata service answers any request, so that a server-side request forgery in an
    application hands the instance's role to the attacker.

    ```hcl good
    resource "aws_instance" "web" {
      metadata_options {
        http_tokens = "required"
      }
    }
    ```
    ```hcl bad
    resource "aws_instance" "web" {        # <--
      instance_type = "t3.micro"
    }
    ```
    ```hcl bad
    resource "aws_launch_template" "web" {
      metadata_options {
        http_tokens = "optional"           # <--
      }
    }
    ```
    """
    if block.type == NOTEBOOK:
        path = ("instance_metadata_service_configuration", "minimum_instance_metadata_service_version")
        if not holds(block.get(*path), one_of("2")):
            yield block.finding("version 1 answers: a forged request can read the notebook's credentials", block.at(*path))
        return
    endpoint = block.get("metadata_options", "http_endpoint")
    if endpoint is not None and holds(endpoint, one_of("disabled")):
        return
    if not holds(block.get("metadata_options", "http_tokens"), one_of("required")):
        yield block.finding(
            'http_tokens is not "required": a forged request can read the instance\'s credentials',
            block.at("metadata_options", "http_tokens"),
        )
