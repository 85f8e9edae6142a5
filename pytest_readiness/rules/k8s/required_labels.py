"""Everybody knows whose it is."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.metadata import not_as_agreed
from pytest_readiness.formats.kubernetes.objects import Object


def is_asked(thing: Object, *, kinds: tuple[str, ...] = ("Deployment", "StatefulSet", "DaemonSet")) -> bool:
    return thing.type in kinds


@rule(
    "k8s.required-labels",
    P2,
    on="k8s.object",
    when=is_asked,
    category="Governance",
    remedy="add the label",
    needs="labels",
)
def check(thing: Object, *, labels: tuple[str, ...] = ()) -> Iterator[Finding]:
    """An object has the labels that the organisation has agreed on.

    Owners, costs and runbooks are found by them. The option `labels` names them, with a regular expression for the value
    behind `=` where it matters (`example.com/owner=team-.*`); `kinds` says of which kinds they are asked.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels:
        example.com/owner: me  # <-- no team
    spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    ```yaml with readiness.yaml
    options:
      k8s.required-labels:
        labels: [example.com/owner=team-.*]
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {example.com/owner: team-web}}
    spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
    ```
    ```yaml with readiness.yaml
    options:
      k8s.required-labels:
        labels: [example.com/owner=team-.*]
    ```
    """
    for message, place in not_as_agreed(thing, "label", labels):
        yield thing.finding(message, place)
