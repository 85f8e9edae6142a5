from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Repository
from pytest_readiness.formats.github.tools import AUDIT
from pytest_readiness.formats.github.tools import AUDITS
from pytest_readiness.formats.github.tools import ecosystems
from pytest_readiness.formats.github.tools import outside_workflow
from pytest_readiness.formats.github.tools import tool_problems


@rule(
    "gha.dependency-audit",
    P1,
    on="gha.repository",
    when=lambda repository, project: bool(ecosystems(project)),
    category="Security & Compliance",
    remedy="run an audit of each package ecosystem (pip-audit, npm audit, govulncheck) or dependency-review, osv-scanner",
    standards=("OWASP CICD-SEC-3", "OpenSSF Scorecard Vulnerabilities"),
    effort="2h",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """Dependencies of every ecosystem in use are checked for known vulnerabilities.

    Most of what is deployed was written by others; an audit in the pipeline says when a version in use has become
    dangerous.

    ```yaml bad
    on: pull_request
    jobs:
      audit:
        runs-on: ubuntu-latest
        steps:
          - run: pip-audit -r requirements.txt || true  # <--
    ```
    ```text with requirements.txt
    flask==3.0.0
    ```

    ```yaml good
    on: pull_request
    jobs:
      audit:
        runs-on: ubuntu-latest
        steps:
          - run: uvx pip-audit -r requirements.txt
          - run: npm audit --audit-level=high
    ```
    ```text with requirements.txt
    flask==3.0.0
    ```
    ```json with package.json
    {"name": "web"}
    ```
    """
    general = tool_problems(repository, AUDIT, project, any_event=True)
    if general == []:
        return
    missing = {}
    for ecosystem, manifest in ecosystems(project).items():
        problems = tool_problems(repository, AUDITS[ecosystem], project, any_event=True)
        if problems is None and general is None:
            missing[ecosystem] = manifest
        yield from problems or ()
    yield from general or ()
    if missing and (text := outside_workflow(repository, "audit|dependenc|osv|vuln|security|snyk", project)):
        raise Unresolved(f"{text} may audit dependencies and cannot be seen from here")
    for ecosystem, manifest in missing.items():
        yield repository.finding(f"no workflow audits the {ecosystem} dependencies ({manifest}) for known vulnerabilities")
