"""pytest's own floor: N empty custom items with the same marks, and the same N as readiness checks.

    python benchmarks/floor.py [--checks 10000] [--failing 0.1] [--rounds 5]

Each run is a process of its own; floor and readiness take turns, so that a drifting machine hits both.
Reports CPU seconds per run (median), microseconds per item, peak memory, and the ratio readiness / floor.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FLOOR = """
import pytest

class Boom(Exception):
    pass

class Item(pytest.Item):
    def runtest(self):
        if self.bad:
            raise Boom("a message of the usual length about one resource")
    def repr_failure(self, excinfo):
        return "file:1:1: P0 rule: a message of the usual length about one resource"
    def reportinfo(self):
        return self.path, 0, self.name

class File(pytest.File):
    def collect(self):
        for number in range(100):
            item = Item.from_parent(self, name=f"rule[resource-{number}]")
            item.bad = number % 100 < FAILING * 100
            for mark in (pytest.mark.readiness(priority="P0", category="x"), pytest.mark.p0):
                item.add_marker(mark)
            yield item

def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".floor":
        return File.from_parent(parent, path=file_path)
"""

READINESS = '''
from pytest_readiness import P0, Format, Resource, Span, rule

class Toy(Format):
    name = "toy"
    def claims(self, path, text):
        return path.endswith(".toy")
    def resources(self, path, project):
        return [Resource("toy.line", f"resource-{number}", Span(path, 1, 1, 1, 2)) for number in range(100)]

@rule("toy.rule", P0, on="toy.line", category="Governance", remedy="mend it")
def check(resource):
    """A title.

    A reason.
    """
    if int(resource.name[9:]) < FAILING * 100:
        yield resource.finding("a message of the usual length about one resource")

def pytest_readiness_formats():
    return [Toy()]

def pytest_readiness_rules(platform):
    return [check]

def pytest_readiness_modify_rules(rules):
    rules[:] = [rule for rule in rules if rule.id == "toy.rule"]
'''


def project(directory: Path, kind: str, checks: int, failing: float) -> Path:
    root = directory / f"{kind}-{checks}"
    root.mkdir()
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "conftest.py").write_text((FLOOR if kind == "floor" else READINESS).replace("FAILING", str(failing)))
    for number in range(checks // 100):
        (root / f"f{number:05}.{'floor' if kind == 'floor' else 'toy'}").write_text("x\n")
    return root


def run(root: Path, *args: str) -> tuple[float, float]:
    """CPU seconds and peak megabytes of one pytest process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *args],
        cwd=root,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
    )
    _, _, usage = os.wait4(process.pid, 0)
    del before
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(directory: Path, checks: int, failing: float, rounds: int, *, with_floor: bool) -> None:
    trees = {"floor": project(directory, "floor", checks, failing)} if with_floor else {}
    trees["readiness"] = project(directory, "toy", checks, failing)
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in trees}
    for number in range(rounds + 1):
        for name, root in trees.items():
            figures = run(root, *(("--readiness-only",) if name == "readiness" else ()))
            if number:  # the first round only warms up
                runs[name].append(figures)
    for name, figures in runs.items():
        seconds, memory = (statistics.median(column) for column in zip(*figures, strict=True))
        print(
            f"{checks:>7} checks  {failing:4.0%} failing  {name:<10} {seconds:7.2f} s  {seconds / checks * 1e6:6.0f} us/check  {memory:5.0f} MB"
        )
    if with_floor:
        ratio = statistics.median(ours[0] / base[0] for base, ours in zip(runs["floor"], runs["readiness"], strict=True))
        print(f"{'':>7} readiness / floor = {ratio:.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=int, nargs="+", default=[10_000])
    parser.add_argument("--failing", type=float, nargs="+", default=[0.0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-floor", action="store_true", help="only the readiness runs: the floor grows with the square of the failures")
    args = parser.parse_args()
    for checks in args.checks:
        for failing in args.failing:
            with tempfile.TemporaryDirectory() as directory:
                compare(Path(directory), checks, failing, args.rounds, with_floor=not args.no_floor)


if __name__ == "__main__":
    started = time.perf_counter()
    main()
