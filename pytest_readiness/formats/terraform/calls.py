"""Which directory calls which as a module: what is judged through its callers, and what calls itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass

from ...model import ParseFailure
from ...project import Project
from ...project import once
from ...syntax import hcl
from ...syntax import hcl_expressions
from .directory import CODE
from .directory import FETCHED
from .directory import Directory
from .directory import directory_in


@dataclass(frozen=True)
class Graph:
    """The local calls of the project.

    ``targets`` has the directory of each call, ``circular`` the calls that lead back to their own directory, ``tops``
    the directories that are judged by themselves, ``reached`` through which of them a directory is judged.
    ``unfollowed`` are those of the tops that a file calls which cannot be read.
    """

    targets: Mapping[str, Mapping[str, str]]
    circular: Mapping[tuple[str, str], ParseFailure]
    tops: tuple[str, ...]
    reached: Mapping[str, frozenset[str]]
    unfollowed: frozenset[str]


def local_target(directory: str, call: hcl.Block) -> str | None:
    """The directory that a call names by a path, None where it is none of the project."""
    source = call.body.attributes.get("source")
    value = source.expression.value if source and isinstance(source.expression, hcl_expressions.Literal) else None
    return _resolved(directory, value)


def _resolved(directory: str, value: object) -> str | None:
    if not isinstance(value, str) or not value.startswith(("./", "../")):
        return None
    target = posixpath.normpath(posixpath.join(directory or ".", value))
    return None if target.startswith("..") else "" if target == "." else target


def directories(project: Project) -> tuple[Directory, ...]:
    """Every directory with configuration."""
    return _directories(project)


@once
def _directories(project: Project) -> tuple[Directory, ...]:
    paths = sorted({path.rpartition("/")[0] for path in project.paths if path.endswith(CODE)})
    return tuple(directory_in(path, project) for path in paths if FETCHED not in path.split("/"))


@once
def graph(project: Project) -> Graph:
    """The local calls, worked out once."""
    found = directories(project)
    known = {directory.path for directory in found}
    targets = {
        directory.path: {
            name: target
            for name, call in directory.calls.items()
            if (target := local_target(directory.path, call)) is not None and target in known
        }
        for directory in found
    }
    circular = _circular(found, targets)
    tops, reached = _reached(targets, circular)
    return Graph(targets, circular, tops, reached, frozenset(_unfollowed(found)) & set(tops))


_SOURCE = re.compile(r"""["']?source["']?\s*[=:]\s*"(\.\.?/[^"]*)\"""")


def _unfollowed(found: tuple[Directory, ...]) -> Iterator[str]:
    """What the files seem to call that cannot be read."""
    for directory in found:
        for failure in directory.unread:
            for source in _SOURCE.findall(directory.project.glance(failure.span.path)):
                if (target := _resolved(directory.path, source)) is not None:
                    yield target


def _circular(found: tuple[Directory, ...], targets: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], ParseFailure]:
    looping = _looping(targets)
    made = {}
    for directory in found:
        for name, target in targets[directory.path].items() if directory.path in looping else ():
            if directory.path in _below(target, targets):
                reason = f"module.{name} calls {target or '.'}, which leads back to {directory.path or '.'}: a module cannot contain itself"
                made[directory.path, name] = ParseFailure(reason, directory.calls[name].span)
    return made


def _looping(targets: Mapping[str, Mapping[str, str]]) -> set[str]:
    """The directories that are left when those whose calls all end are taken away, again and again."""
    waiting = {path: set(calls.values()) for path, calls in targets.items()}
    callers: dict[str, set[str]] = {}
    for path, calls in waiting.items():
        for target in calls:
            callers.setdefault(target, set()).add(path)
    done = [path for path, calls in waiting.items() if not calls]
    while done:
        target = done.pop()
        waiting.pop(target, None)
        for caller in callers.get(target, ()):
            if caller in waiting:
                waiting[caller].discard(target)
                if not waiting[caller]:
                    done.append(caller)
    return set(waiting)


def _below(start: str, targets: Mapping[str, Mapping[str, str]]) -> set[str]:
    """The directories that can be reached from one, itself included."""
    seen = {start}
    stack = [start]
    while stack:
        for target in targets[stack.pop()].values():
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return seen


def _reached(
    targets: Mapping[str, Mapping[str, str]], circular: Mapping[tuple[str, str], ParseFailure]
) -> tuple[tuple[str, ...], Mapping[str, frozenset[str]]]:
    sound = {path: {name: to for name, to in calls.items() if (path, name) not in circular} for path, calls in targets.items()}
    called = {target for calls in sound.values() for target in calls.values()}
    tops = [path for path in sorted(targets) if path not in called]
    reached: dict[str, set[str]] = {}
    for top in tops:
        for path in _below(top, sound):
            reached.setdefault(path, set()).add(top)
    return tuple(tops), {path: frozenset(through) for path, through in reached.items()}
