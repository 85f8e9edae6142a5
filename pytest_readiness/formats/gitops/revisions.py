"""What a revision or version means: always the same, what fits, or whatever is newest."""

from __future__ import annotations

import re
from typing import Any
from typing import NamedTuple

from ..environments import is_production

_SHA = re.compile(r"[0-9a-f]{7,64}|sha256:[0-9a-f]{64}|[\w./-]*@sha1:[0-9a-f]{40}").fullmatch
_TAG = re.compile(r"v?[0-9]+\.[0-9]+(?:\.[0-9]+)?(?:[-+][0-9A-Za-z.+_-]+)?").fullmatch
_EXACT = re.compile(r"=?\s*v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.+_-]+)?").fullmatch
_PARTIAL = re.compile(r"v?[0-9]+(?:\.[0-9]+)?").fullmatch
_RANGE = re.compile(r"[\^~<>|=*\s,]|(?:^|\.)[xX](?:\.|$)").search
_DEFAULT_BRANCHES = ("main", "master", "trunk")
_MOVING_TAGS = ("latest", "stable", "edge", "nightly", "main", "master", "dev", "develop")


class Moving(NamedTuple):
    """Why what is deployed is not always the same; ``slightly`` where somebody decides what it becomes."""

    why: str
    slightly: bool = False


def moving_version(version: Any, key: str = "version") -> Moving | None:
    """What is wrong with the version of a chart."""
    text = "" if version is None else str(version).strip()
    if not text:
        return Moving(f"no {key}, which means the newest one")
    if _EXACT(text) or _SHA(text):
        return None
    if text in ("*", "x", "X", "latest") or (">" in text and "<" not in text):
        return Moving(f"{key} {text} takes every new release")
    if _RANGE(text) or _PARTIAL(text):  # a version of one or two numbers is a range
        return Moving(f"{key} {text} takes every new release that fits", slightly=True)
    return None


def moving_revision(revision: Any, key: str = "revision") -> Moving | None:
    """What is wrong with a branch, tag or commit of a Git repository."""
    text = "" if revision is None else str(revision).strip()
    if text in ("", "HEAD", "refs/heads/HEAD"):
        return Moving(f"{key} HEAD follows the default branch" if text else f"no {key}, which follows the default branch")
    if _SHA(text) or _TAG(text) or text.startswith("refs/tags/"):
        return None
    branch = text.removeprefix("refs/heads/")
    if branch in _DEFAULT_BRANCHES:
        return Moving(f"{key} {branch}: every merge goes to production at once", slightly=True)
    if not is_production(branch):
        return Moving(f"{key} {branch} is the branch of another environment")
    return moving_version(text, key) if _RANGE(text) else None


def moving_tag(tag: Any, key: str = "tag") -> Moving | None:
    """What is wrong with the tag of an artifact in a registry."""
    text = "" if tag is None else str(tag).strip()
    if text in ("", "latest"):
        return Moving(f"{key} latest moves with every push" if text else f"no {key}, which means latest")
    if text in _MOVING_TAGS:
        return Moving(f"{key} {text} moves with every push", slightly=True)
    return None
