"""Dockerfile text to instructions, with their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_readiness.model import ParseFailure
from pytest_readiness.model import Span
from pytest_readiness.syntax import dockerfile


def lines(text: str) -> list[tuple[str, int, int]]:
    return [(i.name, i.line, i.end_line) for i in dockerfile.parse("Dockerfile", text).instructions]


def only(text: str) -> dockerfile.Instruction:
    return dockerfile.parse("Dockerfile", f"FROM a\n{text}").instructions[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "FROM a\nRUN b \\\n\n  c\nUSER d\n", [("FROM", 1, 1), ("RUN", 2, 4), ("USER", 5, 5)], id="a blank line in a continuation"
        ),
        pytest.param("FROM a\nRUN b \\\n # no\n  c", [("FROM", 1, 1), ("RUN", 2, 4)], id="a comment in a continuation"),
        pytest.param("FROM a\nRUN <<E\nUSER x\nFROM y\nE\nCMD z", [("FROM", 1, 1), ("RUN", 2, 5), ("CMD", 6, 6)], id="a heredoc"),
        pytest.param("FROM a\nRUN <<A <<'B' c\n1\nA\n2\nB\n", [("FROM", 1, 1), ("RUN", 2, 6)], id="two heredocs"),
        pytest.param("FROM a\nRUN <<-E\n\tUSER x\n\tE\n", [("FROM", 1, 1), ("RUN", 2, 4)], id="an indented heredoc"),
        pytest.param("FROM a\nRUN echo 'a <<E b'\nUSER x", [("FROM", 1, 1), ("RUN", 2, 2), ("USER", 3, 3)], id="a heredoc mark in quotes"),
        pytest.param("FROM a\nCOPY <<E /f\nUSER x\nE\n", [("FROM", 1, 1), ("COPY", 2, 4)], id="a COPY with a heredoc"),
        pytest.param("FROM a\nLABEL x=<<E\nUSER x", [("FROM", 1, 1), ("LABEL", 2, 2), ("USER", 3, 3)], id="no heredocs in a LABEL"),
        pytest.param("FROM a\nONBUILD RUN <<E\nUSER x\nE\n", [("FROM", 1, 1), ("ONBUILD", 2, 4)], id="a heredoc behind ONBUILD"),
        pytest.param("\ufeffFROM a\n", [("FROM", 1, 1)], id="a byte order mark"),
        pytest.param("FROM a\r\nRUN b \\\r\n  c\r\nUSER d\r\n", [("FROM", 1, 1), ("RUN", 2, 3), ("USER", 4, 4)], id="DOS line ends"),
        pytest.param(
            "# escape=`\nFROM a\nRUN b `\n c\nRUN d\\\n", [("FROM", 2, 2), ("RUN", 3, 4), ("RUN", 5, 5)], id="the escape directive"
        ),
        pytest.param("FROM a\n# escape=`\nRUN b \\\n c\n", [("FROM", 1, 1), ("RUN", 3, 4)], id="a directive that comes too late"),
        pytest.param("FROM a\nRUN b \\", [("FROM", 1, 1), ("RUN", 2, 2)], id="a backslash at the end of the file"),
        pytest.param("FROM a\nRUN b \\\\\nUSER x", [("FROM", 1, 1), ("RUN", 2, 2), ("USER", 3, 3)], id="an escaped backslash"),
        pytest.param("FROM a\x0bRUN b\nUSER x", [("FROM", 1, 1), ("USER", 2, 2)], id="a vertical tab is no line end"),
        pytest.param("  from a\n  uSer x", [("FROM", 1, 1), ("USER", 2, 2)], id="lower case and indentation"),
    ],
)
def test_lines_of_instructions(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        pytest.param("RUN a\n", "has no FROM", 1, id="without a FROM"),
        pytest.param("", "has no FROM", 1, id="empty"),
        pytest.param("\n# FROM a\n", "has no FROM", 2, id="comments only"),
        pytest.param("FROM a\nRUN \0", "NUL", 2, id="a NUL byte"),
        pytest.param("{% if x %}\nFROM a\n{% endif %}", "unrendered template", 1, id="Jinja statements"),
        pytest.param("FROM a\n{{ steps }}\n", "unrendered template", 2, id="Jinja expressions"),
        pytest.param("# x\nFROM %%BASE%%\n", "unrendered template", 2, id="percent placeholders"),
        pytest.param("%%HEADER%%\nFROM a\n", "unrendered template", 1, id="a placeholder for an instruction"),
        pytest.param("FROM {{ base }}\n", "unrendered template", 1, id="a base image to be filled in"),
    ],
)
def test_texts_that_cannot_be_judged(text: str, reason: str, line: int) -> None:
    with pytest.raises(ParseFailure) as raised:
        dockerfile.parse("Dockerfile", text)
    assert reason in raised.value.reason
    assert raised.value.span.line == line


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        pytest.param("FROM a\nRUNN b\nUSER c", "unknown instruction RUNN", 2, id="an unknown instruction"),
        pytest.param("FROM a\nUSER\nCMD b", "USER has no arguments", 2, id="an instruction without arguments"),
        pytest.param("FROM a\nRUN <<E\nUSER b", "never ends", 2, id="an open heredoc"),
    ],
)
def test_the_rest_of_a_file_is_read(text: str, reason: str, line: int) -> None:
    file = dockerfile.parse("Dockerfile", text)
    assert [(f.span.line, reason in f.reason) for f in file.failures] == [(line, True)]
    assert file.instructions[0].name == "FROM"


def test_docker_format_strings_are_no_template() -> None:
    assert lines("FROM a\nRUN docker inspect -f '{{.Id}}' x") == [("FROM", 1, 1), ("RUN", 2, 2)]


def test_the_place_of_a_piece_is_where_its_line_stands() -> None:
    run = only("RUN apt-get update && \\\n    # hello\n    apt-get install \\\n  curl")
    start = run.text.index("apt-get install")
    assert run.at(start, start + 15) == Span("Dockerfile", 4, 5, 4, 20)
    assert run.at(run.text.index("curl")) == Span("Dockerfile", 5, 3, 5, 7)
    assert run.at(start) == Span("Dockerfile", 4, 5, 4, 20)


def test_flags_stand_before_the_arguments() -> None:
    copy = only('COPY --from=build --chown="a b" --link a --b')
    assert [(flag.name, flag.value) for flag in copy.flags] == [("from", "build"), ("chown", "a b"), ("link", "")]
    assert copy.value == "a --b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ENV a=b c='d e'", [("a", "b"), ("c", "d e")], id="pairs"),
        pytest.param("ENV a b c", [("a", "b c")], id="the old form"),
        pytest.param('ENV a "b c"', [("a", "b c")], id="the old form with quotes"),
        pytest.param("ENV a=", [("a", "")], id="an empty value"),
        pytest.param("ENV a='$b' c=\\$d e=\"$f\"", [("a", "\\$b"), ("c", "\\$d"), ("e", "$f")], id="dollars that are no variables"),
        pytest.param("ARG a", [("a", None)], id="a declaration"),
        pytest.param("ARG a=1 b", [("a", "1"), ("b", None)], id="several arguments"),
        pytest.param("ENV a=b\\ c d=${e:-f g}", [("a", "b c"), ("d", "${e:-f g}")], id="escapes and braces"),
    ],
)
def test_pairs(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(pair.key, pair.value) for pair in only(text).pairs] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('CMD ["a", "b c"]', ("a", "b c"), id="the exec form"),
        pytest.param("CMD ['a']", None, id="single quotes"),
        pytest.param("CMD [1]", None, id="a number"),
        pytest.param("CMD [a", None, id="an open bracket"),
        pytest.param("CMD " + "[" * 50_000, None, id="brackets without end"),
    ],
)
def test_exec_form(text: str, expected: tuple[str, ...] | None) -> None:
    assert only(text).json == expected


def test_a_trigger_is_an_instruction_of_its_own() -> None:
    trigger = only("ONBUILD COPY --chown=1 a b").trigger
    assert trigger is not None
    assert (trigger.name, trigger.value, trigger.flags[0].value) == ("COPY", "a b", "1")
    assert trigger.at(trigger.text.index("a b")).column == 24


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("FROM RUN a\\\n\r\"'<-E[]{}$#`=:\t\0\x85\u2028"), max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        file = dockerfile.parse("Dockerfile", text)
    except ParseFailure:
        return
    count = text.count("\n") + 1
    for instruction in file.instructions:
        assert 1 <= instruction.line <= instruction.end_line <= count
        for word in instruction.words:
            assert instruction.line <= instruction.at(word.start, word.end).line <= instruction.end_line
        assert len(instruction.pairs) >= 0
