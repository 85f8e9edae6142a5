"""What all facts of things on a host have in common: they are asked one by one, and only when something is expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from ...goss.document import Assertion
from ...text import brief
from . import shell
from .shell import CannotHave

_RESULT = re.compile(
    r"exit_status=(?P<status>-?\d+), command=b?(['\"])(?P<command>.*?)\2, .*?_stderr=b?(['\"])(?P<said>.*?)(?:\\n)?\4\)", re.DOTALL
)
_STATUS = re.compile(r"Unexpected exit code (-?\d+)")


class NotAsked(Exception):
    """Why a fact is of no use although nothing failed, which makes a check unknown."""


class Failed(Exception):
    """What went wrong where the host did tell: a problem, such as a request that nobody answers."""


class Facts:
    """What is asked of one thing on a host: a method for each attribute, found by its name.

    testinfra is used where it means what goss means. Where it does not (it follows links, leaves out the length of a
    network prefix, mixes the options of a mount with those of its file system), or needs a program that small images do
    not have, the same is read with a command of our own.
    """

    default_timeout = 10.0  # seconds, where the file says nothing

    def __init__(self, assertion: Assertion, host: Any, timeout: float) -> None:
        self.subject = assertion.subject
        self.options = assertion.options
        self.host = host
        self.timeout = min(timeout, assertion.options.get("timeout", self.default_timeout))

    def ask(self, attribute: str) -> Any:
        """The value of an attribute; raises `CannotHave` and `NotAsked`."""
        method: Callable[[], Any] = getattr(self, attribute.replace("-", "_"))
        try:
            return method()
        except (CannotHave, NotAsked, Failed):
            raise
        except NotImplementedError:
            raise CannotHave("testinfra does not know it for that system") from None
        except Exception as error:  # noqa: BLE001 - whatever testinfra or its backend raises: there is no fact
            raise CannotHave(_reason(error)) from None

    def context(self, attribute: str) -> str:  # noqa: ARG002 - for those that have one
        """What a message says behind the value of an attribute."""
        return ""

    @property
    def advice(self) -> tuple[str, ...]:
        """What is worth saying of the way it is asked."""
        return ()

    @cached_property
    def where(self) -> str:
        """The host, for messages."""
        return brief(self.host.backend.get_pytest_id(), 80)

    def run(self, *argv: str) -> shell.Said:
        """A command with its arguments; raises `Late`."""
        return shell.run(self.host, argv, self.timeout)

    def script(self, text: str, *arguments: str) -> shell.Said:
        """A piece of shell of ours."""
        return self.run("sh", "-c", text, "sh", *arguments)

    def output(self, *argv: str) -> str:
        """What a command says; raises `CannotHave` where it fails."""
        said = self.run(*argv)
        if said.status:
            raise CannotHave(said.reason)
        return said.whole


def _reason(error: Exception) -> str:
    """Why testinfra has no answer; of a command that failed what it was and said."""
    text = str(error)[:2_000]
    if found := _RESULT.search(text):
        return f"`{found['command']}` says {found['said'] or 'nothing'} (exit status {found['status']})"
    if found := _STATUS.search(text):  # pytest shortens what an assertion says
        missing = ": a program is missing there" if found[1] == "127" else ""
        return f"a command of testinfra ended with status {found[1]}{missing}"
    return text or type(error).__name__
