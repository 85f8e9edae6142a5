"""A service image keeps what its organisation agreed on."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage
from pytest_readiness.rules.docker import chown_app_files
from pytest_readiness.rules.docker import healthcheck
from pytest_readiness.rules.docker import minimal_base
from pytest_readiness.rules.docker import multi_stage
from pytest_readiness.rules.docker import non_root_user
from pytest_readiness.rules.docker import pip_no_cache

ELEMENTS = {
    "multi-stage": multi_stage.check,
    "healthcheck": healthcheck.check,
    "non-root": non_root_user.check,
    "chown": chown_app_files.check,
    "pip-no-cache": pip_no_cache.check,
    "minimal-base": minimal_base.check,
}


@rule(
    "docker.template-conformance",
    P0,
    on="docker.service",
    category="Docker",
    remedy="start from the standard Dockerfile of the organisation",
    effort="2h",
    needs="elements",
)
def check(stage: Stage, project: Project, *, elements: tuple[str, ...] = ()) -> Iterator[Finding]:
    """A service image follows the organisation's template.

    One standard is reviewed once; images that leave it have to be reviewed one by one. The template is a list of
    elements, each of which is a rule of its own: `multi-stage`, `healthcheck`, `non-root`, `chown`, `pip-no-cache`,
    `minimal-base`. This check says which are missing.

    ```dockerfile bad
    FROM python:3.12-slim
    HEALTHCHECK CMD ["python", "check.py"]
    CMD ["python", "app.py"]  # <--
    ```
    ```yaml with readiness.yaml
    options:
      docker.template-conformance:
        elements: [healthcheck, non-root]
    ```
    ```dockerfile good
    FROM python:3.12-slim
    USER 1000:1000
    HEALTHCHECK CMD ["python", "check.py"]
    CMD ["python", "app.py"]
    ```
    ```yaml with readiness.yaml
    options:
      docker.template-conformance:
        elements: [healthcheck, non-root, multi-stage]
    ```
    """
    if strange := [element for element in elements if element not in ELEMENTS]:
        yield stage.finding(f"the template asks for {', '.join(strange)}, which is none of {', '.join(ELEMENTS)}")
    missing = [element for element in elements if element in ELEMENTS and _is_missing(element, stage, project)]
    if missing:
        head = stage.entrypoint or stage.cmd
        at = head.head if head and head in stage.instructions else None
        yield stage.finding(f"misses {', '.join(missing)} of the template", at)


def _is_missing(element: str, stage: Stage, project: Project) -> bool:
    part = ELEMENTS[element]
    return part.applies(stage, project) and any(not finding.advice for finding in part.findings(stage, project))
