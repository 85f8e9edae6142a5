from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Command
from pytest_readiness.formats.github.format import Job
from pytest_readiness.formats.github.format import Step

_IDLE = frozenset(("echo", "printf", "true", ":", "sleep", "exit", "set"))
_UNFINISHED = re.compile(r"\bTODO\b|\bFIXME\b|(?i:\bplaceholder\b|not (?:yet )?implemented|coming soon|add .* here)")
_VALUE = re.compile(r"\$|`|::[a-z-]+")
_GATE = re.compile(
    r"(?:^|[^a-z])(?:gate|required|status|success|succeeded|passed|complete|completed|done|ok|all|checks?|results?)(?:[^a-z]|$)"
)


@rule(
    "gha.no-placeholder-steps",
    P1,
    on="gha.step",
    when=lambda step: bool(step.script.strip()) and (bool(step.commands) or all(_is_comment(line) for line in step.script.splitlines())),
    category="CI/CD",
    remedy="write the step or delete it",
    effort="1d",
)
def check(step: Step) -> Iterator[Finding]:
    """A step does what its name says.

    A `deploy` or `smoke test` that only prints a sentence is green for ever, and everybody believes that it happened.
    Printing values, writing outputs and summaries, and the last job that only collects the others are no placeholders.

    ```yaml bad
    on: push
    jobs:
      deploy:
        runs-on: ubuntu-latest
        steps:
          - name: Smoke test
            run: echo "Running smoke tests"  # <--
          - name: Roll back
            run: |
              ./prepare.sh
              echo "TODO: roll back"  # <--
    ```

    ```yaml good
    on: push
    jobs:
      deploy:
        runs-on: ubuntu-latest
        steps:
          - run: |
              echo "Deploying"
              ./deploy.sh
          - run: echo "tag=${GITHUB_SHA}" >> "$GITHUB_OUTPUT"
      all-checks:
        needs: deploy
        runs-on: ubuntu-latest
        steps:
          - run: echo "all green"
    ```
    """
    for command in step.commands:
        if command.name in ("echo", "printf") and not command.redirections and _UNFINISHED.search(command.text):
            yield step.finding(f"says of itself that it is unfinished: {command.text[:80]}", step.command_span(command))
            return
    if not all(_is_idle(command) for command in step.commands):
        return
    if step.job is not None and _collects(step.job):
        return
    what = f"only runs {step.commands[0].name}" if step.commands else "holds only comments"
    place = step.command_span(step.commands[0]) if step.commands else step.at("run")
    yield step.finding(f"the step {what}: it succeeds without doing anything", place)


def _collects(job: Job) -> bool:
    """Whether the job only turns the results of those it needs into one, by its name and by doing nothing else."""
    idle = all(command.name in _IDLE for step in job.steps for command in step.commands)
    return bool(job.needs) and idle and bool(_GATE.search(f"{job.name} {job.data.get('name') or ''}".lower()))


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _is_idle(command: Command) -> bool:
    """Whether it changes nothing and tells nothing: printed values, workflow commands and files written are something."""
    if command.name not in _IDLE or command.redirections or command.assignments or command.after == "|":
        return False
    if command.name == "exit":
        return command.argv[1:] in ((), ("0",))
    return not _VALUE.search(command.text)
