from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


@rule(
    "compose.non-root-user",
    P1,
    on="compose.service",
    category="Docker",
    remedy='set user: "1000:1000", or USER in the Dockerfile',
    standards=("CIS Docker 4.1", "OWASP Docker RULE 2"),
    effort="1h",
)
def check(service: Service, project: Project) -> Iterator[Finding]:
    """Service runs as a user other than root.

    Root in a container is root on the host as soon as something else gives way. The user of a pulled image cannot be seen from
    here, so without `user` the check is unknown.

    ```yaml bad
    services:
      api:
        image: api:1.4.2
        user: root              # <--
      worker:
        image: api:1.4.2
        user: "1000"
        privileged: true        # <--
    ```
    ```yaml bad
    services:
      api:
        build: .                # <--
    ```
    ```dockerfile with Dockerfile
    FROM python:3.13.1
    CMD ["python", "-m", "api"]
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        user: "${UID:-1000}:${GID:-1000}"
      worker:
        build: .
    ```
    ```dockerfile with Dockerfile
    FROM python:3.13.1
    USER 1000
    CMD ["python", "-m", "api"]
    ```
    """
    if service.is_privileged:
        yield service.finding(
            "privileged, so its user does not matter: it can do what root on the host can", at=service.place("privileged")
        )
        return
    user = service.value("user")
    if user is not None:
        name = str(user).partition(":")[0].strip()
        if name in ("root", "") or not name.strip("0"):
            yield service.finding(f"runs as {name or 'the image user, because user is empty'}", at=service.place("user"))
        return
    stage = service.stage(project)
    if stage is None:
        raise Unresolved(f"the user of the pulled image {service.written_image} is not known")
    if stage.runs_as_root:
        where = "none" if stage.user is None else f"{stage.user}"
        yield service.finding(f"runs as root: no user here, and {where} in the Dockerfile", at=service.place("build"))
