"""Tools that steps of workflows run: how each is recognised, where it runs, and whether its failure counts.

A tool is recognised by the action that wraps it, or by its program in what a step runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ...model import Finding
from ...model import Span
from ...project import Project
from .calls import calls
from .calls import runs_hidden_hooks
from .format import Job
from .format import Repository
from .format import Step


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
    """What may do it but cannot be seen: hooks without their configuration, or a called workflow whose path says so."""
    if any(runs_hidden_hooks(step, project) for job in repository.jobs for step in job.steps):
        return "pre-commit, whose configuration is not in the project,"
    pattern = re.compile(names, re.IGNORECASE)
    called = (text for job in repository.jobs for text in job.outside(project))
    return next((text for text in called if pattern.search(text)), None)
