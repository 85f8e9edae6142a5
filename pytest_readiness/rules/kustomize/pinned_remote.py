"""What comes from elsewhere changes when somebody here says so."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kustomize.format import Kustomization


def takes_from_elsewhere(kustomization: Kustomization) -> bool:
    return bool(kustomization.remotes)


@rule(
    "kustomize.pinned-remote",
    P2,
    on="kustomize.kustomization",
    when=takes_from_elsewhere,
    category="IaC",
    remedy="name a tag or commit: ?ref= of a repository, version of a chart",
    standards=("OWASP CICD-SEC-3",),
)
def check(kustomization: Kustomization) -> Iterator[Finding]:
    """Bases, files and charts from elsewhere are pinned to a version.

    A base that follows a branch changes under the next deployment without a change in this repository, and whoever can push
    to it can deploy to the cluster. Addresses that name no repository are not judged.

    ```yaml bad
    resources:
      - https://github.com/example/base//deploy                                       # <--
      - git@github.com:example/queue.git?ref=main                                     # <--
      - https://raw.githubusercontent.com/example/crds/master/crds.yaml               # <--
      - https://github.com/example/operator/releases/latest/download/install.yaml     # <--
    helmCharts:
      - name: redis                                                                   # <--
        repo: https://charts.example.com
    ```
    ```yaml good
    resources:
      - https://github.com/example/base//deploy?ref=v1.4.0
      - https://raw.githubusercontent.com/example/crds/v2.0.1/crds.yaml
      - https://github.com/example/operator/releases/download/v3.1.0/install.yaml
    helmCharts:
      - name: redis
        repo: https://charts.example.com
        version: 20.1.0
    ```
    """
    for remote in kustomization.remotes:
        if remote.moving:
            yield kustomization.finding(f"{remote.moving}: it changes without a change here", remote.span)
