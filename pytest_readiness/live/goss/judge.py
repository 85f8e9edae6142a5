"""One assertion on one host."""

from __future__ import annotations

from typing import Any

from ...goss.document import Assertion
from ...goss.vocabulary import TYPES
from ...secret import Mask
from ...text import brief
from ..measure import Judged
from .facts import Failed
from .facts import NotAsked
from .resources import FACTS
from .shell import CannotHave


def judge(assertion: Assertion, host: Any, timeout: float) -> Judged:
    """What is wrong with a thing on a host of testinfra; ``timeout`` are the seconds that each question may take there.

    As in goss, the other attributes are not asked where the thing does not exist, or a gate of another type is shut. Each
    attribute that is not as expected is a problem of its own; what cannot be had on that host makes the check an error.
    """
    judged = _judged(assertion, host, timeout)
    if not assertion.secrets:
        return judged
    hide = Mask(assertion.secrets)
    return Judged(
        tuple(map(hide, judged.problems)),
        judged.unknown and hide(judged.unknown),
        judged.error and hide(judged.error),
        advice=tuple(map(hide, judged.advice)),
    )


def _judged(assertion: Assertion, host: Any, timeout: float) -> Judged:
    what = assertion.name if assertion.subject == assertion.id else f"{assertion.name} ({assertion.subject})"
    what = brief(what, 120)
    if assertion.skip:
        return Judged(unknown=f"{what}: skipped by the goss file")
    facts = FACTS[assertion.type](assertion, host, timeout)
    type_ = TYPES[assertion.type]
    problems: list[str] = []
    for name, matcher in assertion.expected.items():
        try:
            value = facts.ask(name)
        except NotAsked as reason:
            return Judged(tuple(problems), advice=facts.advice, unknown=f"{what}: {name} is not known: {reason}")
        except CannotHave as reason:
            return Judged(
                tuple(problems), advice=facts.advice, error=f"{what}: {name} cannot be had on {facts.where}: {brief(str(reason), 300)}"
            )
        except Failed as reason:
            problems.append(f"{what}: {brief(str(reason), 300)}{facts.context(name)}")
            break
        problem = matcher.problem(value)
        if problem is not None:
            problems.append(f"{what}: {name} {problem}{facts.context(name)}")
        first = name == type_.asked[0]
        if first and ((type_.gate and value is False) or (problem is not None and type_.stops)):
            break
    return Judged(tuple(problems), advice=facts.advice)
