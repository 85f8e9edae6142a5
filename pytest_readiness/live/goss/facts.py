"""Facts of things on a host, asked one by one and only when something is expected of them.

testinfra is used where it means what goss means. Where it does not (it follows links, leaves out the length of a
network prefix, mixes the options of a mount with those of its file system), the same is read with `host.run`,
which quotes what is put in.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ...text import brief
from .read import Assertion

MAX_OUTPUT = 2**20  # bytes of a file or of what a command says that are searched


class CannotHave(Exception):
    """Why a host does not tell a fact, which makes a check an error."""


class NotAsked(Exception):
    """Why a fact is of no use although nothing failed, which makes a check unknown."""


class Facts:
    """What is asked of one thing on a host: a method for each attribute, found by its name."""

    def __init__(self, assertion: Assertion, host: Any, timeout: float) -> None:
        self.subject = assertion.subject
        self.options = assertion.options
        self.host = host
        self.timeout = min(timeout, assertion.options.get("timeout", timeout))

    def ask(self, attribute: str) -> Any:
        """The value of an attribute; raises `CannotHave` and `NotAsked`."""
        method: Callable[[], Any] = getattr(self, attribute.replace("-", "_"))
        try:
            return method()
        except (CannotHave, NotAsked):
            raise
        except Exception as error:  # noqa: BLE001 - whatever testinfra or its backend raises: there is no fact
            reason = str(error) or type(error).__name__
            raise CannotHave(f"{reason} is not supported there" if isinstance(error, NotImplementedError) else reason) from None

    def context(self, attribute: str) -> str:  # noqa: ARG002 - for those that have one
        """What a message says behind the value of an attribute."""
        return ""

    @cached_property
    def where(self) -> str:
        """The host, for messages."""
        backend = getattr(self.host, "backend", None)
        return brief(backend.get_pytest_id(), 80) if backend is not None else "the host"


class Matching(Facts):
    """A value of the file itself."""

    def matches(self) -> Any:
        """What is matched."""
        return self.options["content"]


FACTS: Mapping[str, type[Facts]] = {"matching": Matching}
