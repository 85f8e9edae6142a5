"""Downloads come from whom they claim."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Command
from pytest_readiness.formats.dockerfile.format import DockerfileFile
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import DNF

_FALSE = ("0", "false", "no", "off")
# git takes any value, also 0, for yes
_OFF_BY = {
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0",),
    "PYTHONHTTPSVERIFY": ("0",),
    "NPM_CONFIG_STRICT_SSL": _FALSE,
    "YARN_ENABLE_STRICT_SSL": _FALSE,
    "YARN_STRICT_SSL": _FALSE,
}
_SSL_VERIFY = re.compile(r"(?:--setopt=)?(?:[^=]*\.)?sslverify=(?:0|false|no|off)", re.IGNORECASE)
_STRICT = re.compile(r"\bset (?:.* )?strict-ssl[ =]+(?:false|0|no)\b|--strict-ssl[ =](?:false|0|no)\b|--no-strict-ssl\b", re.IGNORECASE)
_OPTIONS = {
    "curl": ("-k", "--insecure", "--proxy-insecure"),
    "wget": ("--no-check-certificate",),
    "pip": ("--trusted-host",),
    "conda": ("--insecure",),
    "http": ("--verify=no",),
    "aws": ("--no-verify-ssl",),
}


def _switches_off(name: str, value: str) -> bool:
    name = name.upper() if name.lower().startswith("npm_config_") else name
    if name in ("GIT_SSL_NO_VERIFY", "PIP_TRUSTED_HOST"):
        return value != ""
    return value.lower() in _OFF_BY.get(name, ())


def _variable(step: Step) -> str | None:
    return next((f"{name}={value}" for name, value, _ in step.command.variables() if _switches_off(name, value)), None)


def _option(command: Command) -> str | None:
    """The option or setting of a command that switches verification off."""
    name = command.name
    text = " ".join(word.text for word in command.arguments)
    if name.startswith(("pip", "python")) and " install" in f" {text}":
        name = "pip"
    option = command.option(*_OPTIONS.get(name, ()))
    if option is not None:
        return f"{name} {option.text}"
    if name in ("npm", "yarn", "pnpm") and _STRICT.search(text):
        return f"{name} strict-ssl=false"
    if name in (*DNF, "yum-config-manager", "dnf-config-manager"):
        found = next((word.text for word in command.arguments if _SSL_VERIFY.fullmatch(word.text)), None)
        return f"{name} {found}" if found else None
    if name == "git" and re.search(r"http\.sslverify[ =](?:false|0|no)\b", text, re.IGNORECASE):
        return "git http.sslVerify=false"
    return None


@rule(
    "docker.tls-verification",
    P1,
    on="docker.file",
    category="Security & Compliance",
    remedy="add the certificate of your CA to the image instead",
    aliases=(
        "CKV2_DOCKER_2",
        "CKV2_DOCKER_3",
        "CKV2_DOCKER_4",
        "CKV2_DOCKER_5",
        "CKV2_DOCKER_6",
        "CKV2_DOCKER_12",
        "CKV2_DOCKER_13",
        "CKV2_DOCKER_14",
        "CKV2_DOCKER_15",
        "CKV2_DOCKER_16",
    ),
)
def check(file: DockerfileFile) -> Iterator[Finding]:
    r"""TLS certificates are verified.

    Without verification, anybody on the way can put another program into the image, or, where ENV says so, talk to the
    running service in the name of any server.

    ```dockerfile bad
    FROM python:3.12-slim
    ENV NODE_TLS_REJECT_UNAUTHORIZED=0  # <--
    RUN apt-get update && \
        curl -fsSLk https://example.com/a -o a && \  # <--
        pip install --trusted-host pypi.example.com flask  # <--
    RUN npm config set strict-ssl false  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim
    ENV NODE_TLS_REJECT_UNAUTHORIZED=1
    RUN curl -fsSL https://example.com/a | grep -k b
    RUN npm config set strict-ssl true && git config --global http.sslVerify true
    ```
    """
    for instruction in file.file.instructions:
        for pair in instruction.pairs if instruction.name in ("ENV", "ARG") else ():
            if pair.value is not None and _switches_off(pair.key, pair.value):
                at = instruction.at(pair.start, pair.end)
                yield file.finding(f"{pair.key}={pair.value} switches the verification of TLS certificates off", at=at)
    for stage in file.stages:
        for step in stage.steps:
            if what := _variable(step) or _option(step.command):
                yield file.finding(f"{what} switches the verification of TLS certificates off", at=step.span)
