"""Which namespaces applications live in, and what stands in one."""

from __future__ import annotations

import re

from ...project import Project
from ...unknown import is_unknown
from .objects import Object
from .scopes import SYSTEM_NAMESPACES
from .world import applied_namespace

# namespaces of the cluster's own machinery, whose size follows from the cluster
_OPERATORS = re.compile(
    r"(kube-.*|openshift.*|.*-system|.*-operators?|argocd|argo|calico-.*|cert-manager|external-secrets|gatekeeper|ingress-nginx|istio.*"
    r"|karpenter|keda|kyverno|linkerd.*|monitoring|observability|velero)"
).fullmatch


def is_for_work(namespace: Object) -> bool:
    """Whether applications live in the namespace, not the machinery of the cluster."""
    name = namespace.object_name
    return name is not None and name not in SYSTEM_NAMESPACES and not _OPERATORS(str(name))


def stands_in(thing: Object, namespace: Object, project: Project) -> bool:
    """Whether an object is put into the namespace; one that does not say where may be."""
    known = thing.peek("metadata", "namespace")
    found = applied_namespace(thing, project) if known is None else known
    return found is None or is_unknown(found) or bool(found == namespace.object_name)
