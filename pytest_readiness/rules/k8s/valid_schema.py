"""Objects that the API server understands."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.schemas import problems
from pytest_readiness.formats.kubernetes.versions import release_for

BUILT_IN = frozenset(
    (
        *(
            "v1",
            "apps",
            "autoscaling",
            "batch",
            "policy",
            "admissionregistration.k8s.io",
            "apiregistration.k8s.io",
            "authentication.k8s.io",
        ),
        *("authorization.k8s.io", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "networking.k8s.io"),
        *(
            "flowcontrol.apiserver.k8s.io",
            "node.k8s.io",
            "rbac.authorization.k8s.io",
            "resource.k8s.io",
            "scheduling.k8s.io",
            "storage.k8s.io",
        ),
    )
)


@rule(
    "k8s.valid-schema",
    P1,
    on="k8s.object",
    when=lambda thing: thing.api_version.partition("/")[0] in BUILT_IN,
    category="Kubernetes & Helm",
    remedy="correct the field; kubectl explain shows what there is",
    needs="target",
)
def check(thing: Object, project: Project, *, target: str = "") -> Iterator[Finding]:
    """An object has the fields that its kind has, with values of the right type.

    A misspelt field is dropped without a word or refused at deployment: `resource:` beside a container limits nothing.
    Built-in kinds are judged by the schemas of the release `target` names (`"1.31"`), which come with the extra `schemas`
    (`pip install 'pytest-readiness[schemas]'`); the `kube-version` of an environment stands above it. Custom resources have
    no schema here.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          resource:  # <-- there are only resources
            limits: {memory: 64Mi}
          ports:
            - containerPort: "8080"  # <-- text
    ```
    ```yaml with readiness.yaml
    options:
      k8s.valid-schema: {target: "1.31"}
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec: {containers: [{name: web, image: "web:1", resources: {limits: {memory: 64Mi}}, ports: [{containerPort: 8080}]}]}
    ```
    ```yaml with readiness.yaml
    options:
      k8s.valid-schema: {target: "1.31"}
    ```
    """
    for place, message in problems(project, thing.body, release_for(thing, project, target)):
        yield thing.finding(message, thing.at(*place))
