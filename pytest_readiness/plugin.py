"""The pytest11 entry point: options and marks. Loaded in every run of pytest, so all else is imported when readiness is on."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

import pytest

from .defaults import TEST_DATA

if TYPE_CHECKING:
    from .formats.base import Format
    from .model import Rule

MARKERS = (
    "readiness(rule, *, priority, category, title, remedy, effort): this test decides a readiness rule, such as live.rto",
    "p0: a readiness check to be met now",
    "p1: a readiness check to be met within a week",
    "p2: a readiness check to be met within a month",
    "p3: a readiness check to be met later",
    "live: a readiness check that contacts something that runs",
    "evidence: a readiness check of what was measured or signed elsewhere",
    "third_party: a readiness check of what somebody else wrote, such as a chart from a registry",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("readiness", "production readiness of infrastructure files")
    group.addoption("--readiness", action="store_true", default=False, help="judge the infrastructure files of the project")
    group.addoption("--readiness-only", action="store_true", default=False, help="judge them and leave ordinary tests out")
    group.addoption("--readiness-live", action="store_true", default=False, help="contact what `live:` of readiness.yaml declares")
    group.addoption("--readiness-rules", action="store_true", default=False, help="list the rules and exit")
    group.addoption("--readiness-explain", metavar="RULE", help="print the page of a rule and exit")
    group.addoption(
        "--readiness-report",
        action="append",
        default=[],
        metavar="FORMAT:FILE",
        help="write a report (repeatable); formats: json, sarif, sarif-all, junit, markdown, html, codeclimate, badge",
    )
    group.addoption("--readiness-min", type=float, metavar="PCT", help="fail the run while readiness (P0 and P1) is below this percentage")
    group.addoption(
        "--readiness-gate",
        action="append",
        default=[],
        metavar="NAME",
        help="fail the run while a gate of readiness.yaml is shut (repeatable)",
    )
    group.addoption("--readiness-bypass", metavar="REASON", help="let shut gates pass this once; the reason is in every report")
    group.addoption("--readiness-compare", metavar="OLD.json", help="compare with an earlier JSON report")
    group.addoption("--readiness-ratchet", action="store_true", default=False, help="with --readiness-compare: fail on what got worse")
    group.addoption(
        "--readiness-tolerance", type=float, default=0.0, metavar="POINTS", help="with --readiness-ratchet: how far a score may fall"
    )
    group.addoption("--readiness-history", metavar="FILE.jsonl", help="add this run to a history, and show the trend")
    group.addoption("--readiness-diff", metavar="BASE", help="only checks on what changed since a git revision can fail; all are reported")
    group.addoption("--readiness-freeze", action="store_true", default=False, help="record every check that fails as a known gap")
    group.addoption("--readiness-owner", metavar="WHO", help="with --readiness-freeze: who answers for the known gaps")
    group.addoption("--readiness-until", metavar="YYYY-MM-DD", help="with --readiness-freeze: their last day (default: in 90 days)")
    group.addoption("--readiness-reason", metavar="TEXT", help="with --readiness-freeze: the reason (default: the first finding)")
    group.addoption(
        "--readiness-waivers",
        choices=("audit", "prune"),
        help="list all known gaps and what became of them; prune: take out what is needless",
    )
    group.addoption("--readiness-today", metavar="YYYY-MM-DD", help="judge known gaps as of this day")
    parser.addini("readiness", "judge the infrastructure files in every run, as with --readiness", type="bool", default=False)
    parser.addini("readiness_paths", "files and directories to look at, relative to the root (default: all)", type="args", default=[])
    parser.addini("readiness_exclude", "globs of files and directories to leave out", type="args", default=list(TEST_DATA))
    parser.addini("readiness_strict_advice", "advice fails a check", type="bool", default=False)
    parser.addini("readiness_gate", "p0, p1 or p2: checks of lower priority are expected to fail at will", default="")
    parser.addini("readiness_github", "on GitHub Actions, annotate findings and write a job summary", type="bool", default=True)
    parser.addini("readiness_protocol", "fast: checks run in one phase; pytest: in pytest's three", default="fast")


@pytest.fixture
def readiness_measure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Hold a measured value against its target and record both: ``readiness_measure(seconds, unit="s", below="30min")``."""
    from .joined import measure

    return measure(request.node)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if _is_on(config):
        from .run import Run

        config.pluginmanager.register(Run(config), "readiness-run")


def _is_on(config: pytest.Config) -> bool:
    option = config.getoption
    return bool(option("readiness") or option("readiness_only") or option("readiness_freeze") or config.getini("readiness"))


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if config.getoption("readiness_rules") or config.getoption("readiness_explain"):
        from .reports import catalogue

        return catalogue.main(config)
    return None


@pytest.hookimpl(trylast=True)
def pytest_readiness_formats() -> Iterable[Format]:
    from . import builtin
    from .criteria.files import CriteriaFiles

    return (CriteriaFiles(), *builtin.formats())


def pytest_readiness_rules(platform: str | None) -> Iterable[Rule]:
    from . import builtin

    if platform is None:
        return [rule for each in (*builtin.platforms(), builtin.LIVE) for rule in builtin.rules(each)]
    return builtin.rules(platform) if platform in (*builtin.platforms(), builtin.LIVE) else ()


def pytest_readiness_report() -> Mapping[str, Callable[[dict[str, Any]], str]]:
    from .reports import badge
    from .reports import codeclimate
    from .reports import html
    from .reports import json
    from .reports import junit
    from .reports import markdown
    from .reports import sarif

    return {
        "json": json.render,
        "sarif": sarif.render,
        "sarif-all": sarif.render_all,
        "junit": junit.render,
        "markdown": markdown.render,
        "html": html.render,
        "codeclimate": codeclimate.render,
        "badge": badge.render,
    }
