"""A chart says what it is, and installs the same dependencies every time."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.helm.chart import lock_of
from pytest_readiness.formats.helm.resources import ChartFile
from pytest_readiness.formats.helm.versions import is_bounded
from pytest_readiness.formats.helm.versions import is_semver
from pytest_readiness.formats.helm.versions import lock_digest


@rule(
    "helm.chart-metadata",
    P2,
    on="helm.chart",
    category="Kubernetes & Helm",
    remedy="complete Chart.yaml, bound the versions of dependencies and run helm dependency update",
)
def check(file: ChartFile, project: Project) -> Iterator[Finding]:
    """A chart's description is complete and its dependencies are locked.

    Releases are told apart by `version` and `appVersion`. A dependency without an upper bound is another one tomorrow, and
    `Chart.lock` is what makes two builds of a chart the same. Dependencies that lie in the repository need no lock.

    ```yaml bad
    apiVersion: v1        # <--
    name: shop            # <-- no appVersion
    version: "1.0"        # <--
    ```
    ```yaml bad
    apiVersion: v2
    name: shop
    version: 1.0.0
    appVersion: "2.1"
    dependencies:         # <-- no Chart.lock
      - name: redis
        version: ">=17"   # <--
        repository: oci://registry.example.com/charts
    ```
    ```yaml good
    apiVersion: v2
    name: shop
    version: 1.0.0
    appVersion: "2.1"
    dependencies:
      - name: redis
        version: ^17.0.0
        repository: oci://registry.example.com/charts
      - name: web
        repository: file://../web
    ```
    ```yaml with Chart.lock
    dependencies:
      - name: redis
        repository: oci://registry.example.com/charts
        version: 17.0.4
    digest: sha256:925706ae660c99efd54eadc730141c6bc5c496c1b71a19ad8d9d5e36ebe008fc
    ```
    """
    chart = file.chart
    if file.text("apiVersion") != "v2":
        yield file.finding("apiVersion is not v2: dependencies and types of charts came with it, in Helm 3", file.at("apiVersion"))
    if not chart.name:
        yield file.finding("the chart has no name")
    if not is_semver(file.text("version")):
        said = f"version is {file.text('version')!r}" if file.text("version") else "no version"
        yield file.finding(f"{said}, not one like 1.2.3: releases of the chart cannot be told apart", file.at("version"))
    if not file.text("appVersion") and not chart.is_library:
        yield file.finding("no appVersion: nobody can see which version of the application a release runs")
    remote = [dependency for dependency in chart.dependencies if dependency.is_remote]
    for dependency in remote:
        if not is_bounded(dependency.version):
            said = f"version {dependency.version!r} has no upper end" if dependency.version else "no version"
            yield file.finding(f"dependency {dependency.name}: {said}: what is installed changes by itself", dependency.at("version"))
    if not remote:
        return
    lock = lock_of(chart, project)
    if lock is None:
        yield file.finding("no Chart.lock: each build may get other versions of the dependencies", file.at("dependencies"))
    elif file.text("apiVersion") == "v2" and lock.get("digest") != lock_digest(chart.dependencies, lock.get("dependencies")):
        yield file.finding("Chart.lock is out of step with the dependencies: helm dependency build refuses it", lock.entry("digest"))
