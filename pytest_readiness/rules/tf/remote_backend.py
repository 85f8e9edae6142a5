from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Root
from pytest_readiness.formats.terraform.blocks import is_example
from pytest_readiness.formats.terraform.terragrunt_unit import keeps_state

_COMMENTED = re.compile(r"^[ \t]*(?:#|//|/?\*)[ \t]*(backend[ \t]+\"|cloud[ \t]*\{)", re.MULTILINE)


def matters(root: Root) -> bool:
    return not is_example(root.module.directory)


@rule(
    "tf.remote-backend",
    P0,
    on="tf.root",
    when=matters,
    category="IaC",
    remedy='add a remote backend, such as backend "s3" with use_lockfile = true',
    effort="2h",
)
def check(root: Root, project: Project) -> Iterator[Finding]:
    """State is kept in a remote backend.

    State on one machine is lost with it, cannot be locked against a second apply, and holds secrets in
    plain text. Every directory in which Terraform is run needs a backend; modules have none.

    ```hcl good
    terraform {
      backend "s3" {}
    }
    ```
    ```hcl good
    terraform {
      cloud {
        organization = "shop"
      }
    }
    ```
    ```hcl bad
    terraform {                            # <--
      required_version = ">= 1.10"
      # backend "s3" {}
    }
    ```
    ```hcl bad
    terraform {
      backend "local" {                    # <--
        path = "terraform.tfstate"
      }
    }
    ```
    """
    settings = list(root.module.of("terraform"))
    backends = [block for setting in settings for block in setting.body.blocks if block.type in ("backend", "cloud")]
    for backend in backends:
        if backend.type == "backend" and backend.labels == ("local",):
            yield root.finding('backend "local" keeps the state on one machine', backend.span)
    if backends:
        return
    if keeps_state(project, root.module.directory):
        return
    root.module.demand_all()
    commented = any(_COMMENTED.search(project.text(path)) for path in root.module.paths if not path.endswith(".json"))
    if commented:
        yield root.finding("the backend is commented out: state stays on the machine that ran Terraform")
    else:
        yield root.finding("no backend: state stays on the machine that ran Terraform, unlocked and unshared")
