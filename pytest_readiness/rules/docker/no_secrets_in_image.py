"""Images carry no secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.context import secret_file
from pytest_readiness.formats.dockerfile.context import secret_files_below
from pytest_readiness.formats.dockerfile.format import DockerfileFile
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.secrets import flag_password
from pytest_readiness.formats.secrets import is_secret_name
from pytest_readiness.formats.secrets import known_token
from pytest_readiness.formats.secrets import literal_secret
from pytest_readiness.formats.secrets import url_password

_DEFAULT = re.compile(r"\$\{\w+:?-(?P<value>[^{}]+)\}")


def _value_reason(key: str, value: str) -> str | None:
    """Why a value is a secret, also where it is only the default of a variable."""
    default = _DEFAULT.fullmatch(value)
    return literal_secret(key, default["value"] if default else value)


def _variables(file: DockerfileFile) -> Iterator[tuple[str, Span, bool]]:
    """What is wrong with ENV and ARG, where, and whether it is only worth a word."""
    for instruction in file.file.instructions:
        for pair in instruction.pairs if instruction.name in ("ENV", "ARG") else ():
            at = instruction.at(pair.start, pair.end)
            if pair.value is None:
                if is_secret_name(pair.key):
                    yield f"the build argument {pair.key} stays visible in the history of the image", at, True
            elif reason := _value_reason(pair.key, pair.value.replace("\\$", "$")):
                yield f"{instruction.name} {reason}, for everybody who can pull the image", at, False


def _commands(stage: Stage) -> Iterator[tuple[str, Span]]:
    for step in stage.steps:
        named = ((name, value, word) for name, value, word in step.command.variables())
        for name, value, word in named:
            if reason := literal_secret(name, value):
                yield f"RUN: {reason}", step.at(word)
                break
        else:
            text = " ".join(word.text for word in step.command.words)
            if token := known_token(text):
                yield f"RUN holds a {token}", step.span
            elif url_password(text) or flag_password(text):
                yield "RUN holds a password in its arguments", step.span
    for instruction in stage.all("CMD", "ENTRYPOINT", "HEALTHCHECK"):
        text = " ".join(instruction.json) if instruction.json is not None else instruction.value
        if known_token(text) or url_password(text) or flag_password(text):
            yield f"{instruction.name} holds a secret in its arguments", instruction.head


@rule(
    "docker.no-secrets-in-image",
    P0,
    on="docker.file",
    category="Security & Compliance",
    secret=True,
    remedy="use `RUN --mount=type=secret` in the build and inject the value at run time",
    aliases=("DS-0031",),
    standards=("CIS Docker 4.10",),
    effort="2h",
)
def check(file: DockerfileFile, project: Project) -> Iterator[Finding]:
    """The image is built without a secret in ENV, ARG, COPY or RUN.

    Every layer and every build argument can be read by whoever can pull the image, even where a later
    layer deletes the file.

    ```dockerfile bad
    FROM python:3.12-slim
    ENV DB_PASSWORD=hunter2-prod TOKEN_TTL=60  # <--
    ARG NPM_TOKEN=${TOKEN:-s3cr3tvalue}  # <--
    COPY .env /app/  # <--
    RUN git clone https://ci:hunter2@git.example.com/app.git  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim
    ENV DB_PASSWORD_FILE=/run/secrets/db KEY_SIZE=4096
    COPY .env.example id_rsa.pub /app/
    RUN --mount=type=secret,id=npm NPM_TOKEN=$(cat /run/secrets/npm) npm ci
    ```
    """
    for message, at, advice in _variables(file):
        yield file.advice(message, at=at) if advice else file.finding(message, at=at)
    for stage in file.stages:
        for copy in stage.copies:
            if copy.origin is not None:
                continue
            for word in copy.words:
                at = copy.instruction.at(word.start, word.end)
                if name := secret_file(project, file.path, word.text):
                    yield file.finding(f"{copy.instruction.name} puts the secret file {name} into a layer", at=at)
                elif below := secret_files_below(project, file.path, word.text):
                    yield file.finding(f"{copy.instruction.name} {word.text} puts the tracked secret file {below[0]} into a layer", at=at)
        for message, at in _commands(stage):
            yield file.finding(f"{message}, which stays in the history of the image", at=at)
