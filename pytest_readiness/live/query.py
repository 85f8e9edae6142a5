"""Picking one value out of data: JMESPath for JSON, YAML and CSV, the paths of ElementTree for XML."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from ..model import ParseFailure
from ..syntax import yaml

KINDS = {".json": "json", ".yaml": "yaml", ".yml": "yaml", ".csv": "csv", ".xml": "xml"}
ROWS = 100_000  # of a CSV file
_COUNT = re.compile(r"count\((.+)\)").fullmatch
_ATTRIBUTE = re.compile(r"(.*?)/?@([\w.:-]+)").fullmatch


class QueryError(Exception):
    """An expression or a text that cannot be read, and why."""


def kind_of(path: str) -> str:
    """What a file is by its ending, empty for what is not known."""
    return next((kind for ending, kind in KINDS.items() if path.lower().endswith(ending)), "")


@lru_cache(maxsize=512)
def compiled(kind: str, expression: str) -> Callable[[Any], Any]:
    """A function from the data of a kind to the value; raises `QueryError`."""
    return _xpath(expression) if kind == "xml" else _jmespath(expression)


def _jmespath(expression: str) -> Callable[[Any], Any]:
    try:
        import jmespath
        from jmespath.exceptions import JMESPathError
    except ImportError:
        raise QueryError("JMESPath is needed: pip install 'pytest-readiness[evidence]'") from None
    try:
        query = jmespath.compile(expression)
    except (JMESPathError, RecursionError) as error:
        raise QueryError(f"{expression!r} is not a JMESPath expression: {str(error).partition(chr(10))[0]}") from None

    def search(data: Any) -> Any:
        try:
            return query.search(data)
        except (JMESPathError, RecursionError, TypeError, ValueError, ZeroDivisionError) as error:
            raise QueryError(f"{expression!r} cannot be worked out: {str(error).partition(chr(10))[0]}") from None

    return search


def _xpath(expression: str) -> Callable[[Any], Any]:
    """ElementTree's paths, and besides ``count(path)`` and ``path/@attribute``. The root itself is ``.``."""
    count = _COUNT(expression)
    attribute = None if count else _ATTRIBUTE(expression)
    # an @ within brackets is a condition
    if attribute and attribute[1].count("[") != attribute[1].count("]"):
        attribute = None
    path = count[1] if count else attribute[1] or "." if attribute else expression
    path = f".{path}" if path.startswith("/") else path
    try:
        ElementTree.Element("root").findall(path)
    except (SyntaxError, KeyError, ValueError, TypeError) as error:  # some mistakes trip ElementTree up
        why = str(error) if isinstance(error, SyntaxError) else "invalid path"
        raise QueryError(f"{expression!r} is not an XPath that is understood: {why}") from None

    def search(root: ElementTree.Element) -> Any:
        found = [root] if path == "." else root.findall(path)
        if count:
            return str(len(found))
        if not found:
            return None
        return found[0].get(attribute[2]) if attribute else "".join(found[0].itertext()).strip()

    return search


def parse(kind: str, path: str, text: str) -> Any:
    """The data of a text; raises `QueryError`."""
    try:
        return _PARSERS[kind](path, text)
    except (ValueError, RecursionError, csv.Error, ElementTree.ParseError) as error:
        raise QueryError(f"is not {kind.upper()}: {str(error) or 'nested too deep'}") from None
    except ParseFailure as failure:
        raise QueryError(f"is not YAML: {failure.reason} (line {failure.span.line})") from None


def _yaml(path: str, text: str) -> Any:
    documents = yaml.parse(path, text)
    if len(documents) > 1:
        raise QueryError("holds more than one YAML document")
    return documents[0].data if documents else None


def _csv(_: str, text: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for row in csv.DictReader(io.StringIO(text), restkey="more"):
        if len(rows) >= ROWS:
            raise QueryError(f"has more than {ROWS} rows")
        rows.append(row)
    return rows


def _xml(_: str, text: str) -> ElementTree.Element:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise QueryError("declares a document type, which is not read")
    return ElementTree.fromstring(text)  # noqa: S314 - without a document type there is nothing to expand


def _json(_: str, text: str) -> Any:
    return json.loads(text.removeprefix("\ufeff"), parse_constant=lambda _: None)  # NaN is no data


_PARSERS: dict[str, Callable[[str, str], Any]] = {"json": _json, "yaml": _yaml, "csv": _csv, "xml": _xml}
