"""The example chart is run as a user would run it, and what is rendered from it leads back to its lines."""

from __future__ import annotations

import json
import re
from pathlib import Path

from test_examples import golden
from test_examples import outcomes
from test_helm_sources import keys

from pytest_readiness import Project
from pytest_readiness.formats.helm.chart import charts
from pytest_readiness.formats.helm.rendering import rendered
from pytest_readiness.settings import load

EXAMPLE = Path(__file__).parents[1] / "examples/helm-service"
ARGUMENTS = ("--readiness", "--readiness-today=2026-11-20", "--readiness-report=json:out.json")


def files() -> dict[str, str]:
    return {path.relative_to(EXAMPLE).as_posix(): path.read_text("utf-8") for path in sorted(EXAMPLE.rglob("*")) if path.is_file()}


def project(**changed: str) -> Project:
    made = Project.of({**files(), **changed})
    made.configuration = load(made).configuration
    return made


def modified(root: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in root.rglob("*") if ".git" not in path.parts and path.name != "out.json"}


def test_every_environment_meets_every_rule_but_for_one_known_gap(tmp_path: Path) -> None:
    root = golden.checkout("helm-service", tmp_path)
    before = modified(root)
    result = golden.run(root, *ARGUMENTS)
    assert modified(root) == before, "nothing is written into the repository"
    found = outcomes(root)
    assert result.returncode == 0, result.stdout
    assert found.keys() == {"passed", "xfailed"}, result.stdout
    assert found["xfailed"] == 1
    assert found["passed"] > 300
    checks = json.loads((root / "out.json").read_text("utf-8"))["checks"]
    ids = {check["id"] for check in checks}
    for environment in ("staging", "prod"):
        assert f"charts/orders::k8s.run-as-non-root[{environment}:Deployment/orders-worker/worker]" in ids
        assert f"charts/orders::helm.renders[{environment}:orders]" in ids


def test_a_values_file_on_the_command_line_selects_its_environment(tmp_path: Path) -> None:
    root = golden.checkout("helm-service", tmp_path)
    golden.run(root, *ARGUMENTS, "charts/orders/values-prod.yaml")
    checks = json.loads((root / "out.json").read_text("utf-8"))["checks"]
    made = [check["id"] for check in checks if check["id"].startswith("charts/orders::")]
    assert len(made) > 100
    assert all("[prod:" in name for name in made)


def test_a_template_on_the_command_line_selects_what_is_made_from_it(tmp_path: Path) -> None:
    root = golden.checkout("helm-service", tmp_path)
    golden.run(root, *ARGUMENTS, "charts/worker/templates/worker.yaml")
    checks = json.loads((root / "out.json").read_text("utf-8"))["checks"]
    assert len(checks) > 50
    assert all("orders-worker" in check["id"] for check in checks)


def test_a_finding_points_at_the_line_of_the_template() -> None:
    helpers = files()["charts/worker/templates/_helpers.tpl"].replace("runAsNonRoot: true", "runAsNonRoot: false")
    made = project(**{"charts/worker/templates/_helpers.tpl": helpers})
    worker = next(r for r in made.resources("k8s.container") if r.name == "prod:Deployment/orders-worker/worker")
    place = worker.effective_at("runAsNonRoot")  # type: ignore[attr-defined]
    assert helpers.split("\n")[place.line - 1].strip() == "runAsNonRoot: false"
    assert helpers.split("\n")[place.line - 1][place.column - 1 : place.end_column - 1] == "runAsNonRoot: false"


def test_every_rendered_key_leads_to_a_line_that_says_it_or_makes_it() -> None:
    made = project()
    texts = {path: text.split("\n") for path, text in files().items()}
    total = known = 0
    for chart in charts(made).homes:
        for key, mapping in keys(rendered(made, chart)):
            span = mapping.entry(key)
            total += 1
            if span.line:
                known += 1
                line = texts[span.path][span.line - 1]
                assert re.search(rf"(?<!\w){re.escape(key)}(?!\w)", line) or "{{" in line, (key, span, line)
    assert total > 800
    assert known == total
