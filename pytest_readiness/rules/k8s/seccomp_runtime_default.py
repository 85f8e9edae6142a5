"""System calls that no program needs are refused."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.seccomp-runtime-default",
    P1,
    on="k8s.container",
    when=lambda container: not container.pod.is_windows,
    category="Security & Compliance",
    remedy="set seccompProfile: {type: RuntimeDefault} in the pod's securityContext",
    aliases=("KSV-0030", "datree:CONTAINERS_INCORRECT_SECCOMP_PROFILE"),
    standards=("PSS restricted",),
)
def check(container: Container) -> Iterator[Finding]:
    """A container runs under the runtime's seccomp profile or one of its own.

    Without a profile all system calls of the kernel are open to the program, and most kernel exploits go through ones it
    never uses. The annotations `seccomp.security.alpha.kubernetes.io` are no longer read since Kubernetes 1.27.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
      annotations: {seccomp.security.alpha.kubernetes.io/pod: runtime/default}
    spec:
      containers:
        - name: web  # <-- the annotation is not read any more
          image: web:1
        - name: proxy
          image: proxy:1
          securityContext:
            seccompProfile:
              type: Unconfined  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {seccompProfile: {type: RuntimeDefault}}
      containers: [{name: web, image: web:1}]
    ```
    """
    own = container.get("securityContext", "seccompProfile", "type")
    profile = container.pod.setting("securityContext", "seccompProfile", "type") if own is None else own
    if profile is None:
        yield container.finding("no seccompProfile: every system call of the kernel is open to it", container.at("securityContext"))
    elif profile not in ("RuntimeDefault", "Localhost"):
        keys = ("securityContext", "seccompProfile", "type")
        place = container.pod.place(*keys) if own is None else container.at(*keys)
        yield container.finding(f"the seccomp profile is {profile}: every system call of the kernel is open to it", place)
