"""Annotations that once meant security."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import TEMPLATES
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import entries

IGNORED = ("seccomp.security.alpha.kubernetes.io/", "container.seccomp.security.alpha.kubernetes.io/")
POLICY = ("kubernetes.io/psp",)
DEPRECATED = ("container.apparmor.security.beta.kubernetes.io/", "apparmor.security.beta.kubernetes.io/")


def annotated(thing: Object) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Where the object and its pod template have annotations, and which."""
    for keys in dict.fromkeys(((), TEMPLATES.get(thing.id, ()))):
        found = entries(thing.get(*keys, "metadata", "annotations"))
        if found:
            yield (*keys, "metadata", "annotations"), found


@rule(
    "k8s.no-legacy-security-annotations",
    P2,
    on="k8s.object",
    when=lambda thing: any(annotated(thing)),
    category="Kubernetes & Helm",
    remedy="use the field of the securityContext",
)
def check(thing: Object) -> Iterator[Finding]:
    """No security setting is written as an annotation that is not read any more.

    Seccomp annotations are ignored since Kubernetes 1.27 and those of PodSecurityPolicy since 1.25: the pod runs
    without what they say. AppArmor's are deprecated since 1.30.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
      annotations:
        seccomp.security.alpha.kubernetes.io/pod: runtime/default  # <-- ignored
    spec:
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web, annotations: {owner: shop}}
    spec:
      securityContext: {seccompProfile: {type: RuntimeDefault}}
      containers: [{name: web, image: "web:1"}]
    ```
    """
    for keys, found in annotated(thing):
        for name in found:
            if name.startswith(IGNORED) or name in POLICY:
                yield thing.finding(f"the annotation {name} is not read any more, so it protects nothing", thing.at(*keys, name))
            elif name.startswith(DEPRECATED):
                yield thing.advice(f"the annotation {name} is deprecated: use securityContext.appArmorProfile", thing.at(*keys, name))
