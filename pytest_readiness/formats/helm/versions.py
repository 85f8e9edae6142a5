"""Versions of charts, constraints on them, and the digest that a lock file has of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from ...syntax.yaml import Mapping
from .chart import Dependency

_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
).fullmatch
_COMPARATOR = re.compile(r"(?P<operator>!=|[<>]=?|=[<>]|[~^=]|~>)?\s*v?(?P<version>[\w.*+-]+)")
_KEYS = ("name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias")
_NEEDED = ("name", "repository")
_IN_GO = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def is_semver(text: str) -> bool:
    """Whether a text is a version by SemVer 2."""
    return bool(_SEMVER(text))


def is_bounded(constraint: str) -> bool:
    """Whether a constraint ends somewhere: exact, ``~1.2``, ``^1.2``, ``1.x`` or with an upper end, in each of its alternatives."""
    return all(_is_bounded(part) for part in constraint.split("||"))


def _is_bounded(part: str) -> bool:
    if re.search(r"\S\s+-\s+\S", part):
        return True
    found = _COMPARATOR.finditer(part)
    return any(match["operator"] not in (">", ">=", "=>", "!=") and match["version"][0].isdigit() for match in found)


def lock_digest(dependencies: Iterable[Dependency], locked: Any) -> str:
    """What ``Chart.lock`` says in ``digest`` when it is in step with the dependencies, as helm 3 works it out."""
    listed = locked if isinstance(locked, list) else []
    bodies = ([dependency.body for dependency in dependencies], [item for item in listed if isinstance(item, Mapping)])
    data = [[_as_go(body) for body in part] for part in bodies]
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).translate(_IN_GO)
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _as_go(dependency: Mapping) -> dict[str, Any]:
    """A dependency as Go writes it: fields in its order, empty ones left out."""
    known = {key: dependency.get(key) for key in _KEYS}
    known |= {"name": known["name"] or "", "repository": known["repository"] or ""}
    return {key: value for key, value in known.items() if value or key in _NEEDED}
