"""A tag can be pushed again; a digest cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.world import deployed_image
from pytest_readiness.formats.kubernetes.world import pins_images

DIGEST = re.compile(r"sha256:[0-9a-f]{64}").fullmatch


def applies(container: Container, project: Project) -> bool:
    return container.image is not None and container.pod.owner.is_production and not pins_images(container, project)


@rule(
    "k8s.image-digest-pinned",
    P2,
    on="k8s.container",
    when=applies,
    category="Security & Compliance",
    remedy="deploy the image by its digest (name:tag@sha256:...)",
    aliases=("CKV_K8S_43", "datree:CONTAINERS_MISSING_IMAGE_VALUE_DIGEST", "gatekeeper:general/imagedigests"),
)
def check(container: Container, project: Project) -> Iterator[Finding]:
    """A production image is referenced by its digest.

    A signature, a scan result and a provenance statement speak of a digest. Whoever can push to the registry can move a
    tag, and then none of them is about what runs. Not asked where an admission policy adds the digest.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: prod}
    spec:
      containers:
        - name: web
          image: web:1.4.2  # <-- the tag can be pushed again
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: prod}
    spec:
      containers:
        - name: web
          image: web:1.4.2@sha256:04ff8fce2afd1a3bc26260348e5b290e8d945b1fad4b4c16d22834c2f3a1814a
    ```
    """
    image = deployed_image(container, project)
    if image is not None and not image.digest:
        yield container.finding(f"the image {image.text} has no digest, so it can change behind its tag", container.at("image"))
    elif image is not None and not DIGEST(image.digest):
        yield container.finding(f"the digest {image.digest} of {image.name} is no sha256 digest", container.at("image"))
