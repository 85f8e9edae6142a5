"""Secrets are referenced, not written down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Container
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import entries
from pytest_readiness.formats.kubernetes.objects import items
from pytest_readiness.formats.secrets import flag_password
from pytest_readiness.formats.secrets import known_token
from pytest_readiness.formats.secrets import literal_secret
from pytest_readiness.formats.secrets import url_password

ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>\S*)").fullmatch


def values(thing: Container | Object) -> Iterator[tuple[str, object, tuple[str | int, ...]]]:
    """Every (name, value, place) that could hold a secret; of an embedded file only the tokens known by their form."""
    if isinstance(thing, Object):
        for name, value in entries(thing.get("data")).items():
            text = str(value).strip()
            assigned = ASSIGNMENT(text)
            if assigned:
                yield assigned["name"], assigned["value"], ("data", name)
            elif "\n" not in text or known_token(text):
                yield name, value, ("data", name)
        return
    for number, variable in enumerate(thing.env):
        if variable.get("value") is not None:
            yield str(variable.get("name")), variable["value"], ("env", number, "value")


def arguments(container: Container) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Each argument with the one behind it, where a flag's value may stand."""
    for key in ("command", "args"):
        words = items(container.get(key))
        for number, word in enumerate(words):
            if not is_unknown(word):
                behind = words[number + 1] if str(word).startswith("-") and number + 1 < len(words) else ""
                yield str(word) if is_unknown(behind) or "=" in str(word) else f"{word} {behind}".strip(), (key, number)


@rule(
    "k8s.no-inline-secret-env",
    P2,
    on=("k8s.container", "k8s.configmap"),
    when=lambda thing: bool(thing.env or thing.get("command") or thing.get("args") if isinstance(thing, Container) else thing.get("data")),
    category="Security & Compliance",
    secret=True,
    remedy="take the value from a Secret (secretKeyRef) or a mounted file",
    aliases=(
        "kube-linter:env-var-secret",
        "polaris:sensitiveContainerEnvVar",
        "polaris:sensitiveConfigmapContent",
        "KSV-0109",
    ),
)
def check(thing: Container | Object, *, prefer_volume: bool = False) -> Iterator[Finding]:
    """No password or token stands in an environment variable, an argument or a ConfigMap.

    Everybody who can read the repository or describe the pod has it, it is in every backup of both, and it cannot be
    changed without a deployment.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          env:
            - name: DB_PASSWORD
              value: hunter2hunter2  # <--
            - name: DATABASE_URL
              value: postgres://web:hunter2hunter2@db/web  # <--
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          env:
            - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
            - {name: DATABASE_URL, value: "postgres://web:$(DB_PASSWORD)@db/web"}
            - {name: TOKEN_TTL, value: "300"}
    ```
    """
    owner = thing.pod.owner if isinstance(thing, Container) else thing
    for name, value, keys in values(thing):
        reason = literal_secret(name, value)
        if reason and ("placeholder" not in reason or owner.is_production):
            yield thing.finding(reason, thing.at(*keys))
    if not isinstance(thing, Container):
        return
    for text, place in arguments(thing):
        if flag_password(text) or url_password(text):
            yield thing.finding("a password is written into the command line", thing.at(*place))
        elif token := known_token(text):
            yield thing.finding(f"a {token} is written into the command line", thing.at(*place))
    for number, variable in enumerate(thing.env if prefer_volume else ()):
        if dig(variable, "valueFrom", "secretKeyRef") is not None:
            yield thing.advice(f"{variable.get('name')} could be a mounted file, which no child process inherits", thing.at("env", number))
