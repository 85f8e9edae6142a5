"""Secrets written out in Terraform: in arguments, nested objects, embedded JSON and start-up scripts."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from ...model import ParseFailure
from ...model import Span
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from ...syntax import yaml
from .. import secrets
from .blocks import Block
from .module import Module

Found = tuple[str, Span]  # a sentence and the place

# arguments whose name sounds like a secret and whose value is none
_NO_SECRET = frozenset(
    [
        "http_tokens",
        "source",
        "name",
        "description",
        "title",
        "display_name",
        "comment",
        "policy_name",
        "password_change_required",
        "special",
        "override_special",
        "allowed_pattern",
        "secret_store_rotation",
        "creation_token",
        "api_key_source",
        "auth_token_update_strategy",
        "token_code",
        "secret_rotation",
        "content_type",
    ]
)
_ABOUT_END = frozenset(
    [
        "strategy",
        "source",
        "status",
        "state",
        "behavior",
        "behaviour",
        "mechanism",
        "validity",
        "units",
        "unit",
        "resource",
        "label",
        "class",
        "protocol",
        "option",
        "options",
        "spec",
        "expression",
        "permissions",
        "permission",
    ]
)
_PASS_THROUGH = frozenset(
    ["jsonencode", "yamlencode", "base64encode", "sensitive", "nonsensitive", "tostring", "trimspace", "merge", "tomap", "tolist", "concat"]
)
_ASSIGNMENT = re.compile(
    r"^[ \t]*(?:export[ \t]+|set[ \t]+|-e[ \t]+|\$env:)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]{1,60})[ ]?[=:][ ]?(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'#;]+)",
    re.MULTILINE,
)


def in_body(body: hcl.Body, module: Module | None = None, type: str = "") -> Iterator[Found]:
    """The secrets of a block or variable file and of everything in it."""
    stack = [body]
    while stack:
        current = stack.pop()
        for name, attribute in current.attributes.items():
            yield from in_expression(_subject(name, type, current), attribute.expression, module)
        stack.extend(block.body for block in reversed(current.blocks) if block.type not in ("validation", "precondition", "postcondition"))


def _subject(name: str, type: str, body: hcl.Body) -> str:
    """The name that says what a value is: a parameter's value is what its type says."""
    if type == "aws_ssm_parameter" and name == "value":
        kind = body.attributes.get("type")
        return "secure_string_secret" if kind and "SecureString" in kind.source else name
    if name == "secret_data" and type.startswith("google_secret_manager"):
        return "secret"
    if name == "raw_key" or (name == "value" and type == "azurerm_key_vault_secret"):
        return "secret"
    return name


def in_block(block: Block) -> Iterator[Found]:
    """The secrets of a resource, module call, provider or backend."""
    if block.section.body is not None:
        yield from in_body(block.section.body, block.module, block.type)


def is_secret(name: str) -> bool:
    """Whether an argument of this name holds a secret; a key with a colon or slash is no name (``token.actions…:sub``)."""
    if ":" in name or "/" in name:
        return False
    return (
        name not in _NO_SECRET
        and secrets.words(name)[-1:] != ()
        and secrets.words(name)[-1] not in _ABOUT_END
        and secrets.is_secret_name(name)
    )


def in_expression(name: str, expression: ast.Expression, module: Module | None = None) -> Iterator[Found]:
    """The secrets in the value of a name."""
    stack: list[tuple[str, ast.Expression]] = [(name, expression)]
    while stack:
        subject, node = stack.pop()
        if isinstance(node, ast.Literal):
            yield from _text(subject, node.value, node.span)
        elif isinstance(node, ast.Template):
            whole = "".join(part if isinstance(part, str) else "${x}" for part in node.parts)
            yield from _text(subject, whole, node.span, partial=True)
        elif isinstance(node, ast.Tuple):
            stack.extend((subject, item) for item in reversed(node.items))
        elif isinstance(node, ast.Object):
            stack.extend(reversed(list(_entries(node))))
        elif isinstance(node, ast.Conditional):
            stack.extend(((subject, node.no), (subject, node.yes)))
        elif isinstance(node, ast.Call):
            stack.extend((subject if node.name in _PASS_THROUGH else "", item) for item in reversed(node.arguments))
        elif isinstance(node, ast.Reference) and module is not None and is_secret(subject):
            yield from _referred(subject, node, module)


def _entries(node: ast.Object) -> Iterator[tuple[str, ast.Expression]]:
    """Keys with their values; ``{name = "DB_PASSWORD", value = "x"}`` is an entry of that name."""
    known = {key.value: value for key, value in node.items if isinstance(key, ast.Literal)}
    title = known.get("name", known.get("Name"))
    for key, value in node.items:
        subject = str(key.value) if isinstance(key, ast.Literal) else ""
        if subject.lower() == "value" and isinstance(title, ast.Literal):
            subject = str(title.value)
        yield subject, value


def _referred(name: str, node: ast.Reference, module: Module) -> Iterator[Found]:
    """A secret argument fed from a local or variable whose own name does not say that it holds one."""
    path = node.path
    if len(path) != 2 or len(node.steps) != 1 or is_secret(path[1]):
        return
    if path[0] == "local" and (attribute := module.local_attribute(path[1])):
        yield from in_expression(name, attribute.expression)
    elif path[0] == "var":
        for block in module.of("variable"):
            if block.labels == (path[1],) and (default := block.body.attributes.get("default")):
                yield from in_expression(name, default.expression)


def _text(name: str, value: object, span: Span, *, partial: bool = False) -> Iterator[Found]:
    if not isinstance(value, str) or not value.strip():
        return
    if token := secrets.known_token(value):
        if "PRIVATE KEY" not in value or not partial:
            yield f"{name or 'the value'} holds a {token}", span
        return
    if name.endswith("_base64") and (decoded := _decoded(value)):
        for reason, _ in _embedded(name, decoded, span):
            yield reason, span
        return
    if "\n" in value or value.lstrip()[:1] in ("{", "["):
        yield from _embedded(name, value, span)
        return
    if secrets.url_password(value) and not secrets.is_reference(value):
        kind = "a placeholder" if secrets.is_placeholder(secrets.url_password(value) or "") else "a password"
        yield f"{name or 'the value'} holds {kind} in a URL", span
    elif not partial and is_secret(name) and (sentence := secrets.literal_secret(name, value)):
        yield sentence, span


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return ""


def _embedded(name: str, value: str, span: Span) -> Iterator[Found]:
    if value.lstrip()[:1] in ("{", "["):
        try:
            for document in yaml.parse("embedded.json", value):
                yield from in_expression(name, ast.from_json(document.data, span))
        except ParseFailure:
            pass
        else:
            return
    for found in _ASSIGNMENT.finditer(value):
        text = found["value"].strip("\"'")
        if "$" not in text and is_secret(found["name"]) and (reason := secrets.literal_secret(found["name"], text)):
            line = span.line + 1 + value.count("\n", 0, found.start("name"))
            inside = span.line < line <= span.end_line
            yield reason, Span(span.path, line, 1, line, 1 + len(found[0])) if inside else span
