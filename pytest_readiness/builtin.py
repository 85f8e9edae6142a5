"""The formats and rules that come with the package; imported late, a platform at a time."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

from .authoring import RuleError
from .formats.base import Format
from .model import Rule

_FORMATS = (
    "dockerfile.format:Dockerfile",
    "compose.format:Compose",
    "github.format:Actions",
    "terraform.format:Terraform",
    "terraform.plan:Plan",
    "terraform.lockfile:Lock",
    "terraform.terragrunt:Terragrunt",
    "helm.format:Helm",
    "kustomize.format:Kustomize",
    "kubernetes.format:Kubernetes",
    "dotenv:Dotenv",
    "repository:Repository",
)
_POLICIES = ("Rego", "PolicyInputs")  # files that are policies, and what only these judge
RULES = Path(__file__).with_name("rules")
LIVE = "live"  # the platform of what readiness.yaml declares; its rules are tables
RUN = "readiness"  # the platform of the checks of the run itself


@cache
def formats() -> tuple[Format, ...]:
    """Every built-in format, in the order in which they may claim a file."""
    found = []
    for home in _FORMATS:
        module, _, name = home.partition(":")
        found.append(getattr(import_module(f".formats.{module}", __package__), name)())
    found.append(import_module(".goss.format", __package__).Goss())
    policies = import_module(".rego.format", __package__)
    found += [getattr(policies, name)() for name in _POLICIES]
    return tuple(found)


@cache
def platforms() -> tuple[str, ...]:
    """The platforms that judge files: the folders of ``rules/``."""
    return tuple(sorted(path.name for path in RULES.iterdir() if path.is_dir() and path.name != LIVE and not path.name.startswith("_")))


def rule(name: str) -> Rule | None:
    """The rule of an id, be it one of the run itself."""
    platform = name.partition(".")[0]
    if platform == RUN:
        found = import_module(".governance", __package__).RULES
    else:
        found = rules(platform) if platform in (LIVE, *platforms()) else ()
    return next((rule for rule in found if rule.id == name), None)


@cache
def rules(platform: str) -> tuple[Rule, ...]:
    """The rules of a platform, by id; raises `RuleError` where a file and its rule do not match."""
    if platform == LIVE:
        return tuple(import_module(f"{__package__}.rules.live").RULES)
    folder = RULES / platform
    found = []
    for info in pkgutil.iter_modules([str(folder)]):
        module = import_module(f"{__package__}.rules.{platform}.{info.name}")
        expected = f"{platform}.{info.name.replace('_', '-')}"
        own = [value for value in vars(module).values() if isinstance(value, Rule)]
        if [rule.id for rule in own] != [expected]:
            raise RuleError(f"{module.__file__}: must hold one rule, {expected}")
        found += own
    return tuple(sorted(found, key=lambda rule: rule.id))
