"""Which checks of a file its comments excuse. A check is excused when comments reach all of its findings, so they are looked for at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .checks import evaluate
from .governance import WaiverEntry
from .inline import Comment
from .inline import enclosing
from .model import Waiver
from .policy import WaiverPolicy
from .project import Project
from .text import parameter
from .waivers import Waivers

if TYPE_CHECKING:
    from .plan import Planned


class Excuses:
    """The comments that concern the checks of a file, matched with what these checks find."""

    def __init__(
        self, comments: Sequence[Comment], checks: Sequence[Planned], project: Project, waivers: Waivers, policy: WaiverPolicy
    ) -> None:
        self._waivers = waivers
        self._policy = policy
        self._comments = [replace(comment, problem=comment.problem or self._wrong(comment)) for comment in comments]
        self._made = {id(comment): _waiver(comment) for comment in self._comments if not comment.problem}
        self._found: dict[str, Waiver] = {}
        self._forbidden: dict[int, str] = {}
        resources = {id(check.resource): check.resource for check in checks}.values()
        around = {id(comment): enclosing(comment, resources) if comment.reach == "around" else "" for comment in self._comments}
        named: dict[str, list[Comment]] = {}
        for check in checks:
            if check.rule.id not in named:
                named[check.rule.id] = [comment for comment in self._comments if not comment.problem and comment.names(check.rule)]
            if about := named[check.rule.id]:
                self._match(check, about, project, around)

    def _wrong(self, comment: Comment) -> str:
        try:
            datetime.date.fromisoformat(comment.until)
        except ValueError:
            return f"until: {comment.until!r} is not a date as YYYY-MM-DD"
        return ""

    def _match(self, check: Planned, comments: Sequence[Comment], project: Project, around: dict[int, str]) -> None:
        findings = evaluate(check.rule, check.resource, project).failing
        reaching = [[c for c in comments if c.reaches(check.resource, finding, around[id(c)])] for finding in findings]
        for comment in {id(c): c for each in reaching for c in each}.values():
            if check.rule.priority.name in self._policy.inline:
                self._waivers.use(self._made[id(comment)], check.rule.priority)
            else:
                self._forbidden[id(comment)] = f"a comment may not excuse {check.rule.priority} checks such as {check.rule.id}"
        if findings and all(reaching) and check.rule.priority.name in self._policy.inline:
            self._found[check.name] = self._made[id(reaching[0][0])]

    def waiver(self, check: Planned) -> Waiver | None:
        """The waiver of a check all of whose findings are excused."""
        return self._found.get(check.name)

    def entries(self) -> Iterator[WaiverEntry]:
        """The comments that are wrong, forbidden, or cover nothing. Those of other tools may be about rules that we do not have."""
        for comment in self._comments:
            problems = [comment.problem] if comment.problem else list(self._problems(comment))
            if problems:
                name = parameter(f"comment {', '.join(comment.rules)}")
                yield WaiverEntry("readiness.waiver", name, comment.span, tuple(problems))

    def _problems(self, comment: Comment) -> Iterator[str]:
        waiver = self._made[id(comment)]
        if forbidden := self._forbidden.get(id(comment)):
            yield forbidden
        elif not self._waivers.is_used(waiver):
            if not comment.tool:
                yield f"covers no check: no {', '.join(comment.rules)} fails here"
            return
        yield from self._waivers.problems(waiver, self._policy)


def _waiver(comment: Comment) -> Waiver:
    return Waiver(", ".join(comment.rules), comment.span.path, comment.reason, comment.owner, comment.until, comment.span)
