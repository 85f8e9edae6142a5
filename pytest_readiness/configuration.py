"""What the settings tell formats: the environments something is made for, and what belongs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from .model import Span


@dataclass(frozen=True)
class Environment:
    """A place that things are deployed to, and what is different there.

    ``values`` are Helm values files (relative to the chart, else to the root) in the order in which
    they are applied, ``set`` single values by dotted path, ``tfvars`` Terraform variable files
    (relative to the root module, else to the root), ``workspace`` the Terraform workspace.
    """

    name: str
    values: tuple[str, ...] = ()
    set: Mapping[str, Any] = field(default_factory=dict)
    kube_version: str = ""
    tfvars: tuple[str, ...] = ()
    workspace: str = ""
    span: Span = field(default_factory=lambda: Span(""))


@dataclass(frozen=True)
class Configuration:
    """What formats are told.

    ``worlds`` are groups of globs over paths and homes whose objects see each other, ``kustomize_helm``
    says whether Kustomize may render charts, ``render_timeout`` bounds one call of a tool, in seconds.
    """

    environments: tuple[Environment, ...] = ()
    worlds: tuple[tuple[str, ...], ...] = ()
    kustomize_helm: bool = False
    render_timeout: float = 60.0
