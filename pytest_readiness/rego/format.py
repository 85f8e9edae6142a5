"""Policies as files that are read, and what they judge as resources."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..formats.base import Format
from ..model import ParseFailure
from ..model import Resource
from ..model import Span
from . import source
from .policies import EVERYTHING
from .policies import compiled
from .policies import documents
from .policies import is_below
from .policies import is_policy
from .policies import judged_files
from .policies import parser_for
from .rules import CombinedInput
from .rules import PolicyInput

if TYPE_CHECKING:
    from ..project import Project


class Rego(Format):
    """The policies that ``rego:`` names; every one must compile."""

    name = "rego"
    is_about_the_run = True

    def claims_in(self, path: str, text: Callable[[], str], project: Project) -> bool:  # noqa: ARG002 - the path says it
        return is_policy(path, project.configuration.rego)

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:
        return compiled(project).failures.get(path, ())

    def beside(self, path: str, project: Project) -> Iterable[Resource]:
        settings = project.configuration.rego
        if settings is None or settings.combine:
            return
        format_ = project.format_of(path)
        parser = parser_for(path, project, format_.name if format_ else "")
        if parser is None:
            return
        if settings.files is None:
            try:
                documents(project, path, parser)
            except ParseFailure:  # a template, which is none of conftest's business; what is broken fails for its own format
                return
        yield PolicyInput("rego.input", path.rpartition("/")[2], Span(path), parser)

    def repository(self, project: Project) -> Iterable[Resource]:
        settings = project.configuration.rego
        if settings is not None and settings.combine and judged_files(project):
            yield CombinedInput("rego.combined", "combined", Span("."))

    def mistakes(self, project: Project) -> Iterable[ParseFailure]:
        settings = project.configuration.rego
        if settings is None:
            return
        for place in settings.policies:
            if not any(path.endswith(".rego") and is_below(path, place) for path in project.paths):
                yield ParseFailure(f"rego: there is no policy (*.rego) at {place}", settings.spans["policies", place])
        for place in settings.data:
            if not any(is_below(path, place) for path in project.paths):
                yield ParseFailure(f"rego: there is no data at {place}", settings.spans["data", place])
        for globs in (settings.files or {}).values():
            for glob in globs:
                if not any(is_below(path, glob) for path in project.paths):
                    yield ParseFailure(f"rego: no file matches {glob}", settings.spans["files", glob])
        known = set()
        for path in project.paths:
            if is_policy(path, settings):
                try:
                    known.add(source.read(path, project.text(path)).namespace)
                except ParseFailure:
                    return  # which packages there are is not known
        for name in settings.namespaces if known else ():
            if name not in known and name != EVERYTHING:
                listed = ", ".join(sorted(known))
                yield ParseFailure(f"rego: no policy is of package {name} (there are: {listed})", settings.spans["namespaces", name])


class PolicyInputs(Format):
    """Files that nobody else reads and ``rego: files:`` names."""

    name = "policy-input"

    def claims_in(self, path: str, text: Callable[[], str], project: Project) -> bool:  # noqa: ARG002 - the path says it
        return parser_for(path, project, "") is not None

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:
        parser = parser_for(path, project, "")
        if parser is not None:
            documents(project, path, parser)  # fails where it cannot be read
        return ()
