"""Users and groups, through testinfra."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from .facts import Facts


class User(Facts):
    """A user of a host."""

    @cached_property
    def _user(self) -> Any:
        return self.host.user(self.subject)

    def exists(self) -> bool:
        """Whether there is a user of that name (and not only of that number)."""
        if self.subject.startswith("-"):
            return False  # `id` would take it for an option
        found = bool(self._user.exists)
        if found and self.subject.isdigit():
            return bool(self.host.run("id -nu %s", self.subject).stdout.strip() == self.subject)
        return found

    def uid(self) -> int:
        """The number."""
        return int(self._user.uid)

    def gid(self) -> int:
        """The number of the first group."""
        return int(self._user.gid)

    def groups(self) -> list[str]:
        """The names of all groups, the first among them."""
        return list(self._user.groups)

    def home(self) -> str:
        """The home directory."""
        return str(self._user.home)

    def shell(self) -> str:
        """The login shell."""
        return str(self._user.shell)


class Group(Facts):
    """A group of a host."""

    @cached_property
    def _group(self) -> Any:
        return self.host.group(self.subject)

    def exists(self) -> bool:
        """Whether there is a group of that name (and not only of that number)."""
        if self.subject.startswith("-"):
            return False  # `getent` would take it for an option
        found = bool(self._group.exists)
        if found and self.subject.isdigit():
            return bool(self.host.run("getent group %s", self.subject).stdout.partition(":")[0] == self.subject)
        return found

    def gid(self) -> int:
        """The number."""
        return int(self._group.gid)
