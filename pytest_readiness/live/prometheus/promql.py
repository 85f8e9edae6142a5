"""PromQL: filled with what a declaration names, and read before it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from ...text import brief
from ..contact import CannotAsk
from ..query import QueryError

LONGEST = 8000  # characters of a query
DEEPEST = 250  # operators and brackets: the parser recurses on them, and a deep one would end the interpreter
PLACES = ("metric", "selector", "window")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}

_PLACE = re.compile(r"\{(metric|selector|window)\}")
_QUOTED = re.compile(r"""(?s)"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*""")
_STEP = re.compile(r"[-(+*/%^<>=!]|\b(?:or|and|unless|atan2)\b", re.IGNORECASE)
_MATCHER = r"""\s*[a-zA-Z_][a-zA-Z0-9_]*\s*(?:=~|!~|!=|=)\s*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*"""
_SELECTOR = re.compile(rf"\s*|{_MATCHER}(?:,{_MATCHER})*,?\s*").fullmatch
_DURATION = re.compile(r"(?:[0-9]{1,6}(?:ms|[smhdwy]))+").fullmatch
_PART = re.compile(r"([0-9]+)(ms|[smhdwy])")
_QUANTILE = re.compile(r"\s*histogram_quantile\s*\(\s*([0-9.eE+-]+)\s*,(.*)\)\s*", re.DOTALL).fullmatch
_RANGES = ("MatrixSelector", "SubqueryExpr")


def needed() -> None:
    """Raise `CannotAsk` where the parser is not installed."""
    if find_spec("promql_parser") is None:
        raise CannotAsk("promql_parser is needed: pip install 'pytest-readiness[live]'")


def seconds(duration: str) -> float:
    """A duration as Prometheus writes them; raises ValueError."""
    if _DURATION(duration) is None:
        raise ValueError(f"{duration!r} is not a duration such as 5m, 1h30m, 30d")
    return sum(int(number) * SECONDS[unit] for number, unit in _PART.findall(duration))


def selector(written: str) -> str:
    """Matchers of labels that can stand between braces; raises ValueError for what would be more than that."""
    if _SELECTOR(written) is None:
        raise ValueError(f'{brief(written)!r} are no matchers of labels such as job="api", env=~"prod|stage"')
    return written.strip().removesuffix(",").rstrip()


def places(query: str) -> set[str]:
    """The places of a query that are to be filled."""
    return set(_PLACE.findall(query))


def filled(query: str, values: Mapping[str, str]) -> str:
    """A query with its places filled, each once, so that a value cannot bring another place in."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), query)


@lru_cache(maxsize=1024)
def parsed(query: str) -> Any:
    """The syntax tree of a query that gives numbers; raises `QueryError`, and returns None where the parser is not installed."""
    if len(query) > LONGEST:
        raise QueryError(f"has {len(query)} characters, at most {LONGEST} are read")
    if len(_STEP.findall(_QUOTED.sub("''", query))) > DEEPEST:
        raise QueryError(f"has more than {DEEPEST} operators and brackets: let a recording rule do a part of it")
    try:
        import promql_parser
    except ModuleNotFoundError:  # no reason to stop a run that asks no server; one that does says so
        return None
    try:
        tree = promql_parser.parse(query)
    except (ValueError, RecursionError) as error:
        raise QueryError(f"{brief(query)!r} is not PromQL: {brief(str(error))}") from None
    except BaseException as error:  # what the parser panics with is none of Python's own exceptions
        if type(error).__name__ != "PanicException":
            raise
        raise QueryError(f"{brief(query)!r} cannot be read: {brief(str(error))}") from None
    gives = type(_bare(tree)).__name__
    if gives in _RANGES:
        raise QueryError(f"{brief(query)!r} gives ranges, not numbers: put it into a function such as rate() or max_over_time()")
    if gives == "StringLiteral":
        raise QueryError(f"{brief(query)!r} is a text, not a number")
    return tree


def quantile(query: str) -> tuple[float, str] | None:
    """Which quantile of which buckets a query asks for, None where it is about something else."""
    tree = parsed(query)
    match = _QUANTILE(query)
    if match is None or type(tree).__name__ != "Call" or tree.func.name != "histogram_quantile":
        return None
    try:
        parsed(match[2])
        return float(match[1]), match[2].strip()
    except (QueryError, ValueError):
        return None


def longest(query: str) -> tuple[str, float]:
    """What a query looks back on for longest, as a selector, and how many seconds."""
    tree = parsed(query)
    found: list[tuple[str, float]] = [("", 0.0)]
    if tree is not None:
        import promql_parser

        def visit(node: Any) -> bool:
            if type(node).__name__ == "MatrixSelector" and not node.vector_selector.offset:
                found.append((_written(node.vector_selector), node.range.total_seconds()))
            return True

        promql_parser.walk(tree, visit)
    return max(found, key=lambda one: one[1])


def _bare(tree: Any) -> Any:
    while type(tree).__name__ == "ParenExpr":
        tree = tree.expr
    return tree


_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


def _written(chosen: Any) -> str:
    matchers = (
        f"{m.name}{_OPERATORS[str(m.op).rpartition('.')[2]]}{json.dumps(m.value, ensure_ascii=False)}" for m in chosen.matchers.matchers
    )
    return f"{chosen.name or ''}{{{','.join(matchers)}}}"
