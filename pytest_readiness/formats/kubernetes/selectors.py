"""What label selectors pick, as Kubernetes evaluates them, and indexes so that nobody has to try them all.

An answer is True, False, or the `Unknown` that it depends on.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from typing import Generic
from typing import TypeVar

from ...unknown import Unknown
from ...unknown import is_unknown

T = TypeVar("T")
Answer = bool | Unknown
_INVALID = Unknown("the selector is not valid, so the API server refuses it")


@dataclass(frozen=True)
class Requirement:
    """One condition on one label."""

    key: str
    operator: str  # In, NotIn, Exists, DoesNotExist
    values: tuple[Any, ...] = ()

    def holds(self, labels: dict[str, Any]) -> Answer:
        """Whether labels meet it."""
        present = self.key in labels
        if self.operator in ("Exists", "DoesNotExist"):
            return present == (self.operator == "Exists")
        found = _among(labels[self.key], self.values) if present else False
        return found if self.operator == "In" or is_unknown(found) else not found

    @property
    def texts(self) -> tuple[str, ...] | None:
        """The values it asks for; None where they are not all known, or it asks for none."""
        plain = tuple(value for value in self.values if isinstance(value, str))
        return plain if self.operator == "In" and len(plain) == len(self.values) else None


def _among(value: Any, values: Iterable[Any]) -> Answer:
    """Whether a label's value is one of several."""
    doubt = value if is_unknown(value) else None
    for wanted in values:
        if is_unknown(wanted):
            doubt = wanted
        elif not is_unknown(value) and type(wanted) is type(value) and wanted == value:
            return True
    return False if doubt is None or not values else doubt


@dataclass(frozen=True)
class Selector:
    """Conditions that must all be met; without any it picks everything."""

    requirements: tuple[Requirement, ...] = ()

    def picks(self, labels: Any) -> Answer:
        """Whether it picks something with these labels (None: with no label at all)."""
        if isinstance(labels, Unknown):
            return labels if self.requirements else True
        have = labels if isinstance(labels, dict) else {}
        return both(*(requirement.holds(have) for requirement in self.requirements))

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        """Every label and value that it asks for."""
        return ((requirement.key, value) for requirement in self.requirements for value in requirement.texts or ())

    @property
    def hidden(self) -> str | None:
        """A label that it asks a value for which nobody knows, so that it is not known to pick anything."""
        asked = (requirement for requirement in self.requirements if requirement.operator == "In")
        return next((requirement.key for requirement in asked if all(map(is_unknown, requirement.values))), None)

    @property
    def present(self) -> str | None:
        """A label that must be there."""
        return next((requirement.key for requirement in self.requirements if requirement.operator in ("In", "Exists")), None)

    def __str__(self) -> str:
        """Short words for a message: ``app=web, tier in (a, b)``."""
        return ", ".join(map(_words, self.requirements)) or "everything"


def _words(requirement: Requirement) -> str:
    values = ["?" if is_unknown(value) else str(value) for value in requirement.values]
    if requirement.operator == "In" and len(values) == 1:
        return f"{requirement.key}={values[0]}"
    operator = {"In": "in", "NotIn": "not in", "Exists": "exists", "DoesNotExist": "does not exist"}[requirement.operator]
    return f"{requirement.key} {operator}" + (f" ({', '.join(values)})" if values else "")


def equalities(node: Any) -> Selector | Unknown | None:
    """The plain mapping of labels by which a Service or ReplicationController selects; None where there is none."""
    if node is None or is_unknown(node):
        return node  # type: ignore[no-any-return]
    if not isinstance(node, dict):
        return _INVALID
    return Selector(tuple(Requirement(key, "In", (value,)) for key, value in node.items()))


def label_selector(node: Any) -> Selector | Unknown | None:
    """A LabelSelector of ``matchLabels`` and ``matchExpressions``; None where there is none."""
    if node is None or is_unknown(node):
        return node  # type: ignore[no-any-return]
    labels = equalities(node.get("matchLabels")) if isinstance(node, dict) else _INVALID
    if isinstance(labels, Unknown):
        return labels
    expressions = node.get("matchExpressions")
    if is_unknown(expressions):
        return expressions  # type: ignore[no-any-return]
    requirements = list(labels.requirements) if labels else []
    for term in expressions if isinstance(expressions, list) else ():
        found = _requirement(term)
        if isinstance(found, Unknown):
            return found
        requirements.append(found)
    return Selector(tuple(requirements))


def _requirement(term: Any) -> Requirement | Unknown:
    if is_unknown(term):
        return term  # type: ignore[no-any-return]
    if not isinstance(term, dict):
        return _INVALID
    key, operator, values = (term.get(name) for name in ("key", "operator", "values"))
    doubt = next((part for part in (key, operator, values) if is_unknown(part)), None)
    if isinstance(doubt, Unknown):
        return doubt
    listed = tuple(values) if isinstance(values, list) else ()
    if not isinstance(key, str) or operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
        return _INVALID
    if bool(listed) != (operator in ("In", "NotIn")):
        return _INVALID
    return Requirement(key, operator, listed)


def both(*answers: Answer) -> Answer:
    """Whether all of several questions are answered with yes."""
    doubt: Unknown | None = None
    for answer in answers:
        if isinstance(answer, Unknown):
            doubt = answer
        elif not answer:
            return False
    return True if doubt is None else doubt


def certain(answers: Iterable[tuple[T, Answer]], doubtful: Iterable[tuple[T, Answer]] = ()) -> Iterator[T]:
    """The things whose answer is yes; behind them, `Unresolved` is raised where there may be more of them.

    So who finds what he looks for has his answer, and nobody takes "not known" for "none". Of the ``doubtful``, whose answer is
    no or unknown, one is enough.
    """
    doubt: Unknown | None = None
    for thing, answer in answers:
        if isinstance(answer, Unknown):
            doubt = answer
        elif answer:
            yield thing
    if doubt is None:
        doubt = next((answer for _, answer in doubtful if isinstance(answer, Unknown)), None)
    if doubt is not None:
        bool(doubt)


class _Of(enum.Enum):
    """What stands in a place of an index besides a label's value."""

    ANY = enum.auto()  # with the label, whatever its value is
    UNKNOWN = enum.auto()  # with a value, or with labels, that nobody knows
    ALL = enum.auto()


_Place = tuple[Any, str | None, str | _Of]  # namespace, label (None: of no one), value


@dataclass(frozen=True)
class Selecting(Generic[T]):
    """Things with selectors in namespaces (None: any), found by the labels they pick.

    Each stands under the one of its conditions that the fewest others share.
    """

    entries: tuple[tuple[Any, Selector | Unknown, T], ...]

    def picking(self, namespace: Any, labels: Any) -> Iterator[T]:
        """The things whose selector picks the labels and that may stand in the namespace."""
        near, doubtful = self._near(namespace, labels), self._doubtful(namespace, labels)
        return certain(
            ((thing, selector.picks(labels)) for selector, thing in near if isinstance(selector, Selector)),
            ((thing, selector.picks(labels) if isinstance(selector, Selector) else selector) for selector, thing in doubtful),
        )

    def _near(self, namespace: Any, labels: Any) -> Iterator[tuple[Selector | Unknown, T]]:
        """What may pick the labels."""
        index = self._index
        for place in places(namespace):
            yield from index.get((place, None, _Of.ANY), ())
            for key, value in labels.items() if isinstance(labels, dict) else ():
                yield from index.get((place, key, _Of.ANY), ())
                if isinstance(value, str):
                    yield from index.get((place, key, value), ())

    def _doubtful(self, namespace: Any, labels: Any) -> Iterator[tuple[Selector | Unknown, T]]:
        """What does not pick them, or is not known to."""
        index = self._index
        for place in places(namespace):
            yield from index.get((place, None, _Of.UNKNOWN), ())
            if is_unknown(labels):
                yield from index.get((place, None, _Of.ALL), ())
            for key, value in labels.items() if isinstance(labels, dict) else ():
                yield from index.get((place, key, _Of.ALL if is_unknown(value) else _Of.UNKNOWN), ())

    @cached_property
    def _index(self) -> dict[_Place, list[tuple[Selector | Unknown, T]]]:
        """Under ``ALL`` stands what asks for a value of a label, or (of no label) for any label."""
        shared = Counter(text for _, selector, _ in self.entries if isinstance(selector, Selector) for text in selector.texts)
        found: dict[_Place, list[tuple[Selector | Unknown, T]]] = {}
        for namespace, selector, thing in self.entries:
            keys = _keys(selector, shared) if isinstance(selector, Selector) else [(None, _Of.UNKNOWN)]
            for place in kept(namespace):
                for key, value in keys:
                    found.setdefault((place, key, value), []).append((selector, thing))
        return found


def _keys(selector: Selector, shared: Counter[tuple[str, str]]) -> list[tuple[str | None, str | _Of]]:
    """Where a selector stands in the index."""
    if hidden := selector.hidden:
        return [(hidden, _Of.UNKNOWN), (hidden, _Of.ALL), (None, _Of.ALL)]
    known = [(requirement, texts) for requirement in selector.requirements if (texts := requirement.texts)]
    if known:
        best, texts = min(known, key=lambda pair: sum(shared[pair[0].key, text] for text in pair[1]))
        return [*((best.key, text) for text in dict.fromkeys(texts)), (best.key, _Of.ALL), (None, _Of.ALL)]
    present = selector.present
    return [(None, _Of.ANY)] if present is None else [(present, _Of.ANY), (None, _Of.ALL)]


@dataclass(frozen=True)
class Labelled(Generic[T]):
    """Things with labels in namespaces (None: any), found by a selector."""

    entries: tuple[tuple[Any, Any, T], ...]

    def picked(self, namespace: Any, selector: Selector | Unknown | None) -> Iterator[T]:
        """The things that a selector picks and that may stand in the namespace; None picks nothing."""
        if selector is None:
            return iter(())
        if isinstance(selector, Unknown):
            return certain((), ((thing, selector) for _, thing in self._at(namespace, [(None, _Of.ALL)])))
        near, doubtful = self._keys(namespace, selector)
        return certain(
            ((thing, selector.picks(labels)) for labels, thing in self._at(namespace, near)),
            ((thing, selector.picks(labels)) for labels, thing in self._at(namespace, doubtful)),
        )

    def _at(self, namespace: Any, keys: list[tuple[str | None, str | _Of]]) -> Iterator[tuple[Any, T]]:
        for place in places(namespace):
            for key, value in keys:
                yield from self._index.get((place, key, value), ())

    def _keys(self, namespace: Any, selector: Selector) -> tuple[list[tuple[str | None, str | _Of]], list[tuple[str | None, str | _Of]]]:
        """Where what a selector may pick stands, and where what it does not pick or is not known to."""
        if hidden := selector.hidden:
            return [], [(hidden, _Of.ALL), (None, _Of.UNKNOWN)]
        asked = [(requirement.key, texts) for requirement in selector.requirements if (texts := requirement.texts)]
        if asked:
            ways: list[list[tuple[str | None, str | _Of]]] = [[(key, text) for text in dict.fromkeys(texts)] for key, texts in asked]
            narrowest = min(
                ways, key=lambda keys: sum(len(self._index.get((place, *key), ())) for place in places(namespace) for key in keys)
            )
            return narrowest, [(narrowest[0][0], _Of.UNKNOWN), (None, _Of.UNKNOWN)]
        present = selector.present
        return ([(None, _Of.ALL)], []) if present is None else ([(present, _Of.ALL)], [(None, _Of.UNKNOWN)])

    @cached_property
    def _index(self) -> dict[_Place, list[tuple[Any, T]]]:
        """Under ``UNKNOWN`` stands what has an unknown value of a label or (of no label) unknown labels."""
        found: dict[_Place, list[tuple[Any, T]]] = {}
        for namespace, labels, thing in self.entries:
            keys: list[tuple[str | None, str | _Of]] = [(None, _Of.ALL)]
            if is_unknown(labels):
                keys.append((None, _Of.UNKNOWN))
            for key, value in labels.items() if isinstance(labels, dict) else ():
                keys.append((key, _Of.ALL))
                if isinstance(value, str) or is_unknown(value):
                    keys.append((key, value if isinstance(value, str) else _Of.UNKNOWN))
            for place in kept(namespace):
                for key, value in keys:
                    found.setdefault((place, key, value), []).append((labels, thing))
        return found


_ANYWHERE = object()


def kept(namespace: Any) -> tuple[Any, ...]:
    """Under which namespaces something is kept in an index: its own, and that of those who look everywhere."""
    return (namespace if isinstance(namespace, str) and namespace else None, _ANYWHERE)


def places(namespace: Any) -> tuple[Any, ...]:
    """Where to look for what may share a namespace: there and where none is written; without a namespace, everywhere."""
    return (namespace, None) if isinstance(namespace, str) and namespace else (_ANYWHERE,)
