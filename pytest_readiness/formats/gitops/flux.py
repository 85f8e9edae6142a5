"""Flux: what is reconciled from which source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...model import Span
from ..environments import environment_of
from ..environments import is_production
from ..kubernetes.objects import Object
from .applications import known


@dataclass(frozen=True, eq=False)
class Reconciled(Object):
    """Something that Flux keeps as it is written: a Kustomization, a HelmRelease, a source."""

    @property
    def _names(self) -> tuple[str, ...]:
        names = (self.peek("metadata", "namespace"), self.peek("spec", "targetNamespace"), self.peek("spec", "path"))
        return known(self.path, self.home, *names, self.peek("metadata", "name"), self.for_environment)

    @property
    def is_production(self) -> bool:
        return is_production(*self._names)

    @property
    def environments(self) -> set[str]:
        return {environment_of(*self._names)} - {""}

    @property
    def is_suspended(self) -> bool:
        suspended = self.get("spec", "suspend")
        return suspended is not None and bool(suspended)


@dataclass(frozen=True, eq=False)
class Release(Reconciled):
    """A HelmRelease."""

    @property
    def has_version(self) -> bool:
        """Whether it chooses a version of a chart; a chart from Git, a bucket or of its own has none to choose."""
        source = self.get("spec", "chart", "spec", "sourceRef", "kind")
        return self.get("spec", "chart", "spec") is not None and (source is None or source == "HelmRepository")

    @property
    def version(self) -> Any:
        return self.get("spec", "chart", "spec", "version")

    @property
    def version_place(self) -> Span:
        return self.at("spec", "chart", "spec", "version")


@dataclass(frozen=True, eq=False)
class Source(Reconciled):
    """A Git repository, an OCI artifact, a chart repository."""

    @property
    def is_verified(self) -> bool:
        """Whether only what is signed is taken."""
        verify = self.get("spec", "verify")
        return verify is not None and bool(verify)

    @property
    def has_revision(self) -> bool:
        return self.is_a("source.toolkit.fluxcd.io/GitRepository", "source.toolkit.fluxcd.io/OCIRepository")
