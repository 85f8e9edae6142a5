"""What helm gets to see of a chart: a copy with the charts it depends on in their places, and where each file of it came from."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import cached_property
from functools import partial
from itertools import pairwise

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import decode
from .chart import CHART
from .chart import Chart
from .chart import Charts
from .chart import Dependency
from .chart import archives
from .chart import charts
from .chart import is_chart_file
from .chart import packed_name
from .sources import Marking
from .templates import line_starts
from .templates import markable
from .templates import marked

ROOT = "chart"  # the chart's place in the copy
MAX_BYTES = 100_000_000
MAX_PARTS = 500
_READ_WHOLE = b".Files"  # a template that mentions them may read any file of its chart


@dataclass(frozen=True)
class Part:
    """A chart in the copy: ``prefix`` is what helm calls it, ``place`` where it lies, ``origin`` its directory or archive in the project.

    ``third_party`` says that somebody else wrote it, ``label`` as which dependency it came.
    """

    prefix: str
    place: str
    origin: str
    third_party: bool = False
    label: str = ""
    packed: bool = False

    def path(self, rest: str) -> str:
        """A file of the chart as one of the project: of an archive, the archive."""
        return self.origin if self.packed else f"{self.origin}/{rest}".lstrip("/")


@dataclass(frozen=True)
class Copy:
    """The files by their path in the copy, the path in the project of each, and the charts they make up."""

    files: dict[str, bytes] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    missing: list[tuple[Chart, Dependency]] = field(default_factory=list)
    failures: list[ParseFailure] = field(default_factory=list)

    def part_of(self, source: str) -> Part | None:
        """The chart that a template belongs to, by the name helm gives it (``shop/charts/web/templates/web.yaml``)."""
        matching = (part for part in self.parts if source.startswith(f"{part.prefix}/"))
        return max(matching, key=lambda part: len(part.prefix), default=None)

    def path_of(self, source: str) -> str:
        """A template as a path of the project, empty where helm's name for it leads nowhere."""
        part = self.part_of(source)
        return part.path(source.removeprefix(f"{part.prefix}/")) if part else ""

    @cached_property
    def templates(self) -> tuple[tuple[str, str, str], ...]:
        """Place in the copy, path in the project and text of every template that can be marked."""
        found = []
        for place, path in self.origins.items():
            if any(place.startswith(f"{part.place}/templates/") for part in self.parts) and not place.endswith("/NOTES.txt"):
                try:
                    found.append((place, path, decode(path, self.files[place])))
                except ParseFailure:
                    continue
        return tuple(found)

    @cached_property
    def lines(self) -> dict[str, list[str]]:
        """The lines of every template."""
        found = {}
        for _, path, text in self.templates:
            starts = [*line_starts(path, text), len(text) + 1]
            found[path] = [text[start:end].rstrip("\r\n\x85\u2028\u2029") for start, end in pairwise(starts)]
        return found

    @cached_property
    def marking(self) -> Marking:
        """Marks with a word that no file of the chart contains: a digest of all of them."""
        digest = hashlib.sha256()
        for place in sorted(self.files):
            digest.update(self.files[place])
        return Marking(f"m{digest.hexdigest()[:12]}")

    @cached_property
    def with_marks(self) -> dict[str, bytes]:
        """The files with marks in templates and in definitions."""
        return self._marked(named=True)

    @cached_property
    def with_fewer_marks(self) -> dict[str, bytes]:
        """The files with marks in templates only."""
        return self._marked(named=False)

    def _marked(self, *, named: bool) -> dict[str, bytes]:
        files = dict(self.files)
        places = {place for place, _, _ in self.templates}
        read = {place: data for place, data in self.files.items() if place not in places and not place.endswith("/NOTES.txt")}
        others = (data.decode("utf-8", "replace") for data in read.values() if b"{{" in data)
        allowed = markable((text for _, _, text in self.templates), others, named=named)
        for number, (place, path, text) in enumerate(self.templates):
            files[place] = marked(path, text, partial(self.marking.mark, number), allowed).encode()
        return files


def assemble(chart: Chart, project: Project) -> Copy:
    """The copy of a chart; what cannot be read of it is among its failures."""
    known = charts(project)
    copy = Copy()
    stack = [(chart, Part(chart.name, ROOT, chart.directory), frozenset((chart.directory,)))]
    size = 0
    while stack:
        current, part, above = stack.pop()
        copy.parts.append(part)
        size += _add_files(copy, current, part, project)
        if size > MAX_BYTES or len(copy.parts) > MAX_PARTS:
            raise ParseFailure(
                f"is made of more than {MAX_BYTES // 1_000_000} MB or {MAX_PARTS} charts and was not rendered", Span(chart.path)
            )
        if current.missing:
            copy.missing.extend((current, dependency) for dependency in current.missing)
            copy.files.update({f"{part.place}/{name}": text.encode() for name, text in _without(current, project).items()})
        for child, inner in _children(current, part, known, copy, project):
            if child.directory not in above:
                stack.append((child, inner, above | {child.directory}))
    return copy


def _add_files(copy: Copy, chart: Chart, part: Part, project: Project) -> int:
    """The files of one chart, without the charts in it; how many bytes they are."""
    prefix = f"{chart.directory}/" if chart.directory else ""
    tracked = project.tracked_paths
    paths = set(_beginning(project.paths, prefix))
    paths |= set(_beginning(tracked, prefix)) if isinstance(tracked, tuple) else set()
    rest = {path: path.removeprefix(prefix) for path in sorted(paths)}
    rest = {path: name for path, name in rest.items() if not name.startswith("charts/")}
    needed = {path for path, name in rest.items() if is_chart_file(name)}
    size = _read(copy, ((path, rest[path]) for path in sorted(needed)), part, project, must=True)
    if any(_READ_WHOLE in data for place, data in copy.files.items() if place.startswith(f"{part.place}/templates/")):
        size += _read(copy, ((path, rest[path]) for path in sorted(rest.keys() - needed)), part, project, must=False)
    return size


def _beginning(paths: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    """The paths in a directory, which stand together where paths are sorted."""
    return paths[bisect_left(paths, prefix) : bisect_left(paths, f"{prefix}\U0010ffff")]


def _read(copy: Copy, wanted: Iterator[tuple[str, str]], part: Part, project: Project, *, must: bool) -> int:
    size = 0
    for path, name in wanted:
        try:
            data = _data(path, name, project)
        except ParseFailure as failure:
            if must and project.exists(path):
                copy.failures.append(failure)
            continue
        place = f"{part.place}/{name}"
        copy.files[place] = data
        copy.origins[place] = path
        size += len(data)
        if size > MAX_BYTES:
            break
    return size


def _data(path: str, name: str, project: Project) -> bytes:
    if any(ord(character) < 32 or character == "\x7f" for character in name):
        raise ParseFailure("has control characters in its name, so it is not handed to helm", Span(path))
    return project.tree.read(path)


def _children(chart: Chart, part: Part, known: Charts, copy: Copy, project: Project) -> Iterator[tuple[Chart, Part]]:
    """The charts in a chart: what it depends on, and what else lies in its ``charts/``."""
    taken: set[str] = set()
    by_source: dict[str, list[Dependency]] = {}
    for dependency in chart.dependencies:
        if dependency.source:
            by_source.setdefault(dependency.source, []).append(dependency)
            taken.add(dependency.name)
    folder = f"{chart.directory}/charts".lstrip("/")
    for directory in known.by_directory:
        above, _, name = directory.rpartition("/")
        if above == folder and name not in taken and not name.startswith(("_", ".")):
            by_source.setdefault(directory, [])
    for index, (source, listed) in enumerate(by_source.items()):
        child = known.by_directory[source]
        own = all(dependency.is_own for dependency in listed) and not part.third_party
        above, _, name = source.rpartition("/")  # never a name from Chart.yaml, which may lead out of the copy
        name = name if above == folder else f"{index}-{name}"
        names = dict.fromkeys([dependency.called for dependency in listed] or [child.name])
        for number, called in enumerate(names):
            inner = replace(
                part,
                prefix=f"{part.prefix}/charts/{called}",
                place=f"{part.place}/charts/{name}",
                origin=source,
                third_party=not own,
                label=part.label or ("" if own else called),
            )
            if number:
                copy.parts.append(inner)  # the same files under another name
            else:
                yield child, inner
    _add_archives(copy, chart, part, taken, project)


def _add_archives(copy: Copy, chart: Chart, part: Part, taken: set[str], project: Project) -> None:
    for path in archives(project, chart.directory):
        name = packed_name(path)
        if name in taken:
            continue
        _read(copy, iter([(path, f"charts/{path.rpartition('/')[2]}")]), part, project, must=True)
        called = [dependency.called for dependency in chart.dependencies if dependency.archive == path] or [name]
        for label in dict.fromkeys(called):
            prefix = f"{part.prefix}/charts/{label}"
            copy.parts.append(Part(prefix, "", path, third_party=True, label=part.label or label, packed=True))


def _without(chart: Chart, project: Project) -> dict[str, str]:
    """The files that list dependencies, without those that are not here: helm would refuse to go without."""
    kept = [dict(dependency.body) for dependency in chart.dependencies if dependency.is_here]
    listed = f"dependencies: {json.dumps(kept)}\n"
    if "dependencies" not in chart.body:
        return {"requirements.yaml": listed}
    text = project.text(chart.path)
    if text.lstrip().startswith("{"):
        return {CHART: json.dumps({**chart.body, "dependencies": kept})}
    key, value = chart.body.key_spans["dependencies"], chart.body.value_spans["dependencies"]
    starts = line_starts(chart.path, text)
    start, end = starts[key[1] - 1] + key[2] - 1, starts[value[3] - 1] + value[4] - 1
    return {CHART: f"{text[:start]}{text[end:]}\n{listed}"}
