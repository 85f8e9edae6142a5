"""Which API versions Kubernetes serves, release by release.

After the deprecation guide (https://kubernetes.io/docs/reference/using-api/deprecation-guide/) and, since 1.25, the API
descriptions of the releases.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from ...model import Resource
    from ...project import Project

_RELEASE = re.compile(r"v?1\.(?P<minor>[0-9]{1,3})(?:[.+-].*)?").fullmatch


class Ending(NamedTuple):
    """How long a version is served: in which minor release of Kubernetes 1 it was deprecated and is gone (None: not yet said)."""

    kinds: frozenset[str]  # empty for every kind of the version
    deprecated: int
    gone: int | None
    instead: str


def _table(text: str) -> dict[str, tuple[Ending, ...]]:
    """A row holds the version, its kinds (``*`` for all), the release that deprecated it, the one without it, and what to use."""
    found: dict[str, tuple[Ending, ...]] = {}
    for row in text.strip().splitlines():
        version, kinds, deprecated, gone, instead = row.split()
        names = frozenset() if kinds == "*" else frozenset(kinds.split(","))
        ending = Ending(names, int(deprecated), None if gone == "-" else int(gone), instead)
        found[version] = (*found.get(version, ()), ending)
    return found


ENDINGS = _table("""
extensions/v1beta1 Deployment,DaemonSet,ReplicaSet 9 16 apps/v1
extensions/v1beta1 NetworkPolicy 9 16 networking.k8s.io/v1
extensions/v1beta1 Ingress 14 22 networking.k8s.io/v1
apps/v1beta1 * 9 16 apps/v1
apps/v1beta2 * 9 16 apps/v1
networking.k8s.io/v1beta1 Ingress,IngressClass 19 22 networking.k8s.io/v1
networking.k8s.io/v1alpha1 IPAddress,ServiceCIDR 31 31 networking.k8s.io/v1
networking.k8s.io/v1beta1 IPAddress,ServiceCIDR 33 37 networking.k8s.io/v1
rbac.authorization.k8s.io/v1beta1 * 17 22 rbac.authorization.k8s.io/v1
rbac.authorization.k8s.io/v1alpha1 * 17 23 rbac.authorization.k8s.io/v1
admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration,ValidatingWebhookConfiguration 16 22 admissionregistration.k8s.io/v1
admissionregistration.k8s.io/v1alpha1 ValidatingAdmissionPolicy,ValidatingAdmissionPolicyBinding 28 32 admissionregistration.k8s.io/v1
admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicy,ValidatingAdmissionPolicyBinding 30 34 admissionregistration.k8s.io/v1
apiextensions.k8s.io/v1beta1 * 16 22 apiextensions.k8s.io/v1
apiregistration.k8s.io/v1beta1 * 19 22 apiregistration.k8s.io/v1
authentication.k8s.io/v1beta1 TokenReview 19 22 authentication.k8s.io/v1
authorization.k8s.io/v1beta1 * 19 22 authorization.k8s.io/v1
certificates.k8s.io/v1beta1 CertificateSigningRequest 19 22 certificates.k8s.io/v1
coordination.k8s.io/v1beta1 Lease 19 22 coordination.k8s.io/v1
scheduling.k8s.io/v1beta1 PriorityClass 14 22 scheduling.k8s.io/v1
scheduling.k8s.io/v1alpha1 PriorityClass 14 23 scheduling.k8s.io/v1
storage.k8s.io/v1beta1 CSIDriver,CSINode,StorageClass,VolumeAttachment 19 22 storage.k8s.io/v1
storage.k8s.io/v1beta1 CSIStorageCapacity 24 27 storage.k8s.io/v1
storage.k8s.io/v1alpha1 VolumeAttributesClass 31 35 storage.k8s.io/v1
storage.k8s.io/v1beta1 VolumeAttributesClass 34 37 storage.k8s.io/v1
node.k8s.io/v1alpha1 RuntimeClass 20 24 node.k8s.io/v1
node.k8s.io/v1beta1 RuntimeClass 22 25 node.k8s.io/v1
batch/v2alpha1 CronJob 21 21 batch/v1
batch/v1beta1 CronJob 21 25 batch/v1
discovery.k8s.io/v1beta1 EndpointSlice 21 25 discovery.k8s.io/v1
events.k8s.io/v1beta1 Event 19 25 events.k8s.io/v1
autoscaling/v2beta1 HorizontalPodAutoscaler 22 25 autoscaling/v2
autoscaling/v2beta2 HorizontalPodAutoscaler 23 26 autoscaling/v2
policy/v1beta1 PodDisruptionBudget 21 25 policy/v1
policy/v1beta1 PodSecurityPolicy 21 25 pod-security.kubernetes.io
extensions/v1beta1 PodSecurityPolicy 11 16 pod-security.kubernetes.io
flowcontrol.apiserver.k8s.io/v1beta1 * 23 26 flowcontrol.apiserver.k8s.io/v1
flowcontrol.apiserver.k8s.io/v1beta2 * 26 29 flowcontrol.apiserver.k8s.io/v1
flowcontrol.apiserver.k8s.io/v1beta3 * 29 32 flowcontrol.apiserver.k8s.io/v1
v1 ComponentStatus 19 - the_metrics_of_the_control_plane
v1 Endpoints 33 - discovery.k8s.io/v1
""")


def ending(api_version: str, type: str) -> Ending | None:
    """How long a kind is served in this version; None where no end is known."""
    return next((found for found in ENDINGS.get(api_version, ()) if not found.kinds or type in found.kinds), None)


def minor(release: str) -> int | None:
    """``1.31.4`` -> 31, None for what is no release of Kubernetes 1."""
    found = _RELEASE(release.strip())
    return int(found["minor"]) if found else None


def release_for(thing: Resource, project: Project, default: str) -> str:
    """The release of the cluster that a thing is deployed to: of its environment, else the one that is asked for."""
    environments = project.configuration.environments if thing.for_environment else ()
    return next((known.kube_version for known in environments if known.name == thing.for_environment and known.kube_version), default)
