"""Environments do not get into each other's way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.environments import environment_of
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kustomize.format import Kustomization
from pytest_readiness.formats.kustomize.format import kustomizations


def others(kustomization: Kustomization, project: Project) -> list[Kustomization]:
    """The overlays of the same objects for other environments."""
    own = environment_of(kustomization.directory)
    found = kustomizations(project) if own and kustomization.overlay else ()
    elsewhere = (other for other in found if environment_of(other.directory) not in ("", own))
    return [other for other in elsewhere if kustomization.shares_a_base_with(other, project)]


def has_others(kustomization: Kustomization, project: Project) -> bool:
    return bool(others(kustomization, project))


@rule(
    "kustomize.env-differs",
    P3,
    on="kustomize.kustomization",
    when=has_others,
    category="Environment configuration",
    remedy="set namespace in each overlay, and the sizes of production in its own",
    effort="2h",
)
def check(kustomization: Kustomization, project: Project, *, own_clusters: bool = False) -> Iterator[Finding]:
    """Overlays of one base for several environments are kept apart, and really differ.

    Two overlays that make the same object in the same namespace overwrite each other where they share a cluster; set the
    option `own-clusters` where every environment has its own. A production that is built exactly like another environment
    has that one's sizes and addresses.

    ```yaml bad overlays/prod/kustomization.yaml
    namespace: shop  # <--
    resources: [../../base]
    ```
    ```yaml with overlays/staging/kustomization.yaml
    namespace: shop  # <--
    resources: [../../base]
    ```
    ```yaml with base/kustomization.yaml
    resources: [api.yaml]
    ```
    ```yaml with base/api.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      template:
        spec:
          containers: [{name: api, image: "example/api:1.4.0"}]
    ```
    ```yaml good overlays/prod/kustomization.yaml
    namespace: shop
    replicas: [{name: api, count: 3}]
    resources: [../../base]
    ```
    ```yaml with overlays/staging/kustomization.yaml
    namespace: shop-staging
    resources: [../../base]
    ```
    ```yaml with base/kustomization.yaml
    resources: [api.yaml]
    ```
    ```yaml with base/api.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      template:
        spec:
          containers: [{name: api, image: "example/api:1.4.0"}]
    ```
    """
    ours = {address(thing): thing for thing in kustomization.objects(project)}
    place = kustomization.at("namespace") if "namespace" in kustomization.body else kustomization.at("resources")
    for other in others(kustomization, project):
        theirs = {address(thing): thing for thing in other.objects(project)}
        shared = [] if own_clusters else sorted(key for key in ours.keys() & theirs.keys() if key[1])
        if shared:
            id, namespace, name = shared[0]
            more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
            what = f"{other.directory} makes {id} {name}{more} in the same namespace {namespace}"
            yield kustomization.finding(f"{what}: on one cluster they overwrite each other", place)
        elif environment_of(kustomization.directory) == "production" and ours and contents(ours) == contents(theirs):
            yield kustomization.finding(f"production is built exactly like {other.directory}: it has that one's sizes and addresses", place)


def address(thing: Object) -> tuple[str, str, str]:
    """What tells an object apart in a cluster; its namespace is empty where it is left open."""
    return thing.id, str(thing.namespace or ""), str(thing.object_name)


def contents(things: dict[tuple[str, str, str], Object]) -> list[tuple[str, Any]]:
    """What objects are, whatever they are called and wherever they are put."""
    bodies = ((thing.id, {key: value for key, value in thing.body.items() if key != "metadata"}) for thing in things.values())
    return sorted(bodies, key=repr)
