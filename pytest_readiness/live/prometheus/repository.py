"""The alerts that a repository declares."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from ...criteria.globs import matching
from ...formats.kubernetes.sources import objects_everywhere
from ...model import ParseFailure
from ...model import Span
from ...project import YAML_SUFFIXES
from ...project import Project
from ...syntax import yaml
from ...unknown import Unresolved
from ...unknown import is_unknown

RULE_OBJECT = "monitoring.coreos.com/PrometheusRule"


def alerts(project: Project, globs: Sequence[str], span: Span) -> dict[str, str]:
    """The names of the alerts in these files, each with its place; raises `ParseFailure` where there are none.

    Rule files are read as they are, objects of the operator also as charts and overlays make them.
    """
    paths = {path for glob in globs for path in matching(glob, project.paths)}
    found: dict[str, str] = {}
    for path in sorted(path for path in paths if path.endswith(YAML_SUFFIXES) and "alert" in project.glance(path)):
        for document in _documents(project, path):
            groups = yaml.get(document.data, "groups") or yaml.get(document.data, "spec", "groups")
            for name, place in _named(groups):
                found.setdefault(name, str(place))
    for made in objects_everywhere(project, RULE_OBJECT):
        if made.span.path in paths or (made.home and any(path.startswith(f"{made.home}/") for path in paths)):
            for name, place in _named(made.get("spec", "groups")):
                found.setdefault(name, str(place))
    if not found:
        raise ParseFailure(f"no alerting rule in {', '.join(globs)}: name the rule files of the repository with rules, or alerts", span)
    return found


def _documents(project: Project, path: str) -> Iterable[yaml.Document]:
    format_ = project.format_of(path)
    if format_ is None or format_.name != "helm":
        return project.documents(path)
    made = project.homes_of(path) if "PrometheusRule" in project.glance(path) else ()
    for contents in filter(None, map(project.contents, made)):  # what a template becomes is read as an object, if it can be made
        if contents.unjudged is not None:
            raise Unresolved(contents.unjudged)
        if contents.failures:
            raise contents.failures[0]
    return ()


def _named(groups: Any) -> Iterator[tuple[str, Span]]:
    for group in groups if isinstance(groups, list) else ():
        rules = group.get("rules") if isinstance(group, yaml.Mapping) else None
        for rule in rules if isinstance(rules, list) else ():
            name = rule.get("alert") if isinstance(rule, yaml.Mapping) else None
            if isinstance(name, str) and not is_unknown(name):
                yield name, rule.entry("alert")
