"""Repositories on GitHub, by a server on loopback that answers in the shapes its API documents: well, down, hung, and lying."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from serving import certified
from serving import endless
from serving import free_port
from serving import garbage
from serving import mistakes
from serving import one
from serving import reply

from pytest_readiness.live import evidence as dates
from pytest_readiness.live.github import api
from pytest_readiness.live.measure import Judged
from pytest_readiness.project import Project

TOKEN = "ghp_0123456789abcdefghij"
HOME = "/repos/shop-example/shop"
REPOSITORY = {"full_name": "shop-example/shop", "default_branch": "main", "private": False}
NOT_PROTECTED = reply({"message": "Branch not protected"}, 404)
NOT_FOUND = reply({"message": "Not Found"}, 404)
FORBIDDEN = reply({"message": "Resource not accessible by integration"}, 403)


def rule(kind: str, ruleset: int = 7, **parameters: object) -> dict[str, object]:
    """A rule as ``rules/branches`` lists it."""
    return {"type": kind, "ruleset_id": ruleset, "ruleset_source_type": "Repository", "ruleset_source": "shop-example/shop"} | (
        {"parameters": parameters} if parameters else {}
    )


def required(*names: str, app: int | None = None, ruleset: int = 7, strict: bool = False) -> dict[str, object]:
    checks = [{"context": name} | ({} if app is None else {"integration_id": app}) for name in names]
    return rule("required_status_checks", ruleset, required_status_checks=checks, strict_required_status_checks_policy=strict)


def pull_request(count: int = 1, ruleset: int = 7, **more: bool) -> dict[str, object]:
    flags = dict.fromkeys(("dismiss_stale_reviews_on_push", "require_code_owner_review", "required_review_thread_resolution"), False)
    return rule("pull_request", ruleset, required_approving_review_count=count, **{**flags, **more})


BLOCKED = (rule("non_fast_forward"), rule("deletion"))
RULES = [pull_request(), required("ci"), *BLOCKED]


def classic(**more: object) -> dict[str, object]:
    """The classic protection as the API tells it."""
    return {
        "required_pull_request_reviews": {"required_approving_review_count": 1, "require_code_owner_reviews": False, "dismiss_stale_reviews": False},
        "required_status_checks": {"strict": False, "contexts": ["ci"], "checks": [{"context": "ci", "app_id": None}]},
        "enforce_admins": {"enabled": False},
        "required_signatures": {"enabled": False},
        "required_linear_history": {"enabled": False},
        "allow_force_pushes": {"enabled": False},
        "allow_deletions": {"enabled": False},
        "required_conversation_resolution": {"enabled": False},
    } | more  # fmt: skip


@pytest.fixture
def hub(serve, ask):
    """Asks a repository that answers like this; ``checks`` are declared."""

    def outcomes(
        answers: dict[str, Any], *checks: str, project: Project | None = None, token: str = TOKEN, tls: Any = None, target: str = ""
    ):
        server = serve({HOME: reply(REPOSITORY)} | {HOME + path: answer for path, answer in answers.items()}, tls)
        outcomes.asked = server.asked  # type: ignore[attr-defined]
        return ask(live(server.url, *checks, target=target), project, **({"GITHUB_TOKEN": token} if token else {}))

    return outcomes


def live(url: str, *checks: str, target: str = "", timeout: str = "5s") -> str:
    listed = "".join(f"\n    - {{target: hub, {check}}}" for check in checks)
    return (
        f"live:\n  targets:\n    hub: {{github: shop-example/shop, api: '{url}', timeout: {timeout}{target}}}\n  checks:{listed or ' []'}\n"
    )


def branch(
    rules: list[Any], protection: object = NOT_PROTECTED, /, *, protected: bool = True, name: str = "main", **more: object
) -> dict[str, Any]:
    """What the API says of a branch with these rules and this classic protection."""
    return {
        f"/branches/{name}": reply({"name": name, "protected": protected, **more}),
        f"/rules/branches/{name}": reply(rules),
        f"/branches/{name}/protection": protection if isinstance(protection, tuple) else reply(protection),
    }


PROTECTED = "rule: github-branch-protection"


# -- branches


def test_rulesets_are_enough_and_need_no_permission(hub) -> None:
    assert one(hub(branch(RULES, FORBIDDEN), PROTECTED)) == Judged()
    assert [path.partition("?")[0] for path, _ in hub.asked] == [HOME, f"{HOME}/branches/main", f"{HOME}/rules/branches/main"]


def test_the_classic_protection_is_enough(hub) -> None:
    assert one(hub(branch([], classic()), PROTECTED)) == Judged()


def test_both_together_are_enough(hub) -> None:
    weak = classic(required_status_checks=None)
    assert one(hub(branch([required("ci", "build")], weak), f"{PROTECTED}, checks: [ci, build]")) == Judged()


def test_a_branch_without_protection_takes_everything(hub) -> None:
    assert one(hub(branch([], protected=False), PROTECTED)).problems == (
        "main takes changes without a pull request",
        "main takes force pushes",
        "main can be deleted",
        "main takes changes that no check has to pass",
    )


@pytest.mark.parametrize(
    ("check", "rules", "protection", "problem"),
    [
        ("reviews: 2", [pull_request(2)], classic(required_pull_request_reviews={"required_approving_review_count": 2}), "main takes changes after 1 of 2 approvals"),
        ("reviews: 0", [pull_request(0)], classic(), ""),
        ("code_owners: true", [pull_request(require_code_owner_review=True)], classic(required_pull_request_reviews={"require_code_owner_reviews": True}), "main takes changes that no code owner has reviewed"),
        ("dismiss_stale: true", [pull_request(dismiss_stale_reviews_on_push=True)], classic(required_pull_request_reviews={"dismiss_stale_reviews": True}), "main takes commits that were pushed after the review"),
        ("conversations: true", [pull_request(required_review_thread_resolution=True)], classic(required_conversation_resolution={"enabled": True}), "main takes changes with open conversations"),
        ("up_to_date: true", [required("ci", strict=True)], classic(required_status_checks={"strict": True, "contexts": ["ci"]}), "main takes changes that were checked against an older state of it"),
        ("signed: true", [rule("required_signatures")], classic(required_signatures={"enabled": True}), "main takes commits without a signature"),
        ("linear: true", [rule("required_linear_history")], classic(required_linear_history={"enabled": True}), "main takes merge commits"),
        ("checks: [build]", [required("ci", "build")], classic(required_status_checks={"contexts": ["build"]}), "main does not require the check build"),
        ("checks: true", [required("ci")], classic(), ""),
        ("force_push: true", [], classic(), ""),
        ("deletions: true, signed: false", [], classic(), ""),
    ],
)  # fmt: skip
def test_each_aspect_holds_by_either_kind_of_protection(hub, check: str, rules: list[Any], protection: object, problem: str) -> None:
    check = f"rule: endpoint, {check}"
    assert one(hub(branch(rules), check)) == Judged()
    assert one(hub(branch([], protection), check)) == Judged()
    assert one(hub(branch([pull_request(), required("ci")], classic()), check)).problems == ((problem,) if problem else ())


@pytest.mark.parametrize(
    ("key", "problem"), [("allow_force_pushes", "main takes force pushes"), ("allow_deletions", "main can be deleted")]
)
def test_what_the_classic_protection_allows_is_told(hub, key: str, problem: str) -> None:
    assert one(hub(branch([], classic(**{key: {"enabled": True}})), PROTECTED)).problems == (problem,)


def test_a_branch_is_named_or_the_default_one(hub) -> None:
    assert one(hub(branch(RULES, name="release%2F1.x"), f"{PROTECTED}, branch: release/1.x")) == Judged()
    assert one(hub({}, f"{PROTECTED}, branch: mian")).problems == ("there is no branch mian",)


BYPASSED = {"name": "protect main", "bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]}
BOUND = {"name": "bind all", "bypass_actors": [{"actor_id": 9, "actor_type": "Integration", "bypass_mode": "always"}]}


def test_administrators_are_bound_where_that_is_asked(hub) -> None:
    check = f"{PROTECTED}, admins: true"
    loophole = "where an administrator wants it: the ruleset protect main may be bypassed by a role such as administrator"
    assert one(hub({**branch(RULES), "/rulesets/7": reply(BYPASSED)}, check)).problems == (
        f"main takes changes that were not approved {loophole}",
        f"main takes force pushes {loophole}",
        f"main can be deleted {loophole}",
        f"main takes changes that no check has to pass {loophole}",
    )
    assert one(hub({**branch(RULES), "/rulesets/7": reply(BOUND)}, check)) == Judged()
    second = [rule("non_fast_forward", 8), rule("deletion", 8), pull_request(ruleset=8), required("ci", ruleset=8)]
    assert one(hub({**branch(RULES + second), "/rulesets/7": reply(BYPASSED), "/rulesets/8": reply(BOUND)}, check)) == Judged()
    (problem, *_) = one(hub(branch([], classic()), check)).problems
    assert problem.endswith("where an administrator wants it: the branch protection does not bind administrators")
    assert one(hub(branch([], classic(enforce_admins={"enabled": True})), check)) == Judged()


def test_who_may_bypass_is_shown_to_few(hub) -> None:
    answers = {**branch(RULES), "/rulesets/7": reply({"name": "protect main"})}
    error = one(hub(answers, f"{PROTECTED}, admins: true")).error
    assert error == (
        "who may bypass the ruleset protect main is not shown to the token in GITHUB_TOKEN, which needs the permission Administration: write"
    )


@pytest.mark.parametrize(
    ("answer", "hidden"),
    [
        (FORBIDDEN, True),
        (NOT_FOUND, True),
        (NOT_PROTECTED, False),
        (reply({"message": "Upgrade to GitHub Pro or make this repository public to enable this feature."}, 403), False),
    ],
    ids=["not allowed", "not shown", "by rulesets alone", "not in the plan"],
)
def test_what_may_not_be_seen_is_an_error_that_names_the_permission(hub, answer: Any, hidden: bool) -> None:
    judged = one(hub(branch([required("ci"), *BLOCKED], answer), PROTECTED))
    assert judged.problems == (() if hidden else ("main takes changes without a pull request",))
    assert bool(judged.error) is hidden
    if hidden:
        assert (
            "the branch protection of main is not shown to the token in GITHUB_TOKEN, which needs the permission Administration: read"
            in (judged.error or "")
        )


def test_without_a_token_what_is_hidden_is_unknown(hub) -> None:
    assert one(hub(branch(RULES), PROTECTED, token="")) == Judged()
    judged = one(hub(branch([]), PROTECTED, token=""))
    assert judged.unknown and judged.unknown.startswith("no token: the branch protection of main is shown only with one; set GITHUB_TOKEN")
    assert not judged.problems and not judged.error
    assert len(one(hub(branch([], protected=False), PROTECTED, token="")).problems) == 4  # everybody is told that


# -- required checks and the jobs of workflows

CI = """\
on: [pull_request]
jobs:
  lint: {runs-on: ubuntu-latest, steps: [{run: make lint}]}
  test:
    strategy: {matrix: {python: ['3.12', '3.13']}}
    runs-on: ubuntu-latest
    steps: [{run: make test}]
  named: {name: All is well, runs-on: ubuntu-latest, steps: [{run: make}]}
  each:
    name: Test on ${{ matrix.os }} with ${{ matrix.db }}
    strategy: {matrix: {os: [ubuntu-latest], db: [none]}}
    runs-on: ubuntu-latest
    steps: [{run: make}]
  call: {uses: ./.github/workflows/reusable.yml}
  far: {uses: shop-example/workflows/.github/workflows/scan.yml@0123456789012345678901234567890123456789}
"""
REUSABLE = "on: [workflow_call]\njobs:\n  image: {runs-on: ubuntu-latest, steps: [{run: make image}]}\n"
WORKFLOWS = Project.of({".github/workflows/ci.yml": CI, ".github/workflows/reusable.yml": REUSABLE})


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("lint", True),
        ("test", False),
        ("test (3.12)", True),
        ("All is well", True),
        ("named", False),
        ("Test on ubuntu-latest with none", True),
        ("Test on ubuntu-latest", False),
        ("call / image", True),
        ("call", False),
        ("image", False),
        ("far / anything", True),
        ("lint ", False),
        ("CI / lint", False),
    ],
)
def test_a_required_check_that_no_job_reports_can_never_become_green(hub, name: str, reported: bool) -> None:
    judged = one(hub(branch([pull_request(), required(name, app=15368), *BLOCKED]), PROTECTED, project=WORKFLOWS))
    assert bool(judged.problems) is not reported
    if not reported:
        assert judged.problems[0].startswith(f"no job of .github/workflows reports the required check {name.strip()} (lint, test (*), ")
        assert judged.problems[0].endswith(": it can never become green")


@pytest.mark.parametrize(
    ("app", "files", "problems", "advice"),
    [
        (15368, {"ci.yml": CI}, 1, 0),
        (None, {"ci.yml": CI}, 0, 1),
        (-1, {"ci.yml": CI}, 0, 1),
        (4711, {"ci.yml": CI}, 0, 0),
        (15368, {"ci.yml": CI, "broken.yml": "on: [push\n"}, 0, 1),
        (15368, {}, 1, 0),
        (None, {}, 0, 0),
    ],
    ids=[
        "by a workflow",
        "by anything",
        "by anything, as an app",
        "by another app",
        "a workflow that cannot be read",
        "no workflow",
        "other CI",
    ],
)
def test_it_fails_only_where_nothing_else_can_report_it(hub, app: int | None, files: dict[str, str], problems: int, advice: int) -> None:
    project = Project.of({f".github/workflows/{name}": text for name, text in files.items()})
    judged = one(hub(branch([pull_request(), required("e2e", app=app), *BLOCKED]), PROTECTED, project=project))
    assert (len(judged.problems), len(judged.advice)) == (problems, advice)


def test_workflows_that_a_ruleset_requires_may_report_from_elsewhere(hub) -> None:
    rules = [pull_request(), required("e2e", app=15368), rule("workflows", workflows=[]), *BLOCKED]
    judged = one(hub(branch(rules), PROTECTED, project=WORKFLOWS))
    assert not judged.problems and len(judged.advice) == 1


def test_a_check_of_the_classic_protection_is_seen_without_permission(hub) -> None:
    told = {
        "protection": {"enabled": True, "required_status_checks": {"contexts": ["old"], "checks": [{"context": "old", "app_id": 15368}]}}
    }
    (problem,) = one(hub(branch(RULES, FORBIDDEN, **told), PROTECTED, project=WORKFLOWS)).problems
    assert "the required check old" in problem
    assert one(hub(branch(RULES, FORBIDDEN, **told), f"{PROTECTED}, checks: false", project=WORKFLOWS)) == Judged()


def test_workflows_that_call_each_other_for_ever_are_bounded(hub) -> None:
    jobs = "".join(f"  j{number}: {{uses: ./.github/workflows/a.yml}}\n" for number in range(30))
    project = Project.of({".github/workflows/a.yml": f"on: [push, workflow_call]\njobs:\n{jobs}"})
    judged = one(hub(branch([pull_request(), required("e2e", app=15368), *BLOCKED]), PROTECTED, project=project))
    assert not judged.problems and len(judged.advice) == 1


# -- environments

REVIEWERS = {
    "type": "required_reviewers",
    "prevent_self_review": True,
    "reviewers": [{"type": "User", "reviewer": {"login": "maria"}}, {"type": "Team", "reviewer": {"slug": "ops"}}],
}
PRODUCTION = {
    "name": "production",
    "can_admins_bypass": False,
    "protection_rules": [{"type": "wait_timer", "wait_timer": 30}, REVIEWERS, {"type": "branch_policy"}],
    "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
}
OPEN = {"name": "production", "can_admins_bypass": True, "protection_rules": [], "deployment_branch_policy": None}
NAMED = {**OPEN, "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True}}


@pytest.mark.parametrize(
    ("keys", "found", "problem"),
    [
        ("", PRODUCTION, None),
        ("", OPEN, "deployments to production have 0 required reviewers, at least 1 expected"),
        ("reviewers: 2", PRODUCTION, None),
        ("reviewers: 3", PRODUCTION, "deployments to production have 2 required reviewers, at least 3 expected"),
        ("reviewers: 0, prevent_self_review: true", OPEN, "who starts a deployment to production may approve it as well"),
        ("prevent_self_review: true, wait: 30min, branches: protected, admins: true", PRODUCTION, None),
        ("wait: 1h", PRODUCTION, "deployments to production wait for 30 min, at least 60 min expected"),
        ("reviewers: 0, branches: limited", OPEN, "every branch can be deployed to production"),
        ("reviewers: 0, branches: limited", NAMED, None),
        ("reviewers: 0, branches: protected", NAMED, "production takes deployments from branches that are chosen by name, not from protected ones alone"),
        ("reviewers: 0, admins: true", OPEN, "administrators may deploy to production past its rules"),
    ],
)  # fmt: skip
def test_an_environment_asks_before_a_deployment(hub, keys: str, found: object, problem: str | None) -> None:
    check = "rule: github-environment" + (f", {keys}" if keys else "")
    assert one(hub({"/environments/production": reply(found)}, check)).problems == (() if problem is None else (problem,))


def test_an_environment_that_is_not_there_is_told(hub) -> None:
    assert one(hub({}, "rule: github-environment, environment: eu/live")).problems == ("there is no environment eu/live",)
    assert hub.asked[-1][0] == f"{HOME}/environments/eu%2Flive"
    error = one(hub({"/environments/production": FORBIDDEN}, "rule: github-environment")).error
    assert error == "the environment production is not shown to the token in GITHUB_TOKEN, which needs the permission Actions: read"


# -- secrets and dependencies


def secure(**status: str) -> dict[str, Any]:
    return {"": reply({**REPOSITORY, "security_and_analysis": {key: {"status": value} for key, value in status.items()}})}


@pytest.mark.parametrize(
    ("keys", "answers", "problems"),
    [
        ("", secure(secret_scanning_push_protection="enabled"), ()),
        ("", secure(secret_scanning_push_protection="disabled"), ("push protection of secret scanning is not switched on",)),
        ("", secure(secret_scanning="enabled"), ("push protection of secret scanning is not available",)),
        ("push_protection: false, dependabot: true", secure(dependabot_security_updates="disabled"), ("security updates by Dependabot is not switched on",)),
        ("secret_scanning: true", secure(secret_scanning="enabled", secret_scanning_push_protection="enabled"), ()),
    ],
)  # fmt: skip
def test_push_protection_is_on(hub, keys: str, answers: Any, problems: tuple[str, ...]) -> None:
    assert one(hub(answers, "rule: github-push-protection" + (f", {keys}" if keys else ""))).problems == problems


def test_security_settings_are_shown_to_few(hub) -> None:
    error = one(hub({}, "rule: github-push-protection")).error
    assert error == (
        "what is switched on for security is not shown to the token in GITHUB_TOKEN, which needs the permission Administration: read"
    )
    assert "no token" in (one(hub({}, "rule: github-push-protection", token="")).unknown or "")


# -- what is counted and timed


def test_open_issues_are_counted_over_all_pages(hub, serve, ask) -> None:
    issues = [{"number": number, "title": "broken"} for number in range(3)]
    server = serve({HOME: reply(REPOSITORY)})
    first = f"{HOME}/issues?state=open&labels=ci-failure%2Cbot&per_page=30"
    server.routes[first] = reply(issues, Link=f'<{server.url}{HOME}/issues?page=2>; rel="next", <{server.url}/last>; rel="last"')
    server.routes[f"{HOME}/issues?page=2"] = reply([*issues, {"number": 9, "pull_request": {}}])
    judged = one(ask(live(server.url, "rule: ci-failure-backlog, issues: [ci-failure, bot], at_most: 5")))
    assert judged.problems == ("the number of open issues labelled ci-failure and bot is 6, at most 5 expected (20 % worse)",)
    assert one(hub({"/issues": reply([])}, "rule: ci-failure-backlog")).problems == ()


def test_lists_without_end_are_not_counted(serve, ask, monkeypatch) -> None:
    monkeypatch.setattr(api, "PAGES", 3)
    server = serve({HOME: reply(REPOSITORY)})
    server.routes[f"{HOME}/issues"] = reply([{}], Link=f'<{server.url}{HOME}/issues?again>; rel="next"')
    assert one(ask(live(server.url, "rule: ci-failure-backlog"))).error == "/issues lists more than 90, which are not counted"
    assert len(server.asked) == 4


def run(minutes: float, number: int = 1, event: str = "push") -> dict[str, object]:
    begin = dates.moment("2026-06-01T10:00:00Z")
    assert begin is not None
    end = begin.fromtimestamp(begin.timestamp() + minutes * 60, begin.tzinfo).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": number, "event": event, "run_started_at": "2026-06-01T10:00:00Z", "updated_at": end, "conclusion": "success"}


RUNS = "/actions/workflows/ci.yml/runs"


def test_a_build_takes_the_median_of_its_runs(hub) -> None:
    runs = [run(2), run(60, event="pull_request"), run(9), run(4), run(100)]
    judged = one(hub({RUNS: reply({"total_count": 5, "workflow_runs": runs})}, "rule: build-time, workflow: ci.yml, runs: 3"))
    assert judged.problems == () and judged.measured and (judged.measured.actual, judged.measured.margin) == ("4 min", "20 % better")
    assert hub.asked[-1][0] == f"{HOME}{RUNS}?branch=main&status=success&per_page=30"
    judged = one(hub({RUNS: reply({"workflow_runs": runs})}, "rule: build-time, workflow: ci.yml, branch: next"))
    assert judged.problems == ("the median of 4 runs of ci.yml on next is 6.5 min, below 5 min expected (30 % worse)",)


def test_one_job_is_timed(hub) -> None:
    def job(name: str, minutes: int, conclusion: str = "success") -> dict[str, object]:
        return {
            "id": 1,
            "name": name,
            "conclusion": conclusion,
            "started_at": "2026-06-01T10:00:00Z",
            "completed_at": f"2026-06-01T10:{minutes}:00Z",
        }

    jobs = [job("test", 50), job("production", 12), job("production", 10, "skipped")]
    answers = {RUNS: reply({"workflow_runs": [run(60, 1), run(60, 2)]})}
    answers |= {f"/actions/runs/{number}/jobs": reply({"jobs": jobs}) for number in (1, 2)}
    judged = one(hub(answers, "rule: deploy-time, workflow: ci.yml, job: production"))
    assert judged.problems == ("the median of 2 runs of production of ci.yml on main is 12 min, below 10 min expected (20 % worse)",)
    judged = one(hub(answers, "rule: deploy-time, workflow: ci.yml, job: staging"))
    assert judged.problems == ("no data: the median of 0 runs of staging of ci.yml on main holds nothing, below 10 min expected",)


def test_a_workflow_without_runs_or_sense(hub) -> None:
    check = "rule: build-time, workflow: ci.yml"
    assert one(hub({}, check)).problems == ("there is no workflow ci.yml",)
    assert "no data" in one(hub({RUNS: reply({"workflow_runs": []})}, check)).problems[0]
    skipped = one(hub({RUNS: reply({"workflow_runs": []})}, f"{check}, on_no_data: {{skip: nobody builds in August}}"))
    assert skipped.unknown == "no data, which is accepted: nobody builds in August"
    for nonsense in ({"id": 3}, {**run(1), "updated_at": "soon"}, run(-1)):
        error = one(hub({RUNS: reply({"workflow_runs": [nonsense]})}, check)).error
        assert error and error.startswith("GitHub says nothing that can be true of when run ")


# -- down, hung, lying, refusing


@pytest.mark.parametrize(
    ("answer", "problem", "error"),
    [
        (NOT_FOUND, "there is no repository shop-example/shop, or the token in GITHUB_TOKEN may not see it", None),
        (reply({"message": "Bad credentials"}, 401), None, "GitHub does not accept the token in GITHUB_TOKEN: it is wrong, withdrawn or expired"),
        (FORBIDDEN, None, "the repository answers with status 403: Resource not accessible by integration"),
        (reply({}, 403, **{"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1780000000"}), None, "the API of GitHub takes no more requests until 2026-05-28 20:26 UTC: its rate limit is used up"),
        (reply({}, 429, **{"Retry-After": "60"}), None, "the API of GitHub takes no more requests for 60 s: its rate limit is used up"),
        (reply({}, 403, **{"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 30}), None, "the repository answers with status 403"),
        ((500, {"Content-Type": "text/html"}, b"<html>Unicorn!</html>"), None, "the repository answers with status 500"),
        ((200, {"Content-Type": "text/html"}, b"<html>"), None, "the repository answers with 6 bytes of text/html that are not JSON"),
        (reply([REPOSITORY]), None, "the repository answers with a list, not with a mapping"),
        (reply("shop"), None, "the repository answers with a text, not with a mapping"),
        (endless, "target hub cannot be reached: the API of GitHub answers with more than 1048576 bytes", None),
        (garbage, "target hub cannot be reached: the API of GitHub does not answer: ", None),
        ((301, {"Location": HOME}, b""), "target hub cannot be reached: the API of GitHub redirects more than 5 times", None),
    ],
    ids=["missing", "bad token", "forbidden", "rate limit", "secondary limit", "no date", "500", "page", "list", "text", "huge", "no http", "loop"],
)  # fmt: skip
def test_a_repository_that_cannot_be_asked(hub, answer: Any, problem: str | None, error: str | None) -> None:
    found = hub({"": answer}, PROTECTED, "rule: github-push-protection")
    reached, *others = found.values()
    assert "".join(reached.problems).startswith(problem or "") and (reached.error or "").startswith(error or "")
    assert bool(reached.problems) is (problem is not None) and bool(reached.error) is (error is not None)
    assert [judged.unknown for judged in others] == ["target hub cannot be reached"] * 2


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"/rules/branches/main": reply({"rules": []})}, "/rules/branches/main answers with a mapping, not with a list of mappings"),
        ({"/rules/branches/main": reply(["deletion"])}, "/rules/branches/main answers with a list, not with a list of mappings"),
        ({"/branches/main": reply([])}, "/branches/main answers with a list, not with a mapping"),
        ({"/branches/main": (502, {}, b"<html>")}, "/branches/main answers with status 502"),
        ({"/branches/main": endless}, "the API of GitHub answers with more than 1048576 bytes, the max_size of the target"),
        ({"": reply({"default_branch": 3})}, "the API of GitHub names no default branch: declare branch"),
    ],
)
def test_what_cannot_be_asked_of_a_branch_is_an_error(hub, answers: dict[str, Any], error: str) -> None:
    assert one(hub({**branch(RULES), **answers}, PROTECTED)) == Judged(error=error)


LIES: list[Any] = [None, 3, "x", [], [3], {"enabled": "yes"}, {"required_approving_review_count": "two"}, {"contexts": [3], "checks": "ci"}]


@pytest.mark.parametrize("lie", LIES, ids=repr)
def test_a_part_of_another_shape_protects_nothing(hub, lie: object) -> None:
    rules = [rule("pull_request"), {"type": "required_status_checks", "ruleset_id": lie, "parameters": lie}, {"type": lie}]
    judged = one(hub(branch(rules, dict.fromkeys(classic(), lie)), f"{PROTECTED}, reviews: 2, code_owners: true, signed: true"))
    assert not judged.error and len(judged.problems) >= 3
    found = {"protection_rules": lie, "deployment_branch_policy": lie}
    assert len(one(hub({"/environments/production": reply(found)}, "rule: github-environment, admins: true")).problems) == 2
    answers = {"": reply({**REPOSITORY, "security_and_analysis": {"secret_scanning_push_protection": lie}})}
    assert len(one(hub(answers, "rule: github-push-protection")).problems) == 1


def test_a_hub_that_is_down_or_hangs(ask, silent) -> None:
    found = ask(live(f"http://127.0.0.1:{free_port()}", PROTECTED))
    assert found["reachable[hub]"].problems == ("target hub cannot be reached: the API of GitHub refuses the connection",)
    started = time.monotonic()
    found = ask(live(silent, PROTECTED, timeout="200ms"))
    assert time.monotonic() - started < 5
    assert "gave no answer within 0.2 s" in found["reachable[hub]"].problems[0]
    assert found["github-branch-protection[hub]"].unknown == "target hub cannot be reached"


def test_a_hub_that_hangs_half_way_is_an_error(serve, ask) -> None:
    def hang(handler: Any) -> None:
        handler.server.stopped.wait(10)
        handler.close_connection = True

    server = serve({HOME: reply(REPOSITORY), f"{HOME}/branches/main": hang, f"{HOME}/environments/production": reply(PRODUCTION)})
    found = ask(live(server.url, PROTECTED, "rule: github-environment", timeout="500ms"))
    assert found["github-branch-protection[hub]"].error == "the API of GitHub gave no answer within 0.5 s"
    assert found["github-environment[hub]"] == Judged()


# -- tokens


def headers(asked: list[tuple[str, dict[str, str]]]) -> list[str | None]:
    return [given.get("Authorization") for _, given in asked]


def test_the_token_is_sent_to_the_api_alone(serve, ask) -> None:
    other, server = serve({HOME: reply(REPOSITORY)}), serve({})
    server.routes[HOME] = (301, {"Location": f"{server.url}/repositories/1"}, b"")  # renamed
    server.routes["/repositories/1"] = reply(REPOSITORY)
    server.routes[f"{HOME}/issues"] = reply([], Link=f'<{other.url}/issues?page=2>; rel="next"')
    judged = one(ask(live(server.url, "rule: ci-failure-backlog"), GITHUB_TOKEN=TOKEN))
    assert judged.error == f"the API of GitHub sends on to another host, {other.url}"
    assert headers(server.asked) == [f"Bearer {TOKEN}"] * 3
    assert {given["X-GitHub-Api-Version"] for _, given in server.asked} == {"2022-11-28"}
    server.routes[HOME] = (301, {"Location": f"{other.url}{HOME}"}, b"")
    (reached,) = ask(live(server.url), GITHUB_TOKEN=TOKEN).values()
    assert reached.problems == (f"target hub cannot be reached: the API of GitHub sends on to another host, {other.url}",)
    assert other.asked == []


def test_a_token_is_named_or_the_usual_one(serve, ask) -> None:
    server = serve({HOME: reply(REPOSITORY)})
    assert ask(live(server.url), GITHUB_TOKEN=TOKEN, OTHER="abcdef") == {"reachable[hub]": Judged()}
    assert ask(live(server.url, target=", token_env: OTHER"), GITHUB_TOKEN=TOKEN, OTHER="abcdef") == {"reachable[hub]": Judged()}
    assert ask(live(server.url)) == {"reachable[hub]": Judged()}
    assert headers(server.asked) == [f"Bearer {TOKEN}", "Bearer abcdef", None]
    (reached,) = ask(live(server.url, target=", token_env: OTHER"), GITHUB_TOKEN=TOKEN).values()
    assert reached.error == "the environment variable OTHER is not set, which target hub needs"


def test_a_repository_is_named_by_a_variable(serve, ask) -> None:
    server = serve({HOME: reply(REPOSITORY), "/api/v3/repos/shop-example/shop": reply(REPOSITORY)})
    text = live(f"{server.url}/api/v3/").replace("github: shop-example/shop", "github: {env: GITHUB_REPOSITORY}")
    assert ask(text, GITHUB_REPOSITORY="shop-example/shop") == {"reachable[hub]": Judged()}
    assert [path for path, _ in server.asked] == ["/api/v3/repos/shop-example/shop"]
    (reached,) = ask(text, GITHUB_REPOSITORY="../../user").values()
    assert reached.error == "target hub: '****' is no repository, which is written owner/name"


def test_tls_is_verified(hub, authority, trusted) -> None:
    assert one(hub(branch(RULES), PROTECTED, tls=certified(authority), target=trusted)) == Judged()
    reached, _ = hub(branch(RULES), PROTECTED, tls=certified(authority)).values()
    assert "has a certificate that is not valid" in reached.problems[0]


# -- mistakes and a run


@pytest.mark.parametrize(
    ("check", "mistake"),
    [
        ("rule: github-branch-protection, environment: production", "readiness.yaml:5:"),
        ("rule: github-environment, code_owners: true", "code_owners is not for a check of an environment: make it one of its own"),
        ("rule: github-push-protection, branch: main", "branch is not for a check of security settings: make it one of its own"),
        ("rule: github-environment, wait: soon", "wait: 'soon' is not a number"),
        ("rule: build-time", "what is to hold? declare one of "),
        ("rule: build-time, workflow: ci", "live.checks.0.workflow"),
        ("rule: build-time, workflow: ci.yml, unit: min", "durations of runs are in seconds"),
        ("rule: ci-failure-backlog, issues: ['a,b']", "live.checks.0.issues.0"),
        ("rule: github-branch-protection, path: /x", "path is not for a check of a github"),
        ("rule: github-branch-protection, at_most: 3", "at_most is about a number: measure one with issues or workflow"),
    ],
)
def test_a_mistake_is_told_at_its_line(check: str, mistake: str) -> None:
    found = mistakes(live("https://api.github.com", check))
    assert found and mistake in found[0], found


@pytest.mark.parametrize("name", ["shop", "a/b/c", "a/..", "/b", "a/", "a b/c", "https://github.com/a/b", "a/b?x=1", "-a/b"])
def test_a_repository_is_owner_and_name(name: str) -> None:
    (mistake,) = mistakes(f"live: {{targets: {{hub: {{github: '{name}'}}}}}}")
    assert f"{name!r} is no repository, which is written owner/name" in mistake


def test_a_run_shows_what_github_enforces(serve, pytester, monkeypatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    server = serve({HOME: reply({**REPOSITORY, "default_branch": f"main {TOKEN}"})} | {
        HOME + path: answer
        for path, answer in {
            **branch([pull_request(), required("e2e", app=15368), *BLOCKED]),
            "/environments/production": reply(PRODUCTION),
            RUNS: reply({"workflow_runs": [run(2)]}),
            "/environments/staging": reply({"message": f"may not: {TOKEN}"}, 418),
        }.items()
    })  # fmt: skip
    checks = (
        f"{PROTECTED}, branch: main",
        "rule: github-environment",
        "rule: build-time, workflow: ci.yml, branch: main",
        "rule: github-environment, name: staging, environment: staging",
        f"{PROTECTED}, name: default",
    )
    pytester.makefile(".yaml", readiness=live(server.url, *checks))
    (pytester.path / ".github" / "workflows").mkdir(parents=True)
    (pytester.path / ".github" / "workflows" / "ci.yml").write_text(CI)
    result = pytester.runpytest(
        "--readiness", "--readiness-live", "-m", "live", "-vv", "--showlocals", "--junitxml=own.xml", "--readiness-report=json:report.json"
    )
    result.assert_outcomes(passed=3, failed=2, errors=1, deselected=result.parseoutcomes().get("deselected", 0))
    result.stdout.fnmatch_lines([
        "readiness.yaml::live.reachable?hub? PASSED*",
        "readiness.yaml::live.github-branch-protection?hub? FAILED*",
        "readiness.yaml::live.github-environment?hub? PASSED*",
        "*P1 live.github-environment: /environments/staging answers with status 418: may not: [*][*][*][*]",
        "*P0 live.github-branch-protection: no job of .github/workflows reports the required check e2e*",
        "*build-time?hub?  below 5 min  2 min   60 % better  passed",
    ])  # fmt: skip
    junit, report = (pytester.path / "own.xml").read_text(), (pytester.path / "report.json").read_text()
    assert "60 % better" in junit and json.loads(report)
    for told in (junit, report, result.stdout.str(), result.stderr.str()):
        assert TOKEN not in told
