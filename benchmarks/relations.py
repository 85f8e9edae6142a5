"""Relations between objects: the time of a run against the number of objects, which must grow no faster.

    python benchmarks/relations.py [--objects 1250 2500 5000] [--rounds 3]

Each application is eight objects: Deployment, Service, PodDisruptionBudget, HorizontalPodAutoscaler, NetworkPolicy,
ServiceAccount, ConfigMap and ServiceMonitor. ``one namespace`` gives every application names and labels of its own,
``namespaces`` the same names and labels in a namespace of its own, ``dangling`` selectors and references that lead nowhere,
``unwritten`` leaves the namespaces to whoever applies them, and ``placeholders`` the names and labels as well. Figures are medians of whole pytest processes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

APPLICATION = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}{where}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, part-of: shop}}}}
    spec:
      serviceAccountName: {other}
      containers:
        - name: app
          image: registry.example.com/app:1.2.3
          envFrom: [{{configMapRef: {{name: {other}}}}}]
          resources: {{requests: {{cpu: 100m, memory: 128Mi}}, limits: {{memory: 128Mi}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}{where}, labels: {{app: {name}, part-of: shop}}}}
spec: {{selector: {{part-of: shop, app: {other}}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: {name}{where}}}
spec: {{maxUnavailable: 1, selector: {{matchLabels: {{part-of: shop, app: {other}}}}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: {name}{where}}}
spec:
  minReplicas: 3
  maxReplicas: 9
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {other}}}
  metrics: [{{type: Resource, resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 70}}}}}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}{where}}}
spec:
  podSelector:
    matchLabels: {{part-of: shop}}
    matchExpressions: [{{key: app, operator: In, values: [{other}]}}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}{where}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}{where}}}
data: {{LEVEL: info}}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {{name: {name}{where}}}
spec: {{selector: {{matchLabels: {{app: {other}}}}}, endpoints: [{{port: http}}]}}
"""
EACH = APPLICATION.count("kind: ") - 1  # the reference has a kind as well
LAYOUTS = ("one namespace", "namespaces", "unwritten", "dangling", "placeholders")


def application(layout: str, number: int) -> str:
    name = {"namespaces": "web", "placeholders": "'${APP}'"}.get(layout, f"web-{number}")
    where = {"unwritten": "", "placeholders": "", "namespaces": f", namespace: shop-{number}"}.get(layout, ", namespace: shop")
    return APPLICATION.format(name=name, where=where, other=f"missing-{number}" if layout == "dangling" else name)


def project(directory: Path, layout: str, objects: int) -> Path:
    root = directory / f"{layout.replace(' ', '-')}-{objects}"
    (root / "deploy").mkdir(parents=True)
    (root / "pytest.ini").write_text("[pytest]\n")
    for number in range(objects // EACH):
        (root / "deploy" / f"app-{number:05}.yaml").write_text(application(layout, number))
    return root


def run(root: Path) -> tuple[float, float]:
    """CPU seconds and peak megabytes of one run."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--readiness-only", "-q", "-p", "no:cacheprovider"],
        cwd=root,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
    )
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"pytest did not run in {root}: {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(directory: Path, layout: str, sizes: list[int], rounds: int) -> None:
    before: tuple[int, float] | None = None
    for objects in sizes:
        root = project(directory, layout, objects)
        figures = [run(root) for _ in range(rounds)]
        seconds, memory = (statistics.median(column) for column in zip(*figures, strict=True))
        growth = f"{objects / before[0]:.1f} times the objects, {seconds / before[1]:.2f} times the time" if before else ""
        print(
            f"{layout:<14} {objects:>6} objects {seconds:7.2f} s {seconds / objects * 1e6:6.0f} us/object {memory:5.0f} MB  {growth}",
            flush=True,
        )
        before = objects, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, nargs="+", default=[1_250, 2_500, 5_000])
    parser.add_argument("--layouts", nargs="+", default=LAYOUTS, choices=LAYOUTS)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        for layout in args.layouts:
            measure(Path(directory), layout, args.objects, args.rounds)


if __name__ == "__main__":
    main()
