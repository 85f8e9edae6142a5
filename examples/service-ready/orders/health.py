"""What the probes ask, and the probe of the image itself."""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Callable


def readiness(checks: dict[str, Callable[[], bool]]) -> tuple[int, dict[str, bool]]:
    """The status of ``/readyz`` and the state of each thing the service depends on."""
    state = {name: check() for name, check in checks.items()}
    return (200 if all(state.values()) else 503), state


def main(url: str) -> int:
    with urllib.request.urlopen(url, timeout=2) as answer:
        return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
