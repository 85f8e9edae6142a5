"""Container images in workflows: the steps that build, publish and scan them, and what runs behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ...model import Span
from ...project import Project
from ...unknown import Unknown
from ...unknown import Unresolved
from ...unknown import is_unknown
from .calls import Call
from .calls import calls
from .calls import text_of
from .format import Job
from .format import Step

_BUILD_ACTION = re.compile(
    r"docker/(?:build-push-action|bake-action)|redhat-actions/buildah-build|.*/.*kaniko|mr-smithers-excellent/docker-build-push"
)
_BUILD = re.compile(
    r"(?:docker|podman|nerdctl|img) (?:image )?build |docker (?:--\S+ )*buildx (?:build|bake)|buildah (?:bud|build)|executor .*--context"
    r"|ko (?:build|publish|resolve|apply)|skaffold (?:build|run)|pack build|gcloud builds submit|az acr build"
)
_PUSH_ACTION = re.compile(r"redhat-actions/push-to-registry|mr-smithers-excellent/docker-build-push|.*/.*kaniko")
_PROVENANCE_ONLY = "slsa-framework/slsa-github-generator/"
_PUSH = re.compile(
    r"(?:docker|podman|nerdctl) (?:image |manifest )?push|docker[ -]compose push|buildah push|crane push|docker buildx bake .*--push"
    r"|docker buildx build .*(?:--push|type=registry|push=true)|docker buildx imagetools create"
    r"|ko (?:build|publish|resolve|apply)|skaffold (?:build|run)|gcloud builds submit|az acr build|executor .*--destination"
)


def builds_image(step: Step, project: Project) -> Span | None:
    """Where a step builds a container image."""
    if _BUILD_ACTION.match(step.action):
        return step.at("uses")
    return next((call.span for call in calls(step, project) if _BUILD.match(call.line + " ")), None)


def pushes_image(step: Step, project: Project) -> Span | None:
    """Where a step publishes a container image. An expression for ``push`` is there because it does so at times."""
    if step.action in ("docker/build-push-action", "docker/bake-action"):
        push = step.input("push")
        outputs = str(step.inputs.get("outputs") or "")
        to_registry = "type=registry" in outputs or "push=true" in outputs.replace("push-by-digest=true", "")
        return step.at("with", "push") if is_unknown(push) or push == "true" or to_registry else None
    if _PUSH_ACTION.match(step.action):
        return step.at("uses")
    return next((call.span for call in calls(step, project) if _PUSH.match(call.line)), None)


def building_steps(job: Job, project: Project) -> tuple[tuple[Step, Span], ...]:
    """The steps of a job that build an image, with their places."""
    return tuple((step, span) for step in own_steps(job, project) if (span := builds_image(step, project)))


def publishing_steps(job: Job, project: Project) -> tuple[tuple[Step, Span], ...]:
    """The steps of a job that publish an image, with their places."""
    return tuple((step, span) for step in own_steps(job, project) if (span := pushes_image(step, project)))


def builds(job: Job, project: Project) -> bool:
    """Whether a job builds an image."""
    return bool(building_steps(job, project))


def publishes(job: Job, project: Project) -> bool:
    """Whether a job publishes an image."""
    return bool(publishing_steps(job, project))


def own_steps(job: Job, project: Project) -> tuple[Step, ...]:
    """The steps of a job and of composite actions in it; none for a call of a workflow, which is judged in its own file."""
    return tuple(job.all_steps(project)) if job.uses is None else ()


def later_steps(job: Job, project: Project) -> tuple[Step, ...]:
    """The steps of a job and of every job behind it, reusable workflows of the project included."""
    return (*own_steps(job, project), *(step for other in job.followers(project) for step in other.all_steps(project)))


def see_all_followers(job: Job, project: Project) -> None:
    """Raises `Unresolved` where a workflow of another repository runs behind a job and so may do what is not found here."""
    outside = (text for other in job.followers(project) for text in other.outside(project))
    for text in (text for text in outside if not text.startswith(_PROVENANCE_ONLY)):
        raise Unresolved(f"{text} runs behind this job and cannot be seen from here")


@dataclass(frozen=True)
class Scan:
    """One scan of a container image: what it scans, and why it cannot fail the build (or None, or unknown)."""

    image: Any
    lenient: Any
    span: Span


_SCAN = re.compile(
    r"trivy (?:-\S+ )*(?:image|i)(?= )|grype (?!dir:|\.|sbom:)|snyk container test|docker scout (?:cves|quickview)|clair-scanner"
)


def image_scan(step: Step, project: Project) -> Scan | None:
    """The scan of an image that a step runs, if any."""
    if step.action == "aquasecurity/trivy-action":
        return _trivy_action(step, project)
    if step.action == "anchore/scan-action" and step.input("image") is not None:
        blocks = step.input("fail-build")
        return Scan(
            step.input("image"),
            "fail-build is false" if not is_unknown(blocks) and blocks == "false" else None,
            step.at("with", "fail-build"),
        )
    if step.action == "docker/scout-action":
        code = step.input("exit-code")
        return Scan(step.input("image"), None if code is not None else "exit-code is not set", step.at("with", "exit-code"))
    if step.action.startswith("snyk/actions/docker"):
        return Scan(step.input("image"), None, step.at("uses"))
    if re.match(
        r"(?:azure/container-scan|crazy-max/ghaction-container-scan|sysdiglabs/scan-action|anchore/inline-scan|palo.*prisma.*scan)",
        step.action,
    ):
        return Scan(step.input("image-name", "image", "image-tag"), None, step.at("uses"))
    call = next((call for call in calls(step, project) if _SCAN.match(call.line)), None)
    return _command_scan(call) if call is not None else None


def _trivy_action(step: Step, project: Project) -> Scan | None:
    kind = step.input("scan-type")
    report = step.input("format")
    if (not is_unknown(kind) and kind not in (None, "image")) or (not is_unknown(report) and report in ("cyclonedx", "spdx", "spdx-json")):
        return None
    code, severity, config = step.input("exit-code"), step.input("severity"), step.input("trivy-config")
    place = step.at("with", "exit-code")
    if code is None and config is not None:
        text = "" if is_unknown(config) else text_of(str(config), project)
        found = re.search(r"^exit-code:\s*(\d+)", text, re.MULTILINE)
        code = found[1] if found else None
    image = step.input("image-ref", "input")
    if is_unknown(code):
        return Scan(image, code, place)
    if code in (None, "0"):
        return Scan(image, "exit-code is 0" if code else "exit-code is not set, and the default is 0", place)
    if severity is not None and not is_unknown(severity) and "CRITICAL" not in severity.upper():
        return Scan(image, f"severity is {severity}, without CRITICAL", step.at("with", "severity"))
    return Scan(image, None, place)


def _command_scan(call: Call) -> Scan | None:
    command, line = call.command, call.line
    image = Unknown(f"the image that {line[:60]!r} scans is not compared")
    if line.startswith("trivy"):
        if command.value("--format", "-f") in ("cyclonedx", "spdx", "spdx-json"):
            return None
        code, severity = command.value("--exit-code"), command.value("--severity", "-s")
        if code in (None, "0"):
            return Scan(image, f"--exit-code is {code or 'not set, and the default is 0'}", call.span)
        if severity and "$" not in severity and "CRITICAL" not in severity.upper():
            return Scan(image, f"--severity is {severity}, without CRITICAL", call.span)
    elif line.startswith("grype") and command.value("--fail-on", "-f") is None:
        return Scan(image, "--fail-on is not set", call.span)
    elif line.startswith("docker scout") and command.value("--exit-code", "-e") is None:
        return Scan(image, "--exit-code is not set", call.span)
    return Scan(image, None, call.span)


def chain(job: Job, project: Project) -> tuple[Step, ...]:
    """The steps of a job and of every job before and behind it."""
    before = (step for other in job.before for step in other.all_steps(project))
    return (*before, *later_steps(job, project))
