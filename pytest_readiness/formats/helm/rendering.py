"""Charts rendered by helm, once for each environment: on a copy, bounded, without network, once per content."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import field

from ... import tools
from ...configuration import Environment
from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import yaml
from ...syntax.yaml import Document
from ...text import brief
from .chart import VALUES
from .chart import Chart
from .chart import merged
from .chart import switched_off
from .copy import ROOT
from .copy import Copy
from .copy import Part
from .copy import assemble
from .sources import Marking
from .sources import Origin
from .sources import Rendered
from .sources import Sited
from .sources import documents
from .sources import origins

MAX_ENVIRONMENTS = 100
MAX_MESSAGE = 10_000  # characters of what helm says that are looked at
NO_HELM = "is not rendered without helm: pip install 'pytest-readiness[helm]', or put helm on PATH"
NAMESPACE = "release"  # what the chart is installed into, whatever it is called; helm's own guess would be default
_RELEASE = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_AT = re.compile(r"(?:template: |error (?:at |calling \w+: )?\(?)(?P<path>[^()\n:]+):(?P<line>\d+)(?::\d+)?\)?: ?")
_EXECUTING = re.compile(r'executing "[^"\n]*" at ')
_NOT_YAML = re.compile(r"YAML parse error on (?P<path>[^\n:]+): ")
_OF_VALUES = re.compile(r"^- (?P<keys>[^\n:]+): (?P<message>.+)$", re.MULTILINE)
_VALUES = re.compile(r"(?:failed to parse|cannot load) (?P<path>[^\n:]+): ")
_NOISE = re.compile(r"^(?:Use --debug flag to render out invalid YAML|\S+\.go:\d+: .*|WARNING: .*)\n?", re.MULTILINE)
_OVERRIDDEN = re.compile(r"warning: (?P<message>(?:cannot overwrite|skipped value|destination for)[^\n]*)")
_LINTED = re.compile(r"^\[(?P<level>ERROR|WARNING)\] (?P<place>[^\n:]*): (?P<message>.*?)(?=\n\[|\n\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, eq=False)
class Output:
    """What a chart makes for an environment: documents at their sources, with the chart in the chart that each is of."""

    environment: Environment
    values: yaml.Mapping
    documents: tuple[tuple[Part, Document], ...] = ()
    failures: tuple[ParseFailure, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Rendering:
    """A chart rendered for each of its environments, and what could not be."""

    chart: Chart
    copy: Copy = field(default_factory=Copy)
    outputs: tuple[Output, ...] = ()
    failures: tuple[ParseFailure, ...] = ()


@once
def rendered(project: Project, chart: Chart) -> Rendering:
    """The rendering of a chart, made once."""
    helm = tools.find("helm")
    if helm is None:
        return Rendering(chart, failures=(ParseFailure(NO_HELM, Span(chart.path)),))
    try:
        copy = assemble(chart, project)
    except ParseFailure as failure:
        return Rendering(chart, failures=(failure,))
    run = _Run(project, chart, copy, helm)
    if len(chart.environments) > MAX_ENVIRONMENTS:
        said = f"has values for {len(chart.environments)} environments: name those to render in readiness.yaml (environments)"
        return Rendering(chart, copy, failures=(ParseFailure(said, chart.span),))
    environments = [environment for environment in chart.environments if run.is_readable(environment)]
    outputs: list[Output] = []
    broken: list[tuple[str, ParseFailure]] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for environment, output in zip(environments, pool.map(run.output, environments), strict=True):
            if isinstance(output, ParseFailure):
                broken.append((environment.name, output))
            else:
                outputs.append(output)
    return Rendering(chart, copy, tuple(outputs), (*copy.failures, *_once_each(broken, len(environments))))


def _once_each(broken: Sequence[tuple[str, ParseFailure]], count: int) -> Iterator[ParseFailure]:
    """The failures of the environments, each said once, with the names of those that have it where not all do."""
    names: dict[tuple[str, Span], list[str]] = {}
    for name, failure in broken:
        names.setdefault((failure.reason, failure.span), []).append(name)
    for (reason, span), environments in names.items():
        where = "" if len(environments) == count else f" for {' and '.join(environments)}"
        yield ParseFailure(f"does not render{where}: {reason}", span)


@dataclass(frozen=True)
class _Run:
    """Calls of helm for one chart."""

    project: Project
    chart: Chart
    copy: Copy
    helm: tools.Tool

    def is_readable(self, environment: Environment) -> bool:
        """Whether the values are YAML; a file that is not fails by itself."""
        for path in (self.chart.file(VALUES), *environment.values):
            try:
                if self.project.exists(path):
                    self.project.documents(path)
            except ParseFailure:
                return False
        return True

    def arguments(self, environment: Environment) -> tuple[list[str], dict[str, bytes]]:
        """The values of an environment as arguments, and the files they need beside the chart."""
        places = {path: place for place, path in self.copy.origins.items()}
        arguments: list[str] = []
        files: dict[str, bytes] = {}
        for number, path in enumerate(environment.values):
            place = places.get(path) or f"values/{number}.yaml"
            if path not in places:
                files[place] = self.project.tree.read(path)
            arguments += ["--values", place]
        for key, value in environment.set.items():
            arguments += ["--set-json", f"{key}={json.dumps(value)}"]
        if environment.kube_version:
            arguments += ["--kube-version", environment.kube_version]
        return arguments, files

    def call(self, command: Sequence[str], environment: Environment, files: dict[str, bytes]) -> tools.Ran:
        arguments, more = self.arguments(environment)
        return tools.run(self.helm, [*command, *arguments], {**files, **more}, timeout=self.project.configuration.render_timeout)

    def template(self, environment: Environment, files: dict[str, bytes], *options: str) -> tools.Ran:
        return self.call(
            ["template", release_name(self.chart), ROOT, "--namespace", NAMESPACE, "--skip-tests", *options], environment, files
        )

    def output(self, environment: Environment) -> Output | ParseFailure:
        """What the chart makes for an environment, or why it makes nothing."""
        try:
            ran = self.template(environment, self.copy.files)
            if ran.code:
                return self.failure(environment, ran.err)
            found = documents(ran.out)
            places = self.places(environment, found)
        except tools.ToolError as error:
            return ParseFailure(str(error), self.chart.span)
        except ParseFailure as failure:
            return failure
        sited = self.sited
        known: list[tuple[Part, Document]] = []
        failures: list[ParseFailure] = []
        for document, origin in zip(found, places, strict=True):
            part = self.copy.part_of(document.source)
            if part is None:
                continue
            try:
                known += [(part, parsed) for parsed in sited.parsed(self.copy.path_of(document.source), document.text, origin)]
            except ParseFailure as failure:
                failures.append(failure)
        warnings = tuple(dict.fromkeys(match["message"].strip() for match in _OVERRIDDEN.finditer(ran.err)))
        return Output(environment, merged(self.chart, environment, self.project), tuple(known), tuple(failures), warnings)

    @property
    def sited(self) -> Sited:
        return Sited([path for _, path, _ in self.copy.templates], self.copy.lines)

    def places(self, environment: Environment, found: Sequence[Rendered]) -> list[Origin]:
        """Where each document came from: by marks in all templates, and where those change what comes out, by fewer."""
        own = [index for index, document in enumerate(found) if (part := self.copy.part_of(document.source)) and not part.packed]
        chosen = [found[index] for index in own]
        result = [Origin()] * len(found)
        attempts: list[tuple[Marking, list[Rendered]]] = []
        origin = origins(chosen, attempts)
        for files in (self.copy.with_marks, self.copy.with_fewer_marks):
            if all(place.marks for place in origin) or (attempts and files == self.copy.with_marks):
                break
            attempts.append((self.copy.marking, documents(self.template(environment, files, "--debug").out)))
            origin = origins(chosen, attempts)
        for index, place in zip(own, origin, strict=True):
            result[index] = place
        return result

    # -- what helm says

    def failure(self, environment: Environment, said: str) -> ParseFailure:
        """Helm's message at the line that it is about."""
        text = _NOISE.sub("", said[max(said.find("Error: "), 0) :][:MAX_MESSAGE]).strip().removeprefix("Error: ")
        hint = self.hint(environment, text)
        if found := list(_AT.finditer(text)):
            last = found[-1]
            message = _EXECUTING.sub("", text[last.end() :])
            return ParseFailure(f"{brief(message, 300)}{hint}", self.line(last["path"], int(last["line"])))
        if broken := _NOT_YAML.search(text):
            return self.not_yaml(environment, broken["path"], text[broken.end() :])
        if "meet the specifications of the schema" in text:
            return self.violation(environment, text)
        if values := _VALUES.search(text):
            return ParseFailure(brief(text, 300), Span(self.copy.origins.get(values["path"], self.chart.file(VALUES))))
        key = "kubeVersion" if "kubeVersion" in text else "dependencies" if "dependenc" in text else "name"
        place = self.chart.body.entry(key) if key in self.chart.body else self.chart.span
        return ParseFailure(f"{brief(text, 300)}{hint}", place)

    def hint(self, environment: Environment, text: str) -> str:
        """What may be the reason, where a definition is missing."""
        if "no template" not in text and "not defined" not in text and "nil pointer" not in text:
            return ""
        values = merged(self.chart, environment, self.project)
        absent = (
            dependency for parent, dependency in self.copy.missing if parent is not self.chart or not switched_off(dependency, values)
        )
        missing = " and ".join(dict.fromkeys(dependency.name for dependency in absent))
        return f" (without the charts of {missing}: run helm dependency build first)" if missing else ""

    def line(self, source: str, number: int) -> Span:
        """A line of a template, all of it."""
        path = self.copy.path_of(source)
        lines = self.copy.lines.get(path, [])
        if not 0 < number <= len(lines):
            return Span(path) if path else self.chart.span
        text = lines[number - 1]
        start = len(text) - len(text.lstrip())
        return Span(path, number, start + 1, number, max(len(text.rstrip()), start + 1) + 1)

    def not_yaml(self, environment: Environment, source: str, message: str) -> ParseFailure:
        """A template whose result is no YAML, at the line that makes it so where that can be known."""
        path = self.copy.path_of(source)
        raw = [document for document in documents(self.template(environment, self.copy.files, "--debug").out) if document.source == source]
        marked = documents(self.template(environment, self.copy.with_fewer_marks, "--debug").out)
        for document, origin in zip(raw, origins(raw, [(self.copy.marking, marked)]), strict=True):
            try:
                self.sited.parsed(path, document.text, origin)
            except ParseFailure as failure:
                return failure
        reason = message.replace("error converting YAML to JSON: ", "")
        return ParseFailure(f"what comes out is no YAML: {brief(reason, 300)}", Span(path) if path else self.chart.span)

    def violation(self, environment: Environment, text: str) -> ParseFailure:
        """Values that do not fit the schema, at the first of them."""
        found = list(_OF_VALUES.finditer(text))
        said = "; ".join(f"{match['keys']}: {match['message']}" for match in found)
        values = merged(self.chart, environment, self.project)
        place = Span(self.chart.file("values.schema.json"))
        for match in found:
            keys: list[str | int] = [int(key) if key.isdigit() else key for key in match["keys"].split(".") if key != "(root)"]
            if values and keys and keys[0] in values:
                place = yaml.at(values, *keys)
                break
        return ParseFailure(f"the values do not fit values.schema.json: {brief(said or text, 300)}", place)


def release_name(chart: Chart) -> str:
    """A release called after its chart, where helm allows it."""
    name = chart.name[:53].rstrip("-.")
    return name if _RELEASE.fullmatch(name) else "release"


@dataclass(frozen=True)
class Message:
    """What ``helm lint`` has to say."""

    text: str
    place: Span
    is_error: bool


@once
def linted(project: Project, chart: Chart) -> dict[str, tuple[Message, ...]]:
    """The errors and warnings of ``helm lint`` for each environment that the chart is rendered for."""
    rendering, helm = rendered(project, chart), tools.find("helm")
    if helm is None:
        return {}
    run = _Run(project, chart, rendering.copy, helm)
    environments = [output.environment for output in rendering.outputs]
    with ThreadPoolExecutor(max_workers=2) as pool:
        said = pool.map(lambda environment: tuple(_lint(run, environment)), environments)
        return {environment.name: messages for environment, messages in zip(environments, said, strict=True)}


def _lint(run: _Run, environment: Environment) -> Iterator[Message]:
    try:
        ran = run.call(["lint", ROOT], environment, run.copy.files)
    except tools.ToolError as error:
        yield Message(str(error), run.chart.span, is_error=True)
        return
    for match in _LINTED.finditer(ran.out):
        message = brief(match["message"].replace("\n", "; "), 300)
        at = _AT.search(match["message"][:MAX_MESSAGE])
        place = run.line(at["path"], int(at["line"])) if at else _place(run.chart, match["place"], message, run.copy)
        yield Message(message, place, is_error=match["level"] == "ERROR")


def _place(chart: Chart, name: str, message: str, copy: Copy) -> Span:
    """The file that a message is about, or the setting in ``Chart.yaml`` that it begins with."""
    path = copy.origins.get(f"{ROOT}/{name.strip()}", "")
    key = message.partition(" ")[0]
    if path == chart.path and key in chart.body:
        return chart.body.entry(key)
    return Span(path) if path and path != chart.path else chart.span
