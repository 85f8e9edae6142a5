"""One compose file as it is written: shapes checked, short forms made long, every value at its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping
from ...syntax.yaml import Sequence
from ...syntax.yaml import at
from ...syntax.yaml import get
from ...unknown import Unresolved
from ..interpolation import TEMPLATE
from ..interpolation import InterpolationError
from ..interpolation import parse
from .merge import merge
from .merge import remove

DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")

# m: a mapping, l: a list, s: a scalar
_SHAPES = (
    {"build": "ms", "extends": "ms", "networks": "ml", "depends_on": "ml", "extra_hosts": "ml", "ulimits": "m", "models": "ml"}
    | dict.fromkeys(("environment", "labels", "annotations", "sysctls"), "ml")
    | dict.fromkeys(("healthcheck", "deploy", "logging", "develop", "credential_spec", "blkio_config", "provider"), "m")
    | dict.fromkeys(("command", "entrypoint", "dns", "dns_search", "tmpfs", "env_file"), "ls")
    | dict.fromkeys(("ports", "volumes", "devices", "secrets", "configs", "expose", "cap_add", "cap_drop", "security_opt"), "l")
    | dict.fromkeys(("profiles", "links", "external_links", "volumes_from", "group_add", "dns_opt", "device_cgroup_rules"), "l")
    | dict.fromkeys(("image", "user", "container_name", "hostname", "restart", "privileged", "read_only", "platform", "init"), "s")
    | dict.fromkeys(("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup", "cgroup_parent", "pull_policy", "runtime"), "s")
    | dict.fromkeys(("mem_limit", "mem_reservation", "memswap_limit", "cpus", "cpu_quota", "pids_limit", "scale", "shm_size"), "s")
    | dict.fromkeys(("working_dir", "stop_signal", "stop_grace_period", "stdin_open", "tty"), "s")
)
_INNER = {
    "build": {"context": "s", "dockerfile": "s", "dockerfile_inline": "s", "target": "s", "args": "ml", "network": "s"},
    "deploy": {"resources": "m", "restart_policy": "m", "labels": "ml", "replicas": "s", "mode": "s", "placement": "m"},
    "logging": {"driver": "s", "options": "m"},
    "healthcheck": {"test": "ls", "disable": "s"},
}
_RESOURCES = {"limits": "m", "reservations": "m"}
_WORDS = {"m": "a mapping", "l": "a list", "s": "a text"}
_MAPPINGS_IN = frozenset(("ports", "volumes", "devices", "secrets", "configs", "env_file"))
_KEY_VALUE = ("environment", "labels", "annotations", "sysctls")
_NAMES = ("depends_on", "networks", "models")
_SINGLE = ("dns", "dns_search", "tmpfs", "env_file")
_TOP = ("services", "networks", "volumes", "secrets", "configs")


@dataclass(frozen=True, eq=False)
class Written:
    """One file as it is written: its shapes checked, short forms made long, nothing merged."""

    path: str
    data: Mapping
    failures: tuple[ParseFailure, ...]

    @property
    def services(self) -> Mapping:
        """The services by name."""
        return self.data["services"]  # type: ignore[no-any-return]


@once
def read(project: Project, path: str) -> Written:
    """A file as written; raises `ParseFailure` where nothing of it can be judged."""
    failures: list[ParseFailure] = []
    data: Mapping | None = None
    try:
        documents = project.documents(path)
    except ParseFailure as failure:
        if failure.span.line and TEMPLATE.search(project.text(path)):
            raise Unresolved(f"is a template: {failure.reason}") from None
        raise
    for document in documents:
        if not isinstance(document.data, Mapping):
            raise ParseFailure("a compose file is a mapping with `services`", document.span)
        checked = _document(document.data, failures)
        data = checked if data is None else merge(data, checked)
    if data is None:
        raise ParseFailure("is empty: Compose needs `services`", Span(path, 1, 1, 1, 2))
    if "services" not in data:
        if not any(key in data or key.startswith("x-") for key in (*_TOP, "include", "name", "version")) and any(
            isinstance(value, Mapping) and ("image" in value or "build" in value) for value in data.values()
        ):
            raise ParseFailure("has no `services`: the first format of Compose is no longer read", data.head)
        if path.rpartition("/")[2] in DEFAULTS and "include" not in data and not failures:
            failures.append(ParseFailure("has no `services`", data.head))
        data = data.copy()
        data["services"] = Mapping(data.raw_span)
        data.key_spans["services"] = data.value_spans["services"] = data.raw_span
    failures.extend(_uninterpolated(data))
    return Written(path, data, tuple(failures))


def _document(document: Mapping, failures: list[ParseFailure]) -> Mapping:
    data = document.copy()
    for key in _TOP:
        if key in data and data[key] is None:
            if key == "services":
                failures.append(ParseFailure("`services` is empty", data.entry(key)))
            remove(data, key)
        elif key in data and not isinstance(data[key], Mapping):
            failures.append(ParseFailure(f"`{key}` must be a mapping of names", data.entry(key)))
            remove(data, key)
    if "include" in data and not isinstance(data["include"], Sequence):
        if data["include"] is not None:
            failures.append(ParseFailure("`include` must be a list", data.entry("include")))
        remove(data, "include")
    if "services" in data:
        services = Mapping(data["services"].raw_span)
        for name, service in data["services"].items():
            if data["services"].tags.get(name) == "!reset":
                services.put(name, data["services"])
            elif isinstance(service, Mapping):
                services.put(name, data["services"], _service(name, service, failures), as_value=True)
            else:
                failures.append(ParseFailure(f"service {name} must be a mapping, not {_what(service)}", data["services"].entry(name)))
        data["services"] = services
    return data


def _what(value: object) -> str:
    return "empty" if value is None else "a list" if isinstance(value, list) else f"{str(value)[:40]!r}"


def _service(name: str, service: Mapping, failures: list[ParseFailure]) -> Mapping:
    """A service with its shapes checked and its short forms made long."""
    found = service.copy()
    _shape(found, _SHAPES, failures, name)
    if isinstance(found.get("build"), str):
        found.put("build", found, _wrapped(found, "build", "context"), as_value=True)
    if isinstance(found.get("extends"), str):
        found.put("extends", found, _wrapped(found, "extends", "service"), as_value=True)
    for key, table in _INNER.items():
        if isinstance(found.get(key), Mapping):
            inner = found[key].copy()
            _shape(inner, table, failures, f"{name}: {key}")
            found[key] = inner
    if isinstance(get(found, "deploy", "resources"), Mapping):
        inner = found["deploy"]["resources"].copy()
        _shape(inner, _RESOURCES, failures, f"{name}: deploy: resources")
        found["deploy"]["resources"] = inner
    if isinstance(get(found, "build", "args"), Sequence):
        found["build"]["args"] = _key_values(found["build"]["args"])
    for key in _KEY_VALUE:
        if isinstance(found.get(key), Sequence):
            found[key] = _key_values(found[key])
        elif isinstance(found.get(key), Mapping) and any(isinstance(value, list | dict) for value in found[key].values()):
            found[key] = found[key].copy()
            _shape(found[key], dict.fromkeys(found[key], "s"), failures, f"{name}: {key}", keep_null=True)
    for key in _NAMES:
        if isinstance(found.get(key), Sequence):
            found[key] = _key_values(found[key], separator="")
    for key in _SINGLE:
        if key in found and not isinstance(found[key], Sequence) and found.tags.get(key) != "!reset":
            single = Sequence(found.value_spans[key])
            single.append(found[key])
            single.item_spans.append(found.value_spans[key])
            found[key] = single
    return found


def _shape(node: Mapping, table: dict[str, str], failures: list[ParseFailure], where: str, *, keep_null: bool = False) -> None:
    """Take out what has a wrong shape, as failures, and what is null."""
    for key in [key for key in node if key in table and node.tags.get(key) != "!reset"]:
        value, allowed = node[key], table[key]
        shape = "m" if isinstance(value, Mapping) else "l" if isinstance(value, Sequence) else "s"
        if value is None:
            if not keep_null:
                remove(node, key)
        elif shape not in allowed:
            failures.append(ParseFailure(f"{where}: {key} must be {' or '.join(_WORDS[a] for a in allowed)}", node.entry(key)))
            remove(node, key)
        elif isinstance(value, Sequence):
            wrong = [
                i
                for i, v in enumerate(value)
                if v is None or isinstance(v, (Sequence, bool)) or (isinstance(v, Mapping) and key not in _MAPPINGS_IN)
            ]
            if wrong:
                hint = ": write KEY=value" if key in _KEY_VALUE else ""
                failures.extend(
                    ParseFailure(f"{where}: an item of {key} must be a text, not {_kind(value[i])}{hint}", value.item(i)) for i in wrong
                )
                node[key] = _kept(value, set(wrong))


def _kind(value: object) -> str:
    return (
        "a mapping"
        if isinstance(value, Mapping)
        else "a list"
        if isinstance(value, Sequence)
        else "empty"
        if value is None
        else f"{value}".lower()
    )


def _kept(sequence: Sequence, wrong: set[int]) -> Sequence:
    kept = Sequence(sequence.raw_span)
    for index, value in enumerate(sequence):
        if index not in wrong:
            kept.append(value)
            kept.item_spans.append(sequence.item_spans[index])
    return kept


def _wrapped(node: Mapping, key: str, inner: str) -> Mapping:
    """``{inner: value}`` in place of a plain value, at its place."""
    found = Mapping(node.value_spans[key])
    found[inner] = node[key]
    found.key_spans[inner] = node.key_spans[key]
    found.value_spans[inner] = node.value_spans[key]
    return found


def _key_values(items: Sequence, separator: str = "=") -> Mapping:
    """A list of ``KEY=value`` (or, without a separator, of names) as a mapping; each entry stands where its item does."""
    found = Mapping(items.raw_span)
    for item, span in zip(items, items.item_spans, strict=True):
        key, sign, value = str(item).partition(separator) if separator else (str(item), "", "")
        found[key] = value if sign else None
        found.key_spans[key] = found.value_spans[key] = span
    return found


def _uninterpolated(data: Mapping) -> Iterator[ParseFailure]:
    """Dollars that Compose refuses. Shared nodes are looked at once, extensions (``x-``) and ``include`` not at all."""
    stack: list[Any] = [data[key] for key in _TOP if key in data]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        pairs = node.items() if isinstance(node, Mapping) else enumerate(node)
        for key, value in pairs:
            if isinstance(value, (Mapping, Sequence)):
                stack.append(value)
            elif isinstance(value, str) and "$" in value:
                try:
                    parse(value)
                except InterpolationError as error:
                    yield ParseFailure(f"cannot be interpolated: {error}", at(node, key))
