"""Functions of points in time."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from typing import Any

from .calling import TEXT
from .calling import function
from .calling import refused

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
_DURATION = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


def _time(value: str) -> datetime:
    if not _TIME.fullmatch(value):
        raise ValueError("not a time")
    return datetime.fromisoformat(value.replace("Z", "+00:00"))


def _shown(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _add(value: str, duration: str) -> str:
    pieces = _DURATION.findall(duration)
    if not pieces or "".join(pieces) != duration:
        raise ValueError("not a duration")
    sign = -1 if duration.startswith("-") else 1
    seconds = 0.0
    for piece in pieces:
        amount = re.match(r"[+-]?([\d.]+)(.*)", piece)
        if amount is None or (piece is not pieces[0] and piece[0] in "+-"):
            raise ValueError("not a duration")
        seconds += float(amount[1]) * _UNITS[amount[2]]
    return _shown(_time(value) + sign * timedelta(seconds=seconds))


def _compare(left: str, right: str) -> int:
    one, other = _time(left), _time(right)
    return (one > other) - (one < other)


def _format(pattern: str, value: str) -> str:
    time = _time(value)
    pieces = []
    end = 0
    for found in _TOKEN.finditer(pattern):
        if found.start() != end:
            raise ValueError("a quote that is not closed")
        end = found.end()
        pieces.append(found[1].replace("''", "'") if found[1] is not None else _piece(found[0], time) if found[2] else found[0])
    if end != len(pattern):
        raise ValueError("a quote that is not closed")
    return "".join(pieces)


def _piece(token: str, time: datetime) -> str:
    zone = time.strftime("%z") or "+0000"
    offset = f"{zone[:3]}:{zone[3:]}"
    hour = time.hour % 12 or 12
    known: Mapping[str, str] = {
        "YYYY": f"{time.year:04d}",
        "YY": f"{time.year % 100:02d}",
        "MMMM": _MONTHS[time.month - 1],
        "MMM": _MONTHS[time.month - 1][:3],
        "MM": f"{time.month:02d}",
        "M": str(time.month),
        "DD": f"{time.day:02d}",
        "D": str(time.day),
        "EEEE": _DAYS[time.weekday()],
        "EEE": _DAYS[time.weekday()][:3],
        "hh": f"{time.hour:02d}",
        "h": str(time.hour),
        "HH": f"{hour:02d}",
        "H": str(hour),
        "AA": "AM" if time.hour < 12 else "PM",
        "aa": "am" if time.hour < 12 else "pm",
        "mm": f"{time.minute:02d}",
        "m": str(time.minute),
        "ss": f"{time.second:02d}",
        "s": str(time.second),
        "ZZZZZ": offset,
        "ZZZZ": offset.replace(":", ""),
        "ZZZ": "UTC" if zone == "+0000" else offset.replace(":", ""),
        "Z": "Z" if zone == "+0000" else offset,
    }
    return known[token]


_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

DATES: Mapping[str, Callable[..., Any]] = {
    "formatdate": function(_format, TEXT, TEXT),
    "timeadd": function(_add, TEXT, TEXT),
    "timecmp": function(_compare, TEXT, TEXT),
    "timestamp": refused("timestamp()"),
    "plantimestamp": refused("plantimestamp()"),
}
