"""Mandatory access control on the node's files."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container

ANNOTATION = "container.apparmor.security.beta.kubernetes.io"
KEYS = ("securityContext", "appArmorProfile", "type")


@rule(
    "k8s.apparmor-runtime-default",
    P2,
    on="k8s.container",
    when=lambda container: not container.pod.is_windows,
    category="Security & Compliance",
    remedy="set appArmorProfile: {type: RuntimeDefault} in the pod's securityContext",
    aliases=("KSV-0002", "gatekeeper:pod-security-policy/apparmor"),
)
def check(container: Container) -> Iterator[Finding]:
    """A container runs under an AppArmor profile.

    The profile keeps a process that became root inside from writing to the node's /proc and /sys. The field exists since
    Kubernetes 1.30; the older annotation counts where it names this container on the pod (not on the Deployment).

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
      annotations:
        container.apparmor.security.beta.kubernetes.io/other: runtime/default
    spec:
      containers:
        - name: web  # <-- the annotation names another container
          image: web:1
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {appArmorProfile: {type: RuntimeDefault}}
      containers: [{name: web, image: web:1}]
    ```
    """
    own, pod = container.get(*KEYS), container.pod
    profile = pod.setting(*KEYS) if own is None else own
    annotation = f"{ANNOTATION}/{container.own_name}"
    legacy = pod.annotations.get(annotation)
    if profile is not None:
        if profile not in ("RuntimeDefault", "Localhost"):
            place = pod.place(*KEYS) if own is None else container.at(*KEYS)
            yield container.finding(f"the AppArmor profile is {profile}: nothing confines a process that became root", place)
    elif legacy is None:
        yield container.finding("no AppArmor profile: nothing confines a process that became root", container.at("securityContext"))
    elif not str(legacy).startswith(("runtime/default", "localhost/")):
        place = pod.at("metadata", "annotations", annotation)
        yield container.finding(f"the AppArmor profile is {legacy}: nothing confines a process that became root", place)
