"""Policies in Rego: conftest's conventions, its input shapes, and verdicts equal to those of the engine asked directly."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from pytest_readiness import tools
from pytest_readiness.checks import applies
from pytest_readiness.checks import evaluate
from pytest_readiness.configuration import Configuration
from pytest_readiness.configuration import Policies
from pytest_readiness.model import Priority
from pytest_readiness.project import Project
from pytest_readiness.rego import engine
from pytest_readiness.rego import inputs
from pytest_readiness.rego import places
from pytest_readiness.rego import policies
from pytest_readiness.rego import rules
from pytest_readiness.rego import source

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  template:
    spec:
      containers:
        - name: app
          image: {image}
"""
WEB = DEPLOYMENT.format(name="web", image="shop/web:latest")
SAFE = DEPLOYMENT.format(name="safe", image="shop/safe:1.2.3")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def project(texts: dict[str, str], **settings) -> Project:
    made = Project.of(texts)
    made.configuration = Configuration(rego=Policies(**settings))
    return made


def verdicts(texts: dict[str, str], **settings) -> dict[str, list[str]]:
    """What fails, by check: the places and messages; an empty list has passed."""
    made = project(texts, **settings)
    found = {}
    for path in made.paths:
        contents = made.contents(path)
        resources = [each for each in (contents.resources if contents else ()) if each.kind == "rego.input"]
        found |= {f"{path}::{name}": value for name, value in _judged(made, resources).items()}
    return found | _judged(made, [each for each in made.repository if each.kind == "rego.combined"])


def _judged(made: Project, resources) -> dict[str, list[str]]:
    found = {}
    for resource in resources:
        for rule in rules.rules(made):
            if resource.kind in rule.on and applies(rule, resource, made):
                outcome = evaluate(rule, resource, made)
                assert outcome.crash is None, outcome.crash
                found[rule.id] = [f"{finding.span.line}: {finding.message}" for finding in outcome.failing]
    return found


def failures(files: dict[str, str], **settings) -> list[str]:
    made = project(files, **settings)
    return [f"{each.span}: {each.reason}" for path in made.paths if path.endswith(".rego") for each in made.contents(path).failures]


LATEST = 'package main\n\n{head} {{\n  c := input.spec.template.spec.containers[_]\n  endswith(c.image, ":latest")\n  msg := sprintf("%s is not pinned", [c.image])\n}}\n'
HEADS = {
    "the old syntax": "deny[msg]",
    "the new syntax": "deny contains msg if",
    "a violation": "violation contains msg if",
    "a violation in the old syntax": "violation[msg]",
    "a name of its own": "deny_latest contains msg if",
    "a name of its own in the old syntax": "violation_latest_tag[msg]",
    "a warning": "warn[msg]",
    "a named warning": "warn_latest contains msg if",
    "an object with a message": 'deny contains {"msg": msg, "details": {"image": c.image}} if',
    "an object with a message in the old syntax": 'violation[{"msg": msg}]',
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_every_convention_has_a_check_for_each_file(head: str) -> None:
    name = head.partition("[")[0].partition(" ")[0]
    found = verdicts({"policy/a.rego": LATEST.format(head=head), "web.yaml": WEB, "safe.yaml": SAFE})
    assert found == {
        f"web.yaml::rego.main.{name}": ["10: shop/web:latest is not pinned"],
        f"safe.yaml::rego.main.{name}": [],
    }


@pytest.mark.parametrize(
    "imports",
    ["import rego.v1", "import future.keywords", "import future.keywords.contains\nimport future.keywords.if", "import data.lib.k8s", ""],
)
def test_imports_of_either_version(imports: str) -> None:
    policy = LATEST.format(head="deny contains msg if").replace("package main\n", f"package main\n{imports}\n")
    assert verdicts({"policy/a.rego": policy, "web.yaml": WEB}) == {"web.yaml::rego.main.deny": ["10: shop/web:latest is not pinned"]}


def direct(policy: str, document: object, name: str) -> list[object]:
    """What regopy says when it is asked without us."""
    from regopy import Interpreter

    interpreter = Interpreter()
    interpreter.add_module("policy.rego", policy)
    interpreter.set_input_term(json.dumps(document))
    output = interpreter.query(f"x := [y | y := data.main.{name}]")
    return sorted(message for messages in output.results[0].bindings["x"] for message in messages)


SAME = {
    "nothing applies": ('deny contains msg if { input.kind == "Pod"; msg := "a pod" }', "deny"),
    "several rules of one name": (
        'deny contains "one" if input.kind == "Deployment"\ndeny contains "two" if not input.spec.replicas',
        "deny",
    ),
    "negation of what is absent": ('deny contains "no labels" if not input.metadata.labels', "deny"),
    "every": ('deny contains "all" if { every c in input.spec.template.spec.containers { contains(c.image, ":") } }', "deny"),
    "a helper function": (
        "deny contains m if { some c in input.spec.template.spec.containers; bad(c); m := c.name }\nbad(c) if not c.resources",
        "deny",
    ),
    "walk": ('deny contains v if { walk(input, [path, v]); path[count(path) - 1] == "image" }', "deny"),
    "a default": ('default allow := false\ndeny_a contains "no" if not allow', "deny_a"),
    "else": ('kind := "d" if { input.kind == "Deployment" } else := "other"\nwarn contains kind', "warn"),
    "quotes and breaks": ('deny contains m if m := "a \\"quoted\\" word"', "deny"),
    "a comprehension": (
        'deny contains m if { names := {c.name | some c in input.spec.template.spec.containers}; count(names) == 1; m := concat(",", names) }',
        "deny",
    ),
}


@pytest.mark.parametrize(("policy", "name"), SAME.values(), ids=SAME)
def test_verdicts_are_those_of_the_engine_asked_directly(policy: str, name: str) -> None:
    text = f"package main\nimport rego.v1\n{policy}\n"
    for document in (WEB, SAFE, "kind: Pod\napiVersion: v1\nmetadata: {name: p}\nspec: {containers: []}\n"):
        made = project({"policy/a.rego": text, "a.yaml": document})
        (data,) = (each.data for each in inputs.read("a.yaml", "yaml", made))
        (found,) = verdicts({"policy/a.rego": text, "a.yaml": document}).values()
        assert sorted(message.partition(": ")[2] for message in found) == direct(text, data, name)


MADE = {
    'concat(", ", ["k", "b"])': "k, b",
    'lower("A\\"B\\"")': 'a"b"',
    'replace("a/b", "/", "_")': "a_b",
    "format_int(10, 16)": "a",
    'json.marshal({"a": 1})': '{"a":1}',
    'regex.replace("aab", "a+", "c")': "cb",
    'urlquery.encode("a b")': "a%20b",
    'concat("", [lower(c.name), upper(c.name)])': "appAPP",
    "lower(input.spec.template.spec.containers[_].name)": "app",
    'sprintf("%s", [concat("-", ["a", "b"])])': "a-b",
}


@pytest.mark.parametrize(("made", "said"), MADE.items())
def test_a_text_that_a_function_makes_is_a_text_like_any_other_in_a_format(made: str, said: str) -> None:
    rest = "c := input.spec.template.spec.containers[0]\n"
    ways = (f'msg := sprintf("it is %s!", [{made}])', f'x := {made}\n  msg := sprintf("it is %v!", [x])')
    policy = "package main\nimport rego.v1\n" + "".join(f"deny contains msg if {{\n  {rest}  {way}\n}}\n" for way in ways)
    (found,) = verdicts({"policy/a.rego": policy, "web.yaml": WEB}).values()
    assert [message.partition(": ")[2] for message in found] == [f"it is {said}!"]


UNESCAPED = {
    "a part of what an expression finds": 'some x in regex.find_n("[a-z]+", input.kind, -1)\n  msg := sprintf("found %v", [x])',
    "a text with quotes that is trimmed": 'msg := trim(input.metadata.annotations.note, " ")',
    "such a text in a format": 'msg := sprintf("%v", [trim_space(input.metadata.annotations.note)])',
}


@pytest.mark.parametrize("body", UNESCAPED.values(), ids=UNESCAPED)
def test_an_answer_that_cannot_be_read_fails_at_the_line_of_the_policy(body: str) -> None:
    files = {
        "policy/a.rego": f"package main\nimport rego.v1\n\ndeny contains msg if {{\n  {body}\n}}\n",
        "web.yaml": WEB.replace("  name: web\n", "  name: web\n  annotations: {note: ' a \"b\" c '}\n"),
    }
    (found,) = verdicts(files).values()
    assert [message.partition(", so")[0] for message in found] == [
        "4: deny could not be evaluated for web.yaml: regopy does not escape what some functions make (trim, regex.find_n)"
    ]
    made = project(files)
    (rule,) = rules.rules(made)
    (resource,) = (each for each in made.contents("web.yaml").resources if each.kind == "rego.input")
    (finding,) = evaluate(rule, resource, made).failing
    assert str(finding.span) == "policy/a.rego:4:1"


def test_a_function_of_the_policies_may_be_called_like_one_of_the_engine() -> None:
    policy = "package main\nimport rego.v1\nlower(x) := {x}\ndeny contains msg if {\n  some m in lower(input.kind)\n  msg := m\n}\n"
    (found,) = verdicts({"policy/a.rego": policy, "web.yaml": WEB}).values()
    assert [message.partition(": ")[2] for message in found] == ["Deployment"]


def test_what_is_printed_is_taken_out_whatever_it_holds() -> None:
    policy = 'package main\nimport rego.v1\ndeny contains msg if {\n  print(sprintf("%q %s", [lower(input.kind), 1]))\n  msg := "no"\n}\n'
    assert "print" not in source.read("a.rego", policy).translated
    (found,) = verdicts({"policy/a.rego": policy, "web.yaml": WEB}).values()
    assert [message.partition(": ")[2] for message in found] == ["no"]


# -- what is and is not judged


def test_every_document_of_a_file_is_an_input_and_the_place_is_in_the_right_one() -> None:
    found = verdicts({"policy/a.rego": LATEST.format(head="deny[msg]"), "all.yaml": f"{SAFE}---\n{WEB}---\n"})
    assert found == {"all.yaml::rego.main.deny": ["21: shop/web:latest is not pinned"]}


def test_namespaces_are_main_unless_others_are_named() -> None:
    files = {
        "policy/a.rego": LATEST.format(head="deny[msg]"),
        "policy/b.rego": LATEST.format(head="deny[msg]").replace("package main", "package team.images"),
        "web.yaml": WEB,
    }
    assert list(verdicts(files)) == ["web.yaml::rego.main.deny"]
    assert list(verdicts(files, namespaces=("team.images",))) == ["web.yaml::rego.team.images.deny"]
    assert list(verdicts(files, namespaces=("all",))) == ["web.yaml::rego.main.deny", "web.yaml::rego.team.images.deny"]


EXCEPTION = 'exception[rules] {{\n  input.metadata.name == "web"\n  rules := {rules}\n}}\n'


@pytest.mark.parametrize(
    ("head", "excepted", "fails"),
    [
        ("deny_latest[msg]", '["latest"]', False),
        ("deny_latest[msg]", '["other"]', True),
        ("deny[msg]", '[""]', False),
        ("deny[msg]", '["latest"]', True),
        ("violation_latest contains msg if", '["x", "latest"]', False),
    ],
)
def test_an_exception_makes_advice_of_a_gap(head: str, excepted: str, fails: bool) -> None:
    made = project({"policy/a.rego": LATEST.format(head=head) + EXCEPTION.format(rules=excepted), "web.yaml": WEB})
    (rule,) = rules.rules(made)
    (resource,) = (each for each in made.contents("web.yaml").resources if each.kind == "rego.input")
    outcome = evaluate(rule, resource, made)
    assert bool(outcome.failing) is fails
    advice = "excepted by data.main.exception: shop/web:latest is not pinned"
    assert [finding.message for finding in outcome.advice] == ([] if fails else [advice])


def test_combined_files_are_one_input() -> None:
    policy = """\
package main
deny[msg] {
  a := input[i]; b := input[j]; i < j
  a.contents.metadata.name == b.contents.metadata.name
  msg := sprintf("%s and %s have one name", [a.path, b.path])
}
"""
    files = {"policy/a.rego": policy, "a.yaml": WEB, "b.yaml": WEB, "c.yaml": SAFE}
    assert verdicts(files, combine=True) == {"rego.main.deny": ["0: a.yaml and b.yaml have one name"]}


def test_data_has_the_names_of_the_directories_it_lies_in() -> None:
    policy = 'package main\ndeny[msg] {\n  not allowed\n  msg := "not allowed"\n}\nallowed { data.names[_] == input.metadata.name }\nallowed { data.teams.shop.names[_] == input.metadata.name }\n'
    files = {
        "policy/a.rego": policy,
        "web.yaml": WEB,
        "safe.yaml": SAFE,
        "lists/names.yaml": "names: [web]",
        "lists/teams/shop/x.json": '{"names": ["y"]}',
    }
    assert verdicts(files, data=("lists",)) == {"web.yaml::rego.main.deny": [], "safe.yaml::rego.main.deny": ["0: not allowed"]}
    files["lists/teams/shop/x.json"] = '{"names": ["safe"]}'
    assert verdicts(files, data=("lists/",))["safe.yaml::rego.main.deny"] == []


def test_files_are_chosen_by_parser() -> None:
    policy = 'package main\ndeny[msg] { input.a == 1; msg := "one" }\n'
    files = {"policy/a.rego": policy, "web.yaml": WEB, "x/some.json": '{"a": 1}', "x/other.conf": "a: 1\n"}
    found = verdicts(files, files={"json": ("x/*.json",), "yaml": ("x/*.conf",)})
    assert found == {"x/other.conf::rego.main.deny": ["0: one"], "x/some.json::rego.main.deny": ["0: one"]}


def test_a_named_file_that_cannot_be_read_is_a_failure_of_its_own() -> None:
    made = project({"policy/a.rego": "package main\ndeny[msg] { msg := input.a }\n", "x.json": "{"}, files={"json": ("*.json",)})
    assert len(made.contents("x.json").failures) == 1
    assert made.contents("x.json").resources == ()


def test_a_template_is_no_input_unless_it_is_named() -> None:
    files = {
        "policy/a.rego": "package main\ndeny[msg] { msg := input.a }\n",
        "charts/x/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        "charts/x/templates/a.yaml": "a: {{ .Values.b }}\n{{- if .c }}\n",
    }
    assert verdicts(files) == {"charts/x/Chart.yaml::rego.main.deny": []}


# -- the shapes of inputs


def shape(path: str, text: str, parser: str) -> object:
    found = [document.data for document in inputs.read(path, parser, Project.of({path: text}))]
    return found[0] if len(found) == 1 else found


def test_the_shape_of_a_dockerfile() -> None:
    text = """\
ARG VERSION=3.12
# the builder
FROM --platform=linux/amd64 python:$VERSION AS build
RUN pip install \\
    flask
ENV A=1 B="two words"
ENV OLD some value
COPY --chown=app --from=build a b /app/
FROM scratch
CMD ["run", "it"]
HEALTHCHECK --interval=5s CMD curl -f http://localhost/
EXPOSE 80 443/tcp
ONBUILD RUN make
"""
    commands = shape("Dockerfile", text, "dockerfile")
    rows = [(c["Cmd"], c["SubCmd"], c["Flags"], c["JSON"], c["Value"], c["Stage"]) for c in commands]
    assert rows[:4] == [
        ("arg", "", [], False, ["VERSION=3.12"], 0),
        ("comment", "", None, False, ["the builder"], 0),
        ("from", "", ["--platform=linux/amd64"], False, ["python:$VERSION", "AS", "build"], 0),
        ("run", "", [], False, rows[3][4], 0),
    ]
    assert " ".join(rows[3][4][0].split()) == "pip install flask"
    assert rows[4:] == [
        ("env", "", [], False, ["A", "1", "=", "B", '"two words"', "="], 0),
        ("env", "", [], False, ["OLD", "some value", ""], 0),
        ("copy", "", ["--chown=app", "--from=build"], False, ["a", "b", "/app/"], 0),
        ("from", "", [], False, ["scratch"], 1),
        ("cmd", "", [], True, ["run", "it"], 1),
        ("healthcheck", "", ["--interval=5s"], False, ["CMD", "curl -f http://localhost/"], 1),
        ("expose", "", [], False, ["80", "443/tcp"], 1),
        ("onbuild", "run", [], False, ["make"], 1),
    ]


def test_a_dockerfile_is_one_input_of_commands() -> None:
    policy = 'package main\ndeny[msg] {\n  input[i].Cmd == "from"\n  val := split(input[i].Value[0], ":")\n  val[1] == "latest"\n  msg := sprintf("%s is not pinned", [input[i].Value[0]])\n}\n'
    found = verdicts({"policy/a.rego": policy, "Dockerfile": "# base\nFROM python:latest\nRUN true\n"})
    assert found == {"Dockerfile::rego.main.deny": ["2: python:latest is not pinned"]}


def test_the_shape_of_terraform() -> None:
    text = """\
terraform {
  required_version = ">= 1.5"
}
variable "size" {
  type    = string
  default = -1
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs-${var.env}"
  tags   = { Team = var.team, "a b" = "x" }
  count  = var.enabled ? 1 : 0
  acl    = "private"
  zones  = ["a", local.b, 3, true, null]
  rule { id = 1 }
  rule { id = 2 }
}
resource "aws_s3_bucket" "data" {}
"""
    assert shape("main.tf", text, "hcl2") == {
        "terraform": [{"required_version": ">= 1.5"}],
        "variable": {"size": [{"type": "string", "default": -1}]},
        "resource": {
            "aws_s3_bucket": {
                "logs": [
                    {
                        "bucket": "logs-${var.env}",
                        "tags": {"Team": "${var.team}", "a b": "x"},
                        "count": "${var.enabled ? 1 : 0}",
                        "acl": "private",
                        "zones": ["a", "${local.b}", 3, True, None],
                        "rule": [{"id": 1}, {"id": 2}],
                    }
                ],
                "data": [{}],
            }
        },
    }


def test_a_terraform_address_leads_to_its_block() -> None:
    policy = 'package main\ndeny[msg] {\n  r := input.resource.aws_s3_bucket[name][_]\n  r.acl == "public-read"\n  msg := sprintf("aws_s3_bucket.%s is public", [name])\n}\n'
    tf = 'resource "aws_s3_bucket" "a" {\n  acl = "private"\n}\n\nresource "aws_s3_bucket" "b" {\n  acl = "public-read"\n}\n'
    assert verdicts({"policy/a.rego": policy, "main.tf": tf}) == {"main.tf::rego.main.deny": ["5: aws_s3_bucket.b is public"]}


def test_the_shape_of_an_environment_file() -> None:
    assert shape(".env", "# c\nexport A=1\nB='$A x'\nC=\"${A}!\"\nD=\n", "dotenv") == {"A": "1", "B": "$A x", "C": "1!", "D": ""}


def test_yaml_is_yaml_1_1_as_conftest_reads_it() -> None:
    assert shape("a.yaml", "on: {push: yes}\nquoted: 'yes'\nmode: 0644\n'off': no\nn: 10\n", "yaml") == {
        "true": {"push": True},
        "quoted": "yes",
        "mode": 420,
        "off": False,
        "n": 10,
    }


def test_lists_are_many_inputs_and_empty_documents_none() -> None:
    assert shape("a.yaml", "- a: 1\n- b: 2\n", "yaml") == [{"a": 1}, {"b": 2}]
    assert shape("a.json", '[{"a": 1}, {"b": 2}]', "json") == [{"a": 1}, {"b": 2}]
    assert shape("a.yaml", "a: 1\n---\n---\nb: 2\n", "yaml") == [{"a": 1}, {"b": 2}]
    assert shape("a.yaml", "# nothing\n", "yaml") == []


PLACES = {
    "a value that comes once": ("image shop/web:latest is bad", 10),
    "the name of the object": ("Deployment web is bad", 4),
    "a key in quotes": ("'containers' is bad", 8),
    "an ordinary word that is a value": ("app is bad", 0),
    "a value that looks like an address": ("registry.example.com is bad", 11),
    "nothing of the document": ("there is something else", 0),
}


@pytest.mark.parametrize(("message", "line"), PLACES.values(), ids=PLACES)
def test_the_line_is_where_the_message_lets_one_find_it(message: str, line: int) -> None:
    made = Project.of({"web.yaml": f"{WEB}          env: [{{name: HOST, value: registry.example.com}}]\n"})
    (document,) = inputs.read("web.yaml", "yaml", made)
    assert places.place(message, "web.yaml", document, made).line == line


# -- annotations


def test_annotations_are_title_reason_and_priority() -> None:
    policy = """\
package main

# METADATA
# title: Images are pinned
# description: What is latest tomorrow is another image.
# custom:
#   severity: CRITICAL
#   category: Kubernetes & Helm
#   remedy: name a version
deny_latest[msg] { msg := input.nothing }

# METADATA
# custom: {priority: P2}
warn_a[msg] { msg := input.nothing }

deny_b[msg] { msg := input.nothing }

warn_b[msg] { msg := input.nothing }
"""
    found = {rule.id: rule for rule in rules.rules(project({"policy/a.rego": policy}, priorities={"deny": Priority.P2}))}
    rule = found["rego.main.deny_latest"]
    assert (rule.title, rule.why, rule.remedy) == ("Images are pinned", "What is latest tomorrow is another image.", "name a version")
    assert (rule.category, rule.pack, rule.source) == ("Kubernetes & Helm", "policy/a.rego", "policy/a.rego:10")
    assert {id.partition(".main.")[2]: str(rule.priority) for id, rule in found.items()} == {
        "deny_latest": "P0",
        "warn_a": "P2",
        "deny_b": "P2",
        "warn_b": "P3",
    }


def test_annotations_steer_no_terminal() -> None:
    policy = 'package main\n# METADATA\n# title: "\\e[31mred"\n# description: "a\\n::error::b"\ndeny[msg] { msg := input.nothing }\n'
    (rule,) = rules.rules(project({"policy/a.rego": policy}))
    assert (rule.title, rule.why) == ("\\x1b[31mred", "a ::error::b")


# -- policies that are wrong


BROKEN = {
    "no package": ("deny[msg] { msg := 1 }\n", ":1:1: does not begin with a package, such as: package main"),
    "a package whose name is no part of an id": ('package main["a::b[*]"]\n', ":1:1: the package has a part that can be in no id"),
    "an open bracket": ('package main\n\ndeny[msg] {\n  msg := sprintf("x", [1]\n}\n', ":4:3: does not compile: this is unclosed"),
    "a function nobody has": ('package main\ndeny[msg] {\n  is_bad(input)\n  msg := "x"\n}\n', ":3:3: calls is_bad, which is no function"),
    "a function regopy lacks": (
        'package main\ndeny[msg] {\n  net.cidr_contains("10.0.0.0/8", input.ip)\n  msg := "x"\n}\n',
        ":3:3: calls net.cidr_contains",
    ),
    "the network": (
        "package main\ndeny[msg] {\n  r := http.send({})\n  msg := r.body\n}\n",
        ":3:3: calls http.send: policies are judged without network",
    ),
    "a variable without a value": ('package main\ndeny[msg] {\n  input.kind == "Pod"\n}\n', ":2:1: the variable msg never has a value"),
    "a value nobody gave": ("package main\ndeny[msg] {\n  msg := text\n}\n", ":3:3: the variable text never has a value"),
    "an object instead of a set": (
        'package main\nimport rego.v1\ndeny[msg] if {\n  msg := "x"\n}\n',
        ":3:1: deny[...] if makes an object, whose keys are no messages",
    ),
    "iteration that the in-process engine cannot do": (
        'package main\ndeny[msg] {\n  not startswith("a", input.names[_])\n  msg := "x"\n}\n',
        ":3:3: does not compile: Invalid bracket argument",
    ),
    "annotations that are no YAML": ('package main\n# METADATA\n# title: [a\ndeny[msg] { msg := "x" }\n', "its annotations cannot be read"),
}


@pytest.mark.parametrize(("policy", "said"), BROKEN.values(), ids=BROKEN)
def test_a_policy_that_cannot_be_used_fails_at_its_line(policy: str, said: str) -> None:
    (failure,) = failures({"policy/a.rego": policy, "web.yaml": WEB}, engine="regopy")
    assert failure.startswith("policy/a.rego")
    assert said in failure


def test_one_broken_policy_leaves_the_others() -> None:
    files = {"policy/a.rego": "package main\ndeny[msg] {\n", "policy/b.rego": LATEST.format(head="warn[msg]"), "web.yaml": WEB}
    assert len(failures(files)) == 1
    assert verdicts(files) == {"web.yaml::rego.main.warn": ["10: shop/web:latest is not pinned"]}


def test_what_holds_but_is_no_message_is_not_lost() -> None:
    policy = 'package main\ndeny = "text" { input.kind }\nwarn { input.kind }\nviolation[{"text": "x"}] { input.kind }\n'
    found = verdicts({"policy/a.rego": policy, "web.yaml": WEB})
    assert [len(each) for each in found.values()] == [1, 1, 1]
    assert "holds but is no set of messages" in found["web.yaml::rego.main.deny"][0]
    assert "without a text called msg" in found["web.yaml::rego.main.violation"][0]


def test_a_conflict_while_evaluating_fails_the_check() -> None:
    policy = 'package main\nf := 1 { input.kind }\nf := 2 { input.kind }\ndeny[msg] { msg := sprintf("%v", [f]) }\nwarn[msg] { msg := "still" }\n'
    found = verdicts({"policy/a.rego": policy, "web.yaml": WEB})
    assert found["web.yaml::rego.main.deny"][0].startswith("4: deny could not be evaluated for web.yaml: ")  # where the policy says so
    assert found["web.yaml::rego.main.warn"] == ["0: still"]


def test_messages_that_the_in_process_engine_would_leave_out() -> None:
    policy = 'package main\ndeny[msg] {\n  print("looking at", input.kind)\n  trace("x")\n  msg := sprintf("%d of %q is %s", [input.kind, input.metadata.name, [1, "b"]])\n}\n'
    assert verdicts({"policy/a.rego": policy, "web.yaml": WEB}) == {"web.yaml::rego.main.deny": ['4: Deployment of "web" is [1, "b"]']}


WALKED = {
    'startswith(input.items[_].n, "x")': True,
    "startswith(input.a, input.l[i])": True,
    "some i; startswith(input.a, input.l[i])": True,
    "i := 1; startswith(input.a, input.l[i])": False,
    'x := lower(input.items[_].n); x == "q1"': True,
    "count(input.items[_].tags) > 1": True,
    "count(input.items[i].tags) > 2": False,
    "bad(lower(input.items[_].n))": True,
    'input.items[_].n == concat("", [input.l[0], input.l[_]])': True,
    "input.items[_].tags[_] != input.l[_]": True,
    "x := [y | y := lower(input.l[_])]; count(x) == 2": True,
    "x := [lower(input.l[_]) | true]; count(x) == 2": True,
    'x := {lower(input.l[i]) | input.l[i] != "x"}; count(x) == 1': True,
    'startswith(input.nothing[_], "x")': False,
    "endswith(\n  input.items[_].n,\n  input.l[_],\n)": True,
}


@pytest.mark.parametrize(("body", "holds"), WALKED.items(), ids=WALKED)
def test_calls_iterate_as_they_do_in_opa(body: str, holds: bool) -> None:
    policy = f'package main\ndeny[msg] {{\n{body}\nmsg := "x"\n}}\nbad(x) {{ x == "xq" }}\n'
    document = "a: xy\nitems: [{n: Q1, tags: [t, u]}, {n: xq, tags: []}]\nl: [x, q]\n"
    found = verdicts({"policy/a.rego": policy, "a.yaml": document}, files={"yaml": ("a.yaml",)})
    assert found == {"a.yaml::rego.main.deny": ["0: x"] if holds else []}


def test_a_policy_that_does_not_end_is_stopped() -> None:
    policy = (
        'package main\ndeny[msg] {\n  n := numbers.range(1, 3000)\n  a := n[_]; b := n[_]; c := n[_]\n  a * b * c == -1\n  msg := "x"\n}\n'
    )
    (found,) = verdicts({"policy/a.rego": policy, "web.yaml": WEB}, timeout=0.5).values()
    assert found == ["2: deny could not be evaluated for web.yaml: the policies were stopped after 0.5 s"]


def test_tests_of_policies_are_no_policies() -> None:
    files = {
        "policy/a.rego": LATEST.format(head="deny[msg]"),
        "policy/a_test.rego": "package main\ntest_a { deny_all with input as {} }\n",
        "web.yaml": WEB,
    }
    assert failures(files) == []
    assert list(verdicts(files)) == ["web.yaml::rego.main.deny"]


@pytest.mark.parametrize(
    "text",
    ["package", "package main\n" + "{" * 5000, "package main\ndeny[", 'package main\nx := "', "\x0c`", "package main\n" + "a\n" * 20000],
)
def test_any_text_is_read_or_refused(text: str) -> None:
    failures({"policy/a.rego": text, "web.yaml": WEB})


# -- engines


def test_without_an_engine_there_is_one_failing_item_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.Regopy, "find", staticmethod(lambda: None))
    monkeypatch.setattr(engine.Opa, "find", staticmethod(lambda: None))
    files = {"policy/a.rego": LATEST.format(head="deny[msg]"), "policy/b.rego": LATEST.format(head="warn[msg]"), "web.yaml": WEB}
    assert failures(files) == ["policy/a.rego: there is no engine for Rego: pip install 'pytest-readiness[rego]', or put opa on PATH"]
    for name in ("opa", "regopy"):
        (failure,) = failures(files, engine=name)
        assert failure.startswith(f"policy/a.rego: engine: {name} is not ")
    assert verdicts(files) == {}
    assert [rule.id for rule in rules.rules(project(files))] == ["rego.main.deny", "rego.main.warn"]  # so that settings may name them


OPA = """\
#!{python}
import json, sys
command = sys.argv[1]
log = {log!r}
with open(log, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
if command == "check":
    if "BROKEN" in open("policy/a.rego").read():
        print(json.dumps({{"errors": [{{"message": "var x is unsafe", "location": {{"file": "policy/a.rego", "row": 2, "col": 1}}}}]}}), file=sys.stderr)
        sys.exit(1)
    sys.exit(0)
documents = json.load(open("input.json"))["inputs"]
value = [{{"main.deny": [["seen " + each["metadata"]["name"]]]}} for each in documents]
print(json.dumps({{"result": [{{"expressions": [{{"value": value}}]}}]}}))
"""


@pytest.fixture
def opa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that takes opa's arguments and answers as opa does."""
    log, program = tmp_path / "log", tmp_path / "opa"
    program.write_text(OPA.format(python=sys.executable, log=str(log)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return log


def test_opa_is_asked_once_for_all_inputs(opa: Path) -> None:
    files = {"policy/a.rego": LATEST.format(head="deny[msg]"), "web.yaml": WEB, "safe.yaml": SAFE}
    assert verdicts(files, engine="opa") == {"web.yaml::rego.main.deny": ["4: seen web"], "safe.yaml::rego.main.deny": ["4: seen safe"]}
    check, evaluation = (json.loads(line) for line in opa.read_text().splitlines())
    assert check == ["check", "--format", "json", "--v0-compatible", "policy/a.rego"]
    assert evaluation[:-1] == [
        "eval",
        "--format",
        "json",
        "--input",
        "input.json",
        "--data",
        "policy/a.rego",
        "--data",
        "data.json",
        "--v0-compatible",
    ]
    assert evaluation[-1] == '[r | doc := input.inputs[_]; r := {"main.deny": [y | y := data["main"]["deny"] with input as doc]}]'


def test_what_opa_says_of_a_policy_stands_at_its_line(opa: Path) -> None:
    assert failures({"policy/a.rego": "package main\ndeny[x] { BROKEN }\n", "web.yaml": WEB}, engine="opa") == [
        "policy/a.rego:2:1: does not compile: var x is unsafe"
    ]


def test_opa_is_taken_for_what_regopy_lacks(opa: Path) -> None:
    policy = 'package main\ndeny[msg] {\n  net.cidr_contains("10.0.0.0/8", input.ip)\n  msg := "x"\n}\n'
    files = {"policy/a.rego": policy, "web.yaml": WEB}
    assert failures(files) == []
    assert verdicts(files) == {"web.yaml::rego.main.deny": ["4: seen web"]}


# -- the text of a policy


def test_the_old_syntax_is_translated_line_by_line() -> None:
    policy = 'package main\n# deny[a] { no }\ndeny["x"]\ndeny[msg] { m := `deny[b] {`; msg := m } { msg := "z" }\nf(x) = y { y := x }\np[k] = v { v := input[k] }\n'
    translated = source.read("a.rego", policy).translated
    assert translated.splitlines()[2] == 'deny contains "x" '
    assert (
        translated.splitlines()[3].split()
        == 'deny contains msg if { m := `deny[b] {`; msg := m } ; deny contains msg if { msg := "z" }'.split()
    )
    assert translated.splitlines()[4:] == policy.splitlines()[4:]


def test_each_body_of_a_rule_counts() -> None:
    policy = 'package main\ndeny[msg] { input.a; msg := "one" } { input.kind; msg := "two" }\n'
    assert verdicts({"policy/a.rego": policy, "web.yaml": WEB}) == {"web.yaml::rego.main.deny": ["0: two"]}


def test_the_worker_is_a_program_of_its_own_that_imports_nothing_of_ours() -> None:
    worker = Path(engine.__file__).with_name("worker.py").read_text("utf-8")
    assert "pytest_readiness" not in worker
    assert "from ." not in worker


def test_results_are_kept_for_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"policy/a.rego": LATEST.format(head="deny[msg]"), "web.yaml": WEB}
    first = verdicts(files)
    monkeypatch.setattr(tools, "_run", lambda *_: pytest.fail("was started again"))
    assert verdicts(files) == first


SETTINGS = """\
rego:
  policies: [rules]
  data: [lists]
  namespaces: all
  files: {json: ['x/*.json']}
  priorities: {warn: P2}
"""
MISTAKES = {
    "a place without policies": (
        "rego: {policies: [policy, nothing]}",
        "readiness.yaml:1:27: rego: there is no policy (*.rego) at nothing",
    ),
    "data that is not there": ("rego:\n  data: [lists]", "readiness.yaml:2:10: rego: there is no data at lists"),
    "a glob of nothing": ("rego:\n  files: {json: ['*.json']}", "readiness.yaml:2:18: rego: no file matches *.json"),
    "a package nobody has": (
        "rego: {namespaces: [main, team]}",
        "readiness.yaml:1:27: rego: no policy is of package team (there are: main)",
    ),
    "a text instead of keys": ("rego: policy", "readiness.yaml:1:1: rego: must be a mapping or nothing, not 'policy'"),
    "an unknown parser": ("rego:\n  files: {toml: ['*.toml']}", "readiness.yaml:2:*toml*"),
    "an unknown key": ("rego: {policy: [a]}", "readiness.yaml:1:8: *policy*"),
    "a wrong priority": ("rego: {priorities: {warn: P9}}", "readiness.yaml:1:*P9*"),
}


def test_settings_are_read() -> None:
    from pytest_readiness.settings import load

    found = load(Project.of({"readiness.yaml": SETTINGS})).configuration.rego
    assert found is not None
    assert (found.policies, found.data, found.namespaces) == (("rules",), ("lists",), ("all",))
    assert (found.files, found.priorities) == ({"json": ("x/*.json",)}, {"warn": Priority.P2})
    assert load(Project.of({"readiness.yaml": "rego:\n"})).configuration.rego == Policies(
        span=found.span._replace(end_column=6), spans=load(Project.of({"readiness.yaml": "rego:\n"})).configuration.rego.spans
    )


@pytest.fixture
def here(pytester: pytest.Pytester) -> Path:
    (pytester.path / "policy").mkdir()
    (pytester.path / "policy" / "a.rego").write_text(LATEST.format(head="deny_latest[msg]"))
    (pytester.path / "web.yaml").write_text(WEB)
    return pytester.path


@pytest.mark.parametrize(("text", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_the_settings_ends_the_run_at_its_line(here: Path, pytester: pytest.Pytester, text: str, said: str) -> None:
    (here / "readiness.yaml").write_text(text)
    result = pytester.runpytest_inprocess("--readiness-only", "-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}" if "*" not in said else f"*{said}*"])


def test_a_place_without_policies_is_the_only_mistake_there(here: Path, pytester: pytest.Pytester) -> None:
    (here / "readiness.yaml").write_text("rego: {policies: [../policy]}")
    result = pytester.runpytest_inprocess("--readiness-only", "-p", "no:cacheprovider")
    assert result.stderr.str().count("readiness.yaml:") == 1


def test_a_run_has_an_item_for_each_policy_rule_and_file(here: Path, pytester: pytest.Pytester) -> None:
    (here / "readiness.yaml").write_text("rego: {policies: [policy]}\n")
    result = pytester.runpytest_inprocess("--readiness-only", "-p", "no:cacheprovider", "-k", "rego", "-v")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["web.yaml::rego.main.deny_latest[[]web.yaml[]] FAILED*", "web.yaml:10:11: P1 rego.main.deny_latest: shop/web:latest is not pinned"]
    )
    pytester.runpytest_inprocess("--readiness-only", "-p", "no:cacheprovider", "web.yaml::rego.main.deny_latest[web.yaml]").assert_outcomes(
        failed=1
    )


def test_rules_of_policies_are_chosen_ranked_and_waived_like_any_other(here: Path, pytester: pytest.Pytester) -> None:
    (here / "readiness.yaml").write_text("select: [rego.*]\npriorities: {rego.main.*: P0}\nrego: {policies: [policy]}\n")
    (here / "readiness-waivers.yaml").write_text(
        "waivers:\n  - {rule: rego.main.deny_latest, where: web.yaml, reason: later, owner: web, until: 2026-12-01}\n"
    )
    result = pytester.runpytest_inprocess("--readiness-only", "-p", "no:cacheprovider", "--readiness-today", "2026-11-20", "-rx")
    result.assert_outcomes(xfailed=1)
    result.stdout.fnmatch_lines(["*P0*"])


def test_policies_that_nobody_asked_for_are_told_of(here: Path, pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--readiness-only", "-p", "no:cacheprovider", "-k", "k8s.min-replicas")
    result.stdout.fnmatch_lines(["policies*1 policy file (policy/a.rego) was not run: readiness.yaml has no rego"])


def test_a_project_without_the_key_runs_no_policy() -> None:
    made = Project.of({"policy/a.rego": LATEST.format(head="deny[msg]"), "web.yaml": WEB})
    assert rules.rules(made) == ()
    assert policies.compiled(made).policies == ()
    assert made.format_of("policy/a.rego") is None


def test_the_example_runs(tmp_path: Path) -> None:
    from test_examples import golden

    root = golden.checkout("rego-policies", tmp_path)
    result = golden.run(root, "--readiness", "--readiness-report=json:out.json")
    checks = json.loads((root / "out.json").read_text("utf-8"))["checks"]
    assert [(check["id"], check["outcome"], check["priority"]) for check in checks] == [
        ("Dockerfile::rego.main.deny_registry[Dockerfile]", "failed", "P1"),
        ("Dockerfile::rego.main.warn[Dockerfile]", "failed", "P3"),
        ("Dockerfile::rego.team.deny_owner[Dockerfile]", "passed", "P2"),
        ("deploy/shop.yaml::rego.main.deny_registry[shop.yaml]", "passed", "P1"),
        ("deploy/shop.yaml::rego.main.warn[shop.yaml]", "passed", "P3"),
        ("deploy/shop.yaml::rego.team.deny_owner[shop.yaml]", "failed", "P2"),
    ], result.stdout
