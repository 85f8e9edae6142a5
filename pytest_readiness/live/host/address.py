"""Addresses of hosts as testinfra has them: which there are, and what is wrong with one, without testinfra."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qs
from urllib.parse import urlsplit

ANYWHERE = ("sudo", "sudo_user")
SSH = ("ssh_config", "ssh_identity_file")
# backend -> what may stand behind the question mark of its addresses
BACKENDS: Mapping[str, tuple[str, ...]] = {
    "local": (),
    "ssh": SSH,
    "safe-ssh": SSH,
    "paramiko": SSH,
    "ansible": (*SSH, "ansible_inventory"),
    "docker": (),
    "podman": (),
    "kubectl": ("namespace", "container", "context", "kubeconfig"),
    "openshift": ("namespace", "container", "kubeconfig"),
    "lxc": (),
    "chroot": (),
}
# and those of testinfra that are not used, with the reason
REFUSED: Mapping[str, str] = {
    "salt": "a command through salt cannot be ended in time: name the host with ssh://",
    "winrm": "what is asked of a host needs its shell to be a POSIX one",
}
OVER_SSH = frozenset(("ssh", "safe-ssh", "paramiko", "ansible"))
ELSEWHERE: Mapping[str, str] = {
    "timeout": "it is the timeout of the target",
    "controlpersist": "connections are used again in any case",
    "force_ansible": "a command through ansible itself cannot be ended in time",
}
_NAME = re.compile(r"[A-Za-z0-9_.@%+:\[\]/][A-Za-z0-9_.@%+:\[\]/-]{0,252}").fullmatch
_PATH = re.compile(r"/[^\0]{0,1000}").fullmatch


@dataclass(frozen=True)
class Address:
    """An address taken apart; ``settings`` is what stands behind its question mark."""

    backend: str
    name: str
    settings: Mapping[str, str]

    @property
    def said(self) -> str:
        """As messages have it."""
        return f"{self.backend}://{self.name}"


def read(written: str) -> Address:
    """An address taken apart; raises ValueError, which does not repeat a password."""
    try:
        parts = urlsplit(written)
    except ValueError as error:
        raise ValueError(f"is no address: {error}") from None
    known = ", ".join(f"{backend}://" for backend in BACKENDS)
    if "://" not in written:
        raise ValueError(f"{written!r} does not say how to get there: write ssh://{written} (known: {known})")
    if parts.scheme in REFUSED:
        raise ValueError(f"{parts.scheme}:// is not supported: {REFUSED[parts.scheme]}")
    if parts.scheme not in BACKENDS:
        close = get_close_matches(parts.scheme, BACKENDS, 1)
        raise ValueError(f"{parts.scheme}:// is no backend: " + (f"did you mean {close[0]}://?" if close else f"known: {known}"))
    # a user of a container and one of a host; neither has a password here
    if "@" in parts.netloc and ":" in parts.netloc.rpartition("@")[0]:
        raise ValueError("an address holds no password: name a key with identity_file, or use ssh-agent")
    if parts.fragment:
        raise ValueError("# is not for the address of a host")
    return Address(parts.scheme, _name(parts.scheme, parts.netloc, parts.path), _settings(parts.scheme, parts.query))


def problem(written: str) -> str | None:
    """What is wrong with an address."""
    try:
        read(written)
    except ValueError as error:
        return str(error)
    return None


def _name(backend: str, netloc: str, path: str) -> str:
    if backend == "local":
        if netloc or path not in ("", "/"):
            raise ValueError("local:// names no host: it is the one that runs this")
        return ""
    if backend == "chroot":
        if netloc or not _PATH(path):
            raise ValueError("chroot:// is followed by a path, such as chroot:///srv/image")
        return path
    if path not in ("", "/"):
        raise ValueError(f"{path} is too much behind the name in {backend}://{netloc}")
    if not netloc:
        raise ValueError(f"{backend}:// needs a name, such as {backend}://web1")
    if not _NAME(netloc):  # a dash in front would be an option of ssh or docker
        raise ValueError(f"{netloc!r} is no name of a host or container")
    return netloc


def _settings(backend: str, query: str) -> dict[str, str]:
    known = (*ANYWHERE, *BACKENDS[backend])
    found: dict[str, str] = {}
    for key, values in parse_qs(query, keep_blank_values=True).items():
        if key in ELSEWHERE:
            raise ValueError(f"{key} is not for the address of a host: {ELSEWHERE[key]}")
        if key not in known:
            raise ValueError(f"{key} is not for {backend}:// (known: {', '.join(known)})")
        if len(values) > 1 or not values[0]:
            raise ValueError(f"{key} needs one value")
        if key == "sudo" and values[0] not in ("true", "false"):
            raise ValueError("sudo is true or false")
        found[key] = values[0]
    return found


def misplaced(found: Address, options: Mapping[str, Any]) -> str | None:
    """What is wrong with the further keys of a target for its address."""
    for option, setting in (("ssh_config", "ssh_config"), ("identity_file", "ssh_identity_file"), ("sudo", "sudo")):
        if option not in options:
            continue
        if option != "sudo" and found.backend not in OVER_SSH:
            return f"{option} is not for {found.backend}://, only for what goes over ssh"
        if setting in found.settings:
            return f"{option} stands in the address as well: keep one of them"
    if "sudo_user" in found.settings and found.settings.get("sudo") != "true" and not options.get("sudo"):
        return "sudo_user is of no use without sudo: add sudo=true"
    return None
