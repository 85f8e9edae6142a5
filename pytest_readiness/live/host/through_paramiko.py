"""``paramiko://``: testinfra's own connection takes any key for the host's and waits for ever, so that this is another one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ..contact import CannotAsk
from .said import NoAnswer
from .said import told

KNOWN = ("~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts")
PATIENCE = 0.02  # seconds between looks at a command whose output somebody else holds open
MARGIN = 0.02  # seconds before the end in which a failure is one of time
CHUNK = 32768


def backend(name: str, settings: Mapping[str, Any], left: Callable[[], float], limit: int, root: Path) -> Any:
    """The backend for a host; ``left`` are the seconds that what is done now may take, ``limit`` the bytes that it may say."""
    try:
        from testinfra.backend.paramiko import ParamikoBackend  # type: ignore[import-untyped]
    except RuntimeError:
        raise CannotAsk("paramiko is needed: pip install paramiko") from None
    logging.getLogger("paramiko").addHandler(logging.NullHandler())  # what it has to say is in its exceptions

    class Known(ParamikoBackend):  # type: ignore[misc]
        @cached_property
        def client(self) -> Any:
            return connected(self.host, self.ssh_config, self.ssh_identity_file, left(), root)

        def run(self, command: str, *args: str, **_: Any) -> Any:
            written = self.encode(self.get_command(command, *args))
            seconds = left()
            end = time.monotonic() + seconds
            try:
                return self.result(*_asked(self.client, written, seconds, limit))
            except (OSError, EOFError, _failure()) as error:
                if time.monotonic() >= end - MARGIN:
                    raise NoAnswer(f"gave no answer within {round(seconds, 2):g} s") from None
                self.close()  # the way is made anew
                raise NoAnswer(told(getattr(error, "strerror", None) or str(error)) or "closed the connection") from None

        def close(self) -> None:
            if (client := self.__dict__.pop("client", None)) is not None:
                client.close()

    return Known(name, **settings)


def _failure() -> type[Exception]:
    from paramiko.ssh_exception import SSHException  # type: ignore[import-untyped]

    return SSHException  # type: ignore[no-any-return]


def connected(host: Any, ssh_config: str | None, identity_file: str | None, seconds: float, root: Path) -> Any:
    """A client that has logged in at a host whose key is known; paths are relative to the root, as they are for ssh."""
    import paramiko  # type: ignore[import-untyped]

    path = Path(ssh_config) if ssh_config else Path("~/.ssh/config").expanduser()
    said = paramiko.SSHConfig.from_path(str(path)).lookup(host.name) if path.is_file() else {}
    if "proxycommand" in said or "proxyjump" in said:
        raise CannotAsk(f"{path}: paramiko:// takes no way through another host: write ssh://{host.name}")
    keys = [identity_file] if identity_file else [str(root / Path(key).expanduser()) for key in said.get("identityfile", ())]
    client = paramiko.SSHClient()
    for known in (*said.get("userknownhostsfile", KNOWN[0]).split(), KNOWN[1]):
        if (place := root / Path(known).expanduser()).is_file():
            client.load_system_host_keys(str(place))
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        client.connect(
            said.get("hostname", host.name),
            int(host.port or said.get("port", 22)),
            host.user or said.get("user"),
            key_filename=keys or None,
            look_for_keys=not keys,
            timeout=seconds,
            banner_timeout=seconds,
            auth_timeout=seconds,
        )
    except BaseException:
        client.close()
        raise
    return client


def _asked(client: Any, command: bytes, seconds: float, limit: int) -> tuple[int, bytes, bytes, bytes]:
    """What a command came to; it is over when it ends, also where something in the background holds its output open."""
    end = time.monotonic() + seconds
    channel = client.get_transport().open_session(timeout=seconds)
    try:
        channel.settimeout(PATIENCE)
        channel.exec_command(command)
        out, err = bytearray(), bytearray()
        for receive, said in ((channel.recv, out), (channel.recv_stderr, err)):
            while True:
                if time.monotonic() > end:
                    raise TimeoutError
                while channel.recv_stderr_ready():  # a full window would stop the command
                    err += channel.recv_stderr(CHUNK)
                try:
                    chunk = receive(CHUNK)
                except TimeoutError:
                    if channel.exit_status_ready():
                        break
                    continue
                said.extend(chunk)
                if not chunk:
                    break
                if max(len(out), len(err)) > limit + 1:
                    raise NoAnswer(f"answers with more than {limit} bytes")
        if not channel.status_event.wait(max(0.0, end - time.monotonic())):
            raise TimeoutError
        return channel.exit_status, command, bytes(out), bytes(err)
    finally:
        channel.close()
