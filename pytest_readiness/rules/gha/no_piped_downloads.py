from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.downloads import FETCHERS
from pytest_readiness.formats.downloads import STORES
from pytest_readiness.formats.downloads import address
from pytest_readiness.formats.downloads import piped
from pytest_readiness.formats.downloads import saved
from pytest_readiness.formats.downloads import substituted
from pytest_readiness.formats.github.format import Step


@rule(
    "gha.no-piped-downloads",
    P2,
    on="gha.step",
    when=lambda step: any(command.name in FETCHERS for command in step.commands),
    category="Security & Compliance",
    remedy="download a fixed version, compare its checksum, and run it then",
    standards=("OpenSSF Scorecard Pinned-Dependencies", "OWASP CICD-SEC-3"),
    effort="30m",
)
def check(step: Step) -> Iterator[Finding]:
    """A downloaded script is not run without a look at it.

    `curl | sh` runs whatever the server sends today, with the secrets of the job, and no trace of it remains. A file
    named by a commit cannot change; one that is compared with a checksum or signature first is known.

    ```yaml bad
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - run: curl -sSL https://example.com/install.sh | sudo bash  # <--
          - run: bash <(wget -qO- https://example.com/install.sh)  # <--
          - run: |
              curl -fsSLo tool https://example.com/tool
              chmod +x tool
              ./tool --version  # <--
    ```

    ```yaml good
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - run: |
              curl -fsSLo tool https://example.com/tool-1.2
              echo "0a1b2c  tool" | sha256sum --check
              chmod +x tool
              ./tool --version
    ```
    """
    for fetch, runner in chain(piped(step.nested_commands), substituted(step.nested_commands)):
        yield step.finding(f"runs whatever {address(fetch) or 'the server'} sends today", step.command_span(runner))
    for name, fetch, runner in saved(step.commands):
        if fetch.name not in STORES:
            message = f"runs {name} as it was downloaded from {address(fetch)}, without a checksum"
            yield step.finding(message, step.command_span(runner))
