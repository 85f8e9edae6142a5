from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Element
from pytest_readiness.formats.github.format import Job
from pytest_readiness.formats.github.format import Step

_LOGIN = ("aws-actions/configure-aws-credentials", "google-github-actions/auth", "azure/login")
_KEY = re.compile(
    r"aws[-_]?secret[-_]?access[-_]?key|google[-_]credentials|gcp[-_](?:sa|credentials)[-_]?(?:key|json)?|credentials[-_]json|service[-_]account[-_]key"
    r"|azure[-_]credentials|creds|(?:arm|azure)[-_]client[-_]secret",
    re.IGNORECASE,
)


def _static(element: Element) -> list[tuple[str, ...]]:
    """The places of keys that are kept as secrets of the repository."""
    given = [("env", name, value) for name, value in element.env.items()]
    if isinstance(element, Step):
        given += [("with", name, value) for name, value in element.inputs.items()]
    return [(where, name) for where, name, value in given if _KEY.fullmatch(name) and "secrets." in str(value)]


@rule(
    "gha.oidc-no-static-keys",
    P1,
    on=("gha.step", "gha.job", "gha.workflow"),
    when=lambda element: (isinstance(element, Step) and element.action in _LOGIN) or bool(_static(element)),
    category="Security & Compliance",
    remedy="trust the workflow's OIDC identity in the cloud and assume a role, with id-token: write",
    standards=("OWASP CICD-SEC-6",),
    effort="1d",
)
def check(element: Element) -> Iterator[Finding]:
    """Workflows log in to the cloud by their identity, not with stored keys.

    A cloud key stored as a secret is valid for ever and everywhere once it leaks. With OpenID Connect the cloud gives
    this workflow a token for an hour, for which the job needs the permission `id-token: write`.

    ```yaml bad
    on: push
    permissions: {contents: read}
    jobs:
      deploy:
        runs-on: ubuntu-latest
        steps:
          - uses: aws-actions/configure-aws-credentials@v4
            with:
              aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}
              aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}  # <--
          - uses: google-github-actions/auth@v2  # <--
            with:
              workload_identity_provider: projects/1/locations/global/workloadIdentityPools/p/providers/gh
    ```

    ```yaml good
    on: push
    jobs:
      deploy:
        runs-on: ubuntu-latest
        permissions:
          id-token: write
        steps:
          - uses: aws-actions/configure-aws-credentials@v4
            with:
              role-to-assume: arn:aws:iam::111111111111:role/deploy
    ```
    """
    static = _static(element)
    for keys in static:
        yield element.finding(f"{keys[1]} is a stored cloud key: it never expires and works from anywhere", element.at(*keys))
    if not static and isinstance(element, Step) and element.job is not None and _lacks_token(element, element.job):
        yield element.finding("logging in by OIDC needs the permission id-token: write, which the job lacks", element.at("uses"))


def _lacks_token(step: Step, job: Job) -> bool:
    """Whether a login by OIDC is missing its permission, where that does not come from a caller."""
    names = {name.lower() for name in step.inputs}
    wanted = names & {"role-to-assume", "workload_identity_provider", "client-id"}
    other_way = names & {"aws-secret-access-key", "web-identity-token-file", "role-chaining", "auth-type"}
    inherits = job.effective_permissions is None and "workflow_call" in job.workflow.triggers
    return step.action in _LOGIN and bool(wanted) and not other_way and not job.may("id-token") and not inherits
