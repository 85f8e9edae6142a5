"""What one item asks of a host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace
from functools import partial

from ...goss.document import Assertion
from ...model import ParseFailure
from ...text import brief
from ..entries import Entry
from ..goss import shell
from ..goss.judge import judge
from ..measure import Judged
from . import tools
from .connection import Client
from .said import NoAnswer
from .said import told

GRACE = 1.0  # seconds in which a command that is ended on the host may say so
_AGE = 'test -e "$1" || { echo none; exit; }; echo "$(date +%s) $(stat -L -c %Y -- "$1")"'  # by the clock of the host


@dataclass(frozen=True)
class Described:
    """A thing is as it is described."""

    assertion: Assertion

    def ask(self, _: Entry, client: Client) -> Judged:
        """A command may take the time that it has of its own."""
        seconds = min(max(client.target.timeout, self.assertion.options.get("timeout", 0.0)), client.target.budget)
        client.give(seconds + GRACE)
        return judge(self.assertion, client.host, seconds)


@dataclass(frozen=True)
class Wrong:
    """A goss file that cannot be run whole."""

    mistakes: tuple[ParseFailure, ...]

    def ask(self, *_: object) -> Judged:
        """What is wrong with it."""
        first, *more = self.mistakes
        return Judged(error=f"not all of it can be run: {first}" + (f" (and {len(more)} more)" if more else ""))


@dataclass(frozen=True)
class Fact:
    """Something that a host tells: what it is about, and how it is held against what is declared.

    ``judged`` is given the entry, the client and what messages call it. What the host does not tell makes an error.
    """

    what: str
    judged: Callable[[Entry, Client, str], Judged]

    def ask(self, entry: Entry, client: Client) -> Judged:
        """What it came to."""
        client.give(client.target.timeout + GRACE)
        what = f"{self.what} on {client.address.said}"
        try:
            return self.judged(entry, client, what)
        except (NoAnswer, shell.CannotHave) as reason:
            return Judged(error=f"{what} is not known: {reason}")


def installed(name: str, wanted: str) -> Fact:
    """A program is there, in a version that is wanted."""
    return Fact(f"the version of {name}", partial(_installed, name, wanted))


def age(path: str) -> Fact:
    """How many seconds ago a file was changed; without a file there are no data."""
    return Fact(f"the age of {path}", partial(_age, path))


def output(command: str) -> Fact:
    """The number that a command prints."""
    return Fact(f"what `{brief(command, 80)}` prints", partial(_output, command))


def _installed(name: str, wanted: str, _: Entry, client: Client, __: str) -> Judged:
    where = client.address.said
    if not client.host.exists(name):
        return Judged((f"{name} is not on the PATH of {where}",))
    if not wanted:
        return Judged()
    found, command = tools.installed(name, partial(_run, client))
    if not tools.constraint(wanted, name).contains(found, prereleases=True):
        return Judged((f"{name} on {where} is version {found}, {wanted} expected (`{command}`)",))
    return Judged()


def _age(path: str, entry: Entry, client: Client, what: str) -> Judged:
    said = _run(client, "sh", "-c", _AGE, "sh", path)
    words = said.out.split()
    assert entry.comparison is not None
    if words == ["none"]:
        missing = entry.comparison.judge(None, what=what)
        return missing if missing.unknown else replace(missing, problems=(f"there is no {path} on {client.address.said}",))
    if len(words) != 2 or not all(word.isdigit() for word in words):
        raise shell.CannotHave(told(said.err) or "stat says nothing")
    now, changed = map(int, words)
    return entry.comparison.judge(now - changed, what=what)


def _output(command: str, entry: Entry, client: Client, what: str) -> Judged:
    said = _run(client, "sh", "-c", command)
    if said.status != 0:
        raise shell.CannotHave(f"it ended with status {said.status}, {told(said.err) or 'and said nothing'}")
    assert entry.comparison is not None
    return entry.comparison.judge(said.out.strip(), what=what, text_too=True)


def _run(client: Client, *argv: str) -> shell.Said:
    return shell.run(client.host, argv, client.target.timeout)
