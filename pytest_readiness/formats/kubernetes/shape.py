"""The shape of the objects that rules read: what must be a list, what a mapping, and what is only a placeholder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from typing import cast

from ...model import ParseFailure
from ...model import Span
from ...syntax import yaml
from ...syntax.yaml import Mapping
from ...syntax.yaml import Sequence
from ...unknown import Unknown
from ...unknown import is_unknown
from ..gitops.shapes import ROLLOUT
from ..gitops.shapes import SHAPES
from .objects import HANDLERS
from .objects import SECTIONS
from .objects import TEMPLATES

Keys = tuple[str | int, ...]

# Shapes: a dict names the keys it knows of a mapping, a list holds the shape of its items, ANY and TEXT say the rest.
ANY = "any"
TEXT = "text"
NUMBER = "a number"
MAP: dict[str, Any] = {}
_SECURITY = {
    "capabilities": {"add": [TEXT], "drop": [TEXT]},
    "seccompProfile": MAP,
    "appArmorProfile": MAP,
    "seLinuxOptions": MAP,
    "windowsOptions": MAP,
    "sysctls": [MAP],
}
_PROBE = dict.fromkeys(HANDLERS, MAP)
_RESOURCES = {"requests": MAP, "limits": MAP}
_CONTAINER = {
    "name": TEXT,
    "image": TEXT,
    "command": [TEXT],
    "args": [TEXT],
    "env": [{"name": TEXT, "value": TEXT, "valueFrom": MAP}],
    "envFrom": [MAP],
    "ports": [MAP],
    "volumeMounts": [MAP],
    "resources": _RESOURCES,
    "securityContext": _SECURITY,
    "livenessProbe": _PROBE,
    "readinessProbe": _PROBE,
    "startupProbe": _PROBE,
    "lifecycle": {"postStart": _PROBE, "preStop": _PROBE},
}
_METADATA = {"name": TEXT, "generateName": TEXT, "namespace": TEXT, "labels": MAP, "annotations": MAP}
_TEMPLATE = {
    "metadata": _METADATA,
    "spec": {
        "containers": [_CONTAINER],
        "initContainers": [_CONTAINER],
        "ephemeralContainers": [_CONTAINER],
        "volumes": [MAP],
        "securityContext": _SECURITY,
        "resources": _RESOURCES,
        "nodeSelector": MAP,
        "affinity": {"podAntiAffinity": MAP, "nodeAffinity": MAP},
        "topologySpreadConstraints": [MAP],
        "os": MAP,
    },
}
_WORKLOAD: dict[str, Any] = {"metadata": _METADATA, "spec": {"replicas": NUMBER, "template": _TEMPLATE, "volumeClaimTemplates": [MAP]}}
_RULES = {"metadata": _METADATA, "rules": [{"verbs": [TEXT], "resources": [TEXT], "apiGroups": [TEXT], "nonResourceURLs": [TEXT]}]}
_BINDING = {"metadata": _METADATA, "roleRef": MAP, "subjects": [MAP]}
_HPA = {
    "metadata": _METADATA,
    "spec": {
        "scaleTargetRef": MAP,
        "metrics": [MAP],
        "minReplicas": NUMBER,
        "maxReplicas": NUMBER,
        "targetCPUUtilizationPercentage": NUMBER,
    },
}
_INGRESS = {"metadata": _METADATA, "spec": {"tls": [MAP], "rules": [MAP]}}
_SELECTOR = {"matchLabels": MAP, "matchExpressions": [MAP]}
_PDB = {"metadata": _METADATA, "spec": {"selector": _SELECTOR}}
_NETWORK_POLICY = {"metadata": _METADATA, "spec": {"podSelector": _SELECTOR, "ingress": [MAP], "egress": [MAP], "policyTypes": [TEXT]}}
_SHAPES: dict[str, Any] = {
    "Pod": _TEMPLATE,
    "PodTemplate": {"metadata": _METADATA, "template": _TEMPLATE},
    "batch/CronJob": {"metadata": _METADATA, "spec": {"jobTemplate": {"spec": {"template": _TEMPLATE}}}},
    "keda.sh/ScaledJob": {"metadata": _METADATA, "spec": {"jobTargetRef": {"template": _TEMPLATE}}},
    "rbac.authorization.k8s.io/Role": _RULES,
    "rbac.authorization.k8s.io/ClusterRole": _RULES,
    "rbac.authorization.k8s.io/RoleBinding": _BINDING,
    "rbac.authorization.k8s.io/ClusterRoleBinding": _BINDING,
    "autoscaling/HorizontalPodAutoscaler": _HPA,
    "networking.k8s.io/Ingress": _INGRESS,
    "networking.k8s.io/NetworkPolicy": _NETWORK_POLICY,
    "policy/PodDisruptionBudget": _PDB,
    "Service": {"metadata": _METADATA, "spec": {"selector": MAP, "ports": [MAP]}},
    "Secret": {"metadata": _METADATA, "data": MAP, "stringData": MAP},
    "ConfigMap": {"metadata": _METADATA, "data": MAP, "binaryData": MAP},
} | {kind: _WORKLOAD for kind, place in TEMPLATES.items() if place == ("spec", "template")}
_SHAPES |= SHAPES | {"argoproj.io/Rollout": {**_WORKLOAD, "spec": {**_WORKLOAD["spec"], **ROLLOUT}}}
_GENERIC = {"metadata": {"name": TEXT, "namespace": TEXT, "labels": MAP, "annotations": MAP}}

_PLACEHOLDER = re.compile(
    r"\$\$\w+\$\$|\$\([A-Za-z_][\w.]*\)|\$\{[^{}\n]*\}|\$[A-Z_][A-Z0-9_]*\b|\{\{[^{}\n]*\}\}|<[A-Za-z_][\w. -]*>|%%\w+%%|__[A-Z][A-Z0-9_]*__|\(\(\s*[\w./-]+\s*\)\)"
)
_MAYBE = re.compile(r"\$[$({A-Z_]|\{\{|<[A-Za-z_]|%%|__[A-Z]|\(\(")
# under these, such text has a meaning of its own: programs, shells, queries and templates read it
_VERBATIM = frozenset(
    [
        "command",
        "args",
        "data",
        "stringData",
        "binaryData",
        "annotations",
        "env",
        "description",
        "openAPIV3Schema",
        "expr",
        "query",
        "script",
    ]
)


def misfits(body: Mapping, id: str) -> Iterator[tuple[Keys, ParseFailure]]:
    """Everything in an object that is not of the kind it must be, and under which keys."""
    stack: list[tuple[Any, Any, Keys, Span]] = [(body, _SHAPES.get(id, _GENERIC), (), body.head)]
    while stack:
        node, shape, keys, place = stack.pop()
        last = keys[-1] if keys else ""
        if (
            (node is None and isinstance(last, str))
            or shape == ANY
            or is_unknown(node)
            or (isinstance(node, str) and is_placeholder(last, node))
        ):
            continue
        wanted = shape if isinstance(shape, str) else "a mapping" if isinstance(shape, dict) else "a list"
        if wanted != _form(node) and not (wanted == TEXT and _form(node) == NUMBER):
            yield keys, ParseFailure(f"not a valid {id}: {_path(keys)} is {_form(node)}, not {wanted}", place)
        elif isinstance(node, Mapping):
            stack.extend((node[key], inner, (*keys, key), node.entry(key)) for key, inner in reversed(shape.items()) if key in node)
        elif isinstance(node, Sequence):
            stack.extend((item, shape[0], (*keys, n), node.item(n)) for n, item in reversed(list(enumerate(node))))


def without(body: Mapping, keys: Keys, reason: str) -> Mapping:
    """A copy of the object in which what stands under the keys cannot be known."""
    whole: Any = copied(body)
    node = whole
    for key in keys[:-1]:
        node[key] = copied(node[key])
        node = node[key]
    node[keys[-1]] = Unknown(reason)
    return cast("Mapping", whole)


def copied(node: Mapping | Sequence) -> Mapping | Sequence:
    """A shallow copy with the positions."""
    if isinstance(node, Mapping):
        return node.copy()
    other = Sequence(node.raw_span)
    other.extend(node)
    other.item_spans.extend(node.item_spans)
    return other


def _path(keys: Keys) -> str:
    """``spec.containers[0].env``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def is_placeholder(key: str | int, text: str) -> bool:
    """Whether a text stands for one that is filled in at deploy time; never a whole list of containers."""
    return key not in SECTIONS and bool(_PLACEHOLDER.search(text))


def _form(node: Any) -> str:
    if isinstance(node, dict):
        return "a mapping"
    if isinstance(node, list):
        return "a list"
    if isinstance(node, int) and not isinstance(node, bool):
        return NUMBER
    return "empty" if node is None else TEXT


def has_placeholders(text: str) -> bool:
    """Whether a file may hold placeholders at all; most do not and are spared the copy."""
    return bool(_MAYBE.search(text))


def with_unknowns(body: Mapping) -> Mapping:
    """The object with `Unknown` for every placeholder; what holds none is shared, not copied."""
    changed = _resolved(body, {})
    return changed if isinstance(changed, Mapping) else body


def _resolved(node: Any, memo: dict[int, Any]) -> Any:
    """The depth is bounded by the parser, repeated visits of an alias by the memo."""
    if isinstance(node, str):
        found = _PLACEHOLDER.search(node) if _MAYBE.search(node) else None
        return Unknown(f"{found.group()} is filled in at deploy time") if found else node
    if not isinstance(node, (Mapping, Sequence)) or id(node) in memo:
        return memo.get(id(node), node)
    memo[id(node)] = node
    if isinstance(node, Mapping):
        changes = {key: new for key, old in node.items() if key not in _VERBATIM and (new := _resolved(old, memo)) is not old}
        if changes:
            memo[id(node)] = copy = node.copy()
            copy.update(changes)
    else:
        values = [_resolved(old, memo) for old in node]
        if any(new is not old for new, old in zip(values, node, strict=True)):
            other = Sequence(node.raw_span)
            other.extend(values)
            other.item_spans.extend(node.item_spans)
            memo[id(node)] = other
    return memo[id(node)]


def name_span(body: Mapping) -> Span:
    """The narrow place of an object: its name, else its kind."""
    metadata = body.get("metadata")
    for key in ("name", "generateName"):
        if isinstance(metadata, Mapping) and key in metadata:
            return yaml.at(metadata, key)
    return body.entry("kind")
