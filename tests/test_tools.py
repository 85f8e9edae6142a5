"""Running other programs: bounded, in a clean environment, once per content."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pytest_readiness import tools
from pytest_readiness.tools import Ran
from pytest_readiness.tools import Tool
from pytest_readiness.tools import ToolError
from pytest_readiness.tools import run


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pytest-readiness"


def shell(script: str, files: dict[str, bytes] | None = None, timeout: float = 20) -> Ran:
    return run(Tool("/bin/sh", ("-c",)), [script], files or {}, timeout=timeout)


def test_a_program_sees_the_files_and_nothing_else() -> None:
    assert shell("echo *; read a < charts/a; echo $a", {"charts/a": b"x\n", "b": b""}) == Ran(0, "b charts\nx\n", "")


@pytest.mark.parametrize("path", ["../out", "/tmp/out", "a/../../out"])
def test_nothing_is_written_beside_the_copy(path: str) -> None:
    with pytest.raises(ToolError, match="is no path in the copy"):
        shell("true", {path: b""})


def test_exit_status_and_messages_are_told_without_the_place_of_the_copy() -> None:
    assert shell('echo "in $PWD/a.yaml and $PWD" >&2; exit 3') == Ran(3, "", "in a.yaml and .\n")


def test_nothing_of_the_users_environment_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("HELM_REPOSITORY_CONFIG", "x")
    out = shell("export -p; command -v git || echo no git").out
    assert "AWS" not in out
    assert "HELM_" not in out
    assert str(Path.home()) not in out
    assert out.endswith("no git\n")
    assert "127.0.0.1:9" in out


def test_a_program_that_does_not_end_is_stopped_with_what_it_started() -> None:
    started = time.monotonic()
    with pytest.raises(ToolError, match=r"sh was stopped after 0\.2 s"):
        shell("(while :; do :; done) & while :; do :; done", timeout=0.2)
    assert time.monotonic() - started < 10


def test_output_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "MAX_OUTPUT", 100_000)
    with pytest.raises(ToolError, match="sh wrote more than"):
        shell("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done")


def test_a_program_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF nonsense")
    broken.chmod(0o755)
    with pytest.raises(ToolError, match="broken cannot be started"):
        run(Tool(str(broken)), [], {}, timeout=5)


def test_the_same_content_is_run_once(tmp_path: Path, cache: Path) -> None:
    count = tmp_path / "count"
    script = f"echo x >> {count}; echo done"
    first = shell(script, {"a": b"1"})
    assert shell(script, {"a": b"1"}) == first
    assert count.read_text() == "x\n"
    shell(script, {"a": b"2"})
    shell(script, {"b": b"1"})
    shell(script + " ", {"a": b"1"})
    assert count.read_text() == "x\n" * 4
    assert len(list(cache.iterdir())) == 4
    assert cache.stat().st_mode & 0o077 == 0


def test_another_version_of_a_program_is_another_program(tmp_path: Path) -> None:
    program = tmp_path / "program"
    for version in ("1", "22"):
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
        assert run(Tool(str(program)), [], {}, timeout=5).out == f"{version}\n"


@pytest.mark.parametrize("broken", [b"", b"[]", b'{"code": 0}', b"\xff"], ids=["empty", "list", "half", "binary"])
def test_a_broken_cache_entry_is_made_again(cache: Path, broken: bytes) -> None:
    expected = shell("echo a")
    (entry,) = cache.iterdir()
    entry.write_bytes(broken)
    assert shell("echo a") == expected


def test_a_cache_that_others_can_write_to_is_not_used(tmp_path: Path, cache: Path) -> None:
    script = f"echo x >> {tmp_path / 'count'}"
    shell(script)
    cache.chmod(0o777)
    shell(script)
    assert (tmp_path / "count").read_text() == "x\nx\n"


def test_no_cache_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert shell("echo a").out == "a\n"


def test_results_nobody_used_for_a_month_go(cache: Path) -> None:
    shell("echo old")
    (old,) = cache.iterdir()
    os.utime(old, (1, 1))
    shell("echo new")
    assert old not in set(cache.iterdir())


def test_a_program_is_found_beside_the_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some-tool").write_text("#!/bin/sh\n")
    (tmp_path / "some-tool").chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert tools.find("some-tool", "sub") == Tool(str(tmp_path / "some-tool"), ("sub",))
    assert tools.find("no-such-tool") is None
