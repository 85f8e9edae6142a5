"""What a check of a host may say, and the checks that one declaration stands for: one for each thing it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from ...goss.vocabulary import ALIASES
from ...goss.vocabulary import TYPES
from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...syntax import yaml
from ..entries import Entry
from ..entries import Kind
from ..entries import Surroundings
from ..entries import Target
from ..measure import Judged
from ..reading import Reading
from . import address

if TYPE_CHECKING:
    from .connection import Client

OPTIONS = frozenset(("sudo", "ssh_config", "identity_file"))
# what is a value of the file itself says nothing about a host
THINGS = (TYPES.keys() | ALIASES.keys()) - {"matching"}
ASKS = THINGS | {"goss", "tools"}
MEASURES = frozenset(("age_of", "output_of"))
# those that need nothing else installed
BACKENDS = tuple(f"testinfra.backend.{name}" for name in ("local", "ssh", "docker", "podman", "kubectl"))


def _target(read: Reading) -> None:
    """What is wrong with a target beyond its address."""
    try:
        found = address.read(str(read.body["host"]))
    except ValueError:
        return  # which has been told, or is not known yet
    if problem := address.misplaced(found, read.body):
        read.wrong(problem)


def _read(read: Reading) -> None:
    from ...goss.read import from_mapping
    from . import tools

    things = yaml.Mapping(read.body.raw_span)
    for key in (key for key in read.whole if key in THINGS):
        things[key] = _by_name(read.whole[key], read.at(key))
        things.key_spans[key] = things.value_spans[key] = read.at(key)
    assertions, mistakes = from_mapping(things)
    read.add(mistakes)
    read.whole["things"] = assertions
    if "goss" in read.whole:
        read.inside(read.whole["goss"], "goss")
    if "vars" in read.whole:
        if "goss" not in read.whole:
            read.wrong("vars is for a goss file: name one with goss", "vars")
        elif isinstance(read.whole["vars"], str):
            read.inside(read.whole["vars"], "vars")
    read.whole["programs"] = _by_name(read.whole.get("tools", []), read.at("tools"))
    for name, wanted in read.whole["programs"].items():
        try:
            tools.constraint("" if wanted is None else str(wanted), name)
        except ValueError as error:
            read.add([ParseFailure(f"tools: {error}", read.whole["programs"].entry(name))])
    if read.whole.keys() >= MEASURES:
        read.wrong("a check measures either age_of or output_of", "output_of")
    if "age_of" in read.whole:
        if "unit" in read.body:
            read.wrong("unit is not for age_of, which is in seconds", "unit")
        read.whole["unit"] = "s"
        if not read.whole["age_of"].startswith("/"):
            read.wrong("age_of is a path from the root of the host, such as /var/backups/db.dump", "age_of")


def _by_name(value: Any, span: Span) -> yaml.Mapping:
    """A name, or several, as the mapping that they stand for."""
    if isinstance(value, yaml.Mapping):
        return value
    found = yaml.Mapping(span)
    names = value if isinstance(value, list) else [value]
    spans = value.item_spans if isinstance(value, yaml.Sequence) else [span] * len(names)
    for name, place in zip(names, spans, strict=True):
        found[str(name)] = None
        found.key_spans[str(name)] = found.value_spans[str(name)] = place
    return found


def _defaults(defaults: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A declaration that names things replaces those of its rule."""
    replaced = ASKS | MEASURES if (ASKS | MEASURES) & body.keys() else frozenset()
    return {key: value for key, value in defaults.items() if key not in replaced}


def _expand(entry: Entry, project: Project) -> Iterator[Entry]:
    """One check for each thing; those of a goss file stand in that file."""
    from . import checks

    body = entry.body
    one = partial(replace, entry, comparison=None)
    for assertion in body["things"]:
        yield one(name=f"{entry.name}:{assertion.type}:{assertion.id}", span=assertion.span, prepared=checks.Described(assertion))
    if "goss" in body:
        assertions, mistakes = _of_file(body, entry.span, project)
        for assertion in assertions:
            # a file that only variables lead to is no node of its own
            span = assertion.span if project.format_of(assertion.span.path) else entry.span
            yield one(name=f"{entry.name}:{assertion.type}:{assertion.id}", span=span, prepared=checks.Described(assertion))
        if mistakes:
            yield one(name=f"{entry.name}:{body['goss']}", prepared=checks.Wrong(tuple(mistakes)))
    for name, wanted in body["programs"].items():
        yield one(name=f"{entry.name}:tool:{name}", span=body["programs"].entry(name), prepared=checks.installed(name, str(wanted or "")))
    if "age_of" in body:
        yield replace(entry, prepared=checks.age(body["age_of"]))
    if "output_of" in body:
        yield replace(entry, prepared=checks.output(body["output_of"]))


def _of_file(body: Mapping[str, Any], span: Span, project: Project) -> tuple[list[Any], list[ParseFailure]]:
    from ...goss.read import load

    path = body["goss"]
    if not project.exists(path):
        raise ParseFailure(f"there is no file {path} in the project, or git ignores it", span)
    variables = body.get("vars", {})
    if isinstance(variables, str):
        if not project.exists(variables):
            raise ParseFailure(f"there is no file {variables} in the project, or git ignores it", span)
        documents = project.documents(variables)
        variables = documents[0].data if documents else {}
        if not isinstance(variables, Mapping):
            raise ParseFailure("variables for a goss file are a mapping", documents[0].span)
    return load(project, path, variables, os.environ)


def _open(target: Target, around: Surroundings) -> Client:
    from .connection import Client

    return Client(target, around)


def _ask(entry: Entry, client: Any) -> Judged:
    judged: Judged = entry.prepared.ask(entry, client)
    return judged


KIND = Kind(
    "host",
    _open,
    _ask,
    asks=frozenset(ASKS),
    measures=MEASURES,
    further=frozenset(("vars",)),
    options=OPTIONS,
    modules=(f"{__package__}.connection", f"{__package__.rpartition('.')[0]}.goss.*", "testinfra.host", "testinfra.modules.*", *BACKENDS),
    address=address.problem,
    target=_target,
    read=_read,
    defaults=_defaults,
    expand=_expand,
    prepare=lambda entry, _: entry.prepared,
)
