from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P0
from pytest_readiness import Finding
from pytest_readiness import Project
from pytest_readiness import rule
from pytest_readiness.formats.terraform.blocks import Repository
from pytest_readiness.formats.terraform.secrets import is_secret
from pytest_readiness.formats.terraform.settings import is_true

_STORES = re.compile(
    r"(aws_secretsmanager_|google_secret_manager_|azurerm_key_vault|vault_|sops_|onepassword_|akeyless_|doppler_|hcp_vault|oci_vault_|infisical_)"
)
_KUBERNETES = re.compile(
    r"^kind:\s*(ExternalSecret|SecretStore|ClusterSecretStore|SealedSecret|SecretProviderClass|VaultStaticSecret)\b|^sops:\s*$",
    re.MULTILINE,
)


def uses_secrets(repository: Repository) -> bool:
    return bool(_secrets(repository))


def _secrets(repository: Repository) -> list[str]:
    """Secret variables and arguments of the root modules; a library gets its secrets from its callers."""
    found = []
    for module in repository.modules:
        if module.is_root:
            found += [block.name for block in module.resources("tf.variable") if is_secret(block.label)]
            for _, item in module.items:
                body = item.section.body if item.kind == "tf.resource" else None  # type: ignore[union-attr]
                found += [f"{item.name}.{name}" for name in body.attributes if is_secret(name)] if body else []
    return found


@rule(
    "tf.secrets-manager-present",
    P0,
    on="tf.repository",
    when=uses_secrets,
    category="Security & Compliance",
    remedy="keep secrets in AWS Secrets Manager, Google Secret Manager, Azure Key Vault or Vault",
    effort="1d",
)
def check(repository: Repository, project: Project) -> Iterator[Finding]:
    """Secrets are kept in a managed store.

    Infrastructure that needs passwords or keys gets them from a store that encrypts them, records who read
    them and rotates them. Judged where a root module has secret variables or arguments.

    ```hcl good
    terraform {
      backend "s3" {}
    }
    data "aws_secretsmanager_secret_version" "db" {
      secret_id = "db"
    }
    resource "aws_elasticache_replication_group" "cache" {
      auth_token = data.aws_secretsmanager_secret_version.db.secret_string
    }
    ```
    ```hcl bad
    terraform {                            # <--
      backend "s3" {}
    }
    variable "db_password" {}
    ```
    """
    if any(_STORES.match(type) for module in repository.modules for type in module.types):
        return
    for module in repository.modules:
        for block in module.resources("aws_ssm_parameter", "data.aws_ssm_parameter"):
            if block.kind == "tf.data" or block.get("type") == "SecureString":
                return
        for block in module.resources("aws_db_instance", "aws_rds_cluster", "tf.module-call"):
            managed = block.get("manage_master_user_password")
            if managed is not None and is_true(managed):
                return
        if any(_STORES.match(block.labels[0]) for block in module.of("ephemeral") if block.labels):
            return
    if any(path.endswith((".yaml", ".yml")) and _KUBERNETES.search(project.glance(path)) for path in project.paths):
        return
    repository.demand_all()
    first = _secrets(repository)
    home = next(module.home for module in repository.modules if module.is_root)
    yield repository.finding(f"no managed secret store is used, although {first[0]} holds a secret", home)
