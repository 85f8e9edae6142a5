"""What goss files say of hosts: the machine itself, with things that the tests make, and hosts that answer as they are told."""

from __future__ import annotations

import grp
import hashlib
import http.server
import os
import pwd
import shlex
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from string import Template
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_readiness.goss.document import Assertion
from pytest_readiness.goss.read import load
from pytest_readiness.goss.vocabulary import TYPES
from pytest_readiness.live.goss.judge import judge
from pytest_readiness.live.measure import Judged
from pytest_readiness.project import Project

ME = pwd.getpwuid(os.getuid())


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.answer(302, b"", Location="/here")
        elif self.path == "/slow":
            self.server.released.wait(20)  # type: ignore[attr-defined]
            self.answer(200, b"at last")
        elif self.path == "/huge":
            self.answer(200, b"x" * (2**20 + 1))
        else:
            taken = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            asked = "".join(f"{name}: {value}\n" for name, value in self.headers.items())
            self.answer(404 if self.path == "/missing" else 200, f"{self.command} {self.path}\n{asked}{taken}\n".encode())

    do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - the names that the server asks for

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"x-part": "a", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Things on this machine that goss files can name."""
    place = tmp_path_factory.mktemp("host")
    (place / "plain").write_text("first line\nsecond = 2\n!third\n", "utf-8")
    (place / "plain").chmod(0o640)
    (place / "folder").mkdir(mode=0o750)
    (place / "odd 'name' $(id)").write_text("odd\n", "utf-8")
    (place / "bytes").write_bytes(b"\xff\xfe\nplain\n")
    (place / "large").write_bytes(b"x" * (2**20 + 1))
    (place / "link").symlink_to("plain")
    (place / "dangling").symlink_to("nowhere")
    os.mkfifo(place / "pipe")
    with ExitStack() as stack:
        sockets = {"tcp": socket.socket(), "udp": socket.socket(type=socket.SOCK_DGRAM), "unix": socket.socket(socket.AF_UNIX)}
        for one in sockets.values():
            stack.enter_context(one)
        sockets["tcp"].bind(("127.0.0.1", 0))
        sockets["tcp"].listen()
        sockets["udp"].bind(("127.0.0.1", 0))
        short = os.path.relpath(place / "socket")
        sockets["unix"].bind(short if len(short) < 100 else str(place / "socket"))
        closed = socket.socket()
        closed.bind(("127.0.0.1", 0))
        free = closed.getsockname()[1]
        closed.close()
        server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer))
        server.released = threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        stack.callback(server.released.set)  # type: ignore[attr-defined]
        yield {
            "dir": str(place),
            "tcp": str(sockets["tcp"].getsockname()[1]),
            "udp": str(sockets["udp"].getsockname()[1]),
            "free": str(free),
            "web": f"http://127.0.0.1:{server.server_port}",
            "me": ME.pw_name,
            "uid": str(ME.pw_uid),
            "gid": str(ME.pw_gid),
            "home": ME.pw_dir,
            "group": grp.getgrgid(ME.pw_gid).gr_name,
            "comm": Path("/proc/self/comm").read_text("utf-8").strip(),
            "md5": hashlib.md5((place / "plain").read_bytes()).hexdigest(),
            "size": str((place / "plain").stat().st_size),
            "mtu": Path("/sys/class/net/lo/mtu").read_text("utf-8").strip(),
            "ostype": Path("/proc/sys/kernel/ostype").read_text("utf-8").strip(),
        }


@pytest.fixture(scope="module")
def local() -> Any:
    import testinfra

    return testinfra.get_host("local://")


# (what it is about, a goss file, the attributes that are not as expected); also judged by goss itself in test_goss_peer.py
CASES: list[tuple[str, str, set[str]]] = [
    (
        "a file as it is",
        """
        file:
          $dir/plain:
            {exists: true, mode: "0640", size: $size, owner: $me, uid: $uid, group: $group, gid: $gid, filetype: file,
             contents: [first, "!fourth", "/^second\\\\s=/", "\\\\!third"],
             md5: $md5, sha256: {have-len: 64}, sha512: {have-len: 128}}
        """,
        set(),
    ),
    (
        "a file that is otherwise",
        """
        file:
          $dir/plain:
            {exists: true, mode: "0600", size: {gt: 100}, owner: nobody, uid: 77777, group: nogroup, gid: 77777, filetype: directory,
             contents: [fourth, "!first"], md5: abc, sha256: abc, sha512: abc}
        """,
        {"mode", "size", "owner", "uid", "group", "gid", "filetype", "contents", "md5", "sha256", "sha512"},
    ),
    ("contents as one text", 'file: {$dir/plain: {exists: true, contents: {have-prefix: "first line\\n"}}}', set()),
    ("contents of another text", "file: {$dir/plain: {exists: true, contents: {match-regexp: '^second'}}}", {"contents"}),
    ("contents of bytes", "file: {$dir/bytes: {exists: true, contents: [plain, '/^plain$$/']}}", set()),
    ("a folder", 'file: {$dir/folder: {exists: true, filetype: directory, mode: "0750"}}', set()),
    ("a link, which is not followed", "file: {$dir/link: {exists: true, filetype: symlink, linked-to: plain}}", set()),
    ("a link to something else", "file: {$dir/link: {exists: true, linked-to: other}}", {"linked-to"}),
    ("a link to nowhere exists", "file: {$dir/dangling: {exists: true, linked-to: nowhere}}", set()),
    ("a pipe and a socket", "file: {$dir/pipe: {exists: true, filetype: pipe}}", set()),
    ("a socket", "file: {$dir/socket: {exists: true, filetype: socket}}", set()),
    ("a device", "file: {/dev/null: {exists: true, filetype: character-device}}", set()),
    ("a file that is not there", "file: {$dir/none: {exists: false, owner: root}}", set()),
    ("a file that should be there", "file: {$dir/none: {exists: true, owner: root}}", {"exists"}),
    ("a file that should not be there", "file: {$dir/plain: {exists: false}}", {"exists"}),
    ("a name that a shell would read", "file: {\"$dir/odd 'name' $$(id)\": {exists: true, contents: [odd]}}", set()),
    ("the home directory", "file: {~/: {exists: true, filetype: directory}, ~$me: {exists: true}}", set()),
    ("a path beside the key", "file: {it: {path: $dir/plain, exists: true, mode: '0644'}}", {"mode"}),
    ("a command that does well", "command: {echo a b: {exit-status: 0, stdout: [a b, '!c'], stderr: ''}}", set()),
    (
        "a command that does not",
        "command: {it: {exec: 'echo out; echo oops >&2; exit 3', exit-status: 0, stdout: [in], stderr: []}}",
        {"exit-status", "stdout"},
    ),
    ("a number as output", "command: {echo 5: {exit-status: {lt: 1}, stdout: {and: [{gt: 4}, 5]}}}", set()),
    ("output that ends a line", "command: {echo a: {exit-status: 0, stdout: a}}", {"stdout"}),
    ("output as it is", 'command: {echo a: {exit-status: 0, stdout: "a\\n"}}', set()),
    ("output as JSON", "command: {it: {exec: 'echo ''{\"a\": {\"b\": 2}}''', exit-status: 0, stdout: {gjson: {a.b: 2}}}}", set()),
    ("a command that is not there", "command: {no-such-command-here: {exit-status: 127, stderr: [not found]}}", set()),
    ("a command that takes too long", "command: {sleep 30: {exit-status: 0, timeout: 300}}", {"exit-status"}),
    (
        "a command of several lines",
        'command: {it: {exec: "for i in 1 2; do\\n echo $$i\\ndone", exit-status: 0, stdout: {contain-elements: ["1", "2"]}}}',
        set(),
    ),
    ("a user", "user: {$me: {exists: true, uid: $uid, gid: $gid, groups: [$group], home: $home, shell: {have-prefix: /}}}", set()),
    (
        "a user who is otherwise",
        "user: {$me: {exists: true, uid: 77777, groups: [nosuchgroup], home: /nowhere}}",
        {"uid", "groups", "home"},
    ),
    ("a user who is not there", "user: {nosuchuser: {exists: false, uid: 5}}", set()),
    ("a user who should be there", "user: {nosuchuser: {exists: true, uid: 5}}", {"exists"}),
    ("a number is no user", "user: {'$uid': {exists: false}}", set()),
    ("a group", "group: {$group: {exists: true, gid: $gid}}", set()),
    ("a group that is otherwise", "group: {$group: {exists: true, gid: 77777}}", {"gid"}),
    ("a group that is not there", "group: {nosuchgroup: {exists: false}, other: {groupname: nosuchgroup, exists: false}}", set()),
    ("a package", "package: {bash: {installed: true, versions: {contain-element: {match-regexp: '^[0-9]'}}}}", set()),
    ("a package of another version", "package: {bash: {installed: true, versions: ['0.1']}}", {"versions"}),
    ("a package that is not there", "package: {no-such-package: {installed: false}}", set()),
    ("a package that should be there", "package: {no-such-package: {installed: true, versions: ['1']}}", {"installed"}),
    ("a process", "process: {it: {comm: '$comm', running: true}}", set()),
    ("a process that does not run", "process: {no-such-process: {running: true}}", {"running"}),
    ("no process", "process: {no-such-process: {running: false}}", set()),
    ("a port", "port: {'tcp:$tcp': {listening: true, ip: [127.0.0.1]}, '$tcp': {listening: true}}", set()),
    ("a port at another address", "port: {'tcp:$tcp': {listening: true, ip: [0.0.0.0]}}", {"ip"}),
    ("a port that nobody listens on", "port: {'tcp:$free': {listening: true, ip: [127.0.0.1]}}", {"listening"}),
    ("a port that is free", "port: {'tcp:$free': {listening: false}, 'tcp6:$free': {listening: false}}", set()),
    ("a port of UDP", "port: {'udp:$udp': {listening: true, ip: [127.0.0.1]}}", set()),
    (
        "an address",
        "addr: {'tcp://127.0.0.1:$tcp': {reachable: true, timeout: 5000}, '127.0.0.1:$tcp': {reachable: true, timeout: 5000}}",
        set(),
    ),
    ("an address that nobody answers", "addr: {'tcp://127.0.0.1:$free': {reachable: true, timeout: 5000}}", {"reachable"}),
    ("an address that is to be closed", "addr: {'tcp://127.0.0.1:$free': {reachable: false, timeout: 5000}}", set()),
    ("a parameter of the kernel", "kernel-param: {kernel.ostype: {value: $ostype}, kernel/ostype: {value: {have-prefix: L}}}", set()),
    ("a parameter as a number", "kernel-param: {kernel.pid_max: {value: {gt: 100}}}", set()),
    ("a parameter that is otherwise", "kernel-param: {kernel.ostype: {value: Plan9}}", {"value"}),
    ("a parameter that is not there", "kernel-param: {no.such.parameter: {value: 1}}", {"value"}),
    ("a mount", "mount: {/proc: {exists: true, opts: [rw], vfs-opts: [rw], source: proc, filesystem: proc, usage: {lt: 95}}}", set()),
    (
        "a mount that is otherwise",
        "mount: {/proc: {exists: true, opts: [no-such-option], vfs-opts: [x], source: tmpfs, filesystem: ext9}}",
        {"opts", "vfs-opts", "source", "filesystem"},
    ),
    ("the fullness of the root", "mount: {/: {exists: true, usage: {le: 100}}}", set()),
    ("a root that is too full", "mount: {/: {exists: true, usage: {gt: 100}}}", {"usage"}),
    ("a mount that is not there", "mount: {/no/such/mount: {exists: true, source: x}}", {"exists"}),
    ("an interface", "interface: {lo: {exists: true, mtu: $mtu, addrs: [127.0.0.1/8]}}", set()),
    ("an interface that is otherwise", "interface: {lo: {exists: true, mtu: 5, addrs: [10.9.8.7/8]}}", {"mtu", "addrs"}),
    ("an interface that is not there", "interface: {eth99: {exists: false}, other: {name: eth99, exists: false, mtu: 5}}", set()),
    ("a name", "dns: {localhost: {resolvable: true, addrs: [127.0.0.1], timeout: 5000}}", set()),
    ("a name of another address", "dns: {localhost: {resolvable: true, addrs: {consist-of: [10.9.8.7]}, timeout: 5000}}", {"addrs"}),
    (
        "a request",
        "http: {'$web/here': {status: 200, timeout: 5000, headers: ['X-Part: a', '!nope'], body: [GET /here, '/^Host: 127/']}}",
        set(),
    ),
    ("a request that fails", "http: {'$web/missing': {status: 200, timeout: 5000, body: [nothing]}}", {"status"}),
    (
        "an answer that is otherwise",
        "http: {'$web/here': {status: 200, timeout: 5000, headers: ['X-Part: b'], body: [nothing]}}",
        {"headers", "body"},
    ),
    ("a request that is sent on", "http: {'$web/moved': {status: 200, timeout: 5000, body: [GET /here]}}", set()),
    (
        "a request that is not sent on",
        "http: {'$web/moved': {status: 302, no-follow-redirects: true, timeout: 5000, headers: ['Location: /here']}}",
        set(),
    ),
    (
        "a request with everything",
        """
        http:
          it:
            {url: '$web/form', method: PUT, status: 200, timeout: 5000, request-headers: ['X-Asked: yes', 'Content-Type: a/b'], request-body: 'a=1&b=2',
             username: maria, password: 'p w', body: [PUT /form, 'X-Asked: yes', 'Content-Type: a/b', 'a=1&b=2', 'Authorization: Basic bWFyaWE6cCB3']}
        """,
        set(),
    ),
    (
        "a request that sends",
        "http: {'$web/form': {method: POST, status: 200, timeout: 5000, request-body: '@/etc/passwd', body: [POST /form, '@/etc/passwd', '!x-www-form']}}",
        set(),
    ),
    (
        "a request for the head",
        "http: {'$web/form': {method: HEAD, status: 200, timeout: 5000, headers: ['X-Part: a'], body: ['!.']}}",
        set(),
    ),
    ("a request that nobody answers", "http: {'http://127.0.0.1:$free/': {status: 200, timeout: 5000, body: [a]}}", {"status"}),
    ("a request that takes too long", "http: {'$web/slow': {status: 200, timeout: 300}}", {"status"}),
    ("a value of the file itself", "matching: {it: {content: {a: [1, 2]}, matches: {have-key: a}}}", set()),
    ("another value", "matching: {it: {content: 5, matches: {gt: 5}}}", {"matches"}),
    ("lines of a value", 'matching: {it: {content: "a\\nb\\n", as-reader: true, matches: [a, "/^b$$/"]}}', set()),
    ("contents by their old name", "file: {$dir/plain: {exists: true, contains: [first]}}", set()),
    ("other contents by their old name", "file: {$dir/plain: {exists: true, contains: [fourth]}}", {"contains"}),
    ("a name that is to be nobody's", "dns: {localhost: {resolvable: false, timeout: 5000}}", {"resolvable"}),
    ("an interface that should be there", "interface: {eth99: {exists: true, mtu: 5}}", {"exists"}),
    ("a group that should be there", "group: {nosuchgroup: {exists: true, gid: 5}}", {"exists"}),
    ("a user with another shell", "user: {$me: {exists: true, gid: 77777, shell: /no/shell}}", {"gid", "shell"}),
    ("a command that complains", "command: {it: {exec: 'echo oops >&2', exit-status: 0, stderr: {have-len: 0}}}", {"stderr"}),
    ("what is skipped", "service: {nginx: {running: true, skip: true}}", set()),
]


def filled(text: str, machine: dict[str, str]) -> str:
    return Template(text).substitute(machine)


def read(text: str) -> list[Assertion]:
    assertions, mistakes = load(Project.of({"goss.yaml": text}, formats=()), "goss.yaml")
    assert mistakes == [], [str(mistake) for mistake in mistakes]
    return assertions


def failing(assertion: Assertion, judged: Judged) -> set[str]:
    """The attributes that fail or cannot be had; the first where it is the thing as a whole that is wrong."""
    told = [*judged.problems, *filter(None, (judged.error,))]
    what = assertion.name if assertion.id == assertion.subject else f"{assertion.name} ({assertion.subject})"
    found = set()
    for one in told:
        assert one.startswith(what[:100]), one
        found.add(
            next((name for name in assertion.expected if f": {name} " in one[len(what[:100]) :][:60]), next(iter(assertion.expected)))
        )
    return found


@pytest.mark.parametrize(("text", "wrong"), [pytest.param(text, wrong, id=about) for about, text, wrong in CASES])
def test_the_machine_itself(text: str, wrong: set[str], machine: dict[str, str], local: Any) -> None:
    for assertion in read(filled(text, machine)):
        judged = judge(assertion, local, 30)
        assert failing(assertion, judged) == wrong, judged
        assert (judged.unknown is not None) == assertion.skip


def test_every_attribute_has_a_case_that_holds_and_one_that_does_not(machine: dict[str, str]) -> None:
    holds, fails = set(), set()
    for _, text, wrong in CASES:
        for assertion in read(filled(text, machine)):
            fails |= {(assertion.type, name) for name in wrong}
            holds |= {(assertion.type, name) for name in assertion.expected.keys() - wrong if not assertion.skip}
    known = {
        (name, asked) for name, type_ in TYPES.items() for asked in type_.asked if name != "service"
    }  # which has hosts of its own below
    assert known - holds == set()
    assert known - fails == set()


def one(text: str, host: Any, timeout: float = 30) -> Judged:
    (assertion,) = read(text)
    return judge(assertion, host, timeout)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("file: {$dir/plain: {exists: true, mode: '0600'}}", "file $dir/plain: mode is 0640, 0600 expected"),
        ("file: {it: {path: $dir/none, exists: true}}", "file it ($dir/none): exists is false, true expected"),
        (
            "command: {echo oops >&2; exit 3: {exit-status: 0}}",
            "command echo oops >&2; exit 3: exit-status is 3, 0 expected (on local, where it said 'oops')",
        ),
        ("command: {sleep 30: {exit-status: 0, timeout: 200}}", "command sleep 30: it took longer than 0.2 s (on local)"),
        ("port: {'tcp:$free': {listening: true}}", "port tcp:$free: listening is false, true expected"),
    ],
    ids=lambda value: value[:30],
)
def test_a_problem_names_the_thing_the_attribute_and_what_is_there(text: str, problem: str, machine: dict[str, str], local: Any) -> None:
    assert one(filled(text, machine), local).problems == (filled(problem, machine),)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("file: {$dir/folder: {exists: true, contents: [a]}}", "contents cannot be had on local: head: error reading"),
        ("file: {$dir/plain: {exists: true, linked-to: a}}", "linked-to cannot be had on local: it is a file, no link"),
        (
            "file: {$dir/large: {exists: true, contents: ['!y']}}",
            "contents cannot be had on local: there is more than 1 MiB, which is not searched",
        ),
        (
            "command: {head -c 3000000 /dev/zero: {exit-status: 0, stdout: ['!y']}}",
            "stdout cannot be had on local: there is more than 1 MiB",
        ),
        ("http: {'$web/huge': {status: 200, timeout: 5000, body: ['!y']}}", "body cannot be had on local: there is more than 1 MiB"),
        ("kernel-param: {../../etc/hostname: {value: a}}", "value cannot be had on local: "),
        ("kernel-param: {a b: {value: a}}", "a b is no parameter such as net.ipv4.ip_forward"),
        ("port: {sctp:22: {listening: false}}", "sctp:22 is no port such as tcp:22"),
        ("addr: {'tcp://-e/bin/sh:80': {reachable: false}}", "is no address such as tcp://10.0.0.1:5432"),
        ("dns: {'MX:example.org': {resolvable: false}}", "MX records are asked of a server: add server"),
        ("package: {-a: {installed: true}}", "no package has such a name"),
        ("service: {no-such-service: {running: false}}", "running cannot be had on local: no systemd runs there"),
    ],
    ids=lambda value: value[:40],
)
def test_what_cannot_be_had_is_an_error_and_never_a_pass(text: str, error: str, machine: dict[str, str], local: Any) -> None:
    if "no-such-service" in text and Path("/run/systemd/system").is_dir():
        assert one(text, local).error is None  # a machine with systemd knows that it does not run
        return
    judged = one(filled(text, machine), local)
    assert judged.error is not None
    assert error in judged.error


def test_udp_has_no_connections(local: Any) -> None:
    judged = one("addr: {'udp://127.0.0.1:53': {reachable: true}}", local)
    assert judged.unknown is not None
    assert judged.unknown.startswith("addr udp://127.0.0.1:53: reachable is not known: UDP has no connections")


def test_a_flood_is_bounded_and_costs_the_command_nothing(local: Any) -> None:
    text = "command: {it: {exec: 'head -c 50000000 /dev/zero; head -c 50000000 /dev/zero >&2; exit 7', exit-status: 7, timeout: 60000}}"
    assert one(text, local, 60) == Judged()


def test_the_time_of_the_caller_holds_for_whatever_a_file_says(local: Any) -> None:
    started = time.monotonic()
    judged = one("command: {sleep 30: {exit-status: 0, timeout: 60000}}", local, 0.5)
    assert judged.problems == ("command sleep 30: it took longer than 0.5 s (on local)",)
    assert time.monotonic() - started < 10


def test_a_certificate_that_nobody_looks_at_is_worth_advice(machine: dict[str, str], local: Any) -> None:
    judged = one(filled("http: {'https://127.0.0.1:$free': {status: 200, allow-insecure: true}}", machine), local)
    assert judged.advice == (filled("https://127.0.0.1:$free may have any certificate: allow-insecure is set", machine),)
    assert "127.0.0.1" in judged.problems[0]


# -- hosts that answer as they are told


@dataclass
class Said:
    """What a command of testinfra returns."""

    rc: int
    out: str = ""
    err: str = ""

    @property
    def stdout(self) -> str:
        return self.out

    @property
    def stdout_bytes(self) -> bytes:
        return self.out.encode()

    @property
    def stderr_bytes(self) -> bytes:
        return self.err.encode()


@dataclass
class Host:
    """A host on which each command that begins in a certain way says a certain thing; the others are not there."""

    answers: dict[str, Said]
    services: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    backend: Any = field(default_factory=lambda: SimpleNamespace(get_pytest_id=lambda: "the host"))

    def run(self, command: str, *arguments: str) -> Said:
        written = shlex.join(arguments[3:]) if arguments and command.startswith("sh -c %s sh") else command % arguments
        self.asked.append(written)
        found = next((said for start, said in self.answers.items() if start in written), None)
        return found or Said(127, err=f"sh: {written.split()[0]}: not found\n")

    def service(self, name: str) -> Any:
        return self.services[name]


SYSTEMD = "test -d /run/systemd/system"
INIT = "/etc/init.d/"
RUNS = "service: {nginx: {running: true, enabled: true}}"
STOPPED = "service: {nginx: {running: false, enabled: false}}"


@pytest.mark.parametrize(
    ("text", "answers", "problems", "error"),
    [
        (RUNS, {SYSTEMD: Said(0), "is-active": Said(0), "is-enabled": Said(0)}, [], None),
        (RUNS, {SYSTEMD: Said(0), "is-active": Said(3, "inactive\n"), "is-enabled": Said(1, "disabled\n")}, ["enabled", "running"], None),
        (
            STOPPED,
            {SYSTEMD: Said(0), "is-active": Said(4), "is-enabled": Said(1, err="Failed to get unit file state: No such file")},
            [],
            None,
        ),
        (
            RUNS,
            {SYSTEMD: Said(0), "is-enabled": Said(0), "is-active": Said(1, err="Failed to connect to bus")},
            [],
            "running cannot be had on the host: Failed to connect",
        ),
        (
            STOPPED,
            {SYSTEMD: Said(0), "is-enabled": Said(1, err="Failed to connect to bus")},
            [],
            "enabled cannot be had on the host: Failed to connect",
        ),
        (RUNS, {SYSTEMD: Said(1), INIT: Said(0)}, ["running"], None),
        (STOPPED, {SYSTEMD: Said(1), INIT: Said(1)}, [], "no systemd runs there, and no other manager of services knows it"),
        ("service: {../x: {running: false}}", {SYSTEMD: Said(1), INIT: Said(0)}, [], "no other manager"),
        ("service: {nginx: {runlevels: ['3']}}", {SYSTEMD: Said(1), "/etc/rc[0-9S]": Said(0, "2\n3\n"), INIT: Said(0)}, [], None),
        (
            "service: {nginx: {runlevels: ['5']}}",
            {SYSTEMD: Said(1), "/etc/rc[0-9S]": Said(0, "2\n3\n"), INIT: Said(0)},
            ["runlevels"],
            None,
        ),
        ("service: {nginx: {runlevels: ['3']}}", {SYSTEMD: Said(0)}, [], "systemd has no runlevels"),
    ],
)
def test_services(text: str, answers: dict[str, Said], problems: list[str], error: str | None) -> None:
    judged = one(text, Host(answers, {"nginx": SimpleNamespace(is_running=False, is_enabled=True)}))
    assert [problem.split(": ")[1].split()[0] for problem in judged.problems] == problems
    assert (judged.error is None) == (error is None), judged
    assert error is None or error in str(judged.error)
    assert problems != ["running"] or judged.problems == ("service nginx: running is false, true expected",)


DIG = "".join(
    f"{name}.\t300\tIN\t{kind}\t{data}\n"
    for name, kind, data in [
        ("www.shop.example", "CNAME", "shop.example."),
        ("shop.example", "A", "192.0.2.7"),
        ("shop.example", "AAAA", "2001:db8::7"),
        ("shop.example", "MX", "10 mail.shop.example."),
        ("shop.example", "TXT", '"v=spf1 -all" "second part"'),
        ("shop.example", "CAA", '0 issue "ca.example"'),
    ]
)


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("shop.example", ["192.0.2.7", "2001:db8::7"]),
        ("A:shop.example", ["192.0.2.7"]),
        ("CNAME:www.shop.example", ["shop.example."]),
        ("MX:shop.example", ["10 mail.shop.example."]),
        ("TXT:shop.example", ["second part", "v=spf1 -all"]),
        ("CAA:shop.example", ["0 issue ca.example"]),
    ],
)
def test_records_of_a_server(name: str, addresses: list[str]) -> None:
    host = Host({"dig @192.0.2.1 -p 5353": Said(0, DIG)})
    assert one(f"dns: {{'{name}': {{resolvable: true, server: '192.0.2.1:5353', addrs: {{consist-of: {addresses}}}}}}}", host) == Judged()
    assert all(" -q " in asked for asked in host.asked), "a name is never taken for an option"


def test_a_server_that_says_nothing() -> None:
    none = "dns: {a.example: {resolvable: false, server: 192.0.2.1}}"
    assert one(none, Host({"dig": Said(0)})) == Judged()
    assert "no servers could be reached" in str(one(none, Host({"dig": Said(9, ";; no servers could be reached\n")})).error)
    assert "dig is needed" in str(one(none, Host({})).error)


@pytest.mark.parametrize(
    ("text", "answers", "reason"),
    [
        ("http: {'http://a': {status: 200}}", {}, "curl is needed there"),
        ("addr: {'tcp://a:1': {reachable: false}}", {}, "bash or nc is needed"),
        (
            "addr: {'tcp://a:1': {reachable: false, local-address: 10.0.0.1}}",
            {"nc": Said(1, err="usage: nc")},
            "bash or nc is needed (for local-address it is nc)",
        ),
        ("file: {/a: {exists: false}}", {"stat": Said(1, err="stat: illegal option -- c")}, "illegal option"),
        ("file: {/a: {exists: false}}", {"stat": Said(1, err="stat: cannot stat: Permission denied")}, "Permission denied"),
        ("interface: {a: {exists: false}}", {"/sys/class/net": Said(3)}, "there is no /sys/class/net"),
        ("port: {'tcp:22': {listening: false}}", {"grep": Said(2, err="grep: /proc/net/tcp: No such file or directory")}, "No such file"),
        ("process: {a: {running: false}}", {"/proc/": Said(0)}, "not found"),
        ("dns: {a.example: {resolvable: false}}", {}, "getent"),
        ("package: {a: {installed: false}}", {}, "cannot be had"),
        ("user: {a: {exists: false}}", {}, "cannot be had"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_host_without_the_means_is_an_error(text: str, answers: dict[str, Said], reason: str) -> None:
    judged = one(text, Host(answers))
    assert judged.problems == ()
    assert judged.error is not None
    assert reason in judged.error


def test_a_command_of_testinfra_that_fails_is_told_as_such(local: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "run", lambda *_: local.backend.result(127, b"getent group a", b"", b"sh: getent: not found\n"))
    judged = one("group: {a: {exists: false}}", local)
    assert judged.error == "group a: exists cannot be had on local: `getent group a` says sh: getent: not found (exit status 127)"


def test_a_long_complaint_is_told_by_its_status(local: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "run", lambda *_: local.backend.result(127, b"getent group a", b"x" * 5_000, b"no getent" * 1_000))
    judged = one("group: {a: {exists: false}}", local)
    assert (
        judged.error == "group a: exists cannot be had on local: a command of testinfra ended with status 127: a program is missing there"
    )


def test_a_host_without_ipv6_has_no_ports_of_it() -> None:
    host = Host({"grep": Said(2, err="grep: /proc/net/tcp6: No such file or directory")})
    assert one("port: {tcp6:22: {listening: false}}", host) == Judged()


def test_addresses_of_ports_are_read_as_the_kernel_writes_them() -> None:
    lines = "  sl  local_address\n" + "".join(
        f"  0: {address}:0016 0:0 {state}\n"
        for address, state in [
            ("00000000000000000000000000000000", "0A"),
            ("00000000000000000000000001000000", "0A"),
            ("0000000000000000FFFF00000100007F", "0A"),
            ("B80D0120000000000000000007000000", "01"),  # a connection, which listens to nobody
        ]
    )
    host = Host({"grep": Said(0, lines.partition("\n")[2])})
    assert one("port: {tcp6:22: {listening: true, ip: {consist-of: ['::', '::1', 127.0.0.1]}}}", host) == Judged()


def test_a_port_that_is_not_in_the_list_is_looked_for_once_more() -> None:
    class Changing(Host):
        def run(self, command: str, *arguments: str) -> Said:
            self.answers = {"grep": Said(1) if not self.asked else Said(0, "  0: 00000000:0016 0:0 0A\n")}
            return super().run(command, *arguments)

    assert one("port: {tcp:22: {listening: true}}", Changing({})) == Judged()


def test_secrets_of_a_request_are_in_no_message() -> None:
    class Broken(Host):
        def run(self, command: str, *arguments: str) -> Said:
            raise RuntimeError(f"cannot run {command} {arguments}")

    text = "http: {'http://a': {status: 200, username: maria, password: s3cr3t, request-headers: ['Authorization: Bearer t0ken']}}"
    judged = one(text, Broken({}))
    assert "curl could not be run there (RuntimeError)" in str(judged.error)
    assert "s3cr3t" not in str(judged)
    assert "t0ken" not in str(judged)


def test_secrets_that_a_template_puts_in_are_hidden_wherever_a_message_is_cut(local: Any) -> None:
    secret = "s3cr3t-" * 30
    text = """
    command:
      it: {exec: 'echo {{.Env.API_TOKEN}}', exit-status: 0, stdout: {equal: '{{.Env.API_TOKEN}}!'}}
      {{.Vars.db.password}}: {exit-status: 0}
    user: {a: {exist: '{{.Env.API_TOKEN}}', skip: '{{.Env.API_TOKEN}}'}}
    """
    project = Project.of({"goss.yaml": text}, formats=())
    assertions, mistakes = load(project, "goss.yaml", {"db": {"password": "pass-word"}}, {"API_TOKEN": secret})
    told = [str(judge(assertion, local, 30)) for assertion in assertions] + [str(mistake) for mistake in mistakes]
    assert len(told) == 5
    assert all("s3cr3t" not in one and "pass-word" not in one for one in told), told
    assert "stdout is ****…, exactly ****… expected" in told[0]


def test_rpm_knows_epochs_and_releases() -> None:
    class RpmPackage:
        is_installed = True

    class Red(Host):
        def package(self, name: str) -> Any:
            return RpmPackage()

    host = Red({"rpm -q --qf": Said(0, "1:2.0-3.el9\n1:2.1-1.el9\n")})
    assert one("package: {kernel: {installed: true, versions: ['1:2.1-1.el9']}}", host) == Judged()


def test_a_version_has_its_release_where_the_system_has_one() -> None:
    class Alpine(Host):
        def package(self, name: str) -> Any:
            return SimpleNamespace(is_installed=True, version="1.2.3", release="r0")

    assert one("package: {a: {installed: true, versions: [1.2.3-r0]}}", Alpine({})) == Judged()


@pytest.mark.parametrize("type_", ["user", "group"])
def test_an_option_is_no_name(type_: str) -> None:
    assert one(f"{type_}: {{-u: {{exists: false}}}}", Host({})) == Judged()


@pytest.mark.parametrize("name", [".", "..", "lo/../lo", "bonding_masters"])
def test_what_is_no_interface_is_none(name: str, local: Any) -> None:
    assert one(f"interface: {{{name}: {{exists: false}}}}", local) == Judged()
