"""Which rules there are: gathered through the hooks a platform at a time, selected and set up by the settings."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import replace

from .authoring import RuleError
from .model import Resource
from .model import Rule
from .settings import Settings
from .settings import rule_settings

# platforms whose rules judge the repository as such, which has the kind `repo`
REPOSITORY_PLATFORMS = ("env", "repo")


class Registry:
    """The rules of a run. ``gather(platform)`` yields rules of a platform, all of them for None; ``modify`` edits a list in place."""

    def __init__(
        self,
        gather: Callable[[str | None], Iterable[Rule]],
        settings: Settings,
        modify: Callable[[list[Rule]], object] = lambda _: None,
    ) -> None:
        self._gather = gather
        self._settings = settings
        self._modify = modify
        self._by_kind: dict[str, tuple[Rule, ...]] = {}
        self._platforms: dict[str | None, tuple[Rule, ...]] = {}

    def rules_for(self, resource: Resource) -> tuple[Rule, ...]:
        """The rules whose kinds include the resource's, by id."""
        kind = resource.kind
        if kind not in self._by_kind:
            platforms = REPOSITORY_PLATFORMS if kind == "repo" else (kind.partition(".")[0],)
            rules = {rule.id: rule for platform in platforms for rule in self._load(platform) if kind in rule.on and is_configured(rule)}
            self._by_kind[kind] = tuple(rules[rule_id] for rule_id in sorted(rules))
        return self._by_kind[kind]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every selected rule, by id; imports all of them."""
        return self._load(None)

    def _load(self, platform: str | None) -> tuple[Rule, ...]:
        if platform not in self._platforms:
            rules = unique(self._gather(platform))
            self._modify(rules)
            self._platforms[platform] = tuple(self._set_up(rule) for rule in rules if self._settings.selects(rule.id))
        return self._platforms[platform]

    def _set_up(self, rule: Rule) -> Rule:
        priority, options = self._settings.priority(rule), rule_settings(rule, self._settings)
        if priority == rule.priority and not options:
            return rule
        return replace(rule, priority=priority, settings={**rule.settings, **options})


def is_configured(rule: Rule) -> bool:
    """Whether the settings say what the rule needs to know before it can judge anything."""
    return not rule.needs or rule.needs in rule.settings


def unique(rules: Iterable[Rule]) -> list[Rule]:
    """The rules by id; raises `RuleError` where two different ones have the same id."""
    found: dict[str, Rule] = {}
    for rule in rules:
        other = found.setdefault(rule.id, rule)
        if other is not rule:
            raise RuleError(
                f"two rules are called {rule.id}: that of {other.origin} at {other.source}, that of {rule.origin} at {rule.source}"
            )
    return [found[rule_id] for rule_id in sorted(found)]
