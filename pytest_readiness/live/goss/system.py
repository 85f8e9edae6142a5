"""What runs on a host and what it is made of: services, processes, packages, parameters of the kernel."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from .facts import Facts
from .shell import CannotHave

_NO_SYSTEMD = re.compile("failed to connect to bus|not been booted with systemd|access denied|connection refused", re.IGNORECASE)
_RUNLEVELS = """\
for at in /etc/rc[0-9S].d/S[0-9][0-9]"$1"; do [ -e "$at" ] && basename "$(dirname "$at")" | sed 's/^rc//; s/\\.d$//'; done
for at in /etc/runlevels/*/"$1"; do [ -e "$at" ] && basename "$(dirname "$at")"; done
exit 0
"""


class Service(Facts):
    """A service, as the program that manages services on the host sees it."""

    @cached_property
    def _systemd(self) -> bool:
        if self.script("test -d /run/systemd/system").status == 0:
            return True
        if self.script('test -e "/etc/init.d/$1" || command -v rc-service || command -v initctl', self.subject).status == 0 and self._plain:
            return False
        raise CannotHave("no systemd runs there, and no other manager of services knows it")

    @property
    def _plain(self) -> bool:
        return "/" not in self.subject and not self.subject.startswith((".", "-"))

    def enabled(self) -> bool:
        """Whether it starts with the host."""
        return self._asked("is-enabled", {1: False, 4: False}) if self._systemd else bool(self.host.service(self.subject).is_enabled)

    def running(self) -> bool:
        """Whether it runs."""
        return self._asked("is-active", {3: False, 4: False}) if self._systemd else bool(self.host.service(self.subject).is_running)

    def runlevels(self) -> list[str]:
        """The runlevels it starts in; systemd has none."""
        if self._systemd:
            raise CannotHave("systemd has no runlevels: expect enabled instead")
        return self.script(_RUNLEVELS, self.subject).whole.split()

    def _asked(self, verb: str, known: dict[int, bool]) -> bool:
        said = self.run("systemctl", verb, "--", self.subject)
        if said.status == 0:
            return True
        if said.status not in known or _NO_SYSTEMD.search(said.err):
            raise CannotHave(said.reason)
        return known[said.status]


class Process(Facts):
    """Processes by the name of their program, of which the kernel keeps fifteen characters."""

    def running(self) -> bool:
        """Whether there is one."""
        said = self.script("cat /proc/[0-9]*/comm 2>/dev/null || :")
        names = said.whole.splitlines()
        if not names:
            names = [line.strip() for line in self.output("ps", "-A", "-o", "comm").splitlines()[1:]]
        return self.subject in names


class Package(Facts):
    """A package of the system."""

    @cached_property
    def _package(self) -> Any:
        if self.subject.startswith("-"):
            raise CannotHave("no package has such a name")
        return self.host.package(self.subject)

    def installed(self) -> bool:
        """Whether it is installed."""
        return bool(self._package.is_installed)

    def versions(self) -> list[str]:
        """The installed versions, with epoch and release where the system has them."""
        if type(self._package).__name__ == "RpmPackage":  # of which testinfra knows neither epoch nor several versions
            return self.output("rpm", "-q", "--qf", r"%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\n", self.subject).split()
        version = str(self._package.version)
        try:
            return [f"{version}-{self._package.release}"]
        except NotImplementedError:
            return [version]


class KernelParam(Facts):
    """A parameter of the kernel."""

    def value(self) -> str:
        """Its value, as text."""
        path = self.subject.replace(".", "/")
        if not re.fullmatch(r"[\w/:@-]+", path):
            raise CannotHave(f"{self.subject} is no parameter such as net.ipv4.ip_forward")
        return self.output("cat", f"/proc/sys/{path}").strip()
