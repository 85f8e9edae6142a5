"""Numbers of a query held against their target: every series at every point, and the worst is what is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ...text import brief
from ..entries import Entry
from ..measure import NUMERIC
from ..measure import Comparison
from ..measure import Judged
from ..measure import Measured
from ..units import Quantity
from . import promql
from .alerting import clock
from .client import Client
from .client import Series

STEP = "1m"
NAMED = 3  # series that a message names besides the worst
DAY = 86400.0
POINTS = 11_000  # of a series, more of which a Prometheus refuses


class Point(NamedTuple):
    """One value of a series."""

    value: float
    written: str
    series: Series
    time: float


def judge(entry: Entry, client: Client) -> Judged:
    """What a query gives, held against the target."""
    assert entry.comparison is not None
    body = entry.body
    query = promql.filled(body["query"], body)
    what = brief(query, 120)
    if "over" in body:
        over, step = promql.seconds(body["over"]), promql.seconds(body.get("step", STEP))
        found = client.ranged(query, over, step)
        judged = held(entry.comparison, found, what, timed=True)
        return judged.and_also(Judged(advice=tuple(_gaps(found, over, step)))) if judged.holds else judged
    judged = held(entry.comparison, client.series(query), what)
    if judged.holds and entry.comparison.operator in ("below", "at_most"):
        judged = _capped(judged, query, client, entry.comparison)
    return judged.and_also(Judged(advice=tuple(covered(query, client)))) if judged.holds else judged


def held(comparison: Comparison, found: Sequence[Series], what: str, *, timed: bool = False) -> Judged:
    """Series against the target. NaN is no data; where that is accepted, it counts for nothing."""
    try:
        points = [Point(float(written), exact(written), series, at) for series in found for at, written in series.points]
    except ValueError as error:
        return Judged(error=f"{what} gives {brief(str(error).rpartition(': ')[2], 60)}, which is not a number")
    numbers = [point for point in points if not math.isnan(point.value)]
    missing = [point for point in points if math.isnan(point.value)]
    if not numbers:
        return comparison.judge(None, what=what)
    if endless := next((point for point in numbers if math.isinf(point.value)), None):
        return _endless(comparison, endless, f"{what}{_of(endless, timed=timed)}")
    judged = _worst(comparison, numbers, what, timed=timed)
    if missing and comparison.skip is None:
        first = missing[0]
        told = comparison.judge(None, what=f"{what}{_of(first, timed=timed)}").problems[0]
        more = f" ({len(missing)} of {len(points)} values)" if len(points) > 1 else ""
        judged = judged.and_also(Judged((told + more,)))
    return judged


def exact(written: str) -> str:
    """A value without the noise of floating point, which would make 99.99999999999999 miss 100."""
    return f"{float(written):.12g}"


def _worst(comparison: Comparison, points: Iterable[Point], what: str, *, timed: bool) -> Judged:
    far = _far(comparison)
    worst: dict[int, Point] = {}
    for point in points:
        known = worst.setdefault(id(point.series), point)
        if far(point.value) > far(known.value):
            worst[id(point.series)] = point
    ranked = sorted(worst.values(), key=lambda point: (-far(point.value), point.series.named))
    first = ranked[0]
    judged = comparison.judge(first.written, what=f"{what}{_of(first, timed=timed)}", text_too=True)
    others = [point for point in ranked[1:] if comparison.judge(point.written, what="", text_too=True).problems]
    if not judged.problems or not others:
        return judged
    names = ", ".join(point.series.named for point in others[:NAMED]) + (", ..." if len(others) > NAMED else "")
    return replace(judged, problems=(f"{judged.problems[0]}; as {len(others)} more of {len(ranked)} series: {names}",))


def _far(comparison: Comparison) -> Callable[[float], float]:
    """How much worse one value is than another."""
    if comparison.operator in NUMERIC:
        return (lambda value: value) if NUMERIC[comparison.operator][1] else (lambda value: -value)
    target: Quantity = comparison.target
    wanted = float(target.to(comparison.unit).number)
    return lambda value: abs(value - wanted)


def _of(point: Point, *, timed: bool) -> str:
    """Which series, and when."""
    where = f" of {point.series.named}" if point.series.named else ""
    return where + (f" at {clock(point.time)}" if timed else "")


def _endless(comparison: Comparison, point: Point, what: str) -> Judged:
    told = "+Inf" if point.value > 0 else "-Inf"
    unit = comparison.target.unit
    measured = Measured(comparison.operator, comparison.said, told, unit, "no number")
    why = "a division by zero, or a quantile above the last finite bucket"
    return Judged((f"{what} is {told} ({why}), {comparison.said} expected",), measured=measured)


def _capped(judged: Judged, query: str, client: Client, comparison: Comparison) -> Judged:
    """A quantile above the last finite bucket is answered with the bound of that bucket, which says nothing about how far above it is."""
    wanted = promql.quantile(query)
    if wanted is None:
        return judged
    share, buckets = wanted
    for series, bound in _overflowing(client.series(buckets), share):
        measured = judged.measured and replace(judged.measured, actual=f"above {bound}", margin="no number", actual_value=None)
        where = f" of {series.named}" if series.named else ""
        cannot = f"{brief(query, 120)}{where} is above {bound}, the last finite bucket of the histogram"
        return Judged((f"{cannot}, so nobody knows whether it is {comparison.said}: give the histogram a bucket there",), measured=measured)
    return judged


def _overflowing(buckets: Iterable[Series], share: float) -> Iterator[tuple[Series, str]]:
    """The histograms of which a quantile lies above their last finite bucket, with its bound as it is written."""
    groups: dict[tuple[tuple[str, str], ...], dict[float, tuple[str, float]]] = {}
    for series in buckets:
        labels = {key: value for key, value in series.labels.items() if key not in ("le", "__name__")}
        try:
            bound, count = float(series.labels["le"]), float(series.points[0][1])
        except (KeyError, ValueError, IndexError):
            continue
        groups.setdefault(tuple(sorted(labels.items())), {})[bound] = (series.labels["le"], count)
    for group, counts in groups.items():
        finite = [bound for bound in counts if not math.isinf(bound)]
        if finite and math.inf in counts and counts[max(finite)][1] < share * counts[math.inf][1]:
            yield Series(dict(group), ()), counts[max(finite)][0]


def covered(query: str, client: Client) -> Iterator[str]:
    """Advice where there is less data than a query of a day or more looks back on."""
    chosen, back = promql.longest(query)
    if back < DAY:
        return
    if not client.series(f"count({chosen} offset {int(back)}s)"):
        yield f"{brief(chosen, 80)} has no data from {back / DAY:g} d ago, so {brief(query, 80)} is about less than it says"


def _gaps(found: Iterable[Series], over: float, step: float) -> Iterator[str]:
    """Advice where a series has fewer points than a range holds."""
    expected = int(over / step) + 1
    for series in found:
        if len(series.points) < expected:
            yield f"only {len(series.points)} of {expected} points have data{f' of {series.named}' if series.named else ''}"
            return
