"""The server of Helm 2 is gone."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig

LABELS = ("name", "app", "app.kubernetes.io/name")


def is_tiller(thing: Container | Object) -> bool:
    if isinstance(thing, Container):
        return thing.image is not None and bool(thing.image.name == "tiller")
    found = [thing.peek("metadata", "name"), *(dig(thing.peek("spec", "selector"), label) for label in LABELS)]
    return any(not is_unknown(name) and name in ("tiller", "tiller-deploy") for name in found)


@rule(
    "k8s.no-tiller",
    P1,
    on=("k8s.container", "k8s.service"),
    when=lambda thing: (thing.image if isinstance(thing, Container) else thing.get("spec")) is not None,
    category="Security & Compliance",
    remedy="move to Helm 3, which has no server",
    aliases=("CKV_K8S_34", "CKV_K8S_44", "KSV-0102"),
    effort="1d",
)
def check(thing: Container | Object) -> Iterator[Finding]:
    """Tiller, the server of Helm 2, is not deployed.

    It runs as administrator of the cluster and takes orders from everybody who reaches its port, and it has had no
    updates since 2020.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: tiller-deploy, namespace: kube-system}
    spec:
      template:
        spec:
          containers:
            - name: tiller
              image: gcr.io/kubernetes-helm/tiller:v2.16.9  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1"}]
    ```
    """
    if is_tiller(thing):
        place = thing.at("image") if isinstance(thing, Container) else None
        yield thing.finding("Tiller obeys everybody who reaches it, as administrator of the cluster", place)
