"""GitLab Code Quality: the subset of the Code Climate format that merge requests show.

Source: GitLab, "Code Quality report format". Issues of equal fingerprint are merged there, so none are.
"""

from __future__ import annotations

import json
from typing import Any

from .sarif import results

SEVERITY = {"P0": "blocker", "P1": "critical", "P2": "major", "P3": "minor"}


def render(report: dict[str, Any]) -> str:
    """The issues of what is open and not a known gap, as a JSON list."""
    return json.dumps([_issue(result) for result in results(report)], indent=1, ensure_ascii=False) + "\n"


def _issue(result: dict[str, Any]) -> dict[str, Any]:
    place = result["locations"][0]
    return {
        "description": result["message"]["text"],
        "check_name": result["ruleId"],
        "fingerprint": result["partialFingerprints"]["primaryLocationLineHash"],
        "severity": SEVERITY[result["properties"]["priority"]],
        "categories": [result["properties"]["category"]],
        "location": {
            "path": result["properties"]["path"],
            "lines": {"begin": place["physicalLocation"]["region"]["startLine"], "end": place["physicalLocation"]["region"]["endLine"]},
        },
    }
