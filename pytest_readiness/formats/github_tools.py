"""What steps of workflows do: which scanner they run, whether they build, publish, sign or describe an image.

A tool is recognised by the action that wraps it, or by its program in a script: behind runners (``npx``, ``uv run``,
``docker run``), in a script or make target of the project that the step calls, or as a pre-commit hook.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..model import Finding
from ..model import ParseFailure
from ..model import Span
from ..project import Project
from ..syntax.shell import Command
from ..syntax.shell import Word
from ..syntax.shell import in_order
from ..syntax.shell import parse
from ..unknown import Unknown
from ..unknown import Unresolved
from ..unknown import is_unknown
from .github import Job
from .github import Repository
from .github import Step

MAX_SCRIPT = 200_000
MAX_WORDS = 100
_RUNNER = re.compile(
    r"(?:uv run|uvx|poetry run|pipenv run|pdm run|hatch run|rye run|npx|pnpm dlx|pnpm exec|yarn dlx|yarn exec|bunx|bun x|pipx run"
    r"|python3? -m|go run|uv tool run|bundle exec|composer exec|mise exec --|nix run)(?: -{1,2}[\w-]+(?:=\S+)?)* "
)
_PRE_COMMIT = re.compile(r"(?:.*/)?pre-commit(?:/action)?").fullmatch
_CONTAINER = re.compile(r"(?:docker|podman|nerdctl) (?:container )?run ")
_IMAGE_PARTS = re.compile(r"^(?:[\w.:-]+/)*([\w.-]+?)(?:[:@]\S+)?$")
_TARGET = re.compile(r"^([\w./-]+(?: [\w./-]+)*)\s*:(?![=:])([^\n#]*)((?:\n\t[^\n]*|\n[ \t]*(?=\n\t))*)", re.MULTILINE)


@dataclass(frozen=True)
class Tool:
    """A class of tools: its name for messages, the actions (in lower case) and the beginnings of command lines that mean it."""

    name: str
    actions: re.Pattern[str]
    programs: re.Pattern[str]


def _tool(name: str, actions: Iterable[str], programs: Iterable[str]) -> Tool:
    return Tool(name, re.compile(f"(?:{'|'.join(actions)})"), re.compile(f"(?:{'|'.join(programs)})(?![\\w.])"))


SAST = _tool(
    "static analysis",
    (
        *("github/codeql-action/analyze", "returntocorp/semgrep-action", "semgrep/semgrep-action", "sonarsource/.*(?:scan|sonarcloud)"),
        *("securego/gosec", "pycqa/bandit-action", ".*/.*bandit", "checkmarx/", "veracode/", "microsoft/security-devops-action"),
        *("codacy/codacy-analysis", "presidentbeef/brakeman", ".*/.*brakeman", "microsoft/devskim-action", "github/codeql/.*codeql"),
    ),
    (
        *("semgrep", "opengrep", "bandit", "sonar-scanner", "snyk code test", "gosec", "brakeman", "codeql database analyze", "horusec"),
        *("njsscan", "devskim", "dotnet[ -]sonarscanner", r"(?:\S*mvnw?|\S*gradlew?) (?:.* )?sonar(?::sonar)?"),
    ),
)
SECRET_SCAN = _tool(
    "secret scan",
    ("gitleaks/gitleaks-action", ".*/.*gitleaks", "trufflesecurity/trufflehog", "gitguardian/ggshield", ".*/.*detect-secrets"),
    (
        *("gitleaks", "trufflehog3?", "detect-secrets(?:-hook)?", "ggshield", "git[ -]secrets", "kingfisher", "noseyparker", "talisman"),
        *(r"trivy (?:fs|repo|filesystem|repository)(?!\S)(?! .*--(?:scanners|security-checks)[ =](?!\S*secret))",),
    ),
)
AUDIT = _tool(
    "dependency audit",
    (
        *("google/osv-scanner-action", "actions/dependency-review-action", "snyk/actions", "dependency-check/", ".*/.*dependency-check"),
        *("mend-toolkit/", "whitesource/", "debricked/", "jfrog/frogbot"),
    ),
    ("osv-scanner", "snyk test", "trivy (?:fs|repo|filesystem|repository)", r"grype (?:dir:\S+|\.(?=\s|$))", "dependency-check"),
)
AUDITS = {
    "Python": _tool(
        "audit of Python packages", ("pypa/gh-action-pip-audit", "pyupio/safety"), ("pip-audit", "safety (?:check|scan)", "uv audit")
    ),
    "JavaScript": _tool(
        "audit of npm packages",
        (".*/.*npm-audit", ".*/.*audit-ci"),
        (r"(?:npm|pnpm|yarn|bun)(?: npm)?(?: -\S+)* audit", "audit-ci", "better-npm-audit", "auditjs"),
    ),
    "Go": _tool("audit of Go modules", ("golang/govulncheck-action", "sonatype-nexus-community/nancy"), (r"\S*govulncheck\S*", "nancy")),
    "Rust": _tool(
        "audit of Rust crates",
        ("rustsec/audit-check", "actions-rs/audit-check", "actions-rust-lang/audit", "embarkstudios/cargo-deny-action"),
        ("cargo(?:[ -])(?:audit|deny)",),
    ),
    "Ruby": _tool("audit of Ruby gems", (".*/.*bundler-audit",), ("bundler?[ -]audit",)),
    "PHP": _tool("audit of PHP packages", ("symfonycorp/security-checker-action",), ("composer audit", "local-php-security-checker")),
    "Java": _tool("audit of Java artifacts", (), (r"\S*(?:mvnw?|gradlew?) .*dependency-?check", r"\S*mvnw? .*ossindex")),
    ".NET": _tool("audit of NuGet packages", (), (r"dotnet list .*--vulnerable", "dotnet package list .*--vulnerable")),
}
IAC_SCAN = _tool(
    "scan of the infrastructure code",
    (
        *("bridgecrewio/checkov-action", "aquasecurity/tfsec", "checkmarx/kics", "tenable/terrascan-action", "stackrox/kube-linter-action"),
        *("controlplaneio/kubesec", "snyk/actions/iac", ".*/.*conftest", "soluble-io/conftest-action"),
    ),
    (
        *(
            "checkov",
            "tfsec",
            "trivy conf(?:ig)?",
            "kics scan",
            "terrascan scan",
            "kubesec scan",
            "conftest (?:test|verify)",
            "kube-linter lint",
        ),
        *("kube-score score", "polaris audit", "snyk iac test", "opa eval", "kyverno (?:apply|test)", "gator test", "datree test"),
        *("terraform-compliance", "pytest .*--readiness", "terraform_(?:checkov|tfsec|trivy)"),
    ),
)
_MANIFESTS = {
    "Python": re.compile(r"requirements[\w.-]*\.txt|Pipfile|poetry\.lock|uv\.lock|pdm\.lock"),
    "JavaScript": re.compile(r"package-lock\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|npm-shrinkwrap\.json|package\.json"),
    "Go": re.compile(r"go\.mod"),
    "Rust": re.compile(r"Cargo\.toml"),
    "Ruby": re.compile(r"Gemfile"),
    "PHP": re.compile(r"composer\.json"),
    "Java": re.compile(r"pom\.xml|build\.gradle(?:\.kts)?"),
    ".NET": re.compile(r".*\.(?:cs|fs|vb)proj"),
}
_SOURCES = re.compile(r".*\.(?:py|js|jsx|ts|tsx|mjs|go|java|kt|rb|cs|php|swift|c|cc|cpp|rs|scala|vue)")
_ELSEWHERE = re.compile(r"(?:^|/)(?:docs?|examples?|samples?|tests?|e2e|vendor|third_party)/")


def ecosystems(project: Project) -> dict[str, str]:
    """The package ecosystems of the project, each with one of its manifests; those of docs, tests and vendored code left out."""
    found: dict[str, str] = {}
    for path in project.paths:
        if not _ELSEWHERE.search(path):
            name = path.rpartition("/")[2]
            for ecosystem, manifest in _MANIFESTS.items():
                if ecosystem not in found and manifest.fullmatch(name):
                    found[ecosystem] = path
    return found


def has_source_code(project: Project) -> bool:
    """Whether the project has code of a language that static analysis tools read."""
    return any(_SOURCES.fullmatch(path) and not _ELSEWHERE.search(path) for path in project.paths)


@dataclass(frozen=True)
class Call:
    """A command line that a step runs, itself or through something it calls."""

    line: str
    span: Span
    command: Command
    own: bool


def calls(step: Step, project: Project) -> tuple[Call, ...]:
    """What a step runs, runners in front of a tool dropped; scripts, make targets and hooks of the project included."""
    key = ("gha.calls", step.path, step.owner.name, step.index)
    if key not in project.cache:
        project.cache[key] = tuple(_calls(step, project))
    return project.cache[key]  # type: ignore[no-any-return]


def _calls(step: Step, project: Project) -> Iterator[Call]:
    if step.action == "aquasecurity/trivy-action":
        words = ["trivy", str(step.inputs.get("scan-type") or "image")]
        for option in ("scanners", "format", "exit-code"):
            words += [f"--{option}", str(step.inputs[option])] if option in step.inputs else []
        line = " ".join(words)
        yield Call(line, step.at("uses"), _command(words), own=False)
    if _PRE_COMMIT(step.action):
        yield from (Call(hook, step.at("uses"), _command([hook]), own=False) for hook in _hooks(project))
    for command in step.commands:
        span = step.command_span(command)
        yield from (Call(line, span, command, own=True) for line in _lines(command))
        for inner in _called(command, project):
            yield from (Call(line, span, inner, own=False) for line in _lines(inner))


def _command(words: Iterable[str]) -> Command:
    """A command that stands in no script."""
    return Command(tuple(Word(word, 0, 0) for word in words))


def _lines(command: Command) -> Iterator[str]:
    argv = list(command.argv[:MAX_WORDS])
    if not argv:
        return
    argv[0] = command.name
    line = " ".join(argv)
    if _CONTAINER.match(line):
        for index, word in enumerate(argv[2:], 2):
            if not word.startswith("-") and (image := _IMAGE_PARTS.match(word)):
                yield " ".join([image[1], *argv[index + 1 :]])
        return
    for _ in range(3):
        runner = _RUNNER.match(line + " ")
        if runner is None:
            break
        line = line[runner.end() :]
        first, _, rest = line.partition(" ")
        image = _IMAGE_PARTS.match(first)
        line = f"{image[1] if image else first} {rest}".strip()
    yield line


def _called(command: Command, project: Project) -> Iterator[Command]:
    """The commands of the script, make target or package script of the project that a command runs."""
    argv = command.argv
    if not argv:
        return
    if command.name == "make":
        yield from _make(tuple(word for word in argv[1:] if not word.startswith("-") and "=" not in word), project)
    elif command.name in ("npm", "pnpm", "yarn") and len(argv) > 2 and argv[1] in ("run", "run-script"):
        yield from in_order(parse(_package_script(argv[2], project)))
    elif command.name == "pre-commit" and "run" in argv:
        yield from (_command([hook]) for hook in _hooks(project))
    else:
        word = next((word for word in argv[:3] if word.endswith((".sh", ".bash")) or word.startswith("./")), "")
        path = word.removeprefix("./")
        if path and project.exists(path):
            yield from in_order(parse(_text(path, project)))


def _text(path: str, project: Project) -> str:
    try:
        return project.text(path)[:MAX_SCRIPT] if project.exists(path) else ""
    except ParseFailure:
        return ""


def _make(targets: tuple[str, ...], project: Project) -> Iterator[Command]:
    text = next((text for name in ("Makefile", "makefile", "GNUmakefile") if (text := _text(name, project))), "")
    rules: dict[str, tuple[tuple[str, ...], str]] = {}
    for found in _TARGET.finditer(text):
        for name in found[1].split():
            rules.setdefault(name, (tuple(found[2].split()), found[3]))
    work, seen = list(targets) or list(rules)[:1], set[str]()
    while work:
        target = work.pop()
        if target not in seen and target in rules:
            seen.add(target)
            work += rules[target][0]
            yield from in_order(parse(re.sub(r"^\t[@+-]*", "", rules[target][1], flags=re.MULTILINE)))


def _package_script(name: str, project: Project) -> str:
    import json

    try:
        scripts = json.loads(_text("package.json", project) or "{}").get("scripts", {})
        return str(scripts.get(name, ""))
    except (ValueError, AttributeError, RecursionError):
        return ""


def _hooks(project: Project) -> tuple[str, ...]:
    """The ids of the pre-commit hooks of the project."""
    path = ".pre-commit-config.yaml"
    return tuple(re.findall(r"^\s*-?\s*id:\s*[\"']?([\w.-]+)", _text(path, project), re.MULTILINE))


def runs(step: Step, tool: Tool, project: Project) -> Span | None:
    """Where a step runs a tool, None where it does not."""
    if step.action and tool.actions.match(step.action):
        return step.at("uses")
    return next((call.span for call in calls(step, project) if tool.programs.match(call.line)), None)


def ignores_failure(step: Step, span: Span | None = None) -> bool:
    """Whether the failure of a step changes nothing: ``continue-on-error``, or ``|| true`` behind the command at the span."""
    job = step.job
    if step.continues_on_error is True or (job is not None and job.continues_on_error is True):
        return True
    return any(
        command.after == "||" and following.name in ("true", ":", "echo") and (span is None or step.command_span(command) == span)
        for command, following in pairwise(step.commands)
    )


# -- images

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
        text = "" if is_unknown(config) else _text(str(config), project)
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


# -- answers for rules about the whole repository

_CHANGES = frozenset(("pull_request", "pull_request_target", "merge_group"))


def tool_problems(
    repository: Repository,
    tool: Tool,
    project: Project,
    *,
    push_counts: bool = False,
    any_event: bool = False,
    lenient: Callable[[Step, Project], bool] | None = None,
) -> list[Finding] | None:
    """What is wrong with the use of a tool: nothing where one use of it is right, None where there is no use at all.

    It has to look at changes (on pull requests; on pushes with ``push_counts``), and its failure has to count:
    ``lenient`` says whether the tool itself is told to succeed in any case.
    """
    problems: list[Finding] = []
    found = False
    for job, step, place in _uses(repository, tool, project):
        found = True
        events = job.workflow.effective_triggers(project)
        if step is not None and (ignores_failure(step, place if step.script else None) or (lenient is not None and lenient(step, project))):
            problems.append(repository.finding(f"the {tool.name} fails nothing: its failure is ignored", place))
        elif not any_event and not events & _CHANGES and not (push_counts and "push" in events) and events != {"workflow_call"}:
            problems.append(repository.finding(f"the {tool.name} runs on {', '.join(sorted(events))} only, not on pull requests", place))
        else:
            return []
    return problems if found else None


def _uses(repository: Repository, tool: Tool, project: Project) -> Iterator[tuple[Job, Step | None, Span]]:
    """Every step that runs a tool, and every call of a workflow that its makers publish."""
    for job in repository.jobs:
        if job.uses is not None and not job.uses.is_local and tool.actions.match(job.uses.name):
            yield job, None, job.at("uses")
    for job, step in repository.steps(project):
        if place := runs(step, tool, project):
            yield job, step, place


def outside_workflow(repository: Repository, names: str, project: Project) -> str | None:
    """A workflow of another repository that is called here and whose path says that it may do what is looked for."""
    pattern = re.compile(names, re.IGNORECASE)
    called = (text for job in repository.jobs for text in job.outside(project))
    return next((text for text in called if pattern.search(text)), None)


def chain(job: Job, project: Project) -> tuple[Step, ...]:
    """The steps of a job and of every job before and behind it."""
    before = (step for other in job.before for step in other.all_steps(project))
    return (*before, *later_steps(job, project))
