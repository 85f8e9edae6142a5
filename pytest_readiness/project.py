"""Everything under one root, read lazily and once: what a rule may ask beyond its own resource."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from functools import partial
from functools import wraps
from typing import TYPE_CHECKING
from typing import Any
from typing import Concatenate
from typing import ParamSpec
from typing import TypeVar

from .configuration import Configuration
from .model import ParseFailure
from .model import Resource
from .model import Span
from .text import distinct
from .tree import DiskTree
from .tree import MemoryTree
from .tree import Tree
from .unknown import Unknown
from .unknown import Unresolved

if TYPE_CHECKING:
    from .formats.base import Format
    from .syntax.yaml import Document

P = ParamSpec("P")
T = TypeVar("T")
YAML_SUFFIXES = (".yaml", ".yml")
CRASH = "could not be read because of a bug in the reader of"
_BREAK = re.compile("\r\n?|[\x85\u2028\u2029]")


@dataclass(frozen=True)
class Contents:
    """What became of one file: its resources, what could not be read, or why it is not judged here."""

    format: str
    resources: tuple[Resource, ...] = ()
    failures: tuple[ParseFailure, ...] = ()
    unjudged: str | None = None


class Project:
    """The files of a root through their formats.

    Rules see everything and report only on the resource they were given. Nothing is read before it is
    asked for, and everything is read at most once.
    """

    def __init__(self, tree: Tree, formats: Sequence[Format], configuration: Configuration | None = None) -> None:
        self.tree = tree
        self.formats = tuple(formats)
        self.configuration = configuration or Configuration()
        self._texts: dict[str, str | ParseFailure] = {}
        self._documents: dict[str, tuple[Document, ...] | ParseFailure] = {}
        self._claims: dict[str, Format | None] = {}
        self._contents: dict[str, Contents | None] = {}
        self.cache: dict[object, Any] = {}

    @classmethod
    def of(cls, files: Mapping[str, str | bytes], formats: Sequence[Format] | None = None) -> Project:
        """A project of files given as text, for examples and tests."""
        from .builtin import formats as builtin

        return cls(MemoryTree(files), builtin() if formats is None else formats)

    # -- files

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file that is looked at, sorted."""
        return self.tree.paths

    @cached_property
    def _path_set(self) -> frozenset[str]:
        return frozenset(self.tree.paths)

    def exists(self, path: str) -> bool:
        """Whether the project has this file."""
        return path in self._path_set

    def below(self, directory: str) -> tuple[str, ...]:
        """The files directly in a directory (``""`` is the root), sorted."""
        return self._directories.get(directory, ())

    @cached_property
    def _directories(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(path.rpartition("/")[0], []).append(path)
        return {directory: tuple(paths) for directory, paths in found.items()}

    def tracked(self, path: str) -> bool | Unknown:
        """Whether git tracks the file; unknown outside of a git repository."""
        return self.tree.tracked(path)

    @property
    def tracked_paths(self) -> tuple[str, ...] | Unknown:
        """Every file git tracks, also those that are not looked at; unknown outside of a git repository."""
        return self.tree.tracked_paths

    def ignored(self, path: str) -> bool:
        """Whether the .gitignore files keep a file of this path from being added."""
        return self.tree.ignored(path)

    # -- texts

    def text(self, path: str) -> str:
        """The text of a file, without its byte order mark; raises `ParseFailure` where it is not UTF-8 text."""
        if path not in self._texts:
            try:
                self._texts[path] = decode(path, self.tree.read(path))
            except ParseFailure as failure:
                self._texts[path] = failure
        text = self._texts[path]
        if isinstance(text, ParseFailure):
            raise text
        return text

    def glance(self, path: str) -> str:
        """The text of a file for recognising it: never fails, wrong bytes replaced, only the head of a huge file."""
        try:
            text = self.text(path)
            # all that YAML takes for the end of a line, so that patterns see the lines it sees
            return text if text.isascii() and "\r" not in text else _BREAK.sub("\n", text)
        except ParseFailure:
            data = self.tree.head(path) if isinstance(self.tree, DiskTree) else self.tree.read(path)
            utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            # UTF-16 without a mark is, for what formats look for, ASCII between NUL bytes
            return data.decode("utf-16", "replace") if utf16 else data.replace(b"\0", b"").decode("utf-8", "replace")

    def documents(self, path: str) -> tuple[Document, ...]:
        """The YAML (or JSON) documents of a file; raises `ParseFailure`."""
        if path not in self._documents:
            from .syntax import yaml

            try:
                self._documents[path] = yaml.parse(path, self.text(path))
            except ParseFailure as failure:
                self._documents[path] = failure
        documents = self._documents[path]
        if isinstance(documents, ParseFailure):
            raise documents
        return documents

    # -- resources

    def format_of(self, path: str) -> Format | None:
        """The format that claims a file, or whose home a directory is."""
        if path not in self._claims:
            self._claims[path] = self._claimant(path) if self.exists(path) else self.homes.get(path)
        return self._claims[path]

    def _claimant(self, path: str) -> Format | None:
        text = partial(self.glance, path)
        return next((f for f in self.formats if f.claims_in(path, text, self)), None)

    @cached_property
    def homes(self) -> Mapping[str, Format]:
        """The directories that are judged by what is made from them, with the format that makes it."""
        return {home: format_ for format_ in self.formats for home in format_.homes(self)}

    def homes_of(self, path: str) -> tuple[str, ...]:
        """The homes through which a file is judged."""
        return tuple(dict.fromkeys(home for format_ in self.formats for home in format_.homes_of(path, self)))

    def contents(self, path: str) -> Contents | None:
        """What a file holds; None where it is no infrastructure file we know."""
        if path not in self._contents:
            self._contents[path] = None  # a format that asks for its own file while reading it sees nothing
            self._contents[path] = self._read(path)
        return self._contents[path]

    def _read(self, path: str) -> Contents | None:
        format_ = self.format_of(path)
        if format_ is None:
            return None
        resources: list[Resource] = []
        failures: list[ParseFailure] = []
        unjudged = None
        try:
            for found in format_.resources(path, self):
                (failures if isinstance(found, ParseFailure) else resources).append(found)  # type: ignore[arg-type]
        except ParseFailure as failure:
            failures.append(failure)
        except Unresolved as unresolved:
            unjudged = unresolved.reason
        except Exception as error:  # noqa: BLE001 - a bug in a format costs this file only
            failures.append(ParseFailure(f"{CRASH} {format_.name} files: {type(error).__name__}: {error}", Span(path)))
        if not failures and unjudged is None:
            resources += [resource for other in self.formats for resource in other.beside(path, self)]
        return Contents(format_.name, tuple(_unique(resources)), tuple(failures), unjudged)

    def files(self, format_name: str) -> tuple[str, ...]:
        """The files of one format, sorted."""
        return tuple(path for path in self.paths if (f := self.format_of(path)) is not None and f.name == format_name)

    def resources(self, kind: str) -> tuple[Resource, ...]:
        """Every resource of a kind in the whole project, by path and place."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = {}
        for path in sorted({*self.paths, *self.homes}):
            contents = self.contents(path)
            for resource in contents.resources if contents else ():
                found.setdefault(resource.kind, []).append(resource)
        return {kind: tuple(resources) for kind, resources in found.items()}

    @cached_property
    def repository(self) -> tuple[Resource, ...]:
        """What repository-wide rules judge: one resource per technology in use, and the repository itself."""
        return tuple(resource for format_ in self.formats for resource in format_.repository(self))

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """YAML files that belong to no format we know and cannot be read."""
        return tuple(path for path in self.paths if path.endswith(YAML_SUFFIXES) and self._unreadable(path))

    def _unreadable(self, path: str) -> bool:
        if self.format_of(path) is not None:
            return False
        try:
            self.documents(path)
        except ParseFailure:
            return True
        return False


def once(function: Callable[Concatenate[Project, P], T]) -> Callable[Concatenate[Project, P], T]:
    """A function whose result for a project and arguments is made once; what it raises of a text is raised again."""

    @wraps(function)
    def remembered(project: Project, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (function, args, *kwargs.items())
        if key not in project.cache:
            try:
                project.cache[key] = function(project, *args, **kwargs)
            except (ParseFailure, Unresolved) as failure:
                project.cache[key] = failure
        found = project.cache[key]
        if isinstance(found, (ParseFailure, Unresolved)):
            raise found.with_traceback(None)
        return found  # type: ignore[no-any-return]

    return remembered


def decode(path: str, data: bytes) -> str:
    """Bytes as text, without a byte order mark; raises `ParseFailure` at the first byte that is not UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ParseFailure("is UTF-16, not UTF-8: save it as UTF-8", Span(path, 1, 1, 1, 2))
    data = data.removeprefix(codecs.BOM_UTF8)
    if (nul := data.find(b"\0")) >= 0:
        line, column = _place(data, nul)
        raise ParseFailure("holds a NUL byte, so it is no text", Span(path, line, column, line, column + 1))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start)
        reason = f"is not UTF-8: byte 0x{data[error.start]:02x}"
        raise ParseFailure(reason, Span(path, line, column, line, column + 1)) from None


def _place(data: bytes, index: int) -> tuple[int, int]:
    """Line and column of a byte."""
    start = data.rfind(b"\n", 0, index) + 1
    return data.count(b"\n", 0, index) + 1, len(data[start:index].decode("utf-8", "replace")) + 1


def _unique(resources: Sequence[Resource]) -> Iterator[Resource]:
    """The resources with a number behind names that come twice in a file."""
    names = distinct([(resource.kind, resource.name) for resource in resources])
    for resource, name in zip(resources, names, strict=True):
        yield resource if resource.name == name else replace(resource, name=name)
