"""What a Secret, or a generator of one, holds in plain text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from ..secrets import is_interpolated
from ..secrets import is_reference
from ..secrets import known_token
from ..secrets import url_password
from ..secrets import words
from .objects import Object
from .objects import entries
from .objects import items

# what the last word of a key says to be no secret
_PUBLIC = frozenset(
    "username user login host hostname server port url uri endpoint address database db dbname name namespace region email crt cert pub"
    " bucket type project issuer realm".split()
)


def plain_texts(secret: Object) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Every key, text and place that is written in it; nothing of what is encrypted, empty, filled in later or a reference."""
    if secret.get("sops") is not None:
        return
    for key, text, place in _written(secret):
        if text.strip() and not is_interpolated(text) and not is_reference(text):
            yield key, text, place


def is_public(key: str, text: str) -> bool:
    """Whether a key of a Secret holds what need not be secret."""
    return bool(words(key)[-1:]) and words(key)[-1] in _PUBLIC and not known_token(text) and not url_password(text)


def _written(secret: Object) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    for number, literal in enumerate(items(secret.get("literals"))):
        name, _, value = str(literal).partition("=")
        yield name, value.strip("'\""), ("literals", number)
    for section in ("data", "stringData"):
        for name, value in entries(secret.get(section)).items():
            if value is not None:
                yield name, _decoded(str(value)) if section == "data" else str(value), (section, name)


def _decoded(value: str) -> str:
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return value
