"""How Argo CD itself is set up, where it is installed from here: by its ConfigMap, or by the values of its chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...syntax import yaml
from ...unknown import Unresolved
from ...unknown import is_unknown
from ..kubernetes.objects import dig
from ..kubernetes.objects import entries
from .applications import Application
from .applications import Config
from .applications import Source
from .flux import Release

_CHART = "argo-cd"
_IN_VALUES = ("configs", "cm")


@dataclass(frozen=True)
class Settings:
    """The entries of argocd-cm, where they are written, and what else may add to them."""

    entries: Mapping[str, Any]
    place: Span
    also: str = ""

    def get(self, key: str) -> Any:
        return self.entries.get(key)

    def demand_all(self) -> None:
        """Raise where something that cannot be seen may set what is absent."""
        if self.also:
            raise Unresolved(f"{self.also} may set it")


def settings_of(thing: Application | Config | Release) -> Settings | None:
    """The settings of the Argo CD that an object installs, None where it installs something else."""
    if isinstance(thing, Config):
        return Settings(entries(thing.get("data")), thing.at("data"))
    if isinstance(thing, Release):
        if not _is(thing.peek("spec", "chart", "spec", "chart")):
            return None
        also = "valuesFrom" if thing.peek("spec", "valuesFrom") is not None else ""
        return Settings(entries(thing.get("spec", "values", *_IN_VALUES)), thing.at("spec", "values", *_IN_VALUES), also)
    return next((_of_source(source) for source in thing.sources if _is(source.chart)), None)


def _is(chart: Any) -> bool:
    return isinstance(chart, str) and chart == _CHART


def _of_source(source: Source) -> Settings:
    helm = dig(source.body, "helm")
    found: dict[str, Any] = {}
    also = next((key for key in ("valueFiles", "fileParameters") if dig(helm, key) is not None), "")
    text = dig(helm, "values")
    if is_unknown(text):
        also = also or "helm.values"
    elif isinstance(text, str):
        try:
            for document in yaml.parse(source.owner.path, text):
                found |= entries(dig(document.data, *_IN_VALUES))
        except ParseFailure:
            also = also or "helm.values, which is no YAML,"
    found |= entries(dig(helm, "valuesObject", *_IN_VALUES))
    parameters = dig(helm, "parameters")
    for parameter in parameters if isinstance(parameters, list) else ():
        name = dig(parameter, "name")
        if isinstance(name, str) and name.startswith("configs.cm."):
            found[name.removeprefix("configs.cm.").replace("\\.", ".")] = dig(parameter, "value")
    return Settings(found, yaml.at(source.owner.body, *source.keys, "helm", "valuesObject", *_IN_VALUES), also)
