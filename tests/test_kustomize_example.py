"""The example built by Kustomize is run as a user would run it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from test_examples import golden
from test_examples import outcomes

ARGUMENTS = ("--readiness", "--readiness-today=2026-11-20", "--readiness-report=json:out.json")
ROOT = Path(__file__).parents[1]
GAP = "deploy/overlays/staging::k8s.image-not-latest[Deployment/api/api]"


def test_both_overlays_meet_every_rule_but_for_one_known_gap(tmp_path: Path) -> None:
    root = golden.checkout("kustomize-service", tmp_path)
    result = golden.run(root, *ARGUMENTS)
    found = outcomes(root)
    assert result.returncode == 0, result.stdout
    assert found.keys() == {"passed", "xfailed"}, result.stdout
    assert found["xfailed"] == 1
    assert found["passed"] > 200
    ids = {check["id"] for check in json.loads((root / "out.json").read_text("utf-8"))["checks"]}
    assert {GAP, GAP.replace("staging", "prod"), "repository::kustomize.overlays-per-env[repo]"} <= ids
    assert not any(id.startswith("deploy/base/") and "k8s." in id for id in ids), "bases are judged through their overlays"


def test_the_gap_points_at_the_overlay_that_makes_it(tmp_path: Path) -> None:
    root = golden.checkout("kustomize-service", tmp_path)
    (root / "readiness-waivers.yaml").unlink()
    result = golden.run(root, *ARGUMENTS, "deploy/base/api.yaml")
    assert outcomes(root)["failed"] == 1
    shown = re.search(r"```text\n(deploy/overlays/.*?)```", (ROOT / "docs/formats.md").read_text("utf-8"), re.DOTALL)
    assert shown, "the documentation shows it"
    assert shown[1] in result.stdout
