"""Policies of every convention over real repositories, against regopy that is asked without this package.

    python benchmarks/rego.py CORPORA [--sets conventions example combine] [--show]

Three sets are run on each repository: the policies in ``rego/policy`` with their data, those of the example, and one with ``--combine``.
What is asked directly is the same text; for policies in the old syntax, which regopy does not read, it is one written by hand in the new
one (``rego/direct``). YAML is read by PyYAML for it; Dockerfiles and HCL have the shapes that this package gives them. Compared are the
messages of each rule and file, with what an exception takes out. The exit status is 1 with any difference.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from regopy import Interpreter

from pytest_readiness import builtin
from pytest_readiness.checks import evaluate
from pytest_readiness.configuration import Configuration
from pytest_readiness.configuration import Policies
from pytest_readiness.model import ParseFailure
from pytest_readiness.project import Project
from pytest_readiness.rego import inputs
from pytest_readiness.rego import rules
from pytest_readiness.tree import MemoryTree

HERE = Path(__file__).parent / "rego"
EXAMPLE = Path(__file__).parent.parent / "examples" / "rego-policies"
SUFFIXES = {".yaml": "yaml", ".yml": "yaml", ".tf": "hcl2"}
LARGEST = 200_000  # bytes of a file; the engine takes seconds for a custom resource definition
Messages = dict[tuple[str, str], list[str]]


@dataclass(frozen=True)
class Set:
    """Policies, and how they are run."""

    policies: Path
    data: Path | None
    namespaces: tuple[str, ...]
    rules: Mapping[str, tuple[str, ...]]  # by package
    combine: bool = False


SETS = {
    "conventions": Set(
        HERE / "policy",
        HERE / "data",
        ("all",),
        {
            "main": ("deny", "deny_nonroot", "violation", "violation_privileged", "warn", "warn_probe"),
            "team.network": ("deny_host", "deny_load_balancer"),
            "team.registries": ("deny_registry",),
            "docker": ("deny_unpinned", "warn_user", "violation_add"),
            "terraform": ("deny_module_version", "warn_open", "deny_untyped"),
            "workflows": ("deny_permissions", "warn_runner"),
            "compose": ("deny_privileged", "violation_restart", "warn"),
        },
    ),
    "example": Set(EXAMPLE / "policy", EXAMPLE / "lists", ("main", "team"), {"main": ("deny_registry", "warn"), "team": ("deny_owner",)}),
    "combine": Set(HERE / "combined", None, ("main",), {"main": ("deny_twice", "warn_no_budget")}, combine=True),
}


def files(root: Path) -> Iterator[tuple[str, str]]:
    """The files that are judged, and their parsers."""
    for path in sorted(root.rglob("*"), key=lambda path: path.relative_to(root).as_posix()):
        parser = SUFFIXES.get(path.suffix) or ("dockerfile" if path.name.startswith("Dockerfile") else None)
        if parser and path.is_file() and path.stat().st_size <= LARGEST:
            yield path.relative_to(root).as_posix(), parser


def directly(each: Set, documents: list[tuple[str, Any]]) -> Messages:
    """What regopy says of each document, read as conftest reads it."""
    engine = Interpreter()
    for path in sorted(each.policies.rglob("*.rego")):
        by_hand = HERE / "direct" / path.name
        engine.add_module(path.name, (by_hand if by_hand.exists() else path).read_text("utf-8"))
    if each.data is not None:
        for path in sorted(each.data.rglob("*.yaml")):
            content = yaml.safe_load(path.read_text("utf-8"))
            for key in reversed(path.relative_to(each.data).parts[:-1]):
                content = {key: content}
            engine.add_data(content)
    found: Messages = {}
    for path, document in documents:
        engine.set_input_term(json.dumps(document, default=str))
        for package, names in each.rules.items():
            excepted = {name for listed in _ask(engine, f"data.{package}.exception") for name in listed}
            for name in names:
                kind, _, suffix = name.partition("_")
                said = _ask(engine, f"data.{package}.{name}")
                kept = [] if kind != "warn" and suffix in excepted else said
                texts = [" ".join((text["msg"] if isinstance(text, dict) else text).split()) for text in kept]
                found.setdefault((path, f"rego.{package}.{name}"), []).extend(texts)
    return {key: sorted(set(texts)) for key, texts in found.items()}


def _ask(engine: Interpreter, reference: str) -> list[Any]:
    output = engine.query(f"x := [y | y := {reference}]")
    values: list[list[Any]] = output.results[0].bindings["x"]
    return [each for value in values for each in value]


def through_us(each: Set, texts: dict[str, str], parsers: dict[str, str]) -> Messages:
    policies = {f"policy/{path.relative_to(each.policies)}": path.read_text("utf-8") for path in each.policies.rglob("*.rego")}
    data = {f"lists/{path.relative_to(each.data)}": path.read_text("utf-8") for path in each.data.rglob("*.yaml")} if each.data else {}
    project = Project(MemoryTree({**texts, **policies, **data}), builtin.formats())
    globs = {parser: tuple(path for path in parsers if parsers[path] == parser) for parser in set(parsers.values())}
    settings = Policies(
        policies=("policy",), data=("lists",) if data else (), namespaces=each.namespaces, combine=each.combine, files=globs, timeout=500
    )
    project.configuration = Configuration(rego=settings)
    found: Messages = {}
    kind = "rego.combined" if each.combine else "rego.input"
    resources = [(".", r) for r in project.repository] if each.combine else [(p, r) for p in texts for r in project.contents(p).resources]
    compiled = rules.rules(project)
    for path, resource in resources:
        for rule in compiled if resource.kind == kind else ():
            outcome = evaluate(rule, resource, project)
            if outcome.crash is not None:
                raise outcome.crash
            found[path, rule.id] = sorted({finding.message for finding in outcome.failing})
    return found


def read(root: Path) -> tuple[dict[str, str], dict[str, str], list[tuple[str, Any]], int]:
    """The texts and parsers of a repository's files, what they hold, and how many cannot be read."""
    texts, parsers, documents, unread = {}, {}, [], 0
    plain = Project(MemoryTree({path: (root / path).read_text("utf-8") for path, _ in files(root)}), builtin.formats())
    for path, parser in files(root):
        text = plain.text(path)
        try:
            ours = inputs.read(path, parser, plain)
            if parser == "yaml":
                held = [document for document in yaml.safe_load_all(text) if document is not None]
                held = held[0] if len(held) == 1 and isinstance(held[0], list) else held
            else:
                held = [document.data for document in ours]
        except (ParseFailure, yaml.YAMLError):
            unread += 1
            continue
        texts[path], parsers[path] = text, parser
        documents += [(path, document) for document in held]
    return texts, parsers, documents, unread


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="a directory of repositories")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--show", action="store_true", help="list every difference")
    args = parser.parse_args()
    figures: dict[str, Counter[str]] = {name: Counter() for name in args.sets}
    fired: dict[str, set[str]] = {name: set() for name in SETS}
    told: list[str] = []
    for root in sorted(path for path in args.corpora.resolve().iterdir() if path.is_dir()):
        texts, parsers, documents, unread = read(root)
        if not texts:
            continue
        for name, each in ((name, SETS[name]) for name in args.sets):
            asked = [(".", [{"path": path, "contents": held} for path, held in documents])] if each.combine else documents
            expected, found = directly(each, asked), through_us(each, texts, parsers)
            counts = figures[name]
            counts.update(files=len(texts), documents=len(documents), unread=unread)
            for key in sorted({*expected, *found}):
                one, other = expected.get(key, []), found.get(key, [])
                counts.update(checks=1, failed=bool(one), messages=len(one), differences=one != other)
                fired[name].update((key[1],) if one else ())
                if one != other:
                    told.append(f"{name} {root.name}/{key[0]} {key[1]}: {one} directly, {other} as checks")
        print(root.name, len(texts), "files", len(documents), "documents", flush=True)
    for name, counts in figures.items():
        rules_ = sum(map(len, SETS[name].rules.values()))
        print(f"{name:<14}{dict(counts)} {len(fired[name])} of {rules_} rules found something")
    if args.show:
        print(*told, sep="\n")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
