"""What a repository on GitHub is asked."""

from __future__ import annotations

from collections.abc import Mapping

from .ways import Way

REPOSITORY = """\
live:
  targets:
    repository: {github: shop-example/shop}
  checks:
    - rule: RULE
      target: repository
"""

WAYS: Mapping[str, Way] = {
    "reachable": Way(
        "live:\n  targets:\n    repository: {github: shop-example/shop, token_env: GITHUB_TOKEN}\n",
    ),
    "github-branch-protection": Way(
        REPOSITORY + "      branch: main\n      reviews: 1\n      code_owners: true\n      checks: [ci, build]\n      admins: true\n",
        {"reviews": 1, "checks": True, "force_push": False, "deletions": False},
    ),
    "github-environment": Way(
        REPOSITORY + "      environment: production\n      reviewers: 2\n      prevent_self_review: true\n      branches: protected\n",
        {"environment": "production", "reviewers": 1},
    ),
    "github-push-protection": Way(
        REPOSITORY + "      push_protection: true\n      secret_scanning: true\n",
        {"push_protection": True},
    ),
    "ci-failure-backlog": Way(
        REPOSITORY + "      issues: [ci-failure]\n      at_most: 0\n",
        {"issues": ["ci-failure"]},
    ),
    "build-time": Way(
        REPOSITORY + "      workflow: ci.yml\n      runs: 20\n      below: 5min\n",
    ),
    "deploy-time": Way(
        REPOSITORY + "      workflow: deploy.yml\n      job: production\n      below: 10min\n",
    ),
}
