"""The policy that ``readiness.yaml`` states, read into values; what a schema cannot know is checked here."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from .authoring import CATEGORIES
from .model import ParseFailure
from .policy import MATURITY
from .policy import REQUIRED
from .policy import WEIGHTS
from .policy import WINDOWS
from .policy import Block
from .policy import Gate
from .policy import Honoured
from .policy import Level
from .policy import Owner
from .policy import Phase
from .policy import Policy
from .policy import WaiverPolicy
from .syntax import yaml
from .text import is_plain

KEYS = ("waivers", "score", "aspects", "windows", "owners", "phases", "acceptance", "gates", "maturity", "review")


def policy(data: yaml.Mapping) -> Policy:
    """The policy of a document that its schema accepts."""
    score, review = data.get("score", {}), data.get("review", {})
    return Policy(
        required=float(score.get("required", REQUIRED)),
        weights={**WEIGHTS, **score.get("weights", {})},
        category_weights=score.get("categories", {}),
        windows={**WINDOWS, **data.get("windows", {})},
        aspects={name: tuple(categories) for name, categories in data.get("aspects", {}).items()},
        owners=tuple(_owner(entry) for entry in data.get("owners", ())),
        phases=tuple(_phase(entry) for entry in data.get("phases", ())),
        acceptance={name: tuple(globs) for name, globs in data.get("acceptance", {}).items()},
        gates={name: _gate(name, entry or {}) for name, entry in data.get("gates", {}).items()},
        maturity=tuple(Level(entry["name"], tuple(entry["rules"])) for entry in data.get("maturity", ())) or MATURITY,
        waivers=_waivers(data.get("waivers", {})),
        last_review=str(review.get("last", "")),
        review_every=int(review.get("every", 0)),
    )


def _waivers(entry: Mapping[str, Any]) -> WaiverPolicy:
    honoured = entry.get("honour")
    return WaiverPolicy(
        max_days=entry.get("max-days"),
        ticket=entry.get("ticket", ""),
        p0_owners=tuple(entry.get("p0-owners", ())),
        inline=tuple(entry.get("inline", WaiverPolicy.inline)),
        honoured=Honoured(tuple(honoured["tools"]), honoured["owner"], str(honoured["until"])) if honoured else None,
    )


def _owner(entry: Mapping[str, Any]) -> Owner:
    return Owner(entry["owner"], tuple(entry.get("rules", ("*",))), tuple(entry.get("paths", ("*",))))


def _phase(entry: Mapping[str, Any]) -> Phase:
    deferred = {item["rule"]: item["reason"] for item in entry.get("deferred", ())}
    return Phase(entry["name"], str(entry["due"]), tuple(entry["items"]), entry.get("min-success"), entry.get("max-deferrals"), deferred)


def _gate(name: str, entry: Mapping[str, Any]) -> Gate:
    return Gate(
        name,
        block_if_open=tuple(_block(block) for block in entry.get("block-if-open", ())),
        scores=entry.get("min-score", {}),
        readiness=entry.get("min-readiness"),
        coverage=entry.get("min-coverage"),
        acceptance=tuple(entry.get("acceptance", ())),
        phases=tuple(entry.get("phases", ())),
    )


def _block(entry: Mapping[str, Any]) -> Block:
    return Block(
        priorities=tuple(entry.get("priorities", ())),
        rules=tuple(entry.get("rules", ())),
        categories=tuple(entry.get("categories", ())),
        allow_known_gaps=entry.get("allow-known-gaps", False),
    )


def is_of_a_tool(glob: str, tools: Iterable[str]) -> bool:
    """Whether a glob is about rules that are imported from a tool."""
    return glob.partition(".")[0] in tools and "." in glob


def mistakes(data: yaml.Mapping, rule_ids: Collection[str], tools: Collection[str] = ()) -> Iterator[ParseFailure]:
    """What contradicts itself or names what does not exist, at its line."""
    for keys, value in yaml.walk(data):
        if keys[0] not in KEYS:
            continue
        place = yaml.at(data, *keys)
        if not all(is_plain(part) for part in (*keys, value) if isinstance(part, str)):
            yield ParseFailure(f"{keys[0]}: a text holds characters that cannot be shown", place)
        if _names_a_rule(keys) and not any(fnmatchcase(rule_id, value) for rule_id in rule_ids) and not is_of_a_tool(value, tools):
            yield ParseFailure(f"{keys[0]}: no rule is called {value!r}", place)
        elif _names_a_category(keys) and value not in CATEGORIES:
            yield ParseFailure(f"{keys[0]}: no category is called {value!r} (known: {', '.join(CATEGORIES)})", place)
        elif keys == ("waivers", "ticket") and not _is_pattern(value):
            yield ParseFailure(f"waivers: {value!r} is no regular expression", place)
        elif keys[-1] in ("due", "last", "until") and not _is_date(value):
            yield ParseFailure(f"{keys[0]}: {value!r} is not a date as YYYY-MM-DD", place)
        elif keys[0] == "gates" and keys[2:3] in (("acceptance",), ("phases",)) and value not in _declared(data, str(keys[2])):
            yield ParseFailure(f"gates: {keys[2]} has no {value!r}", place)
    yield from _unknown_categories(data)
    yield from _impossible(data)


def _names_a_rule(keys: tuple[str | int, ...]) -> bool:
    listed = len(keys) > 1 and keys[-2] in ("rules", "items")
    return listed or keys[-1] == "rule" or (keys[0] == "acceptance" and len(keys) == 3)


def _names_a_category(keys: tuple[str | int, ...]) -> bool:
    return keys[0] == "aspects" or (len(keys) > 1 and keys[-2] == "categories" and keys[0] != "score")


def _declared(data: yaml.Mapping, kind: str) -> Collection[str]:
    return data.get("acceptance", {}) if kind == "acceptance" else [entry["name"] for entry in data.get("phases", ())]


def _unknown_categories(data: yaml.Mapping) -> Iterator[ParseFailure]:
    """Categories that are keys."""
    places = [("score", "categories"), *(("gates", name, "min-score") for name in data.get("gates", {}))]
    for keys in places:
        for name in yaml.get(data, *keys, default=None) or {}:
            if name not in CATEGORIES and not (keys[0] == "gates" and name == "overall"):
                yield ParseFailure(
                    f"{keys[0]}: no category is called {name!r} (known: {', '.join(CATEGORIES)})", yaml.at(data, *keys, name)
                )


def _impossible(data: yaml.Mapping) -> Iterator[ParseFailure]:
    """Phases whose allowances contradict each other."""
    names: set[str] = set()
    for index, entry in enumerate(data.get("phases", ())):
        phase = _phase(entry)
        if phase.name in names:
            yield ParseFailure(f"phases: {phase.name!r} comes twice", yaml.at(data, "phases", index, "name"))
        names.add(phase.name)
        implied = phase.implied_success
        if implied is not None and phase.min_success is not None and implied < phase.min_success:
            reason = f"{phase.max_deferrals} of {len(phase.items)} items deferred leave {implied:.0f} %, less than min-success {phase.min_success:g} %"
            yield ParseFailure(f"phases: {phase.name!r} cannot be both: {reason}", yaml.at(data, "phases", index, "max-deferrals"))
        if phase.max_deferrals is not None and len(phase.deferred) > phase.max_deferrals:
            reason = f"{len(phase.deferred)} items are deferred, {phase.max_deferrals} may be"
            yield ParseFailure(f"phases: {phase.name!r}: {reason}", yaml.at(data, "phases", index, "deferred"))
        for number, rule in enumerate(phase.deferred):
            if rule not in phase.items:
                reason = f"{rule!r} is deferred but no item of the phase"
                yield ParseFailure(f"phases: {phase.name!r}: {reason}", yaml.at(data, "phases", index, "deferred", number))


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(str(value))
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _is_date(value: Any) -> bool:
    try:
        datetime.date.fromisoformat(str(value))
    except ValueError:
        return False
    return True
