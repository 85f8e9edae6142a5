"""SARIF 2.1.0 as runs with results. A shape that is not SARIF's is a problem of the import and crashes nothing.

Specification: OASIS SARIF 2.1.0; ``security-severity`` is GitHub's property, which scanners share.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

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

OURS = "pytest-readiness"
LEVELS = ("none", "note", "warning", "error")
# a kind of result that is no failure, and what comes of it; notApplicable is none at all
KINDS = {"pass": PASSED, "informational": PASSED, "open": SKIPPED, "review": SKIPPED}
TOLD = 5  # problems of one kind that are told one by one
_FINGERPRINT = re.compile(r"[^\s]{6,}").fullmatch
_ARGUMENT = re.compile(r"\{([0-9]{1,3})\}")
_FARTHEST = 10_000_000  # lines and columns


def logs(text: str, project: Project, root: str = "") -> Iterator[Log]:
    """The runs of a file; raises `Invalid`."""
    try:
        data = json.loads(text)
    except RecursionError:
        raise Invalid("is nested too deeply to be SARIF") from None
    except ValueError as error:
        raise Invalid(f"is neither SARIF, which is JSON ({error}), nor JUnit, which is XML") from None
    version = _dict(data).get("version")
    if not isinstance(data, dict) or not isinstance(data.get("runs"), list):
        raise Invalid("is not SARIF: it has no list of runs")
    if version != "2.1.0":
        raise Invalid(f"is SARIF of version {str(version)[:20]!r}, not '2.1.0'")
    if not data["runs"]:
        raise Invalid("holds no run: the tool has looked at nothing")
    for number, run in enumerate(data["runs"]):
        yield _Reader(_dict(run), f"runs[{number}]", project, root).log()


class _Reader:
    """One run on its way to a `Log`."""

    def __init__(self, run: Mapping[str, Any], where: str, project: Project, root: str) -> None:
        self.run = run
        self.where = where
        driver = _dict(_dict(run.get("tool")).get("driver"))
        self.extensions = [_dict(each) for each in _list(_dict(run.get("tool")).get("extensions"))]
        self.components = [driver, *self.extensions]
        self.name = _text(driver.get("name"))
        self.log_ = Log(self.name, _text(driver.get("semanticVersion")) or _text(driver.get("version")))
        self.artifacts = _list(run.get("artifacts"))
        self.places = Places(project, root, _dict(run.get("originalUriBaseIds")), self.artifacts)
        self.invocations = [_dict(each) for each in _list(run.get("invocations"))]
        self.overrides = self._overrides()
        self.rules: dict[str, About] = {}
        self.tables: list[list[About | None]] = []
        for component in self.components:
            table = [self._about(_dict(each)) for each in _list(component.get("rules"))]
            self.tables.append(table)
            self.rules.update({about.id: about for about in table if about is not None})

    def log(self) -> Log:
        made = self.log_
        if not self.name:
            raise Invalid(f"is not SARIF: {self.where} does not name its tool")
        if self.name.lower() == OURS:
            raise Invalid("is a report of pytest-readiness itself: import what other tools wrote")
        self._history()
        results = self.run.get("results")
        if not isinstance(results, list):
            made.problems.append(f"{self.where} has no list of results: the tool did not finish")
            return made
        wrong = 0
        reported: set[str] = set()
        for number, each in enumerate(results):
            found = self._result(each) if isinstance(each, dict) else None
            if isinstance(found, Result):
                made.results.append(found)
            elif found is not None:
                reported.add(found)
            else:
                wrong += 1
                if wrong <= TOLD:
                    made.problems.append(f"{self.where}.results[{number}] is no result: it names no rule")
        if wrong > TOLD:
            made.problems.append(f"and {wrong - TOLD} more results of {self.where} that are none")
        reported |= {id for result in made.results for id in (result.about.id, _parent(result.about.id))}
        known = {about.id: about for table in self.tables for about in table if about is not None}
        made.clean = [about for about in known.values() if about.ran and about.id not in reported]
        listed = (self.places.find(_dict(each).get("location"))[0] for each in self.artifacts)
        made.listed = frozenset(path for path in listed if path)
        made.judged = made.listed | {result.path for result in made.results if result.path}
        return made

    def _history(self) -> None:
        """When it ran, on which commit, and whether it worked."""
        made = self.log_
        ends = [moment(each.get("endTimeUtc")) or moment(each.get("startTimeUtc")) for each in self.invocations]
        made.ended = max((end for end in ends if end is not None), default=None)
        controls = [_dict(each) for each in _list(self.run.get("versionControlProvenance"))]
        made.commits = tuple(revision for each in controls if (revision := _text(each.get("revisionId"))))
        for number, each in enumerate(self.invocations):
            if each.get("executionSuccessful") is False:
                status = _text(each.get("exitCodeDescription")) or f"exit status {each.get('exitCode', 'unknown')}"
                made.problems.append(f"{self.where}.invocations[{number}]: {self.name} says that it did not succeed ({status[:200]})")
            for key in ("toolExecutionNotifications", "toolConfigurationNotifications"):
                errors = [_dict(note) for note in _list(each.get(key)) if _dict(note).get("level") == "error"]
                made.notes += [f"{self.name} tells an error: {_message(note) or 'without a message'}" for note in errors[:TOLD]]
                made.notes += [f"{self.name} tells {len(errors) - TOLD} more errors"] if len(errors) > TOLD else []

    def _overrides(self) -> dict[object, Mapping[str, Any]]:
        """What the run configured of rules, by id or index."""
        found: dict[object, Mapping[str, Any]] = {}
        for invocation in self.invocations:
            for each in map(_dict, _list(invocation.get("ruleConfigurationOverrides"))):
                descriptor, configuration = _dict(each.get("descriptor")), _dict(each.get("configuration"))
                if key := _text(descriptor.get("id")):
                    found[key] = configuration
        return found

    def _about(self, rule: Mapping[str, Any]) -> About | None:
        id = _text(rule.get("id"))
        if not id:
            return None
        properties = _dict(rule.get("properties"))
        configuration = {**_dict(rule.get("defaultConfiguration")), **self.overrides.get(id, {})}
        level = configuration.get("level")
        return About(
            id,
            title=_text(_dict(rule.get("shortDescription")).get("text")) or _text(rule.get("name")),
            why=_text(_dict(rule.get("fullDescription")).get("text")),
            help=_text(_dict(rule.get("help")).get("text")),
            uri=_text(rule.get("helpUri")),
            level=level if level in LEVELS else "warning",
            severity=_severity(properties),
            tags=tuple(tag for tag in _list(properties.get("tags")) if isinstance(tag, str))[:50],
            ran=configuration.get("enabled") is not False,
        )

    def _rule(self, result: Mapping[str, Any]) -> About | None:
        """The rule of a result: by its id, or by its place in the table of its component."""
        reference = _dict(result.get("rule"))
        id = _text(result.get("ruleId")) or _text(reference.get("id"))
        component = _dict(reference.get("toolComponent")).get("index")
        table = self.tables[int(component or 0) + 1 if _is_index(component, self.extensions) else 0]
        index = result.get("ruleIndex", reference.get("index"))
        at = table[index] if _is_index(index, table) else None
        if not id:
            return at
        known = at if at is not None and at.id in (id, _parent(id)) else self.rules.get(id) or self.rules.get(_parent(id))
        if known is None:
            known = self.rules[id] = About(id)
        if known.id == id:
            return known
        return About(id, known.title, known.why, known.help, known.uri, known.level, known.severity, known.tags)

    def _result(self, result: Mapping[str, Any]) -> Result | str | None:
        """A result; for one that is left out on purpose, the rule that is not clean for that; None for what is none."""
        about = self._rule(result)
        if about is None:
            return None
        kind = _text(result.get("kind")) or "fail"
        if kind == "notApplicable":
            return about.id
        if result.get("baselineState") == "absent":
            return ""
        outcome = KINDS.get(kind, FAILED)
        location = _dict(next(iter(_list(result.get("locations"))), None))
        physical = _dict(location.get("physicalLocation"))
        path, place = self.places.find(physical.get("artifactLocation"))
        region = _dict(physical.get("region"))
        line, column, end_line, end_column = _region(region)
        level = result.get("level")
        suppressed, why = _suppression(result) if outcome == FAILED else (False, "")
        return Result(
            about,
            SKIPPED if suppressed else outcome,
            _message(result) or about.title or about.id,
            path,
            "" if path else place,
            line,
            column,
            end_line,
            end_column,
            _logical(location),
            _fingerprint(result),
            _excerpt(_dict(region.get("snippet")).get("text")),
            level if level in LEVELS else about.level,
            _severity(_dict(result.get("properties"))) or about.severity,
            suppressed,
            why or (f"{self.name} leaves it to people: its result is of the kind {kind}" if outcome == SKIPPED else ""),
        )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _is_index(value: object, of: list[Any]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(of)


def _parent(id: str) -> str:
    """The rule that a hierarchical id refines: ``CA1000/1`` is of ``CA1000``."""
    return id.rpartition("/")[0] or id


def _severity(properties: Mapping[str, Any]) -> float:
    try:
        number = float(str(properties.get("security-severity", 0))[:10])
    except ValueError:
        return 0.0
    return number if 0 < number <= 10 else 0.0


def _region(region: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Line, column, and their ends; what the file does not say follows from SARIF's defaults, or is 0."""
    line = _number(region.get("startLine"))
    if not line:
        return 0, 0, 0, 0
    end_line = max(_number(region.get("endLine")), line)
    column, end_column = _number(region.get("startColumn")) or 1, _number(region.get("endColumn"))
    return line, column, end_line, end_column if end_line > line or end_column > column else 0


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _FARTHEST else 0


def _message(owner: Mapping[str, Any]) -> str:
    """The text of a message, with its arguments."""
    message = _dict(owner.get("message"))
    text = _text(message.get("text")) or _text(message.get("markdown"))
    arguments = [str(each) for each in _list(message.get("arguments"))[:20]]
    if not text or not arguments:
        return text
    return _ARGUMENT.sub(lambda match: arguments[int(match[1])][:500] if int(match[1]) < len(arguments) else match[0], text)


def _logical(location: Mapping[str, Any]) -> str:
    """The name of what is at a location, such as a function or a resource."""
    for each in map(_dict, _list(location.get("logicalLocations"))):
        if found := _text(each.get("fullyQualifiedName")) or _text(each.get("name")):
            return found
    return ""


def _fingerprint(result: Mapping[str, Any]) -> str:
    """What the tool calls a result from run to run. A text such as "requires login" is none."""
    for key in ("fingerprints", "partialFingerprints"):
        found = _dict(result.get(key))
        usable = [f"{name}={value}" for name, value in sorted(found.items()) if isinstance(value, str) and _FINGERPRINT(value)]
        if usable:
            return "\n".join(usable)
    guid = _text(result.get("correlationGuid"))
    return guid if _FINGERPRINT(guid) else ""


def _excerpt(text: object) -> str:
    """The first line of what the tool saw, and a digest of the rest."""
    seen = _text(text)
    first, _, rest = seen.partition("\n")
    digest = hashlib.sha256(rest.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{first.strip()[:200]}\n{digest}" if seen else ""


def _suppression(result: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether the tool was told to leave a result be, and why: a suppression that is not accepted is none."""
    found = [_dict(each) for each in _list(result.get("suppressions"))]
    accepted = [each for each in found if each.get("status", "accepted") == "accepted"]
    if not accepted or len(accepted) < len(found):
        return False, ""
    where = {"inSource": "in the source", "external": "in its configuration"}.get(_text(accepted[0].get("kind")), "")
    return True, " ".join(part for part in (where, _text(accepted[0].get("justification"))) if part)
