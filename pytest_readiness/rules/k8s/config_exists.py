"""A pod without its configuration never starts."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.configs import INJECTED
from pytest_readiness.formats.kubernetes.configs import Reference
from pytest_readiness.formats.kubernetes.configs import config_used_by
from pytest_readiness.formats.kubernetes.configs import is_generated
from pytest_readiness.formats.kubernetes.configs import objects_named
from pytest_readiness.formats.kubernetes.evidence import beside
from pytest_readiness.formats.kubernetes.evidence import in_its_namespace
from pytest_readiness.formats.kubernetes.evidence import unless_brought
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import entries


def needed(pod: Pod) -> Iterator[Reference]:
    """What it names and cannot do without."""
    for reference in config_used_by(pod):
        if not reference.optional and (is_unknown(reference.name) or reference.name not in INJECTED):
            yield reference


def is_judged(pod: Pod, project: Project) -> bool:
    """Whether it needs a ConfigMap and others stand here, or a Secret that stands here."""
    kinds = {reference.kind for reference in needed(pod)}
    return any(beside(pod, project, kind) and in_its_namespace(pod, project, kind) for kind in sorted(kinds))


def keys_of(thing: Object) -> set[str] | None:
    """The keys it has; None where somebody else fills them in."""
    if thing.get("sops") is not None or thing.get("type") == "kubernetes.io/service-account-token":
        return None
    found = {key for section in ("data", "stringData", "binaryData") for key in entries(thing.get(section))}
    return found or None


@rule(
    "k8s.config-exists",
    P1,
    on="k8s.pod",
    when=is_judged,
    category="Environment configuration",
    remedy="create it, correct the name or key, or mark the reference optional",
    aliases=("kube-linter:env-value-from",),
)
def check(pod: Pod, project: Project) -> Iterator[Finding]:
    """The ConfigMaps that a pod uses exist, with the keys it asks for.

    Otherwise its containers wait in `CreateContainerConfigError` or `ContainerCreating` for as long as it is missing. Judged where
    other ConfigMaps of the namespace stand in the same directory or one beside it, in the chart or overlay. A missing
    Secret is the matter of `k8s.external-secrets`, for most are not made in manifests; of one that stands here, the keys count.
    What an empty object holds is filled in by somebody else.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          env:
            - name: LEVEL
              valueFrom: {configMapKeyRef: {name: web, key: LEVLE}}  # <-- no such key
          envFrom:
            - configMapRef: {name: shared}  # <-- no such ConfigMap
            - configMapRef: {name: extra, optional: true}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data: {LEVEL: info}
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", envFrom: [{configMapRef: {name: web}}]}]
      volumes: [{name: trust, configMap: {name: kube-root-ca.crt}}]
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data: {LEVEL: info}
    ```
    """
    for reference in needed(pod):
        found = list(objects_named(reference, pod, project))
        if found:
            for key in reference.keys:
                known = [keys_of(thing) for thing in found]
                if all(keys is not None and key not in keys for keys in known):
                    yield pod.finding(f"{reference.kind} {reference.name} has no key {key}: the container waits for it", reference.span)
        elif reference.kind == "ConfigMap" and beside(pod, project, "ConfigMap") and in_its_namespace(pod, project, "ConfigMap"):
            if not pod.home and is_generated(reference, project):
                continue
            unless_brought(pod, f"ConfigMap {reference.name}", project)
            yield pod.finding(f"there is no ConfigMap {reference.name}: the container waits for it", reference.span)
