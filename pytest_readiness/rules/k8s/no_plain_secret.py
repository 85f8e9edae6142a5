"""Base64 is no encryption."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import entries
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.secrets import is_interpolated
from pytest_readiness.formats.secrets import is_placeholder
from pytest_readiness.formats.secrets import is_reference
from pytest_readiness.formats.secrets import known_token
from pytest_readiness.formats.secrets import url_password
from pytest_readiness.formats.secrets import words

PUBLIC = frozenset(
    [
        "username",
        "user",
        "login",
        "host",
        "hostname",
        "server",
        "port",
        "url",
        "uri",
        "endpoint",
        "address",
        "database",
        "db",
        "dbname",
        "name",
        "namespace",
        "region",
        "email",
        "crt",
        "cert",
        "pub",
        "bucket",
        "type",
        "project",
        "issuer",
        "realm",
    ]
)


def decoded(value: str) -> str:
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return value


def values(secret: Object) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Every (key, text, place) that is written in a Secret or among a generator's literals."""
    for number, literal in enumerate(items(secret.get("literals"))):
        name, _, value = str(literal).partition("=")
        yield name, value.strip("'\""), ("literals", number)
    for section in ("data", "stringData"):
        for name, value in entries(secret.get(section)).items():
            if value is not None:
                yield name, decoded(str(value)) if section == "data" else str(value), (section, name)


@rule(
    "k8s.no-plain-secret",
    P0,
    on="k8s.secret",
    category="Security & Compliance",
    secret=True,
    remedy="replace it by an ExternalSecret or SealedSecret, or encrypt the file with SOPS, and change the value",
    effort="2h",
)
def check(secret: Object) -> Iterator[Finding]:
    """No Kubernetes Secret is committed with its values.

    Base64 hides nothing: everybody who can read the repository or its history has the value. Empty values, references
    (`vault:`, `op://`, `ref+`), files encrypted by SOPS and placeholders outside of production are none.

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
    if secret.get("sops") is not None:
        return
    public = []
    for key, text, place in values(secret):
        if not text.strip() or is_interpolated(text) or is_reference(text):
            continue
        if words(key)[-1:] and words(key)[-1] in PUBLIC and not known_token(text) and not url_password(text):
            public.append(key)
        elif is_placeholder(text):
            if secret.is_production:
                yield secret.finding(f"{key} holds a placeholder that works as a value until somebody notices", secret.at(*place))
        else:
            yield secret.finding(f"{key} is written here for everybody who can read the repository", secret.at(*place))
    if public:
        yield secret.advice(f"{', '.join(public)} need not be secret: a ConfigMap is enough")
