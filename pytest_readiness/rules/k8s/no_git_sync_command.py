"""What syncs a repository runs git and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.images import Image
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.programs import flag
from pytest_readiness.formats.kubernetes.programs import flag_at

VARIABLES = ("GITSYNC_GIT", "GIT_SYNC_GIT")


@rule(
    "k8s.no-git-sync-command",
    P2,
    on="k8s.container",
    when=lambda container: isinstance(container.image, Image) and container.image.name == "git-sync",
    category="Security & Compliance",
    remedy="remove the setting, so that git-sync runs the git of its image",
    aliases=("CKV_K8S_159",),
)
def check(container: Container) -> Iterator[Finding]:
    """git-sync is not told to run another program than git.

    The setting runs whatever file it names with the account and the network of the pod, and a manifest with it looks like
    any other.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: blog}
    spec:
      containers:
        - name: sync
          image: registry.k8s.io/git-sync/git-sync:v4.2.3
          env:
            - name: GITSYNC_GIT
              value: /tmp/payload  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: blog}
    spec:
      containers:
        - name: sync
          image: registry.k8s.io/git-sync/git-sync:v4.2.3
          args: [--repo=https://example.com/blog]
    ```
    """
    for number, variable in enumerate(container.env):
        if variable.get("name") in VARIABLES and variable.get("value") not in (None, "git", "/usr/bin/git"):
            yield container.finding(f"runs {variable['value']} in place of git", container.at("env", number, "value"))
    if flag(container, "git") not in (None, "git", "/usr/bin/git"):
        yield container.finding(f"runs {flag(container, 'git')} in place of git", container.at(*flag_at(container, "git")))
