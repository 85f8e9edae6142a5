"""Which facts each type of resources has."""

from __future__ import annotations

from collections.abc import Mapping

from .accounts import Group
from .accounts import User
from .commands import Command
from .commands import Matching
from .facts import Facts
from .files import File
from .files import Mount
from .http import Http
from .network import Addr
from .network import Dns
from .network import Interface
from .network import Port
from .system import KernelParam
from .system import Package
from .system import Process
from .system import Service

FACTS: Mapping[str, type[Facts]] = {
    "addr": Addr,
    "command": Command,
    "dns": Dns,
    "file": File,
    "group": Group,
    "http": Http,
    "interface": Interface,
    "kernel-param": KernelParam,
    "matching": Matching,
    "mount": Mount,
    "package": Package,
    "port": Port,
    "process": Process,
    "service": Service,
    "user": User,
}
