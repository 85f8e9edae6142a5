"""What kustomizations say about other files: which are only patches, and which namespace they are put into."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from ...model import ParseFailure
from ...model import Resource
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping
from .objects import Object
from .objects import dig

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
    images: dict[str, list[Mapping]] = field(default_factory=dict)  # a directory -> the images it rewrites


@once
def kustomizations(project: Project) -> Kustomizations:
    """The index, made once."""
    index = Kustomizations()
    for path in project.paths:
        if path.rpartition("/")[2] in KUSTOMIZATIONS:
            for body in _documents(path, project):
                _add(index, path.rpartition("/")[0], body)
    return index


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
    for item in _list(body.get("images")):
        if isinstance(item, Mapping):
            index.images.setdefault(directory, []).append(item)


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


def _including(path: str, index: Kustomizations) -> Iterator[str]:
    """The directories of the kustomizations that include a file, directly or through others, nearest first."""
    seen: set[str] = set()
    queue = [path]
    for child in queue:
        for directory in sorted(index.parents.get(child, ())):
            if directory not in seen:
                seen.add(directory)
                queue.append(directory)
                yield directory


def kustomized_namespace(path: str, project: Project) -> str | None:
    """The namespace that a kustomization which includes the file puts its objects into."""
    index = kustomizations(project)
    return next((index.namespaces[directory] for directory in _including(path, index) if directory in index.namespaces), None)


def kustomized_image(path: str, name: str, project: Project) -> tuple[str | None, str | None]:
    """The tag and the digest that a kustomization which includes the file gives to an image of this name."""
    index = kustomizations(project)
    for directory in _including(path, index):
        for item in index.images.get(directory, ()):
            if item.get("name") == name:
                tag, digest = (item.get(key) for key in ("newTag", "digest"))
                if tag is not None or digest is not None:
                    return None if tag is None else str(tag), None if digest is None else str(digest)
    return None, None


def generated_secrets(body: Any) -> Iterator[Resource]:
    """The secrets that a kustomization makes from literals written in it."""
    for number, item in enumerate(_list(dig(body, "secretGenerator"))):
        if isinstance(item, Mapping) and isinstance(item.get("literals"), list):
            name = item.get("name")
            label = f"secretGenerator/{name if isinstance(name, str) else number}"
            span = item.entry("name") if name else item.head
            yield Object("k8s.secret", label, span, item, "kustomize.config.k8s.io/v1beta1", "SecretGenerator")
