"""The live example: a shop and a real Prometheus on loopback, and what docs/live.md shows of them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from test_examples import golden

if shutil.which("prometheus") is None:
    pytest.skip("prometheus is not on PATH", allow_module_level=True)

PAGE = Path(__file__).parents[1] / "docs" / "live.md"
SHOWN = re.compile(r"^```console\n\$ cd examples/live-service && python serve\.py (pytest [^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROPERTIES = re.compile(r"^```xml\n(<testcase .*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The example after the command that the page shows, and what that printed."""
    shown = SHOWN.search(PAGE.read_text("utf-8"))
    assert shown is not None
    root = golden.checkout("live-service", tmp_path_factory.mktemp("live"))
    command = [sys.executable, "serve.py", sys.executable, "-m", *shown[1].split(), "--readiness-today=2026-11-20"]
    own = ("-p", "pytest_readiness.plugin", "-p", "no:cacheprovider")
    result = subprocess.run([*command, *own], cwd=root, env=golden.environment(), capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return root, result.stdout


def measured(text: str) -> str:
    """Output in which what is measured is the same each time: numbers of targets and the room that they take."""
    lines = [re.sub(r"\s{2,}|=+", " ", re.sub(r"[\d.]+ (m?s|%) (?=.*passed)|in [\d.]+s", "N ", line)) for line in text.splitlines()]
    return "\n".join(line.strip() for line in lines if not line.startswith(("platform ", "rootdir:", "plugins:", "readiness: ", "---")))


def test_the_page_shows_what_is_printed(ran) -> None:
    shown = SHOWN.search(PAGE.read_text("utf-8"))
    assert shown is not None
    assert measured(ran[1]) == measured(shown[2])


def test_the_page_shows_what_junit_holds(ran) -> None:
    (shown,) = PROPERTIES.findall(PAGE.read_text("utf-8"))
    expected = ElementTree.fromstring(shown)
    (found,) = (case for case in ElementTree.parse(ran[0] / "junit.xml").iter("testcase") if case.get("name") == expected.get("name"))
    assert found.get("classname") == expected.get("classname")

    def values(case: ElementTree.Element) -> dict[str | None, str | None]:
        varying = ("actual", "actual_value", "margin")
        return {item.get("name"): "N" if item.get("name") in varying else item.get("value") for item in case.iter("property")}

    assert values(found) == values(expected)
