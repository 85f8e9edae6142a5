from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.github.calls import calls
from pytest_readiness.formats.github.format import Job
from pytest_readiness.formats.github.format import Step
from pytest_readiness.formats.github.images import chain
from pytest_readiness.formats.github.images import publishes
from pytest_readiness.formats.github.images import publishing_steps
from pytest_readiness.formats.github.images import see_all_followers

_ATTESTS = re.compile(r"actions/attest(?:-build-provenance)?$|slsa-framework/|testifysec/witness-run-action|philips-labs/slsa-provenance")
_COMMAND = re.compile(r"cosign attest .*slsaprovenance|witness run|docker buildx build .*(?:--provenance(?!=false)|type=provenance)")
_BUILD_PUSH = "docker/build-push-action"


@rule(
    "gha.slsa-provenance",
    P0,
    on="gha.job",
    when=publishes,
    category="Security & Compliance",
    remedy="add actions/attest-build-provenance behind the push, or provenance: mode=max on the build",
    standards=("SLSA Build L1",),
    effort="2h",
)
def check(job: Job, project: Project) -> Iterator[Finding]:
    """A published image comes with the provenance of its build.

    Provenance records which commit, workflow and runner made an image, so that one built anywhere else is refused.
    What build-push-action adds when it is not told anything depends on the visibility of the repository: advice.

    ```yaml bad
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - uses: docker/build-push-action@v6
            with:
              push: true
              provenance: false  # <--
    ```

    ```yaml good
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        permissions:
          id-token: write
          attestations: write
        steps:
          - run: docker push registry.example.com/app:1
          - uses: actions/attest-build-provenance@v3
    ```
    """
    if any(_ATTESTS.match(step.action) or _explicit(step, project) for step in chain(job, project)):
        return
    if any(other.uses is not None and other.uses.name.startswith("slsa-framework/") for other in job.followers(project)):
        return
    pushes = publishing_steps(job, project)
    for step, place in pushes:
        value = step.input("provenance") if step.action == _BUILD_PUSH else "none"
        if value is None:
            yield job.advice("relies on the default provenance of build-push-action; say provenance: mode=max", place)
        elif value == "false":
            yield job.finding("provenance: false publishes the image without saying how it was built", step.at("with", "provenance"))
    if not any(step.action == _BUILD_PUSH for step, _ in pushes):
        see_all_followers(job, project)
        yield job.finding("the image is published without provenance of its build", pushes[0][1])


def _explicit(step: Step, project: Project) -> bool:
    if step.action == _BUILD_PUSH:
        value = step.input("provenance")
        return value is not None and (is_unknown(value) or value != "false")
    return any(_COMMAND.match(call.line) for call in calls(step, project))
