"""Images with known holes do not start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.cluster import foundation
from pytest_readiness.formats.kubernetes.cluster import groups
from pytest_readiness.formats.kubernetes.cluster import objects
from pytest_readiness.formats.kubernetes.cluster import runs_a_platform

POLICIES = (
    "kyverno.io/ClusterPolicy",
    "kyverno.io/Policy",
    "policy.sigstore.dev/ClusterImagePolicy",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
    "templates.gatekeeper.sh/ConstraintTemplate",
)
VENDORS = ("aqua", "anchore", "crowdstrike", "neuvector", "prisma", "rhacs", "snyk", "stackrox", "sysdig", "trivy", "twistlock", "wiz")


def mentions(node: Any, *words: str) -> bool:
    """Whether a text or key anywhere below holds one of the words."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack += [*item, *item.values()]
        elif isinstance(item, list):
            stack += item
        elif isinstance(item, str) and any(word in item.lower() for word in words):
            return True
    return False


@rule(
    "k8s.admission-image-scan",
    P1,
    on="k8s.repository",
    when=runs_a_platform,
    category="Security & Compliance",
    remedy="require a signed vulnerability attestation at admission, such as by verifyImages with attestations",
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """Admission refuses images that nobody scanned.

    A scan in CI says nothing of images that do not come from it, and nothing of holes found since. A policy that asks
    for a vulnerability attestation or for a report of the Trivy operator, or the admission webhook of a scanner, does.
    Judged where the repository runs a cluster; where another one holds the policies, set the option `kept_elsewhere`.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: ingress-nginx  # <--
      namespace: argocd
    spec: {project: default, source: {chart: ingress-nginx, repoURL: "https://kubernetes.github.io/ingress-nginx"}}
    ```
    ```yaml good
    apiVersion: kyverno.io/v1
    kind: ClusterPolicy
    metadata: {name: scanned}
    spec:
      rules:
        - name: scanned
          verifyImages:
            - imageReferences: ["registry.example.com/*"]
              attestations: [{type: "https://cosign.sigstore.dev/attestation/vuln/v1"}]
    ---
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    ```
    """
    policies = [*objects(project, *POLICIES), *groups(project, "policies.kyverno.io")]
    if any(mentions(policy.body, "/vuln", "vulnerab") or asks_for_vuln(policy.body) for policy in policies):
        return
    webhooks = objects(project, "admissionregistration.k8s.io/ValidatingWebhookConfiguration")
    if not any(mentions(webhook.body, *VENDORS) for webhook in webhooks):
        yield repository.finding("nothing at admission asks whether an image was scanned", foundation(project))


def asks_for_vuln(node: Any) -> bool:
    """Whether an attestation of the type ``vuln`` is asked for anywhere below."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if any(isinstance(item.get(key), str) and item[key] == "vuln" for key in ("predicateType", "type")):
                return True
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return False
