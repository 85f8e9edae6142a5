"""The API of a Prometheus, or of what speaks it: every answer is looked at before it is believed."""

from __future__ import annotations

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


class Api:
    """A server that speaks JSON below the url of its target."""

    def __init__(self, target: Target, around: Surroundings) -> None:
        self.target = target
        self._http = http.Client(target, around)
        self.at = http.at(self._http.url)
        self._path = urlsplit(self._http.url).path.rstrip("/")

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def begin(self, seconds: float) -> None:
        """What is asked from here on may take so long in all."""
        self._http.begin(seconds)

    def reach(self) -> Judged:
        """Whether it answers what all that speak its API can."""
        try:
            self.greet()
        except (NoAnswer, Refused) as error:
            return Judged((f"target {self.target.name} cannot be reached: {self.at} {error}",))
        return Judged()

    def greet(self) -> None:
        """Ask what is always answered; raises `NoAnswer` and `Refused`."""
        raise NotImplementedError

    def ready(self) -> Judged:
        """Whether it says that it is ready; raises `NoAnswer`."""
        answer = self._ask("/-/ready")
        if answer.status != 200:
            return Judged((f"/-/ready answers with status {answer.status}, 200 expected",))
        return Judged()

    def spoken(self, path: str, **parameters: str) -> tuple[int, Any]:
        """The status and the JSON that a path is answered with; raises `NoAnswer`."""
        answer = self._ask(f"{path}?{urlencode(parameters, quote_via=quote)}" if parameters else path)
        if answer.status in FORBIDDEN:
            raise NoAnswer(f"answers {path} with status {answer.status}: {FORBIDDEN[answer.status]}")
        data, problem = http.parsed(answer, "it")
        if problem:
            raise NoAnswer(f"answers {path} with status {answer.status} and {problem.removeprefix('it answers with ')}")
        return answer.status, data

    def _ask(self, path: str) -> Answer:
        return self._http.ask(self._path + path)


class Client(Api):
    """Asks a Prometheus."""

    def __init__(self, target: Target, around: Surroundings) -> None:
        promql.needed()
        super().__init__(target, around)

    def greet(self) -> None:
        """A query, since not all that speak this API have more."""
        self.series("vector(1)")

    def data(self, path: str, **parameters: str) -> Mapping[str, Any]:
        """What the API holds at a path; raises `NoAnswer` and `Refused`."""
        path = f"/api/v1/{path}"
        status, body = self.spoken(path, **parameters)
        if not isinstance(body, dict) or body.get("status") not in ("success", "error"):
            raise NoAnswer(f"answers {path} with status {status} and JSON that is none of Prometheus's")
        if body["status"] == "error":
            said = f"{brief(str(body.get('errorType')), 40)}: {brief(str(body.get('error')), 200)}"
            if body.get("errorType") in ("bad_data", "execution"):
                raise Refused(said)
            raise NoAnswer(f"answers with an error ({said})")
        return mapping(body.get("data"))

    def series(self, query: str) -> list[Series]:
        """What a query gives now."""
        return _series(self.data("query", query=query, timeout=f"{self.target.timeout:g}"), ("scalar", "vector"))

    def ranged(self, query: str, over: float, step: float) -> list[Series]:
        """What a query gave at every step so far back, by the clock of the server."""
        end = self._now()
        times = {"start": f"{end - over:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        return _series(self.data("query_range", query=query, timeout=f"{self.target.timeout:g}", **times), ("matrix",))

    def _now(self) -> float:
        told = [value for series in self.series("time()") for _, value in series.points]
        try:
            return float(told[0])
        except (IndexError, ValueError):
            raise NoAnswer("does not say what time it is") from None


def address(url: str) -> str | None:
    """What is wrong with a url below which an API is asked."""
    return http.address(url) or (f"{url!r} has a query, which would not be sent" if urlsplit(url).query else None)


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
