from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_parameters import GROUPS
from pytest_readiness.formats.terraform.aws_parameters import accepts_plain
from pytest_readiness.formats.terraform.aws_parameters import tls_parameter
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.documents import document
from pytest_readiness.formats.terraform.documents import within
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import is_true
from pytest_readiness.formats.terraform.settings import one_of
from pytest_readiness.formats.terraform.transit import IN_TRANSIT
from pytest_readiness.formats.terraform.transit import plain_listeners

LISTENERS = ("aws_lb_listener", "aws_alb_listener")
ENCRYPTED_SQL = one_of("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED")


def talks(block: Block) -> bool:
    if block.type == "aws_ecs_task_definition":
        return any(volume.blocks("efs_volume_configuration") for volume in block.blocks("volume"))
    if block.type in GROUPS:
        return tls_parameter(block) is not None
    if block.type == "aws_dms_endpoint":  # the others are services of AWS, which speak TLS anyhow
        return not holds(
            block.get("engine_name"), one_of("s3", "dynamodb", "kinesis", "opensearch", "elasticsearch", "neptune", "redshift")
        )
    return block.type in IN_TRANSIT or block.type in LISTENERS


@rule(
    "tf.encryption-in-transit",
    P1,
    on=("tf.resource", "tf.module-call"),
    when=talks,
    category="Security & Compliance",
    remedy="require TLS: an HTTPS listener or redirect, transit_encryption_enabled, ssl_mode",
    effort="2h",
    aliases=(
        "CKV_AWS_2", "CKV_AWS_30", "CKV_AWS_34", "CKV_AWS_90", "CKV_AWS_97", "CKV_AWS_105", "CKV_AWS_127", "CKV_AWS_202", "CKV_AWS_215",
        "CKV_AWS_220", "CKV_AWS_239", "CKV_AWS_351", "CKV_AWS_357", "CKV_AWS_376", "CKV2_AWS_49", "AWS-0012", "AWS-0035", "AWS-0046",
        "AWS-0051", "AWS-0054", "AWS-0073", "AWS-0138", "CKV_GCP_97", "GCP-0015", "CKV_AZURE_3", "CKV_AZURE_14", "CKV_AZURE_28",
        "CKV_AZURE_29", "CKV_AZURE_47", "CKV_AZURE_70", "CKV_AZURE_91", "CKV_AZURE_153", "CKV_AZURE_161", "CKV_AZURE_197",
        "CKV_AZURE_215", "CKV_AZURE_217", "AZU-0004", "AZU-0008", "AZU-0020", "AZU-0072",
    ),
    standards=("AWS FSBP ELB.1",),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Services talk over TLS only.

    What travels in plain text, passwords included, is read and changed by whoever stands in between. An HTTP
    listener that only redirects to HTTPS is fine.

    ```hcl good
    resource "aws_lb_listener" "http" {
      protocol = "HTTP"
      default_action {
        type = "redirect"
        redirect {
          protocol = "HTTPS"
        }
      }
    }
    ```
    ```hcl bad
    resource "aws_lb_listener" "http" {
      protocol = "HTTP"                    # <--
      default_action {
        type = "forward"
      }
    }
    ```
    ```hcl bad
    resource "aws_elasticache_replication_group" "cache" {
      transit_encryption_enabled = false   # <--
    }
    ```
    """
    why = "what it sends can be read on the way"
    if block.type in LISTENERS:
        protocol = block.get("protocol")
        plain = (
            protocol is None
            and block.get("certificate_arn") is None
            and block.get("ssl_policy") is None
            and str(block.get("port")) != "443"
        )
        if (plain or (protocol is not None and holds(protocol, one_of("HTTP")))) and not _redirects(block):
            yield block.finding(
                "the listener speaks plain HTTP and does not redirect to HTTPS: what it sends can be read on the way", block.at("protocol")
            )
    elif block.type == "google_sql_database_instance":
        mode, required = (block.get("settings", "ip_configuration", name) for name in ("ssl_mode", "require_ssl"))
        if not holds(mode, ENCRYPTED_SQL) and not holds(required, is_true):
            yield block.finding(
                f'ssl_mode is not "ENCRYPTED_ONLY": {why}',
                block.at("settings", "ip_configuration", "ssl_mode" if mode is not None else "require_ssl"),
            )
    elif block.type == "aws_ecs_task_definition":
        path = ("efs_volume_configuration", "transit_encryption")
        for volume in block.blocks("volume"):
            if volume.blocks(path[0]) and not holds(volume.get(*path), one_of("ENABLED")):
                yield block.finding(f"the EFS volume is mounted without transit_encryption: {why}", volume.at(*path))
    elif block.type in GROUPS:
        if accepted := accepts_plain(block):
            yield block.finding(f"{accepted[0]} lets clients connect without TLS: {why}", accepted[1])
    elif block.type == "aws_elb":
        for reason, place in plain_listeners(block):
            yield block.finding(f"{reason}: {why}", place)
    elif block.type == "aws_emr_security_configuration":
        configuration = document(block.get("configuration"), block.at("configuration"))
        if within(configuration, "EncryptionConfiguration", "EnableInTransitEncryption") is not True:
            yield block.finding(f"EnableInTransitEncryption is not true: {why}", block.at("configuration"))
    else:
        yield from gaps(block, IN_TRANSIT, why)


def _redirects(block: Block) -> bool:
    return holds(block.get("default_action", "redirect", "protocol"), one_of("HTTPS", "#{protocol}_S"))
