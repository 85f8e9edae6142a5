"""An Alertmanager: whether it is ready, which alerts it holds, and who silenced what until when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from ..text import brief
from .entries import Entry
from .entries import Kind
from .http import NoAnswer
from .measure import Judged
from .prometheus import only_numbers
from .prometheus.alerting import clock
from .prometheus.alerting import concerns
from .prometheus.alerting import counted
from .prometheus.alerting import fires
from .prometheus.alerting import values
from .prometheus.client import Api
from .prometheus.client import address
from .prometheus.client import labels
from .prometheus.client import listed
from .prometheus.client import mapping
from .reading import Reading

_WORDS = re.compile(r"\^?\(?[A-Za-z0-9_ |:/-]*\)?\$?").fullmatch


class Client(Api):
    """Asks an Alertmanager."""

    def greet(self) -> None:
        """Its status."""
        mapping(self.data("status"))

    def data(self, path: str, **parameters: str) -> Any:
        """What the API holds at a path; raises `NoAnswer`."""
        path = f"/api/v2/{path}"
        status, data = self.spoken(path, **parameters)
        if status != 200:
            raise NoAnswer(f"answers {path} with status {status}: {brief(str(data), 160)}")
        return data


def _ask(entry: Entry, client: Client) -> Judged:
    try:
        if "ready" in entry.body:
            return client.ready()
        told = [*_firing(entry, client), *_silenced(entry, client)]
    except NoAnswer as error:
        return Judged((f"{client.at} {error}",))
    what = " and ".join({"firing": "alerts that fire", "silences": "silences"}[key] for key in ("firing", "silences") if key in entry.body)
    return counted(entry, len(told), told, f"the number of {what}")


def _firing(entry: Entry, client: Client) -> Iterator[str]:
    """Alerts that fire; what a silence or an inhibition suppresses is not among them."""
    if "firing" not in entry.body:
        return
    for alert in listed(client.data("alerts", silenced="false", inhibited="false")):
        state = mapping(alert.get("status")).get("state")
        found = labels(alert.get("labels"))
        if state != "suppressed" and concerns(found, entry.body["firing"], entry.body.get("allow", ())):
            yield fires(found, alert.get("startsAt"))


def _silenced(entry: Entry, client: Client) -> Iterator[str]:
    """Active silences that do not rule out alerts with these labels."""
    if "silences" not in entry.body:
        return
    for silence in listed(client.data("silences")):
        matchers = listed(silence.get("matchers"))
        active = mapping(silence.get("status")).get("state") == "active"
        if active and not _allowed(silence, matchers, entry.body.get("allow", ())) and _may_hide(matchers, entry.body["silences"]):
            yield _told(silence, matchers)


def _allowed(silence: Mapping[str, Any], matchers: Iterable[Mapping[str, Any]], allow: Sequence[str]) -> bool:
    """Whether it is allowed by its id, or because it is about one alert that is."""
    return silence.get("id") in allow or any(
        matcher.get("name") == "alertname" and _sign(matcher) == "=" and matcher.get("value") in allow for matcher in matchers
    )


def _may_hide(matchers: Iterable[Mapping[str, Any]], wanted: Mapping[str, Any]) -> bool:
    """Whether no matcher keeps it from hiding an alert with these labels. What it says nothing about, it hides."""
    return not any(
        matcher.get("name") == label and not any(_matches(matcher, value) for value in values(written))
        for matcher in matchers
        for label, written in wanted.items()
    )


def _matches(matcher: Mapping[str, Any], value: str) -> bool:
    """Whether a matcher fits a value; one whose pattern is more than words may."""
    wanted = str(matcher.get("value"))
    if matcher.get("isRegex"):
        if _WORDS(wanted) is None:  # not tried: a pattern of somebody else's may take for ever
            return True
        equal = value in wanted.removeprefix("^").removesuffix("$").removeprefix("(").removesuffix(")").split("|")
    else:
        equal = value == wanted
    return equal == bool(matcher.get("isEqual", True))


def _sign(matcher: Mapping[str, Any]) -> str:
    return {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}[
        bool(matcher.get("isRegex")), bool(matcher.get("isEqual", True))
    ]


def _told(silence: Mapping[str, Any], matchers: Iterable[Mapping[str, Any]]) -> str:
    what = ", ".join(f'{matcher.get("name")}{_sign(matcher)}"{matcher.get("value")}"' for matcher in matchers)
    who, why = brief(str(silence.get("createdBy") or "nobody"), 60), brief(str(silence.get("comment") or "no reason"), 80)
    return f"{{{brief(what, 120)}}} is silenced by {who} until {clock(silence.get('endsAt'))} ({why}; {silence.get('id')})"


def _defaults(defaults: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a check says it is about replaces what its rule says of that."""
    return {key: value for key, value in defaults.items() if key not in ABOUT} if ABOUT & body.keys() else defaults


def _read(read: Reading) -> None:
    if "ready" in read.whole:
        for key in sorted(read.body.keys() & (ABOUT | {"allow"}) - {"ready"}):
            read.wrong(f"{key} does not go with ready", key)
    only_numbers(read)
    if "unit" in read.body:
        read.wrong("unit: what is counted has none", "unit")


ABOUT = frozenset(("ready", "firing", "silences"))
KIND = Kind(
    "alertmanager",
    Client,
    _ask,
    asks=frozenset(("ready",)),
    measures=ABOUT - {"ready"},
    further=frozenset(("allow",)),
    modules=("httpx",),
    web=True,
    address=address,
    read=_read,
    defaults=_defaults,
)
