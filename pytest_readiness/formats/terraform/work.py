"""The work that evaluation takes: counted, bounded, and never done for a value that waits for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...unknown import Unknown
from ...unknown import Unresolved

MAX_HOPS = 60
MAX_WORK = 300_000  # expressions, for one value
MAX_WORK_IN_ALL = 30_000_000


class Work:
    """What the modules of one root share while their values are worked out."""

    def __init__(self) -> None:
        self._hops = 0
        self._spent = 0
        self._mark = 0
        self._open: set[object] = set()

    def guarded(self, key: tuple[object, ...], compute: Callable[[], Any]) -> Any:
        """What ``compute`` returns; unknown where that needs the value of the same key, whose last parts name it."""
        if key in self._open:
            return Unknown(f"refers to itself: {'.'.join(str(part) for part in key[1:3])}")
        if self._hops > MAX_HOPS:
            return Unknown(f"followed through more than {MAX_HOPS} references")
        self.begin()
        self._open.add(key)
        self._hops += 1
        try:
            return compute()
        finally:
            self._hops -= 1
            self._open.discard(key)

    def begin(self) -> None:
        """Another value is worked out, unless it is needed for one already."""
        if not self._hops:
            self._mark = self._spent

    def spend(self, amount: int) -> None:
        """Count work, so that no value takes for ever; raises `Unresolved` where it is too much."""
        self._spent += amount
        if self._spent - self._mark > MAX_WORK or self._spent > MAX_WORK_IN_ALL:
            raise Unresolved("too much to work out")
