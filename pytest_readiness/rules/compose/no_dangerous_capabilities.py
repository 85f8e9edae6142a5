from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service

DANGEROUS = (
    *("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_BOOT", "SYS_TIME", "SYSLOG", "NET_ADMIN", "NET_RAW"),
    *("DAC_READ_SEARCH", "DAC_OVERRIDE", "MAC_ADMIN", "MAC_OVERRIDE", "BPF", "PERFMON", "AUDIT_CONTROL", "LINUX_IMMUTABLE"),
)


def adds_capabilities(service: Service) -> bool:
    return bool(service.data.get("cap_add"))


@rule(
    "compose.no-dangerous-capabilities",
    P1,
    on="compose.service",
    when=adds_capabilities,
    category="Security & Compliance",
    remedy="remove the capability, or narrow what needs it",
    standards=("CIS Docker 5.3 (v1.5)", "OWASP Docker RULE 3"),
    effort="2h",
)
def check(service: Service, *, dangerous: tuple[str, ...] = DANGEROUS) -> Iterator[Finding]:
    """Service adds no capability that leads to the host.

    SYS_ADMIN mounts filesystems, SYS_MODULE loads kernel modules, SYS_PTRACE reads other processes: each is a way out
    of the container.

    ```yaml bad
    services:
      vpn:
        image: wireguard:1.0.20
        cap_add:
          - NET_ADMIN          # <--
          - CAP_SYS_MODULE     # <--
    ```
    ```yaml good
    services:
      proxy:
        image: nginx:1.27.3
        cap_add: [NET_BIND_SERVICE, CHOWN]
    ```
    """
    for name, place in service.items("cap_add"):
        if str(name).upper().removeprefix("CAP_") in dangerous:
            yield service.finding(f"the capability {name} leads out of the container", at=place)
