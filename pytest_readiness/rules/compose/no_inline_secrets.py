from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.compose.format import Service
from pytest_readiness.formats.compose.format import as_written
from pytest_readiness.formats.secrets import flag_password
from pytest_readiness.formats.secrets import known_token
from pytest_readiness.formats.secrets import literal_secret
from pytest_readiness.formats.secrets import url_password


def holds_values(service: Service) -> bool:
    return any(key in service.data for key in ("environment", "command", "entrypoint")) or bool(service.mapping("build", "args"))


@rule(
    "compose.no-inline-secrets",
    P0,
    on="compose.service",
    when=holds_values,
    category="Environment configuration",
    secret=True,
    remedy="move the value to `secrets:` or to an env file that is not committed, and rotate it",
    effort="2h",
)
def check(service: Service, *, allow: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Compose file carries no literal credential.

    Whoever can read the repository has the password, and so has everybody who ever cloned it. A default in `${NAME:-value}` is
    a literal too, and it works silently wherever the variable is forgotten. `allow` names variables that are no secrets.

    ```yaml bad
    services:
      db:
        image: postgres:17.2
        environment:
          POSTGRES_PASSWORD: s3cr3t-word      # <--
          POSTGRES_USER: app
    ```
    ```yaml bad
    services:
      api:
        image: api:1.4.2
        command: worker --broker amqp://app:hunter42@mq   # <--
        environment:
          - API_TOKEN=${API_TOKEN:-d3adb33f}              # <--
          - DATABASE_URL=postgres://app:hunter42@db/app   # <--
    ```
    ```yaml good
    services:
      db:
        image: postgres:17.2
        environment:
          POSTGRES_PASSWORD_FILE: /run/secrets/db
          REPLICATION_PASSWORD: ${REPLICATION_PASSWORD:?}
          DATABASE_URL: postgres://app:${APP_PASSWORD}@db/app
          TOKEN_TTL: 3600
        secrets: [db]
    secrets:
      db: {file: ./db.secret}
    ```
    """
    for keys in (("environment",), ("build", "args")):
        values = service.mapping(*keys)
        for name, value in values.items():
            reason = None if name in allow else _literal(name, value, service.file.is_production)
            if reason:
                yield service.finding(f"{reason}: everybody with the repository has it", at=values.entry(name))
    for key in ("command", "entrypoint"):
        words = service.words(key)
        for index, (text, place) in enumerate(words):
            following = words[index + 1][0] if index + 1 < len(words) else ""
            flagged = flag_password(f"{text} {following}" if "=" not in text and not following.startswith("-") else text)
            if url_password(text) or flagged or known_token(text):
                yield service.finding(f"the {key} holds a literal secret: everybody with the repository has it", at=place)


def _literal(name: str, value: Any, production: bool) -> str | None:
    """Why a value is a secret written out; a default counts as written, a placeholder as a default or for production."""
    text = as_written(value) if isinstance(value, str) else value
    reason = literal_secret(name, text)
    if reason and text != value and "${" in str(value):
        return f"{reason} as a default"
    return None if reason and "placeholder" in reason and not production else reason
