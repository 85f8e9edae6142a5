"""The shape of the objects that rules read: a dict names the keys it knows of a mapping, a list holds the shape of its items."""

from __future__ import annotations

from typing import Any

_TEXT = "text"
_NUMBER = "a number"
_MAP: dict[str, Any] = {}
_METADATA = {"name": _TEXT, "namespace": _TEXT, "labels": _MAP, "annotations": _MAP}
_SOURCE = {"repoURL": _TEXT, "path": _TEXT, "chart": _TEXT, "targetRevision": _TEXT, "helm": _MAP}
_APPLICATION = {
    "project": _TEXT,
    "destination": {"server": _TEXT, "name": _TEXT, "namespace": _TEXT},
    "source": _SOURCE,
    "sources": [_SOURCE],
    "sourceHydrator": {"drySource": _MAP, "syncSource": _MAP},
    "syncPolicy": {"automated": _MAP, "syncOptions": [_TEXT]},
    "ignoreDifferences": [_MAP],
}
_TEMPLATES = {"templates": [_MAP], "dryRun": [_MAP]}
_STRATEGY = {
    "canary": {
        "steps": [{"setWeight": _NUMBER, "pause": _MAP, "analysis": _TEMPLATES, "experiment": {"analyses": [_MAP]}}],
        "analysis": _TEMPLATES,
        "trafficRouting": dict.fromkeys(("alb", "ambassador", "apisix", "appMesh", "istio", "nginx", "plugins", "smi", "traefik"), _MAP),
        "pingPong": _MAP,
    },
    "blueGreen": {"prePromotionAnalysis": _TEMPLATES, "postPromotionAnalysis": _TEMPLATES},
}
_ANALYSIS = {"metadata": _METADATA, "spec": {"metrics": [{"name": _TEXT, "provider": _MAP}], "dryRun": [_MAP], "templates": [_MAP]}}
_FLAGGER = {"metrics": [{"name": _TEXT, "thresholdRange": _MAP, "templateRef": _MAP}], "webhooks": [_MAP]}
_FLUX_SOURCE = {"metadata": _METADATA, "spec": {"ref": _MAP, "verify": _MAP}}
_REMEDIATION = {"remediation": _MAP, "strategy": _MAP}
_PATTERN = {"group": _TEXT, "kind": _TEXT}

SHAPES: dict[str, Any] = {
    "argoproj.io/Application": {"metadata": _METADATA, "spec": _APPLICATION},
    "argoproj.io/ApplicationSet": {
        "metadata": _METADATA,
        "spec": {"generators": [_MAP], "strategy": _MAP, "template": {"metadata": _METADATA, "spec": _APPLICATION}},
    },
    "argoproj.io/AppProject": {
        "metadata": _METADATA,
        "spec": {
            "sourceRepos": [_TEXT],
            "destinations": [{"server": _TEXT, "name": _TEXT, "namespace": _TEXT}],
            "clusterResourceWhitelist": [_PATTERN],
        },
    },
    "argoproj.io/AnalysisTemplate": _ANALYSIS,
    "argoproj.io/ClusterAnalysisTemplate": _ANALYSIS,
    "kustomize.toolkit.fluxcd.io/Kustomization": {"metadata": _METADATA, "spec": {"path": _TEXT, "sourceRef": _MAP}},
    "helm.toolkit.fluxcd.io/HelmRelease": {
        "metadata": _METADATA,
        "spec": {
            "chart": {"spec": {"chart": _TEXT, "version": _TEXT, "sourceRef": _MAP}},
            "chartRef": _MAP,
            "values": _MAP,
            "valuesFrom": [_MAP],
            "install": _REMEDIATION,
            "upgrade": _REMEDIATION,
            "driftDetection": _MAP,
        },
    },
    "source.toolkit.fluxcd.io/GitRepository": _FLUX_SOURCE,
    "source.toolkit.fluxcd.io/OCIRepository": _FLUX_SOURCE,
    "flagger.app/Canary": {
        "metadata": _METADATA,
        "spec": {"targetRef": _MAP, "service": _MAP, "analysis": _FLAGGER, "canaryAnalysis": _FLAGGER},
    },
}
# what the spec of a Rollout has beside the pod template that every workload has
ROLLOUT = {"progressDeadlineSeconds": _NUMBER, "strategy": _STRATEGY, "workloadRef": _MAP}
