"""Shell text taken apart into simple commands: enough to say which programs a script runs, with which words.

No grammar of a shell: control words (``if``, ``then``, ``do``, ``{``) are dropped, so that each simple command stands
alone with what joins it to the next. Quotes, comments, continuation lines, here-documents, ``$( )`` and ``${{ }}`` are
understood; whatever is left open reaches to the end of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_NESTING = 4
_CONTROL = frozenset(
    [
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "while",
        "until",
        "for",
        "do",
        "done",
        "case",
        "esac",
        "in",
        "{",
        "}",
        "!",
        "time",
        "function",
        "select",
    ]
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=").match
_BLANK = re.compile(r"(?:[ \t\r\f\v]|\\\r?\n)+")
_COMMENT = re.compile(r"#[^\n]*")
_OPERATOR = re.compile(r"&&|\|\||;;&|;;|;&|;|\|&|\||&(?!>)|\n|[()]")
_REDIRECT = re.compile(r"[0-9]*(?:<<<|<<-|<<|<&|<>|<(?!\()|>>|>&|>\||>(?!\())|&>>?")
_PLAIN = re.compile(r"[^\s'\"\\$`;&|()<>]+")
_HEREDOC_END = re.compile(r"['\"\\]")
_INNER = {"$(": ")", "${": "}", "(": ")", '"': '"', "`": "`", "${{": "}}"}
_SUBSTITUTION = re.compile(r"\\.|\$\(\(|[$<>]\(|`|\$\{\{", re.DOTALL)
_OPENING = re.compile(r"\$\{\{|\$\(|\$\{|\\.|'|\"|`|\(|\)|\}\}|\}", re.DOTALL)
# programs that run another one, with those of their one-letter flags that take a value
_WRAPPERS = {"sudo": "ughpCcrtT", "env": "uCS", "nice": "n", "nohup": "", "exec": "a", "command": "", "time": "f", "stdbuf": "ioe"}
_WRAPPERS |= {"xargs": "InLPdEs", "timeout": "sk"}
_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ash", "ksh"))


@dataclass(frozen=True)
class Command:
    """One simple command.

    ``words`` are without quotes, redirections and leading assignments; ``line`` counts from 0 in the script; ``join`` is what
    stands between it and the next command (``&&``, ``||``, ``;``, ``|``, ``&``, a newline, or nothing at the end);
    ``depth`` is above 0 inside ``$( )`` or the text given to ``sh -c``; ``control`` are the words dropped before it.
    """

    words: tuple[str, ...]
    line: int
    text: str
    join: str
    assignments: tuple[str, ...] = ()
    redirects: tuple[tuple[str, str], ...] = ()
    control: tuple[str, ...] = ()
    depth: int = 0

    @property
    def argv(self) -> tuple[str, ...]:
        """The words behind ``sudo``, ``env A=b``, ``timeout 5`` and the like."""
        words = self.words
        while words and (name := words[0].rpartition("/")[2]) in _WRAPPERS:
            rest = list(words[1:])
            while rest and rest[0].startswith("-") and len(rest[0]) > 1:
                flag = rest.pop(0)
                if rest and len(flag) == 2 and flag[1] in _WRAPPERS[name]:
                    rest.pop(0)
            if name == "timeout" and rest:
                rest.pop(0)
            while name in ("env", "sudo") and rest and _ASSIGNMENT(rest[0]):
                rest.pop(0)
            words = tuple(rest)
        return words

    @property
    def program(self) -> str:
        """The name of the program that runs, without its directory; empty for a bare assignment."""
        return self.argv[0].rpartition("/")[2] if self.argv else ""

    def runs(self, *words: str) -> bool:
        """Whether it is this program with these sub-commands, flags between them not counted: ``runs("docker", "push")``."""
        if not words or self.program != words[0]:
            return False
        plain = [word for word in self.argv[1:] if not word.startswith("-")]
        return tuple(plain[: len(words) - 1]) == words[1:]

    def flag(self, *names: str) -> str | None:
        """The value of the first of these flags (``--exit-code 1``, ``--exit-code=1``); "" for one without a value, None without it."""
        words = self.argv
        for index, word in enumerate(words):
            name, equals, value = word.partition("=")
            if name in names:
                following = words[index + 1] if index + 1 < len(words) else ""
                return value if equals else "" if following.startswith("-") and len(following) > 1 else following
        return None


def commands(script: str) -> Iterator[Command]:
    """The simple commands of a script in order; those inside ``$( )`` or ``sh -c`` before the one that holds them."""
    yield from _commands(script, 0, 0)


def _commands(script: str, first_line: int, depth: int) -> Iterator[Command]:
    parser = _Parser(script)
    for words, start, end, line, join, redirects, inner in parser.simple():
        if depth < MAX_NESTING:
            for inner_line, text in inner:
                yield from _commands(text, first_line + inner_line, depth + 1)
        control: list[str] = []
        while words and words[0] in _CONTROL:
            control.append(words.pop(0))
        assignments: list[str] = []
        while words and _ASSIGNMENT(words[0]):
            assignments.append(words.pop(0))
        if not words and not assignments and not redirects:
            continue
        text = script[start:end].strip()
        command = Command(tuple(words), first_line + line, text, join, tuple(assignments), tuple(redirects), tuple(control), depth)
        if depth < MAX_NESTING and command.program in _SHELLS and (given := command.flag("-c", "-ec", "-lc", "-exc", "-euc")):
            yield from _commands(given, command.line, depth + 1)
        yield command


Simple = tuple[list[str], int, int, int, str, list[tuple[str, str]], list[tuple[int, str]]]


class _Parser:
    """One pass over a script."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.position = 0
        self.line = 0

    def simple(self) -> Iterator[Simple]:
        script = self.script
        words: list[str] = []
        redirects: list[tuple[str, str]] = []
        inner: list[tuple[int, str]] = []
        start, start_line = 0, 0
        heredocs: list[tuple[str, bool]] = []
        while self.position < len(script):
            at = self.position
            if blank := _BLANK.match(script, at):
                self.advance(blank.end())
            elif comment := _COMMENT.match(script, at):
                self.advance(comment.end())
            elif redirect := _REDIRECT.match(script, at):
                self.advance(redirect.end())
                if blank := _BLANK.match(script, self.position):
                    self.advance(blank.end())
                raw = self.position
                target, _ = self.word()
                operator = redirect[0].lstrip("0123456789")
                if operator in ("<<", "<<-"):
                    heredocs.append((_HEREDOC_END.sub("", script[raw : self.position]), operator == "<<-"))
                redirects.append((redirect[0], target))
            elif operator_match := _OPERATOR.match(script, at):
                if words or redirects:
                    yield words, start, at, start_line, operator_match[0], redirects, inner
                    words, redirects, inner = [], [], []
                self.advance(operator_match.end())
                if operator_match[0] == "\n" and heredocs:
                    self.skip(heredocs)
                    heredocs = []
            else:
                if not words and not redirects:
                    start, start_line = at, self.line
                word, nested = self.word()
                words.append(word)
                inner += nested
        if words or redirects:
            yield words, start, len(script), start_line, "", redirects, inner

    def advance(self, end: int) -> None:
        self.line += self.script.count("\n", self.position, end)
        self.position = end

    def word(self) -> tuple[str, list[tuple[int, str]]]:
        """The word here without its quotes, and the text of each command substitution in it with its line."""
        script, parts, inner = self.script, [], []
        while self.position < len(script):
            at = self.position
            char = script[at]
            if plain := _PLAIN.match(script, at):
                parts.append(plain[0])
                self.advance(plain.end())
            elif char == "'" or script.startswith("$'", at):
                begin = at + (1 if char == "'" else 2)
                end = script.find("'", begin)
                end = len(script) if end < 0 else end
                parts.append(script[begin:end])
                self.advance(min(end + 1, len(script)))
            elif char == '"':
                end = self.balanced(at)
                text = script[at + 1 : end - 1] if script[end - 1] == '"' and end - at > 1 else script[at + 1 : end]
                inner += self.substitutions(text)
                parts.append(re.sub(r'\\(["\\$`]|\n)', lambda m: "" if m[1] == "\n" else m[1], text))
                self.advance(end)
            elif char == "\\":
                if script[at + 1 : at + 2] != "\n":
                    parts.append(script[at + 1 : at + 2])
                self.advance(min(at + 2, len(script)))
            elif char == "`" or script.startswith(("$(", "${", "<(", ">("), at):
                end = self.balanced(at)
                inner += self.substitutions(script[at:end])
                parts.append(script[at:end])
                self.advance(end)
            elif char == "$":
                parts.append(char)
                self.advance(at + 1)
            else:
                break
        if not parts and self.position < len(script) and script[self.position] in "<>&|;":
            self.advance(self.position + 1)  # a stray operator, so that every step moves on
        return "".join(parts), inner

    def substitutions(self, text: str) -> list[tuple[int, str]]:
        """The commands in ``$( )``, ``<( )`` and backticks of a piece of a word that begins at the current place."""
        found = []
        at = 0
        while (hit := _SUBSTITUTION.search(text, at)) is not None:
            at = hit.end()
            if hit[0] in ("$(", "<(", ">(", "`"):
                end = _balanced(text, hit.start())
                found.append(
                    (self.line + text.count("\n", 0, hit.end()), text[hit.end() : end].removesuffix("`" if hit[0] == "`" else ")"))
                )
                at = max(end, at)
            elif hit[0] == "${{":
                end = text.find("}}", at)
                at = len(text) if end < 0 else end + 2
        return found

    def balanced(self, at: int) -> int:
        return _balanced(self.script, at)

    def skip(self, heredocs: list[tuple[str, bool]]) -> None:
        """Go behind the bodies of here-documents."""
        for end_word, stripped in heredocs:
            while self.position < len(self.script):
                end = self.script.find("\n", self.position)
                end = len(self.script) if end < 0 else end
                line = self.script[self.position : end].rstrip("\r")
                self.advance(min(end + 1, len(self.script)))
                if (line.lstrip("\t") if stripped else line) == end_word:
                    break


def _balanced(text: str, at: int) -> int:
    """The index behind the quote or bracket that opens at ``at``, nested ones included."""
    stack: list[str] = []
    position = at
    if text[at] in "<>":
        position += 1
    while position < len(text):
        hit = _OPENING.search(text, position)
        if hit is None:
            return len(text)
        mark, position = hit[0], hit.end()
        top = stack[-1] if stack else ""
        if mark[0] == "\\":
            continue
        if top == "}}":  # an expression of the workflow: nothing in it is shell
            if mark == "}}":
                stack.pop()
        elif mark == "'":
            if top != '"':
                end = text.find("'", position)
                position = len(text) if end < 0 else end + 1
        elif mark == top or (mark == "}}" and top == "}"):
            stack.pop()
            position -= len(mark) - len(top)
        elif mark in _INNER and not (mark == "(" and top in ('"', "`", "}")):
            stack.append(_INNER[mark])
        if not stack:
            return position
    return len(text)
