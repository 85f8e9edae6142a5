from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dotenv import EnvFile
from pytest_readiness.formats.secrets import is_interpolated
from pytest_readiness.formats.secrets import is_placeholder
from pytest_readiness.formats.secrets import is_reference
from pytest_readiness.formats.secrets import is_secret_name
from pytest_readiness.formats.secrets import known_token
from pytest_readiness.formats.secrets import url_password

_RUN = re.compile(r"[A-Za-z0-9+/=_.-]{16,}")
_WORD = re.compile(r"[a-z]{7,}|[A-Z]{7,}")
_STANDS_FOR = re.compile(r"example|change|your|replace|secret|dummy|sample|x{4}|placeholder|here", re.IGNORECASE)


@rule(
    "env.example-no-real-secrets",
    P1,
    on="env.template",
    when=lambda template: any(entry.value for entry in template.entries),
    category="Environment configuration",
    secret=True,
    remedy="leave the value empty or write a placeholder, and rotate the secret",
    standards=("OWASP CICD-SEC-6", "CWE-798"),
    effort="2h",
)
def check(template: EnvFile) -> Iterator[Finding]:
    """A template holds placeholders only.

    Templates are made by copying a working `.env`; what is forgotten in them is published. Empty values, placeholders
    and obvious defaults for development pass; tokens of known form and values that look random do not.

    ```shell bad .env.example
    PORT=8080
    SESSION_SECRET=9f8Zk3Qw71xLpV0sBn4TyR6a  # <--
    ```

    ```shell good .env.example
    PORT=8080
    SESSION_SECRET=changeme
    API_KEY=<your key>
    DATABASE_URL=postgres://app:app@localhost/app
    BUILD_HASH=9f8d7c6b5a4e3d2c1b0a9f8d7c6b5a4e
    ```
    """
    for entry in template.entries:
        value = entry.value or ""
        if not value or is_placeholder(value) or is_interpolated(value) or is_reference(value):
            continue
        token = known_token(value)
        if token and not _STANDS_FOR.search(value):
            yield template.finding(f"{entry.key} holds a {token}", entry.span)
        elif ((password := url_password(value)) and _looks_random(password)) or (is_secret_name(entry.key) and _looks_random(value)):
            yield template.finding(f"{entry.key} holds what looks like a real secret ({value[:4]}...)", entry.span)


def _looks_random(value: str) -> bool:
    """A long run of letters and digits without a word in it, as generators make them."""
    found = _RUN.fullmatch(value)
    if found is None or _WORD.search(value) or _STANDS_FOR.search(value):
        return False
    digits = sum(char.isdigit() for char in value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())
    return digits >= 2 and digits < len(value) and entropy > 3
