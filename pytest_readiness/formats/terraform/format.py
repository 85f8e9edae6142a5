"""Terraform and OpenTofu: a directory is a module, its files are read as one."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from ...model import ParseFailure
from ...model import Resource
from ...model import Span
from ...project import Project
from ...unknown import is_unknown
from ..base import Format
from .blocks import Repository
from .blocks import Root
from .blocks import Variables
from .module import CODE
from .module import VALUES
from .module import module_of
from .module import modules
from .module import read


class Terraform(Format):
    """Claims configuration and variable files; `terraform_module.Module` is what a directory means."""

    name = "terraform"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return path.endswith((*CODE, *VALUES))

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        body = read(path, project)
        if isinstance(body, ParseFailure):
            raise body
        yield from body.failures
        if path.endswith(VALUES):
            yield Variables("tf.tfvars", path.rpartition("/")[2], Span(path, 1, 1, 1, 1), body)
            return
        module = module_of(path, project)
        yield from (failure for failure in module.failures if failure.span.path == path)
        if module.is_root and module.home.path == path:
            yield Root("tf.root", module.directory or ".", module.home, module)
        if module.home.path == path:
            yield Root("tf.module", module.directory or ".", module.home, module)
        yield from (item for home, item in module.items if home == path)

    def repository(self, project: Project) -> Iterable[Resource]:
        tracked = project.tracked_paths
        if modules(project) or (not is_unknown(tracked) and any(path.endswith(".tfstate") for path in tracked)):
            yield Repository("tf.repository", "repo", Span("."), modules(project))
