"""Who may deploy what is said somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.gitops.applications import Application


@rule(
    "argo.project",
    P3,
    on="argo.application",
    when=lambda application: application.is_production,
    category="Security & Compliance",
    remedy="add an AppProject with its repositories and destinations, and name it in spec.project",
    effort="2h",
)
def check(application: Application) -> Iterator[Finding]:
    """An application of production belongs to a project of its own.

    The project `default` allows every repository, every cluster and every namespace: whoever may write one Application
    may deploy anything anywhere.

    ```yaml bad
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web-prod}
    spec:
      project: default  # <--
    ```
    ```yaml good
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web-prod}
    spec:
      project: shop
    ```
    """
    name = application.setting("spec", "project")
    if name is None or name in ("", "default"):
        what = "no project, which means default" if not name else "the project default"
        yield application.finding(f"{what}: it may deploy anything anywhere", application.place("spec", "project"))
