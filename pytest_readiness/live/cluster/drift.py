"""Drift: what the repository declares against what is in the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from ...formats.kubernetes.objects import entries
from ...formats.kubernetes.objects import items
from ...project import Project
from ...text import brief
from ..entries import Entry
from ..measure import Comparison
from ..measure import Judged
from ..units import quantity
from .client import ALL
from .client import Client
from .client import Item
from .repository import Thing
from .repository import declared
from .repository import undeclared
from .values import namespaces
from .values import text

POLICY = "networking.k8s.io/NetworkPolicy"
# what a cluster makes by itself in every namespace
OWN = frozenset(
    (("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt"), ("ConfigMap", "openshift-service-ca.crt"), ("Service", "kubernetes"))
)
Rules = frozenset[str]


def prepare(entry: Entry, project: Project) -> list[Thing]:
    """What is declared, and what its network policies say."""
    things = declared(entry, project, entry.body["drift"])
    return [thing._replace(says=policy(thing.object.body.get("spec"))) if thing.id == POLICY else thing for thing in things]


def judge(entry: Entry, things: Sequence[Thing], client: Client) -> Judged:
    """Every declared object must be in the cluster; of a network policy, what it says as well."""
    if not things:
        return undeclared(entry, entry.body["drift"])
    usual = namespaces(entry, client)
    problems: list[str] = []
    advice: list[str] = []
    active = 0
    for id in dict.fromkeys(thing.id for thing in things):
        found, extra = _compare([thing for thing in things if thing.id == id], id, usual, client)
        active += sum(thing.id == id for thing in things) - len(found)
        problems += found
        advice += extra
    return Judged(tuple(problems), measured=count(active, len(things)).measured, advice=tuple(advice))


def count(active: int, all: int) -> Judged:
    """So many of those declared are there."""
    return Comparison("at_least", quantity(all)).judge(active, what="active")


def _compare(things: Sequence[Thing], id: str, usual: tuple[str, ...], client: Client) -> tuple[list[str], list[str]]:
    group, _, kind = id.rpartition("/")
    resource = f"{kind}.{group}" if group else kind
    live = {place: client.list(resource, place) for place in dict.fromkeys(place for thing in things for place in _places(thing, usual))}
    problems: list[str] = []
    met: set[tuple[str, str]] = set()
    for thing in things:
        item = next((item for place in _places(thing, usual) for item in live[place] if _is_the_same(thing, item)), None)
        if item is None:
            problems.append(f"{thing.called} is not in the cluster, {thing.place} declares it")
            continue
        met.add(_key(item))
        if thing.says and (differences := "; ".join(_differences(thing.says, policy(item.get("spec"))))):
            problems.append(f"{thing.called} is not as {thing.place} declares it: {differences}")
    return problems, list(_extra(kind, [item for items in live.values() for item in items if _key(item) not in met]))


def _places(thing: Thing, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Where a declared object is looked for."""
    return usual if thing.namespace is None or (ALL in usual and thing.namespace) else (thing.namespace,)


def _key(item: Item) -> tuple[str, str]:
    return text(item, "metadata", "namespace"), text(item, "metadata", "name")


def _is_the_same(thing: Thing, item: Item) -> bool:
    namespace, name = _key(item)
    return name == thing.name and (thing.namespace is None or namespace in ("", thing.namespace))


def _extra(kind: str, items: Iterable[Item]) -> Iterator[str]:
    """What nobody declares; what belongs to the whole cluster is not of this repository alone."""
    if names := sorted({"/".join(_key(item)) for item in items if _key(item)[0] and not _is_made(kind, item)}):
        yield f"{kind} that the repository does not declare: {brief(', '.join(names), 200)}"


def _is_made(kind: str, item: Item) -> bool:
    """Whether the cluster or a controller made it, not a person."""
    metadata = entries(item.get("metadata"))
    return (kind, text(item, "metadata", "name")) in OWN or bool(metadata.get("ownerReferences"))


# -- network policies


def policy(spec: Any) -> dict[str, Rules]:
    """What a network policy says, whatever way it is written: defaults filled in, order left out."""
    spec = entries(spec)
    types = items(spec.get("policyTypes")) or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    said: dict[str, Rules] = {
        "podSelector": frozenset((_written(_selector(spec.get("podSelector"))),)),
        "policyTypes": frozenset(map(str, types)),
    }
    for type, key, peers in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
        rules = items(spec.get(key)) if type in types else ()
        said[key] = frozenset(_written(_rule(rule, peers)) for rule in rules)
    return said


def _rule(rule: Any, peers: str) -> dict[str, Any]:
    """A rule; without peers it is for all of them, without ports for every port."""
    said = {
        peers: sorted(_written(_peer(peer)) for peer in items(entries(rule).get(peers))),
        "ports": sorted(_written(_port(port)) for port in items(entries(rule).get("ports"))),
    }
    return {key: [json.loads(one) for one in value] for key, value in said.items() if value}


def _peer(peer: Any) -> dict[str, Any]:
    """A peer; an empty selector picks all, a missing one says nothing."""
    peer = entries(peer)
    said: dict[str, Any] = {key: _selector(peer[key]) for key in ("podSelector", "namespaceSelector") if peer.get(key) is not None}
    if peer.get("ipBlock") is not None:
        block = entries(peer["ipBlock"])
        said["ipBlock"] = {
            "cidr": block.get("cidr"),
            **({"except": sorted(map(str, items(block["except"])))} if block.get("except") else {}),
        }
    return said


def _port(port: Any) -> dict[str, Any]:
    return {"protocol": "TCP", **{key: value for key, value in entries(port).items() if value is not None}}


def _selector(selector: Any) -> dict[str, Any]:
    """A selector without its empty parts; the order of what an expression names does not count."""
    selector = entries(selector)
    labels = dict(entries(selector.get("matchLabels")))
    expressions = []
    for expression in items(selector.get("matchExpressions")):
        said = {key: value for key, value in entries(expression).items() if value not in (None, [])}
        if isinstance(said.get("values"), list):
            said["values"] = sorted(map(str, said["values"]))
        expressions.append(_written(said))
    return {
        **({"matchLabels": labels} if labels else {}),
        **({"matchExpressions": [json.loads(one) for one in sorted(expressions)]} if expressions else {}),
    }


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=_touch)


def _touch(value: Any) -> str:
    return str(value)  # raises for an unknown one


def _differences(wanted: dict[str, Rules], live: dict[str, Rules]) -> Iterator[str]:
    for key, rules in wanted.items():
        found = live[key]
        if key in ("podSelector", "policyTypes"):
            if rules != found:
                yield f"{key} is {_listed(found)}, not {_listed(rules)}"
            continue
        if missing := rules - found:
            yield f"{key} {_listed(missing)} is missing"
        if more := found - rules:
            yield f"{key} {_listed(more)} is in the cluster alone"


def _listed(rules: Iterable[str]) -> str:
    return brief(", ".join(sorted(rules)), 120)
