"""Shell text to simple commands with their places: enough of POSIX and bash to ask what a line runs.

Quotes, escapes, comments, redirections, heredocs, groups, ``$(...)``, backticks, ``<(...)``, ``sh -c '...'``
and the ``${{ }}`` of workflows are understood; nothing is expanded. Any text gives some answer, in bounded time;
what is left open reaches to the end of the text.
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
SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_WRAPPERS = frozenset(("sudo", "env", "exec", "command", "nice", "nohup", "xargs", "doas", "gosu", "time", "timeout", "busybox", "stdbuf"))
# short options that take the next word
_VALUED = {"sudo": "ughpCcrtTR", "env": "uCS", "nice": "n", "xargs": "nPIaEdLs", "timeout": "ks", "exec": "a", "time": "f", "stdbuf": "ioe"}
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=")
_OPERATOR = re.compile(r"\|\||&&|;;&?|;&|\|&|[;|&\n]")
_REDIRECTION = re.compile(r"<<<|<<-?|<>|<&|>>|>&|>\||&>>?|[<>]")
_PLAIN = re.compile(r"[\w./:=@%+,~^*?!\[\]{}-]+")
_PLAIN_IN_QUOTES = re.compile(r"[^\"\\`$]+")
_PLAIN_IN_BRACES = re.compile(r"[^\"\\`$}]+")
_ESCAPED_QUOTE = re.compile(r"(?:[^'\\]|\\.)*", re.DOTALL)
_CONTINUED = re.compile(r"\r?\n")
_NESTED = ("`", "$(", "${", "<(", ">(")
_C_FLAG = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*\Z")


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command. ``before`` and ``after`` are the operators that join it to what stands there; ``text`` is how it is written."""

    words: tuple[Word, ...]
    assignments: tuple[Word, ...] = ()
    redirections: tuple[tuple[str, Word], ...] = ()
    before: str = ""
    inner: tuple[Command, ...] = field(default=(), repr=False)  # what runs inside of its words
    how: str = ""  # "$(", "<(" or "-c" where it runs inside of another command
    after: str = ""
    text: str = field(default="", repr=False)

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
    def argv(self) -> tuple[str, ...]:
        """The program as written and its arguments."""
        return tuple(word.text for word in self.words[self._program :])

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

    def value(self, *names: str) -> str | None:
        """The value of the first of these options (``--code 1``, ``--code=1``); "" for one without a value, None without it."""
        words = self.argv
        for index, word in enumerate(words):
            name, equals, value = word.partition("=")
            if name in names:
                following = words[index + 1] if index + 1 < len(words) else ""
                return value if equals else "" if following.startswith("-") and len(following) > 1 else following
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


def in_order(commands: Iterable[Command]) -> Iterator[Command]:
    """Every command in the order they run: those inside of a command before it. As deep as the text was read."""
    for command in commands:
        yield from in_order(command.inner)
        yield command


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
    if name in SHELLS or name == "su":
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


class _Level:
    """The commands at one level of nesting while they are read: between ``$(`` and its ``)``, or of the whole text."""

    def __init__(self, scanner: _Scanner, depth: int) -> None:
        self.scanner = scanner
        self.depth = depth
        self.commands: list[Command] = []
        self.heredocs: list[tuple[str, bool]] = []
        self.parts: list[str] | None = None
        self.begin = 0
        self.redirect = ""
        self.before = ""
        self.clear()

    def clear(self) -> None:
        """Nothing is known of the next command."""
        self.words: list[Word] = []
        self.assignments: list[Word] = []
        self.redirections: list[tuple[str, Word]] = []
        self.inner: list[Command] = []

    def word(self, position: int) -> list[str]:
        """The pieces of the word that goes on, or begins, here."""
        if self.parts is None:
            self.parts, self.begin = [], position
        return self.parts

    def redirection(self, operator: str, position: int) -> None:
        """A redirection of what stands before it; a number in front of it is the descriptor."""
        number = "".join(self.parts or ())
        if number.isdigit():
            self.parts = None
        self.end_word(position)
        self.redirect = f"{number}{operator}" if number.isdigit() and number != "1" else operator

    def end_word(self, position: int) -> None:
        if self.parts is None:
            return
        shift = self.scanner.shift
        word = Word("".join(self.parts), self.begin + shift, position + shift)
        self.parts = None
        if self.redirect:
            self.redirections.append((self.redirect, word))
            if self.redirect.endswith(("<<", "<<-")):
                self.heredocs.append((word.text, self.redirect.endswith("-")))
            self.redirect = ""
        elif not self.words and _ASSIGNMENT.match(word.text):
            self.assignments.append(word)
        elif self.words or word.text not in _RESERVED:
            self.words.append(word)

    def end_command(self, operator: str, position: int) -> None:
        self.end_word(position)
        self.redirect = ""
        if (self.words or self.assignments or self.inner or self.redirections) and self.scanner.count < MAX_COMMANDS:
            self.scanner.count += 1
            parts = (tuple(self.words), tuple(self.assignments), tuple(self.redirections))
            begin = min((word.start for word in (*parts[0], *parts[1], *(target for _, target in parts[2]))), default=position)
            text = self.scanner.text[max(begin - self.scanner.shift, 0) : position].strip()
            command = Command(*parts, self.before, tuple(self.inner), after=operator, text=text)
            self.commands.append(_with_script(command, self.depth))
            self.before = operator
        elif operator in ("|", "|&") or not self.before:
            self.before = operator
        self.clear()


class _Scanner:
    """One pass over a script; nested constructs by recursion of bounded depth."""

    def __init__(self, text: str, escape: str, shift: int) -> None:
        self.text = text
        self.escape = escape
        self.shift = shift
        self.count = 0
        self.unclosed = 0  # heredocs without an end, and closing signs that do not come: not searched for again and again
        self.missing: set[str] = set()

    def run(self, position: int, close: str, depth: int) -> tuple[list[Command], int]:
        """The commands up to the closing parenthesis, and the position behind it."""
        level = _Level(self, depth)
        parens = 0
        while position < len(self.text):
            character = self.text[position]
            if character not in "()":
                position = self.step(position, level)
                continue
            if character == ")" and close and not parens:
                break
            parens = parens + 1 if character == "(" else max(parens - 1, 0)
            level.end_command(character, position)
            position += 1
        level.end_command("", position)
        return level.commands, position + 1

    def step(self, position: int, level: _Level) -> int:
        """Behind the piece that stands here."""
        text, character = self.text, self.text[position]
        if character == self.escape and position + 1 < len(text):
            if continued := _CONTINUED.match(text, position + 1):
                return continued.end()
            level.word(position).append(text[position + 1])
            return position + 2
        if character in " \t\r":
            level.end_word(position)
            return position + 1
        if plain := _PLAIN.match(text, position):
            level.word(position).append(plain[0])
            return plain.end()
        if character == "#" and level.parts is None:
            end = text.find("\n", position)
            return len(text) if end < 0 else end
        if character in "'\"" or text.startswith("$'", position):
            return self.quoted(position, level.word(position), level.inner, level.depth)
        if text.startswith(_NESTED, position):
            return self.nested(position, level.word(position), level.inner, level.depth)
        if (found := _REDIRECTION.match(text, position)) and not (character == "&" and level.parts is not None):
            level.redirection(found[0], position)
            return found.end()
        if found := _OPERATOR.match(text, position):
            level.end_command(found[0], position)
            return self.behind_heredocs(found.end(), level.heredocs) if found[0] == "\n" else found.end()
        level.word(position).append(character)
        return position + 1

    def quoted(self, position: int, parts: list[str], inner: list[Command], depth: int) -> int:
        """Behind the quote that opens here."""
        text = self.text
        if text[position] == '"':
            return self.double(position + 1, parts, inner, depth)
        if text[position] == "$":
            found = _ESCAPED_QUOTE.match(text, position + 2)
            end = found.end() if found else len(text)
            parts.append(text[position + 2 : end])
            return end + 1
        end = text.find("'", position + 1)
        end = len(text) if end < 0 else end
        parts.append(text[position + 1 : end])
        return end + 1

    def double(self, position: int, parts: list[str], inner: list[Command], depth: int) -> int:
        """Behind the double quote that closes."""
        text, size = self.text, len(self.text)
        while position < size and text[position] != '"':
            if text[position] == self.escape and position + 1 < size:
                following = text[position + 1]
                parts.append(following if following in '"$`\\' else "" if following == "\n" else text[position : position + 2])
                position += 2
            elif text.startswith(_NESTED[:3], position):
                position = self.nested(position, parts, inner, depth)
            else:
                plain = _PLAIN_IN_QUOTES.match(text, position)
                parts.append(plain[0] if plain else text[position])
                position += len(parts[-1])
        return position + 1

    def nested(self, position: int, parts: list[str], inner: list[Command], depth: int) -> int:
        """Behind a ``$(...)``, ``<(...)``, backtick, ``${...}``, ``$((...))`` or ``${{...}}``; its text stays in the word as it is."""
        text = self.text
        if text.startswith(("$((", "${{"), position):
            end = self.closing("))" if text[position + 1] == "(" else "}}", position)
        elif depth >= MAX_DEPTH:
            end = position + 2
        elif text[position] == "`":
            end = text.find("`", position + 1)
            end = len(text) if end < 0 else end
            found = _Scanner(text[position + 1 : end], self.escape, self.shift + position + 1).run(0, "", depth + 1)[0]
            inner += [replace(command, how=command.how or "$(") for command in found]
            end += 1
        elif text[position + 1] == "{":
            end = self.braced(position + 2, inner, depth + 1)
        else:
            found, end = self.run(position + 2, ")", depth + 1)
            inner += [replace(command, how=command.how or text[position : position + 2]) for command in found]
        end = min(end, len(text))
        parts.append(text[position:end])
        return end

    def braced(self, position: int, inner: list[Command], depth: int) -> int:
        """Behind the brace that closes a variable, whose default may run commands."""
        text, pieces = self.text, list[str]()
        while position < len(text) and text[position] != "}":
            if text[position] == '"':
                position = self.double(position + 1, pieces, inner, depth)
            elif text.startswith(_NESTED[:3], position):
                position = self.nested(position, pieces, inner, depth)
            elif plain := _PLAIN_IN_BRACES.match(text, position):
                position = plain.end()
            else:
                position += 2 if text[position] == self.escape else 1
        return position + 1

    def closing(self, sign: str, position: int) -> int:
        """Behind the next such sign, or behind what opens here where there is none."""
        end = -1 if sign in self.missing else self.text.find(sign, position)
        if end < 0:
            self.missing.add(sign)
            return position + 2
        return end + len(sign)

    def behind_heredocs(self, position: int, heredocs: list[tuple[str, bool]]) -> int:
        """The start of the line behind the bodies of heredocs, or of the first line of one that never ends."""
        for word, dash in heredocs:
            if self.unclosed > 50:
                break
            found = re.compile(rf"^{chr(9) + '*' if dash else ''}{re.escape(word)}\r?$", re.MULTILINE).search(self.text, position)
            self.unclosed += found is None
            position = found.end() if found else position
        heredocs.clear()
        return position
