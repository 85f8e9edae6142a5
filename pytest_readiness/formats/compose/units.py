"""A compose file with what Compose merges it with: its override, what its services extend, what it is laid over.

Every value keeps the place where it was written, in whatever file; interpolation happens later, when
a value is asked for, because some rules judge what is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.yaml import Mapping
from ...unknown import Unknown
from ...unknown import Unresolved
from ..interpolation import resolved
from .files import beside
from .files import exists
from .files import files_named
from .files import is_compose_file
from .files import override_base
from .files import override_of
from .files import referenced
from .files import variables_of
from .files import variant_base
from .merge import clean
from .merge import merge
from .merge import remove
from .references import defined
from .references import references
from .written import DEFAULTS
from .written import Written
from .written import read

MAX_EXTENDS = 50


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
    return any(name not in defined(own, kind) for kind, name, _ in references(own, tuple(services), variables))


def dangling(project: Project, found: Unit) -> Iterator[tuple[str, Span]]:
    """What a file refers to and nothing defines: a sentence and a place each."""
    yield from found.dangling
    written = read(project, found.path)
    hidden = list(found.unresolved)
    for how, path, place in files_named(project, written):
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
        if name not in defined(found.data, kind) and not any(name in defined(data, kind) for data in beyond):
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
