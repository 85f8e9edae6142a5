"""The rules about AWS: the traps beyond their examples."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import pytest

from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.testing import verdicts

RULES = {rule.id: rule for rule in builtin.rules("tf")}
Files = dict[str, str] | str


def judged(rule: str, files: Files, **options: object) -> str:
    """``passed``, ``failed``, ``unknown`` or ``nothing``; with ``+advice``."""
    named = {"main.tf": files} if isinstance(files, str) else files
    project = Project.of({path: textwrap.dedent(text) for path, text in named.items()})
    outcomes = list(verdicts(replace(RULES[rule], settings=options), project))
    for outcome in outcomes:
        if outcome.crash is not None:
            raise outcome.crash
    advice = "+advice" if any(outcome.advice for outcome in outcomes) else ""
    if any(outcome.failing for outcome in outcomes):
        return f"failed{advice}"
    if any(outcome.unknown is not None for outcome in outcomes):
        return f"unknown{advice}"
    return f"passed{advice}" if outcomes else "nothing"


ACCOUNT = """
    provider "aws" {}
    resource "aws_db_instance" "main" {}
"""


@pytest.mark.parametrize("rule", ["tf.cloudtrail", "tf.dr-configuration"])
def test_what_another_repository_keeps_is_not_asked_here(rule: str) -> None:
    assert judged(rule, ACCOUNT) == "failed"
    assert judged(rule, ACCOUNT, kept_elsewhere=True) == "nothing"


def test_a_trail_that_stands_here_is_judged_although_the_account_keeps_one_elsewhere() -> None:
    assert judged("tf.cloudtrail", 'resource "aws_cloudtrail" "main" {}', kept_elsewhere=True) == "failed"


CASES = [
    # keys of one's own
    ("tf.customer-managed-keys", 'resource "aws_sns_topic" "t" {}', "nothing", "a topic without any key is for storage-encrypted"),
    (
        "tf.customer-managed-keys",
        """
        variable "key" {}
        resource "aws_ebs_volume" "v" {
          kms_key_id = var.key
        }
        """,
        "passed",
        "a key that somebody passes in is a key",
    ),
    ("tf.customer-managed-keys", 'resource "aws_lambda_function" "f" {}', "nothing", "a function without variables has nothing to encrypt"),
    ("tf.customer-managed-keys", 'resource "aws_db_instance" "d" {}', "nothing", "no insights, no key for insights"),
    (
        "tf.customer-managed-keys",
        """
        resource "aws_s3_bucket" "logs" {}
        resource "aws_s3_bucket_acl" "logs" {
          bucket = aws_s3_bucket.logs.id
          acl    = "log-delivery-write"
        }
        """,
        "nothing",
        "S3 delivers logs with its own key only",
    ),
    ("tf.secrets-kms", 'resource "aws_secretsmanager_secret" "s" {}', "passed+advice", "the key of Secrets Manager is advice"),
    ("tf.secrets-kms", 'resource "aws_ssm_parameter" "p" {\n  type = "String"\n}', "nothing", "a plain parameter is no secret"),
    (
        "tf.tls-only-policy",
        """
        resource "aws_s3_bucket" "data" {}
        resource "aws_s3_bucket_policy" "data" {
          bucket = aws_s3_bucket.data.id
          policy = data.aws_iam_policy_document.all.json
        }
        data "aws_iam_policy_document" "all" {
          source_policy_documents = [data.aws_iam_policy_document.tls.json, data.aws_iam_policy_document.all.json]
        }
        data "aws_iam_policy_document" "tls" {
          statement {
            effect = "Deny"
            condition {
              test     = "Bool"
              variable = "aws:SecureTransport"
              values   = ["false"]
            }
          }
        }
        """,
        "passed",
        "a document that is put together from others denies what they deny",
    ),
    (
        "tf.tls-only-policy",
        """
        variable "common" {}
        resource "aws_s3_bucket" "data" {}
        resource "aws_s3_bucket_policy" "data" {
          bucket = aws_s3_bucket.data.id
          policy = data.aws_iam_policy_document.all.json
        }
        data "aws_iam_policy_document" "all" {
          source_policy_documents = [var.common]
        }
        """,
        "unknown",
        "what a document from elsewhere denies is not known",
    ),
    # logs
    ("tf.access-logging", 'resource "aws_lb" "l" {\n  load_balancer_type = "gateway"\n}', "nothing", "a gateway load balancer has no log"),
    (
        "tf.log-exports",
        """
        resource "aws_redshift_cluster" "c" {}
        resource "aws_redshift_logging" "c" {
          cluster_identifier = aws_redshift_cluster.c.id
        }
        """,
        "passed",
        "a log that a resource of its own switches on",
    ),
    (
        "tf.log-exports",
        'resource "aws_db_instance" "d" {\n  engine = "aurora-mysql"\n}',
        "nothing",
        "an Aurora instance exports what its cluster says",
    ),
    (
        "tf.log-exports",
        'resource "aws_mq_broker" "b" {\n  logs {\n    audit = true\n  }\n}',
        "passed",
        "one of the logs of a broker is enough",
    ),
    (
        "tf.bucket-access-logging",
        """
        resource "aws_s3_bucket" "data" {
          logging {
            target_bucket = aws_s3_bucket.logs.id
          }
        }
        resource "aws_s3_bucket" "logs" {}
        """,
        "passed",
        "the bucket that takes the logs of another is not asked",
    ),
    # policies
    (
        "tf.public-policies",
        """
        data "aws_iam_policy_document" "endpoint" {
          statement {
            principals {
              type        = "*"
              identifiers = ["*"]
            }
          }
        }
        resource "aws_vpc_endpoint" "s3" {
          policy = data.aws_iam_policy_document.endpoint.json
        }
        """,
        "nothing",
        "everybody is usual in the policy of an endpoint",
    ),
    (
        "tf.public-policies",
        """
        resource "aws_sqs_queue" "q" {}
        resource "aws_sqs_queue_policy" "q" {
          policy = <<EOF
        {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:*", "Resource": "${aws_sqs_queue.q.arn}"}]}
        EOF
        }
        """,
        "failed",
        "a text with unknown parts is read for what is known",
    ),
    (
        "tf.public-policies",
        """
        variable "who" {}
        resource "aws_sqs_queue_policy" "q" {
          policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = var.who }, Action = "sqs:*" }] })
        }
        """,
        "unknown",
        "a principal that nobody knows yet",
    ),
    (
        "tf.public-policies",
        """
        resource "aws_sqs_queue_policy" "q" {
          policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "sqs:*",
            Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::*" } } }] })
        }
        """,
        "failed",
        "a condition that everybody meets narrows nothing",
    ),
    (
        "tf.public-policies",
        """
        resource "aws_kms_key" "k" {
          policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = "kms:*" }] })
        }
        """,
        "passed",
        "a key policy for the root of the account",
    ),
    (
        "tf.github-oidc",
        """
        variable "org" {}
        data "aws_iam_policy_document" "d" {
          statement {
            principals {
              type        = "Federated"
              identifiers = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]
            }
            condition {
              test     = "StringLike"
              variable = "token.actions.githubusercontent.com:sub"
              values   = ["repo:${var.org}/shop:*"]
            }
          }
        }
        """,
        "passed",
        "a subject with an unknown part names a repository",
    ),
    (
        "tf.iam-sensitive-actions",
        """
        data "aws_iam_policy_document" "d" {
          statement {
            actions   = ["secretsmanager:GetSecretValue"]
            resources = ["*"]
            condition {
              test     = "StringEquals"
              variable = "aws:ResourceTag/app"
              values   = ["shop"]
            }
          }
        }
        """,
        "passed",
        "a condition narrows it",
    ),
    # service accounts
    (
        "tf.irsa",
        """
        data "aws_iam_policy_document" "d" {
          statement {
            principals {
              type        = "Federated"
              identifiers = ["arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"]
            }
          }
        }
        """,
        "failed",
        "no subject at all",
    ),
    (
        "tf.irsa",
        """
        module "role" {
          source = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
          oidc_providers = {
            main = { namespace_service_accounts = ["shop:*"] }
          }
        }
        """,
        "failed",
        "a wildcard in a call of the role module",
    ),
    (
        "tf.irsa",
        """
        resource "aws_eks_node_group" "g" {
          node_role_arn = aws_iam_role.node.arn
        }
        resource "aws_iam_role" "node" {}
        resource "aws_iam_role_policy_attachment" "n" {
          role       = aws_iam_role.node.name
          policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
        }
        """,
        "passed",
        "what a node itself needs",
    ),
    *(
        (
            rule,
            """
            variable "statements" {}
            data "aws_iam_policy_document" "d" {
              dynamic "statement" {
                for_each = var.statements
                content {}
              }
            }
            """,
            expected,
            "statements that nobody knows are said to be unknown once",
        )
        for rule, expected in (("tf.irsa", "nothing"), ("tf.github-oidc", "nothing"), ("tf.iam-least-privilege", "unknown"))
    ),
    # costs
    (
        "tf.graviton",
        'resource "aws_instance" "i" {\n  instance_type = "m6i.large"\n}',
        "passed+advice",
        "nodes are advice without images for ARM",
    ),
    ("tf.graviton", 'resource "aws_instance" "i" {\n  instance_type = "g5.xlarge"\n}', "passed", "a GPU has no Graviton equivalent"),
    ("tf.graviton", 'resource "aws_instance" "i" {\n  instance_type = "c7gn.large"\n}', "passed", "a Graviton family with more letters"),
    (
        "tf.graviton",
        'resource "aws_db_instance" "d" {\n  engine = "sqlserver-se"\n  instance_class = "db.r6i.large"\n}',
        "nothing",
        "SQL Server runs on x86 only",
    ),
    (
        "tf.spot-diversified",
        'resource "aws_eks_node_group" "g" {\n  capacity_type = "ON_DEMAND"\n}',
        "nothing",
        "capacity on demand is not taken away",
    ),
    (
        "tf.spot-diversified",
        'resource "aws_eks_node_group" "g" {\n  capacity_type = "SPOT"\n}',
        "failed",
        "left out, the instance type is one",
    ),
    (
        "tf.spot-diversified",
        """
        resource "aws_autoscaling_group" "g" {
          mixed_instances_policy {
            instances_distribution {
              on_demand_percentage_above_base_capacity = 0
            }
            launch_template {
              override {
                instance_requirements {}
              }
            }
          }
        }
        """,
        "passed",
        "requirements select the types",
    ),
    # the network
    (
        "tf.network-acl-ingress",
        """
        resource "aws_network_acl" "a" {
          ingress {
            rule_no    = 10
            action     = "deny"
            protocol   = "tcp"
            cidr_block = "0.0.0.0/0"
            from_port  = 0
            to_port    = 65535
          }
          ingress {
            rule_no    = 20
            action     = "allow"
            protocol   = "-1"
            cidr_block = "0.0.0.0/0"
            from_port  = 0
            to_port    = 0
          }
        }
        """,
        "passed",
        "the first rule that matches decides",
    ),
    ("tf.encryption-between-nodes", 'resource "aws_opensearch_domain" "d" {}', "nothing", "one node talks to nobody"),
    (
        "tf.encryption-in-transit",
        'resource "aws_db_parameter_group" "p" {\n  family = "postgres16"\n}',
        "passed",
        "PostgreSQL 15 and newer refuse plain connections by default",
    ),
    (
        "tf.encryption-in-transit",
        'resource "aws_db_parameter_group" "p" {\n  family = "postgres14"\n}',
        "failed",
        "older ones have to be told",
    ),
    (
        "tf.encryption-in-transit",
        'resource "aws_db_parameter_group" "p" {\n  family = "oracle-ee-19"\n}',
        "nothing",
        "Oracle has no such parameter",
    ),
    (
        "tf.cache-auth",
        'resource "aws_elasticache_replication_group" "c" {\n  transit_encryption_enabled = true\n  user_group_ids = ["app"]\n}',
        "passed",
        "users of their own count as a password",
    ),
    ("tf.waf", 'resource "aws_lb" "l" {\n  internal = true\n}', "nothing", "what is internal needs no web application firewall"),
    (
        "tf.dnssec",
        'resource "aws_route53_zone" "z" {\n  vpc {\n    vpc_id = "vpc-1"\n  }\n}',
        "nothing",
        "a private zone is asked by nobody outside",
    ),
    # containers and functions
    (
        "tf.privileged-containers",
        """
        variable "definitions" {}
        resource "aws_ecs_task_definition" "t" {
          container_definitions = var.definitions
        }
        """,
        "unknown",
        "containers that somebody passes in",
    ),
    ("tf.lambda-runtime", 'resource "aws_lambda_function" "f" {\n  package_type = "Image"\n}', "nothing", "an image brings its runtime"),
    (
        "tf.api-authorization",
        'resource "aws_api_gateway_method" "m" {\n  http_method = "OPTIONS"\n  authorization = "NONE"\n}',
        "nothing",
        "preflight",
    ),
    (
        "tf.asg-health-check",
        'resource "aws_autoscaling_group" "g" {}',
        "nothing",
        "without a load balancer nobody else asks the instances",
    ),
    ("tf.ami-owners", 'data "aws_ami" "a" {\n  owners = ["self"]\n}', "passed", "one's own images"),
    # copies
    (
        "tf.cross-region-backup",
        'resource "aws_db_instance" "d" {\n  replicate_source_db = "main"\n}',
        "nothing",
        "a replica needs no copy",
    ),
    (
        "tf.cross-region-backup",
        """
        provider "aws" {
          region = "eu-west-1"
        }
        resource "aws_db_instance" "d" {}
        resource "aws_backup_plan" "p" {
          rule {
            copy_action {
              destination_vault_arn = "arn:aws:backup:eu-west-1:123456789012:backup-vault:other"
            }
          }
        }
        resource "aws_backup_selection" "s" {
          plan_id   = aws_backup_plan.p.id
          resources = [aws_db_instance.d.arn]
        }
        """,
        "failed",
        "a copy in the same region is lost with it",
    ),
    ("tf.cross-region-replication", 'resource "aws_s3_bucket" "b" {}', "nothing", "only what tags call critical"),
    (
        "tf.rds-gp3",
        'resource "aws_launch_template" "t" {\n  block_device_mappings {\n    ebs {\n      volume_type = "gp2"\n    }\n  }\n}',
        "failed",
        "the disks of nodes",
    ),
    ("tf.rds-gp3", 'resource "aws_instance" "i" {\n  root_block_device {}\n}', "passed", "the image decides where nothing is said"),
    (
        "tf.log-retention",
        'resource "aws_s3_bucket_lifecycle_configuration" "b" {\n  bucket = "data"\n  rule {\n    expiration {\n      days = 7\n    }\n  }\n}',
        "nothing",
        "a bucket without a trail may forget",
    ),
    # what belongs to the account
    ("tf.budget", 'resource "aws_vpc" "v" {}', "nothing", "a library is nobody's account"),
    ("tf.aws-observability-backend", ACCOUNT, "passed", "without the option nothing is asked"),
]


@pytest.mark.parametrize(("rule", "text", "expected"), [case[:3] for case in CASES], ids=[f"{case[0][3:]}: {case[3]}" for case in CASES])
def test_traps(rule: str, text: str, expected: str) -> None:
    assert judged(rule, text) == expected


@pytest.mark.parametrize("rule", ["tf.budget", "tf.cost-anomaly", "tf.cloudwatch-dashboard", "tf.cross-region-backup"])
def test_more_that_another_repository_may_keep(rule: str) -> None:
    assert judged(rule, ACCOUNT) == "failed"
    assert judged(rule, ACCOUNT, kept_elsewhere=True) == "nothing"


def test_a_root_that_only_calls_modules_runs_in_an_account_too() -> None:
    files = {"main.tf": 'provider "aws" {}\nmodule "db" {\n  source = "./db"\n}', "db/main.tf": 'resource "aws_db_instance" "main" {}'}
    assert judged("tf.cloudwatch-dashboard", files) == "failed"
    assert judged("tf.dr-configuration", files) == "failed"


def test_clusters_are_counted_where_they_are_made() -> None:
    cluster = {"modules/eks/main.tf": 'resource "aws_eks_cluster" "main" {}'}
    call = 'provider "aws" {}\nmodule "eks" {\n  source = "../../modules/eks"\n}'
    assert judged("tf.nonprod-cluster-consolidation", {**cluster, "envs/dev/main.tf": call, "envs/prod/main.tf": call}) == "passed"
    assert judged("tf.nonprod-cluster-consolidation", {**cluster, "envs/dev/main.tf": call, "envs/staging/main.tf": call}) == "failed"


def test_a_part_of_a_bucket_of_another_module_with_the_same_name_is_not_its_own() -> None:
    text = """
        resource "aws_s3_bucket" "one" {
          bucket = "same"
        }
        resource "aws_s3_bucket" "two" {
          bucket = "same"
        }
        resource "aws_s3_bucket_versioning" "one" {
          bucket = aws_s3_bucket.one.id
          versioning_configuration {
            status = "Enabled"
          }
        }
    """
    project = Project.of({"main.tf": textwrap.dedent(text)})
    outcomes = list(verdicts(RULES["tf.bucket-versioning"], project))
    assert [bool(outcome.failing) for outcome in outcomes] == [False, True]


def test_nodes_are_to_move_to_graviton_once_images_are_built_for_it() -> None:
    instance = 'resource "aws_instance" "i" {\n  instance_type = "m6i.large"\n}'
    workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: docker buildx build --platform linux/amd64,linux/arm64 .\n"
    assert judged("tf.graviton", {"main.tf": instance, ".github/workflows/ci.yml": workflow}) == "failed"
    assert judged("tf.graviton", {"main.tf": instance, ".github/workflows/ci.yml": workflow}, allow=("m6i.*",)) == "passed"


def test_grafana_dashboards_count_where_they_are_the_choice() -> None:
    files = {"main.tf": textwrap.dedent(ACCOUNT), "dashboards/shop.json": '{"panels": []}'}
    assert judged("tf.cloudwatch-dashboard", files) == "failed"
    assert judged("tf.cloudwatch-dashboard", files, grafana=True) == "passed"


def test_secrets_need_a_key_of_their_own_under_the_strict_option() -> None:
    assert judged("tf.secrets-kms", 'resource "aws_secretsmanager_secret" "s" {}', strict=True) == "failed"
