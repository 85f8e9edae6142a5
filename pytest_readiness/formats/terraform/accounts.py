"""What belongs to an account of AWS as a whole, and whether a repository runs anything there."""

from __future__ import annotations

from ...model import Span
from .blocks import Repository
from .blocks import is_example
from .module import Module
from .module import modules


def aws_roots(repository: Repository) -> list[Module]:
    """The directories in which somebody runs Terraform against AWS; examples are nobody's account."""
    return roots_on(repository, "aws")


def roots_on(repository: Repository, provider: str) -> list[Module]:
    """The directories in which somebody runs Terraform with a provider: ``aws``, ``google``, ``azurerm``."""
    return [
        module
        for module in repository.modules
        if module.is_root and not is_example(module.directory) and any(type.startswith(f"{provider}_") for type in module.types)
    ]


def aws_home(repository: Repository) -> Span:
    """The place that stands for what is run against AWS."""
    return aws_roots(repository)[0].home


def roots_of(module: Module) -> list[Module]:
    """The root modules that a module is part of, itself where nobody calls it."""
    found: dict[str, Module] = {}
    seen: set[str] = set()
    pending = [module]
    while pending:
        current = pending.pop()
        if current.directory in seen:
            continue
        seen.add(current.directory)
        callers = [other for other in modules(current.project) if current.directory in other.calls and other is not current]
        if callers:
            pending.extend(callers)
        else:
            found[current.directory] = current
    return list(found.values())
