"""Start a rule: ``python -m pytest_readiness.new_rule k8s.some-rule`` writes its file, to be filled in.

What is written is valid, but its examples fail until the rule is.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from . import builtin
from .authoring import DEFAULT_FILES

_ID = re.compile(r"(?P<platform>[a-z][a-z0-9]*)\.(?P<name>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)").fullmatch

SKELETON = '''\
from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Resource
from pytest_readiness import rule


@rule(
    "{id}",
    P2,
    on="{kind}",
    category="{category}",
    remedy="TODO: say in a few words what to change",
)
def check(resource: Resource) -> Iterator[Finding]:
    """TODO: say what holds when all is well.

    TODO: say what goes wrong otherwise.

    ```{language} bad
    TODO: the shortest {file} that fails, with the line of the cause marked  # <--
    ```

    ```{language} good
    TODO: the same, mended
    ```
    """
    yield resource.finding("TODO: say what is wrong here, and why it matters")
'''


class NewRuleError(Exception):
    """Why no file was written."""


def skeleton(rule_id: str, kind: str | None = None) -> str:
    """The text of a rule to be filled in; kind, category and language are those most rules of its platform have."""
    found = _ID(rule_id)
    if not found:
        raise NewRuleError(f"{rule_id!r} is not like platform.some-name")
    platform = found["platform"]
    if platform not in builtin.platforms():
        raise NewRuleError(f"there is no platform {platform!r} (known: {', '.join(builtin.platforms())})")
    rules = builtin.rules(platform)
    kinds = Counter(kind for rule in rules for kind in rule.on)
    if kind is not None and kind not in kinds:
        raise NewRuleError(f"no rule of {platform} judges {kind!r} (known: {', '.join(sorted(kinds))})")
    return SKELETON.format(
        id=rule_id,
        kind=kind or _usual(kinds),
        category=_usual(Counter(rule.category for rule in rules)),
        language=_usual(Counter(example.language for rule in rules for example in rule.examples)),
        file=DEFAULT_FILES.get(platform, "file"),
    )


def _usual(counts: Counter[str]) -> str:
    return counts.most_common(1)[0][0]


def write(rule_id: str, kind: str | None = None, folder: Path = builtin.RULES) -> Path:
    """Write the file of a rule; raises `NewRuleError` rather than overwrite one."""
    text = skeleton(rule_id, kind)
    platform, _, name = rule_id.partition(".")
    path = folder / platform / f"{name.replace('-', '_')}.py"
    if path.exists():
        raise NewRuleError(f"{path} exists")
    path.write_text(text, "utf-8")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0, or 2 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m pytest_readiness.new_rule", description="Start a rule.")
    parser.add_argument("id", help="the rule's id, such as k8s.some-rule")
    parser.add_argument("--on", metavar="KIND", help="the kind of resource it judges (default: the most usual one)")
    given = parser.parse_args(arguments)
    try:
        path = write(given.id, given.on)
    except NewRuleError as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a command
        return 2
    print(f"written: {path}\nfill it in until this is green:  pytest tests/test_rules.py -k {given.id}")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
