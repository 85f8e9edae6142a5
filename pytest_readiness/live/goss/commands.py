"""Commands of the user's own, and values of the file itself."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ...text import brief
from . import shell
from .facts import Facts
from .facts import Failed


class Command(Facts):
    """A command, run once."""

    @cached_property
    def _said(self) -> shell.Said:
        try:
            return self.run("sh", "-c", self.subject)
        except shell.Late as late:
            raise Failed(str(late)) from None

    def exit_status(self) -> int:
        """What it ended with."""
        return self._said.status

    def stdout(self) -> str:
        """What it wrote."""
        return self._said.whole

    def stderr(self) -> str:
        """What it complained of."""
        return self._said.errors

    def context(self, attribute: str) -> str:
        """Where the command ran, and its complaint."""
        said = self.__dict__.get("_said")
        complaint = brief(said.err, 120) if said and attribute == "exit-status" else ""
        return f" (on {self.where}{f', where it said {complaint!r}' if complaint else ''})"


class Matching(Facts):
    """A value of the file itself."""

    def matches(self) -> Any:
        """What is matched."""
        return self.options["content"]
