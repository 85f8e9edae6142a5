from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root


@rule(
    "tf.required-version",
    P2,
    on="tf.root",
    category="IaC",
    remedy="set required_version in the terraform block",
    aliases=("tflint:terraform_required_version",),
)
def check(root: Root) -> Iterator[Finding]:
    """The Terraform version is constrained.

    A newer Terraform may upgrade the state so that nobody else can read it any more, an older one may
    misread the configuration.

    ```hcl good
    terraform {
      required_version = "~> 1.11"
    }
    ```
    ```hcl bad
    terraform {                            # <--
      backend "s3" {}
    }
    ```
    """
    if not any("required_version" in setting.body.attributes for setting in root.module.of("terraform")):
        root.module.demand_all()
        yield root.finding("no required_version: any Terraform may change the state")
