"""Reading one declaration: what it says, and what is wrong with it, each mistake at its line."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from ..criteria import patterns
from ..model import ParseFailure
from ..model import Span
from ..syntax import yaml
from .entries import Target
from .query import QueryError
from .units import seconds


class Reading:
    """A declaration: ``body`` as written, ``whole`` with the defaults of its rule; ``target`` is None where it names none that exists."""

    def __init__(
        self,
        body: yaml.Mapping,
        span: Span,
        mistakes: list[ParseFailure],
        *,
        rule: str = "",
        whole: dict[str, Any] | None = None,
        target: Target | None = None,
    ) -> None:
        self.body = body
        self.span = span
        self.rule = rule
        self.whole: dict[str, Any] = dict(body) if whole is None else whole
        self.target = target
        self._mistakes = mistakes

    def wrong(self, reason: str, key: str = "") -> None:
        """Say what is wrong, at a key or at the head of the declaration."""
        self._mistakes.append(ParseFailure(reason, self.at(key)))

    def add(self, mistakes: Iterable[ParseFailure]) -> None:
        """Mistakes that know their places."""
        self._mistakes.extend(mistakes)

    def at(self, key: str) -> Span:
        """Where a key stands; the head of the declaration for what it has from its rule."""
        return self.body.entry(key) if key in self.body else self.span

    def attempt(self, read: Callable[[], Any], key: str) -> Any:
        """What ``read`` makes of a key, None where it says that it is wrong."""
        try:
            return read()
        except (ValueError, QueryError) as error:
            self.wrong(f"{key}: {error}", key)
            return None

    def seconds(self, key: str, default: Any, *, most: float = math.inf) -> Any:
        """A duration; more than nothing, and at most so many seconds."""
        if key not in self.whole:
            return default
        found = self.attempt(lambda: seconds(self.whole[key]), key)
        if found is not None and found <= 0:
            self.wrong(f"{key}: must be more than nothing", key)
        if found is not None and found > most:
            self.wrong(f"{key}: must be at most {most:g} s", key)
        return found or default

    def pattern(self, pattern: str, key: str) -> None:
        """That a text is a regular expression."""
        try:
            patterns.compiled(pattern)
        except patterns.PatternError as error:
            self.wrong(f"{key}: {pattern!r} {error}", key)

    def inside(self, path: str, key: str) -> None:
        """That a path stays below the root."""
        if path.startswith(("/", "~")) or ".." in path.replace("\\", "/").split("/"):
            self.wrong(f"{path!r} must be a path below the root", key)

    def part(self, key: str) -> Reading:
        """A mapping within the declaration."""
        body = self.body[key]
        assert isinstance(body, yaml.Mapping)
        return Reading(body, self.at(key), self._mistakes, rule=self.rule, target=self.target)
