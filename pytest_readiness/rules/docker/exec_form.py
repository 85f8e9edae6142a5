"""The service gets the signals meant for it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Stage


@rule(
    "docker.exec-form",
    P3,
    on="docker.service",
    category="Docker",
    remedy='write it as a JSON list: `["program", "argument"]`',
    aliases=("DL3025",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """CMD and ENTRYPOINT use the exec form.

    In the shell form the service is a child of a shell that hands on no signal: `docker stop` waits ten seconds and
    kills it. A shell form ENTRYPOINT takes no arguments either. `exec program` in the shell form is fine.

    ```dockerfile bad
    FROM python:3.12-slim
    CMD python app.py  # <--
    ```
    ```dockerfile bad
    FROM python:3.12-slim
    ENTRYPOINT ['python', 'app.py']  # <--
    ```
    ```dockerfile good
    FROM python:3.12-slim
    ENTRYPOINT ["python"]
    CMD ["app.py"]
    ```
    ```dockerfile good
    FROM python:3.12-slim
    CMD exec python app.py --port "$PORT"
    ```
    """
    for instruction in (stage.entrypoint, stage.cmd):
        if instruction is None or instruction.json is not None or instruction.value.startswith("exec "):
            continue
        if instruction.value.startswith("["):
            yield stage.finding(f"{instruction.name} is no JSON list (double quotes!), so a shell runs it as text", at=instruction.head)
        else:
            yield stage.finding(
                f"{instruction.name} runs in a shell, which hands on no signal: the container is killed, not stopped", at=instruction.head
            )
