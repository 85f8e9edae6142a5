"""What protects a branch: rulesets and the classic protection together, since GitHub enforces both."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import NamedTuple
from urllib.parse import quote

from ...project import Project
from ...text import brief
from ..entries import Entry
from ..measure import Judged
from .api import Client
from .api import Refused
from .jobs import Names
from .jobs import names_of

ACTIONS = 15368  # the app that GitHub's own workflows report as
ADMINISTRATORS = {
    "OrganizationAdmin": "administrators of the organization",
    "RepositoryRole": "a role such as administrator",
    "EnterpriseOwner": "owners of the enterprise",
}


class Aspect(NamedTuple):
    """One thing that protection can be about: how each of both kinds says it, and what is so without it."""

    wanted: bool  # the value by which a check asks for it
    rule: str  # the type of a rule in a ruleset
    parameter: str  # of that rule; empty where the rule alone says it
    classic: tuple[str, str]
    problem: str


REVIEWS = "required_pull_request_reviews"
ASPECTS: Mapping[str, Aspect] = {
    "force_push": Aspect(False, "non_fast_forward", "", ("allow_force_pushes", "enabled"), "{} takes force pushes"),
    "deletions": Aspect(False, "deletion", "", ("allow_deletions", "enabled"), "{} can be deleted"),
    "signed": Aspect(True, "required_signatures", "", ("required_signatures", "enabled"), "{} takes commits without a signature"),
    "linear": Aspect(True, "required_linear_history", "", ("required_linear_history", "enabled"), "{} takes merge commits"),
    "code_owners": Aspect(
        True,
        "pull_request",
        "require_code_owner_review",
        (REVIEWS, "require_code_owner_reviews"),
        "{} takes changes that no code owner has reviewed",
    ),
    "dismiss_stale": Aspect(
        True,
        "pull_request",
        "dismiss_stale_reviews_on_push",
        (REVIEWS, "dismiss_stale_reviews"),
        "{} takes commits that were pushed after the review",
    ),
    "conversations": Aspect(
        True,
        "pull_request",
        "required_review_thread_resolution",
        ("required_conversation_resolution", "enabled"),
        "{} takes changes with open conversations",
    ),
    "up_to_date": Aspect(
        True,
        "required_status_checks",
        "strict_required_status_checks_policy",
        ("required_status_checks", "strict"),
        "{} takes changes that were checked against an older state of it",
    ),
}


@dataclass(frozen=True)
class Guard:
    """What one ruleset, or the classic protection, demands."""

    aspects: frozenset[str]
    approvals: int | None  # None: a change needs no pull request
    checks: Mapping[str, Any]  # by name, the app that must report it
    loophole: str  # how administrators get past it; empty where they do not, or where nobody asks


def prepare(entry: Entry, project: Project) -> Names | None:
    """The names under which the workflows of the repository report."""
    return names_of(project) if entry.body.get("checks") not in (None, False) else None


def judge(entry: Entry, client: Client) -> Judged:
    """What is declared of a branch. The classic protection is asked for only where the rulesets do not suffice: few tokens may see it."""
    body = entry.body
    branch = body.get("branch") or client.default_branch
    path = f"/branches/{quote(branch, safe='')}"
    try:
        told = client.mapping(path)
    except Refused as refused:
        if refused.status != 404:
            raise
        return Judged((f"there is no branch {branch}",))
    rules = list(client.items(f"/rules{path}"))
    admins = bool(body.get("admins"))
    guards = list(_rulesets(rules, client, admins=admins))
    problems = list(_problems(body, branch, guards))
    if problems and (classic := _classic(path, branch, told, client, admins=admins)):
        problems = list(_problems(body, branch, [*guards, classic]))
    judged = Judged(tuple(problems))
    if entry.prepared is None:
        return judged
    required = {name: app for guard in guards for name, app in guard.checks.items()} | _contexts(_at(told, "protection"))
    elsewhere = any(rule.get("type") == "workflows" for rule in rules)
    return judged.and_also(_never_green(required, entry.prepared, elsewhere=elsewhere))


def _problems(body: Mapping[str, Any], branch: str, guards: list[Guard]) -> Iterator[str]:
    """What is declared and does not hold; what holds only for some says for whom it does not."""
    if "reviews" in body:
        yield from _reviews(body["reviews"], branch, guards)
    for key, aspect in ASPECTS.items():
        if body.get(key) is aspect.wanted:
            yield from _unless(guards, lambda guard, key=key: key in guard.aspects, aspect.problem.format(branch))
    if body.get("checks"):
        wanted = body["checks"] if isinstance(body["checks"], list) else []
        for name in wanted:
            yield from _unless(guards, lambda guard, name=name: name in guard.checks, f"{branch} does not require the check {name}")
        if not wanted:
            yield from _unless(guards, lambda guard: bool(guard.checks), f"{branch} takes changes that no check has to pass")


def _reviews(wanted: int, branch: str, guards: list[Guard]) -> Iterator[str]:
    most = max((guard.approvals for guard in guards if guard.approvals is not None), default=None)
    if most is None or not wanted:
        problem = f"{branch} takes changes without a pull request"
    elif most < wanted:
        problem = f"{branch} takes changes after {most} of {wanted} approvals"
    else:
        problem = f"{branch} takes changes that were not approved"
    yield from _unless(guards, lambda guard: guard.approvals is not None and guard.approvals >= wanted, problem)


def _unless(guards: list[Guard], holds: Callable[..., bool], problem: str) -> Iterator[str]:
    holding = [guard for guard in guards if holds(guard)]
    if not holding:
        yield problem
    elif all(guard.loophole for guard in holding):
        yield f"{problem} where an administrator wants it: {holding[0].loophole}"


# -- both kinds of protection


def _rulesets(rules: list[Mapping[str, Any]], client: Client, *, admins: bool) -> Iterator[Guard]:
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for rule in rules:
        by_id.setdefault(str(rule.get("ruleset_id")), []).append(rule)
    for number, own in by_id.items():
        approvals = [
            _count(_at(rule, "parameters", "required_approving_review_count")) for rule in own if rule.get("type") == "pull_request"
        ]
        checks = (_checks(_at(rule, "parameters", "required_status_checks"), "integration_id") for rule in own)
        yield Guard(
            frozenset(key for key, aspect in ASPECTS.items() if any(_says(rule, aspect) for rule in own)),
            max(approvals, default=None),
            {name: app for found in checks for name, app in found.items()},
            _loophole(number, client) if admins else "",
        )


def _says(rule: Mapping[str, Any], aspect: Aspect) -> bool:
    return rule.get("type") == aspect.rule and (not aspect.parameter or _at(rule, "parameters", aspect.parameter) is True)


def _loophole(number: str, client: Client) -> str:
    """Whom a ruleset lets past among those who administer."""
    ruleset = client.mapping(f"/rulesets/{quote(number, safe='')}")
    name = brief(str(ruleset.get("name") or number), 60)
    actors = ruleset.get("bypass_actors")
    if not isinstance(actors, list):
        raise client.hidden(f"who may bypass the ruleset {name}", "Administration: write")
    types = {str(actor.get("actor_type")) for actor in actors if isinstance(actor, dict)}
    who = [called for kind, called in ADMINISTRATORS.items() if kind in types]
    return f"the ruleset {name} may be bypassed by {' and '.join(who)}" if who else ""


def _classic(path: str, branch: str, told: Mapping[str, Any], client: Client, *, admins: bool) -> Guard | None:
    if told.get("protected") is False:
        return None
    permission = "Administration: read (which the GITHUB_TOKEN of a workflow cannot have; rulesets need none)"
    if not client.token_env:
        raise client.hidden(f"the branch protection of {branch}", permission)
    try:
        found = client.mapping(f"{path}/protection")
    except Refused as refused:
        # a repository whose plan has no such thing, or a branch that is protected by rulesets alone
        if "not protected" in refused.message.lower() or refused.message.startswith("Upgrade to "):
            return None
        if refused.status in (403, 404):
            raise client.hidden(f"the branch protection of {branch}", permission) from None
        raise
    reviews = found.get(REVIEWS)
    return Guard(
        frozenset(key for key, aspect in ASPECTS.items() if (_at(found, *aspect.classic) is True) is aspect.wanted),
        _count(reviews.get("required_approving_review_count")) if isinstance(reviews, dict) else None,
        _contexts(found),
        "" if _at(found, "enforce_admins", "enabled") is True or not admins else "the branch protection does not bind administrators",
    )


def _contexts(protection: Any) -> dict[str, Any]:
    """The checks that the classic protection requires; an older server lists names alone."""
    required = _at(protection, "required_status_checks")
    names = _at(required, "contexts")
    named = {name: None for name in names if isinstance(name, str)} if isinstance(names, list) else {}
    return named | _checks(_at(required, "checks"), "app_id")


def _checks(listed: Any, app: str) -> dict[str, Any]:
    found = [check for check in listed if isinstance(check, dict)] if isinstance(listed, list) else []
    return {check["context"]: check.get(app) for check in found if isinstance(check.get("context"), str)}


def _at(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


# -- required checks that nothing reports


def _never_green(required: Mapping[str, Any], names: Names, *, elsewhere: bool) -> Judged:
    """Required checks that are called like no job; a failure where only a workflow of this repository could report them."""
    problems, advice = [], []
    for name, app in sorted(required.items()):
        if app not in (None, -1, ACTIONS) or names.has(name):
            continue
        said = f"no job of .github/workflows reports the required check {brief(name, 80)}{names.told}"
        if app == ACTIONS and names.complete and not elsewhere:
            problems.append(f"{said}: it can never become green")
        elif names.any or app == ACTIONS:
            advice.append(f"{said}: unless something else does, it can never become green")
    return Judged(tuple(problems), advice=tuple(advice))
