"""Objectives: how fast their error budget burns over several windows, and what is left of it.

A burn rate of 1 uses the budget up exactly by the end of the objective's window; one of 14.4 uses two percent of a month's
budget in an hour (Site Reliability Workbook, chapter 5).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from decimal import InvalidOperation
from functools import partial
from typing import Any
from typing import TypeVar

from ...model import ParseFailure
from ...project import Project
from ...syntax import yaml
from ...text import brief
from ..entries import Entry
from ..measure import Judged
from ..query import QueryError
from ..reading import Reading
from ..units import Quantity
from ..units import quantity
from . import promql
from .client import Client
from .client import Refused
from .queries import covered

T = TypeVar("T")
DIGITS = 9  # of a burn rate after the point; the others are the noise of floating point
WINDOW = "30d"
OF_CHECK = ("metric", "selector")  # places of its queries that the check fills
# the promotion threshold over a short window, and the slower two of the pairs of the workbook; its fastest, 14.4 over 1h and 5m, is
# never reached without the first of these
BURN_RATES = (
    {"windows": ["5m"], "below": 14.4},
    {"windows": ["6h", "30m"], "below": 6},
    {"windows": ["3d", "6h"], "below": 1},
)
_WINDOW_OF_OTHERS = re.compile(r"\{\{\s*\.window\s*\}\}|\$\{?window\}?")  # as sloth writes it, and others


@dataclass(frozen=True)
class Objective:
    """Which share of the events must be good, and the queries of those that are not and of all; or of the share itself.

    It has the name of its file; one that stands in a check has that of the check, which need not be said again.
    """

    name: str
    share: Decimal
    errors: str = ""
    total: str = ""
    ratio: str = ""
    window: str = WINDOW

    @property
    def of(self) -> str:
        """Which one, where it has a name."""
        return f" of {self.name}" if self.name else ""

    def query(self, window: str) -> str:
        """The share of errors over a window: none where no error was ever counted, nothing where there were no events."""
        if self.ratio:
            return promql.filled(self.ratio, {"window": window})
        errors, total = (promql.filled(query, {"window": window}) for query in (self.errors, self.total))
        return f"(sum({errors}\n) or vector(0)) / sum({total}\n)"  # the line ends where a comment would


# -- what is declared


def inline(whole: Mapping[str, Any]) -> Objective:
    """An objective as it stands in a check; raises ValueError and `QueryError`."""
    body = whole["slo"]
    known = {key: whole[key] for key in OF_CHECK if key in whole}  # the range is that of each window
    errors, total = (promql.filled(body[key], known) for key in ("errors", "total"))
    return checked(Objective("", share(body["objective"], "%"), errors, total, window=body.get("window", WINDOW)))


def share(written: Any, unit: str) -> Decimal:
    """The share that must be good; raises ValueError where none of the events may be bad or all may."""
    found = quantity(written, unit)
    if found.dimension != "share" or not 0 < found.value < 1:
        raise ValueError(f"{written!r} is not an objective such as 99.9%, more than nothing and less than everything")
    return found.value


def checked(objective: Objective) -> Objective:
    """The objective, if its queries can be asked; raises `QueryError` and ValueError."""
    for query in filter(None, (objective.errors, objective.total, objective.ratio)):
        if unfilled := promql.places(query) & set(OF_CHECK):
            raise QueryError(f"{brief(query)!r}: {' and '.join(sorted(unfilled))} of the check must say what it is about")
        if "window" not in promql.places(query):
            raise QueryError(f"{brief(query)!r} has no range {{window}} to fill, so it cannot be asked over several")
        promql.parsed(promql.filled(query, {"window": "5m"}))
    promql.parsed(objective.query("5m"))
    promql.seconds(objective.window)
    return objective


def read(reading: Reading) -> None:
    """Say what is wrong with the objective of a check."""
    whole = reading.whole
    declared = whole["slo"]
    queries = ""
    if isinstance(declared, str) or "file" in declared:
        reading.inside(declared if isinstance(declared, str) else declared["file"], "slo")
    else:
        reading.attempt(partial(inline, whole), "slo")
        queries = declared["errors"] + declared["total"]
    for key in OF_CHECK:
        if key in reading.body and key not in promql.places(queries):
            reading.wrong(f"{key}: the queries of the objective have no {{{key}}} that it could fill", key)


# -- what files say


def prepared(entry: Entry, project: Project) -> Objective:
    """The objective of a check; raises `ParseFailure`."""
    declared = entry.body["slo"]
    if not isinstance(declared, str) and "file" not in declared:
        return inline(entry.body)
    path, name = (declared, "") if isinstance(declared, str) else (declared["file"], declared.get("name", ""))
    if not project.exists(path):
        raise ParseFailure(f"slo: there is no {path} in the repository", entry.span)
    found = dict(_in_file(project, path))
    if name and name in found:
        return found[name]()
    if name or len(found) != 1:
        known = brief(", ".join(found), 100) if found else "neither OpenSLO v1 nor sloth prometheus/v1"
        reason = f"no objective is called {name!r}" if name else "say which one as {file: ..., name: ...}" if found else "no objective"
        raise ParseFailure(f"slo: {path}: {reason} ({known})", entry.span)
    return next(iter(found.values()))()


def _in_file(project: Project, path: str) -> Iterator[tuple[str, Callable[[], Objective]]]:
    documents = [document.data for document in project.documents(path) if isinstance(document.data, yaml.Mapping)]
    for data in documents:
        if data.get("version") == "prometheus/v1":
            for one in _mappings(data.get("slos")):
                yield str(one.get("name")), partial(_sloth, one)
        elif data.get("apiVersion") == "openslo/v1" and data.get("kind") == "SLO":
            yield str(yaml.get(data, "metadata", "name")), partial(_openslo, data, documents)


def _mappings(node: Any) -> Iterable[yaml.Mapping]:
    return [one for one in node if isinstance(one, yaml.Mapping)] if isinstance(node, list) else []


def _sloth(body: yaml.Mapping) -> Objective:
    """An entry of ``slos`` of a file of sloth."""
    events, raw = yaml.get(body, "sli", "events"), yaml.get(body, "sli", "raw")
    objective = _attempt(body, ("objective",), lambda: share(body.get("objective"), "%"))
    if isinstance(events, yaml.Mapping):
        keys = ("error_query", "total_query")
        errors, total = (_query(body, "sli", "events", key) for key in keys)
        return _attempt(events, keys[:1], lambda: checked(Objective(str(body.get("name")), objective, errors, total)))
    if isinstance(raw, yaml.Mapping):
        ratio = _query(body, "sli", "raw", "error_ratio_query")
        return _attempt(raw, ("error_ratio_query",), lambda: checked(Objective(str(body.get("name")), objective, ratio=ratio)))
    raise ParseFailure("slo: sli has neither events nor raw", yaml.at(body, "sli"))


def _openslo(body: yaml.Mapping, documents: Iterable[yaml.Mapping]) -> Objective:
    """An ``SLO``, its indicator within it or as an ``SLI`` of the same file."""
    metric = _indicator(body, documents)
    objectives = _mappings(yaml.get(body, "spec", "objectives"))
    if len(list(objectives)) != 1:
        raise ParseFailure("slo: exactly one objective is read of an SLO", yaml.at(body, "spec", "objectives"))
    one = next(iter(objectives))
    percent = "targetPercent" in one
    key = "targetPercent" if percent else "target"
    objective = _attempt(one, (key,), lambda: share(one.get(key), "%" if percent else "ratio"))
    queries = {part: _query_of(metric, part) for part in ("bad", "good", "total") if part in metric}
    if "total" not in queries or len(queries) < 2:
        raise ParseFailure("slo: ratioMetric needs total, and good or bad", metric.head)
    total = queries["total"]
    # without a good event counted, all were bad
    errors = queries.get("bad") or f"sum({total}\n) - (sum({queries.get('good')}\n) or vector(0))"
    window = next((str(w.get("duration")) for w in _mappings(yaml.get(body, "spec", "timeWindow"))), WINDOW)
    name = str(yaml.get(body, "metadata", "name"))
    return _attempt(metric, ("total",), lambda: checked(Objective(name, objective, errors, total, window=window)))


def _indicator(body: yaml.Mapping, documents: Iterable[yaml.Mapping]) -> yaml.Mapping:
    named = yaml.get(body, "spec", "indicatorRef")
    spec = yaml.get(body, "spec", "indicator", "spec")
    if named is not None:
        found = [data for data in documents if data.get("kind") == "SLI" and yaml.get(data, "metadata", "name") == named]
        spec = yaml.get(found[0], "spec") if found else None
    metric = yaml.get(spec, "ratioMetric")
    if not isinstance(metric, yaml.Mapping):
        where = f"indicator {named} of this file" if named is not None else "indicator"
        raise ParseFailure(f"slo: {where} has no ratioMetric, which is what can be asked", yaml.at(body, "spec", "indicator"))
    return metric


def _query_of(metric: yaml.Mapping, part: str) -> str:
    """The query of a part of a ratio metric. Where it says that it counts up, and names no range, its increase is what happened."""
    query = _query(metric, part, "metricSource", "spec", "query")
    if "window" in promql.places(query) or metric.get("counter") is not True:
        return query
    match = re.fullmatch(r"(?s)\s*(?:sum\s*\((?P<within>[^()\[\]]*)\)|(?P<alone>[^()\[\]]*))\s*", query)
    return query if match is None else f"increase({(match['within'] or match['alone'] or '').strip()}[{{window}}])"


def _query(body: yaml.Mapping, *keys: str) -> str:
    query = yaml.get(body, *keys)
    if not isinstance(query, str):
        raise ParseFailure(f"slo: {keys[-1]} is missing, or no text", yaml.at(body, *keys))
    return _WINDOW_OF_OTHERS.sub("{window}", query)


def _attempt(body: yaml.Mapping, keys: tuple[str, ...], made: Callable[[], T]) -> T:
    try:
        return made()
    except (ValueError, QueryError) as error:
        raise ParseFailure(f"slo: {error}", yaml.at(body, *keys)) from None


# -- what is asked


def judge(entry: Entry, client: Client) -> Judged:
    """The burn rate over the window of the check and those beside it; or what is left of the budget."""
    objective: Objective = entry.prepared
    assert entry.comparison is not None
    asked = _Asked(objective, client)
    if entry.body["measure"] == "budget":
        window = objective.window
        burnt = asked.burn(window)
        what = f"what is left of the error budget{objective.of} over {window}"
        judged = entry.comparison.judge(None if burnt is None else str(1 - burnt), what=what, text_too=True)
        return judged.and_also(Judged(advice=tuple(covered(objective.query(window), client)))) if judged.holds else judged
    window = entry.body["window"]
    burnt = asked.burn(window)
    what = f"the burn rate{objective.of} over {window}"
    judged = entry.comparison.judge(None if burnt is None else str(burnt), what=what, text_too=True)
    for row in entry.body["burn_rates"]:
        judged = judged.and_also(asked.row(entry, row["windows"], Decimal(str(row["below"]))))
    return judged


class _Asked:
    """The burn rates of one objective, each window asked once."""

    def __init__(self, objective: Objective, client: Client) -> None:
        self.objective = objective
        self.client = client
        self._known: dict[str, Decimal | None] = {}

    def burn(self, window: str) -> Decimal | None:
        """The burn rate over a window, None without data; raises `Refused` where the queries give more than one number."""
        if window not in self._known:
            found = self.client.series(self.objective.query(window))
            if len(found) > 1:
                raise Refused(f"the query of the objective{self.objective.of} gives {len(found)} series, one number is needed")
            value = _number(found[0].points[0][1]) if found else Decimal("NaN")
            self._known[window] = round(value / (1 - self.objective.share), DIGITS) if value.is_finite() else None
        return self._known[window]

    def row(self, entry: Entry, windows: list[str], limit: Decimal) -> Judged:
        """Whether the rate is reached over all windows of a row; no data in one of them is none."""
        assert entry.comparison is not None
        burnt = {window: self.burn(window) for window in windows}
        for window, rate in burnt.items():
            if rate is None:
                return entry.comparison.judge(None, what=f"the burn rate{self.objective.of} over {window}")
        if any(rate is not None and rate < limit for rate in burnt.values()):
            return Judged()
        told = " and ".join(f"{Quantity(rate or Decimal(0)).told()} over {window}" for window, rate in burnt.items())
        return Judged((f"the error budget{self.objective.of} burns too fast: {told}, below {Quantity(limit).told()} expected",))


def _number(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation:
        raise Refused(f"{brief(repr(written), 40)} is not a number") from None
