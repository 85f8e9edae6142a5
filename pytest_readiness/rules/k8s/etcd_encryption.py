"""Secrets are no plain text on the disks of the control plane."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.cluster import blocks
from pytest_readiness.formats.kubernetes.cluster import clusters
from pytest_readiness.formats.kubernetes.cluster import components
from pytest_readiness.formats.kubernetes.cluster import has_cluster
from pytest_readiness.formats.kubernetes.cluster import kubeadm_argument
from pytest_readiness.formats.kubernetes.cluster import objects
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.programs import flag

SECRETS = ("secrets", "*.", "*.*")


def first_provider(configuration: Object) -> tuple[int, str] | None:
    """Which entry covers secrets, and with what it writes them: the first provider does."""
    for number, entry in enumerate(mappings(configuration.get("resources"))):
        if set(SECRETS).intersection(map(str, items(entry.get("resources")))):
            providers = mappings(entry.get("providers"))
            return number, next(iter(providers[0]), "identity") if providers else "identity"
    return None


def is_encrypted(project: Project, *, eks_default: bool) -> bool:
    """Whether anything but an EncryptionConfiguration says that secrets are encrypted."""
    if any(flag(server, "encryption-provider-config") is not None for server in components(project, "kube-apiserver")):
        return True
    if any(kubeadm_argument(thing, "encryption-provider-config") for thing in objects(project, "kubeadm.k8s.io/ClusterConfiguration")):
        return True
    if any(thing.get("secretsEncryption", "keyARN") for thing in objects(project, "eksctl.io/ClusterConfig")):
        return True
    if any(
        "secrets" in (part.get("resources") or ()) for eks in blocks(project, "aws_eks_cluster") for part in eks.blocks("encryption_config")
    ):
        return True
    if any(eks.get("cluster_encryption_config") != {} for eks in blocks(project, "terraform-aws-modules/eks/aws")):
        return True  # the module makes a key of its own where nothing is said
    if eks_default and any(blocks(project, "aws_eks_cluster")):
        return True
    for gke in blocks(project, "google_container_cluster"):
        if gke.get("database_encryption", "state") not in (None, "DECRYPTED"):
            return True
    return any(aks.get("key_management_service", "key_vault_key_id") is not None for aks in blocks(project, "azurerm_kubernetes_cluster"))


@rule(
    "k8s.etcd-encryption",
    P1,
    on="k8s.repository",
    when=has_cluster,
    category="Security & Compliance",
    remedy="encrypt secrets with a key of the KMS (encryption_config, database_encryption, EncryptionConfiguration)",
    aliases=("CKV_K8S_104",),
    standards=("NSA/CISA Kubernetes Hardening Guide",),
    effort="2h",
)
def check(repository: Resource, project: Project, *, eks_default: bool = False) -> Iterator[Finding]:
    """Secrets of a cluster that is defined here are encrypted in etcd.

    Base64 is no encryption: who gets a disk, a snapshot or a backup of etcd has every password. The first provider of
    an EncryptionConfiguration writes, so `identity` in front leaves everything in the clear. EKS encrypts by itself
    since 1.28; the option `eks_default` counts that. Where another repository does this, set `kept_elsewhere`.

    ```yaml bad
    apiVersion: kubeadm.k8s.io/v1beta3
    kind: ClusterConfiguration
    metadata:
      name: main  # <--
    ```
    ```yaml bad
    apiVersion: kubeadm.k8s.io/v1beta3
    kind: ClusterConfiguration
    ---
    apiVersion: apiserver.config.k8s.io/v1
    kind: EncryptionConfiguration
    resources:
      - resources: [secrets]
        providers:  # <-- the first one writes
          - identity: {}
          - aescbc: {keys: []}
    ```
    ```yaml good
    apiVersion: kubeadm.k8s.io/v1beta3
    kind: ClusterConfiguration
    ---
    apiVersion: apiserver.config.k8s.io/v1
    kind: EncryptionConfiguration
    resources: [{resources: [secrets], providers: [{kms: {apiVersion: v2, name: key}}, {identity: {}}]}]
    ```
    """
    configurations = list(objects(project, "apiserver.config.k8s.io/EncryptionConfiguration"))
    for configuration in configurations:
        found = first_provider(configuration)
        if found is None:
            yield repository.finding("this configuration does not cover secrets", configuration.at("resources"))
        elif found[1] == "identity":
            place = configuration.at("resources", found[0], "providers")
            yield repository.finding("identity comes first: secrets are written in the clear", place)
    if not configurations and not is_encrypted(project, eks_default=eks_default):
        yield repository.finding("secrets of this cluster are not encrypted in etcd", clusters(project)[0].span)
