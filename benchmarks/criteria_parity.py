"""Built-in rules against the same ones written in YAML, over repositories: are verdicts and lines the same?

    python benchmarks/criteria_parity.py CORPORA [--criteria tests/criteria/as_rules.yaml] [--show]

CORPORA is a directory of repositories. Each is read once; every resource, those of rendered charts and overlays included, is judged by
both. A verdict differs where only one of the two has a check, or they do not agree on passed, failed or unknown. A line differs where
both fail and do not name the same lines. The exit status is 1 with any difference.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from pytest_readiness import builtin
from pytest_readiness.checks import applies
from pytest_readiness.checks import evaluate
from pytest_readiness.criteria.load import load
from pytest_readiness.model import Resource
from pytest_readiness.model import Rule
from pytest_readiness.project import Project
from pytest_readiness.tree import DiskTree

PREFIX = "same."
CRITERIA = Path(__file__).parent.parent / "tests" / "criteria" / "as_rules.yaml"
Lines = frozenset[tuple[str, int]]


def pairs(path: Path) -> dict[str, tuple[Rule, Rule]]:
    """The built-in rule and the criterion, by the id of the rule."""
    criteria, mistakes = load(Project.of({"readiness/same.yaml": path.read_text("utf-8")}), builtin.rule, tuple)
    if mistakes:
        raise SystemExit("\n".join(map(str, mistakes)))
    rules = {compiled.rule.id.removeprefix(PREFIX): compiled.rule for compiled in criteria.all}
    return {name: (rule, own) for name, own in rules.items() if (rule := builtin.rule(name)) is not None}


def judged(rule: Rule, resource: Resource, project: Project) -> tuple[str, Lines]:
    """What a rule says of a resource, and the lines it names; an empty word where there is no check."""
    if resource.kind not in rule.on or not applies(rule, resource, project):
        return "", frozenset()
    outcome = evaluate(rule, resource, project)
    if outcome.crash is not None:
        raise outcome.crash
    word = "failed" if outcome.failing else "unknown" if outcome.unknown is not None else "passed"
    return word, frozenset((finding.span.path, finding.span.line) for finding in outcome.failing)


def compare(root: Path, rules: dict[str, tuple[Rule, Rule]], figures: dict[str, Counter[str]], told: list[str]) -> None:
    project = Project(DiskTree(root), builtin.formats())
    paths = dict.fromkeys((*project.paths, *project.homes))
    contents = ((path, project.contents(path)) for path in paths)
    found = [(path, resource) for path, read in contents if read is not None for resource in read.resources]
    for path, resource in [*found, *((".", resource) for resource in project.repository)]:
        for name, (rule, own) in rules.items():
            expected, got = judged(rule, resource, project), judged(own, resource, project)
            if expected == got == ("", frozenset()):
                continue
            counts = figures[name]
            counts["items"] += 1
            counts["rendered"] += bool(resource.home)
            counts[expected[0]] += 1
            where = f"{root.name}/{path}[{resource.name}]"
            if expected[0] != got[0]:
                counts["verdicts"] += 1
                told.append(f"{name} {where}: {expected[0] or 'no check'}, the criterion {got[0] or 'no check'}")
            elif expected[1] != got[1]:
                counts["lines"] += 1
                told.append(f"{name} {where}: lines {sorted(expected[1])}, of the criterion {sorted(got[1])}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="a directory of repositories")
    parser.add_argument("--criteria", type=Path, default=CRITERIA)
    parser.add_argument("--show", action="store_true", help="list every difference")
    args = parser.parse_args()
    rules = pairs(args.criteria)
    figures: dict[str, Counter[str]] = {name: Counter() for name in rules}
    told: list[str] = []
    roots = sorted(path for path in args.corpora.resolve().iterdir() if path.is_dir())
    for root in roots:
        compare(root, rules, figures, told)
    columns = ("items", "failed", "passed", "unknown", "rendered", "verdicts", "lines")
    print(f"{'rule':<44}{''.join(f'{column:>9}' for column in columns)}")
    met = {name: counts for name, counts in figures.items() if counts["items"]}
    for name, counts in sorted(met.items()):
        print(f"{name:<44}{''.join(f'{counts[column]:>9}' for column in columns)}")
    total = sum(met.values(), Counter())
    print(f"{f'{len(met)} of {len(rules)} rules, {len(roots)} repositories':<44}{''.join(f'{total[column]:>9}' for column in columns)}")
    if args.show:
        print(*told, sep="\n")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
