"""What the pipelines of a repository do with Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...project import Project
from ...project import once

_PIPELINE = re.compile(
    r"(^|/)(\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.gitlab/[^/]+\.ya?ml|Jenkinsfile|azure-pipelines[^/]*\.ya?ml"
    r"|\.circleci/config\.yml|bitbucket-pipelines\.yml|cloudbuild\.ya?ml|buildspec\.ya?ml|\.?atlantis\.ya?ml|\.pre-commit-config\.yaml"
    r"|[Mm]akefile|[^/]+\.mk|Taskfile\.ya?ml|justfile|[^/]+\.(sh|bash))$"
)
_COMMENT = re.compile(r"^[ \t]*(#|//).*$", re.MULTILINE)
_VALIDATES = re.compile(r"\b(terraform|tofu|terragrunt)\b[^\n]*\b(validate|plan|test)\b|terraform_validate|atlantis")
_POLICY = re.compile(
    r"\bconftest\b|\bopa\s+(eval|exec|test)\b|\bsentinel\s+(apply|test)\b|--external-checks-(dir|git)"
    r"|\bterraform-compliance\b|\bregula\b"
    r"|\binfracost\b[^\n]*--policy-path|\bcheckov\b[^\n]*--policy-metadata-filter|\bsnyk\s+iac\b[^\n]*--rules|--config-(policy|check)"
)
_OWN_POLICY = re.compile(r"(^|/)(sentinel\.hcl|[^/]+\.sentinel|policy-set\.hcl)$")


@once
def scripts(project: Project) -> tuple[tuple[str, str], ...]:
    """The pipelines and scripts with their texts, comments left out."""
    return tuple((path, _COMMENT.sub("", project.glance(path))) for path in project.paths if _PIPELINE.search(path))


def validated(project: Project, directory: str) -> bool:
    """Whether a pipeline validates or plans what is in a directory."""
    for path, text in scripts(project):
        if _VALIDATES.search(text) and (not directory or directory in text or path.startswith(f"{directory}/")):
            return True
    return False


def policies(project: Project) -> Iterator[str]:
    """What checks plans or configuration against policies of one's own."""
    for path, text in scripts(project):
        if found := _POLICY.search(text):
            yield f"{path}: {found[0]}"
    yield from (path for path in project.paths if _OWN_POLICY.search(path))
    for path in project.paths:
        if (path.endswith(".rego") and re.search(r"\b(resource_changes|planned_values|tfplan|terraform)\b", project.glance(path))) or (
            path.endswith((".checkov.yaml", ".checkov.yml")) and "external-checks" in project.glance(path)
        ):
            yield path
