"""What a kustomization takes from elsewhere, and whether that is always the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...model import Span
from ..gitops.revisions import moving_version
from .files import Reference
from .files import Unit

_BRANCHES = ("main", "master", "HEAD", "develop", "dev", "trunk")
_FILE = re.compile(r"https?://[^?]*\.(?:ya?ml|json)(?:\?.*)?").fullmatch
# where the addresses of files in a repository name a branch, tag or commit
_REVISION = re.compile(
    r"https?://(?:raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/(?:heads|tags)/)?|[^?]*/(?:-/raw|raw|blob)/(?:refs/(?:heads|tags)/)?)([^/?]+)/"
).match


class Remote(NamedTuple):
    """Something from elsewhere, and why it changes by itself; empty where it does not."""

    moving: str
    span: Span


def remotes(one: Unit) -> Iterator[Remote]:
    """Everything that a kustomization takes from elsewhere."""
    for reference in one.references:
        if reference.is_remote:
            yield Remote(_moving(reference), reference.span)
    for chart in one.entries("helmCharts"):
        if isinstance(chart.get("repo"), str):
            found = moving_version(chart.get("version"))
            where = chart.entry("version") if "version" in chart else chart.entry("name") if "name" in chart else chart.head
            yield Remote(found.why if found is not None and not found.slightly else "", where)


def _moving(reference: Reference) -> str:
    address, _, query = reference.text.partition("?")
    if _FILE(reference.text):
        revision = _REVISION(address)
        if revision and revision[1] in _BRANCHES:
            return f"follows the branch {revision[1]}"
        return "is the file of the latest release" if "/releases/latest/" in address else ""
    given = dict(pair.partition("=")[::2] for pair in query.split("&"))
    ref = given.get("ref") or given.get("version")
    if not ref:
        return "has no ?ref=, so it follows the default branch"
    return f"follows the branch {ref}" if ref in _BRANCHES else ""
