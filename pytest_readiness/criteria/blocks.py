"""What a criterion asks as a whole: conditions, alternatives, relations and files, with its parameters filled in."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from ..formats.relations import RELATIONS
from ..model import Span
from ..syntax import yaml
from ..syntax.yaml import Mapping
from . import operators
from .asked import PARAMETER
from .asked import Reader
from .demands import Asked
from .demands import Block
from .demands import Demands
from .demands import FileDemand
from .keys import texts
from .mistakes import Mistakes
from .mistakes import hint
from .paths import Path

ASKS = ("require", "forbid", "any_of", "has", "files", "satisfied_by")
FILE_KEYS = ("glob", "at_least", "at_most", "contains", "lacks")


def demands(body: Mapping, on: tuple[str, ...], parameters: dict[str, Any], mistakes: Mistakes, name: str = "") -> Demands:
    """What a criterion asks, with its parameters filled in."""
    reader = Reader(on, parameters, mistakes, f"{name}: " if name else "")
    each = reader.path(body["each"], body.entry("each"), "each: ") if "each" in body else None
    alternatives = body.get("any_of", [])
    if "any_of" in body and (not isinstance(alternatives, list) or len(alternatives) < 2):
        reader.wrong(body.entry("any_of"), "any_of must be a list of at least two alternatives")
        alternatives = []
    message = body.get("message", "")
    if not isinstance(message, str):
        reader.wrong(body.entry("message"), f"message must be a text, not {operators.shown(message)}")
    for key in ("when", "unless"):
        for parameter in _named(body.get(key), parameters):
            fix = "narrow with `where` in what uses the criterion"
            reader.wrong(body.entry(key), f"{key}: the parameter {parameter!r} cannot be used here; {fix}")
    plain = Reader(on, {}, mistakes, reader.prefix)  # whether a criterion applies does not hang on its parameters
    return Demands(
        when=plain.alternatives(body, "when"),
        unless=plain.asked(body, "unless"),
        each=each,
        block=_block(reader, body, each),
        any_of=tuple(
            block
            for number, item in enumerate(alternatives)
            if (block := _alternative(reader, item, yaml.at(alternatives, number), each)) is not None
        ),
        message=str(reader.filled(message, body.entry("message"))),
    )


def narrowing(body: Mapping, on: tuple[str, ...], mistakes: Mistakes, name: str) -> tuple[tuple[Asked, ...], Asked]:
    """``where`` and ``unless`` of a criterion that uses another one."""
    reader = Reader(on, {}, mistakes, f"{name}: ")
    return reader.alternatives(body, "where"), reader.asked(body, "unless")


def _named(node: Any, parameters: dict[str, Any]) -> Iterator[str]:
    """The parameters that are mentioned somewhere in a condition."""
    for keys, value in yaml.walk(node) if isinstance(node, (Mapping, yaml.Sequence)) else ():
        written = [text for text in (*keys, value) if isinstance(text, str) and "${" in text]
        yield from (name for text in written for name in PARAMETER.findall(text) if name in parameters)


def _block(reader: Reader, body: Mapping, each: Path | None) -> Block:
    return Block(
        require=reader.asked(body, "require", each),
        forbid=reader.asked(body, "forbid", each),
        has=tuple(_relations(reader, body)),
        files=tuple(_files(reader, body)),
        satisfied_by=tuple(texts(body, "satisfied_by", reader.prefix.removesuffix(": "), reader.mistakes)),
    )


def _alternative(reader: Reader, item: Any, place: Span, each: Path | None) -> Block | None:
    allowed = tuple(key for key in ASKS if key != "any_of")
    if not isinstance(item, Mapping) or not item:
        reader.wrong(place, f"any_of: an alternative is a mapping with {', '.join(allowed)}, not {operators.shown(item)}")
        return None
    for key in item:
        if key == "any_of":
            reader.wrong(item.entry(key), "any_of: alternatives do not nest; write a second criterion, or a rule in Python")
        elif key not in allowed:
            reader.wrong(item.entry(key), f"any_of: unknown key {key!r} ({hint(key, allowed)})")
    return _block(reader, item, each)


def _relations(reader: Reader, body: Mapping) -> Iterator[str]:
    for name in texts(body, "has", reader.prefix.removesuffix(": "), reader.mistakes):
        lacking = next((kind for kind in reader.on if name not in RELATIONS.get(kind, {})), None)
        if lacking is None:
            yield name
        else:
            reader.wrong(body.entry("has"), f"has: a {lacking} has no relation {name!r} ({hint(name, RELATIONS.get(lacking, {}))})")


def _files(reader: Reader, body: Mapping) -> Iterator[FileDemand]:
    if "files" not in body:
        return
    if reader.on != ("repo",):
        reader.wrong(body.entry("files"), "files are asked of the repository: write on: repo")
        return
    listed = body["files"]
    for number, item in enumerate(listed if isinstance(listed, list) else [listed]):
        place = yaml.at(listed, number) if isinstance(listed, list) else body.entry("files")  # type: ignore[arg-type]
        found = _file(reader, item, place)
        if found is not None:
            yield found


def _file(reader: Reader, item: Any, place: Span) -> FileDemand | None:
    if isinstance(item, str):
        glob = reader.filled(item, place)
        if problem := _glob(glob):
            reader.wrong(place, f"files: {problem}")
            return None
        return FileDemand(glob)
    if not isinstance(item, Mapping):
        reader.wrong(place, f"files: an entry is a glob, or a mapping with {', '.join(FILE_KEYS)}, not {operators.shown(item)}")
        return None
    values: dict[str, Any] = {}
    for key, value in item.items():
        filled = reader.filled(value, item.entry(key))
        if key not in FILE_KEYS:
            reader.wrong(item.entry(key), f"files: unknown key {key!r} ({hint(key, FILE_KEYS)})")
        elif problem := _WRONG[key](filled):
            reader.wrong(item.entry(key), f"files: {key} {problem}")
        else:
            values[key] = filled
    if "glob" not in item:
        reader.wrong(place, "files: an entry has no glob: say which files it is about")
        return None
    if values.get("at_most") == 0:
        values.setdefault("at_least", 0)
    return FileDemand(**values) if "glob" in values else None


def _glob(value: Any) -> str:
    if not isinstance(value, str) or not value:
        return f"must be a text, not {operators.shown(value)}"
    fine = not value.startswith("/") and "\\" not in value and not {".", ".."} & set(value.split("/"))
    return "" if fine else f"{value!r} matches nothing: write a path below the root with forward slashes, such as docs/*.md"


def _count(value: Any) -> str:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return "" if is_count else f"must be a whole number, not {operators.shown(value)}"


def _expression(value: Any) -> str:
    return operators.problem("matches", value)


# what is wrong with the value of a key of `files`; empty where nothing is
_WRONG: dict[str, Callable[[Any], str]] = {
    "glob": _glob,
    "at_least": _count,
    "at_most": _count,
    "contains": _expression,
    "lacks": _expression,
}
