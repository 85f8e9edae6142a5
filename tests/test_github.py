"""Workflows: how they are read, and what the rules make of the cases between the examples."""

from __future__ import annotations

from collections.abc import Mapping

import judging
import pytest

from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import Rule
from pytest_readiness import builtin
from pytest_readiness import is_unknown
from pytest_readiness.formats.github.expressions import references
from pytest_readiness.formats.github.format import Job
from pytest_readiness.formats.github.format import Step
from pytest_readiness.formats.github.format import Workflow
from pytest_readiness.testing import verdicts

CI = ".github/workflows/ci.yml"
SHA = "8f4b7f84864484a7bf31766abe9204da3cbe65b3"


def rule(name: str) -> Rule:
    return next(rule for rule in builtin.rules("gha") if rule.id == f"gha.{name}")


def judge(name: str, files: Mapping[str, str] | str) -> str:
    """The verdict of a rule on files or on one workflow."""
    return judging.judge(f"gha.{name}", {CI: files} if isinstance(files, str) else files)


def job(*steps: str, on: str = "push", head: str = "", extra: str = "") -> str:
    """A workflow of one job with these steps, each given as the text of a mapping."""
    lines = "".join("      - " + step.replace("\n", "\n        ") + "\n" for step in steps)
    return f"on: {on}\n{head}jobs:\n  build:\n    runs-on: ubuntu-latest\n{extra}    steps:\n{lines}"


def resources(text: str, kind: str, path: str = CI) -> list[Resource]:
    contents = Project.of({path: text}).contents(path)
    assert contents is not None
    return [resource for resource in contents.resources if resource.kind == kind]


def failures(files: Mapping[str, str] | str) -> list[str]:
    contents = Project.of({CI: files} if isinstance(files, str) else files).contents(CI)
    assert contents is not None
    return [str(failure) for failure in contents.failures]


# -- reading


@pytest.mark.parametrize(
    ("on", "events"),
    [
        pytest.param("push", ["push"], id="one event as text"),
        pytest.param("[push, pull_request]", ["push", "pull_request"], id="a list of events"),
        pytest.param("{push: {branches: [main]}, schedule: [{cron: '0 0 * * *'}]}", ["push", "schedule"], id="a mapping with filters"),
    ],
)
def test_triggers_have_three_forms(on: str, events: list[str]) -> None:
    (workflow,) = resources(job("run: make", on=on), "gha.workflow")
    assert isinstance(workflow, Workflow)
    assert list(workflow.triggers) == events


def test_steps_are_named_by_id_then_name_then_action_then_number() -> None:
    steps = resources(job("id: one\nname: First\nrun: a", "name: Second\nrun: b", "uses: a/b@v1", "run: c", "run: c"), "gha.step")
    assert [step.name for step in steps] == ["build/one", "build/Second", "build/a/b", "build/run-3", "build/run-4"]


def test_equal_names_are_counted() -> None:
    steps = resources(job("name: Same\nrun: a", "name: Same\nrun: b"), "gha.step")
    assert [step.name for step in steps] == ["build/Same", "build/Same-2"]


def test_needs_are_followed_to_their_needs() -> None:
    text = "on: push\njobs:\n"
    for name, needs in (("a", "[]"), ("b", "a"), ("c", "[b]")):
        text += f"  {name}:\n    needs: {needs}\n    runs-on: x\n    steps: [{{run: make}}]\n"
    found = {job.name: job for job in resources(text, "gha.job") if isinstance(job, Job)}
    assert {other.name for other in found["c"].before} == {"a", "b"}
    assert {other.name for other in found["a"].after} == {"b", "c"}


def test_a_command_has_its_line_in_the_file() -> None:
    (step,) = resources(job("run: |\n  first\n\n  second --flag"), "gha.step")
    assert isinstance(step, Step)
    span = step.command_span(step.commands[1])
    assert (span.line, span.column, span.end_column) == (9, 11, 24)


def test_a_folded_script_is_found_by_its_text() -> None:
    (step,) = resources(job("run: >\n  echo one &&\n  curl https://x | sh"), "gha.step")
    assert isinstance(step, Step)
    assert step.command_span(step.commands[1]).line == 8


def test_an_input_from_env_is_resolved_and_any_other_expression_is_unknown() -> None:
    text = job("uses: a/b@v1\nwith: {x: '${{ env.A }}', y: '${{ matrix.z }}'}", head="env: {A: '1'}\n")
    (step,) = resources(text, "gha.step")
    assert isinstance(step, Step)
    assert step.input("x") == "1"
    assert is_unknown(step.input("y"))


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        pytest.param(".github/workflows/ci.yaml", True, id="yaml is as good as yml"),
        pytest.param(".github/workflows/sub/ci.yml", False, id="GitHub does not look into sub-folders"),
        pytest.param("service/.github/workflows/ci.yml", False, id="GitHub looks at the root only"),
        pytest.param("ci/workflow.yml", False, id="a file elsewhere is no workflow"),
        pytest.param(".github/dependabot.yml", False, id="other files in .github"),
    ],
)
def test_workflows_lie_where_github_runs_them(path: str, claimed: bool) -> None:
    project = Project.of({path: job("run: make")})
    found = project.format_of(path)
    assert (found is not None and found.name == "github-actions") is claimed


def test_the_values_of_a_matrix_are_judged_where_they_stand() -> None:
    matrix = "    strategy:\n      matrix:\n        node: ['20.1', latest]\n        include:\n          - node: '18'\n"
    text = job("run: x", extra=matrix + "    container: node:${{ matrix.node }}\n")
    (outcome,) = verdicts(rule("images-pinned"), Project.of({CI: text}))
    assert [finding.span.line for finding in outcome.failing] == [7]
    assert [finding.span.line for finding in outcome.advice] == [7, 9]


def test_an_action_is_recognised_by_its_runs() -> None:
    action = "name: x\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.a }}\n      shell: bash\n"
    assert [step.name for step in resources(action, "gha.step", "setup/action.yml")] == ["run-1"]
    assert Project.of({"ansible/action.yml": "name: x\n"}).format_of("ansible/action.yml") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "is empty", id="an empty file"),
        pytest.param("- a\n", "not a mapping", id="a list"),
        pytest.param("jobs: {a: {runs-on: x, steps: [{run: y}]}}\n", "no event", id="no trigger"),
        pytest.param("on: push\n", "no jobs", id="no jobs"),
        pytest.param("on: push\njobs: {a: text}\n", "'a' is not a mapping", id="a job that is text"),
        pytest.param("on: push\njobs: {a: {steps: [{run: y}]}}\n", "neither runs-on nor uses", id="no runner"),
        pytest.param("on: push\njobs: {a: {runs-on: x}}\n", "no list of steps", id="no steps"),
        pytest.param("on: push\njobs: {a: {runs-on: x, steps: [b]}}\n", "not a mapping", id="a step that is text"),
        pytest.param("on: push\njobs: {a: {runs-on: x, steps: [{name: b}]}}\n", "either run or uses", id="a step that does nothing"),
        pytest.param("on: push\njobs: {a: {runs-on: x, needs: b, steps: [{run: y}]}}\n", "no job of this", id="needs a missing job"),
        pytest.param(
            "on: push\njobs: {a: {runs-on: x, needs: b, steps: [{run: y}]}, b: {runs-on: x, needs: a, steps: [{run: y}]}}\n",
            "in a circle",
            id="needs in a circle",
        ),
        pytest.param("on: push\njobs: {a: {uses: ./.github/workflows/no.yml}}\n", "does not exist", id="calls a missing workflow"),
        pytest.param("on: push\njobs: {a: {uses: ./ci/core.yml}}\n", "only place", id="calls a workflow elsewhere"),
    ],
)
def test_what_github_refuses_is_said(text: str, reason: str) -> None:
    assert any(reason in failure for failure in failures(text))


def test_the_rest_of_a_broken_workflow_is_judged() -> None:
    text = "on: push\njobs:\n  bad: text\n  good:\n    runs-on: x\n    steps: [{run: make}]\n"
    assert [resource.name for resource in resources(text, "gha.job")] == ["good"]


@pytest.mark.parametrize(
    "text",
    [
        "on: {a: [1]}\njobs: {a: {runs-on: {}, steps: {}, needs: {}, env: [], container: 3, services: [], permissions: 1}}",
        "jobs: [a]\non: 3",
    ],
)
def test_odd_shapes_do_not_crash_a_rule(text: str) -> None:
    project = Project.of({CI: text})
    for each in builtin.rules("gha"):
        assert all(outcome.crash is None for outcome in verdicts(each, project)), each.id


# -- expressions


@pytest.mark.parametrize(
    ("expression", "untrusted"),
    [
        pytest.param("github.event.issue.title", True, id="the title of an issue"),
        pytest.param("github.event['issue']['title']", True, id="written with an index"),
        pytest.param("github.event.commits[0].message", True, id="a commit by number"),
        pytest.param("toJSON(github.event)", True, id="the whole event as JSON"),
        pytest.param("format('{0}', github.head_ref)", True, id="inside format"),
        pytest.param("github.event.issue.number", False, id="a number"),
        pytest.param("github.sha", False, id="a commit"),
        pytest.param("contains(github.event.issue.title, 'x')", False, id="only whether it contains something"),
        pytest.param("github.head_ref == 'main' && 'a' || 'b'", False, id="only a comparison"),
        pytest.param("github.event.pull_request.head.sha", False, id="the commit of a pull request"),
    ],
)
def test_untrusted_contexts(expression: str, untrusted: bool) -> None:
    assert any(reference.untrusted for reference in references(f"${{{{ {expression} }}}}")) is untrusted


# -- rules


@pytest.mark.parametrize(
    ("uses", "verdict"),
    [
        pytest.param(f"acme/x@{SHA}", "pass", id="a full SHA"),
        pytest.param("acme/x@8f4b7f8", "fail", id="a short SHA can be a tag"),
        pytest.param("acme/x@v1", "fail", id="a tag"),
        pytest.param("actions/checkout@v4", "advice", id="a tag of GitHub's own"),
        pytest.param("github/codeql-action/init@v3.1.2", "advice", id="a tag in a folder of GitHub's own"),
        pytest.param("actions/checkout@main", "fail", id="a branch of GitHub's own"),
        pytest.param("actions/checkout@releases/v1", "fail", id="a release branch"),
        pytest.param("acme/x", "fail", id="no version"),
        pytest.param("docker://alpine:3.20", "fail", id="an image by tag"),
        pytest.param("docker://alpine@sha256:" + "a" * 64, "pass", id="an image by digest"),
        pytest.param("./.github/actions/x", "none", id="a local action"),
    ],
)
def test_actions_pinned(uses: str, verdict: str) -> None:
    assert judge("actions-pinned", job(f"uses: {uses}")) == verdict


def test_reusable_workflows_are_pinned_too() -> None:
    assert judge("actions-pinned", "on: push\njobs: {a: {uses: acme/x/.github/workflows/a.yml@main}}\n") == "fail"


@pytest.mark.parametrize(
    ("top", "jobs", "verdict"),
    [
        pytest.param(None, [None], "fail", id="nothing declared"),
        pytest.param("{contents: read}", [None, None], "pass", id="read on the workflow"),
        pytest.param("{contents: write}", [None], "pass", id="a single job may have its writes on top"),
        pytest.param("{contents: write}", [None, None], "fail", id="several jobs share a write"),
        pytest.param("{contents: write}", ["{}", "{contents: write}"], "pass", id="every job has its own, so nobody gets it"),
        pytest.param("{contents: read}", ["{packages: write}", None], "pass", id="a write on the job that uses it"),
        pytest.param(None, ["{contents: read}", "{}"], "pass", id="every job declares"),
        pytest.param(None, ["{contents: read}", None], "fail", id="one job does not"),
        pytest.param("write-all", [None], "fail", id="write-all"),
        pytest.param("read-all", ["write-all"], "fail", id="write-all on a job"),
        pytest.param("", [None], "pass", id="permissions without a value are none"),
    ],
)
def test_permissions(top: str | None, jobs: list[str | None], verdict: str) -> None:
    text = "on: push\n" + (f"permissions: {top}\n" if top is not None else "") + "jobs:\n"
    for number, own in enumerate(jobs):
        text += f"  j{number}:\n    runs-on: x\n    steps: [{{run: make}}]\n" + (f"    permissions: {own}\n" if own is not None else "")
    assert judge("permissions", text) == verdict


def test_a_called_workflow_gets_the_permissions_of_its_caller() -> None:
    assert judge("permissions", job("run: make", on="workflow_call")) == "none"


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        pytest.param("run: echo ${{ github.event.comment.body }}", "fail", id="a comment in a script"),
        pytest.param("run: echo ${{ github.head_ref }}", "fail", id="the name of a branch"),
        pytest.param("run: echo ${{ github.event.workflow_run.head_branch }}", "fail", id="the branch of the workflow before"),
        pytest.param('run: echo "$T"\nenv: {T: "${{ github.event.issue.title }}"}', "none", id="through env it is data"),
        pytest.param('run: echo "${{ env.T }}"\nenv: {T: "${{ github.event.issue.title }}"}', "fail", id="env put in again"),
        pytest.param("uses: actions/github-script@v7\nwith: {script: 'f(`${{ github.event.issue.body }}`)'}", "fail", id="github-script"),
        pytest.param("uses: a/b@v1\nwith: {body: '${{ github.event.issue.body }}'}", "none", id="the input of another action"),
        pytest.param("run: echo ${{ inputs.name }}", "advice", id="an input is chosen by who may start it"),
        pytest.param("run: echo ${{ github.event.inputs.name }}", "advice", id="an input by its long name"),
        pytest.param("run: echo ${{ inputs.flag }}", "pass", id="a boolean holds no script"),
        pytest.param("run: echo ${{ github.ref }} ${{ secrets.A }}", "pass", id="contexts nobody outside writes"),
    ],
)
def test_script_injection(step: str, verdict: str) -> None:
    on = "{workflow_dispatch: {inputs: {name: {type: string}, flag: {type: boolean}}}, issues: }"
    assert judge("script-injection", job(step, on=on)) == verdict


FALLBACK = "${{ github.head_ref || github.run_id }}"


@pytest.mark.parametrize(
    ("on", "concurrency", "verdict"),
    [
        pytest.param("pull_request", "", "fail", id="no group"),
        pytest.param("{push: {tags: ['v*']}}", "", "none", id="tags only"),
        pytest.param("schedule", "", "none", id="schedule only"),
        pytest.param("workflow_call", "", "none", id="called only"),
        pytest.param("{pull_request: {types: [closed]}}", "", "none", id="no newer push supersedes it"),
        pytest.param("push", "concurrency: ci\n", "fail", id="a group alone lets old runs end"),
        pytest.param("push", "concurrency: {group: ci, cancel-in-progress: true}\n", "pass", id="cancels"),
        pytest.param("push", "concurrency: {group: ci, cancel-in-progress: '${{ github.x }}'}\n", "pass", id="an expression"),
        pytest.param("[push, pull_request]", f"concurrency: {{group: '{FALLBACK}', cancel-in-progress: true}}\n", "pass", id="a fallback"),
    ],
)
def test_concurrency(on: str, concurrency: str, verdict: str) -> None:
    assert judge("concurrency", job("run: make", on=on, head=concurrency)) == verdict


def test_a_deployment_is_in_a_group_but_not_cancelled() -> None:
    deploy = "    environment: production\n"
    assert judge("concurrency", job("run: make", head="concurrency: prod\n", extra=deploy)) == "pass"
    assert judge("concurrency", job("run: x", head="concurrency: {group: a, cancel-in-progress: true}\n", extra=deploy)) == "advice"


@pytest.mark.parametrize(
    ("extra", "step", "verdict"),
    [
        pytest.param("", "run: make", "fail", id="none"),
        pytest.param("    timeout-minutes: 30\n", "run: make", "pass", id="on the job"),
        pytest.param("", "run: make\ntimeout-minutes: 5", "pass", id="on every step"),
        pytest.param("    timeout-minutes: 0\n", "run: make", "fail", id="zero"),
        pytest.param("    timeout-minutes: 120\n", "run: make", "fail", id="above the maximum"),
        pytest.param("    timeout-minutes: ${{ matrix.t }}\n", "run: make", "unknown", id="an expression"),
    ],
)
def test_job_timeout(extra: str, step: str, verdict: str) -> None:
    assert judge("job-timeout", job(step, extra=extra)) == verdict


def test_a_call_of_a_workflow_has_no_timeout() -> None:
    assert judge("job-timeout", f"on: push\njobs: {{a: {{uses: acme/x/.github/workflows/a.yml@{SHA}}}}}\n") == "none"


BUILD = "uses: docker/build-push-action@v6\nwith: {push: true, tags: a}"


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        pytest.param(["run: make"], "none", id="no image"),
        pytest.param([BUILD], "fail", id="no scan"),
        pytest.param([BUILD, "uses: aquasecurity/trivy-action@v1\nwith: {image-ref: a}"], "pass", id="trivy behind the build"),
        pytest.param(["uses: aquasecurity/trivy-action@v1\nwith: {image-ref: a}", BUILD], "fail", id="trivy in front of the build"),
        pytest.param([BUILD, "uses: aquasecurity/trivy-action@v1\nwith: {scan-type: fs}"], "fail", id="trivy fs is no image scan"),
        pytest.param([BUILD, "uses: aquasecurity/trivy-action@v1\nif: false\nwith: {image-ref: a}"], "fail", id="a scan switched off"),
        pytest.param([BUILD, "uses: aquasecurity/trivy-action@v1\nwith: {image-ref: a, format: cyclonedx}"], "fail", id="only an SBOM"),
        pytest.param([BUILD, "run: docker run aquasec/trivy:0.50 image a"], "pass", id="trivy in a container"),
        pytest.param([BUILD, "run: grype a:1 --fail-on high"], "pass", id="grype"),
        pytest.param([BUILD, "run: make scan"], "pass", id="in a make target"),
        pytest.param(["run: ./build.sh"], "fail", id="a build in a script of the project"),
    ],
)
def test_image_scan(steps: list[str], verdict: str) -> None:
    files = {CI: job(*steps), "Makefile": "scan: pull\n\t@trivy image a\npull:\n", "build.sh": "docker build -t a ."}
    assert judge("image-scan", files) == verdict


def test_a_scan_in_a_job_behind_the_build_counts_and_one_out_of_sight_is_unknown() -> None:
    text = job(BUILD) + "  scan:\n    needs: build\n"
    assert judge("image-scan", text + "    runs-on: x\n    steps: [{run: trivy image a}]\n") == "pass"
    assert judge("image-scan", text + "    uses: acme/x/.github/workflows/scan.yml@v1\n") == "unknown"
    called = {
        CI: text + "    uses: ./.github/workflows/scan.yml\n",
        ".github/workflows/scan.yml": job("run: trivy image a", on="workflow_call"),
    }
    assert judge("image-scan", called) == "pass"


def test_the_generator_of_provenance_is_known_to_do_nothing_else() -> None:
    generator = "slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@v2.1.0"
    text = job(BUILD.replace("tags: a", "provenance: false")) + f"  provenance:\n    needs: build\n    uses: {generator}\n"
    assert judge("image-scan", text) == "fail"
    assert judge("slsa-provenance", text) == "pass"


def test_the_caller_of_a_building_workflow_can_scan() -> None:
    caller = "on: push\njobs:\n  b:\n    uses: ./.github/workflows/b.yml\n  s:\n    needs: b\n    runs-on: x\n    steps: [{run: grype a}]\n"
    assert judge("image-scan", {CI: caller, ".github/workflows/b.yml": job(BUILD, on="workflow_call")}) == "pass"


@pytest.mark.parametrize(
    ("scan", "verdict"),
    [
        pytest.param("uses: aquasecurity/trivy-action@v1\nwith: {image-ref: a}", "fail", id="the default does not fail"),
        pytest.param("uses: aquasecurity/trivy-action@v1\nwith: {image-ref: a, exit-code: 1}", "pass", id="exit code as a number"),
        pytest.param(
            "uses: aquasecurity/trivy-action@v1\nwith: {image-ref: a, exit-code: '1', severity: LOW}", "fail", id="not for critical"
        ),
        pytest.param(
            "uses: aquasecurity/trivy-action@v1\nwith: {image-ref: a, exit-code: '${{ inputs.c }}'}", "unknown", id="an expression"
        ),
        pytest.param(
            "uses: aquasecurity/trivy-action@v1\ncontinue-on-error: true\nwith: {image-ref: a, exit-code: '1'}", "fail", id="ignored"
        ),
        pytest.param(
            "uses: aquasecurity/trivy-action@v1\nwith: {image-ref: a, trivy-config: trivy.yaml}", "pass", id="in its configuration"
        ),
        pytest.param("run: trivy image --exit-code 1 a || true", "fail", id="|| true"),
        pytest.param("run: trivy image --exit-code=1 a", "pass", id="trivy by command"),
        pytest.param("uses: anchore/scan-action@v4\nwith: {image: a}", "pass", id="grype's action fails by default"),
        pytest.param("uses: anchore/scan-action@v4\nwith: {image: a, fail-build: false}", "fail", id="unless told otherwise"),
    ],
)
def test_image_scan_blocking(scan: str, verdict: str) -> None:
    assert judge("image-scan-blocking", {CI: job(scan), "trivy.yaml": "exit-code: 1\n"}) == verdict


SUPPLY_CHAIN = ["image-signed", "sbom", "slsa-provenance"]


@pytest.mark.parametrize("push", ["push: true", "push: '${{ github.ref_name == 1 }}'", "outputs: 'type=image,name=${{ env.A }},push=true'"])
def test_an_image_is_published_in_many_ways(push: str) -> None:
    assert judge("sbom", job(f"uses: docker/build-push-action@v6\nwith: {{{push}}}")) == "fail"


@pytest.mark.parametrize("name", SUPPLY_CHAIN)
def test_only_published_images_need_signature_sbom_and_provenance(name: str) -> None:
    assert judge(name, job("run: docker build .", "uses: docker/build-push-action@v6\nwith: {push: false}")) == "none"
    assert judge(name, job("run: docker build . && docker push a")) == "fail"


@pytest.mark.parametrize(
    ("step", "permissions", "verdict"),
    [
        pytest.param("run: cosign sign --yes a@$DIGEST", "{id-token: write}", "pass", id="keyless by digest"),
        pytest.param("run: cosign sign --yes a:1", "{id-token: write}", "advice", id="a tag may move"),
        pytest.param("run: cosign sign --yes ${IMAGE}", "{id-token: write}", "pass", id="a variable may hold a digest"),
        pytest.param("run: cosign sign --yes a@$DIGEST", "{contents: read}", "fail", id="without id-token"),
        pytest.param("run: cosign sign --key k a@$DIGEST", "{contents: read}", "pass", id="with a key"),
    ],
)
def test_image_signed(step: str, permissions: str, verdict: str) -> None:
    assert judge("image-signed", job(BUILD, step, extra=f"    permissions: {permissions}\n")) == verdict


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        pytest.param(["uses: docker/build-push-action@v6\nwith: {push: true, sbom: true}"], "pass", id="by buildx"),
        pytest.param([BUILD, "uses: anchore/sbom-action@v0"], "pass", id="the action uploads it"),
        pytest.param([BUILD, "run: syft a -o cyclonedx-json=sbom.json"], "fail", id="generated and lost"),
        pytest.param([BUILD, "run: syft a", "uses: actions/upload-artifact@v4\nwith: {path: x}"], "pass", id="generated and uploaded"),
    ],
)
def test_sbom(steps: list[str], verdict: str) -> None:
    assert judge("sbom", job(*steps)) == verdict


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        pytest.param([BUILD], "advice", id="the default of build-push-action"),
        pytest.param(["uses: docker/build-push-action@v6\nwith: {push: true, provenance: mode=max}"], "pass", id="mode=max"),
        pytest.param(["uses: docker/build-push-action@v6\nwith: {push: true, provenance: false}"], "fail", id="switched off"),
        pytest.param(["run: docker push a"], "fail", id="a plain push"),
        pytest.param(["run: docker push a", "uses: actions/attest-build-provenance@v3"], "pass", id="attested"),
    ],
)
def test_slsa_provenance(steps: list[str], verdict: str) -> None:
    assert judge("slsa-provenance", job(*steps)) == verdict


@pytest.mark.parametrize(
    ("on", "step", "verdict"),
    [
        pytest.param("pull_request", "run: semgrep ci", "pass", id="on pull requests"),
        pytest.param("pull_request", "uses: github/codeql-action/init@v3", "fail", id="init without analyze analyses nothing"),
        pytest.param("schedule", "run: semgrep ci", "fail", id="on a schedule only"),
        pytest.param("pull_request", "run: uv run bandit -r src", "pass", id="behind a runner"),
        pytest.param("pull_request", "run: bandit -r src || true", "fail", id="ignored"),
        pytest.param("pull_request", "run: echo semgrep", "fail", id="only printed"),
        pytest.param("pull_request", "uses: pre-commit/action@v3", "pass", id="as a pre-commit hook"),
    ],
)
def test_sast(on: str, step: str, verdict: str) -> None:
    files = {CI: job(step, on=on), "app.py": "", ".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: bandit\n"}
    assert judge("sast", files) == verdict


def test_sast_needs_code_and_may_be_out_of_sight() -> None:
    assert judge("sast", job("run: make")) == "none"
    outside = "on: push\njobs: {a: {uses: acme/x/.github/workflows/codeql.yml@v1}}\n"
    assert judge("sast", {CI: outside, "app.py": ""}) == "unknown"


def test_a_workflow_that_is_called_runs_on_the_events_of_its_callers() -> None:
    files = {
        CI: "on: pull_request\njobs: {a: {uses: ./.github/workflows/s.yml}}\n",
        ".github/workflows/s.yml": job("run: semgrep ci", on="workflow_call"),
        "app.py": "",
    }
    assert judge("sast", files) == "pass"


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        pytest.param({}, "none", id="no dependencies"),
        pytest.param({"requirements.txt": ""}, "pass", id="audited"),
        pytest.param({"requirements.txt": "", "go.mod": ""}, "fail", id="one ecosystem is not"),
        pytest.param({"docs/package.json": ""}, "none", id="the documentation's dependencies"),
    ],
)
def test_dependency_audit(files: dict[str, str], verdict: str) -> None:
    assert judge("dependency-audit", {CI: job("run: pip-audit"), **files}) == verdict


def test_one_scanner_audits_every_ecosystem() -> None:
    osv = "on: pull_request\njobs: {a: {uses: google/osv-scanner-action/.github/workflows/osv-scanner-reusable-pr.yml@v2}}\n"
    assert judge("dependency-audit", {CI: osv, "go.mod": "", "package.json": "{}"}) == "pass"


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        pytest.param("uses: gitleaks/gitleaks-action@v2", "pass", id="gitleaks"),
        pytest.param("uses: trufflesecurity/trufflehog@v3", "pass", id="trufflehog"),
        pytest.param("uses: gitleaks/gitleaks-action@v2\ncontinue-on-error: true", "fail", id="ignored"),
        pytest.param("run: trivy fs .", "pass", id="trivy fs looks for secrets too"),
        pytest.param("run: trivy fs --scanners vuln .", "fail", id="unless told otherwise"),
        pytest.param("uses: aquasecurity/trivy-action@v1\nwith: {scan-type: fs}", "pass", id="by its action"),
        pytest.param("uses: aquasecurity/trivy-action@v1\nwith: {image-ref: a}", "fail", id="an image holds no history"),
    ],
)
def test_secret_scan(step: str, verdict: str) -> None:
    assert judge("secret-scan", job(step)) == verdict


def test_gitleaks_on_one_commit_is_advice() -> None:
    assert judge("secret-scan", job("uses: actions/checkout@v4", "uses: gitleaks/gitleaks-action@v2")) == "advice"


AWS = "aws-actions/configure-aws-credentials@v4"


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        pytest.param("run: make", "none", id="no cloud"),
        pytest.param(f"uses: {AWS}\nwith: {{role-to-assume: r}}", "pass", id="a role"),
        pytest.param(f"uses: {AWS}\nwith: {{aws-secret-access-key: '${{{{ secrets.K }}}}'}}", "fail", id="a stored key"),
        pytest.param("run: make\nenv: {AWS_SECRET_ACCESS_KEY: '${{ secrets.K }}'}", "fail", id="a stored key in the environment"),
        pytest.param("run: make\nenv: {AWS_SECRET_ACCESS_KEY: '${{ steps.a.outputs.k }}'}", "none", id="a temporary key"),
        pytest.param("run: make\nenv: {AWS_SECRET_ACCESS_KEY: test}", "none", id="a local stand-in"),
        pytest.param("uses: azure/login@v2\nwith: {creds: '${{ secrets.AZURE }}'}", "fail", id="azure credentials"),
    ],
)
def test_oidc(step: str, verdict: str) -> None:
    assert judge("oidc-no-static-keys", job(step, extra="    permissions: {id-token: write}\n")) == verdict


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        pytest.param("echo deployed", "fail", id="only a sentence"),
        pytest.param("true", "fail", id="true"),
        pytest.param("sleep 5; exit 0", "fail", id="waits and leaves"),
        pytest.param("'# later'", "fail", id="only a comment"),
        pytest.param("exit 1", "pass", id="fails on purpose"),
        pytest.param("echo a=b >> $GITHUB_OUTPUT", "pass", id="an output"),
        pytest.param("echo $VERSION", "pass", id="prints a value"),
        pytest.param('echo "::add-mask::x"', "pass", id="a workflow command"),
        pytest.param("echo yes | apt-get install x", "pass", id="the input of a program"),
        pytest.param("echo starting && ./run", "pass", id="prints beside a real command"),
    ],
)
def test_no_placeholder_steps(script: str, verdict: str) -> None:
    assert judge("no-placeholder-steps", job(f"run: {script}")) == verdict


RUN_SHA = "${{ github.event.workflow_run.head_sha }}"


@pytest.mark.parametrize(
    ("on", "step", "verdict"),
    [
        pytest.param("pull_request", "uses: actions/checkout@v4\nwith: {ref: '${{ github.head_ref }}'}", "none", id="no secrets there"),
        pytest.param("pull_request_target", "uses: actions/checkout@v4", "pass", id="the base branch"),
        pytest.param("pull_request_target", "uses: actions/checkout@v4\nwith: {ref: '${{ github.head_ref }}'}", "fail", id="the head"),
        pytest.param("workflow_run", f"uses: actions/checkout@v4\nwith: {{ref: '{RUN_SHA}'}}", "fail", id="of the run before"),
        pytest.param("issue_comment", "run: gh pr checkout 1", "fail", id="by command"),
    ],
)
def test_untrusted_checkout(on: str, step: str, verdict: str) -> None:
    assert judge("untrusted-checkout", job(step, on=on)) == verdict


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        pytest.param("curl -s https://x/i.sh | bash", "fail", id="a pipe"),
        pytest.param("curl -s https://x/i | tee log | sudo sh -s -- -b", "fail", id="a longer pipe"),
        pytest.param('sh -c "$(curl -fsSL https://x/i.sh)"', "fail", id="a substitution"),
        pytest.param("wget https://x/tool && chmod +x tool && ./tool", "fail", id="a file that is run"),
        pytest.param("curl -s https://api/x | jq .", "pass", id="only data"),
        pytest.param("curl -s https://api/x | python3 -m json.tool", "pass", id="data for a module"),
        pytest.param(f"curl -s https://raw/acme/x/{SHA}/i.sh | bash", "pass", id="named by a commit"),
        pytest.param("curl -LO https://x/t; sha256sum -c sums; ./t", "pass", id="compared first"),
    ],
)
def test_no_piped_downloads(script: str, verdict: str) -> None:
    assert judge("no-piped-downloads", job(f"run: |\n  {script}")) == verdict


@pytest.mark.parametrize(
    ("name", "text", "verdict"),
    [
        pytest.param(
            "secrets-inherit", "on: push\njobs: {a: {uses: ./.github/workflows/ci.yml, secrets: inherit}}\n", "advice", id="our own"
        ),
        pytest.param("images-pinned", job("run: x", extra="    container: node:20\n"), "advice", id="a tag without a digest"),
        pytest.param("images-pinned", job("run: x", extra="    container: '${{ matrix.i }}'\n"), "unknown", id="an image by expression"),
        pytest.param("images-pinned", job("run: x"), "none", id="no container"),
        pytest.param("persist-credentials", job("uses: actions/checkout@v4"), "advice", id="no artifact"),
        pytest.param("no-deprecated-commands", job("run: 'echo ::error::set-output'"), "pass", id="other commands"),
        pytest.param("no-unsecure-commands", job("run: x"), "none", id="the variable is not set"),
        pytest.param("self-hosted-runners", job("run: x", on="pull_request"), "none", id="a hosted runner"),
        pytest.param("workflows-run", job("run: x"), "none", id="every workflow at its place"),
    ],
)
def test_further_rules(name: str, text: str, verdict: str) -> None:
    assert judge(name, text) == verdict


TF = {"main.tf": 'resource "aws_sqs_queue" "a" {}\n'}


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        pytest.param("run: make", "fail", id="no scanner"),
        pytest.param("run: checkov -d .", "pass", id="checkov"),
        pytest.param("run: checkov -d . --soft-fail", "fail", id="soft"),
        pytest.param("run: trivy config .", "fail", id="trivy without an exit code"),
        pytest.param("uses: aquasecurity/trivy-action@v1\nwith: {scan-type: config, exit-code: '1'}", "pass", id="trivy's action"),
        pytest.param("run: uv run pytest -q --readiness", "pass", id="these rules"),
    ],
)
def test_iac_scan(step: str, verdict: str) -> None:
    assert judge("iac-scan", {CI: job(step, on="pull_request"), **TF}) == verdict


def test_infrastructure_rules_need_infrastructure() -> None:
    assert judge("iac-scan", job("run: make")) == "none"
    assert judge("terraform-checks", job("run: make")) == "none"


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        pytest.param(["run: terraform validate", "run: tflint"], "fail", id="one is missing"),
        pytest.param(["run: terraform fmt -check && terraform validate && tflint"], "pass", id="all in one step"),
        pytest.param(["run: pre-commit run -a"], "pass", id="by hooks"),
        pytest.param(["run: terraform fmt -check", "run: terraform validate", "run: tflint --init"], "fail", id="init lints nothing"),
    ],
)
def test_terraform_checks(steps: list[str], verdict: str) -> None:
    hooks = "repos:\n- hooks:\n  - id: terraform_fmt\n  - id: terraform_validate\n  - id: terraform_tflint\n"
    assert judge("terraform-checks", {CI: job(*steps, on="pull_request"), ".pre-commit-config.yaml": hooks, **TF}) == verdict


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        pytest.param(["run: terraform init -backend=false && terraform validate"], "none", id="validation needs no state"),
        pytest.param(["run: terraform init -backend=false", "run: terraform plan"], "fail", id="a plan without state"),
        pytest.param(["run: terraform -chdir=a init", "run: terraform -chdir=a plan"], "pass", id="the real backend"),
    ],
)
def test_terraform_backend_env(steps: list[str], verdict: str) -> None:
    assert judge("terraform-backend-env", job(*steps)) == verdict


@pytest.mark.parametrize("step", ["run: pre-commit run --all-files", "uses: example/actions/pre-commit@v1"])
@pytest.mark.parametrize(("config", "verdict"), [(None, "unknown"), ("repos: [{repo: local, hooks: [{id: other}]}]", "fail")])
def test_hooks_without_their_configuration_may_do_anything(step: str, config: str | None, verdict: str) -> None:
    files = {CI: job(step, on="pull_request"), "main.tf": ""} | ({} if config is None else {".pre-commit-config.yaml": config})
    assert judge("terraform-checks", files) == verdict
