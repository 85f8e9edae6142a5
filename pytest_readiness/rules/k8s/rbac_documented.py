"""Somebody wrote down what a role is for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import ParseFailure
from pytest_readiness import Project
from pytest_readiness import once
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.rbac import is_builtin

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]*")


@once
def documented(project: Project) -> frozenset[str]:
    """Every word of the project's Markdown files, ending points left out."""
    found: set[str] = set()
    for path in project.paths:
        if path.endswith((".md", ".adoc", ".rst")):
            try:
                found.update(word.rstrip(".:_-") for word in WORD.findall(project.text(path)))
            except ParseFailure:
                continue
    return frozenset(found)


@rule(
    "k8s.rbac-documented",
    P3,
    on="k8s.role",
    when=lambda role: not is_builtin(role) and not role.third_party,
    category="Governance",
    remedy="describe owner and purpose in docs/*.md, or in an annotation description",
)
def check(role: Object, project: Project) -> Iterator[Finding]:
    """A role is documented.

    A role of which nobody knows what it is for is never made smaller, and never removed. Its name in a document of the
    project counts, and so does an annotation `description` (under any prefix).

    ```yaml bad
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata:
      name: deployer  # <--
    rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, patch]}]
    ```
    ```yaml good
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: deployer}
    rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, patch]}]
    ```
    ```markdown with docs/access.md
    `deployer` (team platform): what the release workflow may change.
    ```
    """
    if any(name.rpartition("/")[2] == "description" and value for name, value in role.annotations.items()):
        return
    name = role.object_name
    if name is None or str(name) not in documented(project):
        yield role.finding("no document and no annotation says what this role is for and who owns it")
