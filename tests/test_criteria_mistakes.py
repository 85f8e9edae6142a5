"""What somebody reads who made a mistake in a criterion: file, line and the likely fix."""

from __future__ import annotations

import pytest
from judging import names

from pytest_readiness import builtin
from pytest_readiness.criteria.load import load
from pytest_readiness.project import Project

MISTAKES = [
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    when: [{spec.replicas: 2}]\n",
        "7:5: acme.label: when must be a mapping, or a list of at least two mappings of which one is enough",
        id="a list of one condition",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    when: [{spec.replicas: 2}, spec.paused]\n",
        "7:32: acme.label: when must be a mapping of paths to what is asked of them, not 'spec.paused'",
        id="a condition in a list is a text",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    requires: {spec.replicas: 1}\n",
        "7:5: acme.label: unknown key 'requires' (did you mean 'require'?)",
        id="a key is misspelt",
    ),
    pytest.param(
        "criterias:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n",
        "1:1: unknown key 'criterias' (did you mean 'criteria'?)",
        id="the top key is misspelt",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "rules: []\n",
        "7:1: unknown key 'rules': a file of criteria has the one key 'criteria', with a list below it",
        id="another key beside criteria",
    ),
    pytest.param(
        "criteria:\n  acme.label: {title: x}\n",
        "1:1: criteria must be a list: begin each criterion with `- id:`",
        id="criteria is no list",
    ),
    pytest.param(
        "criteria:\n  - acme.label\n",
        "2:5: a criterion is a mapping with id, title, on and what it asks, not 'acme.label'",
        id="a criterion is a text",
    ),
    pytest.param(
        "criteria:\n  - title: A label\n    on: k8s.workload\n    remedy: add it\n    require: {metadata.labels.team: present}\n",
        "2:5: a criterion has no id: give it one in lower case with a dot in it, such as acme.team-label",
        id="no id",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n",
        "2:5: the id 'label' is not in lower case with a dot in it, such as acme.team-label",
        id="an id without a dot",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.TeamLabel\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n",
        "2:5: the id 'acme.TeamLabel' is not in lower case with a dot in it, such as acme.team-label",
        id="an id with capitals",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    on: k8s.workload\n    remedy: add it\n    require: {metadata.labels.team: present}\n",
        "2:5: acme.label: has no title: say what holds when all is well",
        id="no title",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        '    title: ""\n'
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n",
        "3:5: acme.label: title must be a text, not ''",
        id="an empty title",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: k8s.workload\n    require: {metadata.labels.team: present}\n",
        "2:5: acme.label: has no remedy: say in a few words what to change",
        id="no remedy",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    remedy: add it\n    require: {metadata.labels.team: present}\n",
        "2:5: acme.label: has no on: say which kind of resource it judges, such as on: k8s.workload",
        id="no kind",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.worklod\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n",
        "4:5: acme.label: on: there is no kind 'k8s.worklod' (did you mean 'k8s.workload'?)",
        id="a kind is misspelt",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: kubernetes.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n",
        "4:5: acme.label: on: there is no kind 'kubernetes.workload' (did you mean 'k8s.workload'?)",
        id="a kind of another platform's name",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: tf.module\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n",
        "4:5: acme.label: on: what is tf.module holds no data a path could lead into; write a rule in Python",
        id="a kind without data",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: k8s.workload\n    remedy: add it\n",
        "2:5: acme.label: asks nothing: add one of require, forbid, any_of, has, files, satisfied_by",
        id="nothing is asked",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    priority: P5\n",
        "7:5: acme.label: priority: there is no 'P5' (known: P0, P1, P2, P3)",
        id="an unknown priority",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    category: Secruity\n",
        "7:5: acme.label: category: there is no 'Secruity' (known: CI/CD, Cost, Deployment automation, Docker, Environment configuration, Governance, IaC, Kubernetes & Helm, Monitoring & Observability, Performance, Release mgmt, Resilience/DR, ...)",
        id="an unknown category",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    effort: a week\n",
        "7:5: acme.label: effort: 'a week' is not like 30m, 2h or 1d",
        id="an effort in words",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        '    draft: "yes"\n',
        "7:5: acme.label: draft must be true or false, not 'yes'",
        id="draft is no boolean",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    owner: [web]\n",
        "7:5: acme.label: owner must be a text, not [web]",
        id="an owner that is a list",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    references: [{page: x}]\n",
        "7:19: acme.label: references must be a text or a list of texts, not a mapping",
        id="references that are no texts",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: k8s.workload\n    remedy: add it\n    require: [spec.replicas]\n",
        "6:5: acme.label: require must be a mapping of paths to what is asked of them, not [spec.replicas]",
        id="require is a list",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: \n"
        "      spec.containers[*.image: present\n",
        "7:7: acme.label: require: the path 'spec.containers[*.image' stops making sense at '[*.image', which is not like [*], [0], [name=web] or [\"a.b/c\"]",
        id="a path with a bracket too few",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: k8s.workload\n    remedy: add it\n    require: {.spec.replicas: 1}\n",
        "6:15: acme.label: require: the path '.spec.replicas' begins with a dot: write 'spec.replicas'",
        id="a path that begins with a dot",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: k8s.container\n    remedy: add it\n    require: {spec.replicas: 1}\n",
        "6:15: acme.label: require: no k8s.container has 'spec', so nothing is at 'spec.replicas' (known: args, command, env, envFrom, image, imagePullPolicy, lifecycle, livenessProbe, name, ports, readinessProbe, resizePolicy, ...; k8s.workload and k8s.pod have)",
        id="a path that no document of the kind has",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: compose.service\n"
        "    remedy: add it\n"
        "    require: {heathcheck.test: present}\n",
        "6:15: acme.label: require: no compose.service has 'heathcheck', so nothing is at 'heathcheck.test' (did you mean 'healthcheck'?)",
        id="a key of a path is misspelt",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.pod\n"
        "    remedy: add it\n"
        "    require: \n"
        "      spec.containers[*].imagePulPolicy: Always\n",
        "7:7: acme.label: require: no k8s.pod has 'imagePulPolicy', so nothing is at 'spec.containers[*].imagePulPolicy' (did you mean 'imagePullPolicy'?)",
        id="a key deep in a path is misspelt",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: k8s.workload\n    remedy: add it\n    require: {$replicas: 1}\n",
        "6:15: acme.label: require: nothing is known as $replicas of a k8s.workload (known: $environment, $name, $path, $production, $third_party, $type)",
        id="a fact that does not exist",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: repo\n    remedy: add it\n    require: {spec.replicas: 1}\n",
        "6:15: acme.label: require: the repository has no data, so there is nothing at 'spec.replicas': ask for files or satisfied_by",
        id="data of the repository",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: k8s.workload\n    remedy: add it\n    require: {spec.replicas: }\n",
        "6:15: acme.label: require: spec.replicas: nothing is asked; write present, absent, a value, or operators such as {at_least: 3}",
        id="nothing asked of a path",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {spec.replicas: {atleast: 3}}\n",
        "6:31: acme.label: require: spec.replicas: there is no operator 'atleast' (did you mean 'at_least'?)",
        id="an operator is misspelt",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {spec.replicas: {at_least: three}}\n",
        "6:31: acme.label: require: spec.replicas: at_least must be a number, or an amount such as 128Mi",
        id="a limit that is no number",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {spec.template: {min_items: -1}}\n",
        "6:31: acme.label: require: spec.template: min_items must be a whole number of 0 or more",
        id="a count that is negative",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: k8s.workload\n    remedy: add it\n    require: {spec.replicas: []}\n",
        "6:15: acme.label: require: spec.replicas: in must be a list with at least one item",
        id="one of nothing",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {spec.replicas: {present: false}}\n",
        "6:31: acme.label: require: spec.replicas: present must be true (write `absent: true` or `present: true`)",
        id="present: false",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {spec.replicas: {absent: true, at_least: 3}}\n",
        "6:31: acme.label: require: spec.replicas: what is absent cannot be asked for anything else",
        id="absent and something else",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {spec.replicas: {default: 3}}\n",
        "6:15: acme.label: require: spec.replicas: nothing is asked but a default; add an operator such as {at_least: 3}",
        id="only a default",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    when: {spec.replicas: {unique: true}}\n",
        "7:12: acme.label: when: unique can only be required",
        id="unique in a condition",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: helm.chart\n"
        "    remedy: add it\n"
        "    require: {appVersion: {version_at_least: 1.10}}\n",
        '6:28: acme.label: require: appVersion: version_at_least must be in quotes, because 1.10 is the number 1.1: "1.1"',
        id="a version that YAML makes a number",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        '    require: {metadata.name: {matches: "team-(a|b"}}\n',
        "6:31: acme.label: require: metadata.name: matches 'team-(a|b' is no regular expression: missing ), unterminated subpattern at position 5",
        id="a regular expression that is none",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        '    require: {metadata.name: {matches: "(?<!x)team"}}\n',
        "6:31: acme.label: require: metadata.name: matches '(?<!x)team' refers to a group, looks around or forbids backtracking, which takes unbounded time: write it without",
        id="a regular expression that looks behind",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        '    require: {metadata.name: {matches: "((a{1,99}){1,99}){1,99}"}}\n',
        "6:31: acme.label: require: metadata.name: matches '((a{1,99}){1,99}){1,99}' is too large: fewer or smaller repetitions in braces",
        id="a regular expression that is enormous",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.name: {matches: 42}}\n",
        "6:31: acme.label: require: metadata.name: matches must be a text with a regular expression; put it in quotes",
        id="a regular expression that is a number",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    any_of: [{require: {spec.replicas: 2}}]\n",
        "7:5: acme.label: any_of must be a list of at least two alternatives",
        id="any_of with one alternative",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    any_of:\n"
        "      - any_of: [{has: pdb}, {has: service}]\n"
        "      - has: pdb\n",
        "8:9: acme.label: any_of: alternatives do not nest; write a second criterion, or a rule in Python",
        id="nested alternatives",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    any_of:\n"
        "      - requires: {spec.replicas: 2}\n"
        "      - has: pdb\n",
        "8:9: acme.label: any_of: unknown key 'requires' (did you mean 'require'?)",
        id="an alternative with a wrong key",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    has: pdbs\n",
        "7:5: acme.label: has: a k8s.workload has no relation 'pdbs' (did you mean 'pdb'?)",
        id="a relation that does not exist",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    has: pod\n",
        "7:5: acme.label: has: a k8s.workload has no relation 'pod' (did you mean 'pdb'?)",
        id="a relation of another kind",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    files: [README.md]\n",
        "7:5: acme.label: files are asked of the repository: write on: repo",
        id="files of something else than the repository",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: repo\n    remedy: add it\n    files: [{glob: ../docs/*.md, at_most: 0}]\n",
        "6:14: acme.label: files: glob '../docs/*.md' matches nothing: write a path below the root with forward slashes, such as docs/*.md",
        id="a glob that leads out",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: repo\n    remedy: add it\n    files: [{glob: /docs/*.md, at_most: 0}]\n",
        "6:14: acme.label: files: glob '/docs/*.md' matches nothing: write a path below the root with forward slashes, such as docs/*.md",
        id="a glob from the root of the machine",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: repo\n    remedy: add it\n    files: [{glob: ./docs/*.md, at_most: 0}]\n",
        "6:14: acme.label: files: glob './docs/*.md' matches nothing: write a path below the root with forward slashes, such as docs/*.md",
        id="a glob with a dot",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: repo\n    remedy: add it\n    files: [README.md, '..\\README.md']\n",
        "6:24: acme.label: files: '..\\\\README.md' matches nothing: write a path below the root with forward slashes, such as docs/*.md",
        id="a glob with backslashes",
    ),
    pytest.param(
        'criteria:\n  - id: acme.label\n    title: "\\e[31mA label"\n    on: repo\n    remedy: add it\n    files: [LICENSE]\n',
        "3:5: acme.label: title has control characters in it, which no report can show: leave them out",
        id="a title that colours a terminal",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: repo\n"
        "    remedy: add it\n"
        "    files: [LICENSE]\n"
        '    references: [ADR 7, "\\u202eADR 8"]\n',
        "7:25: acme.label: references has control characters in it, which no report can show: leave them out",
        id="a reference that turns the direction of text",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: repo\n    remedy: add it\n    files: [{at_least: 2}]\n",
        "6:14: acme.label: files: an entry has no glob: say which files it is about",
        id="files without a glob",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: repo\n    remedy: add it\n    files: [{glob: README.md, contain: x}]\n",
        "6:31: acme.label: files: unknown key 'contain' (did you mean 'contains'?)",
        id="a wrong key of files",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    satisfied_by: [k8s.min-replica]\n",
        "6:5: acme.label: satisfied_by: no rule is called 'k8s.min-replica' (did you mean 'k8s.min-replicas'?)",
        id="a rule that does not exist satisfies",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        '    require: {"metadata.labels.${lable}": present}\n'
        "    parameters: {label: team}\n",
        "6:15: acme.label: there is no parameter 'lable' (did you mean 'label'?)",
        id="a parameter that does not exist",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    parameters: {tier: web}\n"
        '    when: {metadata.labels.tier: "${tier}"}\n',
        "8:5: acme.label: when: the parameter 'tier' cannot be used here; narrow with `where` in what uses the criterion",
        id="a parameter in when",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    parameters: {Label: team}\n",
        "7:18: acme.label: parameters: 'Label' is no name: lower case, with underscores",
        id="a parameter with a capital",
    ),
    pytest.param(
        "criteria:\n  - {id: acme.replicas, use: k8s.min-replica}\n",
        "2:25: acme.replicas: use: no rule is called 'k8s.min-replica' (did you mean 'k8s.min-replicas'?)",
        id="use of a rule that does not exist",
    ),
    pytest.param(
        "criteria:\n  - {id: acme.replicas, use: k8s.min-replicas, with: {minimun: 3}}\n",
        "2:55: acme.replicas: with: k8s.min-replicas has no option 'minimun' (did you mean 'minimum'?)",
        id="an option that does not exist",
    ),
    pytest.param(
        "criteria:\n  - {id: acme.replicas, use: k8s.min-replicas, with: {minimum: three}}\n",
        "2:55: acme.replicas: with: minimum must be a number, not 'three'",
        id="an option of the wrong type",
    ),
    pytest.param(
        "criteria:\n  - {id: acme.replicas, use: k8s.min-replicas, on: k8s.workload}\n",
        "2:48: acme.replicas: on cannot stand together with use; narrow what it judges with where",
        id="use and on together",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    with: {minimum: 3}\n",
        "7:5: acme.label: with cannot stand together with on; it belongs to use",
        id="with without use",
    ),
    pytest.param(
        "criteria:\n  - {id: acme.a, use: acme.a}\n",
        "2:6: acme.a: is made of itself: acme.a -> acme.a; let one of them ask something by itself",
        id="a criterion that uses itself",
    ),
    pytest.param(
        "criteria:\n  - {id: acme.a, use: acme.b}\n  - {id: acme.b, use: acme.a}\n",
        "2:6: acme.a: is made of itself: acme.a -> acme.b -> acme.a; let one of them ask something by itself",
        id="criteria that use each other",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    satisfied_by: [acme.other]\n"
        "  - id: acme.other\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    satisfied_by: [acme.label]\n",
        "2:5: acme.label: is made of itself: acme.label -> acme.other -> acme.label; let one of them ask something by itself",
        id="satisfied by each other",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n",
        "7:5: acme.label: another criterion has this id, at readiness/team.yaml:2:5: give one of them another",
        id="two criteria of the same id",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: k8s.min-replicas\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n",
        "2:5: k8s.min-replicas: a rule of pytest-readiness has this id already; to change its options write use: k8s.min-replicas and a new id",
        id="the id of a built-in rule",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    good: 3\n",
        "7:5: acme.label: good must be a text (with |), or a mapping of paths to texts, not 3",
        id="a good sample that is a number",
    ),
    pytest.param(
        "criteria:\n  - id: acme.label\n    title: A label\n    on: repo\n    remedy: add it\n    good: text\n    files: [README.md]\n",
        "6:5: acme.label: good must be a mapping of paths to texts, not 'text'",
        id="a sample of the repository that is a text",
    ),
    pytest.param(
        "criteria:\n"
        "  - id: acme.label\n"
        "    title: A label\n"
        "    on: k8s.workload\n"
        "    remedy: add it\n"
        "    require: {metadata.labels.team: present}\n"
        "    title: again\n",
        "7:5: duplicate key 'title', first on line 3",
        id="a key twice",
    ),
    pytest.param(
        "criteria:\n  - id: [\n",
        "3:1: not valid YAML: while parsing a flow node did not find expected node content",
        id="no YAML at all",
    ),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_the_message(text: str, message: str) -> None:
    criteria, mistakes = load(Project.of({"readiness/team.yaml": text}), builtin.rule, names)
    assert criteria.all == ()
    assert [str(mistake) for mistake in mistakes] == [f"readiness/team.yaml:{message}"]


def test_there_are_many() -> None:
    assert len(MISTAKES) >= 40


def test_every_mistake_is_told_before_anything_runs(pytester: pytest.Pytester) -> None:
    (pytester.path / "readiness").mkdir()
    (pytester.path / "readiness" / "a.yaml").write_text("criteria:\n  - id: acme.a\n    use: k8s.min-replica\n")
    (pytester.path / "readiness.yaml").write_text("criteria:\n  - id: acme.b\n    us: k8s.min-replicas\n")
    result = pytester.runpytest("--readiness")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: readiness.yaml:2:5: acme.b: has no on: *",
            "*readiness.yaml:3:5: acme.b: unknown key 'us' *",
            "*readiness/a.yaml:3:5: acme.a: use: no rule is called 'k8s.min-replica' (did you mean 'k8s.min-replicas'?)",
        ]
    )
