"""Programs on a host, and the version that one prints."""

from __future__ import annotations

import re
from collections.abc import Callable

from packaging.specifiers import InvalidSpecifier
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from ...text import brief
from ..goss import shell

# how the version is asked for; all others are asked with --version, and if they do not know it with version
ASKED = {
    "kubectl": "version --client", "helm": "version --short", "go": "version", "openssl": "version", "java": "-version",
    "javac": "-version", "ssh": "-V", "sshd": "-V", "nginx": "-v", "oc": "version --client", "istioctl": "version --remote=false",
    "argocd": "version --client --short", "unzip": "-v", "zip": "-v", "tmux": "-V", "lsof": "-v", "dig": "-v", "ip": "-V", "ss": "-V",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}").fullmatch
_VERSION = re.compile(r"(?<![\d.])(\d{1,9}(?:\.\d{1,9}){1,3})")
_NUMBER = re.compile(r"(?<![\d.])(\d{1,9})(?![\d.])")


def constraint(wanted: str, name: str) -> SpecifierSet:
    """What a version must be like; raises ValueError."""
    if not _NAME(name):
        raise ValueError(f"{name!r} is no name of a program")
    try:
        return SpecifierSet(wanted)
    except InvalidSpecifier:
        raise ValueError(f"{name}: {wanted!r} is no constraint on a version, such as '>=1.28' or '>=1.28,<2'") from None


def version(text: str) -> Version | None:
    """The first version in what a program prints: the first dotted number, else the first number."""
    found = _VERSION.search(text[:10_000]) or _NUMBER.search(text[:10_000])
    return Version(found[1]) if found else None


def installed(name: str, run: Callable[..., shell.Said]) -> tuple[Version, str]:
    """The version that a program prints, and the command that made it; raises `CannotHave`."""
    for arguments in (ASKED[name],) if name in ASKED else ("--version", "version"):
        said = run(name, *arguments.split())
        found = version(f"{said.out}\n{said.err}") if said.status == 0 else None
        if found is not None:
            return found, f"{name} {arguments}"
    printed = brief(said.err or said.out, 120) or f"nothing, with status {said.status}"
    raise shell.CannotHave(f"`{name} {arguments}` said {printed}")
