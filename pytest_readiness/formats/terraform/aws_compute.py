"""What computes in AWS: nodes, groups and instances, with their types and how they are bought."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...model import Span
from ...unknown import Unknown
from ...unknown import Unresolved
from .blocks import Block
from .settings import as_number
from .settings import holds
from .settings import one_of
from .values import options

EKS_MODULE = "terraform-aws-modules/eks/aws"
GROUPS = frozenset(("aws_eks_node_group", "aws_autoscaling_group", EKS_MODULE))


@dataclass(frozen=True, eq=False)
class NodeGroup:
    """Nodes that are alike. ``spot`` may be unknown; ``types`` is None where something else names them."""

    name: str
    spot: Any
    types: Any
    span: Span


def node_groups(block: Block) -> Iterator[NodeGroup]:
    """The node groups that a block makes; raises `Unresolved` where they are not known."""
    if block.type == "aws_eks_node_group":
        capacity = block.get("capacity_type")
        elsewhere = block.section.blocks("launch_template") != ()
        types = block.get("instance_types")
        default = Unknown("the launch template names the instance types") if elsewhere else ["t3.medium"]
        place = block.at("instance_types" if types is not None else "capacity_type")
        yield NodeGroup(block.name, _is_spot(capacity), default if types is None else types, place)
    elif block.type == "aws_autoscaling_group":
        yield from _autoscaling(block)
    elif block.type == EKS_MODULE:
        yield from _of_module(block)


def _is_spot(value: Any) -> Any:
    return value if isinstance(value, Unknown) else bool(value is not None and str(value).upper() == "SPOT")


def _autoscaling(block: Block) -> Iterator[NodeGroup]:
    """A group without a mixed policy runs what its launch template says, which is rarely spot."""
    policies = block.blocks("mixed_instances_policy")
    if not policies:
        yield NodeGroup(block.name, False, None, block.span)
        return
    share = policies[0].get("instances_distribution", "on_demand_percentage_above_base_capacity")
    spot = False if share is None else share if isinstance(share, Unknown) else as_number(share) < 100
    overrides = policies[0].get("launch_template", "override")
    found = policies[0].blocks("launch_template")
    if isinstance(found, Unknown) or isinstance(overrides, Unknown):
        raise Unresolved((found if isinstance(found, Unknown) else overrides).source)
    types: list[Any] = []
    for template in found:
        inner = template.blocks("override")
        if isinstance(inner, Unknown):
            raise Unresolved(inner.source)
        if any(part.blocks("instance_requirements") for part in inner):
            yield NodeGroup(block.name, spot, Unknown("instance_requirements select the types"), policies[0].span)
            return
        types += [part.get("instance_type") for part in inner]
    yield NodeGroup(block.name, spot, types, policies[0].span)


def _of_module(block: Block) -> Iterator[NodeGroup]:
    defaults = block.get("eks_managed_node_group_defaults")
    groups = block.get("eks_managed_node_groups")
    if isinstance(groups, Unknown):
        raise Unresolved(groups.source)
    for name, group in groups.items() if isinstance(groups, dict) else ():
        if isinstance(group, Unknown):
            raise Unresolved(group.source)
        if not isinstance(group, dict):
            continue
        both = {**(defaults if isinstance(defaults, dict) else {}), **group}
        types = both.get("instance_types")
        place = (
            group.entry("instance_types") if hasattr(group, "entry") and "instance_types" in group else block.at("eks_managed_node_groups")
        )
        yield NodeGroup(f"{block.name}.{name}", _is_spot(both.get("capacity_type")), ["t3.medium"] if types is None else types, place)


# -- processors

TYPES = {
    "aws_instance": "instance_type",
    "aws_launch_configuration": "instance_type",
    "aws_launch_template": "instance_type",
    "aws_spot_instance_request": "instance_type",
    "aws_eks_node_group": "instance_types",
    "aws_db_instance": "instance_class",
    "aws_rds_cluster_instance": "instance_class",
    "aws_docdb_cluster_instance": "instance_class",
    "aws_neptune_cluster_instance": "instance_class",
    "aws_elasticache_cluster": "node_type",
    "aws_elasticache_replication_group": "node_type",
    "aws_memorydb_cluster": "node_type",
    "aws_msk_cluster": "broker_node_group_info.instance_type",
    "aws_opensearch_domain": "cluster_config.instance_type",
    "aws_elasticsearch_domain": "cluster_config.instance_type",
}
# what AWS runs, so that no image has to be built for another processor
MANAGED = frozenset(
    type for type in TYPES if type.startswith(("aws_db_", "aws_rds_", "aws_docdb", "aws_nep", "aws_elasti", "aws_mem", "aws_msk"))
)
_CLASS = re.compile(
    r"(?:db\.|cache\.|kafka\.)?(?P<family>[a-z]+)(?P<generation>\d+)(?P<more>[a-z-]*)\.[a-z0-9-]+(?:\.(?:search|elasticsearch))?"
)
_WITH_GRAVITON = frozenset(("t", "m", "c", "r", "x", "i", "im", "is"))


def is_x86(name: Any) -> bool:
    """Whether an instance type has an Intel or AMD processor although its family has a Graviton one."""
    found = _CLASS.fullmatch(name) if isinstance(name, str) else None
    return found is not None and found["family"] in _WITH_GRAVITON and "g" not in found["more"].partition("-")[0]


def x86_types(block: Block) -> list[str]:
    """The instance types of a block that have an x86 processor; raises `Unresolved` where one is not known."""
    value = block.get(*TYPES[block.type].split("."))
    found = []
    for option in options(value):
        for name in option if isinstance(option, list) else [option]:
            if isinstance(name, Unknown):
                raise Unresolved(name.source)
            found += [name] if is_x86(name) else []
    return found


def needs_x86(block: Block) -> bool:
    """Whether the software has no build for ARM: Oracle and SQL Server, Windows, GPUs."""
    engine, ami = block.get("engine"), block.get("ami_type")
    if (
        block.type == "aws_db_instance"
        and engine is not None
        and holds(engine, lambda value: str(value).startswith(("oracle", "sqlserver", "db2")))
    ):
        return True
    return ami is not None and not holds(ami, lambda value: not str(value).startswith("WINDOWS") and not one_of("AL2_x86_64_GPU")(value))
