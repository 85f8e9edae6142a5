"""The schemas of built-in kinds, from the optional package kubernetes-validate (extra ``schemas``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

from ...project import Project
from ...project import once
from ...unknown import Unresolved
from ...unknown import is_unknown
from .versions import minor

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Place = tuple[str | int, ...]
_GROUP = re.compile(r"^([^./]*)(?:\.[^/]*)?/")
_FORMS = ((dict, "a mapping"), (list, "a list"), (str, "text"), (bool, "true or false"), ((int, float), "a number"), (type(None), "empty"))
_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


def problems(project: Project, body: Any, release: str) -> Iterator[tuple[Place, str]]:
    """What is wrong with an object by the schema of its kind: the keys that lead there, and what it is.

    What is only known at deploy time is left out. Raises `Unresolved` where the package is not installed, or has no schema
    for the release or the kind.
    """
    version, kind = str(body["apiVersion"]), str(body["kind"])
    validator = _validator(project, version, kind, release)
    if validator is None:
        raise Unresolved(f"there is no schema for {kind} in {version} of Kubernetes {release}")
    open_places, plain = _without_unknowns(body)
    for error in validator.iter_errors(plain):
        for place, message in _findings(error):
            if not any(place[: len(known)] == known for known in open_places):
                yield place, message


def _findings(error: Any) -> Iterator[tuple[Place, str]]:
    """An error of a validator in the words of a user, at the key that is wrong."""
    place: Place = tuple(error.absolute_path)
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place).lstrip(".") or "the object"
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        for name in error.instance:
            if name not in error.schema.get("properties", {}):
                yield (*place, name), f"{path} has no field {name}"
    elif error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        yield place, f"{path} misses {', '.join(missing)}"
    elif error.validator in ("type", "oneOf", "anyOf"):
        wanted = error.validator_value if error.validator == "type" else "text or number"
        names = [wanted] if isinstance(wanted, str) else [name for name in wanted if name != "null"]
        yield place, f"{path} is {_form(error.instance)}, not {' or '.join(_NAMES.get(name, name) for name in names)}"
    elif error.validator == "enum":
        yield place, f"{path} must be {' or '.join(str(value) for value in error.validator_value)}"
    else:
        yield place, f"{path} is refused by {error.validator} {str(error.validator_value)[:60]}"


def _form(value: Any) -> str:
    return next((name for type, name in _FORMS if isinstance(value, type)), "something else")


def _without_unknowns(body: Any) -> tuple[frozenset[Place], Any]:
    """The places of unknown values, and the object without them; itself where it has none."""
    found: set[Place] = set()
    stack: list[tuple[Place, Any]] = [((), body)]
    while stack:
        place, node = stack.pop()
        if is_unknown(node):
            found.add(place)
        elif isinstance(node, dict):
            stack.extend(((*place, key), item) for key, item in node.items())
        elif isinstance(node, list):
            stack.extend(((*place, number), item) for number, item in enumerate(node))
    return frozenset(found), _replaced(body) if found else body


def _replaced(node: Any) -> Any:
    """The depth is bounded by the parser."""
    if isinstance(node, dict):
        return {key: _replaced(item) for key, item in node.items()}
    if isinstance(node, list):
        return [_replaced(item) for item in node]
    return None if is_unknown(node) else node


@once
def _directory(_: Project, release: str) -> str:
    """The schemas of the newest release that is not newer than the one asked for."""
    try:
        from kubernetes_validate import utils
    except ImportError:
        reason = "schemas need the package kubernetes-validate: pip install 'pytest-readiness[schemas]'"
        raise Unresolved(reason) from None
    wanted = minor(release)
    known = [version for version in utils.all_versions() if wanted is not None and (minor(version) or 0) <= wanted]
    if not known or wanted is None or wanted > (minor(utils.all_versions()[-1]) or 0):
        raise Unresolved(f"kubernetes-validate has no schemas for Kubernetes {release}")
    return f"kubernetes-json-schema/v{known[-1]}-local-strict"


@once
def _validator(project: Project, api_version: str, kind: str, release: str) -> Validator | None:
    directory = _directory(project, release)  # which finds out whether the package is there

    from jsonschema.validators import Draft202012Validator
    from kubernetes_validate import utils

    group = _GROUP.sub(r"\1-", api_version)
    name = f"{kind.lower()}-{group}"
    if not re.fullmatch(r"[a-z0-9-]+", name):
        return None
    try:
        schema = utils.schema_contents(f"{directory}/{name}.json", release)
    except FileNotFoundError:
        return None
    return Draft202012Validator(schema, registry=_registry(project, directory, release))


@once
def _registry(_: Project, directory: str, release: str) -> Any:
    from kubernetes_validate import utils
    from referencing import Registry
    from referencing import Resource

    definitions = Resource.from_contents(utils.schema_contents(f"{directory}/_definitions.json", release))
    return definitions @ Registry()
