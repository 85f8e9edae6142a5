"""Amounts as Kubernetes writes them: ``100m``, ``1.5``, ``512Mi``, ``1e3``."""

from __future__ import annotations

import re

from ...unknown import is_unknown

_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?)(?P<unit>[numkMGTPE]?|[KMGTPE]i)"
).fullmatch
_UNITS = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_UNITS |= {f"{prefix}i": 1024.0**power for power, prefix in enumerate("KMGTPE", 1)}


def quantity(value: object) -> float | None:
    """The amount as a number, None where it is none; asking for an unknown one raises."""
    if is_unknown(value):
        bool(value)
    found = _QUANTITY(str(value).strip()) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
    return float(found["number"]) * _UNITS[found["unit"]] if found else None
