"""Environments that ask somebody before a deployment, and what GitHub does about secrets and dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..entries import Entry
from ..measure import Judged
from .api import Client
from .api import Refused

# key of a check -> (name in security_and_analysis, what it is called)
SECURITY: Mapping[str, tuple[str, str]] = {
    "push_protection": ("secret_scanning_push_protection", "push protection of secret scanning"),
    "secret_scanning": ("secret_scanning", "secret scanning"),
    "dependabot": ("dependabot_security_updates", "security updates by Dependabot"),
}


def environment(entry: Entry, client: Client) -> Judged:
    """What is declared of a deployment environment."""
    name = entry.body["environment"]
    try:
        found = client.mapping(f"/environments/{quote(name, safe='')}")
    except Refused as refused:
        return client.missing(f"environment {name}", "Actions: read", refused)
    return Judged(tuple(_unprotected(entry.body, name, found)))


def _unprotected(body: Mapping[str, Any], name: str, found: Mapping[str, Any]) -> Iterator[str]:
    rules = found.get("protection_rules")
    by_type = {rule.get("type"): rule for rule in rules if isinstance(rule, dict)} if isinstance(rules, list) else {}
    asked: Mapping[str, Any] = by_type.get("required_reviewers", {})
    listed = asked.get("reviewers")
    reviewers = len(listed) if isinstance(listed, list) else 0
    if reviewers < body.get("reviewers", 0):
        yield f"deployments to {name} have {reviewers} required reviewers, at least {body['reviewers']} expected"
    if body.get("prevent_self_review") and asked.get("prevent_self_review") is not True:
        yield f"who starts a deployment to {name} may approve it as well"
    waited = by_type.get("wait_timer", {}).get("wait_timer")
    minutes = waited if isinstance(waited, int) else 0
    if minutes * 60 < body.get("wait", 0):
        yield f"deployments to {name} wait for {minutes} min, at least {body['wait'] / 60:g} min expected"
    policy = found.get("deployment_branch_policy")
    if "branches" in body and not isinstance(policy, dict):
        yield f"every branch can be deployed to {name}"
    elif body.get("branches") == "protected" and isinstance(policy, dict) and policy.get("protected_branches") is not True:
        yield f"{name} takes deployments from branches that are chosen by name, not from protected ones alone"
    if body.get("admins") and found.get("can_admins_bypass") is not False:
        yield f"administrators may deploy to {name} past its rules"


def security(entry: Entry, client: Client) -> Judged:
    """What is declared of secret scanning and of Dependabot; the answer about the repository says it to those who may change it."""
    found = client.repository.get("security_and_analysis")
    if not isinstance(found, dict):
        raise client.hidden("what is switched on for security", "Administration: read")
    problems = []
    for key, (name, called) in SECURITY.items():
        setting = found.get(name)
        status = setting.get("status") if isinstance(setting, dict) else "not available"
        if entry.body.get(key) and status != "enabled":
            problems.append(f"{called} is {'not available' if status == 'not available' else 'not switched on'}")
    return Judged(tuple(problems))
