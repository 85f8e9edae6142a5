"""TLS as a client meets it: the version, the days the certificate has left, and whether plaintext is refused."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from .entries import Entry
from .http import Client
from .http import reason
from .measure import Comparison
from .measure import Judged
from .units import quantity

VERSIONS = {"TLSv1": 0, "TLSv1.1": 1, "TLSv1.2": 2, "TLSv1.3": 3}
SECURE = (301, 302, 303, 307, 308)
REFUSING = (400, 403, 421, 426)
DAY = 86400


def judge(entry: Entry, client: Client) -> Judged:
    """What is declared about TLS and about plaintext."""
    judged = Judged()
    parts = urlsplit(client.url)
    host = parts.hostname or ""
    if "tls" in entry.body:
        judged = judged.and_also(_handshake(entry, client, host, parts.port or 443))
    if entry.body.get("plaintext") == "refused":
        port = entry.body.get("plaintext_port", 80)
        judged = judged.and_also(Judged(tuple(_plaintext(host, port, client.target.timeout))))
    return judged


def _handshake(entry: Entry, client: Client, host: str, port: int) -> Judged:
    wanted = entry.body["tls"]
    try:
        with (
            socket.create_connection((host, port), client.target.timeout) as plain,
            client.tls.wrap_socket(plain, server_hostname=host) as secure,
        ):
            version, certificate = secure.version() or "none", secure.getpeercert() or {}
    except TimeoutError:
        return Judged((f"no handshake within {client.target.timeout:g} s",))
    except OSError as error:
        return Judged((f"{host}:{port} {reason(error)}",))
    problems = []
    least = f"TLSv{wanted.get('min_version', '1.2')}"
    if VERSIONS.get(version, -1) < VERSIONS[least]:
        problems.append(f"{host}:{port} speaks {version}, at least {least} expected")
    left = (ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) / DAY
    days = Comparison("at_least", quantity(f"{wanted.get('min_days', 21)} d"), "d").judge(
        round(left, 2), what="what the certificate has left"
    )
    return Judged(tuple(problems)).and_also(days)


def _plaintext(host: str, port: int, timeout: float) -> Iterator[str]:
    """A port that is shut, cut off or silent at the door refuses; so does a redirect to https or an error that says so."""
    try:
        connection = socket.create_connection((host, port), timeout)
    except OSError:
        return
    with connection:
        try:
            connection.settimeout(timeout)
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            head = _head(connection, time.monotonic() + timeout)
        except TimeoutError:
            yield f"port {port} accepts plaintext and does not say what it does with it"
            return
        except OSError:
            return
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split()
    if len(words) < 2 or not words[0].startswith("HTTP/"):  # no HTTP at all, such as the alert of a TLS server
        return
    status = int(words[1]) if words[1].isdecimal() and words[1].isascii() else 0
    location = next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("location:")), "")
    if status in REFUSING or (status in SECURE and location.lower().startswith("https://")):
        return
    yield f"port {port} answers plaintext with status {status}, neither refused nor sent to https"


def _head(connection: socket.socket, end: float) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < 16384:
        if time.monotonic() > end:
            raise TimeoutError
        chunk = connection.recv(4096)
        if not chunk:
            break
        head += chunk
    return head
