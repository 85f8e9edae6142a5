"""What belongs to an account as a whole, and whether a repository runs anything there."""

from __future__ import annotations

from ...model import Span
from .blocks import Repository
from .blocks import is_example
from .module import Module


def aws_roots(repository: Repository) -> list[Module]:
    """The directories in which somebody runs Terraform against AWS; examples are nobody's account."""
    return roots_on(repository, "aws")


def roots_on(repository: Repository, provider: str) -> list[Module]:
    """The directories in which somebody runs Terraform with a provider: ``aws``, ``google``, ``azurerm``."""
    return [root for root in repository.modules if root.is_root and not is_example(root.directory) and _uses(root, provider)]


def _uses(root: Module, provider: str) -> bool:
    """Whether it makes something with a provider, also in a registry module that we do not see."""
    return any(type.startswith(f"{provider}_") for type in types_of(root)) or any(
        block.labels[:1] == (provider,) for block in root.of("provider")
    )


def types_of(root: Module) -> frozenset[str]:
    """The types of all that is made from a root, in it and in the modules it calls."""
    return frozenset().union(*(module.types for module in root.tree))


def aws_home(repository: Repository) -> Span:
    """The place that stands for what is run against AWS."""
    return aws_roots(repository)[0].home


def roots_of(module: Module) -> list[Module]:
    """The root module that a module is part of, itself where nobody calls it."""
    return [module.root]
