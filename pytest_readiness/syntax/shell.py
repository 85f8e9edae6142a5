"""Shell text to simple commands with their places: enough of POSIX and bash to ask what a line runs.

Quotes, escapes, comments, redirections, heredocs, groups, ``$(...)``, backticks, ``<(...)`` and
``sh -c '...'`` are understood; nothing is expanded. Any text gives some answer, in bounded time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

MAX_DEPTH = 20
MAX_COMMANDS = 20_000
_RESERVED = frozenset(["if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "esac", "time"])
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_WRAPPERS = frozenset(("sudo", "env", "exec", "command", "nice", "nohup", "xargs", "doas", "gosu", "time", "timeout", "busybox"))
_VALUED = {"sudo": "ughpCTR", "env": "uCS", "nice": "n", "xargs": "nPIaEdLs", "timeout": "ks"}  # short options that take the next word
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=")
_OPERATOR = re.compile(r"\|\||&&|;;&?|;&|\|&|[;|&\n]")
_REDIRECTION = re.compile(r"<<<|<<-?|<>|<&|>>|>&|>\||&>>?|[<>]")
_C_FLAG = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*\Z")


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command. ``before`` is the operator that joins it to what stands before it."""

    words: tuple[Word, ...]
    assignments: tuple[Word, ...] = ()
    redirections: tuple[tuple[str, Word], ...] = ()
    before: str = ""
    inner: tuple[Command, ...] = field(default=(), repr=False)  # what runs inside of its words
    how: str = ""  # "$(", "<(" or "-c" where it runs inside of another command

    @property
    def start(self) -> int:
        return min((word.start for word in (*self.words, *self.assignments)), default=0)

    @property
    def end(self) -> int:
        return max((word.end for word in (*self.words, *self.assignments)), default=0)

    @property
    def _program(self) -> int:
        """The index of the program behind wrappers such as sudo and env."""
        index, size = 0, len(self.words)
        while index < size:
            name = base(self.words[index].text)
            if name not in _WRAPPERS:
                return index
            index += 1
            while index < size and (
                self.words[index].text.startswith("-") or (name in ("env", "sudo") and _ASSIGNMENT.match(self.words[index].text))
            ):
                option = self.words[index].text
                index += 2 if len(option) == 2 and option[1] in _VALUED.get(name, "") else 1
            if name in ("timeout", "gosu") and index < size:
                index += 1
        return size

    @property
    def name(self) -> str:
        """The program without its directory; empty where there is none."""
        index = self._program
        return base(self.words[index].text) if index < len(self.words) else ""

    @property
    def program(self) -> str:
        """The program as written, with its directory."""
        index = self._program
        return self.words[index].text if index < len(self.words) else ""

    @property
    def arguments(self) -> tuple[Word, ...]:
        """What stands behind the program."""
        return self.words[self._program + 1 :]

    @property
    def operands(self) -> tuple[str, ...]:
        """The arguments that are no options."""
        return tuple(word.text for word in self.arguments if not word.text.startswith("-"))

    @property
    def wrappers(self) -> tuple[Word, ...]:
        """The wrappers before the program: ``sudo``, ``env`` ..."""
        return tuple(word for word in self.words[: self._program] if base(word.text) in _WRAPPERS)

    def option(self, *names: str) -> Word | None:
        """The first argument that is one of these options: ``--yes`` (also ``--yes=...``) or ``-y`` (also in ``-qy``)."""
        for word in self.arguments:
            text = word.text
            for name in names:
                if text == name or (name.startswith("--") and text.startswith(f"{name}=")):
                    return word
                if len(name) == 2 and len(text) > 2 and text[0] == "-" and text[1] != "-" and name[1] in text and text[1:].isalpha():
                    return word
        return None

    def variables(self) -> Iterator[tuple[str, str, Word]]:
        """What it sets: assignments before it, and those of ``export``, ``env`` and ``declare``."""
        words = self.assignments
        if self.words and base(self.words[0].text) in ("export", "env", "declare", "set", "sudo", "setx"):
            words = (*words, *self.words[1:])
        for word in words:
            if found := _ASSIGNMENT.match(word.text):
                yield found[1], word.text[found.end() :], word


def base(text: str) -> str:
    """A program's name without its directory."""
    return text.rpartition("/")[2]


def parse(text: str, escape: str = "\\", start: int = 0) -> tuple[Command, ...]:
    """The commands of a script in order, nested ones in ``inner``; ``start`` is added to every place."""
    return tuple(_Scanner(text, escape, start).run(0, "", 0)[0])


def from_words(words: Iterable[Word]) -> tuple[Command, ...]:
    """The command of an exec form, whose words no shell has split."""
    command = Command(tuple(words))
    return (_with_script(command, 0),) if command.words else ()


def walk(commands: Iterable[Command]) -> Iterator[Command]:
    """Every command, those inside of a command behind it."""
    stack = list(reversed(tuple(commands)))
    while stack:
        command = stack.pop()
        yield command
        stack.extend(reversed(command.inner))


def pipelines(commands: Iterable[Command]) -> Iterator[tuple[Command, ...]]:
    """The pipelines at every level: commands joined by ``|``, single ones included."""
    levels = [tuple(commands)]
    while levels:
        level = levels.pop()
        line: list[Command] = []
        for command in level:
            if line and command.before not in ("|", "|&"):
                yield tuple(line)
                line = []
            line.append(command)
            if command.inner:
                levels.append(command.inner)
        if line:
            yield tuple(line)


def _with_script(command: Command, depth: int) -> Command:
    """The command with what ``sh -c``, ``su -c`` and ``eval`` run inside of it."""
    if depth >= MAX_DEPTH:
        return command
    name, arguments = command.name, command.arguments
    script: Word | None = None
    if name in _SHELLS or name == "su":
        flag = next((n for n, word in enumerate(arguments) if _C_FLAG.match(word.text)), None)
        script = arguments[flag + 1] if flag is not None and flag + 1 < len(arguments) else None
    elif name == "eval" and arguments:
        script = arguments[0]
    if script is None:
        return command
    text = script.text
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    shift = script.start + (1 if script.end - script.start > len(text) else 0)
    nested = _Scanner(text, "\\", shift).run(0, "", depth + 1)[0]
    return replace(command, inner=(*command.inner, *(replace(inner, how=inner.how or "-c") for inner in nested)))


class _Scanner:
    """One pass over a script; nested constructs by recursion of bounded depth."""

    def __init__(self, text: str, escape: str, shift: int) -> None:
        self.text = text
        self.escape = escape
        self.shift = shift
        self.count = 0
        self.unclosed = 0  # heredocs without an end, and whether a ${ has no brace: not searched for again and again
        self.braces = True

    def run(self, position: int, close: str, depth: int) -> tuple[list[Command], int]:  # noqa: PLR0915 - one loop over characters
        """The commands up to the closing parenthesis, and the position behind it."""
        text, size = self.text, len(self.text)
        commands: list[Command] = []
        words: list[Word] = []
        assignments: list[Word] = []
        redirections: list[tuple[str, Word]] = []
        inner: list[Command] = []
        heredocs: list[tuple[str, bool]] = []
        before, redirect, parens = "", "", 0
        parts: list[str] | None = None
        begin = 0

        def end_word() -> None:
            nonlocal parts, redirect
            if parts is None:
                return
            word = Word("".join(parts), begin + self.shift, position + self.shift)
            parts = None
            if redirect:
                redirections.append((redirect, word))
                if redirect in ("<<", "<<-"):
                    heredocs.append((word.text, redirect == "<<-"))
                redirect = ""
            elif not words and _ASSIGNMENT.match(word.text):
                assignments.append(word)
            elif words or word.text not in _RESERVED:
                words.append(word)

        def end_command(operator: str) -> None:
            nonlocal before, words, assignments, redirections, inner, redirect
            end_word()
            redirect = ""
            if (words or assignments or inner or redirections) and self.count < MAX_COMMANDS:
                self.count += 1
                command = Command(tuple(words), tuple(assignments), tuple(redirections), before, tuple(inner))
                commands.append(_with_script(command, depth))
                before = operator
            elif operator in ("|", "|&") or not before:
                before = operator
            words, assignments, redirections, inner = [], [], [], []

        while position < size:
            character = text[position]
            if character == self.escape and position + 1 < size:
                if text[position + 1] != "\n":
                    if parts is None:
                        parts, begin = [], position
                    parts.append(text[position + 1])
                position += 2
            elif character in " \t\r":
                end_word()
                position += 1
            elif character == "#" and parts is None:
                end = text.find("\n", position)
                position = size if end < 0 else end
            elif character == "'":
                if parts is None:
                    parts, begin = [], position
                end = text.find("'", position + 1)
                end = size if end < 0 else end
                parts.append(text[position + 1 : end])
                position = end + 1
            elif character == '"':
                if parts is None:
                    parts, begin = [], position
                position = self.double(position + 1, parts, inner, depth)
            elif character == "`" or text.startswith(("$(", "<(", ">("), position) or text.startswith("${", position):
                if parts is None:
                    parts, begin = [], position
                position = self.nested(position, parts, inner, depth)
            elif (found := _REDIRECTION.match(text, position)) and not (character == "&" and parts is not None):
                if parts is not None and "".join(parts).isdigit():
                    parts = None
                end_word()
                redirect = found[0]
                position = found.end()
            elif character == "(":
                parens += 1
                end_command("(")
                position += 1
            elif character == ")":
                if close and not parens:
                    break
                parens = max(parens - 1, 0)
                end_command(")")
                position += 1
            elif found := _OPERATOR.match(text, position):
                end_command(found[0])
                position = found.end()
                if found[0] == "\n" and heredocs:
                    for word, dash in heredocs:
                        position = self.behind_heredoc(position, word, dash)
                    heredocs.clear()
            else:
                if parts is None:
                    parts, begin = [], position
                parts.append(character)
                position += 1
        end_command("")
        return commands, position + 1

    def double(self, position: int, parts: list[str], inner: list[Command], depth: int) -> int:
        """Behind the double quote that closes."""
        text, size = self.text, len(self.text)
        while position < size and text[position] != '"':
            if text[position] == self.escape and position + 1 < size:
                following = text[position + 1]
                parts.append(following if following in '"$`\\' else "" if following == "\n" else text[position : position + 2])
                position += 2
            elif text[position] == "`" or text.startswith("$(", position):
                position = self.nested(position, parts, inner, depth)
            else:
                parts.append(text[position])
                position += 1
        return position + 1

    def nested(self, position: int, parts: list[str], inner: list[Command], depth: int) -> int:
        """Behind a ``$(...)``, ``<(...)``, backtick, ``${...}`` or ``$((...))``; its text stays in the word as it is."""
        text = self.text
        if text.startswith(("$((", "${"), position):
            closing = "))" if text[position + 1] == "(" else "}"
            end = text.find(closing, position) if self.braces else -1
            self.braces = end >= 0
            end = position + 2 if end < 0 else end + len(closing)
        elif text[position] == "`":
            end = text.find("`", position + 1)
            end = len(text) if end < 0 else end
            if depth < MAX_DEPTH:
                found = _Scanner(text[position + 1 : end], self.escape, self.shift + position + 1).run(0, "", depth + 1)[0]
                inner += [replace(command, how=command.how or "$(") for command in found]
            end += 1
        elif depth < MAX_DEPTH:
            found, end = self.run(position + 2, ")", depth + 1)
            inner += [replace(command, how=command.how or text[position : position + 2]) for command in found]
        else:
            end = position + 2
        end = min(end, len(text))
        parts.append(text[position:end])
        return end

    def behind_heredoc(self, position: int, word: str, dash: bool) -> int:
        """The start of the line behind a heredoc body, or of its first line where it never ends."""
        if self.unclosed > 50:
            return position
        found = re.compile(rf"^{chr(9) + '*' if dash else ''}{re.escape(word)}$", re.MULTILINE).search(self.text, position)
        self.unclosed += found is None
        return found.end() if found else position
