"""Ready means more than listening."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container


@rule(
    "k8s.probe-depth",
    P3,
    on="k8s.container",
    when=lambda container: container.get("readinessProbe", "httpGet") is not None,
    category="Deployment automation",
    remedy="ask a path made for the question, such as /ready, that looks at what the service depends on",
    effort="2h",
)
def check(container: Container) -> Iterator[Finding]:
    """A readiness probe asks more than the root page.

    The root page often answers 200 while the database behind it is away, so traffic keeps coming to a service that
    cannot serve it.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          readinessProbe:
            httpGet:
              path: /  # <-- answers whatever is broken behind it
              port: 8080
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers: [{name: web, image: "web:1", readinessProbe: {httpGet: {path: /healthz/ready, port: 8080}}}]
    ```
    """
    path = container.get("readinessProbe", "httpGet", "path")
    if path is None or path in ("", "/"):
        place = container.at("readinessProbe", "httpGet", "path")
        yield container.finding("the readiness probe asks the root page, which answers whatever is broken behind it", place)
