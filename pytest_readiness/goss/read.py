"""goss files, and the short form of ``readiness.yaml``, as frozen assertions; every mistake is told at its line."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from ..criteria.globs import matching
from ..criteria.mistakes import Mistakes
from ..criteria.mistakes import hint
from ..model import ParseFailure
from ..model import Span
from ..secret import Mask
from ..syntax import yaml
from ..text import brief
from .document import Assertion
from .document import Document
from .templates import Templates

if TYPE_CHECKING:
    from ..project import Project

MAX_DEPTH = 20  # includes within includes
MAX_FILES = 500  # files that are read, each as often as it is included
MAX_ASSERTIONS = 20_000
_OCTAL = re.compile(r"[-+]?0[0-9_]+")


Loaded = tuple[list[Assertion], list[ParseFailure]]


def load(project: Project, path: str, variables: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Loaded:
    """The assertions of a goss file and of what it includes, and what is wrong with them.

    ``variables`` is what goss takes with ``--vars``, ``environment`` what ``{{.Env.X}}`` may see.
    """
    found = _Files(project, variables or {}, environment or {})
    found.read(path, ())
    hide = Mask(found.templates.secrets)
    return list(found.assertions.values()), [ParseFailure(hide(mistake.reason), mistake.span) for mistake in found.mistakes.all]


def with_included(project: Project, path: str) -> tuple[str, ...]:
    """A goss file and what it includes, as far as that is known without variables."""
    found = _Files(project, {}, {}, whole=False)
    found.read(path, ())
    return tuple(found.files)


def from_mapping(mapping: yaml.Mapping) -> Loaded:
    """The assertions of the short form: a mapping of types, whose resources may be names alone."""
    mistakes = Mistakes()
    return list(Document(mapping, mistakes, short=True).assertions()), mistakes.all


class _Files:
    """A goss file with its includes. Of two resources with one name the later one holds, as in goss."""

    def __init__(self, project: Project, variables: Mapping[str, Any], environment: Mapping[str, str], *, whole: bool = True) -> None:
        self.project = project
        self.whole = whole  # whether a file of which a part is not known is of no use
        self.templates = Templates(variables, environment)
        self.mistakes = Mistakes()
        self.assertions: dict[tuple[str, str], Assertion] = {}
        self.files: dict[str, None] = {}
        self.count = 0

    def read(self, path: str, parents: tuple[str, ...]) -> None:
        self.files[path] = None
        try:
            document = self._document(path)
        except ParseFailure as failure:
            self.mistakes.add(failure.span, failure.reason)
            return
        if document is None:
            return
        for assertion in document.assertions():
            if len(self.assertions) >= MAX_ASSERTIONS:
                self.mistakes.add(assertion.span, f"more than {MAX_ASSERTIONS} resources in one goss file and what it includes")
                return
            self.assertions[assertion.type, assertion.id] = assertion
        for glob, span in document.includes():
            for included in self._included(path, glob, span):
                if included in (*parents, path):
                    circle = " -> ".join((*parents, path, included))
                    self.mistakes.add(span, f"{brief(included)} includes itself: {brief(circle)}")
                elif len(parents) >= MAX_DEPTH:
                    self.mistakes.add(span, f"includes are nested deeper than {MAX_DEPTH} levels")
                elif self.count >= MAX_FILES:
                    self.mistakes.add(span, f"more than {MAX_FILES} files are included")
                    return
                else:
                    self.count += 1
                    self.read(included, (*parents, path))

    def _document(self, path: str) -> Document | None:
        wrong: list[ParseFailure] = []
        text = self.templates.rendered(path, self.project.text(path), wrong)
        for failure in wrong:
            self.mistakes.add(failure.span, failure.reason)
        if wrong and self.whole:
            return None  # what a template would have made cannot be judged
        documents = yaml.parse(path, text)
        if not documents:
            self.mistakes.add(Span(path, 1, 1, 1, 2), "holds nothing: a goss file holds types such as service and file")
            return None
        if len(documents) > 1:
            self.mistakes.add(documents[1].span, "a second document, which goss does not read: put everything into the first")
        data = documents[0].data
        if not isinstance(data, yaml.Mapping):
            self.mistakes.add(documents[0].span, "is no mapping: a goss file holds types such as service and file")
            return None
        if not path.endswith(".json"):
            self._octal(data, yaml.lines(text))
        return Document(data, self.mistakes, secrets=frozenset(self.templates.secrets))

    def _octal(self, data: yaml.Mapping, lines: Sequence[str]) -> None:
        """Numbers that goss reads in base eight and nobody means so."""
        for span in _numbers(data):
            written = lines[span[1] - 1][span[2] - 1 : span[4] - 1] if span[1] == span[3] and span[1] <= len(lines) else ""
            if _OCTAL.fullmatch(written):
                self.mistakes.add(Span._make(span), f'goss reads {written} as a number in base eight: write it in quotes, "{written}"')

    def _included(self, path: str, glob: str, span: Span) -> list[str]:
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), glob))
        if glob.startswith(("/", "~")) or "\\" in glob or joined.startswith("../") or joined == "..":
            self.mistakes.add(span, f"{brief(glob)} is not below the root: include files of this repository, relative to {path}")
            return []
        found = matching(joined, self.project.paths)
        if not found:
            close = hint(joined, (other for other in self.project.paths if other.endswith((".yaml", ".yml", ".json"))))
            self.mistakes.add(span, f"no file matches {brief(glob)}, relative to {path}: {brief(close)}")
        return found


def _numbers(data: Any) -> Iterator[yaml.RawSpan]:
    stack, seen = [data], set[int]()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        pairs = (
            [(value, node.value_spans[key]) for key, value in node.items() if key in node.value_spans]
            if isinstance(node, yaml.Mapping)
            else list(zip(node, node.item_spans, strict=False))
        )
        for value, span in pairs:
            if isinstance(value, (yaml.Mapping, yaml.Sequence)):
                stack.append(value)
            elif isinstance(value, int) and not isinstance(value, bool):
                yield span
