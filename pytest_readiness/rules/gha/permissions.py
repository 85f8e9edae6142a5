from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Workflow


@rule(
    "gha.permissions",
    P1,
    on="gha.workflow",
    when=lambda workflow: bool(workflow.jobs) and not (workflow.is_reusable_only and workflow.permissions is None),
    category="Security & Compliance",
    remedy="declare permissions: contents: read on the workflow and write scopes on the job that needs them",
    aliases=("scorecard:token-permissions", "CKV2_GHA_1", "zizmor:excessive-permissions"),
    standards=("OpenSSF Scorecard Token-Permissions", "OWASP CICD-SEC-5"),
    effort="30m",
)
def check(workflow: Workflow) -> Iterator[Finding]:
    """A workflow declares what its token may do, and no more than its jobs need.

    Without `permissions` the token gets the default of the repository, which often may write everything: one bad
    dependency in one step can then push code, move tags and publish packages. Write scopes belong to the job that
    uses them; with a single job the workflow may have them.

    ```yaml bad
    on: push  # <--
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
    ```

    ```yaml bad
    on: push
    permissions:
      contents: write  # <--
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
      admin:
        runs-on: ubuntu-latest
        permissions: write-all  # <--
        steps:
          - run: make admin
    ```

    ```yaml good
    on: push
    permissions:
      contents: read
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test
      release:
        runs-on: ubuntu-latest
        permissions:
          contents: write
        steps:
          - run: make release
    ```
    """
    top = workflow.permissions
    undeclared = [job for job in workflow.jobs if job.permissions is None]
    if top is None and len(undeclared) == len(workflow.jobs):
        yield workflow.finding("no permissions declared: the token gets the default of the repository", workflow.at("on"))
    elif top is None:
        for job in undeclared:
            yield workflow.finding(f"the job {job.name!r} declares no permissions and neither does the workflow", job.span)
    if top == "write-all":
        yield workflow.finding("permissions: write-all gives every job write access to everything", workflow.at("permissions"))
    elif isinstance(top, dict) and len(workflow.jobs) > 1 and undeclared:
        for scope in (scope for scope, access in top.items() if access == "write"):
            message = f"every job gets {scope}: write from the workflow; give it to the job that needs it"
            yield workflow.finding(message, workflow.at("permissions", scope))
    for job in workflow.jobs:
        if job.permissions == "write-all":
            yield workflow.finding(f"permissions: write-all gives the job {job.name!r} write access to everything", job.at("permissions"))
