"""Criteria in Python: the rules at the top level of ``readiness/*.py``, and of the ``conftest.py`` of the root.

These files are the project's own code, as a ``conftest.py`` is. They are imported only where pytest would import the
``conftest.py`` of the root (`packs.conftest`), and only when they lie directly in ``readiness/`` of the root and use
this package: a package that happens to be called ``readiness`` is left alone, and so is everything below other directories.
"""

from __future__ import annotations

import importlib
import re
import sys
import traceback
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from ..authoring import RuleError
from ..formats import kinds as known_kinds
from ..model import ParseFailure
from ..model import Rule
from ..model import Span
from ..project import Project
from ..text import brief
from .mistakes import Mistakes
from .mistakes import hint
from .samples import OwnRule

FOLDER = "readiness"
CONFTEST = "conftest.py"
HOOK = "pytest_readiness_rules"  # a conftest.py that implements it says itself which rules it has
PACKAGE = "pytest_readiness_criteria"  # what the folder is as a package, so that `from .helpers import x` works
_OURS = re.compile(r"^(?:[ \t]*(?:from|import)[ \t]+pytest_readiness\b|@rule\b)", re.MULTILINE)
_NAME = re.compile(rf"{FOLDER}/(?!_|test_|conftest\.py$)[^/]+(?<!_test)\.py").fullmatch
_FENCE = re.compile(r"[ \t]*```\w+ (?:good|bad)\b").match


def is_python_criteria(path: str, text: Callable[[], str]) -> bool:
    """Whether a file may hold criteria in Python."""
    return bool(path == CONFTEST or _NAME(path)) and bool(_OURS.search(text()))


def files(project: Project) -> tuple[str, ...]:
    """The files of criteria in Python but for ``conftest.py``, which pytest loads."""
    found = project.below(FOLDER)
    return tuple(path for path in found if is_python_criteria(path, lambda path=path: project.glance(path)))  # type: ignore[misc]


def read(project: Project, conftest: Mapping[str, Any], mistakes: Mistakes, kinds: Iterable[str]) -> Iterator[OwnRule]:
    """The rules of the files and of the names of a ``conftest.py``, each once, in the order of their places."""
    root = project.tree.root
    if root is None:
        return
    known = {*known_kinds.KINDS, *known_kinds.WITHOUT_DATA, *kinds}
    seen: set[int] = set()
    for path, names in _namespaces(project, root, conftest, mistakes):
        for name, rule in names.items():
            if isinstance(rule, Rule) and id(rule) not in seen:
                seen.add(id(rule))
                own = _own(name, rule, path, project, root)
                for kind in set(rule.on) - known:
                    mistakes.add(own.span, f"{rule.id}: on: there is no kind {kind!r} ({hint(kind, known)})")
                yield own


def _namespaces(project: Project, root: Path, conftest: Mapping[str, Any], mistakes: Mistakes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if HOOK not in conftest:
        yield CONFTEST, conftest
    found = files(project)
    if found:
        _fresh(root)
    for path in found:
        if (module := _imported(path, project, root, mistakes)) is not None:
            yield path, vars(module)


def _fresh(root: Path) -> None:
    """An empty package of the folder; what another run of this process imported is forgotten."""
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    package = ModuleType(PACKAGE, "The criteria of a project.")
    package.__path__ = [str(root / FOLDER)]
    sys.modules[PACKAGE] = package
    importlib.invalidate_caches()


def _imported(path: str, project: Project, root: Path, mistakes: Mistakes) -> ModuleType | None:
    """A file as a module; whatever goes wrong in it is a mistake at its line."""
    try:
        project.tree.read(path)  # which follows no link to outside of the project
        return importlib.import_module(f"{PACKAGE}.{path[len(FOLDER) + 1 : -len('.py')]}")
    except KeyboardInterrupt:
        raise
    except ParseFailure as failure:
        mistakes.add(failure.span, failure.reason)
    except RuleError as error:
        mistakes.add(_place(error.source, root) or _line(error, path, root), error.reason)
    except BaseException as error:  # noqa: BLE001 - sys.exit(), and what pytest.skip() raises
        mistakes.add(_line(error, path, root), f"cannot be loaded: {_told(error, path, root)}")
    return None


def _told(error: BaseException, path: str, root: Path) -> str:
    """An exception in a few words, with the line where it was raised if that is elsewhere."""
    told = error.msg if isinstance(error, SyntaxError) else str(error)
    where = _raised(error)
    elsewhere = f" ({_relative(*where, root)})" if where is not None and where[0] != str(root / path) else ""
    return f"{type(error).__name__}{': ' if told else ''}{brief(told or '')}{elsewhere}"


def _raised(error: BaseException) -> tuple[str, int] | None:
    """The file and line where an exception was raised; None within Python's own import."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno or 0
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return next((place for place in reversed(frames) if not place[0].startswith("<frozen ")), None)


def _line(error: BaseException, path: str, root: Path) -> Span:
    """The line of a file on which an exception came up, or the file as a whole."""
    own = str(root / path)
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == own]
    if isinstance(error, SyntaxError) and error.filename == own:
        lines = [error.lineno or 0]
    return Span(path, lines[-1], 1, lines[-1], 2) if lines and lines[-1] else Span(path)


def _relative(file: str, line: int, root: Path) -> str:
    return f"{Path(file).relative_to(root).as_posix() if Path(file).is_relative_to(root) else file}:{line}"


def _place(source: str, root: Path) -> Span | None:
    """Where the source of a rule is in the project; None where it is elsewhere."""
    file, _, line = source.rpartition(":")
    if not file or not Path(file).is_relative_to(root):
        return None
    path = Path(file).relative_to(root).as_posix()
    return Span(path, int(line), 1, int(line), 2) if path == CONFTEST or path.startswith(f"{FOLDER}/") else None


def _own(name: str, rule: Rule, path: str, project: Project, root: Path) -> OwnRule:
    """A rule with its place and those of its examples; one that was made elsewhere stands where it gets its name."""
    span = _place(rule.source, root)
    lines = _lines(span.path if span else path, project)
    if span is None:
        number = next((number for number, line in enumerate(lines, 1) if re.search(rf"\b{name}\b", line)), 0)
        span = Span(path, number, 1, number, 2) if number else Span(path)
        return OwnRule(replace(rule, pack=path), span, path)
    fences = [number for number, line in enumerate(lines, 1) if number > span.line and _FENCE(line)]
    places = (Span(span.path, number, 1, number, len(lines[number - 1]) + 1) for number in fences[: len(rule.examples)])
    return OwnRule(replace(rule, pack=path, source=f"{span.path}:{span.line}"), span, path, tuple(places))


def _lines(path: str, project: Project) -> list[str]:
    try:
        return project.text(path).splitlines()
    except ParseFailure:  # Python reads files in other encodings
        return []
