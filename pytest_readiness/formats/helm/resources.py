"""What rules see of Helm: charts, values files and the values in them, releases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax import yaml
from ...syntax.yaml import Mapping
from ...unknown import Unknown
from ...unknown import Unresolved
from ..kubernetes.objects import Container
from ..kubernetes.objects import Object
from ..kubernetes.objects import Part
from ..kubernetes.secrets import is_public
from ..kubernetes.secrets import plain_texts
from ..secrets import is_placeholder
from ..secrets import literal_secret
from ..secrets import words
from ..views import View
from .chart import Chart
from .chart import Dependency
from .rendering import Message
from .rendering import Output
from .rendering import linted

_CONTEXTS = frozenset(("podSecurityContext", "securityContext", "containerSecurityContext"))
# words of names of values that say which secret is meant, not what it is
_NAMES_OF = frozenset(("existing", "pull", "ref", "from", "keys", "annotations", "labels", "mount", "volume", "selector", "template"))
_INSIDE = frozenset(
    "secretKeys secretKeyRef valueFrom existingSecret imagePullSecrets pullSecrets secretRef configMapKeyRef labels annotations".split()
)


@dataclass(frozen=True, eq=False)
class ChartFile(Resource):
    """A chart by its ``Chart.yaml``."""

    chart: Chart

    def view(self) -> View:
        return View(self.chart.body, self.span)

    def at(self, key: str) -> Span:
        """Where a setting stands, or where it would belong."""
        return self.chart.body.entry(key) if key in self.chart.body else self.span

    def text(self, key: str) -> str:
        """A setting as text, empty where it is none."""
        value = self.chart.body.get(key)
        return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


@dataclass(frozen=True, eq=False)
class ValuesFile(Resource):
    """The values that a chart comes with, or those of an environment."""

    chart: Chart
    body: Mapping

    def view(self) -> View:
        return View(self.body, self.span)

    def get(self, path: str) -> Any:
        """A value by its dotted path, None where there is none."""
        return yaml.get(self.body, *path.split("."))

    def at(self, path: str) -> Span:
        """The place of a value by its dotted path, or where it would belong."""
        return yaml.at(self.body, *path.split(".")) if path.partition(".")[0] in self.body else self.span

    @cached_property
    def security_contexts(self) -> tuple[tuple[str, Any, Span], ...]:
        """Path, value and place of every security context of its own charts."""
        return tuple(_found(self.body, _CONTEXTS, _foreign(self.chart)))

    def is_used(self, path: str, project: Project) -> bool:
        """Whether some template may hand the value on: it mentions its name, or the whole that it is part of."""
        *above, own = path.split(".")
        if any(not dependency.is_own for dependency in self.chart.dependencies):
            return True  # what somebody else's templates mention is not known
        whole = "|".join(map(re.escape, ("Values", *above)))
        mention = re.compile(rf"\.{re.escape(own)}\b|[\"`]{re.escape(own)}[\"`]|\.(?:{whole})(?![\w.])")
        return any(mention.search(text) for text in _templates(project, self.chart))

    def unprotected(self, path: str, project: Project) -> list[str]:
        """The containers of the chart that nothing keeps from running as root, in the first environment they are rendered for."""
        own = self.chart.file("templates/")
        made = (project.contents(home) for home in project.homes_of(self.chart.file("values.yaml")))
        found = (resource for contents in made if contents for resource in contents.resources if resource.path.startswith(own))
        containers = [resource for resource in found if isinstance(resource, Container) and not resource.third_party]
        first = {resource.for_environment for resource in containers[:1]}
        return [
            str(resource.own_name)
            for resource in containers
            if resource.for_environment in first and resource.get("securityContext", "runAsNonRoot") is None
            if resource.pod.setting("securityContext", "runAsNonRoot") is None
        ]


@dataclass(frozen=True, eq=False)
class Value(Resource):
    """A single value whose name or content says that it is a secret."""

    key: str
    value: Any

    def is_in_secret(self, project: Project) -> bool:
        """Whether the chart puts it into a Secret, where it is found as what it becomes."""
        return any(str(self.value) in _in_secrets(project, home) for home in project.homes_of(self.path))


@once
def _in_secrets(project: Project, home: str) -> frozenset[str]:
    """The texts that the Secrets of a chart hold and must not."""
    contents = project.contents(home)
    found: set[str] = set()
    for secret in contents.resources if contents else ():
        if secret.kind == "k8s.secret" and isinstance(secret, Object):
            with suppress(Unresolved):
                found.update(text for key, text, _ in plain_texts(secret) if not is_public(key, text) and not is_placeholder(text))
    return frozenset(found)


def written_in_values(thing: Part, text: str, project: Project) -> Span | None:
    """Where the values of its chart hold a secret that it was rendered with."""
    return _in_values(project, thing.home).get(text) if thing.home else None


@once
def _in_values(project: Project, home: str) -> dict[str, Span]:
    """The secrets in the values of a chart, by what they are."""
    found: dict[str, Span] = {}
    for path in project.files("helm"):
        contents = project.contents(path) if path != home and home in project.homes_of(path) else None
        for value in contents.resources if contents else ():
            if isinstance(value, Value) and literal_secret(value.key, value.value):
                found.setdefault(str(value.value), value.span)
    return found


@dataclass(frozen=True, eq=False)
class Release(Resource):
    """What a chart makes for an environment."""

    chart: Chart
    output: Output

    def view(self) -> View:
        return View(self.values, self.span)

    @property
    def values(self) -> Mapping:
        """The values of the chart and its environment together."""
        return self.output.values

    def enabled(self, *names: str) -> Iterator[tuple[str, Span]]:
        """Path and place of ``enabled: true`` below values of these names, where nothing around them is switched off."""
        for path, value, _ in _found(self.values, frozenset(names), _foreign(self.chart)):
            if isinstance(value, Mapping) and value.get("enabled") is True:
                yield f"{path}.enabled", value.entry("enabled")

    def messages(self, project: Project) -> Iterator[Message]:
        """What helm has to say of the chart and these values."""
        yield from linted(project, self.chart).get(self.output.environment.name, ())
        yield from (Message(warning, self.span, is_error=False) for warning in self.output.warnings)

    @cached_property
    def objects(self) -> tuple[Mapping, ...]:
        """Every object that is made, those of its dependencies included."""
        return tuple(document.data for _, document in self.output.documents if isinstance(document.data, Mapping))


@dataclass(frozen=True, eq=False)
class MissingDependency(Resource):
    """A dependency whose chart is not in the project, so that nobody can say what it makes."""

    dependency: Dependency
    content: Unknown

    def messages(self, project: Project) -> Iterator[Message]:
        yield from self.content


def _foreign(chart: Chart) -> frozenset[str]:
    """The values at the top that are for somebody else's chart, or for one that is not here."""
    return frozenset(dependency.called for dependency in chart.dependencies if not dependency.is_own)


def _found(body: Mapping, names: frozenset[str], leave_out: frozenset[str]) -> Iterator[tuple[str, Any, Span]]:
    """Path, value and place of the values of some names, where nothing around them says ``enabled: false``."""
    stack = [("", body)]
    while stack:
        prefix, node = stack.pop()
        inner = []
        for key, value in node.items():
            if not prefix and key in leave_out:
                continue
            if key in names and (value is None or isinstance(value, Mapping)):
                yield f"{prefix}{key}", value, node.entry(key)
            elif isinstance(value, Mapping) and value.get("enabled") is not False:
                inner.append((f"{prefix}{key}.", value))
        stack.extend(reversed(inner))


@once
def _templates(project: Project, chart: Chart) -> tuple[str, ...]:
    """The texts of the templates of a chart and of what it depends on."""
    places = (chart.file("templates/"), *(f"{dependency.source}/templates/" for dependency in chart.dependencies if dependency.source))
    return tuple(project.glance(path) for path in project.paths if path.startswith(places))


def secret_values(body: Mapping) -> Iterator[Value]:
    """The values that a secret may be written in: by their names or their form, and those of variables in lists."""
    stack: list[tuple[str, Mapping | yaml.Sequence]] = [("", body)]
    while stack:
        prefix, node = stack.pop()
        inner: list[tuple[str, Mapping | yaml.Sequence]] = []
        for key, value, name, span in _entries(node):
            dotted = f"{prefix}{key}"
            if isinstance(value, (Mapping, yaml.Sequence)):
                if key not in _INSIDE:
                    inner.append((f"{dotted}.", value))
            elif not _names_a_secret(name) and "{{" not in str(value) and _may_hold(name, value):
                yield Value("helm.value", dotted, span, name, value)
        stack.extend(reversed(inner))


def _entries(node: Mapping | yaml.Sequence) -> Iterator[tuple[str, Any, str, Span]]:
    """Key, value, the name that the value goes by, and its place; ``{name: X, value: y}`` goes by X."""
    if isinstance(node, yaml.Sequence):
        yield from ((str(number), value, "", node.item(number)) for number, value in enumerate(node))
        return
    named = node.get("name")
    for key, value in node.items():
        yield key, value, named if key == "value" and isinstance(named, str) else key, node.entry(key)


def _names_a_secret(name: str) -> bool:
    """Whether the value is the name of a secret or of a key in one: ``existingSecret``, ``passwordKey``, ``tls.secretName``."""
    parts = words(name)
    return bool(_NAMES_OF.intersection(parts)) or (len(parts) > 1 and parts[-1] in ("key", "secret") and parts[-2] in _KEY_OF)


_KEY_OF = frozenset(("password", "passwd", "secret", "token", "username", "user", "credentials", "tls", "existing", "pull"))


def _may_hold(name: str, value: Any) -> bool:
    """Whether the name or the value is a secret's; an empty one counts, as the value that should be empty."""
    if literal_secret(name, value) is not None:
        return True
    return literal_secret(name, "x0x0x0") is not None and (value is None or isinstance(value, str))
