"""Which compose files there are, which of them Compose reads together, and what one refers to in another.

Every value keeps the place where it was written, in whatever file; interpolation happens later, when
a value is asked for, because some rules judge what is written.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..model import ParseFailure
from ..model import Span
from ..project import Project
from ..project import once
from ..syntax.yaml import Mapping
from ..syntax.yaml import get
from ..unknown import Unknown
from ..unknown import Unresolved
from .compose_merge import clean
from .compose_merge import colons
from .compose_merge import merge
from .compose_merge import remove
from .compose_written import DEFAULTS
from .compose_written import Written
from .compose_written import read
from .interpolation import dotenv
from .interpolation import resolved

MAX_EXTENDS = 50
_LIKELY = re.compile(r"(?:docker-)?compose[.-][\w.-]+\.ya?ml|[\w.-]+[.-](?:docker-)?compose(?:\.[\w-]+)?\.ya?ml", re.IGNORECASE).fullmatch
_OVERRIDE = re.compile(r"(.+)\.override\.ya?ml").fullmatch
_SERVICES = re.compile(r"^[\"']?(?:services|include)[\"']?[ \t]*:", re.MULTILINE)
_KUBERNETES = (re.compile(r"^apiVersion[ \t]*:", re.MULTILINE), re.compile(r"^kind[ \t]*:", re.MULTILINE))
_LIST = re.compile(r"\A(?:\s+|#[^\n]*\n|---[^\n]*\n)*- ")
_ELSEWHERE = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|oci:|github\.com/", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Unit:
    """One file with what Compose merges it with, and the services that are judged in it."""

    path: str
    role: str  # base, override, variant (whole by itself), fragment (laid over a base), included or extended
    own: Mapping
    data: Mapping
    names: tuple[str, ...]
    variables: dict[str, str]
    failures: tuple[ParseFailure, ...]
    dangling: tuple[tuple[str, Span], ...]
    unresolved: tuple[str, ...]  # why services that extend something out of sight are not judged

    @property
    def services(self) -> Mapping:
        """Every service, by name; those of the files it is merged with too."""
        return self.data["services"]  # type: ignore[no-any-return]

    def resolve(self, value: Any) -> Any:
        """A scalar with its variables replaced, or unknown; anything else as it is."""
        return resolved(value, self.variables)


# -- which files


def is_certain(path: str) -> bool:
    """One of the names Compose looks for by itself, or its override."""
    name = path.rpartition("/")[2].lower()
    match = _OVERRIDE(name)
    return name in DEFAULTS or (match is not None and f"{match[1]}.yml" in DEFAULTS)


def is_compose(path: str, text: Any) -> bool:
    """Whether the file is a compose file by its name, and its text does not say otherwise."""
    if not path.endswith((".yml", ".yaml")) or "compose" not in path.rpartition("/")[2].lower() or _ELSEWHERE.search(path):
        return False
    certain = is_certain(path)
    if not certain and not _LIKELY(path.rpartition("/")[2]):
        return False
    content = text()
    if all(mark.search(content) for mark in _KUBERNETES) or _LIST.match(content):
        return False
    return certain or bool(_SERVICES.search(content))


def is_compose_file(project: Project, path: str) -> bool:
    """`is_compose` for a file of the project."""
    return is_compose(path, partial(project.glance, path))


@once
def by_name(project: Project) -> tuple[str, ...]:
    """The compose files that are so by their name."""
    return tuple(path for path in project.paths if is_compose_file(project, path))


def referenced(project: Project) -> dict[str, dict[str, list[str]]]:
    """The files that compose files name, with who names them: ``{path: {"include" | "extends": [paths]}}``."""
    if "compose.referenced" in project.cache:
        return project.cache["compose.referenced"]  # type: ignore[no-any-return]
    found: dict[str, dict[str, list[str]]] = {}
    project.cache["compose.referenced"] = found
    todo = [*by_name(project)]
    seen = set(todo)
    while todo:
        path = todo.pop()
        text = project.glance(path)
        if "include" not in text and "extends" not in text:
            continue
        try:
            written = read(project, path)
        except (ParseFailure, Unresolved):
            continue
        for how, other, _ in _files_named(project, written):
            if isinstance(other, str) and project.exists(other):
                found.setdefault(other, {}).setdefault(how, []).append(path)
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
    return found


def _files_named(project: Project, written: Written) -> Iterator[tuple[str, str | Unknown | None, Span]]:
    """How, which and where: the files under ``include`` and ``extends.file``; None for one that is not in a repository."""
    variables = variables_of(project, written.path)
    for index, entry in enumerate(written.data.get("include") or ()):
        paths = get(entry, "path") if isinstance(entry, Mapping) else entry
        for path in paths if isinstance(paths, list) else (paths,):
            if isinstance(path, str):
                yield "include", beside(written.path, resolved(path, variables)), written.data["include"].item(index)
    for service in written.services.values():
        extends = get(service, "extends")
        if isinstance(extends, Mapping) and isinstance(extends.get("file"), str):
            origin = extends.value_span("file").path
            yield "extends", beside(origin, resolved(extends["file"], variables)), extends.entry("file")


def beside(path: str, name: Any) -> str | Unknown | None:
    """A path relative to the directory of a file, from the project's root; unknown when it leaves the project."""
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else None
    if is_remote(name):
        return None
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if joined.startswith(("../", "/")) or joined == "..":
        return Unknown(f"{name} is outside of the project")
    return joined


def is_remote(name: str) -> bool:
    """Whether a context or file is fetched from elsewhere."""
    return bool(_REMOTE.match(name))


def exists(project: Project, path: str) -> bool:
    """Whether a file is there: among those looked at, or left out but on the disk."""
    if project.exists(path):
        return True
    root = project.tree.root
    return root is not None and (root / path).exists()


def override_base(project: Project, path: str) -> str | None:
    """The file that an override file is merged onto."""
    directory, _, name = path.rpartition("/")
    match = _OVERRIDE(name)
    if match is None:
        return None
    stems = [f"{match[1]}.yaml", f"{match[1]}.yml"]
    return _first(project, directory, [*stems, *(DEFAULTS if f"{match[1]}.yml" in DEFAULTS else ())], path)


def variant_base(project: Project, path: str) -> str | None:
    """The file that a variant (``compose.prod.yaml``) may be meant for."""
    directory, _, name = path.rpartition("/")
    if name in DEFAULTS or _OVERRIDE(name):
        return None
    common = [
        f"{stem}.{word}{suffix}" for word in ("base", "common") for stem in ("compose", "docker-compose") for suffix in (".yaml", ".yml")
    ]
    return _first(project, directory, [*DEFAULTS, *common], path)


def _first(project: Project, directory: str, names: list[str], path: str) -> str | None:
    paths = (f"{directory}/{name}" if directory else name for name in names)
    return next((p for p in paths if p != path and project.exists(p) and is_compose_file(project, p)), None)


def override_of(project: Project, path: str) -> str | None:
    """The override file that Compose merges onto a file by itself."""
    siblings = project.below(path.rpartition("/")[0])
    return next((p for p in siblings if ".override.y" in p and override_base(project, p) == path and is_compose_file(project, p)), None)


def variables_of(project: Project, path: str) -> dict[str, str]:
    """The variables of the ``.env`` beside a compose file."""
    directory = path.rpartition("/")[0]
    return _variables_in(project, f"{directory}/.env" if directory else ".env")


@once
def _variables_in(project: Project, path: str) -> dict[str, str]:
    try:
        return dotenv(project.text(path)) if project.exists(path) else {}
    except ParseFailure:
        return {}


# -- files that belong together


class MissingError(Exception):
    """A name that something refers to and that does not exist."""


def extended(project: Project, path: str, name: str, trail: tuple[tuple[str, str], ...] = ()) -> Mapping:
    """A service with what it extends merged below it; raises `ParseFailure`, `MissingError` or `Unresolved`."""
    key = ("compose.extended", path, name)
    if key not in project.cache:
        project.cache[key] = _extended(project, path, name, trail)
    return project.cache[key]  # type: ignore[no-any-return]


def _extended(project: Project, path: str, name: str, trail: tuple[tuple[str, str], ...]) -> Mapping:
    service = read(project, path).services[name]
    extends = service.get("extends")
    if not isinstance(extends, Mapping):
        return service  # type: ignore[no-any-return]
    place = service.entry("extends")
    if (path, name) in trail:
        raise ParseFailure(f"service {name} extends itself, by way of {', '.join(n for _, n in trail)}", place)
    if len(trail) > MAX_EXTENDS:
        raise ParseFailure(f"extends through more than {MAX_EXTENDS} services", place)
    variables = variables_of(project, path)
    wanted = resolved(extends.get("service"), variables)
    other: str | Unknown | None = path
    if isinstance(extends.get("file"), str):
        other = beside(path, resolved(extends["file"], variables))
    if isinstance(other, Unknown) or isinstance(wanted, Unknown):
        raise Unresolved(f"service {name} extends something outside: {(other if isinstance(other, Unknown) else wanted).source}")
    if other is None or not isinstance(wanted, str):
        raise ParseFailure(f"service {name}: extends needs a service and, at most, a local file", place)
    if not project.exists(other):
        if exists(project, other):
            raise Unresolved(f"service {name} extends {other}, which is left out of the review")
        raise MissingError(f"service {name} extends {wanted} of {other}, and there is no such file")
    try:
        services = read(project, other).services
    except (ParseFailure, Unresolved) as failure:
        raise Unresolved(f"service {name} extends {wanted} of {other}, which cannot be read: {failure.reason}") from None
    if not isinstance(services.get(wanted), Mapping):
        raise MissingError(f"service {name} extends {wanted}, and {other} has no such service")
    below = extended(project, other, wanted, (*trail, (path, name)))
    depth = project.cache.get(("compose.depth", other, wanted), 0) + 1
    if depth > MAX_EXTENDS:
        raise ParseFailure(f"extends through more than {MAX_EXTENDS} services", place)
    project.cache["compose.depth", path, name] = depth
    merged = merge(below, service, ("services", name))
    remove(merged, "extends")
    return merged


@once
def unit(project: Project, path: str) -> Unit:
    """A file with what Compose merges it with; raises `ParseFailure` or, where a part cannot be read, `Unresolved`."""
    written = read(project, path)
    failures = list(written.failures)
    dangling: list[tuple[str, Span]] = []
    unresolved: list[str] = []
    own = _with_extends(project, written, failures, dangling, unresolved)
    role, other = _role(project, path)
    data, names = own, tuple(own["services"])
    if role == "base" and other is not None:
        data = merge(own, _with_extends(project, _layer(project, other), [], [], []))
    elif role == "override" and other is not None:
        below = _with_extends(project, _layer(project, other), [], [], [])
        data = merge(below, own)
        names = tuple(name for name in names if name not in below["services"])
    elif role == "variant" and other is not None and _is_fragment(project, path, own):
        role = "fragment"
        data = merge(_with_extends(project, _layer(project, other), [], [], []), own)
        for name in names:  # a service that is only patched here is headed here
            if name in data["services"]:
                data["services"].key_spans[name] = own["services"].key_spans[name]
    elif role == "variant" and names and not any(_is_whole(own["services"][name]) for name in names):
        raise Unresolved("holds only parts of services, and what they are laid over is not known")
    elif role == "extended":
        names = ()
    services = data["services"].copy()
    for name in data["services"]:
        if isinstance(services[name], Mapping):
            services[name] = clean(services[name])
        else:
            remove(services, name)  # taken away with !reset
    data = data.copy()
    data["services"] = services
    names = tuple(name for name in names if name in services)
    return Unit(path, role, own, data, names, variables_of(project, path), tuple(failures), tuple(dangling), tuple(unresolved))


def _role(project: Project, path: str) -> tuple[str, str | None]:
    """What a file is, and the file it goes with."""
    if (base := override_base(project, path)) is not None:
        return "override", base
    how = referenced(project).get(path, {})
    if how and "include" not in how and not is_compose_file(project, path):
        return "extended", None
    if how.get("include"):
        return "included", None
    if path.rpartition("/")[2] in DEFAULTS:
        return "base", override_of(project, path)
    if (override := override_of(project, path)) is not None:
        return "base", override
    return "variant", variant_base(project, path)


def _layer(project: Project, path: str) -> Written:
    try:
        return read(project, path)
    except (ParseFailure, Unresolved) as failure:
        raise Unresolved(f"{path}, which it is merged with, cannot be read: {failure.reason}") from None


def _with_extends(
    project: Project, written: Written, failures: list[ParseFailure], dangling: list[tuple[str, Span]], unresolved: list[str]
) -> Mapping:
    """The file with every service extended; one whose origin cannot be had is left out, because half of it is not known."""
    services = Mapping(written.services.raw_span)
    for name, service in written.services.items():
        if not isinstance(service, Mapping):
            services.put(name, written.services)
            continue
        try:
            services.put(name, written.services, extended(project, written.path, name), as_value=True)
        except MissingError as missing:
            dangling.append((str(missing), service.entry("extends")))
        except ParseFailure as failure:
            failures.append(failure)
        except Unresolved as reason:
            unresolved.append(reason.reason)
    data = written.data.copy()
    data["services"] = services
    return data


def _is_whole(service: Any) -> bool:
    return isinstance(service, Mapping) and any(key in service for key in ("image", "build", "provider"))


def _is_fragment(project: Project, path: str, own: Mapping) -> bool:
    """Whether a file only makes sense on top of another: services without image and build, or names it does not define."""
    variables = variables_of(project, path)
    services = own["services"]
    if not all(_is_whole(service) for service in services.values()):
        return True
    return any(name not in _defined(own, kind) for kind, name, _ in references(own, tuple(services), variables))


def _defined(data: Mapping, kind: str) -> Any:
    found = data.get(f"{kind}s")
    return found if isinstance(found, Mapping) else ()


# -- references


def references(data: Mapping, names: tuple[str, ...], variables: dict[str, str]) -> Iterator[tuple[str, str, Span]]:
    """What the named services refer to: (service | network | volume | secret | config, name, place)."""
    for name in names:
        service = data["services"].get(name)
        for kind, node, place in _references(service) if isinstance(service, Mapping) else ():
            found = resolved(node, variables)
            if isinstance(found, str) and found:
                yield kind, found, place


def _references(service: Mapping) -> Iterator[tuple[str, Any, Span]]:
    for key in service.get("depends_on") or ():
        details = service["depends_on"][key]
        if get(details, "required", default=True) is not False:
            yield "service", key, service["depends_on"].entry(key)
    for key in service.get("networks") or ():
        if key != "default":
            yield "network", key, service["networks"].entry(key)
    for index, item in enumerate(service.get("links") or ()):
        yield "service", str(item).partition(":")[0], service["links"].item(index)
    for index, item in enumerate(service.get("volumes_from") or ()):
        if not str(item).startswith("container:"):
            yield "service", str(item).partition(":")[0], service["volumes_from"].item(index)
    for key in ("network_mode", "pid", "ipc"):
        if str(service.get(key)).startswith("service:"):
            yield "service", str(service[key]).partition(":")[2], service.entry(key)
    for index, item in enumerate(service.get("volumes") or ()):
        if isinstance(item, Mapping):
            named = item.get("source") if item.get("type") == "volume" else None
        else:
            parts = colons(str(item))
            named = (
                parts[0] if len(parts) > 1 and re.match(r"[A-Za-z0-9]", parts[0]) and not re.match(r"[A-Za-z]:|.*[/\\]", parts[0]) else None
            )
        if named is not None:
            yield "volume", named, service["volumes"].item(index)
    for key in ("secrets", "configs"):
        for index, item in enumerate(service.get(key) or ()):
            yield key[:-1], item.get("source") if isinstance(item, Mapping) else item, service[key].item(index)


def dangling(project: Project, found: Unit) -> Iterator[tuple[str, Span]]:
    """What a file refers to and nothing defines: a sentence and a place each."""
    yield from found.dangling
    written = read(project, found.path)
    hidden = list(found.unresolved)
    for how, path, place in _files_named(project, written):
        if how != "include":
            continue
        if not isinstance(path, str) or (not project.exists(path) and exists(project, path)):
            hidden.append(path.source if isinstance(path, Unknown) else f"what {found.path} includes is not in sight")
            continue
        if not project.exists(path):
            yield f"includes {path}, and there is no such file", place
    if len(hidden) > len(found.unresolved):
        raise Unresolved(hidden[-1])  # it may define anything
    beyond = [written.data, *_others(project, found)]
    for kind, name, place in references(found.data, found.names, found.variables):
        if name not in _defined(found.data, kind) and not any(name in _defined(data, kind) for data in beyond):
            yield _sentence(kind, name), place
    if hidden:
        raise Unresolved(hidden[0])


def _sentence(kind: str, name: str) -> str:
    return f"there is no service {name}" if kind == "service" else f"{kind} {name} is not declared under the top-level `{kind}s`"


def _others(project: Project, found: Unit) -> Iterator[Mapping]:
    """The files whose definitions count as well: those it includes and, for a file made to be combined, those it may be combined with."""
    how = referenced(project)
    todo, seen = [found.path], {found.path}
    while todo:
        path = todo.pop()
        near = [p for p, by in how.items() if path in by.get("include", ())]
        if path == found.path and found.role != "base":
            near += [p for by in how.get(path, {}).values() for p in by]
            near += [p for p in project.below(path.rpartition("/")[0]) if is_compose_file(project, p)]
        for other in near:
            if other not in seen:
                seen.add(other)
                todo.append(other)
                try:
                    yield read(project, other).data
                except (ParseFailure, Unresolved):
                    continue
