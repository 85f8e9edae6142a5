"""Base64 is no encryption."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.helm.resources import written_in_values
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.secrets import is_public
from pytest_readiness.formats.kubernetes.secrets import plain_texts
from pytest_readiness.formats.secrets import is_placeholder


@rule(
    "k8s.no-plain-secret",
    P0,
    on="k8s.secret",
    category="Security & Compliance",
    secret=True,
    remedy="replace it by an ExternalSecret or SealedSecret, or encrypt the file with SOPS, and change the value",
    effort="2h",
)
def check(secret: Object, project: Project) -> Iterator[Finding]:
    """No Kubernetes Secret is committed with its values.

    Base64 hides nothing: everybody who can read the repository or its history has the value. Empty values, references
    (`vault:`, `op://`, `ref+`), files encrypted by SOPS and placeholders outside of production are none. What comes from the
    values of a chart is found there.

    ```yaml bad
    apiVersion: v1
    kind: Secret
    metadata: {name: db}
    data:
      username: d2Vi
      password: aHVudGVyMmh1bnRlcjI=  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Secret
    metadata: {name: db}
    stringData: {password: "vault:secret/data/db#password", username: web}
    ```
    """
    public = []
    for key, text, keys in plain_texts(secret):
        place = written_in_values(secret, text, project) or secret.at(*keys)
        if is_public(key, text):
            public.append(key)
        elif not is_placeholder(text):
            yield secret.finding(f"{key} is written here for everybody who can read the repository", place)
        elif secret.is_production:
            yield secret.finding(f"{key} holds a placeholder that works as a value until somebody notices", place)
    if public:
        yield secret.advice(f"{', '.join(public)} need not be secret: a ConfigMap is enough")
