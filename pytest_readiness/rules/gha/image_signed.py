from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.github.calls import Call
from pytest_readiness.formats.github.calls import calls
from pytest_readiness.formats.github.format import Job
from pytest_readiness.formats.github.format import Step
from pytest_readiness.formats.github.images import later_steps
from pytest_readiness.formats.github.images import publishes
from pytest_readiness.formats.github.images import publishing_steps
from pytest_readiness.formats.github.images import see_all_followers

_SIGN = re.compile(r"cosign sign(?= )|notation sign|docker trust sign")

_VARIABLE = re.compile(r"\$\{?\w+\}?").fullmatch


@rule(
    "gha.image-signed",
    P1,
    on="gha.job",
    when=publishes,
    category="Security & Compliance",
    remedy="run cosign sign --yes IMAGE@DIGEST behind the push, with id-token: write",
    aliases=("CKV_GHA_5",),
    standards=("SLSA Build L2", "NIST SSDF PS.2.1"),
    effort="2h",
)
def check(job: Job, project: Project) -> Iterator[Finding]:
    """A published image is signed.

    A signature proves to the cluster that an image comes from this pipeline and was not exchanged in the registry.
    It is made of the digest behind the push; without a key it needs the permission `id-token: write`.

    ```yaml bad
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - run: docker push registry.example.com/app:1  # <--
    ```

    ```yaml good
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        permissions:
          id-token: write
          packages: write
        steps:
          - run: docker push registry.example.com/app:1
          - run: cosign sign --yes registry.example.com/app@${DIGEST}
    ```
    """
    pushed = publishing_steps(job, project)[0][1]
    signings = [(step, call) for step in later_steps(job, project) for call in calls(step, project) if _SIGN.match(call.line)]
    if any("DOCKER_CONTENT_TRUST" in step.all_env for step, _ in publishing_steps(job, project)):
        return
    if not signings:
        see_all_followers(job, project)
        yield job.finding("the image is published without a signature", pushed)
    for step, call in signings:
        yield from _judge(job, step, call)


def _judge(job: Job, step: Step, call: Call) -> Iterator[Finding]:
    owner = step.job
    by_key = "--key" in call.line or any("COSIGN_PRIVATE_KEY" in name for name in step.all_env)
    reusable = owner is not None and "workflow_call" in owner.workflow.triggers and owner.effective_permissions is None
    if call.line.startswith("cosign") and not by_key and owner is not None and not owner.may("id-token") and not reusable:
        yield job.finding("signing without a key needs the permission id-token: write, which the job does not have", call.span)
    elif call.own and "@" not in call.line and "digest" not in call.line.lower() and not _VARIABLE(call.line.split()[-1]):
        yield job.advice("signs a tag, which may name another image by then; sign the digest of the push", call.span)
