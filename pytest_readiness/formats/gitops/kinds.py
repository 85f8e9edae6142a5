"""Which Kubernetes objects are more than that: their kinds for rules, made late, since most projects have none of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING
from typing import Any

from ...syntax.yaml import Mapping

if TYPE_CHECKING:
    from ..kubernetes.objects import Object

_APPLICATION = ("argo.application", "applications:Application")
_ANALYSIS = ("argo.analysis", "analyses:Analysis")
_SOURCE = ("argo.flux-source", "flux:Source")
_KINDS = {
    "argoproj.io/Application": _APPLICATION,
    "argoproj.io/ApplicationSet": _APPLICATION,
    "argoproj.io/AppProject": ("argo.project", "applications:Project"),
    "argoproj.io/Rollout": ("argo.rollout", "rollouts:Rollout"),
    "argoproj.io/AnalysisTemplate": _ANALYSIS,
    "argoproj.io/ClusterAnalysisTemplate": _ANALYSIS,
    "kargo.akuity.io/Stage": ("argo.stage", "applications:Stage"),
    "kustomize.toolkit.fluxcd.io/Kustomization": ("argo.flux-kustomization", "flux:Reconciled"),
    "helm.toolkit.fluxcd.io/HelmRelease": ("argo.flux-release", "flux:Release"),
    "source.toolkit.fluxcd.io/GitRepository": _SOURCE,
    "source.toolkit.fluxcd.io/OCIRepository": _SOURCE,
    "source.toolkit.fluxcd.io/HelmRepository": _SOURCE,
    "source.toolkit.fluxcd.io/HelmChart": _SOURCE,
    "source.toolkit.fluxcd.io/Bucket": _SOURCE,
    "flagger.app/Canary": ("argo.canary", "rollouts:Canary"),
    "flagger.app/MetricTemplate": ("argo.metric-template", "rollouts:MetricTemplate"),
    # what a Rollout or Canary could take over
    "apps/Deployment": ("argo.workload", "rollouts:Deployed"),
    "ConfigMap": ("argo.config", "applications:Config"),
}
_SETTINGS_OF_ARGO_CD = "argocd-cm"


def kinds_of(id: str, body: Mapping) -> Iterator[tuple[str, type[Object]]]:
    """The further kinds of an object, each with the class of its resource."""
    kind, home = _KINDS.get(id, ("", ""))
    if not kind or (kind == "argo.config" and not _is_config(body)):
        return
    yield kind, _class(home)


@cache
def _class(home: str) -> type[Object]:
    module, _, name = home.partition(":")
    found: type[Object] = getattr(import_module(f".{module}", __package__), name)
    return found


def _is_config(body: Mapping) -> bool:
    metadata: Any = body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return isinstance(name, str) and name == _SETTINGS_OF_ARGO_CD
