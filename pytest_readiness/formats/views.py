"""What a resource holds, as data with places: the one thing that criteria in YAML see of every format.

`Resource.view` gives it. Each format says here and in its resources how its own data is looked at, so that
whoever follows a path knows no format.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model import Span
from ..syntax.yaml import Mapping as Positioned
from ..syntax.yaml import Sequence
from ..unknown import is_unknown
from .images import Image


def as_is(value: Any) -> Any:
    return value


class Branch:
    """Something with named parts that is no mapping, such as the arguments and blocks of Terraform."""

    def part(self, key: str) -> Iterator[View]:
        """The parts of a name; none where it is absent."""
        raise NotImplementedError

    def parts(self) -> Iterator[View]:
        """All parts, where they can be listed."""
        return iter(())


@dataclass(frozen=True, slots=True)
class View:
    """A value and the narrow place where it is written. ``resolve`` makes a scalar what it means.

    Below an unknown value everything is unknown, and whether it is there as well (``is_certain``).
    """

    value: Any
    span: Span
    resolve: Callable[[Any], Any] = as_is
    is_certain: bool = True

    def part(self, key: str) -> Iterator[View]:
        """What stands under a key; more than one where blocks of the same name do."""
        node = self.value
        if is_unknown(node):
            yield View(node, self.span, self.resolve, is_certain=False)
        elif isinstance(node, Branch):
            yield from node.part(key)
        elif isinstance(node, dict) and key in node:
            place = node.entry(key) if isinstance(node, Positioned) and key in node.key_spans else self.span
            yield self._at(node[key], place)

    def item(self, index: int) -> Iterator[View]:
        """One item of a list."""
        node = self.value
        if is_unknown(node):
            yield View(node, self.span, self.resolve, is_certain=False)
        elif isinstance(node, Branch):
            parts = list(node.parts())
            yield from parts[index : index + 1 or None] if -len(parts) <= index < len(parts) else ()
        elif isinstance(node, list) and -len(node) <= index < len(node):
            yield self._at(node[index], self._place(index % len(node)))

    def parts(self) -> Iterator[View]:
        """The items of a list, the values of a mapping; itself where it is unknown."""
        node = self.value
        if is_unknown(node):
            yield View(node, self.span, self.resolve, is_certain=False)
        elif isinstance(node, Branch):
            yield from node.parts()
        elif isinstance(node, dict):
            for key in node:
                yield from self.part(key)
        elif isinstance(node, list):
            yield from (self._at(item, self._place(index)) for index, item in enumerate(node))

    def _place(self, index: int) -> Span:
        node = self.value
        return node.item(index) if isinstance(node, Sequence) and index < len(node.item_spans) else self.span

    def _at(self, value: Any, place: Span) -> View:
        # what was computed has no place of its own
        return View(self.resolve(value), place if place.line else self.span, self.resolve)


@dataclass(frozen=True, slots=True)
class Parts(Branch):
    """Parts that are worked out when they are asked for: name to a view, to a value that stands where the whole does, or to None."""

    span: Span
    makers: Mapping[str, Callable[[], Any]]

    def part(self, key: str) -> Iterator[View]:
        make = self.makers.get(key)
        found = None if make is None else make()
        if isinstance(found, View):
            yield found
        elif found is not None:
            yield View(found, self.span)


@dataclass(frozen=True, slots=True)
class Several(Branch):
    """Parts of the same name: a key asks all of them."""

    views: tuple[View, ...]

    def part(self, key: str) -> Iterator[View]:
        for view in self.views:
            yield from view.part(key)

    def parts(self) -> Iterator[View]:
        yield from self.views


IMAGE = ("text", "registry", "repository", "name", "tag", "digest", "latest")


def image_view(image: Any, span: Span) -> View | None:
    """An image reference taken apart: `IMAGE` are its parts, empty texts count as absent."""
    if image is None or is_unknown(image):
        return None if image is None else View(image, span)
    assert isinstance(image, Image)
    makers: dict[str, Callable[[], Any]] = {name: lambda name=name: getattr(image, name) or None for name in IMAGE[:-1]}  # type: ignore[misc]
    makers["latest"] = lambda: image.is_latest
    return View(Parts(span, makers), span)
