"""Names that the API server accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.scopes import CLUSTER_SCOPED
from pytest_readiness.formats.kubernetes.scopes import NAMESPACED

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?").fullmatch
DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*").fullmatch
LABELS = ("Namespace", "Service")  # names that become part of a host name


def is_judged(thing: Object) -> bool:
    """Whether names of its kind are host names; those of RBAC objects are not."""
    known = thing.id in NAMESPACED or thing.id in CLUSTER_SCOPED
    return known and not thing.id.startswith("rbac.") and thing.object_name is not None


def problem(name: str, kind: str) -> str | None:
    if kind in LABELS:
        if len(name) > 63:
            return f"has {len(name)} characters of 63"
        return None if LABEL(name) and (kind == "Namespace" or name[0].isalpha()) else "may have lower-case letters, digits and dashes only"
    if len(name) > 253:
        return f"has {len(name)} characters of 253"
    if kind == "batch/CronJob" and len(name) > 52:
        return f"has {len(name)} characters of 52"
    return None if DOMAIN(name) else "may have lower-case letters, digits, dashes and dots only"


@rule(
    "k8s.valid-name",
    P1,
    on="k8s.object",
    when=is_judged,
    category="Kubernetes & Helm",
    remedy="use lower-case letters, digits and dashes",
    aliases=("datree:RESOURCE_MISSING_NAME",),
)
def check(thing: Object) -> Iterator[Finding]:
    """The name of an object is one that the API server accepts.

    An underscore or a capital letter is refused at deployment, and so is a Service whose name is no part of a host name or
    a CronJob whose name leaves no room for those of its jobs.

    ```yaml bad
    apiVersion: v1
    kind: Service
    metadata:
      name: order_api  # <--
    spec: {ports: [{port: 80}]}
    ```
    ```yaml good
    apiVersion: v1
    kind: Service
    metadata: {name: order-api}
    spec: {ports: [{port: 80}]}
    ```
    """
    name = thing.object_name
    if name is not None and (wrong := problem(str(name), thing.id)):
        yield thing.finding(f"the name {str(name)[:80]!r} is refused: it {wrong}", thing.at("metadata", "name"))
