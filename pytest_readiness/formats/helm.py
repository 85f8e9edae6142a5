"""Helm charts: their templates are no manifests until they are rendered."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..model import ParseFailure
from ..model import Resource
from ..unknown import Unresolved
from .base import Format

if TYPE_CHECKING:
    from ..project import Project

_SUFFIXES = (".yaml", ".yml", ".tpl", ".json")


class HelmTemplate(Format):
    """A file below ``templates/`` of a directory that has a ``Chart.yaml``."""

    name = "helm-template"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return False

    def claims_in(self, path: str, text: Callable[[], str], project: Project) -> bool:
        if not path.endswith(_SUFFIXES):
            return False
        parts = path.split("/")
        folders = (depth for depth, part in enumerate(parts[:-1]) if part == "templates")
        return any(project.exists("/".join([*parts[:depth], "Chart.yaml"])) for depth in folders)

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:
        raise Unresolved("Helm template: judged once the chart is rendered, not as text")
