"""The report as JSON: the source that every other report is made from."""

from __future__ import annotations

import json
from typing import Any


def render(report: dict[str, Any]) -> str:
    """The JSON text of a report; its schema is ``schema/report.schema.json``."""
    return json.dumps(report, indent=1, ensure_ascii=False) + "\n"
