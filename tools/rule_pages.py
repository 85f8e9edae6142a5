"""Write ``docs/rules/``: a page for each rule, and the index by platform.

python tools/rule_pages.py            write the pages, delete those of rules that are gone
python tools/rule_pages.py --check    fail, and name what is out of date
"""

# ruff: noqa: INP001 - scripts, no package
from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pytest_readiness import Rule
from pytest_readiness import builtin
from pytest_readiness import governance
from pytest_readiness.reports import catalogue

PAGES = Path(__file__).parents[1] / "docs" / "rules"
PLATFORMS = {
    "argo": "Argo CD, Argo Rollouts, Flux",
    "compose": "Docker Compose",
    "docker": "Dockerfiles",
    "env": "Environment files",
    "gha": "GitHub Actions",
    "helm": "Helm",
    "k8s": "Kubernetes",
    "kustomize": "Kustomize",
    "live": "What runs",
    "readiness": "The run itself",
    "repo": "The repository",
    "tf": "Terraform",
}


def pages() -> dict[str, str]:
    """Every file of the folder with its text."""
    rules = {platform: builtin.rules(platform) for platform in builtin.platforms()}
    rules[builtin.LIVE] = builtin.rules(builtin.LIVE)
    rules["readiness"] = governance.RULES
    made = {f"{rule.id}.md": text(catalogue.page(rule)) for each in rules.values() for rule in each}
    return {"index.md": text(index(rules)), **made}


def text(lines: Iterator[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def index(rules: dict[str, tuple[Rule, ...]]) -> Iterator[str]:
    """A table of rules for each platform."""
    total = sum(map(len, rules.values()))
    yield f"# {total} rules"
    yield ""
    yield "`pytest --readiness-rules` lists them in the terminal, `pytest --readiness-explain RULE` prints a page."
    yield ""
    yield "P0 is to be met now, P1 within a week, P2 within a month, P3 later."
    for platform in sorted(rules, key=lambda platform: (platform == "readiness", PLATFORMS.get(platform, platform))):
        yield from ("", f"## {PLATFORMS.get(platform, platform)}", "", "| rule | | what holds | category |", "|---|---|---|---|")
        for rule in sorted(rules[platform], key=lambda rule: (rule.priority, rule.id)):
            yield f"| [{rule.id}]({rule.id}.md) | {rule.priority.name} | {rule.title} | {rule.category} |"


def stale(made: dict[str, str]) -> list[str]:
    """The files that are missing, different, or of no rule any more."""
    found = {path.name: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    return sorted(name for name in made.keys() | found.keys() if made.get(name) != found.get(name))


def main(arguments: list[str]) -> int:
    made = pages()
    out_of_date = stale(made)
    if arguments == ["--check"]:
        for name in out_of_date:
            print(f"out of date: docs/rules/{name}")  # noqa: T201
        return 1 if out_of_date else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in out_of_date:
        if name in made:
            (PAGES / name).write_text(made[name], "utf-8")
        else:
            (PAGES / name).unlink()
    print(f"{len(made)} pages, {len(out_of_date)} written or deleted")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
