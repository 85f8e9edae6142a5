"""The third truth value: a value that exists but is only known at deploy time."""

from __future__ import annotations

from typing import Any
from typing import NoReturn


class Unresolved(Exception):
    """A check touched an unknown value; it is neither passed nor failed, for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unknown:
    """Stands for a value nobody can know yet; any use of it but ``is`` raises `Unresolved`.

    So a rule cannot forget the case: asking whether it is set (``is None``) works, comparing,
    testing, iterating, converting or reading from it makes the check unknown with ``source`` as reason.
    """

    __slots__ = ("source",)

    def __init__(self, source: str) -> None:
        object.__setattr__(self, "source", source)

    def __repr__(self) -> str:
        return f"Unknown({self.source!r})"

    def _touched(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise Unresolved(self.source)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # protocols that copy, pickle or inspect look for these
            raise AttributeError(name)
        self._touched()

    __setattr__ = _touched
    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _touched
    __hash__ = __len__ = __iter__ = __contains__ = __getitem__ = __call__ = _touched
    __str__ = __format__ = __int__ = __float__ = __index__ = _touched
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = _touched
    __truediv__ = __rtruediv__ = __neg__ = _touched


def is_unknown(value: object) -> bool:
    """Whether the value is unknown, asked without touching it."""
    return isinstance(value, Unknown)
