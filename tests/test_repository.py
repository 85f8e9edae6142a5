"""The repository itself: owners, keys and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.formats.repository import owner_of
from pytest_readiness.formats.repository import owner_rules
from pytest_readiness.testing import verdicts
from pytest_readiness.tree import DiskTree

# tokens are put together here, so that no scanner takes this file for a leak
AWS = "AKIA" + "Q3EGW7TXNK5ZJ2PB"
GITHUB = "ghp_" + "k3J9x0Qv7TzLw2RbN8yHf5SdMc1PaEgUi4Xo"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\n"
BODY = "MIIEowIBAAKCAQEAvC5R7mY0q3Nn8Zk2Jx6hWb4TtPzLr9Dy\n"


def findings(rule_id: str, project: Project | Mapping[str, str | bytes]) -> list[Finding]:
    given = project if isinstance(project, Project) else Project.of(project)
    rule = next(rule for rule in builtin.rules("repo") if rule.id == rule_id)
    outcomes = list(verdicts(rule, given))
    for outcome in outcomes:
        assert outcome.crash is None, outcome.crash
    return [finding for outcome in outcomes for finding in outcome.failing]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.py", f'key = "{AWS}"', id="an AWS key"),
        pytest.param("a.md", f"token: {GITHUB}", id="a GitHub token"),
        pytest.param("certs/server.pem", PEM + BODY, id="a private key in a pem file"),
        pytest.param("notes.txt", PEM + BODY, id="a private key anywhere"),
        pytest.param("app.json", f'"private_key": "{PEM.strip()}\\n{BODY.strip()}"', id="a private key in JSON"),
        pytest.param("id_rsa", "something", id="a key by its name"),
        pytest.param("etc/ssh_host_ed25519_key", "something", id="the key of a host"),
        pytest.param("store.p12", "x", id="a key store"),
        pytest.param("nginx/.htpasswd", "a:b", id="a file of passwords"),
        pytest.param("kubeconfig", "users:\n- user:\n    client-key-data: LS0tLS1CRUdJTiBS\n", id="a kubeconfig with a key"),
        pytest.param(".npmrc", "//r/:_authToken=k3J9x0Qv7TzLw2RbN8yHf5Sd", id="the token of a package registry"),
    ],
)
def test_leaks(path: str, text: str) -> None:
    assert [finding.span.path for finding in findings("repo.no-committed-secrets", {path: text})] == [path]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.py", '"AKIAIOSFODNN7EXAMPLE"', id="the key of the documentation"),
        pytest.param("a.md", "ghp_" + "x" * 36, id="all the same letter"),
        pytest.param("ca.pem", "-----BEGIN CERTIFICATE-----\n" + BODY, id="a certificate"),
        pytest.param("apt.key", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n" + BODY, id="a public key"),
        pytest.param("id_rsa.pub", "ssh-rsa AAAA", id="the public half"),
        pytest.param("id_generator.py", "x", id="a name that only starts alike"),
        pytest.param("scan.py", "re.compile('" + PEM.strip() + "')", id="a pattern without a body"),
        pytest.param("kubeconfig", "clusters: []\n", id="a kubeconfig without a key"),
        pytest.param("package-lock.json", AWS, id="a lock file"),
        pytest.param("logo.png", AWS, id="an image"),
        pytest.param(".npmrc", "//r/:_authToken=${NPM_TOKEN}", id="a token by variable"),
        pytest.param("big.txt", AWS + " " * 300_000, id="a file too large to be written by hand"),
        pytest.param("android/debug.keystore", "x", id="the key store every Android project has"),
        pytest.param("empty.key", "", id="an empty file"),
    ],
)
def test_no_leaks(path: str, text: str, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)
    assert findings("repo.no-committed-secrets", Project(DiskTree(tmp_path), builtin.formats())) == []


def test_the_token_is_masked_and_its_place_exact() -> None:
    (finding,) = findings("repo.no-committed-secrets", {"a.py": f"\nkey = '{GITHUB}'\n"})
    assert "ghp_****" in finding.message and GITHUB not in finding.message and GITHUB[4:10] not in finding.message
    assert finding.span[1:] == (2, 8, 2, 8 + len(GITHUB))


def test_what_is_not_in_git_is_called_present(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(AWS)
    (finding,) = findings("repo.no-committed-secrets", Project(DiskTree(tmp_path), builtin.formats()))
    assert "is present" in finding.message


def test_test_data_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures" / "a.pem").write_text(PEM + BODY)
    assert findings("repo.no-committed-secrets", Project(DiskTree(tmp_path), builtin.formats())) == []


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "a/b/c", True),
        ("/*", "a", True),
        ("/*", "a/b", False),
        ("*.tf", "deep/main.tf", True),
        ("/deploy/", "deploy/a/b.yaml", True),
        ("/deploy/", "x/deploy/a", False),
        ("deploy/", "x/deploy/a", True),
        ("deploy/", "deploy", False),
        ("/deploy", "deploy/a", True),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/a/b.md", False),
        ("docs/**", "docs/a/b.md", True),
        ("/a/**/c", "a/c", True),
        ("/a/**/c", "a/x/y/c", True),
        ("**/logs", "a/b/logs/c", True),
        ("apps/web", "apps/web/x", True),
        ("apps/web", "x/apps/web", False),
        ("Dockerfile", "a/Dockerfile", True),
        ("Dockerfile", "a/Dockerfile.dev", False),
        ("a\\ b.txt", "a b.txt", True),
    ],
)
def test_patterns_of_codeowners(pattern: str, path: str, matches: bool) -> None:
    (rule,) = owner_rules("CODEOWNERS", f"{pattern} @a\n")
    assert rule.matches(path) is matches


def test_the_last_line_decides_and_can_take_the_owner_away() -> None:
    rules = owner_rules("CODEOWNERS", "# all\n* @a/team a@example.com # both\n/x/ @b\n/x/y\n")
    owners = [owner_of(path, rules) for path in ("z", "x/z", "x/y")]
    assert [rule.owners for rule in owners if rule] == [("@a/team", "a@example.com"), ("@b",), ()]


WORKFLOW = "on: push\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n"


@pytest.mark.parametrize(
    ("owners", "count"),
    [
        pytest.param({}, 1, id="no file"),
        pytest.param({"CODEOWNERS": "* @a\n"}, 0, id="at the root"),
        pytest.param({".github/CODEOWNERS": "/src/ @a\n"}, 1, id="the infrastructure is not covered"),
        pytest.param({".github/CODEOWNERS": "/src/ @a\n", "CODEOWNERS": "* @a\n"}, 1, id="the one in .github wins"),
        pytest.param({"docs/CODEOWNERS": "* somebody\n"}, 1, id="a name without @ is no owner"),
    ],
)
def test_codeowners(owners: dict[str, str], count: int) -> None:
    assert len(findings("repo.codeowners", {".github/workflows/ci.yml": WORKFLOW, **owners})) == count


def test_without_infrastructure_nobody_needs_to_own_it() -> None:
    rule = next(rule for rule in builtin.rules("repo") if rule.id == "repo.codeowners")
    assert list(verdicts(rule, Project.of({"a.py": ""}))) == []
