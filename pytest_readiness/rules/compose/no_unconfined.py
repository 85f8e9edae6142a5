from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service

_UNCONFINED = re.compile(r"(?:(?P<what>seccomp|apparmor|systempaths)[:=]unconfined|(?P<label>label)[:=]disable)\s*", re.IGNORECASE)


def has_options(service: Service) -> bool:
    return bool(service.data.get("security_opt"))


@rule(
    "compose.no-unconfined",
    P1,
    on="compose.service",
    when=has_options,
    category="Security & Compliance",
    remedy="remove the option, or write a profile that allows the one call that is needed",
    standards=("CIS Docker 5.1 (v1.5)", "CIS Docker 5.21 (v1.5)", "OWASP Docker RULE 6"),
    effort="2h",
)
def check(service: Service) -> Iterator[Finding]:
    """Service keeps the confinement of seccomp, AppArmor and SELinux.

    Docker's profiles block the system calls that most escapes need; `unconfined` gives them all back.

    ```yaml bad
    services:
      debug:
        image: debug:1.0.3
        security_opt:
          - seccomp:unconfined     # <--
          - apparmor=unconfined    # <--
          - label:disable          # <--
    ```
    ```yaml good
    services:
      debug:
        image: debug:1.0.3
        security_opt:
          - seccomp:./profile.json
          - no-new-privileges:true
    ```
    """
    for option, place in service.items("security_opt"):
        if found := _UNCONFINED.fullmatch(str(option)):
            yield service.finding(f"{found['what'] or 'SELinux'} confinement is switched off", at=place)
