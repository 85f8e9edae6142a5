from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.leaks import leaks


@rule(
    "repo.no-committed-secrets",
    P0,
    on="repo",
    category="Security & Compliance",
    secret=True,
    remedy="revoke the key or token first, then delete it and rewrite the history",
    standards=("OWASP CICD-SEC-6", "CWE-798"),
    effort="1d",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """No private key and no token lies in the repository.

    Whoever can read the repository has it, today and in every old clone. Deleting the file is not enough: the key has
    to be revoked. Files are recognised by name (`id_rsa`, `*.key`, `*.p12`) and by the form of known tokens in their
    text; certificates, public keys and documented examples are no findings.

    ```text bad deploy/id_ed25519
    the private half of a key pair  # <--
    ```

    ```python good client.py
    import boto3

    session = boto3.Session()
    example = "AKIAIOSFODNN7EXAMPLE"
    ```
    """
    verb = "present" if is_unknown(project.tracked_paths) else "committed"
    for leak in leaks(project):
        yield repository.finding(f"{leak.what} is {verb}: revoke it, deleting does not take it back", leak.span)
