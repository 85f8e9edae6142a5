"""Secrets that templates put into a goss file, taken out of whatever is told."""

from __future__ import annotations

from collections.abc import Iterable

from ..secret import SHORTEST
from ..secret import STARS
from ..secret import Mask

LONGEST = 400  # characters, more than any message shows of a value


class Hiding:
    """Knows the secrets and hides them, also where a message was cut within one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secrets)
        self._mask = Mask(self._secrets)

    def __call__(self, text: str) -> str:
        if "…" in text:
            for secret in self._secrets:
                for length in range(min(len(secret), LONGEST) - 1, SHORTEST - 1, -1):
                    text = text.replace(f"{secret[:length]}…", f"{STARS}…")
        return self._mask(text)
