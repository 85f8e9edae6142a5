"""Helm charts: judged as helm renders them, once for each environment."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping
from ...unknown import Unknown
from ..base import Format
from ..kubernetes.format import Site
from ..kubernetes.format import judged
from .chart import CHART
from .chart import VALUES
from .chart import Chart
from .chart import charts
from .chart import is_chart_file
from .chart import is_values_file
from .chart import merged
from .chart import switched_off
from .chart import values_path
from .rendering import rendered
from .resources import ChartFile
from .resources import MissingDependency
from .resources import Release
from .resources import ValuesFile
from .resources import secret_values


class Helm(Format):
    """Charts by their directories; their templates and values have no objects of their own."""

    name = "helm"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return False

    def claims_in(self, path: str, text: Callable[[], str], project: Project) -> bool:
        known = charts(project)
        if not known.by_directory:
            return False
        if path in _configured(project):
            return True
        chart = known.nearest(path)
        return chart is not None and is_chart_file(_rest(path, chart))

    def homes(self, project: Project) -> Iterator[str]:
        for chart in charts(project).homes:
            yield chart.home

    def homes_of(self, path: str, project: Project) -> Iterator[str]:
        known = charts(project)
        directories = {chart.directory for chart in (known.nearest(path),) if chart and is_chart_file(_rest(path, chart))}
        for directory in sorted(directories | {directory for directory, _ in _configured(project).get(path, ())}):
            yield from (chart.home for chart in known.roots_of(directory))

    def mistakes(self, project: Project) -> Iterator[ParseFailure]:
        """Values files that no chart has, where there are charts."""
        if not project.configuration.environments or not charts(project).by_directory:
            return
        found = {name for names in _configured(project).values() for _, name in names}
        for environment in project.configuration.environments:
            for name in environment.values:
                if name not in found:
                    yield ParseFailure(f"environments: {environment.name}: no chart has {name}, nor is it at the root", environment.span)

    def is_made_from(self, resource: Resource, path: str, project: Project) -> bool:
        """A template makes what stands in it, an environment's values what is made for it, anything else of a chart all."""
        if resource.path == path:
            return True
        known = charts(project)
        chart = known.nearest(path)
        rest = _rest(path, chart) if chart else ""
        home = next((one for one in known.homes if one.home == resource.home), None)
        using = {one.name for one in home.environments if path in one.values} if home else set()
        if using or (is_values_file(rest) and rest != VALUES):
            return resource.for_environment in using
        return not rest.endswith(".tgz") and (not rest.startswith("templates/") or rest.rpartition("/")[2].startswith("_"))

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        known = charts(project)
        rendering = next((chart for chart in known.homes if chart.home == path), None)
        if project.exists(path):
            chart = known.nearest(path)
            yield from _written(path, chart or known.by_directory[_configured(project)[path][0][0]], project)
        if rendering is not None:
            yield from _made(rendering, project)

    def repository(self, project: Project) -> Iterable[Resource]:
        if charts(project).homes:
            yield Resource("helm.repository", "repo", Span("."))


def _rest(path: str, chart: Chart) -> str:
    """A path in a chart."""
    return path.removeprefix(f"{chart.directory}/") if chart.directory else path


@once
def _configured(project: Project) -> dict[str, list[tuple[str, str]]]:
    """The values files that the settings name: the directories of the charts that they are for, and what they are called there."""
    found: dict[str, list[tuple[str, str]]] = {}
    for environment in project.configuration.environments:
        for name in environment.values:
            for directory in charts(project).by_directory:
                if path := values_path(directory, name, project):
                    found.setdefault(path, []).append((directory, name))
    return found


def _written(path: str, chart: Chart, project: Project) -> Iterator[Resource | ParseFailure]:
    """What a file of a chart says itself; a file of somebody else's chart says nothing to us."""
    rest = _rest(path, chart)
    if chart.directory in charts(project).foreign:
        return
    if rest == CHART:
        documents = project.documents(path)
        body = documents[0].data if documents else None
        if not isinstance(body, Mapping):
            raise ParseFailure("must be a mapping with apiVersion, name and version", Span(path, 1, 1, 1, 2))
        yield ChartFile("helm.chart", chart.name or "?", chart.span, chart)
    elif rest == "values.schema.json":
        project.documents(path)
    elif is_values_file(rest) or path in _configured(project):
        documents = project.documents(path)
        if not documents:
            return
        body = documents[0].data
        if not isinstance(body, Mapping):
            raise ParseFailure("values must be a mapping", documents[0].span)
        if rest.startswith("ci/"):
            return  # made up for the tests of the chart
        own = rest == VALUES
        yield ValuesFile("helm.values" if own else "helm.environment-values", "values", body.head, chart, body)
        yield from secret_values(body)


def _made(chart: Chart, project: Project) -> Iterator[Resource | ParseFailure]:
    """What is rendered from a chart, environment by environment."""
    rendering = rendered(project, chart)
    yield from rendering.failures
    broken: set[tuple[str, Span]] = set()
    for output in rendering.outputs:
        environment = output.environment.name
        name = f"{environment}:{chart.name}" if environment else chart.name
        span = chart.span
        yield Release("helm.release", name, span, chart, output, home=chart.home, for_environment=environment)
        taken: set[str] = set()
        for part, document in output.documents:
            site = Site(chart.home, environment, part.label, part.third_party)
            for found in judged((document,), site, taken=taken):
                if not isinstance(found, ParseFailure):
                    yield found
                elif not part.third_party and (found.reason, found.span) not in broken:
                    broken.add((found.reason, found.span))
                    yield found
        for failure in output.failures:
            if (failure.reason, failure.span) not in broken:
                broken.add((failure.reason, failure.span))
                yield failure
    yield from _missing(chart, project)


def _missing(chart: Chart, project: Project) -> Iterator[Resource]:
    """The dependencies that are not here, unless every environment switches them off."""
    rendering = rendered(project, chart)
    for parent, dependency in rendering.copy.missing:
        if parent is chart and all(switched_off(dependency, merged(chart, one, project)) for one in chart.environments):
            continue
        reason = f"the chart of {dependency.name} is not here, so what it makes is not judged: run helm dependency build {parent.directory or '.'}"
        yield MissingDependency(
            "helm.dependency", f"dependency {dependency.called}", dependency.at(), dependency, Unknown(reason), home=chart.home
        )
