"""The examples are run as a user would run them."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def tool(name: str) -> ModuleType:
    """A script of ``tools/`` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


golden = tool("update_golden")


def outcomes(root: Path) -> Counter[str]:
    checks = json.loads((root / "out.json").read_text("utf-8"))["checks"]
    return Counter(check["outcome"] for check in checks)


def test_the_ready_service_meets_every_rule(tmp_path: Path) -> None:
    root = golden.checkout("service-ready", tmp_path)
    result = golden.run(root, "--readiness", "--readiness-report=json:out.json")
    found = outcomes(root)
    assert result.returncode == 0, result.stdout
    assert found.keys() == {"passed"}, result.stdout
    assert found["passed"] > 300


def test_the_ready_service_names_no_rule_to_leave_out() -> None:
    text = (ROOT / "examples/service-ready/readiness.yaml").read_text("utf-8")
    assert "ignore" not in text and "select" not in text
    assert not (ROOT / "examples/service-ready/readiness-waivers.yaml").exists()


PROTOCOLS = [
    pytest.param("pytest", id="three phases"),
    pytest.param("fast", id="one phase"),
]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_service_with_gaps_has_every_outcome(tmp_path: Path, protocol: str) -> None:
    root = golden.checkout("service-gaps", tmp_path)
    result = golden.run(root, *golden.ARGUMENTS, "--readiness-report=json:out.json", "-o", f"readiness_protocol={protocol}")
    assert result.returncode == 1
    assert outcomes(root) == {"passed": 24, "failed": 28, "xfailed": 3, "xpassed": 1, "skipped": 2}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_service_with_gaps_prints_what_is_expected(tmp_path: Path, protocol: str) -> None:
    root = golden.checkout("service-gaps", tmp_path)
    result = golden.run(root, *golden.ARGUMENTS, "-o", f"readiness_protocol={protocol}")
    expected = golden.GOLDEN.read_text("utf-8")
    assert golden.normalised(result.stdout, root) == expected, "if this is meant, run: python tools/update_golden.py"


def test_the_service_with_gaps_fails_at_every_priority(tmp_path: Path) -> None:
    root = golden.checkout("service-gaps", tmp_path)
    golden.run(root, *golden.ARGUMENTS, "--readiness-report=json:out.json")
    checks = json.loads((root / "out.json").read_text("utf-8"))["checks"]
    assert {check["priority"] for check in checks if check["outcome"] == "failed"} == {"P0", "P1", "P2", "P3"}
    assert {check["rule"] for check in checks if check["outcome"] == "failed"} >= {
        "readiness.expect",
        "readiness.parses",
        "readiness.waiver",
    }
    assert any(check["advice"] for check in checks)
