"""Ports that the API server accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import mappings

NAME = re.compile(r"(?=.{1,15}$)(?=[0-9-]*[a-z])[a-z0-9]+(-[a-z0-9]+)*").fullmatch


def wrong(value: object, *, may_be_name: bool) -> str | None:
    """What is wrong with a port's number or name."""
    if isinstance(value, int) and not isinstance(value, bool):
        return None if 0 < value < 65536 else f"{value} is not between 1 and 65535"
    if not may_be_name:
        return f"{value!r} is no number"
    return None if NAME(str(value)) else f"{str(value)[:40]!r} is no name of up to 15 lower-case letters, digits and dashes"


def ports(thing: Container | Object) -> Iterator[tuple[object, bool, tuple[str | int, ...]]]:
    """Every number and name of a port, whether a name is allowed there, and its place."""
    if isinstance(thing, Container):
        for number, port in enumerate(thing.ports):
            yield port.get("containerPort"), False, ("ports", number, "containerPort")
            yield port.get("name"), True, ("ports", number, "name")
        return
    for number, port in enumerate(mappings(thing.get("spec", "ports"))):
        yield port.get("port"), False, ("spec", "ports", number, "port")
        yield port.get("targetPort"), True, ("spec", "ports", number, "targetPort")


@rule(
    "k8s.valid-ports",
    P1,
    on=("k8s.container", "k8s.service"),
    when=lambda thing: any(value is not None for value, _, _ in ports(thing)),
    category="Kubernetes & Helm",
    remedy="use a number from 1 to 65535, or a name of up to 15 lower-case letters, digits and dashes",
    aliases=("kube-linter:invalid-target-ports",),
)
def check(thing: Container | Object) -> Iterator[Finding]:
    """Ports have numbers and names that the API server accepts.

    A name with 16 characters, an underscore or no letter is refused at deployment, and so is a number that is no port.

    ```yaml bad
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      ports:
        - port: 80
          targetPort: http_backend_port  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {ports: [{port: 80, targetPort: http}, {port: 443, targetPort: 8443}]}
    ```
    """
    for value, may_be_name, keys in ports(thing):
        if value is not None and (reason := wrong(value, may_be_name=may_be_name)):
            yield thing.finding(f"the port {reason}", thing.at(*keys))
