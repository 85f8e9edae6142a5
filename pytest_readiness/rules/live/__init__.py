"""The criteria on what runs, as rules.

Tables instead of one module each: what they judge is declared in ``readiness.yaml``, so they share one
check, and there is no file to take examples from. `criteria` says what each is about; one table for each kind
of target how that is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from pytest_readiness import Finding
from pytest_readiness import Rule

from . import alertmanager
from . import cluster
from . import evidence
from . import github
from . import host
from . import http
from . import prometheus
from .criteria import TABLE
from .criteria import Criterion
from .ways import Way

KIND = "live.check"
CRITERIA: Mapping[str, Criterion] = {f"live.{criterion.name}": criterion for criterion in TABLE}
# how each is asked, by what is asked: the kind of a target, or evidence
WAYS: Mapping[str, Mapping[str, Way]] = {
    "url": http.WAYS,
    "prometheus": prometheus.WAYS,
    "alertmanager": alertmanager.WAYS,
    "host": host.WAYS,
    "cluster": cluster.WAYS,
    "github": github.WAYS,
    "evidence": evidence.WAYS,
}


def defaults(rule: str, kind: str) -> dict[str, Any]:
    """What need not be declared of a rule for a kind of target (or ``evidence``)."""
    if (criterion := CRITERIA.get(rule)) is None:
        return {}
    way = WAYS[kind].get(criterion.name)
    return {**criterion.target, **(way.defaults if way else {})}


def samples(criterion: Criterion) -> Iterator[str]:
    """How a criterion is declared, one sample for each way to ask it."""
    for ways in WAYS.values():
        if criterion.name in ways:
            yield ways[criterion.name].sample.replace("RULE", criterion.name)


def _judge(check: Any) -> Iterable[Finding]:
    """What the check found out; how it does, its declaration says."""
    found: Iterable[Finding] = check.findings()
    return found


def _is(rule_id: str) -> Callable[[Any], bool]:
    return lambda check: check.rule == rule_id


def _rule(criterion: Criterion) -> Rule:
    blocks = "\n\nor:\n\n".join(f"```yaml\n{sample}```" for sample in samples(criterion))
    return Rule(
        id=f"live.{criterion.name}",
        priority=criterion.priority,
        on=(KIND,),
        category=criterion.category,
        title=criterion.title,
        why=f"{criterion.why}\n\nThere is a check once `readiness.yaml` declares it, such as:\n\n{blocks}",
        remedy=criterion.remedy,
        check=_judge,
        check_needs_project=False,
        when=_is(f"live.{criterion.name}"),
        source=__name__,
    )


RULES = tuple(sorted(map(_rule, TABLE), key=lambda rule: rule.id))
