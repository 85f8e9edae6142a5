"""A known uid instead of whatever the image says."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.objects import whole


@rule(
    "k8s.run-as-user",
    P1,
    on="k8s.container",
    when=lambda container: not container.pod.is_windows,
    category="Kubernetes & Helm",
    remedy="set runAsUser to a uid above 0",
    aliases=("gatekeeper:pod-security-policy/users",),
)
def check(container: Container, *, minimum: int = 1, strict: bool = False) -> Iterator[Finding]:
    """A container runs as an explicit user id that is not root.

    A number in the manifest holds whatever the image says and lets `runAsNonRoot` be verified for images that name
    their user instead of numbering it. Where it is absent the image decides, which is unknown here (a failure when `strict`).

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            runAsUser: 0  # <-- root
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {runAsUser: 65534}
      containers: [{name: web, image: web:1}]
    ```
    """
    uid = container.effective("runAsUser")
    if uid is None and not strict:
        raise Unresolved("runAsUser is not set: the image decides which user it is")
    known = whole(uid)
    if known is None:
        yield container.finding(f"runAsUser is {'not set' if uid is None else repr(uid)}, not a uid", container.effective_at("runAsUser"))
    elif known < minimum:
        what = "root" if known == 0 else f"below {minimum}"
        yield container.finding(f"runAsUser is {known}, which is {what}", container.effective_at("runAsUser"))
