"""Criteria as rules: the same frozen `Rule` that ``@rule`` makes, with all of a file's mistakes found on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from ..model import Finding
from ..model import Option
from ..model import Priority
from ..model import Resource
from ..model import Rule
from ..project import Project
from ..settings import same_type
from ..settings import type_name
from ..syntax.yaml import Mapping as Positioned
from .blocks import narrowing
from .examples import samples
from .judge import Judge
from .judge import narrowed
from .mistakes import Mistakes
from .mistakes import hint
from .mistakes import whose
from .operators import shown
from .read import Criterion
from .samples import OwnRule

Find = Callable[[str], Rule | None]


class Compiler:
    """Makes rules of criteria. ``find`` knows the rules that are not written in YAML, ``names`` all their ids as far as they are known."""

    def __init__(self, criteria: Iterable[Criterion], find: Find, names: Callable[[], Iterable[str]], mistakes: Mistakes) -> None:
        self._find = find
        self._names = names
        self._mistakes = mistakes
        self._criteria: dict[str, Criterion] = {}
        self._rules: dict[str, Rule | None] = {}
        for criterion in criteria:
            other = self._criteria.setdefault(criterion.id, criterion)
            if other is not criterion:
                mistakes.add(criterion.span, f"{criterion.id}: another criterion has this id, at {other.span}: give one of them another")
            elif (given := find(criterion.id)) is not None:
                mistakes.add(
                    criterion.span,
                    f"{criterion.id}: {whose(given)} has this id already; to change its options write use: {criterion.id} and a new id",
                )

    def compiled(self) -> Iterator[OwnRule]:
        for criterion in self._criteria.values():
            rule = self._rule(criterion.id, ())
            if rule is not None:
                found = tuple(samples(criterion, rule.on, self._mistakes))
                rule = replace(rule, examples=tuple(sample.example for sample in found), draft=criterion.draft)
                places = tuple(sample.span for sample in found)
                yield OwnRule(rule, criterion.span, criterion.span.path, places, criterion.owner)

    def _rule(self, name: str, trail: tuple[str, ...]) -> Rule | None:
        """The rule of an id; None where there is none, or where something is wrong with it."""
        if name not in self._criteria:
            return self._find(name)
        if name not in self._rules:
            criterion = self._criteria[name]
            if name in trail:
                circle = " -> ".join((*trail[trail.index(name) :], name))
                self._mistakes.add(criterion.span, f"{name}: is made of itself: {circle}; let one of them ask something by itself")
                return None
            trail = (*trail, name)
            self._rules[name] = self._used(criterion, trail) if criterion.use else self._own(criterion, trail)
        return self._rules[name]

    # -- what asks something itself

    def _own(self, criterion: Criterion, trail: tuple[str, ...]) -> Rule | None:
        if not criterion.on:
            return None
        rules = self._satisfying(criterion, trail)
        asked = _Asked(criterion, rules)
        return Rule(
            id=criterion.id,
            priority=criterion.priority if criterion.priority is not None else Priority.P2,
            on=criterion.on,
            category=criterion.category or "Governance",
            title=criterion.title,
            why=criterion.why or f"{criterion.title}.",
            remedy=criterion.remedy,
            check=asked.check,
            check_needs_project=True,
            when=asked.when if "when" in criterion.body or "unless" in criterion.body else None,
            when_needs_project=True,
            standards=criterion.references,
            effort=criterion.effort or "30m",
            secret=criterion.body.get("secret") is True,
            options=tuple(Option(name, default, type(default).__name__) for name, default in criterion.parameters.items()),
            source=f"{criterion.span.path}:{criterion.span.line}",
            pack=criterion.span.path,
        )

    def _satisfying(self, criterion: Criterion, trail: tuple[str, ...]) -> dict[str, Rule]:
        """The rules that ``satisfied_by`` names, here or in an alternative."""
        body = criterion.body
        alternatives: Any = body.get("any_of")
        holders = [body, *(item for item in (alternatives if isinstance(alternatives, list) else ()) if isinstance(item, Positioned))]
        found: dict[str, Rule] = {}
        for holder in holders:
            listed: Any = holder.get("satisfied_by", [])
            for name in listed if isinstance(listed, list) else [listed]:
                if not isinstance(name, str):
                    continue
                rule = self._rule(name, trail)
                if rule is not None:
                    found[name] = rule
                elif name not in self._criteria:
                    self._mistakes.add(
                        holder.entry("satisfied_by"), f"{criterion.id}: satisfied_by: no rule is called {name!r} ({hint(name, self._all)})"
                    )
        return found

    @cached_property
    def _all(self) -> list[str]:
        return [*self._names(), *self._criteria]

    # -- what is another rule with other options

    def _used(self, criterion: Criterion, trail: tuple[str, ...]) -> Rule | None:
        base = self._rule(criterion.use, trail)
        if base is None:
            if criterion.use not in self._criteria:
                self._mistakes.add(
                    criterion.at("use"), f"{criterion.id}: use: no rule is called {criterion.use!r} ({hint(criterion.use, self._all)})"
                )
            return None
        settings = self._options(criterion, base)
        when, unless = narrowing(criterion.body, base.on, self._mistakes, criterion.id)

        def applies(resource: Resource, project: Project, **options: Any) -> bool:
            if base.when is not None:
                arguments = (resource, project) if base.when_needs_project else (resource,)
                if not base.when(*arguments, **options):
                    return False
            return narrowed(when, unless, resource)

        return replace(
            base,
            id=criterion.id,
            title=criterion.title or base.title,
            why=criterion.why or base.why,
            priority=base.priority if criterion.priority is None else criterion.priority,
            category=criterion.category or base.category,
            remedy=criterion.remedy or base.remedy,
            effort=criterion.effort or base.effort,
            standards=(*criterion.references, *base.standards),
            aliases=(),
            when=applies,
            when_needs_project=True,
            settings={**base.settings, **settings},
            options=tuple(replace(option, default=settings.get(option.name, option.default)) for option in base.options),
            examples=(),
            source=f"{criterion.span.path}:{criterion.span.line}",
            pack=criterion.span.path,
            pack_version="",
        )

    def _options(self, criterion: Criterion, base: Rule) -> dict[str, Any]:
        """The options that ``with`` sets, as the check takes them."""
        if "with" not in criterion.body:
            return {}
        given: Any = criterion.body["with"]
        if not isinstance(given, Positioned):
            self._mistakes.add(criterion.at("with"), f"{criterion.id}: with must be a mapping of options to values, not {shown(given)}")
            return {}
        known = {option.name: option for option in base.options}
        found = {}
        for key, value in given.items():
            option = known.get(key.replace("-", "_"))
            if option is None:
                self._mistakes.add(given.entry(key), f"{criterion.id}: with: {base.id} has no option {key!r} ({hint(key, known)})")
            elif not same_type(option.default, value):
                self._mistakes.add(given.entry(key), f"{criterion.id}: with: {key} must be {type_name(option.default)}, not {shown(value)}")
            else:
                found[option.name] = type(option.default)(value) if isinstance(value, list) and option.default is not None else value
        return found


class _Asked:
    """The check and the condition of a criterion, for each set of parameters it is run with."""

    def __init__(self, criterion: Criterion, rules: Mapping[str, Rule]) -> None:
        self._criterion = criterion
        self._rules = rules
        self._judges: dict[str, Judge] = {}

    def _judge(self, parameters: dict[str, Any]) -> Judge:
        key = json.dumps(parameters, sort_keys=True, default=str) if parameters else ""
        if key not in self._judges:
            body = self._criterion.body
            demands = self._criterion.demands(parameters)
            self._judges[key] = Judge(demands, self._rules, body.get("secret") is True, body.get("advice") is True)
        return self._judges[key]

    def check(self, resource: Resource, project: Project, **parameters: Any) -> Iterator[Finding]:
        return self._judge(parameters).findings(resource, project)

    def when(self, resource: Resource, _project: Project, **parameters: Any) -> bool:
        return self._judge(parameters).concerns(resource)
