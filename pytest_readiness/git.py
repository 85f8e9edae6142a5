"""What git knows of a directory, asked so that no command of the repository is run and nothing is fetched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TIMEOUT = 60  # seconds


class GitError(Exception):
    """Git could not say, and why."""


def git(directory: Path, *arguments: str) -> str:
    """What a git command prints; raises `GitError`.

    Hooks, fsmonitor, external diffs and embedded bare repositories are switched off; variables that point
    git elsewhere are dropped.
    """
    command = ["git", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "safe.bareRepository=explicit"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # a partial clone would fetch what is missing, by a command that its configuration names
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - git itself, on the project's directory
            [*command, *arguments], cwd=directory, env=environment, capture_output=True, timeout=TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise GitError(os.fsdecode(getattr(error, "stderr", None) or b"").strip().partition("\n")[0] or str(error)) from None
    return os.fsdecode(done.stdout)


def commit(directory: Path) -> str | None:
    """The commit that is checked out, None outside of git."""
    try:
        return git(directory, "rev-parse", "--verify", "HEAD").strip() or None
    except GitError:
        return None


def changed_since(directory: Path, base: str) -> frozenset[str]:
    """The files below a directory that differ from a revision, new ones included; raises `GitError`.

    What a branch changed is asked of the commit where it left ``base``, so that what others did there meanwhile does not count.
    """
    if base.startswith("-"):
        raise GitError(f"{base!r} is no revision")
    revision = git(directory, "rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}").strip()
    with suppress(GitError):  # nothing in common: the revision itself
        revision = git(directory, "merge-base", revision, "HEAD").strip()
    differing = git(directory, "diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--relative", revision, "--")
    new = git(directory, "ls-files", "-z", "--others", "--exclude-standard")
    return frozenset(_names((differing, new)))


def _names(texts: Iterable[str]) -> Iterable[str]:
    return (name for text in texts for name in text.split("\0") if name)
