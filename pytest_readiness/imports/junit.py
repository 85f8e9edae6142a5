"""JUnit XML as a run with results: a test case is a result, its suite the rule. Read with expat, no document type allowed."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING
from xml.parsers import expat

from .places import Places
from .report import FAILED
from .report import PASSED
from .report import SKIPPED
from .report import About
from .report import Invalid
from .report import Log
from .report import Result
from .report import moment

if TYPE_CHECKING:
    from ..project import Project

DEEPEST = 50  # elements in one another
_TEXT = 2_000  # characters of a failure's text that are looked at
_OUTCOMES = {"failure": FAILED, "error": FAILED, "skipped": SKIPPED}
_COMMITS = frozenset(("commit", "git.commit", "git_commit", "revision"))


def logs(data: bytes, project: Project, root: str = "") -> list[Log]:
    """The one run of a file; raises `Invalid`."""
    reader = _Reader(Places(project, root))
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Invalid(f"is not XML: {error}") from None
    except (ValueError, LookupError) as error:  # an encoding that nobody has
        raise Invalid(f"is not XML: {error}") from None
    log = Log("junit", results=reader.results, ended=reader.ended, commits=tuple(reader.commits), kind="junit")
    if not log.results:
        raise Invalid("holds no test case: nothing was tested")
    return [log]


def _no_doctype(*_: object) -> None:
    raise Invalid("has a document type, which no JUnit report needs, and is not read: its entities may be a trap")


class _Reader:
    """The handlers of a parser, and what they have gathered."""

    def __init__(self, places: Places) -> None:
        self.results: list[Result] = []
        self.commits: list[str] = []
        self.ended: datetime.datetime | None = None
        self._places = places
        self._abouts: dict[str, About] = {}
        self._open: list[str] = []
        self._suites: list[dict[str, str]] = []
        self._case: dict[str, str] = {}
        self._told: tuple[str, str] = ("", "")  # what became of the case, and the message
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition("}")[2]
        if not self._open and name not in ("testsuites", "testsuite"):
            raise Invalid(f"is not JUnit: its root is <{name[:50]}>")
        if len(self._open) >= DEEPEST:
            raise Invalid(f"has elements nested deeper than {DEEPEST}")
        self._open.append(name)
        if name == "testsuite":
            self._suites.append(attributes)
            began = moment(attributes.get("timestamp"))
            self.ended = max((each for each in (self.ended, began) if each is not None), default=None)
        elif name == "testcase":
            self._case, self._told, self._text = attributes, ("", ""), []
        elif name in _OUTCOMES and self._is_in("testcase") and self._told[0] not in ("failure", "error"):
            self._told, self._text = (name, attributes.get("message", "")), []
        elif name == "property" and attributes.get("name", "").lower() in _COMMITS:
            self.commits += [attributes.get("value", "")]

    def end(self, name: str) -> None:
        name = name.rpartition("}")[2]
        self._open.pop()
        if name == "testsuite":
            self._suites.pop()
        elif name == "testcase":
            self.results.append(self._result())

    def text(self, data: str) -> None:
        if self._open and self._open[-1] == self._told[0] and sum(map(len, self._text)) < _TEXT:
            self._text.append(data[:_TEXT])

    def _is_in(self, name: str) -> bool:
        return len(self._open) > 1 and self._open[-2] == name

    def _result(self) -> Result:
        case, (told, message) = self._case, self._told
        suite = self._suites[-1] if self._suites else {}
        name = suite.get("name", "").strip() or case.get("classname", "").strip() or "tests"
        if name not in self._abouts:
            self._abouts[name] = About(name, f"the tests of {name} pass", level="error")
        text = "".join(self._text).strip()
        said = message.strip() or text.partition("\n")[0] or f"{told or 'passed'}"
        path, place = self._places.find({"uri": case.get("file") or suite.get("file")})
        line = case.get("line", "")
        number = int(line) if path and line.isascii() and line.isdigit() and len(line) < 8 else 0
        owner = case.get("classname", "").strip()
        title = case.get("name", "").strip() or "nameless"
        return Result(
            self._abouts[name],
            _OUTCOMES.get(told, PASSED),
            said,
            path,
            "" if path else place,
            number,
            1 if number else 0,
            number,
            logical=title if owner in ("", name) else f"{owner}.{title}",
            level="error",
            reason=f"skipped: {said}" if told == "skipped" else "",
        )
