"""The page: valid without script, filtered with it, in a real browser; hostile text does nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

BROWSER = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
QUIET = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
VOID = {"meta", "br", "input"}


class Page(HTMLParser):
    """A strict reading: every element that is opened is closed, ids are unique, links lead somewhere."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.ids += [str(value) for name, value in attrs if name == "id"]
        self.targets += [str(value) for name, value in attrs if name == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def made(pytester: pytest.Pytester, *args: str) -> str:
    pytester.runpytest("--readiness-only", "-p", "no:cacheprovider", "--readiness-report=html:page.html", *args)
    return (pytester.path / "page.html").read_text("utf-8")


def in_browser(page: Path, tmp_path: Path, query: str = "") -> str:
    """What a browser makes of a page, as text of its document."""
    if BROWSER is None:
        pytest.skip("no Chromium on PATH: the page is not looked at by a browser")
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    done = subprocess.run([*command, f"file://{page}{query}"], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.fixture
def project(toy, write):
    gap = "waivers:\n- {rule: toy.short, where: a.toy, reason: later, owner: ann, until: 2099-01-01}\n"
    policy = "phases: [{name: First, due: 2027-01-01, items: [toy.good, toy.any]}]\naspects: {Discipline: [Governance]}\n"
    policy += "acceptance: {done: [toy.good, toy.short]}\n"
    write(
        a_toy="one: ok\ntwo: bad\nfour: long\nfive: unknown\nsix: advice\nseven: crash\n",
        wanted_toy="",
        readiness_yaml=policy + "gates: {promote: {min-score: {overall: 99}}}\n",
        **{"readiness-waivers_yaml": gap},
    )
    return toy


def test_the_page_is_whole_and_refers_to_nothing_outside(project) -> None:
    text = made(project, "--readiness-gate=promote", "--readiness-bypass=now")
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert [target for target in page.targets if target.removeprefix("#") not in page.ids] == []
    assert [
        value
        for _, name, value in page.attributes
        if name in ("src", "action", "style") and "width" not in str(value) and "left" not in str(value)
    ] == []
    assert "http" not in re.sub(r"http-equiv|xmlns", "", text)


def test_the_page_says_everything_without_script(project) -> None:
    text = " ".join(" ".join(Page(made(project, "--readiness-gate=promote", "--readiness-bypass=now")).text).split())
    for told in (
        "BLOCKED",
        "Shut gates were bypassed. now",
        "1 P0 check open",
        "Discipline",
        "the line two is bad",
        "2 | two: bad",
        "known gap: later (ann, until 2099-01-01",
        "unknown until apply: data.x",
        "boom",
        "advice: could be better",
        "Remedy: make it good",
        "First due 2027-01-01, 1 of 2",
        "open done toy.good",
    ):
        assert told in text, told


def test_a_trend_needs_two_runs(project) -> None:
    history = "--readiness-history=history.jsonl"
    assert 'id="trend"' not in made(project, history, "--readiness-today=2026-11-01")
    text = made(project, history, "--readiness-today=2026-11-02")
    Page(text)
    assert 'id="trend"' in text
    assert "<polyline" in text


def test_a_comparison_is_shown(project, write) -> None:
    project.runpytest("--readiness-only", "--readiness-report=json:old.json")
    write(a_toy="one: bad\ntwo: ok\n")
    text = made(project, "--readiness-compare=old.json")
    Page(text)
    assert "Newly failing: 1" in text
    assert "Fixed: 1" in text


HOSTILE = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>'\"{{7*7}}</style></title>"


def test_hostile_text_is_text(toy, write) -> None:
    write(a_toy=f"{HOSTILE}: bad\n", wanted_toy="")
    text = made(toy)
    page = Page(text)
    assert "49" not in " ".join(page.text)
    assert not [value for tag, name, value in page.attributes if tag in ("img", "script") or name.startswith("on")]
    assert text.count("<script") == 1


def test_only_the_pages_own_script_may_run(toy, write) -> None:
    write(a_toy="one: ok\n", wanted_toy="")
    (policy,) = [
        value for tag, name, value in Page(made(toy)).attributes if tag == "meta" and name == "content" and "default-src" in str(value)
    ]
    assert "default-src 'none'" in str(policy)
    assert re.search("script-src 'sha256-[^']+'", str(policy))


def test_a_browser_runs_the_script_and_nothing_else(toy, write, tmp_path) -> None:
    write(a_toy=f"one: ok\n{HOSTILE}: bad\n", wanted_toy="")
    made(toy)
    document = in_browser(toy.path / "page.html", tmp_path)
    assert "<title>BLOCKED" in document
    assert re.search(r'<form class="filter">', document), "the script shows the form"


def test_a_link_opens_the_group_it_leads_to(project, tmp_path) -> None:
    made(project)
    page = project.path / "page.html"
    assert re.search(r'<details class="group" data-outcome="xfailed" *>', in_browser(page, tmp_path))
    assert re.search(r'<details class="group" data-outcome="xfailed" *open', in_browser(page, tmp_path, "#rule-toy.short"))
