"""The project: resources and their names."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

import pytest

from pytest_readiness import Format
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import Span
from pytest_readiness.text import distinct
from pytest_readiness.tree import MemoryTree


class Words(Format):
    """One resource for each word of a file; its first letter is the kind."""

    name = "words"

    def claims(self, path: str, text: Callable[[], str]) -> bool:
        return path.endswith(".words")

    def resources(self, path: str, project: Project) -> Iterable[Resource]:
        for word in project.text(path).split():
            yield Resource(word[0], word, Span(path, 1))


@pytest.mark.parametrize(
    ("written", "names"),
    [
        pytest.param("a b", ["a", "b"], id="different ones"),
        pytest.param("a a a", ["a", "a-2", "a-3"], id="the same one three times"),
        pytest.param("a a a-2", ["a", "a-3", "a-2"], id="a number that another one has by itself"),
        pytest.param("a-2 a a a-2", ["a-2", "a", "a-3", "a-2-2"], id="that one first, and twice"),
        pytest.param("a-2 a-2 a-2-2 a a", ["a-2", "a-2-3", "a-2-2", "a", "a-3"], id="numbers behind numbers"),
    ],
)
def test_resources_of_a_file_have_different_names(written: str, names: list[str]) -> None:
    contents = Project(MemoryTree({"x.words": written}), (Words(),)).contents("x.words")
    assert contents is not None
    assert [resource.name for resource in contents.resources] == names


def test_names_are_distinct_within_their_group_only() -> None:
    assert list(distinct([("x", "a"), ("y", "a"), ("x", "a")])) == ["a", "a", "a-2"]


def test_many_equal_names_take_little_time() -> None:
    assert len(set(distinct([("x", "a")] * 50_000 + [("x", f"a-{n}") for n in range(50_000)]))) == 100_000
