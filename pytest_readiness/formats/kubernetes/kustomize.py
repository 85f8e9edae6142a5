"""What kustomizations do to objects that are judged as they are written, because what they are built to is not known."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from ...model import Resource
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping
from ..kustomize.files import INCLUDES
from ..kustomize.files import Unit
from ..kustomize.files import listed
from ..kustomize.files import units
from .objects import Object
from .objects import dig


@once
def _parents(project: Project) -> dict[str, tuple[Unit, ...]]:
    """A file or directory -> the kustomizations that include it."""
    found: dict[str, list[Unit]] = {}
    for one in units(project):
        for reference in one.references:
            if reference.field in INCLUDES:
                found.setdefault(reference.target, []).append(one)
    return {target: tuple(sorted(including, key=lambda one: one.path)) for target, including in found.items()}


def _including(path: str, project: Project) -> Iterable[Unit]:
    """The kustomizations that include a file, directly or through others, nearest first."""
    parents = _parents(project)
    found: dict[str, Unit] = {}
    queue = [path]
    for child in queue:
        for one in parents.get(child, ()):
            if one.path not in found:
                found[one.path] = one
                queue.append(one.directory)
    return found.values()


def kustomized_namespace(path: str, project: Project) -> str | None:
    """The namespace that a kustomization which includes the file puts its objects into."""
    namespaces = (one.body.get("namespace") for one in _including(path, project))
    return next((namespace for namespace in namespaces if isinstance(namespace, str)), None)


def kustomized_image(path: str, name: str, project: Project) -> tuple[str | None, str | None]:
    """The tag and the digest that a kustomization which includes the file gives to an image of this name."""
    for one in _including(path, project):
        for item in one.entries("images"):
            if item.get("name") == name:
                tag, digest = (item.get(key) for key in ("newTag", "digest"))
                if tag is not None or digest is not None:
                    return None if tag is None else str(tag), None if digest is None else str(digest)
    return None, None


def generated_secrets(body: Any) -> Iterator[Resource]:
    """The secrets that a kustomization makes from literals written in it."""
    for number, item in enumerate(listed(dig(body, "secretGenerator"))):
        if isinstance(item, Mapping) and isinstance(item.get("literals"), list):
            name = item.get("name")
            label = f"secretGenerator/{name if isinstance(name, str) else number}"
            span = item.entry("name") if name else item.head
            yield Object("k8s.secret", label, span, item, "kustomize.config.k8s.io/v1beta1", "SecretGenerator")
