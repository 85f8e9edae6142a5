"""What commands in a RUN install, and what they leave behind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...syntax.dockerfile import Instruction
from ...syntax.shell import Command

if TYPE_CHECKING:
    from .format import Step

APT = ("apt-get", "apt", "aptitude")
DNF = ("yum", "dnf", "microdnf", "tdnf")
_INSTALL = {
    **dict.fromkeys((*APT, *DNF), ("install",)),
    "zypper": ("install", "in"),
    "apk": ("add",),
}
_REMOVE = frozenset(("remove", "purge", "autoremove", "del", "erase", "rm"))
_VERSION = re.compile(r"[=<>~@:].*")


def installs(command: Command) -> tuple[str, ...] | None:
    """The packages a package manager installs, without versions; None where it installs none."""
    verbs = _INSTALL.get(command.name, ())
    operands = command.operands
    if not operands or operands[0] not in verbs:
        return None
    return tuple(_VERSION.sub("", name) for name in operands[1:])


def removes(command: Command) -> tuple[str, ...]:
    """The packages a package manager removes again; a variable stands for any."""
    operands = command.operands
    return operands[1:] or ("$",) if command.name in _INSTALL and operands and operands[0] in _REMOVE else ()


def remaining(steps: Iterable[Step]) -> Iterator[tuple[Step, str]]:
    """The packages that are still there when the RUN that installs them has ended."""
    runs: dict[int, list[Step]] = {}
    for step in steps:
        runs.setdefault(id(step.instruction), []).append(step)
    for group in runs.values():
        gone = {name for step in group for name in removes(step.command)}
        for step in group:
            virtual = step.command.option("--virtual", "-t")
            names = installs(step.command) or ()
            if virtual and (gone.intersection(names) or virtual.text.partition("=")[2] in gone):
                continue
            yield from ((step, name) for name in names if name not in gone and not any(other.startswith("$") for other in gone))


def mounts(run: Instruction, kind: str) -> Iterator[dict[str, str]]:
    """The ``--mount=type=...`` options of a RUN, as a mapping each."""
    for flag in run.flags:
        options = dict(part.partition("=")[::2] for part in flag.value.split(",")) if flag.name == "mount" else {}
        if options.get("type", "bind") == kind:
            yield options


def keeps_cache(run: Instruction, *parts: str) -> bool:
    """Whether a cache mount of the RUN covers a directory with one of these parts in its path."""
    targets = [options.get("target") or options.get("dst") or options.get("destination") or "" for options in mounts(run, "cache")]
    return any(part in target for target in targets for part in parts)
