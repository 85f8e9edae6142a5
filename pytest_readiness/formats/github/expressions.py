"""``${{ }}`` expressions: which contexts a text interpolates, and which of those an outsider can write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_DEPTH = 20
_TOKEN = re.compile(r"'(?:[^']|'')*'|[A-Za-z_][\w-]*|[0-9][\w.]*|==|!=|<=|>=|&&|\|\||\S")
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">=", "!"))
# functions whose result no longer holds the text they were given
_OPAQUE = frozenset(("contains", "startswith", "endswith", "hashfiles", "success", "failure", "always", "cancelled"))

# parts of github.event that whoever opens an issue, a pull request or pushes a branch of a fork can choose
_PERSON = ("author.name", "author.email", "committer.name", "committer.email")
_UNTRUSTED_EVENT = (
    *("issue.title", "issue.body", "pull_request.title", "pull_request.body", "comment.body", "review.body", "review_comment.body"),
    *("discussion.title", "discussion.body", "pages.*.page_name", "changes.title.from", "changes.body.from"),
    *("pull_request.head.ref", "pull_request.head.label", "pull_request.head.repo.default_branch"),
    *("pull_request.head.repo.description", "pull_request.head.repo.homepage"),
    *("head_commit.message", "commits.*.message", "workflow_run.head_commit.message"),
    *(f"{commit}.{field}" for commit in ("head_commit", "commits.*", "workflow_run.head_commit") for field in _PERSON),
    *("workflow_run.head_branch", "workflow_run.display_title", "workflow_run.head_repository.description"),
    *("workflow_run.pull_requests.*.head.ref", "merge_group.head_commit.message"),
)
_UNTRUSTED = (("github", "head_ref"), *(tuple(f"github.event.{path}".split(".")) for path in _UNTRUSTED_EVENT))


@dataclass(frozen=True)
class Reference:
    """A context that an expression uses: ``github.event.issue.title`` as lower-case parts, an index as ``*``.

    ``offset`` is the place of its expression in the text; ``shown`` is false where only a truth value of it gets out;
    ``as_json`` where it is given to ``toJSON``, with everything below it.
    """

    parts: tuple[str, ...]
    offset: int
    shown: bool
    as_json: bool

    def __str__(self) -> str:
        return ".".join(self.parts)

    @property
    def untrusted(self) -> bool:
        """Whether an outsider chooses the text that gets into the script here."""
        return self.shown and any(self._reaches(path) for path in _UNTRUSTED)

    def _reaches(self, path: tuple[str, ...]) -> bool:
        if (len(self.parts) < len(path) and not self.as_json) or len(self.parts) > len(path):
            return False
        return all("*" in pair or pair[0] == pair[1] for pair in zip(self.parts, path, strict=False))


def expressions(text: str) -> Iterator[tuple[int, str]]:
    """The place and the inside of every ``${{ }}`` in a text."""
    position = 0
    while (start := text.find("${{", position)) >= 0 and (end := text.find("}}", start)) >= 0:
        yield start, text[start + 3 : end]
        position = end + 2


def has_expression(value: object) -> bool:
    """Whether a value is only known when the workflow runs."""
    return isinstance(value, str) and "${{" in value


def references(text: str) -> Iterator[Reference]:
    """Every context that the expressions in a text use."""
    for offset, inside in expressions(text):
        yield from _references(_TOKEN.findall(inside), offset)


def _references(tokens: list[str], offset: int) -> Iterator[Reference]:
    work = [(tokens, 0)]
    while work:
        tokens, depth = work.pop()
        calls: list[str] = []
        index = 0
        while index < len(tokens):
            word = tokens[index]
            if word == "(":
                before = tokens[index - 1].lower() if index else ""
                calls.append(before if before[:1].isalpha() else "")
            elif word == ")":
                del calls[-1:]
            elif word[0].isalpha() or word[0] == "_":
                begin = index
                parts, index, inner = _path(tokens, index)
                if depth < MAX_DEPTH:
                    work += [(part, depth + 1) for part in inner]
                following = tokens[index] if index < len(tokens) else ""
                if following != "(":
                    compared = following in _COMPARISONS or (begin > 0 and tokens[begin - 1] in _COMPARISONS)
                    shown = not compared and not _OPAQUE.intersection(calls)
                    yield Reference(parts, offset, shown, "tojson" in calls)
                continue
            index += 1


def _path(tokens: list[str], index: int) -> tuple[tuple[str, ...], int, list[list[str]]]:
    """The parts of the reference that starts here, the index behind it, and the tokens of computed indexes in it."""
    parts, inner = [tokens[index].lower()], []
    index += 1
    while index + 1 < len(tokens) and tokens[index] in (".", "["):
        if tokens[index] == ".":
            parts.append(tokens[index + 1].lower())
            index += 2
            continue
        depth, end = 1, index + 1
        while end < len(tokens) and depth:
            depth += {"[": 1, "]": -1}.get(tokens[end], 0)
            end += 1
        content = tokens[index + 1 : end - 1]
        if len(content) == 1 and content[0][0] == "'":
            parts.append(content[0].strip("'").lower())
        else:
            parts.append("*")
            inner.append(content)
        index = end
    return tuple(parts), index, inner
