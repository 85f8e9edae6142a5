"""The API of a Prometheus, or of what speaks it: every answer is looked at before it is believed."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple
from urllib.parse import quote
from urllib.parse import urlencode
from urllib.parse import urlsplit

from ...text import brief
from .. import http
from ..entries import Surroundings
from ..entries import Target
from ..http import Answer
from ..http import NoAnswer
from ..measure import Judged
from . import promql

FORBIDDEN = {401: "name its token with token_env", 403: "its token may not ask this"}


class Refused(Exception):
    """A server understood what it was asked and says that it is wrong."""


class Series(NamedTuple):
    """One series of an answer: its labels, and its values by time as they were written."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, str], ...]

    @property
    def named(self) -> str:
        """Its labels for people, empty for one without."""
        shown = ", ".join(f'{key}="{value}"' for key, value in sorted(self.labels.items()) if key != "__name__")
        return f"{{{brief(shown, 120)}}}" if shown else ""


class Client:
    """Asks one server over one connection."""

    def __init__(self, target: Target, around: Surroundings) -> None:
        promql.needed()
        self.target = target
        self.http = http.Client(target, around)

    def close(self) -> None:
        """Give the connection back."""
        self.http.close()

    def reach(self) -> Judged:
        """Whether it answers a query, which all that speak this API can."""
        return reached(self.target, self.http, lambda: self.series("vector(1)"))

    def ask(self, path: str, deadline: float = math.inf) -> Answer:
        """One answer from below the url of the target; raises `NoAnswer`."""
        return self.http.ask(below(self.http.url, path), deadline=deadline)

    def data(self, path: str, deadline: float = math.inf, **parameters: str) -> Mapping[str, Any]:
        """What the API holds at a path; raises `NoAnswer` and `Refused`."""
        path = f"/api/v1/{path}"
        answer = self.ask(f"{path}?{urlencode(parameters, quote_via=quote)}", deadline)
        body = spoken(answer, path)
        if not isinstance(body, dict) or body.get("status") not in ("success", "error"):
            raise NoAnswer(f"answers {path} with status {answer.status} and JSON that is none of Prometheus's")
        if body["status"] == "error":
            said = f"{brief(str(body.get('errorType')), 40)}: {brief(str(body.get('error')), 200)}"
            if body.get("errorType") in ("bad_data", "execution"):
                raise Refused(said)
            raise NoAnswer(f"answers with an error ({said})")
        return mapping(body.get("data"))

    def series(self, query: str, deadline: float = math.inf) -> list[Series]:
        """What a query gives now."""
        return _series(self.data("query", deadline, query=query, timeout=f"{self.target.timeout:g}"), ("scalar", "vector"))

    def ranged(self, query: str, over: float, step: float, deadline: float = math.inf) -> list[Series]:
        """What a query gave at every step so far back, by the clock of the server."""
        end = self._now(deadline)
        times = {"start": f"{end - over:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        return _series(self.data("query_range", deadline, query=query, timeout=f"{self.target.timeout:g}", **times), ("matrix",))

    def _now(self, deadline: float) -> float:
        told = [value for series in self.series("time()", deadline) for _, value in series.points]
        try:
            return float(told[0])
        except (IndexError, ValueError):
            raise NoAnswer("does not say what time it is") from None


def reached(target: Target, client: http.Client, ask: Callable[[], object]) -> Judged:
    """Whether a target answers what it must be able to."""
    try:
        ask()
    except (NoAnswer, Refused) as error:
        return Judged((f"target {target.name} cannot be reached: {http.at(client.url)} {error}",))
    return Judged()


def below(url: str, path: str) -> str:
    """A path below the one of a url, such as ``/prometheus``."""
    return urlsplit(url).path.rstrip("/") + path


def spoken(answer: Answer, path: str) -> Any:
    """The JSON that a path is answered with; raises `NoAnswer`."""
    if answer.status in FORBIDDEN:
        raise NoAnswer(f"answers {path} with status {answer.status}: {FORBIDDEN[answer.status]}")
    data, problem = http.parsed(answer, "it")
    if problem:
        raise NoAnswer(f"answers {path} with status {answer.status} and {problem.removeprefix('it answers with ')}")
    return data


def mapping(data: Any) -> Mapping[str, Any]:
    """What must be a mapping; raises `NoAnswer`."""
    if not isinstance(data, dict):
        raise NoAnswer(f"answers with a {type(data).__name__} where the API has an object")
    return data


def listed(data: Any) -> list[Mapping[str, Any]]:
    """What must be a list of mappings; raises `NoAnswer`."""
    if not isinstance(data, list):
        raise NoAnswer(f"answers with a {type(data).__name__} where the API has a list")
    return [mapping(one) for one in data]


def labels(data: Any) -> Mapping[str, str]:
    """What must be labels; raises `NoAnswer`."""
    return {str(key): str(value) for key, value in mapping(data).items()}


def _series(data: Mapping[str, Any], kinds: tuple[str, ...]) -> list[Series]:
    kind, result = data.get("resultType"), data.get("result")
    if kind == "string":
        raise Refused("the query gives a text, not a number")
    if kind not in kinds:
        raise NoAnswer(f"answers with a result of type {brief(str(kind), 40)}, {' or '.join(kinds)} expected")
    if kind == "scalar":
        return [Series({}, (_point(result),))]
    return [Series(labels(one.get("metric", {})), tuple(map(_point, _values(one, kind)))) for one in listed(result)]


def _values(one: Mapping[str, Any], kind: str) -> Sequence[Any]:
    if kind == "vector":
        return (one.get("value"),)
    values = one.get("values", [])  # a series of native histograms has none
    if not isinstance(values, list):
        raise NoAnswer("answers with points that are no list")
    return values


def _point(data: Any) -> tuple[float, str]:
    if not isinstance(data, list) or len(data) != 2 or isinstance(data[0], bool) or not isinstance(data[0], (int, float)):
        raise NoAnswer("answers with a point that is not a time and a value")
    return data[0], str(data[1])
