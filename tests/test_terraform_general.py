"""How Terraform is written, and what a repository does with it: the traps of the rules beyond their examples."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.formats.terraform.style import scan
from pytest_readiness.settings import load
from pytest_readiness.settings import rule_settings
from pytest_readiness.testing import verdicts


def judged(rule_id: str, files: str | dict[str, str]) -> list[str]:
    """What a rule says, each message; ``unknown: why``; ``none`` without an item. Options come from a readiness.yaml."""
    project = Project.of({"main.tf": files} if isinstance(files, str) else files)
    rule = next(rule for rule in builtin.rules("tf") if rule.id == rule_id)
    rule = replace(rule, settings=rule_settings(rule, load(project)))
    outcomes = list(verdicts(rule, project))
    for outcome in outcomes:
        assert outcome.crash is None, outcome.crash
    said = [finding.message for outcome in outcomes for finding in outcome.failing]
    said += [f"unknown: {outcome.unknown}" for outcome in outcomes if outcome.unknown]
    return said if outcomes else ["none"]


MARKS = [
    ("a comment of the style guide", "# a\n", []),
    ("a comment at the end of a line", "a = 1 // b\n", ["comment // b"]),
    ("a comment over lines", "/* a\n b */ c = 1", ["comment /* a\n b */"]),
    ("a comment that never ends", "/* a", ["comment /* a"]),
    ("slashes in a text", 'a = "https://x" # y', []),
    ("a text around one expression", 'a = "${b}"', ['wrapped "${b}"']),
    ("a text with something else", 'a = "${b}-"', []),
    ("two expressions in a text", 'a = "${b}${c}"', []),
    ("one in the other", 'a = "${"${b}"}"', ['wrapped "${b}"', 'wrapped "${"${b}"}"']),
    ("an escaped interpolation", 'a = "$${b}"', []),
    ("a directive", 'a = "%{ if b }c%{ endif }"', []),
    ("braces within the expression", 'a = "${ { b = "}" }["b"] }"', ['wrapped "${ { b = "}" }["b"] }"']),
    ("a quote in a text", 'a = "\\"${b}"', []),
    ("a text in a heredoc is no text", 'a = <<EOF\n"${b}"\nEOF\n', []),
    ("a heredoc that is indented", 'a = <<-EOF\n  "${b}"\n  EOF\nc = "${d}"\n', ['wrapped "${d}"']),
    ("a splat in a heredoc", "a = <<EOF\n%{ for i in b.*.c }${i}%{ endfor }\nEOF\n", ["index .*"]),
    ("an old index", "a = b.0", ["index .0"]),
    ("an old index after another", "a = b.*.0.c", ["index .*", "index .0"]),
    ("an old index after a bracket", "a = b[0].1", ["index .1"]),
    ("a number", "a = 1.5 + 0.25", []),
    ("a number with an exponent", "a = 1.5e3", []),
    ("a version in a text", 'a = "1.0.0"', []),
    ("a text that never ends", 'a = "${b', []),
    ("nothing", "", []),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in MARKS], ids=[case[0] for case in MARKS])
def test_marks(text: str, expected: list[str]) -> None:
    assert [f"{mark.kind} {text[mark.start : mark.end]}" for mark in scan(text)] == expected


@pytest.mark.parametrize("piece", ['"${', "<<EOF\n", "/*", "${", '"', "{", "a.0", "%{", "\\", "}", "\n", '"$${'])
def test_scanning_takes_time_in_proportion(piece: str) -> None:
    start = time.process_time()
    for _ in scan(piece * (50_000 // len(piece))):
        pass
    assert time.process_time() - start < 5


UNUSED = "tf.unused-declarations"
ENVS = {"envs/dev/main.tf": 'terraform {\n  backend "s3" {}\n}\n', "envs/prod/main.tf": 'terraform {\n  backend "s3" {}\n}\n'}
MANY = "".join(f'resource "aws_sqs_queue" "q{number}" {{}}\n' for number in range(51))
CASES: list[tuple[str, str, str | dict[str, str], list[str]]] = [
    (
        "a variable that only its own validation reads",
        UNUSED,
        'variable "a" {\n  validation {\n    condition = var.a != ""\n  }\n}',
        ["variable a is never used"],
    ),
    ("a variable that another file reads", UNUSED, {"a.tf": 'variable "a" {}', "b.tf": 'output "b" {\n  value = var.a\n}'}, []),
    ("a local used in a template", UNUSED, 'locals {\n  a = 1\n}\noutput "b" {\n  value = "x${local.a}"\n}', []),
    (
        "a data source used in depends_on",
        UNUSED,
        'data "aws_region" "r" {}\nresource "aws_vpc" "v" {\n  depends_on = [data.aws_region.r]\n}',
        [],
    ),
    (
        "an alias that a module is given",
        UNUSED,
        'provider "aws" {\n  alias = "b"\n}\nmodule "m" {\n  source = "./m"\n  providers = {\n    aws = aws.b\n  }\n}',
        [],
    ),
    ("an alias for nobody", UNUSED, 'provider "aws" {\n  alias = "b"\n}', ["provider alias aws.b is never used"]),
    (
        "a file that cannot be read",
        UNUSED,
        {"main.tf": 'variable "a" {}', "x.tf": "resource {{"},
        ["unknown: a file of the module cannot be read"],
    ),
    (
        "a variable in JSON that a key names",
        UNUSED,
        {"main.tf.json": '{"resource": {"x_y": {"z": {"a": {"${var.v}": 1}}}}, "variable": {"v": {}}}'},
        [],
    ),
    (
        "a provider that a module in the repository uses",
        "tf.unused-providers",
        {
            "main.tf": 'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\nmodule "m" {\n  source = "./m"\n}',
            "m/main.tf": 'resource "aws_vpc" "v" {}',
        },
        [],
    ),
    (
        "a provider that no module in the repository uses",
        "tf.unused-providers",
        {
            "main.tf": 'terraform {\n  required_providers {\n    tls = {\n      source = "hashicorp/tls"\n    }\n  }\n}\nmodule "m" {\n  source = "./m"\n}',
            "m/main.tf": 'resource "aws_vpc" "v" {}',
        },
        ["the provider tls is required and never used"],
    ),
    (
        "a module from elsewhere may use any provider",
        "tf.unused-providers",
        'terraform {\n  required_providers {\n    tls = {\n      source = "hashicorp/tls"\n    }\n  }\n}\nmodule "m" {\n  source = "a/b/c"\n}',
        [],
    ),
    (
        "an empty description is none",
        "tf.documented-interface",
        'output "a" {\n  value = 1\n  description = ""\n}',
        ["output a has no description"],
    ),
    ("a module without an interface", "tf.documented-interface", "locals {}", []),
    ("a secret that is marked ephemeral", "tf.sensitive-variables", 'variable "db_password" {\n  ephemeral = true\n}', []),
    ("a switch about secrets is no secret", "tf.sensitive-variables", 'variable "manage_password" {\n  type = bool\n}', []),
    ("the name of a secret is no secret", "tf.sensitive-variables", 'variable "secret_name" {}', []),
    ("keys that a variable gives", "tf.map-keys-unique", 'variable "k" {}\nlocals {\n  a = { (var.k) = 1, (var.k) = 2 }\n}', []),
    (
        "keys with and without quotes",
        "tf.map-keys-unique",
        'locals {\n  a = { b = 1, "b" = 2 }\n}',
        ["the key b is written twice: only the last one holds"],
    ),
    (
        "the default of lookup is not asked twice",
        "tf.deprecated-lookup",
        'variable "m" {}\nlocals {\n  a = lookup(lookup(var.m, "a", {}), "b", 1)\n}',
        [],
    ),
    (
        "workspaces of another backend",
        "tf.workspace-remote",
        'terraform {\n  backend "s3" {}\n}\nlocals {\n  a = terraform.workspace\n}',
        ["none"],
    ),
    ("no convention, no check", "tf.naming-convention", 'variable "A-b" {}', []),
    (
        "a root with fifty-one resources",
        "tf.modules",
        'terraform {\n  backend "s3" {}\n}\n' + MANY,
        ["51 resources in one directory and no module: nothing of it can be used again"],
    ),
    ("a large root that calls a module", "tf.modules", 'terraform {\n  backend "s3" {}\n}\nmodule "m" {\n  source = "./m"\n}\n' + MANY, []),
    (
        "environments that differ in a value are no copies",
        "tf.modules",
        {path: text + 'resource "aws_sqs_queue" "q" {}\n' for path, text in ENVS.items()}
        | {
            "envs/prod/x.tf": 'resource "aws_vpc" "v" {\n  cidr_block = "a"\n}',
            "envs/dev/x.tf": 'resource "aws_vpc" "v" {\n  cidr_block = "b"\n}',
            "readiness.yaml": "options:\n  tf.modules: {copies: 2}\n",
        },
        [],
    ),
    ("an example may be large", "tf.modules", {"examples/all/main.tf": 'terraform {\n  backend "s3" {}\n}\n' + MANY}, ["none"]),
    (
        "an autoscaling group does not pass default tags on",
        "tf.common-tags",
        {
            "main.tf": 'provider "aws" {\n  default_tags {\n    tags = { Team = "web" }\n  }\n}\nresource "aws_autoscaling_group" "a" {}',
            "readiness.yaml": "options:\n  tf.common-tags: {tags: [Team]}\n",
        },
        ["the tag Team is missing"],
    ),
    (
        "tags merged with what is not known",
        "tf.common-tags",
        {
            "main.tf": 'variable "t" {}\nresource "aws_sqs_queue" "q" {\n  tags = merge(var.t, { Name = "q" })\n}',
            "readiness.yaml": "options:\n  tf.common-tags: {tags: [Team]}\n",
        },
        ["unknown"],
    ),
    (
        "default tags of the caller's provider",
        "tf.common-tags",
        {
            "main.tf": 'provider "aws" {\n  default_tags {\n    tags = { Team = "web" }\n  }\n}\nmodule "m" {\n  source = "./m"\n}',
            "m/main.tf": 'resource "aws_sqs_queue" "q" {}',
            "readiness.yaml": "options:\n  tf.common-tags: {tags: [Team]}\n",
        },
        [],
    ),
    (
        "another provider's default tags",
        "tf.common-tags",
        {
            "main.tf": 'provider "aws" {\n  alias = "b"\n  default_tags {\n    tags = { Team = "web" }\n  }\n}\nresource "aws_sqs_queue" "q" {}',
            "readiness.yaml": "options:\n  tf.common-tags: {tags: [Team]}\n",
        },
        ["the tag Team is missing"],
    ),
    (
        "what takes no tags",
        "tf.common-tags",
        {"main.tf": 'resource "aws_iam_role_policy" "p" {}', "readiness.yaml": "options:\n  tf.common-tags: {tags: [Team]}\n"},
        ["none"],
    ),
    (
        "a policy in a comment of a pipeline",
        "tf.policy-as-code",
        {**ENVS, ".github/workflows/a.yml": "# conftest test plan.json\non: push\n"},
        ["no policy of your own checks the plans: what is wrong only here goes through"],
    ),
    ("a policy set of HCP Terraform", "tf.policy-as-code", {**ENVS, "x/main.tf": 'resource "tfe_policy_set" "p" {}'}, []),
    (
        "a policy in Rego about plans",
        "tf.policy-as-code",
        {**ENVS, "policy/tags.rego": "package main\ndeny[msg] { input.resource_changes[_] }\n"},
        [],
    ),
    (
        "Rego about Kubernetes is none",
        "tf.policy-as-code",
        {**ENVS, "policy/pods.rego": "package k8s\ndeny[msg] { input.kind }\n"},
        ["no policy of your own checks the plans: what is wrong only here goes through"],
    ),
    (
        "a library is planned by nobody here",
        "tf.policy-as-code",
        'variable "a" {}\noutput "b" {\n  value = var.a\n}\nterraform {}',
        ["none"],
    ),
    (
        "a chart that Argo CD installs",
        "tf.helm-integration",
        {
            **ENVS,
            "charts/a/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
            "apps/a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: a\n",
        },
        [],
    ),
    (
        "a library chart is installed by nobody",
        "tf.helm-integration",
        {**ENVS, "charts/a/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\ntype: library\n"},
        ["none"],
    ),
    ("no chart", "tf.helm-integration", ENVS, ["none"]),
    (
        "a cloud that is not there",
        "tf.multi-cloud-parity",
        {
            "aws/main.tf": 'resource "aws_vpc" "v" {}',
            "ci.sh": "terraform -chdir=aws validate",
            "readiness.yaml": "options:\n  tf.multi-cloud-parity: {clouds: [aws, gcp]}\n",
        },
        ["nothing here is built on gcp"],
    ),
    (
        "a component by the source of a module",
        "tf.declared-stack",
        {
            "main.tf": 'module "m" {\n  source = "terraform-aws-modules/eks/aws"\n}',
            "readiness.yaml": "options:\n  tf.declared-stack: {components: [terraform-aws-modules/eks/aws, aws_vpc]}\n",
        },
        ["nothing here defines aws_vpc"],
    ),
]


@pytest.mark.parametrize(("rule", "files", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_general(rule: str, files: str | dict[str, str], expected: list[str]) -> None:
    said = judged(rule, files)
    if expected == ["unknown"]:
        assert [text[:8] for text in said] == ["unknown:"]
    else:
        assert said == expected
