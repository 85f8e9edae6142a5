from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_logs import LOGGED
from pytest_readiness.formats.terraform.aws_logs import LOGS
from pytest_readiness.formats.terraform.aws_logs import logged_elsewhere
from pytest_readiness.formats.terraform.aws_logs import says_one_of
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.settings import gaps


def writes_logs(block: Block) -> bool:
    """An Aurora instance exports what its cluster says; a cluster without commands to run in it has nothing to log."""
    if block.type == "aws_db_instance":
        engine = block.get("engine")
        return not (isinstance(engine, str) and engine.startswith("aurora"))
    if block.type == "aws_ecs_cluster":
        return any(part.blocks("execute_command_configuration") for part in block.blocks("configuration"))
    return block.type in LOGGED


@rule(
    "tf.log-exports",
    P2,
    on="tf.resource",
    when=writes_logs,
    category="Monitoring & Observability",
    remedy="export the service's logs, such as with enabled_cloudwatch_logs_exports",
    effort="1h",
    aliases=(
        "CKV_AWS_48", "CKV_AWS_71", "CKV_AWS_84", "CKV_AWS_85", "CKV_AWS_101", "CKV_AWS_104", "CKV_AWS_129", "CKV_AWS_193",
        "CKV_AWS_194", "CKV_AWS_223", "CKV_AWS_324", "CKV2_AWS_10", "CKV2_AWS_63",
        "AWS-0020", "AWS-0042", "AWS-0071", "AWS-0074", "AWS-0075", "AWS-0162",
    ),
    standards=("AWS FSBP RDS.9", "AWS FSBP ES.4", "AWS FSBP CloudTrail.5"),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Databases, brokers and trails hand their logs over.

    A managed service keeps its logs to itself, or writes none: slow queries, failed logins and errors can then
    only be guessed at. Any of a service's logs counts; which ones a team needs it knows best.

    ```hcl good
    resource "aws_db_instance" "main" {
      enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {    # <--
      engine = "postgres"
    }
    ```
    ```hcl bad
    resource "aws_mq_broker" "main" {      # <--
      logs {
        general = false
      }
    }
    ```
    """
    if logged_elsewhere(block):
        return
    if says_one_of(block) is False:
        yield block.finding("none of its logs is written: what goes wrong can only be guessed at")
    yield from gaps(block, LOGS, "what goes wrong can only be guessed at")
