from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.dotenv import EnvFile


def _concerns(resource: Resource, project: Project) -> bool:
    """An item for each committed file, and one for the repository where there is none."""
    if isinstance(resource, EnvFile):
        tracked = project.tracked(resource.path)
        return not resource.is_encrypted and (is_unknown(tracked) or bool(tracked))
    files = (resource for path in project.files("dotenv") if (found := project.contents(path)) for resource in found.resources)
    return not any(_concerns(file, project) for file in files if file.kind == "repo.env-file")


@rule(
    "repo.no-committed-env",
    P0,
    on=("repo.env-file", "repo"),
    when=_concerns,
    category="Security & Compliance",
    remedy="git rm --cached the file, ignore it, commit a template instead, and rotate what it held",
    standards=("OWASP CICD-SEC-6", "CWE-538"),
    effort="2h",
)
def check(resource: Resource, project: Project) -> Iterator[Finding]:
    """No environment file is committed.

    A `.env` holds what differs between places, secrets first. Once committed it is in every clone and stays in the
    history when it is deleted: rotate what it held. Templates and files encrypted by SOPS or dotenvx are no findings.

    ```shell bad .env
    DB_HOST=localhost  # <--
    DB_PASSWORD=s3cr3t-7f81
    ```

    ```shell good .env.example
    DB_HOST=localhost
    DB_PASSWORD=
    ```
    """
    if not isinstance(resource, EnvFile) or not project.tracked(resource.path):
        return
    secrets = resource.secrets
    if secrets:
        names = ", ".join(entry.key for entry in secrets[:3]) + (", ..." if len(secrets) > 3 else "")
        yield resource.finding(f"is committed with credentials ({names}): they are in every clone and stay in the history")
    else:
        yield resource.finding("is committed, without credentials so far: the next secret added to it is public at once")
