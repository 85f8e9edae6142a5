"""Commands on a host, bounded in time and in what they say, their exit status kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_OUTPUT = 2**20  # bytes of each stream that are kept and searched
TIMED_OUT = (124, 137, 143)  # what `timeout` ends with, by system
# Output goes through head, and what is behind the limit through cat, so that the command never meets a closed pipe.
_SCRIPT = """\
seconds=$1 limit=$2; shift 2
if command -v timeout >/dev/null 2>&1; then set -- timeout -k 1 "$seconds" "$@"; fi
exec 5>&1 6>&2
status=$({ { { "$@" 3>&- 4>&- 5>&- 6>&-; echo $? >&3; } 2>&4 | { head -c "$limit"; cat >/dev/null; } >&5; } 4>&1 \
| { head -c "$limit"; cat >/dev/null; } >&6; } 3>&1)
exit "$status"
"""


class CannotHave(Exception):
    """Why a host does not tell a fact, which makes a check an error."""


class Late(CannotHave):
    """A command was ended because it took too long."""


@dataclass(frozen=True)
class Said:
    """What became of a command."""

    status: int
    out: str
    err: str

    @property
    def whole(self) -> str:
        """All that it wrote; raises `CannotHave` where that is more than is searched."""
        return _whole(self.out)

    @property
    def errors(self) -> str:
        """All that it wrote to stderr."""
        return _whole(self.err)

    @property
    def reason(self) -> str:
        """Why it failed, in its own words."""
        return self.err.strip() or f"exit status {self.status}"


def _whole(text: str) -> str:
    if len(text.encode("utf-8", "surrogateescape")) > MAX_OUTPUT:
        raise CannotHave("there is more than 1 MiB, which is not searched")
    return text


def run(host: Any, argv: Sequence[str], seconds: float) -> Said:
    """Run a command with its arguments; whatever they hold, they stay arguments. Raises `Late`."""
    started = time.monotonic()
    places = " ".join(["%s"] * len(argv))
    result = host.run(f"sh -c %s sh %s %s {places}", _SCRIPT, f"{seconds:g}", str(MAX_OUTPUT + 1), *argv)
    if result.rc in TIMED_OUT and time.monotonic() - started >= seconds * 0.95:
        raise Late(f"it took longer than {seconds:g} s")
    return Said(result.rc, _decoded(result.stdout_bytes), _decoded(result.stderr_bytes))


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
