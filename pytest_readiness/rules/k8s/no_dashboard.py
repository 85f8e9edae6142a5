"""No administration page inside the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.images import Image
from pytest_readiness.formats.images import parse_image
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import entries

NAMES = ("kubernetes-dashboard", "dashboard-web", "dashboard-api", "kubernetes-dashboard-amd64")
LABELS = ("app", "k8s-app", "app.kubernetes.io/name")


def is_dashboard(pod: Pod) -> bool:
    for labels in (entries(pod.labels), pod.owner.labels):
        if any(labels.get(name) == "kubernetes-dashboard" for name in LABELS):
            return True
    return any(image.name in NAMES or image.repository.endswith("kubernetesui/dashboard") for image in images(pod))


def images(pod: Pod) -> Iterator[Image]:
    for _, _, body in pod.containers:
        image = body.get("image")
        if image is not None:
            yield parse_image(str(image))


@rule(
    "k8s.no-dashboard",
    P2,
    on="k8s.pod",
    category="Security & Compliance",
    remedy="remove it; use a client outside of the cluster with every person's own rights",
    aliases=("CKV_K8S_33",),
)
def check(pod: Pod) -> Iterator[Finding]:
    """The Kubernetes dashboard is not deployed.

    It is reachable for every pod, acts with the rights of its own account, and has been the way into clusters more than
    once.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: kubernetes-dashboard  # <--
      labels: {k8s-app: kubernetes-dashboard}
    spec: {template: {spec: {containers: [{name: dashboard, image: "kubernetesui/dashboard:v2.7.0"}]}}}
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: sales-dashboard, labels: {app: sales-dashboard}}
    spec:
      containers: [{name: web, image: "example/dashboard:1"}]
    ```
    """
    if is_dashboard(pod):
        yield pod.finding("the Kubernetes dashboard is a door into the cluster for everything that runs in it")
