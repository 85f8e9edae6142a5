"""Not written yet."""

from __future__ import annotations

from collections.abc import Callable

from .base import Format


class Dotenv(Format):
    """Not written yet."""

    name = "dotenv"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return False
