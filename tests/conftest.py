"""A toy format, so that the tests of the core need no real rule: every line is a resource, ``name: word word``."""

from __future__ import annotations

import hypothesis
import jsonschema
import pytest

from pytest_readiness import builtin
from pytest_readiness import run
from pytest_readiness.reports import catalogue
from pytest_readiness.reports import terminal

# the same examples in every run: a run that fails by chance teaches nobody; --hypothesis-profile=default looks for new ones
hypothesis.settings.register_profile("stable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("stable")

pytest_plugins = ("serving", "monitoring")

# pytester forgets what an inner run imported, but neither C extensions nor classes may be imported twice
IMPORTED_ONCE = (jsonschema, run, catalogue, terminal, builtin.formats(), [builtin.rules(name) for name in builtin.platforms()])

TOY = '''
import pytest
from pytest_readiness import Format, P0, P1, ParseFailure, Resource, Span, Unknown, Unresolved, rule
from dataclasses import dataclass

@dataclass(frozen=True, eq=False)
class Line(Resource):
    words: tuple

class Toy(Format):
    name = "toy"
    def claims(self, path, text):
        return path.endswith(".toy")
    def resources(self, path, project):
        for number, line in enumerate(project.text(path).splitlines(), 1):
            name, colon, words = line.partition(":")
            span = Span(path, number, 1, number, len(line) + 1)
            if name == "template":
                raise Unresolved("a template: rendered elsewhere")
            if line and not colon:
                yield ParseFailure("a line without a colon", span)
            elif line:
                yield Line("toy.line", name, span, tuple(words.split()))
    def repository(self, project):
        if project.files("toy"):
            yield Resource("toy.repository", "repo", Span("."))

@rule("toy.good", P0, on="toy.line", category="Governance", remedy="make it good", aliases=("T1",))
def good(line, *, word: str = "bad"):
    """The line is good.

    Bad lines are bad.
    """
    if "crash" in line.words:
        raise RuntimeError("boom")
    if word in line.words:
        at = line.span
        column = 1 + len(line.name) + 2
        yield line.finding(f"the line {line.name} is {word}", at._replace(column=column))
    if "unknown" in line.words:
        bool(Unknown("unknown until apply: data.x"))
    if "advice" in line.words:
        yield line.advice("could be better")

@rule("toy.short", P1, on="toy.line", category="Governance", remedy="shorten it", when=lambda line: "long" in line.words or "short" in line.words)
def short(line):
    """The line is short.

    Long lines are long.
    """
    if "long" in line.words:
        yield line.finding("too long")

@rule("toy.any", P1, on="toy.repository", category="Governance", remedy="add a file called wanted.toy")
def any_wanted(repository, project):
    """There is a wanted file.

    Absence can fail.
    """
    if not project.exists("wanted.toy"):
        yield repository.finding("there is no wanted.toy")

def pytest_readiness_formats():
    return [Toy()]

def pytest_readiness_rules(platform):
    return [good, short, any_wanted]

def pytest_readiness_modify_rules(rules):
    rules[:] = [rule for rule in rules if rule.platform == "toy"]
'''


@pytest.fixture(autouse=True)
def _no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs within tests are those of a laptop: pytest writes other summaries where it finds a CI service, and so do we on GitHub."""
    for name in ("CI", "BUILD_NUMBER", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def toy(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with the toy format and an ordinary test beside it."""
    pytester.makeini("[pytest]\n")
    pytester.makeconftest(TOY)
    return pytester


def write(pytester: pytest.Pytester, **files: str) -> None:
    """Write files; ``__`` in a name stands for a slash, the last ``_`` for the dot."""
    for name, text in files.items():
        path = pytester.path / (name.replace("__", "/")[::-1].replace("_", ".", 1)[::-1])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture(name="write")
def write_fixture(pytester: pytest.Pytester):  # type: ignore[no-untyped-def]
    return lambda **files: write(pytester, **files)
