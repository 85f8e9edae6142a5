"""Docker Compose: files, services and published ports, as they are after Compose has merged them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...syntax.yaml import Mapping
from ...syntax.yaml import at
from ...syntax.yaml import get
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from ..base import Format
from ..dockerfile.format import Stage
from ..dockerfile.format import final_stage
from ..environments import is_production
from ..images import Image
from ..images import data_directory
from ..images import parse_image
from ..interpolation import InterpolationError
from ..interpolation import defaults
from ..views import View
from ..views import image_view
from . import files as compose_files
from .merge import colons
from .ports import Parts
from .ports import Port
from .ports import plain
from .ports import short_port
from .units import Unit
from .units import dangling
from .units import unit as unit_of

__all__ = ["Compose", "File", "Mount", "Port", "Service", "as_written"]

_ENDING = re.compile(
    r"\b(?:migrat\w+|alembic|upgrade|seed|pytest|tests?|lint|build|init|setup|bootstrap|backup|restore|dump|prestart)\b", re.IGNORECASE
)
_EXAMPLE = re.compile(r"[._-]?(?:example|sample|template|dist|tpl|tmpl|defaults?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Mount:
    """One entry of ``volumes``. ``type`` is bind, volume, tmpfs ...; parts may be unknown."""

    type: str | Unknown
    source: str | Unknown
    target: str | Unknown
    span: Span
    written_source: str
    source_span: Span
    options: frozenset[str] = frozenset()  # ro, rshared, ...


@dataclass(frozen=True, eq=False)
class File(Resource):
    """One compose file: ``own`` is what is written in it, the services are those judged in it."""

    unit: Unit

    def view(self) -> View:
        return View(self.own, self.span, self.unit.resolve)

    @property
    def own(self) -> Mapping:
        """The file's own data, before anything is merged into it."""
        return self.unit.own

    @property
    def stands_alone(self) -> bool:
        """Whether it is run as it is (with its override), not laid over or included in another file."""
        return self.unit.role in ("base", "variant")

    @property
    def is_production(self) -> bool:
        """Whether rules meant for production apply: its path names no other environment."""
        return is_production(self.path)

    @cached_property
    def published(self) -> tuple[dict[int, list[tuple[int, Port]]], list[tuple[int, Port]]]:
        """The ports whose place on the host is known, numbered in their order: the single ones by their port, and the ranges."""
        singles: dict[int, list[tuple[int, Port]]] = {}
        ranges: list[tuple[int, Port]] = []
        for number, port in enumerate(port for service in self.services for port in service.ports):
            if is_unknown(port.published) or is_unknown(port.host_ip) or is_unknown(port.protocol) or (taken := port.range) is None:
                continue
            (singles.setdefault(taken.start, []) if len(taken) == 1 else ranges).append((number, port))
        return singles, ranges

    @cached_property
    def awaited(self) -> frozenset[str]:
        """The services that another one waits for to end."""
        waits = (get(other, "depends_on", default={}) for other in self.unit.services.values())
        completed = "service_completed_successfully"
        return frozenset(name for wait in waits for name, details in wait.items() if get(details, "condition") == completed)

    @cached_property
    def builders(self) -> dict[str, str]:
        """The service that builds an image, by the image's name as written."""
        built = ((name, other) for name, other in reversed(self.unit.services.items()) if isinstance(other.get("build"), Mapping))
        return {other["image"]: name for name, other in built if isinstance(other.get("image"), str)}

    def is_internal(self, network: str) -> bool:
        """Whether a network has no way out of the host."""
        return self.unit.resolve(get(self.unit.data, "networks", network, "internal")) in (True, "true")

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """The services that are judged in this file."""
        return tuple(filter(None, (self.service(name) for name in self.unit.names)))

    def service(self, name: str) -> Service | None:
        """A service by name, also one of the files that this one is merged with."""
        data = self.unit.services.get(name)
        if not isinstance(data, Mapping):
            return None
        place = Span._make(self.unit.services.key_spans[name])
        if place.path != self.unit.path:
            place = self.span
        return Service("compose.service", _clean(name), place, name, data, self)

    def dangling(self, project: Project) -> Iterator[tuple[str, Span]]:
        """What the file refers to and nothing defines; raises `Unresolved`, at the end, where some of it is out of sight."""
        hidden = None
        for service in self.services:
            path = service.dockerfile()
            hidden = path if isinstance(path, Unknown) else hidden
            if isinstance(path, str) and not compose_files.exists(project, path) and not _in_submodule(project, path):
                yield f"service {service.label} builds {path}, and there is no such file", service.place("build")
        yield from dangling(project, self.unit)
        if hidden is not None:
            raise Unresolved(hidden.source)


@dataclass(frozen=True, eq=False)
class Service(Resource):
    """A service with everything merged: override files, extends, anchors. Scalars are interpolated when asked for."""

    label: str
    data: Mapping
    file: File

    def view(self) -> View:
        return View(self.data, self.span, self.file.unit.resolve)

    @classmethod
    def facts(cls) -> AnyMapping[str, Callable[[Any], Any]]:
        return _FACTS

    def value(self, *keys: str | int) -> Any:
        """The value under the keys with its variables replaced; None where there is none, unknown where it depends on the shell."""
        return self.file.unit.resolve(get(self.data, *keys))

    def mapping(self, *keys: str) -> Mapping:
        """The mapping under the keys as written, or an empty one."""
        found = get(self.data, *keys)
        return found if isinstance(found, Mapping) else Mapping(tuple(self.span))  # type: ignore[arg-type]

    def place(self, *keys: str | int) -> Span:
        """Where the value under the keys is written, or the nearest thing around it."""
        return at(self.data, *keys) if keys and keys[0] in self.data else self.span

    def items(self, *keys: str | int) -> tuple[tuple[Any, Span], ...]:
        """The items of a list with their places, variables replaced."""
        found = get(self.data, *keys)
        if not isinstance(found, list):
            return ()
        return tuple((self.file.unit.resolve(item), found.item(index)) for index, item in enumerate(found))  # type: ignore[attr-defined]

    def flag(self, *keys: str) -> bool:
        """Whether a switch is on."""
        value = self.value(*keys)
        return value is True or (value is not None and str(value).lower() in ("true", "yes", "y", "on", "1"))

    # -- image and build

    @property
    def builds(self) -> bool:
        """Whether the image is built here."""
        return isinstance(self.data.get("build"), Mapping)

    @property
    def image(self) -> str | Unknown | None:
        """The image with its variables replaced."""
        value = self.value("image")
        return value if value is None or is_unknown(value) else str(value)

    @property
    def written_image(self) -> str | None:
        """The image as written, with nothing set in the environment: defaults stand for their variables."""
        raw = self.data.get("image")
        return None if raw is None else as_written(str(raw))

    @property
    def image_name(self) -> str | Unknown:
        """The last part of the image's repository, such as ``postgres``; empty where the image is built and has no name."""
        image = self.image
        if image is None:
            return ""
        if isinstance(image, str):
            return parse_image(image).name
        name = parse_image(_holes(self.written_image or "")).name
        return image if "\0" in name or not name else name

    @property
    def data_directory(self) -> str | None:
        """Where an image of a database, cache or broker keeps its data; None for any other, empty for one that keeps none."""
        return None if self.builds else data_directory(str(self.image_name))

    @property
    def is_stateful(self) -> bool:
        """Whether the image is that of a database, cache or broker."""
        return self.data_directory is not None

    @property
    def image_references(self) -> tuple[Image, ...]:
        """The image as it is with nothing set and as it is with the ``.env`` file, as far as known; raises `Unresolved` where neither is."""
        image = self.image
        if image is None:
            return ()
        written = parse_image(_holes(self.written_image or ""))
        found = [written] if "\0" not in written.name + written.tag + written.digest else []
        if isinstance(image, str):
            found.append(parse_image(image))
        elif not found:
            raise Unresolved(image.source)
        return tuple(found)

    def dockerfile(self) -> str | Unknown | None:
        """The Dockerfile it is built from; None where nothing is built from a file of this repository."""
        build = self.data.get("build")
        if not isinstance(build, Mapping) or "dockerfile_inline" in build:
            return None
        context, name = self.value("build", "context"), self.value("build", "dockerfile")
        if is_unknown(context) or is_unknown(name):
            return context if is_unknown(context) else name  # type: ignore[no-any-return]
        origin = build.value_span("context").path if "context" in build else self.path
        directory = compose_files.beside(origin, str(context if context is not None else "."))
        if directory is None or isinstance(directory, Unknown):
            return directory
        name = str(name or "Dockerfile")
        if compose_files.is_remote(name):
            return None
        path = posixpath.normpath(posixpath.join(directory, name))
        return Unknown(f"{name} is outside of the project") if path.startswith(("../", "/")) else path

    def stage(self, project: Project) -> Stage | Unknown | None:
        """The final stage of the Dockerfile it is built from, here or by a service that gives the image this name; None for a pulled image."""
        builder = self if self.builds else self.builder
        if builder is None:
            return None
        path = builder.dockerfile()
        if path is None:
            return Unknown("the Dockerfile it is built from is not in the repository")
        if isinstance(path, Unknown):
            return path
        arguments = {key: builder.value("build", "args", key) for key in get(builder.data, "build", "args", default=())}
        texts = {key: value if value is None or is_unknown(value) else str(value) for key, value in arguments.items()}
        target = builder.value("build", "target")
        try:
            found = final_stage(project, path, target=None if target is None else str(target), args=texts)
        except Unresolved as unresolved:
            return Unknown(unresolved.reason)
        return found or Unknown(f"{path} has no stage {target}" if project.exists(path) else f"there is no {path}")

    @property
    def builder(self) -> Service | None:
        """The service that builds the image this one runs."""
        image = self.data.get("image")
        name = self.file.builders.get(image) if isinstance(image, str) else None
        return None if name is None else self.file.service(name)

    # -- health and life

    @property
    def is_one_shot(self) -> bool:
        """Whether it is meant to end: a migration, a seed, a test run."""
        restart = self.value("restart")
        if restart is not None and not is_unknown(restart) and str(restart).lower() in ("no", "false"):
            return True
        if self.value("deploy", "restart_policy", "condition") == "none" or str(self.value("deploy", "mode")).endswith("-job"):
            return True
        if self.label in self.file.awaited:
            return True
        command = " ".join(text for text, _ in (*self.words("command"), *self.words("entrypoint")))
        return bool(self.data.get("profiles")) and bool(_ENDING.search(command))

    def words(self, *keys: str) -> tuple[tuple[str, Span], ...]:
        """A command in either form as it is written, defaults standing for their variables: its items, or all of it."""
        found = get(self.data, *keys)
        if isinstance(found, list):
            return tuple((as_written(str(item)), found.item(index)) for index, item in enumerate(found))  # type: ignore[attr-defined]
        return () if found is None or isinstance(found, Mapping) else ((as_written(str(found)), self.place(*keys)),)

    @property
    def health_test(self) -> Any:
        """``healthcheck.test``: a text or a list, None where there is none."""
        return self.value("healthcheck", "test")

    @property
    def health_is_off(self) -> bool:
        """Whether the health check of the image is switched off."""
        test = self.health_test
        first = test[0] if isinstance(test, list) and test else test
        return self.flag("healthcheck", "disable") or (isinstance(first, str) and first.upper() == "NONE")

    def has_healthcheck(self, project: Project) -> bool:
        """Whether it has one, of its own or from the Dockerfile it is built from; raises `Unresolved` where that is not known."""
        if self.health_is_off:
            return False
        if self.health_test is not None:
            return True
        stage = self.stage(project)
        if stage is None:
            return False
        health = stage.healthcheck
        return health is not None and not health.disabled

    @property
    def is_privileged(self) -> bool:
        return self.flag("privileged")

    # -- storage and network

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """The entries of ``volumes``."""
        found = self.data.get("volumes")
        return tuple(self._mount(item, found.item(index)) for index, item in enumerate(found or ()))  # type: ignore[union-attr]

    def _mount(self, item: Any, span: Span) -> Mount:
        resolve = self.file.unit.resolve
        if isinstance(item, Mapping):
            kind, source, target = (resolve(item.get(key)) for key in ("type", "source", "target"))
            at_source = item.entry("source") if "source" in item else span
            return Mount(plain(kind), plain(source), plain(target), span, str(item.get("source", "")), at_source, frozenset(_options(item)))
        written = colons(str(item))
        parts = [resolve(part) for part in written]
        if len(parts) == 1:
            return Mount("volume", "", plain(parts[0]), span, "", span)
        source = plain(parts[0])
        kind = source if isinstance(source, Unknown) else "bind" if _IS_PATH(source) else "volume"
        return Mount(kind, source, plain(parts[1]), span, written[0], span, frozenset(",".join(written[2:]).split(",")))

    @property
    def env_files(self) -> Iterator[tuple[str | Unknown, bool, Span]]:
        """The env files: path from the project's root, whether Compose insists on it, and where it is named."""
        for item, place in self.items("env_file"):
            path = self.file.unit.resolve(item.get("path")) if isinstance(item, Mapping) else item
            required = not isinstance(item, Mapping) or item.get("required", True) is not False
            found = path if is_unknown(path) else compose_files.beside(place.path, str(path))
            yield Unknown(f"{path} is fetched from elsewhere") if found is None else found, required, place

    def is_supplied(self, path: str | Unknown, project: Project) -> bool:
        """Whether an env file is there, or is kept out of git or shown by an example on purpose; raises `Unresolved` for an unknown path."""
        known = str(path)
        if compose_files.exists(project, known) or project.ignored(known):
            return True
        directory, _, name = known.rpartition("/")
        siblings = (other.rpartition("/")[2] for other in project.below(directory))
        return any(_EXAMPLE.search(other) and _EXAMPLE.sub("", other).strip(".") in (name, name.strip(".")) for other in siblings)

    def mentions(self, text: str) -> bool:
        """Whether the environment or the command speaks of a path."""
        values = [str(value) for value in (self.data.get("environment") or {}).values()]
        return any(text in value for value in (*values, *(word for word, _ in self.words("command"))))

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks it is on; none with a ``network_mode``, else at least ``default``."""
        if "network_mode" in self.data:
            return ()
        return tuple(self.data.get("networks") or ("default",))

    @cached_property
    def ports(self) -> tuple[Port, ...]:
        """The published ports."""
        found = self.data.get("ports")
        return tuple(self._port(item, found.item(index)) for index, item in enumerate(found or ()))  # type: ignore[union-attr]

    def _port(self, item: Any, place: Span) -> Port:
        resolve = self.file.unit.resolve
        if isinstance(item, Mapping):
            ip, published, target, protocol = (resolve(item.get(key)) for key in ("host_ip", "published", "target", "protocol"))
            raw = f"{item.get('published', '')}:{item.get('target', '')}".lstrip(":")
            parts: Parts = (plain(ip), plain(published), plain(target), plain("tcp" if protocol is None else protocol))
        else:
            raw = str(item)
            parts = short_port(raw, resolve)
        span = self.span if place.path != self.path else place
        return Port("compose.port", f"{self.name}/{_clean(raw)}", span, self, raw, isinstance(item, Mapping), *parts, place)


def _image(service: Service) -> View | None:
    image = service.image
    return image_view(parse_image(image) if isinstance(image, str) else image, service.place("image"))


_FACTS: AnyMapping[str, Callable[[Any], Any]] = {
    **Resource.facts(),
    "production": lambda service: service.file.is_production,
    "image": _image,
    "builds": lambda service: service.builds,
    "stateful": lambda service: service.is_stateful,
    "one_shot": lambda service: service.is_one_shot,
}


def _options(item: Mapping) -> Iterator[str]:
    """The options of a mount in the long form, by their names in the short form."""
    if item.get("read_only") in (True, "true"):
        yield "ro"
    yield str(get(item, "bind", "propagation", default=""))


_IS_PATH = re.compile(r"[./~\\]|[A-Za-z]:[/\\]").match


def _clean(name: str) -> str:
    """A name that can stand in a test's id."""
    return re.sub(r"[\[\]\x00-\x1f\x7f]|::", "", name)


def as_written(text: str) -> str:
    """A text with nothing set in the environment: defaults stand for their variables, other variables stay."""
    try:
        return defaults(text)
    except InterpolationError:
        return text


def _holes(text: str) -> str:
    """An image with a mark in place of its variables, so that their colons and slashes are none of the image's."""
    return re.sub(r"\$\{[^{}]*\}|\$\w+|\{\{[^{}]*\}\}", "\0", text)


def _in_submodule(project: Project, path: str) -> bool:
    """Whether the path is in a git submodule, which may not be checked out here."""
    if not project.exists(".gitmodules"):
        return False
    found = re.findall(r"^\s*path\s*=\s*(\S+)", project.glance(".gitmodules"), re.MULTILINE)
    return any(path.startswith(f"{folder}/") for folder in found)


class Compose(Format):
    """Compose files by their usual names, and what they include or extend."""

    name = "compose"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return compose_files.is_compose(path, text)

    def claims_in(self, path: str, text: Callable[[], str], project: Project) -> bool:
        return self.claims(path, text) or (path.endswith((".yaml", ".yml")) and path in compose_files.referenced(project))

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:
        unit = unit_of(project, path)
        yield from unit.failures
        head = unit.own.entry("services") if "services" in unit.own.key_spans else unit.own.head
        file = File("compose.file", "file", head, unit)
        yield file
        for service in file.services:
            yield service
            # the ports of a base are judged there, not again in every file laid over it
            yield from (port for port in service.ports if unit.role != "fragment" or port.place.path == path)
