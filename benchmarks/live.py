"""What live checks cost: many HTTP checks and PromQL queries in one run of pytest, against the same questions one by one.

    python benchmarks/live.py [--each 200]

The shop and the Prometheus of examples/live-service are started on loopback. Three ways to ask the same, in turn:

- ``pytest --readiness --readiness-live``: both targets at once, one connection each, items in the order of the file;
- a script with a new connection for each question, and no pytest around it;
- ``curl`` for each question.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

EXAMPLE = Path(__file__).parents[1] / "examples" / "live-service"
TARGETS = "live:\n  targets:\n    shop: {url: {env: SHOP_URL}}\n    prom: {prometheus: {env: PROMETHEUS_URL}}\n  checks:\n"
QUERY = 'sum(http_requests_total{code="200"})'


def ask(each: int, times: int) -> None:
    """Ask in all three ways; the servers are there."""
    shop, prometheus = f"{os.environ['SHOP_URL']}/healthz", f"{os.environ['PROMETHEUS_URL']}/api/v1/query?query={quote(QUERY)}"
    urls = [*[shop] * each, *[prometheus] * each]
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        (root / "pytest.ini").write_text("[pytest]\n")
        http = [
            f"    - {{rule: endpoint, name: h{number}, target: shop, path: /healthz, json: {{status: healthy}}}}\n"
            for number in range(each)
        ]
        promql = [f"    - {{rule: measurement, name: p{number}, target: prom, query: '{QUERY}', at_least: 1}}\n" for number in range(each)]
        (root / "readiness.yaml").write_text(TARGETS + "".join((*http, *promql)))
        (root / "empty").mkdir()
        (root / "empty" / "pytest.ini").write_text("[pytest]\n")
        (root / "empty" / "test_one.py").write_text("def test_one(): pass\n")
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        ways: dict[str, Callable[[], object]] = {
            "pytest, nothing asked": lambda: run(pytest, root / "empty"),
            "pytest --readiness-live": lambda: run([*pytest, "--readiness-only", "--readiness-live"], root),
            "a connection for each": lambda: [urlopen(url, timeout=5).read() for url in urls],
            "curl for each": lambda: [run(["curl", "-fsS", "-o", os.devnull, url], root) for url in urls],
        }
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(times):
            for name, way in ways.items():
                started = time.perf_counter()
                way()
                took[name].append(time.perf_counter() - started)
    median = {name: statistics.median(seconds) for name, seconds in took.items()}
    ours = median["pytest --readiness-live"]
    print(f"{each} HTTP checks and {each} PromQL queries, median of {times}")
    for name, seconds in median.items():
        print(f"  {name:<26} {seconds:6.2f} s {seconds / ours:6.1f} x")


def run(command: list[str], directory: Path) -> None:
    subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    if "SHOP_URL" in os.environ:
        ask(options.each, options.times)
        return
    if shutil.which("curl") is None:
        raise SystemExit("curl is not on PATH")
    again = [sys.executable, __file__, "--each", str(options.each), "--times", str(options.times)]
    raise SystemExit(subprocess.run([sys.executable, EXAMPLE / "serve.py", *again], check=False).returncode)


if __name__ == "__main__":
    main()
