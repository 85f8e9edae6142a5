"""A Prometheus, or what speaks its API: what its checks may say, and how each is asked."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from ...project import Project
from ..entries import Entry
from ..entries import Kind
from ..http import NoAnswer
from ..measure import Judged
from ..reading import Reading
from ..units import quantity
from . import alerting
from . import promql
from . import queries
from . import slo
from .client import Client
from .client import Refused
from .client import address
from .repository import alerts

# what a check is about -> the keys that go with it
ABOUT: dict[str, frozenset[str]] = {
    "query": frozenset(("metric", "selector", "window", "over", "step", "unit")),
    "slo": frozenset(("metric", "selector", "window", "measure", "burn_rates")),
    "targets": frozenset(),
    "rules": frozenset(("alerts",)),
    "alerts": frozenset(("rules",)),
    "firing": frozenset(("allow",)),
    "ready": frozenset(),
}
OWN = frozenset((*ABOUT, *(key for keys in ABOUT.values() for key in keys)))
BURN = {"measure": "burn", "window": "1h", "burn_rates": slo.BURN_RATES, "below": 1}
BUDGET = {"measure": "budget", "at_least": "0%"}


def _ask(entry: Entry, client: Client) -> Judged:
    ask = next(ask for key, ask in ASKED.items() if key in entry.body)
    try:
        return ask(entry, client)
    except NoAnswer as error:
        return Judged((f"{client.at} {error}",))
    except Refused as error:
        return Judged(error=f"{client.at} refuses what it is asked: {error}")


ASKED: Mapping[str, Callable[[Entry, Client], Judged]] = {
    "ready": lambda _, client: client.ready(),
    "query": queries.judge,
    "slo": slo.judge,
    "targets": alerting.targets,
    "firing": alerting.firing,
    "rules": alerting.loaded,
    "alerts": alerting.loaded,
}


# -- what is declared


def _defaults(defaults: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a check says it is about replaces all that its rule says of that; an objective brings what is measured of it."""
    own = [key for key in ABOUT if key in body]
    if own:
        defaults = {key: value for key, value in defaults.items() if key not in OWN}
    if "slo" in own or (not own and "slo" in defaults):
        budget = body.get("measure", "budget" if "at_least" in defaults else "burn") == "budget"
        defaults = {**{key: value for key, value in defaults.items() if key in ("slo", *slo.OF_CHECK)}, **(BUDGET if budget else BURN)}
    return defaults


def _read(read: Reading) -> None:
    whole, body = read.whole, read.body
    about = [key for key in ABOUT if key in whole]
    if len(set(about) - {"alerts"} if "rules" in about else about) > 1:
        read.wrong(f"a check is about one thing, not {' and '.join(about)}", next((key for key in about if key in body), ""))
        return
    if not about:
        return
    for key in OWN & body.keys() - ABOUT[about[0]] - {about[0]}:
        read.wrong(f"{key} does not go with {about[0]}", key)
    only_numbers(read)
    if "selector" in whole:
        found = read.attempt(lambda: promql.selector(whole["selector"]), "selector")
        if found is None:
            return
        whole["selector"] = found
    if about[0] == "query":
        _read_query(read)
    elif about[0] == "slo":
        whole["unit"] = "ratio" if whole["measure"] == "budget" else ""
        slo.read(read)
        for key in ("window", "burn_rates") if whole["measure"] == "budget" else ():
            if key in body:
                read.wrong(f"{key} is about the burn rate, not about the budget", key)


def _read_query(read: Reading) -> None:
    whole, body = read.whole, read.body
    wanted = promql.places(whole["query"])
    for key in promql.PLACES:
        if key in wanted and key not in whole:
            read.wrong(f"{key} is missing: the query is {whole['query']}", "query")
        elif key in body and key not in wanted:
            read.wrong(f"{key}: the query has no {{{key}}} that it could fill", key)
    if wanted <= whole.keys():
        read.attempt(lambda: promql.parsed(promql.filled(whole["query"], whole)), "query")
    if "step" in body and "over" not in body:
        read.wrong("step is that of a range query: say how far back with over", "step")
    if "over" in whole and promql.seconds(whole["over"]) / (promql.seconds(whole.get("step", queries.STEP)) or 1e-9) > queries.POINTS:
        read.wrong(f"over: more than {queries.POINTS} points, which no Prometheus answers: make the step longer", "over")


def only_numbers(read: Reading) -> None:
    """Say that what is measured is a number, where it is to be a text."""
    key = "matches" if "matches" in read.whole else "equals"
    if key in read.whole and (key == "matches" or not _is_number(read.whole[key])):
        read.wrong(f"{key}: a number is measured, which {read.whole[key]!r} cannot be compared with", key if key in read.body else "rule")


def _is_number(written: Any) -> bool:
    try:
        quantity(written)
    except ValueError:
        return False
    return True


def _prepare(entry: Entry, project: Project) -> Any:
    """What a check needs of the repository: its alerts by their place, or an objective."""
    if "slo" in entry.body:
        return slo.prepared(entry, project)
    found = alerts(project, entry.body["rules"], entry.span) if "rules" in entry.body else {}
    return {**found, **{name: found.get(name, "") for name in entry.body.get("alerts", ())}}


KIND = Kind(
    "prometheus",
    Client,
    _ask,
    asks=frozenset(("ready",)),
    measures=frozenset(ABOUT) - {"ready"},
    further=OWN - frozenset(ABOUT),
    modules=("httpx", "promql_parser"),
    web=True,
    address=address,
    read=_read,
    defaults=_defaults,
    prepare=_prepare,
)
