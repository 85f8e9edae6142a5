"""Containers that ECS and Batch run, as their JSON describes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...model import Span
from ...syntax.yaml import Mapping
from ...unknown import Unknown
from ...unknown import Unresolved
from .blocks import Block
from .documents import document

DEFINITIONS = {"aws_ecs_task_definition": "container_definitions", "aws_batch_job_definition": "container_properties"}


def has_containers(block: Block) -> bool:
    """Whether the block says what containers run."""
    argument = DEFINITIONS.get(block.type)
    return argument is not None and block.get(argument) is not None


def containers(block: Block) -> Iterator[tuple[dict[str, Any], Span]]:
    """The containers of a task or job with their places; raises `Unresolved` where they are not known."""
    argument = DEFINITIONS[block.type]
    place = block.at(argument)
    data = document(block.get(argument), place)
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, Unknown):
            raise Unresolved(item.source)
        if isinstance(item, dict):
            yield item, item.head if isinstance(item, Mapping) and item.raw_span[0] == place.path and item.key_spans else place


def value(container: dict[str, Any], key: str) -> Any:
    """What a container says; raises `Unresolved` where that is not known."""
    found = container.get(key)
    if isinstance(found, Unknown):
        raise Unresolved(found.source)
    return found


def key_place(container: dict[str, Any], key: str, place: Span) -> Span:
    """Where a container says it, else a place for the whole."""
    own = isinstance(container, Mapping) and container.raw_span[0] == place.path and key in container.key_spans
    return container.entry(key) if own and isinstance(container, Mapping) else place
