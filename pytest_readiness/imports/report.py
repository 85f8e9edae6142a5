"""What a tool reports, whatever the form of its file: runs with results, rules without one, and what is wrong."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from dataclasses import field

FAILED, PASSED, SKIPPED = "failed", "passed", "skipped"
LONGEST_TEXT = 500  # characters of a message, title or reason that are kept


class Invalid(Exception):
    """A file that is no report, and why."""


@dataclass(frozen=True, slots=True)
class About:
    """What a tool says of a rule of its own. ``ran`` is False for one that was switched off."""

    id: str
    title: str = ""
    why: str = ""
    help: str = ""
    uri: str = ""
    level: str = "warning"
    severity: float = 0.0  # 0.1 to 10 as in CVSS; 0 where the tool has none
    tags: tuple[str, ...] = ()
    ran: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """One result: its rule, what came out, and where. ``path`` is empty where that is no file of the project.

    ``place`` is what the tool said of the place where it is none. ``line`` to ``end_column`` are 0 where it did not say.
    ``logical`` and ``fingerprint`` are names that do not change when lines move. ``excerpt`` is what the tool saw there, which
    is not what the file says where it looked at something that was rendered from it.
    """

    about: About
    outcome: str
    message: str
    path: str = ""
    place: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    logical: str = ""
    fingerprint: str = ""
    excerpt: str = ""
    level: str = "warning"
    severity: float = 0.0
    suppressed: bool = False
    reason: str = ""  # of a result that is skipped


@dataclass
class Log:
    """One run of a tool. ``clean`` are rules that ran without a result, ``judged`` the files it looked at, ``listed`` those of them that it names itself."""

    tool: str
    version: str = ""
    results: list[Result] = field(default_factory=list)
    clean: list[About] = field(default_factory=list)
    judged: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    ended: datetime.datetime | None = None
    commits: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kind: str = "sarif"


_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,]\d{1,12})?(?:(Z|z)|([+-]\d\d):?(\d\d))").fullmatch


def moment(text: object) -> datetime.datetime | None:
    """A moment in ISO 8601 with its time zone; None for anything else."""
    found = _TIME(text) if isinstance(text, str) else None
    if not found:
        return None
    zone = "+00:00" if found[3] else f"{found[4]}:{found[5]}"
    try:
        return datetime.datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}").astimezone(datetime.timezone.utc)
    except (ValueError, OverflowError):
        return None
