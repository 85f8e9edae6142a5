"""The same files judged by goss itself: the same attributes pass and fail, but for the differences that ``docs/goss.md`` names.

goss is taken from PATH. Debian has it from trixie on; ``.ci/run`` fetches it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from test_goss_host import CASES as HOST_CASES
from test_goss_host import failing
from test_goss_host import filled
from test_goss_host import local  # noqa: F401 - a fixture
from test_goss_host import machine  # noqa: F401 - a fixture
from test_goss_host import read
from test_goss_matchers import CASES as MATCHER_CASES
from test_goss_matchers import OTHERWISE

from pytest_readiness.goss.matchers import compiled
from pytest_readiness.goss.read import load
from pytest_readiness.live.goss.judge import judge
from pytest_readiness.project import Project

GOSS = shutil.which("goss")
pytestmark = pytest.mark.skipif(GOSS is None, reason="there is no goss on PATH: nothing is compared with it")

TYPES = {"KernelParam": "kernel-param"}
PROPERTIES = {"linkedto": "linked-to", "version": "versions"}

Failures = dict[tuple[str, str], set[str]]


def by_goss(path: Path) -> Failures:
    """The attributes that goss lets fail, by type and name of the resource."""
    assert GOSS is not None
    said = subprocess.run(
        [GOSS, "-g", str(path), "validate", "--format", "json", "--no-color"], capture_output=True, text=True, timeout=120, check=False
    )
    try:
        results = json.loads(said.stdout)["results"]
    except ValueError:
        pytest.fail(f"goss: {said.stdout}{said.stderr}")
    found: Failures = defaultdict(set)
    for result in results:
        kind = TYPES.get(result["resource-type"], result["resource-type"].lower())
        name = result["property"].lower()
        found[kind, result["resource-id"]] |= {PROPERTIES.get(name, name)} if result["result"] == 1 else set()
    return found


@pytest.mark.parametrize(("text", "wrong"), [pytest.param(text, wrong, id=about) for about, text, wrong in HOST_CASES])
def test_hosts(text: str, wrong: set[str], tmp_path: Path, machine: dict[str, str], local: Any) -> None:  # noqa: F811 - fixtures
    path = tmp_path / "goss.yaml"
    path.write_text(filled(text, machine), "utf-8")
    theirs = by_goss(path)
    for assertion in read(path.read_text("utf-8")):
        ours = failing(assertion, judge(assertion, local, 30))
        names = (assertion.id, f"{assertion.id}: {assertion.subject}", f"{assertion.id}: {Path(assertion.subject).resolve()}")
        found = next((theirs[assertion.type, name] for name in names if (assertion.type, name) in theirs), None)
        assert found is not None, theirs
        assert found == ours == wrong


def test_matchers(tmp_path: Path) -> None:
    path = tmp_path / "goss.yaml"
    listed = {str(number): {"content": content, "matches": matcher} for number, (content, matcher, _) in enumerate(MATCHER_CASES)}
    path.write_text(json.dumps({"matching": listed}), "utf-8")
    theirs = by_goss(path)
    different = [
        (content, matcher)
        for number, (content, matcher, holds) in enumerate(MATCHER_CASES)
        if (theirs["matching", str(number)] == set()) != holds or (compiled(matcher).problem(content) is None) != holds
    ]
    assert different == []
    assert len(theirs) == len(MATCHER_CASES)


def test_what_goss_cannot_mean_is_still_so(tmp_path: Path) -> None:
    path = tmp_path / "goss.yaml"
    listed = {str(number): {"content": content, "matches": matcher} for number, (content, matcher, _) in enumerate(OTHERWISE)}
    path.write_text(json.dumps({"matching": listed, "user": {"root": {"exists": True, "groups": {"equal": ["root"]}}}}), "utf-8")
    theirs = by_goss(path)
    assert all(theirs["matching", number] for number in listed)
    assert theirs["user", "root"] == {"groups"}


@pytest.mark.parametrize(
    ("text", "theirs", "ours"),
    [
        ("mount: {/no/such/mount: {exists: false}}", {"exists"}, set()),
        ("addr: {'udp://127.0.0.1:9': {reachable: true}}", set(), None),
        ("file: {/etc/passwd: {exists: true, mode: 0644}}", {"mode"}, ["goss reads 0644 as a number in base eight"]),
        ("matching: {a: {content: 2.0.0, matches: {semver-constraint: '!=1.x'}}}", {"matches"}, ["which no version satisfies in goss"]),
        ("service: {nginx: {title: web}, other: {running: true, skip: true}}", set(), ["nothing is expected of it"]),
    ],
)
def test_other_differences_are_as_documented(text: str, theirs: set[str], ours: Any, tmp_path: Path, local: Any) -> None:  # noqa: F811
    path = tmp_path / "goss.yaml"
    path.write_text(text, "utf-8")
    assert set().union(*by_goss(path).values()) == theirs
    assertions, mistakes = load(Project.of({"goss.yaml": text}, formats=()), "goss.yaml")
    if isinstance(ours, list):
        assert [part for part in ours if part in str(mistakes)] == ours
        return
    judged = judge(assertions[0], local, 30)
    assert (failing(assertions[0], judged) if judged.unknown is None else None) == ours


EXPRESSIONS = [
    *(
        r"^a$",
        r"(?m)^b$",
        r"(?i)AbC",
        r"a(?i)b|c",
        r"(?s)a.b",
        r"a.b",
        r"\d+",
        r"[^\d]",
        r"[\w-]+",
        r"[\W]",
        r"\s",
        r"[\S]",
        r"\bfoo\b",
        r"\Bo",
    ),
    *(
        r"[[:alpha:]]+$",
        r"\Qa.b\E",
        r"\Qa.b",
        r"a{2}",
        r"a{2,}",
        r"a{2,3}b",
        r"a{,3}",
        r"a*?b",
        r"a??",
        r"(a|b)*c",
        r"(?P<x>a)b",
        r"(?<x>a)b",
    ),
    *(
        r"\x41",
        r"\x{1F600}",
        r"\101",
        r"[]a]",
        r"[^]a]",
        r"|a",
        r"a|",
        r"",
        r"a\z",
        r"\Aa",
        r"\a\f\t\n\r\v",
        r"\_",
        r"[a\-z]",
        r"[-a]",
        r"(?U)a+",
    ),
    *(
        r"(?i-s:A.)",
        r"(?-i)a",
        r"^$",
        r"(?m)$",
        r"x{0}",
        r"[$^]",
        r"a^b",
        r"(?m)a$\nb",
        r"é+",
        r"(?i)É",
        r"[à-ü]",
        r"\w+é",
        r"\bé",
        r"{",
        r"a{1,b}",
    ),
    *(
        r"a(?i:b)c",
        r"(?i)a(?-i)b",
        r"()",
        r"a||b",
        r"[a[:digit:]b]",
        r"[\x41-\x43]",
        r"(?i)[k]",
        r"^*",
        r"(?m)(^a|b$)",
        r"(?i)permitrootlogin",
    ),
    *(r"\d{1,3}(\.\d{1,3}){3}", r"^\s*PermitRootLogin\s+no", r"[^#]*foo"),
]
TEXTS = [
    *(
        "a",
        "b",
        "A",
        "a\n",
        "a\nb",
        "ab",
        "aB",
        "ac",
        "aC",
        "C",
        "a.b",
        "aab",
        "aaab",
        "foo",
        "foo bar",
        "xfoo",
        "-",
        "_",
        "é",
        "É",
        "aé",
        "",
        "\t",
        "\v",
    ),
    *(
        "{",
        "a{1,b}",
        "a{,3}",
        "]",
        "é foo",
        "  PermitRootLogin  no",
        "10.1.2.3",
        "AbC",
        "\u212a",
        "\U0001f600",
        "\x07\x0c\t\n\r\x0b",
        "$",
        "^",
        "b\na",
    ),
]
LINES = [
    "foo",
    "!foo",
    "/fo+/",
    "!/fo+/",
    "\\!foo",
    "/foo",
    "foo/",
    "!/foo",
    "//",
    "!",
    "",
    "!!foo",
    "/^$/",
    "!/^$/",
    "/a$/",
    "!\\foo",
    " foo",
]
LINED = ["", "foo", "!foo", "bar\nfoo", "bar\n", "\n", "foo\r\nbar\r\n", "/foo/", "/foo", "a", "a\n", " foo ", "\\!foo", "!", "/"]
DOCUMENT = json.dumps(
    {
        "name": {"first": "Tom", "last": "Ash"},
        "age": 37,
        "kids": ["Sara", "Alex", "Jack"],
        "a.b": "dot",
        "vals": [1, 2.5, "x", [1], {"a": 1}],
        "friends": [{"first": "Dale", "age": 44, "nets": ["ig", "fb"]}, {"first": "Jane", "age": 68, "nets": ["fb"]}],
        "z": [[1, 2], [3]],
        "0": "zero",
    }
)
PATHS = [
    *(
        "name.last",
        "name.la*",
        "age",
        "kids",
        "kids.#",
        "kids.1",
        "k?ds.0",
        "a\\.b",
        "friends.#.first",
        'friends.#(first=="Jane").age',
        "z.0.1",
        "z.#.0",
    ),
    *(
        "friends.#(age>45)#.first",
        'friends.#(first%"D*").age',
        'friends.#(first!%"D*").age',
        'friends.#(nets.#(=="ig"))#.first',
        "friends.#.nets.#",
    ),
    *(
        "vals.#(>1)",
        "vals.#(==x)",
        "z.#.#",
        "z.@flatten.#",
        "name|last",
        "friends|0|first",
        "friends.#.first|0",
        "friends.#.first|#",
        "friends.#.nets|#",
    ),
    *(
        "friends|@reverse|0.first",
        "@this|age",
        "@keys|#",
        "name.@values.0",
        "nope",
        "name.nope",
        "kids.9",
        "age.x",
        "friends.#(age>100).first",
        "0",
    ),
    *(
        "friends.#(age>100)#.first",
        "friends.#(age>100)#",
        "friends.#(age==44.0).first",
        "friends.#(nope)#.age",
        'kids.#(>"B")#',
        "vals.4.a",
        "age|#",
        "*.1",
        "*.#(nets).first",
        "kids.#(>1)#",
        "vals.#(!=2)#",
        "friends.#(age>x)#",
        "age.@keys",
    ),
]
VALUES: list[Any] = [
    {"have-len": 3},
    {"have-len": 2},
    {"have-len": 0},
    "Dale",
    ["fb"],
    {"ge": 3},
    {"contain-element": "Jane"},
    {"have-prefix": "["},
    {"not": "Ash"},
]
RANGES = [
    "<1.2.x",
    ">1.2.x",
    "<=1.2.x",
    ">=1.x",
    "1.2.x",
    "=1.2.3",
    "!=1.2.3",
    "!1.2.3",
    "1.0.0 || >=2.0.0",
    ">  1.0.0",
    "<2.0.0-rc.2",
    ">=1.0.0 <2.0.0 || 2.0.0",
]
VERSIONS = [
    "0.9.0",
    "1.0.0",
    "1.2.0",
    "1.2.3",
    "1.2.3-rc1",
    "1.2.3+b1",
    "1.3.0",
    "2.0.0-rc.1",
    "2.0.0-rc.10",
    "2.0.0",
    "2.1.0",
    "1.2",
    "v1.2.3",
    "01.2.3",
    "",
    "x",
]


@pytest.mark.parametrize(
    ("contents", "matchers"),
    [
        pytest.param(TEXTS, [{"match-regexp": one} for one in EXPRESSIONS], id="expressions"),
        pytest.param(LINED, [{"have-patterns": [one]} for one in LINES], id="lines"),
        pytest.param([DOCUMENT], [{"gjson": {path: value}} for path in PATHS for value in VALUES], id="paths"),
        pytest.param(VERSIONS, [{"semver-constraint": one} for one in RANGES], id="versions"),
    ],
)
def test_each_matcher_with_each_content(contents: list[str], matchers: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "goss.yaml"
    pairs = [(content, matcher) for matcher in matchers for content in contents]
    path.write_text(
        json.dumps({"matching": {str(i): {"content": c, "matches": m} for i, (c, m) in enumerate(pairs)}}, ensure_ascii=False), "utf-8"
    )
    theirs = by_goss(path)
    ours = [compiled(matcher).problem(content) is None for content, matcher in pairs]
    assert [pair for i, pair in enumerate(pairs) if (theirs["matching", str(i)] == set()) != ours[i]] == []
    assert {True, False} == set(ours)
