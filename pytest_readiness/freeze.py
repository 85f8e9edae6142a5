"""``--readiness-freeze``: what fails today becomes known gaps with an owner and a last day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import waivers
from .governance import PARSES
from .governance import SAMPLE
from .model import ParseFailure
from .model import Span
from .model import Waiver
from .records import Record
from .text import path_in
from .text import place
from .text import safe

HORIZON = datetime.timedelta(days=90)


@dataclass(frozen=True)
class Freezer:
    """Makes waivers from records of failed checks; without a reason of its own, the first finding is it."""

    today: datetime.date
    owner: str
    until: datetime.date
    reason: str | None = None

    def waiver(self, record: Record) -> Waiver:
        """The known gap of a failed check, exactly that one."""
        reason = self.reason or f"frozen {self.today}: {record['findings'][0]['message']}"
        node, _, name = record["id"].partition("::")
        path = "." if record["path"] == "." else path_in(node)
        where = re.sub(r"([*?[])", r"[\1]", f"{place(path)}::{name.partition('[')[2][:-1]}")  # of a glob, the text itself
        return Waiver(record["rule"], where, reason, self.owner, self.until.isoformat(), Span(""))

    def write(self, root: Path, records: Iterable[Record]) -> tuple[Path, int] | str:
        """Add the failed checks to the waiver file of a root: the file and how many, or why nothing was written."""
        new = [self.waiver(record) for record in records if is_freezable(record)]
        path = next((name for name in waivers.NAMES if (root / name).exists()), waivers.NAMES[0])
        try:
            text = (root / path).read_text("utf-8") if (root / path).exists() else ""
            (root / path).write_text(waivers.extended(path, text, new), "utf-8")
        except (OSError, UnicodeDecodeError, ParseFailure) as error:
            return safe(str(error))
        return root / path, len(new)


def is_freezable(record: Record) -> bool:
    """Whether a failed check can become a known gap: not what is unreadable, nor a check of the run itself."""
    of_the_run = record["rule"].startswith(f"{PARSES.platform}.")
    return record["outcome"] == "failed" and not of_the_run and record["kind"] != SAMPLE and record["waiver"] is None
