"""Versions of APIs that are no longer served."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object

# version -> (minor release of Kubernetes that stopped serving it, kinds; none means all)
REMOVED: dict[str, tuple[tuple[int, str], ...]] = {
    "extensions/v1beta1": ((16, "Deployment DaemonSet ReplicaSet NetworkPolicy"), (22, "Ingress")),
    "apps/v1beta1": ((16, ""),),
    "apps/v1beta2": ((16, ""),),
    "networking.k8s.io/v1beta1": ((22, "Ingress IngressClass"),),
    "rbac.authorization.k8s.io/v1beta1": ((22, ""),),
    "rbac.authorization.k8s.io/v1alpha1": ((23, ""),),
    "admissionregistration.k8s.io/v1beta1": ((22, "MutatingWebhookConfiguration ValidatingWebhookConfiguration"),),
    "apiextensions.k8s.io/v1beta1": ((22, ""),),
    "apiregistration.k8s.io/v1beta1": ((22, ""),),
    "certificates.k8s.io/v1beta1": ((22, "CertificateSigningRequest"),),
    "coordination.k8s.io/v1beta1": ((22, "Lease"),),
    "scheduling.k8s.io/v1beta1": ((22, "PriorityClass"),),
    "scheduling.k8s.io/v1alpha1": ((23, "PriorityClass"),),
    "storage.k8s.io/v1beta1": ((22, "CSIDriver CSINode StorageClass VolumeAttachment"), (27, "CSIStorageCapacity")),
    "node.k8s.io/v1alpha1": ((24, "RuntimeClass"),),
    "node.k8s.io/v1beta1": ((25, "RuntimeClass"),),
    "batch/v1beta1": ((25, "CronJob"),),
    "discovery.k8s.io/v1beta1": ((25, "EndpointSlice"),),
    "events.k8s.io/v1beta1": ((25, "Event"),),
    "autoscaling/v2beta1": ((25, "HorizontalPodAutoscaler"),),
    "autoscaling/v2beta2": ((26, "HorizontalPodAutoscaler"),),
    "policy/v1beta1": ((25, "PodDisruptionBudget"),),
    "flowcontrol.apiserver.k8s.io/v1beta1": ((26, ""),),
    "flowcontrol.apiserver.k8s.io/v1beta2": ((29, ""),),
    "flowcontrol.apiserver.k8s.io/v1beta3": ((32, ""),),
}
GROUPS = frozenset(version.partition("/")[0] for version in REMOVED)


@rule(
    "k8s.no-removed-api",
    P1,
    on="k8s.object",
    when=lambda thing: thing.api_version.partition("/")[0] in GROUPS and not thing.is_a("policy/PodSecurityPolicy"),
    category="Kubernetes & Helm",
    remedy="move to the version that is served today",
    aliases=(
        "datree:K8S_REMOVED_APIVERSION_1",
        "datree:K8S_DEPRECATED_APIVERSION_1",
        "gatekeeper:general/verifydeprecatedapi",
        "kube-linter:no-extensions-v1beta",
    ),
)
def check(thing: Object, *, minor: int = 30) -> Iterator[Finding]:
    """An object uses an API version that Kubernetes still serves.

    One that is gone is refused at deployment, usually during the upgrade of the cluster. `minor` is the oldest release
    1.x that is asked for; its default is one that every cluster under support has passed.

    ```yaml bad
    apiVersion: batch/v1beta1  # <--
    kind: CronJob
    metadata: {name: backup}
    spec:
      schedule: "@daily"
      jobTemplate: {spec: {template: {spec: {containers: [{name: backup, image: "backup:1"}]}}}}
    ```
    ```yaml good
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: backup}
    spec:
      schedule: "@daily"
      jobTemplate: {spec: {template: {spec: {containers: [{name: backup, image: "backup:1"}]}}}}
    ```
    """
    for release, kinds in REMOVED.get(thing.api_version, ()):
        if release <= minor and (not kinds or thing.type in kinds.split()):
            yield thing.finding(f"{thing.type} in {thing.api_version} is not served since Kubernetes 1.{release}", thing.at("apiVersion"))
