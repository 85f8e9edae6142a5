"""Known gaps written beside what they are about: ``# readiness: ignore[rule] reason by WHO until DATE``, and comments of other tools.

A comment is about its own line when something else stands on it, else about the next line that is no
comment. Comments of other tools have neither owner nor day; the settings give them both, or they are not read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from .model import Finding
from .model import ParseFailure
from .model import Resource
from .model import Rule
from .model import Span

if TYPE_CHECKING:
    from .policy import Honoured
    from .project import Project

MARK = "readiness: ignore["
MOST = 1000  # comments of a file that are read
_OWN = re.compile(r"(?:#|//|/\*|<!--)[ \t]*readiness: ignore\[(?P<rules>[^\]\n]{1,500})\](?P<rest>[^\n]{0,1000})")
_END = re.compile(r"\s*(?:\*/\s*(?:-?\}\})?|-->)?\s*$")
_UNTIL = re.compile(r"\s+until\s+(\S+)$")
_BY = re.compile(r"\s+by\s+(\S+)$")
_AROUND = " \t:-"  # a reason
_COMMENT = re.compile(r"\s*(?:#|//|/\*|\*|<!--|\{\{-?\s*/\*|$)")


@dataclass(frozen=True)
class Comment:
    """A comment that excuses checks: which rules, by id or by their name in another tool, and what it reaches.

    ``reach`` is ``line`` (``target``), ``around`` (the resource that begins last before it) or ``file``.
    ``problem`` says why it excuses nothing.
    """

    rules: tuple[str, ...]
    span: Span
    target: int = 0
    reach: str = "line"
    reason: str = ""
    owner: str = ""
    until: str = ""
    tool: str = ""
    problem: str = ""

    def names(self, rule: Rule) -> bool:
        """Whether the comment is about a rule."""
        known = (rule.id,) if not self.tool else _known_as(rule, self.tool)
        return any(fnmatchcase(name, glob) for name in known for glob in self.rules)

    def reaches(self, resource: Resource, finding: Finding, around: str) -> bool:
        """Whether a finding is where the comment is about; ``around`` is the name of the resource it stands in."""
        if self.reach == "file":
            return finding.span.path == self.span.path
        if self.reach == "around":
            return resource.span.path == self.span.path and (resource.name == around or resource.name.startswith(f"{around}/"))
        return any(
            span.path == self.span.path and span.line <= self.target <= max(span.line, span.end_line)
            for span in (finding.span, resource.span)
        )


def comments(path: str, project: Project, honoured: Honoured | None) -> Iterator[Comment]:
    """The comments of a file, in its order."""
    try:
        text = project.text(path)
    except ParseFailure:
        return
    lines = _Lines(path, text)
    found = [*(_own(lines) if MARK in text else ()), *(_foreign(lines, honoured) if honoured else ())]
    found.sort(key=lambda comment: comment.span)
    yield from found[:MOST]
    yield from (replace(comment, problem=f"is beyond the first {MOST} of this file, which are read") for comment in found[MOST:])


class _Lines:
    """The text of a file with its lines: where an offset is, and which line a comment is about."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    @cached_property
    def _following(self) -> list[int]:
        """For each line the next one below that is no comment, or itself where there is none."""
        lines = self.text.split("\n")
        found, following = 0, [0] * len(lines)
        for index in range(len(lines) - 1, -1, -1):
            following[index] = found or index + 1
            if not _COMMENT.match(lines[index]):
                found = index + 1
        return following

    def span(self, start: int, end: int) -> Span:
        """The place of a piece of one line."""
        line = bisect_right(self._starts, start)
        column = start - self._starts[line - 1] + 1
        return Span(self.path, line, column, line, column + max(len(self.text[start:end].rstrip()), 1))

    def target(self, at: int) -> int:
        """The line that a comment is about which begins at an offset."""
        number = bisect_right(self._starts, at)
        return number if self.text[self._starts[number - 1] : at].strip(" \t{-") else self._following[number - 1]


def _own(lines: _Lines) -> Iterator[Comment]:
    for match in _OWN.finditer(lines.text):
        span = lines.span(*match.span())
        rules = tuple(name.strip() for name in match["rules"].split(",") if name.strip())
        rest = _END.sub("", match["rest"])
        until = _UNTIL.search(rest)
        told = rest[: until.start()] if until else rest
        by = _BY.search(told)
        if by and not told[: by.start()].strip(_AROUND):
            by = None  # "by hand" is a reason
        reason = (told[: by.start()] if by else told).strip(_AROUND)
        problem = "" if until else "needs its last day: until YYYY-MM-DD"
        problem = problem or ("" if reason else "needs a reason")
        yield Comment(
            rules, span, lines.target(match.start()), "line", reason, by[1] if by else "", until[1] if until else "", problem=problem
        )


# -- other tools


def _known_as(rule: Rule, tool: str) -> Sequence[str]:
    prefix = f"{tool}:"
    return [_plain(alias.removeprefix(prefix)) for alias in rule.aliases]


def _plain(name: str) -> str:
    """A rule's name in another tool without what differs between its versions: ``AVD-AWS-0086`` is ``AWS-0086``."""
    return name.strip().upper().removeprefix("AVD-").removeprefix("DS-").replace("KSV-", "KSV")


@dataclass(frozen=True)
class _Form:
    """How a tool writes a suppression: the pattern has groups ``rules`` and perhaps ``reason``."""

    pattern: re.Pattern[str]
    reach: Callable[[re.Match[str]], str]


FORMS = {
    "checkov": _Form(re.compile(r"checkov:skip=(?P<rules>\w{1,80})(?::(?P<reason>[^\n]{0,500}))?"), lambda _: "around"),
    "trivy": _Form(re.compile(r"(?:trivy|tfsec):ignore:(?P<rules>[\w-]{1,80})(?P<reason>)"), lambda _: "line"),
    "hadolint": _Form(
        re.compile(r"#[ \t]*hadolint[ \t]+(?P<all>global[ \t]+)?ignore=(?P<rules>[\w, ]{1,500})(?P<reason>)"),
        lambda match: "file" if match["all"] else "line",
    ),
    "kics": _Form(re.compile(r"#[ \t]*kics-scan[ \t]+(?P<rules>ignore-line)(?P<reason>)"), lambda _: "line"),
    "kube-linter": _Form(
        re.compile(r"ignore-check\.kube-linter\.io/(?P<rules>[\w-]{1,80})[\"']?[ \t]*:(?P<reason>[^\n]{0,500})"), lambda _: "around"
    ),
    "zizmor": _Form(re.compile(r"#[ \t]*zizmor:[ \t]*ignore\[(?P<rules>[\w, -]{1,500})\](?P<reason>[^\n]{0,500})"), lambda _: "line"),
}


def _foreign(lines: _Lines, honoured: Honoured) -> Iterator[Comment]:
    for tool in honoured.tools:
        form = FORMS[tool]
        for match in form.pattern.finditer(lines.text):
            rules = ("*",) if tool == "kics" else tuple(_plain(name) for name in match["rules"].split(","))
            reason = (match["reason"] or "").strip(" :\"'") or match["rules"].strip()
            place, target = lines.span(*match.span()), lines.target(_start(lines.text, match.start()))
            yield Comment(rules, place, target, form.reach(match), f"{tool}: {reason}", honoured.owner, honoured.until, tool)


def _start(text: str, at: int) -> int:
    """Where the comment around a match begins."""
    line = text.rfind("\n", 0, at) + 1
    found = [index for mark in ("#", "//", "/*") if (index := text.find(mark, line, at)) >= 0]
    return min(found, default=at)


def enclosing(comment: Comment, resources: Iterable[Resource]) -> str:
    """The name of the resource a comment stands in: the one that begins last before it; empty where there is none."""
    before = [r for r in resources if r.span.path == comment.span.path and 0 < r.span.line <= comment.span.line]
    return max(before, key=lambda r: (r.span.line, -len(r.name))).name if before else ""
