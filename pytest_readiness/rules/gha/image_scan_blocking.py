from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Step
from pytest_readiness.formats.github.images import Scan
from pytest_readiness.formats.github.images import image_scan
from pytest_readiness.formats.github.tools import ignores_failure


@rule(
    "gha.image-scan-blocking",
    P0,
    on="gha.step",
    when=lambda step, project: not step.is_disabled and image_scan(step, project) is not None,
    category="Security & Compliance",
    remedy="set exit-code: '1' and severity: CRITICAL,HIGH",
    effort="30m",
)
def check(step: Step, project: Project) -> Iterator[Finding]:
    """The scan of an image fails the build when it finds something critical.

    Scanners report and succeed by default: Trivy's exit code is 0. A vulnerable image is then published with the
    report next to it. A scan that only writes a report is fine where another one of the same image in the job blocks.

    ```yaml bad
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - run: docker build -t app .
          - uses: aquasecurity/trivy-action@v1
            with:
              image-ref: app
              exit-code: '0'  # <--
          - run: grype app --fail-on high || true  # <--
    ```

    ```yaml good
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - run: docker build -t app .
          - uses: aquasecurity/trivy-action@v1
            with:
              image-ref: app
              format: sarif
              output: trivy.sarif
          - uses: aquasecurity/trivy-action@v1
            with:
              image-ref: app
              exit-code: '1'
              severity: CRITICAL,HIGH
    ```
    """
    scan = image_scan(step, project)
    if scan is None:
        return
    reason = "its failure is ignored" if ignores_failure(step, scan.span) else scan.lenient
    if reason is None or any(_blocks(other, scan, project) for other in step.siblings if other is not step):
        return
    yield step.finding(f"vulnerabilities do not fail the build: {reason}", scan.span)


def _blocks(other: Step, scan: Scan, project: Project) -> bool:
    """Whether another step scans the same image and can fail the build."""
    found = None if other.is_disabled else image_scan(other, project)
    if found is None or found.lenient is not None or ignores_failure(other, found.span):
        return False
    return is_unknown(found.image) or is_unknown(scan.image) or found.image == scan.image
