"""Which files there are under a root: git's list where there is one, else a walk that honours .gitignore."""

from __future__ import annotations

import datetime
import os
import re
import stat
import warnings
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .defaults import TEST_DATA
from .git import GitError
from .git import git
from .model import ParseFailure
from .model import Span
from .unknown import Unknown

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_BYTES = 10_000_000
NEVER = frozenset(
    (
        *(".git", ".hg", ".svn", ".bzr", ".jj", "node_modules", ".terraform", ".terragrunt-cache", "__pycache__"),
        *(".venv", ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", "site-packages"),
    )
)


class Tree:
    """Files by relative path with forward slashes, and what git knows of them."""

    root: Path | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file to look at, sorted."""
        raise NotImplementedError

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many files were left out, by reason."""
        return {}

    @property
    def tracked_paths(self) -> tuple[str, ...] | Unknown:
        """Every file in git's index, left-out ones included; unknown outside of git."""
        raise NotImplementedError

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a file; raises `ParseFailure` where it cannot or must not be read, or is larger than it may be."""
        raise NotImplementedError

    def has(self, path: str) -> bool:
        """Whether there is such a file, looked at or not."""
        return path in self.paths

    def modified(self, path: str) -> datetime.datetime | None:  # noqa: ARG002 - files given as text have no such day
        """When a file was written last, None where nobody knows."""
        return None

    def tracked(self, path: str) -> bool | Unknown:
        """Whether git tracks the file."""
        known = self.tracked_paths
        return known if isinstance(known, Unknown) else path in self._tracked_set

    @cached_property
    def _tracked_set(self) -> frozenset[str]:
        known = self.tracked_paths
        return frozenset() if isinstance(known, Unknown) else frozenset(known)

    def ignored(self, path: str) -> bool:
        """Whether the .gitignore files of the tree would keep git from adding this file, existing or not."""
        parts = path.split("/")  # an ignored directory cannot be brought back from inside
        prefixes = ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
        return any(self._ignores(prefix, folder=prefix != path) for prefix in prefixes)

    def _ignores(self, path: str, *, folder: bool) -> bool:
        """Whether the .gitignore files from the root down to the directory of an entry ignore the entry itself."""
        parts = path.split("/")
        verdict = False
        for depth in range(len(parts)):
            spec = self._gitignore("/".join(parts[:depth]))
            if spec is not None:
                include = spec.check_file("/".join(parts[depth:]) + ("/" if folder else "")).include
                verdict = verdict if include is None else include
        return verdict

    def _gitignore(self, directory: str) -> GitIgnoreSpec | None:
        if directory not in self._specs:
            self._specs[directory] = self._load_gitignore(f"{directory}/.gitignore".lstrip("/"))
        return self._specs[directory]

    def _load_gitignore(self, path: str) -> GitIgnoreSpec | None:
        if not self._has_gitignore(path):
            return None
        try:
            lines = self.read(path).decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
        except ParseFailure:
            return None
        lines = [line for line in lines if not _has_many_stars(line)]
        return _ignore_spec(lines) or _ignore_spec([line for line in lines if _ignore_spec([line])])

    def _has_gitignore(self, path: str) -> bool:
        return path in self.paths

    @cached_property
    def _specs(self) -> dict[str, GitIgnoreSpec | None]:
        return {}


class MemoryTree(Tree):
    """Files given as text, all of them tracked: what the examples of a rule run on."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    @property
    def tracked_paths(self) -> tuple[str, ...] | Unknown:
        return self.paths

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes:  # noqa: ARG002 - what is in memory is small enough
        try:
            return self._files[path]
        except KeyError:
            raise ParseFailure("there is no such file", Span(path)) from None

    def has(self, path: str) -> bool:
        return path in self._files


class DiskTree(Tree):
    """The files below a directory.

    ``within`` limits it to these files and directories, ``exclude`` are globs on directory or file names
    and on paths, ``named`` are files and directories to look at although something leaves them out.
    """

    root: Path

    def __init__(self, root: Path, *, within: Iterable[str] = (), exclude: Iterable[str] = TEST_DATA, named: Iterable[str] = ()) -> None:
        self.root = root
        self.within = tuple(within)
        self.exclude = tuple(exclude)
        self.named = tuple(named)

    @cached_property
    def _listing(self) -> tuple[tuple[str, ...], dict[str, int], tuple[str, ...] | Unknown]:
        found, tracked = self._git()
        kept, left_out = [], Counter[str]()
        environments = {path.rpartition("/")[0] for path in found if path.endswith("pyvenv.cfg")}
        verdicts: dict[str, str | None] = {}
        for path in found:
            directory = path.rpartition("/")[0]
            if directory not in verdicts:
                verdicts[directory] = self._verdict(directory, environments)
            if self.within and not any(below(path, place) for place in self.within):
                continue
            reason = verdicts[directory] or self._excluded(path, path)
            if reason:
                left_out[reason] += 1
            else:
                kept.append(path)
        kept += [path for path in self.named if (self.root / path).is_file()]
        return tuple(sorted(set(kept))), dict(sorted(left_out.items())), tracked

    @property
    def paths(self) -> tuple[str, ...]:
        return self._listing[0]

    @property
    def left_out(self) -> Mapping[str, int]:
        return self._listing[1]

    @property
    def tracked_paths(self) -> tuple[str, ...] | Unknown:
        return self._listing[2]

    def _verdict(self, directory: str, environments: set[str]) -> str | None:
        """Why everything in a directory is left out, or None."""
        parts = directory.split("/") if directory else []
        if NEVER.intersection(parts):
            return "dependencies and caches"
        if environments and any("/".join(parts[:n]) in environments for n in range(1, len(parts) + 1)):
            return "virtual environments"
        for depth in range(1, len(parts) + 1):
            if reason := self._excluded("/".join(parts[:depth]), directory):
                return reason
        return None

    def _excluded(self, part: str, path: str) -> str | None:
        """Why a path is left out by what one part of it from the root is called, or None.

        A place that is named brings back what is in it, and not what lies beside it.
        """
        for glob in self.exclude:
            if _matches(part, glob) and not any(below(path, place) and below(place, part) for place in (*self.named, *self.within)):
                return "test data" if glob in TEST_DATA else f"readiness_exclude {glob}"
        return None

    def _git(self) -> tuple[list[str], tuple[str, ...] | Unknown]:
        """Git's own list (tracked and untracked but not ignored) and what it tracks; a walk and unknown where git cannot say."""
        if not any((parent / ".git").exists() for parent in (self.root, *self.root.parents)):
            return list(self._walk()), Unknown("the directory is not in a git repository, so what is committed is not known")
        try:
            listed = git(self.root, "ls-files", "-z", "-t", "--cached", "--others", "--deleted", "--exclude-standard")
        except GitError as error:
            return list(self._walk()), Unknown(f"git cannot tell what is committed: {error}")
        states: dict[str, set[str]] = {}
        for entry in listed.split("\0")[:-1]:
            states.setdefault(entry[2:], set()).add(entry[0])
        present = [path for path, state in states.items() if "R" not in state and not path.endswith("/")]
        # files that a sparse checkout left out are in the index and not called deleted
        present = [path for path in present if "S" not in states[path] or os.path.lexists(self.root / path)]
        tracked = tuple(sorted(path for path, state in states.items() if state & {"H", "S", "M"} and "R" not in state))
        return present, tracked

    def _walk(self) -> Iterator[str]:
        stack = [""]
        while stack:
            directory = stack.pop()
            try:
                with os.scandir(self.root / directory) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError:
                continue
            names = {entry.name for entry in entries}
            if directory and "pyvenv.cfg" in names:
                continue
            for entry in entries:
                path = f"{directory}/{entry.name}" if directory else entry.name
                folder = entry.is_dir(follow_symlinks=False)
                if not folder and not entry.is_file(follow_symlinks=False) and not entry.is_symlink():
                    continue
                if entry.name in NEVER and folder:
                    continue
                if self._ignores(path, folder=folder):
                    continue
                if folder:
                    stack.append(path)
                else:
                    yield path

    def _has_gitignore(self, path: str) -> bool:
        return (self.root / path).is_file()

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes:
        return self._read(path, limit=limit)

    def has(self, path: str) -> bool:
        return (self.root / path).is_file()

    def modified(self, path: str) -> datetime.datetime | None:
        try:
            return datetime.datetime.fromtimestamp((self.root / path).stat().st_mtime, datetime.timezone.utc)
        except (OSError, ValueError, OverflowError):
            return None

    def head(self, path: str, size: int = 65_536) -> bytes:
        """The beginning of a file that may be too large to read; nothing where it cannot or must not be read."""
        try:
            return self._read(path, size)
        except ParseFailure:
            return b""

    def _read(self, path: str, size: int | None = None, *, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a file, all of them or its first."""
        full = self.root / path
        if not Path(os.path.realpath(full)).is_relative_to(self._real_root):
            raise ParseFailure("a link to outside of the project is not followed", Span(path))
        try:
            # without O_NONBLOCK, opening a pipe that took the file's place would wait for ever
            descriptor = os.open(full, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            raise ParseFailure(f"cannot be read: {error.strerror}", Span(path)) from None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ParseFailure("is not a regular file", Span(path))
            if size is None and status.st_size > limit:
                raise ParseFailure(f"is larger than {limit // 1_000_000} MB and was not read", Span(path))
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                return stream.read(limit + 1 if size is None else size)
        except OSError as error:
            raise ParseFailure(f"cannot be read: {error.strerror}", Span(path)) from None
        finally:
            os.close(descriptor)


def _has_many_stars(line: str) -> bool:
    """Patterns become regular expressions, and one like this would take for ever on a name made for it."""
    return line.count("**") > 3 or any(part.count("*") > 3 for part in line.split("/"))


def _ignore_spec(lines: Iterable[str]) -> GitIgnoreSpec | None:
    """The patterns of a .gitignore; None where one of them is none, such as ``[b-a]``."""
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of re, about patterns it reads in another way some day
            return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):
        return None


def below(path: str, place: str) -> bool:
    """Whether a path is a place or lies below it; everything lies below ``.``."""
    return place in (".", path) or path.startswith(f"{place}/")


def _matches(path: str, glob: str) -> bool:
    """A glob without a slash names a file or directory anywhere, one with a slash the end of a path from a root."""
    name = path.rpartition("/")[2]
    if "/" not in glob:
        return fnmatchcase(name, glob)
    glob = glob.strip("/")
    return fnmatchcase(path, glob) or fnmatchcase(path, f"*/{glob}")
