from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.github.calls import calls
from pytest_readiness.formats.github.format import Job
from pytest_readiness.formats.github.format import Step
from pytest_readiness.formats.github.images import chain
from pytest_readiness.formats.github.images import publishes
from pytest_readiness.formats.github.images import publishing_steps
from pytest_readiness.formats.github.images import see_all_followers

_ACTION = re.compile(r"anchore/sbom-action|cyclonedx/|.*/.*sbom|advanced-security/sbom-generator|ko-build/")
_GENERATES = re.compile(r"syft|cyclonedx\S*|cdxgen|trivy .*(?:cyclonedx|spdx)|docker (?:sbom|scout sbom)|bom generate|ko (?:build|publish)")
_KEEPS = re.compile(r"cosign (?:attest|attach)|gh release upload|oras (?:push|attach)|aws s3 cp|curl .*dependencytrack")
_KEEPING_ACTION = re.compile(r"actions/(?:upload-artifact|attest)|softprops/action-gh-release|dependencytrack/|anchore/sbom-action")


@rule(
    "gha.sbom",
    P1,
    on="gha.job",
    when=publishes,
    category="Security & Compliance",
    remedy="set sbom: true on the build, or generate one with syft and upload or attest it",
    aliases=("CKV_GHA_6",),
    standards=("NIST SSDF PS.3.2",),
    effort="2h",
)
def check(job: Job, project: Project) -> Iterator[Finding]:
    """A published image comes with a bill of materials.

    When the next vulnerability is announced, the question is which images contain the library. An SBOM that is
    attached to the image or kept as an artifact answers it; one that is only written to the runner's disk does not.

    ```yaml bad
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - uses: docker/build-push-action@v6
            with:
              push: true  # <--
              tags: registry.example.com/app:1
    ```

    ```yaml good
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - uses: docker/build-push-action@v6
            with:
              push: true
              sbom: true
    ```
    """
    steps = chain(job, project)
    pushed = publishing_steps(job, project)[0][1]
    if any(_attached(step, project) for step in steps):
        return
    if any(_generates(step, project) for step in steps):
        if not any(_keeps(step, project) for step in steps):
            yield job.finding("the SBOM is generated but neither uploaded nor attested: it is gone with the runner", pushed)
        return
    see_all_followers(job, project)
    yield job.finding("the image is published without a bill of materials (SBOM)", pushed)


def _attached(step: Step, project: Project) -> bool:
    if step.action == "docker/build-push-action":
        return step.input("sbom") not in (None, "false") or "type=sbom" in str(step.input("attests") or "")
    return any(" --sbom" in call.line or "type=sbom" in call.line for call in calls(step, project) if "build" in call.line)


def _generates(step: Step, project: Project) -> bool:
    report = step.input("format") if step.action == "aquasecurity/trivy-action" else None
    if report is not None and report in ("cyclonedx", "spdx", "spdx-json", "github"):
        return True
    return bool(_ACTION.match(step.action)) or any(_GENERATES.match(call.line) for call in calls(step, project))


def _keeps(step: Step, project: Project) -> bool:
    if step.action == "anchore/sbom-action" and step.input("upload-artifact") == "false":
        return False
    return bool(_KEEPING_ACTION.match(step.action)) or any(_KEEPS.match(call.line) for call in calls(step, project))
