"""One rule on one resource, evaluated to a value; pytest comes later."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from .model import Finding
from .model import Resource
from .model import Rule
from .unknown import Unresolved

if TYPE_CHECKING:
    from .project import Project


@dataclass(frozen=True)
class Outcome:
    """What a rule says of a resource: failing findings, advice, or why it is unknown, or its crash."""

    failing: tuple[Finding, ...] = ()
    advice: tuple[Finding, ...] = ()
    unknown: str | None = None
    crash: Exception | None = None


def applies(rule: Rule, resource: Resource, project: Project) -> bool:
    """Whether there is a check at all. A condition that is unknown or crashes makes one, to say so."""
    try:
        return rule.applies(resource, project)
    except Exception:  # noqa: BLE001 - evaluate() meets it again and reports it
        return True


def evaluate(rule: Rule, resource: Resource, project: Project, *, strict_advice: bool = False) -> Outcome:
    """Run a check; never raises. Findings made before an unknown value is touched still count."""
    failing: list[Finding] = []
    advice: list[Finding] = []
    unknown = crash = None
    try:
        rule.applies(resource, project)
        for finding in rule.findings(resource, project):
            if not isinstance(finding, Finding):
                raise TypeError(f"{rule.id} gives {finding!r}: yield what resource.finding() or resource.advice() makes")  # noqa: TRY301
            if finding.advice and not strict_advice:
                advice.append(finding)
            else:
                failing.append(replace(finding, advice=False) if finding.advice else finding)
    except Unresolved as unresolved:
        unknown = unresolved.reason if not failing else None
    except Exception as error:  # noqa: BLE001 - a bug in a rule is an outcome of its own
        crash = error
    return Outcome(tuple(dict.fromkeys(failing)), tuple(dict.fromkeys(advice)), unknown, crash)
