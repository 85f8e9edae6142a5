from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Repository


@rule(
    "gha.workflows-run",
    P3,
    on="gha.layout",
    category="CI/CD",
    remedy="move the file into .github/workflows of the root of the repository",
    effort="30m",
)
def check(repository: Repository) -> Iterator[Finding]:
    """Workflow files lie where GitHub runs them.

    GitHub reads workflows from `.github/workflows` at the root only, and not from folders in it: a check that lies
    elsewhere never runs, and nothing says so. Files of a template or subproject in a folder of their own are advice.

    ```yaml bad .github/workflows/team/deploy.yml
    on: push  # <--
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
    ```
    ```yaml with .github/workflows/ci.yml
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
    ```

    ```yaml good services/api/.github/workflows/ci.yml
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
    ```
    ```yaml with .github/workflows/ci.yml
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
    ```
    """
    for path in repository.nested:
        place = Span(path, 1, 1, 1, 2)
        if path.startswith(".github/workflows/"):
            yield repository.finding("lies in a folder of .github/workflows, where GitHub does not look: it never runs", place)
        else:
            yield repository.advice("lies outside of the root's .github/workflows: here it never runs", place)
