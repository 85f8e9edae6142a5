"""One check with two witnesses: what a tool says of a place where a rule of ours is known to mean the same.

A result is about the checks of that rule in the same file whose finding or head is in its region, else about those that begin
last before it, where nothing else begins between. Where one of them fails, it is that check, and no second one is made. What contradicts is told on our check, and a
result that ours does not confirm stays a check of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from bisect import bisect_right
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ..checks import Outcome
from ..checks import evaluate
from ..model import Finding
from ..model import Resource
from ..model import Rule
from ..text import safe
from .imported import Imported
from .imported import Imports
from .report import FAILED
from .report import PASSED

if TYPE_CHECKING:
    from ..project import Project

_TRIVY = re.compile(r"(?:AVD-)?(KSV|KCV|DS|AWS|AZU|GCP)-?0*([1-9][0-9]*)").fullmatch
MANY = 200  # checks in a region, above which no single one is meant
Pair = tuple[Rule, Resource]


@dataclass(frozen=True, slots=True)
class Witness:
    """What a tool says of a check of ours: whether its rule found something there, and what."""

    tool: str
    rule: str
    found: bool
    message: str = ""

    def contradiction(self, outcome: Outcome) -> str:
        """What is to be said where the two do not agree; empty where they do, or ours does not know."""
        if outcome.crash is not None or outcome.unknown is not None:
            return ""
        name = f"{self.tool} {safe(self.rule.removeprefix(f'{self.tool}/'))}"
        if self.found and not outcome.failing:
            return f"contradiction: {name} finds here what this check does not: {self.message}"
        if not self.found and outcome.failing:
            return f"contradiction: {name} looked at this file and found nothing here"
        return ""


def contradictions(resource: Resource, outcome: Outcome, witnesses: Iterable[Witness]) -> Iterator[Finding]:
    """Advice for each witness that does not agree with what a check found."""
    for witness in witnesses:
        if said := witness.contradiction(outcome):
            yield resource.advice(said)


def plain(name: str) -> str:
    """A rule's name in another tool without what differs between versions and forms of it."""
    name = name.strip().upper().replace("/", ":", 1)
    found = _TRIVY(name)
    return f"{found[1]}-{found[2]}" if found else name


@lru_cache(maxsize=2048)
def _known_as(aliases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(plain(alias) for alias in aliases)


def _keys(tool: str, rule: str) -> tuple[str, str]:
    own = plain(rule)
    prefixed = f"{tool.upper()}:"
    return own, own if own.startswith(prefixed) else prefixed + own


class Witnesses:
    """The witnesses of the checks of a file, and the imported checks that are none."""

    def __init__(self, path: str, own: Sequence[Pair], imports: Imports, project: Project) -> None:
        self._path = path
        self._project = project
        self._outcomes: dict[int, Outcome] = {}
        self._of: dict[int, dict[tuple[int, str], Witness]] = {}
        self._own = own
        self._heads = imports.names.heads(path)
        self._known: dict[int, frozenset[int]] = {}
        reported = imports.at(path)
        merged: set[int] = set()
        results: dict[str, list[int]] = {}
        for number, (_, resource) in enumerate(reported):
            for key in set(_keys(resource.tool, resource.rule_id)):
                results.setdefault(key, []).append(number)
        ran: dict[str, list[tuple[int, str, str]]] = {}
        for judged in imports.judged(path):
            if not judged.whole:
                self._known[judged.log] = self._reported(judged.log, [resource for _, resource in reported])
            for name in sorted(judged.rules):
                for key in set(_keys(judged.tool, name)):
                    ran.setdefault(key, []).append((judged.log, judged.tool, name))
        for rule, numbers in self._by_rule().items():
            keys = _known_as(rule.aliases)
            found = sorted({number for key in keys & results.keys() for number in results[key]})
            silent = {each for key in keys & ran.keys() for each in ran[key]}
            if found or silent:
                merged |= self._hear(numbers, [(number, reported[number][1]) for number in found], silent)
        self.rest = [pair for number, pair in enumerate(reported) if number not in merged]

    def of(self, number: int) -> tuple[Witness, ...]:
        """The witnesses of a check, by its place in the list."""
        return tuple(self._of.get(number, {}).values())

    def _reported(self, log: int, results: Iterable[Imported]) -> frozenset[int]:
        """The lines where those things begin that a run reports anything about: it may know no others, such as custom resources."""
        lines, _ = self._heads
        found: set[int] = set()
        for start, end in {result.region for result in results if result.log == log}:
            first, last = bisect_right(lines, start - 1), bisect_right(lines, end)
            found.update(lines[first : min(last, first + MANY)] if first < last else lines[max(first - 1, 0) : first])
        return frozenset(found)

    def _by_rule(self) -> dict[Rule, list[int]]:
        """The checks of each rule that other tools have too, in the order of their lines."""
        found: dict[Rule, list[int]] = {}
        for number, (rule, resource) in enumerate(self._own):
            if rule.aliases and resource.path == self._path and resource.span.line:
                found.setdefault(rule, []).append(number)
        for numbers in found.values():
            numbers.sort(key=lambda number: self._own[number][1].span.line)
        return found

    def _outcome(self, number: int) -> Outcome:
        if number not in self._outcomes:
            self._outcomes[number] = evaluate(*self._own[number], self._project)
        return self._outcomes[number]

    def _hear(self, numbers: list[int], results: list[tuple[int, Imported]], silent: set[tuple[int, str, str]]) -> set[int]:
        """Give the checks of a rule their witnesses; which results are no checks of their own then."""
        merged: set[int] = set()
        spoken: set[tuple[int, str, int]] = set()  # run, rule and check that have a result; -1 for all checks
        lines = [self._own[number][1].span.line for number in numbers]
        findings = ((number, finding) for number in numbers if results for finding in self._outcome(number).failing)
        places = _Places(findings, self._path)
        for index, result in results:
            targets = self._targets(result, numbers, lines, places)
            spoken |= {(result.log, result.rule_id, number) for number in (targets or (-1,))}
            failing = [number for number in targets if self._outcome(number).failing]
            if result.outcome == FAILED:
                witness = Witness(result.tool, result.rule_id, True, result.message)
                for number in failing or targets:
                    self._add(number, result.log, witness)
                if failing:
                    merged.add(index)
            elif result.outcome == PASSED and targets:
                for number in targets:
                    self._add(number, result.log, Witness(result.tool, result.rule_id, False))
                merged.add(index)
        for log, tool, rule in sorted(silent):
            known = self._known.get(log)
            for number, line in () if (log, rule, -1) in spoken else zip(numbers, lines, strict=True):
                if (log, rule, number) not in spoken and (known is None or line in known):
                    self._add(number, log, Witness(tool, rule, False))
        return merged

    def _add(self, number: int, log: int, witness: Witness) -> None:
        """One word of each run and rule on a check; that something was found counts before that nothing was."""
        known = self._of.setdefault(number, {})
        before = known.get((log, witness.rule))
        if before is None or (witness.found and not before.found):
            known[log, witness.rule] = witness

    def _targets(self, result: Imported, numbers: list[int], lines: list[int], places: _Places) -> list[int]:
        """The checks that a result is about."""
        start, end = result.region
        if not start:
            return numbers if len(numbers) == 1 else []
        if found := places.within(start, end):
            return found
        first, last = bisect_right(lines, start - 1), bisect_right(lines, end)
        if first < last:
            return numbers[first:last] if last - first <= MANY else []
        before = numbers[bisect_left(lines, lines[first - 1]) : first] if first else []
        return before if len(before) <= MANY and self._stands_in(before, start, end) else []

    def _stands_in(self, numbers: list[int], start: int, end: int) -> bool:
        """Whether a region is in what begins before it: no other resource begins between, nor in it."""
        lines, names = self._heads
        for number in numbers:
            resource = self._own[number][1]
            others = names[bisect_right(lines, resource.span.line) : bisect_right(lines, end)]
            if len(others) > MANY or any(not other.startswith(f"{resource.name}/") for other in others):
                return False
        return bool(numbers) and start <= end


class _Places:
    """The findings of checks by line, so that a region is looked up without looking at all of them."""

    def __init__(self, findings: Iterable[tuple[int, Finding]], path: str) -> None:
        here = sorted((f.span.line, number) for number, f in findings if f.span.path == path and f.span.line)
        self._lines = [line for line, _ in here]
        self._numbers = [number for _, number in here]

    def within(self, start: int, end: int) -> list[int]:
        """The checks with a finding that begins in a region."""
        first, last = bisect_right(self._lines, start - 1), bisect_right(self._lines, end)
        return list(dict.fromkeys(self._numbers[first : min(last, first + MANY)]))
