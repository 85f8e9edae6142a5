from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Repository
from pytest_readiness.formats.terraform.pipelines import validated


@rule(
    "tf.multi-cloud-parity",
    P3,
    on="tf.repository",
    category="IaC",
    remedy="add terraform validate or plan for the directory to the pipeline",
    needs="clouds",
    effort="1d",
)
def check(repository: Repository, project: Project, *, clouds: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Every supported cloud has a stack that a pipeline validates.

    A second cloud that nobody builds is a promise: when it is needed, it does not work any more. Asked where
    `clouds` names them (aws, google, azurerm).

    ```hcl good aws/main.tf
    resource "aws_vpc" "main" {}
    ```
    ```hcl with gcp/main.tf
    resource "google_compute_network" "main" {}
    ```
    ```yaml with .github/workflows/ci.yml
    on: push
    jobs:
      validate:
        strategy:
          matrix:
            directory: [aws, gcp]
        runs-on: ubuntu-24.04
        steps:
          - run: terraform -chdir=${{ matrix.directory }} validate
    ```
    ```yaml with readiness.yaml
    options:
      tf.multi-cloud-parity: {clouds: [aws, google]}
    ```
    ```hcl bad aws/main.tf
    resource "aws_vpc" "main" {}             # <--
    ```
    ```hcl with gcp/main.tf
    resource "google_compute_network" "main" {}  # <--
    ```
    ```yaml with readiness.yaml
    options:
      tf.multi-cloud-parity: {clouds: [aws, google]}
    ```
    """
    names = {"gcp": "google", "azure": "azurerm"}
    for cloud in clouds:
        prefix = f"{names.get(cloud, cloud)}_"
        stacks = [module for module in repository.modules if not module.called and any(type.startswith(prefix) for type in module.types)]
        if not stacks:
            repository.demand_all()
            yield repository.finding(f"nothing here is built on {cloud}")
        for stack in stacks:
            if not validated(project, stack.directory):
                yield repository.finding(f"no pipeline validates {stack.directory or '.'}, which is the stack on {cloud}", stack.home)
