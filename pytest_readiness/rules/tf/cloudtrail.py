from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.terraform.accounts import aws_home
from pytest_readiness.formats.terraform.accounts import aws_roots
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.blocks import Repository
from pytest_readiness.formats.terraform.settings import Settings
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import setting

FLAGS: Settings = {
    "aws_cloudtrail": (
        setting("enable_logging", absent=True),
        setting("is_multi_region_trail"),
        setting("enable_log_file_validation"),
        setting("include_global_service_events", absent=True),
    )
}


def is_aws(resource: Resource, *, kept_elsewhere: bool = False) -> bool:
    """What is ``kept_elsewhere``, in the repository of the account, is not asked of this one."""
    if isinstance(resource, Repository):
        return not kept_elsewhere and bool(aws_roots(resource))
    return isinstance(resource, Block) and resource.type == "aws_cloudtrail"


@rule(
    "tf.cloudtrail",
    P1,
    on=("tf.resource", "tf.repository"),
    when=is_aws,
    category="Security & Compliance",
    remedy="add an aws_cloudtrail with is_multi_region_trail and enable_log_file_validation",
    effort="2h",
    aliases=("AWS-0014", "AWS-0016"),
    standards=("AWS FSBP CloudTrail.1", "AWS FSBP CloudTrail.4"),
)
def check(resource: Resource) -> Iterator[Finding]:
    """CloudTrail records every region, and its logs show tampering.

    Without a trail nobody can tell what an attacker did with a stolen key. A trail of one region misses
    the others, and without log file validation its files can be changed unnoticed. Where another repository
    keeps the account's trail, set the option `kept_elsewhere`; trails that stand here are judged all the same.

    ```hcl good
    resource "aws_cloudtrail" "main" {
      is_multi_region_trail      = true
      enable_log_file_validation = true
    }
    ```
    ```hcl bad
    resource "aws_cloudtrail" "main" {
      is_multi_region_trail      = false   # <--
      enable_log_file_validation = true
    }
    ```
    ```hcl bad
    provider "aws" {}                      # <--
    resource "aws_vpc" "main" {}
    ```
    """
    if isinstance(resource, Block):
        yield from gaps(resource, FLAGS, "the trail misses events or can be changed unnoticed")
    elif isinstance(resource, Repository) and not resource.resources("aws_cloudtrail"):
        resource.demand_all()
        yield resource.finding("no aws_cloudtrail: nobody can tell who did what in the account", aws_home(resource))
