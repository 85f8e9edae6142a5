"""The modules that ``terraform init`` fetched, where they are in the project."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...model import ParseFailure
from ...project import Project
from ...project import once
from .blocks import Block
from .calls import local_target
from .directory import FETCHED
from .directory import directory_in

if TYPE_CHECKING:
    from .module import Module


@once
def _manifest(project: Project, directory: str) -> Mapping[str, str]:
    """What ``terraform init`` fetched for a root: the directory of each call by its key (``vpc.subnets``)."""
    path = f"{directory}/{FETCHED}/modules/modules.json".lstrip("/")
    try:
        entries = json.loads(project.tree.read(path)).get("Modules", ())
        targets = [(entry.get("Key"), entry.get("Dir")) for entry in entries[:10_000]]
    except (ParseFailure, ValueError, AttributeError, TypeError, RecursionError):
        return {}
    found = {}
    for key, target in targets:
        if isinstance(key, str) and isinstance(target, str) and key:
            place = posixpath.normpath(posixpath.join(directory or ".", target))
            if not place.startswith(("..", "/")) and "\0" not in place:
                found[key] = place
    return found


def fetched(root: Module, address: str) -> str | None:
    """The directory of a call, by the address of the call from the root."""
    key = ".".join(address.split(".")[1::2])
    target = _manifest(root.project, root.directory).get(key)
    return target if target is not None and directory_in(target, root.project).paths else None


def beside(module: Module, call: Block) -> str | None:
    """A local call inside of a fetched module."""
    if FETCHED not in module.directory.split("/"):
        return None
    target = local_target(module.directory, module.code.calls[call.label])
    return target if target is not None and FETCHED in target.split("/") and directory_in(target, module.project).paths else None
