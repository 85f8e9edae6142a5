"""HTTP and HTTPS: one client for each target, bounded in time and size, whose secrets go to that target alone."""

from __future__ import annotations

import json
import math
import ssl
import time
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from urllib.parse import urlsplit

from ..criteria import patterns
from ..text import brief
from .contact import CannotAsk
from .entries import Entry
from .entries import Kind
from .entries import Surroundings
from .entries import Target
from .measure import Judged
from .query import QueryError
from .query import compiled
from .reading import Reading

REDIRECTS = 5
WARM_UP = 5  # requests before the first that is measured
# where health endpoints list what they depend on, and what they call well
LISTED = ("checks", "components", "dependencies", "details", "entries", "services", "results")
WELL = frozenset(("up", "ok", "okay", "healthy", "pass", "passed", "passing", "success", "ready", "green", "true", "alive", "running"))
STATUS = ("status", "state", "health", "healthy", "ok", "result")


class NoAnswer(Exception):
    """A target did not answer, or not within what is allowed; says why."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


def context(target: Target, root: Path) -> ssl.SSLContext:
    """Verified TLS: the target's own authority, else those of the system, else those of certifi. Raises OSError, `ssl.SSLError`."""
    return ssl.create_default_context(cafile=str(root / target.ca_file)) if target.ca_file else _of_the_system()


@cache
def _of_the_system() -> ssl.SSLContext:
    """What the system trusts: some hundred certificates, read once for all targets."""
    made = ssl.create_default_context()
    if not made.cert_store_stats()["x509_ca"]:
        import certifi

        made.load_verify_locations(certifi.where())
    return made


class Client:
    """Asks one target; its connection is used again."""

    def __init__(self, target: Target, around: Surroundings) -> None:
        try:
            import httpx
        except ModuleNotFoundError as error:
            raise CannotAsk(f"{error.name} is needed: pip install 'pytest-readiness[live]'") from None
        self._httpx = httpx
        self.target = target
        self._mask = around.mask
        self.url = around.address(target)
        if problem := address(self.url):
            raise CannotAsk(f"target {target.name}: {self._mask(problem)}")
        self.origin = _origin(self.url)
        try:
            self.tls = context(target, around.root)  # also of http, which may redirect to https
        except ssl.SSLError:
            raise CannotAsk(f"{target.ca_file} holds no certificate") from None
        except OSError as error:
            raise CannotAsk(f"{target.ca_file}: {error.strerror or error}") from None
        self.untrusted = False  # reached, but its certificate is not valid
        self._deadline = math.inf
        self._own = dict(target.headers)
        if target.token_env:
            self._own["Authorization"] = f"Bearer {around.variable(target, target.token_env)}"
        self._own |= {name: around.variable(target, variable) for name, variable in target.header_env.items()}
        for name, value in self._own.items():
            if not value.isascii() or not value.isprintable() or value != value.strip():
                raise CannotAsk(f"the header {name} cannot be sent: its value has a line break, or another character than printable ASCII")
        try:
            # no netrc, and no proxy but a declared one: what the environment of a laptop holds is not what is judged
            self._client = httpx.Client(
                verify=self.tls,
                timeout=target.timeout,
                trust_env=False,
                proxy=around.variable(target, target.proxy_env) if target.proxy_env else None,
                headers={"User-Agent": "pytest-readiness", "Accept-Encoding": "identity"},
                limits=httpx.Limits(max_connections=1),
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise CannotAsk(f"the proxy in {target.proxy_env} cannot be used: {self._mask(brief(str(error)))}") from None

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def begin(self, seconds: float) -> None:
        """What is asked from here on may take so long in all."""
        self._deadline = time.monotonic() + seconds

    def ask(self, path: str = "", *, method: str = "GET", follow: bool = False, leave: bool = True, whole: bool = True) -> Answer:
        """One answer; raises `NoAnswer`. Redirects are followed only where asked for, and to another host without what is secret.

        Without ``leave`` nothing but this host is asked at all.
        """
        url = urljoin(self.url, path) if path else self.url
        for _ in range(REDIRECTS + 1):
            if not leave and _origin(url) != self.origin:
                raise NoAnswer(f"sends on to another host, {brief(at(url), 80)}")
            answer = self._one(method, url, whole=whole)
            location = answer.headers.get("location")
            if not follow or location is None or answer.status not in (301, 302, 303, 307, 308):
                return answer
            found = _joined(url, location)
            if found is None:
                raise NoAnswer(f"redirects to {brief(location, 80)}, which is no web address")
            url = found
        raise NoAnswer(f"redirects more than {REDIRECTS} times")

    def _one(self, method: str, url: str, *, whole: bool) -> Answer:
        httpx, limit = self._httpx, self.target.max_size
        timeout = min(self.target.timeout, self._deadline - time.monotonic())
        if timeout <= 0:
            raise NoAnswer("the time for this check is over")
        headers = self._own if _origin(url) == self.origin else {}
        self._client.cookies.clear()
        end = time.monotonic() + timeout
        started = time.perf_counter()
        try:
            with self._client.stream(method, url, headers=headers, timeout=timeout) as response:
                body = bytearray()
                for chunk in response.iter_raw() if whole else ():
                    body += chunk
                    if len(body) > limit:
                        raise NoAnswer(f"answers with more than {limit} bytes, the max_size of the target")
                    if time.monotonic() > end:
                        raise NoAnswer(f"did not finish its answer within {round(timeout, 2):g} s")
                took = time.perf_counter() - started
                if response.headers.get("content-encoding", "identity") not in ("", "identity"):
                    raise NoAnswer("answers in a compressed form nobody asked for")
                return Answer(response.status_code, response.headers, self._mask.body(bytes(body)), took)
        except httpx.TimeoutException:
            raise NoAnswer(f"gave no answer within {round(timeout, 2):g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # of the last kind are names that no IDNA has
            self.untrusted = _is_about_certificate(error)
            raise NoAnswer(self._mask(reason(error))) from None

    def reach(self) -> Judged:
        """Whether it answers at all; any answer will do."""
        try:
            self.ask(whole=False)
        except NoAnswer as error:
            return Judged((f"target {self.target.name} cannot be reached: {at(self.url)} {error}",))
        return Judged()


def address(url: str) -> str | None:
    """What is wrong with the url of a target."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"{url!r} is not a url: {error}"
    if parts.username or parts.password:
        return "a url holds no password; name its variable with token_env or header_env"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{url!r} is not an http or https url"
    return None


def at(url: str) -> str:
    """Where a target is, without a query that may hold something secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _joined(url: str, location: str) -> str | None:
    """Where a redirect leads; None for what is no web address."""
    try:
        joined = urljoin(url, location)
        return joined if urlsplit(joined).scheme in ("http", "https") else None
    except ValueError:
        return None


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NoAnswer("redirects to a port that does not exist") from None
    return parts.scheme, parts.hostname, port


def reason(error: BaseException) -> str:
    """Why there was no answer, in the words of the innermost cause."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ssl.SSLCertVerificationError):
            return f"has a certificate that is not valid: {inner.verify_message}"
        if isinstance(inner, ssl.SSLError):
            return f"does not speak TLS as it should: {brief(inner.reason or str(inner), 80)}"
        if isinstance(inner, ConnectionRefusedError):
            return "refuses the connection"
        inner = inner.__cause__ or inner.__context__
    return f"does not answer: {brief(str(error) or type(error).__name__, 120)}"


def _is_about_certificate(error: BaseException) -> bool:
    return reason(error).startswith("has a certificate")


# -- what is asked


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


def parsed(answer: Answer, where: str) -> tuple[Any, str]:
    """The data of an answer, or what is wrong with it."""
    try:
        return json.loads(answer.body, parse_constant=lambda _: None), ""
    except (ValueError, RecursionError):
        kind = answer.headers.get("content-type", "no type")
        return None, f"{where} answers with {len(answer.body)} bytes of {brief(kind, 60)} that are not JSON"


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
        from . import tls

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
    modules=("httpx", f"{__package__}.tls"),
    further=frozenset(("path", "method", "follow", "requests", "plaintext_port")),
    web=True,
    address=address,
    read=_read,
    defaults=_defaults,
    despite=_despite,
)
