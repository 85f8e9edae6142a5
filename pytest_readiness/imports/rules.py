"""The rules of other tools as rules of ours: their ids, their words, and how urgent what they find is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ..formats.secrets import masked
from ..model import Finding
from ..model import Priority
from ..model import Rule
from ..text import brief
from ..text import safe
from ..unknown import Unresolved
from .entry import Entry
from .names import digest
from .report import FAILED
from .report import LONGEST_TEXT
from .report import SKIPPED
from .report import About
from .report import Log
from .report import Result

if TYPE_CHECKING:
    from .imported import Imported

KIND = "import."  # of resources, with the tool behind it
CATEGORY = {"sarif": "Security & Compliance", "junit": "Testing"}
SEVERITIES = ((9.0, "CRITICAL", Priority.P0), (7.0, "HIGH", Priority.P1), (4.0, "MEDIUM", Priority.P2), (0.1, "LOW", Priority.P3))
LEVELS = {"error": Priority.P1, "warning": Priority.P2, "note": Priority.P3, "none": Priority.P3}
LONGEST_HELP = 300
_SECRETS = re.compile(r"secret|gitleaks|trufflehog", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_COLONS = re.compile(":{2,}")
_NO_GLOB = str.maketrans({"[": "(", "]": ")", "*": "_", "?": "_"})
_MARKUP = str.maketrans({"[": "(", "]": ")", "`": "'", "|": "/", "*": "", "<": "‹", ">": "›", "\\": "/"})


@lru_cache(maxsize=4096)
def rule_id(tool: str, name: str) -> str:
    """A rule of a tool among ours: ``trivy.KSV012``."""
    name = _SPACES.sub("-", name.removeprefix(f"{tool}/").strip())
    name = safe(name).translate(_NO_GLOB).strip(".")
    name = _COLONS.sub(":", name) or "nameless"
    return f"{tool}.{name if len(name) <= 150 else f'{name[:150]}...{digest(name)}'}"


def priority_of(entry: Entry, tool: str, result: Result) -> Priority:
    """How urgent a result is: as the table of its entry says, else by its severity, else by its level."""
    severity = next(((word, priority) for bound, word, priority in SEVERITIES if result.severity >= bound), None)
    words = [
        result.about.id,
        rule_id(tool, result.about.id),
        result.level,
        *result.about.tags,
        *([severity[0]] if severity else ()),
    ]
    told = entry.priority(words)
    if told is not None:
        return told
    return severity[1] if severity else LEVELS.get(result.level, Priority.P2)


def rule_of(entry: Entry, log: Log, about: About, priority: Priority) -> Rule:
    """A rule of a tool, with the priority of a result of it."""
    return Rule(
        id=rule_id(log.tool, about.id),
        priority=priority,
        on=(f"{KIND}{log.tool}",),
        category=entry.category or CATEGORY[log.kind],
        title=_prose(about.title or about.id, 200).rstrip("."),
        why=_prose(about.why or about.title or about.help or about.id, LONGEST_TEXT),
        remedy=_remedy(log, about),
        check=_told,
        check_needs_project=False,
        secret=any(_SECRETS.search(text) for text in (log.tool, about.id, *about.tags)),
        source=entry.file,
        pack=safe(log.tool)[:100],
        pack_version=safe(log.version)[:100],
    )


def _told(resource: Imported) -> Iterator[Finding]:
    """The check of every imported rule: what the tool has found already."""
    if resource.outcome == FAILED:
        yield resource.finding(resource.message, resource.place)
    elif resource.outcome == SKIPPED:
        raise Unresolved(resource.reason)


def _prose(text: str, width: int) -> str:
    """Words of a tool as plain text, without what a report would take for markup."""
    return safe(brief(masked(text[: 4 * width]).translate(_MARKUP).lstrip("#-+=~ "), width))


def _remedy(log: Log, about: About) -> str:
    """A short help that says more than the title does, where it is read about, or the least that can be said."""
    help = " ".join(about.help.split()).rstrip(".")
    if (
        help
        and len(help) <= LONGEST_HELP
        and not (about.why or about.title).startswith(help)
        and not (about.title and help.startswith(about.title))
    ):
        return _prose(help, LONGEST_HELP)
    if about.uri.startswith(("https://", "http://")):
        return f"see {_prose(about.uri, LONGEST_HELP)}"
    return "mend what the message names" if log.kind == "sarif" else "make the test pass"
