"""Images come from where somebody looks after them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.images import Image
from pytest_readiness.formats.kubernetes.objects import Container


def is_trusted(image: Image, registries: tuple[str, ...]) -> bool:
    """Whether a place names the image: a registry, the beginning of a repository, or a glob over both."""
    name = f"{image.registry or 'docker.io'}/{image.repository}"
    plain = [place.rstrip("/*") for place in registries]
    return any(name == place or name.startswith(f"{place}/") for place in plain) or any(fnmatchcase(name, place) for place in registries)


@rule(
    "k8s.trusted-registries",
    P1,
    on="k8s.container",
    when=lambda container: container.image is not None,
    category="Security & Compliance",
    remedy="pull the image through a registry that is trusted",
    needs="registries",
)
def check(container: Container, *, registries: tuple[str, ...] = ()) -> Iterator[Finding]:
    """An image comes from a registry that the organisation trusts.

    Whoever can publish under the name of an image runs code in the cluster; a registry of one's own scans what it keeps
    and has it when the other one is down. The option `registries` names registries, or repositories in one
    (`ghcr.io/example`); images without a registry come from `docker.io`.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: nginx:1.27  # <-- docker.io
    ```
    ```yaml with readiness.yaml
    options:
      k8s.trusted-registries:
        registries: [registry.example.com, ghcr.io/example]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "registry.example.com/nginx:1.27"}]
    ```
    ```yaml with readiness.yaml
    options:
      k8s.trusted-registries:
        registries: [registry.example.com, ghcr.io/example]
    ```
    """
    image = container.image
    if is_unknown(image):
        str(image)  # says why
    if isinstance(image, Image) and not is_trusted(image, registries):
        yield container.finding(
            f"comes from {image.registry or 'docker.io'}/{image.repository}, which is not trusted", container.at("image")
        )
