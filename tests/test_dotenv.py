"""Environment files: their syntax, which files are some, and the rules about them."""

from __future__ import annotations

from pathlib import Path

import pytest
from judging import judge

from pytest_readiness import ParseFailure
from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.syntax.dotenv import Entry
from pytest_readiness.syntax.dotenv import parse
from pytest_readiness.testing import verdicts
from pytest_readiness.tree import DiskTree


def entries(text: str) -> list[Entry]:
    return [found for found in parse(".env", text) if isinstance(found, Entry)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("A=b", "b", id="plain"),
        pytest.param("export A=b", "b", id="exported"),
        pytest.param("  A = b  ", "b", id="with blanks"),
        pytest.param("A=b # c", "b", id="a comment behind"),
        pytest.param("A=b#c", "b#c", id="a hash in the value"),
        pytest.param("A='b # $c'", "b # $c", id="single quotes"),
        pytest.param('A="b\\n\\"c\\""', 'b\n"c"', id="double quotes with escapes"),
        pytest.param('A="b\nc"', "b\nc", id="several lines"),
        pytest.param("A=", "", id="empty"),
        pytest.param("A", None, id="only a name"),
        pytest.param("A=b\r\n", "b", id="lines of Windows"),
        pytest.param("A: b", "b", id="with a colon"),
        pytest.param("A.b-c=d", "d", id="a name with dots"),
    ],
)
def test_values(text: str, value: str | None) -> None:
    (entry,) = entries(text)
    assert entry.value == value


def test_places() -> None:
    first, second = entries('# comment\nexport A="x\ny"\nB=1\n')
    assert first.span[1:] == (2, 8, 3, 3)
    assert first.value_span[1:] == (2, 10, 3, 3)
    assert second.span[1:] == (4, 1, 4, 4)


def test_interpolation_is_known() -> None:
    assert [entry.is_interpolated for entry in entries("A=$B\nA='$B'\nA=b\n")] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("if true; then", "NAME=value", id="a script"),
        pytest.param("A='b", "never closed", id="an open quote"),
        pytest.param("=b", "NAME=value", id="no name"),
    ],
)
def test_lines_that_are_none(text: str, reason: str) -> None:
    found = list(parse(".env", f"{text}\nOK=1\n"))
    assert [str(failure) for failure in found if isinstance(failure, ParseFailure) and reason in failure.reason]
    assert [entry.key for entry in found if isinstance(entry, Entry)] == ["OK"]


def test_hostile_text_ends() -> None:
    assert len(list(parse(".env", 'A="\\"\n' * 20_000 + "B='x\n" * 3))) < 40_000


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".env", "repo.env-file"),
        (".env.production", "repo.env-file"),
        ("web/.env.local", "repo.env-file"),
        ("deploy/app.env", "repo.env-file"),
        (".env.example", "env.template"),
        (".env.production.sample", "env.template"),
        ("example.env", "env.template"),
        ("env.dist", "env.template"),
        (".env-template", "env.template"),
        (".env.ts", None),
        (".env.d.ts", None),
        ("env.py", None),
        (".envrc", None),
        ("environment.yaml", None),
    ],
)
def test_which_files_are_environment_files(path: str, kind: str | None) -> None:
    contents = Project.of({path: "A=b\n"}).contents(path)
    assert (contents.resources[0].kind if contents and contents.format == "dotenv" else None) == kind


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        pytest.param({"a.txt": ""}, "pass", id="none at all"),
        pytest.param({".env.example": "A=\n"}, "pass", id="only a template"),
        pytest.param({".env": "A=1\n"}, "fail", id="without credentials"),
        pytest.param({".env": "A=ENC[AES256_GCM,data:x]\nsops_version=3.8\n"}, "pass", id="encrypted by SOPS"),
        pytest.param({".env": 'DOTENV_PUBLIC_KEY="03ab"\nA="encrypted:BDq"\n'}, "pass", id="encrypted by dotenvx"),
    ],
)
def test_no_committed_env(files: dict[str, str], verdict: str) -> None:
    assert judge("repo.no-committed-env", files) == verdict


def test_the_message_says_whether_there_are_credentials() -> None:
    rule = next(rule for rule in builtin.rules("repo") if rule.id == "repo.no-committed-env")
    (outcome,) = verdicts(rule, Project.of({".env": "HOST=a\nDB_PASSWORD=hunter2\n"}))
    assert "with credentials (DB_PASSWORD)" in outcome.failing[0].message
    assert "hunter2" not in outcome.failing[0].message


def test_outside_of_git_it_is_not_known_what_is_committed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    assert judge("repo.no-committed-env", Project(DiskTree(tmp_path), builtin.formats())) == "unknown"


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        pytest.param("SECRET_KEY=", "none", id="empty"),
        pytest.param("SECRET_KEY=changeme", "pass", id="a placeholder"),
        pytest.param("SECRET_KEY=change-this-to-a-long-random-string-1", "pass", id="a long placeholder"),
        pytest.param("SECRET_KEY=postgres", "pass", id="a default for development"),
        pytest.param("SECRET_KEY=${OTHER}", "pass", id="an interpolation"),
        pytest.param("SECRET_KEY=k3J9x0Qv7TzLw2RbN8yHf5Sd", "fail", id="random letters and digits"),
        pytest.param("COMMIT=3f9c1b7a4e2d8c6f0a5b3f9c1b7a4e2d", "pass", id="a hash alone is no secret"),
        pytest.param("URL=postgres://a:k3J9x0Qv7TzLw2RbN8yHf5Sd@db/a", "fail", id="a real password in a URL"),
        pytest.param("AWS_KEY=AKIAIOSFODNN7EXAMPLE", "pass", id="the key of the documentation"),
    ],
)
def test_example_no_real_secrets(value: str, verdict: str) -> None:
    assert judge("env.example-no-real-secrets", {".env.example": f"{value}\n"}) == verdict


COMPOSE = "services:\n  web:\n    image: a/b:1\n    environment:\n      A: ${A}\n"


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        pytest.param({"a.txt": ""}, "none", id="nothing reads one"),
        pytest.param({"compose.yaml": COMPOSE}, "fail", id="compose interpolates"),
        pytest.param({"compose.yaml": COMPOSE.replace("${A}", "${A:-1}")}, "none", id="with a default it needs none"),
        pytest.param({"compose.yaml": COMPOSE, ".env.sample": "A=\n"}, "pass", id="a template beside it"),
        pytest.param({"app/compose.yaml": COMPOSE, ".env.sample": "A=\n"}, "pass", id="a template above it"),
        pytest.param({"compose.yaml": COMPOSE, "app/.env.sample": "A=\n"}, "fail", id="a template elsewhere"),
        pytest.param({"compose.yaml": COMPOSE, ".env": "A=1\n"}, "advice", id="the committed file itself"),
        pytest.param({"package.json": '{"dependencies": {"dotenv": "^16"}}'}, "fail", id="a library"),
    ],
)
def test_example_template(files: dict[str, str], verdict: str) -> None:
    assert judge("env.example-template", files) == verdict


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        pytest.param({".gitignore": ""}, "none", id="no environment file in use"),
        pytest.param({".env.example": ""}, "fail", id="no .gitignore"),
        pytest.param({".env.example": "", ".gitignore": ".env\n"}, "pass", id="ignored"),
        pytest.param({".env.example": "", ".gitignore": ".env*\n!.env.example\n"}, "pass", id="ignored, the template is not"),
        pytest.param({"a/.env.example": "", ".gitignore": "/.env\n"}, "fail", id="ignored at the root only"),
        pytest.param({"compose.yaml": COMPOSE, ".gitignore": ".env*\n"}, "advice", id="no template could be committed"),
    ],
)
def test_gitignored(files: dict[str, str], verdict: str) -> None:
    assert judge("env.gitignored", files) == verdict
