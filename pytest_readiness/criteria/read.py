"""One criterion of a file, read into a value; everything wrong with it is noted at its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..authoring import CATEGORIES
from ..authoring import is_effort
from ..authoring import is_id
from ..model import Priority
from ..model import Span
from ..syntax import yaml
from ..syntax.yaml import Mapping
from . import operators
from .blocks import ASKS
from .blocks import demands
from .demands import Demands
from .keys import Texts
from .keys import choice
from .keys import flag
from .keys import kinds_of
from .keys import known_keys
from .keys import parameters
from .keys import texts
from .mistakes import Mistakes

ABOUT = ("id", "title", "why", "priority", "category", "remedy", "effort", "owner", "references", "draft", "good", "bad")
OWN = (*ABOUT, "on", "when", "unless", "each", *ASKS, "message", "secret", "advice", "parameters")
USED = (*ABOUT, "use", "with", "where", "unless")


@dataclass(frozen=True, eq=False)
class Criterion:
    """A criterion as it is written. One with ``use`` is another rule with other options."""

    id: str
    span: Span
    body: Mapping
    title: str
    why: str
    priority: Priority | None
    category: str
    remedy: str
    effort: str
    owner: str
    references: tuple[str, ...]
    draft: bool
    on: tuple[str, ...]
    parameters: dict[str, Any]
    use: str = ""

    def demands(self, parameters: dict[str, Any]) -> Demands:
        """What it asks with these parameters; raises `ParseFailure` where they make it senseless."""
        mistakes = Mistakes()
        found = demands(self.body, self.on, {**self.parameters, **parameters}, mistakes)
        if mistakes:
            raise mistakes.all[0]
        return found

    def at(self, *keys: str | int) -> Span:
        """The place of something in it."""
        return yaml.at(self.body, *keys)


def criterion(body: Any, place: Span, mistakes: Mistakes, kinds: Iterable[str] = ()) -> Criterion | None:
    """A criterion, or None where it is none at all; ``kinds`` are known besides the built-in ones."""
    if not isinstance(body, Mapping):
        mistakes.add(place, f"a criterion is a mapping with id, title, on and what it asks, not {operators.shown(body)}")
        return None
    name = body.get("id")
    if not isinstance(name, str) or not is_id(name):
        written = "a criterion has no id: give it one" if name is None else f"the id {operators.shown(name)} is not"
        mistakes.add(body.entry("id"), f"{written} in lower case with a dot in it, such as acme.team-label")
        return None
    uses = "use" in body
    known_keys(body, USED if uses else OWN, f"{name}: ", mistakes, (*OWN, *USED))
    text = Texts(body, name, mistakes)
    on = () if uses else kinds_of(body, name, mistakes, kinds)
    found = Criterion(
        id=name,
        span=body.entry("id"),
        body=body,
        title=text("title", required=not uses),
        why=text("why"),
        priority=choice(body, "priority", Priority.__members__, name, mistakes),
        category=choice(body, "category", {name: name for name in CATEGORIES}, name, mistakes) or "",
        remedy=text("remedy", required=not uses),
        effort=text("effort"),
        owner=text("owner"),
        references=tuple(texts(body, "references", name, mistakes)),
        draft=flag(body, "draft", name, mistakes),
        on=on,
        parameters=parameters(body, name, mistakes),
        use=text("use") if uses else "",
    )
    for key in ("secret", "advice"):
        flag(body, key, name, mistakes)
    if found.effort and not is_effort(found.effort):
        mistakes.add(found.at("effort"), f"{name}: effort: {found.effort!r} is not like 30m, 2h or 1d")
    if not uses and on:
        demands(body, on, found.parameters, mistakes, name)
        if not any(key in body for key in ASKS):
            mistakes.add(found.span, f"{name}: asks nothing: add one of {', '.join(ASKS)}")
    return found
