"""Buckets, and the resources of their own in which their settings are written."""

from __future__ import annotations

from typing import Any

from ...model import Span
from ...project import Project
from ...unknown import is_unknown
from .blocks import Block
from .module import modules
from .settings import holds
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
    return bucket.attached(types, by="bucket", named=("bucket", "name"))


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


def encryption(bucket: Block) -> tuple[bool | None, Span]:
    """Whether a bucket says how it encrypts, None where nothing is said, and the place."""
    for part in parts(bucket, "aws_s3_bucket_server_side_encryption_configuration"):
        path = ("rule", "apply_server_side_encryption_by_default", "sse_algorithm")
        return holds(part.get(*path), bool), part.at(*path)
    old = ("server_side_encryption_configuration", "rule", "apply_server_side_encryption_by_default", "sse_algorithm")
    if bucket.section.blocks(old[0]) != ():
        return holds(bucket.get(*old), bool), bucket.at(*old)
    return None, bucket.span
