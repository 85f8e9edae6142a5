"""What conftest files and other plugins may implement; the built-ins go through the same hooks."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

import pytest

if TYPE_CHECKING:
    from .formats.base import Format
    from .model import Rule
    from .model import Waiver


@pytest.hookspec
def pytest_readiness_formats(config: pytest.Config) -> Iterable[Format]:
    """Kinds of files to read: instances. Formats of other plugins are asked before the built-in ones."""
    raise NotImplementedError


@pytest.hookspec
def pytest_readiness_rules(config: pytest.Config, platform: str | None) -> Iterable[Rule]:
    """Rules of a platform (the first part of their kinds), or all of them where ``platform`` is None.

    Called with None at the beginning, to know who has which id, and with each platform of which a resource was found;
    the built-in rules, which nobody else has, are imported for these alone. Returning too many is fine.
    """
    raise NotImplementedError


@pytest.hookspec
def pytest_readiness_modify_rules(config: pytest.Config, rules: list[Rule]) -> None:
    """Drop, replace or re-prioritise the rules of a platform, in place, before they are used."""


@pytest.hookspec
def pytest_readiness_waivers(config: pytest.Config) -> Iterable[Waiver]:
    """Known gaps kept elsewhere, such as a ticket system; they count like those of the waiver file."""
    raise NotImplementedError


@pytest.hookspec
def pytest_readiness_report(config: pytest.Config) -> Mapping[str, Callable[[dict[str, Any]], str]]:
    """Report formats by name: each makes a text from the JSON report, for ``--readiness-report NAME:FILE``.

    Reports are made on the controller only. Two of the same name are an error.
    """
    raise NotImplementedError
