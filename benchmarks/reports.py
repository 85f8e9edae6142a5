"""The end of a run: CPU seconds of the verdict and of each report, and the size of each, by the number of checks.

    pytest --readiness-only --rootdir TREE --readiness-report=json:report.json
    python benchmarks/reports.py report.json [--checks 10000 50000]

The checks of a real run are repeated under other directories until there are as many as wanted.
"""

from __future__ import annotations

import argparse
import datetime
import json
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness import governance
from pytest_readiness import plugin
from pytest_readiness.conclusion import Conclusion
from pytest_readiness.policy import Policy

RULES = [*(rule for platform in builtin.platforms() for rule in builtin.rules(platform)), *governance.RULES]


def repeated(checks: list[dict[str, Any]], number: int) -> Iterator[dict[str, Any]]:
    for index in range(number):
        check, again = checks[index % len(checks)], index // len(checks)
        path = f"copy-{again}/{check['path']}"
        yield {**check, "path": path, "id": f"{path}::{check['id'].partition('::')[2]}"}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("report", type=Path)
    parser.add_argument("--checks", type=int, nargs="+", default=[10_000, 50_000])
    options = parser.parse_args()
    base = json.loads(options.report.read_text("utf-8"))
    for number in options.checks:
        checks: Any = list(repeated(base["checks"], number))
        made = Conclusion(checks, lambda: RULES, Policy(), Project.of({}), today=datetime.date(2026, 11, 20))
        made.facts = base["run"]
        print(f"{number:>7} checks: verdict {timed(lambda made=made: made.verdict)[0]:.2f} s", end="")
        seconds, report = timed(lambda made=made: made.report)
        print(f", all that reports are made from {seconds:.2f} s")
        for name, render in plugin.pytest_readiness_report().items():
            seconds, text = timed(lambda render=render, report=report: render(report))
            print(f"{'':7} {name:<12} {seconds:6.2f} s {len(text.encode()) / 1e6:8.2f} MB")


if __name__ == "__main__":
    main()
