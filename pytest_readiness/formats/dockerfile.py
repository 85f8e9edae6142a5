"""Not written yet."""

from __future__ import annotations

from collections.abc import Callable

from .base import Format


class Dockerfile(Format):
    """Not written yet."""

    name = "dockerfile"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return False
