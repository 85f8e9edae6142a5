"""Who may do what: service accounts that must exist, and what they (or we) must and must not be allowed."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from ...project import Project
from ..entries import Entry
from ..measure import Judged
from .client import Client
from .drift import count
from .repository import Thing
from .repository import declared
from .repository import undeclared
from .values import namespaces
from .values import text


def prepare(entry: Entry, project: Project) -> list[Thing]:
    """The accounts that the repository declares, where these are meant."""
    return declared(entry, project, ("ServiceAccount",)) if entry.body.get("service_accounts") == "declared" else []


def judge(entry: Entry, things: Sequence[Thing], client: Client) -> Judged:
    """Ask for each account whether it is there, and what it may."""
    if "service_accounts" not in entry.body:
        place = namespaces(entry, client)[0]
        return Judged(tuple(_problems(entry, client, "", place, "whoever runs this")))
    problems: list[str] = []
    active = 0
    accounts = list(_accounts(entry, things, client))
    if not accounts:
        return Judged() if "drift" in entry.body else undeclared(entry, ("ServiceAccount",))
    for namespace, name, place in accounts:
        if not any(text(item, "metadata", "name") == name for item in client.list("serviceaccounts", namespace)):
            if not place:
                problems.append(f"ServiceAccount/{namespace}/{name} is not in the cluster")
            elif "ServiceAccount" not in entry.body.get("drift", ()):  # which says so
                problems.append(f"ServiceAccount/{namespace}/{name} is not in the cluster, {place} declares it")
            continue
        active += 1
        account = f"system:serviceaccount:{namespace}:{name}"
        where = entry.body.get("namespace", namespace)
        problems += _problems(entry, client, account, where, f"ServiceAccount/{namespace}/{name}")
    return Judged(tuple(problems), measured=count(active, len(accounts)).measured)


def _accounts(entry: Entry, things: Sequence[Thing], client: Client) -> Iterator[tuple[str, str, str]]:
    """Namespace, name and place of the accounts that are meant."""
    if entry.body["service_accounts"] != "declared":
        for written in entry.body["service_accounts"]:
            namespace, _, name = written.partition("/")
            yield namespace, name, ""
        return
    for thing in things:
        yield thing.namespace or namespaces(entry, client)[0] or "default", thing.name, thing.place


def _problems(entry: Entry, client: Client, account: str, where: str, who: str) -> Iterator[str]:
    for key, wanted in (("can_i", True), ("cannot_i", False)):
        for asked in entry.body.get(key, ()):
            verb, _, resource = asked.partition(" ")
            if client.may(verb, resource, account, where) is not wanted:
                yield f"{who} may {'not ' if wanted else ''}{_said(verb, resource)}" + (
                    f" in namespace {where}" if where not in ("", "*") else ""
                )


def _said(verb: str, resource: str) -> str:
    return "do everything" if (verb, resource) == ("*", "*") else f"{verb} {resource}"
