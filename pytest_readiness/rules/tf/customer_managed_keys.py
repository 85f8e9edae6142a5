from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.aws_keys import OWN_KEYS
from pytest_readiness.formats.terraform.aws_keys import has_a_key
from pytest_readiness.formats.terraform.aws_keys import is_own_key
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.buckets import encryption_key
from pytest_readiness.formats.terraform.keys import has_cloud_key
from pytest_readiness.formats.terraform.keys import no_cloud_key
from pytest_readiness.formats.terraform.settings import gaps
from pytest_readiness.formats.terraform.settings import holds
from pytest_readiness.formats.terraform.settings import one_of


def names_a_key(block: Block) -> bool:
    return has_a_key(block) or has_cloud_key(block)


@rule(
    "tf.customer-managed-keys",
    P3,
    on="tf.resource",
    when=names_a_key,
    category="Security & Compliance",
    remedy="name a KMS key of your own",
    effort="2h",
    aliases=(
        "CKV_AWS_35", "CKV_AWS_98", "CKV_AWS_119", "CKV_AWS_142", "CKV_AWS_145", "CKV_AWS_147", "CKV_AWS_158", "CKV_AWS_159",
        "CKV_AWS_160", "CKV_AWS_166", "CKV_AWS_173", "CKV_AWS_177", "CKV_AWS_178", "CKV_AWS_179", "CKV_AWS_180", "CKV_AWS_181",
        "CKV_AWS_182", "CKV_AWS_183", "CKV_AWS_184", "CKV_AWS_185", "CKV_AWS_186", "CKV_AWS_187", "CKV_AWS_189", "CKV_AWS_190",
        "CKV_AWS_191", "CKV_AWS_195", "CKV_AWS_199", "CKV_AWS_200", "CKV_AWS_201", "CKV_AWS_203", "CKV_AWS_209", "CKV_AWS_212",
        "CKV_AWS_219", "CKV_AWS_221", "CKV_AWS_236", "CKV_AWS_241", "CKV_AWS_245", "CKV_AWS_246", "CKV_AWS_247", "CKV_AWS_254",
        "CKV_AWS_256", "CKV_AWS_262", "CKV_AWS_263", "CKV_AWS_264", "CKV_AWS_265", "CKV_AWS_266", "CKV_AWS_269", "CKV_AWS_270",
        "CKV_AWS_271", "CKV_AWS_278", "CKV_AWS_280", "CKV_AWS_281", "CKV_AWS_282", "CKV_AWS_294", "CKV_AWS_296", "CKV_AWS_297",
        "CKV_AWS_298", "CKV_AWS_327", "CKV_AWS_345", "CKV_AWS_346", "CKV_AWS_347", "CKV_AWS_354", "CKV_AWS_367", "CKV_AWS_368",
        "CKV_AWS_372", "CKV_AWS_373", "CKV_AWS_381", "CKV2_AWS_73", "AWS-0006", "AWS-0015", "AWS-0017", "AWS-0022", "AWS-0025",
        "AWS-0027", "AWS-0033", "AWS-0078", "AWS-0079", "AWS-0084", "AWS-0128", "AWS-0132", "AWS-0135", "AWS-0136", "CKV_GCP_37",
        "CKV_GCP_38", "CKV_GCP_80", "CKV_GCP_81", "CKV_GCP_83", "CKV_GCP_84", "CKV_GCP_85", "CKV_GCP_90", "CKV_GCP_91", "CKV_GCP_92",
        "CKV_GCP_93", "CKV_GCP_96", "CKV2_GCP_21", "CKV2_GCP_22", "CKV2_GCP_23", "CKV2_GCP_24", "CKV2_GCP_25", "CKV2_GCP_26",
        "CKV2_GCP_27", "CKV2_GCP_35", "GCP-0033", "GCP-0034", "GCP-0066", "CKV_AZURE_76", "CKV_AZURE_93", "CKV_AZURE_100",
        "CKV_AZURE_117", "CKV_AZURE_186", "CKV_AZURE_201", "CKV_AZURE_240", "CKV2_AZURE_1", "CKV2_AZURE_11", "CKV2_AZURE_16",
        "CKV2_AZURE_48", "AZU-0060", "AZU-0067",
    ),
    standards=("AWS FSBP CloudTrail.2",),
)  # fmt: skip
def check(block: Block) -> Iterator[Finding]:
    """Data is encrypted with a key of the customer's own.

    Whoever may use the key decides who may read the data, and every use is recorded; the provider's own keys
    can be used by everybody who may read the resource. What is not encrypted at all is for `tf.storage-encrypted`,
    secrets are for `tf.secrets-kms`.

    ```hcl good
    resource "aws_ebs_volume" "data" {
      kms_key_id = aws_kms_key.data.arn
    }
    ```
    ```hcl bad
    resource "aws_sns_topic" "orders" {
      kms_master_key_id = "alias/aws/sns"  # <--
    }
    ```
    ```hcl bad
    resource "aws_cloudwatch_log_group" "web" {  # <--
      name = "web"
    }
    ```
    """
    if has_cloud_key(block):
        yield from no_cloud_key(block)
        return
    if block.type == "aws_s3_bucket":
        algorithm, key, place = encryption_key(block)
        if not holds(algorithm, one_of("aws:kms", "aws:kms:dsse")) or not holds(key, is_own_key):
            yield block.finding("the bucket is encrypted with S3's own key, which everybody with access may use", place)
        return
    yield from gaps(block, OWN_KEYS, "at best the provider's key protects it, which everybody with access may use")
