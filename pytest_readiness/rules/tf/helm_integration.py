from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Span
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Repository
from pytest_readiness.formats.terraform.pipelines import scripts

_DEPLOYED = re.compile(r"^kind:[ ]*[\"']?(Application|ApplicationSet|HelmRelease|HelmChart)\b", re.MULTILINE)
_INSTALLED = re.compile(r"\bhelm\b[^\n]*\b(upgrade|install)\b|\bhelmfile\b|\bskaffold\b")


def has_charts(repository: Repository, project: Project) -> bool:
    """A chart of the repository's own, or one that Terraform installs; one that nothing but an example runs needs nobody."""
    charts = any(path.rpartition("/")[2] == "Chart.yaml" and "type: library" not in project.glance(path) for path in project.paths)
    return charts or bool(repository.resources("helm_release"))


@rule(
    "tf.helm-integration",
    P3,
    on="tf.repository",
    when=has_charts,
    category="IaC",
    remedy="add a helm_release, or an Application of Argo CD",
    effort="1d",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """Charts of the repository are deployed by code.

    A chart that somebody installs by hand has the version and the values of that day, and nobody knows which. A
    `helm_release`, an Argo CD Application, a Flux HelmRelease, a helmfile or a pipeline step counts; versions are
    for `tf.helm-pinned`.

    ```hcl good
    resource "helm_release" "shop" {
      chart   = "shop"
      version = "1.2.0"
    }
    ```
    ```hcl bad main.tf
    resource "aws_vpc" "main" {}
    ```
    ```yaml with charts/shop/Chart.yaml
    apiVersion: v2                           # <--
    name: shop
    version: 1.2.0
    ```
    """
    if repository.resources("helm_release"):
        return
    if any(_INSTALLED.search(text) for _, text in scripts(project)):
        return
    for path in project.paths:
        if path.endswith((".yaml", ".yml")) and _DEPLOYED.search(project.glance(path)):
            return
        if path.rpartition("/")[2].startswith("helmfile"):
            return
    repository.demand_all()
    chart = next(path for path in project.paths if path.rpartition("/")[2] == "Chart.yaml")
    yield repository.finding(
        "nothing here installs the chart: neither helm_release nor Argo CD, Flux or a pipeline", Span(chart, 1, 1, 1, 1)
    )
