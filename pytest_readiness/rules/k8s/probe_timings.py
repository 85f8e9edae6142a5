"""Probes with numbers that the API server takes."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import PROBES
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.objects import entries
from pytest_readiness.formats.kubernetes.objects import whole

LEAST = {"initialDelaySeconds": 0, "periodSeconds": 1, "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 1}


@rule(
    "k8s.probe-timings",
    P1,
    on="k8s.container",
    when=lambda container: any(container.get(probe) is not None for probe in PROBES),
    category="Kubernetes & Helm",
    remedy="correct the number, or leave it out for the default",
    aliases=("datree:CONTAINERS_INCORRECT_TIMEOUTSECONDS_VALUE",),
)
def check(container: Container) -> Iterator[Finding]:
    """The numbers of a probe are ones that mean something.

    The API server refuses a negative delay, a threshold below one, and a successThreshold other than 1 for liveness and
    startup. A timeout longer than the period lets probes pile up, which is advice.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          livenessProbe:
            tcpSocket: {port: 8080}
            failureThreshold: 0  # <--
            successThreshold: 2  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 10, timeoutSeconds: 2}}]
    ```
    """
    for probe in PROBES:
        numbers = entries(container.get(probe))
        for name, least in LEAST.items():
            value = whole(numbers.get(name))
            if value is not None and value < least:
                yield container.finding(f"{probe}: {name} {value} is below {least}", container.at(probe, name))
        success = whole(numbers.get("successThreshold"))
        if probe != "readinessProbe" and success is not None and success > 1:
            yield container.finding(f"{probe}: successThreshold must be 1, not {success}", container.at(probe, "successThreshold"))
        period, timeout = numbers.get("periodSeconds", 10), numbers.get("timeoutSeconds", 1)
        if isinstance(period, int) and isinstance(timeout, int) and timeout > period:
            yield container.advice(f"{probe}: the timeout of {timeout}s is longer than its period", container.at(probe, "timeoutSeconds"))
