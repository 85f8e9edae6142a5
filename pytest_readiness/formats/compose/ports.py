"""Published ports of Compose services: both forms of writing one, and which take the same port of the host."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import Any

from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.yaml import lines
from ...unknown import Unknown
from ...unknown import is_unknown
from ..views import View
from .merge import colons

if TYPE_CHECKING:
    from .format import Service

LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|localhost|\[?::1\]?").fullmatch
_SHORT_PORT = re.compile(
    r"(?:(?P<ip>\[[0-9A-Fa-f:.]+\]|[^\[\]]*?):)??(?:(?P<host>[0-9]*(?:-[0-9]+)?):)?(?P<target>[0-9]+(?:-[0-9]+)?)(?:/(?P<protocol>\w+))?"
).fullmatch
Parts = tuple[str | Unknown, str | Unknown, str | Unknown, str | Unknown]
_PORT = re.compile(r"[0-9]{1,5}").fullmatch
_QUOTED = re.compile(r"(?:[&!]\S*[ \t]+)*['\"]").match


@dataclass(frozen=True, eq=False)
class Port(Resource):
    """One entry of ``ports``; ``published`` is empty where Docker chooses the port. Parts may be unknown."""

    service: Service
    written: str
    is_long: bool
    host_ip: str | Unknown
    published: str | Unknown
    target: str | Unknown
    protocol: str | Unknown
    place: Span

    def view(self) -> View:
        names = ("host_ip", "published", "target", "protocol")
        return View({name: value for name in names if is_unknown(value := getattr(self, name)) or value}, self.place)

    @property
    def is_loopback(self) -> bool:
        """Whether only the host itself can connect."""
        return bool(LOOPBACK(str(self.host_ip)))

    @property
    def range(self) -> range | None:
        """The host ports; None where Docker chooses. Raises `Unresolved` where the shell chooses."""
        first, _, last = str(self.published).partition("-")
        if not _PORT(first):
            return None
        return range(int(first), int(last if _PORT(last) else first) + 1)

    @property
    def collision(self) -> Port | None:
        """An earlier port of the file that takes the same port of the host; raises `Unresolved` where the shell chooses this one."""
        here = self.range
        if here is None:
            return None
        singles, ranges = self.service.file.published
        numbers = here if len(here) <= len(singles) else [number for number in here if number in singles]
        near = [*ranges, *(entry for number in numbers for entry in singles.get(number, ()))]
        for _, other in sorted(near, key=itemgetter(0)):
            if (other.service.label, other.place) == (self.service.label, self.place):
                return None
            if self._collides(other):
                return other
        return None

    def _collides(self, other: Port) -> bool:
        if self.protocol != other.protocol or not _share_address(str(self.host_ip), str(other.host_ip)):
            return False
        here, there = self.range, other.range
        if here is None or there is None or here.start >= there.stop or there.start >= here.stop:
            return False
        ours, theirs = (frozenset(port.service.data.get("profiles") or ()) for port in (self, other))
        return not ours or not theirs or bool(ours & theirs)

    def is_quoted(self, project: Project) -> bool:
        """Whether it is text for every YAML parser: in quotes, or not made of digits and colons."""
        line = _lines(project, self.place.path)[self.place.line - 1]
        return bool(_QUOTED(line[self.place.column - 1 :]))


@once
def _lines(project: Project, path: str) -> list[str]:
    return lines(project.text(path))


def short_port(raw: str, resolve: Callable[[Any], Any]) -> Parts:
    """Host address, host port, container port and protocol of ``[[ip:]host:]container[/protocol]``."""
    parts = [plain(resolve(part)) for part in colons(raw)]
    missing = next((part for part in parts if isinstance(part, Unknown)), None)
    if missing is None:
        match = _SHORT_PORT(":".join(str(part) for part in parts))
        if match is None:
            wrong = Unknown(f"{raw} is no port mapping")
            return wrong, wrong, wrong, wrong
        return match["ip"] or "", match["host"] or "", match["target"], (match["protocol"] or "tcp").lower()
    if len(parts) >= 3:  # an address, a host port and a container port
        return parts[0], parts[-2], parts[-1], missing
    return missing, missing, parts[-1], missing


def _share_address(one: str, other: str) -> bool:
    """Whether two host addresses can be one: an empty one is every address, ``0.0.0.0`` and ``::`` every one of their kind."""
    every = ("", "0.0.0.0", "::")  # noqa: S104 - it is what the file says
    one, other = one.strip("[]"), other.strip("[]")
    return one == other or "" in (one, other) or ((":" in one) == (":" in other) and (one in every or other in every))


def plain(value: Any) -> str | Unknown:
    """A part as text; empty where there is none."""
    return "" if value is None else value if isinstance(value, Unknown) else str(value)
