"""GitHub Actions: annotations of what is open and a job summary, within the runner's limits.

Source: GitHub, "Workflow commands for GitHub Actions": ten annotations of a level for each step, the rest is dropped
silently; a job summary of at most 1 MiB.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import markdown
from .sarif import results

PER_LEVEL = 10
COMMANDS = {"P0": "error", "P1": "error", "P2": "warning", "P3": "notice"}
ANNOTATOR = "pytest-github-actions-annotate-failures"


def commands(report: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Workflow commands for the findings that are open, P0 first; the last of a level that has too many says how many are left out.

    ``prefix`` leads from the repository's root to the directory that was judged.
    """
    found = sorted(results(report), key=lambda result: result["properties"]["priority"])
    for level in dict.fromkeys(COMMANDS.values()):
        of_level = [result for result in found if COMMANDS[result["properties"]["priority"]] == level]
        shown = of_level if len(of_level) <= PER_LEVEL else of_level[: PER_LEVEL - 1]
        yield from (_annotation(level, result, prefix) for result in shown)
        if left := len(of_level) - len(shown):
            yield f"::{level} title=readiness::and {left} more findings of this level, which GitHub would not show: see the job summary"


def _annotation(level: str, result: Mapping[str, Any], prefix: str) -> str:
    region = result["locations"][0]["physicalLocation"]["region"]
    path = result["properties"]["path"]
    properties = {
        "file": f"{prefix}{path}" if path != "." else None,
        "line": region["startLine"],
        "endLine": region["endLine"],
        "col": region["startColumn"],
        "endColumn": region["endColumn"],
        "title": f"{result['properties']['priority']} {result['ruleId']}",
    }
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
    return f"::{level} {told}::{_data(result['message']['text'])}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def prefix(root: Path, environment: Mapping[str, str]) -> str:
    """What stands before a path below the root to make it one of the repository."""
    told = environment.get("PYTEST_RUN_PATH") or environment.get("GITHUB_WORKSPACE") or ""
    if environment.get("PYTEST_RUN_PATH"):
        return f"{told.rstrip('/')}/"
    workspace = Path(told) if told else root
    return f"{root.relative_to(workspace).as_posix()}/" if workspace != root and root.is_relative_to(workspace) else ""


def summarise(report: dict[str, Any], environment: Mapping[str, str] = os.environ) -> None:
    """Add the review to the job summary; raises `OSError`."""
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(markdown.render(report) + "\n")
