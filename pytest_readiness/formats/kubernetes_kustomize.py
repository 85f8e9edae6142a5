"""What kustomizations say about other files: which are only patches, and which namespace they are put into."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from ..model import ParseFailure
from ..model import Resource
from ..project import Project
from ..syntax.yaml import Mapping
from .kubernetes_objects import Object
from .kubernetes_objects import dig

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
# fields that name files which are no objects of their own; of a mapping, the key that holds the file
_FRAGMENTS = (
    ("patches", "path"),
    ("patchesStrategicMerge", ""),
    ("patchesJson6902", "path"),
    ("replacements", "path"),
    ("configurations", ""),
    ("crds", ""),
    ("openapi", "path"),
)
_INCLUDES = ("resources", "bases", "components")
_GENERATORS = ("configMapGenerator", "secretGenerator")


@dataclass(frozen=True)
class Kustomizations:
    """The kustomizations of a project taken together."""

    fragments: set[str] = field(default_factory=set)
    components: set[str] = field(default_factory=set)
    parents: dict[str, set[str]] = field(default_factory=dict)  # a file or directory -> the directories that include it
    namespaces: dict[str, str] = field(default_factory=dict)  # a directory -> the namespace it sets


def kustomizations(project: Project) -> Kustomizations:
    """The index, made once."""
    key = "k8s.kustomizations"
    if key not in project.cache:
        index = Kustomizations()
        for path in project.paths:
            if path.rpartition("/")[2] in KUSTOMIZATIONS:
                for body in _documents(path, project):
                    _add(index, path.rpartition("/")[0], body)
        project.cache[key] = index
    found: Kustomizations = project.cache[key]
    return found


def _documents(path: str, project: Project) -> Iterator[Mapping]:
    try:
        yield from (document.data for document in project.documents(path) if isinstance(document.data, Mapping))
    except ParseFailure:
        return


def _add(index: Kustomizations, directory: str, body: Mapping) -> None:
    for name, key in _FRAGMENTS:
        for item in _list(body.get(name)):
            index.fragments.update(_file(directory, item.get(key) if isinstance(item, dict) else item))
    for name in _GENERATORS:
        for item in _list(body.get(name)):
            for source in [*_list(dig(item, "files")), *_list(dig(item, "envs")), dig(item, "env")]:
                index.fragments.update(_file(directory, source.rpartition("=")[2] if isinstance(source, str) else None))
    for name in _INCLUDES:
        for item in _list(body.get(name)):
            for included in _file(directory, item):
                index.parents.setdefault(included, set()).add(directory)
    if body.get("kind") == "Component":
        index.components.add(directory)
    if isinstance(namespace := body.get("namespace"), str):
        index.namespaces[directory] = namespace


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []


def _file(directory: str, source: Any) -> Iterator[str]:
    """A path relative to the kustomization as one of the project; inline patches and remote bases are none."""
    if isinstance(source, str) and source and "\n" not in source and "://" not in source:
        path = posixpath.normpath(posixpath.join(directory, source))
        yield "" if path == "." else path


def is_fragment(path: str, project: Project) -> bool:
    """Whether a file only makes sense merged into others: a patch, a generator's input, part of a component."""
    index = kustomizations(project)
    if path in index.fragments:
        return True
    parts = path.split("/")
    return any("/".join(parts[:depth]) in index.components for depth in range(1, len(parts)))


def kustomized_namespace(path: str, project: Project) -> str | None:
    """The namespace that a kustomization which includes the file, directly or not, puts its objects into."""
    index = kustomizations(project)
    seen: set[str] = set()
    stack = [path]
    while stack:
        for directory in sorted(index.parents.get(stack.pop(), ())):
            if directory in index.namespaces:
                return index.namespaces[directory]
            if directory not in seen:
                seen.add(directory)
                stack.append(directory)
    return None


def generated_secrets(body: Mapping) -> Iterator[Resource]:
    """The secrets that a kustomization makes from literals written in it."""
    for number, item in enumerate(_list(body.get("secretGenerator"))):
        if isinstance(item, Mapping) and isinstance(item.get("literals"), list):
            name = item.get("name")
            label = f"secretGenerator/{name if isinstance(name, str) else number}"
            yield Object("k8s.secret", label, item.entry("name") if name else item.head, item, str(body["apiVersion"]), "SecretGenerator")
