"""What a web address is asked: status, headers, JSON, dependencies, latency; TLS is a module of its own."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from ..criteria import patterns
from ..text import brief
from . import tls
from .entries import Entry
from .entries import Kind
from .http import Answer
from .http import Client
from .http import NoAnswer
from .http import address
from .http import parsed
from .measure import Judged
from .query import QueryError
from .query import compiled
from .reading import Reading

WARM_UP = 5  # requests before the first that is measured
# where health endpoints list what they depend on, and what they call well
LISTED = ("checks", "components", "dependencies", "details", "entries", "services", "results")
WELL = frozenset(("up", "ok", "okay", "healthy", "pass", "passed", "passing", "success", "ready", "green", "true", "alive", "running"))
STATUS = ("status", "state", "health", "healthy", "ok", "result")


def request(entry: Entry, client: Client) -> Judged:
    """One request, and all that is declared about its answer."""
    body = entry.body
    path = body.get("path", "")
    where = path or urlsplit(client.url).path or "/"
    try:
        answer = client.ask(path, method=body.get("method", "GET"), follow=body.get("follow", False))
    except NoAnswer as error:
        return Judged((f"{where} {error}",))
    problems = [*_status(body, answer, where), *_headers(body, answer, where)]
    judged = Judged()
    if {"json", "value", "dependencies"} & body.keys() and not problems:
        data, problem = parsed(answer, where)
        if problem:
            problems.append(problem)
        else:
            try:
                problems += _expected(body, data, where)
                if "dependencies" in body:
                    problems += _dependencies(body["dependencies"], data, where)
                if entry.comparison is not None:
                    judged = entry.comparison.judge(compiled("json", body["value"])(data), what=f"{body['value']} of {where}")
            except QueryError as error:
                judged = Judged(error=f"{where}: {error}")
    return Judged(tuple(problems)).and_also(judged)


def _status(body: Mapping[str, Any], answer: Answer, where: str) -> Iterator[str]:
    wanted = body.get("status", range(200, 300))
    wanted = [wanted] if isinstance(wanted, int) else wanted
    if answer.status not in wanted:
        said = "a status from 200 to 299" if isinstance(wanted, range) else " or ".join(map(str, wanted))
        yield f"{where} answers with status {answer.status}, {said} expected"


def _headers(body: Mapping[str, Any], answer: Answer, where: str) -> Iterator[str]:
    for name, pattern in body.get("header", {}).items():
        found = answer.headers.get(name)
        if found is None:
            yield f"{where} answers without the header {name}"
        elif not patterns.compiled(pattern).search(found[:10_000]):
            yield f"{where} answers with {name}: {brief(found, 80)}, which does not match {pattern}"


def _expected(body: Mapping[str, Any], data: Any, where: str) -> Iterator[str]:
    for expression, wanted in body.get("json", {}).items():
        found = compiled("json", expression)(data)
        if found != wanted or isinstance(found, bool) != isinstance(wanted, bool):
            told = "nothing" if found is None else brief(json.dumps(found, ensure_ascii=False), 80)
            yield f"{expression} of {where} is {told}, {json.dumps(wanted, ensure_ascii=False)} expected"


def _dependencies(names: list[str], data: Any, where: str) -> Iterator[str]:
    """What a health endpoint says of each dependency; a plain answer says nothing."""
    told = dict(_told(data))
    if not told:
        yield f"{where} names no dependency: it answers below none of {', '.join(LISTED)}"
        return
    for name in names:
        if name not in told:
            yield f"{where} does not name {name}, only {brief(', '.join(told), 100)}"
    for name, status in told.items():
        if str(status).lower() not in WELL:
            yield f"{where} says that {brief(name, 60)} is {brief(str(status), 60)}"


def _told(data: Any) -> Iterator[tuple[str, Any]]:
    for key in LISTED if isinstance(data, dict) else ():
        listed = data.get(key)
        if isinstance(listed, dict):
            yield from ((name, _status_of(value)) for name, value in listed.items())
        elif isinstance(listed, list):
            yield from ((str(item.get("name", "?")), _status_of(item)) for item in listed if isinstance(item, dict))


def _status_of(value: Any) -> Any:
    if isinstance(value, list):  # of the health+json draft: a list for each
        bad = [status for status in map(_status_of, value) if str(status).lower() not in WELL]
        return bad[0] if bad else _status_of(value[0]) if value else "not told"
    if isinstance(value, dict):
        return next((value[key] for key in STATUS if key in value), "not told")
    return value


def latency(entry: Entry, client: Client) -> Judged:
    """A percentile over many requests one after the other, by nearest rank, after some that warm up."""
    body = entry.body
    path, wanted = body.get("path", ""), body["requests"]
    where = path or urlsplit(client.url).path or "/"
    took: list[float] = []
    for number in range(min(WARM_UP, wanted) + wanted):
        try:
            answer = client.ask(path, method=body.get("method", "GET"))
        except NoAnswer as error:
            return Judged((f"{where} {error}, at request {number + 1} of {wanted}",))
        if problem := next(_status(body, answer, where), None):
            return Judged((f"{problem}, at request {number + 1} of {wanted}",))
        if number >= min(WARM_UP, wanted):
            took.append(answer.seconds)
    assert entry.comparison is not None
    ranked = sorted(took)[math.ceil(round(body["percentile"] * wanted / 100, 9)) - 1]
    return entry.comparison.judge(ranked, what=f"P{body['percentile']:g} of {wanted} requests to {where}")


# -- what it is to readiness


def _ask(entry: Entry, client: Client) -> Judged:
    if _is_tls(entry):
        return tls.judge(entry, client)
    return latency(entry, client) if "percentile" in entry.body else request(entry, client)


def _is_tls(entry: Entry) -> bool:
    return bool(TLS & entry.body.keys())


def _despite(entry: Entry, client: Any) -> bool:
    """A certificate that is not valid makes a target one that cannot be reached, but is what its TLS check is about."""
    return bool(client.untrusted) and _is_tls(entry)


def _read(read: Reading) -> None:
    whole, target = read.whole, read.target
    if LATENCY & whole.keys():
        read.whole |= {"percentile": 99, "requests": 100, **whole, "unit": "s"}
    _beside(read)
    for expression in whole.get("json", {}):
        read.attempt(partial(compiled, "json", expression), "json")
    for pattern in whole.get("header", {}).values():
        read.pattern(pattern, "header")
    if "value" in whole:
        read.attempt(partial(compiled, "json", whole["value"]), "value")
    if target and TLS & whole.keys() and target.address and not target.address.startswith("https:"):
        read.wrong(f"TLS is asked of an https url, not of {target.address}", "target")
    if target and TLS & whole.keys() and target.proxy_env:
        read.wrong(f"TLS and plaintext are asked of the host itself, and {target.name} is behind a proxy", "target")


def _beside(read: Reading) -> None:
    """What says nothing to what is asked is a mistake, since nobody would miss it."""
    whole, body = read.whole, read.body
    if TLS & whole.keys():
        said, strange = "tls and plaintext", body.keys() & (KIND.asks | KIND.measures | KIND.further) - TLS - {"plaintext_port"}
    elif "percentile" in whole:
        said, strange = "a percentile of latencies", body.keys() & {"value", "json", "header", "dependencies", "follow"}
    else:
        said, strange = "", set()
    for key in sorted(strange):
        read.wrong(f"{key} does not go with {said}: make it a check of its own", key)
    if "plaintext_port" in body and whole.get("plaintext") != "refused":
        read.wrong("plaintext_port is the port that plaintext: refused tries", "plaintext_port")


def _defaults(defaults: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is declared of one of these replaces all that the rule says of them."""
    replaced = (LATENCY if "value" in body else frozenset()) | (TLS if TLS & body.keys() else frozenset())
    return {key: value for key, value in defaults.items() if key not in replaced}


LATENCY = frozenset(("percentile", "requests"))
TLS = frozenset(("tls", "plaintext"))

KIND = Kind(
    "url",
    Client,
    _ask,
    asks=frozenset(("status", "json", "header", "dependencies")) | TLS,
    measures=frozenset(("value", "percentile")),
    modules=("httpx",),
    further=frozenset(("path", "method", "follow", "requests", "plaintext_port")),
    web=True,
    address=address,
    read=_read,
    defaults=_defaults,
    despite=_despite,
)
