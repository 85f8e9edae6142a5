"""Write afresh what is shown of runs: ``examples/service-gaps/expected.txt``, and the output and figures in the README.

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

from pytest_readiness import builtin

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
README = ROOT / "README.md"
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


def environment() -> dict[str, str]:
    """The environment of a run whose output is shown: nothing of this one that changes it."""
    kept = {name: value for name, value in os.environ.items() if name not in CHANGING}
    return kept | {"COLUMNS": "120", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with this plugin alone, 120 columns wide."""
    command = [sys.executable, "-m", "pytest", "-p", "pytest_readiness.plugin", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=directory, env=environment(), capture_output=True, text=True, timeout=120, check=False)  # noqa: S603


def normalised(text: str, root: Path) -> str:
    """The output without versions, paths and times."""
    text = text.replace(str(root.resolve()), "ROOT").replace(str(root), "ROOT")
    text = re.sub(r"^(platform|plugins:|cachedir:) .*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"=+ (.* in )\d+\.\d+s(?: \([\d:]+\))? =+$", r"== \1TIME ==", text, flags=re.MULTILINE)


SHOWN = re.compile(r"^(\$ .*cd examples/(?P<name>[\w-]+) && \S*pytest (?P<arguments>[^)\n]*)\)?\n)(?P<output>[^`]*)(?=^```$)", re.MULTILINE)
COUNT = re.compile(r"(?<=\*\*)\d+(?= rules\*\*)")
ROW = re.compile(r"^(\| \[[^]]+\]\(docs/rules/index\.md#[\w-]+\) \| )\d+(?= \| `(\w+)\.\*`)", re.MULTILINE)


def readme(directory: Path) -> str:
    """The README with the output and the numbers of rules that are so."""

    def shown(match: re.Match[str]) -> str:
        root = directory / match["name"]
        if not root.exists():
            checkout(match["name"], directory)
        output = run(root, *match["arguments"].split()).stdout
        output = output.replace(str(root.resolve()), f"examples/{match['name']}").replace(str(root), f"examples/{match['name']}")
        kept = match["output"]
        return match[1] + (kept if normalised(output, root) == normalised(kept, root) else output)

    rules = {platform: len(builtin.rules(platform)) for platform in builtin.platforms()}
    text = SHOWN.sub(shown, README.read_text("utf-8"))
    text = COUNT.sub(str(sum(rules.values())), text)
    return ROW.sub(lambda row: f"{row[1]}{rules[row[2]]}", text)


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = checkout("service-gaps", Path(directory))
        GOLDEN.write_text(normalised(run(root, *ARGUMENTS).stdout, root), "utf-8")
        README.write_text(readme(Path(directory)), "utf-8")
    print(f"written: {GOLDEN.relative_to(ROOT)}, {README.name}")  # noqa: T201


if __name__ == "__main__":
    main()
