"""What ``live:`` and ``evidence:`` declare, as frozen values, and what a kind of target is."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

from ..model import Priority
from ..model import Span
from .contact import PATIENCE
from .contact import CannotAsk
from .contact import Patience

if TYPE_CHECKING:
    from ..project import Project
    from ..secret import Mask
    from .measure import Comparison
    from .measure import Judged
    from .reading import Reading

BUDGET = 6  # timeouts that a whole check may take
MAX_SIZE = 2**20  # bytes of an answer that are read


@dataclass(frozen=True)
class Target:
    """Something that is contacted: ``address`` is what its ``kind`` understands, or in ``address_env`` the variable that holds it.

    Secrets are named here, never held. ``options`` are those keys of the declaration that only its kind knows.
    """

    name: str
    kind: str
    span: Span
    address: str = ""
    address_env: str = ""
    patience: Patience = PATIENCE
    max_size: int = MAX_SIZE
    ca_file: str = ""
    token_env: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    header_env: Mapping[str, str] = field(default_factory=dict)
    proxy_env: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def timeout(self) -> float:
        """Seconds that one contact may take."""
        return self.patience.timeout

    @property
    def budget(self) -> float:
        """Seconds that one check of it may take."""
        return self.timeout * BUDGET

    @property
    def variables(self) -> Iterator[str]:
        """The environment variables it needs; their values are never shown."""
        yield from filter(None, (self.address_env, self.token_env, self.proxy_env, *self.header_env.values()))


@dataclass(frozen=True)
class Entry:
    """A declared check: the rule it is one of, its name, and what its kind reads from ``body`` (defaults of the rule included).

    ``prepared`` is what its kind read in the repository before anything is contacted.
    """

    rule: str
    name: str
    span: Span
    body: Mapping[str, Any]
    target: Target | None = None
    comparison: Comparison | None = None
    max_age: float | None = None
    priority: Priority | None = None
    prepared: Any = None


@dataclass(frozen=True)
class Declared:
    """All that is declared, in the order of the file."""

    targets: tuple[Target, ...] = ()
    checks: tuple[Entry, ...] = ()
    evidence: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """Where a run takes place: the repository, the environment, the time (UTC), and what hides secrets."""

    project: Project
    root: Path
    environment: Mapping[str, str]
    mask: Mask
    now: datetime.datetime

    def address(self, target: Target) -> str:
        """Where a target is; raises `CannotAsk` where its variable is not set."""
        return self.variable(target, target.address_env) if target.address_env else target.address

    def variable(self, target: Target, name: str) -> str:
        """The value of a variable that a target needs; raises `CannotAsk`."""
        if not (value := self.environment.get(name)):
            raise CannotAsk(f"the environment variable {name} is not set, which target {target.name} needs")
        return value


class Client(Protocol):
    """The way to a target, opened once, used by one thread."""

    def begin(self, seconds: float) -> None:
        """What is asked from here on may take so long in all."""

    def reach(self) -> Judged:
        """Whether it answers at all."""

    def close(self) -> None:
        """Give back what is open."""


def _every(defaults: Mapping[str, Any], _: Mapping[str, Any]) -> Mapping[str, Any]:
    return defaults


def _nothing(_: Entry, __: Project) -> Any:
    return None


def _alone(entry: Entry, _: Project) -> Iterable[Entry]:
    return (entry,)


@dataclass(frozen=True)
class Kind:
    """A kind of target. ``key`` is what declares one (``url: ...``); all that follows is about its checks.

    ``asks`` are the keys of which a check has at least one, ``measures`` those that give a number to compare, ``further`` the others.
    ``target`` and ``read`` tell what the schema cannot know to be wrong with a target and with a check, ``defaults`` which of a
    rule's defaults stand beside what is declared, ``expand`` the checks that one declaration stands for (may raise `ParseFailure`),
    ``prepare`` what a check needs of the repository (called in the main thread; may raise `Unresolved` or `ParseFailure`),
    ``despite`` whether to ask though the target cannot be reached.
    """

    key: str
    open: Callable[[Target, Surroundings], Client]
    ask: Callable[[Entry, Any], Judged]
    asks: frozenset[str]
    measures: frozenset[str] = frozenset()
    further: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()  # further keys of its targets
    web: bool = False  # whether its targets are asked over HTTP, and take the keys for that
    max_size: int = MAX_SIZE  # of an answer, where a target says nothing
    modules: tuple[str, ...] = ()  # what is imported to ask, each with all that is below it where it ends in a star
    variables: frozenset[str] = frozenset()  # environment variables it takes a secret from where a target names none
    address: Callable[[str], str | None] = lambda _: None  # what is wrong with an address
    target: Callable[[Reading], None] = lambda _: None
    read: Callable[[Reading], None] = lambda _: None
    defaults: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]] = _every
    expand: Callable[[Entry, Project], Iterable[Entry]] = _alone
    prepare: Callable[[Entry, Project], Any] = _nothing
    despite: Callable[[Entry, Any], bool] = lambda _, __: False

    @property
    def said(self) -> str:
        """As people say it."""
        return f"an {self.key}" if self.key.startswith("a") else f"a {self.key}"
