"""Firewall rules of the three clouds in one form: which ports are open to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...model import Span
from ...unknown import Unresolved
from ...unknown import is_unknown
from .blocks import Block
from .blocks import Section
from .settings import as_number
from .settings import is_true
from .values import options

WORLD = frozenset(("0.0.0.0/0", "::/0", "::0", "*", "internet", "any", "0.0.0.0", "0000:0000:0000:0000:0000:0000:0000:0000/0"))  # noqa: S104 - what is looked for
TYPES = frozenset(
    (
        "aws_security_group",
        "aws_default_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "google_compute_firewall",
        "azurerm_network_security_rule",
        "azurerm_network_security_group",
    )
)
EVERY = (0, 65535)
_Part = Block | Section


@dataclass(frozen=True, eq=False)
class Opening:
    """Ingress that a rule allows: the sources, and the ports of TCP or of everything."""

    sources: tuple[Any, ...]
    ports: Any
    protocol: Any
    span: Span

    def reaches(self, wanted: frozenset[int]) -> list[int]:
        """Which of the ports are open; raises `Unresolved` where that is not known."""
        protocol = str(self.protocol).lower()
        if protocol in ("-1", "all", "*", "any", ""):
            return sorted(wanted) if protocol in ("-1", "all") or self.ports is None else self._of(wanted)
        return self._of(wanted) if protocol in ("tcp", "6") else []

    def _of(self, wanted: frozenset[int]) -> list[int]:
        if self.ports is None:
            return sorted(wanted)
        found: set[int] = set()
        for low, high in self.ports:
            found.update(port for port in wanted if low <= port <= high)
        return sorted(found)

    def to_the_world(self) -> bool:
        """Whether anybody may use it; raises `Unresolved` where that is not known."""
        unknown = None
        for source in self.sources:
            for value in options(source):
                try:
                    for item in value if isinstance(value, list) else (value,):
                        if not is_unknown(item) and str(item).lower() in WORLD:
                            return True
                        unknown = item if is_unknown(item) else unknown
                except Unresolved:
                    unknown = value
        if unknown is not None:
            raise Unresolved(unknown.source)
        return False


def openings(block: Block) -> Iterator[Opening]:
    """The ingress that a firewall resource allows, in each of its instances."""
    for one in block.each:
        yield from _openings(one)


def _openings(block: Block) -> Iterator[Opening]:
    if block.type in ("aws_security_group", "aws_default_security_group"):
        for part in block.blocks("ingress"):
            yield _aws(part, "protocol", ("cidr_blocks", "ipv6_cidr_blocks"))
    elif block.type == "aws_security_group_rule":
        if block.get("type") == "ingress":
            yield _aws(block, "protocol", ("cidr_blocks", "ipv6_cidr_blocks"))
    elif block.type == "aws_vpc_security_group_ingress_rule":
        yield _aws(block, "ip_protocol", ("cidr_ipv4", "cidr_ipv6"))
    elif block.type == "google_compute_firewall":
        yield from _google(block)
    elif block.type == "azurerm_network_security_rule":
        yield from _azure(block)
    elif block.type == "azurerm_network_security_group":
        for part in block.blocks("security_rule"):
            yield from _azure(part)


def _written(part: _Part, *names: str) -> tuple[tuple[Any, ...], Span]:
    values = [(part.get(name), part.at(name)) for name in names if part.get(name) is not None]
    return tuple(value for value, _ in values), values[0][1] if values else part.span


def _aws(part: _Part, protocol: str, names: tuple[str, ...]) -> Opening:
    sources, span = _written(part, *names)
    low, high, kind = part.get("from_port"), part.get("to_port"), part.get(protocol)
    if low is None or high is None:
        ports: Any = None if not is_unknown(kind) and str(kind) == "-1" else ()
    elif is_unknown(low) or is_unknown(high):
        ports = low if is_unknown(low) else high
    else:
        ports = None if as_number(low) < 0 else ((int(as_number(low)), int(as_number(high))),)
    return Opening(sources, ports, "tcp" if kind is None else kind, span)


def _google(block: Block) -> Iterator[Opening]:
    direction, disabled = block.get("direction"), block.get("disabled")
    if (direction is not None and direction == "EGRESS") or (disabled is not None and is_true(disabled)):
        return
    sources, span = _written(block, "source_ranges")
    for allow in block.blocks("allow"):
        yield Opening(sources, _ranges(allow.get("ports")), allow.get("protocol"), span)


def _azure(part: _Part) -> Iterator[Opening]:
    access, direction = part.get("access"), part.get("direction")
    if (access is not None and str(access).lower() != "allow") or (direction is not None and str(direction).lower() != "inbound"):
        return
    sources, span = _written(part, "source_address_prefix", "source_address_prefixes")
    ports = part.get("destination_port_ranges")
    ports = part.get("destination_port_range") if ports is None or ports == [] else ports
    yield Opening(sources, _ranges(ports), part.get("protocol") or "*", span)


def _ranges(ports: Any) -> Any:
    """``["22", "8000-8080"]`` as pairs; None for every port; unknown where it is."""
    if ports is None or is_unknown(ports):
        return ports
    found = []
    for port in ports if isinstance(ports, list) else [ports]:
        if is_unknown(port):
            return port
        low, _, high = str(port).partition("-")
        found.append(EVERY if low.strip() == "*" else (int(as_number(low)), int(as_number(high or low))))
    return tuple(found)
