"""Nothing can be written where the program's own files are."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.read-only-root-fs",
    P1,
    on="k8s.container",
    when=lambda container: not container.pod.is_windows,
    category="Security & Compliance",
    remedy="set readOnlyRootFilesystem: true and mount an emptyDir where it must write",
    aliases=(
        "CKV_K8S_22",
        "KSV-0014",
        "kube-linter:no-read-only-root-fs",
        "polaris:notReadOnlyRootFilesystem",
        "datree:CONTAINERS_INCORRECT_READONLYROOTFILESYSTEM_VALUE",
        "gatekeeper:pod-security-policy/read-only-root-filesystem",
    ),
)
def check(container: Container, *, exempt_images: tuple[str, ...] = ()) -> Iterator[Finding]:
    """A container's root file system is read-only.

    An intruder who cannot write cannot leave tools or change the program, and a program that fills its own file system
    cannot fill the node's. Each container says it for itself; there is no setting for the pod. `exempt_images` are globs of
    images that cannot do without.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            readOnlyRootFilesystem: false  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext: {readOnlyRootFilesystem: true}
          volumeMounts: [{name: tmp, mountPath: /tmp}]
      volumes: [{name: tmp, emptyDir: {}}]
    ```
    """
    value = container.get("securityContext", "readOnlyRootFilesystem")
    exempt = bool(exempt_images) and any(fnmatchcase(str(container.get("image")), glob) for glob in exempt_images)
    if value is not True and not exempt:
        what = "is not set" if value is None else f"is {str(value).lower()}"
        place = container.at("securityContext", "readOnlyRootFilesystem")
        yield container.finding(f"readOnlyRootFilesystem {what}: an intruder can change the program's files", place)
