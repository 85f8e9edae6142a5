"""``live:`` and ``evidence:`` of ``readiness.yaml`` read; every mistake is told at its line before anything runs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from collections.abc import Mapping
from functools import partial
from typing import Any

from ..model import ParseFailure
from ..model import Priority
from ..model import Span
from ..project import Project
from ..rules.live import CRITERIA
from ..rules.live import defaults
from ..syntax import yaml
from .contact import PATIENCE
from .contact import Patience
from .entries import Declared
from .entries import Entry
from .entries import Kind
from .entries import Target
from .kinds import KINDS
from .measure import OPERATORS
from .measure import Comparison
from .measure import target_of
from .query import compiled
from .query import kind_of
from .reading import Reading
from .units import Quantity
from .units import quantity

# keys of every target, of those that are asked over HTTP, and of every check
OF_TARGETS = frozenset(("timeout", "retries", "pause", "max_size"))
OF_WEB = frozenset(("ca_file", "token_env", "headers", "header_env", "proxy_env"))
OF_CHECKS = frozenset(("rule", "target", "name", "priority"))
OF_NUMBERS = frozenset((*OPERATORS, "unit", "on_no_data"))
OF_SIGNED = frozenset(("rule", "name", "priority", "signed"))
LONGEST = 3600.0  # seconds of a timeout or a pause


def load(document: yaml.Document, project: Project) -> tuple[Declared, list[ParseFailure]]:
    """What a document declares that its schema accepts, and what the schema cannot know to be wrong."""
    data = document.data
    assert isinstance(data, yaml.Mapping)
    live = data.get("live") or yaml.Mapping(data.raw_span)
    listed = live.get("targets", {})
    reader = _Reader(project)
    shared = _patience(Reading(live, data.span, reader.mistakes), PATIENCE)
    reader.targets = {name: reader.target(name, body, listed.entry(name), shared) for name, body in listed.items()}
    checks = [entry for body in live.get("checks", ()) for entry in reader.checks(body, body.entry("rule"))]
    evidence = [reader.evidence(body, body.entry("rule")) for body in data.get("evidence", ())]
    reader.twice([*checks, *evidence])
    declared = Declared(tuple(reader.targets.values()), tuple(checks), tuple(evidence))
    return declared, sorted(reader.mistakes, key=lambda mistake: mistake.span)


class _Reader:
    """Reads entries and keeps what is wrong with them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.targets: dict[str, Target] = {}
        self.mistakes: list[ParseFailure] = []

    def target(self, name: str, body: yaml.Mapping, span: Span, shared: Patience) -> Target:
        read = Reading(body, span, self.mistakes)
        named = [key for key in KINDS if key in body]
        if len(named) != 1:
            read.wrong(f"{name}: say what it is with exactly one of {', '.join(KINDS)}" + (f", not {' and '.join(named)}" if named else ""))
        kind = KINDS[named[0] if named else "url"]
        address: Any = body.get(kind.key, "")
        written = "" if isinstance(address, Mapping) else str(address)
        if named and written and (problem := kind.address(written)):
            read.wrong(f"{name}: {problem}", kind.key)
        for key in body.keys() - OF_TARGETS - (OF_WEB if kind.web else set()) - kind.options - KINDS.keys() if named else ():
            read.wrong(f"{name}: {key} is not for a target that is {kind.said}", key)
        if named:
            kind.target(read)
        size = read.attempt(lambda: quantity(body.get("max_size", kind.max_size), "B"), "max_size")
        if size is not None and (size.dimension != "size" or size.value < 1):
            read.wrong(f"{name}: max_size: {body['max_size']!r} is not a size such as 1 MiB", "max_size")
        return Target(
            name,
            kind.key,
            span,
            written,
            address["env"] if isinstance(address, Mapping) else "",
            patience=_patience(read, shared),
            max_size=int(size.value) if size else kind.max_size,
            ca_file=body.get("ca_file", ""),
            token_env=body.get("token_env", ""),
            headers=body.get("headers", {}),
            header_env=body.get("header_env", {}),
            proxy_env=body.get("proxy_env", ""),
            options={key: body[key] for key in kind.options & body.keys()},
        )

    def checks(self, body: yaml.Mapping, span: Span) -> Iterable[Entry]:
        rule = self._rule(body)
        target = self.targets.get(body["target"])
        if target is None:
            known = ", ".join(self.targets) or "none is declared"
            self._wrong(f"no target is called {body['target']!r} (known: {known})", body.entry("target"))
        if rule == "live.reachable":
            self._wrong("live.reachable has no declaration: there is one check for each target", span)
        if target is None:
            return ()
        kind = KINDS[target.kind]
        read = Reading(body, span, self.mistakes, rule=rule, whole=_with_defaults(rule, body, kind), target=target)
        for key in body.keys() - kind.asks - kind.measures - kind.further - OF_CHECKS - OF_NUMBERS:
            read.wrong(f"{key} is not for a check of {kind.said}, which {target.name} is", key)
        if not (kind.asks | kind.measures) & read.whole.keys():
            read.wrong(f"what is to hold? declare one of {', '.join(sorted(kind.asks | kind.measures))}")
        kind.read(read)
        measured = bool(kind.measures & read.whole.keys())
        for key in sorted(body.keys() & OF_NUMBERS - kind.further) if not measured else ():
            read.wrong(f"{key} is about a number: measure one with {' or '.join(sorted(kind.measures))}", key)
        comparison = self._comparison(read) if measured else None
        entry = Entry(rule, body.get("name", body["target"]), span, read.whole, target, comparison, priority=_priority(body))
        try:
            return list(kind.expand(entry, self.project))
        except ParseFailure as failure:
            self.mistakes.append(failure)
            return ()

    def evidence(self, body: yaml.Mapping, span: Span) -> Entry:
        rule = self._rule(body)
        whole = {**_with_defaults(rule, body, None), "on_no_data": body.get("on_no_data", "fail")}
        read = Reading(body, span, self.mistakes, rule=rule, whole=whole)
        if "signed" in body:
            _signed(read.part("signed"))
            for key in sorted(body.keys() - OF_SIGNED):
                read.wrong(f"{key} is about a file: evidence is either a file or signed", key)
            return Entry(rule, body["name"], span, whole, priority=_priority(body))
        if "file" not in body:
            read.wrong("evidence needs a file or signed")
            return Entry(rule, body["name"], span, whole)
        if "value" not in body:
            read.wrong("value is missing: where in the file the measurement stands")
        if "dated" in whole and "max_age" not in whole:
            read.wrong("dated says how old it is: say with max_age how old it may be", "dated")
        path = body["file"]
        read.inside(path, "file")
        kind = whole.get("format") or kind_of(path)
        if not kind:
            read.wrong(f"{path!r} has none of the endings .json, .yaml, .yml, .csv, .xml: say its format", "file")
        for key in ("value", "dated"):
            if kind and key in whole:
                read.attempt(partial(compiled, kind, whole[key]), key)
        age = read.seconds("max_age", None)
        return Entry(rule, body["name"], span, {**whole, "format": kind}, None, self._comparison(read), age, _priority(body))

    def twice(self, entries: list[Entry]) -> None:
        """Two checks of one rule with one name could not be told apart."""
        seen: set[tuple[str, str, str]] = set()
        for entry in entries:
            if (entry.span.path, entry.rule, entry.name) in seen:
                self._wrong(f"two checks of {entry.rule} are called {entry.name!r}: give them names", entry.span)
            seen.add((entry.span.path, entry.rule, entry.name))

    # -- parts

    def _wrong(self, reason: str, span: Span) -> None:
        self.mistakes.append(ParseFailure(reason, span))

    def _rule(self, body: yaml.Mapping) -> str:
        written: str = body["rule"]
        rule = written if written.startswith("live.") else f"live.{written}"
        if rule not in CRITERIA:
            self._wrong(f"no rule is called {rule!r}; live.endpoint and live.measurement are for anything else", body.entry("rule"))
        return rule

    def _comparison(self, read: Reading) -> Comparison | None:
        whole = read.whole
        written = [operator for operator in OPERATORS if operator in whole]
        if len(written) != 1:
            read.wrong(f"exactly one of {', '.join(OPERATORS)} is needed" + (f", not {' and '.join(written)}" if written else ""))
            return None
        operator = written[0]
        place = operator if operator in read.body else "rule"
        target: Any = whole[operator]
        if operator == "matches":
            read.pattern(target, operator)
        else:
            target = read.attempt(partial(target_of, operator, target), place)
            if target is None:
                return None
        if isinstance(target, Quantity):
            unit = _unit(read, target, place)
        elif unit := whole.get("unit", ""):
            read.wrong(f"what is measured is in {unit}, which cannot be compared with the text {target!r}", place)
        on_no_data = whole.get("on_no_data", "fail")
        return Comparison(operator, target, unit, on_no_data["skip"] if isinstance(on_no_data, dict) else None)


def _unit(read: Reading, target: Quantity, place: str) -> str:
    """The unit of what is measured: the one that is declared, if it can be compared with the target."""
    unit: str = read.whole.get("unit", "")
    try:
        if Quantity(target.number, unit).dimension == target.dimension:
            return unit
    except KeyError:
        read.wrong(f"unit: no unit is called {unit!r}", "unit")
        return target.unit
    if "unit" in read.body:
        read.wrong(f"unit: {unit} cannot be compared with {target.told()}", "unit")
    elif unit:
        read.wrong(f"what is measured is in {unit}, which cannot be compared with {target.told()}", place)
    else:
        read.wrong(f"the target is {target.told()}: say in which unit the value is, such as unit: {target.unit}", place)
    return target.unit


def _patience(read: Reading, shared: Patience) -> Patience:
    return Patience(
        read.seconds("timeout", shared.timeout, most=LONGEST),
        read.body.get("retries", shared.retries),
        read.seconds("pause", shared.pause, most=LONGEST),
    )


def _signed(read: Reading) -> None:
    days = {key: read.attempt(partial(_day, read.body[key]), key) for key in ("on", "until")}
    if days["on"] and days["until"] and days["until"] < days["on"]:
        read.wrong("signed until a day before it was signed", "until")


def _with_defaults(rule: str, body: Mapping[str, Any], kind: Kind | None) -> dict[str, Any]:
    """A declaration with what its rule expects where it says nothing; an operator of its own replaces the rule's."""
    stated: Mapping[str, Any] = defaults(rule, kind.key if kind else "evidence")
    if kind is not None:
        stated = kind.defaults(stated, body)
    measured = kind is None or kind.measures & {*body, *stated}
    if not measured or any(operator in body for operator in OPERATORS):
        stated = {key: value for key, value in stated.items() if key not in OPERATORS}
    return {**stated, **body}


def _day(written: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{written!r} is not a date as YYYY-MM-DD") from None


def _priority(body: Mapping[str, Any]) -> Priority | None:
    return Priority[body["priority"]] if "priority" in body else None
