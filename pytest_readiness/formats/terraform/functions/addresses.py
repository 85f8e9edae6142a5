"""Functions of network addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from ..values import List
from .calling import NUMBER
from .calling import TEXT
from .calling import function

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(prefix: str) -> _Network:
    if "/" not in prefix or "." in prefix.partition("/")[2] or not prefix.partition("/")[2].isdigit():
        raise ValueError("no prefix")
    return ipaddress.ip_network(prefix, strict=False)


def _whole(value: Any) -> int:
    if value != int(value):
        raise ValueError("an integer required")
    return int(value)


def _host(prefix: str, number: Any) -> str:
    network, place = _network(prefix), _whole(number)
    if not -network.num_addresses <= place < network.num_addresses:
        raise ValueError("outside of the prefix")
    return str(network[place])


def _netmask(prefix: str) -> str:
    network = _network(prefix)
    if network.version == 6:
        raise ValueError("IPv6 has no netmask")
    return str(network.netmask)


def _subnet(prefix: str, bits: Any, number: Any) -> str:
    network, more, place = _network(prefix), _whole(bits), _whole(number)
    length = network.prefixlen + more
    if more < 0 or length > network.max_prefixlen or not -(1 << more) <= place < 1 << more:
        raise ValueError("outside of the prefix")
    place += (1 << more) if place < 0 else 0
    start = int(network.network_address) | place << (network.max_prefixlen - length)
    return str(type(network)((start, length)))


def _subnets(prefix: str, *bits: Any) -> List:
    network = _network(prefix)
    found: list[str] = []
    start = int(network.network_address)
    for more in map(_whole, bits):
        length = network.prefixlen + more
        if more < 1 or length > network.max_prefixlen:
            raise ValueError("outside of the prefix")
        size = 1 << (network.max_prefixlen - length)
        start = -(-start // size) * size
        if start + size > int(network.broadcast_address) + 1:
            raise ValueError("outside of the prefix")
        found.append(str(type(network)((start, length))))
        start += size
    return List(found)


ADDRESSES: Mapping[str, Callable[..., Any]] = {
    "cidrhost": function(_host, TEXT, NUMBER),
    "cidrnetmask": function(_netmask, TEXT),
    "cidrsubnet": function(_subnet, TEXT, NUMBER, NUMBER),
    "cidrsubnets": function(_subnets, TEXT, rest=NUMBER),
}
