"""No key to another system lies in a manifest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.secrets import known_token

# judged by k8s.no-inline-secret-env and k8s.no-plain-secret, or encrypted
ELSEWHERE = frozenset(("env", "command", "args", "data", "stringData", "binaryData", "encryptedData", "sops"))


def texts(node: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text below a node that no other rule looks at, and the keys that lead there."""
    stack: list[tuple[tuple[str | int, ...], Any]] = [((), node)]
    while stack:
        keys, item = stack.pop()
        if isinstance(item, str):
            yield keys, item
        elif isinstance(item, dict):
            stack.extend(((*keys, key), value) for key, value in item.items() if key not in ELSEWHERE)
        elif isinstance(item, list):
            stack.extend(((*keys, number), value) for number, value in enumerate(item))


@rule(
    "k8s.no-exposed-token",
    P0,
    on="k8s.object",
    when=lambda thing: not thing.is_a("Secret", "apiextensions.k8s.io/CustomResourceDefinition") and "sops" not in thing.body,
    category="Security & Compliance",
    secret=True,
    remedy="revoke the token and take its value from a Secret",
    aliases=(
        "datree:ALL_EXPOSED_SECRET_GITHUB",
        "datree:ALL_EXPOSED_SECRET_GITLAB",
        "datree:ALL_EXPOSED_SECRET_NEWRELIC",
        "datree:ALL_EXPOSED_SECRET_NPM",
        "datree:ALL_EXPOSED_SECRET_PRIVATEKEY",
        "datree:ALL_EXPOSED_SECRET_STRIPE",
        "datree:ALL_EXPOSED_SECRET_TERRAFORM",
        "datree:ALL_EXPOSED_SECRET_TWILIO",
        "datree:ALL_EXPOSED_SECRET_VAULT",
    ),
)
def check(thing: Object) -> Iterator[Finding]:
    """No token or private key stands anywhere in an object.

    Tokens that are known by their form (GitHub, AWS, Stripe, Vault, PEM keys and others) end up in annotations and in fields
    of custom resources, and with them in the repository and in every `kubectl describe`. Variables, arguments and
    ConfigMaps are judged by `k8s.no-inline-secret-env`, Secrets by `k8s.no-plain-secret`.

    ```yaml bad
    apiVersion: tekton.dev/v1
    kind: PipelineRun
    metadata: {name: release}
    spec:
      params:
        - name: token
          value: ghp_0123456789abcdefghijABCDEFGHIJ012345  # <--
    ```
    ```yaml good
    apiVersion: tekton.dev/v1
    kind: PipelineRun
    metadata: {name: release}
    spec:
      workspaces: [{name: token, secret: {secretName: github}}]
    ```
    """
    for keys, text in texts(thing.body):
        if len(text) >= 16 and (kind := known_token(text)):
            yield thing.finding(f"holds a {kind}", thing.at(*keys))
