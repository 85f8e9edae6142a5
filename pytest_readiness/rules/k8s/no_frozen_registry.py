"""Images come from where they are still published."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Unknown
from pytest_readiness import rule
from pytest_readiness.formats.images import Image
from pytest_readiness.formats.kubernetes.objects import Container

# registry (and the first part of the repository) -> where its images are now
FROZEN = {
    "k8s.gcr.io": "registry.k8s.io",
    "gcr.io/google-containers": "registry.k8s.io",
    "gcr.io/google_containers": "registry.k8s.io",
    "gcr.io/kubernetes-helm": "Helm 3",
    "quay.io/coreos/flannel": "ghcr.io/flannel-io",
}


def frozen(image: Image | Unknown) -> str | None:
    """The frozen place that an image comes from."""
    name = f"{image.registry}/{image.repository}"
    return next((place for place in FROZEN if name.startswith(f"{place}/")), None)


@rule(
    "k8s.no-frozen-registry",
    P2,
    on="k8s.container",
    when=lambda container: container.image is not None,
    category="Kubernetes & Helm",
    remedy="take the image from registry.k8s.io, or from a mirror of your own",
    aliases=("gatekeeper:general/disallowedrepos",),
)
def check(container: Container) -> Iterator[Finding]:
    """An image comes from a registry that still gets updates.

    `k8s.gcr.io` has been frozen since April 2023 and is switched off step by step: no security update arrives there, and
    one day the node that has to start the pod finds no image.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: pause
          image: k8s.gcr.io/pause:3.6  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: pause, image: "registry.k8s.io/pause:3.10"}]
    ```
    """
    image = container.image
    if image is not None and (place := frozen(image)):
        yield container.finding(f"{place} gets no updates any more: use {FROZEN[place]}", container.at("image"))
