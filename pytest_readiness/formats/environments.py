"""Which environment a file or name is for, by the words teams use."""

from __future__ import annotations

import re

PRODUCTION = frozenset(("prod", "production", "live", "prd"))
OTHER = frozenset(
    "dev develop development test testing tests staging stage stg sandbox local ci preview example examples qa uat demo nonprod".split()
)


_USUAL = {
    "prod": "production",
    "live": "production",
    "prd": "production",
    "dev": "development",
    "develop": "development",
    "stage": "staging",
    "stg": "staging",
    "testing": "test",
    "tests": "test",
}


def is_production(*names: str) -> bool:
    """Whether a rule meant for production applies: no name says it is another environment.

    ``names`` are paths, workspaces, namespaces or tags, the most specific last: the last word that
    names an environment decides, and where none does, it is production.
    """
    return environment_of(*names) in ("", "production")


def environment_of(*names: str) -> str:
    """The environment that the last word to name one means, by its usual name; empty where none does."""
    for name in reversed(names):
        for word in reversed(re.split(r"[^a-z0-9]+", name.lower())):
            if word in PRODUCTION or word in OTHER:
                return _USUAL.get(word, word)
    return ""
