"""Files in the shapes that conftest gives them, so that policies written for it see what they expect.

The shapes are conftest's own: https://www.conftest.dev and its parsers, which are buildkit's for Dockerfiles, hcl2json for
Terraform and YAML 1.1 for YAML.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from ..model import ParseFailure
from ..syntax import hcl_expressions as hcl
from ..syntax import yaml

if TYPE_CHECKING:
    from ..project import Project
    from ..syntax.dockerfile import Instruction
    from ..syntax.hcl import Body
    from ..syntax.hcl_expressions import Expression

MAX_DEPTH = 200
_BOOLEANS = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), False),
}
_OCTAL = re.compile(r"[-+]?0[0-7]+").fullmatch
_TYPES = ("string", "number", "bool", "list", "set", "map", "object", "tuple")
_REFERENCE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


@dataclass(frozen=True, eq=False)
class Document:
    """One input of the policies: its data, and the lines of the file that it stands in. ``source`` is the data with places."""

    data: Any
    first: int = 1
    last: int = 0  # the end of the file
    source: Any = None


def parser_of(path: str, format_name: str = "") -> str | None:
    """The parser that conftest would take for a file; None where it has none that we have."""
    name = posixpath.basename(path)
    lower = name.lower()
    suffix = lower.rpartition(".")[2]
    if format_name == "dockerfile" or lower == "dockerfile" or "dockerfile." in lower or suffix == "dockerfile":
        return "dockerfile"
    if format_name == "dotenv" or suffix == "env":
        return "dotenv"
    return {"yaml": "yaml", "yml": "yaml", "json": "json", "tf": "hcl2", "tfvars": "hcl2", "hcl": "hcl2"}.get(suffix)


def read(path: str, parser: str, project: Project) -> tuple[Document, ...]:
    """The inputs that a file is to policies. Raises `ParseFailure` where it cannot be read."""
    return tuple(_PARSERS[parser](path, project))


# -- YAML and JSON


def _yaml(path: str, project: Project) -> Iterator[Document]:
    documents = [document for document in project.documents(path) if document.data is not None]
    lines = project.text(path).split("\n")
    if len(documents) == 1 and isinstance(documents[0].data, yaml.Sequence):  # conftest takes a list for many documents
        items = documents[0].data
        for number, item in enumerate(items):
            first = items.item(number).line
            last = items.item(number + 1).line - 1 if number + 1 < len(items) else 0
            yield Document(_yaml_1_1(item, lines), first, last, item)
        return
    for number, document in enumerate(documents):
        last = documents[number + 1].span.line - 1 if number + 1 < len(documents) else 0
        yield Document(_yaml_1_1(document.data, lines), document.span.line, last, document.data)


def _yaml_1_1(node: Any, lines: list[str]) -> Any:
    """The data as YAML 1.1 has it: a plain ``on`` is a boolean, also as a key, and 0644 is octal."""
    if isinstance(node, yaml.Mapping):
        return {_key(key, node, lines): _value(value, node.value_spans.get(key), lines) for key, value in node.items()}
    if isinstance(node, yaml.Sequence):
        return [_value(value, place, lines) for value, place in zip(node, node.item_spans, strict=True)]
    return node


def _value(value: Any, place: yaml.RawSpan | None, lines: list[str]) -> Any:
    if isinstance(value, (yaml.Mapping, yaml.Sequence)):
        return _yaml_1_1(value, lines)
    if isinstance(value, str):
        return _BOOLEANS[value] if value in _BOOLEANS and _written(place, lines).startswith(value) else value
    if isinstance(value, int) and not isinstance(value, bool):
        written = _written(place, lines).partition(" ")[0].rstrip(",]}")
        return int(written, 8) if _OCTAL(written) else value
    return value


def _key(key: str, node: yaml.Mapping, lines: list[str]) -> str:
    if key in _BOOLEANS and _written(node.key_spans.get(key), lines).startswith(key):
        return "true" if _BOOLEANS[key] else "false"
    return key


def _written(place: yaml.RawSpan | None, lines: list[str]) -> str:
    """What stands at a place of the file, to the end of the line."""
    if place is None or not 1 <= place[1] <= len(lines):
        return ""
    return lines[place[1] - 1][place[2] - 1 :]


def _json(path: str, project: Project) -> Iterator[Document]:
    documents = project.documents(path)
    for document in documents[:1]:
        data = document.data
        if isinstance(data, yaml.Sequence):
            for number, item in enumerate(data):
                last = data.item(number + 1).line - 1 if number + 1 < len(data) else 0
                yield Document(item, data.item(number).line, last, item)
        else:
            yield Document(data, source=data)


# -- Dockerfiles


def _dockerfile(path: str, project: Project) -> Iterator[Document]:
    from ..syntax import dockerfile

    text = project.text(path)
    file = dockerfile.parse(path, text)
    if file.failures:
        raise file.failures[0]
    lines = text.split("\n")
    commands: list[dict[str, Any]] = []
    stage, before = -1, 0
    for instruction in file.instructions:
        stage += instruction.name == "FROM"
        for line in lines[before : instruction.line - 1]:
            if line.lstrip().startswith("#"):
                commands.append(_command("comment", [line.lstrip()[1:].strip()], stage, flags=None))
        before = instruction.end_line
        commands.append(_instruction(instruction, stage))
    yield Document(commands)


def _instruction(instruction: Instruction, stage: int) -> dict[str, Any]:
    flags = [instruction.text[flag.start : flag.end] for flag in instruction.flags]
    trigger = instruction.trigger
    if trigger is not None:
        inner = _instruction(trigger, stage)
        return {**inner, "Cmd": "onbuild", "SubCmd": inner["Cmd"], "Flags": flags}
    values, is_json = _values(instruction)
    return _command(instruction.name.lower(), values, stage, flags=flags, is_json=is_json)


def _command(name: str, values: list[str], stage: int, *, flags: list[str] | None, is_json: bool = False) -> dict[str, Any]:
    return {"Cmd": name, "SubCmd": "", "JSON": is_json, "Flags": flags, "Value": values, "Stage": max(stage, 0)}


def _values(instruction: Instruction) -> tuple[list[str], bool]:
    """The arguments as buildkit has them, and whether they are in the exec form."""
    name, value = instruction.name, instruction.value
    if name in ("ENV", "LABEL"):
        return _pairs(instruction), False
    if name == "HEALTHCHECK":
        kind, _, rest = value.partition(" ")
        from ..syntax.dockerfile import json_form

        listed = json_form(rest)
        tail = list(listed) if listed is not None else [rest.strip()] if rest.strip() else []
        return [kind.upper(), *tail], listed is not None
    if name in ("RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME") and instruction.json is not None:
        return list(instruction.json), True
    if name in ("FROM", "EXPOSE", "COPY", "ADD", "VOLUME"):
        return value.split(), False
    if name == "ARG":
        return [instruction.text[word.start : word.end] for word in instruction.words], False
    return [value] if value else [], False


def _pairs(instruction: Instruction) -> list[str]:
    """Key, value and the sign between them, flattened; quotes are kept."""
    written = [instruction.text[word.start : word.end] for word in instruction.words]
    if not written:
        return []
    if "=" not in written[0]:
        rest = instruction.text[instruction.words[0].end :].strip()
        return [written[0], rest, ""]
    found: list[str] = []
    for word in written:
        key, _, value = word.partition("=")
        found += [key, value, "="]
    return found


# -- HCL


def _hcl2(path: str, project: Project) -> Iterator[Document]:
    from ..syntax.hcl import parse

    body = parse(path, project.text(path))
    if body.failures:
        raise body.failures[0]
    yield Document(_body(body, path))


def _body(body: Body, path: str, depth: int = 0) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        raise ParseFailure(f"nested deeper than {MAX_DEPTH} levels", body.span)
    found: dict[str, Any] = {name: _expression(attribute.expression) for name, attribute in body.attributes.items()}
    for block in body.blocks:
        place, key = found, block.type
        for label in block.labels:
            inner = place.setdefault(key, {})
            if not isinstance(inner, dict):
                raise ParseFailure(f"{block.type} stands with and without labels, which conftest cannot read", block.span)
            place, key = inner, label
        listed = place.setdefault(key, [])
        if isinstance(listed, list):
            listed.append(_body(block.body, path, depth + 1))
        else:
            place[key] = [listed, _body(block.body, path, depth + 1)]
    return found


def _expression(expression: Expression) -> Any:
    """Literals as they are, everything else as the text of a template: ``${var.name}``."""
    if isinstance(expression, hcl.Literal):
        return expression.value
    if isinstance(expression, hcl.Tuple):
        return [_expression(item) for item in expression.items]
    if isinstance(expression, hcl.Object):
        return {_object_key(key): _expression(value) for key, value in expression.items}
    if isinstance(expression, hcl.Template):
        return "".join(part if isinstance(part, str) else _part(part) for part in expression.parts)
    if isinstance(expression, hcl.Operation) and expression.left is None and expression.operator == "-":
        inner = expression.right
        if isinstance(inner, hcl.Literal) and isinstance(inner.value, (int, float)):
            return -inner.value
    if expression.source.startswith(_TYPES):  # as hcl2json has it: a type is not wrapped
        return expression.source
    return f"${{{expression.source}}}"


def _part(expression: Expression) -> str:
    if isinstance(expression, hcl.Literal):
        value = expression.value
        return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    if isinstance(expression, hcl.Template):
        return "".join(part if isinstance(part, str) else _part(part) for part in expression.parts)
    return f"${{{expression.source}}}"


def _object_key(key: Expression) -> str:
    return key.source if isinstance(key, hcl.Reference) else _part(key)


# -- dotenv


def _dotenv(path: str, project: Project) -> Iterator[Document]:
    from ..syntax.dotenv import parse

    found: dict[str, str] = {}
    for entry in parse(path, project.text(path)):
        if isinstance(entry, ParseFailure):
            raise entry
        value = entry.value or ""
        found[entry.key] = _REFERENCE.sub(lambda name: found.get(name[1] or name[2], ""), value) if entry.is_interpolated else value
    yield Document(found)


_PARSERS: Mapping[str, Callable[[str, Project], Iterator[Document]]] = {
    "yaml": _yaml,
    "json": _json,
    "dockerfile": _dockerfile,
    "hcl2": _hcl2,
    "dotenv": _dotenv,
}
PARSERS = tuple(_PARSERS)
