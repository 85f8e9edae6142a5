from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service


@rule(
    "compose.no-new-privileges",
    P2,
    on="compose.service",
    category="Security & Compliance",
    remedy="set security_opt: [no-new-privileges:true]",
    standards=("CIS Docker 5.25 (v1.5)", "OWASP Docker RULE 4"),
)
def check(service: Service) -> Iterator[Finding]:
    """Service cannot gain new privileges.

    Without the option a setuid program in the image makes root of any user, and `user:` protects nothing.

    ```yaml bad
    services:
      api:                                      # <--
        image: api:1.4.2
      worker:
        image: api:1.4.2
        security_opt:
          - no-new-privileges:false             # <--
    ```
    ```yaml good
    services:
      api:
        image: api:1.4.2
        security_opt:
          - no-new-privileges:true
      worker:
        image: api:1.4.2
        security_opt: [no-new-privileges]
    ```
    """
    options = {re.sub(r"\s*[:=]\s*", ":", str(option)).lower(): place for option, place in service.items("security_opt")}
    if "no-new-privileges" not in options and "no-new-privileges:true" not in options:
        yield service.finding(
            "a setuid program can make root of any user: security_opt has no no-new-privileges:true",
            at=options.get("no-new-privileges:false"),
        )
