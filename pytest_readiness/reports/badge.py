"""A badge as JSON, for the endpoint badge of shields.io (its schema version 1)."""

from __future__ import annotations

import json
from typing import Any

COLOURS = {"APPROVED": "brightgreen", "CONDITIONAL": "yellow", "BLOCKED": "red"}


def render(report: dict[str, Any]) -> str:
    """Label, message and colour: readiness in percent and the verdict; a bypass never makes it green."""
    verdict = report["verdict"]
    percent, decision = verdict["readiness"]["percent"], verdict["verdict"]
    message = f"{decision.lower()}" if percent is None else f"{percent:g} % {decision.lower()}"
    colour = "orange" if report["bypass"] and decision == "APPROVED" else COLOURS[decision]
    return json.dumps({"schemaVersion": 1, "label": "readiness", "message": message, "color": colour}) + "\n"
