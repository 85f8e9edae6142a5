"""The policies of a project: read, compiled, and evaluated on all their inputs at once."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from typing import Any

from .. import tools
from ..configuration import Policies
from ..model import ParseFailure
from ..model import Span
from ..project import once
from . import inputs
from . import source
from .engine import MISSING
from .engine import Answer
from .engine import EngineError
from .engine import Job
from .engine import Opa
from .engine import Regopy
from .engine import Report
from .source import Policy

if TYPE_CHECKING:
    from ..project import Project

EVERYTHING = "all"
DATA_SUFFIXES = (".json", ".yaml", ".yml")
NETWORK = frozenset(("http.send", "net.lookup_ip_addr"))
_TESTS = "_test.rego"


@dataclass(frozen=True, eq=False)
class Compiled:
    """The policies that can be evaluated, who does it, and what is wrong with the others, by path."""

    policies: tuple[Policy, ...] = ()
    engine: Regopy | Opa | None = None
    data: Any = None
    failures: Mapping[str, tuple[ParseFailure, ...]] = field(default_factory=dict)
    stopped: str = ""


def is_below(path: str, place: str) -> bool:
    """Whether a file is what an entry of the settings names, or lies in it."""
    place = place.strip("/")
    place = place.removeprefix("./")
    return place in ("", ".") or path == place or path.startswith(f"{place}/") or fnmatchcase(path, place)


def is_policy(path: str, settings: Policies | None) -> bool:
    return settings is not None and path.endswith(".rego") and any(is_below(path, place) for place in settings.policies)


@once
def compiled(project: Project) -> Compiled:
    """The policies of the settings, those that do not compile apart."""
    settings = project.configuration.rego
    if settings is None:
        return Compiled()
    failures: dict[str, list[ParseFailure]] = {}
    found: list[Policy] = []
    for path in project.paths:
        if not is_policy(path, settings) or path.endswith(_TESTS):
            continue
        try:
            policy = source.read(path, project.text(path))
        except ParseFailure as failure:
            failures[path] = [failure]
            continue
        found.append(policy)
        problems = [*policy.failures, *_network(policy)]
        if problems:
            failures[path] = problems
    first = found[0].path if found else next(iter(failures), "")
    data, wrong = _data(project, settings)
    if wrong:
        failures.setdefault(first, []).append(wrong)
    try:
        engine, report = _engine(tuple(found), settings, data)
    except (EngineError, tools.ToolError) as error:
        failures.setdefault(first, []).append(ParseFailure(str(error), Span(first)))
        return Compiled(tuple(found), None, data, _frozen(failures), str(error))
    by_path = {policy.path: policy for policy in found}
    for trouble in report.troubles:
        policy = by_path.get(trouble.path, found[0])
        failures.setdefault(policy.path, []).append(ParseFailure(f"does not compile: {trouble.reason}", policy.at(trouble.line)))
    broken = {trouble.path for trouble in report.troubles}
    if isinstance(engine, Regopy):
        for policy in found:
            failures.setdefault(policy.path, []).extend(() if policy.path in broken else _unknown(policy, found, report))
    if any(not trouble.path for trouble in report.troubles):
        broken = set(by_path)
    return Compiled(tuple(policy for policy in found if policy.path not in broken), engine, data, _frozen(failures))


def _frozen(failures: Mapping[str, list[ParseFailure]]) -> dict[str, tuple[ParseFailure, ...]]:
    return {path: tuple(each) for path, each in failures.items() if each}


def _network(policy: Policy) -> Iterator[ParseFailure]:
    for call in policy.calls:
        if call.name in NETWORK:
            yield ParseFailure(f"calls {call.name}: policies are judged without network", policy.at(call.line))


def _engine(policies: tuple[Policy, ...], settings: Policies, data: Any) -> tuple[Regopy | Opa, Report]:
    """The engine of the settings; by default regopy, and opa for what regopy does not have."""
    regopy = Regopy.find() if settings.engine in ("auto", "regopy") else None
    opa = Opa.find() if settings.engine in ("auto", "opa") else None
    if regopy is not None:
        queries = _queries(Compiled(policies))
        calls = sorted({call.name for policy in policies for call in policy.calls})
        report = regopy.run(Job(policies, data, settings.timeout, queries=queries, calls=calls))
        if opa is None or not any(_unknown(policy, policies, report) for policy in policies):
            return regopy, report
    if opa is None:
        raise EngineError(MISSING[settings.engine])
    return opa, opa.run(Job(policies, data, settings.timeout))


def _unknown(policy: Policy, policies: list[Policy] | tuple[Policy, ...], report: Report) -> list[ParseFailure]:
    """Functions that regopy does not have, and variables without a value: it would take such a rule for one that never holds."""
    own = {head.name for other in policies if other.package == policy.package for head in other.heads}
    found = []
    for call in policy.calls:
        root = call.name.partition(".")[0]
        known = call.name not in report.missing or root in own or root in policy.aliases or root in ("data", "input")
        if not known and call.name not in NETWORK:
            advice = "put opa on PATH if it is one of OPA's" if "." in call.name else "define it, or put opa on PATH if it is one of OPA's"
            found.append(
                ParseFailure(f"calls {call.name}, which is no function of the policies or of regopy: {advice}", policy.at(call.line))
            )
    for name in policy.unsafe:
        if name.name not in own and name.name not in policy.aliases:
            found.append(ParseFailure(f"the variable {name.name} never has a value, so that the rule never holds", policy.at(name.line)))
    return found


# -- data


def _data(project: Project, settings: Policies) -> tuple[Any, ParseFailure | None]:
    """The data files in one: what lies in directories below a place of the settings has their names as keys, as with OPA."""
    merged: dict[str, Any] = {}
    for place in settings.data:
        base = place.strip("/").removeprefix("./")
        for path in project.paths:
            if not is_below(path, place) or not path.endswith(DATA_SUFFIXES):
                continue
            relative = path[len(base) :].strip("/") if base not in ("", ".") else path
            keys = relative.split("/")[:-1] if path != base else []
            try:
                documents = project.documents(path)
                for document in documents[:1]:
                    _merge(merged, keys, document.data, path)
            except ParseFailure as failure:
                return merged, failure
    return merged, None


def _merge(into: dict[str, Any], keys: list[str], value: Any, path: str) -> None:
    if not keys and not isinstance(value, dict):
        raise ParseFailure("data at the root must be a mapping", Span(path))
    for key in reversed(keys):
        value = {key: value}
    waiting = [(into, value)]
    while waiting:
        target, more = waiting.pop()
        for key, each in more.items():
            if isinstance(target.get(key), dict) and isinstance(each, dict):
                waiting.append((target[key], each))
            elif key in target:
                raise ParseFailure(f"sets {key!r}, which other data sets as well", Span(path))
            else:
                target[key] = dict(each) if isinstance(each, dict) else each


# -- inputs


def parser_for(path: str, project: Project, format_name: str) -> str | None:
    """The parser for a file that policies judge; None for one that they do not."""
    settings = project.configuration.rego
    if settings is None or path.endswith(".rego"):
        return None
    if settings.files is not None:
        return next((name for name, globs in settings.files.items() if any(is_below(path, glob) for glob in globs)), None)
    if not format_name or format_name == "rego" or path.endswith(".lock.hcl"):
        return None
    return inputs.parser_of(path, format_name)


@once
def judged_files(project: Project) -> Mapping[str, str]:
    """The files that policies judge, with their parsers; those that cannot be read are failing items of their own."""
    found = {}
    for path in project.paths:
        format_ = project.format_of(path)
        parser = parser_for(path, project, format_.name if format_ else "")
        contents = project.contents(path) if parser else None
        if parser and contents is not None and not contents.failures and contents.unjudged is None:
            found[path] = parser
    return found


@once
def documents(project: Project, path: str, parser: str) -> tuple[inputs.Document, ...]:
    return inputs.read(path, parser, project)


@once
def answers(project: Project) -> Mapping[str, tuple[Mapping[str, Answer], ...]]:
    """What the policies say, by file (``.`` for all of them combined) and document."""
    settings, found = project.configuration.rego, compiled(project)
    assert settings is not None
    read: list[tuple[str, Any]] = []
    for path, parser in judged_files(project).items():
        try:
            read += [(path, document.data) for document in documents(project, path, parser)]
        except ParseFailure:
            continue
    if settings.combine:
        read = [(".", [{"path": path, "contents": data} for path, data in read])]
    if found.engine is None:
        return {path: ({},) for path, _ in read}
    try:
        report = found.engine.run(Job(found.policies, found.data, settings.timeout, [data for _, data in read], _queries(found)))
    except (EngineError, tools.ToolError) as error:
        report = Report(answers=tuple({name: Answer(error=str(error)) for name in _queries(found)} for _ in read))
    by_path: dict[str, list[Mapping[str, Answer]]] = {}
    for (path, _), each in zip(read, report.answers, strict=True):
        by_path.setdefault(path, []).append(each)
    return {path: tuple(each) for path, each in by_path.items()}


def namespaces(found: Compiled, settings: Policies) -> list[tuple[str, ...]]:
    """The packages whose rules judge."""
    packages = dict.fromkeys(policy.package for policy in found.policies)
    wanted = settings.namespaces
    return [package for package in packages if EVERYTHING in wanted or ".".join(package) in wanted]


def reference(package: tuple[str, ...], name: str) -> str:
    """How a query names a rule."""
    import json

    return "data" + "".join(f"[{json.dumps(part)}]" for part in package) + f"[{json.dumps(name)}]"


def _queries(found: Compiled) -> dict[str, str]:
    """The rules to ask for, and the exceptions of their packages."""
    queries = {}
    for policy in found.policies:
        for head in policy.heads:
            if source.JUDGING(head.name) or head.name == "exception":
                queries[f"{policy.namespace}.{head.name}"] = reference(policy.package, head.name)
    return queries
