from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Repository
from pytest_readiness.formats.terraform.blocks import is_example
from pytest_readiness.formats.terraform.pipelines import policies


def is_run(repository: Repository) -> bool:
    """What only examples and libraries hold is run by nobody here."""
    return any(module.is_root and not is_example(module.directory) for module in repository.modules)


@rule(
    "tf.policy-as-code",
    P2,
    on="tf.repository",
    when=is_run,
    category="IaC",
    remedy="run conftest on `terraform show -json` in the pipeline",
    effort="1d",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """Plans are checked against policies of the organization.

    Scanners know what is wrong everywhere; only a policy of your own knows what is wrong here: regions, sizes,
    owners, what must never be destroyed. Sentinel, OPA with conftest, policy sets of HCP Terraform and own checks
    of checkov count.

    ```hcl good
    terraform {
      backend "s3" {}
    }
    ```
    ```yaml with .github/workflows/plan.yml
    on: pull_request
    jobs:
      plan:
        runs-on: ubuntu-24.04
        steps:
          - run: terraform show -json plan.out | conftest test -
    ```
    ```hcl bad
    terraform {                              # <--
      backend "s3" {}
    }
    ```
    """
    if any(True for _ in policies(project)) or repository.resources("tfe_policy_set", "tfe_sentinel_policy", "tfe_policy"):
        return
    repository.demand_all()
    home = next(module.home for module in repository.modules if module.is_root and not is_example(module.directory))
    yield repository.finding("no policy of your own checks the plans: what is wrong only here goes through", home)
