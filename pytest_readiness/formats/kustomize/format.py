"""Kustomizations: each is judged itself, and an overlay by the objects that are built from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...syntax.yaml import Document
from ...syntax.yaml import Mapping
from ...unknown import Unresolved
from ..base import Format
from ..kubernetes.format import Site
from ..kubernetes.format import judged
from ..kubernetes.kustomize import generated_secrets
from ..kubernetes.objects import Object
from ..kubernetes.objects import Part
from . import files
from .build import build
from .files import GENERATORS
from .files import KUSTOMIZATIONS
from .files import Unit
from .files import index
from .remotes import Remote
from .remotes import remotes

_FLUX = re.compile(r"^apiVersion:\s*[\"']?kustomize\.toolkit\.fluxcd\.io/", re.MULTILINE)
# field -> what takes its place
_DEPRECATED = {
    "bases": "resources",
    "patchesStrategicMerge": "patches",
    "patchesJson6902": "patches",
    "commonLabels": "labels",
    "vars": "replacements",
    "imageTags": "images",
    "helmChartInflationGenerator": "helmCharts",
}


@dataclass(frozen=True, eq=False)
class Kustomization(Part):
    """One kustomization file; ``overlay`` is the home under which it is built, empty for a base or component."""

    unit: Unit
    overlay: str

    @property
    def directory(self) -> str:
        return self.unit.directory

    @property
    def remotes(self) -> tuple[Remote, ...]:
        """What it takes from elsewhere."""
        return tuple(remotes(self.unit))

    @property
    def deprecated(self) -> Iterator[tuple[str, str, Span]]:
        """Fields that go out of use, what takes their place, and where they stand."""
        yield from ((name, instead, self.body.entry(name)) for name, instead in _DEPRECATED.items() if self.body.get(name))

    @property
    def unhashed(self) -> Iterator[tuple[Span, Span]]:
        """What it generates under a name that stays when the content changes: the places of its name and of the wish."""
        for item in self.unit.entries(*GENERATORS):
            for holder in (item.get("options"), self.body.get("generatorOptions")):
                if isinstance(holder, Mapping) and holder.get("disableNameSuffixHash") is True and "name" in item:
                    yield item.entry("name"), holder.entry("disableNameSuffixHash")
                    break

    def built(self, project: Project) -> Iterator[tuple[Resource, ...]]:
        """What each of the overlays that include it is built to. Raises `Unresolved` where one cannot be built."""
        for home in index(project).homes.get(self.unit.path, ()):
            contents = project.contents(home)
            if contents is None or contents.unjudged or contents.failures:
                raise Unresolved(contents.unjudged if contents and contents.unjudged else f"{home} cannot be built")
            yield contents.resources

    def dangling(self, project: Project) -> Iterator[tuple[str, Span]]:
        """Why it can never be built, and where it says so: what it names and is not there, or names twice."""
        yield from files.dangling(self.unit, project)

    def shares_a_base_with(self, other: Kustomization, project: Project) -> bool:
        """Whether both are overlays that include some directory or object that is the same."""
        if self is other or not (self.overlay and other.overlay):
            return False
        ours, theirs = (files.closure(project, one.directory) for one in (self, other))
        shared = {one.path for one in ours.units if not one.is_component} & {one.path for one in theirs.units}
        return bool(shared or {*ours.resources} & {*theirs.resources})

    def objects(self, project: Project) -> tuple[Object, ...]:
        """What it is built to; none for a base or component. Raises `Unresolved` where it cannot be built."""
        contents = project.contents(self.overlay) if self.overlay else None
        if contents is None:
            return ()
        if contents.unjudged or contents.failures:
            raise Unresolved(contents.unjudged or f"{self.overlay} cannot be built")
        return tuple(found for found in contents.resources if isinstance(found, Object) and found.kind == "k8s.object")


class Kustomize(Format):
    """``kustomization.yaml``, and the overlays, which are built."""

    name = "kustomize"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return path.rpartition("/")[2] in KUSTOMIZATIONS and not _FLUX.search(text())

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        if project.exists(path):
            yield from self._kustomization(path, project)
        directory = index(project).overlays.get(path)
        if directory is None:
            return
        result = build(project, directory)
        taken: set[str] = set()
        for built in result.objects:
            site = Site(path, third_party=built.third_party)
            yield from judged([Document("", built.body, built.body.span)], site, taken=taken, placeholders=result.placeholders)

    def _kustomization(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        one = files.unit(project, path.rpartition("/")[0])
        if one is None or one.path != path:
            kept = one.path if one else ""
            yield ParseFailure(f"there is {kept} as well: Kustomize takes one of them only", Span(path))
            return
        if one.failure:
            raise one.failure
        known = index(project)
        overlay = next((home for home, directory in known.overlays.items() if directory == one.directory), "")
        yield Kustomization("kustomize.kustomization", "kustomization", one.head, one.body, one, overlay)
        if not any(not files.closure(project, known.overlays[home]).unknowable for home in known.homes.get(path, ())):
            yield from generated_secrets(one.body)

    def homes(self, project: Project) -> Iterable[str]:
        return index(project).overlays

    def homes_of(self, path: str, project: Project) -> Iterable[str]:
        return index(project).homes.get(path, ())

    def repository(self, project: Project) -> Iterator[Resource]:
        if project.files(self.name):
            yield Resource("kustomize.repository", "repo", Span("."))


def kustomizations(project: Project) -> Iterator[Kustomization]:
    """Every kustomization, without building any overlay but one at the root."""
    for path in project.files(Kustomize.name):
        contents = project.contents(path)
        yield from (found for found in (contents.resources if contents else ()) if isinstance(found, Kustomization))
