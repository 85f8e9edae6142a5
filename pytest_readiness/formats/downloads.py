"""Downloads in shell commands that are run: piped into an interpreter, or saved and run later."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator

from ..syntax.shell import SHELLS
from ..syntax.shell import Command
from ..syntax.shell import pipelines
from ..syntax.shell import walk
from .dockerfile.packages import APT
from .dockerfile.packages import DNF

FETCHERS = frozenset(("curl", "wget", "fetch", "aria2c", "iwr", "irm", "Invoke-WebRequest"))
STORES = frozenset(("aws", "gsutil"))
_PACKAGES = frozenset([*APT, *DNF, "apk", "zypper", "echo", "which", "command", "type", "rm", "printf"])
_SHELLS = SHELLS | {"source", ".", "iex"}
_LANGUAGES = re.compile(r"(python|perl|ruby|node|php)[\d.]*")
_VERIFIERS = re.compile(r"(sha\d+|md5|b2)sum|shasum|gpgv?|cosign|minisign|openssl|rhash|slsa-verifier")
_COMMIT = re.compile(r"[/=@][0-9a-f]{40}(?:[/?]|\Z)")


def fetches(command: Command) -> bool:
    """Whether it downloads something that is not named by its content."""
    fetch = command.name in FETCHERS or (
        any(word.text in ("curl", "wget") for word in command.words[:-1]) and command.name not in _PACKAGES
    )
    return fetch and not any(_COMMIT.search(word.text) for word in command.arguments)


def downloads(commands: Iterable[Command]) -> bool:
    """Whether any of them fetches something from the network by itself."""
    return any(fetches(command) or command.name in STORES for command in commands)


def address(command: Command) -> str:
    """Where a download comes from; empty where no word says it."""
    return next((word.text for word in command.arguments if "://" in word.text), "")


def piped(commands: Iterable[Command]) -> Iterator[tuple[Command, Command]]:
    """Downloads that an interpreter runs as they come in: what fetches, and the interpreter behind it in the pipe."""
    for line in pipelines(commands):
        start = next((index for index, command in enumerate(line) if fetches(command)), len(line))
        target = next((command for command in line[start + 1 :] if _runs_input(command)), None)
        if target is not None:
            yield line[start], target


def substituted(commands: Iterable[Command]) -> Iterator[tuple[Command, Command]]:
    """Downloads that are an argument of the interpreter that runs them: ``bash <(curl ...)``."""
    for command in walk(commands):
        if command.name in _SHELLS | {"eval"} or _LANGUAGES.fullmatch(command.name):
            for inner in command.inner:
                fetch = next((found for found in walk((inner,)) if fetches(found)), None) if inner.how in ("<(", "$(") else None
                if fetch is not None:
                    yield fetch, command


def saved(commands: Iterable[Command]) -> Iterator[tuple[str, Command, Command]]:
    """Files that are downloaded and run without a check of what they are: the path, what fetches it, what runs it."""
    waiting: dict[str, Command] = {}
    for command in commands:
        if _verifies(command):
            waiting.clear()
        program = command.name in _SHELLS or _LANGUAGES.fullmatch(command.name)
        run = command.operands[0] if program and command.operands and command.option("-c") is None else command.program
        for path in waiting.keys() & {run, run.removeprefix("./")}:
            yield path, waiting.pop(path), command
        if (fetches(command) or command.name in STORES) and (file := _file(command)):
            waiting[file.removeprefix("./")] = command


def _verifies(command: Command) -> bool:
    return bool(_VERIFIERS.fullmatch(command.name)) or (command.name == "gh" and command.operands[:1] == ("attestation",))


def _runs_input(command: Command) -> bool:
    """Whether it runs what comes in through the pipe as code."""
    if command.name in _SHELLS:
        return command.option("-c") is None and (
            not command.operands or command.operands[0] == "/dev/stdin" or command.option("-s") is not None
        )
    return bool(_LANGUAGES.fullmatch(command.name)) and all(word.text in ("-", "--") for word in command.arguments[:1])


def _file(command: Command) -> str | None:
    """The file that a download is saved as."""
    if command.name in STORES:
        return _object(command)
    words = [word.text for word in command.arguments]
    short, long = ("-O", "--output-document") if command.name == "wget" else ("-o", "--output")
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word.startswith(f"{long}="):
            return word.partition("=")[2]
        if word in (short, long) or (word[:1] == "-" != word[1:2] and word.endswith(short[1])):
            return following or None
    saved_as = next((target.text for operator, target in command.redirections if operator in (">", ">|")), None)
    url = next((word for word in words if "://" in word), "")
    named = (command.name == "wget" and not any(word.endswith("O-") for word in words)) or command.option("-O", "--remote-name") is not None
    return saved_as or (url.rpartition("/")[2] if named and url else None)


def _object(command: Command) -> str | None:
    """The file that an object of a bucket is saved as: ``aws s3 cp``, ``aws s3api get-object``, ``gsutil cp``."""
    if len(command.operands) < 2 or not any("s3" in word or "gs:" in word for word in command.operands[:-1]):
        return None
    key = command.option("--key")
    words = [word.text for word in command.arguments]
    source = words[words.index("--key") + 1] if key is not None and "--key" in words[:-1] else command.operands[-2]
    target = command.operands[-1]
    name = source.rpartition("/")[2]
    return f"{target}{name}" if target.endswith("/") else name if target.endswith(".") else target
