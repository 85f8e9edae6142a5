from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Block

PLACES = {
    "s3": ("bucket", "key", "workspace_key_prefix", "endpoint"),
    "gcs": ("bucket", "prefix"),
    "azurerm": ("storage_account_name", "container_name", "key"),
}


def has_place(backend: Block) -> bool:
    """Only a backend that names its bucket and key itself can be compared."""
    place = PLACES.get(backend.type)
    return place is not None and all(isinstance(backend.get(name), str) for name in place[:2])


@rule(
    "tf.env-separation",
    P2,
    on="tf.backend",
    when=has_place,
    category="IaC",
    remedy="give each root module a state key of its own",
    effort="1h",
)
def check(backend: Block, project: Project) -> Iterator[Finding]:
    """Every root module has a state of its own.

    Two directories with the same bucket and key share one state: an apply in one destroys what the other made.

    ```hcl good envs/dev/main.tf
    terraform {
      backend "s3" {
        bucket = "state"
        key    = "dev.tfstate"
      }
    }
    ```
    ```hcl with envs/prod/main.tf
    terraform {
      backend "s3" {
        bucket = "state"
        key    = "prod.tfstate"
      }
    }
    ```
    ```hcl bad envs/dev/main.tf
    terraform {
      backend "s3" {
        bucket = "state"
        key    = "shop.tfstate"            # <--
      }
    }
    ```
    ```hcl with envs/prod/main.tf
    terraform {
      backend "s3" {
        bucket = "state"
        key    = "shop.tfstate"            # <--
      }
    }
    ```
    """
    own = _place(backend)
    for other in project.resources("tf.backend"):
        if isinstance(other, Block) and other.module is not backend.module and _place(other) == own:
            names = PLACES[backend.type]
            yield backend.finding(
                f"the state is shared with {other.module.directory or '.'}: an apply in one destroys the other", backend.at(names[1])
            )
            return


def _place(backend: Block) -> tuple[object, ...] | None:
    values = [backend.get(name) for name in PLACES.get(backend.type, ())]
    if not values or any(is_unknown(value) for value in values):
        return None
    return (backend.type, *values)
