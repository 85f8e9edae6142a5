"""Terraform modules: the time of a run against the number of module instances, which must grow no faster.

    python benchmarks/terraform.py [--modules 100 200 400] [--rounds 3]

Each module is ten resources with locals, conditions, a dynamic block, a policy and two outputs. ``flat`` is one root that calls
one directory so often, ``roots`` as many roots with ten calls each, ``deep`` chains of ten modules that hand values down and
back, ``environments`` ten environments of one root, ``linked`` buckets made in one module and configured in another.
Figures are medians of whole pytest processes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

MODULE = """\
variable "name" { type = string }
variable "encrypted" {
  type    = bool
  default = true
}
variable "ports" {
  type    = list(number)
  default = [443, 8443]
}
variable "tags" {
  type    = map(string)
  default = {}
}
locals {
  full = "${var.name}-${lower("DB")}"
  tags = merge(var.tags, { Name = local.full, Team = try(var.tags.team, "shop") })
}
resource "aws_ebs_volume" "data" {
  count     = var.encrypted ? 2 : 1
  encrypted = var.encrypted
  tags      = merge(local.tags, { index = count.index })
}
resource "aws_db_instance" "main" {
  identifier              = local.full
  storage_encrypted       = var.encrypted
  multi_az                = contains(["prod", "live"], try(var.tags.env, "prod"))
  backup_retention_period = length(var.ports) > 1 ? 14 : 1
}
resource "aws_security_group" "main" {
  description = "Of ${local.full}"
  dynamic "ingress" {
    for_each = toset(var.ports)
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = [for index in range(2) : cidrsubnet("10.0.0.0/8", 8, index)]
    }
  }
}
resource "aws_iam_role_policy" "main" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::${local.full}/*" }] })
}
resource "aws_kms_key" "main" { enable_key_rotation = true }
resource "aws_sqs_queue" "main" { kms_master_key_id = aws_kms_key.main.arn }
resource "aws_sns_topic" "main" { kms_master_key_id = aws_kms_key.main.arn }
resource "aws_s3_bucket" "main" { bucket = local.full }
resource "aws_cloudwatch_log_group" "main" { retention_in_days = 400 }
resource "aws_ecr_repository" "main" { image_tag_mutability = "IMMUTABLE" }
output "name" { value = local.full }
output "bucket" { value = aws_s3_bucket.main.id }
"""
CALL = """\
module "m{number}" {{
  source = "{source}"
  name   = "{name}"
  tags   = {{ team = "a", env = "prod" }}
}}
"""


def flat(modules: int) -> dict[str, str]:
    calls = "".join(CALL.format(number=number, source="./module", name=f"n{number}") for number in range(modules))
    return {"main.tf": f"terraform {{}}\n{calls}", "module/main.tf": MODULE}


def roots(modules: int) -> dict[str, str]:
    calls = "".join(CALL.format(number=number, source="../module", name=f"n{number}") for number in range(10))
    return {"module/main.tf": MODULE, **{f"root{number}/main.tf": f"terraform {{}}\n{calls}" for number in range(modules // 10)}}


def deep(modules: int) -> dict[str, str]:
    files = {
        f"level{level}/main.tf": MODULE + CALL.format(number=0, source=f"../level{level + 1}", name="${var.name}x") for level in range(9)
    }
    calls = "".join(CALL.format(number=number, source="./level0", name=f"n{number}") for number in range(modules // 10))
    return {"main.tf": f"terraform {{}}\n{calls}", "level9/main.tf": MODULE, **files}


def environments(modules: int) -> dict[str, str]:
    calls = "".join(CALL.format(number=number, source="./module", name="${var.name}") for number in range(modules // 10))
    named = "".join(f"  e{number}: {{tfvars: [e{number}.tfvars]}}\n" for number in range(10))
    return {
        "main.tf": f'terraform {{}}\nvariable "name" {{}}\n{calls}',
        "module/main.tf": MODULE,
        "readiness.yaml": f"environments:\n{named}",
        **{f"e{number}.tfvars": f'name = "e{number}"\n' for number in range(10)},
    }


def linked(modules: int) -> dict[str, str]:
    part = 'variable "bucket" {}\nresource "aws_s3_bucket_versioning" "v" {\n  bucket = var.bucket\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
    calls = "".join(
        CALL.format(number=number, source="./module", name=f"n{number}")
        + f'module "p{number}" {{\n  source = "./part"\n  bucket = module.m{number}.bucket\n}}\n'
        for number in range(modules // 2)
    )
    return {"main.tf": f"terraform {{}}\n{calls}", "module/main.tf": MODULE, "part/main.tf": part}


SHAPES = {"flat": flat, "roots": roots, "deep": deep, "environments": environments, "linked": linked}


def seconds(directory: Path) -> tuple[float, int]:
    """Processor seconds of a run, and how many checks there were."""
    before = os.times()
    command = [sys.executable, "-m", "pytest", "--readiness-only", "-q", "-p", "no:cacheprovider", "--tb=no", "."]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    after = os.times()
    counted = [word for word in done.stdout.replace(",", "").split() if word.isdigit()]
    return after.children_user + after.children_system - before.children_user - before.children_system, sum(map(int, counted[-4:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=int, nargs="+", default=[100, 200, 400])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for name, shape in SHAPES.items():
        first = None
        for amount in options.modules:
            with tempfile.TemporaryDirectory() as place:
                for path, text in shape(amount).items():
                    (Path(place) / path).parent.mkdir(parents=True, exist_ok=True)
                    (Path(place) / path).write_text(text, encoding="utf-8")
                runs = [seconds(Path(place)) for _ in range(options.rounds)]
            time = statistics.median(run[0] for run in runs)
            first = first or time / amount
            print(
                f"{name:14} {amount:6} modules {time:7.2f} s {1000 * time / amount:7.1f} ms each, {time / amount / first:5.2f} of the first"
            )


if __name__ == "__main__":
    main()
