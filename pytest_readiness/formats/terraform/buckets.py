"""Buckets, and the resources of their own in which their settings are written."""

from __future__ import annotations

from typing import Any

from ...model import Span
from ...project import Project
from ...project import once
from ...unknown import is_unknown
from .blocks import Block
from .module import Module
from .runs import modules
from .settings import holds
from .settings import inside
from .settings import is_true
from .settings import one_of

_NAME = {"s3": ("aws_s3_bucket", "bucket"), "gcs": ("google_storage_bucket", "name")}


def bucket_named(backend: str, name: Any, project: Project) -> Block | None:
    """The bucket of a name, where the repository defines it."""
    if backend not in _NAME or name is None or is_unknown(name):
        return None
    type, argument = _NAME[backend]
    for module in modules(project):
        for bucket in module.resources(type):
            own = bucket.get(argument)
            if not is_unknown(own) and own == name:
                return bucket
    return None


def parts(bucket: Block, *types: str) -> list[Block]:
    """The resources that configure a bucket: ``aws_s3_bucket_versioning`` and the like."""
    found = bucket.attached(types, by="bucket", named=("bucket", "name"))
    return [part for part in found if _is_about(part, bucket)]


def _is_about(part: Block, bucket: Block) -> bool:
    """Whether the part does not refer to another bucket, which may have the same name elsewhere."""
    buckets = {address for address in part.refers("bucket") if f".{bucket.type}." in f".{address}"}
    return not buckets or bucket.full_address in buckets


def versioning(bucket: Block) -> tuple[bool, Span]:
    """Whether old versions are kept, and the place that says so."""
    if bucket.type == "google_storage_bucket":
        return holds(bucket.get("versioning", "enabled"), is_true), bucket.at("versioning", "enabled")
    if bucket.section.blocks("versioning") != ():
        return holds(bucket.get("versioning", "enabled"), is_true), bucket.at("versioning", "enabled")
    for part in parts(bucket, "aws_s3_bucket_versioning"):
        path = ("versioning_configuration", "status")
        return holds(part.get(*path), one_of("Enabled")), part.at(*path)
    return False, bucket.span


_DEFAULT = ("rule", "apply_server_side_encryption_by_default")


def encryption_key(bucket: Block) -> tuple[Any, Any, Span]:
    """The algorithm and the key that a bucket encrypts with, and the place that says so."""
    for part in parts(bucket, "aws_s3_bucket_server_side_encryption_configuration"):
        return part.get(*_DEFAULT, "sse_algorithm"), part.get(*_DEFAULT, "kms_master_key_id"), part.at(*_DEFAULT)
    old = ("server_side_encryption_configuration", *_DEFAULT)
    return bucket.get(*old, "sse_algorithm"), bucket.get(*old, "kms_master_key_id"), bucket.at(*old)


_LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"


def takes_logs(bucket: Block) -> bool:
    """Whether S3 delivers access logs to the bucket: it needs no logs of its own, and no key but S3's is supported there."""
    acls = [bucket.get("acl"), *(part.get("acl") for part in parts(bucket, "aws_s3_bucket_acl"))]
    if any(isinstance(acl, str) and acl == "log-delivery-write" for acl in acls):
        return True
    for part in parts(bucket, "aws_s3_bucket_acl"):
        grants = inside(part, ("access_control_policy", "grant"))
        if any(isinstance(uri := grant.get("grantee", "uri"), str) and uri == _LOG_DELIVERY for grant in grants):
            return True
    for policy in parts(bucket, "aws_s3_bucket_policy"):
        if "logging.s3.amazonaws.com" in str(policy.get("policy") if isinstance(policy.get("policy"), str) else ""):
            return True
    return _is_target(bucket)


def takes_trail(bucket: Block) -> bool:
    """Whether CloudTrail writes to the bucket."""
    return bool(bucket.attached(("aws_cloudtrail",), by="s3_bucket_name", named=("bucket",)))


_EVERYBODY = tuple(f"http://acs.amazonaws.com/groups/global/{group}" for group in ("AllUsers", "AuthenticatedUsers"))
_PUBLIC = ("public-read", "public-read-write", "authenticated-read", "website")


def public_acl(block: Block) -> tuple[str, Span] | None:
    """To whom the ACL of a bucket, or an ACL of its own, opens it, and where; raises `Unresolved` where that is not known."""
    acls = [block] if block.type == "aws_s3_bucket_acl" else [block, *parts(block, "aws_s3_bucket_acl")]
    for acl in acls:
        value = acl.get("acl")
        if value is not None and holds(value, one_of(*_PUBLIC)):
            return str(value), acl.at("acl")
        for grant in (*inside(acl, ("access_control_policy", "grant")), *inside(acl, ("grant",))):
            uri = grant.get("uri") if grant.get("uri") is not None else grant.get("grantee", "uri")
            if uri is not None and holds(uri, one_of(*_EVERYBODY)):
                return str(uri).rpartition("/")[2], grant.span
    return None


def _is_target(bucket: Block) -> bool:
    """Whether a bucket of the same module names this one as the place of its access logs."""
    if bucket.attached(("aws_s3_bucket_logging",), by="target_bucket", named=("bucket",)):
        return True
    return bucket.full_address in _inline_targets(bucket.module.project, bucket.module.root)


@once
def _inline_targets(_: Project, root: Module) -> frozenset[str]:
    """What the buckets of a root name as the place of their access logs, in blocks of their own."""
    found: set[str] = set()
    for module in root.tree:
        for bucket in module.resources("aws_s3_bucket"):
            logging = bucket.section.blocks("logging")
            for section in logging if isinstance(logging, tuple) else ():
                found |= module.origins(section.expression("target_bucket"))
    return frozenset(found)


def encryption(bucket: Block) -> tuple[bool | None, Span]:
    """Whether a bucket says how it encrypts, None where nothing is said, and the place."""
    for part in parts(bucket, "aws_s3_bucket_server_side_encryption_configuration"):
        path = ("rule", "apply_server_side_encryption_by_default", "sse_algorithm")
        return holds(part.get(*path), bool), part.at(*path)
    old = ("server_side_encryption_configuration", "rule", "apply_server_side_encryption_by_default", "sse_algorithm")
    if bucket.section.blocks(old[0]) != ():
        return holds(bucket.get(*old), bool), bucket.at(*old)
    return None, bucket.span
