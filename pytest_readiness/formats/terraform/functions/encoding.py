"""Functions that write and read JSON, YAML, CSV, base64 and hashes."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import urllib.parse
import uuid
from collections.abc import Callable
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ....model import ParseFailure
from ....syntax import yaml
from ..types import ANY
from ..values import NOWHERE
from ..values import Json
from ..values import List
from ..values import Object
from ..values import encoded
from ..values import plain
from .calling import TEXT
from .calling import function
from .calling import refused


def _decoded_json(value: str) -> Any:
    return _data(json.loads(value, parse_float=Decimal, parse_int=int, parse_constant=_refuse))


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _data(value: Any) -> Any:
    if isinstance(value, dict):
        return Object({key: _data(item) for key, item in value.items()})
    if isinstance(value, list):
        made = yaml.Sequence(NOWHERE)
        made.extend(_data(item) for item in value)
        return made
    return plain(value) if isinstance(value, Decimal) else value


def _decoded_yaml(value: str) -> Any:
    try:
        documents = yaml.parse("document.yaml", value)
    except ParseFailure as failure:
        raise ValueError(failure.reason) from None
    if len(documents) > 1:
        raise ValueError("several documents")
    if not documents:
        raise ValueError("no document")
    return _data(documents[0].data)


def _encoded_yaml(value: Any) -> str:
    end = "" if isinstance(value, (str, dict, list)) else "...\n"
    return "\n".join(_yaml(value)) + f"\n{end}"


def _yaml(value: Any) -> list[str]:
    """The lines of a value."""
    if isinstance(value, dict) and value:
        lines = []
        for key in sorted(value):
            lines += _yaml_entry(f"{json.dumps(key, ensure_ascii=False)}:", value[key], nested="  " if isinstance(value[key], dict) else "")
        return lines
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            first, *rest = _yaml(item)
            nested = "" if isinstance(item, str) else "  "  # lines of a text stand below the dash as they are
            lines += [f"- {first}", *(f"{nested}{line}" if line else line for line in rest)]
        return lines
    if isinstance(value, str) and "\n" in value:
        ends = len(value) - len(value.rstrip("\n"))
        body = (value if ends < 2 else value[:-1]).removesuffix("\n" if ends == 1 else "").split("\n")
        mark = ("|-", "|")[ends] if ends < 2 else "|+"
        return [mark, *(f"  {line}" if line else line for line in body)]
    return [
        "{}"
        if isinstance(value, dict)
        else "[]"
        if isinstance(value, list)
        else json.dumps(value, ensure_ascii=False)
        if isinstance(value, str)
        else encoded(value)
    ]


def _yaml_entry(head: str, value: Any, nested: str) -> list[str]:
    lines = _yaml(value)
    if isinstance(value, (dict, list)) and value:
        return [head, *(f"{nested}{line}" if line else line for line in lines)]
    return [f"{head} {lines[0]}", *lines[1:]]


def _csv(value: str) -> List:
    rows = list(csv.reader(io.StringIO(value), strict=True))
    if not rows or len(set(rows[0])) != len(rows[0]) or any(len(row) != len(rows[0]) for row in rows if row):
        raise ValueError("no table")
    return List(Object(zip(rows[0], row, strict=True)) for row in rows[1:] if row)  # type: ignore[arg-type]


def _decoded_base64(value: str) -> str:
    return base64.b64decode(value, validate=True).decode()


def _text_codec(name: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,20}", name):
        raise LookupError(name)
    return name.lower()


def _hash(name: str, *, raw: bool = False) -> Callable[..., Any]:
    def digest(value: str) -> str:
        made = hashlib.new(name, value.encode(), usedforsecurity=False)
        return base64.b64encode(made.digest()).decode() if raw else made.hexdigest()

    return function(digest, TEXT)


_NAMESPACES = {"dns": uuid.NAMESPACE_DNS, "url": uuid.NAMESPACE_URL, "oid": uuid.NAMESPACE_OID, "x500": uuid.NAMESPACE_X500}


def _uuid5(namespace: str, name: str) -> str:
    return str(uuid.uuid5(_NAMESPACES.get(namespace) or uuid.UUID(namespace), name))


_DECODED_JSON = function(_decoded_json, TEXT)

ENCODING: Mapping[str, Callable[..., Any]] = {
    "jsondecode": lambda value: value.data if isinstance(value, Json) else _DECODED_JSON(value),
    "yamldecode": function(_decoded_yaml, TEXT),
    "yamlencode": function(_encoded_yaml, ANY),
    "csvdecode": function(_csv, TEXT),
    "base64encode": function(lambda value: base64.b64encode(value.encode()).decode(), TEXT),
    "base64decode": function(_decoded_base64, TEXT),
    "textencodebase64": function(lambda value, name: base64.b64encode(value.encode(_text_codec(name))).decode(), TEXT, TEXT),
    "textdecodebase64": function(lambda value, name: base64.b64decode(value, validate=True).decode(_text_codec(name)), TEXT, TEXT),
    "urlencode": function(urllib.parse.quote_plus, TEXT),
    "md5": _hash("md5"),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
    "base64sha256": _hash("sha256", raw=True),
    "base64sha512": _hash("sha512", raw=True),
    "uuidv5": function(_uuid5, TEXT, TEXT),
    "base64gzip": refused("base64gzip"),
    "uuid": refused("uuid()"),
    "bcrypt": refused("bcrypt"),
    "rsadecrypt": refused("rsadecrypt"),
}
