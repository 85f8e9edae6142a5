"""What is shown of a scanned file."""

from __future__ import annotations

import pytest

from pytest_readiness import Span
from pytest_readiness.excerpt import excerpt


@pytest.mark.parametrize(
    ("line", "column", "shown"),
    [
        ("password: hunter2", 1, "password: *******"),
        ('password = "hunter2"', 12, "password = *********"),
        ("ENV PASSWORD=hunter2", 1, "ENV PASSWORD=*******"),
        ("- PASSWORD=hunter2", 3, "- PASSWORD=*******"),
        ("url: postgres://a:b@c", 1, "url: " + "*" * 16),
        ("command: run --password x", 10, "command: " + "*" * 16),
    ],
)
def test_values_of_secrets_are_hidden(line: str, column: int, shown: str) -> None:
    text, caret = excerpt(line + "\n", Span("f", 1, column, 1, len(line) + 1), secret=True)
    assert text == f"     1 | {shown}"
    assert caret == f"       | {' ' * (column - 1)}{'^' * (len(line) - column + 1)}"


def test_tokens_are_masked_everywhere() -> None:
    token = "ghp_" + "a1B2" * 9
    text, _ = excerpt(f"key: {token}\n", Span("f", 1, 1, 1, 4))
    assert text == "     1 | key: ghp_…"


def test_other_values_are_shown() -> None:
    assert list(excerpt("a: b\n", Span("f", 1, 4, 1, 5))) == ["     1 | a: b", "       |    ^"]


def test_a_long_line_is_cut_around_the_cause() -> None:
    line = "x" * 500 + "cause" + "y" * 500
    text, caret = excerpt(line, Span("f", 1, 501, 1, 506))
    assert len(text) < 160
    assert text[caret.index("^") : caret.index("^") + 5] == "cause"


def test_a_whole_file_has_no_lines_to_show() -> None:
    assert list(excerpt("a\n", Span("f"))) == []
