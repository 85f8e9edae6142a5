from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


@rule(
    "compose.cap-drop-all",
    P1,
    on="compose.service",
    category="Security & Compliance",
    remedy="set cap_drop: [ALL] and add back what is needed",
    standards=("CIS Docker 5.3 (v1.5)", "OWASP Docker RULE 3"),
    effort="1h",
)
def check(service: Service, *, allowed: tuple[str, ...] = ("NET_BIND_SERVICE",)) -> Iterator[Finding]:
    """Service drops all capabilities.

    Docker leaves a container fourteen of root's powers, from changing owners to raw sockets. A Dockerfile cannot drop them, only the
    place that starts the container can. `allowed` may be added back.

    ```yaml bad
    services:
      api:                             # <--
        image: api:1.4.2
      worker:
        image: api:1.4.2
        cap_drop: [NET_RAW]            # <--
      proxy:
        image: nginx:1.27.3
        cap_drop: [ALL]
        cap_add: [NET_ADMIN]           # <--
    ```
    ```yaml good
    services:
      proxy:
        image: nginx:1.27.3
        cap_drop: [all]
        cap_add: [CAP_NET_BIND_SERVICE]
    ```
    """
    if service.is_privileged:
        yield service.finding("privileged, so it has every capability", at=service.place("privileged"))
        return
    dropped = [str(name).upper() for name, _ in service.items("cap_drop")]
    if "ALL" not in dropped:
        what = f"drops only {', '.join(dropped)}" if dropped else "keeps Docker's default capabilities"
        yield service.finding(f"{what}: cap_drop has no ALL", at=service.place("cap_drop"))
    for name, place in service.items("cap_add"):
        if str(name).upper().removeprefix("CAP_") not in allowed:
            yield service.finding(f"adds the capability {name}", at=place)
