"""Where a location of a SARIF file is in the project: relative, absolute, below a base, encoded, or nowhere."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from ..project import Project

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DRIVE = re.compile(r"/?[A-Za-z]:[/\\]")
_BASES = 10  # that refer to one another


class Places:
    """The paths of a tool's locations. A path counts when it leads to a file of the project, and never outside of it.

    ``root`` is what the tool called the root, such as ``/src`` in a container.
    """

    def __init__(self, project: Project, root: str = "", bases: Mapping[str, Any] | None = None, artifacts: Sequence[Any] = ()) -> None:
        self._project = project
        self._bases = bases or {}
        self._artifacts = artifacts
        own = project.tree.root
        self._roots = [root.rstrip("/")] if root else []
        self._roots += list(dict.fromkeys((own.as_posix(), os.path.realpath(own).replace(os.sep, "/")))) if own else []
        self._known: dict[tuple[str, str], str] = {}

    def find(self, location: object) -> tuple[str, str]:
        """The path of an ``artifactLocation`` in the project, empty where it is none, and what the tool wrote."""
        uri, base = self._written(location)
        if not uri:
            return "", ""
        if (uri, base) not in self._known:
            self._known[uri, base] = next((path for path in self._candidates(uri, base) if self._exists(path)), "")
        return self._known[uri, base], uri

    def _written(self, location: object) -> tuple[str, str]:
        found = location if isinstance(location, dict) else {}
        index = found.get("index")
        if not isinstance(found.get("uri"), str) and isinstance(index, int) and 0 <= index < len(self._artifacts):
            artifact = self._artifacts[index]
            located = artifact.get("location") if isinstance(artifact, dict) else None
            found = located if isinstance(located, dict) else {}
        uri, base = found.get("uri"), found.get("uriBaseId")
        return uri if isinstance(uri, str) else "", base if isinstance(base, str) else ""

    def _candidates(self, uri: str, base: str) -> Iterator[str]:
        """The paths that it may mean, the likeliest first: below its base, then below the root; decoded, then as it is."""
        for written in dict.fromkeys((f"{self._base(base)}{uri}" if not _is_absolute(uri) else uri, uri)):
            for text in dict.fromkeys((unquote(written, errors="surrogateescape"), written)):
                yield from self._below(text)

    def _base(self, name: str) -> str:
        """The text of a base, with those it rests on before it."""
        found = ""
        for _ in range(_BASES):
            body = self._bases.get(name)
            if not isinstance(body, dict):
                break
            uri, name = body.get("uri"), str(body.get("uriBaseId", ""))
            if isinstance(uri, str):
                found = (uri if uri.endswith("/") else f"{uri}/") + found
                if _is_absolute(uri):
                    break
        return found

    def _below(self, text: str) -> Iterator[str]:
        """A text as a path below the root; nothing where it leads elsewhere."""
        if text.lower().startswith("file:"):
            rest = text[5:]
            text = "/" + rest[2:].partition("/")[2] if rest.startswith("//") else rest
        elif _SCHEME.match(text) and not _DRIVE.match(text):
            return
        if "\\" in text and ("/" not in text or _DRIVE.match(text)):
            text = text.replace("\\", "/")
        if text.startswith("/") or _DRIVE.match(text):
            for root in self._roots:
                if text.startswith(f"{root}/"):
                    yield from _inside(text[len(root) + 1 :])
                elif text.startswith(f"/{root}/"):  # file:///C:/...
                    yield from _inside(text[len(root) + 2 :])
        else:
            yield from _inside(text)

    def _exists(self, path: str) -> bool:
        return self._project.exists(path) or self._project.tree.has(path)


def _is_absolute(uri: str) -> bool:
    return uri.startswith("/") or bool(_SCHEME.match(uri)) or bool(_DRIVE.match(uri))


def _inside(text: str) -> Iterator[str]:
    """A relative path without dots, where it does not lead out."""
    path = posixpath.normpath(text) if text else ""
    if path and path not in (".", "..") and not path.startswith(("../", "/")) and "\0" not in path:
        yield path
