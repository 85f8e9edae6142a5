"""What a team deploys of its own is built where its rules can see it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.context import is_built_here
from pytest_readiness.formats.images import parse_image
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "docker.all-services-covered",
    P1,
    on="docker.repository",
    category="Docker",
    remedy="add the Dockerfile, or leave the registry out of the list",
    effort="1d",
    needs="registries",
)
def check(repository: Resource, project: Project, *, registries: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Every image of the organisation that is deployed has a Dockerfile here.

    Rules for Dockerfiles prove nothing about an image whose Dockerfile nobody shows them. `registries` are the beginnings
    of the organisation's own images (`registry.example.com/shop/`); an image is covered by a Dockerfile in a directory of
    its name, by Compose, or by a build in a workflow or script that names it.

    ```yaml bad manifest.yaml
    apiVersion: v1
    kind: Pod
    metadata: {name: shop}
    spec:
      containers:
        - name: api
          image: registry.example.com/shop/api:1
        - name: billing
          image: registry.example.com/shop/billing:1  # <--
        - name: proxy
          image: nginx:1.27
    ```
    ```dockerfile with api/Dockerfile
    FROM debian:12
    ```
    ```yaml with readiness.yaml
    options:
      docker.all-services-covered:
        registries: [registry.example.com/]
    ```
    ```yaml good manifest.yaml
    apiVersion: v1
    kind: Pod
    metadata: {name: shop}
    spec:
      containers:
        - name: api
          image: registry.example.com/shop/api:1
    ```
    ```dockerfile with api/Dockerfile
    FROM debian:12
    ```
    ```yaml with readiness.yaml
    options:
      docker.all-services-covered:
        registries: [registry.example.com/]
    ```
    """
    for container in project.resources("k8s.container"):
        if not isinstance(container, Container):
            continue
        text = container.body.get("image")
        if isinstance(text, str) and text.startswith(registries):
            image = parse_image(text)
            if not is_built_here(project, image.name) and not is_built_here(project, image.repository):
                yield repository.finding(f"{image.repository} is deployed and no Dockerfile here builds it", container.at("image"))
