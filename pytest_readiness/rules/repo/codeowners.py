from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import rule
from pytest_readiness.formats.repository import codeowners
from pytest_readiness.formats.repository import owner_of

_NAMES = {
    "github-actions": "workflows",
    "dockerfile": "Dockerfiles",
    "compose": "compose files",
    "kubernetes": "Kubernetes manifests",
    "terraform": "Terraform",
}


def _infrastructure(project: Project) -> dict[str, list[str]]:
    """The files of each kind that somebody has to own."""
    found: dict[str, list[str]] = {}
    for path in project.paths:
        claimed = project.format_of(path)
        if claimed is not None and claimed.name in _NAMES:
            found.setdefault(_NAMES[claimed.name], []).append(path)
    return found


@rule(
    "repo.codeowners",
    P2,
    on="repo",
    when=lambda repository, project: bool(_infrastructure(project)),
    category="Governance",
    remedy="add .github/CODEOWNERS with an owner for the workflows and the infrastructure",
    standards=("OWASP CICD-SEC-1",),
    effort="30m",
)
def check(repository: Resource, project: Project) -> Iterator[Finding]:
    """Somebody owns every infrastructure file.

    A change to a workflow or a manifest can reach production by itself. CODEOWNERS makes its review the task of those
    who know it. The last line that covers a file decides, and a line without an owner takes it away.

    ```text bad .github/CODEOWNERS
    *               @acme/devs
    /Dockerfile     # <--
    ```
    ```dockerfile with Dockerfile
    FROM scratch
    ```
    ```yaml with .github/workflows/ci.yml
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
    ```

    ```text good CODEOWNERS
    /.github/  @acme/platform
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
    found = codeowners(project)
    if found is None:
        yield repository.finding("no CODEOWNERS file: nobody in particular has to review changes to the infrastructure")
        return
    home, rules = found
    for kind, paths in _infrastructure(project).items():
        deciding = [(path, owner_of(path, rules)) for path in paths]
        open_paths = [(path, line) for path, line in deciding if line is None or not line.owners]
        if open_paths:
            path, line = open_paths[0]
            more = f" and {len(open_paths) - 1} more" if len(open_paths) > 1 else ""
            place = line.span if line is not None else repository.span._replace(path=home)
            why = " (the line names no @user, @team or address)" if line is not None else ""
            yield repository.finding(f"nobody owns {kind}: {path}{more}{why}", place)
