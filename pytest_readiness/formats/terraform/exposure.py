"""What is open to everybody in Google Cloud and Azure: networks, firewalls of databases, members who are anybody.

Defaults are those of the providers google 6 and azurerm 4.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from typing import Any

from ...model import Span
from ...unknown import Unresolved
from ...unknown import is_unknown
from .blocks import Block
from .settings import holds
from .settings import is_true
from .settings import one_of
from .values import Computed
from .values import Json
from .values import PartialText

# -- firewalls of databases

FIREWALLS = frozenset(
    f"azurerm_{name}_firewall_rule"
    for name in (
        "mariadb",
        "mssql",
        "mysql",
        "mysql_flexible_server",
        "postgresql",
        "postgresql_flexible_server",
        "redis",
        "sql",
        "synapse",
    )
)
_MANY = 2**24


def wide_range(rule: Block) -> str:
    """What is wrong with the addresses that a database lets in; empty where nothing is. Raises `Unresolved`."""
    first, last = (
        rule.get(name) if rule.get(name) is not None else rule.get(old)
        for name, old in (("start_ip_address", "start_ip"), ("end_ip_address", "end_ip"))
    )
    if is_unknown(first) or is_unknown(last):
        raise Unresolved(first.source if is_unknown(first) else last.source)
    try:
        low, high = ipaddress.IPv4Address(str(first)), ipaddress.IPv4Address(str(last))
    except ValueError:
        return ""
    if int(high) - int(low) >= _MANY:
        return f"{low} to {high} is a large part of the internet"
    return ""


# -- members who are anybody

ANYBODY = frozenset(("allusers", "allauthenticatedusers"))
_LISTS = {
    "google_storage_bucket_access_control": ("entity",),
    "google_storage_object_access_control": ("entity",),
    "google_storage_default_object_access_control": ("entity",),
    "google_storage_bucket_acl": ("role_entity", "predefined_acl"),
    "google_storage_object_acl": ("role_entity", "predefined_acl"),
    "google_storage_default_object_acl": ("role_entity",),
    "google_bigquery_dataset_access": ("special_group", "iam_member"),
}
_PREDEFINED = frozenset(("publicread", "publicreadwrite", "authenticatedread"))


def grants_access(block: Block) -> bool:
    """Whether the block says who may use something of Google Cloud or Azure."""
    if block.kind == "tf.data":
        return block.type == "google_iam_policy"
    if block.type.startswith("google_") and block.type.endswith(("_iam_member", "_iam_binding", "_iam_policy")):
        return True
    return block.type in _LISTS or block.type in ("google_bigquery_dataset", "azurerm_storage_container", "azurerm_container_registry")


def anybody(block: Block) -> Iterator[tuple[str, Span]]:
    """Where a block gives access to everybody, and how it is written."""
    if block.type == "google_iam_policy":
        for binding in block.blocks("binding"):
            yield from _named(binding.get("members"), binding.at("members"))
    elif block.type.endswith("_iam_policy"):
        policy = _policy(block.get("policy_data"))
        bindings = policy.get("bindings") if isinstance(policy, dict) else None
        for binding in bindings if isinstance(bindings, list) else ():
            if isinstance(binding, dict):
                yield from _named(binding.get("members"), block.at("policy_data"))
    elif block.type == "google_bigquery_dataset":
        for access in block.blocks("access"):
            for name in ("special_group", "iam_member"):
                yield from _named(access.get(name), access.at(name))
    elif block.type == "azurerm_storage_container":
        kind = block.get("container_access_type")
        if not holds(kind, one_of("private"), absent=True):
            yield f'container_access_type "{kind}"', block.at("container_access_type")
    elif block.type == "azurerm_container_registry":
        pull, sku = block.get("anonymous_pull_enabled"), block.get("sku")
        if pull is not None and holds(pull, is_true) and not (sku is not None and holds(sku, one_of("Basic", "Classic"))):
            yield "anonymous_pull_enabled", block.at("anonymous_pull_enabled")
    else:
        for name in _LISTS.get(block.type, ("member", "members")):
            yield from _named(block.get(name), block.at(name))


def _policy(value: Any) -> Any:
    """A policy as data; None where a data source has it, which is judged itself."""
    if isinstance(value, Json):
        return value.data
    try:
        return json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _named(value: Any, place: Span) -> Iterator[tuple[str, Span]]:
    unknown = None
    for item in value if isinstance(value, list) else (value,):
        if is_unknown(item):
            unknown = item
        elif str(item).rpartition(":")[2].lower() in ANYBODY or str(item).lower() in _PREDEFINED:
            yield str(item), place
    if unknown is not None and not _is_account(unknown):
        raise Unresolved(unknown.source)


def _is_account(value: Any) -> bool:
    """Whether an unknown member is certainly somebody: an address or text around what a resource computes."""
    if isinstance(value, PartialText):
        return ":" in value.shape.split("\0", 1)[0] or "@" in value.shape
    return isinstance(value, Computed)
