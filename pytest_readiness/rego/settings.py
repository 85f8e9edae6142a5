"""The ``rego`` key of ``readiness.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..configuration import Policies
from ..model import Priority
from ..syntax import yaml


def policies(data: yaml.Mapping) -> Policies | None:
    """What a document that its schema accepts says of policies; None where it says nothing."""
    if "rego" not in data:
        return None
    body: Mapping[str, Any] = data["rego"] or {}
    written = body.get("namespaces", Policies.namespaces)
    namespaces = (written,) if isinstance(written, str) else tuple(written)
    listed = {
        "policies": tuple(body.get("policies", Policies.policies)),
        "data": tuple(body.get("data", ())),
        "namespaces": namespaces,
    }
    spans = {
        (key, text): yaml.at(data, "rego", key, number) if key in body else yaml.at(data, "rego")
        for key, texts in listed.items()
        for number, text in enumerate(texts)
    }
    files = {parser: tuple(globs) for parser, globs in body["files"].items()} if "files" in body else None
    for parser, globs in (files or {}).items():
        spans |= {("files", glob): yaml.at(data, "rego", "files", parser, number) for number, glob in enumerate(globs)}
    return Policies(
        **listed,
        combine=body.get("combine", False),
        files=files,
        priorities={name: Priority[text] for name, text in body.get("priorities", {}).items()},
        engine=body.get("engine", Policies.engine),
        timeout=float(body.get("timeout", Policies.timeout)),
        span=yaml.at(data, "rego"),
        spans=spans,
    )
