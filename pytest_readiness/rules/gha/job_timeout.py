from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Job


@rule(
    "gha.job-timeout",
    P2,
    on="gha.job",
    when=lambda job: job.uses is None,
    category="CI/CD",
    remedy="set timeout-minutes on the job",
    effort="30m",
)
def check(job: Job, *, maximum: int = 60) -> Iterator[Finding]:
    """A job ends after a time that somebody chose.

    Without `timeout-minutes` a hanging job holds its runner for six hours, and blocks every run that waits for it.
    A limit on every single step counts as well. A job that calls a reusable workflow cannot have one.

    ```yaml bad
    on: push
    jobs:
      test:  # <--
        runs-on: ubuntu-latest
        steps:
          - run: make test
      slow:
        runs-on: ubuntu-latest
        timeout-minutes: 300  # <--
        steps:
          - run: make slow
    ```

    ```yaml good
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        timeout-minutes: 15
        steps:
          - run: make test
      steps:
        runs-on: ubuntu-latest
        steps:
          - run: make test
            timeout-minutes: 10
    ```
    """
    if "timeout-minutes" in job.data:
        minutes = job.get("timeout-minutes")
        if is_unknown(minutes) or isinstance(minutes, (int, float)):
            if not 0 < minutes <= maximum:
                yield job.finding(f"timeout-minutes is {minutes}, not between 1 and {maximum}", job.at("timeout-minutes"))
        else:
            yield job.finding(f"timeout-minutes is {minutes!r}, not a number", job.at("timeout-minutes"))
    elif not job.steps or not all("timeout-minutes" in step.data for step in job.steps):
        yield job.finding(f"no timeout-minutes: if the job {job.name!r} hangs, it holds its runner for six hours")
