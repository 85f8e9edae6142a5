"""How Terraform is written: what a module declares and uses, and spellings that only the text shows."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Generator
from collections.abc import Iterator
from dataclasses import dataclass

from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...syntax import hcl_expressions as ast
from .blocks import Root
from .directory import CODE
from .directory import read
from .runs import modules

_OVERRIDE = re.compile(r"(.*_)?override\.(tf|tofu)(\.json)?$")


def bodies(root: Root) -> dict[str, hcl.Body]:
    """The files of a module that can be read, by path."""
    return _bodies(root.module.project, root.module.directory)


@once
def _bodies(project: Project, directory: str) -> dict[str, hcl.Body]:
    paths = [path for path in project.below(directory) if path.endswith(CODE)]
    found = {path: read(path, project) for path in paths}
    return {path: body for path, body in found.items() if isinstance(body, hcl.Body)}


def all_read(root: Root) -> bool:
    """Whether every file of the module could be read, so that what is not found is not there."""
    project, directory = root.module.project, root.module.directory
    return sum(path.endswith(CODE) for path in project.below(directory)) == len(bodies(root))


def top(root: Root, type: str) -> Iterator[hcl.Block]:
    """The top-level blocks of a type in every file."""
    for body in bodies(root).values():
        yield from body.of(type)


def attributes(body: hcl.Body) -> Iterator[hcl.Attribute]:
    """Every attribute of a file, those of nested blocks included."""
    stack = [body]
    while stack:
        current = stack.pop()
        yield from current.attributes.values()
        stack.extend(block.body for block in reversed(current.blocks))


def expressions(root: Root, word: re.Pattern[str]) -> Iterator[ast.Expression]:
    """The expressions of a module, and those inside of them, where a word occurs; the others need not be read."""
    for body in bodies(root).values():
        for attribute in attributes(body):
            if word.search(attribute.source):
                yield from ast.walk(attribute.expression)


# -- what is declared and never used


def unused(root: Root) -> Iterator[tuple[str, Span]]:
    """Variables, locals, data sources and provider aliases that nothing in the module mentions."""
    used = _mentioned(root)
    for block in top(root, "variable"):
        if block.labels and ("var", block.labels[0]) not in used:
            yield f"variable {block.labels[0]}", block.span
    for block in top(root, "locals"):
        for attribute in block.body.attributes.values():
            if ("local", attribute.name) not in used:
                yield f"local {attribute.name}", attribute.span
    checks = [inner for block in top(root, "check") for inner in block.body.of("data")]
    for block in (*top(root, "data"), *checks):
        if len(block.labels) == 2 and ("data", *block.labels) not in used:
            yield f"data source {'.'.join(block.labels)}", block.span
    for block in top(root, "provider"):
        alias = block.body.attributes.get("alias")
        name = alias.expression.value if alias is not None and isinstance(alias.expression, ast.Literal) else None
        if block.labels and isinstance(name, str) and (block.labels[0], name) not in used:
            yield f"provider alias {block.labels[0]}.{name}", block.span


_IN_JSON = re.compile(r"\b(var|local)\.([\w-]+)")


def _mentioned(root: Root) -> set[tuple[str, ...]]:
    """The first names of every reference; what a variable says of itself in its validation does not count."""
    used: set[tuple[str, ...]] = set()
    for path, body in bodies(root).items():
        if path.endswith(".json"):  # names may stand in keys, too
            used.update((found[1], found[2]) for found in _IN_JSON.finditer(root.module.project.text(path)))
        stack: list[tuple[hcl.Body, str]] = [(body, "")]
        while stack:
            current, own = stack.pop()
            for attribute in current.attributes.values():
                used.update(names for names in _paths(attribute) if names != ("var", own))
            stack.extend((block.body, block.labels[0] if block.type == "variable" and block.labels else own) for block in current.blocks)
    return used


def _paths(attribute: hcl.Attribute) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(attribute.expression):
        if isinstance(node, ast.Reference) and len(node.path) >= 2:
            yield node.path[: 3 if node.path[0] == "data" else 2]
        elif isinstance(node, ast.Literal) and isinstance(node.value, str) and attribute.name in ("provider", "providers"):
            yield tuple(node.value.split("."))  # as JSON and old configurations write it
    if attribute.name == "provider" and "." in attribute.source:
        yield tuple(attribute.source.strip('"').split("."))


@dataclass(frozen=True)
class Providers:
    """The providers of a module: those it requires, and the names of those it uses. ``passed_on`` is whether it calls
    modules that are not here, which may use any of them.
    """

    required: dict[str, Span]
    used: frozenset[str]
    passed_on: bool


def providers(root: Root) -> Providers:
    """Which providers the module requires and which it uses, itself or through what it calls."""
    required: dict[str, Span] = {}
    used: set[str] = set()
    for setting in top(root, "terraform"):
        for block in setting.body.of("required_providers"):
            for attribute in block.body.attributes.values():
                required[attribute.name] = attribute.span
    project, seen, pending, passed_on = root.module.project, {root.module.directory}, [root.module.directory], False
    while pending:
        directory = pending.pop()
        found = _bodies(project, directory)
        passed_on = passed_on or not found
        for body in found.values():
            for block in body.blocks:
                for part in (block, *(inner for inner in block.body.of("data") if block.type == "check")):
                    used.update(_providers_of(part))
                if block.type == "module":
                    child = _local(block, directory)
                    passed_on = passed_on or child is None
                    if child is not None and child not in seen:
                        seen.add(child)
                        pending.append(child)
            for attribute in attributes(body):
                used.update(function[1] for function in _FUNCTION.finditer(attribute.source))
    return Providers(required, frozenset(used), passed_on)


def _local(call: hcl.Block, directory: str) -> str | None:
    """The directory that a call names, where it is one of the project."""
    source = call.body.attributes.get("source")
    value = source.expression.value if source is not None and isinstance(source.expression, ast.Literal) else None
    if not isinstance(value, str) or not value.startswith(("./", "../")):
        return None
    path = posixpath.normpath(posixpath.join(directory, value))
    return None if path.startswith("..") else "" if path == "." else path


_FUNCTION = re.compile(r"\bprovider::([\w-]+)::")


def _providers_of(block: hcl.Block) -> Iterator[str]:
    if block.type == "provider":
        yield from block.labels[:1]
    elif block.type in ("resource", "data", "ephemeral"):
        own = block.body.attributes.get("provider")
        if own is not None:
            yield own.source.strip('"').partition(".")[0]
        elif block.labels:
            yield block.labels[0].partition("_")[0]
    elif block.type == "import" and (own := block.body.attributes.get("provider")):
        yield own.source.strip('"').partition(".")[0]
    elif block.type == "module":
        passed = block.body.attributes.get("providers")
        expression = passed.expression if passed else None
        if isinstance(expression, ast.Object):
            for _, value in expression.items:
                yield value.source.strip('"').partition(".")[0]


# -- what is written in an outdated or ambiguous way


_EMPTY_LIST = re.compile(r"\[\s*\]")
_LOOKUP = re.compile(r"\blookup\b")
_WORKSPACE = re.compile(r"\bworkspace\b")


def compared_with_empty_list(root: Root) -> Iterator[Span]:
    """Comparisons with ``[]``, which are always false: a list is no tuple."""
    for node in expressions(root, _EMPTY_LIST):
        sides = (node.left, node.right) if isinstance(node, ast.Operation) and node.operator in ("==", "!=") else ()
        if any(isinstance(side, ast.Tuple) and not side.items for side in sides):
            yield node.span


def repeated_keys(root: Root) -> Iterator[tuple[str, Span]]:
    """Keys that an object has twice; the last one holds, silently."""
    for path, body in bodies(root).items():
        if path.endswith(".json"):
            continue  # YAML and JSON are read without duplicates
        for attribute in attributes(body):
            for node in ast.walk(attribute.expression) if "{" in attribute.source else ():
                if isinstance(node, ast.Object):
                    seen: set[str] = set()
                    for key, _ in node.items:
                        if isinstance(key, ast.Literal) and key.value is not None:
                            if str(key.value) in seen:
                                yield str(key.value), key.span
                            seen.add(str(key.value))


def old_lookups(root: Root) -> Iterator[Span]:
    """Calls of ``lookup`` without a default, which are an index."""
    for node in expressions(root, _LOOKUP):
        if isinstance(node, ast.Call) and node.name == "lookup" and len(node.arguments) == 2:
            yield node.span


def workspace_uses(root: Root) -> Iterator[Span]:
    """Where ``terraform.workspace`` is used."""
    for node in expressions(root, _WORKSPACE):
        if isinstance(node, ast.Reference) and node.path[:2] == ("terraform", "workspace"):
            yield node.span


def marks(root: Root, kind: str) -> Iterator[Span]:
    """The places of a kind of `Mark` in the files of the module."""
    for path in bodies(root):
        if path.endswith(".json") and kind != "index":
            continue
        text = root.module.project.text(path)
        for mark in _marks(root.module.project, path):
            if mark.kind == kind:
                yield Span.within(path, text, mark.start, mark.end)


@dataclass(frozen=True)
class Mark:
    """A piece of a text: a ``comment`` that is not ``#``, a ``wrapped`` interpolation, an ``index`` in the old form."""

    kind: str
    start: int
    end: int


@once
def _marks(project: Project, path: str) -> tuple[Mark, ...]:
    return tuple(scan(project.text(path)))


_PLAIN = re.compile(r"[^\"#/<{}.\[\])\w*]+|\w+|\*")
_IN_STRING = re.compile(r"[^\"\\$%]+")
_HEREDOC = re.compile(r"<<-?([A-Za-z_][\w-]*)[ \t]*\r?\n")
_INDEX = re.compile(r"\.(\*|\d+)")
_TEXT = re.compile(r"[^$%\n]+")


@dataclass
class _Frame:
    """What encloses the place: code with open braces, a string, a heredoc; ``wrapped`` is where an interpolation ends that began it."""

    kind: str
    depth: int = 0
    start: int = 0
    wrapped: int = 0
    marker: str = ""


def scan(text: str) -> Iterator[Mark]:
    """The marks of a text, in one pass; never fails, whatever the text is."""
    stack = [_Frame("code")]
    at, before = 0, ""
    while at < len(text):
        kind = stack[-1].kind
        if kind == "code":
            at, before = yield from _code(text, at, before, stack)
        elif kind == "string":
            at = yield from _string(text, at, stack)
            before = '"'
        else:
            at = _heredoc(text, at, stack)
            before = ""


def _code(text: str, at: int, before: str, stack: list[_Frame]) -> Generator[Mark, None, tuple[int, str]]:
    character, pair = text[at], text[at : at + 2]
    if character == "#" or pair == "//":
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if character != "#":
            yield Mark("comment", at, end)
        return end, ""
    if pair == "/*":
        end = text.find("*/", at)
        end = len(text) if end < 0 else end + 2
        yield Mark("comment", at, end)
        return end, ""
    if character == '"':
        stack.append(_Frame("string", start=at))
        return at + 1, ""
    if pair == "<<" and (found := _HEREDOC.match(text, at)):
        stack.append(_Frame("heredoc", marker=found[1]))
        return found.end() - 1, ""
    if character == "{":
        stack[-1].depth += 1
    elif character == "}":
        if not stack[-1].depth and len(stack) > 1:
            stack.pop()
            if stack[-1].kind == "string" and not stack[-1].wrapped:
                stack[-1].wrapped = at + 1
            return at + 1, "}"
        stack[-1].depth = max(0, stack[-1].depth - 1)
    elif character == "." and (found := _INDEX.match(text, at)):
        named = before[:1].isalpha() or before[:1] in ("_", "]", ")", "*")
        if named:
            yield Mark("index", at, found.end())
        return found.end(), "*" if named else "1"
    found = _PLAIN.match(text, at)
    end = found.end() if found else at + 1
    return end, text[at:end]


def _string(text: str, at: int, stack: list[_Frame]) -> Generator[Mark, None, int]:
    frame = stack[-1]
    character, start = text[at], frame.start
    if character == "\\":
        return at + 2
    if text[at : at + 3] in ("$${", "%%{"):
        frame.wrapped = frame.wrapped or -1
        return at + 3
    if text[at : at + 2] in ("${", "%{"):
        if at != start + 1 or character == "%":
            frame.wrapped = -1
        stack.append(_Frame("code"))
        return at + 2
    if character == '"':
        if frame.wrapped == at and start + 1 < at:
            yield Mark("wrapped", start, at + 1)
        stack.pop()
        return at + 1
    found = _IN_STRING.match(text, at)
    return found.end() if found else at + 1


def _heredoc(text: str, at: int, stack: list[_Frame]) -> int:
    if text[at] == "\n":
        end = text.find("\n", at + 1)
        end = len(text) if end < 0 else end
        if text[at + 1 : end].strip() == stack[-1].marker:
            stack.pop()
            return end
        return at + 1
    if text[at : at + 3] in ("$${", "%%{"):
        return at + 3
    if text[at : at + 2] in ("${", "%{"):
        stack.append(_Frame("code"))
        return at + 2
    found = _TEXT.match(text, at)
    return found.end() if found else at + 1


# -- copies


def _print(block: hcl.Block) -> tuple[object, ...]:
    """A resource as it is written, with what is in it, to be compared with others."""
    parts: list[object] = [block.labels]
    stack = [block]
    while stack:
        current = stack.pop()
        parts.append((current.type, tuple((attribute.name, attribute.source) for attribute in current.body.attributes.values())))
        stack.extend(current.body.blocks)
    return tuple(parts)


@once
def _roots_by_print(project: Project) -> dict[tuple[object, ...], list[str]]:
    found: dict[tuple[object, ...], list[str]] = {}
    for module in modules(project):
        if module.is_root:
            for body in _bodies(project, module.directory).values():
                for block in body.of("resource"):
                    found.setdefault(_print(block), []).append(module.directory)
    return found


def copies(root: Root) -> dict[str, int]:
    """How many resources of a root are written out, word for word, in another one."""
    index = _roots_by_print(root.module.project)
    shared: dict[str, int] = {}
    for block in top(root, "resource"):
        for directory in set(index.get(_print(block), ())):
            if directory != root.module.directory:
                shared[directory] = shared.get(directory, 0) + 1
    return shared
