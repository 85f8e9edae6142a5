"""Which compose files there are, and which of them name each other or belong together by their names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping
from ...syntax.yaml import get
from ...unknown import Unknown
from ...unknown import Unresolved
from ..interpolation import dotenv
from ..interpolation import resolved
from .written import DEFAULTS
from .written import Written
from .written import read

_LIKELY = re.compile(r"(?:docker-)?compose[.-][\w.-]+\.ya?ml|[\w.-]+[.-](?:docker-)?compose(?:\.[\w-]+)?\.ya?ml", re.IGNORECASE).fullmatch
_OVERRIDE = re.compile(r"(.+)\.override\.ya?ml").fullmatch
_SERVICES = re.compile(r"^[\"']?(?:services|include)[\"']?[ \t]*:", re.MULTILINE)
_KUBERNETES = (re.compile(r"^apiVersion[ \t]*:", re.MULTILINE), re.compile(r"^kind[ \t]*:", re.MULTILINE))
_LIST = re.compile(r"\A(?:\s+|#[^\n]*\n|---[^\n]*\n)*- ")
_ELSEWHERE = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|oci:|github\.com/", re.IGNORECASE)


def is_certain(path: str) -> bool:
    """One of the names Compose looks for by itself, or its override."""
    name = path.rpartition("/")[2].lower()
    match = _OVERRIDE(name)
    return name in DEFAULTS or (match is not None and f"{match[1]}.yml" in DEFAULTS)


def is_compose(path: str, text: Any) -> bool:
    """Whether the file is a compose file by its name, and its text does not say otherwise."""
    if not path.endswith((".yml", ".yaml")) or "compose" not in path.rpartition("/")[2].lower() or _ELSEWHERE.search(path):
        return False
    certain = is_certain(path)
    if not certain and not _LIKELY(path.rpartition("/")[2]):
        return False
    content = text()
    if all(mark.search(content) for mark in _KUBERNETES) or _LIST.match(content):
        return False
    return certain or bool(_SERVICES.search(content))


def is_compose_file(project: Project, path: str) -> bool:
    """`is_compose` for a file of the project."""
    return is_compose(path, partial(project.glance, path))


@once
def by_name(project: Project) -> tuple[str, ...]:
    """The compose files that are so by their name."""
    return tuple(path for path in project.paths if is_compose_file(project, path))


def referenced(project: Project) -> dict[str, dict[str, list[str]]]:
    """The files that compose files name, with who names them: ``{path: {"include" | "extends": [paths]}}``."""
    if "compose.referenced" in project.cache:
        return project.cache["compose.referenced"]  # type: ignore[no-any-return]
    found: dict[str, dict[str, list[str]]] = {}
    project.cache["compose.referenced"] = found
    todo = [*by_name(project)]
    seen = set(todo)
    while todo:
        path = todo.pop()
        text = project.glance(path)
        if "include" not in text and "extends" not in text:
            continue
        try:
            written = read(project, path)
        except (ParseFailure, Unresolved):
            continue
        for how, other, _ in files_named(project, written):
            if isinstance(other, str) and project.exists(other):
                found.setdefault(other, {}).setdefault(how, []).append(path)
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
    return found


def files_named(project: Project, written: Written) -> Iterator[tuple[str, str | Unknown | None, Span]]:
    """How, which and where: the files under ``include`` and ``extends.file``; None for one that is not in a repository."""
    variables = variables_of(project, written.path)
    for index, entry in enumerate(written.data.get("include") or ()):
        paths = get(entry, "path") if isinstance(entry, Mapping) else entry
        for path in paths if isinstance(paths, list) else (paths,):
            if isinstance(path, str):
                yield "include", beside(written.path, resolved(path, variables)), written.data["include"].item(index)
    for service in written.services.values():
        extends = get(service, "extends")
        if isinstance(extends, Mapping) and isinstance(extends.get("file"), str):
            origin = extends.value_span("file").path
            yield "extends", beside(origin, resolved(extends["file"], variables)), extends.entry("file")


def beside(path: str, name: Any) -> str | Unknown | None:
    """A path relative to the directory of a file, from the project's root; unknown when it leaves the project."""
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else None
    if is_remote(name):
        return None
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if joined.startswith(("../", "/")) or joined == "..":
        return Unknown(f"{name} is outside of the project")
    return joined


def is_remote(name: str) -> bool:
    """Whether a context or file is fetched from elsewhere."""
    return bool(_REMOTE.match(name))


def exists(project: Project, path: str) -> bool:
    """Whether a file is there: among those looked at, or left out but on the disk."""
    if project.exists(path):
        return True
    root = project.tree.root
    return root is not None and (root / path).exists()


def override_base(project: Project, path: str) -> str | None:
    """The file that an override file is merged onto."""
    directory, _, name = path.rpartition("/")
    match = _OVERRIDE(name)
    if match is None:
        return None
    stems = [f"{match[1]}.yaml", f"{match[1]}.yml"]
    return _first(project, directory, [*stems, *(DEFAULTS if f"{match[1]}.yml" in DEFAULTS else ())], path)


def variant_base(project: Project, path: str) -> str | None:
    """The file that a variant (``compose.prod.yaml``) may be meant for."""
    directory, _, name = path.rpartition("/")
    if name in DEFAULTS or _OVERRIDE(name):
        return None
    common = [
        f"{stem}.{word}{suffix}" for word in ("base", "common") for stem in ("compose", "docker-compose") for suffix in (".yaml", ".yml")
    ]
    return _first(project, directory, [*DEFAULTS, *common], path)


def _first(project: Project, directory: str, names: list[str], path: str) -> str | None:
    paths = (f"{directory}/{name}" if directory else name for name in names)
    return next((p for p in paths if p != path and project.exists(p) and is_compose_file(project, p)), None)


def override_of(project: Project, path: str) -> str | None:
    """The override file that Compose merges onto a file by itself."""
    siblings = project.below(path.rpartition("/")[0])
    return next((p for p in siblings if ".override.y" in p and override_base(project, p) == path and is_compose_file(project, p)), None)


def variables_of(project: Project, path: str) -> dict[str, str]:
    """The variables of the ``.env`` beside a compose file."""
    directory = path.rpartition("/")[0]
    return _variables_in(project, f"{directory}/.env" if directory else ".env")


@once
def _variables_in(project: Project, path: str) -> dict[str, str]:
    try:
        return dotenv(project.text(path)) if project.exists(path) else {}
    except ParseFailure:
        return {}
