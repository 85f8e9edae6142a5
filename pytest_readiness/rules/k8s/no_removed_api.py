"""Versions of APIs that are no longer served."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.versions import ENDINGS
from pytest_readiness.formats.kubernetes.versions import ending
from pytest_readiness.formats.kubernetes.versions import minor
from pytest_readiness.formats.kubernetes.versions import release_for

GROUPS = frozenset(version.partition("/")[0] for version in ENDINGS if "/" in version)


def may_end(thing: Object) -> bool:
    """Whether versions of its group were given up; PodSecurityPolicy is a rule of its own."""
    group = thing.api_version.partition("/")[0]
    return (group in GROUPS or ending(thing.api_version, thing.type) is not None) and not thing.is_a("policy/PodSecurityPolicy")


@rule(
    "k8s.no-removed-api",
    P1,
    on="k8s.object",
    when=may_end,
    category="Kubernetes & Helm",
    remedy="move to the version that is served today",
    aliases=(
        "datree:K8S_REMOVED_APIVERSION_1",
        "datree:K8S_DEPRECATED_APIVERSION_1",
        "gatekeeper:general/verifydeprecatedapi",
        "kube-linter:no-extensions-v1beta",
    ),
)
def check(thing: Object, project: Project, *, target: str = "1.30") -> Iterator[Finding]:
    """An object uses an API version that its cluster serves.

    One that is gone is refused at deployment, usually during the upgrade of the cluster. `target` is the release of the
    cluster; the `kube-version` of an environment stands above it for what is rendered for that environment. The default is
    a release that every cluster under support has passed. A version that is still served and deprecated is advice.

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
    ```yaml bad
    apiVersion: flowcontrol.apiserver.k8s.io/v1beta3  # <-- served up to 1.31
    kind: FlowSchema
    metadata: {name: probes}
    ```
    ```yaml with readiness.yaml
    options:
      k8s.no-removed-api: {target: "1.33"}
    ```
    """
    found, release = ending(thing.api_version, thing.type), release_for(thing, project, target)
    current = minor(release)
    if current is None:
        yield thing.finding(f"the target {release!r} is no release of Kubernetes such as 1.31")
    elif found is not None:
        instead = found.instead.replace("_", " ")
        if found.gone is not None and found.gone <= current:
            message = f"{thing.type} in {thing.api_version} is not served since Kubernetes 1.{found.gone}: use {instead}"
            yield thing.finding(message, thing.at("apiVersion"))
        elif found.deprecated <= current:
            until = f" and not served from 1.{found.gone} on" if found.gone else ""
            yield thing.advice(f"{thing.type} in {thing.api_version} is deprecated{until}: use {instead}", thing.at("apiVersion"))
