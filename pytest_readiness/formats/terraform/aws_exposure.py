"""What is shared with every AWS account other than by a policy: ACLs, snapshots, images, documents, functions."""

from __future__ import annotations

from collections.abc import Iterator

from ...model import Span
from .blocks import Block
from .buckets import public_acl
from .policies import many

_SHARED = {
    "aws_db_snapshot": ("shared_accounts",),
    "aws_db_cluster_snapshot": ("shared_accounts",),
    "aws_docdb_cluster_snapshot": ("shared_accounts",),
    "aws_neptune_cluster_snapshot": ("shared_accounts",),
    "aws_ami_launch_permission": ("group",),
    "aws_ssm_document": ("permissions", "account_ids"),
}


def can_be_shared(block: Block) -> bool:
    """Whether somebody else may be let in; an ACL whose bucket is ours is judged with the bucket."""
    if block.type == "aws_s3_bucket_acl":
        return not any(block.module.located(address) for address in block.refers("bucket") if ".aws_s3_bucket." in f".{address}")
    return block.type in _SHARED or block.type in ("aws_s3_bucket", "aws_lambda_permission")


def shared_with_everybody(block: Block) -> Iterator[tuple[str, Span]]:
    """What lets everybody in, as a sentence, and where."""
    if block.type.startswith("aws_s3_bucket"):
        if opened := public_acl(block):
            yield f"the ACL opens the bucket to {opened[0]}: its objects are published", opened[1]
    elif block.type == "aws_lambda_permission":
        if block.get("principal") == "*" and block.get("principal_org_id") is None:
            yield "every AWS account may run the function", block.at("principal")
    elif path := _SHARED.get(block.type):
        value = block.get(path[0])
        if len(path) > 1:
            value = value.get(path[1]) if isinstance(value, dict) else block.get(*path)
        if any(str(account).lower() == "all" for account in many(value)):
            yield "shared with all: anybody with an AWS account may copy it", block.at(path[0])
