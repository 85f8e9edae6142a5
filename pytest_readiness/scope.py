"""What a command line asks for: everything, some directories and files, or single checks by node id."""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from .text import REPOSITORY
from .text import path_in
from .tree import below


@dataclass(frozen=True)
class Scope:
    """Directories to judge (``.`` is everything, the repository itself included) and files with their selectors.

    A selector is what stands behind ``::`` in a node id: a whole name, or a rule for all its resources.
    No selector means the whole file. The repository is the file ``.``.
    """

    directories: tuple[str, ...] = (".",)
    files: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, directories: Iterable[str], files: Iterable[Argument]) -> Scope:
        """The scope of a command line: its directories, and its files with what it selects of each."""
        selections: dict[str, set[str]] = {}
        for file in files:
            selections.setdefault(file.path, set()).update({file.selector} - {""})
        return cls(tuple(directories), selections)

    @property
    def whole(self) -> bool:
        """Whether the whole root is asked for."""
        return "." in self.directories

    def includes(self, path: str) -> bool:
        """Whether the checks of a file (``.``: of the repository) are asked for, or some of them."""
        return path in self.files or (self.whole if path == "." else any(below(path, place) for place in self.directories))

    def wants(self, path: str, name: str) -> bool:
        """Whether one check of a file that is included is asked for."""
        selectors = self.files.get(path)
        if not selectors or Scope(self.directories).includes(path):
            return True
        return any(selects(selector, name) for selector in selectors)


def selects(selector: str, name: str) -> bool:
    """Whether a selector means a check: by its whole name, or by what stands before the parameter."""
    return selector in (name, name.partition("[")[0])


@dataclass(frozen=True)
class Argument:
    """A command-line argument that names a place below the root."""

    text: str
    path: str
    selector: str
    is_dir: bool


def arguments(args: Iterable[str], directory: Path, root: Path) -> Iterator[Argument | str]:
    """The arguments that name places below the root; others stay text."""
    for text in args:
        name, separator, selector = text.partition("::")
        if separator and name == REPOSITORY:
            yield Argument(text, ".", selector, is_dir=False)
            continue
        full = next((path for path in (directory / name, directory / path_in(name)) if os.path.lexists(path)), None)
        if full is None:
            yield text
            continue
        resolved = full.parent.resolve() / full.name if full.name not in ("", "..", ".") else full.resolve()
        if not resolved.is_relative_to(root):
            yield text
        else:
            path = resolved.relative_to(root).as_posix()
            yield Argument(text, path, selector, is_dir=full.is_dir())
