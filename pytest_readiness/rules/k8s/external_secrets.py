"""Secrets come from where secrets are kept."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.configs import Reference
from pytest_readiness.formats.kubernetes.configs import config_used_by
from pytest_readiness.formats.kubernetes.configs import is_generated
from pytest_readiness.formats.kubernetes.configs import makers_of
from pytest_readiness.formats.kubernetes.configs import objects_named
from pytest_readiness.formats.kubernetes.evidence import unless_brought
from pytest_readiness.formats.kubernetes.objects import Pod

from . import no_plain_secret


def secrets_used(pod: Pod) -> Iterator[Reference]:
    """The Secrets that it cannot do without."""
    return (reference for reference in config_used_by(pod) if reference.kind == "Secret" and not reference.optional)


@rule(
    "k8s.external-secrets",
    P1,
    on="k8s.pod",
    when=lambda pod: any(True for _ in secrets_used(pod)),
    category="Environment configuration",
    remedy="add an ExternalSecret or SealedSecret of that name",
    effort="2h",
)
def check(pod: Pod, project: Project) -> Iterator[Finding]:
    """Every Secret that a pod uses comes from a secret store.

    A Secret that somebody once created by hand is missing in the next cluster, never rotates, and nobody knows where it
    came from; one in plain text is known to everybody. ExternalSecrets, SealedSecrets, Vault and 1Password resources,
    certificates, SecretProviderClasses, operators that write connection Secrets, and files that SOPS encrypts count.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        spec:
          containers:
            - name: web
              image: web:1
              envFrom:
                - secretRef: {name: database}  # <-- nothing makes it
    ```
    ```yaml good
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {containers: [{name: web, image: "web:1", envFrom: [{secretRef: {name: database}}]}]}}}
    ---
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: web}
    spec:
      target: {name: database}
      dataFrom: [{extract: {key: web/database}}]
    ```
    """
    seen = set()
    for reference in secrets_used(pod):
        name = str(reference.name)
        if name in seen:
            continue
        seen.add(name)
        if any(True for _ in makers_of(name, pod, project)) or (not pod.home and is_generated(reference, project)):
            continue
        written = next(objects_named(reference, pod, project), None)
        if written is None:
            unless_brought(pod, f"Secret {name}", project)
            yield pod.finding(f"nothing here makes the Secret {name}: the next cluster does not have it", reference.span)
        elif any(not finding.advice for finding in no_plain_secret.check.findings(written, project)):
            yield pod.finding(f"the Secret {name} comes from a manifest with its values", reference.span)
