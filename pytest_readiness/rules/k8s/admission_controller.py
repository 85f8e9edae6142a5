"""What must not run is refused, not reported."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.cluster import foundation
from pytest_readiness.formats.kubernetes.cluster import groups
from pytest_readiness.formats.kubernetes.cluster import objects
from pytest_readiness.formats.kubernetes.cluster import runs
from pytest_readiness.formats.kubernetes.cluster import runs_a_platform

VAP = "admissionregistration.k8s.io/ValidatingAdmissionPolicy"
ENOUGH = (
    "kyverno.io/ClusterPolicy",
    "kyverno.io/Policy",
    "policy.sigstore.dev/ClusterImagePolicy",
    "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
    "policies.kubewarden.io/ClusterAdmissionPolicy",
)
CHARTS = ("kyverno-policies", "gatekeeper-library", "kubewarden-defaults", "aks-policy", "policy-controller")


@rule(
    "k8s.admission-controller",
    P1,
    on="k8s.repository",
    when=runs_a_platform,
    category="Security & Compliance",
    remedy="install policies: ValidatingAdmissionPolicy with a binding, Kyverno or Gatekeeper",
    standards=("NSA/CISA Kubernetes Hardening Guide",),
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """Admission policies are part of a cluster that is run from here.

    Checks in CI judge what goes through CI; admission judges everything that reaches the cluster. A ConstraintTemplate
    without a constraint and a ValidatingAdmissionPolicy without a binding enforce nothing. Judged where the repository
    defines a cluster or installs what a cluster has once (an ingress controller, cert-manager); where another repository
    holds the policies, set the option `kept_elsewhere`.

    ```yaml bad
    apiVersion: templates.gatekeeper.sh/v1
    kind: ConstraintTemplate
    metadata:
      name: requiredlabels  # <-- nothing uses it
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: gatekeeper, namespace: argocd}
    spec: {project: default, source: {chart: gatekeeper, repoURL: "https://open-policy-agent.github.io/gatekeeper/charts"}}
    ```
    ```yaml good
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicy
    metadata: {name: no-latest}
    spec: {validations: [{expression: "!object.spec.image.endsWith(':latest')"}]}
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata: {name: no-latest}
    spec: {policyName: no-latest, validationActions: [Deny]}
    ---
    apiVersion: karpenter.sh/v1
    kind: NodePool
    metadata: {name: default}
    ---
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    ```
    """
    if any(objects(project, *ENOUGH)) or any(groups(project, "constraints.gatekeeper.sh", "policies.kyverno.io")) or runs(project, *CHARTS):
        return
    policies = list(objects(project, VAP))
    bound = [binding.peek("spec", "policyName") for binding in objects(project, f"{VAP}Binding")]
    if any(policy.peek("metadata", "name") in bound for policy in policies):
        return
    templates = list(objects(project, "templates.gatekeeper.sh/ConstraintTemplate"))
    for policy in policies:
        yield repository.finding("no binding uses this policy, so it enforces nothing", policy.span)
    for template in templates:
        yield repository.finding("no constraint uses this template, so it enforces nothing", template.span)
    if not policies and not templates:
        yield repository.finding("no admission policy: whatever reaches the API server runs", foundation(project))
