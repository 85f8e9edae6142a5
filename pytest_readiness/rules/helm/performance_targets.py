"""Performance targets stand where they are deployed from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.helm.chart import charts
from pytest_readiness.formats.helm.resources import ValuesFile

_TARGET = re.compile(r"\s*(?P<path>[^\s<>=]+)\s*(?:(?P<operator><=|>=)\s*(?P<bound>\d+(?:\.\d+)?))?\s*").fullmatch


@rule(
    "helm.performance-targets",
    P3,
    on="helm.values",
    when=lambda values, project: values.chart in charts(project).homes,
    category="Performance",
    remedy="record the target in values.yaml",
    needs="targets",
)
def check(values: ValuesFile, *, targets: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Performance targets are part of the configuration.

    A target that stands beside what it is about can be read by tests and alerts, and is changed together with it. Which values
    there must be is set by `targets`, with a bound where there is one.

    ```yaml bad values.yaml
    performance:
      p99LatencyMs: 900  # <--
    ```
    ```yaml with Chart.yaml
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with readiness.yaml
    options:
      helm.performance-targets: {targets: ["performance.p99LatencyMs <= 500"]}
    ```
    ```yaml good values.yaml
    performance:
      p99LatencyMs: 300
      throughputRPS: 1000
    ```
    ```yaml with Chart.yaml
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with readiness.yaml
    options:
      helm.performance-targets: {targets: ["performance.p99LatencyMs <= 500", performance.throughputRPS]}
    ```
    """
    for target in targets:
        found = _TARGET(target)
        if not found:
            yield values.finding(f"the target {target!r} is not like `path`, `path <= number` or `path >= number`")
            continue
        value, place = values.get(found["path"]), values.at(found["path"])
        if value is None:
            yield values.finding(f"no {found['path']}: nobody can see what is promised", place)
        elif found["operator"] and not isinstance(value, (int, float)):
            yield values.finding(f"{found['path']} is {value!r}, no number", place)
        elif (found["operator"] == "<=" and value > float(found["bound"])) or (found["operator"] == ">=" and value < float(found["bound"])):
            yield values.finding(f"{found['path']} is {value}, the target is {found['operator']} {found['bound']}", place)
