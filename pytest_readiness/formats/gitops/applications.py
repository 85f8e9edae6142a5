"""Argo CD: what is synced from where to where, and how the server itself is set up; Kargo's stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ...model import Span
from ...project import Project as Root
from ...syntax import yaml
from ...unknown import Unknown
from ..environments import environment_of
from ..environments import is_production
from ..kubernetes.objects import Object
from ..kubernetes.objects import dig
from ..kubernetes.objects import entries

_WHOLE = frozenset(("", "/", "/spec", ".", ".spec"))


def known(*values: Any) -> tuple[str, ...]:
    """The values that are text, for looking at names without touching what is unknown."""
    return tuple(str(value) for value in values if isinstance(value, (str, int, float)))


@dataclass(frozen=True, eq=False)
class Source:
    """One source of an Application: a directory of a Git repository, or a chart."""

    owner: Application
    keys: tuple[str | int, ...]
    body: Any

    @property
    def revision_key(self) -> str:
        return "targetBranch" if self.keys[-1] == "syncSource" else "targetRevision"

    @property
    def revision(self) -> Any:
        return dig(self.body, self.revision_key)

    @property
    def is_chart(self) -> bool:
        """Whether it comes from a chart repository, which has versions instead of branches."""
        return dig(self.body, "chart") is not None

    @property
    def chart(self) -> Any:
        return dig(self.body, "chart")

    @property
    def place(self) -> Span:
        return yaml.at(self.owner.body, *self.keys, self.revision_key)


@dataclass(frozen=True, eq=False)
class Application(Object):
    """An Application, or the one that an ApplicationSet makes many of."""

    @property
    def is_set(self) -> bool:
        return self.is_a("argoproj.io/ApplicationSet")

    def keys(self, *keys: str | int) -> tuple[str | int, ...]:
        """Where something of the Application stands: in a set, inside of its template."""
        return ("spec", "template", *keys) if self.is_set else keys

    def setting(self, *keys: str | int) -> Any:
        """A value of the Application; what a set leaves to its patch or its generators is unknown."""
        found = self.get(*self.keys(*keys))
        if found is None and self.is_set and (who := self._completed_by()):
            return Unknown(f"{who} may set {'.'.join(map(str, keys))}")
        return found

    def place(self, *keys: str | int) -> Span:
        return self.at(*self.keys(*keys))

    def _completed_by(self) -> str:
        if self.peek("spec", "templatePatch") is not None:
            return "spec.templatePatch"
        bodies = (inner for generator in self.generators if isinstance(generator, dict) for inner in generator.values())
        return "the template of a generator" if any(dig(body, "template") is not None for body in bodies) else ""

    @property
    def generators(self) -> list[Any]:
        return _listed(self.body, "spec", "generators")

    @property
    def policy(self) -> Any:
        """``syncPolicy.automated``: None, also where the key is written without a value, means that nobody syncs."""
        return self.setting("spec", "syncPolicy", "automated")

    @property
    def is_automated(self) -> bool:
        """Whether what is merged is synced without anybody asking for it."""
        if self.is_driven_otherwise:
            return True
        policy = self.policy
        if policy is None or (not isinstance(policy, dict) and bool(policy)):
            return False
        enabled = entries(policy).get("enabled")
        return enabled is None or bool(enabled)

    @property
    def is_driven_otherwise(self) -> bool:
        """Whether Kargo or the steps of a set sync it, which do so instead of Argo CD's own automation."""
        annotations = self.get(*self.keys("metadata", "annotations"))
        by_kargo = isinstance(annotations, dict) and "kargo.akuity.io/authorized-stage" in annotations
        kind = self.peek("spec", "strategy", "type") if self.is_set else None
        return by_kargo or (isinstance(kind, str) and kind == "RollingSync")

    @property
    def sources(self) -> Iterator[Source]:
        """Every source, of Applications with several as well."""
        several = self.get(*self.keys("spec", "sources"))
        for index, body in enumerate(several) if isinstance(several, list) else ():
            yield Source(self, self.keys("spec", "sources", index), body)
        if not several:
            for keys in (("source",), ("sourceHydrator", "drySource")):
                body = self.get(*self.keys("spec", keys[0]))
                for key in keys[1:]:
                    body = dig(body, key)
                if body is not None:
                    yield Source(self, self.keys("spec", *keys), body)

    @property
    def _names(self) -> tuple[str, ...]:
        """What may name its environment, the most telling last."""
        spec = self.peek(*self.keys("spec"))
        sources = [dig(spec, "source"), *_listed(spec, "sources")]
        return known(
            *(dig(source, "targetRevision") for source in sources),
            self.path,
            self.home,
            dig(spec, "project"),
            *(dig(source, "path") for source in sources),
            *(name for source in sources for name in _listed(source, "helm", "valueFiles")),
            *(dig(spec, "destination", key) for key in ("server", "name", "namespace")),
            self.peek("metadata", "name"),
            self.peek(*self.keys("metadata", "name")),
            self.for_environment,
        )

    @property
    def is_production(self) -> bool:
        """Whether rules for production apply; what is made for a pull request is a preview."""
        previews = any("pullRequest" in str(known(*_keys(generator))) for generator in self.generators)
        return not previews and is_production(*self._names)

    @property
    def environments(self) -> set[str]:
        """The environments that it deploys to, as far as names tell; a set's also by what its lists hold."""
        found = {environment_of(*self._names)}
        for generator in self.generators if self.is_set else ():
            found |= {environment_of(str(value)) for _, value in yaml.walk(generator) if isinstance(value, str)}
        return found - {""}

    def environments_found(self, project: Root) -> set[str]:
        """The environments of the directories and files of the project for which a set's git generators make Applications."""
        globs = [
            dig(entry, "path")
            for generator in self.generators
            for git in _generators(generator, "git")
            for entry in (*_listed(git, "directories"), *_listed(git, "files"))
            if not dig(entry, "exclude")
        ]
        found = {environment_of(place) for glob in globs if isinstance(glob, str) for place in _matching(glob, project)}
        return found - {""}

    @property
    def is_open_ended(self) -> bool:
        """Whether a set makes its Applications from what is not written here: clusters, directories, pull requests."""
        return self.is_set and any(set(_keys(generator)) - {"list"} for generator in self.generators)

    @property
    def ignored(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The entries of ignoreDifferences that hide more than a field."""
        listed = self.setting("spec", "ignoreDifferences")
        for index, entry in enumerate(listed) if isinstance(listed, list) else ():
            known_entry = entries(entry)
            pointers = [*(known_entry.get("jsonPointers") or ()), *(known_entry.get("jqPathExpressions") or ())]
            if any(isinstance(pointer, str) and pointer.strip() in _WHOLE for pointer in pointers):
                yield index, known_entry


def _listed(node: Any, *keys: str) -> list[Any]:
    found = dig(node, *keys)
    return found if isinstance(found, list) else []


def _keys(generator: Any) -> tuple[str, ...]:
    """The kinds of a generator: ``list``, ``git``; those inside of a matrix or merge as well."""
    return tuple(key for key, _ in _flat(generator))


def _generators(generator: Any, kind: str) -> Iterator[Any]:
    return (body for key, body in _flat(generator) if key == kind)


def _flat(generator: Any) -> Iterator[tuple[str, Any]]:
    stack = [generator]
    while stack:
        body = stack.pop()
        for key, inner in body.items() if isinstance(body, dict) else ():
            if key in ("matrix", "merge"):
                stack.extend(_listed(inner, "generators"))
            elif key != "selector":
                yield key, inner


def _matching(glob: str, project: Root) -> Iterator[str]:
    """The directories and files that a pattern of a git generator names."""
    places = set(project.paths) | {parent for path in project.paths for parent in _above(path)}
    pattern = glob.removeprefix("./").rstrip("/")
    return (place for place in places if place.count("/") == pattern.count("/") and fnmatchcase(place, pattern))


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


@dataclass(frozen=True, eq=False)
class Project(Object):
    """An AppProject: what its Applications may take from where and put where."""


@dataclass(frozen=True, eq=False)
class Stage(Object):
    """A Stage of Kargo: one step on the way to production."""


@dataclass(frozen=True, eq=False)
class Config(Object):
    """The settings of an Argo CD server: the ConfigMap argocd-cm."""
