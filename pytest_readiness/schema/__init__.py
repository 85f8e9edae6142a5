"""JSON Schemas of what users write and of what we write, and the check of positioned data against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.resources import files
from typing import TYPE_CHECKING
from typing import Any

from ..model import ParseFailure
from ..syntax import yaml
from ..text import brief

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def load(name: str) -> dict[str, Any]:
    """A schema of the package: ``readiness``, ``criteria``, ``waivers`` or ``report``."""
    schema: dict[str, Any] = json.loads(files(__package__).joinpath(f"{name}.schema.json").read_text("utf-8"))
    return schema


def violations(document: yaml.Document, name: str) -> Iterator[ParseFailure]:
    """What a document has against a schema, in its order, each at the line of the cause."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    schema = load(name)
    if "criteria" in schema["properties"]:
        schema["properties"]["criteria"] = {}  # for editors; whoever reads criteria has more to say of their mistakes
    validator = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    errors = validator(schema).iter_errors(document.data)
    failures = [ParseFailure(_reason(error), _place(document, error)) for error in errors]
    yield from sorted(failures, key=lambda failure: failure.span)


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    """As JSON Schema means it: a dollar is the end, not, as Python has it, also what stands before a last line break."""
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and (not re.search(pattern, instance) or (pattern.endswith("$") and instance.endswith("\n"))):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _place(document: yaml.Document, error: ValidationError) -> Any:
    if not isinstance(document.data, (yaml.Mapping, yaml.Sequence)):
        return document.span
    path = list(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        path += _unknown_keys(error)[:1]
    return yaml.at(document.data, *path)


def _unknown_keys(error: ValidationError) -> list[str]:
    known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
    return [key for key in error.instance if key not in known] if isinstance(error.instance, dict) else []


def _reason(error: ValidationError) -> str:
    where = ".".join(str(step) for step in error.absolute_path)
    prefix = f"{where}: " if where else ""
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
        unknown = _unknown_keys(error)
        close = get_close_matches(unknown[0], known, 1) if len(unknown) == 1 else []
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
        return f"{prefix}unknown key {', '.join(map(repr, unknown))} ({hint})"
    if error.validator == "required":
        return f"{prefix}{error.message}"
    if error.validator == "type":
        types = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        return f"{prefix}must be {' or '.join(_WORDS[str(name)] for name in types)}, not {_said(error.instance)}"
    if error.validator == "anyOf":
        return f"{prefix}{error.instance!r} is not a number of files such as 3 or '>=3'"
    if error.validator == "pattern" and where.endswith("max-age"):
        return f"{prefix}{error.instance!r} is not an age such as 30m, 24h or 7d"
    if error.validator == "pattern" and "until" in where:
        return f"{prefix}{error.instance!r} is not a date as YYYY-MM-DD"
    return f"{prefix}{error.message}"


def _said(value: Any) -> str:
    """A value of the wrong type in a few words."""
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "nothing" if value is None else brief(repr(value))
