"""Start a criterion: ``python -m pytest_readiness.criteria.new acme.team-label`` writes its file, to be filled in.

The JSON Schema is written beside it, so that editors know the keys.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from ..authoring import DEFAULT_FILES
from ..authoring import is_id
from ..formats.kinds import KINDS
from .mistakes import hint
from .python import FOLDER

SCHEMA = "criteria.schema.json"
HEAD = f"# yaml-language-server: $schema={SCHEMA}\ncriteria:\n"
SKELETON = """\
  - id: {id}
    title: TODO say what holds when all is well
    why: TODO say what goes wrong otherwise.
    priority: P2
    category: Governance
    on: {kind}
    {asked}
    remedy: TODO say in a few words what to change
    good:
      {path}: |
        TODO the shortest file that passes
    bad:
      {path}: |
        TODO the same with the mistake, its line marked  # <--
"""
# what a criterion of a kind or platform may ask first
_PATHS = {
    "k8s.container": "resources.limits.memory",
    "compose.port": "host_ip",
    "compose.file": "name",
    "compose": "image",
    "docker": "user",
    "gha": "name",
    "tf": "tags.Team",
    "helm": "description",
    "env": "LOG_LEVEL",
}


class NewCriterionError(Exception):
    """Why no file was written."""


def skeleton(name: str, kind: str) -> str:
    """The text of a criterion to be filled in."""
    if not is_id(name):
        raise NewCriterionError(f"{name!r} is not like acme.team-label")
    if kind not in KINDS:
        raise NewCriterionError(f"there is no kind {kind!r} ({hint(kind, KINDS)})")
    platform = kind.partition(".")[0]
    asked = (
        "files: [README.md]"
        if kind == "repo"
        else f"require:\n      {_PATHS.get(kind, _PATHS.get(platform, 'metadata.labels.team'))}: present"
    )
    return SKELETON.format(id=name, kind=kind, asked=asked, path=DEFAULT_FILES.get(platform, "README.md"))


def write(name: str, kind: str, root: Path) -> Path:
    """Write a criterion into ``readiness/<team>.yaml``, behind those that are there; the schema beside it."""
    text = skeleton(name, kind)
    path = root / FOLDER / f"{name.partition('.')[0]}.yaml"
    before = path.read_text("utf-8") if path.exists() else HEAD
    if re.search(rf"^\s*-?\s*id:\s*{re.escape(name)}\s*$", before, re.MULTILINE):
        raise NewCriterionError(f"{path} has {name} already")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before.rstrip()}\n{text}", "utf-8")
    schema = files("pytest_readiness.schema").joinpath(SCHEMA).read_text("utf-8")
    path.with_name(SCHEMA).write_text(schema, "utf-8")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0, or 2 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m pytest_readiness.criteria.new", description="Start a criterion.")
    parser.add_argument("id", help="the criterion's id, such as acme.team-label")
    parser.add_argument("--on", metavar="KIND", default="k8s.workload", help="the kind of resource it judges (default: k8s.workload)")
    given = parser.parse_args(arguments)
    try:
        path = write(given.id, given.on, Path())
    except (NewCriterionError, OSError) as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a command
        return 2
    print(f"written: {path}\nfill it in until this is green:  pytest --readiness {path}")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
