"""Criteria in YAML against the same number of rules in Python, over a tree of Kubernetes manifests.

    python benchmarks/criteria.py [--criteria 500] [--workloads 40 | --tree DIR] [--rounds 3]

The tree is made here, of Deployments that meet all of them, or a copy of DIR, where some do not.

Both ask every Deployment the same: a label (``require``, ``matches``), a limit (``at_least``) or something absent. ``nothing`` has one
rule in Python and shows what the process and the manifests cost. The criteria bring three checks of their own each, two of which are
their samples. Figures are medians of whole pytest processes that take turns.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{number}, labels: {{app: web, team: team-web}}}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: web, image: "web:1.2.3"}}]}}
"""
HEAD = """\
  - id: acme.rule-{number}
    title: It is as it should be
    on: k8s.workload
    remedy: mend it
    good: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web, labels: {{team: team-web}}}}
      spec: {{replicas: 3}}
    bad: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec: {{replicas: 1, paused: true}}
"""
ASKED = (
    '    require: {metadata.labels.team: {matches: "team-[a-z]+"}}\n',
    "    require: {spec.replicas: {at_least: 2}}\n",
    "    forbid: {spec.paused: true}\n",
)
IMPORTS = "import re\nfrom pytest_readiness import P2, rule\nTEAM = re.compile('team-[a-z]+').fullmatch\nRULES = []\n"
RULE = '''
@RULES.append
@rule("acme.rule-{number}", P2, on="k8s.workload", category="Governance", remedy="mend it")
def check(workload):
    """It is as it should be.

    Otherwise it is not.
    """
    {body}
'''
BODIES = (
    'team = workload.get("metadata", "labels", "team")\n    if team is None or not TEAM(str(team)):\n        yield workload.finding("no team")',
    'count = workload.get("spec", "replicas")\n    if count is None or count < 2:\n        yield workload.finding("too few")',
    'if workload.get("spec", "paused") is True:\n        yield workload.finding("paused")',
)
HOOK = "\ndef pytest_readiness_rules(config, platform):\n    return RULES\n"


def project(directory: Path, layout: str, criteria: int, workloads: int, tree: Path | None) -> Path:
    root = directory / layout
    (root / "deploy").mkdir(parents=True)
    if tree is not None:
        shutil.copytree(tree, root, copy_function=shutil.copyfile, dirs_exist_ok=True)
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "readiness.yaml").write_text('select: ["acme.*"]\n')
    for number in range(workloads if tree is None else 0):
        (root / "deploy" / f"web-{number:04}.yaml").write_text(WORKLOAD.format(number=number))
    if layout == "yaml":
        (root / "readiness").mkdir()
        text = "".join(HEAD.format(number=number) + ASKED[number % 3] for number in range(criteria))
        (root / "readiness" / "acme.yaml").write_text(f"criteria:\n{text}")
    else:
        rules = (RULE.format(number=number, body=BODIES[number % 3]) for number in range(criteria if layout == "python" else 1))
        (root / "conftest.py").write_text(IMPORTS + "".join(rules) + HOOK)
    return root


def run(root: Path) -> tuple[float, float, int]:
    """CPU seconds, peak megabytes and checks of one run."""
    with tempfile.TemporaryFile("w+") as out:
        command = [sys.executable, "-m", "pytest", "--readiness-only", "-q", "-p", "no:cacheprovider"]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
        process = subprocess.Popen(command, cwd=root, stdout=out, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0)
        text = out.read()
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"pytest failed in {root}:\n{text[-2000:]}")
    checks = sum(int(count) for count, _ in re.findall(r"(\d+) (passed|failed|skipped)", text.splitlines()[-1]))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, checks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--criteria", type=int, default=500)
    parser.add_argument("--workloads", type=int, default=40)
    parser.add_argument("--tree", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        roots = {
            layout: project(Path(directory), layout, args.criteria, args.workloads, args.tree) for layout in ("nothing", "python", "yaml")
        }
        figures = {layout: [] for layout in roots}  # type: dict[str, list[tuple[float, float, int]]]
        for _ in range(args.rounds):
            for layout, root in roots.items():
                figures[layout].append(run(root))
    floor = 0.0
    for layout, measured in figures.items():
        seconds, memory, checks = (statistics.median(column) for column in zip(*measured, strict=True))
        floor = floor or seconds
        print(f"{layout:<8} {checks:>7.0f} checks {seconds:6.2f} s {(seconds - floor) / checks * 1e6:6.0f} us/check {memory:5.0f} MB")


if __name__ == "__main__":
    main()
