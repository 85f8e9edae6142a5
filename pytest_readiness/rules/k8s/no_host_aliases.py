"""Names are resolved in one place."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import items


@rule(
    "k8s.no-host-aliases",
    P3,
    on="k8s.pod",
    when=lambda pod: pod.setting("hostAliases") is not None,
    category="Kubernetes & Helm",
    remedy="put the name into DNS, or use an ExternalName Service",
)
def check(pod: Pod) -> Iterator[Finding]:
    """A pod has no addresses of its own for names.

    `hostAliases` overrule DNS for one pod: when the address changes everybody else follows, and a name that is bent to
    another address is found by nobody.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      hostAliases:
        - ip: 10.0.0.5  # <--
          hostnames: [db.internal]
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      hostAliases: []
      containers: [{name: web, image: "web:1"}]
    ```
    """
    for number, _ in enumerate(items(pod.setting("hostAliases"))):
        yield pod.finding("bends names past DNS for this pod alone", pod.place("hostAliases", number))
