"""The same tag means the same image on every node."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.world import deployed_image


@rule(
    "k8s.image-pull-policy",
    P3,
    on="k8s.container",
    when=lambda container: container.image is not None and container.get("imagePullPolicy") is not None,
    category="Kubernetes & Helm",
    remedy="set imagePullPolicy: Always, or name a tag that does not move",
)
def check(container: Container, project: Project) -> Iterator[Finding]:
    """An image whose tag moves is pulled each time.

    With `IfNotPresent` or `Never` every node keeps whatever the tag meant when it first pulled it, so replicas of one
    workload run different code.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:latest
          imagePullPolicy: IfNotPresent  # <-- every node keeps another latest
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1.4.2", imagePullPolicy: IfNotPresent}]
    ```
    """
    policy, image = container.get("imagePullPolicy"), deployed_image(container, project)
    if policy is None or image is None or not (image.is_latest or image.is_moving):
        return
    if policy != "Always":
        tag = image.tag or "latest"
        yield container.finding(
            f"imagePullPolicy is {policy} for the moving tag {tag}: nodes run different images", container.at("imagePullPolicy")
        )
