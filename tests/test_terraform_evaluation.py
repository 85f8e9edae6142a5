"""Modules through their inputs and outputs, environments, instances; what cannot be followed and what is hostile."""

from __future__ import annotations

import json
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_readiness import Project
from pytest_readiness import Unknown
from pytest_readiness import builtin
from pytest_readiness import is_unknown
from pytest_readiness.checks import applies
from pytest_readiness.checks import evaluate
from pytest_readiness.configuration import Configuration
from pytest_readiness.configuration import Environment
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.module import Module
from pytest_readiness.formats.terraform.runs import module_in
from pytest_readiness.formats.terraform.runs import modules
from pytest_readiness.formats.terraform.runs import modules_in
from pytest_readiness.formats.terraform.values import Each
from pytest_readiness.tree import DiskTree

SOON = 30.0  # seconds; what is not bounded takes hours
RULES = {rule.id: rule for rule in builtin.rules("tf")}


def project(files: Mapping[str, str], *environments: Environment) -> Project:
    made = Project.of({path: textwrap.dedent(text) for path, text in files.items()})
    made.configuration = Configuration(environments=environments)
    return made


def names(found: Project, path: str) -> list[str]:
    """The resources of a file that rules judge."""
    contents = found.contents(path)
    assert contents is not None
    return [resource.name for resource in contents.resources if resource.kind == "tf.resource"]


def failures(found: Project, path: str) -> list[str]:
    contents = found.contents(path)
    assert contents is not None
    return [failure.reason for failure in contents.failures]


def outcomes(found: Project, rule: str = "tf.storage-encrypted") -> dict[str, str]:
    """``passed``, ``failed at place`` or the reason why it is unknown, by name."""
    made = {}
    for resource in (resource for kind in RULES[rule].on for resource in found.resources(kind)):
        if applies(RULES[rule], resource, found):
            outcome = evaluate(RULES[rule], resource, found)
            assert outcome.crash is None, outcome.crash
            place = outcome.failing[0].span if outcome.failing else None
            made[resource.name] = f"failed at {place}" if place else outcome.unknown or "passed"
    return made


def value(block: Block | None, *path: str) -> Any:
    assert block is not None
    return block.get(*path)


def reason(value: Any) -> str:
    assert is_unknown(value), value
    return str(object.__getattribute__(value, "source"))


VOLUME = """
    variable "encrypted" {}
    variable "size" { default = 10 }
    resource "aws_ebs_volume" "v" {
      encrypted = var.encrypted
      size      = var.size
    }
    output "id" { value = aws_ebs_volume.v.id }
    output "size" { value = aws_ebs_volume.v.size }
"""


# -- who is judged, and what it is called


def test_a_module_is_judged_once_per_call_and_not_by_itself() -> None:
    found = project(
        {
            "main.tf": """
                module "db" {
                  source    = "./modules/volume"
                  encrypted = true
                }
                module "cache" {
                  source    = "./modules/volume"
                  encrypted = false
                }
            """,
            "modules/volume/main.tf": VOLUME,
        }
    )
    assert names(found, "modules/volume/main.tf") == ["module.db.aws_ebs_volume.v", "module.cache.aws_ebs_volume.v"]
    assert outcomes(found) == {"module.db.aws_ebs_volume.v": "passed", "module.cache.aws_ebs_volume.v": "failed at main.tf:8:3"}


def test_modules_in_modules_say_the_whole_way_there() -> None:
    found = project(
        {
            "main.tf": 'module "a" {\n  source = "./a"\n  on = true\n}\n',
            "a/main.tf": 'variable "on" {}\nmodule "b" {\n  source = "../b"\n  encrypted = !var.on\n}\n',
            "b/main.tf": VOLUME,
        }
    )
    assert outcomes(found) == {"module.a.module.b.aws_ebs_volume.v": "failed at a/main.tf:4:3"}


def test_several_roots_and_environments_stand_in_front_of_the_name() -> None:
    call = 'module "db" {\n  source = "../../modules/volume"\n  encrypted = %s\n}\n'
    files = {"envs/prod/main.tf": call % "true", "envs/dev/main.tf": call % "false", "modules/volume/main.tf": VOLUME}
    found = project(files)
    assert names(found, "modules/volume/main.tf") == ["envs/dev:module.db.aws_ebs_volume.v", "envs/prod:module.db.aws_ebs_volume.v"]
    assert [block.is_production for module in modules_in("modules/volume", found) for block in module.resources("aws_ebs_volume")] == [
        False,
        True,
    ]
    files = {
        "main.tf": 'variable "e" {}\n' + call.replace("../../", "./") % "var.e",
        "modules/volume/main.tf": VOLUME,
        "prod.tfvars": "e = true\n",
        "dev.tfvars": "e = false\n",
    }
    found = project(files, Environment("prod", tfvars=("prod.tfvars",)), Environment("dev", tfvars=("dev.tfvars",)))
    assert outcomes(found) == {
        "prod:module.db.aws_ebs_volume.v": "passed",
        "dev:module.db.aws_ebs_volume.v": "failed at dev.tfvars:1:1",
    }
    made = [block for module in modules(found) for block in module.resources("aws_ebs_volume")]
    assert [(block.for_environment, block.is_production) for block in made] == [("prod", True), ("dev", False)]


def test_what_is_only_text_is_judged_once() -> None:
    found = project(
        {
            "main.tf": """
                module "a" {
                  source    = "./m"
                  encrypted = true
                }
                module "b" {
                  source    = "./m"
                  encrypted = true
                }
            """,
            "m/main.tf": VOLUME + '    locals { password = "hunter2-hunter2" }\n',
        }
    )
    contents = found.contents("m/main.tf")
    assert contents is not None
    texts = [resource.name for resource in contents.resources if resource.kind in ("tf.variable", "tf.local")]
    assert texts == ["var.encrypted", "var.size", "local.password"]


def test_a_call_that_makes_nothing_has_no_items_but_its_text_is_read() -> None:
    found = project(
        {
            "main.tf": 'module "a" {\n  source = "./m"\n  count = 0\n  encrypted = false\n}\n',
            "m/main.tf": VOLUME + '    locals { password = "hunter2-hunter2" }\n',
        }
    )
    assert names(found, "m/main.tf") == []
    assert outcomes(found, "tf.no-plaintext-secrets")["local.password"].startswith("failed")


def test_a_library_is_judged_with_required_variables_unknown() -> None:
    found = project({"modules/volume/main.tf": VOLUME})
    assert outcomes(found) == {"aws_ebs_volume.v": "variable encrypted has no value here"}
    assert value(module_in("modules/volume", found).find("aws_ebs_volume.v"), "size") == 10


# -- values


def test_values_go_down_and_come_back() -> None:
    found = project(
        {
            "main.tf": """
                module "a" {
                  source    = "./m"
                  encrypted = true
                  size      = 20
                }
                module "b" {
                  source    = "./m"
                  encrypted = module.a.size > 10
                  size      = module.a.size + 1
                }
                resource "x" "y" {
                  size = module.b.size
                  id   = module.b.id
                }
            """,
            "m/main.tf": VOLUME,
        }
    )
    block = module_in("", found).find("x.y")
    assert value(block, "size") == 21
    assert reason(value(block, "id")) == "unknown until apply: module.b.aws_ebs_volume.v.id"
    assert outcomes(found) == {"module.a.aws_ebs_volume.v": "passed", "module.b.aws_ebs_volume.v": "passed"}


def test_the_source_of_what_is_unknown_is_carried_through_modules() -> None:
    found = project(
        {
            "main.tf": """
                data "aws_ssm_parameter" "encrypted" { name = "x" }
                locals { e = data.aws_ssm_parameter.encrypted.value }
                module "a" {
                  source    = "./m"
                  encrypted = local.e
                }
                module "vpc" {
                  source = "terraform-aws-modules/vpc/aws"
                }
                resource "x" "y" { subnet = module.vpc.private_subnets[0] }
            """,
            "m/main.tf": VOLUME,
        }
    )
    assert outcomes(found) == {"module.a.aws_ebs_volume.v": "unknown until apply: data.aws_ssm_parameter.encrypted.value"}
    assert reason(value(module_in("", found).find("x.y"), "subnet")) == "unknown until apply: module.vpc.private_subnets"


def test_a_default_never_decides_where_a_variable_file_may() -> None:
    files = {
        "main.tf": 'variable "e" {\n  default = true\n}\nresource "aws_ebs_volume" "v" {\n  encrypted = var.e\n}\n',
        "envs/prod.tfvars": "e = false\n",
    }
    told = "variable e depends on the environment: name envs/prod.tfvars under environments in readiness.yaml"
    assert outcomes(project(files)) == {"aws_ebs_volume.v": told}
    assert outcomes(project({**files, "envs/prod.tfvars": "e = true\n"})) == {"aws_ebs_volume.v": "passed"}
    environment = Environment("prod", tfvars=("envs/prod.tfvars",))
    assert outcomes(project(files, environment)) == {"prod:aws_ebs_volume.v": "failed at envs/prod.tfvars:1:1"}


def test_an_environment_concerns_the_roots_that_its_files_are_for() -> None:
    text = 'variable "e" {}\nresource "aws_ebs_volume" "v" {\n  encrypted = var.e\n}\n'
    files = {"app/main.tf": text, "app/prod.tfvars": "e = true\n", "other/main.tf": text, "third/main.tf": text.replace("var.e", "true")}
    made = project(files, Environment("prod", tfvars=("prod.tfvars",)))
    assert [names(made, f"{root}/main.tf") for root in ("app", "other", "third")] == [
        ["prod:aws_ebs_volume.v"],
        *[["aws_ebs_volume.v"]] * 2,
    ]
    assert outcomes(made)["prod:aws_ebs_volume.v"] == "passed"
    shared = {
        "live/app/main.tf": text + 'provider "aws" {}\n',
        "modules/m/main.tf": text,
        "vars/prod.tfvars": "e = true\n",
        "live/dns/main.tf": "terraform {}\n",
    }
    made = project(shared, Environment("prod", tfvars=("vars/prod.tfvars",)))
    assert names(made, "live/app/main.tf") == ["prod:aws_ebs_volume.v"]
    assert names(made, "modules/m/main.tf") == ["aws_ebs_volume.v"]
    assert [module.environment for module in modules_in("live/dns", made)] == [None]


def test_the_workspace_is_what_an_environment_says() -> None:
    text = 'resource "aws_ebs_volume" "v" {\n  encrypted = terraform.workspace == "production"\n}\n'
    assert "terraform.workspace" in outcomes(project({"main.tf": text}))["aws_ebs_volume.v"]
    assert outcomes(project({"main.tf": text}, Environment("prod", workspace="production"))) == {"prod:aws_ebs_volume.v": "passed"}


def test_a_module_with_each_says_what_every_instance_has() -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  for_each = { a = true, b = %s }\n  encrypted = each.value\n}\n',
        "m/main.tf": VOLUME,
    }
    for second, verdict in (("true", "passed"), ("false", "failed at main.tf:4:3"), ("null", "failed at main.tf:4:3")):
        assert outcomes(project({**files, "main.tf": files["main.tf"] % second})) == {"module.m.aws_ebs_volume.v": verdict}


def test_each_instance_can_be_looked_at() -> None:
    found = project(
        {
            "main.tf": """
                resource "x" "y" {
                  for_each = { a = { from = 1, to = 2 }, b = { from = 3, to = 4 } }
                  from     = each.value.from
                  to       = each.value.to
                  same     = "s"
                }
            """
        }
    )
    block = module_in("", found).find("x.y")
    assert block is not None
    assert [(one.get("from"), one.get("to")) for one in block.each] == [(1, 2), (3, 4)]
    assert isinstance(block.get("from"), Each)
    assert block.get("same") == "s"
    assert [one.name for one in block.each] == ["x.y", "x.y"]


def test_one_wrong_instance_that_may_not_exist_is_no_failure() -> None:
    found = project(
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  for_each = { a = true, b = false }\n  encrypted = each.value\n}\n',
            "m/main.tf": VOLUME.replace("encrypted = var.encrypted", "count = var.encrypted ? 1 : 0\n      encrypted = var.encrypted"),
        }
    )
    assert outcomes(found) == {"module.m.aws_ebs_volume.v": "differs by instance: each.value"}


def test_attached_resources_are_found_across_modules() -> None:
    bucket = 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\noutput "id" {\n  value = aws_s3_bucket.b.id\n}\n'
    part = 'variable "bucket" {}\nresource "aws_s3_bucket_versioning" "v" {\n  bucket = var.bucket\n}\n'
    down = {"main.tf": bucket + 'module "p" {\n  source = "./p"\n  bucket = aws_s3_bucket.b.id\n}\n', "p/main.tf": part}
    up = {"main.tf": 'module "b" {\n  source = "./b"\n}\n' + part.replace("var.bucket", "module.b.id"), "b/main.tf": bucket}
    side = {
        "main.tf": 'module "b" {\n  source = "./b"\n}\nmodule "p" {\n  source = "./p"\n  bucket = module.b.id\n}\n',
        "b/main.tf": bucket,
        "p/main.tf": part,
    }
    other = {
        "main.tf": 'module "b" {\n  source = "./b"\n}\nmodule "p" {\n  source = "./p"\n  bucket = "else"\n}\n',
        "b/main.tf": bucket,
        "p/main.tf": part,
    }
    for files, count in ((down, 1), (up, 1), (side, 1), (other, 0)):
        found = [block for module in modules(project(files)) for block in module.resources("aws_s3_bucket")]
        assert [len(block.attached(("aws_s3_bucket_versioning",), by="bucket", named=("bucket",))) for block in found] == [count]


def test_two_calls_of_a_module_do_not_mix_what_is_attached() -> None:
    module = """
        variable "versioned" {}
        resource "aws_s3_bucket" "b" {}
        resource "aws_s3_bucket_versioning" "v" {
          count  = var.versioned ? 1 : 0
          bucket = aws_s3_bucket.b.id
        }
    """
    calls = 'module "a" {\n  source = "./m"\n  versioned = true\n}\nmodule "b" {\n  source = "./m"\n  versioned = false\n}\n'
    found = [block for one in modules(project({"main.tf": calls, "m/main.tf": module})) for block in one.resources("aws_s3_bucket")]
    counts = {block.name: len(block.attached(("aws_s3_bucket_versioning",), by="bucket")) for block in found}
    assert counts == {"module.a.aws_s3_bucket.b": 1, "module.b.aws_s3_bucket.b": 0}


POLICY = '{ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] }'


@pytest.mark.parametrize(
    "argument",
    [
        f"jsonencode({POLICY})",
        '"{\\"Statement\\":{\\"Effect\\":\\"Allow\\",\\"Action\\":[\\"*\\"],\\"Resource\\":\\"*\\"}}"',
        '<<-EOT\n    {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}\n  EOT\n',
        'templatefile("policy.json", { what = "*" })',
        'file("policy.json")',
        "jsonencode(local.policy)",
        'jsonencode(merge({ Version = "2012-10-17" }, local.policy))',
    ],
)
def test_a_policy_is_judged_in_whichever_way_it_is_written(argument: str) -> None:
    files = {
        "main.tf": f'locals {{\n  policy = {POLICY}\n}}\nmodule "m" {{\n  source = "./m"\n  policy = {argument}\n}}\n',
        "m/main.tf": 'variable "policy" {}\nresource "aws_iam_policy" "p" {\n  policy = var.policy\n}\n',
        "policy.json": '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
    }
    assert outcomes(project(files), "tf.iam-least-privilege")["module.m.aws_iam_policy.p"].startswith("failed")


def test_modules_that_init_fetched_are_followed() -> None:
    manifest = {
        "Modules": [
            {"Key": "", "Source": "", "Dir": "."},
            {"Key": "vol", "Source": "registry.terraform.io/a/volume/aws", "Dir": ".terraform/modules/vol"},
            {"Key": "vol.sub", "Source": "./sub", "Dir": ".terraform/modules/vol/sub"},
            {"Key": "out", "Source": "x", "Dir": "../outside"},
        ]
    }
    files = {
        "main.tf": """
            module "vol" {
              source  = "a/volume/aws"
              version = "1.0.0"
              size    = 5
            }
            module "out" { source = "b/volume/aws" }
            resource "x" "y" {
              size = module.vol.size
              out  = module.out.size
            }
        """,
        ".terraform/modules/modules.json": json.dumps(manifest),
        ".terraform/modules/vol/main.tf": 'variable "size" {}\nmodule "sub" {\n  source = "./sub"\n  size = var.size\n}\noutput "size" {\n  value = module.sub.size\n}\n',
        ".terraform/modules/vol/sub/main.tf": 'variable "size" {}\noutput "size" {\n  value = var.size * 2\n}\n',
    }
    block = module_in("", project(files)).find("x.y")
    assert value(block, "size") == 10
    assert reason(value(block, "out")) == "unknown until apply: module.out.size"
    assert [module.directory for module in module_in("", project(files)).tree] == [
        "",
        ".terraform/modules/vol",
        ".terraform/modules/vol/sub",
    ]


def test_modules_that_init_fetched_are_read_from_the_disk(tmp_path: Path) -> None:
    (tmp_path / ".terraform/modules/vol").mkdir(parents=True)
    (tmp_path / "main.tf").write_text('module "vol" {\n  source = "a/volume/aws"\n}\nresource "x" "y" {\n  size = module.vol.size\n}\n')
    (tmp_path / ".terraform/modules/modules.json").write_text(
        json.dumps({"Modules": [{"Key": "vol", "Source": "a/volume/aws", "Dir": ".terraform/modules/vol"}]})
    )
    (tmp_path / ".terraform/modules/vol/main.tf").write_text('output "size" {\n  value = 5\n}\n')
    found = Project(DiskTree(tmp_path), builtin.formats())
    assert found.paths == ("main.tf",)
    assert value(module_in("", found).find("x.y"), "size") == 5


def test_files_are_read_inside_of_the_project_only() -> None:
    text = 'resource "x" "y" {\n  a = file("${path.module}/a.txt")\n  b = file("/etc/passwd")\n  c = file("../../c")\n  d = fileexists("nope")\n}\n'
    block = module_in("", project({"main.tf": text, "a.txt": "hello"})).find("x.y")
    assert value(block, "a") == "hello"
    assert [reason(value(block, name)) for name in "bcd"] == [
        f"{path} is no file of the project" for path in ("/etc/passwd", "../../c", "nope")
    ]


def test_tests_of_terraform_are_no_configuration() -> None:
    found = project({"main.tf": "terraform {}\n", "tests/a.tftest.hcl": 'run "x" {\n  command = plan\n}\n'})
    assert found.contents("tests/a.tftest.hcl") is None


# -- what cannot be, and what is hostile


def test_a_module_that_contains_itself_fails_at_the_call() -> None:
    found = project({"main.tf": 'module "me" {\n  source = "./"\n}\nresource "aws_ebs_volume" "v" {}\n'})
    assert failures(found, "main.tf") == ["module.me calls ., which leads back to .: a module cannot contain itself"]
    assert names(found, "main.tf") == ["aws_ebs_volume.v"]


def test_modules_that_call_each_other_fail_and_are_judged() -> None:
    files = {
        "a/main.tf": 'module "b" {\n  source = "../b"\n}\nresource "aws_ebs_volume" "a" {}\n',
        "b/main.tf": 'module "c" {\n  source = "../c"\n}\nresource "aws_ebs_volume" "b" {}\n',
        "c/main.tf": 'module "a" {\n  source = "../a"\n}\nresource "aws_ebs_volume" "c" {}\n',
        "root/main.tf": 'module "a" {\n  source = "../a"\n}\n',
    }
    found = project(files)
    assert [len(failures(found, f"{name}/main.tf")) for name in "abc"] == [1, 1, 1]
    assert failures(found, "root/main.tf") == []
    assert [names(found, f"{name}/main.tf") for name in "abc"] == [
        ["module.a.aws_ebs_volume.a"],
        ["aws_ebs_volume.b"],
        ["aws_ebs_volume.c"],
    ]


def test_a_tree_of_calls_that_doubles_at_every_level_is_cut_off_with_a_failure() -> None:
    twice = 'module "a" {\n  source = "../m%d"\n}\nmodule "b" {\n  source = "../m%d"\n}\nresource "aws_ebs_volume" "v" {}\n'
    files = {f"m{level}/main.tf": twice % (level + 1, level + 1) for level in range(20)}
    found = project({**files, "m20/main.tf": 'resource "aws_ebs_volume" "v" {}\n'})
    start = time.perf_counter()
    said = [reason for path in found.paths for reason in failures(found, path)]
    assert said == ["more than 1,000 modules are called from m0: the rest was not looked at"]
    assert time.perf_counter() - start < SOON


def test_a_long_chain_of_modules_is_followed() -> None:
    files = {
        f"m{level}/main.tf": f'variable "e" {{}}\nmodule "n" {{\n  source = "../m{level + 1}"\n  e = var.e\n}}\noutput "o" {{\n  value = module.n.o\n}}\n'
        for level in range(25)
    }
    files["m25/main.tf"] = 'variable "e" {}\nresource "aws_ebs_volume" "v" {\n  encrypted = var.e\n}\noutput "o" {\n  value = var.e\n}\n'
    files["main.tf"] = 'module "n" {\n  source = "./m0"\n  e = true\n}\nresource "x" "y" {\n  o = module.n.o\n}\n'
    found = project(files)
    assert list(outcomes(found).values()) == ["passed"]
    assert value(module_in("", found).find("x.y"), "o") is True


def test_values_that_go_round_in_circles_say_so() -> None:
    found = project(
        {
            "main.tf": 'module "a" {\n  source = "./a"\n  in = module.a.out\n}\nresource "x" "y" {\n  v = module.a.out\n  w = local.p\n}\nlocals {\n  p = local.q\n  q = x.y.w\n}\n',
            "a/main.tf": 'variable "in" {}\noutput "out" {\n  value = var.in\n}\nresource "x" "z" {\n  count = module.m.n\n  c = x.z[0].c\n}\nmodule "m" {\n  source = "./n"\n  n = length(x.z)\n}\n',
            "a/n/main.tf": 'variable "n" {}\noutput "n" {\n  value = var.n\n}\n',
        }
    )
    block = module_in("", found).find("x.y")
    assert reason(value(block, "v")).startswith("refers to itself")
    assert is_unknown(value(block, "w"))
    assert len(module_in("", found).tree) == 3


@pytest.mark.parametrize(
    "argument",
    [
        "for_each = toset([for i in range(1000) : tostring(i)])",
        "count = 100000",
        "count = 1e300",
        "count = -1",
        'count = "x"',
        "for_each = 5",
        "for_each = null",
        'for_each = { a = { b = { c = "d" } } }',
        "for_each = toset([null])",
        "for_each = toset([aws_x.y.z])",
        "for_each = setproduct([for i in range(1000) : i], [for i in range(1000) : i], [for i in range(1000) : i])",
    ],
)
def test_instances_of_any_number_and_shape(argument: str) -> None:
    body = f"  {argument}\n  encrypted = try(each.value, count.index) == 3\n"
    text = f'resource "aws_ebs_volume" "v" {{\n{body}}}\nresource "x" "y" {{\n  all = aws_ebs_volume.v[*].id\n  one = aws_ebs_volume.v[0].encrypted\n}}\n'
    module = f'module "m" {{\n  source = "./m"\n{body}}}\n'
    start = time.perf_counter()
    found = project({"main.tf": text + module, "m/main.tf": VOLUME})
    outcomes(found)
    block = module_in("", found).find("x.y")
    assert block is not None
    block.get("all")
    block.get("one")
    assert time.perf_counter() - start < SOON


def test_a_hundred_thousand_elements_are_bounded() -> None:
    items = ", ".join(f'"n{place}"' for place in range(100_000))
    start = time.perf_counter()
    found = project({"main.tf": f'resource "aws_ebs_volume" "v" {{\n  for_each = toset([{items}])\n  encrypted = each.key == "n1"\n}}\n'})
    assert outcomes(found)["aws_ebs_volume.v"] != "passed"
    assert time.perf_counter() - start < SOON


def test_huge_and_nested_templates_are_bounded() -> None:
    start = time.perf_counter()
    lines = "\n".join(f"    line ${{var.x}} {place}" for place in range(20_000))
    nested = "${" * 60 + '"x"' + "}" * 60
    deep = '"${' * 100 + "1" + '}"' * 100
    ifs = "%{ if true }" * 300 + "x" + "%{ endif }" * 300
    text = f'variable "x" {{}}\nresource "x" "y" {{\n  a = <<-EOT\n{lines}\n  EOT\n  b = "{nested}"\n  c = {deep}\n  d = "{ifs}"\n}}\n'
    block = module_in("", project({"main.tf": text})).find("x.y")
    for name in "abcd":
        assert block is None or block.get(name) is not ...
    assert time.perf_counter() - start < SOON


@pytest.mark.parametrize(
    "expression",
    [
        'regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")',
        'regexall("(a|aa)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")',
        'replace(join("", [for i in range(1000) : "a"]), "/a*a*a*a*b/", "")',
        'format("%999999999d", 1)',
        'format("%.999999999f", 1)',
        'join("x", [for i in range(1000) : join("x", [for j in range(1000) : join("x", range(1000))])])',
        "pow(10, 1000000)",
        "10 * pow(9, 99) * pow(9, 99)",
        'cidrsubnets("10.0.0.0/8", [for i in range(1000) : 20]...)',
        'jsondecode(join("", [for i in range(1000) : "["]))',
        'yamldecode("a: &a [x, x]\\nb: &b [*a, *a]\\nc: &c [*b, *b]")',
        "setproduct(range(1000), range(1000), range(1000))",
        "flatten([for i in range(1000) : [for j in range(1000) : [for k in range(1000) : k]]])",
        'parseint(join("", [for i in range(1000) : "9"]), 10)',
        'substr("a", 999999999999999999, 999999999999999999)',
        "chunklist(range(1000), 1)",
        "lower({})",
        "lower(null)",
        "lower()",
        "lower(1, 2)",
        "merge([], {})",
        "cidrhost(1, 2)",
        "range(1, 2, 3, 4)",
        "nope(1)",
        'provider::aws::arn_parse("x")',
        "timestamp()",
        "one({})",
        "element([], 0)",
        'templatestring("${x}", 5)',
        'templatefile("main.tf", {})',
        "zipmap([1], null)",
    ],
)
def test_functions_on_anything_are_bounded_and_never_crash(expression: str) -> None:
    start = time.perf_counter()
    text = f'resource "x" "y" {{\n  a = {expression}\n  b = try({expression}, "d")\n}}\n'
    block = module_in("", project({"main.tf": text})).find("x.y")
    assert block is not None
    found = block.get("a")
    assert isinstance(found, (Unknown, str, list, dict, int, float, bool))
    block.get("b")
    assert time.perf_counter() - start < SOON


def test_a_broken_file_costs_only_itself_and_what_it_may_have_said() -> None:
    found = project(
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  encrypted = true\n}\n',
            "m/main.tf": 'resource "aws_ebs_volume" "v" {\n  encrypted = var.encrypted\n}\nresource "aws_ebs_volume" "w" {\n  encrypted = false\n}\n',
            "m/variables.tf": 'variable "encrypted" {\n',
        }
    )
    assert failures(found, "m/variables.tf")
    assert outcomes(found) == {
        "module.m.aws_ebs_volume.v": "variable encrypted is not declared, and m/variables.tf cannot be read",
        "module.m.aws_ebs_volume.w": "failed at m/main.tf:5:3",
    }


def test_what_a_broken_file_calls_is_not_judged_by_its_defaults() -> None:
    files = {"main.tf": 'module "m" {\n  source = "./m"\n  encrypted = true\n', "m/main.tf": VOLUME.replace("{}", "{ default = false }", 1)}
    assert outcomes(project(files)) == {"aws_ebs_volume.v": "variable encrypted is set by the caller"}


def test_a_value_of_another_type_is_said_to_be_one() -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  encrypted = [1]\n}\n',
        "m/main.tf": VOLUME.replace('variable "encrypted" {}', 'variable "encrypted" { type = bool }'),
    }
    assert outcomes(project(files)) == {"module.m.aws_ebs_volume.v": "variable encrypted is set to a value of another type"}


def test_modules_know_where_they_are() -> None:
    found = project({"live/main.tf": 'module "m" {\n  source = "../m"\n  encrypted = true\n}\n', "m/main.tf": VOLUME})
    module = modules_in("m", found)[0]
    assert isinstance(module, Module)
    assert (module.directory, module.root.directory, module.prefix, module.called, module.is_root) == (
        "m",
        "live",
        "module.m.",
        True,
        False,
    )
    assert module.named("path", "module") == "../m"
    assert module.root.located("module.m.aws_ebs_volume.v") is module.find("aws_ebs_volume.v")


@pytest.mark.parametrize(
    ("context", "argument", "verdict"),
    [
        ('resource "random_password" "p" {\n  length = 20\n}\n', "password = random_password.p.result", "failed"),
        ('variable "p" {}\n', "password = var.p", "failed"),
        ('locals {\n  p = ephemeral.random_password.p.result\n}\nephemeral "random_password" "p" {}\n', "wo = local.p", "passed"),
        ('data "aws_secretsmanager_secret_version" "s" {}\n', "wo = data.aws_secretsmanager_secret_version.s.secret_string", "passed"),
    ],
)
def test_the_origin_of_a_password_is_followed_to_the_caller(context: str, argument: str, verdict: str) -> None:
    database = """
        variable "password" { default = null }
        variable "wo" { default = null }
        resource "aws_db_instance" "d" {
          %s
        }
    """
    line = "password = var.password" if argument.startswith("password") else "password_wo = var.wo"
    files = {"main.tf": f'{context}module "m" {{\n  source = "./m"\n  {argument}\n}}\n', "m/main.tf": database % line}
    assert outcomes(project(files), "tf.managed-db-password")["module.m.aws_db_instance.d"].split()[0] == verdict


def test_a_dynamic_block_of_one_of_two_collections_has_one_of_two_values() -> None:
    text = """
        variable "on" {}
        variable "all" {}
        resource "aws_instance" "i" {
          dynamic "root_block_device" {
            for_each = %s
            content {
              encrypted = true
            }
          }
        }
    """

    def encrypted(collection: str) -> Any:
        return value(module_in("", project({"main.tf": text % collection})).find("aws_instance.i"), "root_block_device", "encrypted")

    assert encrypted("var.on ? [1] : [2]") is True
    assert encrypted("var.on ? [1] : []").options == (True, None)
    assert reason(encrypted("var.all")) == "dynamic root_block_device for each of var.all (variable all has no value here)"
