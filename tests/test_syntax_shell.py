"""Shell text to commands, with their places."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_readiness.syntax import shell


def names(text: str) -> list[str]:
    return [command.name for command in shell.walk(shell.parse(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a && b || c; d | e & f", ["a", "b", "c", "d", "e", "f"], id="operators"),
        pytest.param("a 'b && c' \"d | e\"", ["a"], id="operators in quotes"),
        pytest.param("a # && b", ["a"], id="a comment"),
        pytest.param("a b#c; d", ["a", "d"], id="a hash inside of a word"),
        pytest.param("if a; then b; else c; fi", ["a", "b", "c"], id="conditions"),
        pytest.param("x=$(a `b`) && c", ["", "a", "b", "c"], id="substitutions"),
        pytest.param("a <(b | c) >/dev/null 2>&1", ["a", "b", "c"], id="process substitution and redirections"),
        pytest.param("(a; b) && { c; }", ["a", "b", "c"], id="groups"),
        pytest.param("sh -c 'a | b'; bash -exc \"c\"", ["sh", "a", "b", "bash", "c"], id="scripts in arguments"),
        pytest.param("sudo -u x -E FOO=1 a b", ["a"], id="sudo"),
        pytest.param("A=1 env -i B=2 a", ["a"], id="assignments and env"),
        pytest.param("cat <<E\na; b\nE\nc", ["cat", "c"], id="a heredoc"),
        pytest.param("echo $((1 + 2)) ${a:-b c}; d", ["echo", "d"], id="arithmetic and parameters"),
        pytest.param("a \\\n  b; c", ["a", "c"], id="a continuation"),
    ],
)
def test_commands(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_pipelines_at_every_level() -> None:
    found = [[c.name for c in line] for line in shell.pipelines(shell.parse("a | b && c; sh -c 'd | e'"))]
    assert sorted(found) == [["a", "b"], ["c"], ["d", "e"], ["sh"]]


def test_options_also_in_clusters() -> None:
    (command,) = shell.parse("apt-get -qqy install --no-install-recommends --target=x a")
    assert command.option("-y") is not None
    assert command.option("--target") is not None
    assert command.option("-x", "--yes") is None
    assert command.operands == ("install", "a")


@pytest.mark.parametrize(
    ("script", "programs"),
    [
        pytest.param("a && b || c; d | e", ["a", "b", "c", "d", "e"], id="joined commands"),
        pytest.param("if ! a; then b; fi", ["a", "b"], id="control words"),
        pytest.param("X=1 sudo -u me env Y=2 a b", ["a"], id="assignments and wrappers"),
        pytest.param("a \"b; c\" 'd | e' # f", ["a"], id="quotes and comments"),
        pytest.param("cat <<EOF\nrm -rf /\nEOF\nb", ["cat", "b"], id="here-documents"),
        pytest.param('a "$(b | c)"', ["b", "c", "a"], id="substitutions come first"),
        pytest.param("bash -c 'b && c'", ["b", "c", "bash"], id="text given to a shell"),
        pytest.param("a \\\n  b\nc", ["a", "c"], id="continuation lines"),
        pytest.param('a ${{ b && "c" }} d', ["a"], id="expressions of the workflow"),
        pytest.param('a "b', ["a"], id="a quote that is never closed"),
        pytest.param("VERSION=1", [""], id="a bare assignment"),
    ],
)
def test_commands_in_the_order_they_run(script: str, programs: list[str]) -> None:
    assert [command.name for command in shell.in_order(shell.parse(script))] == programs


def test_commands_know_their_place_options_and_what_follows() -> None:
    script = "x\\\n y --code=1 &&\nz --code 2 > out 2>&1"
    first, second = shell.parse(script)
    assert (first.start, first.before, first.after, first.value("--code")) == (0, "", "&&", "1")
    assert (first.text, second.text) == ("x\\\n y --code=1", "z --code 2 > out 2>&1")
    assert (script[: second.start].count("\n"), second.before, second.after) == (2, "&&", "")
    assert (second.value("--code", "-c"), second.value("--other")) == ("2", None)
    assert [(operator, target.text) for operator, target in second.redirections] == [(">", "out"), ("2>&", "1")]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("a ${{ format('{0}', b) }}", "${{ format('{0}', b) }}", id="an expression of a workflow"),
        pytest.param("a \"${{ b || '$(c)' }}\"", "${{ b || '$(c)' }}", id="one in quotes, in which nothing runs"),
        pytest.param('a "${b:-"c d"}"', '${b:-"c d"}', id="quotes in a default"),
        pytest.param("a $'b\\'c d'", "b\\'c d", id="a quote with escapes"),
        pytest.param("a b\\\r\nc", "bc", id="a line that goes on, with Windows line ends"),
    ],
)
def test_words(text: str, word: str) -> None:
    (command,) = shell.walk(shell.parse(text))
    assert [argument.text for argument in command.arguments] == [word]


@pytest.mark.parametrize("piece", ["$(", "`", "(", "'", '"$(', "a|", "<<a\n", "${", "\\", "sh -c ", "{ ", "sudo ", "<(", "eval '"])
def test_hostile_scripts_take_bounded_time(piece: str) -> None:
    start = time.perf_counter()
    assert len(list(shell.walk(shell.parse(piece * 20_000)))) >= 0
    assert time.perf_counter() - start < 5


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab '\"`$(){}<>|&;\n\\#=-E"), max_size=120))
def test_any_script_gives_commands_inside_of_it(text: str) -> None:
    for command in shell.walk(shell.parse(text)):
        assert 0 <= command.start <= command.end <= len(text) + 1
