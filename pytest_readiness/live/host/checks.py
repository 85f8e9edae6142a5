"""What one item asks of a host."""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from dataclasses import dataclass
from dataclasses import replace

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


class Fact(ABC):
    """Something that a host tells; what it does not tell makes an error."""

    @property
    @abstractmethod
    def what(self) -> str:
        """What it is about, as messages have it."""

    def ask(self, entry: Entry, client: Client) -> Judged:
        """What it came to."""
        client.give(client.target.timeout + GRACE)
        what = f"{self.what} on {client.address.said}"
        try:
            return self.judged(what, entry, client)
        except (NoAnswer, shell.CannotHave) as reason:
            return Judged(error=f"{what} is not known: {reason}")

    @abstractmethod
    def judged(self, what: str, entry: Entry, client: Client) -> Judged:
        """The fact held against what is declared; raises `NoAnswer` and `CannotHave`."""

    @staticmethod
    def run(client: Client, *argv: str) -> shell.Said:
        """What a command came to in the time that the target allows."""
        said = shell.run(client.host, argv, client.target.timeout)
        if said.late:
            raise shell.CannotHave(f"it took longer than {client.target.timeout:g} s")
        return said


@dataclass(frozen=True)
class Installed(Fact):
    """A program is there, in a version that is wanted."""

    name: str
    wanted: str

    @property
    def what(self) -> str:
        """The program."""
        return f"the version of {self.name}"

    def judged(self, _: str, __: Entry, client: Client) -> Judged:
        """Whether it is."""
        where = client.address.said
        if not client.host.exists(self.name):
            return Judged((f"{self.name} is not on the PATH of {where}",))
        if not self.wanted:
            return Judged()
        found, command = tools.installed(self.name, lambda *argv: self.run(client, *argv))
        if not tools.constraint(self.wanted, self.name).contains(found, prereleases=True):
            return Judged((f"{self.name} on {where} is version {found}, {self.wanted} expected (`{command}`)",))
        return Judged()


@dataclass(frozen=True)
class Age(Fact):
    """How long ago a file was changed."""

    path: str

    @property
    def what(self) -> str:
        """The file."""
        return f"the age of {self.path}"

    def judged(self, what: str, entry: Entry, client: Client) -> Judged:
        """The seconds held against their target; without a file there are no data."""
        said = self.run(client, "sh", "-c", _AGE, "sh", self.path)
        words = said.out.split()
        assert entry.comparison is not None
        if words == ["none"]:
            missing = entry.comparison.judge(None, what=what)
            return missing if missing.unknown else replace(missing, problems=(f"there is no {self.path} on {client.address.said}",))
        if len(words) != 2 or not all(word.isdigit() for word in words):
            raise shell.CannotHave(told(said.err) or "stat says nothing")
        now, changed = map(int, words)
        return entry.comparison.judge(now - changed, what=what)


@dataclass(frozen=True)
class Output(Fact):
    """The number that a command prints."""

    command: str

    @property
    def what(self) -> str:
        """The command."""
        return f"what `{brief(self.command, 80)}` prints"

    def judged(self, what: str, entry: Entry, client: Client) -> Judged:
        """The number held against its target."""
        said = self.run(client, "sh", "-c", self.command)
        if said.status != 0:
            raise shell.CannotHave(f"it ended with status {said.status}, {told(said.err) or 'and said nothing'}")
        assert entry.comparison is not None
        return entry.comparison.judge(said.out.strip(), what=what, text_too=True)
