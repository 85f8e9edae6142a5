"""What runs is what was tested."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.world import built_here
from pytest_readiness.formats.kubernetes.world import deployed_image

BRANCHES = ("main", "master", "dev", "stable")


@rule(
    "k8s.image-not-latest",
    P1,
    on="k8s.container",
    when=lambda container: container.image is not None,
    category="Security & Compliance",
    remedy="name a version tag or, better, a digest",
    aliases=(
        "CKV_K8S_14",
        "KSV-0013",
        "kube-linter:latest-tag",
        "polaris:tagNotSpecified",
        "datree:CONTAINERS_MISSING_IMAGE_VALUE_VERSION",
        "gatekeeper:general/disallowedtags",
    ),
)
def check(container: Container, project: Project) -> Iterator[Finding]:
    """A container's image has a tag that does not move.

    With `latest`, no tag or the name of a branch, a restarted pod may run other code than its neighbours, and going back
    is impossible because nobody knows what ran before. A kustomization's `images:` counts where it includes the file.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: registry:5000/web  # <-- a port is no tag
        - name: proxy
          image: nginx:latest  # <--
    ```
    ```yaml good deploy/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: web}, {name: proxy, image: "nginx:1.27.3"}]
    ```
    ```yaml with deploy/kustomization.yaml
    resources: [pod.yaml]
    images: [{name: web, newTag: v1.4.2}]
    ```
    """
    image, place = deployed_image(container, project), container.at("image")
    if image is None:
        return
    if image.is_latest and not image.tag and built_here(image, project):
        yield container.advice(f"the image {image.name} is built here and gets its tag when it is deployed", place)
    elif image.is_latest:
        tag = f"the tag {image.tag}" if image.tag else "no tag, which means latest"
        yield container.finding(f"the image {image.name} has {tag}: what runs changes without a deployment", place)
    elif not image.digest and image.tag in BRANCHES:
        yield container.finding(f"the tag {image.tag} of {image.name} is a branch: what runs changes without a deployment", place)
    elif image.is_moving:
        yield container.advice(f"the tag {image.tag} of {image.name} moves from release to release", place)
