"""Hosts: the one that runs this, a real OpenSSH server on loopback (well, down, hung, lying), and programs that stand for other backends."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import free_port
from serving import listens
from serving import one
from serving import running

from pytest_readiness import schema
from pytest_readiness.live import declared
from pytest_readiness.live.measure import Judged
from pytest_readiness.project import Project
from pytest_readiness.syntax import yaml

SSHD = shutil.which("sshd") or next((path for path in ("/usr/sbin/sshd", "/usr/local/sbin/sshd") if os.path.exists(path)), None)
over_ssh = pytest.mark.skipif(SSHD is None, reason="no sshd: apt-get install openssh-server openssh-client")
USER = getpass.getuser()


class Server:
    """An OpenSSH server with a key that may log in; ``configuration`` is that of a client who knows it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.key, self.stranger = directory / "key", directory / "stranger"
        for path in (directory / "server", self.key, self.stranger):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True, stdin=subprocess.DEVNULL)
        (directory / "authorized").write_text(self.key.with_suffix(".pub").read_text())
        self.configuration = self.client("known", "server")
        (directory / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {directory / 'server'}\nAuthorizedKeysFile {directory / 'authorized'}\n"
            f"PidFile {directory / 'pid'}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\nMaxStartups 100\n"
        )

    def client(self, name: str, server: str) -> Path:
        """The configuration of a client for whom the server has a key."""
        known = self.directory / f"{name}_hosts"
        known.write_text(f"[127.0.0.1]:{self.port} {(self.directory / server).with_suffix('.pub').read_text()}" if server else "")
        path = self.directory / f"{name}_config"
        path.write_text(f"UserKnownHostsFile {known}\nGlobalKnownHostsFile /dev/null\nIdentitiesOnly yes\n")
        return path

    def target(self, options: str = "", *, uri: str = "", key: str = "key", configuration: str = "known", timeout: str = "5s") -> str:
        files = f"ssh_config: {self.directory}/{configuration}_config, identity_file: {self.directory}/{key}"
        return f"{{host: '{uri or self.uri}', {files}, timeout: {timeout}{options}}}"

    @property
    def uri(self) -> str:
        return f"ssh://{USER}@127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How often somebody logged in."""
        return (self.directory / "log").read_text(errors="replace").count("Accepted publickey")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if SSHD is None:
        pytest.skip("no sshd: apt-get install openssh-server openssh-client")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it leaves its privileges
    made = Server(tmp_path_factory.mktemp("sshd"))
    command = [SSHD, "-D", "-e", "-f", str(made.directory / "sshd_config")]
    with running(command, lambda: listens(made.port), made.directory / "log"):
        yield made


def live(target: str, *checks: str) -> str:
    listed = "".join(f"\n    - {{target: web, {check}}}" for check in checks)
    return f"live:\n  targets:\n    web: {target}\n  checks:{listed or ' []'}\n"


HERE = "{host: 'local://', timeout: 5s}"


def reached(found: dict[str, Judged]) -> str:
    """Why the target cannot be reached; whatever else was asked of it is unknown for that reason."""
    first, *others = found.values()
    assert all(judged == Judged(unknown="target web cannot be reached") for judged in others)
    return first.error or " ".join(first.problems)


# -- ssh


@over_ssh
def test_a_host_is_asked_over_ssh(server: Server, ask: Callable[..., dict[str, Judged]], tmp_path: Path) -> None:
    (tmp_path / "x.conf").write_text("listen 443\n")
    here = f"{tmp_path}/x.conf"
    found = ask(
        live(
            server.target(),
            f"rule: host-state, file: {{{here}: {{contents: [listen 443]}}}}, user: {USER}, port: {server.port}, command: exit 0",
            f"rule: host-state, name: wrong, file: {{{here}: {{contents: [listen 80]}}}}, port: {free_port()}, command: exit 3",
        )
    )
    assert not any(judged.error or judged.unknown for judged in found.values())
    failing = {name for name, judged in found.items() if judged.problems}
    assert len(found) == 8 and len(failing) == 3 and all("[wrong:" in name for name in failing)
    (problem,) = found["host-state[wrong:command:exit 3]"].problems
    assert "exit-status is 3, 0 expected" in problem and "ssh://127.0.0.1" in problem


@over_ssh
def test_a_connection_is_used_again_and_given_back(server: Server, ask: Callable[..., dict[str, Judged]], stack) -> None:
    before = server.connections
    found = ask(live(server.target(), *(f"rule: host-state, name: n{number}, command: exit 0" for number in range(10))))
    assert list(found.values()) == [Judged()] * 11
    assert server.connections == before + 1
    stack.close()
    end = time.monotonic() + 5
    while masters(server) and time.monotonic() < end:
        time.sleep(0.02)
    assert not masters(server)


def masters(server: Server) -> list[str]:
    """The connections to the server that are open, as the system lists them."""
    listed = subprocess.run(["ss", "-Htn", "state", "established", f"dport = :{server.port}"], capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


@over_ssh
def test_a_status_of_255_is_that_of_the_command(server: Server, ask: Callable[..., dict[str, Judged]]) -> None:
    found = ask(live(server.target(), "rule: host-state, command: {exit 255: {exit-status: 255}}", "rule: host-state, name: b, command: exit 255"))
    assert list(found.values())[1] == Judged()
    assert "exit-status is 255, 0 expected" in list(found.values())[2].problems[0]


@over_ssh
@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"key": "stranger"}, "Permission denied"),
        ({"configuration": "unknown"}, "host key is known"),
        ({"configuration": "changed"}, "IDENTIFICATION HAS CHANGED"),
        ({"uri": "ssh://nobody-of-this-name@127.0.0.1:{port}"}, "Permission denied"),
        ({"key": "nowhere"}, "identity_file: there is no file"),
        ({"configuration": "nowhere"}, "ssh_config: there is no file"),
    ],
)
def test_who_may_not_log_in_is_told_why(server: Server, ask: Callable[..., dict[str, Judged]], options: dict[str, str], why: str) -> None:
    server.client("unknown", "")
    server.client("changed", "stranger")
    options = {key: value.replace("{port}", str(server.port)) for key, value in options.items()}
    problem = reached(ask(live(server.target(**options), "rule: host-state, command: exit 0")))
    assert why in problem and "\n" not in problem and "target web" in problem


@over_ssh
def test_nobody_listens(server: Server, ask: Callable[..., dict[str, Judged]]) -> None:
    problem = reached(ask(live(server.target(uri=f"ssh://x@127.0.0.1:{free_port()}"), "rule: host-state, command: exit 0")))
    assert "target web cannot be reached" in problem and "Connection refused" in problem


@over_ssh
def test_a_server_that_says_nothing_is_given_up(server: Server, ask: Callable[..., dict[str, Judged]], silent: str) -> None:
    started = time.monotonic()
    uri = f"ssh://x@127.0.0.1:{silent.rpartition(':')[2]}"
    problem = reached(ask(live(server.target(uri=uri, timeout="300ms"), "rule: host-state, command: exit 0")))
    assert "gave no answer within 0.3 s" in problem and time.monotonic() - started < 3


@over_ssh
@pytest.mark.parametrize("greeting", [b"220 mail.example ESMTP\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 300, b"SSH-2.0-liar\r\nxxxxxxxxxxxxxxxx"])
def test_a_server_that_speaks_no_ssh_is_told(server: Server, ask: Callable[..., dict[str, Judged]], stack, greeting: bytes) -> None:
    listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

    def lie() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(greeting)

    liar = threading.Thread(target=lie, daemon=True)
    liar.start()
    uri = f"ssh://x@127.0.0.1:{listening.getsockname()[1]}"
    problem = reached(ask(live(server.target(uri=uri), "rule: host-state, command: exit 0")))
    liar.join(5)
    assert "target web cannot be reached: ssh://x@127.0.0.1" in problem


@over_ssh
def test_a_server_that_goes_away_is_told(ask: Callable[..., dict[str, Judged]], tmp_path: Path) -> None:
    made = Server(tmp_path)
    with running([str(SSHD), "-D", "-e", "-f", str(tmp_path / "sshd_config")], lambda: listens(made.port), tmp_path / "log"):
        up = 'p=$$; until ps -o comm= -p $p | grep -q "^sshd"; do p=$(ps -o ppid= -p $p | tr -d " "); done; kill -9 $p'
        (tmp_path / "up").write_text(up)
        found = ask(live(made.target(), f"rule: host-state, command: sh {tmp_path}/up", "rule: host-state, name: b, command: exit 0"))
        lost, again = list(found.values())[1:]
    assert lost.error is not None and "exit-status cannot be had on ssh://127.0.0.1" in lost.error
    assert again == Judged()  # the way is made anew


@over_ssh
def test_a_hung_command_ends_in_time_and_the_next_is_asked(server: Server, ask: Callable[..., dict[str, Judged]]) -> None:
    started = time.monotonic()
    found = ask(
        live(
            server.target(timeout="1500ms"),
            "rule: host-state, command: sleep 30.0101",
            "rule: host-state, name: after, command: exit 0",
        )
    )
    hung, after = list(found.values())[1:]
    assert "took longer than 1.5 s" in " ".join(hung.problems) and after == Judged()
    assert time.monotonic() - started < 8
    assert subprocess.run(["pgrep", "-f", "^sleep 30.0101"], capture_output=True, check=False).returncode == 1


# -- the machine itself


def test_the_short_and_the_long_form(ask: Callable[..., dict[str, Judged]], tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\n")
    found = ask(
        live(
            HERE,
            f"rule: host-state, file: [{tmp_path}/a, {tmp_path}], user: {USER}, group: root, process: pytest-readiness-nobody",
            f"rule: host-state, name: long, file: {{{tmp_path}/a: {{size: 4, contents: [/^o/], mode: {{not: '0777'}}}}, {tmp_path}/b: {{exists: false}}}}",
        )
    )
    assert {name: judged.problems for name, judged in found.items() if judged != Judged()} == {
        "host-state[web:process:pytest-readiness-nobody]": ("process pytest-readiness-nobody: running is false, true expected",)
    }
    assert len(found) == 8


def test_a_command_that_hangs_leaves_nothing_behind(ask: Callable[..., dict[str, Judged]]) -> None:
    found = one(ask(live("{host: 'local://', timeout: 300ms}", "rule: host-state, command: sleep 30.0202 & sleep 30.0202")))
    assert "took longer than 0.3 s" in found.problems[0]
    assert subprocess.run(["pgrep", "-f", "^sleep 30.0202"], capture_output=True, check=False).returncode == 1


def test_what_is_left_in_the_background_holds_nobody_up(ask: Callable[..., dict[str, Judged]]) -> None:
    started = time.monotonic()
    found = one(ask(live(HERE, "rule: measurement, output_of: 'sleep 30.0303 & echo 7', equals: 7")))
    assert not found.problems and found.measured and found.measured.actual == "7" and time.monotonic() - started < 4


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        ("age_of: {path}", None),
        ("age_of: {path}, at_most: 30s", "the age of {path} on local:// is 60 s, at most 30 s expected (by 100 % worse)"),
        ("age_of: {path}x", "no data: the age of {path}x on local:// holds nothing, at most 15 min expected"),
    ],
)
def test_how_old_a_file_is(ask: Callable[..., dict[str, Judged]], tmp_path: Path, check: str, problem: str | None) -> None:
    path = tmp_path / "health.json"
    path.touch()
    changed = time.time() - 60
    os.utime(path, (changed, changed))
    found = one(ask(live(HERE, f"rule: health-check-fresh, {check.format(path=path)}")))
    assert found.measured is not None
    if problem is None:
        assert not found.problems and found.measured.actual.startswith(("1 min", "1.01"))
    else:
        assert problem.format(path=path).split(" is ")[0] in found.problems[0]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("echo lots", "is 'lots', which is not a number"),
        ("echo 5; exit 2", "is not known: it ended with status 2, and said nothing"),
        ("echo broken >&2; exit 1", "is not known: it ended with status 1, broken"),
    ],
)
def test_what_a_command_prints_must_be_a_number(ask: Callable[..., dict[str, Judged]], command: str, why: str) -> None:
    found = one(ask(live(HERE, f"rule: measurement, output_of: '{command}', below: 5")))
    assert found.error and why in found.error and f"`{command}`" in found.error and "local://" in found.error


def test_more_than_is_read_is_an_error(ask: Callable[..., dict[str, Judged]]) -> None:
    found = one(ask(live("{host: 'local://', max_size: 1 KiB}", "rule: measurement, output_of: 'head -c 5000 /dev/zero', below: 5")))
    assert found.error and "answers with more than 1024 bytes" in found.error


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Programs in front of those on PATH, in shell."""
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", str(place), prepend=os.pathsep)

    def make(name: str, script: str) -> Path:
        path = place / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return make


@pytest.mark.parametrize(
    ("name", "prints", "wanted", "problem"),
    [
        ("tool", 'echo "tool 1.30.2+k3s (linux)"', ">=1.28", None),
        ("tool", 'echo "tool 1.30.2"', ">=1.31", "is version 1.30.2, >=1.31 expected (`tool --version`)"),
        ("tool", 'echo "tool-590"', "<600", None),
        ("tool", '[ "$1" = version ] && echo "go version go1.22.1 linux/amd64"', ">=1.22,<2", None),
        ("kubectl", '[ "$*" = "version --client" ] && echo "Client Version: v1.32.1"', ">=1.32", None),
        ("java", '[ "$*" = "-version" ] && echo "openjdk version \\"21.0.2\\"" >&2', ">=21", None),
        ("tool", "exit 1", "", None),
    ],
)
def test_a_tool_has_a_version(
    ask: Callable[..., dict[str, Judged]], programs: Callable[[str, str], Path], name: str, prints: str, wanted: str, problem: str | None
) -> None:
    programs(name, prints)
    found = one(ask(live(HERE, f"rule: tools-present, tools: {{{name}: '{wanted}'}}")))
    assert found.error is None and [problem in told for told in found.problems] == ([] if problem is None else [True])


def test_a_tool_is_missing_or_does_not_tell(ask: Callable[..., dict[str, Judged]], programs: Callable[[str, str], Path]) -> None:
    programs("mute", "exit 2")
    found = ask(live(HERE, "rule: tools-present, tools: {mute: '>=1', no-such-tool: ''}"))
    assert found["tools-present[web:tool:no-such-tool]"].problems == ("no-such-tool is not on the PATH of local",)
    assert "the version of mute on local cannot be had: `mute version` said nothing, with status 2" in str(found["tools-present[web:tool:mute]"].error)


def test_the_tools_of_a_deployment_host_need_no_list(ask: Callable[..., dict[str, Judged]]) -> None:
    found = ask(live(HERE, "rule: tools-present"))
    assert list(found)[1:] == [f"tools-present[web:tool:{name}]" for name in ("aws", "kubectl", "terraform", "helm")]


# -- other backends, by programs that stand for them


def test_a_container_is_asked_through_its_program(ask: Callable[..., dict[str, Judged]], programs: Callable[[str, str], Path], tmp_path: Path) -> None:
    for name in ("docker", "podman", "kubectl", "lxc", "oc"):
        programs(name, f'echo "{name} $*" >>{tmp_path}/calls; while [ "$1" != /bin/sh ]; do shift; done; exec "$@"')
    for uri, call in {
        "docker://app@web-1": "docker exec -u app web-1 /bin/sh -c",
        "podman://web-1": "podman exec web-1 /bin/sh -c",
        "kubectl://web-0?namespace=shop&container=app": "kubectl -n shop -c app exec web-0 -- /bin/sh -c",
        "openshift://web-0?namespace=shop": "oc -n shop exec web-0 -- /bin/sh -c",
        "lxc://web": "lxc exec web --mode=non-interactive -- /bin/sh -c",
    }.items():
        found = one(ask(live(f"{{host: '{uri}'}}", "rule: host-state, file: /etc/passwd")))
        assert found == Judged()
        assert all(line.startswith(call) for line in (tmp_path / "calls").read_text().splitlines() if line.startswith(call.split()[0]))
        assert f"{call} echo ready" in (tmp_path / "calls").read_text()


def test_sudo_is_asked_for_everything(ask: Callable[..., dict[str, Judged]], programs: Callable[[str, str], Path], tmp_path: Path) -> None:
    programs("sudo", f'echo "$*" >>{tmp_path}/calls; [ "$1" = -u ] && shift 2; exec "$@"')
    assert one(ask(live("{host: 'local://', sudo: true}", "rule: host-state, file: /etc/passwd"))) == Judged()
    assert one(ask(live("{host: 'local://?sudo=true&sudo_user=postgres'}", "rule: host-state, file: /etc/passwd"))) == Judged()
    calls = (tmp_path / "calls").read_text()
    assert calls.startswith("/bin/sh -c echo ready") and "-u postgres /bin/sh -c echo ready" in calls


def test_sudo_that_wants_a_password_is_told(ask: Callable[..., dict[str, Judged]], programs: Callable[[str, str], Path]) -> None:
    programs("sudo", "echo 'sudo: a password is required' >&2; exit 1")
    problem = reached(ask(live("{host: 'local://', sudo: true}", "rule: host-state, file: /etc/passwd")))
    assert "runs no command: sudo: a password is required: let sudo ask for none there (NOPASSWD), or leave sudo out" in problem


def test_a_container_that_is_not_there_is_told(ask: Callable[..., dict[str, Judged]], programs: Callable[[str, str], Path]) -> None:
    programs("docker", "echo 'Error response from daemon: No such container: web' >&2; exit 1")
    problem = reached(ask(live("{host: 'docker://web'}", "rule: host-state, file: /etc/passwd")))
    assert problem == "target web cannot be reached: docker://web runs no command: Error response from daemon: No such container: web"


def test_a_program_that_is_missing_is_named(ask: Callable[..., dict[str, Judged]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    problem = reached(ask(live("{host: 'podman://web'}", "rule: host-state, file: /etc/passwd")))
    assert problem == "target web: podman:// needs podman, which is not on PATH"


INVENTORY = """cat <<'END'
{"_meta": {"hostvars": {"web": {"ansible_host": "127.0.0.1", "ansible_port": PORT, "ansible_user": "USER"},
  "db": {"ansible_connection": "winrm"}, "old": {"ansible_user": "x", "ansible_ssh_pass": "s3cret-s3cret"}, "me": {"ansible_connection": "local"}}},
 "all": {"children": ["ungrouped"]}, "ungrouped": {"hosts": ["web", "db", "old", "me"]}}
END"""


@over_ssh
def test_an_inventory_says_how_to_get_there(server: Server, ask: Callable[..., dict[str, Judged]], programs: Callable[[str, str], Path]) -> None:
    programs("ansible-inventory", INVENTORY.replace("PORT", str(server.port)).replace("USER", USER))
    before = server.connections
    found = ask(live(server.target(uri="ansible://web"), "rule: host-state, file: /etc/passwd", "rule: host-state, name: b, command: exit 0"))
    assert list(found.values()) == [Judged()] * 3 and server.connections == before + 1
    assert one(ask(live("{host: 'ansible://me'}", "rule: host-state, file: /etc/passwd"))) == Judged()


@pytest.mark.parametrize(
    ("host", "script", "why"),
    [
        ("nope", INVENTORY, "the inventory has no host nope (it has: db, me, old, web)"),
        ("db", INVENTORY, "has the connection winrm in the inventory, which needs ansible itself"),
        ("old", INVENTORY, "its inventory holds a password"),
        ("web", "echo '[WARNING]: no inventory' >&2; exit 4", "ansible-inventory ended with status 4: [WARNING]: no inventory"),
        ("web", "echo nothing", "printed no inventory in JSON"),
        ("web", "sleep 30.0404", "gave no answer within 0.3 s"),
    ],
)
def test_an_inventory_that_does_not_help_is_told(
    ask: Callable[..., dict[str, Judged]], programs: Callable[[str, str], Path], host: str, script: str, why: str
) -> None:
    programs("ansible-inventory", script.replace("PORT", "1"))
    problem = reached(ask(live(f"{{host: 'ansible://{host}', timeout: 300ms}}", "rule: host-state, file: /etc/passwd")))
    assert why in problem and "s3cret" not in problem
