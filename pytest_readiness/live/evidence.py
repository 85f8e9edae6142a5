"""Evidence: what others measured and left in a file, or saw and signed. Nothing is contacted."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

from ..git import GitError
from ..git import git
from .entries import Entry
from .measure import Judged
from .query import QueryError
from .query import compiled
from .query import parse
from .units import Quantity
from .units import number

MAX_SIZE = 64 * 2**20  # bytes of a file
AHEAD = datetime.timedelta(days=1)  # clocks and time zones differ
_FRACTION = re.compile(r"(\.[0-9]{6})[0-9]+|(\.[0-9]{1,5})(?![0-9])")


def judge(entry: Entry, root: Path, now: datetime.datetime) -> Judged:
    """What the evidence of an entry says today."""
    if "signed" in entry.body:
        return _signed(entry.body["signed"], now.date())
    path = entry.body["file"]
    try:
        file = (root / path).resolve()
        if not file.is_relative_to(root.resolve()):
            return Judged(error=f"{path} leads out of the root")
        if not file.is_file():
            return Judged((f"there is no {path}: nobody has measured this",))
        if file.stat().st_size > MAX_SIZE:
            return Judged(error=f"{path} is larger than {MAX_SIZE >> 20} MiB")
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return Judged(error=f"{path} cannot be read: {getattr(error, 'strerror', None) or error}")
    kind, what = entry.body["format"], f"{entry.body['value']} of {path}"
    try:
        data = parse(kind, path, text)
        value = compiled(kind, entry.body["value"])(data)
        assert entry.comparison is not None
        judged = entry.comparison.judge(value, what=what, text_too=kind in ("csv", "xml"))
        if entry.max_age is None:
            return judged
        written = compiled(kind, entry.body["dated"])(data) if "dated" in entry.body else None
    except QueryError as error:
        return Judged(error=f"{path} {error}")
    return judged.and_also(_age(entry, root, file, written, now))


def _signed(signed: Any, today: datetime.date) -> Judged:
    """A statement of a person holds from the day it is signed to its last day."""
    on, until = datetime.date.fromisoformat(signed["on"]), datetime.date.fromisoformat(signed["until"])
    if on > today:
        return Judged((f"{signed['by']} signs this on {on}, which is still to come",))
    if until < today:
        return Judged((f"what {signed['by']} signed on {on} held until {until}",))
    return Judged()


def _age(entry: Entry, root: Path, file: Path, written: Any, now: datetime.datetime) -> Judged:
    path, limit = entry.body["file"], datetime.timedelta(seconds=entry.max_age or 0)
    if "dated" in entry.body:
        source = f"{entry.body['dated']} of {path}"
        if written in (None, ""):
            return Judged((f"no data: {source} holds no date, so nobody knows how old this is",))
        dated = moment(written)
        if dated is None:
            return Judged(error=f"{source} is {str(written)[:60]!r}, which is not a date as ISO 8601 or in seconds")
    else:
        found = _last_change(root, file)
        if isinstance(found, str):
            return Judged(unknown=f"how old {path} is: {found}")
        dated, source = found, path
    if dated > now + AHEAD:
        return Judged((f"{source} is of {dated.date()}, which is still to come",))
    if now - dated > limit:
        return Judged((f"{source} is {_days(now - dated)} old, at most {_days(limit)} allowed",))
    return Judged()


def moment(written: Any) -> datetime.datetime | None:
    """ISO 8601 (UTC where it names no zone) or seconds since 1970 (milliseconds where it would be long past the year 5000)."""
    stamp = number(written, text_too=True)
    try:
        if stamp is not None:
            whole = float(stamp) / (1000 if stamp > 10**11 else 1)
            return datetime.datetime.fromtimestamp(whole, datetime.timezone.utc)
        text = str(written).strip().replace(" UTC", "+00:00")
        text = f"{text[:-1]}+00:00" if text.endswith(("Z", "z")) else text
        text = _FRACTION.sub(lambda match: match[1] or match[2].ljust(7, "0"), text)
        found = datetime.datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)


def _last_change(root: Path, file: Path) -> datetime.datetime | str:
    """When the content was written: its last commit, since a checkout makes every file new; the file's own time where git does not have it."""
    name = str(file.relative_to(root.resolve()))
    try:
        changed = git(root, "status", "--porcelain", "--ignored", "--", name).strip()
        if not changed:
            if git(root, "rev-parse", "--is-shallow-repository").strip() == "true":
                return "the clone is shallow and does not know (fetch its history, or name a field with dated)"
            stamp = git(root, "log", "-1", "--format=%ct", "--", name).strip()
            if stamp:
                return datetime.datetime.fromtimestamp(int(stamp), datetime.timezone.utc)
    except GitError:
        pass
    return datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.timezone.utc)


def _days(span: datetime.timedelta) -> str:
    seconds = int(span.total_seconds())
    unit = next((unit for unit, size in (("d", 86400), ("h", 3600), ("min", 60)) if seconds >= 2 * size or seconds == size), "s")
    return Quantity(number(seconds) or number(0), "s").to(unit).told()  # type: ignore[arg-type]
