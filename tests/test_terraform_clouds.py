"""Google Cloud and Azure in Terraform: the traps of the rules beyond their examples."""

from __future__ import annotations

import textwrap

import pytest
from judging import judge

from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.formats.terraform import clusters
from pytest_readiness.formats.terraform import exposure
from pytest_readiness.formats.terraform import hosts
from pytest_readiness.formats.terraform import identities
from pytest_readiness.formats.terraform import keys
from pytest_readiness.formats.terraform import records
from pytest_readiness.formats.terraform import services
from pytest_readiness.formats.terraform.settings import Setting

GKE, AKS = "google_container_cluster", "azurerm_kubernetes_cluster"


def block(type: str, body: str = "", label: str = "x") -> str:
    return f'resource "{type}" "{label}" {{\n{textwrap.indent(textwrap.dedent(body), "  ")}\n}}\n'


CASES = [
    # clusters
    ("autopilot enforces network policies by itself", "tf.cluster-network-policy", block(GKE, "enable_autopilot = true"), "pass"),
    ("autopilot that is off enforces nothing", "tf.cluster-network-policy", block(GKE, "enable_autopilot = false"), "fail"),
    (
        "an unknown data path is unknown",
        "tf.cluster-network-policy",
        'variable "p" {}\n' + block(GKE, "datapath_provider = var.p"),
        "unknown",
    ),
    ("an AKS cluster without a network profile", "tf.cluster-network-policy", block(AKS), "fail"),
    ("RBAC is on unless it is switched off", "tf.cluster-rbac", block(AKS), "pass"),
    ("the old RBAC block of AKS", "tf.cluster-rbac", block(AKS, "role_based_access_control {\n  enabled = false\n}"), "fail"),
    ("an empty password of the master is none", "tf.cluster-static-credentials", block(GKE, 'master_auth {\n  password = ""\n}'), "pass"),
    (
        "networks given by a variable may be anything",
        "tf.cluster-api-networks",
        'variable "n" {}\n'
        + block(GKE, 'master_authorized_networks_config {\n  dynamic "cidr_blocks" {\n    for_each = var.n\n    content {}\n  }\n}'),
        "unknown",
    ),
    (
        "authorized networks without a network let nobody in",
        "tf.cluster-api-networks",
        block(GKE, "master_authorized_networks_config {}"),
        "pass",
    ),
    ("a release channel that is not set is REGULAR", "tf.cluster-upgrades", block(GKE), "pass"),
    ("no release channel", "tf.cluster-upgrades", block(GKE, 'release_channel {\n  channel = "UNSPECIFIED"\n}'), "fail"),
    ("upgrades of AKS are off when they say none", "tf.cluster-upgrades", block(AKS, 'automatic_upgrade_channel = "none"'), "fail"),
    ("the old name of the upgrade channel", "tf.cluster-upgrades", block(AKS, 'automatic_channel_upgrade = "stable"'), "pass"),
    ("a node pool repairs itself by default", "tf.node-auto-repair", block("google_container_node_pool"), "pass"),
    (
        "the old name of the metadata server",
        "tf.node-metadata",
        block("google_container_node_pool", 'node_config {\n  workload_metadata_config {\n    node_metadata = "EXPOSE"\n  }\n}'),
        "fail",
    ),
    ("a pool without node_config runs as the default account", "tf.own-service-account", block("google_container_node_pool"), "fail"),
    (
        "a cluster without node_config is judged by its pools",
        "tf.own-service-account",
        block(GKE, "remove_default_node_pool = true"),
        "pass",
    ),
    (
        "the default account by data source",
        "tf.own-service-account",
        'data "google_compute_default_service_account" "d" {}\n'
        + block("google_compute_instance", "service_account {\n  email = data.google_compute_default_service_account.d.email\n}"),
        "fail",
    ),
    ("an instance without an account has none", "tf.own-service-account", block("google_compute_instance"), "none"),
    (
        "the policy add-on of azurerm 2",
        "tf.cluster-admission",
        block(AKS, "addon_profile {\n  azure_policy {\n    enabled = true\n  }\n}"),
        "pass",
    ),
    # hosts
    (
        "metadata are texts in any case",
        "tf.no-serial-port",
        block("google_compute_instance", 'metadata = {\n  serial-port-enable = "TRUE"\n}'),
        "fail",
    ),
    (
        "a serial port that is 1 is on",
        "tf.no-serial-port",
        block("google_compute_instance", "metadata = {\n  serial-port-enable = 1\n}"),
        "fail",
    ),
    ("an instance need not repeat OS Login", "tf.os-login", block("google_compute_instance"), "pass"),
    (
        "OS Login of the project makes its keys void",
        "tf.no-project-ssh-keys",
        block("google_compute_instance") + block("google_compute_project_metadata", 'metadata = { enable-oslogin = "TRUE" }'),
        "pass",
    ),
    (
        "nodes that GKE made are not ours",
        "tf.no-ip-forwarding",
        block("google_compute_instance", 'name = "gke-a"\ncan_ip_forward = true'),
        "none",
    ),
    ("a Windows machine has no SSH", "tf.ssh-keys-only", block("azurerm_windows_virtual_machine"), "none"),
    (
        "secure boot that is switched off",
        "tf.shielded-vm",
        block("google_compute_instance", "shielded_instance_config {\n  enable_secure_boot = false\n}"),
        "fail",
    ),
    # keys
    (
        "an expiration that is computed is one",
        "tf.key-expiration",
        block("azurerm_key_vault_secret", "expiration_date = time_offset.y.rfc3339"),
        "pass",
    ),
    (
        "purge protection from a variable",
        "tf.purge-protection",
        'variable "p" {}\n' + block("azurerm_key_vault", "purge_protection_enabled = var.p"),
        "unknown",
    ),
    (
        "a retention out of range",
        "tf.purge-protection",
        block("azurerm_key_vault", "purge_protection_enabled = true\nsoft_delete_retention_days = 5"),
        "fail",
    ),
    (
        "the key of a storage account in a resource of its own",
        "tf.customer-managed-keys",
        block("azurerm_storage_account")
        + block("azurerm_storage_account_customer_managed_key", "storage_account_id = azurerm_storage_account.x.id"),
        "pass",
    ),
    ("a storage account with the key of Azure", "tf.customer-managed-keys", block("azurerm_storage_account"), "fail"),
    # who may
    (
        "a member by reference is somebody",
        "tf.no-public-access",
        block("google_storage_bucket_iam_member", 'role = "r"\nmember = "serviceAccount:${google_service_account.a.email}"'),
        "pass",
    ),
    (
        "a member that a variable names",
        "tf.no-public-access",
        'variable "m" {}\n' + block("google_storage_bucket_iam_member", "member = var.m"),
        "unknown",
    ),
    (
        "a policy written as JSON",
        "tf.no-public-access",
        block("google_kms_crypto_key_iam_policy", 'policy_data = jsonencode({ bindings = [{ role = "r", members = ["allUsers"] }] })'),
        "fail",
    ),
    ("a public ACL", "tf.no-public-access", block("google_storage_bucket_acl", 'role_entity = ["READER:allUsers"]'), "fail"),
    (
        "anonymous pulls that the Basic tier does not have",
        "tf.no-public-access",
        block("azurerm_container_registry", 'sku = "Basic"\nanonymous_pull_enabled = true'),
        "pass",
    ),
    (
        "an impersonation role on one account is fine",
        "tf.no-impersonation",
        block("google_service_account_iam_member", 'role = "roles/iam.serviceAccountUser"'),
        "none",
    ),
    (
        "a role that a condition chooses, bad in both cases",
        "tf.no-impersonation",
        'variable "c" {}\n'
        + block("google_project_iam_member", 'role = var.c ? "roles/iam.serviceAccountUser" : "roles/iam.serviceAccountTokenCreator"'),
        "fail",
    ),
    (
        "a project's number in the default account",
        "tf.default-account-roles",
        block(
            "google_project_iam_member", 'member = "serviceAccount:${data.google_project.p.number}-compute@developer.gserviceaccount.com"'
        )
        + 'data "google_project" "p" {}',
        "fail",
    ),
    (
        "a person at the organization is for access-by-groups",
        "tf.no-personal-accounts",
        block("google_project_iam_member", 'member = "user:jane@example.com"'),
        "pass",
    ),
    # networks
    (
        "the services of Azure are not the internet",
        "tf.database-firewall",
        block("azurerm_mssql_firewall_rule", 'start_ip_address = "0.0.0.0"\nend_ip_address = "0.0.0.0"'),
        "pass",
    ),
    (
        "half of the internet",
        "tf.database-firewall",
        block("azurerm_mssql_firewall_rule", 'start_ip_address = "0.0.0.0"\nend_ip_address = "128.0.0.0"'),
        "fail",
    ),
    (
        "an address that is none",
        "tf.database-firewall",
        block("azurerm_mssql_firewall_rule", 'start_ip_address = "x"\nend_ip_address = "y"'),
        "pass",
    ),
    (
        "an address that a variable names",
        "tf.database-firewall",
        'variable "a" {}\n' + block("azurerm_mssql_firewall_rule", 'start_ip_address = var.a\nend_ip_address = "1.2.3.4"'),
        "unknown",
    ),
    (
        "a vault that denies by default",
        "tf.private-only",
        block("azurerm_key_vault", 'network_acls {\n  default_action = "Deny"\n  bypass = "AzureServices"\n}'),
        "pass",
    ),
    ("a vault out of the public network", "tf.private-only", block("azurerm_key_vault", "public_network_access_enabled = false"), "pass"),
    (
        "the rules of a storage account in a resource of their own",
        "tf.private-only",
        block("azurerm_storage_account")
        + block("azurerm_storage_account_network_rules", 'storage_account_id = azurerm_storage_account.x.id\ndefault_action = "Deny"'),
        "pass",
    ),
    ("a private zone needs no signature", "tf.dnssec", block("google_dns_managed_zone", 'visibility = "private"'), "none"),
    # databases
    (
        "a flag of another engine is not judged",
        "tf.database-flags",
        block(
            "google_sql_database_instance",
            'database_version = "POSTGRES_16"\nsettings {\n  database_flags {\n    name = "local_infile"\n    value = "on"\n  }\n}',
        ),
        "pass",
    ),
    (
        "flags from a variable",
        "tf.database-flags",
        'variable "f" {}\n'
        + block("google_sql_database_instance", 'settings {\n  dynamic "database_flags" {\n    for_each = var.f\n    content {}\n  }\n}'),
        "unknown",
    ),
    (
        "the policy of another server",
        "tf.database-auditing",
        block("azurerm_mssql_server") + block("azurerm_mssql_server_extended_auditing_policy", "server_id = azurerm_mssql_server.y.id"),
        "fail",
    ),
    (
        "a replica needs no recovery of its own",
        "tf.point-in-time-recovery",
        block("google_sql_database_instance", 'master_instance_name = "main"'),
        "none",
    ),
    (
        "a database without any backups lacks those first",
        "tf.point-in-time-recovery",
        block("google_sql_database_instance", 'settings {\n  tier = "db-f1-micro"\n}'),
        "none",
    ),
    (
        "a pool for GitHub without a condition is said once",
        "tf.github-oidc",
        block("google_iam_workload_identity_pool_provider", 'oidc {\n  issuer_uri = "https://token.actions.githubusercontent.com"\n}'),
        "none",
    ),
    (
        "a pool for GitHub whose condition names no repository",
        "tf.github-oidc",
        block(
            "google_iam_workload_identity_pool_provider",
            'attribute_condition = "true"\noidc {\n  issuer_uri = "https://token.actions.githubusercontent.com"\n}',
        ),
        "fail",
    ),
    ("a development database", "tf.point-in-time-recovery", {"envs/dev/main.tf": block("google_sql_database_instance")}, "none"),
    (
        "binary logs of MySQL",
        "tf.point-in-time-recovery",
        block("google_sql_database_instance", "settings {\n  backup_configuration {\n    binary_log_enabled = true\n  }\n}"),
        "pass",
    ),
    (
        "zero days of audit log is for ever",
        "tf.log-retention",
        block("azurerm_mssql_database_extended_auditing_policy", "retention_in_days = 0"),
        "pass",
    ),
    ("backups of PostgreSQL in one region", "tf.cross-region-backup", block("azurerm_postgresql_flexible_server"), "fail"),
    (
        "a budget of Google Cloud",
        "tf.budget",
        'provider "google" {}\nresource "google_pubsub_topic" "t" {}\n'
        + block("google_billing_budget", "threshold_rules {\n  threshold_percent = 0.8\n}"),
        "pass",
    ),
    ("a subscription without a budget", "tf.budget", 'provider "azurerm" {}\nresource "azurerm_resource_group" "g" {}', "fail"),
    (
        "spot nodes of AKS in development",
        "tf.spot-nonprod",
        {"envs/dev/main.tf": block("azurerm_kubernetes_cluster_node_pool", 'priority = "Spot"')},
        "pass",
    ),
    ("nodes of GKE on demand in production", "tf.spot-nonprod", {"envs/prod/main.tf": block("google_container_node_pool")}, "none"),
    ("a bucket that takes logs", "tf.bucket-access-logging", block("google_storage_bucket", 'name = "shop-access-logs"'), "none"),
    (
        "alerts on the metrics of Cloud SQL",
        "tf.cloudwatch-alarms",
        block("google_sql_database_instance")
        + block("google_monitoring_alert_policy", 'conditions {\n  filter = "metric.type = cloudsql.googleapis.com/database/disk"\n}'),
        "pass",
    ),
    (
        "an alert of Azure that tells nobody",
        "tf.cloudwatch-alarms",
        block("azurerm_redis_cache") + block("azurerm_monitor_metric_alert", "scopes = [azurerm_redis_cache.x.id]"),
        "fail",
    ),
    (
        "a budget of Azure that notifies tells of a jump in costs",
        "tf.cost-anomaly",
        'provider "azurerm" {}\nresource "azurerm_resource_group" "g" {}\n'
        + block("azurerm_consumption_budget_subscription", "notification {\n  threshold = 80\n}"),
        "pass",
    ),
    (
        "weighted records of Cloud DNS",
        "tf.dns-failover",
        'provider "google" {}\n' + block("google_dns_record_set", "routing_policy {\n  wrr {\n    weight = 1\n  }\n}"),
        "pass",
    ),
    (
        "a subject of GitHub that is anybody's",
        "tf.github-oidc",
        block(
            "azuread_application_federated_identity_credential",
            'issuer = "https://token.actions.githubusercontent.com"\nsubject = "repo:*"',
        ),
        "fail",
    ),
    (
        "a condition that names the owner",
        "tf.github-oidc",
        block(
            "google_iam_workload_identity_pool_provider",
            """
            attribute_condition = "assertion.repository_owner == 'shop'"
            oidc {
              issuer_uri = "https://token.actions.githubusercontent.com"
            }
            """,
        ),
        "pass",
    ),
    (
        "a firewall of the Standard tier has no intrusion detection",
        "tf.intrusion-prevention",
        block("azurerm_firewall_policy", 'sku = "Standard"'),
        "none",
    ),
    # applications
    ("FTP is off by default in the new resources", "tf.no-plain-ftp", block("azurerm_linux_web_app"), "pass"),
    ("and on in the old ones", "tf.no-plain-ftp", block("azurerm_app_service"), "fail"),
    (
        "origins from a variable",
        "tf.cors",
        'variable "o" {}\n' + block("azurerm_linux_web_app", "site_config {\n  cors {\n    allowed_origins = var.o\n  }\n}"),
        "unknown",
    ),
    (
        "a development plan may be free",
        "tf.sla-tier",
        block("azurerm_service_plan", 'sku_name = "F1"\ntags = { Environment = "dev" }'),
        "none",
    ),
    ("no identity at all", "tf.managed-identity", block("azurerm_linux_web_app", 'identity {\n  type = " "\n}'), "fail"),
    (
        "a policy of a gateway that is made elsewhere",
        "tf.waf",
        block("azurerm_application_gateway", "firewall_policy_id = module.waf.id"),
        "pass",
    ),
]


@pytest.mark.parametrize(("rule", "files", "verdict"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_clouds(rule: str, files: str | dict[str, str], verdict: str) -> None:
    assert judge(rule, {"main.tf": files} if isinstance(files, str) else files) == verdict


TABLES = [
    (f"{module.__name__.rpartition('.')[2]}.{name}", table)
    for module in (clusters, exposure, hosts, identities, keys, records, services)
    for name, table in vars(module).items()
    if name.isupper() and isinstance(table, dict) and all(isinstance(setting, Setting) for row in table.values() for setting in row)
]


@pytest.mark.parametrize("table", [table for _, table in TABLES], ids=[name for name, _ in TABLES])
def test_tables_say_what_is_wanted(table: dict[str, tuple[Setting, ...]]) -> None:
    assert table
    for type, settings in table.items():
        assert type.startswith(("google_", "azurerm_", "aws_"))
        for setting in settings:
            assert setting.want and all(setting.path)


WRONG = ['"text"', "[1, {}]", "{}", "-1", "null"]
CLOUD_RULES = [
    rule
    for rule in builtin.rules("tf")
    if any(alias.startswith(("CKV_GCP", "CKV2_GCP", "GCP-", "CKV_AZURE", "AZU-")) for alias in rule.aliases)
]


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("name", ["shielded_instance_config", "site_config", "network_acls", "settings", "access", "identity", "metadata"])
def test_values_of_the_wrong_kind_are_judged_without_a_crash(name: str, value: str) -> None:
    types = (
        "google_compute_instance",
        "azurerm_linux_web_app",
        "azurerm_key_vault",
        "google_sql_database_instance",
        "google_bigquery_dataset",
    )
    text = "".join(f'resource "{type}" "x" {{\n  {name} = {value}\n}}\n' for type in types)
    project = Project.of({"main.tf": text})
    for rule in CLOUD_RULES:
        assert judge(rule.id, project) in ("none", "pass", "fail", "unknown", "advice")


ODD = [
    'resource "google_project_iam_member" "x" {\n  role = {}\n  member = [1, {}]\n}',
    'data "google_iam_policy" "x" {\n  binding = 3\n}',
    'resource "azurerm_mssql_firewall_rule" "x" {\n  start_ip_address = []\n}',
    'resource "google_dns_managed_zone" "x" {\n  dnssec_config = [[1]]\n}',
    'resource "google_kms_crypto_key_iam_policy" "x" {\n  policy_data = jsonencode([1])\n}',
    'resource "google_kms_crypto_key_iam_policy" "x" {\n  policy_data = "["\n}',
    'resource "google_sql_database_instance" "x" {\n  settings {\n    database_flags = [1, { name = [], value = {} }]\n  }\n}',
    'resource "google_container_cluster" "x" {\n  cluster_autoscaling = 1\n  node_config = []\n}',
    'resource "azurerm_kubernetes_cluster" "x" {\n  addon_profile = []\n  default_node_pool = 3\n}',
    "variable {}\nprovider {}\nresource {}\nmodule {}\noutput {}",
    'module "m" {\n  source = "../../.."\n  providers = 3\n}\nterraform {\n  required_providers {\n    a = 1\n  }\n}',
    'check "x" {\n  data {}\n}\nprovider "aws" {\n  alias = 1\n}',
]


@pytest.mark.parametrize("text", ODD)
def test_odd_blocks_are_judged_without_a_crash(text: str) -> None:
    project = Project.of({"main.tf": text})
    for rule in builtin.rules("tf"):
        assert judge(rule.id, project) in ("none", "pass", "fail", "unknown", "advice")
