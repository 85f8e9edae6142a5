"""Names of results that do not change when lines move."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from bisect import bisect_right
from collections.abc import Collection
from typing import TYPE_CHECKING

from ..model import ParseFailure
from ..text import brief
from .report import Result

if TYPE_CHECKING:
    from ..project import Project

_MANY = 100  # resources in a region, of which none can be meant alone


class Names:
    """The names of results in the files of a project; of ``reports`` the lines are not read."""

    def __init__(self, project: Project, reports: Collection[str]) -> None:
        self._project = project
        self._reports = reports
        self._lines: dict[str, list[str]] = {}
        self._heads: dict[str, tuple[list[int], list[str]]] = {}

    def of(self, path: str, result: Result) -> str:
        """What the tool calls the thing or the result, the resource that its region holds, or the text of its line."""
        if result.logical:
            return brief(result.logical, 150)
        if result.fingerprint:
            return digest(result.fingerprint)
        line = self.line(path, result.line).strip()
        seen = result.excerpt.partition("\n")[0]
        if seen and (not line or (seen not in line and line not in seen)):  # of what is made from the file, or of one that is not here
            return digest(f"{result.place}\n{result.message}\n{result.excerpt}")
        if name := self._held(path, result):
            return name
        return digest(f"{result.place}\n{result.message}\n{line}")

    def _held(self, path: str, result: Result) -> str:
        """The resource whose head is in a region of several lines, with all others there being parts of it."""
        if not result.path or result.end_line <= result.line:
            return ""
        lines, names = self.heads(path)
        first, last = bisect_left(lines, result.line), bisect_right(lines, result.end_line)
        if not first < last <= first + _MANY:
            return ""
        name = names[first]
        return name if all(other == name or other.startswith(f"{name}/") for other in names[first:last]) else ""

    def heads(self, path: str) -> tuple[list[int], list[str]]:
        """The lines where resources of ours begin in a file, and their names."""
        if path not in self._heads:
            contents = self._project.contents(path)
            heads = sorted((r.span.line, len(r.name), r.name) for r in (contents.resources if contents else ()) if r.path == path)
            self._heads[path] = [line for line, _, _ in heads], [name for _, _, name in heads]
        return self._heads[path]

    def line(self, path: str, number: int) -> str:
        """A line of a file, without what it ends with; empty where it has none of that number."""
        if path not in self._lines:
            try:
                self._lines[path] = self._project.text(path).split("\n") if path not in self._reports else []
            except ParseFailure:
                self._lines[path] = []
        lines = self._lines[path]
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


def digest(text: str) -> str:
    """A short name for a long text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
