"""The same Dockerfile installs the same programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step

_PIP_VALUED = frozenset(
    [
        "-c",
        "-r",
        "-t",
        "-i",
        "-e",
        "-f",
        "--constraint",
        "--target",
        "--prefix",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--root",
        "--src",
        "--python",
        "--trusted-host",
        "--editable",
        "--requirement",
        "--platform",
        "--python-version",
        "--only-binary",
        "--no-binary",
    ]
)
_LOCAL = re.compile(r"[./~$<]|.*(://|\.(whl|gz|zip|tgz|tar)\Z|\$)|git\+")


def _pip(step: Step) -> list[str] | None:
    words = [word.text for word in step.command.arguments]
    if (step.command.name.startswith("python") and words[:2] == ["-m", "pip"]) or (step.command.name == "uv" and words[:1] == ["pip"]):
        words = words[words.index("pip") + 1 :]
    elif not re.fullmatch(r"pip[\d.]*", step.command.name):
        return None
    return words[words.index("install") + 1 :] if "install" in words else None


def _installs(stage: Stage) -> list[Step]:
    return [step for step in stage.steps if _loose(step) is not None]


def _loose(step: Step) -> list[str] | None:
    """The packages without a version; None where the step installs none by name."""
    command = step.command
    words = _pip(step)
    if words is not None:
        if any(word.startswith(("-c", "--constraint", "--require-hashes")) for word in words):
            return []
        names = [w for n, w in enumerate(words) if not w.startswith("-") and (n == 0 or words[n - 1] not in _PIP_VALUED)]
        return [name for name in names if not re.search(r"[=<>~!@]", name) and not _LOCAL.match(name)]
    operands = command.operands
    if command.name == "npm" and operands[:1] in (("install",), ("i",), ("add",)) and operands[1:]:
        return [name for name in operands[1:] if "@" not in name[1:] and not _LOCAL.match(name)]
    if command.name == "gem" and operands[:1] == ("install",) and operands[1:]:
        return [name for name in operands[1:] if ":" not in name and not command.option("-v", "--version") and not _LOCAL.match(name)]
    if command.name == "go" and operands[:1] == ("install",) and operands[1:]:
        return [name for name in operands[1:] if name.endswith("@latest")]
    return None


@rule(
    "docker.package-versions",
    P3,
    on="docker.stage",
    when=lambda stage: bool(_installs(stage)),
    category="Docker",
    remedy="name the version, or install from a lock file",
    aliases=("DL3013", "DL3016", "DL3028"),
)
def check(stage: Stage) -> Iterator[Finding]:
    """Packages of pip, npm, gem and go are installed in a named version.

    Without a version each build takes the newest one there is: it breaks on a day nobody changed anything, and takes a
    hijacked release first. Manifests with a lock file are not judged here.

    ```dockerfile bad
    FROM python:3.12-slim
    RUN pip install flask "gunicorn==23.0.0"  # <--
    RUN npm install -g pm2@5.4.2 typescript  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim
    RUN pip install --no-cache-dir -r requirements.txt
    RUN pip install -c constraints.txt flask && pip install . ./dist/app.whl
    RUN npm install -g pm2@5.4.2 && gem install bundler:2.5.6 && go install example.com/tool@v1.2.3
    ```
    """
    for step in _installs(stage):
        loose = _loose(step)
        if loose:
            yield stage.finding(f"{', '.join(loose)} without a version: each build takes the newest", at=step.span)
