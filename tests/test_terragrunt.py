"""Terragrunt: units run modules with their inputs; what only Terragrunt knows is unknown."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from judging import judge

from pytest_readiness import Project
from pytest_readiness import Unknown
from pytest_readiness import builtin
from pytest_readiness.checks import applies
from pytest_readiness.checks import evaluate
from pytest_readiness.formats.terraform.runs import modules_in
from pytest_readiness.formats.terraform.terragrunt_unit import unit_of
from pytest_readiness.project import CRASH

MODULE = """variable "encrypted" {
  type    = bool
  default = null
}
variable "size" {
  default = 1
}
resource "aws_ebs_volume" "v" {
  encrypted = var.encrypted
  size      = var.size
}
"""
ROOT = """locals {
  on = true
}
remote_state {
  backend = "s3"
  config = {
    bucket       = "state"
    key          = "${path_relative_to_include()}/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
inputs = {
  encrypted = local.on
}
"""
INCLUDE = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n'
SOURCE = 'terraform {\n  source = "../../modules//volume"\n}\n'
LIVE = {"modules/volume/main.tf": MODULE, "root.hcl": ROOT}


def live(**units: str) -> dict[str, str]:
    return {**LIVE, **{f"live/{name}/terragrunt.hcl": text for name, text in units.items()}}


def findings(files: Mapping[str, str]) -> dict[str, list[str]]:
    project = Project.of(files)
    rule = next(rule for rule in builtin.rules("tf") if rule.id == "tf.storage-encrypted")
    return {
        resource.name: [str(finding.span) for finding in evaluate(rule, resource, project).failing]
        for resource in project.resources("tf.resource")
        if applies(rule, resource, project)
    }


def value(files: Mapping[str, str], name: str = "encrypted") -> object:
    """What a variable of the module is in its first run."""
    return modules_in("modules/volume", Project.of(files))[0].variable(name)


def unjudged(files: Mapping[str, str], path: str) -> str | None:
    contents = Project.of(files).contents(path)
    assert contents is not None
    return contents.unjudged


# -- recognising


def test_files_of_terragrunt_are_recognised() -> None:
    files = {
        **live(a=INCLUDE + SOURCE),
        "live/env.hcl": 'locals {\n  env = "prod"\n}\n',
        "live/a/terragrunt.stack.hcl": 'unit "x" {\n  source = "../x"\n}\n',
        "packer/image.pkr.hcl": "locals {\n}\n",
        ".tflint.hcl": 'plugin "aws" {\n}\n',
        "vault/policy.hcl": 'path "secret/*" {\n}\n',
        "nomad/job.hcl": 'job "x" {\n}\n',
        ".terraform.lock.hcl": "",
    }
    project = Project.of(files)
    formats = {path: format_.name for path in files if (format_ := project.format_of(path)) is not None}
    assert {path for path, name in formats.items() if name == "terragrunt"} == {
        "root.hcl",
        "live/env.hcl",
        "live/a/terragrunt.hcl",
        "live/a/terragrunt.stack.hcl",
    }


def test_without_a_unit_no_hcl_file_is_terragrunts() -> None:
    assert Project.of({"root.hcl": ROOT, "main.tf": ""}).format_of("root.hcl") is None


def test_a_stack_is_unknown() -> None:
    reason = unjudged({"terragrunt.stack.hcl": 'unit "x" {\n  source = "../x"\n}\n'}, "terragrunt.stack.hcl")
    assert reason == "a Terragrunt stack: judged once terragrunt stack generate has made its units"


# -- modules with inputs


def test_a_module_is_judged_once_for_each_unit_with_its_inputs() -> None:
    files = live(prod=INCLUDE + SOURCE, dev=INCLUDE + SOURCE + "inputs = {\n  encrypted = false\n}\n")
    assert findings(files) == {"live/dev:aws_ebs_volume.v": ["live/dev/terragrunt.hcl:8:3"], "live/prod:aws_ebs_volume.v": []}


def test_what_an_included_file_sets_is_found_there() -> None:
    files = live(prod=INCLUDE + SOURCE) | {"root.hcl": ROOT.replace("on = true", "on = false")}
    assert findings(files) == {"live/prod:aws_ebs_volume.v": ["root.hcl:14:3"]}


def test_what_no_unit_sets_has_its_default() -> None:
    assert value(live(prod=SOURCE), "size") == 1
    assert findings(live(prod=SOURCE)) == {"live/prod:aws_ebs_volume.v": ["modules/volume/main.tf:9:3"]}


def test_inputs_get_the_type_of_the_variable() -> None:
    assert value(live(prod=SOURCE + 'inputs = {\n  encrypted = "true"\n}\n')) is True


def test_a_variable_file_of_the_module_holds_over_inputs() -> None:
    """Terragrunt gives inputs as TF_VAR_ variables, which everything else comes before."""
    files = live(prod=SOURCE + "inputs = {\n  encrypted = true\n}\n") | {"modules/volume/a.auto.tfvars": "encrypted = false\n"}
    assert value(files) is False


def test_a_unit_beside_its_configuration_runs_it() -> None:
    files = {"app/main.tf": MODULE, "app/terragrunt.hcl": "inputs = {\n  encrypted = false\n}\n"}
    assert findings(files) == {"aws_ebs_volume.v": ["app/terragrunt.hcl:2:3"]}


def test_modules_that_the_module_calls_get_what_it_passes_on() -> None:
    files = {
        **live(prod=SOURCE + "inputs = {\n  encrypted = false\n}\n"),
        "modules/volume/main.tf": 'variable "encrypted" {}\nmodule "inner" {\n  source = "../inner"\n  on     = var.encrypted\n}\n',
        "modules/inner/main.tf": 'variable "on" {}\nresource "aws_ebs_volume" "i" {\n  encrypted = var.on\n}\n',
    }
    assert findings(files) == {"live/prod:module.inner.aws_ebs_volume.i": ["live/prod/terragrunt.hcl:5:3"]}


def test_the_directory_of_the_unit_says_what_it_is_for() -> None:
    module = 'variable "multi_az" {}\nresource "aws_db_instance" "d" {\n  engine   = "postgres"\n  multi_az = var.multi_az\n}\n'
    text = SOURCE + "inputs = {\n  multi_az = false\n}\n"
    assert judge("tf.multi-az", {**live(prod=text), "modules/volume/main.tf": module}) == "fail"
    assert judge("tf.multi-az", {**live(dev=text), "modules/volume/main.tf": module}) == "none"


@pytest.mark.parametrize(
    "source",
    [
        '"../../modules/volume"',
        '"../../modules//volume"',
        '"../..//modules/volume"',
        '"../../modules/volume?ref=v1"',
        '"${get_terragrunt_dir()}/../../modules/volume"',
        '"${get_repo_root()}/modules/volume"',
        '"${get_repo_root()}//modules/volume"',
        '"${dirname(find_in_parent_folders("root.hcl"))}/modules/volume"',
        '"${dirname(find_in_parent_folders("root.hcl"))}//modules/volume"',
        '"${local.base}//volume"',
    ],
)
def test_sources_in_the_repository_are_followed(source: str) -> None:
    text = (
        'locals {\n  base = "${get_terragrunt_dir()}/../../modules"\n}\n'
        f"terraform {{\n  source = {source}\n}}\ninputs = {{\n  encrypted = false\n}}\n"
    )
    assert list(findings(live(prod=text))) == ["live/prod:aws_ebs_volume.v"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('"git::https://github.com/x/y.git//volume?ref=v1"', "the module is not in the repository: git::https://github.com/x/y.git//volume?ref=v1"),
        ('"tfr:///terraform-aws-modules/vpc/aws?version=5.0.0"', "the module is not in the repository: tfr:///terraform-aws-modules/vpc/aws?version=5.0.0"),
        ('"../../../../elsewhere"', "the module is not in the repository: ../../../../elsewhere"),
        ('"../nothing"', "the module is not in the repository: ../nothing"),
        ('"${get_env("BASE")}/volume"', 'the module is known where Terragrunt runs: ${get_env("BASE")}/volume'),
        ("local.x.source", "the module is known where Terragrunt runs: local.x.source"),
    ],
)  # fmt: skip
def test_modules_that_are_elsewhere_are_unknown(source: str, reason: str) -> None:
    files = live(prod=f"terraform {{\n  source = {source}\n}}\n")
    assert unjudged(files, "live/prod/terragrunt.hcl") == reason
    # nobody is known to run it, so it is judged by itself, as any module that is not called
    assert list(findings(files)) == ["aws_ebs_volume.v"]


def test_the_source_may_stand_in_an_included_file() -> None:
    shared = 'terraform {\n  source = "${get_repo_root()}/modules/volume"\n}\ninputs = {\n  encrypted = false\n}\n'
    files = live(prod='include "env" {\n  path = "${get_terragrunt_dir()}/../../_env/volume.hcl"\n}\n') | {"_env/volume.hcl": shared}
    assert findings(files) == {"live/prod:aws_ebs_volume.v": ["_env/volume.hcl:5:3"]}


def test_a_file_that_units_include_is_no_unit() -> None:
    files = {
        "modules/volume/main.tf": MODULE,
        "live/terragrunt.hcl": 'terraform {\n  source = "../modules/volume"\n}\ninputs = {\n  encrypted = true\n}\n',
        "live/prod/terragrunt.hcl": "include {\n  path = find_in_parent_folders()\n}\n" + SOURCE,
    }
    assert list(findings(files)) == ["live/prod:aws_ebs_volume.v"]


# -- what is unknown


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("inputs = {\n  encrypted = dependency.kms.outputs.on\n}\n", "output of the dependency kms, known where Terragrunt runs"),
        ('inputs = {\n  encrypted = get_env("ON")\n}\n', 'cannot be evaluated here: get_env("ON")'),
        ("inputs = {\n  encrypted = include.root.locals.on\n}\n", "known where Terragrunt runs: include.root"),
        ("inputs = {\n  encrypted = values.on\n}\n", "known where Terragrunt runs: values.on"),
        ('inputs = merge(local.common, { size = 2 })\nlocals {\n  common = read_terragrunt_config("x.hcl").inputs\n}\n', "inputs of live/prod/terragrunt.hcl are computed where Terragrunt runs"),
        ('include "x" {\n  path = find_in_parent_folders("gone.hcl")\n}\n', "inputs that live/prod/terragrunt.hcl:4:1 includes are not known"),
        ("locals {\n  a = local.b\n  b = local.a\n}\ninputs = {\n  encrypted = local.a\n}\n", "refers to itself: local.a"),
    ],
)  # fmt: skip
def test_what_terragrunt_computes_is_unknown(text: str, reason: str) -> None:
    found = value(live(prod=SOURCE + text))
    assert isinstance(found, Unknown) and object.__getattribute__(found, "source") == reason
    assert judge("tf.storage-encrypted", live(prod=SOURCE + text)) == "unknown"


@pytest.mark.parametrize(
    ("strategy", "known"), [("", True), ('\n  merge_strategy = "shallow"', True), ('\n  merge_strategy = "deep"', False), ('\n  merge_strategy = "no_merge"', None)]
)  # fmt: skip
def test_includes_merge_as_they_say(strategy: str, known: bool | None) -> None:
    include = f'include "root" {{\n  path = find_in_parent_folders("root.hcl"){strategy}\n}}\n'
    files = live(prod=include + SOURCE + 'inputs = {\n  tags = { b = "2" }\n}\n') | {
        "root.hcl": 'inputs = {\n  encrypted = false\n  tags = { a = "1" }\n}\n'
    }
    unit = unit_of(Project.of(files), "live/prod/terragrunt.hcl")
    assert unit is not None
    assert unit.inputs.get("encrypted") is (None if known is None else False)
    assert isinstance(unit.inputs["tags"], Unknown) is (known is False)
    assert known is False or unit.inputs["tags"] == {"b": "2"}


def test_what_several_included_files_set_differently_is_unknown() -> None:
    includes = 'include "a" {\n  path = "../../a.hcl"\n}\ninclude "b" {\n  path = "../../b.hcl"\n}\n'
    files = live(prod=includes + SOURCE) | {
        "a.hcl": "inputs = {\n  encrypted = true\n  size = 2\n}\n",
        "b.hcl": "inputs = {\n  encrypted = false\n  size = 2\n}\n",
    }
    assert isinstance(value(files), Unknown) and value(files, "size") == 2


# -- state


@pytest.mark.parametrize(
    ("rule", "change", "verdict"),
    [
        ("tf.s3-backend-locking", ("", ""), "pass"),
        ("tf.s3-backend-locking", ("use_lockfile = true", "skip_region_validation = true"), "fail"),
        ("tf.state-encrypted", ("", ""), "pass"),
        ("tf.state-encrypted", ("encrypt      = true", "encrypt = false"), "fail"),
        ("tf.lock-table-defined", ("use_lockfile = true", 'dynamodb_table = "locks"'), "none"),
        ("tf.no-plaintext-secrets", ("on = true", 'db_password = "hunter22-secret"'), "fail"),
    ],
)
def test_the_remote_state_is_a_backend(rule: str, change: tuple[str, str], verdict: str) -> None:
    files = {"root.hcl": ROOT.replace(*change), "live/prod/terragrunt.hcl": INCLUDE}
    assert judge(rule, files) == verdict


RUN_HERE = 'terraform {\n  required_version = "~> 1.9"\n}\nprovider "aws" {}\n'


@pytest.mark.parametrize(
    ("root", "verdict"),
    [
        (ROOT, "pass"),
        ('generate "backend" {\n  path = "backend.tf"\n  contents = <<EOF\nterraform {\n  backend "s3" {}\n}\nEOF\n}\n', "pass"),
        ('generate "provider" {\n  path = "provider.tf"\n  contents = "provider \\"aws\\" {}"\n}\n', "fail"),
        ('inputs = {\n  note = "no remote_state"\n}\n', "fail"),
    ],
    ids=["remote_state", "generated", "something else generated", "a word in a text"],
)
def test_terragrunt_gives_a_root_its_backend(root: str, verdict: str) -> None:
    files = {"root.hcl": root, "live/prod/terragrunt.hcl": INCLUDE, "live/prod/main.tf": RUN_HERE}
    assert judge("tf.remote-backend", files) == verdict


def test_a_root_whose_unit_includes_no_state_has_none() -> None:
    files = {"root.hcl": ROOT, "live/prod/terragrunt.hcl": "inputs = {}\n", "live/prod/main.tf": RUN_HERE}
    assert judge("tf.remote-backend", files) == "fail"


# -- bad input


def test_a_unit_that_cannot_be_read_fails_and_the_rest_is_judged() -> None:
    files = live(broken="inputs = {", prod=SOURCE + "inputs = {\n  encrypted = false\n}\n")
    contents = Project.of(files).contents("live/broken/terragrunt.hcl")
    assert contents is not None and contents.failures and not contents.resources
    assert list(findings(files)) == ["live/prod:aws_ebs_volume.v"]


PIECES = [*INCLUDE.split("\n"), *SOURCE.split("\n"), *ROOT.split("\n"), "include {", "terraform {", "inputs = 5", "}", "source = []", "path = 1", "locals {", "a = local.a", "generate {", "remote_state {}", "config = []", 'backend = "s3"']  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_no_unit_breaks_anything(lines: list[str]) -> None:
    project = Project.of(live(prod="\n".join(lines)))
    for path in project.paths:
        contents = project.contents(path)
        assert contents is None or not [failure for failure in contents.failures if CRASH in failure.reason], contents.failures
    for rule in builtin.rules("tf"):
        for kind in rule.on:
            for resource in project.resources(kind):
                if applies(rule, resource, project):
                    assert evaluate(rule, resource, project).crash is None


def test_many_units_are_read_in_bounded_time() -> None:
    files = live(**{f"u{place}": INCLUDE + SOURCE + "inputs = {\n  encrypted = false\n}\n" for place in range(300)})
    started = time.perf_counter()
    assert len(findings(files)) == 300
    assert time.perf_counter() - started < 10
