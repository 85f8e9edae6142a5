"""Plans and states: what ``terraform show -json`` prints is judged by the rules for the configuration, on the values it resolved."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from judging import judge
from terraform_as_plan import RESOURCES
from terraform_as_plan import plan_of

from pytest_readiness import Project
from pytest_readiness import Unknown
from pytest_readiness import builtin
from pytest_readiness.checks import applies
from pytest_readiness.checks import evaluate
from pytest_readiness.excerpt import excerpt
from pytest_readiness.formats.terraform.plan import planned
from pytest_readiness.formats.terraform.runs import modules
from pytest_readiness.formats.terraform.values import Computed
from pytest_readiness.model import Finding
from pytest_readiness.model import Rule
from pytest_readiness.project import CRASH
from pytest_readiness.settings import load
from pytest_readiness.settings import rule_settings
from pytest_readiness.syntax.json_places import Source

ENVIRONMENT = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
ADDRESS = re.compile(r"((?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)(data\.)?(\w+)\.([\w-]+)(\[.*\])?")


def change(address: str, after: Any, unknown: Any = None, sensitive: Any = None, actions: tuple[str, ...] = ("create",)) -> dict[str, Any]:
    found = ADDRESS.fullmatch(address)
    assert found
    made: dict[str, Any] = {"address": address, "mode": "data" if found[2] else "managed", "type": found[3], "name": found[4]}
    made |= {"module_address": found[1][:-1]} if found[1] else {}
    made |= {"index": json.loads(found[5])[0]} if found[5] else {}
    states = {"before": None, "after": after, "after_unknown": unknown or {}, "before_sensitive": False, "after_sensitive": sensitive or {}}
    return {**made, "provider_name": "registry.terraform.io/hashicorp/aws", "change": {"actions": list(actions), **states}}


def written(address: str, expressions: Any = None, **more: Any) -> dict[str, Any]:
    """A resource of the configuration."""
    type, name = address.removeprefix("data.").split(".")
    mode = "data" if address.startswith("data.") else "managed"
    shape = {"address": address, "mode": mode, "type": type, "name": name, "provider_config_key": "aws", "schema_version": 0}
    return {**shape, "expressions": expressions or {}, **more}


def ref(*names: str) -> dict[str, Any]:
    return {"references": list(names)}


def const(value: Any) -> dict[str, Any]:
    return {"constant_value": value}


def plan(*changes: dict[str, Any], resources: Any = (), calls: Any = None, variables: Any = None, **more: Any) -> dict[str, Any]:
    provider = {"aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws", "expressions": {"region": const("eu-west-1")}}}
    root = {"resources": list(resources), "module_calls": calls or {}, "variables": variables or {}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": list(changes),
        "configuration": {"provider_config": provider, "root_module": root},
        "complete": True,
        "errored": False,
        **more,
    }


def project(made: Any, path: str = "plan.json", **files: str) -> Project:
    return Project.of({path: made if isinstance(made, str) else json.dumps(made), **files})


def findings(rule_id: str, of: Project, path: str = "plan.json") -> dict[str, list[Finding]]:
    """What a rule finds in a plan, by resource."""
    rule = next(rule for rule in builtin.rules("tf") if rule.id == rule_id)
    contents = of.contents(path)
    assert contents is not None
    found = {}
    for resource in contents.resources:
        if resource.kind in rule.on and applies(rule, resource, of):
            outcome = evaluate(rule, resource, of)
            assert outcome.crash is None and outcome.unknown is None, outcome
            found[resource.name] = list(outcome.failing)
    return found


def names(of: Project, path: str = "plan.json") -> list[str]:
    contents = of.contents(path)
    assert contents is not None
    return [resource.name for resource in contents.resources if resource.kind in ("tf.resource", "tf.data")]


def failures(of: Project, path: str = "plan.json") -> list[str]:
    contents = of.contents(path)
    return [failure.reason for failure in contents.failures] if contents else ["not claimed"]


DATABASE = {"engine": "postgres", "storage_encrypted": False, "backup_retention_period": 7}


# -- recognising


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        (json.dumps(plan()), True),
        (json.dumps(plan(), indent=2), True),
        (json.dumps(plan(), sort_keys=True), True),
        ("\ufeff \n" + json.dumps(plan()), True),
        (json.dumps(plan())[:160], True),  # the beginning of a larger one
        ('{"format_version":"2.0","terraform_version":"9.0.0","planned_values":{}}', True),
        ('{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{}}}', True),
        ('{"format_version":"1.0"}', False),
        ('{"format_version":"1.0","valid":true,"diagnostics":[]}', False),
        ('{"format_version":"1.0","provider_schemas":{}}', False),
        ('{"version":4,"terraform_version":"1.11.4","serial":1,"resources":[]}', False),
        ('[{"format_version":"1.2","planned_values":{}}]', False),
        (r'{"a": "{\"format_version\":\"1.2\",\"planned_values\":{}}"}', False),
        ('{"planned_values": {}}', False),
        ("", False),
    ],
)
def test_a_plan_is_recognised_by_what_is_in_it(text: str, claimed: bool) -> None:
    format_ = Project.of({"out/anything.json": text}).format_of("out/anything.json")
    assert (format_ is not None and format_.name == "terraform-plan") is claimed


def test_configuration_and_variables_in_json_are_not_plans() -> None:
    for path in ("a.tf.json", "a.tofu.json", "a.auto.tfvars.json"):
        format_ = Project.of({path: json.dumps(plan())}).format_of(path)
        assert format_ is not None and format_.name == "terraform"


def test_a_raw_state_is_never_configuration() -> None:
    state = '{"version": 4, "terraform_version": "1.11.4", "resources": []}'
    of = Project.of({"terraform.tfstate": state, "terraform.tfstate.backup": state, "main.tf": ""})
    assert [of.format_of(path) for path in ("terraform.tfstate", "terraform.tfstate.backup")] == [None, None]


# -- what is judged


def test_every_instance_is_an_item_with_the_address_that_the_plan_gives_it() -> None:
    of = project(
        plan(
            change("aws_db_instance.main", DATABASE),
            change("aws_db_instance.many[1]", DATABASE),
            change('module.db["a.b"].aws_db_instance.main', DATABASE),
            change("module.a.module.b[0].data.aws_ami.x", {"owners": ["self"]}, actions=("read",)),
            change("aws_db_instance.kept", DATABASE, actions=("no-op",)),
            change("aws_db_instance.replaced", DATABASE, actions=("delete", "create")),
            change("aws_db_instance.changed", DATABASE, actions=("update",)),
            change("aws_db_instance.gone", None, actions=("delete",)),
            change("aws_db_instance.left", None, actions=("forget",)),
        )
    )
    assert names(of) == [
        "aws_db_instance.main",
        "aws_db_instance.many[1]",
        "aws_db_instance.kept",
        "aws_db_instance.replaced",
        "aws_db_instance.changed",
        'module.db["a.b"].aws_db_instance.main',
        "module.a.module.b[0].data.aws_ami.x",
    ]
    assert failures(of) == []


def test_rules_judge_the_values_that_variables_got() -> None:
    expressions = {"storage_encrypted": ref("var.encrypted")}
    for value, verdict in ((False, "fail"), (True, "pass")):
        made = plan(
            change("aws_db_instance.main", {**DATABASE, "storage_encrypted": value}),
            resources=[written("aws_db_instance.main", expressions)],
        )
        assert judge("tf.storage-encrypted", project(made)) == verdict


def test_what_is_known_after_apply_is_unknown_and_says_of_what() -> None:
    made = plan(
        change("aws_db_instance.main", {"engine": "postgres"}, {"storage_encrypted": True, "kms_key_id": True, "arn": True}),
        change("aws_kms_key.db", {}, {"arn": True}),
        resources=[
            written(
                "aws_db_instance.main",
                {"storage_encrypted": ref("local.x", "var.y"), "kms_key_id": ref("aws_kms_key.db.arn", "aws_kms_key.db")},
            ),
            written("aws_kms_key.db"),
        ],
    )
    of = project(made)
    block = planned(of, "plan.json").instances["aws_db_instance.main"]
    encrypted, key = block.get("storage_encrypted"), block.get("kms_key_id")
    assert (
        isinstance(encrypted, Unknown)
        and object.__getattribute__(encrypted, "source") == "unknown until apply: aws_db_instance.main.storage_encrypted"
    )
    assert isinstance(key, Computed) and key.block is not None and key.block.name == "aws_kms_key.db"
    assert judge("tf.storage-encrypted", of) == "unknown"


def test_what_nobody_wrote_is_absent_though_the_provider_will_fill_it_in() -> None:
    """As in the configuration: the rules know what a provider does without the argument."""
    made = plan(
        change("aws_db_instance.main", {"engine": "postgres", "parameter_group_name": ""}, {"kms_key_id": True, "storage_encrypted": True}),
        resources=[written("aws_db_instance.main", {"engine": const("postgres")})],
    )
    block = planned(project(made), "plan.json").instances["aws_db_instance.main"]
    assert block.get("kms_key_id") is None and block.get("parameter_group_name") is None
    assert judge("tf.storage-encrypted", project(made)) == "fail"


def test_unknowns_inside_of_lists_and_objects_stay_where_they_are() -> None:
    made = plan(
        change(
            "aws_instance.web",
            {"vpc_security_group_ids": ["sg-1", None], "tags": {"a": "b"}, "root_block_device": [{"encrypted": False}]},
            {
                "vpc_security_group_ids": [False, True],
                "tags": {"id": True},
                "root_block_device": [{"kms_key_id": True}],
                "ebs_block_device": True,
            },
        ),
        resources=[
            written(
                "aws_instance.web",
                {
                    "vpc_security_group_ids": ref("aws_security_group.a.id", "aws_security_group.a"),
                    "tags": ref("var.tags"),
                    "root_block_device": [{"encrypted": const(False)}],
                    "ebs_block_device": [{}],
                },
            )
        ],
    )
    block = planned(project(made), "plan.json").instances["aws_instance.web"]
    groups, tags = block.get("vpc_security_group_ids"), block.get("tags")
    assert groups[0] == "sg-1" and isinstance(groups[1], Unknown) and tags["a"] == "b" and isinstance(tags["id"], Unknown)
    assert block.get("root_block_device", "encrypted") is False and block.get("root_block_device", "kms_key_id") is None
    assert isinstance(block.section.blocks("ebs_block_device"), Unknown) and block.blocks("timeouts") == ()


def test_parts_of_a_bucket_find_it_through_the_references_of_the_configuration() -> None:
    on = {"block_public_acls": True, "block_public_policy": True, "ignore_public_acls": True, "restrict_public_buckets": True}
    part = written("aws_s3_bucket_public_access_block.data", {"bucket": ref("aws_s3_bucket.data.id", "aws_s3_bucket.data")})
    made = plan(
        change("aws_s3_bucket.data", {"bucket": "data"}, {"id": True}),
        change("aws_s3_bucket.other", {"bucket": "other"}, {"id": True}),
        change("aws_s3_bucket_public_access_block.data", on, {"bucket": True}),
        resources=[written("aws_s3_bucket.data"), written("aws_s3_bucket.other"), part],
    )
    found = findings("tf.s3-public-access-block", project(made))
    assert [name for name, failing in found.items() if failing] == ["aws_s3_bucket.other"]


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        (("aws_s3_bucket.b", "count.index"), "[1]"),
        (("aws_s3_bucket.b[1].id", "aws_s3_bucket.b[1]", "aws_s3_bucket.b"), ""),
        (("local.buckets",), "[1]"),
    ],
)
def test_parts_of_one_instance_say_nothing_of_another(reference: tuple[str, ...], key: str) -> None:
    known = reference[0].startswith("local")
    part = change(
        f"aws_s3_bucket_versioning.b{key}",
        {"versioning_configuration": [{"status": "Enabled"}], **({"bucket": "b-1"} if known else {})},
        {} if known else {"bucket": True},
    )
    made = plan(
        change("aws_s3_bucket.b[0]", {"bucket": "b-0"}, {"id": True}),
        change("aws_s3_bucket.b[1]", {"bucket": "b-1"}, {"id": True}),
        part,
        resources=[
            written("aws_s3_bucket.b", count_expression=const(2)),
            written("aws_s3_bucket_versioning.b", {"bucket": ref(*reference)}),
        ],
    )
    found = findings("tf.bucket-versioning", project(made))
    assert [name for name, failing in found.items() if failing] == ["aws_s3_bucket.b[0]"]


def test_references_lead_through_modules() -> None:
    child = {
        "resources": [written("aws_s3_bucket_versioning.v", {"bucket": ref("var.id")})],
        "variables": {"id": {}},
        "outputs": {},
    }
    bucket = {"resources": [written("aws_s3_bucket.b")], "outputs": {"id": {"expression": ref("aws_s3_bucket.b.id", "aws_s3_bucket.b")}}}
    made = plan(
        change("module.bucket.aws_s3_bucket.b", {}, {"id": True, "bucket": True}),
        change("module.part.aws_s3_bucket_versioning.v", {"versioning_configuration": [{"status": "Enabled"}]}, {"bucket": True}),
        calls={
            "bucket": {"source": "./bucket", "module": bucket},
            "part": {"source": "./part", "expressions": {"id": ref("module.bucket.id", "module.bucket")}, "module": child},
        },
    )
    assert judge("tf.bucket-versioning", project(made)) == "pass"


def test_a_state_is_judged_as_it_is() -> None:
    resource = {"address": "aws_db_instance.main", "mode": "managed", "type": "aws_db_instance", "name": "main", "values": DATABASE}
    inner = {**resource, "address": "module.a.aws_db_instance.main", "sensitive_values": {}}
    values = {"root_module": {"resources": [resource], "child_modules": [{"address": "module.a", "resources": [inner]}]}}
    of = project({"format_version": "1.0", "terraform_version": "1.11.4", "values": values})
    assert names(of) == ["aws_db_instance.main", "module.a.aws_db_instance.main"]
    assert judge("tf.storage-encrypted", of) == "fail"


def test_data_that_was_read_while_planning_is_there() -> None:
    data = {"address": "data.aws_ami.x", "mode": "data", "type": "aws_ami", "name": "x", "values": {"owners": ["self"]}}
    gone = {"address": "aws_db_instance.old", "mode": "managed", "type": "aws_db_instance", "name": "old", "values": {}}
    of = project(plan(prior_state={"format_version": "1.0", "values": {"root_module": {"resources": [data, gone]}}}))
    assert names(of) == ["data.aws_ami.x"]


def test_what_no_plan_holds_is_unknown_without_the_configuration() -> None:
    made = plan(change("google_kms_crypto_key.k", {"name": "k"}), resources=[written("google_kms_crypto_key.k")])
    assert judge("tf.prevent-destroy", project(made)) == "unknown"
    code = 'resource "google_kms_crypto_key" "k" {\n  name = "k"\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    assert judge("tf.prevent-destroy", project(made, **{"main.tf": code})) == "pass"


# -- places


CODE = {
    "infra/main.tf": 'resource "aws_db_instance" "main" {\n  count             = 2\n  storage_encrypted = var.encrypted\n}\n'
    'module "db" {\n  source    = "./db"\n  encrypted = false\n}\nvariable "encrypted" {}\n',
    "infra/db/main.tf": 'variable "encrypted" {}\nresource "aws_db_instance" "main" {\n  storage_encrypted = var.encrypted\n}\n',
}
CODED = plan(
    change("aws_db_instance.main[0]", DATABASE),
    change("aws_db_instance.main[1]", DATABASE),
    change("module.db.aws_db_instance.main", {**DATABASE, "backup_retention_period": 0}),
    resources=[written("aws_db_instance.main", {"storage_encrypted": ref("var.encrypted")}, count_expression=const(2))],
    calls={
        "db": {"source": "./db", "module": {"resources": [written("aws_db_instance.main", {"storage_encrypted": ref("var.encrypted")})]}}
    },
)


@pytest.mark.parametrize("path", ["infra/plan.json", "infra/out/plan.json", "plan.json"], ids=["beside", "below", "elsewhere"])
def test_findings_point_at_the_configuration(path: str) -> None:
    of = project(CODED, path, **CODE)
    found = {name: str(failing[0].span) for name, failing in findings("tf.storage-encrypted", of, path).items()}
    assert found == {
        "aws_db_instance.main[0]": "infra/main.tf:3:3",
        "aws_db_instance.main[1]": "infra/main.tf:3:3",
        "module.db.aws_db_instance.main": "infra/main.tf:7:3",
    }
    absent = findings("tf.backup-automation", of, path)
    assert str(absent["module.db.aws_db_instance.main"][0].span) == "infra/db/main.tf:2:1"


def test_configuration_with_other_addresses_is_not_what_was_planned() -> None:
    other = {"main.tf": 'resource "aws_db_instance" "renamed" {}\nmodule "db" {\n  source = "./db"\n}\n'}
    found = findings("tf.storage-encrypted", project(CODED, **other))
    assert {failing[0].span.path for failing in found.values()} == {"plan.json"}


@pytest.mark.parametrize("indent", [None, 2])
def test_findings_point_into_the_json_where_there_is_no_configuration(indent: int | None) -> None:
    text = json.dumps(CODED, indent=indent)
    found = findings("tf.storage-encrypted", project(text))["aws_db_instance.main[1]"][0].span
    assert found.path == "plan.json"
    line = text.split("\n")[found.line - 1]
    assert line[found.column - 1 : found.end_column - 1] == '"storage_encrypted": false'
    before = "\n".join([*text.split("\n")[: found.line - 1], line[: found.column]])
    assert before.count('"change"') == 2  # the one of the second resource


def test_something_absent_points_at_the_address() -> None:
    text = json.dumps(plan(change("aws_s3_bucket.b", {"bucket": "b"})))
    span = findings("tf.s3-public-access-block", project(text))["aws_s3_bucket.b"][0].span
    assert text[span.column - 1 : span.end_column - 1] == '"address": "aws_s3_bucket.b"'


def test_one_of_several_blocks_is_the_one_that_it_was_written_as() -> None:
    code = (
        'resource "aws_security_group" "a" {\n'
        '  ingress {\n    from_port = 443\n    to_port = 443\n    protocol = "tcp"\n    cidr_blocks = ["10.0.0.0/8"]\n  }\n'
        '  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = "tcp"\n    cidr_blocks = var.any\n  }\n}\nvariable "any" {}\n'
    )
    ingress = [
        {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]},
        {"from_port": 443, "to_port": 443, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"]},
    ]
    made = plan(change("aws_security_group.a", {"ingress": ingress}), resources=[written("aws_security_group.a", {"ingress": [{}, {}]})])
    found = findings("tf.no-open-ingress", project(made, **{"main.tf": code}))["aws_security_group.a"]
    assert [finding.span.line for finding in found] == [12]


# -- secrets


def test_what_is_sensitive_is_judged_and_never_shown() -> None:
    secret = "correct-horse-battery"
    made = plan(
        change("aws_db_instance.main", {**DATABASE, "password": secret, "identifier": f"x-{secret}"}, sensitive={"password": True}),
        resources=[written("aws_db_instance.main", {"password": ref("var.password")})],
        variables={"password": {"sensitive": True}},
    ) | {"variables": {"password": {"value": secret}}}
    of = project(made)
    contents = of.contents("plan.json")
    assert contents is not None
    block = planned(of, "plan.json").instances["aws_db_instance.main"]
    assert block.get("password") == secret
    assert block.finding(f"{secret} is short").message == "(sensitive) is short"
    assert block.advice(f"'{secret}'").message == "'(sensitive)'"
    for rule in builtin.rules("tf"):
        for resource in contents.resources:
            if resource.kind in rule.on and applies(rule, resource, of):
                outcome = evaluate(rule, resource, of)
                for finding in (*outcome.failing, *outcome.advice):
                    shown = [finding.message, *excerpt(of.text("plan.json"), finding.span, alone=True)]
                    assert secret not in " ".join(shown), rule.id
                assert secret not in (outcome.unknown or "")


@pytest.mark.parametrize(
    ("value", "message"), [(False, "multi_az is (sensitive)"), (12, "it is (sensitive), not 120"), ("ab", "as (sensitive) is, not abc")]
)
def test_short_values_are_hidden_as_words(value: Any, message: str) -> None:
    made = plan(change("aws_db_instance.main", {"multi_az": value}, sensitive={"multi_az": True}))
    block = planned(project(made), "plan.json").instances["aws_db_instance.main"]
    assert block.finding(message.replace("(sensitive)", str(value).lower() if isinstance(value, bool) else str(value))).message == message


def test_nothing_around_a_cause_is_shown_of_a_plan(pytester: pytest.Pytester) -> None:
    secret = "correct-horse-battery"
    made = plan(change("aws_db_instance.main", {"password": secret, **DATABASE}, sensitive={"password": True}))
    pytester.path.joinpath("plan.json").write_text(json.dumps(made), encoding="utf-8")
    result = pytester.runpytest("--readiness-only", "--readiness-report=json:out.json", "-p", "no:cacheprovider")
    shown = result.stdout.str() + pytester.path.joinpath("out.json").read_text("utf-8")
    assert "storage_encrypted" in shown and "tf.storage-encrypted[aws_db_instance.main]" in shown and secret not in shown


def test_checks_hang_on_the_plan(pytester: pytest.Pytester) -> None:
    for path, text in {**CODE, "infra/plan.json": json.dumps(CODED)}.items():
        place = pytester.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    name = "infra/plan.json::tf.storage-encrypted[aws_db_instance.main.1]"
    result = pytester.runpytest("-p", "no:cacheprovider", "--readiness", name, "-v")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*infra/main.tf:3:3: P? tf.storage-encrypted: *", "     3 |   storage_encrypted = var.encrypted"])


# -- beside the configuration, and for the repository


def test_configuration_and_plan_are_both_judged() -> None:
    of = project(CODED, "infra/plan.json", **CODE)
    kinds = {path: [resource.name for resource in of.contents(path).resources if resource.kind == "tf.resource"] for path in of.paths}  # type: ignore[union-attr]
    assert kinds["infra/main.tf"] == ["aws_db_instance.main"] and kinds["infra/db/main.tf"] == ["module.db.aws_db_instance.main"]
    assert len(kinds["infra/plan.json"]) == 3


def test_rules_of_the_repository_see_the_plan_in_place_of_its_root() -> None:
    def modules(**files: str) -> list[str]:
        of = Project.of(files)
        return [repr(module) for resource in of.repository if resource.kind == "tf.repository" for module in resource.modules]  # type: ignore[attr-defined]

    written_ = json.dumps(CODED)
    assert [text.split()[0] for text in modules(**{"infra/plan.json": written_})] == ["<PlannedModule"] * 2
    both = modules(**{"infra/plan.json": written_, **CODE, "other/main.tf": 'resource "aws_s3_bucket" "x" {}\n'})
    assert both == ["<Module . other>", "<PlannedModule . infra>", "<PlannedModule module.db. infra/db>"]
    destroyed = json.dumps(plan(change("aws_db_instance.main[0]", None, actions=("delete",))))
    assert modules(**{"infra/plan.json": destroyed, **CODE}) == ["<Module . infra>", "<Module module.db. infra/db>"]


def test_a_trail_in_a_plan_is_a_trail_of_the_repository() -> None:
    code = {"main.tf": 'terraform {\n  backend "s3" {}\n}\nresource "aws_vpc" "a" {}\nmodule "trail" {\n  source = "x/y/aws"\n}\n'}
    trail = change("module.trail.aws_cloudtrail.t", {"is_multi_region_trail": True, "enable_log_file_validation": True, "kms_key_id": "k"})
    made = plan(change("aws_vpc.a", {}), trail, resources=[written("aws_vpc.a")], calls={"trail": {"source": "x/y/aws", "module": {}}})
    rule = next(rule for rule in builtin.rules("tf") if rule.id == "tf.cloudtrail")
    of = project(made, **code)
    repository = next(resource for resource in of.repository if resource.kind == "tf.repository")
    assert not evaluate(rule, repository, of).failing


def test_a_part_of_a_plan_does_not_say_what_is_missing() -> None:
    made = plan(change("aws_s3_bucket.data", {"bucket": "data"}))
    assert judge("tf.s3-public-access-block", project(made)) == "fail"
    assert judge("tf.s3-public-access-block", project({**made, "complete": False})) == "unknown"


def test_a_plan_for_development_is_not_production() -> None:
    made = plan(change("aws_db_instance.main", {**DATABASE, "multi_az": False}))
    assert judge("tf.multi-az", project(made, "plans/prod.json")) == "fail"
    assert judge("tf.multi-az", project(made, "plans/dev.json")) == "none"
    assert judge("tf.multi-az", project(made, "build/ci/plan.json")) == "fail"


def test_what_a_plan_switches_on_for_an_account_counts() -> None:
    default = change("aws_ebs_encryption_by_default.on", {"enabled": True})
    assert judge("tf.storage-encrypted", project(plan(change("aws_ebs_volume.v", {"size": 1})))) == "fail"
    assert judge("tf.storage-encrypted", project(plan(change("aws_ebs_volume.v", {"size": 1}), default))) == "pass"


def test_the_target_of_inline_logging_is_found_among_instances() -> None:
    made = plan(
        change("aws_s3_bucket.logs[0]", {"bucket": "logs"}, {"id": True}),
        change("aws_s3_bucket.data", {"bucket": "data", "logging": [{}]}, {"logging": [{"target_bucket": True}]}),
        resources=[
            written("aws_s3_bucket.logs", count_expression=const(1)),
            written(
                "aws_s3_bucket.data",
                {"logging": [{"target_bucket": ref("aws_s3_bucket.logs[0].id", "aws_s3_bucket.logs[0]", "aws_s3_bucket.logs")}]},
            ),
        ],
    )
    assert judge("tf.bucket-access-logging", project(made)) == "pass"


# -- bad input


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (json.dumps(CODED)[:-200], "not valid JSON: the text ends in the middle"),
        (json.dumps({**CODED, "format_version": "2.0"}), 'is of format_version "2.0": versions 0.x and 1.x are read'),
        (json.dumps({**CODED, "format_version": 12}), "is of format_version 12: versions 0.x and 1.x are read"),
        (json.dumps({**CODED, "resource_changes": {}}), "resource_changes must be a list"),
        (json.dumps({**CODED, "resource_changes": [5]}), "an item of resource_changes must be an object"),
        (json.dumps({**CODED, "errored": True}), "the run that made this plan ended with an error: what is missing here was not planned"),
        (json.dumps(plan(change("aws_vpc.a", {}), change("aws_vpc.a", {}))), "aws_vpc.a comes twice"),
        (json.dumps(plan({**change("aws_vpc.a", {}), "address": "aws_vpc.b"})), "the address does not fit to aws_vpc.a"),
        (json.dumps(plan({**change("aws_vpc.a", {}), "change": []})), "change must be an object"),
        (json.dumps(CODED).replace("false", "NaN"), "not valid JSON: NaN is no JSON number"),
        ('{"format_version":"1.2","planned_values":' + "[" * 100_000, "not valid JSON: nested too deeply"),
        ('{"format_version":"1.2","planned_values":' + "1" * 10_000 + "}", "not valid JSON: Exceeds the limit (4300"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_plan_is_said(text: str, reason: str) -> None:
    assert any(found.startswith(reason) for found in failures(project(text))), failures(project(text))


def test_addresses_through_endless_modules_are_no_work() -> None:
    made = change("aws_vpc.a", {})
    made["address"] = "module.a." * 500_000 + "aws_vpc.a"
    started = time.perf_counter()
    assert failures(project(plan(made))) == ["modules are nested deeper than 50 levels"]
    assert time.perf_counter() - started < 5


def test_the_rest_of_a_plan_is_judged() -> None:
    of = project({**CODED, "resource_changes": [5, *CODED["resource_changes"], {"change": {"actions": ["create"], "after": {}}}]})
    assert len(names(of)) == 3 and len(failures(of)) == 2


RICH = plan(
    *CODED["resource_changes"],
    change("aws_s3_bucket.b", {"bucket": "b", "tags": {"a": "b"}}, {"id": True, "tags": {"c": True}}, {"tags": {"a": True}}),
    change("aws_s3_bucket_versioning.b", {"versioning_configuration": [{"status": "Enabled"}]}, {"bucket": True}),
    change("aws_iam_policy.p", {"policy": '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'}),
    resources=[
        *CODED["configuration"]["root_module"]["resources"],
        written("aws_s3_bucket.b", {"bucket": const("b"), "tags": ref("var.tags")}),
        written("aws_s3_bucket_versioning.b", {"bucket": ref("aws_s3_bucket.b.id", "aws_s3_bucket.b"), "versioning_configuration": [{"status": const("Enabled")}]}),
    ],
    calls=CODED["configuration"]["root_module"]["module_calls"],
    variables={"tags": {"default": {"a": "b"}, "sensitive": True}},
    prior_state={"format_version": "1.0", "values": {"root_module": {"child_modules": [{"address": "module.x", "resources": []}]}}},
)  # fmt: skip


def paths_in(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, item in inner for found in paths_in(item, (*path, key)))]


PATHS = paths_in(RICH)[1:]
STRANGE = [
    None,
    True,
    False,
    0,
    -1,
    1e300,
    "",
    "x",
    "\x00",
    "module.a[",
    [],
    {},
    [[]],
    [None],
    {"": None},
    [{"references": [1]}],
    "deleted",
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(STRANGE)), min_size=1, max_size=3), st.booleans())
def test_no_shape_of_a_plan_breaks_anything(mutations: list[tuple[tuple[Any, ...], Any]], beside: bool) -> None:
    data = json.loads(json.dumps(RICH))
    for path, strange in mutations:
        node = data
        for key in path[:-1]:
            node = (
                node[key]
                if (isinstance(node, dict) and key in node) or (isinstance(node, list) and isinstance(key, int) and key < len(node))
                else None
            )
        if isinstance(node, dict) and strange == "deleted":
            node.pop(path[-1], None)
        elif isinstance(node, dict) or (isinstance(node, list) and isinstance(path[-1], int) and path[-1] < len(node)):
            node[path[-1]] = strange
    of = Project.of({"infra/plan.json": json.dumps(data), **(CODE if beside else {})})
    contents = of.contents("infra/plan.json")
    if contents is None:
        return
    assert not [failure for failure in contents.failures if CRASH in failure.reason], contents.failures
    for rule in builtin.rules("tf"):
        for resource in (*contents.resources, *of.repository):
            if resource.kind in rule.on and applies(rule, resource, of):
                outcome = evaluate(rule, resource, of)
                assert outcome.crash is None, (rule.id, outcome.crash, mutations)


def test_large_plans_are_read_in_bounded_time() -> None:
    changes = [change(f"aws_db_instance.d{place}", {**DATABASE, "tags": {"filling": "x" * 3_500}}) for place in range(2_000)]
    resources = [written(f"aws_db_instance.d{place}", {"storage_encrypted": const(False)}) for place in range(2_000)]
    text = json.dumps(plan(*changes, resources=resources))
    assert 8_000_000 < len(text) < 10_000_000
    started = time.perf_counter()
    found = findings("tf.storage-encrypted", project(text))
    assert len(found) == 2_000 and all(failing for failing in found.values())
    assert time.perf_counter() - started < 20


@settings(max_examples=100)
@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
    st.sampled_from([None, 1]),
)
def test_places_are_those_of_the_text(data: Any, indent: int | None) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    source = Source("a.json", text)
    assert source.data == data
    for path in paths_in(data):
        entry = source.find(*path)
        assert entry is not None
        expected = data
        for key in path:
            expected = expected[key]
        assert json.loads(text[entry.value : entry.end]) == expected


# -- as terraform makes them

MODULE = """
variable "name" {}
variable "ref" {}
resource "terraform_data" "inner" {
  input = [var.name, var.ref]
}
output "id" {
  value = terraform_data.inner.id
}
"""
ROOT = """
variable "names" {
  default = ["a", "b"]
}
variable "password" {
  sensitive = true
  default   = "correct-horse"
}
resource "terraform_data" "one" {
  count = 2
  input = { name = var.names[count.index], password = var.password }
}
resource "terraform_data" "two" {
  for_each         = toset(var.names)
  input            = terraform_data.one[0].id
  triggers_replace = [terraform_data.one[1].output, "known"]
}
module "m" {
  source   = "./m"
  for_each = { x = 1, "y.z" = 2 }
  name     = each.key
  ref      = terraform_data.one[0].id
}
"""


def terraform(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["terraform", *arguments], cwd=directory, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A plan of a small configuration, and the state after it."""
    if shutil.which("terraform") is None:
        pytest.skip("no terraform on PATH: no plan of Terraform itself is judged")
    place = tmp_path_factory.mktemp("terraform")
    (place / "m").mkdir()
    (place / "m" / "main.tf").write_text(MODULE, encoding="utf-8")
    (place / "main.tf").write_text(ROOT, encoding="utf-8")
    terraform(place, "init", "-no-color")
    terraform(place, "plan", "-out=plan", "-no-color")
    first = terraform(place, "show", "-json", "plan")
    terraform(place, "apply", "-no-color", "plan")
    terraform(place, "plan", "-out=again", "-no-color")
    return {"plan": first, "state": terraform(place, "show", "-json"), "again": terraform(place, "show", "-json", "again")}


EVERYTHING = [
    "terraform_data.one[0]",
    "terraform_data.one[1]",
    'terraform_data.two["a"]',
    'terraform_data.two["b"]',
    'module.m["x"].terraform_data.inner',
    'module.m["y.z"].terraform_data.inner',
]


@pytest.mark.parametrize("which", ["plan", "state", "again"])
@pytest.mark.parametrize("beside", [True, False])
def test_plans_that_terraform_made(made: Mapping[str, str], which: str, beside: bool) -> None:
    files = {"main.tf": ROOT, "m/main.tf": MODULE} if beside else {}
    of = project(made[which], **files)
    assert failures(of) == [] and names(of) == EVERYTHING
    root = planned(of, "plan.json")
    assert root.is_alone is not beside
    assert root.instances["terraform_data.one[1]"].get("input") == {"name": "b", "password": "correct-horse"}
    spans = {resource.span.path for resource in of.contents("plan.json").resources}  # type: ignore[union-attr]
    assert spans == ({"main.tf", "m/main.tf"} if beside else {"plan.json"})
    referred = root.instances['terraform_data.two["a"]'].get("input")
    if which == "plan":
        assert isinstance(referred, Computed) and referred.address == "terraform_data.one[0]"
        known, unknown = root.instances['terraform_data.two["a"]'].get("triggers_replace")[::-1]
        assert known == "known" and isinstance(unknown, Unknown)
        inner = root.located('module.m["y.z"].terraform_data.inner')
        assert inner is not None and inner.get("input")[0] == "y.z" and inner.refers("input") >= {"terraform_data.one[0]"}
    else:
        assert isinstance(referred, str) and len(referred) == 36
    assert "correct-horse" not in root.instances["terraform_data.one[0]"].finding("correct-horse").message


COMMENTED = """# readiness: ignore[tf.storage-encrypted] a cache (OPS-1) by ann until 2999-01-01
resource "aws_db_instance" "main" {
  storage_encrypted = var.on
}
variable "on" {} # readiness: ignore[tf.documented-interface] known (OPS-2) by ann until 2999-01-01
"""


def test_comments_in_the_configuration_hold_for_its_plan(pytester: pytest.Pytester) -> None:
    """The check of the plan fails and is excused; that of the configuration is unknown, so that the comment is not needless."""
    made = plan(change("aws_db_instance.main", DATABASE), resources=[written("aws_db_instance.main", {"storage_encrypted": ref("var.on")})])
    pytester.path.joinpath("main.tf").write_text(COMMENTED, encoding="utf-8")
    pytester.path.joinpath("plan.json").write_text(json.dumps(made), encoding="utf-8")
    pytester.path.joinpath("readiness.yaml").write_text("waivers:\n  inline: [P0, P1, P2, P3]\n", encoding="utf-8")
    pytester.runpytest("--readiness-only", "--readiness-report=json:out.json", "-p", "no:cacheprovider")
    checks = {check["id"]: check["outcome"] for check in json.loads(pytester.path.joinpath("out.json").read_text("utf-8"))["checks"]}
    assert checks["plan.json::tf.storage-encrypted[aws_db_instance.main]"] == "xfailed"
    assert checks["main.tf::tf.storage-encrypted[aws_db_instance.main]"] == "skipped"
    assert [name for name in checks if "readiness.waiver" in name] == []


# -- every rule, on its own examples

ON_RESOURCES = {rule.id: rule for rule in builtin.rules("tf") if set(rule.on) & set(RESOURCES)}
# what only the text says: lifecycles, and secrets inside of a function, of which a plan has the result
ONLY_IN_THE_TEXT = {"tf.prevent-destroy", "tf.replace-before-destroy", "tf.no-plaintext-secrets"}


def worst(rule: Rule, of: Project) -> str:
    """The worst verdict on resources, those of the plan alone where there is one."""
    paths = [path for path in of.paths if path.endswith("plan.json")] or of.paths
    contents = [found for path in paths if (found := of.contents(path)) is not None]
    outcomes = [
        evaluate(rule, resource, of)
        for each in contents
        for resource in each.resources
        if resource.kind in RESOURCES and resource.kind in rule.on and applies(rule, resource, of)
    ]
    assert not [outcome.crash for outcome in outcomes if outcome.crash]
    if any(outcome.failing for outcome in outcomes):
        return "fail"
    return "unknown" if any(outcome.unknown for outcome in outcomes) else "pass" if outcomes else "none"


@pytest.mark.parametrize("id", sorted(ON_RESOURCES))
def test_a_plan_of_an_example_is_judged_as_the_example(id: str) -> None:
    for example in ON_RESOURCES[id].examples:
        files = dict(example.files)
        code = [path for path in files if path.endswith((".tf", ".tf.json"))]
        of = Project.of(files)
        rule = replace(ON_RESOURCES[id], settings=rule_settings(ON_RESOURCES[id], load(of)))
        roots = [module for module in modules(of) if module.call is None] if code else []
        made = plan_of(of) if len(roots) == 1 else {"resource_changes": []}
        if not made["resource_changes"]:
            continue
        directory = code[0].rpartition("/")[0]
        path = f"{directory}/plan.json".lstrip("/")
        assert worst(rule, Project.of({**files, path: json.dumps(made)})) == worst(rule, of), "with its configuration"
        alone = {other: text for other, text in files.items() if other not in code}
        if id not in ONLY_IN_THE_TEXT:
            assert worst(rule, Project.of({**alone, path: json.dumps(made)})) == worst(rule, of), "alone"
