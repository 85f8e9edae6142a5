"""Terraform in its other clothes: OpenTofu, JSON, override files, lock files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from judging import judge

from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.checks import evaluate
from pytest_readiness.formats.terraform.lockfile import allows
from pytest_readiness.formats.terraform.runs import module_in
from pytest_readiness.model import Finding

ENVIRONMENT = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}


def reasons(files: Mapping[str, str], path: str) -> list[str]:
    contents = Project.of(files).contents(path)
    assert contents is not None
    return [failure.reason for failure in contents.failures]


def found(rule_id: str, files: Mapping[str, str]) -> list[Finding]:
    project = Project.of(files)
    rule = next(rule for rule in builtin.rules("tf") if rule.id == rule_id)
    resources = [resource for kind in rule.on for resource in project.resources(kind)]
    return [finding for resource in resources if rule.applies(resource, project) for finding in evaluate(rule, resource, project).failing]


# -- OpenTofu

VOLUME = 'resource "aws_ebs_volume" "v" {\n  encrypted = %s\n}\n'


@pytest.mark.parametrize(
    ("first", "second"),
    [("main.tf", "main.tofu"), ("x_override.tf", "x_override.tofu"), ("a/main.tf", "a/main.tofu")],
)
def test_opentofu_reads_its_own_file_of_two_with_a_name(first: str, second: str) -> None:
    base = {"base.tf": VOLUME % "null"} if "override" in first else {}
    files = {**base, first: VOLUME % "false", second: VOLUME % "true"}
    assert judge("tf.storage-encrypted", files) == "pass"
    project = Project.of(files)
    contents = project.contents(first)
    assert contents is not None and contents.resources == () and contents.failures == ()
    assert contents.unjudged == f"OpenTofu reads {second} in place of this file: judged there"


def test_opentofu_reads_its_own_json_of_two_with_a_name() -> None:
    text = '{"resource": {"aws_ebs_volume": {"v": {"encrypted": %s}}}}'
    assert judge("tf.storage-encrypted", {"main.tf.json": text % "false", "main.tofu.json": text % "true"}) == "pass"


def test_native_and_json_of_a_name_are_two_files() -> None:
    files = {"main.tf": VOLUME % "true", "main.tofu.json": '{"resource": {"aws_ebs_volume": {"w": {"encrypted": false}}}}'}
    assert judge("tf.storage-encrypted", files) == "fail"
    files = {"main.tf": VOLUME % "true", "main.tf.json": '{"resource": {"aws_ebs_volume": {"v": {"encrypted": false}}}}'}
    assert reasons(files, "main.tf.json") == ["aws_ebs_volume.v is defined twice, first at main.tf:1:1"]


def test_files_of_both_kinds_are_one_module() -> None:
    files = {"variables.tf": 'variable "on" {\n  default = true\n}\n', "main.tofu": VOLUME % "var.on"}
    assert judge("tf.storage-encrypted", files) == "pass"


# -- JSON

JSON = """{
  "//": "a comment",
  "variable": {"on": {"type": "bool", "default": true}, "ports": {"type": "list(string)", "default": [22]}},
  "locals": {"any": "0.0.0.0/0"},
  "terraform": [{"required_version": "~> 1.9", "required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.0"}}}],
  "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "us", "region": "us-east-1"}]},
  "resource": [
    {
      "//": "another",
      "aws_security_group": {
        "a": {
          "//": "why",
          "count": "${var.on ? 2 : 0}",
          "ingress": [{"from_port": 22, "to_port": 22, "cidr_blocks": ["${local.any}"]}]
        },
        "b": {
          "dynamic": {
            "ingress": {
              "for_each": "${var.ports}",
              "iterator": "port",
              "content": {"from_port": "${port.value}", "to_port": "${port.value}",
                          "cidr_blocks": ["${local.any}"]}
            }
          }
        },
        "none": {"count": 0, "ingress": [{"from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}]}
      }
    },
    {"aws_ebs_volume": {"v": [{
       "lifecycle": {"prevent_destroy": true},
       "encrypted": "${!var.on}"}]}}
  ],
  "module": {"m": {"source": "./m", "encrypted": "${!var.on}"}},
  "output": {"o": {"value": "${aws_ebs_volume.v.id}"}}
}
"""
CALLED = 'variable "encrypted" {}\nresource "aws_ebs_volume" "m" {\n  encrypted = var.encrypted\n}\n'


def test_json_is_read_as_terraform_reads_it() -> None:
    files = {"main.tf.json": JSON, "m/main.tf": CALLED}
    assert reasons(files, "main.tf.json") == []
    module = module_in("", Project.of(files))
    assert [block.address for block in module.resources("aws_security_group")] == ["aws_security_group.a", "aws_security_group.b"]
    assert module.variable("ports") == ["22"]
    volume = module.find("aws_ebs_volume.v")
    assert volume is not None and volume.get("encrypted") is False and volume.get("lifecycle", "prevent_destroy") is True
    first = module.find("aws_security_group.a")
    assert first is not None and first.instances == 2
    assert [block.name for block in module.resources("tf.provider")] == ["provider.aws", "provider.aws.us"]


def test_findings_in_json_point_at_the_argument() -> None:
    files = {"main.tf.json": JSON, "m/main.tf": CALLED}
    lines = JSON.split("\n")
    spans = [finding.span for finding in found("tf.no-open-ingress", files)]
    assert [lines[span.line - 1][span.column - 1 : span.end_column - 1] for span in spans] == [
        '"cidr_blocks": ["${local.any}"]',
        '"cidr_blocks": ["${local.any}"]',
    ]
    assert [span.line for span in spans] == [14, 22]
    encrypted = [(str(finding.span), lines[finding.span.line - 1].strip()) for finding in found("tf.storage-encrypted", files)]
    assert sorted(text for _, text in encrypted) == [
        '"encrypted": "${!var.on}"}]}}',
        '"module": {"m": {"source": "./m", "encrypted": "${!var.on}"}},',
    ]


def test_a_value_that_json_passes_on_is_found_where_it_is_written() -> None:
    files = {
        "main.tf": 'module "m" {\n  source    = "./m"\n  encrypted = false\n}\n',
        "m/main.tf.json": '{"variable": {"encrypted": {}},\n "resource": {"aws_ebs_volume": {"v": {"encrypted": "${var.encrypted}"}}}}',
    }
    assert [str(finding.span) for finding in found("tf.storage-encrypted", files)] == ["main.tf:3:3"]


def test_references_in_json_to_what_is_not_declared_fail() -> None:
    text = '{"locals": {\n  "a": "${var.gone}",\n  "b": "text var.fine"}}'
    assert reasons({"main.tf.json": text}, "main.tf.json") == ["var.gone refers to a variable that is not declared"]


def test_dynamic_blocks_inside_of_blocks_in_json_are_unknown() -> None:
    text = '{"resource": {"aws_s3_bucket": {"b": {"versioning": {"dynamic": {"x": {"for_each": [1], "content": {}}}}}}}}'
    block = module_in("", Project.of({"a.tf.json": text})).find("aws_s3_bucket.b")
    assert block is not None
    inner = block.blocks("versioning")[0]
    assert inner.blocks("y") == ()
    assert str(repr(inner.blocks("x"))) == "Unknown('dynamic x inside of another block in JSON')"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"resource": 5}', "resource must be a JSON object"),
        ('{"resource": {"a": {"b": "x"}}}', "resource must be a JSON object"),
        ('{"resource": {"a": {"b": {"lifecycle": 1}}}}', "lifecycle must be a JSON object"),
        ("[]", "the file must hold a JSON object"),
        ('{"resource": {"a"', "not valid YAML"),
    ],
)
def test_json_of_a_wrong_shape_fails(text: str, reason: str) -> None:
    assert reasons({"main.tf.json": text}, "main.tf.json")[0].startswith(reason)


# -- override files


def test_override_files_apply_in_the_order_of_their_names() -> None:
    files = {
        "main.tf": 'resource "aws_ebs_volume" "v" {\n  encrypted = false\n  size = 1\n}\n',
        "a_override.tf": 'resource "aws_ebs_volume" "v" {\n  encrypted = false\n  size = 2\n}\n',
        "b_override.tf.json": '{"resource": {"aws_ebs_volume": {"v": {"encrypted": true}}}}',
    }
    block = module_in("", Project.of(files)).find("aws_ebs_volume.v")
    assert block is not None and (block.get("encrypted"), block.get("size")) == (True, 2)
    assert str(block.at("encrypted")).startswith("b_override.tf.json:1:") and block.path == "main.tf"


INGRESS = 'from_port = 22\n    to_port = 22\n    cidr_blocks = ["0.0.0.0/0"]'
GROUP = f'resource "aws_security_group" "g" {{\n  ingress {{\n    {INGRESS}\n  }}\n  dynamic "egress" {{\n    for_each = [1]\n    content {{\n      from_port = 1\n    }}\n  }}\n}}\n'


@pytest.mark.parametrize(
    ("override", "ingress", "egress"),
    [
        ('resource "aws_security_group" "g" {\n  name = "x"\n}\n', 1, 1),
        ('resource "aws_security_group" "g" {\n  ingress {\n    from_port = 1\n  }\n  ingress {}\n}\n', 2, 1),
        ('resource "aws_security_group" "g" {\n  dynamic "ingress" {\n    for_each = []\n    content {}\n  }\n}\n', 0, 1),
        ('resource "aws_security_group" "g" {\n  egress {\n    from_port = 1\n  }\n  egress {}\n}\n', 1, 2),
    ],
    ids=["other arguments", "blocks replace blocks", "dynamic blocks replace blocks", "blocks replace dynamic ones"],
)
def test_nested_blocks_are_replaced_by_type(override: str, ingress: int, egress: int) -> None:
    block = module_in("", Project.of({"main.tf": GROUP, "override.tf": override})).find("aws_security_group.g")
    assert block is not None and (len(block.blocks("ingress")), len(block.blocks("egress"))) == (ingress, egress)


def test_blocks_in_json_replace_those_of_the_native_syntax_and_the_other_way_round() -> None:
    in_json = '{"resource": {"aws_security_group": {"g": {"ingress": [{"from_port": 1}, {"from_port": 2}, {"from_port": 3}]}}}}'
    block = module_in("", Project.of({"main.tf": GROUP, "override.tf.json": in_json})).find("aws_security_group.g")
    assert block is not None and [part.get("from_port") for part in block.blocks("ingress")] == [1, 2, 3]
    block = module_in("", Project.of({"main.tf.json": in_json, "override.tf": GROUP})).find("aws_security_group.g")
    assert block is not None and [part.get("from_port") for part in block.blocks("ingress")] == [22]


def test_the_lifecycle_is_merged_by_argument() -> None:
    main = 'resource "google_kms_crypto_key" "k" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    for override in (
        'resource "google_kms_crypto_key" "k" {\n  lifecycle {\n    ignore_changes = [labels]\n  }\n}\n',
        '{"resource": {"google_kms_crypto_key": {"k": {"lifecycle": {"ignore_changes": ["labels"]}}}}}',
    ):
        name = "override.tf.json" if override.startswith("{") else "override.tf"
        assert judge("tf.prevent-destroy", {"main.tf": main, name: override}) == "pass"


def terraform(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["terraform", *arguments], cwd=directory, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


OVERRIDDEN = {
    "main.tf": 'variable "x" {\n  type    = string\n  default = "main"\n}\nlocals {\n  a = "main"\n  b = "main"\n}\n'
    'resource "terraform_data" "r" {\n  input            = [var.x, local.a, local.b]\n  triggers_replace = 1\n}\n'
    'module "m" {\n  source = "./one"\n  in     = "main"\n}\noutput "o" {\n  value = "main"\n}\n',
    "a_override.tf": 'variable "x" {\n  default = "first"\n}\nlocals {\n  b = "first"\n}\nresource "terraform_data" "r" {\n  count = 2\n}\n',
    "override.tf.json": '{"variable": {"x": {"default": "second"}}, "module": {"m": {"source": "./two", "in": "${var.x}!"}}, "output": {"o": {"value": "second"}}}',
    "one/main.tf": 'variable "in" {}\nresource "terraform_data" "one" {\n  input = var.in\n}\n',
    "two/main.tf": 'variable "in" {}\nresource "terraform_data" "two" {\n  input = var.in\n}\n',
}


@pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform on PATH: nothing is compared with Terraform itself")
def test_override_files_do_what_terraform_says(tmp_path: Path) -> None:
    for path, text in OVERRIDDEN.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    terraform(tmp_path, "init", "-no-color")
    terraform(tmp_path, "plan", "-out=plan", "-no-color")
    values = json.loads(terraform(tmp_path, "show", "-json", "plan"))["planned_values"]
    module = module_in("", Project.of(OVERRIDDEN))
    block = module.find("terraform_data.r")
    assert block is not None and block.instances == len(values["root_module"]["resources"]) == 2
    assert block.get("input") == values["root_module"]["resources"][0]["values"]["input"] == ["second", "main", "first"]
    called = values["root_module"]["child_modules"][0]["resources"][0]
    ours = module.located(called["address"])
    assert ours is not None and ours.get("input") == called["values"]["input"] == "second!"
    assert module.output("o") == values["outputs"]["o"]["value"]


# -- lock files

REQUIRED = 'terraform {\n  required_providers {\n    aws = {\n      source  = "%s"\n      version = "%s"\n    }\n  }\n}\n'
LOCK = 'provider "%s" {\n  version     = "%s"\n  constraints = "x"\n  hashes = [\n    "h1:a=",\n  ]\n}\n'


@pytest.mark.parametrize(
    ("constraint", "version", "verdict"),
    [
        ("~> 5.0", "5.9.1", True),
        ("~> 5.0", "6.0.0", False),
        ("~> 5.0.1", "5.0.9", True),
        ("~> 5.0.1", "5.1.0", False),
        ("~> 5", "5.4.0", True),
        ("~> 5", "6.0.0", False),
        (">= 5.0, < 6.0", "5.9.0", True),
        (">= 5.0, < 6.0", "6.0.0", False),
        ("!= 5.9.0", "5.9.0", False),
        ("5.9.0", "5.9.0", True),
        ("= v5.9", "5.9.0", True),
        ("<= 5.9", "5.9.1", False),
        ("> 5.9", "5.9.1", True),
        (">= 5.0", "5.9.0-beta1", False),
        ("5.9.0-beta1", "5.9.0-beta1", True),
        ("", "5.9.0", True),
        ("newest", "5.9.0", None),
        (">= 5.0", "five", None),
    ],
)
def test_constraints_mean_what_terraform_takes_them_for(constraint: str, version: str, verdict: bool | None) -> None:
    assert allows(constraint, version) is verdict


@pytest.mark.parametrize("source", ["hashicorp/aws", "HashiCorp/aws", "registry.terraform.io/hashicorp/aws"])
@pytest.mark.parametrize("registry", ["registry.terraform.io", "registry.opentofu.org"])
def test_a_provider_is_found_in_the_lock_file_of_both_tools(source: str, registry: str) -> None:
    files = {"a/main.tf": REQUIRED % (source, "~> 5.0"), "a/.terraform.lock.hcl": LOCK % (f"{registry}/hashicorp/aws", "5.9.0")}
    assert judge("tf.lock-file", files) == "pass"


def test_what_the_lock_file_has_beyond_the_root_is_of_its_modules() -> None:
    text = LOCK % ("registry.terraform.io/hashicorp/aws", "5.9.0") + LOCK % ("registry.terraform.io/hashicorp/random", "3.1.0")
    assert judge("tf.lock-file", {"main.tf": REQUIRED % ("hashicorp/aws", "~> 5.0"), ".terraform.lock.hcl": text}) == "pass"


def test_a_lock_file_that_git_ignores_is_missing() -> None:
    files = {"a/main.tf": REQUIRED % ("hashicorp/aws", "~> 5.0") + 'provider "aws" {}\n', ".gitignore": ".terraform.lock.hcl\n"}
    assert judge("tf.lock-file", files) == "fail"
    assert judge("tf.lock-file", {**files, ".gitignore": ""}) == "none"
    assert judge("tf.lock-file", {**files, "a/main.tf": 'terraform {\n  required_version = "~> 1.9"\n}\n'}) == "none"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('provider "x/y" {\n}\n', "no version is locked for x/y"),
        ('provider "x/y" {\n  version = var.x\n}\n', "no version is locked for x/y"),
        ('provider "x/y" {\n  version = "newest"\n}\n', "no version is locked for x/y"),
        ('resource "a" "b" {}\n', "a lock file holds provider blocks with the source of each, nothing else"),
        (LOCK % ("x/y", "1.0.0") * 2, "x/y is locked twice, first on line 1"),
        ('provider "x/y" {', "not valid HCL: the file ends in the middle of something"),
    ],
)
def test_what_is_wrong_with_a_lock_file_is_said(text: str, reason: str) -> None:
    assert reasons({".terraform.lock.hcl": text}, ".terraform.lock.hcl") == [reason]


def test_a_provider_without_a_hash_is_not_verified() -> None:
    text = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.9.0"\n}\n'
    assert judge("tf.lock-file", {"main.tf": REQUIRED % ("hashicorp/aws", "~> 5.0"), ".terraform.lock.hcl": text}) == "fail"
