"""Write ``examples/service-gaps/expected.txt`` afresh: what a user sees of a run, without what differs from machine to machine.

python tools/update_golden.py
"""

# ruff: noqa: INP001 - scripts, no package
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"
GOLDEN = EXAMPLES / "service-gaps" / "expected.txt"
ARGUMENTS = ("--readiness", "--readiness-today=2026-11-20")
# what changes pytest's output: colours, and how wide and how long it is
CHANGING = ("CI", "BUILD_NUMBER", "COLORTERM", "FORCE_COLOR", "PY_COLORS", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST")


def checkout(name: str, directory: Path) -> Path:
    """A copy of an example in a git repository of its own, with everything committed to the index."""
    target = directory / name
    shutil.copytree(EXAMPLES / name, target, ignore=shutil.ignore_patterns("expected.txt", "__pycache__", ".pytest_cache"))
    for command in (["git", "init", "-q"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=target, check=True, capture_output=True)  # noqa: S603
    return target


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with this plugin alone, 120 columns wide."""
    environment = {name: value for name, value in os.environ.items() if name not in CHANGING}
    environment |= {"COLUMNS": "120", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "pytest_readiness.plugin", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603


def normalised(text: str, root: Path) -> str:
    """The output without versions, paths and times."""
    text = text.replace(str(root.resolve()), "ROOT").replace(str(root), "ROOT")
    text = re.sub(r"^(platform|plugins:|cachedir:) .*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"=+ (.* in )\d+\.\d+s(?: \([\d:]+\))? =+$", r"== \1TIME ==", text, flags=re.MULTILINE)


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = checkout("service-gaps", Path(directory))
        GOLDEN.write_text(normalised(run(root, *ARGUMENTS).stdout, root), "utf-8")
    print(f"written: {GOLDEN.relative_to(EXAMPLES.parent)}")  # noqa: T201


if __name__ == "__main__":
    main()
