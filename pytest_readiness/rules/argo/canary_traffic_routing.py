"""Ten percent of the requests, not one of ten pods."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.gitops.exposure import has_service
from pytest_readiness.formats.gitops.rollouts import Rollout
from pytest_readiness.formats.kubernetes.objects import dig

# what a router needs to know beside the two Services, any of each; for the others the Services are enough
_NEEDS = {
    "nginx": ("stableIngress", "stableIngresses"),
    "alb": ("ingress", "ingresses"),
    "istio": ("virtualService", "virtualServices"),
    "traefik": ("weightedTraefikServiceName",),
    "ambassador": ("mappings",),
    "apisix": ("route",),
    "appMesh": ("virtualService",),
    "plugins": (),
}


@rule(
    "argo.canary-traffic-routing",
    P3,
    on="argo.rollout",
    when=lambda rollout: rollout.is_canary,
    category="Deployment automation",
    remedy="set trafficRouting with canaryService, stableService and what the router needs, such as stableIngress",
    effort="2h",
)
def check(rollout: Rollout, project: Project) -> Iterator[Finding]:
    """A canary's share of the traffic is set by a router.

    Without `trafficRouting` a weight is a number of pods, so little traffic needs many replicas. A router switches two
    Services, and each needs something to switch them in: nginx an Ingress, Istio a VirtualService. A Rollout without them is
    refused.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        canary:
          trafficRouting:
            nginx: {}  # <-- no Services, no stableIngress
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: api}
    spec:
      strategy:
        canary: {steps: [{setWeight: 10}, {pause: {duration: 10m}}]}  # <-- no router
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      strategy:
        canary:
          canaryService: web-canary
          stableService: web
          trafficRouting: {nginx: {stableIngress: web}}
    ```
    """
    routing = rollout.routing
    if not routing:
        yield rollout.finding(
            "no trafficRouting: a weight is a number of pods, not a share of the traffic", rollout.canary_at("trafficRouting")
        )
        return
    for name, body in routing.items():
        needed = _NEEDS.get(name, ())
        if needed and all(dig(body, key) is None for key in needed):
            place = rollout.canary_at("trafficRouting", name)
            yield rollout.finding(f"{name} has no {needed[0]}: there is nothing to route traffic with", place)
    yield from _services(rollout, project)


def _services(rollout: Rollout, project: Project) -> Iterator[Finding]:
    routing = rollout.routing
    by_subset = dig(routing.get("istio"), "destinationRule") is not None
    if by_subset or "appMesh" in routing or "hashicorp/consul" in str(list(routing.get("plugins") or ())):
        return
    body, keys = rollout.canary(), ("stableService", "canaryService")
    if rollout.canary("pingPong") is not None:
        body, keys = rollout.canary("pingPong"), ("pingService", "pongService")
    missing = [key for key in keys if not body.get(key)]
    if missing:
        place = rollout.canary_at("trafficRouting", next(iter(routing)))
        yield rollout.finding(f"no {' and no '.join(missing)}: the Rollout is refused", place)
    elif body.get(keys[0]) == body.get(keys[1]):
        yield rollout.finding(f"{keys[0]} and {keys[1]} are both {body.get(keys[0])}: the Rollout is refused", rollout.canary_at(keys[1]))
    for key in keys:
        if key not in missing and not has_service(body.get(key), rollout, project):
            place = rollout.canary_at(key) if key in rollout.canary() else rollout.canary_at("pingPong", key)
            yield rollout.finding(f"there is no Service {body.get(key)}: the Rollout is refused", place)
