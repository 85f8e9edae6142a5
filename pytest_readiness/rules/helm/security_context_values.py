"""Security contexts in values are set, and used."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.helm.resources import ValuesFile


@rule(
    "helm.security-context-values",
    P1,
    on="helm.values",
    when=lambda values: any(values.security_contexts),
    category="Security & Compliance",
    remedy="set runAsNonRoot and drop all capabilities in the values, and hand them on in the templates",
    standards=("PSS restricted",),
)
def check(values: ValuesFile, project: Project) -> Iterator[Finding]:
    """Security contexts in a chart's values are secure by default.

    Most installations run with the defaults, and `securityContext: {}` is whatever the image does. A context that no template
    hands on protects nothing, however well it reads. What is rendered is judged by the rules for Kubernetes; this one says where
    the default stands.

    ```yaml bad values.yaml
    podSecurityContext: {}  # <--
    securityContext:        # <-- no template uses it
      runAsNonRoot: true
    ```
    ```yaml with Chart.yaml
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with templates/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {{ toYaml .Values.podSecurityContext | nindent 4 }}
      containers: [{name: web, image: "web:1"}]
    ```
    ```yaml good values.yaml
    podSecurityContext:
      runAsNonRoot: true
    ```
    ```yaml with Chart.yaml
    apiVersion: v2
    name: shop
    version: 1.0.0
    ```
    ```yaml with templates/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      securityContext: {{ toYaml .Values.podSecurityContext | nindent 4 }}
      containers: [{name: web, image: "web:1"}]
    ```
    """
    for path, context, span in values.security_contexts:
        if not values.is_used(path, project):
            yield values.finding(f"no template uses {path}: it protects nothing", span)
        elif not context and (pods := values.unprotected(path, project)):
            yield values.finding(f"{path} is empty by default: {', '.join(pods[:3])} runs as the image decides", span)
