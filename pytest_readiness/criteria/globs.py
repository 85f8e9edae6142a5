"""Globs over paths: ``*`` and ``?`` stay inside a directory, ``**`` crosses them. Linear in both lengths, whatever is written."""

from __future__ import annotations

from fnmatch import fnmatchcase

MAX_SEGMENTS = 64


def matching(glob: str, paths: tuple[str, ...]) -> list[str]:
    """The paths that match, in their order."""
    segments = [part for part in glob.split("/") if part][:MAX_SEGMENTS]
    if not set(glob) & set("*?["):
        return [glob] if glob in paths else []
    return [path for path in paths if _matches(segments, path.split("/"))]


def _matches(segments: list[str], parts: list[str]) -> bool:
    reached = {0}  # how many parts the segments so far can have used up
    for segment in segments:
        if segment == "**":
            reached = set(range(min(reached, default=len(parts) + 1), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], segment)}
    return len(parts) in reached
