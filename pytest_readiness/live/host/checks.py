"""What one item asks of a host."""

from __future__ import annotations

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
class Installed:
    """A program is there, in a version that is wanted."""

    name: str
    wanted: str

    def ask(self, _: Entry, client: Client) -> Judged:
        """Whether it is."""
        client.give(client.target.timeout + GRACE)
        try:
            return tools.judge(self.name, self.wanted, client.host, client.target.timeout)
        except NoAnswer as error:
            return Judged(error=f"{self.name} on {client.address.said}: {error}")


@dataclass(frozen=True)
class Measuring:
    """A number: how long ago a file was changed, or what a command prints."""

    age_of: str
    output_of: str

    def ask(self, entry: Entry, client: Client) -> Judged:
        """The number held against its target."""
        client.give(client.target.timeout + GRACE)
        try:
            return self._age(entry, client) if self.age_of else self._output(entry, client)
        except NoAnswer as error:
            return Judged(error=f"{self.age_of or brief(self.output_of)} on {client.address.said}: {error}")

    def _age(self, entry: Entry, client: Client) -> Judged:
        # by the clock of the host, in one command
        answer = client.host.run(
            'test -e %s || { echo none; exit 0; }; echo "$(date +%%s) $(stat -L -c %%Y -- %s)"', self.age_of, self.age_of
        )
        what = f"the age of {self.age_of} on {client.address.said}"
        words = answer.stdout.split()
        assert entry.comparison is not None
        if words == ["none"]:
            missing = entry.comparison.judge(None, what=what)
            return missing if missing.unknown else replace(missing, problems=(f"there is no {self.age_of} on {client.address.said}",))
        if len(words) != 2 or not all(word.isdigit() for word in words):
            return Judged(error=f"{what} cannot be had: {told(answer.stderr) or 'stat says nothing'}")
        now, changed = map(int, words)
        return entry.comparison.judge(now - changed, what=what)

    def _output(self, entry: Entry, client: Client) -> Judged:
        seconds = client.target.timeout
        answer = shell.run(client.host, ("sh", "-c", self.output_of), seconds)
        what = f"what `{brief(self.output_of, 80)}` prints on {client.address.said}"
        if answer.late:
            return Judged(error=f"{what} is not known: it took longer than {seconds:g} s")
        if answer.status != 0:
            return Judged(error=f"{what} is not known: it ended with status {answer.status}, {told(answer.err) or 'and said nothing'}")
        assert entry.comparison is not None
        return entry.comparison.judge(answer.out.strip(), what=what, text_too=True)
