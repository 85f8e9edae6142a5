"""An overlay built by the tool, on a copy of its files, each object with the places it came from."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import NamedTuple

from ... import tools
from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import yaml
from ...syntax.yaml import Mapping
from ...syntax.yaml import RawSpan
from ...syntax.yaml import Sequence
from ...unknown import Unknown
from ...unknown import Unresolved
from ..kubernetes.shape import has_placeholders
from .files import Closure
from .files import Unit
from .files import closure
from .files import read
from .files import resolved
from .files import unit
from .origins import Origins
from .origins import whole
from .patches import Entry
from .patches import Generator
from .patches import generators
from .patches import patches
from .patches import raw
from .patches import setting

NO_TOOL = "cannot be built: neither kustomize nor kubectl is on PATH; install kustomize, or kubectl 1.21 or later"
NO_HELM = "cannot be built: it renders charts, and helm is not on PATH"
_ORIGIN = "config.kubernetes.io/origin"
_METADATA = "buildMetadata"
_ORIGINS = "originAnnotations"
_HASH = re.compile(r"-[bcdfghkmt2-9]{10}$")
_LOGGED = re.compile(
    r'^[EF]\d{4} [\d:.]+ +\d+ \S+\] "command failed" err=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|<(?P<block>.*?)\n >)', re.MULTILINE | re.DOTALL
)
_STEP = re.compile(
    r"^(?:invalid Kustomization|accumulating (?:resources|components)(?: from '[^']*')?|accumulation err=|recursed (?:accumulation|merging)[^:]*)(?:: ?)?'?"
)
_SECOND = re.compile(r"'?: (?:must build at directory: .*|'[^']*' must be a directory so that .*)$|: '[^']*' must resolve to a file'")
_BLOCK = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#.*)?\r?\n)*[\w\"']")  # begins with a field, not with a brace
_DOCUMENTS = re.compile(rb"^(?:---|\.\.\.)", re.MULTILINE)
MAX_REASON = 400


class Built(NamedTuple):
    """An object that was built: with places, and whether a chart that it came from is somebody else's."""

    body: Mapping
    third_party: bool = False


class Result(NamedTuple):
    """What an overlay is built to, and whether any placeholder may be in it."""

    objects: tuple[Built, ...]
    placeholders: bool


@once
def build(project: Project, directory: str) -> Result:
    """The objects of the overlay in a directory.

    Raises `ParseFailure` where it cannot be built, `Unresolved` where it cannot be built here.
    """
    top = unit(project, directory)
    assert top is not None
    known = closure(project, directory)
    if known.unknowable:
        raise Unresolved(f"cannot be built here: {known.unknowable[0]}")
    if known.wrong:
        raise Unresolved(f"cannot be built: {known.wrong[0]}")
    text = _text(project, top, known)
    try:
        documents = [document.data for document in yaml.parse("", text) if isinstance(document.data, Mapping)]
    except ParseFailure as failure:
        raise ParseFailure(f"what it is built to cannot be read: {failure.reason}", top.head) from None
    _stay(documents, known, project)
    lookup = _Lookup(project, top, known)
    return Result(tuple(lookup.places(body) for body in documents), has_placeholders(text))


def _text(project: Project, top: Unit, known: Closure) -> str:
    """What the tool writes."""
    files = {path: data for path in sorted(known.files) if (data := read(project, path)) is not None}
    files |= dict.fromkeys(known.absent, b"")
    ran = _run(project, top, {**files, top.path: _with_origins(top, files[top.path])}, known)
    if ran.code and f'unknown field "{_METADATA}"' in ran.err.replace("\\", ""):  # kubectl before 1.23
        ran = _run(project, top, files, known)
    if ran.code:
        raise _failure(ran.err, top, known, project)
    return ran.out


def _run(project: Project, top: Unit, files: dict[str, bytes], known: Closure) -> tools.Ran:
    tool = _tool()
    if tool is None:
        raise ParseFailure(NO_TOOL, top.head)
    arguments = [f"./{top.directory}"]  # a directory of any name, never an option or an address
    if any(one.body.get(name) for one in known.units for name in ("helmCharts", "helmChartInflationGenerator")):
        helm = tools.find("helm")
        if helm is None:
            raise ParseFailure(NO_HELM, top.head)
        arguments += ["--enable-helm", f"--helm-command={helm.path}"]
    try:
        return tools.run(tool, arguments, files, timeout=project.configuration.render_timeout)
    except tools.ToolError as error:
        raise ParseFailure(f"cannot be built: {error}", top.head) from None


def _tool() -> tools.Tool | None:
    """Kustomize itself or kubectl; rather a program than a script, which would miss what it calls."""
    found = [tool for tool in (tools.find("kustomize", "build"), tools.find("kubectl", "kustomize")) if tool is not None]
    return min(found, key=_is_script, default=None)


def _is_script(tool: tools.Tool) -> bool:
    try:
        with Path(tool.path).open("rb") as stream:
            return stream.read(2) == b"#!"
    except OSError:
        return False


def _with_origins(top: Unit, data: bytes) -> bytes:
    """The kustomization with a wish for annotations that say where each object comes from."""
    wanted = top.body.get(_METADATA)
    if wanted is None and _METADATA not in top.body and _BLOCK.match(data) and not _DOCUMENTS.search(data):
        return data.rstrip() + f"\n{_METADATA}: [{_ORIGINS}]\n".encode()
    listed = [*wanted] if isinstance(wanted, list) else []
    return json.dumps({**top.body, _METADATA: [*listed, *([] if _ORIGINS in listed else [_ORIGINS])]}).encode() if top.body else data


# -- failures


def _failure(text: str, top: Unit, known: Closure, project: Project) -> ParseFailure | Unresolved:
    message = _message(text)
    reason = _without_nesting(message)
    if "external plugins disabled" in reason or "alpha-plugins" in reason:
        return Unresolved(f"cannot be built here: {top.path}: {reason}")
    for path in sorted(known.files):
        if posixpath.basename(path) in message and path.endswith((".yaml", ".yml", ".json")):
            try:
                project.documents(path)
            except ParseFailure as failure:
                return ParseFailure(f"cannot be built: {failure.reason}", failure.span)
    return ParseFailure(f"cannot be built: {reason}", _blamed(message, top, known, project))


def _message(text: str) -> str:
    """What the tool says, in one line, without warnings and what a logger puts around it."""
    if logged := _LOGGED.search(text):
        quoted, block = logged["quoted"], logged["block"]
        text = _unquoted(quoted) if quoted is not None else block
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return re.sub(r"^(?:Error|error): ", "", " ".join(" ".join(lines).split()))


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text.replace('\\"', '"').replace("\\n", "\n")


def _without_nesting(message: str) -> str:
    """A message without the way down to its cause, which the tool repeats at every step."""
    reason = _SECOND.sub("", message)
    while (shorter := _STEP.sub("", reason, count=1)) != reason:
        reason = shorter
    if reason.count("'") % 2:
        reason = reason.removesuffix("'")
    return reason if len(reason) <= MAX_REASON else f"{reason[:MAX_REASON]}..."


def _blamed(message: str, top: Unit, known: Closure, project: Project) -> Span:
    """The line of a kustomization that the message is about, or its head."""
    if field := re.search(r'unknown field "([^"]+)"', message):
        return next((one.body.entry(field[1]) for one in known.units if field[1] in one.body), top.head)
    if target := re.search(r"no matches for Id (\w+)\.\S*?/([^\s/.]+)", message):
        every = (patch for one in known.units for patch in patches(one, project))
        return next((patch.change.head for patch in every if (patch.kind, patch.name) == target.groups()), top.head)
    named = [reference for one in known.units for reference in one.references if len(reference.text) > 2 and reference.text in message]
    return max(named, key=lambda reference: len(reference.text)).span if named else top.head


# -- names


def _stay(documents: list[Mapping], known: Closure, project: Project) -> None:
    """Take the hash of their content out of generated names, so that an object keeps its name when its content changes."""
    made = {(generator.kind, generator.name) for one in known.units for generator in generators(one, project)}
    renamed = {}
    for body in documents:
        name = yaml.get(body, "metadata", "name")
        if isinstance(name, str) and _HASH.search(name) and _is_generated(body):
            plain = _HASH.sub("", name)
            if any(kind == body.get("kind") and own in plain for kind, own in made):
                renamed[name] = plain
    if renamed:
        for body in documents:
            _rename(body, renamed)


def _is_generated(body: Mapping) -> bool:
    text = yaml.get(body, "metadata", "annotations", _ORIGIN, default="configuredIn")
    return "configuredIn" in str(text)


def _rename(node: Any, names: dict[str, str]) -> None:
    stack = [node]
    while stack:
        node = stack.pop()
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, (dict, list)):
                stack.append(value)
            elif isinstance(value, str) and value in names:
                node[key] = names[value]


# -- places


class _Lookup:
    """Finds what built objects were made of."""

    def __init__(self, project: Project, top: Unit, known: Closure) -> None:
        self.project = project
        self.top = top
        self.known = known
        wanted = top.body.get(_METADATA)
        self.keeps = isinstance(wanted, list) and _ORIGINS in wanted
        self.patches = {one.path: tuple(patches(one, project)) for one in known.units}
        self.generators = {one.path: tuple(generators(one, project)) for one in known.units}
        self.objects: dict[str, tuple[Mapping, ...]] = {}
        self.used: set[int] = set()

    def places(self, body: Mapping) -> Built:
        """A built object with places."""
        annotation = self._annotation(body)
        path, made_in = (self._path(annotation, key) for key in ("path", "configuredIn"))
        third_party = False
        sources: list[Mapping] = []
        if not annotation and self._origin(body, [*self.known.resources]) is None:  # a tool that says nothing of origins
            made_in = next((one.path for one in self.known.units if self._makers(one, body)), "")
        if made_in:
            place, sources, third_party = self._generated(body, made_in)
            covering = [one for one in self.known.units if made_in in self.known.covers[one.path]]
        else:
            origin = self._origin(body, [path] if path else [*self.known.resources])
            path = origin.raw_span[0] if origin is not None else path
            place = whole(path or self.top.path) if origin is None else raw(origin.head)
            sources = [] if origin is None else [origin]
            covering = [one for one in self.known.units if path in self.known.covers[one.path]]
        kind = str(body.get("kind"))
        names = tuple(str(name) for name in (yaml.get(node, "metadata", "name") for node in (body, *sources)) if name is not None)
        changes = [patch.change for one in covering for patch in self.patches[one.path] if patch.concerns(kind, names)]

        def set_by(parent: str, key: str, value: Any, before: Any) -> Entry | None:
            return next((entry for one in covering if (entry := setting(one, parent, key, value, before)) is not None), None)

        placed = Origins(set_by).of(body, [*sources, *changes], place)
        return Built(self._without_absent(placed) if made_in else placed, third_party)

    def _without_absent(self, body: Mapping) -> Mapping:
        """What is generated from a file that is only there where it is deployed is not known."""
        name = yaml.get(body, "metadata", "name")
        for one in self.known.units:
            for generator in self.generators[one.path]:
                if generator.kind == body.get("kind") and generator.name in str(name) and (gone := generator.files & self.known.absent):
                    known = body.copy()
                    for key in {"data", "binaryData"} & body.keys() or {"data"}:
                        known[key] = Unknown(f"{min(gone)} is left out of the repository by a .gitignore")
                        known.key_spans[key] = known.value_spans[key] = raw(generator.item.entry("name"))
                    return known
        return body

    def _annotation(self, body: Mapping) -> dict[str, Any]:
        """What the tool says of the origin, taken out again where nobody but us asked for it."""
        annotations = yaml.get(body, "metadata", "annotations")
        if not isinstance(annotations, Mapping) or not isinstance(text := annotations.get(_ORIGIN), str):
            return {}
        if not self.keeps:
            del annotations[_ORIGIN]
            if not annotations:
                del body["metadata"]["annotations"]
        try:
            documents = yaml.parse("", text)
        except ParseFailure:
            return {}
        return documents[0].data if documents and isinstance(documents[0].data, dict) else {}

    def _path(self, annotation: dict[str, Any], key: str) -> str:
        path = annotation.get(key)
        if not isinstance(path, str) or "repo" in annotation:
            return ""
        found = resolved(self.top.directory, posixpath.normpath(path))
        return found if found in self.known.files else ""

    def _origin(self, body: Mapping, paths: list[str]) -> Mapping | None:
        """The object in its file that a built one was made of."""
        name, namespace = (yaml.get(body, "metadata", key) for key in ("name", "namespace"))
        every = [found for path in paths for found in self._objects(path)]
        candidates = [found for found in every if found.get("kind") == body.get("kind")]
        if not candidates and len(paths) == 1:  # a patch may change the kind
            candidates = [found for found in every if yaml.get(found, "metadata", "name") == name]
        exact = [found for found in candidates if yaml.get(found, "metadata", "name") == name]
        if not exact and isinstance(name, str):  # with a prefix or suffix
            within = [(own, found) for found in candidates if isinstance(own := yaml.get(found, "metadata", "name"), str) and own in name]
            longest = max((len(own) for own, _ in within), default=0)
            exact = [found for own, found in within if len(own) == longest]
        if not exact:
            exact = candidates if len(candidates) == 1 and len(paths) == 1 else []
        exact = sorted(exact, key=lambda found: (id(found) in self.used, yaml.get(found, "metadata", "namespace") != namespace))
        if not exact:
            return None
        self.used.add(id(exact[0]))
        return exact[0]

    def _objects(self, path: str) -> tuple[Mapping, ...]:
        if path not in self.objects:
            try:
                self.objects[path] = tuple(_flat(document.data for document in self.project.documents(path)))
            except ParseFailure:  # the tool is more lenient
                self.objects[path] = ()
        return self.objects[path]

    def _generated(self, body: Mapping, made_in: str) -> tuple[RawSpan, list[Mapping], bool]:
        """The entry that made an object, with what else adds to it, and whether it is of a chart."""
        own = next((one for one in self.known.units if one.path == made_in), None)
        if own is None:
            return whole(made_in), [], False
        making = self._makers(own, body)
        if making:
            others = (g for one in self.known.units if one is not own for g in self.generators[one.path])
            making += [g for g in others if (g.kind, g.name) == (making[0].kind, making[0].name)]
            return raw(making[0].item.entry("name")), [generator.made for generator in making], False
        charts = [*own.entries("helmCharts", "helmChartInflationGenerator")]
        third_party = any(chart.get("repo", chart.get("chartRepo")) for chart in charts)
        if len(charts) != 1:  # which of several it is of is not said
            return whole(made_in) if charts else raw(own.head), [], third_party
        key = next((key for key in ("name", "chartName") if key in charts[0]), None)
        return raw(charts[0].entry(key) if key else charts[0].head), [], third_party

    def _makers(self, one: Unit, body: Mapping) -> list[Generator]:
        """The entry of a kustomization's generators that made an object, in a list; empty where none did."""
        name = str(yaml.get(body, "metadata", "name"))
        making = [generator for generator in self.generators[one.path] if generator.kind == body.get("kind") and generator.name in name]
        return [max(making, key=lambda generator: len(generator.name))] if making else []


def _flat(nodes: Any) -> Iterator[Mapping]:
    """The objects of documents, lists of objects opened."""
    stack = [*reversed([*nodes])]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping) and str(node.get("kind")).endswith("List") and isinstance(node.get("items"), Sequence):
            stack.extend(reversed(node["items"]))
        elif isinstance(node, Mapping):
            yield node
