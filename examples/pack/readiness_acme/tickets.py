"""Known gaps that are tickets: what the ticket system exports to ``tickets.json`` every night."""

from __future__ import annotations

import json

from pytest_readiness import Span
from pytest_readiness import Waiver

PAGE = "https://tickets.acme.example/"


def waivers(path):
    """A known gap for every ticket; its place is the page of the ticket."""
    if not path.exists():
        return
    for ticket in json.loads(path.read_text("utf-8")):
        yield Waiver(
            rule=ticket["rule"],
            where=ticket["where"],
            reason=f"{ticket['key']}: {ticket['summary']}",
            owner=ticket["assignee"],
            until=ticket["due"],
            span=Span(PAGE + ticket["key"]),
        )
