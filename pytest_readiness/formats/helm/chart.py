"""Charts as they are written: metadata, dependencies, values files, and which chart is rendered through which."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Any

from ...configuration import Environment
from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import yaml
from ...syntax.yaml import Mapping

CHART = "Chart.yaml"
VALUES = "values.yaml"
_ENVIRONMENT_FILE = re.compile(
    r"(?:values[.-](?P<beside>[A-Za-z0-9][\w.-]{0,62})|values/(?P<inside>[A-Za-z0-9][\w.-]{0,62})|environments/(?P<apart>[A-Za-z0-9][\w.-]{0,62})/values)\.ya?ml"
)
_VALUES_FILE = re.compile(
    r"values[^/]*\.ya?ml|values/[^/]+\.ya?ml|environments/(?:[^/]+/)*[^/]*values[^/]*\.ya?ml|ci/[^/]*values[^/]*\.ya?ml"
)
_OTHER_FILES = (CHART, "Chart.lock", "requirements.yaml", "requirements.lock", "values.schema.json", ".helmignore")
_ARCHIVE = re.compile(r"(?P<name>.+?)-v?\d+\..*\.tgz")


@dataclass(frozen=True, eq=False)
class Dependency:
    """What ``Chart.yaml`` says of a dependency; ``source`` is the directory of its chart in this project, if it is here."""

    body: Mapping
    source: str = ""
    archive: str = ""
    is_own: bool = False

    def text(self, key: str) -> str:
        """A setting as text, empty where it is none."""
        value = self.body.get(key)
        return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""

    @property
    def name(self) -> str:
        return self.text("name")

    @property
    def called(self) -> str:
        """The name under which its values stand: its alias, else its own."""
        return self.text("alias") or self.name

    @property
    def version(self) -> str:
        return self.text("version")

    @property
    def repository(self) -> str:
        return self.text("repository")

    @property
    def is_remote(self) -> bool:
        """Whether it comes from a registry or another repository."""
        return bool(self.repository) and not self.repository.startswith("file://")

    @property
    def is_here(self) -> bool:
        """Whether its chart is in the project, as a directory or packed."""
        return bool(self.source or self.archive)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The dotted paths of values that switch it; the first that is there decides."""
        return tuple(path.strip() for path in self.text("condition").split(",") if path.strip())

    def at(self, key: str = "name") -> Span:
        """Where a setting stands, or where it would belong."""
        return self.body.entry(key)


@dataclass(frozen=True, eq=False)
class Chart:
    """A directory with a ``Chart.yaml``; ``body`` is empty where that cannot be read."""

    directory: str
    body: Mapping
    dependencies: tuple[Dependency, ...] = ()
    environments: tuple[Environment, ...] = field(default=(), compare=False)

    @property
    def path(self) -> str:
        return self.file(CHART)

    def file(self, name: str) -> str:
        """A file of the chart as a path of the project."""
        return f"{self.directory}/{name}" if self.directory else name

    @property
    def home(self) -> str:
        """The node that its rendered objects hang on."""
        return self.directory or CHART

    @property
    def name(self) -> str:
        name = self.body.get("name")
        return name if isinstance(name, str) else ""

    @property
    def is_library(self) -> bool:
        """Whether it only helps other charts and makes nothing itself."""
        kind: Any = self.body.get("type")
        return isinstance(kind, str) and kind == "library"

    @property
    def span(self) -> Span:
        """Its name in ``Chart.yaml``."""
        return self.body.entry("name") if self.body else Span(self.path)

    @cached_property
    def missing(self) -> tuple[Dependency, ...]:
        """The dependencies whose charts are not here."""
        return tuple(dependency for dependency in self.dependencies if not dependency.is_here)


@dataclass(frozen=True)
class Charts:
    """The charts of a project by directory; ``parents`` says through which others a chart is rendered."""

    by_directory: AnyMapping[str, Chart]
    parents: AnyMapping[str, tuple[str, ...]]
    foreign: frozenset[str]

    @cached_property
    def homes(self) -> tuple[Chart, ...]:
        """The charts that are rendered by themselves."""
        return tuple(
            chart
            for directory, chart in self.by_directory.items()
            if not self.parents.get(directory) and not chart.is_library and chart.body and directory not in self.foreign
        )

    def roots_of(self, directory: str) -> tuple[Chart, ...]:
        """The charts through which a chart is rendered, itself included where it is by itself."""
        seen: set[str] = set()
        queue = [directory]
        for current in queue:
            if current not in seen:
                seen.add(current)
                queue.extend(self.parents.get(current, ()))
        return tuple(chart for chart in self.homes if chart.directory in seen)

    def nearest(self, path: str) -> Chart | None:
        """The innermost chart that a file lies in."""
        directory = path.rpartition("/")[0]
        while True:
            if directory in self.by_directory:
                return self.by_directory[directory]
            if not directory:
                return None
            directory = directory.rpartition("/")[0]


@once
def charts(project: Project) -> Charts:
    """Every chart, found once."""
    directories = [path[: -len(CHART)].rstrip("/") for path in project.paths if path == CHART or path.endswith(f"/{CHART}")]
    known = set(directories)
    found = {directory: _chart(directory, known, project) for directory in directories}
    parents: dict[str, set[str]] = {}
    foreign: set[str] = set()
    for directory, chart in found.items():
        for dependency in chart.dependencies:
            if dependency.source in known and dependency.source != directory:
                parents.setdefault(dependency.source, set()).add(directory)
                if not dependency.is_own:
                    foreign.add(dependency.source)
        above, _, name = directory.rpartition("/charts/") if "/charts/" in directory else ("", "", directory.removeprefix("charts/"))
        if above in known and "/" not in name and directory.endswith(f"charts/{name}"):
            parents.setdefault(directory, set()).add(above)
    for directory in sorted(known):  # what somebody else's chart brings along is not ours either
        if any(directory.startswith(f"{other}/") for other in foreign):
            foreign.add(directory)
    in_cycle = {directory for directory in found if not _has_end(directory, parents)}
    return Charts(found, {name: tuple(sorted(above)) for name, above in parents.items() if name not in in_cycle}, frozenset(foreign))


def _has_end(directory: str, parents: AnyMapping[str, set[str]]) -> bool:
    """Whether some chart that nobody includes leads here; charts that include each other in a circle are rendered by themselves."""
    seen: set[str] = set()
    queue = [directory]
    for current in queue:
        if not parents.get(current):
            return True
        if current not in seen:
            seen.add(current)
            queue.extend(sorted(parents[current]))
    return False


def _chart(directory: str, known: set[str], project: Project) -> Chart:
    chart = Chart(directory, Mapping((f"{directory}/{CHART}".lstrip("/"), 0, 0, 0, 0)))
    try:
        documents = project.documents(chart.path)
    except ParseFailure:
        return chart
    body = documents[0].data if documents else None
    if not isinstance(body, Mapping):
        return chart
    listed = [item for name in (CHART, "requirements.yaml") for item in _listed(chart.file(name), project)]
    dependencies = tuple(_dependency(item, directory, known, project) for item in listed)
    return Chart(directory, body, dependencies, environments(directory, project))


def _listed(path: str, project: Project) -> Iterator[Mapping]:
    """The dependencies written in a file; helm says what is wrong with others."""
    try:
        documents = project.documents(path) if project.exists(path) else ()
    except ParseFailure:
        return
    for document in documents[:1]:
        listed = yaml.get(document.data, "dependencies")
        yield from (item for item in listed if isinstance(item, Mapping) and item) if isinstance(listed, list) else ()


def _dependency(body: Mapping, directory: str, known: set[str], project: Project) -> Dependency:
    plain = Dependency(body)
    if plain.repository.startswith("file://"):
        written = plain.repository.removeprefix("file://")
        source = posixpath.normpath(posixpath.join(directory, written)) if not written.startswith("/") else ""
        source = "" if source == "." else source
        if written and not written.startswith("/") and source in known and source != directory:
            return Dependency(body, source, is_own=True)
    inside = f"{directory}/charts/{plain.name}".lstrip("/")
    if plain.name and inside in known:
        return Dependency(body, inside, is_own=not plain.is_remote)
    return Dependency(body, archive=next((path for path in archives(project, directory) if packed_name(path) == plain.name), ""))


def packed_name(path: str) -> str:
    """The name of the chart in an archive: ``redis`` of ``charts/redis-17.0.1.tgz``."""
    found = _ARCHIVE.fullmatch(path.rpartition("/")[2])
    return found["name"] if found else ""


@once
def archives(project: Project, directory: str) -> tuple[str, ...]:
    """The packed charts in ``charts/`` of a chart, also those that git ignores: ``helm dependency build`` puts them there."""
    folder = f"{directory}/charts".lstrip("/")
    found = {path for path in project.below(folder) if path.endswith(".tgz")}
    if project.tree.root is not None:
        place = project.tree.root / folder
        found |= {f"{folder}/{path.name}" for path in (place.iterdir() if place.is_dir() else ()) if path.name.endswith(".tgz")}
    return tuple(sorted(found))


# -- values and environments


def is_chart_file(rest: str) -> bool:
    """Whether a file of a chart, by its path there, is one that helm reads."""
    return (
        rest in _OTHER_FILES
        or rest.startswith("templates/")
        or is_values_file(rest)
        or (rest.startswith("charts/") and rest.endswith(".tgz"))
    )


def is_values_file(rest: str) -> bool:
    """Whether a file of a chart holds values."""
    return bool(_VALUES_FILE.fullmatch(rest))


def environments(directory: str, project: Project) -> tuple[Environment, ...]:
    """What a chart is rendered for: what the settings name, else what its values files are called; nothing in particular without."""
    found = _found(directory, project)
    configured = project.configuration.environments
    if configured:
        return tuple(_placed(environment, directory, found, project) for environment in configured)
    if not found:
        return (Environment(""),)
    return (Environment("default"), *(Environment(name, values=(path,)) for name, path in found.items() if name != "default"))


def _placed(environment: Environment, directory: str, found: AnyMapping[str, str], project: Project) -> Environment:
    """An environment of the settings with the values files that this chart has; by its name where it lists none."""
    if environment.values:
        placed = (values_path(directory, name, project) for name in environment.values)
        values: tuple[str, ...] = tuple(path for path in placed if path)
    else:
        values = tuple(path for path in (found.get(environment.name),) if path)
    return Environment(environment.name, values, environment.set, environment.kube_version, span=environment.span)


def values_path(directory: str, name: str, project: Project) -> str:
    """A values file of the settings as a path of the project: relative to the chart, else to the root; empty where there is none."""
    near = posixpath.normpath(posixpath.join(directory, name))
    return next((path for path in (near, posixpath.normpath(name)) if project.exists(path)), "")


def _found(directory: str, project: Project) -> dict[str, str]:
    """The values files that are called after an environment."""
    prefix = f"{directory}/" if directory else ""
    names: dict[str, str] = {}
    for folder in ("", "values", *sorted(_subfolders(f"{prefix}environments", project))):
        for path in project.below(f"{prefix}{folder}".rstrip("/")):
            match = _ENVIRONMENT_FILE.fullmatch(path.removeprefix(prefix))
            if match and (name := next(filter(None, match.groups()))) not in ("schema", "values"):
                names.setdefault(name, path)
    return names


def _subfolders(directory: str, project: Project) -> set[str]:
    """``environments/<name>`` for each folder of a folder."""
    rest = (path.removeprefix(f"{directory}/") for path in project.paths if path.startswith(f"{directory}/"))
    return {f"environments/{name.partition('/')[0]}" for name in rest if "/" in name}


@once
def settled_values(project: Project, path: str) -> Mapping | None:
    """The values in a file; None where it cannot be read or holds none."""
    try:
        documents = project.documents(path) if project.exists(path) else ()
    except ParseFailure:
        return None
    body = documents[0].data if documents else None
    return body if isinstance(body, Mapping) else None


def merged(chart: Chart, environment: Environment, project: Project) -> Mapping:
    """The values of a chart in an environment, each at the place where it was written last."""
    whole = Mapping((chart.file(VALUES), 0, 0, 0, 0))
    for path in (chart.file(VALUES), *environment.values):
        body = settled_values(project, path)
        if body is not None:
            whole = _over(whole, body)
    for dotted, value in environment.set.items():
        whole = _with(whole, dotted.split("."), value, environment.span)
    return whole


def _over(below: Mapping, above: Mapping) -> Mapping:
    """Two mappings as helm merges them: mappings key by key, anything else replaced."""
    result = below.copy()
    for key, value in above.items():
        old = result.get(key)
        result.put(key, above)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            result[key] = _over(old, value)
    return result


def _with(node: Mapping, keys: Sequence[str], value: Any, span: Span) -> Mapping:
    """A copy in which one value is set, at the place that sets it."""
    result = node.copy()
    key, *rest = keys
    inner = result.get(key)
    place = tuple(span)
    result[key] = _with(inner if isinstance(inner, Mapping) else Mapping(place), rest, value, span) if rest else value  # type: ignore[arg-type]
    result.key_spans[key] = result.value_spans[key] = place  # type: ignore[assignment]
    return result


def switched_off(dependency: Dependency, values: Mapping) -> bool:
    """Whether the values certainly switch a dependency off."""
    for path in dependency.conditions:
        value = yaml.get(values, *path.split("."))
        if isinstance(value, bool):
            return not value
    return False


# -- what rules ask


def lock_of(chart: Chart, project: Project) -> Mapping | None:
    """The lock file of a chart, None where there is none that can be read."""
    found = (settled_values(project, chart.file(name)) for name in ("Chart.lock", "requirements.lock"))
    return next((body for body in found if body is not None), None)


def environments_with_values(chart: Chart, project: Project) -> frozenset[str]:
    """The environments that a chart has values for, in files of its own, by the settings or by a kustomization."""
    settled = (one.name for one in chart.environments if one.values or one.set)
    folders = (path.rpartition("/")[0].rpartition("/")[2] for path in project.paths if path.endswith("/kustomization.yaml"))
    below = (
        path.removeprefix(chart.file("environments/")).partition("/")[0]
        for path in project.paths
        if path.startswith(chart.file("environments/"))
    )
    return frozenset((*settled, *_found(chart.directory, project), *folders, *below))


def deployed_names(project: Project) -> frozenset[str]:
    """Everything that charts deploy by name: charts, what they depend on, and sections of their values."""
    known = charts(project).by_directory.values()
    names = {chart.name for chart in known} | {dependency.called for chart in known for dependency in chart.dependencies}
    for chart in known:
        values = settled_values(project, chart.file(VALUES))
        names.update(key for key, value in (values or {}).items() if isinstance(value, Mapping))
    return frozenset(names)
