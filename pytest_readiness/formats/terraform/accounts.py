"""What belongs to an account of AWS as a whole, and whether a repository runs anything there."""

from __future__ import annotations

from ...model import Span
from .blocks import Repository
from .blocks import is_example
from .module import Module


def aws_roots(repository: Repository) -> list[Module]:
    """The directories in which somebody runs Terraform against AWS; examples are nobody's account."""
    return [module for module in repository.modules if module.is_root and not is_example(module.directory) and _is_aws(module)]


def _is_aws(root: Module) -> bool:
    return any(type.startswith("aws_") for type in types_of(root)) or any(block.labels[:1] == ("aws",) for block in root.of("provider"))


def types_of(root: Module) -> frozenset[str]:
    """The types of all that is made from a root, in it and in the modules it calls."""
    return frozenset().union(*(module.types for module in root.tree))


def aws_home(repository: Repository) -> Span:
    """The place that stands for what is run against AWS."""
    return aws_roots(repository)[0].home
