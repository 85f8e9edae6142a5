from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.dotenv import EnvUse


@rule(
    "env.example-template",
    P2,
    on="env.repository",
    category="Environment configuration",
    remedy="commit a .env.example that names every variable, without secrets",
    standards=("The Twelve-Factor App III",),
    effort="30m",
)
def check(use: EnvUse, project: Project) -> Iterator[Finding]:
    """What reads an environment file comes with a template for it.

    Without a template nobody knows which variables are needed until something fails. It stands beside what reads the
    variables, or in a directory above. A committed `.env` shows the names as well, which is advice here.

    ```yaml bad compose.yaml
    services:
      web:
        image: acme/web:1.0
        env_file: .env  # <--
    ```

    ```yaml good compose.yaml
    services:
      web:
        image: acme/web:1.0
        env_file: .env
    ```
    ```shell with .env.example
    PORT=8080
    ```
    """
    templates = {file.directory for file in use.templates}
    wanted = use.readers or tuple((file.span, "is not explained") for file in use.files if not file.is_template)
    unsure = []
    for span, what in wanted:
        directory = span.path.rpartition("/")[0]
        beside = [file for file in use.files if _covers({file.directory}, directory)]
        if beside and not _covers(templates, directory):
            unsure.append((span, what, beside))
        elif not beside:
            yield use.finding(f"{what}, and no .env.example says which variables it needs", span)
    for span, what, files in unsure:  # outside of git nobody knows whether they are committed
        if any(project.tracked(file.path) for file in files):
            yield use.advice(f"{span.path} {what}: the committed .env is the only template", span)
        else:
            yield use.finding(f"{what}, and no .env.example says which variables it needs", span)


def _covers(directories: set[str], directory: str) -> bool:
    return any(not above or directory == above or directory.startswith(f"{above}/") for above in directories)
