"""Packages come from whom they claim."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import ShellWord
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step
from pytest_readiness.formats.dockerfile.packages import APT
from pytest_readiness.formats.dockerfile.packages import DNF

_UNVERIFIED = {
    **dict.fromkeys(APT, ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories")),
    **dict.fromkeys((*DNF, "yum-config-manager"), ("--nogpgcheck", "--no-gpgchecks", "--no-gpg-checks")),
    "zypper": ("--no-gpg-checks", "--allow-unsigned-rpm"),
    "apk": ("--allow-untrusted",),
    "rpm": ("--nosignature", "--nodigest", "--noverify", "--nofiledigest"),
}


def _settings(step: Step) -> list[ShellWord]:
    """Settings given on the command line that do the same."""
    off = ("AllowUnauthenticated=true", "AllowUnauthenticated=1", "gpgcheck=0", "gpgcheck=false")
    return [word for word in step.command.arguments if word.text.endswith(off)]


@rule(
    "docker.package-signatures",
    P1,
    on="docker.stage",
    when=lambda stage: bool(stage.runs(*_UNVERIFIED)),
    category="Security & Compliance",
    remedy="remove the option, and import the key of the repository",
    aliases=("CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_9", "CKV2_DOCKER_10", "CKV2_DOCKER_11"),
)
def check(stage: Stage) -> Iterator[Finding]:
    r"""Package signatures are verified.

    Without them, whoever controls the mirror or the network decides what is installed, as root, in every image.

    ```dockerfile bad
    FROM debian:12
    RUN apt-get update && \
        apt-get install -y --allow-unauthenticated curl  # <--
    RUN echo done && rpm -i --nosignature tool.rpm  # <--
    ```
    ```dockerfile good
    FROM debian:12
    RUN apt-get install -y curl | grep "--force-yes"
    ```
    """
    for step in stage.runs(*_UNVERIFIED):
        option = step.command.option(*_UNVERIFIED[step.command.name])
        if option is not None:
            yield stage.finding(f"{step.command.name} {option.text} installs packages that nobody has signed", at=step.at(option))
        yield from (stage.finding(f"{step.command.name} {w.text} takes unsigned packages", at=step.at(w)) for w in _settings(step))
