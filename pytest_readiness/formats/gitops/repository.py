"""What is said of deployments as a whole, whichever tool drives them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from typing import cast

from ...model import Resource
from ...model import Span
from ...project import Project
from ...project import once
from ..kubernetes.objects import Workload

SWITCH_SCRIPT = re.compile(r"blue[-_]?green|green[-_]?blue", re.IGNORECASE)
_SCRIPTS = (".sh", ".bash")
_PIPELINES = (".gitlab-ci.yml", "Jenkinsfile", "azure-pipelines.yml", "bitbucket-pipelines.yml", ".circleci/config.yml", ".drone.yml")


def repository(project: Project) -> Iterator[Resource]:
    """What repository-wide rules judge, where something is deployed at all."""
    if project.files("kubernetes") or charts(project) or switch_scripts(project):
        yield Resource("argo.repository", "repo", Span("."))


@once
def charts(project: Project) -> tuple[str, ...]:
    """The charts that can be installed, by their Chart.yaml; those that only help others are none."""
    found = (path for path in project.paths if path.rpartition("/")[2] == "Chart.yaml")
    return tuple(path for path in found if not re.search(r"^type:\s*['\"]?library\b", project.glance(path), re.MULTILINE))


@once
def switch_scripts(project: Project) -> tuple[str, ...]:
    """The scripts that by their names switch from blue to green."""
    return tuple(path for path in project.paths if path.endswith(_SCRIPTS) and SWITCH_SCRIPT.search(path.rpartition("/")[2]))


def pipelines(project: Project) -> Iterator[str]:
    """The texts of everything that runs by itself when something is pushed."""
    for path in project.paths:
        if (
            (path.startswith(".github/workflows/") and path.endswith((".yml", ".yaml")))
            or path in _PIPELINES
            or path.endswith("/Jenkinsfile")
        ):
            yield project.glance(path)


@once
def first_deployed(project: Project) -> Span | None:
    """Where the first thing stands that is deployed: a workload that no name gives to another environment, or a chart."""
    workloads = cast("Iterable[Workload]", project.resources("k8s.workload"))
    found = next((workload.span for workload in workloads if workload.is_production), None)
    return found or next((Span(path) for path in charts(project)), None)


GITOPS_KINDS = ("argo.application", "argo.flux-kustomization", "argo.flux-release", "argo.stage")
# other tools of the same kind, and what sets them up from Terraform
_OTHERS = re.compile(
    r"^kind:\s*[\"']?(?:GitRepo|RootSync|RepoSync|ClusterGroup)\b|resource\s+\"(?:argocd_application(?:_set)?|flux_bootstrap_git)\"",
    re.MULTILINE,
)
_MAYBE = ("fleet.cattle.io", "configsync.gke.io", "argocd_application", "flux_bootstrap_git")


@once
def is_driven_by_git(project: Project) -> bool:
    """Whether something syncs the cluster with a repository."""
    if any(project.resources(kind) for kind in GITOPS_KINDS):
        return True
    candidates = [*project.files("kubernetes"), *project.files("terraform")]
    texts = (project.glance(path) for path in candidates)
    return any(any(word in text for word in _MAYBE) and _OTHERS.search(text) is not None for text in texts)


_CODE_DEPLOY = re.compile(r"\bBLUE_GREEN\b|\bCODE_DEPLOY\b|CodeDeployBlueGreen|EcsBlueGreen")


@once
def switches_by_code_deploy(project: Project) -> bool:
    """Whether CodeDeploy switches from blue to green."""
    texts = [*(project.glance(path) for path in project.files("terraform")), *pipelines(project)]
    return any(_CODE_DEPLOY.search(text) for text in texts)
