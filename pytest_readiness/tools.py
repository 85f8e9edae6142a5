"""Other programs, run on a copy of the files they need: bounded, in a clean environment, without network.

Nothing is written below the project. What a program made of the same files and arguments is kept in
the user's cache directory, so that a second run, or another worker, does not start it again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

MAX_OUTPUT = 50_000_000  # bytes
MAX_MEMORY = 4 << 30  # bytes of data; programs in Go reserve far more addresses than they use
KEPT = 30 * 24 * 3600  # seconds that a result stays in the cache unused
_NOWHERE = "http://127.0.0.1:9"  # the discard port: a proxy that refuses every connection


class ToolError(Exception):
    """A program could not be run to its end, and why."""


@dataclass(frozen=True)
class Ran:
    """What a program did: its exit status and what it wrote, with the place of the copy taken out."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Tool:
    """A program, and the arguments with which it does what is wanted (``kubectl kustomize``)."""

    path: str
    arguments: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Which program this is, so that another version's results are not taken for its own."""
        status = Path(self.path).stat()
        return f"{self.path} {status.st_size} {status.st_mtime_ns} {self.arguments}"


def find(name: str, *arguments: str) -> Tool | None:
    """A program on PATH, or beside the interpreter, where pip installs those that come as wheels."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name) or shutil.which(name, path=beside)
    return Tool(found, arguments) if found else None


def run(tool: Tool, arguments: Sequence[str], files: Mapping[str, bytes], *, timeout: float, memory: int | None = MAX_MEMORY) -> Ran:
    """Run a program in a directory that holds the files (by relative path) and nothing else.

    Arguments name the files as the mapping does. Raises `ToolError` where it takes longer than
    ``timeout`` seconds, writes more than `MAX_OUTPUT` bytes, or cannot be started. ``memory`` is None for a
    program that bounds itself, because it reserves more than it uses.
    """
    kept = _cache() / _key(tool, arguments, files)
    with suppress(OSError, ValueError, TypeError):
        if _is_private(kept.parent):
            ran = Ran(**json.loads(kept.read_text("utf-8")))
            os.utime(kept)
            return ran
    with tempfile.TemporaryDirectory(prefix="readiness-") as directory:
        place = Path(os.path.realpath(directory))
        copy, home = place / "copy", place / "home"
        home.mkdir()
        _write(copy, files)
        ran = _run([tool.path, *tool.arguments, *arguments], copy, home, timeout, memory)
    if not ran.code:  # a full disk or a want of memory is no property of the files
        _keep(kept, ran)
    return ran


def _write(directory: Path, files: Mapping[str, bytes]) -> None:
    directory.mkdir()
    for path, data in files.items():
        if path.startswith("/") or ".." in path.split("/"):
            raise ToolError(f"{path} is no path in the copy")
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _run(command: Sequence[str], copy: Path, home: Path, timeout: float, memory: int | None = MAX_MEMORY) -> Ran:
    code, *written = bounded(command, home, _environment(home), timeout=timeout, memory=memory, cwd=copy)
    texts = (data.decode("utf-8", "replace").replace(f"{copy}{os.sep}", "").replace(str(copy), ".") for data in written)
    return Ran(code, *texts)


def bounded(
    command: Sequence[str],
    place: Path,
    environment: Mapping[str, str],
    *,
    timeout: float,
    memory: int | None = MAX_MEMORY,
    cwd: Path | None = None,
) -> tuple[int, bytes, bytes]:
    """Run a program to its end: its exit status and what it wrote, which is kept in a directory of the caller's. Raises `ToolError`.

    It has no input and no terminal, and what it started ends with it.
    """
    out, err = place / "out", place / "err"
    name = Path(command[0]).name
    with out.open("wb") as stdout, err.open("wb") as stderr:
        try:
            process = subprocess.Popen(  # noqa: S603 - a program of the user's machine, never of the project
                command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
            )
        except OSError as error:
            raise ToolError(f"{name} cannot be started: {error.strerror}") from None
        _limit(process.pid, memory)
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill(process)

        alarm = threading.Timer(timeout, stop)  # a wait with a timeout would look only every 50 ms
        alarm.daemon = True
        alarm.start()
        try:
            code = process.wait()
        finally:
            alarm.cancel()
            _kill(process)
            process.wait()
    if late.is_set():
        raise ToolError(f"{name} was stopped after {round(timeout, 2):g} s")
    if code == -signal.SIGXFSZ or max(out.stat().st_size, err.stat().st_size) >= MAX_OUTPUT:
        raise ToolError(f"{name} wrote more than {MAX_OUTPUT // 1_000_000} MB")
    if code < 0:
        raise ToolError(f"{name} was ended by signal {-code}")
    return code, out.read_bytes(), err.read_bytes()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program with everything it started."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the user's: no credentials, no configuration, no other program to call, nobody to talk to."""
    private = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(home))
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), _NOWHERE)
    return {**private, **proxies, "PATH": str(home), "LC_ALL": "C.UTF-8", "KUBECONFIG": os.devnull, "GOMEMLIMIT": "2GiB"}


def _limit(pid: int, memory: int | None) -> None:
    """Bound output and memory where the system can."""
    with suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        resource.prlimit(pid, resource.RLIMIT_FSIZE, (MAX_OUTPUT, MAX_OUTPUT))
        if memory is not None:
            resource.prlimit(pid, resource.RLIMIT_DATA, (memory, memory))


# -- the cache


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118 - never raises
    return Path(base) / "pytest-readiness"


def _is_private(directory: Path) -> bool:
    """Whether nobody else can have put a result of their own there."""
    status = directory.stat()
    return not status.st_mode & 0o022 and status.st_uid == getattr(os, "getuid", lambda: status.st_uid)()


def _key(tool: Tool, arguments: Sequence[str], files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(json.dumps([tool.identity, *arguments]).encode())
    for path in sorted(files):
        digest.update(json.dumps([path, len(files[path])]).encode())
        digest.update(files[path])
    return digest.hexdigest()


def _keep(kept: Path, ran: Ran) -> None:
    """Put a result into the cache, at once and whole; a cache that cannot be written to is none."""
    with suppress(OSError):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(kept.parent):
            return
        with tempfile.NamedTemporaryFile("w", dir=kept.parent, encoding="utf-8", delete=False) as stream:
            json.dump(asdict(ran), stream)
        Path(stream.name).replace(kept)
        oldest = time.time() - KEPT
        for path in kept.parent.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
