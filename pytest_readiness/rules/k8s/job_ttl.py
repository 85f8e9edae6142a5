"""Finished jobs go away."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Workload


@rule(
    "k8s.job-ttl",
    P3,
    on="k8s.workload",
    when=lambda workload: workload.is_a("batch/Job", "batch/CronJob"),
    category="Kubernetes & Helm",
    remedy="set ttlSecondsAfterFinished on a Job; leave it to the history limits on a CronJob",
    aliases=("kube-linter:job-ttl-seconds-after-finished",),
)
def check(workload: Workload) -> Iterator[Finding]:
    """A job that has finished is removed after a while.

    Finished jobs and their pods stay for ever unless a time to live says otherwise. The jobs of a CronJob are counted by
    its history limits, and a time to live takes away what these were meant to keep.

    ```yaml bad
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: migrate  # <-- stays for ever
    spec:
      template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: "web:1"}]}}
    ```
    ```yaml good
    apiVersion: batch/v1
    kind: Job
    metadata: {name: migrate}
    spec:
      ttlSecondsAfterFinished: 86400
      template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: "web:1"}]}}
    ```
    """
    if workload.is_a("batch/Job"):
        hooked = any(name.startswith(("helm.sh/hook", "argocd.argoproj.io/hook")) for name in workload.annotations)
        if workload.get("spec", "ttlSecondsAfterFinished") is None and not hooked:
            yield workload.finding("no ttlSecondsAfterFinished: the finished job and its pods stay for ever")
    elif workload.get("spec", "jobTemplate", "spec", "ttlSecondsAfterFinished") is not None:
        place = workload.at("spec", "jobTemplate", "spec", "ttlSecondsAfterFinished")
        yield workload.finding("ttlSecondsAfterFinished removes the jobs that the history limits are to keep", place)
