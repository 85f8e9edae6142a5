"""What a goss file can say, of goss 0.4: the types of resources, what is asked of each, and the settings of the asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

COMMON = {"title": "text", "meta": "mapping", "skip": "flag"}


@dataclass(frozen=True)
class Type:
    """A type of resources.

    ``subject`` is the attribute that names the thing where the key does not. ``asked`` are the attributes with an
    expectation, in the order they are asked; where the first of them is a ``gate`` and is false, the others are not
    asked. ``streams`` among them are read by lines. ``required`` is what goss demands and ``implied`` what a name alone
    means in the short form of ``readiness.yaml``. ``options`` say how it is asked. Where the first is not as expected
    and it ``stops``, the others are not asked.
    """

    subject: str
    asked: tuple[str, ...]
    gate: bool = False
    streams: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    implied: Mapping[str, bool | int] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    stops: bool = True

    @property
    def known(self) -> tuple[str, ...]:
        """Every attribute that may be written."""
        return (*filter(None, (self.subject,)), *self.asked, *self.options, *COMMON)


def _gated(subject: str, *asked: str, **more: str) -> Type:
    options = {name.replace("_", "-"): kind for name, kind in more.items()}
    return Type(subject, asked, gate=True, required=asked[:1], implied={asked[0]: True}, options=options)


TYPES: Mapping[str, Type] = {
    "addr": Type(
        "address",
        ("reachable",),
        required=("reachable",),
        implied={"reachable": True},
        options={"local-address": "text", "timeout": "ms"},
    ),
    "command": Type(
        "exec",
        ("exit-status", "stdout", "stderr"),
        streams=frozenset(("stdout", "stderr")),
        required=("exit-status",),
        implied={"exit-status": 0},
        options={"timeout": "ms"},
        stops=False,
    ),
    "dns": _gated("resolve", "resolvable", "addrs", server="text", timeout="ms"),
    "file": Type(
        "path",
        (
            *("exists", "mode", "owner", "uid", "group", "gid", "linked-to", "filetype"),
            *("contains", "contents", "size", "md5", "sha256", "sha512"),
        ),
        gate=True,
        streams=frozenset(("contains", "contents")),
        required=("exists",),
        implied={"exists": True},
    ),
    "group": _gated("groupname", "exists", "gid"),
    "http": Type(
        "url",
        ("status", "headers", "body"),
        streams=frozenset(("headers", "body")),
        required=("status",),
        options={
            "allow-insecure": "flag",
            "no-follow-redirects": "flag",
            "timeout": "ms",
            "request-headers": "texts",
            "request-body": "text",
            "username": "text",
            "password": "text",
            "ca-file": "text",
            "cert-file": "text",
            "key-file": "text",
            "proxy": "text",
            "method": "text",
        },
    ),
    "interface": _gated("name", "exists", "addrs", "mtu"),
    "kernel-param": Type("name", ("value",), required=("value",)),
    "matching": Type("", ("matches",), required=("content", "matches"), options={"content": "data", "as-reader": "flag"}),
    "mount": _gated("mountpoint", "exists", "opts", "vfs-opts", "source", "filesystem", "usage", timeout="ms"),
    "package": _gated("name", "installed", "versions"),
    "port": _gated("port", "listening", "ip"),
    "process": Type("comm", ("running",), required=("running",), implied={"running": True}),
    "service": Type("name", ("enabled", "running", "runlevels"), implied={"enabled": True, "running": True}, stops=False),
    "user": _gated("username", "exists", "uid", "gid", "groups", "home", "shell"),
}
FLAGS = frozenset(("exists", "installed", "listening", "reachable", "resolvable", "running", "enabled"))  # what is true or false
INCLUDE = "gossfile"
ALIASES = {"socket": "port", "sysctl": "kernel-param", "address": "addr"}  # of the short form
