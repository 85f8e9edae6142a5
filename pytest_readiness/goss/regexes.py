"""Go's regular expressions, as goss reads them, in linear time.

Our matcher (`criteria.patterns`, which says why it is ours) takes the syntax of Python. What Go writes in another way is
translated here, what only one of the two knows is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..criteria.patterns import MAX_PATTERN
from ..criteria.patterns import Pattern
from ..criteria.patterns import PatternError

_SETS = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
_NOT = {
    "d": r"\x00-/:-\U0010ffff",
    "w": r"\x00-/:-@\[-\^`{-\U0010ffff",
    "s": r"\x00-\x08\x0b\x0e-\x1f!-\U0010ffff",
}
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_REPEAT = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}")
_GROUP = re.compile(r"\(\?(?:P?<[0-9A-Za-z_]+>|([imsU]*(?:-[imsU]+)?)([:)]))")
_HEX = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_CONTROL = {"a": r"\x07", "f": r"\f", "t": r"\t", "n": r"\n", "r": r"\r", "v": r"\v"}


@lru_cache(maxsize=1_000)
def compiled(text: str) -> Pattern:
    """The pattern of an expression in Go's syntax; raises `PatternError`."""
    if len(text) > MAX_PATTERN:  # as it is written, since its translation is longer
        raise PatternError(f"is longer than {MAX_PATTERN} characters")
    return Pattern(_Translator(text).translated())


class _Translator:
    """One pass over an expression; ``flags`` are those in force, ``opened`` the heads of the groups that stand for (?i) in the middle of one.

    ``stack`` keeps both of the groups around.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.flags = frozenset[str]()
        self.stack: list[tuple[frozenset[str], list[str]]] = []
        self.opened: list[str] = []

    def translated(self) -> str:
        out: list[str] = []
        repeatable = True  # two repetitions in a row are a mistake in Go
        while self.at < len(self.text):
            character = self.text[self.at]
            repeat = _REPEAT.match(self.text, self.at) if character == "{" else None
            if character in "*+?" or repeat:
                if not repeatable:
                    raise PatternError("repeats a repetition")
                repeatable = False
                out.append(self._repetition(repeat))
                continue
            repeatable = True
            self.at += 1
            if character == "\\":
                out.append(self._escape())
            elif character == "[":
                out.append(self._set())
            elif character == "(":
                out.append(self._open())
            elif character == ")":
                out.append(self._close())
            elif character == "|":
                out.append(f"{')' * len(self.opened)}|{''.join(self.opened)}")
            elif character == "$":
                out.append("(?:$)" if "m" in self.flags else r"(?:\Z)")  # in brackets, so that it may be repeated as in Go
            elif character == "^":
                out.append("(?:^)")
            elif character == ".":
                out.append(character)
            else:
                out.append(re.escape(character))
        if self.stack:
            raise PatternError("has a ( without its )")
        return f"{''.join(out)}{')' * len(self.opened)}"

    def _repetition(self, repeat: re.Match[str] | None) -> str:
        if repeat is None:
            written = self.text[self.at]
            self.at += 1
        else:
            written = repeat[0]
            least, most = int(repeat[1]), int(repeat[3] or repeat[1])
            if most > 1000 or least > most:
                raise PatternError(f"repeats {written}, which goss refuses: at most 1000 times, the smaller number first")
            self.at = repeat.end()
        if self.text.startswith("?", self.at):
            self.at += 1  # as few as possible: the same texts match
        return written

    def _open(self) -> str:
        on = off = frozenset[str]()
        if self.text.startswith("?", self.at):
            found = _GROUP.match(self.text, self.at - 1)
            if not found:
                raise PatternError("has a group that Go does not know: (?:...), (?P<name>...) and flags of i, m, s and U are")
            self.at = found.end()
            written, _, without = (found[1] or "").partition("-")
            on, off = frozenset(written), frozenset(without)
            if found[2] == ")":  # flags for the rest of the group
                if not (on or off):
                    raise PatternError("has an empty group of flags")
                self.flags = (self.flags | on) - off
                head = _head(on, off)
                self.opened = [*self.opened, head]
                return head
        self.stack.append((self.flags, self.opened))
        self.opened = []
        self.flags = (self.flags | on) - off
        return _head(on, off)

    def _close(self) -> str:
        if not self.stack:
            raise PatternError("has a ) without its (")
        closing = ")" * len(self.opened)
        self.flags, self.opened = self.stack.pop()
        return f"{closing})"

    def _escape(self) -> str:
        """What stands for an escape outside of brackets."""
        if self.at >= len(self.text):
            raise PatternError("ends with a single backslash")
        letter = self.text[self.at]
        if letter in "Az":
            self.at += 1
            return r"(?:\A)" if letter == "A" else r"(?:\Z)"
        if letter in "bB":
            self.at += 1
            return f"(?a:\\{letter})"
        if letter == "Q":
            end = self.text.find(r"\E", self.at + 1)
            quoted = self.text[self.at + 1 : end if end >= 0 else None]
            self.at = end + 2 if end >= 0 else len(self.text)
            return f"(?:{re.escape(quoted)})" if quoted else ""
        found = self._class()
        return f"[{found}]" if found is not None else self._character()

    def _class(self) -> str | None:
        r"""The inside of brackets for ``\d``, ``\W`` and the like; None for anything else."""
        letter = self.text[self.at : self.at + 1]
        if letter in ("p", "P"):
            raise PatternError(rf"uses \{letter}, the classes of Unicode, which are not supported: write the characters")
        kind = letter.lower()
        if not letter or kind not in _SETS:
            return None
        self.at += 1
        return _SETS[kind] if letter == kind else _NOT[kind]

    def _character(self) -> str:
        """One character that is written with a backslash."""
        if self.at >= len(self.text):
            raise PatternError("ends with a single backslash")
        letter = self.text[self.at]
        if found := _HEX.match(self.text, self.at):
            code = int(found[1] or found[2], 16)
            if code > 0x10FFFF:
                raise PatternError(rf"has \{found[0]}, which is no character")
            self.at = found.end()
            return f"\\U{code:08x}"
        if found := _OCTAL.match(self.text, self.at):
            self.at = found.end()
            return f"\\U{int(found[0], 8):08x}"
        self.at += 1
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter.isascii() and not letter.isalnum():
            return re.escape(letter)
        raise PatternError(rf"has \{letter}, which Go does not know")

    def _set(self) -> str:
        start = self.at
        head = "[^" if self.text.startswith("^", self.at) else "["
        self.at += len(head) - 1
        out: list[str] = []
        while not (self.text.startswith("]", self.at) and out):
            if self.at >= len(self.text):
                raise PatternError(f"has a [ without its ], at character {start}")
            if self.text.startswith("[:", self.at) and (end := self.text.find(":]", self.at)) >= 0:
                name = self.text[self.at + 2 : end]
                if name.removeprefix("^") not in _POSIX or name.startswith("^"):
                    raise PatternError(f"has [:{name}:], which is not supported")
                out.append(_POSIX[name])
                self.at = end + 2
                continue
            if self.text.startswith("\\", self.at):
                self.at += 1
                found = self._class()
                if found is not None:
                    out.append(found)
                    continue
                first = self._character()
            else:
                first = re.escape(self.text[self.at])
                self.at += 1
            out.append(first + self._range())
        self.at += 1
        return f"{head}{''.join(out)}]"

    def _range(self) -> str:
        """The rest of ``a-z``, behind its first character."""
        if not self.text.startswith("-", self.at) or self.text.startswith("-]", self.at) or self.at + 1 >= len(self.text):
            return ""
        self.at += 1
        if self.text.startswith("\\", self.at):
            self.at += 1
            return f"-{self._character()}"
        self.at += 1
        return f"-{re.escape(self.text[self.at - 1])}"


def _head(on: frozenset[str], off: frozenset[str]) -> str:
    """The beginning of a group with flags; U, which prefers short matches, changes nothing here."""
    added, removed = "".join(sorted(on - off - {"U"})), "".join(sorted(off - {"U"}))
    return f"(?{added}{'-' + removed if removed else ''}:"
