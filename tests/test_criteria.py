"""Criteria in YAML: what they can ask, where they point, and what they are in a run."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import textwrap
import time
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import names
from test_docs import fences
from test_docs import text as text_of
from test_examples import golden

from pytest_readiness import builtin
from pytest_readiness import schema
from pytest_readiness.authoring import CATEGORIES
from pytest_readiness.checks import Outcome
from pytest_readiness.criteria import blocks
from pytest_readiness.criteria import new
from pytest_readiness.criteria import operators
from pytest_readiness.criteria import read
from pytest_readiness.criteria.globs import matching
from pytest_readiness.criteria.load import load
from pytest_readiness.criteria.paths import PathError
from pytest_readiness.criteria.paths import parse
from pytest_readiness.criteria.patterns import Pattern
from pytest_readiness.criteria.patterns import PatternError
from pytest_readiness.criteria.patterns import compiled
from pytest_readiness.formats import kinds
from pytest_readiness.formats.relations import RELATIONS
from pytest_readiness.project import Project
from pytest_readiness.syntax import yaml
from pytest_readiness.testing import problem
from pytest_readiness.testing import verdicts

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web, "a.b/c": x}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: web}}
    spec:
      tolerations: [{key: dedicated, operator: Exists}]
      containers:
        - name: web
          image: registry.example.com/web:1.9
          resources: {requests: {memory: 128Mi, cpu: 100m}}
          args: [--port=80, --verbose]
        - name: proxy
          image: proxy
          resources: {requests: {memory: 1Gi}}
"""


def outcomes(asks: str, files: dict[str, str], on: str = "k8s.workload") -> list[Outcome]:
    """What a criterion says of everything it judges."""
    head = f"criteria:\n  - id: acme.it\n    title: It is so\n    remedy: make it so\n    on: {on}\n"
    text = head + textwrap.indent(textwrap.dedent(asks).strip("\n"), "    ") + "\n"
    criteria, mistakes = load(Project.of({"readiness/team.yaml": text}), builtin.rule, names)
    assert [str(mistake) for mistake in mistakes] == []
    return list(verdicts(criteria.all[0].rule, Project.of(files)))


def found(asks: str, text: str = DEPLOYMENT, on: str = "k8s.workload", path: str = "manifest.yaml") -> list[tuple[int, str]]:
    """Lines and messages of the findings in one file."""
    said = outcomes(asks, {path: text}, on)
    assert all(outcome.crash is None for outcome in said), [outcome.crash for outcome in said]
    return [(finding.span.line, finding.message) for outcome in said for finding in outcome.failing]


# -- paths and operators

HOLDS = [
    "spec.replicas: 2",
    "spec.replicas: [2, 3]",
    "spec.replicas: {at_least: 2, at_most: 2}",
    "spec.replicas: {equals: 2.0}",
    "spec.replicas: present",
    "spec.paused: absent",
    "spec.paused: {equals: false, default: false}",
    "metadata.labels.app: {matches: 'w[a-z]+'}",
    "metadata.labels['a.b/c']: x",
    "metadata.labels: {contains: app}",
    "metadata.labels: {min_items: 2, max_items: 2}",
    "metadata.labels.*: present",
    "metadata.name: {contains: eb}",
    "spec.template.spec.containers[*].image: present",
    "spec.template.spec.containers[0].name: web",
    "spec.template.spec.containers[-1].name: proxy",
    "spec.template.spec.containers[name=proxy].image: proxy",
    "spec.template.spec.containers[*].name: {unique: true}",
    "spec.template.spec.containers[*].resources.requests.memory: {at_least: 128Mi, at_most: 1024Mi}",
    "spec.template.spec.containers[0].args: {contains: --verbose}",
    "spec.template.spec.tolerations[key=dedicated]: present",
    "spec.template.spec.initContainers[*].image: present",
    "$type: apps/Deployment",
    "$name: Deployment/web",
]


@pytest.mark.parametrize("asked", HOLDS)
def test_what_holds(asked: str) -> None:
    assert found(f"require:\n  {asked}") == []


LACKS = [
    ("spec.replicas: '2'", 7, "spec.replicas is 2, not '2'"),
    ("spec.replicas: true", 7, "spec.replicas is 2, not true"),
    ("spec.replicas: {at_least: 3}", 7, "spec.replicas is 2, not at least 3"),
    ("spec.replicas: absent", 7, "spec.replicas must not be set"),
    ("spec.paused: false", 6, "spec.paused is not set"),
    ("spec.strategy.type: present", 6, "spec.strategy.type is not set"),
    ("status.phase: present", 4, "status.phase is not set"),
    ("metadata.labels.app: {matches: w}", 5, "metadata.labels.app is 'web', not like w"),
    ("metadata.labels.team: present", 5, "metadata.labels.team is not set"),
    ("metadata.labels: {min_items: 3}", 5, "metadata.labels is a mapping, not of at least 3 items"),
    ("spec.template.spec.containers[name=db].image: present", 12, "spec.template.spec.containers[name=db].image is not set"),
    (
        "spec.template.spec.containers[*].resources.requests.cpu: present",
        19,
        "spec.template.spec.containers[*].resources.requests.cpu is not set",
    ),
    ("spec.template.spec.containers[2].name: present", 12, "spec.template.spec.containers[2].name is not set"),
    ("spec.template.spec.containers[0].args[1]: --quiet", 16, "spec.template.spec.containers[0].args[1] is '--verbose', not '--quiet'"),
]


@pytest.mark.parametrize(("asked", "line", "message"), LACKS, ids=[asked for asked, _, _ in LACKS])
def test_what_does_not_hold_is_said_where_it_stands(asked: str, line: int, message: str) -> None:
    assert found(f"require:\n  {asked}") == [(line, message)]


def test_what_is_forbidden() -> None:
    assert found("forbid: {spec.replicas: {at_most: 2}}") == [(7, "spec.replicas is 2")]
    assert found("forbid: {metadata.labels.app: present}") == [(5, "metadata.labels.app is set")]
    assert found("forbid: {spec.replicas: {at_most: 1}, metadata.labels.team: present}") == []


def test_values_are_unique() -> None:
    twice = DEPLOYMENT.replace("name: proxy", "name: web")
    said = found("require:\n  spec.template.spec.containers[*].name: {unique: true}", twice)
    assert said == [(17, "spec.template.spec.containers[*].name is 'web' for the second time, first on line 13")]


@pytest.mark.parametrize(
    ("value", "least", "holds"),
    [
        ("1.10", "1.9", True),
        ("v1.9.0", "1.9", True),
        ("~> 5.0", "5.1", False),
        ("3.12-slim", "3.12", True),
        ("1.9", "1.10", False),
        ("latest", "1", False),
    ],
)
def test_versions(value: str, least: str, holds: bool) -> None:
    asked = f'require: {{appVersion: {{version_at_least: "{least}"}}}}'
    assert (found(asked, f'name: a\nversion: 1.0.0\nappVersion: "{value}"\n', "helm.chart", "Chart.yaml") == []) is holds


@pytest.mark.parametrize("text", ["", "a..b", "a.", "a[", "a[]", "a b", "$", "$A", "[*", "a['b]", "a" * 301, "a[=x]"])
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(PathError):
        parse(text)


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_not(text: str) -> None:
    with contextlib.suppress(PathError):
        parse(text)


# -- where it applies, and to what


def test_when_and_unless() -> None:
    assert len(outcomes("when: {spec.replicas: {at_least: 2}}\nrequire: {spec.x: present}", {"a.yaml": DEPLOYMENT})) == 1
    assert outcomes("when: {spec.replicas: {at_least: 3}}\nrequire: {spec.x: present}", {"a.yaml": DEPLOYMENT}) == []
    assert outcomes("unless: {metadata.labels.app: [web, api]}\nrequire: {spec.x: present}", {"a.yaml": DEPLOYMENT}) == []
    # of several values one is enough
    either = "when: {'spec.template.spec.containers[*].name': proxy}\nrequire: {spec.replicas: 2}"
    assert len(outcomes(either, {"a.yaml": DEPLOYMENT})) == 1


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        ("[{spec.paused: true}, {spec.replicas: 2}]", True),
        ("[{spec.paused: true}, {spec.replicas: 3}]", False),
        ("[{spec.replicas: 2, spec.paused: true}, {spec.replicas: 3}]", False),
    ],
)
def test_of_a_list_of_conditions_one_is_enough(when: str, applies: bool) -> None:
    assert bool(outcomes(f"when: {when}\nrequire: {{spec.x: present}}", {"a.yaml": DEPLOYMENT})) is applies


def test_of_a_list_of_conditions_one_that_certainly_holds_outweighs_a_doubt() -> None:
    unknown = DEPLOYMENT.replace("replicas: 2", "replicas: ${REPLICAS}")
    (sure,) = outcomes("when: [{spec.replicas: 2}, {metadata.name: web}]\nrequire: {spec.x: present}", {"a.yaml": unknown})
    assert sure.failing
    (doubtful,) = outcomes("when: [{spec.replicas: 2}, {metadata.name: other}]\nrequire: {spec.x: present}", {"a.yaml": unknown})
    assert doubtful.unknown


ALTERNATIVES = [
    pytest.param("require: {spec.paused: true}", "require: {status.phase: present}", 4, id="nothing in common is missing"),
    pytest.param("require: {spec.paused: true}", "require: {spec.minReadySeconds: 5}", 6, id="both miss something in one place"),
    pytest.param("require: {status.phase: present}", "require: {spec.replicas: 3}", 7, id="something is written"),
]


@pytest.mark.parametrize(("one", "other", "line"), ALTERNATIVES)
def test_where_no_alternative_holds_the_finding_is_at_what_is_written_else_around_what_is_missed(one: str, other: str, line: int) -> None:
    assert [at for at, _ in found(f"any_of:\n  - {one}\n  - {other}")] == [line]


def test_each_asks_every_item() -> None:
    asked = "each: spec.template.spec.containers[*]\nwhen: {$type: apps/Deployment}\nrequire: {resources.requests.cpu: present, image: {matches: '.*:.*'}}"
    assert found(asked) == [(19, "resources.requests.cpu is not set"), (18, "image is 'proxy', not like .*:.*")]


def test_alternatives() -> None:
    asked = "any_of: [{require: {spec.replicas: {at_least: 3}}}, {require: {metadata.labels.tier: batch}}, {has: autoscaler}]"
    ((line, message),) = found(asked)
    assert line in (5, 7)
    assert message == (
        "none of the alternatives holds: spec.replicas is 2, not at least 3; metadata.labels.tier is not set; has no autoscaler"
    )
    assert found(asked, DEPLOYMENT.replace("replicas: 2", "replicas: 3")) == []


def test_relations() -> None:
    pdb = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}\n"
    assert found("has: pdb") == [(4, "has no pdb")]
    assert found("has: [pdb]", f"{DEPLOYMENT}---\n{pdb}") == []


def test_a_message_comes_first_and_a_secret_is_not_shown() -> None:
    assert found("require: {spec.replicas: 3}\nmessage: too few") == [(7, "too few: spec.replicas is 2, not 3")]
    assert found("require: {spec.replicas: 3}\nsecret: true") == [(7, "spec.replicas is not as it must be")]


def test_advice_fails_nothing() -> None:
    (outcome,) = outcomes("require: {spec.replicas: 3}\nadvice: true", {"a.yaml": DEPLOYMENT})
    assert outcome.failing == () and [finding.span.line for finding in outcome.advice] == [7]


# -- what is not known


def test_what_is_not_known_is_neither_right_nor_wrong() -> None:
    unknown = DEPLOYMENT.replace("replicas: 2", "replicas: ${REPLICAS}")
    (outcome,) = outcomes("require: {spec.replicas: {at_least: 2}}", {"a.yaml": unknown})
    assert outcome.failing == () and outcome.unknown is not None and "REPLICAS" in outcome.unknown
    (outcome,) = outcomes("require: {spec.replicas: present}", {"a.yaml": unknown})
    assert outcome.unknown is None and outcome.failing == ()
    (outcome,) = outcomes("when: {spec.replicas: 2}\nrequire: {spec.x: present}", {"a.yaml": unknown})
    assert outcome.unknown is not None
    # what is certainly wrong counts nevertheless, and an alternative that certainly holds is enough
    (outcome,) = outcomes("require: {spec.replicas: {at_least: 2}, spec.x: present}", {"a.yaml": unknown})
    assert [finding.message for finding in outcome.failing] == ["spec.x is not set"]
    (outcome,) = outcomes("any_of: [{require: {spec.replicas: 2}}, {require: {kind: Deployment}}]", {"a.yaml": unknown})
    assert outcome.unknown is None and outcome.failing == ()
    (outcome,) = outcomes("any_of: [{require: {spec.replicas: 2}}, {require: {kind: Job}}]", {"a.yaml": unknown})
    assert outcome.unknown is not None and outcome.failing == ()


def test_below_an_unknown_value_nothing_is_known_not_even_that_it_is_there() -> None:
    terraform = 'variable "tags" {}\nresource "aws_instance" "a" {\n  tags = var.tags\n}\n'
    (outcome,) = outcomes("require: {tags.Team: present}", {"main.tf": terraform}, "tf.resource")
    assert outcome.failing == () and outcome.unknown is not None


# -- every format

FORMATS = [
    ("k8s.container", "$image.tag: present", "manifest.yaml", DEPLOYMENT, [18]),
    ("k8s.container", "$image.registry: registry.example.com", "manifest.yaml", DEPLOYMENT, [18]),
    ("k8s.container", "$flags.port: {matches: '[1-9][0-9]{3,}', default: '8080'}", "manifest.yaml", DEPLOYMENT, [16]),
    ("k8s.container", "$owner.spec.replicas: {at_least: 3}", "manifest.yaml", DEPLOYMENT, [7, 7]),
    ("k8s.pod", "$owner.metadata.labels.app: api", "manifest.yaml", DEPLOYMENT, [5]),
    ("k8s.container", "$security.runAsNonRoot: true", "manifest.yaml", DEPLOYMENT, [13, 17]),
    (
        "compose.service",
        "environment.LEVEL: info",
        "compose.yaml",
        "services:\n  web:\n    image: web:1\n    environment: {LEVEL: debug}\n",
        [4],
    ),
    ("compose.service", "image: {matches: '.*:2'}", "compose.yaml", "services:\n  web:\n    image: web:${TAG:-2}\n", []),
    ("compose.port", "host_ip: 127.0.0.1", "compose.yaml", "services:\n  web:\n    image: web:1\n    ports: ['80:80']\n", [4]),
    ("docker.image", "labels['org.opencontainers.image.source']: present", "Dockerfile", "FROM a:1\nLABEL x=y\nCMD a\n", [1]),
    ("docker.image", "labels.team: web", "Dockerfile", "FROM a:1 AS b\nLABEL team=db\nFROM b\nCMD a\n", [2]),
    ("docker.stage", "base.registry: registry.example.com", "Dockerfile", "FROM docker.io/a:1\n", [1]),
    ("docker.stage", "user: {matches: '[0-9]+'}", "Dockerfile", "FROM a:1\nUSER web\n", [2]),
    ("docker.stage", "WORKDIR[*]: {matches: '/srv.*'}", "Dockerfile", "FROM a:1\nWORKDIR /srv\nWORKDIR /tmp\n", [3]),
    ("docker.stage", "variables.LEVEL: info", "Dockerfile", "FROM a:1\nENV A=1 LEVEL=debug\n", [2]),
    ("tf.resource", "tags.Team: present", "main.tf", 'resource "aws_instance" "a" {\n  tags = { Name = "a" }\n}\n', [2]),
    (
        "tf.resource",
        "root_block_device.encrypted: true",
        "main.tf",
        'resource "aws_instance" "a" {\n  root_block_device {\n    encrypted = false\n  }\n}\n',
        [3],
    ),
    (
        "tf.resource",
        "ebs_block_device[*].encrypted: true",
        "main.tf",
        'resource "aws_instance" "a" {\n  ebs_block_device {}\n  ebs_block_device {\n    encrypted = true\n  }\n}\n',
        [2],
    ),
    ("tf.resource", "$type: aws_db_instance", "main.tf", 'resource "aws_instance" "a" {}\n', [1]),
    (
        "gha.job",
        "runs-on: ubuntu-24.04",
        ".github/workflows/a.yml",
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: a}]\n",
        [4],
    ),
    (
        "gha.step",
        "$uses.owner: acme",
        ".github/workflows/a.yml",
        "on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n      - uses: actions/checkout@v4\n",
        [6],
    ),
    ("gha.workflow", "on.push: present", ".github/workflows/a.yml", "on: {push: }\njobs: {a: {runs-on: u, steps: [{run: a}]}}\n", []),
    (
        "gha.workflow",
        "jobs.*.steps[*].name: present",
        ".github/workflows/a.yml",
        "on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n      - run: a\n",
        [6],
    ),
    ("helm.chart", "maintainers: {min_items: 1}", "Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n", [2]),
    ("kustomize.kustomization", "namespace: present", "kustomization.yaml", "resources: [a.yaml]\n", [1]),
    ("env.template", "LOG_LEVEL: info", ".env.example", "A=1\nLOG_LEVEL=debug\n", [2]),
]


@pytest.mark.parametrize(("on", "asked", "path", "text", "lines"), FORMATS, ids=[f"{on} {asked}" for on, asked, *_ in FORMATS])
def test_every_format_has_a_view_with_places(on: str, asked: str, path: str, text: str, lines: list[int]) -> None:
    assert sorted(line for line, _ in found(f"require:\n  {asked}", text, on, path)) == lines


def test_every_kind_that_a_rule_judges_is_known() -> None:
    from pytest_readiness import builtin

    judged = {kind for platform in builtin.platforms() for rule in builtin.rules(platform) for kind in rule.on}
    known = {*kinds.KINDS, *kinds.WITHOUT_DATA}
    assert {kind for kind in judged if not kind.startswith("live.")} - known == set(), "name it in formats/kinds.py"
    assert set(kinds.KEYS) <= set(kinds.KINDS)
    assert all(kinds.class_of(kind).facts()["name"] for kind in kinds.KINDS)


# -- the repository

FILES = {"docs/a/runbook.md": "# A\n\n## Rollback\n", "docs/b/runbook.md": "# B\nTODO later\n", "README.md": "hello\n"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("files: README.md", []),
        ("files: [LICENSE]", [("there is no LICENSE", ".", 0)]),
        ('parameters: {name: LICENSE}\nfiles: "${name}"', [("there is no LICENSE", ".", 0)]),
        ("files: [{glob: 'docs/**/runbook.md', at_least: 3}]", [("2 files match docs/**/runbook.md, not at least 3", ".", 0)]),
        ("files: [{glob: 'docs/*.md', at_least: 0}]", []),
        ("files: [{glob: '**/*.md', at_most: 2}]", [("docs/b/runbook.md is one of 3, at most 2 may be there", "docs/b/runbook.md", 0)]),
        ("files: [{glob: README.md, at_most: 0}]", [("README.md must not be there", "README.md", 0)]),
        (
            "files: [{glob: 'docs/**', contains: '## Rollback'}]",
            [("docs/b/runbook.md has nothing like ## Rollback in it", "docs/b/runbook.md", 0)],
        ),
        ("files: [{glob: 'docs/**', lacks: TODO}]", [("docs/b/runbook.md has something like TODO in it", "docs/b/runbook.md", 2)]),
    ],
)
def test_files_of_the_repository(asked: str, said: list[tuple[str, str, int]]) -> None:
    (outcome,) = outcomes(asked, FILES, "repo")
    assert sorted((finding.message, finding.span.path, finding.span.line) for finding in outcome.failing) == said


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("*.md", "README.md", True),
        ("*.md", "docs/a.md", False),
        ("**/*.md", "a.md", True),
        ("docs/**", "docs/a/b.md", True),
        ("**", "a", True),
        ("docs/**/a/*.md", "docs/x/y/a/b.md", True),
        ("docs/?.md", "docs/ab.md", False),
        ("[ab].md", "a.md", True),
    ],
)
def test_globs(glob: str, path: str, matches: bool) -> None:
    assert (matching(glob, (path,)) == [path]) is matches


def test_satisfied_by_any_of_some_rules() -> None:
    asked = "satisfied_by: [k8s.min-replicas, k8s.hpa]"
    assert found(asked) == []
    assert found(asked, DEPLOYMENT.replace("replicas: 2", "replicas: 1")) == [(4, "satisfies none of k8s.min-replicas, k8s.hpa")]
    (outcome,) = outcomes("satisfied_by: [gha.sbom, k8s.min-replicas]", {"a.yaml": DEPLOYMENT}, "repo")
    assert outcome.failing == ()
    (outcome,) = outcomes("satisfied_by: [gha.job-timeout]", {"a.yaml": DEPLOYMENT}, "repo")
    assert [finding.message for finding in outcome.failing] == ["satisfies none of gha.job-timeout"]


# -- regular expressions


PATTERNS = [
    "a|b",
    "[a-c]+",
    "(ab)*c?",
    "^a.*b$",
    r"\bab\b",
    "a{2,3}b",
    "(?i)aB",
    "[^a]",
    r"\d+\.\d+",
    "(?m)^b$",
    "(?s)a.b",
    "(a|ab)(c|bc)",
    "",
    "a??b",
    r"x*\Z",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=st.text(alphabet="abcAB1.\n x", max_size=8))
def test_expressions_mean_what_they_mean_in_python(pattern: str, text: str) -> None:
    ours = Pattern(pattern)
    assert ours.fullmatch(text) == bool(re.fullmatch(pattern, text))
    assert ours.search(text) == bool(re.search(pattern, text))


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|a)*b", r"(.*)*,(.*)*,(.*)*x", r"(a?){50}a{50}", r"(\w+\s?)*:"])
def test_no_expression_is_catastrophic(pattern: str) -> None:
    before = time.process_time()
    assert not Pattern(pattern).fullmatch("a" * 20_000 + "!")
    assert time.process_time() - before < 5


def test_an_expression_that_is_too_long_is_refused() -> None:
    with pytest.raises(PatternError, match="is longer than 500 characters"):
        compiled("a" * 501)


def test_what_is_too_long_is_not_known() -> None:
    (outcome,) = outcomes("files: [{glob: a.md, lacks: '(a?){400}b'}]", {"a.md": "a" * 100_000}, "repo")
    assert outcome.failing == ()
    assert outcome.unknown == "a.md: a text of 100000 characters is too long for the expression (a?){400}b"


# -- templates

TEMPLATES = """\
criteria:
  - id: acme.labelled
    title: Workloads have a label
    on: k8s.workload
    remedy: add the label
    parameters: {label: team, values: [web, api]}
    require:
      metadata.labels["${label}"]: {in: "${values}"}
    message: no valid ${label}
  - {id: acme.app, use: acme.labelled, with: {label: app}, where: {spec.replicas: {at_least: 2}}}
  - {id: acme.batch, use: acme.labelled, unless: {metadata.name: web}, title: Batches have a label, priority: P0}
  - {id: acme.critical, use: k8s.min-replicas, with: {minimum: 3}, where: {metadata.labels.tier: critical}, references: [ADR 7]}
"""


def test_a_criterion_is_used_again_with_other_options() -> None:
    criteria, mistakes = load(Project.of({"readiness/a.yaml": TEMPLATES}), builtin.rule, names)
    assert mistakes == []
    rules = {compiled.rule.id: compiled.rule for compiled in criteria.all}
    project = Project.of({"a.yaml": DEPLOYMENT})
    (outcome,) = verdicts(rules["acme.labelled"], project)
    assert [finding.message for finding in outcome.failing] == ['no valid team: metadata.labels["team"] is not set']
    (outcome,) = verdicts(rules["acme.app"], project)
    assert outcome.failing == ()
    assert list(verdicts(rules["acme.batch"], project)) == []
    assert (rules["acme.batch"].title, rules["acme.batch"].priority.name) == ("Batches have a label", "P0")
    assert list(verdicts(rules["acme.critical"], project)) == []
    (outcome,) = verdicts(rules["acme.critical"], Project.of({"a.yaml": DEPLOYMENT.replace("app: web,", "app: web, tier: critical,")}))
    assert [finding.span.line for finding in outcome.failing] == [7]
    assert rules["acme.critical"].standards[0] == "ADR 7" and rules["acme.critical"].aliases == ()
    assert builtin.rule("k8s.min-replicas").settings == {}


# -- the schema for editors


def test_the_schema_has_what_is_read() -> None:
    definitions = schema.load("criteria")["$defs"]
    assert set(definitions["own"]["properties"]) == set(read.OWN)
    assert set(definitions["used"]["properties"]) == set(read.USED)
    assert set(definitions["file"]["properties"]) == set(blocks.FILE_KEYS)
    assert set(definitions["condition"]["anyOf"][0]["properties"]) == set(operators.NAMES)
    assert definitions["own"]["properties"]["on"]["anyOf"][0]["enum"] == sorted(kinds.KINDS)
    assert definitions["own"]["properties"]["category"]["enum"] == list(CATEGORIES)
    relations = {name for table in RELATIONS.values() for name in table}
    assert set(definitions["own"]["properties"]["has"]["anyOf"][0]["enum"]) == relations
    described = [*definitions["own"]["properties"].values(), *definitions["used"]["properties"].values()]
    assert all(value.get("description") for value in described)


@pytest.mark.parametrize("text", [TEMPLATES], ids=["templates"])
def test_valid_criteria_are_valid_for_the_schema(text: str) -> None:
    (document,) = yaml.parse("a.yaml", text)
    jsonschema.validate(document.data, schema.load("criteria"))


# -- in a run

TEAM = """\
# yaml-language-server: $schema=https://example.com/criteria.schema.json
criteria:
  - id: acme.team-label
    title: A workload names its team
    why: Somebody has to be called.
    priority: P1
    category: Governance
    on: k8s.workload
    require:
      metadata.labels.team: present
    message: nobody knows whom to call
    remedy: add the label team
    owner: platform
    references: [https://example.com/labels]
    parameters: {least: 1}
    good: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, labels: {team: web}}
    bad: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        labels: {app: web}  # <--
"""


@pytest.fixture
def team(pytester: pytest.Pytester) -> pytest.Pytester:
    (pytester.path / "readiness").mkdir()
    (pytester.path / "readiness" / "team.yaml").write_text(TEAM)
    (pytester.path / "deploy.yaml").write_text(DEPLOYMENT)
    return pytester


def run(pytester: pytest.Pytester, *args: str) -> tuple[pytest.RunResult, dict[str, str]]:
    result = pytester.runpytest("--readiness-only", "--readiness-report=json:out.json", "-k", "acme", *args)
    checks = json.loads((pytester.path / "out.json").read_text())["checks"]
    return result, {check["id"]: check["outcome"] for check in checks}


def test_a_criterion_and_its_samples_are_items(team: pytest.Pytester) -> None:
    result, checks = run(team)
    assert checks == {
        "deploy.yaml::acme.team-label[Deployment/web]": "failed",
        "readiness/team.yaml::acme.team-label[good]": "passed",
        "readiness/team.yaml::acme.team-label[bad]": "passed",
        "readiness/team.yaml::acme.team-label[used]": "passed",
    }
    result.stdout.fnmatch_lines(
        ["deploy.yaml:5:3: P1 acme.team-label: nobody knows whom to call: metadata.labels.team is not set", "remedy: add the label team"]
    )
    report = json.loads((team.path / "out.json").read_text())
    (rule,) = [rule for rule in report["rules"] if rule["id"] == "acme.team-label"]
    assert rule["pack"] == "readiness/team.yaml"
    assert report["run"]["files"] == {"kubernetes": 1}  # criteria are no infrastructure
    # its samples count for nothing: one check, and it is open
    (category,) = [category for category in report["verdict"]["categories"] if category["name"] == "Governance"]
    assert (category["met"], category["scored"]) == (0, 1)


def test_settings_know_it(team: pytest.Pytester) -> None:
    (team.path / "readiness.yaml").write_text("priorities: {'acme.*': P0}\noptions: {acme.team-label: {least: 2}}\n")
    run(team)
    report = json.loads((team.path / "out.json").read_text())
    assert {check["priority"] for check in report["checks"] if check["path"] == "deploy.yaml"} == {"P0"}
    (team.path / "readiness.yaml").write_text("ignore: ['acme.*']\n")
    result = team.runpytest("--readiness-only", "-k", "acme")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    (team.path / "readiness.yaml").write_text("options: {acme.team-label: {lest: 2}}\n")
    result = team.runpytest("--readiness-only")
    result.stderr.fnmatch_lines(["*acme.team-label has no option 'lest' (known: least)*"])


def test_it_is_listed_explained_and_owned(team: pytest.Pytester) -> None:
    result = team.runpytest("--readiness-rules")
    result.stdout.fnmatch_lines(["acme.team-label * P1  A workload names its team  [[]k8s.workload]*"])
    result = team.runpytest("--readiness-explain", "acme.team-label")
    result.stdout.fnmatch_lines(
        ["# acme.team-label", "Somebody has to be called.", "## Avoid", "## Prefer", "- https://example.com/labels"]
    )
    run(team)
    assert "platform" in json.dumps(json.loads((team.path / "out.json").read_text())["plan"])


def test_a_waiver_covers_it_and_not_its_samples(team: pytest.Pytester) -> None:
    entry = "waivers:\n  - {rule: 'acme.*', where: '*', reason: later, owner: web, until: '2999-01-01'}\n"
    (team.path / "readiness-waivers.yaml").write_text(entry)
    _, checks = run(team)
    assert checks["deploy.yaml::acme.team-label[Deployment/web]"] == "xfailed"
    assert checks["readiness/team.yaml::acme.team-label[good]"] == "passed"


def test_a_wrong_sample_cannot_be_excused(team: pytest.Pytester) -> None:
    wrong = TEAM.replace("labels: {team: web}", "labels: {tea: web}  # readiness: ignore[acme.team-label] later by web until 2999-01-01")
    (team.path / "readiness" / "team.yaml").write_text(wrong)
    run(team, "--readiness-freeze", "--readiness-owner", "web")
    assert (team.path / "readiness-waivers.yaml").read_text().count("rule: acme.team-label") == 1
    _, checks = run(team)
    assert checks["readiness/team.yaml::acme.team-label[good]"] == "failed"
    assert checks["deploy.yaml::acme.team-label[Deployment/web]"] == "xfailed"


def test_one_sample_can_be_selected(team: pytest.Pytester) -> None:
    team.runpytest("--readiness-only", "readiness/team.yaml::acme.team-label[bad]").assert_outcomes(passed=1)


def test_criteria_in_the_settings(team: pytest.Pytester) -> None:
    text = TEAM.partition("\n")[2].replace("acme.team-label", "acme.other")
    (team.path / "readiness.yaml").write_text(text)
    _, checks = run(team)
    assert checks["readiness.yaml::acme.other[bad]"] == "passed"
    assert checks["deploy.yaml::acme.other[Deployment/web]"] == "failed"


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("    good: |", "    bad: |", "good", "readiness/team.yaml:3:5: P1 acme.team-label: has no good sample: *"),
        (
            "labels: {team: web}",
            "labels: {tea: web}",
            "good",
            "readiness/team.yaml:16:5: * a good example fails: manifest.yaml:3:*is not set",
        ),
        ("labels: {app: web}", "labels: {team: web}", "bad", "readiness/team.yaml:20:5: * a bad example passes"),
        ("  name: web\n", "  name: web  # <--\n", "bad", "*what is found is not what is marked, manifest.yaml:4 and manifest.yaml:5: *"),
        ("kind: Deployment\n      metadata: {", "kind: Service\n      metadata: {", "good", "* the rule applies to nothing in the example"),
        ("metadata: {name: web, labels: {team: web}}", "metadata: [", "good", "* the example cannot be read: *"),
    ],
    ids=["missing", "a good one fails", "a bad one passes", "at another line", "of another kind", "unreadable"],
)
def test_a_wrong_sample_is_a_failing_item(team: pytest.Pytester, old: str, new: str, where: str, message: str) -> None:
    text = TEAM.replace(old, new, 1)
    if where == "good" and "bad: |" in new:
        text = TEAM[: TEAM.index("    good: |")] + TEAM[TEAM.index("    bad: |") :]
    (team.path / "readiness" / "team.yaml").write_text(text)
    result, checks = run(team)
    assert checks[f"readiness/team.yaml::acme.team-label[{where}]"] == "failed"
    result.stdout.fnmatch_lines([message])
    (team.path / "readiness" / "team.yaml").write_text(text.replace("    owner: platform", "    draft: true"))
    result, checks = run(team, "-v")
    assert checks[f"readiness/team.yaml::acme.team-label[{where}]"] == "passed"  # a warning


def test_a_criterion_that_judges_nothing_says_so_at_its_line(team: pytest.Pytester) -> None:
    (team.path / "deploy.yaml").write_text(DEPLOYMENT.replace("Deployment", "Service").replace("apps/v1", "v1").partition("spec:")[0])
    result, _ = run(team, "-v")
    result.stdout.fnmatch_lines(["*readiness/team.yaml:3: acme.team-label: judges nothing in the whole repository*"])
    result = team.runpytest("--readiness-only", "-k", "used", "-o", "readiness_strict_advice=true")
    result.assert_outcomes(failed=1)
    # asked of a part of the repository it says nothing
    result = team.runpytest("--readiness-only", "readiness", "--co", "-q")
    result.stdout.no_fnmatch_line("*used*")


def test_criteria_alone_are_no_infrastructure(pytester: pytest.Pytester) -> None:
    (pytester.path / "readiness").mkdir()
    (pytester.path / "readiness" / "team.yaml").write_text(TEAM)
    assert pytester.runpytest("--readiness-only").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_criteria_can_judge_kinds_of_a_plugin(toy, write) -> None:
    (toy.path / "conftest.py").write_text(
        (toy.path / "conftest.py").read_text().replace('    name = "toy"\n', '    name = "toy"\n    kinds = ("toy.line",)\n', 1)
    )
    write(a_toy="one: ok\n")
    text = (
        "criteria:\n  - {id: toy.two, title: Lines are called two, on: toy.line, remedy: call it two, draft: true, require: {$name: two}}\n"
    )
    (toy.path / "readiness.yaml").write_text(text)
    result = toy.runpytest("--readiness-only", "-k", "toy.two")
    result.stdout.fnmatch_lines(["a.toy:1:1: P2 toy.two: $name is 'one', not 'two'"])


def test_the_same_under_xdist(team: pytest.Pytester) -> None:
    _, alone = run(team)
    result = team.runpytest_subprocess("--readiness-only", "--readiness-report=json:two.json", "-k", "acme", "-n", "2")
    assert result.ret == 1
    checks = json.loads((team.path / "two.json").read_text())["checks"]
    assert {check["id"]: check["outcome"] for check in checks} == alone


# -- what is shown


SHOWN = [text for text in fences("criteria.md", "yaml") if "criteria:" in text]


@pytest.mark.parametrize("text", SHOWN, ids=["first", "templates", "cookbook"])
def test_criteria_that_are_shown_are_what_they_claim(text: str) -> None:
    (document,) = yaml.parse("a.yaml", text)
    jsonschema.validate(document.data, schema.load("criteria"))
    criteria, mistakes = load(Project.of({"readiness/a.yaml": text}), builtin.rule, names)
    assert [str(mistake) for mistake in mistakes] == []
    for rule in (own.rule for own in criteria.all):
        assert rule.draft or {example.good for example in rule.examples} == {True, False}
        for example in rule.examples:
            assert problem(rule, example) == "", rule.id
            assert example.good or example.marks or rule.on == ("repo",)


def test_the_first_criterion_is_so_when_it_is_typed_as_written_in_an_empty_directory(pytester: pytest.Pytester) -> None:
    page = text_of("criteria.md").partition("## Your first criterion")[2].partition("\n## ")[0]
    criterion, manifest = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    start, alone, judged = re.findall(r"```console\n\$ (.*?)\n(.*?)```", page, re.DOTALL)
    assert list(pytester.path.iterdir()) == []
    made = pytester.run(sys.executable, *start[0].split()[1:])
    assert made.outlines == start[1].splitlines()
    (pytester.path / "readiness" / "acme.yaml").write_text(criterion)
    first = pytester.runpytest(*alone[0].split()[1:], "-p", "no:cacheprovider")
    (pytester.path / "deploy").mkdir()
    (pytester.path / "deploy" / "app.yaml").write_text(manifest)
    second = pytester.runpytest(*judged[0].split()[1:], "-p", "no:cacheprovider")
    for result, shown, status in ((first, alone[1], 0), (second, judged[1], 1)):
        assert result.ret == status
        assert [line for line in shown.splitlines() if not any(said.startswith(line) for said in result.outlines)] == []


def test_the_cookbook_has_twenty() -> None:
    assert SHOWN[-1].count("- id: cook.") >= 20


def test_everything_that_can_be_written_is_documented() -> None:
    page = text_of("criteria.md")
    names = {
        *read.OWN,
        *read.USED,
        *blocks.FILE_KEYS,
        *operators.NAMES,
        *kinds.KINDS,
        *(name for table in RELATIONS.values() for name in table),
    }
    shown = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    lacking = {name for name in names if not re.search(rf"`{re.escape(name)}[`:]", shown)}
    assert {name for name in lacking if not name.startswith(("k8s.", "argo."))} == set()
    facts = {f"${fact}" for kind in kinds.KINDS for fact in kinds.class_of(kind).facts()}
    assert {fact for fact in facts if f"`{fact}`" not in shown} == set()


# -- starting one


@pytest.mark.parametrize("kind", sorted(kinds.KINDS))
def test_a_new_criterion_can_be_read_and_its_samples_wait(pytester: pytest.Pytester, kind: str) -> None:
    path = new.write("acme.it", kind, pytester.path)
    second = new.write("acme.other", "k8s.pod", pytester.path)
    assert path == second
    text = path.read_text()
    assert text.startswith("# yaml-language-server: $schema=criteria.schema.json\n")
    assert json.loads(path.with_name("criteria.schema.json").read_text()) == schema.load("criteria")
    (document,) = yaml.parse("a.yaml", text)
    jsonschema.validate(document.data, schema.load("criteria"))
    criteria, mistakes = load(Project.of({"readiness/acme.yaml": text}), builtin.rule, names)
    assert [str(mistake) for mistake in mistakes] == []
    assert len(criteria.all) == 2


def test_why_no_criterion_is_started(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pytester.path)
    assert new.main(["acme.it"]) == 0
    assert new.main(["acme.it"]) == 2
    assert new.main(["it"]) == 2
    assert new.main(["acme.two", "--on", "k8s.worklod"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "readiness/acme.yaml has acme.it already",
        "'it' is not like acme.team-label",
        "there is no kind 'k8s.worklod' (did you mean 'k8s.workload'?)",
    ]


def test_the_example_has_all_that_a_team_can_ask_and_finds_what_its_page_shows(tmp_path: Path) -> None:
    root = golden.checkout("own-criteria", tmp_path)
    result = golden.run(root, "--readiness", "--readiness-report=json:out.json")
    checks = json.loads((root / "out.json").read_text("utf-8"))["checks"]
    assert result.returncode == 1
    failed = [f"FAILED {check['id']}" for check in checks if check["outcome"] != "passed"]
    page = (root / "README.md").read_text("utf-8")
    assert sorted(failed) == re.findall(r"^FAILED .*$", page, re.MULTILINE)
    asked = {check["rule"] for check in checks}
    assert asked >= {"acme.team-label", "acme.critical-replicas", "acme.one-registry", "rego.main.deny_concurrency", "hadolint.DL3042"}
    scan = (root / "scans" / "hadolint.sarif").read_text("utf-8")
    assert json.loads(scan)["runs"][0]["tool"]["driver"]["version"] in page
