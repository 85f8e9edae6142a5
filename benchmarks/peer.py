"""The whole process on real trees: this plugin, cold and warm, against checkov.

    python benchmarks/peer.py --checkov /path/to/bin/checkov TREE [TREE ...]

Cold removes the byte code that pytest's assertion rewriting made of the plugin, which is the state right after
installation; there is no other cache. The commands take turns; figures are medians of whole processes: wall
and CPU seconds, and the largest resident set of the process tree's biggest process.
checkov runs with --skip-download, so that it needs no network, and without its process pool where it hangs
(CHECKOV_PARALLELIZATION_TYPE=none); a run that takes longer than --timeout is reported as such.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest_readiness

HERE = Path(pytest_readiness.__file__).parent


Figures = tuple[float, float, float]


def run(command: list[str], cwd: Path, timeout: float, **environment: str) -> Figures | None:
    """Wall seconds, CPU seconds and peak megabytes of a command and its children; None when it takes too long."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment},
    )
    while True:
        pid, _, usage = os.wait4(process.pid, os.WNOHANG)
        wall = time.perf_counter() - started
        if pid:
            return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        if wall > timeout:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
        time.sleep(0.01)


def ours(tree: Path, *, cold: bool) -> Figures | None:
    if cold:
        for path in HERE.rglob("*-pytest-*.pyc"):
            path.unlink()
    command = [sys.executable, "-m", "pytest", "--readiness-only", "-q", "-p", "no:cacheprovider", "--rootdir", str(tree), "--tb=short"]
    return run([*command, str(tree)], tree, 600)


def measured(name: str, once: Callable[[], Figures | None]) -> Figures | None:
    done = []
    for _ in range(ROUNDS):
        if (figure := once()) is None:
            print(f"  {name:<16} did not finish", flush=True)
            return None
        done.append(figure)
    wall, cpu, memory = (statistics.median(column) for column in zip(*done, strict=True))
    print(f"  {name:<16} {wall:8.2f} s wall  {cpu:8.2f} s CPU  {memory:6.0f} MB", flush=True)
    return wall, cpu, memory


ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", type=Path, nargs="+")
    parser.add_argument("--checkov", default="checkov")
    parser.add_argument("--timeout", type=float, default=300)
    args = parser.parse_args()
    for tree in map(Path.resolve, args.trees):
        print(tree.name)
        cold = measured("readiness cold", partial(ours, tree, cold=True))
        warm = measured("readiness warm", partial(ours, tree, cold=False))
        command = [args.checkov, "-d", str(tree), "--skip-download", "--quiet", "--compact", "-o", "json"]
        peer = measured("checkov", partial(run, command, tree, args.timeout))
        if peer is None:
            peer = measured("checkov, 1 proc", partial(run, command, tree, args.timeout, CHECKOV_PARALLELIZATION_TYPE="none"))
        if peer and cold and warm:
            print(f"  checkov / readiness: cold {peer[0] / cold[0]:.1f}, warm {peer[0] / warm[0]:.1f} (wall)", flush=True)


if __name__ == "__main__":
    main()
