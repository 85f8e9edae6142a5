"""Network ACLs of AWS: numbered rules of which the first that matches decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...model import Span
from ...unknown import is_unknown
from .blocks import Block
from .blocks import Section
from .network import WORLD
from .settings import as_number
from .settings import is_true
from .values import options

TYPES = frozenset(("aws_network_acl", "aws_network_acl_rule"))


def is_ingress(block: Block) -> bool:
    """Whether the block lets somebody in."""
    if block.type != "aws_network_acl_rule":
        return block.type in TYPES and block.section.blocks("ingress") != ()
    egress = block.get("egress")
    return egress is None or not is_true(egress)


def open_ports(block: Block, wanted: frozenset[int]) -> Iterator[tuple[list[int], Span]]:
    """Which of the ports each rule opens to everybody, and where; raises `Unresolved` where that is not known."""
    rules: list[tuple[Block | Section, str, str]] = []
    if block.type == "aws_network_acl_rule":
        rules = [(one, "rule_action", "rule_number") for one in block.each]
    else:
        rules = [(part, "action", "rule_no") for part in block.blocks("ingress")]
    left = set(wanted)
    for rule, action, _ in sorted(rules, key=lambda found: as_number(found[0].get(found[2]))):
        if not _is_for_everybody(rule):
            continue
        matched = left & set(_ports(rule, wanted))
        left -= matched
        if matched and str(rule.get(action)).lower() == "allow":
            yield sorted(matched), rule.at("cidr_block") if rule.get("cidr_block") is not None else rule.at("ipv6_cidr_block")


def _is_for_everybody(rule: Block | Section) -> bool:
    found = [rule.get(name) for name in ("cidr_block", "ipv6_cidr_block")]
    known = [option for value in found for option in options(value) if option is not None]
    return any(str(value) in WORLD for value in known)


def _ports(rule: Block | Section, wanted: frozenset[int]) -> Iterator[int]:
    protocol = str(rule.get("protocol")).lower()
    low, high = rule.get("from_port"), rule.get("to_port")
    if protocol in ("-1", "all") and (_is_zero(low) and _is_zero(high)):
        yield from wanted
    elif protocol in ("tcp", "6", "-1", "all"):
        first, last = as_number(low), as_number(high)
        yield from (port for port in wanted if first <= port <= last)


def _is_zero(value: Any) -> bool:
    return value is None or value == "" or (not is_unknown(value) and as_number(value) == 0)
