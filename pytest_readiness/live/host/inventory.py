"""``ansible://``: the host that an inventory describes, asked the way testinfra asks it, without ansible in between."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...text import brief
from ..contact import CannotAsk
from .said import told


def host(name: str, settings: Mapping[str, Any], run_local: Any, root: Path) -> Any:
    """The backend for a host of an inventory, of our own, since testinfra shares what it makes with the tests of the project."""
    from testinfra.backend.local import LocalBackend  # type: ignore[import-untyped]
    from testinfra.utils import ansible_runner  # type: ignore[import-untyped]

    inventory = _inventory(settings.get("ansible_inventory"), run_local(LocalBackend()), root)
    found = inventory.get("_meta", {}).get("hostvars", {}).get(name)
    listed = sorted({one for group in inventory.values() if isinstance(group, dict) for one in group.get("hosts", ())})
    if name not in listed:
        raise CannotAsk(f"the inventory has no host {name} (it has: {brief(', '.join(listed) or 'none', 120)})")
    made = ansible_runner.get_ansible_host(
        ansible_runner.get_ansible_config(),
        inventory,
        name,
        ssh_config=settings.get("ssh_config"),
        ssh_identity_file=settings.get("ssh_identity_file"),
    )
    if made is None:
        kind = (found or {}).get("ansible_connection")
        raise CannotAsk(f"{name} has the connection {kind} in the inventory, which needs ansible itself: name the host without ansible://")
    backend = copy.copy(made.backend)
    if settings["sudo"]:
        backend.sudo, backend.sudo_user = True, settings.get("sudo_user")
    return backend


def _inventory(path: str | None, run_local: Any, root: Path) -> dict[str, Any]:
    place = () if path is None else (str(root / Path(path).expanduser()),)
    # its chatter would come before the JSON
    answer = run_local("ANSIBLE_VERBOSITY=0 ansible-inventory --list" + " -i %s" * len(place), *place)
    if answer.rc != 0:
        raise CannotAsk(f"ansible-inventory ended with status {answer.rc}: {told(answer.stderr) or 'it does not say why'}")
    try:
        found = json.loads(answer.stdout)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise CannotAsk("ansible-inventory printed no inventory in JSON")
    return found
