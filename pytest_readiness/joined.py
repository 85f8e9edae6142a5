"""Tests of a team's own that join the verdict: ``@pytest.mark.readiness("live.rto", priority="P0")``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import pytest

from .authoring import RuleError
from .authoring import is_id
from .authoring import wrong_values
from .builtin import LIVE
from .checks import Outcome
from .model import Finding
from .model import Priority
from .model import Resource
from .model import Rule
from .model import Span
from .model import Waiver
from .records import record
from .text import brief
from .text import safe

if TYPE_CHECKING:
    from .run import Run

KIND = "test"  # of the resource that a test is
MARK = "readiness"
FAILURES = (AssertionError, pytest.fail.Exception)  # what says that a criterion is not met; anything else is a crash
KEYS = frozenset(("priority", "category", "title", "remedy", "effort"))
CATEGORY = "Governance"  # where neither the mark nor the rule says another


@dataclass(frozen=True)
class Joined:
    """What a test is to the verdict."""

    rule: Rule
    resource: Resource
    waiver: Waiver | None


_JOINED = pytest.StashKey[Joined]()
_MEASURED = pytest.StashKey[Any]()  # a `Measured`


class OwnTests:
    """The tests of a run that join; ``rules`` are theirs, ``sleeping`` is how many live ones nobody asked for."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.rules: dict[str, Rule] = {}
        self.sleeping = 0

    def join(self, report: pytest.CollectReport) -> None:
        """Make the tests of a file that have the mark checks of their rules; a mark that is wrong is an error of the file."""
        wrong = []
        for item in report.result:
            if isinstance(item, pytest.Item) and (mark := item.get_closest_marker(MARK)) is not None:
                try:
                    self._join(item, mark)
                except RuleError as error:
                    wrong.append(safe(str(error)))
        if wrong:
            report.outcome, report.longrepr, report.result = "failed", "\n".join(dict.fromkeys(wrong)), []

    def _join(self, item: pytest.Item, mark: pytest.Mark) -> None:
        path, _, name = item.nodeid.partition("::")
        line = (item.location[1] or 0) + 1
        rule = self._rule(item, mark, f"{path}:{line}")
        if not self.run.settings.selects(rule.id):
            return
        self.rules.setdefault(rule.id, rule)
        waivers = self.run.plan.waivers
        waiver = waivers.find(rule, path, name)
        item.stash[_JOINED] = Joined(rule, Resource(KIND, name, Span(path, line)), waiver)
        item.add_marker(getattr(pytest.mark, rule.priority.name.lower()))
        if rule.platform == LIVE:
            item.add_marker(pytest.mark.live)
        if waiver is not None and not waivers.lapsed(waiver):
            reason = f"known gap: {safe(waiver.reason)} ({safe(waiver.owner)}, until {waiver.until})"
            item.add_marker(pytest.mark.xfail(strict=True, raises=FAILURES, reason=reason))
        elif self.run.gate is not None and rule.priority > self.run.gate:
            item.add_marker(pytest.mark.xfail(strict=False, raises=FAILURES, reason="below the gate"))
        item.user_properties.extend((("rule", rule.id), ("priority", rule.priority.name), ("category", rule.category)))

    def _rule(self, item: pytest.Item, mark: pytest.Mark, place: str) -> Rule:
        def wrong(reason: str) -> RuleError:
            return RuleError(f"@pytest.mark.{MARK}: {reason}", place)

        written: Mapping[str, Any] = mark.kwargs
        if len(mark.args) != 1 or not isinstance(mark.args[0], str) or not is_id(mark.args[0]):
            raise wrong('it takes one id of a rule, such as "live.rto" or "acme.restore-works"')
        if unknown := written.keys() - KEYS:
            raise wrong(f"unknown {', '.join(sorted(unknown))} (known: {', '.join(sorted(KEYS))})")
        known = self.run.opening.rule(mark.args[0])
        priority = written.get("priority", known.priority if known else None)
        try:
            priority = priority if isinstance(priority, Priority) else Priority[str(priority)]
        except KeyError:
            said = "its priority is missing" if priority is None else f"{priority!r} is no priority"
            raise wrong(f"{said}: one of P0, P1, P2, P3") from None
        given = {key: value for key, value in written.items() if key != "priority"}
        rule = replace(known or _own(mark.args[0], item), priority=priority, **given)
        problems = [*wrong_values(rule.category, rule.remedy, rule.effort)]
        title = given.get("title", rule.title)
        if not isinstance(title, str) or not title.strip():
            problems.append("the title must be a text")
        if problems:
            raise wrong("; ".join(problems))
        return rule if "priority" in written else replace(rule, priority=self.run.settings.priority(rule))

    def has(self, item: pytest.Item) -> bool:
        """Whether a test is a check of this run."""
        return _JOINED in item.stash

    def leave_out_live(self, items: list[pytest.Item]) -> None:
        """Take out what contacts something, unless that is asked for."""
        live = {item: None for item in items if self.has(item) and item.stash[_JOINED].rule.platform == LIVE}
        if live and not self.run.is_live():
            self.sleeping = len(live)
            items[:] = [item for item in items if item not in live]
            for item in live:
                del item.stash[_JOINED]  # it is no part that is missing, but none of this run
            self.run.config.hook.pytest_deselected(items=list(live))

    def complete(self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Give the report of a phase that decides its record."""
        joined = item.stash.get(_JOINED, None)
        if joined is None or (report.when != "call" and report.passed):
            return
        error = call.excinfo.value if call.excinfo else None
        failed = report.when == "call" and isinstance(error, FAILURES)
        message = brief(str(error).strip().partition("\n")[0] or type(error).__name__, 300)
        place = _place(item, call, joined.resource.span)
        found = Outcome((Finding(message, place),) if failed else ())
        result = record(item.nodeid, joined.rule, joined.resource, found, joined.waiver, excerpt=lambda _: ())
        head = f"{place.path}:{place.line}: {joined.rule.priority.name} {joined.rule.id}" if failed else type(error).__name__
        result["outcome"], result["reason"] = _judged(report, call, f"{head}: {message}", failed=failed)
        if (measured := item.stash.get(_MEASURED, None)) is not None:
            result["measured"] = measured.record()
        report.readiness = result  # type: ignore[attr-defined]

    # -- to the controller, which collects nothing itself

    def told(self) -> dict[str, Any]:
        """What is known of them as plain values."""
        keys = ("id", "category", "title", "why", "remedy", "effort")
        rules = [{key: getattr(rule, key) for key in keys} | {"priority": rule.priority.name} for rule in self.rules.values()]
        return {"rules": rules, "sleeping": self.sleeping}

    def hear(self, told: Mapping[str, Any]) -> None:
        """What a worker told of them; all have collected the same."""
        for rule in told["rules"]:
            self.rules.setdefault(rule["id"], Rule(**_SHARED, **{**rule, "priority": Priority[rule["priority"]]}))
        self.sleeping = told["sleeping"]


def _never(_: Resource) -> Iterator[Finding]:
    """What a rule whose tests are functions finds in resources."""
    return iter(())


_SHARED: dict[str, Any] = {"on": (KIND,), "check": _never, "check_needs_project": False}


def _own(rule_id: str, item: pytest.Item) -> Rule:
    """The rule of a mark that names none that is known."""
    doc = inspect.getdoc(getattr(item, "obj", None)) or ""
    title, _, why = doc.partition("\n")
    return Rule(
        id=rule_id,
        priority=Priority.P3,
        category=CATEGORY,
        title=title.rstrip(".") or rule_id.partition(".")[2].replace("-", " "),
        why=why.strip() or f"A test of the project: {item.nodeid.partition('[')[0]}.",
        remedy="make the test pass",
        **_SHARED,
    )


def _judged(report: pytest.TestReport, call: pytest.CallInfo[None], told: str, *, failed: bool) -> tuple[str, str | None]:
    """A record's outcome and reason from what pytest made of the test; ``told`` is what went wrong."""
    expected = getattr(report, "wasxfail", None)
    if expected is not None:
        return ("xfailed" if report.skipped else "xpassed"), expected.removeprefix("reason: ")
    if report.skipped:
        return "skipped", str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr).removeprefix("Skipped: ")
    if report.passed:
        return "passed", None
    if call.excinfo is None:  # a strict expected failure that passed
        return "xpassed", safe(str(report.longrepr))
    return "failed" if failed else "error", safe(told)


def _place(item: pytest.Item, call: pytest.CallInfo[None], head: Span) -> Span:
    """The last line of the test's own file on the way to the failure."""
    lines = [entry.lineno + 1 for entry in call.excinfo.traceback if str(entry.path) == str(item.path)] if call.excinfo else []
    return Span(head.path, lines[-1]) if lines else head


# -- measuring


def measure(item: pytest.Item) -> Callable[..., None]:
    """The function behind the fixture ``readiness_measure``."""

    def holds(actual: float, *, unit: str = "", **target: Any) -> None:
        from .live.measure import OPERATORS
        from .live.measure import Comparison
        from .live.measure import target_of
        from .live.units import KNOWN
        from .live.units import UNITS
        from .live.units import Quantity

        __tracebackhide__ = True
        if len(target) != 1 or (operator := next(iter(target))) not in OPERATORS:
            raise TypeError(f"readiness_measure takes exactly one of {', '.join(OPERATORS)}")
        if unit not in UNITS:
            raise TypeError(f"no unit is called {unit!r} (known: {KNOWN})")
        wanted = target_of(operator, target[operator])
        if isinstance(wanted, Quantity):  # where only one of the two has a unit, it is that of both
            unit = unit or wanted.unit
            wanted = wanted if wanted.unit else Quantity(wanted.number, unit)
            if UNITS[unit][0] != wanted.dimension:
                raise TypeError(f"what was measured is in {unit}, which cannot be compared with {wanted.told()}")
        judged = Comparison(operator, wanted, unit).judge(actual, what="what was measured")
        if judged.measured is not None:
            item.stash[_MEASURED] = judged.measured
            item.user_properties.extend((key, "" if value is None else str(value)) for key, value in judged.measured.record().items())
        if judged.error:
            raise TypeError(judged.error)
        if judged.problems:
            raise AssertionError(judged.problems[0])

    return holds
