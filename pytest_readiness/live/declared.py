"""``live:`` and ``evidence:`` of ``readiness.yaml`` as frozen values; every mistake is told at its line before anything runs."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from ..model import ParseFailure
from ..model import Priority
from ..model import Span
from ..rules.live import DEFAULTS
from ..syntax import yaml
from .measure import OPERATORS
from .measure import Comparison
from .query import QueryError
from .query import compiled
from .query import kind_of
from .units import Quantity
from .units import quantity
from .units import seconds

TIMEOUT = 10.0  # seconds one contact may take
BUDGET = 6  # timeouts that a whole check may take
MAX_SIZE = 2**20  # bytes of an answer that are read
ASKED = frozenset(("status", "json", "header", "dependencies", "tls", "plaintext"))


@dataclass(frozen=True)
class Target:
    """Something that is contacted. Secrets are named here, never held."""

    name: str
    url: str
    span: Span
    timeout: float = TIMEOUT
    max_size: int = MAX_SIZE
    ca_file: str = ""
    token_env: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    header_env: Mapping[str, str] = field(default_factory=dict)

    @property
    def budget(self) -> float:
        """Seconds that one check of it may take."""
        return self.timeout * BUDGET


@dataclass(frozen=True)
class Entry:
    """A declared check: the rule it is one of, its name, and what its kind reads from ``body`` (defaults of the rule included)."""

    rule: str
    name: str
    span: Span
    body: Mapping[str, Any]
    target: Target | None = None
    comparison: Comparison | None = None
    max_age: float | None = None
    priority: Priority | None = None


@dataclass(frozen=True)
class Declared:
    """All that is declared, in the order of the file."""

    targets: tuple[Target, ...] = ()
    checks: tuple[Entry, ...] = ()
    evidence: tuple[Entry, ...] = ()


def load(document: yaml.Document) -> tuple[Declared, list[ParseFailure]]:
    """What a document declares that its schema accepts, and what the schema cannot know to be wrong."""
    data = document.data
    assert isinstance(data, yaml.Mapping)
    reader = _Reader()
    live = data.get("live") or yaml.Mapping(data.raw_span)
    listed = live.get("targets", {})
    default = reader.seconds(live, "timeout", TIMEOUT)
    targets = {name: reader.target(name, body, listed.entry(name), default) for name, body in listed.items()}
    checks = [reader.check(body, body.entry("rule"), targets) for body in live.get("checks", ())]
    evidence = [reader.evidence(body, body.entry("rule")) for body in data.get("evidence", ())]
    reader.twice([*checks, *evidence])
    return Declared(tuple(targets.values()), tuple(checks), tuple(evidence)), sorted(reader.mistakes, key=lambda mistake: mistake.span)


class _Reader:
    """Reads entries and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.mistakes: list[ParseFailure] = []

    def wrong(self, reason: str, span: Span) -> None:
        self.mistakes.append(ParseFailure(reason, span))

    def target(self, name: str, body: yaml.Mapping, span: Span, default: float) -> Target:
        url = body["url"]
        try:
            parts = urlsplit(url)
            _ = parts.port
            if parts.scheme not in ("http", "https") or not parts.hostname:
                self.wrong(f"{name}: {url!r} is not an http or https url", body.entry("url"))
            if parts.username or parts.password:
                self.wrong(f"{name}: a url holds no password; name its variable with token_env or header_env", body.entry("url"))
        except ValueError as error:
            self.wrong(f"{name}: {url!r} is not a url: {error}", body.entry("url"))
        size = self._attempt(lambda: quantity(body.get("max_size", MAX_SIZE), "B"), body, "max_size")
        if size is not None and size.dimension != "size":
            self.wrong(f"{name}: max_size: {body['max_size']!r} is not a size such as 1 MiB", body.entry("max_size"))
        return Target(
            name,
            url,
            span,
            timeout=self.seconds(body, "timeout", default),
            max_size=int(size.value) if size else MAX_SIZE,
            ca_file=body.get("ca_file", ""),
            token_env=body.get("token_env", ""),
            headers=body.get("headers", {}),
            header_env=body.get("header_env", {}),
        )

    def check(self, body: yaml.Mapping, span: Span, targets: Mapping[str, Target]) -> Entry:
        rule = self._rule(body)
        found = targets.get(body["target"])
        if found is None:
            known = ", ".join(targets) or "none is declared"
            self.wrong(f"no target is called {body['target']!r} (known: {known})", body.entry("target"))
        if rule == "live.reachable":
            self.wrong("live.reachable has no declaration: there is one check for each target", span)
        whole = _with_defaults(rule, body)
        if {"percentile", "requests"} & whole.keys():
            whole = {"percentile": 99, "requests": 100, **whole}
        if "percentile" in whole and "value" in whole:
            self.wrong("a check measures either value or a percentile of latencies", body.entry("value"))
        for expression in whole.get("json", {}):
            self._attempt(partial(compiled, "json", expression), body, "json")
        for pattern in whole.get("header", {}).values():
            self._pattern(pattern, body, "header")
        if "value" in whole:
            self._attempt(lambda: compiled("json", whole["value"]), body, "value")
        measured = "value" in whole or "percentile" in whole
        if not measured and not ASKED & set(whole):
            self.wrong(f"what is to hold? declare one of {', '.join(sorted(ASKED))}, value, percentile", span)
        if found and {"tls", "plaintext"} & whole.keys() and not found.url.startswith("https:"):
            self.wrong(f"TLS is asked of an https url, not of {found.url}", body.entry("target"))
        if not measured and any(operator in body for operator in OPERATORS):
            self.wrong("what is measured? a target needs value or percentile", span)
        if "percentile" in whole:
            whole["unit"] = "s"
        comparison = self._comparison(whole, body, span) if measured else None
        if comparison and "percentile" in whole and not isinstance(comparison.target, Quantity):
            self.wrong("a latency is compared with a duration such as 5ms", span)
        return Entry(rule, body.get("name", body["target"]), span, whole, found, comparison, priority=_priority(body))

    def evidence(self, body: yaml.Mapping, span: Span) -> Entry:
        rule = self._rule(body)
        whole = {**_with_defaults(rule, body), "on_no_data": body.get("on_no_data", "fail")}
        if "signed" in body:
            self._signed(body["signed"])
            if "file" in body:
                self.wrong("evidence is either a file or signed", body.entry("signed"))
            return Entry(rule, body["name"], span, whole, priority=_priority(body))
        if "file" not in body:
            self.wrong("evidence needs a file or signed", span)
            return Entry(rule, body["name"], span, whole)
        if "value" not in body:
            self.wrong("value is missing: where in the file the measurement stands", span)
        path = body["file"]
        if path.startswith(("/", "~")) or ".." in path.replace("\\", "/").split("/"):
            self.wrong(f"{path!r} must be a path below the root", body.entry("file"))
        kind = whole.get("format") or kind_of(path)
        if not kind:
            self.wrong(f"{path!r} has none of the endings .json, .yaml, .yml, .csv, .xml: say its format", body.entry("file"))
        for key in ("value", "dated"):
            if kind and key in whole:
                self._attempt(partial(compiled, kind, whole[key]), body, key)
        age = self.seconds(whole, "max_age", None) if "max_age" in whole else None
        return Entry(rule, body["name"], span, {**whole, "format": kind}, None, self._comparison(whole, body, span), age, _priority(body))

    def twice(self, entries: list[Entry]) -> None:
        """Two checks of one rule with one name could not be told apart."""
        seen: set[tuple[str, str]] = set()
        for entry in entries:
            if (entry.rule, entry.name) in seen:
                self.wrong(f"two checks of {entry.rule} are called {entry.name!r}: give them names", entry.span)
            seen.add((entry.rule, entry.name))

    # -- parts

    def _rule(self, body: yaml.Mapping) -> str:
        written: str = body["rule"]
        rule = written if written.startswith("live.") else f"live.{written}"
        if rule not in DEFAULTS:
            self.wrong(f"no rule is called {rule!r}; live.endpoint and live.measurement are for anything else", body.entry("rule"))
        return rule

    def _comparison(self, whole: Mapping[str, Any], body: yaml.Mapping, span: Span) -> Comparison | None:
        written = [operator for operator in OPERATORS if operator in whole]
        if len(written) != 1:
            self.wrong(f"exactly one of {', '.join(OPERATORS)} is needed" + (f", not {' and '.join(written)}" if written else ""), span)
            return None
        operator = written[0]
        place = operator if operator in body else "rule"
        target: Any = whole[operator]
        if operator == "matches":
            self._pattern(target, body, operator)
        elif operator != "equals" or (not isinstance(target, (bool, str)) or _is_quantity(target)):
            target = self._attempt(partial(quantity, target), body, place)
            if target is None:
                return None
        unit = self._unit(whole, target, body, place) if isinstance(target, Quantity) else ""
        on_no_data = whole.get("on_no_data", "fail")
        return Comparison(operator, target, unit, on_no_data["skip"] if isinstance(on_no_data, dict) else None)

    def _unit(self, whole: Mapping[str, Any], target: Quantity, body: yaml.Mapping, place: str) -> str:
        unit: str = whole.get("unit", "")
        try:
            if Quantity(target.number, unit).dimension == target.dimension:
                return unit
        except KeyError:
            self.wrong(f"unit: no unit is called {unit!r}", body.entry("unit"))
            return target.unit
        if "percentile" in whole:
            self.wrong("a latency is compared with a duration such as 5ms", body.entry(place))
        elif unit:
            self.wrong(f"unit: {unit} cannot be compared with {target.told()}", body.entry("unit"))
        else:
            self.wrong(f"the target is {target.told()}: say in which unit the value is, such as unit: {target.unit}", body.entry(place))
        return target.unit

    def _signed(self, signed: yaml.Mapping) -> None:
        days = {key: self._attempt(partial(_day, signed[key]), signed, key) for key in ("on", "until")}
        if days["on"] and days["until"] and days["until"] < days["on"]:
            self.wrong("signed until a day before it was signed", signed.entry("until"))

    def seconds(self, body: Mapping[str, Any], key: str, default: Any) -> Any:
        """A duration of an entry; more than nothing."""
        if key not in body:
            return default
        found = self._attempt(lambda: seconds(body[key]), body, key)
        if found is not None and found <= 0:
            self.wrong(f"{key}: must be more than nothing", _place(body, key))
        return found or default

    def _pattern(self, pattern: str, body: yaml.Mapping, key: str) -> None:
        try:
            re.compile(pattern)
        except re.error as error:
            self.wrong(f"{key}: {pattern!r} is not a regular expression: {error}", body.entry(key))

    def _attempt(self, read: Callable[[], Any], body: Mapping[str, Any], key: str) -> Any:
        try:
            return read()
        except (ValueError, QueryError) as error:
            self.wrong(f"{key}: {error}", _place(body, key))
            return None


def _place(body: Mapping[str, Any], key: str) -> Span:
    return body.entry(key) if isinstance(body, yaml.Mapping) else Span("readiness.yaml")


def _with_defaults(rule: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with what its rule expects where it says nothing; a target of its own replaces the rule's."""
    defaults = dict(DEFAULTS.get(rule, {}))
    if any(operator in body for operator in OPERATORS) or not {"value", "percentile", "requests"} & {*body, *defaults}:
        defaults = {key: value for key, value in defaults.items() if key not in OPERATORS}
    if "value" in body:
        defaults = {key: value for key, value in defaults.items() if key not in ("percentile", "requests")}
    if {"tls", "plaintext"} & set(body):
        defaults = {key: value for key, value in defaults.items() if key not in ("tls", "plaintext")}
    return {**defaults, **body}


def _is_quantity(target: Any) -> bool:
    """Whether what something must equal is a number; a text is one only with a unit, since ``"1.2"`` may be a version."""
    try:
        return bool(quantity(target).unit) or not isinstance(target, str)
    except ValueError:
        return False


def _day(written: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{written!r} is not a date as YYYY-MM-DD") from None


def _priority(body: Mapping[str, Any]) -> Priority | None:
    return Priority[body["priority"]] if "priority" in body else None


def secrets(declared: Declared) -> Iterator[str]:
    """The names of the variables that hold secrets."""
    for target in declared.targets:
        yield from filter(None, (target.token_env, *target.header_env.values()))
