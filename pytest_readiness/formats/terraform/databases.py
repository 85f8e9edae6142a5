"""What managed databases of Google Cloud and Azure are told by flags."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from ...model import Span
from .blocks import Block
from .settings import holds
from .settings import one_of
from .settings import shown

_On = one_of("on", "1", "true")
_Off = one_of("off", "0", "false")
Flags = dict[str, tuple[str, Callable[[Any], bool], str]]

# engine, what is good, why
HARDENING: Flags = {
    "local_infile": ("MYSQL", _Off, "a client may read files of the server"),
    "cross db ownership chaining": ("SQLSERVER", _Off, "who owns one database reads the others"),
    "contained database authentication": ("SQLSERVER", _Off, "users of a database escape the policies of the server"),
    "external scripts enabled": ("SQLSERVER", _Off, "queries may run programs"),
    "remote access": ("SQLSERVER", _Off, "other servers may run its procedures"),
    "skip_show_database": ("MYSQL", _On, "every user sees every database"),
}

LOGGING: Flags = {
    "log_connections": ("POSTGRES", _On, "nobody can tell who connected"),
    "log_disconnections": ("POSTGRES", _On, "nobody can tell how long somebody was connected"),
    "log_checkpoints": ("POSTGRES", _On, "nobody can tell why it was slow"),
    "log_lock_waits": ("POSTGRES", _On, "nobody can tell what waited for what"),
    "log_hostname": ("POSTGRES", _On, "nobody can tell from where somebody connected"),
    "cloudsql.enable_pgaudit": ("POSTGRES", _On, "nobody can tell who did what"),
    "log_min_messages": (
        "POSTGRES",
        one_of("debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning", "error"),
        "errors are not logged",
    ),
    "log_min_error_statement": (
        "POSTGRES",
        one_of("debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning", "error"),
        "statements that fail are not logged",
    ),
    "connection_throttling": ("", _On, "passwords can be guessed as fast as the network allows"),
}


def wrong_flags(block: Block, flags: Flags) -> Iterator[tuple[str, Span]]:
    """The flags of a database that are set to what they should not be."""
    if block.type == "azurerm_postgresql_configuration":
        name = str(block.get("name"))
        if name in flags and not holds(block.get("value"), flags[name][1]):
            yield f"{name} is {shown(block.get('value'))}: {flags[name][2]}", block.at("value")
        return
    version = block.get("database_version")
    for settings in block.blocks("settings"):
        for flag in settings.blocks("database_flags"):
            name = str(flag.get("name"))
            if name not in flags or not (version is None or str(version).upper().startswith(flags[name][0])):
                continue
            if not holds(flag.get("value"), flags[name][1]):
                yield f"{name} is {shown(flag.get('value'))}: {flags[name][2]}", flag.at("value")
