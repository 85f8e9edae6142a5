"""A few users first."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.gitops.exposure import canary_for
from pytest_readiness.formats.gitops.exposure import deployed_to_users
from pytest_readiness.formats.gitops.exposure import has_progressive_delivery
from pytest_readiness.formats.gitops.exposure import is_user_facing
from pytest_readiness.formats.gitops.rollouts import Deployed
from pytest_readiness.formats.gitops.rollouts import Rollout
from pytest_readiness.formats.kubernetes.relations import rollout_of


def applies(thing: Resource, project: Project) -> bool:
    """One check for a repository that has nothing of the kind, one for each service where some have it already."""
    if isinstance(thing, Rollout):
        return is_user_facing(thing, project)
    if not isinstance(thing, Deployed):
        return not has_progressive_delivery(project) and bool(deployed_to_users(project))
    return has_progressive_delivery(project) and is_user_facing(thing, project) and rollout_of(thing, project) is None


@rule(
    "argo.canary",
    P2,
    on=("argo.repository", "argo.workload", "argo.rollout"),
    when=applies,
    category="Deployment automation",
    remedy="make it a Rollout with a canary strategy, or the target of a Flagger Canary",
    effort="1d",
)
def check(thing: Resource, project: Project) -> Iterator[Finding]:
    """A service that answers users is deployed by canary.

    A rolling update and a blue-green switch give a new version to everybody before anybody knows whether it works. Asked of
    services in production that an Ingress, a route or a load balancer leads to; workers and what is labelled internal are
    left alone. Where a repository has no Rollout and no Canary yet, it is asked once.

    ```yaml bad
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web  # <--
    spec:
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: "web:1"}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy: {canary: {steps: [{setWeight: 10}, {pause: {duration: 10m}}]}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: "web:1"}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
    ```
    """
    if isinstance(thing, Rollout):
        if not thing.is_canary:
            what = "blueGreen switches all users at once" if thing.is_blue_green else "no strategy: the Rollout is refused"
            yield thing.finding(what, thing.at("spec", "strategy"))
    elif isinstance(thing, Deployed):
        if canary_for(thing, project) is None:
            yield thing.finding(f"answers users, and its {thing.type} gives every new version to all of them")
    else:
        services = {service.name: service for service in reversed(deployed_to_users(project))}
        first = min(services.values(), key=lambda service: (service.path, service.span))
        answer = f"and {len(services) - 1} more answer" if len(services) > 1 else "answers"
        yield thing.finding(f"{first.name} {answer} users, and every new version goes to all of them", first.span)
