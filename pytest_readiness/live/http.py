"""HTTP and HTTPS: one client for each target, bounded in time and size, whose secrets go to that target alone."""

from __future__ import annotations

import json
import math
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from urllib.parse import urlsplit

from ..text import brief
from .contact import CannotAsk
from .entries import Surroundings
from .entries import Target
from .measure import Judged

REDIRECTS = 5


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


def parsed(answer: Answer, where: str) -> tuple[Any, str]:
    """The data of an answer, or what is wrong with it."""
    try:
        return json.loads(answer.body, parse_constant=lambda _: None), ""
    except (ValueError, RecursionError):
        kind = answer.headers.get("content-type", "no type")
        return None, f"{where} answers with {len(answer.body)} bytes of {brief(kind, 60)} that are not JSON"
