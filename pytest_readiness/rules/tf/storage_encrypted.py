from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import encryption
from pytest_readiness.formats.terraform.encryption import AT_REST
from pytest_readiness.formats.terraform.encryption import BY_DEFAULT
from pytest_readiness.formats.terraform.encryption import inherits_encryption
from pytest_readiness.formats.terraform.encryption import unencrypted_part
from pytest_readiness.formats.terraform.settings import gaps


def stores_data(block: Block) -> bool:
    known = block.type in AT_REST or block.type in BY_DEFAULT or block.type == "aws_s3_bucket"
    return known and not inherits_encryption(block)


@rule(
    "tf.storage-encrypted",
    P1,
    on=("tf.resource", "tf.module-call"),
    when=stores_data,
    category="Security & Compliance",
    remedy="set the encryption argument of the data store, such as storage_encrypted = true",
    effort="2h",
    aliases=(
        "CKV_AWS_3", "CKV_AWS_5", "CKV_AWS_8", "CKV_AWS_16", "CKV_AWS_26", "CKV_AWS_29", "CKV_AWS_42", "CKV_AWS_43", "CKV_AWS_44",
        "CKV_AWS_47", "CKV_AWS_64", "CKV_AWS_74", "CKV_AWS_78", "CKV_AWS_94", "CKV_AWS_96", "CKV_AWS_99", "CKV_AWS_106", "CKV_AWS_140",
        "CKV_AWS_146", "CKV_AWS_204", "CKV_AWS_214", "CKV_AWS_235", "CKV_AWS_240", "CKV_AWS_253", "CKV_AWS_255", "CKV_AWS_279",
        "CKV_AWS_292", "CKV_AWS_308", "CKV_AWS_311", "CKV_AWS_349", "AWS-0002", "AWS-0008", "AWS-0018", "AWS-0021", "AWS-0023",
        "AWS-0026", "AWS-0037", "AWS-0045", "AWS-0048", "AWS-0064", "AWS-0076", "AWS-0080", "AWS-0095", "AWS-0109", "AWS-0131",
        "AWS-0137", "AWS-0139", "AWS-0179", "CKV_AZURE_2", "CKV_AZURE_74", "CKV_AZURE_105", "CKV_AZURE_241", "AZU-0036", "AZU-0038",
    ),
    standards=("AWS FSBP RDS.3", "AWS FSBP EC2.3", "AWS FSBP EFS.1"),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Data stores encrypt what they hold.

    A disk, snapshot or backup that leaves the account by mistake is unreadable when it is encrypted. What the
    provider encrypts by default (S3, DynamoDB, SQS) passes with advice to say so; RDS, EBS, EFS, ElastiCache,
    MSK and OpenSearch have to be told, and a key alone does not tell them.

    ```hcl good
    resource "aws_db_instance" "main" {
      storage_encrypted = true
    }
    ```
    ```hcl bad
    resource "aws_db_instance" "main" {    # <--
      kms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/main"
    }
    ```
    ```hcl bad
    resource "aws_ebs_volume" "data" {
      size      = 10
      encrypted = false                    # <--
    }
    ```
    """
    if block.type == "aws_s3_bucket":
        encrypted, place = encryption(block)
        if encrypted is False:
            yield block.finding("the encryption configuration names no sse_algorithm: it encrypts nothing", place)
        elif encrypted is None:
            yield block.advice("no encryption is configured: S3 encrypts with its own key by default")
        return
    if part := unencrypted_part(block):
        yield block.finding(f"{part}: what it stores is not encrypted", block.at("configuration"))
    yield from gaps(block, AT_REST, "what it stores is not encrypted")
    for wanted in BY_DEFAULT.get(block.type, ()):
        if block.get(*wanted.path) is None:
            yield block.advice(f"{'.'.join(wanted.path)} is not set: the provider encrypts with a key of its own by default")
