"""What the settings tell formats: the environments something is made for, and what belongs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from .model import Priority
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
class Policies:
    """Policies in Rego and what they judge, as conftest has it: ``files`` are globs by parser, None what formats read.

    ``policies`` and ``data`` are files and directories, ``namespaces`` packages (or ``all``), ``priorities`` those of
    ``deny``, ``violation`` and ``warn``. ``timeout`` bounds one evaluation of all, in seconds.
    """

    policies: tuple[str, ...] = ("policy",)
    data: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ("main",)
    combine: bool = False
    files: Mapping[str, tuple[str, ...]] | None = None
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    engine: str = "auto"
    timeout: float = 60.0
    span: Span = field(default_factory=lambda: Span(""))
    spans: Mapping[tuple[str, str], Span] = field(default_factory=dict)  # of what is named, by key and text


@dataclass(frozen=True)
class Configuration:
    """What formats are told.

    ``worlds`` are groups of globs over paths and homes whose objects see each other, ``kustomize_helm``
    says whether Kustomize may render charts, ``render_timeout`` bounds one call of a tool, in seconds, ``goss`` are the goss
    files that live checks run.
    """

    environments: tuple[Environment, ...] = ()
    worlds: tuple[tuple[str, ...], ...] = ()
    kustomize_helm: bool = False
    render_timeout: float = 60.0
    rego: Policies | None = None
    goss: frozenset[str] = frozenset()
