"""Terraform and OpenTofu: a directory is a module, its files are read as one."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...unknown import Unresolved
from ...unknown import is_unknown
from ..base import Format
from .blocks import Repository
from .blocks import Root
from .blocks import Variables
from .calls import graph
from .directory import CODE
from .directory import VALUES
from .directory import read
from .directory import shadow
from .module import PER_CALL
from .module import Module
from .runs import modules
from .runs import modules_in


class Terraform(Format):
    """Claims configuration and variable files; `module.Module` is what a directory means where it is run."""

    name = "terraform"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return path.endswith((*CODE, *VALUES))

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        if project.exists(other := shadow(path)):
            raise Unresolved(f"OpenTofu reads {other} in place of this file: judged there")
        body = read(path, project)
        if isinstance(body, ParseFailure):
            raise body
        yield from body.failures
        if path.endswith(VALUES):
            yield Variables("tf.tfvars", path.rpartition("/")[2], Span(path, 1, 1, 1, 1), body)
            return
        found = modules_in(path.rpartition("/")[0], project)
        first = found[0]
        yield from (failure for failure in _failures(found, project) if failure.span.path == path)
        if first.is_root and first.home.path == path:
            yield Root("tf.root", first.directory or ".", first.home, first)
        if first.home.path == path:
            yield Root("tf.module", first.directory or ".", first.home, first)
        for module in found:
            for item in module.items_by_path.get(path, ()):
                if (module is first or item.kind in PER_CALL) and (module.is_made or item.kind not in PER_CALL):
                    yield item

    def mistakes(self, project: Project) -> Iterator[ParseFailure]:
        """Variable files that are nowhere."""
        for environment in project.configuration.environments:
            for name in environment.tfvars:
                if not any(path == name or path.endswith(f"/{name}") for path in project.paths):
                    yield ParseFailure(
                        f"environments: {environment.name}: there is no {name}, at no root module nor at the root", environment.span
                    )

    def repository(self, project: Project) -> Iterable[Resource]:
        tracked = project.tracked_paths
        if (
            project.files("terraform-plan")
            or modules(project)
            or (not is_unknown(tracked) and any(path.endswith(".tfstate") for path in tracked))
        ):
            from .plan import with_plans

            yield Repository("tf.repository", "repo", Span("."), with_plans(modules(project), project))


def _failures(found: tuple[Module, ...], project: Project) -> Iterator[ParseFailure]:
    """What is wrong with the blocks of a directory and with its calls."""
    yield from found[0].failures
    yield from (failure for (directory, _), failure in graph(project).circular.items() if directory == found[0].directory)
    for root in dict.fromkeys(module.root for module in found):
        yield from root.tree_failures
