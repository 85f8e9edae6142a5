from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Unresolved
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Repository
from pytest_readiness.formats.github.tools import SAST
from pytest_readiness.formats.github.tools import has_source_code
from pytest_readiness.formats.github.tools import outside_workflow
from pytest_readiness.formats.github.tools import tool_problems


@rule(
    "gha.sast",
    P1,
    on="gha.repository",
    when=lambda repository, project: has_source_code(project),
    category="Security & Compliance",
    remedy="run CodeQL, Semgrep, Sonar or a linter for security such as Bandit on pull requests",
    aliases=("scorecard:sast",),
    standards=("OpenSSF Scorecard SAST",),
    effort="2h",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """Static analysis looks at every pull request.

    Injection, path traversal and weak cryptography are found while the change is still being discussed. CodeQL's
    default setup stands in no file and cannot be seen here: record it as an accepted gap.

    ```python bad app.py
    print("hello")
    ```
    ```yaml with .github/workflows/ci.yml
    on: push
    jobs:
      analyse:
        runs-on: ubuntu-latest
        steps:
          - run: semgrep ci  # <--
    ```

    ```python good app.py
    print("hello")
    ```
    ```yaml with .github/workflows/ci.yml
    on: pull_request
    jobs:
      analyse:
        runs-on: ubuntu-latest
        steps:
          - uses: github/codeql-action/init@v3
          - uses: github/codeql-action/analyze@v3
    ```
    """
    problems = tool_problems(repository, SAST, project)
    if problems is None:
        if text := outside_workflow(repository, "sast|codeql|semgrep|sonar|security|analy[sz]e|bandit", project):
            raise Unresolved(f"{text} may run static analysis and cannot be seen from here")
        yield repository.finding("no workflow runs static analysis (CodeQL, Semgrep, Sonar, Bandit ...) of the code")
    yield from problems or ()
