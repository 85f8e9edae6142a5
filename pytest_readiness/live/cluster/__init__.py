"""A cluster, through kubectl and a context of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ...project import Project
from ..entries import Client
from ..entries import Entry
from ..entries import Kind
from ..entries import Surroundings
from ..entries import Target
from ..measure import OPERATORS
from ..measure import Judged
from ..query import compiled
from ..reading import Reading

MEASURES = frozenset(("workloads", "applications", "backups", "cronjobs"))
ASKS = frozenset(("crds", "drift", "service_accounts", "can_i", "cannot_i", "analysis_runs"))
OF_REPOSITORY = frozenset(("environment", "manifests"))
MAX_SIZE = 16 * 2**20  # objects are long, and kubectl prints what they have been through
EVERYWHERE = "*"
# secrets that programs which log in take from the environment, and might repeat
SECRETS = frozenset(
    (
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AZURE_CLIENT_SECRET",
        "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET",
        "DIGITALOCEAN_ACCESS_TOKEN",
    )
)


# -- what can be wrong with a declaration


def _read(read: Reading) -> None:
    whole = read.whole
    measured = sorted(MEASURES & whole.keys())
    if len(measured) > 1:
        read.wrong(f"a check measures one of {' and '.join(measured)}: declare two checks", measured[1])
    for key in measured[:1]:
        _NUMBERS[key](read)
    _beside(read)
    if "service_accounts" in whole and not {"can_i", "cannot_i"} & whole.keys():
        whole["cannot_i"] = ["* *"]
    if "Secret" in whole.get("drift", ()):
        read.wrong("secrets are not compared: whoever may list them may read them", "drift")
    _one_namespace(read)


def _beside(read: Reading) -> None:
    """What says nothing to what is asked is a mistake, since nobody would miss it."""
    whole, body = read.whole, read.body
    asked = (MEASURES | ASKS) & whole.keys()
    looks = bool({"drift", "workloads"} & asked) or whole.get("service_accounts") == "declared"
    counts = bool(MEASURES & asked) or bool({"drift", "analysis_runs"} & asked) or whole.get("service_accounts") == "declared"
    for key, fits, why in (
        ("count", "workloads" in asked, "count is about workloads"),
        ("backups_of", "backups" in asked, "backups_of is about backups"),
        ("environment", looks, "only workloads, drift and service_accounts: declared look into the repository"),
        ("manifests", looks, "only workloads, drift and service_accounts: declared look into the repository"),
        ("namespace", bool(asked - {"crds"}), "definitions stand in no namespace"),
        ("on_no_data", counts, "on_no_data is about what may not be there"),
        ("unit", False, "what is measured of a cluster has its unit"),
    ):
        if key in body and not fits:
            read.wrong(why, key)


def _workloads(read: Reading) -> None:
    whole = read.whole
    _operators(read, "workloads", "at_least")
    if whole.get("count") == "workloads":
        if "at_least" not in read.body and not _is_share(whole.get("at_least")):
            whole["at_least"] = "100%" if whole["workloads"] == "all" else len(whole["workloads"])
        whole["unit"] = "ratio" if _is_share(whole.get("at_least")) else ""
    elif not any(operator in read.body for operator in OPERATORS):  # of all there are, some may be scaled to none on purpose
        whole["at_least"] = 0 if whole["workloads"] == "all" else 1
        whole["unit"] = ""


def _is_share(target: object) -> bool:
    return isinstance(target, str) and target.rstrip().endswith(("%", "ratio"))


def _applications(read: Reading) -> None:
    _operators(read, "applications", "at_most", "below", "equals")
    if not any(operator in read.whole for operator in OPERATORS):
        read.whole["equals"] = 0


def _ages(key: str, read: Reading) -> None:
    _operators(read, key, "at_most", "below")
    read.whole["unit"] = "s"
    written = read.whole.get("backups")
    if isinstance(written, Mapping):
        if written["kind"].partition(".")[0] in ("secret", "secrets"):
            read.wrong("secrets are not read: what they hold would be shown", key)
        for part in ("phase", "time", "each"):
            if part in written:
                read.attempt(partial(compiled, "json", written[part]), key)


_NUMBERS: Mapping[str, Callable[[Reading], None]] = {
    "workloads": _workloads,
    "applications": _applications,
    "backups": partial(_ages, "backups"),
    "cronjobs": partial(_ages, "cronjobs"),
}


def _operators(read: Reading, key: str, *sensible: str) -> None:
    for operator in OPERATORS:
        if operator in read.whole and operator not in sensible:
            read.wrong(f"{key} are compared with {' or '.join(sensible)}, not {operator}", operator)


def _one_namespace(read: Reading) -> None:
    """What names no namespace of its own must be asked in one."""
    places = read.whole.get("namespace", (read.target.options.get("namespace", "") if read.target else ""))
    several = places == EVERYWHERE or (not isinstance(places, str) and len(places) != 1)
    bare = [name for name in read.whole.get("workloads", ()) if name.count("/") == 1] if read.whole.get("workloads") != "all" else []
    if bare and several:
        read.wrong(f"{bare[0]}: say in which namespace, as in {bare[0].replace('/', '/NAMESPACE/')}", "workloads")
    if {"can_i", "cannot_i"} & read.whole.keys() and "namespace" in read.body and not isinstance(places, str):
        read.wrong("permissions are asked of one namespace, or of all with '*'", "namespace")


def _defaults(stated: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whoever says what is asked says all of it."""
    if not (MEASURES | ASKS) & body.keys():
        return stated
    kept = {key: value for key, value in stated.items() if key not in MEASURES | ASKS}
    return kept if "workloads" in body else {key: value for key, value in kept.items() if key != "count"}


def _expand(entry: Entry, _: Project) -> Iterator[Entry]:
    """Workloads that are listed are a check each, beside what else is asked."""
    body = entry.body
    if body.get("workloads", "all") == "all" or body.get("count") == "workloads":
        yield entry
        return
    for name in body["workloads"]:
        own = {key: value for key, value in body.items() if key not in ASKS}
        yield replace(entry, name=f"{entry.name}/{name}", body={**own, "workloads": [name]})
    if ASKS & body.keys():
        yield replace(entry, body={key: value for key, value in body.items() if key not in MEASURES}, comparison=None)


# -- what is asked


def _open(target: Target, around: Surroundings) -> Client:
    from . import client

    return client.Client(target, around)


def _prepare(entry: Entry, project: Project) -> Mapping[str, Any]:
    from . import access
    from . import drift
    from . import repository

    found: dict[str, Any] = {}
    if "drift" in entry.body:
        found["drift"] = drift.prepare(entry, project)
    if "service_accounts" in entry.body:
        found["service_accounts"] = access.prepare(entry, project)
    if "workloads" in entry.body and OF_REPOSITORY & entry.body.keys():
        found["workloads"] = repository.minimums(entry, project)
    return found


def _ask(entry: Entry, client: Any) -> Judged:
    """All that is declared of a check; what the cluster refuses to one question does not hide another."""
    from . import access
    from . import drift
    from . import states
    from . import workloads
    from .client import Trouble

    prepared, body = entry.prepared, entry.body
    questions: tuple[tuple[str, Callable[[], Judged]], ...] = (
        ("workloads", lambda: workloads.judge(entry, prepared.get("workloads", {}), client)),
        ("applications", lambda: states.applications(entry, client)),
        ("backups", lambda: states.backups(entry, client)),
        ("cronjobs", lambda: states.cronjobs(entry, client)),
        ("crds", lambda: states.definitions(body["crds"], client)),
        ("drift", lambda: drift.judge(entry, prepared["drift"], client)),
        ("can_i" if "can_i" in body else "cannot_i", lambda: access.judge(entry, prepared.get("service_accounts", ()), client)),
        ("analysis_runs", lambda: states.analyses(entry, client)),
    )
    client.about(entry)
    judged = Judged()
    for key, ask in questions:
        if key in body:
            try:
                judged = judged.and_also(ask())
            except Trouble as trouble:
                judged = judged.and_also(trouble.judged)
    return judged


def _address(context: str) -> str | None:
    return None if re.fullmatch(r"[^\s\x00-\x1f]{1,253}", context) else f"{context!r} is not the name of a context"


KIND = Kind(
    "cluster",
    _open,
    _ask,
    asks=ASKS,
    measures=MEASURES,
    further=frozenset(("namespace", "count", "backups_of", "on_no_data")) | OF_REPOSITORY,
    options=frozenset(("namespace", "kubeconfig")),
    modules=(f"{__name__}.*",),
    max_size=MAX_SIZE,
    variables=SECRETS,
    address=_address,
    read=_read,
    defaults=_defaults,
    expand=_expand,
    prepare=_prepare,
)
