"""A Service knocks at a door that is there."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import mappings
from pytest_readiness.formats.kubernetes.relations import containers_of
from pytest_readiness.formats.kubernetes.relations import pods_of
from pytest_readiness.formats.kubernetes.relations import sure


def named_targets(service: Object) -> Iterator[tuple[int, str]]:
    """The numbers of its ports that lead to a port of the pods by name, with that name."""
    for number, port in enumerate(mappings(service.get("spec", "ports"))):
        target = port.get("targetPort")
        if target is not None and not isinstance(target, int) and not str(target).isdigit():
            yield number, str(target)


def has_port(pod: Pod, name: str) -> bool:
    return any(port.get("name") is not None and port["name"] == name for container in containers_of(pod) for port in container.ports)


def leads_by_name(service: Object, project: Project) -> bool:
    return any(True for _ in named_targets(service)) and any(True for _ in sure(pods_of(service, project)))


@rule(
    "k8s.service-port-exists",
    P1,
    on="k8s.service",
    when=leads_by_name,
    category="Kubernetes & Helm",
    remedy="name a port of the container in targetPort, or give the container's port that name",
)
def check(service: Object, project: Project) -> Iterator[Finding]:
    """A Service leads to ports that its pods have.

    A `targetPort` that is a name means the port of that name in the pod; where no container has it, connections are refused. A
    number needs no declaration in the container, so it is not judged.

    ```yaml bad
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}
      ports:
        - name: http
          port: 80
          targetPort: web  # <-- the container calls it http
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: "web:1", ports: [{name: http, containerPort: 8080}]}]}
    ```
    ```yaml good
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}, {name: admin, port: 81, targetPort: 8081}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: "web:1", ports: [{name: http, containerPort: 8080}]}]}
    ```
    """
    for number, name in named_targets(service):
        pods = list(sure(pods_of(service, project)))
        lacking = next((pod for pod in pods if not has_port(pod, name)), None)
        if lacking is not None and not any(has_port(pod, name) for pod in pods if pod.owner.object_name == lacking.owner.object_name):
            message = f"leads to the port {name}, which no container of {lacking.name} has: connections are refused"
            yield service.finding(message, service.at("spec", "ports", number, "targetPort"))
