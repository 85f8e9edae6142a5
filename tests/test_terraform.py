"""What Terraform means: values, modules, overrides, and the traps of the rules beyond their examples."""

from __future__ import annotations

import textwrap

import pytest

from pytest_readiness import ParseFailure
from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness import is_unknown
from pytest_readiness.formats.terraform import availability
from pytest_readiness.formats.terraform import encryption
from pytest_readiness.formats.terraform import network
from pytest_readiness.formats.terraform import passwords
from pytest_readiness.formats.terraform import private
from pytest_readiness.formats.terraform import transit
from pytest_readiness.formats.terraform.blocks import Block
from pytest_readiness.formats.terraform.runs import module_in
from pytest_readiness.testing import verdicts

RULES = {rule.id: rule for rule in builtin.rules("tf")}


def project(files: dict[str, str] | str) -> Project:
    named = {"main.tf": files} if isinstance(files, str) else files
    return Project.of({path: textwrap.dedent(text) for path, text in named.items()})


def judged(rule: str, files: dict[str, str] | str) -> str:
    """``passed``, ``failed``, ``unknown`` or ``nothing``; with ``+advice``."""
    outcomes = list(verdicts(RULES[rule], project(files)))
    for outcome in outcomes:
        if outcome.crash is not None:
            raise outcome.crash
    advice = "+advice" if any(outcome.advice for outcome in outcomes) else ""
    if any(outcome.failing for outcome in outcomes):
        return f"failed{advice}"
    if any(outcome.unknown is not None for outcome in outcomes):
        return f"unknown{advice}"
    return f"passed{advice}" if outcomes else "nothing"


def value(expression: str, context: str = "", directory: str = "", **files: str) -> object:
    """What an expression comes to in a module that also holds ``context``."""
    text = f"resource test it {{\n  x = {expression}\n}}\n{textwrap.dedent(context)}"
    found = module_in(directory, project({"main.tf": text, **{name.replace("__", "."): content for name, content in files.items()}})).find(
        "test.it"
    )
    assert found is not None
    return found.get("x")


KNOWN = [
    ('"a${1 + 1}b"', "a2b"),
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("7 / 2", 3.5),
    ("-5 % 3", -2),
    ("-1 < 0 && !false", True),
    ('1 == "1"', False),
    ("true ? 1 : aws_x.y.z", 1),
    ("aws_x.y.z == 1 ? [1] : [1]", [1]),
    ('lower("AB")', "ab"),
    ('format("%s-%02d", "a", 1)', "a-01"),
    ('format("%s-%d%%", "a", 1)', "a-1%"),
    ('join(",", ["a", "b"])', "a,b"),
    ("concat([1], [2])", [1, 2]),
    ('merge({ a = 1 }, { b = 2 })["b"]', 2),
    ('lookup({ a = 1 }, "b", 3)', 3),
    ('contains(["a"], "a")', True),
    ('toset(["b", "a", "b"])', ["a", "b"]),
    ('tobool("true")', True),
    ('tonumber("12")', 12),
    ('coalesce(null, "", "c")', "c"),
    ("length([aws_x.y.z])", 1),
    ("flatten([[1], [[2]]])", [1, 2]),
    ('compact(["", "a"])', ["a"]),
    ("try([][0], 5)", 5),
    ('split(",", "a,b")[1]', "b"),
    ('replace("a-b", "-", "+")', "a+b"),
    ("[for x in [1, 2] : x + 1 if x > 1]", [3]),
    ('{ for k, v in { a = 1 } : "${k}x" => v }', {"ax": 1}),
    ("[{ a = 1 }, { a = 2 }][*].a", [1, 2]),
    ("null == null", True),
]


@pytest.mark.parametrize(("expression", "expected"), KNOWN, ids=[source for source, _ in KNOWN])
def test_known_values(expression: str, expected: object) -> None:
    found = value(expression)
    assert is_unknown(found) if expected is None else (found == expected and type(found) is not bool) or found is expected


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("var.missing", "variable missing is not declared"),
        ("aws_x.y.z", "unknown until apply: aws_x.y.z"),
        ("data.aws_x.y.z", "unknown until apply: data.aws_x.y.z"),
        ("module.a.b", "module a is not defined"),
        ("false && aws_x.y.z", "unknown until apply: aws_x.y.z"),
        ("try(aws_x.y.z, 1)", "unknown until apply: aws_x.y.z"),
        ('"a ${aws_x.y.z}"', "unknown until apply: aws_x.y.z"),
        ('file("x")', "x is no file of the project"),
        ("local.a", "refers to itself: local.a"),
        ("each.key", "not known here: each.key"),
        ("[1][3]", "cannot be evaluated here: [1][3]"),
    ],
)
def test_unknown_values_say_why(expression: str, reason: str) -> None:
    found = value(expression, "locals { a = local.b\n b = local.a }\n")
    assert is_unknown(found) and object.__getattribute__(found, "source") == reason


def test_locals_arguments_and_variables_are_followed() -> None:
    context = 'locals { a = "x-${var.b}" }\nvariable "b" { default = "y" }\nresource test other { y = local.a }\n'
    assert value("test.other.y", context) == "x-y"


def test_variable_files_that_terraform_loads_by_itself_win_over_defaults() -> None:
    context = 'variable "a" { default = 1 }\nvariable "b" { default = 1 }\n'
    files = {"terraform__tfvars": "a = 2\nb = 2", "z__auto__tfvars": "b = 3", "prod__tfvars": "a = 9\nb = 9"}
    assert value("[var.a, var.b]", context, **files) == [2, 3]


def test_growth_is_bounded() -> None:
    doubling = "\n".join(f'  a{n + 1} = "${{local.a{n}}}${{local.a{n}}}"' for n in range(60))
    assert is_unknown(value("local.a60", f'locals {{\n  a0 = "x"\n{doubling}\n}}\n'))
    nested = "\n".join(f"  a{n + 1} = [local.a{n}, local.a{n}]" for n in range(60))
    assert is_unknown(value("jsonencode(local.a30)", f"locals {{\n  a0 = []\n{nested}\n}}\n"))


DB = 'resource "aws_db_instance" "db" {{\n  storage_encrypted = {}\n  count = {}\n}}\n'


@pytest.mark.parametrize(
    ("encrypted", "count", "verdict"),
    [
        pytest.param("true", 1, "passed", id="true passes"),
        pytest.param('"true"', 1, "passed", id="the text true passes"),
        pytest.param("null", 1, "failed", id="null is absent"),
        pytest.param("var.x", 1, "unknown", id="a variable without a value is unknown"),
        pytest.param("var.x ? true : true", 1, "passed", id="both branches good"),
        pytest.param("var.x ? false : null", 1, "failed", id="both branches bad"),
        pytest.param("var.x ? true : false", 1, "unknown", id="branches that differ"),
        pytest.param("false", 0, "nothing", id="no instance is no item"),
        pytest.param("false", "var.n", "failed", id="an unknown number of instances is judged"),
        pytest.param("false", "var.off ? 1 : 0", "nothing", id="a count that is known to be zero"),
    ],
)
def test_a_setting_in_every_form(encrypted: str, count: object, verdict: str) -> None:
    text = DB.format(encrypted, count) + 'variable "x" {}\nvariable "n" {}\nvariable "off" { default = false }\n'
    assert judged("tf.storage-encrypted", text) == verdict


def test_for_each_gives_each_its_values() -> None:
    text = 'resource "aws_ebs_volume" "v" {\n  for_each = { a = true, b = %s }\n  encrypted = each.value\n}\n'
    assert judged("tf.storage-encrypted", text % "true") == "passed"
    assert judged("tf.storage-encrypted", text % "false") == "failed"
    assert judged("tf.storage-encrypted", text % "null") == "failed"
    assert judged("tf.storage-encrypted", text % "aws_x.y.z") == "unknown"
    assert judged("tf.storage-encrypted", 'resource "aws_ebs_volume" "v" {\n  for_each = toset([])\n}\n') == "nothing"


def test_dynamic_blocks_are_unrolled_where_their_values_are_known() -> None:
    text = 'resource "aws_instance" "i" {\n  dynamic "root_block_device" {\n    for_each = %s\n    content {\n      encrypted = root_block_device.value\n    }\n  }\n}\n'
    assert judged("tf.storage-encrypted", text % "[true]") == "passed"
    assert judged("tf.storage-encrypted", text % "[false]") == "failed"
    assert judged("tf.storage-encrypted", text % "[]") == "failed"
    assert judged("tf.storage-encrypted", text % "var.x") == "unknown"


def test_override_files_replace_arguments_and_blocks() -> None:
    files = {
        "main.tf": 'terraform {\n  backend "local" {}\n}\nresource "aws_ebs_volume" "v" {\n  size = 1\n}\n',
        "x_override.tf": 'terraform {\n  backend "s3" {}\n}\nresource "aws_ebs_volume" "v" {\n  encrypted = true\n}\n',
    }
    assert judged("tf.remote-backend", files) == "passed"
    assert judged("tf.storage-encrypted", files) == "passed"
    found = project({"override.tf": 'resource "aws_ebs_volume" "v" {}\n'}).contents("override.tf")
    assert found is not None and [failure.reason for failure in found.failures] == ["overrides aws_ebs_volume.v, which is not defined"]


def test_json_configuration_is_judged_like_native() -> None:
    text = '{"resource": {"aws_ebs_volume": {"v": {"encrypted": %s}}}}'
    assert judged("tf.storage-encrypted", {"main.tf.json": text % "true"}) == "passed"
    assert judged("tf.storage-encrypted", {"main.tf.json": text % "false"}) == "failed"


def test_what_is_defined_twice_fails_at_the_second() -> None:
    found = project({"a.tf": 'variable "x" {}\n', "b.tf": 'variable "x" {}\nresource "a" {}\n'}).contents("b.tf")
    assert found is not None
    assert [(failure.reason, failure.span.line) for failure in found.failures] == [
        ("var.x is defined twice, first at a.tf:1:1", 1),
        ("resource needs 2 labels, not 1", 2),
    ]


def test_references_to_what_is_not_declared_fail_where_they_stand() -> None:
    text = 'locals {\n  a = "${var.gone} ${local.b}"\n  b = "text var.fine"\n  c = [for local in [{ z = 1 }] : local.z]\n}\n'
    found = project(text).contents("main.tf")
    assert found is not None
    assert [(failure.reason, failure.span.line) for failure in found.failures] == [
        ("var.gone refers to a variable that is not declared", 2)
    ]


def test_a_boolean_of_another_language_fails_where_it_stands() -> None:
    found = project('resource "aws_ebs_volume" "v" {\n  encrypted = False\n  tags = { a = "False" }\n}\n').contents("main.tf")
    assert found is not None
    assert [(failure.reason, failure.span.line) for failure in found.failures] == [("False is no value in Terraform: write false", 2)]


def test_a_second_backend_fails() -> None:
    found = project('terraform {\n  backend "s3" {}\n}\nterraform {\n  backend "gcs" {}\n}\n').contents("main.tf")
    assert found is not None
    assert [(failure.reason, failure.span.line) for failure in found.failures] == [("a second backend, the first is at main.tf:2:3", 5)]


def test_names_fit_into_node_ids_and_kinds_say_what_it_is() -> None:
    text = 'resource "a_b" "x[0] y" {}\ndata "a_b" "z" {}\nmodule "m" {\n  source = "./m"\n}\nprovider "aws" {\n  alias = "us"\n}\nlocals {\n  l = 1\n}\nvariable "v" {}\n'
    contents = project(text).contents("main.tf")
    assert contents is not None
    names = {(resource.kind, resource.name) for resource in contents.resources}
    assert names >= {
        ("tf.resource", "a_b.x-0--y"),
        ("tf.data", "data.a_b.z"),
        ("tf.module-call", "module.m"),
        ("tf.provider", "provider.aws.us"),
        ("tf.local", "local.l"),
        ("tf.variable", "var.v"),
        ("tf.root", "."),
    }


BACKEND = 'terraform {\n  backend "s3" {}\n}\n'


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        pytest.param({"main.tf": 'provider "aws" {}\n'}, "failed", id="a provider makes a root"),
        pytest.param({"main.tf": "terraform {\n  cloud {}\n}\n"}, "passed", id="the cloud block is a backend"),
        pytest.param({"main.tf": 'terraform {\n  backend "gcs" {\n    bucket = "b"\n  }\n}\n'}, "passed", id="any remote backend"),
        pytest.param({"main.tf": 'terraform {}\nvariable "x" {}\noutput "y" {}\n'}, "nothing", id="a library"),
        pytest.param(
            {"main.tf": f'{BACKEND}module "m" {{\n  source = "./m"\n}}\n', "m/main.tf": 'provider "aws" {}\n'},
            "passed",
            id="a called module",
        ),
        pytest.param({"examples/a/main.tf": 'provider "aws" {}\n'}, "nothing", id="an example"),
        pytest.param({"envs/dev/main.tf": 'provider "aws" {}\n'}, "failed", id="development has state too"),
        pytest.param({"main.tf": 'provider "aws" {}\n', "b.tf": "{"}, "unknown", id="a sibling that cannot be read may hold it"),
        pytest.param({"main.tf.json": '{"terraform": {"backend": {"s3": {}}}}'}, "passed", id="a backend in JSON"),
        pytest.param(
            {"a/main.tf": 'provider "aws" {}\n', "a/terragrunt.hcl": "include {}\n", "terragrunt.hcl": "remote_state {}\n"},
            "passed",
            id="Terragrunt",
        ),
    ],
)
def test_remote_backend(files: dict[str, str], verdict: str) -> None:
    assert judged("tf.remote-backend", files) == verdict


S3 = 'terraform {{\n  {}\n  backend "s3" {{\n    bucket = "b"\n    key = "k"\n    {}\n  }}\n}}\n'


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        pytest.param({"main.tf": S3.format("", "use_lockfile = true")}, "passed", id="lockfile"),
        pytest.param({"main.tf": S3.format("", "use_lockfile = false")}, "failed", id="lockfile off"),
        pytest.param({"main.tf": S3.format("", 'dynamodb_table = "t"')}, "passed+advice", id="the table is deprecated"),
        pytest.param({"main.tf": S3.format('required_version = "< 1.11.0"', 'dynamodb_table = "t"')}, "passed", id="the table before 1.11"),
        pytest.param({"main.tf": S3.format('required_version = "~> 1.9"', "use_lockfile = true")}, "passed", id="~> 1.9 allows 1.10"),
        pytest.param({"main.tf": S3.format('required_version = "= 1.9.8"', "use_lockfile = true")}, "failed", id="1.9.8 has no lockfile"),
        pytest.param({"main.tf": BACKEND}, "unknown", id="configured elsewhere"),
        pytest.param({"main.tf": BACKEND, "prod.s3.tfbackend": 'bucket = "b"\nuse_lockfile = true\n'}, "passed", id="a tfbackend file"),
        pytest.param({"main.tf": BACKEND, "prod.tfbackend": 'bucket = "b"\n'}, "failed", id="a tfbackend file without locking"),
        pytest.param(
            {"main.tf": BACKEND, "deploy.sh": "terraform init -backend-config=bucket=b -backend-config='use_lockfile=true'\n"},
            "passed",
            id="a script",
        ),
        pytest.param(
            {"main.tf": S3.format("", "use_lockfile = true"), "deploy.sh": "terraform apply -lock=false\n"}, "failed", id="-lock=false"
        ),
        pytest.param(
            {"main.tf": S3.format("", "use_lockfile = true"), "deploy.sh": "# terraform apply -lock=false\n"}, "passed", id="in a comment"
        ),
        pytest.param({"main.tf": 'terraform {\n  backend "gcs" {}\n}\n'}, "nothing", id="gcs locks by itself"),
    ],
)
def test_locking(files: dict[str, str], verdict: str) -> None:
    assert judged("tf.s3-backend-locking", files) == verdict


def test_the_lock_table_may_stand_in_another_directory_and_the_lockfile_needs_none() -> None:
    table = 'resource "aws_dynamodb_table" "t" {\n  name = "t"\n  hash_key = "LockID"\n}\n'
    uses = S3.format("", 'dynamodb_table = "t"')
    assert judged("tf.lock-table-defined", {"main.tf": uses, "bootstrap/main.tf": table}) == "passed"
    assert judged("tf.lock-table-defined", {"main.tf": uses}) == "failed"
    assert judged("tf.lock-table-defined", S3.format("", 'dynamodb_table = "t"\nuse_lockfile = true')) == "nothing"


def test_the_state_bucket_is_judged_where_it_is_defined() -> None:
    bucket = 'resource "aws_s3_bucket" "s" {\n  bucket = "b"\n}\n'
    versions = 'resource "aws_s3_bucket_versioning" "s" {\n  bucket = aws_s3_bucket.s.id\n  versioning_configuration {\n    status = "%s"\n  }\n}\n'
    rule = "tf.state-bucket-versioning"
    assert judged(rule, S3.format("", "")) == "nothing"
    assert judged(rule, S3.format("", "") + bucket) == "failed"
    assert judged(rule, {"main.tf": S3.format("", ""), "boot/main.tf": bucket + versions % "Enabled"}) == "passed"
    assert judged(rule, S3.format("", "") + bucket + versions % "Suspended") == "failed"


SECRETS = [
    ('password = ""', "passed", "empty"),
    ("password = var.p", "passed", "a variable"),
    ("password = data.aws_ssm_parameter.p.value", "passed", "a data source"),
    ('password = "changeme"', "failed", "a placeholder"),
    ("password = local.p", "failed", "a local that holds it"),
    ('password_length = "12"', "passed", "a fact about a secret"),
    ('db_password_secret_arn = "arn:aws:secretsmanager:x"', "passed", "the name of a secret"),
    ('http_tokens = "required"', "passed", "an option of the metadata service"),
    ('url = "postgres://app:hunter2@db/app"', "failed", "a password in a URL"),
    ('url = "postgres://app:${var.p}@db/app"', "passed", "an interpolated password in a URL"),
    ('env = { API_TOKEN = "abc123" }', "failed", "a map entry"),
    ("user_data = <<-EOT\n    #!/bin/sh\n    export DB_PASSWORD=hunter2\n  EOT", "failed", "a start-up script"),
    ("user_data = <<-EOT\n    export DB_PASSWORD=$(aws ssm get-parameter)\n  EOT", "passed", "a command in a start-up script"),
    ('jwt_secret = var.x ? "s3cr3t" : null', "failed", "a branch"),
    ('policy = jsonencode({ "token.actions.githubusercontent.com:sub" = "repo:a/b" })', "passed", "a condition key"),
    ('secret_key = file("key")', "passed", "a file"),
    ('public_key = "ssh-rsa AAAA"', "passed", "a public key"),
]


@pytest.mark.parametrize(("line", "verdict"), [case[:2] for case in SECRETS], ids=[case[2] for case in SECRETS])
def test_plaintext_secrets(line: str, verdict: str) -> None:
    text = f'resource "x_y" "z" {{\n  {line}\n}}\nlocals {{\n  p = "hunter2"\n}}\nvariable "p" {{}}\nvariable "x" {{}}\n'
    assert judged("tf.no-plaintext-secrets", text) == verdict


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        pytest.param({"a.tf": 'variable "db_password" {\n  default = ""\n}\n'}, "passed", id="an empty default"),
        pytest.param(
            {"a.tf": 'variable "seed" {\n  sensitive = true\n  default = "abc"\n}\n'}, "failed", id="a sensitive variable with a default"
        ),
        pytest.param({"prod.tfvars.json": '{"db_password": "abc"}'}, "failed", id="a JSON variable file"),
        pytest.param({"prod.tfvars.example": 'db_password = "abc"'}, "nothing", id="an example file"),
        pytest.param(
            {"a.tf": 'resource "aws_ssm_parameter" "p" {\n  type = "SecureString"\n  value = "abc"\n}\n'}, "failed", id="a SecureString"
        ),
        pytest.param({"a.tf": 'resource "aws_ssm_parameter" "p" {\n  type = "String"\n  value = "abc"\n}\n'}, "passed", id="a String"),
        pytest.param({"a.tf": 'provider "aws" {\n  secret_key = "abc"\n}\n'}, "failed", id="a provider"),
    ],
)
def test_plaintext_secrets_elsewhere(files: dict[str, str], verdict: str) -> None:
    assert judged("tf.no-plaintext-secrets", files) == verdict


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        pytest.param("manage_master_user_password = true", "passed", id="managed"),
        pytest.param("manage_master_user_password = var.m", "unknown", id="perhaps managed"),
        pytest.param("password = random_password.p.result", "failed", id="random_password lands in the state"),
        pytest.param("password = local.pw", "failed", id="a local that leads to random_password"),
        pytest.param("password = data.aws_secretsmanager_secret_version.p.secret_string", "passed+advice", id="a managed secret"),
        pytest.param('password = jsondecode(data.aws_secretsmanager_secret_version.p.secret_string)["p"]', "passed+advice", id="decoded"),
        pytest.param("password_wo = ephemeral.random_password.p.result", "passed", id="write-only from an ephemeral value"),
        pytest.param("password_wo = var.p", "failed", id="write-only from a variable"),
        pytest.param("password = module.secrets.p", "unknown", id="a module decides"),
        pytest.param("replicate_source_db = aws_db_instance.x.arn", "nothing", id="a replica"),
        pytest.param('snapshot_identifier = "s"', "nothing", id="restored from a snapshot"),
        pytest.param("restore_to_point_in_time {}", "nothing", id="restored to a point in time"),
        pytest.param("replicate_source_db = var.m", "unknown", id="perhaps a replica"),
        pytest.param('engine = "postgres"', "failed", id="nothing at all"),
    ],
)
def test_managed_password(lines: str, verdict: str) -> None:
    text = f'resource "aws_db_instance" "db" {{\n  {lines}\n}}\nlocals {{\n  pw = random_password.p.result\n}}\nvariable "m" {{}}\n'
    assert judged("tf.managed-db-password", text) == verdict


def test_registry_modules_are_judged_by_their_inputs() -> None:
    call = 'module "db" {\n  source = "%s"\n  version = "7.0.0"\n  %s\n}\n'
    registry, repository = "terraform-aws-modules/rds/aws", "git::https://github.com/terraform-aws-modules/terraform-aws-rds.git?ref=v7.0.0"
    for source in (registry, repository):
        assert judged("tf.storage-encrypted", call % (source, "")) == "passed"
        assert judged("tf.storage-encrypted", call % (source, "storage_encrypted = false")) == "failed"
        assert judged("tf.backup-automation", call % (source, "")) == "unknown"
    assert judged("tf.storage-encrypted", call % ("other/rds/aws", "")) == "nothing"
    unknown = 'module "db" {\n  source = "other/rds/aws"\n  master_password = "x"\n}\n'
    assert judged("tf.managed-db-password", unknown) == "unknown"
    eks = 'module "eks" {\n  source = "terraform-aws-modules/eks/aws"\n  %s = ["api"]\n}\n'
    assert judged("tf.eks-control-plane-logging", eks % "cluster_enabled_log_types") == "failed"
    assert judged("tf.eks-control-plane-logging", eks % "enabled_log_types") == "failed"


POLICY = 'resource "aws_iam_policy" "p" {{\n  policy = {}\n}}\n'


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        pytest.param('jsonencode({ Statement = { Effect = "Allow", Action = "s3:*", Resource = "*" } })', "failed", id="one statement"),
        pytest.param('jsonencode({ Statement = [{ Effect = "Deny", Action = "*", Resource = "*" }] })', "passed", id="deny"),
        pytest.param(
            'jsonencode({ Statement = [{ Effect = "Allow", NotAction = "iam:*", Resource = "*" }] })', "failed", id="all but a few"
        ),
        pytest.param(
            'jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = aws_s3_bucket.b.arn }] })', "passed", id="one bucket"
        ),
        pytest.param(
            'jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "${var.b}/*" }] })', "passed", id="a template"
        ),
        pytest.param('jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = var.b }] })', "unknown", id="a variable"),
        pytest.param(
            'jsonencode({ Statement = [{ Effect = "Allow", Action = "ec2:Describe*", Resource = "*" }] })', "passed", id="reading"
        ),
        pytest.param(
            'jsonencode({ Statement = [{ Effect = "Allow", Action = "iam:PassRole", Resource = "*" }] })', "failed", id="PassRole"
        ),
        pytest.param('<<-EOT\n    {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}\n  EOT', "failed", id="heredoc"),
        pytest.param('file("policy.json")', "unknown", id="a file"),
        pytest.param('"not json {"', "unknown", id="not JSON"),
        pytest.param("data.aws_iam_policy_document.d.json", "nothing", id="a document, which is judged itself"),
    ],
)
def test_least_privilege(policy: str, verdict: str) -> None:
    context = 'variable "b" {}\ndata "aws_iam_policy_document" "d" {\n  statement {\n    principals {}\n  }\n}\n'
    assert judged("tf.iam-least-privilege", POLICY.format(policy) + context) == verdict


def test_trust_policies_are_no_items() -> None:
    text = 'data "aws_iam_policy_document" "t" {\n  statement {\n    actions = ["*"]\n    resources = ["*"]\n    principals {\n      type = "AWS"\n    }\n  }\n}\n'
    assert judged("tf.iam-least-privilege", text) == "nothing"


@pytest.mark.parametrize(
    ("rule", "text", "verdict"),
    [
        pytest.param("tf.storage-encrypted", 'resource "aws_s3_bucket" "b" {}\n', "passed+advice", id="S3 encrypts by default"),
        pytest.param("tf.storage-encrypted", 'resource "aws_dynamodb_table" "t" {}\n', "passed+advice", id="DynamoDB encrypts by default"),
        pytest.param("tf.storage-encrypted", 'resource "aws_sqs_queue" "q" {\n  sqs_managed_sse_enabled = false\n}\n', "failed", id="SQS"),
        pytest.param("tf.storage-encrypted", 'resource "aws_db_instance" "r" {\n  replicate_source_db = "x"\n}\n', "nothing", id="a replica"),
        pytest.param("tf.storage-encrypted", 'resource "aws_ebs_volume" "v" {}\nresource "aws_ebs_encryption_by_default" "a" {}\n', "passed", id="EBS by account"),
        pytest.param("tf.kms-rotation", 'resource "aws_kms_key" "k" {\n  key_usage = "SIGN_VERIFY"\n}\n', "nothing", id="signing keys do not rotate"),
        pytest.param("tf.private-only", 'resource "aws_eks_cluster" "c" {\n  vpc_config {\n    public_access_cidrs = ["10.0.0.0/8"]\n  }\n}\n', "passed", id="narrowed endpoint"),
        pytest.param("tf.private-only", 'resource "aws_eks_cluster" "c" {\n  vpc_config {}\n}\n', "failed", id="public by default"),
        pytest.param("tf.cloudtrail", 'provider "aws" {}\nresource "aws_cloudtrail" "t" {\n  count = 0\n}\nresource "aws_vpc" "v" {}\n', "failed", id="no trail is made"),
        pytest.param("tf.cloudtrail", 'provider "google" {}\nresource "google_x" "v" {}\n', "nothing", id="no AWS"),
        pytest.param("tf.log-retention", 'resource "aws_cloudwatch_log_group" "g" {\n  name = "/aws/eks/${var.n}/cluster"\n  retention_in_days = 30\n}\n', "failed", id="the EKS group by half its name"),
        pytest.param("tf.log-retention", 'resource "aws_cloudwatch_log_group" "audit" {}\n', "passed+advice", id="audit logs for ever"),
        pytest.param("tf.backup-automation", 'resource "aws_dynamodb_table" "t" {\n  hash_key = "LockID"\n}\n', "nothing", id="lock tables"),
        pytest.param("tf.multi-az", 'resource "aws_db_instance" "d" {\n  tags = { Environment = "staging" }\n}\n', "nothing", id="staging by tag"),
        pytest.param("tf.no-open-ingress", 'resource "aws_security_group" "g" {\n  ingress {\n    protocol = "-1"\n    from_port = 0\n    to_port = 0\n    ipv6_cidr_blocks = ["::/0"]\n  }\n}\n', "failed", id="every port by IPv6"),
        pytest.param("tf.no-open-ingress", 'resource "aws_security_group_rule" "g" {\n  type = "egress"\n  from_port = 22\n  to_port = 22\n  protocol = "tcp"\n  cidr_blocks = ["0.0.0.0/0"]\n}\n', "passed", id="egress"),
        pytest.param("tf.no-open-ingress", 'resource "aws_security_group" "g" {\n  ingress = [{\n    from_port = 22, to_port = 22, protocol = "tcp", cidr_blocks = ["0.0.0.0/0"]\n  }]\n}\n', "failed", id="ingress as a list of objects"),
        pytest.param("tf.helm-pinned", 'resource "helm_release" "h" {\n  chart = "${path.module}/chart"\n}\n', "nothing", id="a chart of the repository"),
        pytest.param("tf.module-pinned", 'module "m" {\n  source = "./modules/m"\n}\n', "nothing", id="a local module"),
    ],
)  # fmt: skip
def test_traps(rule: str, text: str, verdict: str) -> None:
    assert judged(rule, text) == verdict


def test_a_directory_called_dev_is_not_production() -> None:
    text = 'resource "aws_db_instance" "d" {}\n'
    assert judged("tf.multi-az", {"envs/dev/main.tf": text}) == "nothing"
    assert judged("tf.multi-az", {"envs/prod/main.tf": text}) == "failed"


def test_a_default_decides_only_where_the_caller_does_not() -> None:
    module = 'variable "e" {\n  default = false\n}\nresource "aws_ebs_volume" "v" {\n  encrypted = var.e\n}\n'
    assert judged("tf.storage-encrypted", {"m/main.tf": module}) == "failed"
    call = 'module "m" {\n  source = "./m"\n}\n'
    assert judged("tf.storage-encrypted", {"m/main.tf": module, "main.tf": call}) == "failed"
    assert judged("tf.storage-encrypted", {"m/main.tf": module, "main.tf": call.replace("./m", './m"\n  e = "true')}) == "passed"


def test_parts_of_a_bucket_are_found_by_reference_name_and_each() -> None:
    block = 'resource "aws_s3_bucket_public_access_block" "p" {{\n  {}\n  block_public_acls = true\n  block_public_policy = true\n  ignore_public_acls = true\n  restrict_public_buckets = true\n}}\n'
    bucket = 'resource "aws_s3_bucket" "b" {\n  bucket = "data"\n}\n'
    rule = "tf.s3-public-access-block"
    for by in (
        "bucket = aws_s3_bucket.b.id",
        'bucket = "data"',
        "for_each = aws_s3_bucket.b\n  bucket = each.value.id",
        "bucket = local.name",
    ):
        assert judged(rule, bucket + block.format(by) + "locals {\n  name = aws_s3_bucket.b.bucket\n}\n") == "passed", by
    assert judged(rule, bucket + block.format('bucket = "other"')) == "failed"


def test_committed_state() -> None:
    ignored = {".gitignore": "*.tfstate*\n", "main.tf": BACKEND}
    assert judged("tf.no-committed-state", ignored) == "passed"
    assert judged("tf.no-committed-state", {"main.tf": BACKEND}) == "passed+advice"
    for path in ("terraform.tfstate", "envs/prod/x.tfstate.backup", "prod.tfplan", "errored.tfstate"):
        assert judged("tf.no-committed-state", {**ignored, path: "{}"}) == "failed"


def test_secrets_manager() -> None:
    needs = f'{BACKEND}variable "db_password" {{}}\n'
    store = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: a\n"
    assert judged("tf.secrets-manager-present", needs) == "failed"
    assert judged("tf.secrets-manager-present", {"main.tf": needs, "k8s/secret.yaml": store}) == "passed"
    assert judged("tf.secrets-manager-present", BACKEND) == "nothing"


@pytest.mark.parametrize("value", ['"text"', "[]", "[[1]]", "{}", "null", "-1", "[null]", "{ a = [{}] }", "[{}]"])
def test_arguments_of_the_wrong_shape_crash_no_rule(value: str) -> None:
    tables = (availability.ZONES, availability.BACKUPS, encryption.AT_REST, transit.IN_TRANSIT, transit.MODERN_TLS, private.PRIVATE)
    names = {
        type: {path.split("|")[0] for wanted in table[type] for path in wanted.path}
        for table in tables
        for type in table
        if "/" not in type
    }
    names |= {
        type: set()
        for type in (*network.TYPES, *passwords.INPUTS, "aws_s3_bucket", "aws_iam_policy", "aws_iam_role", "aws_cloudtrail", "aws_vpc")
    }
    names |= {type: set() for type in ("aws_cloudwatch_log_group", "aws_lb_listener", "aws_kms_key", "aws_ecr_repository", "aws_instance")}
    common = {
        "policy",
        "ingress",
        "cidr_blocks",
        "tags",
        "bucket",
        "name",
        "retention_in_days",
        "settings",
        "default_action",
        "policy_arn",
        "protocol",
    }
    common |= {
        "allow",
        "source_ranges",
        "security_rule",
        "network_interface",
        "statement",
        "key_usage",
        "type",
        "from_port",
        "to_port",
        "access",
    }
    body = {type: "".join(f"  {name} = {value}\n" for name in sorted(own | common)) for type, own in names.items() if "/" not in type}
    judged = project(
        "".join(f'resource "{type}" "x" {{\n{text}}}\n' for type, text in body.items())
        + f"terraform {{\n  backend s3 {{\n    bucket = {value}\n  }}\n}}\n"
    )
    for rule in RULES.values():
        for outcome in verdicts(rule, judged):
            assert outcome.crash is None, (rule.id, outcome.crash)


def test_findings_point_at_the_attribute() -> None:
    outcomes = list(
        verdicts(RULES["tf.storage-encrypted"], project('resource "aws_ebs_volume" "v" {\n  size = 1\n  encrypted = false\n}\n'))
    )
    assert [(finding.span.line, finding.span.column) for outcome in outcomes for finding in outcome.failing] == [(3, 3)]


def test_a_file_that_cannot_be_read_does_not_hide_the_others() -> None:
    it = project({"a.tf": "resource {", "b.tf": 'resource "aws_ebs_volume" "v" {}\n'})
    first, second = it.contents("a.tf"), it.contents("b.tf")
    assert first is not None and isinstance(first.failures[0], ParseFailure)
    assert second is not None and [resource.name for resource in second.resources if isinstance(resource, Block)] == ["aws_ebs_volume.v"]


def test_a_condition_that_only_the_caller_knows_does_not_hide_what_is_allowed() -> None:
    text = """
        data "aws_iam_policy_document" "a" {
          statement {
            actions   = ["*"]
            resources = ["*"]
            dynamic "condition" {
              for_each = var.conditions
              content {
                test = condition.value
              }
            }
          }
        }
        variable "conditions" {}
    """
    assert judged("tf.iam-least-privilege", text) == "failed"
