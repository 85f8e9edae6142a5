"""Pods see the configuration that is deployed."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kustomize.format import Kustomization

_REFERENCES = {"ConfigMap": ("configMapRef", "configMapKeyRef"), "Secret": ("secretRef", "secretKeyRef")}
_RELOADERS = ("reloader.stakater.com/", "checksum/", "configmap.reloader", "secret.reloader")


def has_unhashed(kustomization: Kustomization) -> bool:
    return any(kustomization.unhashed)


@rule(
    "kustomize.hashed-config",
    P3,
    on="kustomize.kustomization",
    when=has_unhashed,
    category="Kubernetes & Helm",
    remedy="take disableNameSuffixHash out, so that a change of the content rolls out new pods",
)
def check(kustomization: Kustomization, project: Project) -> Iterator[Finding]:
    """A change of generated configuration reaches the pods that read it.

    Environment variables are read when a container starts. The hash in the name of what is generated changes with its
    content and so restarts the pods; without it they keep the old values until something else does. Annotations of a
    reloader or with a checksum count; what is only mounted as a volume is not judged.

    ```yaml bad
    resources: [api.yaml]
    configMapGenerator:
      - name: settings
        literals: [LEVEL=info]
    generatorOptions:
      disableNameSuffixHash: true  # <--
    ```
    ```yaml with api.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      template:
        spec:
          containers:
            - name: api
              image: example/api:1.4.0
              envFrom: [{configMapRef: {name: settings}}]
    ```
    ```yaml good
    resources: [api.yaml]
    configMapGenerator:
      - name: settings
        literals: [LEVEL=info]
        options: {disableNameSuffixHash: true}
    ```
    ```yaml with api.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: api
      annotations: {reloader.stakater.com/auto: "true"}
    spec:
      template:
        spec:
          containers:
            - name: api
              image: example/api:1.4.0
              envFrom: [{configMapRef: {name: settings}}]
    ```
    """
    wishes = dict(kustomization.unhashed)
    for resources in kustomization.built(project):
        objects = [thing for thing in resources if isinstance(thing, Object) and thing.kind == "k8s.object"]
        made = {(thing.type, str(thing.object_name)): wishes[thing.span] for thing in objects if thing.span in wishes}
        for pod in resources:
            if isinstance(pod, Pod) and not is_reloaded(pod):
                for kind, name in read_at_start(pod):
                    if place := made.get((kind, name)):
                        yield kustomization.finding(f"{pod.name} reads {kind} {name} as it starts and keeps old values", place)


def is_reloaded(pod: Pod) -> bool:
    annotations = (*pod.annotations, *pod.owner.annotations)
    return any(marker in annotation for annotation in annotations for marker in _RELOADERS)


def read_at_start(pod: Pod) -> Iterator[tuple[str, str]]:
    """The kinds and names of what a pod has in its environment."""
    for _, _, container in pod.containers:
        sources = [*mappings(container.get("envFrom")), *(dig(variable, "valueFrom") for variable in mappings(container.get("env")))]
        for kind, keys in _REFERENCES.items():
            names = (dig(source, key, "name") for source in sources for key in keys)
            yield from ((kind, str(name)) for name in names if name is not None)
