"""The state of the cluster has a copy."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.cluster import blocks
from pytest_readiness.formats.kubernetes.cluster import foundation
from pytest_readiness.formats.kubernetes.cluster import objects
from pytest_readiness.formats.kubernetes.cluster import runs
from pytest_readiness.formats.kubernetes.cluster import runs_a_platform
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.rules.k8s.cronjob_schedule import problem

MANAGED = ("google_gke_backup_backup_plan", "azurerm_data_protection_backup_policy_kubernetes_cluster")


def gaps(schedule: Object, project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What keeps a Schedule from being a backup, and where."""
    cron = schedule.get("spec", "schedule")
    if cron is None or (wrong := problem(str(cron))):
        yield f"the schedule is refused: {'it is missing' if cron is None else wrong}", ("spec", "schedule")
    if schedule.get("spec", "paused"):
        yield "the schedule is paused", ("spec", "paused")
    if schedule.get("spec", "template", "ttl") is None:
        yield "no ttl: nobody decided how long backups are kept", ("spec", "template")
    kept = any(objects(project, "velero.io/BackupStorageLocation")) or runs(project, "velero")
    if not kept and schedule.get("spec", "template", "storageLocation") is None:
        yield "there is no BackupStorageLocation to write to", ("spec", "template")


def is_managed(project: Project) -> bool:
    selections = blocks(project, "aws_backup_selection")
    return any(blocks(project, *MANAGED)) or any(":eks:" in str(arn) for part in selections for arn in part.get("resources") or ())


@rule(
    "k8s.velero-backup",
    P1,
    on="k8s.repository",
    when=runs_a_platform,
    category="Resilience/DR",
    remedy="add a velero.io Schedule with a ttl and a BackupStorageLocation",
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """The state of a cluster that is run from here is backed up on a schedule.

    Git brings manifests back, not volumes, not secrets made in the cluster, and not what somebody deleted by mistake. A
    single `Backup` is no schedule, and a paused one is none either. Backup for GKE and AKS and AWS Backup count. Where
    another repository does this, set the option `kept_elsewhere`.

    ```yaml bad
    apiVersion: velero.io/v1
    kind: Schedule
    metadata: {name: daily, namespace: velero}
    spec:
      schedule: "0 3 * * *"
      paused: true  # <--
      template: {ttl: 720h, storageLocation: default}
    ---
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    ```
    ```yaml bad
    apiVersion: velero.io/v1
    kind: Backup
    metadata:
      name: once  # <-- one is no schedule
      namespace: velero
    ---
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    ```
    ```yaml good
    apiVersion: velero.io/v1
    kind: Schedule
    metadata: {name: daily, namespace: velero}
    spec: {schedule: "0 3 * * *", template: {ttl: 720h, storageLocation: default}}
    ---
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    ```
    """
    schedules = [(schedule, list(gaps(schedule, project))) for schedule in objects(project, "velero.io/Schedule")]
    if is_managed(project) or any(not found for _, found in schedules):
        return
    for schedule, found in schedules:
        for reason, keys in found:
            yield repository.finding(reason, schedule.at(*keys))
    if schedules:
        return
    once = next(objects(project, "velero.io/Backup"), None)
    if once is not None:
        yield repository.finding("a single Backup is no schedule", once.span)
    else:
        yield repository.finding("nothing backs up the state of the cluster on a schedule", foundation(project))
