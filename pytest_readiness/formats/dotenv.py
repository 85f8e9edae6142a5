"""Environment files: ``.env`` and its kin, the templates for them, and what reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from functools import partial

from ..model import ParseFailure
from ..model import Resource
from ..model import Span
from ..project import Project
from ..syntax.dotenv import Entry
from ..syntax.dotenv import parse
from .base import Format
from .secrets import literal_secret
from .views import Parts
from .views import View
from .views import as_is

_NAME = re.compile(r"\.env|\.env[._-].+|.+\.env|env[._-](?:example|sample|template|dist)").fullmatch
_TEMPLATE = re.compile(r"(?:^|[._-])(?:example|sample|template|tmpl|tpl|dist)(?:[._-]|$)", re.IGNORECASE).search
# code, documents and encrypted files that only have env in their name
_OTHER = re.compile(
    r".*\.(?:[cm]?[jt]sx?|py|rb|go|rs|php|java|sh|bash|ps1|md|rst|ya?ml|json|toml|j2|erb|gpg|asc|age|enc|vault|zip)"
).fullmatch
_ENCRYPTED = ("encrypted:", "ENC[")
_ENV_FILE = re.compile(r"^[ \t]*(?:-[ \t]+)?env_file[ \t]*:", re.MULTILINE)
_INTERPOLATION = re.compile(r"(?<!\$)\$\{\w+(?::?\?[^}]*)?\}|(?<![\$\\])\$[A-Z_]\w+")
_LIBRARIES = {
    "package.json": re.compile(r'"(?:dotenv|dotenv-flow|dotenvx|@dotenvx/dotenvx)"\s*:'),
    "requirements.txt": re.compile(r"^(?:python-dotenv|django-environ|environs)\b", re.MULTILINE),
    "pyproject.toml": re.compile(r"\b(?:python-dotenv|django-environ|environs)\b"),
    "Pipfile": re.compile(r"^python-dotenv\b", re.MULTILINE),
    "go.mod": re.compile(r"github\.com/joho/godotenv"),
    "Gemfile": re.compile(r"^\s*gem\s+['\"]dotenv", re.MULTILINE),
    "composer.json": re.compile(r'"vlucas/phpdotenv"'),
    "Cargo.toml": re.compile(r"^dotenv(?:y)?\b", re.MULTILINE),
}


def is_env_file(path: str) -> bool:
    """Whether a file is one by its name; code and encrypted files of similar names are none."""
    name = path.rpartition("/")[2]
    return bool(_NAME(name)) and not _OTHER(name)


@dataclass(frozen=True, eq=False)
class EnvFile(Resource):
    """A file of variables: of kind ``repo.env-file``, because what matters is whether the repository holds it, or ``env.template``."""

    entries: tuple[Entry, ...] = field(repr=False)

    def view(self) -> View:
        makers = {entry.key: partial(as_is, View(entry.value or "", entry.span)) for entry in self.entries}
        return View(Parts(self.span, makers), self.span)

    @property
    def is_template(self) -> bool:
        return self.kind == "env.template"

    @property
    def is_encrypted(self) -> bool:
        """Whether its values are encrypted, by SOPS or dotenvx."""
        if any(entry.key.startswith("sops_") for entry in self.entries):
            return True
        values = [entry.value for entry in self.entries if entry.value and not entry.key.startswith("DOTENV_PUBLIC_KEY")]
        return bool(values) and all(value.startswith(_ENCRYPTED) for value in values)

    @property
    def secrets(self) -> tuple[Entry, ...]:
        """The variables that hold a secret as it stands in the file."""
        return tuple(entry for entry in self.entries if literal_secret(entry.key, entry.value or ""))

    @property
    def directory(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, eq=False)
class EnvUse(Resource):
    """How the repository uses environment files: where they lie, and who reads one."""

    files: tuple[EnvFile, ...] = field(repr=False)
    readers: tuple[tuple[Span, str], ...] = field(repr=False)

    @property
    def templates(self) -> tuple[EnvFile, ...]:
        return tuple(file for file in self.files if file.is_template)

    @property
    def directories(self) -> tuple[str, ...]:
        """Where a ``.env`` belongs: beside files, templates and readers."""
        readers = (span.path.rpartition("/")[0] for span, _ in self.readers)
        return tuple(sorted({*(file.directory for file in self.files), *readers}))


class Dotenv(Format):
    """Environment files by name; code and encrypted files of similar names are left alone."""

    name = "dotenv"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return is_env_file(path)

    def resources(self, path: str, project: Project) -> Iterable[Resource | ParseFailure]:
        name = path.rpartition("/")[2]
        entries = []
        for found in parse(path, project.text(path)):
            if isinstance(found, ParseFailure):
                yield found
            else:
                entries.append(found)
        head = entries[0].span if entries else Span(path)
        yield EnvFile("env.template" if _TEMPLATE(name) else "repo.env-file", name, head, tuple(entries))

    def repository(self, project: Project) -> Iterable[Resource]:
        files = []
        for path in project.files(self.name):
            contents = project.contents(path)
            files += [resource for resource in (contents.resources if contents else ()) if isinstance(resource, EnvFile)]
        readers = tuple(_readers(project))
        if files or readers:
            yield EnvUse("env.repository", "repo", Span("."), tuple(files), readers)


def _readers(project: Project) -> Iterator[tuple[Span, str]]:
    """Where environment files are read: by a compose file, or by a library among the dependencies."""
    for path in project.files("compose"):
        text = project.glance(path)
        found = _ENV_FILE.search(text) or next((hit for hit in _INTERPOLATION.finditer(text) if not _commented(text, hit.start())), None)
        if found:
            yield _place(path, text, found), f"reads {found[0].strip().rstrip(':')}"
    for path in project.paths:
        pattern = _LIBRARIES.get(path.rpartition("/")[2])
        if pattern is not None:
            text = project.glance(path)
            if found := pattern.search(text):
                yield _place(path, text, found), "uses a dotenv library"


def _commented(text: str, position: int) -> bool:
    return text[text.rfind("\n", 0, position) + 1 : position].lstrip().startswith("#")


def _place(path: str, text: str, found: re.Match[str]) -> Span:
    start = found.start() + len(found[0]) - len(found[0].lstrip())
    return Span.within(path, text, start, found.end())
