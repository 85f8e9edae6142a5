from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.format import Job
from pytest_readiness.formats.github.format import known
from pytest_readiness.formats.images import parse_image


@rule(
    "gha.images-pinned",
    P2,
    on="gha.job",
    when=lambda job: any(image for _, image, _, _ in job.images),
    category="Security & Compliance",
    remedy="name a version, better a digest, for the images of containers and services",
    aliases=("zizmor:unpinned-images",),
    standards=("OWASP CICD-SEC-3",),
    effort="30m",
)
def check(job: Job) -> Iterator[Finding]:
    """The containers and services of a job have a version.

    The steps of a job with a `container:` run inside that image, with its token; `latest` is a different image
    tomorrow, and a test that fails then says nothing about the change. A version without a digest is advice.

    ```yaml bad
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        container: node  # <--
        services:
          db:
            image: postgres:latest  # <--
        steps:
          - run: npm test
    ```

    ```yaml good
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        services:
          db:
            image: postgres:16.4@sha256:d2f4f3e3d9c0c8c8a7f0a9e3b1f6b1d2c3e4f5a6b7c8d9e0f1a2b3c4d5e6f708
        steps:
          - run: make test
    ```
    """
    for name, written, around, _ in job.images:
        for text, place in job.variants(written, around) if written else ():
            image = parse_image(str(known(text)))
            if image.is_latest:
                yield job.finding(f"{name} runs {text}, which is whatever was pushed last", place)
            elif image.is_moving:
                yield job.advice(f"{name} runs {text}, a tag that moves", place)
            elif not image.digest:
                yield job.advice(f"{name} runs {text}: a tag can be pushed again, a digest cannot", place)
