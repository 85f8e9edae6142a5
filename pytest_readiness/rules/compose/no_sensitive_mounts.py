from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service

_WHOLE = frozenset(
    ("/", "/etc", "/boot", "/dev", "/lib", "/lib64", "/usr", "/bin", "/sbin", "/root", "/home", "/var", "/var/lib", "/run", "/var/run")
)
_BELOW = (
    "/proc",
    "/sys",
    "/boot",
    "/root",
    "/var/lib/docker",
    "/var/lib/kubelet",
    "/etc/ssh",
    "/etc/sudoers.d",
    "/etc/kubernetes",
    "/etc/docker",
)
_PROGRAMS = ("/etc/", "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/var/spool/cron")
_FILES = frozenset(("/etc/shadow", "/etc/passwd", "/etc/group", "/etc/sudoers", "/etc/crontab"))
_HOME = re.compile(
    r"(?:~|\$HOME|\$\{HOME[^}]*\}|/home/[^/]+|/root)(?:/(?:\.ssh|\.aws|\.kube|\.docker|\.gnupg|\.azure|\.config/gcloud|\.netrc)(?:/.*)?)?/?"
)


def mounts_something(service: Service) -> bool:
    return bool(service.mounts)


@rule(
    "compose.no-sensitive-mounts",
    P1,
    on="compose.service",
    when=mounts_something,
    category="Security & Compliance",
    remedy="mount only the file or directory that is needed, read-only",
    standards=("CIS Docker 5.5 (v1.5)",),
    effort="2h",
)
def check(service: Service, *, allow: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Service mounts no sensitive directory of the host.

    With `/`, `/etc` or `/proc` a container can read the host's secrets or take it over, by what it writes below `/etc` too; a home
    directory brings SSH and cloud keys.
    Monitoring agents usually need some; `allow` names paths that are accepted.

    ```yaml bad
    services:
      agent:
        image: agent:2.1.0
        volumes:
          - /:/host:ro             # <--
          - /proc:/host/proc:ro    # <--
          - ~/.ssh:/root/.ssh      # <--
          - /etc/cron.d:/jobs      # <--
    ```
    ```yaml good
    services:
      agent:
        image: agent:2.1.0
        volumes:
          - /etc/localtime:/etc/localtime:ro
          - ./config:/config
          - data:/data
    volumes: {data: {}}
    ```
    """
    for mount in service.mounts:
        source = mount.written_source
        if source in allow or not source.startswith(("/", "~", "$")):
            continue
        if _HOME.fullmatch(source):
            yield service.finding(f"{source} of the host is mounted: home directories hold keys", at=mount.source_span)
            continue
        if mount.type != "volume" and _is_sensitive(str(mount.source)):
            yield service.finding(f"{mount.source} of the host is mounted: it leads to the whole host", at=mount.source_span)
        elif mount.type != "volume" and "ro" not in mount.options and str(mount.source).startswith(_PROGRAMS):
            yield service.finding(f"{mount.source} of the host can be written: what is put there runs as root", at=mount.source_span)


def _is_sensitive(source: str) -> bool:
    """Whether a directory of the host is sensitive as a whole, or lies below one that is."""
    path = re.sub(r"/{2,}", "/", source)
    path = path.rstrip("/") or path[:1]
    return path in _WHOLE or path in _FILES or any(path == folder or path.startswith(f"{folder}/") for folder in _BELOW)
