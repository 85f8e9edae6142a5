"""Labels that the API server accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import TEMPLATES
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import entries

VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?").fullmatch
NAME = re.compile(r"([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?").fullmatch


def places(thing: Object) -> Iterator[tuple[str, ...]]:
    """The keys of the labels of an object and of its pod template."""
    for keys in dict.fromkeys(((), TEMPLATES.get(thing.id, ()))):
        if entries(thing.get(*keys, "metadata", "labels")):
            yield (*keys, "metadata", "labels")


@rule(
    "k8s.valid-labels",
    P1,
    on="k8s.object",
    when=lambda thing: any(places(thing)),
    category="Kubernetes & Helm",
    remedy="use up to 63 letters, digits, dots, dashes and underscores, and put the rest into an annotation",
    aliases=("datree:WORKLOAD_INVALID_LABELS_VALUE",),
)
def check(thing: Object) -> Iterator[Finding]:
    """Labels are ones that the API server accepts.

    A label with another character, with more than 63 of them or with a value that is no text is refused, and the
    deployment with it.

    ```yaml bad
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: web
      labels:
        on-call: team@example.com  # <-- an address is no label
        critical: true  # <-- no text
    ```
    ```yaml good
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web, labels: {on-call: team-web, critical: "true", app.kubernetes.io/name: web}}
    ```
    """
    for keys in places(thing):
        for name, value in entries(thing.get(*keys)).items():
            place = thing.at(*keys, name)
            if is_unknown(value):
                continue
            if not NAME(name):
                yield thing.finding(f"the label {name} has a name that is refused", place)
            elif value is not None and not isinstance(value, str):
                yield thing.finding(f"the label {name} is {str(value).lower()}, which needs quotes to be text", place)
            elif value is not None and not VALUE(value):
                yield thing.finding(f"the label {name} has the value {value!r}, which is refused", place)
