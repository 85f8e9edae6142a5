"""The layers of ARCHITECTURE.md, held by reading the imports."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pytest_readiness"
# each layer may import itself and what stands below it
LAYERS = (
    ("plugin", "run", "opening", "ending", "demands", "collection", "joined", "hookspecs", "packs", "reports", "live"),
    (
        "plan",
        "freeze",
        "scope",
        "records",
        "policy",
        "policy_file",
        "scorecard",
        "planning",
        "gates",
        "goss",
        "owners",
        "conclusion",
        "criteria",
        "comparison",
        "history",
        "diff",
        "waivers",
        "governance",
        "imports",
        "inline",
        "excuses",
        "upkeep",
        "settings",
        "rego",
        "registry",
        "excerpt",
        "testing",
        "builtin",
        "new_rule",
        "rules",
        "schema",
    ),
    ("checks", "authoring"),
    ("project", "tree", "git", "formats", "text", "secret", "tools"),
    ("syntax",),
    ("model", "unknown", "defaults", "configuration"),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[tuple[str, ...]]:
    """The modules of the package (as parts below it) and other packages (as one part with a dot before) that a module imports."""
    found = set()
    package = path.relative_to(PACKAGE).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names = [tuple(node.module.split("."))] if node.module else [(alias.name,) for alias in node.names]
            found |= {(*base, *name) for name in names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            found.add(tuple(parts[1:]) or ("",) if parts[0] == "pytest_readiness" else (f".{parts[0]}",))
        elif isinstance(node, ast.Import):
            found |= {(f".{alias.name.split('.')[0]}",) for alias in node.names}
    return found


def type_checking(path: Path) -> set[tuple[str, ...]]:
    """What is imported for type checkers only."""
    tree = ast.parse(path.read_text("utf-8"))
    blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If) and isinstance(n.test, ast.Name) and n.test.id == "TYPE_CHECKING"]
    lines = {line for block in blocks for line in range(block.lineno, (block.end_lineno or block.lineno) + 1)}
    kept = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.lineno in lines and n.level]
    package = path.relative_to(PACKAGE).parent.parts
    return {(*package[: len(package) - n.level + 1], *(n.module or "").split(".")) for n in kept}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down_only(path: Path) -> None:
    own = layer(path)
    # Project.of() is a convenience for tests that fills in the built-in formats
    allowed = {("builtin",)} if own == "project" else set()
    for module in imports(path) - type_checking(path) - allowed:
        if module[0].startswith(".") or not module[0]:
            continue
        assert module[0] in LEVEL, f"{module[0]} belongs to no layer"
        assert LEVEL[module[0]] >= LEVEL[own], f"{own} is below {module[0]}"


@pytest.mark.parametrize("path", [p for p in MODULES if LEVEL[layer(p)] >= LEVEL["checks"]], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_below_the_checks_knows_pytest(path: Path) -> None:
    assert not {(".pytest",), ("._pytest",), (".testinfra",)} & imports(path)


@pytest.mark.parametrize("path", sorted((PACKAGE / "rules").rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rules_import_only_the_public_names_and_formats(path: Path) -> None:
    for module in imports(path):
        standard = module[0].removeprefix(".") in sys.stdlib_module_names
        sibling = module[:2] == ("rules", path.parent.name)  # a rule may be made of others of its platform
        assert module[0] in ("", "formats") or sibling or (module[0].startswith(".") and standard), module


def test_every_rule_is_loaded_for_the_kinds_it_judges() -> None:
    from pytest_readiness import builtin
    from pytest_readiness.registry import REPOSITORY_PLATFORMS

    for platform in builtin.platforms():
        for rule in builtin.rules(platform):
            homes = {kind.partition(".")[0] for kind in rule.on}
            assert homes <= {platform} or (homes == {"repo"} and platform in REPOSITORY_PLATFORMS), f"{rule.id} would never run"
