"""The report as JSON: the source that every other report is made from."""

from __future__ import annotations

import json
from typing import Any


def render(report: dict[str, Any]) -> str:
    """The JSON text of a report; its schema is ``schema/report.schema.json``.

    How long each check took is left out: two runs on the same files give the same text.
    """
    return json.dumps({key: value for key, value in report.items() if key != "seconds"}, indent=1, ensure_ascii=False) + "\n"
