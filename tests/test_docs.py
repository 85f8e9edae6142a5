"""The documentation says what is so: nothing missing, nothing that does not exist, no example that does not run."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from test_examples import tool

import pytest_readiness
from pytest_readiness import builtin
from pytest_readiness import hookspecs
from pytest_readiness import plugin
from pytest_readiness import schema
from pytest_readiness.authoring import CATEGORIES
from pytest_readiness.formats.kinds import KINDS
from pytest_readiness.formats.kinds import WITHOUT_DATA

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BESIDE = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "examples/README.md")]
PAGES = sorted([*DOCS.glob("*.md"), *(path for path in BESIDE if path.exists())])
LIVE = sorted(path.name for path in DOCS.glob("live*.md"))
FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<language>\w*)\n(?P<text>.*?)^(?P=ticks)$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def text(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def fences(page: str, language: str) -> list[str]:
    return [found["text"] for found in FENCE.finditer(text(page)) if found["language"] == language]


def anchors(path: Path) -> set[str]:
    """The anchors GitHub makes of the headings of a page."""
    prose = FENCE.sub("", path.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_rule_pages_are_current() -> None:
    pages = tool("rule_pages")
    assert pages.stale(pages.pages()) == [], "run: python tools/rule_pages.py"


class Options:
    """Stands for pytest's parser and remembers the names."""

    def __init__(self) -> None:
        self.options: list[str] = []
        self.keys: list[str] = []

    def getgroup(self, *_: object) -> Options:
        return self

    def addoption(self, name: str, **_: object) -> None:
        self.options.append(name)

    def addini(self, name: str, *_: object, **__: object) -> None:
        self.keys.append(name)


def test_every_option_and_ini_key_is_documented() -> None:
    given = Options()
    plugin.pytest_addoption(given)  # type: ignore[arg-type]
    assert given.options and given.keys
    page = text("configuration.md")
    assert [name for name in given.options if not re.search(rf"`{name}[ `]", page)] == []
    assert [name for name in given.keys if f"| `{name}` |" not in page] == []


def test_no_option_is_documented_that_does_not_exist() -> None:
    given = Options()
    plugin.pytest_addoption(given)  # type: ignore[arg-type]
    for page in PAGES:
        mentioned = set(re.findall(r"--readiness[a-z-]*", page.read_text("utf-8")))
        assert mentioned <= set(given.options), page.name


def test_every_hook_is_documented_with_its_signature() -> None:
    page = text("packs.md")
    hooks = {name: value for name, value in vars(hookspecs).items() if name.startswith("pytest_readiness_")}
    assert hooks
    for name, hook in hooks.items():
        assert f"### {name}{inspect.signature(hook)}".replace("'", "") in page


def test_every_public_name_is_documented() -> None:
    assert [name for name in pytest_readiness.__all__ if f"`{name}`" not in text("writing-rules.md")] == []


def test_every_category_and_format_is_documented() -> None:
    assert [name for name in CATEGORIES if name not in text("writing-rules.md")] == []
    assert [format_.name for format_ in builtin.formats() if f"| `{format_.name}` |" not in text("formats.md")] == ["repository"]


def kinds() -> set[str]:
    """The kinds of resources that rules judge."""
    return {kind for platform in builtin.platforms() for rule in builtin.rules(platform) for kind in rule.on}


def test_every_kind_that_a_rule_judges_is_documented() -> None:
    assert [kind for kind in sorted(kinds()) if f"`{kind}`" not in text("formats.md")] == []


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("readiness", f"configuration.md {' '.join(LIVE)} verdict.md waivers.md imports.md"),
        ("waivers", "waivers.md"),
        ("report", "reports.md"),
    ],
)
def test_every_key_of_the_schemas_is_documented(name: str, page: str) -> None:
    told = "".join(map(text, page.split()))
    assert [key for key in sorted(keys(schema.load(name))) if f"`{key}`" not in told] == []


def keys(node: object) -> set[str]:
    """Every name that a schema gives to a property, at any depth."""
    if isinstance(node, list):
        return set().union(*map(keys, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
    return own.union(*(keys(value) for value in node.values()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def test_every_rule_that_is_named_exists() -> None:
    known = {name.removesuffix(".md") for name in tool("rule_pages").pages()}
    pattern = re.compile(
        r"(?<![\w./-])(?:argo|compose|docker|env|gha|helm|k8s|kustomize|repo|tf)\.[a-z][a-z0-9]*(?:-[a-z0-9]+)+(?![\w/.-]*[/.]\w)"
    )
    for page in PAGES:
        named = set(pattern.findall(page.read_text("utf-8")))
        assert named - known - kinds() - {*KINDS, *WITHOUT_DATA} <= {"k8s.some-rule"}, page.name


def test_every_example_is_listed_and_run_by_a_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    names = [path.name for path in (ROOT / "examples").iterdir() if path.is_dir()]
    assert [name for name in names if f"]({name})" not in (ROOT / "examples/README.md").read_text("utf-8") or name not in tests] == []


def test_every_example_that_is_named_exists() -> None:
    for page in PAGES:
        for path in re.findall(r"(?<![\w/])examples/[\w./-]*\w", page.read_text("utf-8")):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


DEPLOY = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: web
  labels: {app: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
"""


def test_python_without_a_file_name_runs() -> None:
    plain = [code for code in fences("writing-rules.md", "python") if not code.startswith("# ")]
    assert len(plain) == 2
    for code in plain:
        exec(compile(code, "writing-rules.md", "exec"), {"__name__": "docs"})


def named(code: str) -> tuple[str, str]:
    """The name of a file in its first line, and its text."""
    return code.partition("\n")[0].removeprefix("# "), code


FILES = [named(code) for code in fences("writing-rules.md", "python") if code.startswith("# ")]


def test_the_rule_and_its_tests_run(pytester: pytest.Pytester) -> None:
    assert [name for name, _ in FILES] == ["readiness/team.py", "test_more.py"]
    (pytester.path / "readiness").mkdir()
    for name, code in FILES:
        (pytester.path / name).write_text(code)
    (pytester.path / "deploy.yaml").write_text(DEPLOY)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
    result = pytester.runpytest_subprocess("--readiness-only", "-k", "team.cost-centre")
    result.assert_outcomes(failed=1, passed=3)
    result.stdout.fnmatch_lines(["deploy.yaml:6:3: P1 team.cost-centre: no label cost-centre: nobody knows who pays"])
    (pytester.path / "readiness.yaml").write_text(fences("writing-rules.md", "yaml")[-1])
    result = pytester.runpytest_subprocess("--readiness-only", "-k", "team.cost-centre")
    result.stdout.fnmatch_lines(["*no label example.com/cost-centre: nobody knows who pays"])


def test_every_hook_recipe_runs(pytester: pytest.Pytester) -> None:
    shown = [code for name, code in map(named, fences("packs.md", "python")) if name == "conftest.py"]
    recipes = {re.findall(r"^def (pytest_readiness_\w+)", code, re.MULTILINE)[0]: code for code in shown}
    assert recipes.keys() == {name for name in vars(hookspecs) if name.startswith("pytest_readiness_")}
    (pytester.path / "deploy.yaml").write_text(DEPLOY)
    (pytester.path / "crontab").write_text("0 4 * * * flock /tmp/a backup\n0 5 * * * report\nnonsense\n")
    run = ("--readiness-only", "-p", "no:cacheprovider")

    (pytester.path / "conftest.py").write_text(recipes["pytest_readiness_formats"])
    result = pytester.runpytest_subprocess(*run, "crontab")
    result.assert_outcomes(passed=1, failed=2)

    (pytester.path / "conftest.py").write_text(recipes["pytest_readiness_rules"])
    pytester.runpytest_subprocess(*run, "deploy.yaml", "-k", "team.").assert_outcomes(passed=1, failed=1)

    (pytester.path / "conftest.py").write_text(recipes["pytest_readiness_modify_rules"])
    pytester.runpytest_subprocess(*run, "-m", "p0", "-k", "k8s.min-replicas").assert_outcomes(failed=1)

    (pytester.path / "conftest.py").write_text(recipes["pytest_readiness_waivers"])
    pytester.runpytest_subprocess(*run, "-k", "k8s.min-replicas").assert_outcomes(xfailed=1)

    (pytester.path / "conftest.py").write_text(recipes["pytest_readiness_report"])
    pytester.runpytest_subprocess(*run, "-k", "k8s.min-replicas", "--readiness-report", "csv:out.csv")
    assert (pytester.path / "out.csv").read_text() == "failed,deploy.yaml::k8s.min-replicas[Deployment/web]\n"


@pytest.mark.parametrize("page", ["configuration.md", "waivers.md"])
def test_settings_and_waivers_that_are_shown_are_valid(page: str) -> None:
    from pytest_readiness.syntax import yaml

    for code in fences(page, "yaml"):
        name = file_of(code)
        if name in ("readiness", "waivers"):
            (document,) = yaml.parse("shown.yaml", code)
            assert list(schema.violations(document, name)) == []


@pytest.mark.parametrize("page", LIVE)
def test_live_declarations_that_are_shown_can_be_declared(page: str) -> None:
    from pytest_readiness.live import declared
    from pytest_readiness.project import Project
    from pytest_readiness.syntax import yaml

    project = Project.of({file_of(code): code for code in fences(page, "yaml") if "." in file_of(code)})
    for code in fences(page, "yaml"):
        if file_of(code) == "readiness":
            (document,) = yaml.parse("readiness.yaml", code)
            assert [str(mistake) for mistake in (*schema.violations(document, "readiness"), *declared.load(document, project)[1])] == []


def file_of(code: str) -> str:
    """Which file a piece of YAML is from: its first line says so, else it is one of ours."""
    path = re.match(r"# (\S+\.ya?ml)$", code, re.MULTILINE)
    if path is not None:
        return {"readiness.yaml": "readiness", "readiness-waivers.yaml": "waivers"}.get(path[1], path[1])
    return "waivers" if re.match(r"waivers:\n *- ", code) else "readiness"


def test_output_that_is_shown_of_the_example_is_its_output(tmp_path: Path) -> None:
    golden = tool("update_golden")
    root = golden.checkout("service-gaps", tmp_path)
    audited = golden.run(root, *golden.ARGUMENTS, "--readiness-waivers=audit").stdout
    expected = without_lines(golden.GOLDEN.read_text("utf-8") + audited)
    for name in ("waivers.md", "formats.md"):
        for shown in fences(name, "console"):
            if not shown.startswith("$"):
                assert without_lines(shown) in expected, f"{name}: {shown}"


def without_lines(text: str) -> str:
    """Terminal output without the lines left and right of headings, whose length depends on the width."""
    return re.sub(r"^_+ +(.*?) +_+$", r"\1", text, flags=re.MULTILINE)


def test_ci_runs_the_command_of_the_readme() -> None:
    commands = re.findall(r"^\$ (.*)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert commands[0].startswith("python3 -m venv .venv && .venv/bin/pip install -q . && ")
    assert commands[1] in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_the_readme_shows_what_is_so(tmp_path: Path) -> None:
    golden = tool("update_golden")
    shown = golden.README.read_text("utf-8")
    assert len(golden.SHOWN.findall(shown)) == 2
    assert sorted(platform for _, platform in golden.ROW.findall(shown)) == sorted(builtin.platforms())
    assert golden.readme(tmp_path) == shown, "if this is meant, run: python tools/update_golden.py"


def test_the_tutorial_shows_what_is_so(tmp_path: Path) -> None:
    golden = tool("update_golden")
    shop = tmp_path / "shop"
    files = {"Dockerfile": fences("tutorial.md", "dockerfile")[0], "deploy/shop.yaml": fences("tutorial.md", "yaml")[0]}
    files |= {"tests/test_shop.py": "def test_shop(): pass\n", "pytest.ini": "[pytest]\n", "shop.py": ""}
    for path, content in files.items():
        (shop / path).parent.mkdir(parents=True, exist_ok=True)
        (shop / path).write_text(content)

    def output(*arguments: str) -> str:
        return str(golden.run(shop, *golden.ARGUMENTS, *arguments).stdout).replace(str(shop.resolve()), "/home/me/shop")

    def change(path: str, old: str, new: str) -> None:
        assert files[path].count(old) == 1
        (shop / path).write_text(files[path].replace(old, new))

    said = [output(), output("Dockerfile::docker.non-root-user")]
    change("Dockerfile", "COPY shop.py ./\n", "COPY shop.py ./\nUSER 10001:10001\n")
    said += [output("Dockerfile::docker.non-root-user"), output("--readiness-freeze", "--readiness-owner=team-shop")]
    said += [(shop / "readiness-waivers.yaml").read_text(), output()]
    change("deploy/shop.yaml", "replicas: 1", "replicas: 2")
    said += [output()]
    everything = shortened("".join(said))
    for shown in [*fences("tutorial.md", "console"), fences("tutorial.md", "yaml")[1]]:
        for part in re.split(r"^(?:\.\.\.|\$ .*|waivers:)\n", shown, flags=re.MULTILINE):
            assert shortened(part) in everything, part


def shortened(text: str) -> str:
    """Terminal output without times, and without the lines beside headings, whose length depends on the width."""
    text = re.sub(r"^=+ (.*?)(?: in [\d.]+s)? =+$", r"\1", text, flags=re.MULTILINE)
    return re.sub(r" +(\[ *\d+%\])$", r" \1", without_lines(text), flags=re.MULTILINE)
