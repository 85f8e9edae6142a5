"""The right-hand side of an attribute as a small tree of our own, read when it is first asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from ..model import Span
from .hcl import _parser
from .hcl import _Source

if TYPE_CHECKING:
    import tree_sitter

MAX_DEPTH = 80
SPLAT = "*"
ATTRIBUTE_SPLAT = ".*"


@dataclass(frozen=True, eq=False)
class Expression:
    """Anything that has a value; ``source`` is how it is written, on one line."""

    span: Span
    source: str


@dataclass(frozen=True, eq=False)
class Literal(Expression):
    value: str | int | float | bool | None


@dataclass(frozen=True, eq=False)
class Template(Expression):
    """Text with interpolations; a template of one interpolation is that expression itself."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, eq=False)
class Tuple(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True, eq=False)
class Object(Expression):
    items: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, eq=False)
class Reference(Expression):
    """``root.step[step]``: a name, an index, `SPLAT` or `ATTRIBUTE_SPLAT` each; the root may be any expression."""

    root: str | Expression
    steps: tuple[Step, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The names from the root up to the first index: ``("var", "x")``."""
        if not isinstance(self.root, str):
            return ()
        names = [self.root]
        for step in self.steps:
            if not isinstance(step, Name):
                break
            names.append(step.text)
        return tuple(names)


@dataclass(frozen=True)
class Name:
    text: str


@dataclass(frozen=True, eq=False)
class Index:
    """``[key]``, or ``.0`` as it was written before Terraform 0.12."""

    key: Expression
    dotted: bool = False


Step = Name | Index | str  # a str is one of the two splats


@dataclass(frozen=True, eq=False)
class Conditional(Expression):
    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, eq=False)
class Call(Expression):
    name: str
    arguments: tuple[Expression, ...]
    expands: bool  # the last argument is followed by ...


@dataclass(frozen=True, eq=False)
class Operation(Expression):
    """``left operator right``; without ``left`` a unary one."""

    operator: str
    left: Expression | None
    right: Expression


@dataclass(frozen=True, eq=False)
class For(Expression):
    """``[for key, value in collection : result if condition]``; with ``result_key`` it makes an object."""

    names: tuple[str, ...]
    collection: Expression
    result_key: Expression | None
    result: Expression
    condition: Expression | None
    grouped: bool


@dataclass(frozen=True, eq=False)
class Repeat(Expression):
    """``%{ for key, value in collection }body%{ endfor }`` in a template."""

    names: tuple[str, ...]
    collection: Expression
    body: Template


@dataclass(frozen=True, eq=False)
class Opaque(Expression):
    """What we do not take apart: what is nested too deeply or not well formed."""

    children: tuple[Expression, ...] = ()


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|([$%])\4\{')
_TEMPLATE_ESCAPE = re.compile(r"([$%])\1\{")
# what most attributes hold, read without a parser
_PLAIN_TEXT = re.compile(r'"[^"\\$%\r\n]*"').fullmatch
_PLAIN_NUMBER = re.compile(r"[0-9]{1,15}").fullmatch
_EXPONENT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?[eE][+-]?[0-9]{1,2}").fullmatch  # the grammar does not know it
_PLAIN_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*").fullmatch
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_OPERATORS = frozenset(["+", "-", "*", "/", "%", "&&", "||", "==", "!=", "<", ">", "<=", ">="])


def unescape(text: str) -> str:
    """The text between the quotes of a string without interpolations."""

    def character(found: re.Match[str]) -> str:
        if found[1]:
            return _ESCAPES[found[1]]
        if found[4]:
            return f"{found[4]}{{"
        code = int(found[2] or found[3], 16)
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"

    return _ESCAPE.sub(character, text) if "\\" in text or "$$" in text or "%%" in text else text


def read(source: str, span: Span) -> Expression:
    """The expression written as ``source`` at a place."""
    if _PLAIN_TEXT(source):
        return Literal(span, source, source[1:-1])
    if _PLAIN_NUMBER(source):
        return Literal(span, source, int(source))
    if _EXPONENT(source):
        return Literal(span, source, int(float(source)) if float(source).is_integer() else float(source))
    if _PLAIN_PATH(source):
        if source in _CONSTANTS:
            return Literal(span, source, _CONSTANTS[source])
        root, *names = source.split(".")
        return Reference(span, source, root, tuple(Name(name) for name in names))
    return _Reader(source, span).read()


def from_json(value: Any, span: Span) -> Expression:
    """A value of JSON syntax: strings are templates, everything else is itself."""
    from . import yaml

    shown = str(value)[:80]
    if isinstance(value, yaml.Mapping):
        items = [(Literal(Span._make(value.key_spans[key]), key, key), from_json(value[key], value.value_span(key))) for key in value]
        return Object(span, shown, tuple(items))
    if isinstance(value, yaml.Sequence):
        return Tuple(span, shown, tuple(from_json(item, Span._make(place)) for item, place in zip(value, value.item_spans, strict=True)))
    if isinstance(value, str) and ("${" in value or "%{" in value):
        from .hcl_templates import template

        return template(value, span, lines=True, unescape=_unescape_marks)
    return Literal(span, shown, value)


def from_template(text: str, span: Span) -> Expression:
    """The template of a file; everything in it is said to stand where it is used."""
    from .hcl_templates import template

    return template(text.replace("\r\n", "\n"), span, lines=True, unescape=_unescape_marks)


def _unescape_marks(text: str) -> str:
    return _TEMPLATE_ESCAPE.sub(r"\1{", text)


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(_children(node))))


def _children(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Template):
        yield from (part for part in node.parts if isinstance(part, Expression))
    elif isinstance(node, Tuple):
        yield from node.items
    elif isinstance(node, Object):
        for pair in node.items:
            yield from pair
    elif isinstance(node, Reference):
        if isinstance(node.root, Expression):
            yield node.root
        yield from (step.key for step in node.steps if isinstance(step, Index))
    elif isinstance(node, Conditional):
        yield from (node.condition, node.yes, node.no)
    elif isinstance(node, Call):
        yield from node.arguments
    elif isinstance(node, Operation):
        yield from (part for part in (node.left, node.right) if part is not None)
    elif isinstance(node, For):
        yield from (part for part in (node.collection, node.result_key, node.result, node.condition) if part is not None)
    elif isinstance(node, Repeat):
        yield from (node.collection, node.body)
    elif isinstance(node, Opaque):
        yield from node.children


def _chained(condition: Expression, yes: Expression, no: Expression, span: Span, shown: str) -> Conditional:
    """``a ? b : c ? d : e`` is ``a ? b : (c ? d : e)``, which the grammar takes for ``(a ? b : c) ? d : e``."""
    if not isinstance(condition, Conditional):
        return Conditional(span, shown, condition, yes, no)
    last = _chained(condition.no, yes, no, condition.no.span.to(no.span), f"{condition.no.source} ? {yes.source} : {no.source}"[:120])
    return Conditional(span, shown, condition.condition, condition.yes, last)


class _Reader:
    """One expression: parsed by tree-sitter as ``x = …``, its places moved to where it stands."""

    PREFIX = "x="

    def __init__(self, source: str, span: Span) -> None:
        self.source = _Source(span.path, f"{self.PREFIX}{source}\n")
        self.origin = span

    def read(self) -> Expression:
        root = _parser().parse(self.source.data).root_node
        body = root.children[0] if root.children else None
        attribute = body.children[0] if body is not None and body.children else None
        if root.has_error or attribute is None or attribute.type != "attribute":
            return Opaque(self.origin, self.shown(root))
        return self.build(attribute.children[-1], 0)

    def shown(self, first: tree_sitter.Node, last: tree_sitter.Node | None = None) -> str:
        text = self.source.data[first.start_byte : (last or first).end_byte][:1000].decode("utf-8", "replace")
        return " ".join(text.removeprefix(self.PREFIX).split())[:120]

    def span(self, first: tree_sitter.Node, last: tree_sitter.Node) -> Span:
        path, line, column, end_line, end_column = self.source.span(first, last)
        shift = self.origin.column - 1 - len(self.PREFIX)
        return Span(
            path,
            line + self.origin.line - 1,
            column + shift if line == 1 else column,
            end_line + self.origin.line - 1,
            end_column + shift if end_line == 1 else end_column,
        )

    def build(self, node: tree_sitter.Node, depth: int) -> Expression:
        return (
            self.term([child for child in node.children if child.type != "comment"], depth) if node.children else self.term([node], depth)
        )

    def term(self, nodes: list[tree_sitter.Node], depth: int) -> Expression:
        """A value followed by attribute accesses and indices: the grammar keeps them side by side."""
        first, last = nodes[0], nodes[-1]
        if depth > MAX_DEPTH:
            return Opaque(self.span(first, last), self.shown(first, last))
        if first.type == "(":
            base, rest = self.build(nodes[1], depth + 1), nodes[3:]
        elif first.type == "expression":
            base, rest = self.build(first, depth + 1), nodes[1:]
        else:
            base, rest = self.single(first, depth + 1), nodes[1:]
        if not rest:
            return base
        span, shown = self.span(first, last), self.shown(first, last)
        steps = tuple(step for node in rest for step in self.steps(node, depth + 1))
        if isinstance(base, Reference):
            return Reference(span, shown, base.root, (*base.steps, *steps))
        return Reference(span, shown, base, steps)

    def steps(self, node: tree_sitter.Node, depth: int) -> Iterator[Step]:
        if node.type == "get_attr":
            yield Name(self.source.slice(node.children[-1]))
        elif node.type in ("splat", "index"):
            for child in node.children:
                yield from self.steps(child, depth)
        elif node.type in ("attr_splat", "full_splat"):
            yield SPLAT if node.type == "full_splat" else ATTRIBUTE_SPLAT
            for child in node.children:
                yield from self.steps(child, depth)
        elif node.type == "new_index":
            yield Index(self.build(next(child for child in node.children if child.type == "expression"), depth))
        elif node.type == "legacy_index":
            digits = self.source.slice(node).lstrip(". \t")
            yield Index(Literal(self.span(node, node), digits, int(digits) if digits.isdigit() else digits), dotted=True)

    def single(self, node: tree_sitter.Node, depth: int) -> Expression:
        kind = node.type
        children = [child for child in node.children if child.type != "comment"]
        if kind in ("template_expr", "collection_value", "operation", "for_expr"):
            return self.single(children[0], depth)
        span, shown = self.span(node, node), self.shown(node)
        if kind == "literal_value":
            return self.literal(children[0], span, shown)
        if kind == "variable_expr":
            return Reference(span, shown, shown, ())
        if kind == "quoted_template":
            return self.quoted(children, span, shown, depth)
        if kind == "heredoc_template":
            return self.heredoc(node, span, shown, depth)
        if kind == "tuple":
            return Tuple(span, shown, tuple(self.build(child, depth + 1) for child in children if child.type == "expression"))
        if kind == "object":
            return Object(span, shown, tuple(self.pair(child, depth + 1) for child in children if child.type == "object_elem"))
        if kind == "function_call":
            arguments = next((child.children for child in children if child.type == "function_arguments"), [])
            values = tuple(self.build(child, depth + 1) for child in arguments if child.type == "expression")
            return Call(span, shown, self.source.slice(children[0]), values, any(child.type == "ellipsis" for child in arguments))
        if kind == "conditional":
            question = next(i for i, child in enumerate(children) if child.type == "?")
            colon = next(i for i, child in enumerate(children) if child.type == ":" and i > question)
            groups = children[:question], children[question + 1 : colon], children[colon + 1 :]
            condition, yes, no = (self.term(group, depth + 1) for group in groups)
            first = groups[0][0]
            bare = not (first.type == "(" or next((child.type for child in first.children if child.type != "comment"), "") == "(")
            return _chained(condition, yes, no, span, shown) if bare else Conditional(span, shown, condition, yes, no)
        if kind == "unary_operation":
            return Operation(span, shown, children[0].type, None, self.term(children[1:], depth + 1))
        if kind == "binary_operation":
            place = next(i for i, child in enumerate(children) if i and child.type in _OPERATORS)
            left, right = self.term(children[:place], depth + 1), self.term(children[place + 1 :], depth + 1)
            return Operation(span, shown, children[place].type, left, right)
        if kind in ("for_tuple_expr", "for_object_expr"):
            return self.comprehension(children, span, shown, depth)
        if kind == "expression":
            return self.build(node, depth)
        return Opaque(span, shown)

    def literal(self, node: tree_sitter.Node, span: Span, shown: str) -> Expression:
        text = self.source.slice(node)
        if node.type == "string_lit":
            return Literal(span, shown, unescape(text[1:-1]))
        if node.type == "bool_lit":
            return Literal(span, shown, text == "true")
        if node.type == "null_lit":
            return Literal(span, shown, None)
        try:
            return Literal(span, shown, int(text) if len(text) < 300 else float(text))
        except ValueError:
            try:
                return Literal(span, shown, float(text))
            except ValueError:
                return Opaque(span, shown)

    def pair(self, node: tree_sitter.Node, depth: int) -> tuple[Expression, Expression]:
        key, value = (self.build(child, depth) for child in node.children if child.type == "expression")
        if isinstance(key, Reference) and isinstance(key.root, str) and not key.steps and not self.source.slice(node).startswith("("):
            key = Literal(key.span, key.source, key.root)
        return key, value

    def comprehension(self, children: list[tree_sitter.Node], span: Span, shown: str, depth: int) -> Expression:
        intro = next(child for child in children if child.type == "for_intro")
        names = tuple(self.source.slice(child) for child in intro.children if child.type == "identifier")
        collection = self.build(next(child for child in intro.children if child.type == "expression"), depth + 1)
        results = [self.build(child, depth + 1) for child in children if child.type == "expression"]
        guard = next((child for child in children if child.type == "for_cond"), None)
        condition = guard and self.build(next(child for child in guard.children if child.type == "expression"), depth + 1)
        grouped = any(child.type == "ellipsis" for child in children)
        key = results[0] if len(results) > 1 else None
        return For(span, shown, names, collection, key, results[-1], condition, grouped)

    # -- templates

    def quoted(self, children: list[tree_sitter.Node], span: Span, shown: str, depth: int) -> Expression:
        first, last = children[0], children[-1]
        raw = self.source.data[first.end_byte : last.start_byte].decode("utf-8", "surrogatepass")
        if any(child.type == "template_directive" for child in children) or "{~" in raw or "~}" in raw:
            return self.template(raw, span, first, shown, depth, lines=False, indented=False, unescape=unescape)
        found = self.parts(children, first.end_byte, last.start_byte, depth)
        parts = tuple(unescape(part) if isinstance(part, str) else part for part in found)
        if all(isinstance(part, str) for part in parts):
            return Literal(span, shown, "".join(part for part in parts if isinstance(part, str)).replace("\r\n", "\n"))
        if len(parts) == 1 and isinstance(parts[0], Expression):
            return parts[0]
        return Template(span, shown, parts)

    def parts(self, nodes: Sequence[tree_sitter.Node], start: int, end: int, depth: int) -> Iterator[str | Expression]:
        """Raw text and expressions in turn; the grammar leaves white space out of its literals, so the text is cut out."""
        for node in nodes:
            if node.type != "template_interpolation":
                continue
            if text := self.source.data[start : node.start_byte].decode("utf-8", "surrogatepass"):
                yield text
            if inner := [child for child in node.children if child.type == "expression"]:
                yield self.build(inner[0], depth + 1)
            start = node.end_byte
        if text := self.source.data[start:end].decode("utf-8", "surrogatepass"):
            yield text

    def heredoc(self, node: tree_sitter.Node, span: Span, shown: str, depth: int) -> Expression:
        data = self.source.data
        start = data.find(b"\n", node.start_byte) + 1
        end = max(start, data.rfind(b"\n", 0, node.end_byte) + 1)
        raw = data[start:end].decode("utf-8", "surrogatepass").replace("\r\n", "\n")
        indented = self.source.slice(node).startswith("<<-")
        first = Span(span.path, span.line + 1, 1, span.line + 1, 1)
        return self.template(raw, span, first, shown, depth, lines=True, indented=indented, unescape=_unescape_marks)

    def template(
        self,
        raw: str,
        span: Span,
        start: tree_sitter.Node | Span,
        shown: str,
        depth: int,
        *,
        lines: bool,
        indented: bool,
        unescape: Callable[[str], str],
    ) -> Expression:
        from .hcl_templates import template

        if depth > MAX_DEPTH // 4 and ("${" in raw or "%{" in raw):  # each level is read by a reader of its own
            return Opaque(span, shown)
        begin = start if isinstance(start, Span) else self.span(start, start)
        if not isinstance(start, Span):
            begin = Span(begin.path, begin.end_line, begin.end_column, begin.end_line, begin.end_column)
        found = template(raw, begin, lines=lines, indented=indented, unescape=unescape)
        if isinstance(found, Literal):
            return Literal(span, shown, found.value)
        return Template(span, shown, found.parts) if isinstance(found, Template) else found
