"""Arguments that must have a certain value: the one way in which most rules about resources judge."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Protocol

from ...model import Finding
from ...model import Span
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .blocks import Block
from .blocks import Section
from .values import Computed
from .values import Each
from .values import Either
from .values import PartialText
from .values import options


class _Section(Protocol):
    def get(self, *path: str) -> Any: ...
    def at(self, *path: str) -> Span: ...


def is_true(value: Any) -> bool:
    """A boolean argument that is on; Terraform converts the text."""
    return bool(value is True or value == "true")


def is_false(value: Any) -> bool:
    """A boolean argument that is off."""
    return bool(value is False or value == "false")


def is_set(value: Any) -> bool:
    """Anything but nothing, also what is only known at deploy time."""
    return is_unknown(value) or value not in ("", [], {})


def is_given(value: Any) -> bool:
    """Whether an argument certainly has a value; raises `Unresolved` where it may be null."""
    if isinstance(value, (Computed, PartialText)):
        return True
    if isinstance(value, Either):
        return holds(value, is_given)
    if isinstance(value, Unknown):
        raise Unresolved(value.source)
    return value is not None


def one_of(*wanted: Any) -> Callable[[Any], bool]:
    """One of some texts, in any case."""
    return lambda value: str(value).lower() in [str(want).lower() for want in wanted]


def at_least(minimum: int) -> Callable[[Any], bool]:
    """A number, or its text, that is not smaller."""
    return lambda value: as_number(value) >= minimum


def as_number(value: Any) -> float:
    """A number of an argument; what is none counts as zero."""
    if is_unknown(value):
        raise Unresolved(value.source)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return number if math.isfinite(number) else 0


def holds(value: Any, good: Callable[[Any], bool], *, absent: bool | None = False) -> bool:
    """Whether the value is good in every case it may come to; raises `Unresolved` where that differs or is not known."""
    verdicts: set[bool] = set()
    reason = "what is left out here depends on the version of the module or provider"
    if value is None and absent is None:
        raise Unresolved(reason)
    for option in options(value):
        try:
            verdicts |= ({True, False} if absent is None else {absent}) if option is None else {bool(good(option))}
        except Unresolved as unresolved:
            verdicts |= {True, False}
            reason = unresolved.reason
    if len(verdicts) == 1:
        return verdicts.pop()
    raise Unresolved(value.source if isinstance(value, Unknown) else reason)


@dataclass(frozen=True)
class Setting:
    """``path`` must be ``good``; ``want`` is how that is written, ``absent`` what a missing one means.

    ``absent`` is None where that depends on the version. With ``each``, every block of the first name must
    be good, and having none means ``absent``. ``a|b`` as a name is the first of them that is written.
    ``within`` leads to blocks in each of which the path is looked for; without such a block there is nothing to judge.
    """

    path: tuple[str, ...]
    want: str
    good: Callable[[Any], bool] = is_true
    absent: bool | None = False
    each: bool = False
    within: tuple[str, ...] = ()


def setting(
    path: str,
    want: str = "",
    good: Callable[[Any], bool] = is_true,
    *,
    absent: bool | None = False,
    each: bool = False,
    within: str = "",
) -> Setting:
    """A `Setting` by its dotted path; what is wanted is ``= true`` unless said otherwise."""
    wanted = want or f"{path.rpartition('.')[2].partition('|')[0]} = true"
    return Setting(tuple(path.split(".")), wanted, good, absent, each, tuple(within.split(".")) if within else ())


def off(path: str, *, absent: bool | None = False, each: bool = False, within: str = "") -> Setting:
    """What must be false."""
    name = path.rpartition(".")[2].partition("|")[0]
    return setting(path, f"{name} = false", is_false, absent=absent, each=each, within=within)


def equal(path: str, want: str, *also: str, absent: bool | None = False, each: bool = False, within: str = "") -> Setting:
    """What must be a text; some others are good as well."""
    name = path.rpartition(".")[2].partition("|")[0]
    return setting(path, f'{name} = "{want}"', one_of(want, *also), absent=absent, each=each, within=within)


Settings = Mapping[str, tuple[Setting, ...]]


def gaps(block: Block, settings: Settings, why: str) -> Iterator[Finding]:
    """A finding for each setting of the block's type that does not hold."""
    for wanted in settings.get(block.type, ()):
        for section, path in _targets(block, wanted):
            yield from _gap(block, section, path, wanted, why)


def _targets(block: Block, wanted: Setting) -> Iterator[tuple[_Section, tuple[str, ...]]]:
    if wanted.within:
        yield from ((section, wanted.path) for section in inside(block, wanted.within))
        return
    if not wanted.each:
        yield block, wanted.path
        return
    found: tuple[Section, ...] = block.blocks(wanted.path[0])
    for section in found:
        if wanted.path[-1] != "encrypted" or section.get("snapshot_id") is None:  # a disk of a snapshot is as encrypted as that is
            yield section, wanted.path[1:]
    if not found and not wanted.absent:
        yield block, wanted.path


def inside(block: Block, path: tuple[str, ...]) -> list[Section]:
    """The blocks that a path of block types leads to; raises `Unresolved` where they are not known."""
    found = list(block.blocks(path[0]))
    for name in path[1:]:
        found = [inner for section in found for inner in section.blocks(name)]
    return found


def _gap(block: Block, section: _Section, path: tuple[str, ...], wanted: Setting, why: str) -> Iterator[Finding]:
    path = (*path[:-1], next((name for name in path[-1].split("|") if section.get(*path[:-1], name) is not None), path[-1].split("|")[0]))
    value = section.get(*path)
    if isinstance(value, Each):  # of several instances one that is wrong is enough
        value = next((option for option in value.options if _is_wrong(option, wanted)), value)
    if not holds(value, wanted.good, absent=wanted.absent and not wanted.each):
        name = ".".join(path)
        state = "is not set" if value is None else f"is {shown(value)}"
        yield block.finding(f"{name} {state} ({wanted.want}): {why}", section.at(*path))


def _is_wrong(value: Any, wanted: Setting) -> bool:
    try:
        return not holds(value, wanted.good, absent=wanted.absent and not wanted.each)
    except Unresolved:
        return False


def shown(value: Any) -> str:
    """A value for a message, never a long one; each that it may be where these are known."""
    if is_unknown(value):
        known = dict.fromkeys(shown(option) for option in options(value) if not is_unknown(option))
        return " or ".join(list(known)[:3]) or "known at apply only"
    text = {True: "true", False: "false", None: "null"}.get(value) if isinstance(value, (bool, type(None))) else repr(value)
    text = (text or "").replace("'", '"')
    return text if len(text) <= 60 else f"{text[:57]}..."
