"""A scan that is written down also runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.context import automation
from pytest_readiness.formats.dockerfile.format import DockerfileFile
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.formats.dockerfile.format import Step

_SCANNERS = frozenset(
    ["safety", "pip-audit", "bandit", "trivy", "grype", "snyk", "semgrep", "govulncheck", "gosec", "osv-scanner", "cargo-audit"]
)


def _scan(stage: Stage) -> Step | None:
    for step in stage.steps:
        command = step.command
        audit = command.name in ("npm", "yarn", "pnpm", "cargo") and command.operands[:1] == ("audit",)
        module = command.name.startswith("python") and _SCANNERS.intersection(
            word.text.replace("_", "-") for word in command.arguments[1:2]
        )
        if command.name in _SCANNERS or audit or module:
            return step
    return None


def _is_built(project: Project, name: str) -> bool:
    """Whether a build in the repository names the stage as its target."""
    target = re.compile(rf"\btarget[\"']?[ \t]*[=: ][ \t]*[\"']?{re.escape(name)}(?![\w.-])")
    return any(target.search(project.glance(path)) for path in automation(project))


@rule(
    "docker.security-scan-stage",
    P2,
    on="docker.file",
    when=lambda file: any(_scan(stage) for stage in file.stages),
    category="Security & Compliance",
    remedy="build the scan stage with --target in CI, or scan in a job of its own",
)
def check(file: DockerfileFile, project: Project) -> Iterator[Finding]:
    """A stage that scans is part of the build.

    BuildKit skips every stage that the final one does not need: a scan in a stage that nobody copies from or
    builds with `--target` has never run.

    ```dockerfile bad
    FROM python:3.12-slim AS build
    RUN pip install -r requirements.txt
    FROM build AS scan
    RUN pip-audit  # <--
    FROM build
    CMD ["python", "app.py"]
    ```
    ```dockerfile good
    FROM python:3.12-slim AS scan
    RUN pip-audit -r requirements.txt
    FROM python:3.12-slim
    CMD ["python", "app.py"]
    ```
    ```yaml with .github/workflows/ci.yml
    on: push
    jobs:
      scan:
        runs-on: ubuntu-latest
        steps:
          - run: docker build --target scan .
    ```
    """
    needed = {stage.index for stage in file.final.needs}
    for stage in file.stages:
        step = _scan(stage)
        if step is None:
            continue
        if stage.index not in needed and not (stage.alias and _is_built(project, stage.alias)):
            yield file.finding(f"{stage.label} scans, but the final stage does not need it: BuildKit skips it", at=step.span)
        elif step.command.name == "safety" and step.command.operands[:1] == ("check",):
            yield file.advice("`safety check` is retired: use `safety scan` or pip-audit", at=step.span)
