"""What hand-written reviews state, recomputed: the page shows what the script prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parent.parent / "benchmarks"


def test_the_page_shows_what_is_computed() -> None:
    done = subprocess.run([sys.executable, HOME / "reviews.py"], capture_output=True, text=True, check=True, encoding="utf-8")
    page = (HOME / "reviews.md").read_text("utf-8")
    assert done.stdout
    assert done.stdout.rstrip().rpartition("| all | ")[2] == "108 | 51 |", "benchmarks/README.md says how many"
    assert page.endswith(done.stdout), "run python benchmarks/reviews.py and put its tables into reviews.md"
