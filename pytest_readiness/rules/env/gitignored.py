from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import Span
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.dotenv import EnvUse


@rule(
    "env.gitignored",
    P1,
    on="env.repository",
    when=lambda use, project: not is_unknown(project.tracked_paths) or project.exists(".gitignore"),
    category="Environment configuration",
    remedy="add .env* and !.env.example to .gitignore",
    standards=("CWE-538",),
    effort="30m",
)
def check(use: EnvUse, project: Project) -> Iterator[Finding]:
    """Git ignores environment files.

    A `.env` that is not ignored is committed by the first `git add .`. The template beside it must stay visible:
    `.env*` alone hides it too.

    ```shell bad .env.example
    PORT=8080
    ```
    ```text with .gitignore
    # <--
    node_modules/
    ```

    ```shell good .env.example
    PORT=8080
    ```
    ```text with .gitignore
    .env*
    !.env.example
    ```
    """
    place = Span(".gitignore", 1, 1, 1, 2) if project.exists(".gitignore") else use.span
    files = [f"{directory}/.env".lstrip("/") for directory in use.directories]
    exposed = [path for path in files if not project.ignored(path)]
    if exposed:
        more = f" and {len(exposed) - 1} more" if len(exposed) > 1 else ""
        yield use.finding(f"git does not ignore {exposed[0]}{more}: the next `git add .` commits it", place)
    elif project.ignored(".env.example") and not use.templates:
        yield use.advice("git ignores .env.example too, so that no template can be committed: add !.env.example", place)
