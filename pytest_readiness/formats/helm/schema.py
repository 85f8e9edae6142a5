"""``values.schema.json``: whether it is one, and whether it knows a value."""

from __future__ import annotations

import re
from typing import Any

from ...model import ParseFailure
from ...project import Project
from ...syntax import yaml
from ...unknown import Unknown
from ...unknown import Unresolved
from .chart import Chart

SCHEMA = "values.schema.json"
_COMBINING = ("allOf", "anyOf", "oneOf")


def schema_of(chart: Chart, project: Project) -> Any:
    """The schema of a chart's values, None where there is none; raises `Unresolved` where it cannot be read."""
    path = chart.file(SCHEMA)
    try:
        documents = project.documents(path) if project.exists(path) else ()
    except ParseFailure as failure:
        raise Unresolved(f"{path} cannot be read: {failure.reason}") from None
    return documents[0].data if documents else None


def mistake(schema: Any) -> str | None:
    """Why something is no JSON schema, None for one that is."""
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for

    if not isinstance(schema, dict):
        return "it is no mapping"
    try:
        validator_for(schema, default=Draft7Validator).check_schema(schema)
    except SchemaError as error:
        place = ".".join(map(str, error.absolute_path))
        return f"{place}: {error.message}" if place else str(error.message)
    except re.error as error:
        return f"a pattern is none: {error}"
    return None


def knows(schema: Any, key: str) -> bool | Unknown:
    """Whether a schema says something of a value of this name at its top."""
    found: bool | Unknown = False
    stack, seen = [schema], 0
    while stack and seen < 1000:
        node = stack.pop()
        seen += 1
        if not isinstance(node, dict):
            continue
        if key in (node.get("properties") or {}) or any(_fits(pattern, key) for pattern in node.get("patternProperties") or {}):
            return True
        if isinstance(node.get("additionalProperties"), dict):
            return True
        stack += [part for name in _COMBINING for part in node.get(name) or ()]
        stack += [node.get(name) for name in ("then", "else")]
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/"):
            stack.append(yaml.get(schema, *(part.replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/"))))
        elif isinstance(reference, str) and reference != "#":
            found = Unknown(f"the schema continues in {reference}, which is not here")
    return found


def _fits(pattern: str, key: str) -> bool:
    """Whether a pattern is one that takes every name, or this one as it stands; others are not tried."""
    return pattern in ("", ".*", "^.*$", ".+", "^.+$") or pattern.strip("^$") == key
