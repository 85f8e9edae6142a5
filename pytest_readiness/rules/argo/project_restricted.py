"""A project that allows everything separates nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.gitops.applications import Project
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.objects import mappings


@rule(
    "argo.project-restricted",
    P2,
    on="argo.project",
    category="Security & Compliance",
    remedy="name the repositories, the destinations and the cluster-wide kinds that its applications need",
    standards=("OWASP CICD-SEC-5",),
    effort="2h",
)
def check(project: Project) -> Iterator[Finding]:
    """A project of Argo CD allows what its applications need.

    `*` as repository takes manifests from anywhere, as destination puts them anywhere, and as cluster-wide kind lets an
    application give itself every right.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata: {name: shop}
    spec:
      sourceRepos: ["*"]  # <--
      destinations:
        - {server: "*", namespace: "*"}  # <--
      clusterResourceWhitelist:
        - {group: "*", kind: "*"}  # <--
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata: {name: shop}
    spec:
      sourceRepos: [https://git.example.com/shop.git]
      destinations:
        - {server: https://kubernetes.default.svc, namespace: shop}
      clusterResourceWhitelist:
        - {group: "", kind: Namespace}
    ```
    """
    for index, repository in enumerate(items(project.get("spec", "sourceRepos"))):
        if repository in ("*", "**"):
            yield project.finding("sourceRepos * takes manifests from anywhere", project.at("spec", "sourceRepos", index))
    for index, destination in enumerate(mappings(project.get("spec", "destinations"))):
        cluster = destination.get("name") if destination.get("server") is None else destination.get("server")
        if cluster == "*" and destination.get("namespace") == "*":
            yield project.finding("a destination of * puts its applications anywhere", project.at("spec", "destinations", index))
    for index, kind in enumerate(mappings(project.get("spec", "clusterResourceWhitelist"))):
        if kind.get("group") == "*" and kind.get("kind") == "*":
            place = project.at("spec", "clusterResourceWhitelist", index)
            yield project.finding("every cluster-wide kind: an application may give itself every right", place)
