from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Job
from pytest_readiness.formats.github.images import building_steps
from pytest_readiness.formats.github.images import builds
from pytest_readiness.formats.github.images import image_scan
from pytest_readiness.formats.github.images import later_steps
from pytest_readiness.formats.github.images import own_steps
from pytest_readiness.formats.github.images import see_all_followers


@rule(
    "gha.image-scan",
    P0,
    on="gha.job",
    when=builds,
    category="Security & Compliance",
    remedy="scan the image with Trivy, Grype, Snyk or Docker Scout behind the build, in the job or one that needs it",
    standards=("OWASP CICD-SEC-3",),
    effort="2h",
)
def check(job: Job, project: Project) -> Iterator[Finding]:
    """A container image that is built is scanned for known vulnerabilities.

    The base image and the packages in it age; only a scan of the built image sees what will run. A scan of the files
    of the repository (`trivy fs`) does not, nor one that is switched off or stands in front of the build.

    ```yaml bad
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - uses: aquasecurity/trivy-action@v1
            with: {scan-type: fs}
          - run: docker build -t app .  # <--
    ```

    ```yaml good
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - uses: docker/build-push-action@v6
            with: {push: true, tags: registry.example.com/app:1}
      scan:
        needs: image
        runs-on: ubuntu-latest
        steps:
          - run: trivy image --exit-code 1 registry.example.com/app:1
    ```
    """
    built, place = building_steps(job, project)[0]
    own = own_steps(job, project)
    position = own.index(built)
    for step in later_steps(job, project)[position:]:
        if image_scan(step, project) is not None:
            return
    see_all_followers(job, project)
    yield job.finding("the image that is built here is never scanned for known vulnerabilities", place)
