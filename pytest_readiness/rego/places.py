"""The line that a message of a policy means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

from ..model import Span
from ..syntax import yaml

if TYPE_CHECKING:
    from ..project import Project
    from .inputs import Document

_QUOTED = re.compile(r"'([^'\n]{2,200})'|\"([^\"\n]{2,200})\"|`([^`\n]{2,200})`")
_WORD = re.compile(r"[\w$][\w./:@${}-]{1,199}")
_TELLING = re.compile(r"[0-9_./:@-]|[a-z][A-Z]")


def place(message: str, path: str, document: Document, project: Project) -> Span:
    """The line that a message of a policy means, where it names something that stands in the document once; else the file."""
    lines = project.text(path).split("\n")[: document.last or None]
    leaves = _leaves(document.data)
    for token in _tokens(message):
        pattern = re.compile(rf"(?<![\w.-]){re.escape(token)}(?![\w-])") if token in leaves else _address(token)
        if pattern is None:
            continue
        hits = [number for number, line in enumerate(lines, 1) if number >= document.first and pattern.search(line)]
        if len(hits) == 1:
            line = lines[hits[0] - 1].rstrip()
            return Span(path, hits[0], len(line) - len(line.lstrip()) + 1, hits[0], len(line) + 1)
    name = yaml.get(document.source, "metadata", "name")
    if isinstance(name, str) and name and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", message):
        return yaml.at(document.source, "metadata", "name")
    return Span(path)


def _tokens(message: str) -> list[str]:
    """What a message may name: what is quoted, then the words that look like names, the longest first."""
    quoted = [next(filter(None, found.groups())) for found in _QUOTED.finditer(message)]
    words = {found[0].rstrip(".,:;") for found in _WORD.finditer(message)}
    telling = sorted((word for word in words if _TELLING.search(word)), key=lambda word: (-len(word), word))
    return [*dict.fromkeys((*quoted, *telling))][:50]


def _address(token: str) -> re.Pattern[str] | None:
    """How the block of a Terraform address is opened; None for what is no address."""
    parts = token.split(".")
    if len(parts) < 2 or not all(re.fullmatch(r"[\w-]+", part) for part in parts):
        return None
    kind, name = re.escape(parts[-2]), re.escape(parts[-1])
    if parts[-2] in ("module", "var", "output"):
        return re.compile(rf'^\s*(?:module|variable|output|provider)\s+"{name}"')
    return re.compile(rf'^\s*{"data" if parts[0] == "data" else "resource"}\s+"{kind}"\s+"{name}"')


def _leaves(data: Any) -> frozenset[str]:
    found: set[str] = set()
    waiting = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            found.update(node)
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
        elif isinstance(node, str):
            found.add(node)
        elif node is not None and not isinstance(node, bool):
            found.add(str(node))
    return frozenset(found)
