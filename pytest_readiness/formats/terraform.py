"""Not written yet."""

from __future__ import annotations

from collections.abc import Callable

from .base import Format


class Terraform(Format):
    """Not written yet."""

    name = "terraform"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return False
