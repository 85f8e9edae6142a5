"""Kustomizations as they are written: what they name, which of them are overlays, and what hinders building these."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping
from ...syntax.yaml import Sequence
from ...syntax.yaml import get

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
INCLUDES = ("resources", "bases", "components")
PLUGINS = ("generators", "transformers", "validators")
GENERATORS = ("configMapGenerator", "secretGenerator")
# fields that name files; of a mapping, the key that holds the file
_FILES = (
    ("patches", "path"),
    ("patchesStrategicMerge", ""),
    ("patchesJson6902", "path"),
    ("replacements", "path"),
    ("configurations", ""),
    ("crds", ""),
    ("openapi", "path"),
    ("helmCharts", "valuesFile"),
)
_REMOTE = re.compile(
    r"[a-z][a-z0-9+.-]*://|git::|gh:|[\w.-]+@[\w.-]+:|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev)[/:]|.*(?:\.git(?:[/?]|$)|\?ref=|/_git/)"
)
_INLINE = re.compile(r"\n|\A\s*[\[{]|:\s")


@dataclass(frozen=True)
class Reference:
    """A path or address that a kustomization names; ``target`` is the path in the project, empty where it is none."""

    field: str
    text: str
    span: Span
    target: str = ""

    @property
    def is_remote(self) -> bool:
        """Whether it looks like an address; a local path of this name goes first."""
        return bool(_REMOTE.match(self.text))


@dataclass(frozen=True, eq=False)
class Unit:
    """One kustomization; ``body`` is empty where it cannot be read, and ``failure`` says why."""

    path: str
    body: Mapping
    failure: ParseFailure | None = None

    @property
    def directory(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def is_component(self) -> bool:
        return self.body.get("kind") == "Component"

    @property
    def head(self) -> Span:
        """A narrow place for the kustomization as a whole."""
        return self.body.head if self.body else Span(self.path)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Everything it names, in the order of its fields."""
        return tuple(self._reference(name, text, span) for name, text, span in _named(self.body))

    def _reference(self, name: str, text: str, span: Span) -> Reference:
        path = text.rpartition("=")[2] if name in GENERATORS and "=" in text else text
        if path.startswith("/"):
            return Reference(name, text, span)
        return Reference(name, text, span, resolved(self.directory, path))

    def entries(self, *names: str) -> Iterator[Mapping]:
        """The mappings listed in some fields."""
        for name in names:
            yield from (item for item in listed(self.body.get(name)) if isinstance(item, Mapping))

    @property
    def chart_home(self) -> str:
        """Where charts that it renders are looked for."""
        home = get(self.body, "helmGlobals", "chartHome")
        return resolved(self.directory, home if isinstance(home, str) and home else "charts")


def resolved(directory: str, path: str) -> str:
    """A path relative to a directory as one relative to the root: ``""`` is the root, ``../x`` lies outside."""
    clean = posixpath.normpath(posixpath.join(directory, path))
    return "" if clean == "." else clean


def listed(value: Any) -> list[Any]:
    """A list, or the one mapping that stands for it."""
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []


def _named(body: Mapping) -> Iterator[tuple[str, str, Span]]:
    for name in (*INCLUDES, *PLUGINS):
        yield from ((name, text, span) for text, span in _texts(body.get(name)) if not _INLINE.search(text))
    for name, key in _FILES:
        if not key:
            yield from ((name, text, span) for text, span in _texts(body.get(name)) if not _INLINE.search(text))
            continue
        for item in listed(body.get(name)):
            if isinstance(item, Mapping) and isinstance(text := item.get(key), str) and text:
                yield name, text, item.entry(key)
    for item in listed(body.get("helmCharts")):
        yield from (("helmCharts", text, span) for text, span in _texts(get(item, "additionalValuesFiles")))
    for name in GENERATORS:
        for item in listed(body.get(name)):
            yield from ((name, text, span) for key in ("files", "envs") for text, span in _texts(get(item, key)))
            if isinstance(item, Mapping) and isinstance(text := item.get("env"), str) and text:
                yield name, text, item.entry("env")


def _texts(value: Any) -> Iterator[tuple[str, Span]]:
    for number, text in enumerate(value if isinstance(value, Sequence) else ()):
        if isinstance(text, str) and text:
            yield text, value.item(number)


# -- what there is


def read(project: Project, path: str) -> bytes | None:
    """The bytes of a file, whether it is looked at or not; None where there is none that may be read."""
    if path.startswith(("../", "/")) or path in ("", ".."):
        return None
    try:
        return project.tree.read(path)
    except (ParseFailure, ValueError):  # ValueError: a name that no file can have
        return None


def is_file(project: Project, path: str) -> bool:
    """Whether there is a file, whether it is looked at or not."""
    return project.exists(path) or read(project, path) is not None


@once
def unit(project: Project, directory: str) -> Unit | None:
    """The kustomization of a directory."""
    for name in KUSTOMIZATIONS:
        path = f"{directory}/{name}" if directory else name
        if is_file(project, path):
            return _read_unit(project, path)
    return None


def _read_unit(project: Project, path: str) -> Unit:
    nothing = Mapping((path, 0, 0, 0, 0))
    try:
        data = next((document.data for document in project.documents(path)), nothing)
    except ParseFailure as failure:
        return Unit(path, nothing, failure)
    if not isinstance(data, Mapping):
        return Unit(path, nothing, ParseFailure("a kustomization must be a mapping", Span(path, 1, 1, 1, 2)))
    return Unit(path, data)


@dataclass(frozen=True)
class Obstacle:
    """Why an overlay cannot be built here, and where it says so."""

    reason: str
    span: Span

    def __str__(self) -> str:
        return f"{self.span.path}:{self.span.line}: {self.reason}" if self.span.line else f"{self.span.path}: {self.reason}"


@dataclass(frozen=True)
class Closure:
    """Everything an overlay is built from.

    ``units`` are its kustomizations, nearest first; ``covers`` says for each which files it brings in,
    itself or through others. ``absent`` are files of generators that git ignores: they are there only where
    it is deployed. ``unknowable`` is what is not in the project, ``wrong`` what can never be built.
    """

    units: tuple[Unit, ...]
    files: frozenset[str]
    absent: frozenset[str]
    resources: tuple[str, ...]
    covers: dict[str, frozenset[str]]
    unknowable: tuple[Obstacle, ...]
    wrong: tuple[Obstacle, ...]


@dataclass
class _Survey:
    """What is found while walking down from an overlay."""

    units: dict[str, Unit] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    resources: dict[str, None] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)  # of a unit: the units and resource files it includes
    components: dict[str, list[str]] = field(default_factory=dict)
    unknowable: list[Obstacle] = field(default_factory=list)
    wrong: list[Obstacle] = field(default_factory=list)


@once
def closure(project: Project, directory: str) -> Closure:
    """What the overlay in a directory is built from."""
    survey = _Survey()
    top = unit(project, directory)
    queue = [top] if top else []
    for one in queue:
        if one.path in survey.units:
            continue
        survey.units[one.path] = one
        survey.files.add(one.path)
        if one.failure:
            survey.wrong.append(Obstacle("it cannot be read", one.failure.span))
        survey.wrong.extend(Obstacle(reason, span) for reason, span in dangling(one, project))
        for reference in one.references:
            included = _visit(one, reference, project, survey)
            queue.extend([included] if included else ())
        _visit_charts(one, project, survey)
        if any(one.body.get(name) for name in PLUGINS):  # what these name in turn is for them to say
            survey.files.update(project.below(one.directory))
    covers = _covers(survey)
    return Closure(
        tuple(survey.units.values()),
        frozenset(survey.files),
        frozenset(survey.absent),
        tuple(survey.resources),
        covers,
        tuple(survey.unknowable),
        tuple(survey.wrong),
    )


def _visit(one: Unit, reference: Reference, project: Project, survey: _Survey) -> Unit | None:
    """Take in what a reference names; the kustomization, where it names one."""
    target = reference.target
    if reference.field in (*INCLUDES, *PLUGINS) and (included := _kustomization(project, reference)) is not None:
        survey.children.setdefault(one.path, []).append(included.path)
        if reference.field == "components":
            survey.components.setdefault(one.path, []).append(included.path)
        return included
    if reference.field in GENERATORS and target and project.ignored(target) and project.tracked(target) is not True:
        survey.absent.add(target)
    elif is_file(project, target):
        survey.files.add(target)
        if reference.field in ("resources", "bases"):
            survey.resources[target] = None
            survey.children.setdefault(one.path, []).append(target)
    elif reference.is_remote:
        survey.unknowable.append(Obstacle(f"{reference.text} is not in the repository", reference.span))
    elif not target or target.startswith(".."):
        survey.unknowable.append(Obstacle(f"{reference.text} lies outside of the project", reference.span))
    elif project.ignored(target):
        survey.unknowable.append(Obstacle(f"{reference.text} is left out of the repository by a .gitignore", reference.span))
    return None


def _kustomization(project: Project, reference: Reference) -> Unit | None:
    target = reference.target
    if target.startswith("..") or (reference.is_remote and "://" in reference.text):
        return None
    return None if target == "" and reference.text.startswith("/") else unit(project, target)


def _visit_charts(one: Unit, project: Project, survey: _Survey) -> None:
    """Charts are rendered on request only, and only those that lie in the project."""
    home = one.chart_home
    charts = [*one.entries("helmCharts"), *one.entries("helmChartInflationGenerator")]
    for chart in charts:
        name = chart.get("name", chart.get("chartName"))
        span = chart.entry("name") if "name" in chart else chart.head
        if not project.configuration.kustomize_helm:
            reason = f"renders the chart {name}, which needs `rendering: {{kustomize-helm: true}}` in readiness.yaml"
            survey.unknowable.append(Obstacle(reason, span))
        elif not any(path.startswith(f"{home}/{name}") and path.endswith("/Chart.yaml") for path in project.paths):
            survey.unknowable.append(Obstacle(f"the chart {name} is not in the repository", span))
    if charts and project.configuration.kustomize_helm:
        survey.files.update(path for path in project.paths if path.startswith(f"{home}/"))


def _covers(survey: _Survey) -> dict[str, frozenset[str]]:
    """For each kustomization the files that its transformations reach; those of a component reach what its includers hold."""
    covers = {path: _reached(path, survey.children) for path in survey.units}
    changed = True
    while changed:  # components may include components
        changed = False
        for path, components in survey.components.items():
            for component in components:
                if not covers[path] <= covers[component]:
                    covers[component] = covers[component] | covers[path]
                    changed = True
    return covers


def _reached(path: str, children: dict[str, list[str]]) -> frozenset[str]:
    seen = {path}
    queue = [path]
    for one in queue:
        fresh = [child for child in children.get(one, ()) if child not in seen]
        seen.update(fresh)
        queue.extend(fresh)
    return frozenset(seen)


def dangling(one: Unit, project: Project) -> Iterator[tuple[str, Span]]:
    """What a kustomization names and is not there, or names twice: it can never be built."""
    seen: set[tuple[str, str]] = set()
    for reference in one.references:
        target, key = reference.target, (reference.field, reference.target)
        if reference.field in INCLUDES and key in seen and target:
            yield f"{reference.text} is listed twice, which Kustomize refuses", reference.span
        seen.add(key)
        if _is_missing(reference, project):
            yield f"{reference.text} does not exist", reference.span
        elif reference.field in INCLUDES and target and _is_bare(target, project):
            yield f"{reference.text} is a directory without a kustomization", reference.span


def _is_missing(reference: Reference, project: Project) -> bool:
    target = reference.target
    if not target or target.startswith("..") or reference.is_remote or is_file(project, target):
        return False
    if reference.field in (*INCLUDES, *PLUGINS) and (unit(project, target) is not None or target in _directories(project)):
        return False
    return not project.ignored(target)


def _is_bare(target: str, project: Project) -> bool:
    return target in _directories(project) and unit(project, target) is None


@once
def _directories(project: Project) -> frozenset[str]:
    found = set()
    for path in project.paths:
        while path := path.rpartition("/")[0]:
            if path in found:
                break
            found.add(path)
    return frozenset(found)


# -- the project's kustomizations taken together


@dataclass(frozen=True)
class Index:
    """The overlays of a project by home, and what becomes of the files they are made from."""

    overlays: dict[str, str] = field(default_factory=dict)  # home -> directory
    homes: dict[str, tuple[str, ...]] = field(default_factory=dict)  # file -> the homes it is judged through
    built: frozenset[str] = frozenset()  # files of overlays that can be built
    loose: frozenset[str] = frozenset()  # objects of overlays that cannot be built here
    fragments: frozenset[str] = frozenset()  # what is only merged into others
    components: tuple[str, ...] = ()


def units(project: Project) -> Iterator[Unit]:
    """Every kustomization that is looked at; what stands in a chart's templates is none yet."""
    for path in project.paths:
        directory, _, name = path.rpartition("/")
        if name in KUSTOMIZATIONS and (format_ := project.format_of(path)) is not None and format_.name == "kustomize":
            found = unit(project, directory)
            if found is not None and found.path == path:
                yield found


@once
def index(project: Project) -> Index:
    """The index, made once."""
    every = list(units(project))
    included = {reference.target for one in every for reference in one.references if reference.field in (*INCLUDES, *PLUGINS)}
    tops = [one for one in every if one.directory not in included and not one.is_component and not one.failure]
    # in a circle everybody is included; Kustomize has to say so
    reached = {other.path for one in tops for other in closure(project, one.directory).units}
    for one in every:
        if one.path not in reached and not one.is_component and not one.failure:
            tops.append(one)
            reached.update(other.path for other in closure(project, one.directory).units)
    overlays = {_home(one, project): one.directory for one in tops}
    homes: dict[str, list[str]] = {}
    built: set[str] = set()
    loose: set[str] = set()
    for home, directory in overlays.items():
        whole = closure(project, directory)
        for path in whole.files:
            homes.setdefault(path, []).append(home)
        if whole.unknowable:
            loose.update(whole.resources)
        else:
            built.update(whole.resources)
    fragments = {
        reference.target for one in every for reference in one.references if reference.field not in ("resources", "bases", "components")
    }
    return Index(
        overlays,
        {path: tuple(sorted(found)) for path, found in homes.items()},
        frozenset(built),
        frozenset(loose - built),
        frozenset(fragments),
        tuple(one.directory for one in every if one.is_component),
    )


def _home(one: Unit, project: Project) -> str:
    """The directory; the file itself at the root, and where another format judges the directory by what is made from it."""
    others = (path for path in project.below(one.directory) if path.endswith(("/Chart.yaml", ".tf", ".tofu", ".tf.json")))
    return one.path if not one.directory or any(others) else one.directory


def is_judged_elsewhere(path: str, project: Project) -> bool:
    """Whether a manifest is judged by what is built from it, or is none: a patch, a generator's input, part of a component."""
    known = index(project)
    if path in known.built or path in known.loose:
        return path in known.built
    return path in known.fragments or any(path.startswith(f"{directory}/") for directory in known.components if directory)
