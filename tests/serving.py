"""Servers and programs on loopback for the tests of live checks; ``conftest.py`` makes its fixtures known everywhere."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from contextlib import suppress
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from pytest_readiness import schema
from pytest_readiness.live import contact
from pytest_readiness.live import declared
from pytest_readiness.live.checks import contacts
from pytest_readiness.live.checks import start
from pytest_readiness.live.entries import Declared
from pytest_readiness.live.entries import Surroundings
from pytest_readiness.live.kinds import KINDS
from pytest_readiness.live.measure import Judged
from pytest_readiness.project import Project
from pytest_readiness.secret import Mask
from pytest_readiness.syntax import yaml

Reply = tuple[int, dict[str, str], bytes]

# where there is such a thing, a program ends also when pytest is killed and can stop nothing
UNTIL_WE_END = ("setpriv", "--pdeathsig", "TERM") if sys.platform == "linux" and shutil.which("setpriv") else ()


class Server(ThreadingHTTPServer):
    """Answers by path, with its query or without, and remembers what it was asked."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, routes: dict[str, Reply | Callable[[BaseHTTPRequestHandler], None]], tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes = routes
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.connections: set[Any] = set()
        self.stopped = threading.Event()
        self.tls = tls

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        connection.settimeout(10)
        self.connections.add(address)
        return connection, address

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is not None:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:  # a client that does not trust us, or speaks plaintext
                return
        try:
            super().finish_request(request, client_address)
        finally:
            if self.tls is not None:
                request.close()

    def handle_error(self, *_: object) -> None:
        """Clients that go away are what is tested."""

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are sent one after the other
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        routes = self.server.routes
        reply = routes.get(self.path) or routes.get(self.path.partition("?")[0], (404, {}, b""))
        if callable(reply):
            reply(self)
            return
        status, headers, body = reply
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


def reply(data: object, status: int = 200, **headers: str) -> Reply:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(data).encode()


def around(found: Declared, root: Path, environment: dict[str, str], project: Project | None = None) -> Surroundings:
    """Where declared checks are made in these tests."""
    names = (name for target in found.targets for name in (*target.variables, *KINDS[target.kind].variables))
    mask = Mask(environment.get(name, "") for name in names)
    return Surroundings(project or Project.of({}), root, environment, mask, datetime.now(timezone.utc))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def serve(stack):
    def make(routes: dict[str, Any], tls: ssl.SSLContext | None = None) -> Server:
        server = stack.enter_context(Server(routes, tls))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        stack.callback(thread.join, 5)
        stack.callback(server.shutdown)
        stack.callback(server.stopped.set)
        return server

    return make


@pytest.fixture
def ask(stack, tmp_path):
    """The outcomes of declared checks, by the names of their items; ``project`` is the repository they stand in."""

    def outcomes(text: str, project: Project | None = None, **environment: str) -> dict[str, Judged]:
        project = project or Project.of({})
        document = yaml.parse("readiness.yaml", text)[0]
        assert [str(mistake) for mistake in schema.violations(document, "readiness")] == []
        found, mistakes = declared.load(document, project)
        assert [str(mistake) for mistake in mistakes] == []
        checks = list(contacts(found, around(found, tmp_path, environment, project)))
        stack.callback(contact.finish, [check.line for check in checks if check.line])
        start(checks)
        return {f"{check.rule.removeprefix('live.')}[{check.name}]": check.judged for check in checks}

    return outcomes


def mistakes(text: str, project: Project | None = None) -> list[str]:
    """What is wrong with a declaration: by the schema, or else by what reads it."""
    (document,) = yaml.parse("readiness.yaml", text)
    found = list(schema.violations(document, "readiness")) or declared.load(document, project or Project.of({}))[1]
    return [str(mistake) for mistake in found]


def one(found: dict[str, Judged]) -> Judged:
    """The outcome of the one check besides that the target is reached, which it was."""
    reached, judged = found.values()
    assert reached == Judged()
    return judged


@pytest.fixture
def silent(stack) -> str:
    """A server that accepts and says nothing."""
    listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def endless(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not handler.server.stopped.is_set():
        handler.wfile.write(b"x" * 65536)


def garbage(handler: Any) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n")
    handler.close_connection = True


def zipped(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")


def cut(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
    handler.close_connection = True


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


def certified(authority: trustme.CA, *, days: float = 90, host: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    now = datetime.now(timezone.utc)
    authority.issue_cert(host, not_before=now - timedelta(days=1000), not_after=now + timedelta(days=days)).configure_cert(context)
    return context


@pytest.fixture
def trusted(authority, tmp_path) -> str:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return ", ca_file: ca.pem"


# each worker has ports of its own, below those that the system gives to whoever asks for any: no two get the same
_FIRST = 20_000 + 1_000 * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 12)
_PORTS = itertools.cycle(range(_FIRST, _FIRST + 1_000))


def free_port() -> int:
    """A port that nobody listens on."""
    for port in _PORTS:
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise AssertionError


@contextmanager
def running(command: list[str], ready: Callable[[], bool], log: Path, *, seconds: float = 30, **options: Any) -> Iterator[None]:
    """A program that runs within the block, entered as soon as it is ready; it is stopped with all it started."""
    with (
        log.open("wb") as told,
        subprocess.Popen(
            [*UNTIL_WE_END, *command], stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True, **options
        ) as program,
    ):
        try:
            end = time.monotonic() + seconds
            while not ready():
                if program.poll() is not None or time.monotonic() > end:
                    pytest.fail(f"{command[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
                time.sleep(0.02)
            yield
        finally:
            stop(program)


def stop(program: subprocess.Popen[bytes]) -> None:
    """End a program with its group, by force where it does not listen."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(program.pid, number)
            program.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def listens(port: int) -> bool:
    """Whether somebody answers at a port."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
