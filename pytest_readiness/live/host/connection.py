"""The way to a host through a backend of testinfra, which has no timeouts of its own: here every command has one.

What testinfra would run locally (the command itself, ``ssh``, ``docker exec`` ...) is run by `tools.bounded` instead, which ends
it with all it started. Connections of ssh are used again through a socket in a private directory.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ... import tools
from ...text import brief
from ..contact import CannotAsk
from ..entries import Surroundings
from ..entries import Target
from ..measure import Judged
from . import address
from .said import NoAnswer
from .said import told

# programs that a backend calls here
PROGRAMS = {
    "ssh": "ssh", "safe-ssh": "ssh", "ansible": "ansible-inventory", "docker": "docker", "podman": "podman",
    "kubectl": "kubectl", "openshift": "oc", "lxc": "lxc", "chroot": "chroot",
}  # fmt: skip
# nobody is there to type a password or to say yes to a key; banners are no news
SSH_OPTIONS = "-o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o LogLevel=ERROR"
IDLE = 60  # seconds after which ssh closes a connection that nobody gave back
PARTING = 3.0  # seconds that giving it back may take


class Client:
    """A host; ``host`` is what testinfra's modules hang on."""

    def __init__(self, target: Target, around: Surroundings) -> None:
        self.target = target
        self.root = around.root
        written = around.address(target)
        try:
            self.address = address.read(written)
        except ValueError as error:
            raise CannotAsk(f"target {target.name}: {error}") from None
        if problem := address.misplaced(self.address, target.options):
            raise CannotAsk(f"target {target.name}: {problem}")
        self._needs(self.address.backend)
        self._deadline = math.inf
        self._seconds = target.timeout
        try:
            from testinfra.host import Host  # type: ignore[import-untyped]
        except ModuleNotFoundError as error:
            raise CannotAsk(f"{error.name} is needed: pip install 'pytest-readiness[live]'") from None
        # a short path, as sockets demand
        short = Path("/tmp")  # noqa: S108 - what is made in it is private
        self._directory = Path(tempfile.mkdtemp(prefix="readiness-", dir=short if short.is_dir() else None))
        try:
            backend = self._bounded(self._backend())
        except BaseException:
            self.close()
            raise
        self.host = Host(backend)
        backend.set_host(self.host)

    def close(self) -> None:
        """Give the connection back, and leave nothing behind."""
        if self.address.backend == "paramiko" and hasattr(self, "host"):
            self.host.backend.close()
        if (self._directory / "ssh").exists():
            with suppress(tools.ToolError):
                self._control("exit")
        shutil.rmtree(self._directory, ignore_errors=True)

    def reach(self) -> Judged:
        """Whether a command can be run there."""
        try:
            answer = self.host.run("echo %s", "ready")
        except NoAnswer as error:
            return Judged((f"target {self.target.name} cannot be reached: {self.address.said}: {error}",))
        if answer.rc != 0 or "ready" not in answer.stdout:
            why = told(answer.stderr) or told(answer.stdout) or f"ended with status {answer.rc}"
            return Judged((f"target {self.target.name} cannot be reached: {self.address.said}: {why}",))
        return Judged()

    def begin(self, seconds: float) -> None:
        """What is asked from here on may take so long in all."""
        self._deadline = time.monotonic() + seconds

    def give(self, seconds: float) -> None:
        """What each command may take from here on."""
        self._seconds = seconds

    # -- the backend

    def _backend(self) -> Any:
        from testinfra.backend import get_backend_class  # type: ignore[import-untyped]

        settings: dict[str, Any] = dict(self.address.settings)
        settings["sudo"] = settings.get("sudo") == "true" or bool(self.target.options.get("sudo"))
        for option, setting in (("ssh_config", "ssh_config"), ("identity_file", "ssh_identity_file")):
            written = self.target.options.get(option) or settings.get(setting)
            if written:
                settings[setting] = self._file(option, written)
        if self.address.backend == "ansible":
            from .inventory import host

            return host(self.address.name, settings, self._run_local, self.root)
        if self.address.backend == "paramiko":
            from .through_paramiko import backend

            return backend(self.address.name, settings, self._left, self.target.max_size, self.root)
        made = get_backend_class(self.address.backend)
        return made(**settings) if self.address.backend == "local" else made(self.address.name, **settings)

    def _bounded(self, backend: Any) -> Any:
        """The backend with a limit on what it runs, whichever module asks for it."""
        self._needs(backend.NAME)
        backend.run_local = self._run_local(backend)
        backend.get_pytest_id = lambda: self.address.said  # as all messages have it
        # it would start Python on the host to ask for this
        backend.decode = lambda data: data.decode("utf-8", "replace")
        backend.encode = lambda text: text.encode("utf-8", "surrogateescape")
        if PROGRAMS.get(backend.NAME) == "ssh":
            self._over_ssh(backend)
        return backend

    def _run_local(self, backend: Any) -> Callable[..., Any]:
        def run_local(command: str, *args: str) -> Any:
            quoted = backend.quote(command, *args)
            seconds = self._left()
            end = time.monotonic() + seconds
            try:
                code, out, err = self._run(["/bin/sh", "-c", quoted], seconds)
            except tools.ToolError as error:
                raise NoAnswer(f"gave no answer within {round(seconds, 2):g} s" if time.monotonic() >= end else str(error)) from None
            if max(len(out), len(err)) > self.target.max_size + 1:  # one more byte shows that there is more
                raise NoAnswer(f"answers with more than {self.target.max_size} bytes")
            return backend.result(code, backend.encode(quoted), out, err)

        return run_local

    def _left(self) -> float:
        """Seconds that a command may take now."""
        left = min(self._seconds, self._deadline - time.monotonic())
        if left <= 0:
            raise NoAnswer("has taken all the time that one check may")
        return left

    def _run(self, command: list[str], seconds: float) -> tuple[int, bytes, bytes]:
        return tools.bounded(command, self._directory, os.environ, timeout=seconds, memory=None, cwd=self.root)

    def _over_ssh(self, backend: Any) -> None:
        if backend.host.password:
            raise CannotAsk(f"target {self.target.name}: its inventory holds a password, which the list of processes would show: use a key")
        backend.controlpath, backend.controlpersist = str(self._directory / "ssh"), IDLE
        backend.timeout = max(1, math.ceil(self.target.timeout))
        backend.ssh_extra_args = f"{SSH_OPTIONS} {backend.ssh_extra_args or ''}".strip()
        run = backend.run

        def asked(command: str, *args: str, **options: Any) -> Any:
            """What a command came to; ssh has the status 255 for its own failures, and a command may have it as well."""
            try:
                return run(command, *args, **options)
            except RuntimeError as error:
                answer = error.args[0]
            if not self._is_connected():
                raise NoAnswer(told(answer.stderr) or "closed the connection")
            return answer

        backend.run = asked

    def _is_connected(self) -> bool:
        with suppress(tools.ToolError):
            return self._control("check") == 0
        return False

    def _control(self, command: str) -> int:
        """Say something to the connection of ssh that is used again: its exit status."""
        place = f"ControlPath={self._directory / 'ssh'}"
        return self._run(["ssh", "-F", "none", "-O", command, "-o", place, "any"], PARTING)[0]

    def _needs(self, backend: str) -> None:
        needed = PROGRAMS.get(backend)
        if needed and shutil.which(needed) is None:
            raise CannotAsk(f"target {self.target.name}: {backend}:// needs {needed}, which is not on PATH")

    def _file(self, option: str, written: str) -> str:
        path = self.root / Path(written).expanduser()
        if not path.is_file():
            raise CannotAsk(f"target {self.target.name}: {option}: there is no file {brief(written, 80)}")
        return str(path)
