from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.github import Command
from pytest_readiness.formats.github import Step

_OUTPUT = {"curl": re.compile(r"-[a-zA-Z]*o|--output"), "wget": re.compile(r"-[a-zA-Z]*O|--output-document")}
_FETCH = frozenset(_OUTPUT)
_RUN = frozenset(("sh", "bash", "dash", "zsh", "ash", "ksh", "python", "python3", "node", "perl", "ruby", "source", "."))
_CHECKS = re.compile(r"sha(?:1|224|256|384|512)sum|shasum|gpgv?|cosign|minisign|slsa-verifier|gh")
_FROM_COMMIT = re.compile(r"[/=@][0-9a-f]{40}(?:[/?]|$)")


@rule(
    "gha.no-piped-downloads",
    P2,
    on="gha.step",
    when=lambda step: any(command.name in _FETCH for command in step.commands),
    category="Security & Compliance",
    remedy="download a fixed version, compare its checksum, and run it then",
    standards=("OpenSSF Scorecard Pinned-Dependencies", "OWASP CICD-SEC-3"),
    effort="30m",
)
def check(step: Step) -> Iterator[Finding]:
    """A downloaded script is not run without a look at it.

    `curl | sh` runs whatever the server sends today, with the secrets of the job, and no trace of it remains. A file
    named by a commit cannot change; one that is compared with a checksum or signature first is known.

    ```yaml bad
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - run: curl -sSL https://example.com/install.sh | sudo bash  # <--
          - run: bash <(wget -qO- https://example.com/install.sh)  # <--
          - run: |
              curl -fsSLo tool https://example.com/tool
              chmod +x tool
              ./tool --version  # <--
    ```

    ```yaml good
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - run: |
              curl -fsSLo tool https://example.com/tool-1.2
              echo "0a1b2c  tool" | sha256sum --check
              chmod +x tool
              ./tool --version
    ```
    """
    for place, address in _piped(step):
        if not _FROM_COMMIT.search(address):
            yield step.finding(f"runs whatever {address or 'the server'} sends today", place)
    downloads = [(_target(command), _address(command)) for command in step.commands]
    files = {name: address for name, address in downloads if name and not _FROM_COMMIT.search(address)}
    if not files or any(_CHECKS.fullmatch(command.name) for command in step.commands):
        return
    for command in step.commands:
        words = command.argv[:2] if command.name in _RUN else command.argv[:1]
        for name in (word.removeprefix("./") for word in words):
            if name in files:
                message = f"runs {name} as it was downloaded from {files.pop(name)}, without a checksum"
                yield step.finding(message, step.command_span(command))


def _piped(step: Step) -> Iterator[tuple[Span, str]]:
    """The places where the output of a download becomes the text of an interpreter, with the address."""
    address, open_pipe = "", False
    for command in step.commands:
        if command.name in _FETCH:
            address, open_pipe = _address(command), command.after == "|"
            continue
        arguments = [word for word in command.argv[1:] if not word.startswith("-")]
        direct = any(re.match(r"<\((?:curl|wget)\b|\$\((?:curl|wget)\b|`(?:curl|wget)\b", word) for word in command.argv[1:])
        if command.name in _RUN and ((open_pipe and not _is_file(arguments)) or direct):
            yield step.command_span(command), address
            open_pipe = False
        open_pipe = open_pipe and command.after == "|"


def _is_file(arguments: list[str]) -> bool:
    """Whether the interpreter runs a file of its own and only reads what is piped."""
    return bool(arguments) and (arguments[0].endswith((".sh", ".py", ".js", ".pl", ".rb")) or arguments[0] == "json.tool")


def _address(command: Command) -> str:
    return next((word for word in command.argv[1:] if "://" in word), "")


def _target(command: Command) -> str:
    """The file a download is written to."""
    if command.name not in _FETCH or not _address(command):
        return ""
    flag = _OUTPUT[command.name]
    for index, word in enumerate(command.argv[:-1]):
        if flag.fullmatch(word):
            return command.argv[index + 1].removeprefix("./")
    redirect = next((target.text for operator, target in command.redirections if operator == ">"), "")
    return redirect or _address(command).rpartition("/")[2]
