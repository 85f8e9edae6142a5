"""Where criteria are written: ``criteria:`` in ``readiness.yaml``, the files below ``readiness/``, and `python`."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from ..formats.base import Format
from ..model import ParseFailure
from ..model import Resource
from ..model import Span
from ..project import YAML_SUFFIXES
from ..project import Project
from ..settings import NAMES
from ..syntax.yaml import Mapping
from .mistakes import Mistakes
from .python import FOLDER
from .python import is_python_criteria
from .read import Criterion
from .read import criterion

KEY = "criteria"
_HAS_KEY = re.compile(rf"^[\"']?{KEY}[\"']?[ \t]*:", re.MULTILINE)


def is_criteria_file(path: str, text: Callable[[], str]) -> bool:
    """Whether a file holds criteria in YAML."""
    if path in NAMES:
        return bool(_HAS_KEY.search(text()))
    return _is_in_folder(path) and bool(_HAS_KEY.search(text()))


def _is_in_folder(path: str) -> bool:
    """Whether a file may be one of criteria by its place."""
    return path.startswith(f"{FOLDER}/") and path.endswith(YAML_SUFFIXES)


class CriteriaFiles(Format):
    """Files of criteria. What they ask is not asked here: it makes rules, and the plan adds a check for each of their samples."""

    name = "criteria"
    is_about_the_run = True

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return is_criteria_file(path, text) or is_python_criteria(path, text)

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:  # noqa: ARG002 - the interface
        return ()


def read(project: Project, mistakes: Mistakes, kinds: Iterable[str]) -> Iterator[Criterion]:
    """Every criterion of the project, file by file."""
    known = tuple(kinds)
    for path in project.paths:
        if path in NAMES or _is_in_folder(path):
            for body, place in _entries(path, project, mistakes):
                found = criterion(body, place, mistakes, known)
                if found is not None:
                    yield found


def _entries(path: str, project: Project, mistakes: Mistakes) -> Iterator[tuple[Any, Span]]:
    """The entries of a file's ``criteria:``."""
    settings = path in NAMES
    if not settings and not is_criteria_file(path, lambda: project.glance(path)):
        _misspelt(path, project, mistakes)
        return
    try:
        documents = project.documents(path)
    except ParseFailure as failure:
        mistakes.add(failure.span, failure.reason)
        return
    for document in documents:
        data = document.data
        if not isinstance(data, Mapping):
            continue
        for key in data:
            if key != KEY and not settings:
                mistakes.add(data.entry(key), f"unknown key {key!r}: a file of criteria has the one key {KEY!r}, with a list below it")
        listed = data.get(KEY, [])
        if not isinstance(listed, list):
            mistakes.add(data.entry(KEY), f"{KEY} must be a list: begin each criterion with `- id:`")
            continue
        yield from ((item, listed.item(number)) for number, item in enumerate(listed))  # type: ignore[attr-defined]


def _misspelt(path: str, project: Project, mistakes: Mistakes) -> None:
    """A file beside the others that would hold criteria but for a letter."""
    try:
        documents = project.documents(path)
    except ParseFailure:
        return
    for document in documents:
        for key in document.data if isinstance(document.data, Mapping) else ():
            if get_close_matches(key.lower(), [KEY], 1, 0.8):
                mistakes.add(document.data.entry(key), f"unknown key {key!r} (did you mean {KEY!r}?)")  # type: ignore[union-attr]
