"""What is made of a chart: environments, dependencies, third parties, and what is said of one that does not render."""

from __future__ import annotations

import base64
import gzip
import io
import os
import tarfile
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from judging import judge

from pytest_readiness import Project
from pytest_readiness import tools
from pytest_readiness.builtin import formats
from pytest_readiness.builtin import rules
from pytest_readiness.configuration import Configuration
from pytest_readiness.configuration import Environment
from pytest_readiness.formats.helm import copy
from pytest_readiness.formats.helm.versions import is_bounded
from pytest_readiness.formats.helm.versions import is_semver
from pytest_readiness.model import Resource
from pytest_readiness.model import Span
from pytest_readiness.tree import DiskTree

CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: '1'\n"
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
spec:
  containers:
    - name: web
      image: {{ .Values.image }}
"""


def config(name: str, value: str = "x") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{x: {value}}}\n"


def chart(directory: str = "shop", **files: str) -> dict[str, str]:
    """Files of a chart; ``__`` in a name stands for a slash, the last ``_`` for the dot."""
    named = {name.replace("__", "/")[::-1].replace("_", ".", 1)[::-1]: text for name, text in files.items()}
    name = directory.rpartition("/")[2]
    named.setdefault("Chart.yaml", CHART.replace("shop", name))
    return {f"{directory}/{name}": text for name, text in named.items()}


def with_environments(files: Mapping[str, str], *environments: Environment) -> Project:
    project = Project.of(files)
    project.configuration = Configuration(environments=environments)
    return project


def found(files: Mapping[str, str] | Project, home: str = "shop") -> tuple[Resource, ...]:
    project = files if isinstance(files, Project) else Project.of(files)
    contents = project.contents(home)
    assert contents is not None
    assert contents.failures == (), contents.failures
    return contents.resources


def objects(files: Mapping[str, str] | Project, home: str = "shop") -> list[str]:
    return [resource.name for resource in found(files, home) if resource.kind == "k8s.object"]


def failures(files: Mapping[str, str] | Project, home: str = "shop") -> list[str]:
    project = files if isinstance(files, Project) else Project.of(files)
    contents = project.contents(home)
    assert contents is not None
    return [str(failure) for failure in contents.failures]


# -- what is a chart, and what belongs to it


def test_a_chart_is_judged_through_its_directory() -> None:
    project = Project.of(
        chart(values_yaml="image: web:1\n", templates__pod_yaml=POD, templates___helpers_tpl="", templates__NOTES_txt="hi")
    )
    assert list(project.homes) == ["shop"]
    assert [(r.kind, r.name) for r in found(project)] == [
        ("helm.release", "shop"),
        ("k8s.object", "Pod/shop"),
        ("k8s.pod", "Pod/shop"),
        ("k8s.container", "Pod/shop/web"),
    ]
    assert {r.home for r in found(project)} == {"shop"}
    assert project.resources("k8s.container")[0].span == Span("shop/templates/pod.yaml", 7, 7, 7, 16)


def test_a_chart_at_the_root_is_judged_through_its_description() -> None:
    project = Project.of(
        {name.removeprefix("shop/"): text for name, text in chart(values_yaml="image: web:1\n", templates__pod_yaml=POD).items()}
    )
    assert list(project.homes) == ["Chart.yaml"]
    assert "Pod/shop" in objects(project, "Chart.yaml")
    assert [r.kind for r in found(project, "Chart.yaml")][:2] == ["helm.chart", "helm.release"]


CLAIMS = [
    ("shop/Chart.yaml", "helm"),
    ("shop/Chart.lock", "helm"),
    ("shop/values.yaml", "helm"),
    ("shop/values-prod.yaml", "helm"),
    ("shop/values.prod.yml", "helm"),
    ("shop/values/prod.yaml", "helm"),
    ("shop/environments/prod/values.yaml", "helm"),
    ("shop/ci/small-values.yaml", "helm"),
    ("shop/values.schema.json", "helm"),
    ("shop/templates/deep/down/pod.yaml", "helm"),
    ("shop/templates/_helpers.tpl", "helm"),
    ("shop/charts/redis-1.0.0.tgz", "helm"),
    ("shop/crds/thing.yaml", "kubernetes"),
    ("shop/files/pod.yaml", "kubernetes"),
    ("other/templates/pod.yaml", "kubernetes"),
    ("other/values.yaml", "kubernetes"),
]


@pytest.mark.parametrize(("path", "format"), CLAIMS, ids=[path for path, _ in CLAIMS])
def test_what_belongs_to_a_chart(path: str, format: str) -> None:
    claimant = Project.of({**chart(), path: "apiVersion: v1\nkind: Pod\n"}).format_of(path)
    assert claimant is not None and claimant.name == format


def test_crds_of_a_chart_are_manifests() -> None:
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
    project = Project.of(chart(crds__x_yaml=crd, templates__a_yaml=config("a")))
    assert objects(project) == ["ConfigMap/a"]
    assert objects(project, "shop/crds/x.yaml") == ["CustomResourceDefinition/x"]


def test_a_library_makes_nothing_by_itself() -> None:
    project = Project.of(chart(Chart_yaml=CHART + "type: library\n", templates___a_tpl='{{ define "a" }}{{ end }}'))
    assert list(project.homes) == []
    assert [r.kind for r in found(project, "shop/Chart.yaml")] == ["helm.chart"]


def test_tests_of_a_release_are_left_out() -> None:
    hook = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, annotations: {helm.sh/hook: %s}}\nspec: {containers: []}\n"
    files = chart(templates__a_yaml=hook % ("t", "test"), templates__b_yaml=hook % ("m", "pre-install"))
    assert objects(files) == ["Pod/m"]


def test_what_helm_ignores_is_no_part_of_it() -> None:
    project = Project.of(
        chart(_helmignore="", templates__a_yaml=config("a"), templates__b_yaml=config("b")) | {"shop/.helmignore": "b.yaml\n"}
    )
    assert objects(project) == ["ConfigMap/a"]


def test_a_list_of_objects_is_its_objects() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Secret, metadata: {name: a}}\n"
    assert objects(chart(templates__a_yaml=text)) == ["Secret/a"]


def test_templates_read_files_of_their_chart() -> None:
    text = config("a", '{{ .Files.Get "files/x.txt" | trim | quote }}')
    project = Project.of(chart(templates__a_yaml=text, files__x_txt="words"))
    (data,) = project.resources("k8s.configmap")
    assert data.get("data", "x") == "words"  # type: ignore[attr-defined]


def test_names_of_releases() -> None:
    text = config("{{ .Release.Name }}")
    for name, expected in [("shop", "shop"), ("Shop", "release"), ("a" * 60, "a" * 53)]:
        assert objects(chart(Chart_yaml=CHART.replace("shop", name), templates__a_yaml=text)) == [f"ConfigMap/{expected}"]


def test_nothing_is_said_of_the_namespace_that_whoever_installs_it_chooses() -> None:
    bare = chart(templates__a_yaml=config("a"))
    assert judge("k8s.explicit-namespace", bare) == "pass"
    assert (
        judge(
            "k8s.explicit-namespace",
            chart(templates__a_yaml=config("a").replace("name: a", "name: a, namespace: {{ .Release.Namespace }}")),
        )
        == "pass"
    )
    assert judge("k8s.explicit-namespace", chart(templates__a_yaml=config("a").replace("name: a", "name: a, namespace: default"))) == "fail"


# -- environments


ENVIRONMENT_FILES = ["values-prod.yaml", "values.prod.yml", "values/prod.yaml", "environments/prod/values.yaml"]


@pytest.mark.parametrize("name", ENVIRONMENT_FILES)
def test_values_files_are_called_after_environments(name: str) -> None:
    files = {**chart(values_yaml="image: web:1\n", templates__pod_yaml=POD), f"shop/{name}": "image: web:2\n"}
    images = {r.name: r.body["image"] for r in found(files) if r.kind == "k8s.container"}  # type: ignore[attr-defined]
    assert images == {"default:Pod/shop/web": "web:1", "prod:Pod/shop/web": "web:2"}
    assert {r.for_environment for r in found(files)} == {"default", "prod"}


def test_values_files_that_are_not_called_after_an_environment() -> None:
    files = {
        **chart(templates__a_yaml=config("a")),
        "shop/ci/x-values.yaml": "",
        "shop/values-.yaml": "",
        "shop/values-a b.yaml": "",
        "shop/values.schema.yaml": "",
    }
    assert objects(files) == ["ConfigMap/a"]


def test_configured_environments_hold_exactly() -> None:
    files = {
        **chart(values_yaml="image: web:1\ndeep: {a: 1, b: 1}\n", templates__pod_yaml=POD + "    # {{ .Values.deep }}\n"),
        "shop/values-dev.yaml": "image: web:2\n",
        "shop/values-prod.yaml": "image: web:3\n",
        "deploy/common.yaml": "deep: {b: 2}\n",
    }
    project = with_environments(
        files,
        Environment("prod", values=("deploy/common.yaml", "values-prod.yaml")),
        Environment("canary", values=("values-prod.yaml",), set={"image": "web:4,5", "deep.a": None}),
    )
    images = {r.name: r.body["image"] for r in found(project) if r.kind == "k8s.container"}  # type: ignore[attr-defined]
    assert images == {"prod:Pod/shop/web": "web:3", "canary:Pod/shop/web": "web:4,5"}
    (prod, canary) = project.resources("helm.release")
    assert prod.values == {"image": "web:3", "deep": {"a": 1, "b": 2}}  # type: ignore[attr-defined]
    assert prod.values["deep"].entry("b").path == "deploy/common.yaml"  # type: ignore[attr-defined]
    assert canary.values["deep"]["a"] is None  # type: ignore[attr-defined]


def test_an_environment_that_names_no_values_takes_those_of_its_name() -> None:
    files = {**chart(values_yaml="image: web:1\n", templates__pod_yaml=POD), "shop/values-prod.yaml": "image: web:3\n"}
    project = with_environments(files, Environment("prod"), Environment("dev"))
    images = [r.body["image"] for r in found(project) if r.kind == "k8s.container"]  # type: ignore[attr-defined]
    assert images == ["web:3", "web:1"]


def test_the_version_of_the_cluster_is_told() -> None:
    project = with_environments(
        chart(templates__a_yaml=config("a", "{{ .Capabilities.KubeVersion.Minor }}")), Environment("prod", kube_version="1.29")
    )
    (data,) = project.resources("k8s.configmap")
    assert data.get("data", "x") == 29  # type: ignore[attr-defined]


def test_rules_for_production_leave_other_environments_alone() -> None:
    deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: {{ .Values.replicas }}\n  selector: {}\n  template: {}\n"
    files = chart(values_yaml="replicas: 3\n", templates__a_yaml=deployment)
    assert judge("k8s.min-replicas", {**files, "shop/values-staging.yaml": "replicas: 1\n"}) == "pass"
    assert judge("k8s.min-replicas", {**files, "shop/values-prod.yaml": "replicas: 1\n"}) == "fail"


def test_a_values_file_that_no_chart_has_is_a_mistake() -> None:
    place = Span("readiness.yaml", 2, 3, 2, 7)
    project = with_environments(
        {**chart(), "shop/values-a.yaml": ""}, Environment("prod", values=("values-a.yaml", "values-b.yaml"), span=place)
    )
    (mistake,) = [mistake for format_ in project.formats for mistake in format_.mistakes(project)]
    assert str(mistake) == "readiness.yaml:2:3: environments: prod: no chart has values-b.yaml, nor is it at the root"
    assert not [m for f in formats() for m in f.mistakes(Project.of(chart()))]


# -- dependencies


def packed(name: str, files: Mapping[str, str]) -> bytes:
    """A packed chart."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(stream.getvalue(), mtime=0)


def depending(*listed: str) -> str:
    return CHART + "dependencies:\n" + "".join(f"  - {{{item}}}\n" for item in listed)


def test_a_chart_of_the_repository_is_judged_through_the_one_that_includes_it() -> None:
    files = {
        **chart("shop", Chart_yaml=depending("name: web, version: 1.0.0, repository: 'file://../web'"), values_yaml="web: {x: two}\n"),
        **chart(
            "web",
            values_yaml="x: one\n",
            templates__a_yaml=config("web", "{{ .Values.x }}"),
            Chart_yaml=depending("name: base, version: '>=0', repository: 'file://../base'").replace("shop", "web"),
        ),
        **chart("base", templates__a_yaml=config("base")),
    }
    project = Project.of(files)
    assert list(project.homes) == ["shop"]
    assert objects(project) == ["ConfigMap/base", "ConfigMap/web"]
    base, web = project.resources("k8s.configmap")
    assert (base.path, web.path) == ("base/templates/a.yaml", "web/templates/a.yaml")
    assert web.get("data", "x") == "two"  # type: ignore[attr-defined]
    assert not web.third_party and web.home == "shop"
    assert project.homes_of("base/templates/a.yaml") == ("shop",)
    assert [r.name for r in project.resources("helm.chart")] == ["base", "shop", "web"]


def test_a_dependency_under_two_names() -> None:
    both = [f"name: web, alias: {name}, version: 1.0.0, repository: 'file://../web'" for name in ("one", "two")]
    files = {
        **chart("shop", Chart_yaml=depending(*both), values_yaml="two: {x: z}\n"),
        **chart("web", values_yaml="x: y\n", templates__a_yaml=config("{{ .Chart.Name }}", "{{ .Values.x }}")),
    }
    project = Project.of(files)
    assert objects(project) == ["ConfigMap/one", "ConfigMap/two"]
    assert {r.path for r in project.resources("k8s.configmap")} == {"web/templates/a.yaml"}


def test_what_lies_in_charts_is_part_of_the_chart() -> None:
    files = {
        **chart(
            "shop",
            Chart_yaml=depending("name: own, version: 1.0.0", "name: redis, version: 1.0.0, repository: https://example.com"),
            templates__a_yaml=config("a"),
        ),
        **chart("shop/charts/own", templates__a_yaml=config("own")),
        **chart("shop/charts/unlisted", templates__a_yaml=config("unlisted")),
        **chart("shop/charts/redis", templates__a_yaml=config("redis"), values_yaml="password: hunter2-hunter2\n"),
        **chart("shop/charts/redis/charts/deep", templates__a_yaml=config("deep")),
    }
    project = Project.of(files)
    assert list(project.homes) == ["shop"]
    assert {r.name: r.third_party for r in project.resources("k8s.object")} == {
        "ConfigMap/a": False,
        "ConfigMap/own": False,
        "ConfigMap/unlisted": False,
        "redis/ConfigMap/redis": True,
        "redis/ConfigMap/deep": True,
    }
    assert {r.path for r in project.resources("k8s.object") if r.third_party} == {
        "shop/charts/redis/templates/a.yaml",
        "shop/charts/redis/charts/deep/templates/a.yaml",
    }
    assert [r.path for r in project.resources("helm.chart")] == [
        "shop/Chart.yaml",
        "shop/charts/own/Chart.yaml",
        "shop/charts/unlisted/Chart.yaml",
    ]
    assert project.resources("helm.value") == ()


def test_a_packed_chart_is_somebody_elses() -> None:
    redis = {"Chart.yaml": CHART.replace("shop", "redis"), "templates/a.yaml": config("redis", "{{ .Values.x }}"), "values.yaml": "x: 1"}
    files: dict[str, str | bytes] = {
        **chart(
            "shop",
            Chart_yaml=depending("name: redis, alias: cache, version: ^1.0.0, repository: 'oci://example.com'"),
            values_yaml="cache: {x: two}\n",
        ),
        "shop/charts/redis-1.0.0.tgz": packed("redis", redis),
    }
    project = Project.of(files)
    (data,) = project.resources("k8s.configmap")
    assert (data.name, data.third_party, data.span) == ("cache/ConfigMap/redis", True, Span("shop/charts/redis-1.0.0.tgz"))
    assert data.get("data", "x") == "two"  # type: ignore[attr-defined]
    assert project.homes_of("shop/charts/redis-1.0.0.tgz") == ("shop",)


def test_a_source_in_the_repository_wins_over_its_packed_copy() -> None:
    files: dict[str, str | bytes] = {
        **chart("shop", Chart_yaml=depending("name: web, version: 1.0.0, repository: 'file://../web'")),
        **chart("web", templates__a_yaml=config("new")),
        "shop/charts/web-1.0.0.tgz": packed("web", {"Chart.yaml": CHART.replace("shop", "web"), "templates/a.yaml": config("old")}),
    }
    assert objects(Project.of(files)) == ["ConfigMap/new"]


def test_packed_charts_that_git_ignores_are_found(tmp_path: Path) -> None:
    redis = {"Chart.yaml": CHART.replace("shop", "redis"), "templates/a.yaml": config("redis")}
    files: dict[str, str | bytes] = {
        **chart("shop", Chart_yaml=depending("name: redis, version: 1.0.0, repository: 'oci://example.com'")),
        ".gitignore": "*.tgz\n",
        "shop/charts/redis-1.0.0.tgz": packed("redis", redis),
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    project = Project(DiskTree(tmp_path), formats())
    assert "shop/charts/redis-1.0.0.tgz" not in project.paths
    assert objects(project) == ["redis/ConfigMap/redis"]


def test_a_dependency_cannot_lead_out_of_the_copy() -> None:
    files = {
        **chart("shop", Chart_yaml=depending("name: ../../../../out, version: 1.0.0, repository: 'file://../web'")),
        **chart("web", templates__a_yaml=config("web")),
    }
    assert "../../../../out" in " ".join(failures(files))


def test_two_dependencies_whose_directories_are_called_the_same() -> None:
    files = {
        **chart(
            "shop",
            Chart_yaml=depending(*(f"name: {name}, version: 1.0.0, repository: 'file://../{name}/chart'" for name in ("one", "two"))),
        ),
        **chart("one/chart", Chart_yaml=CHART.replace("shop", "one"), templates__a_yaml=config("one")),
        **chart("two/chart", Chart_yaml=CHART.replace("shop", "two"), templates__a_yaml=config("two")),
    }
    assert objects(files) == ["ConfigMap/one", "ConfigMap/two"]


MISSING = depending("name: redis, version: ^1.0.0, repository: 'oci://example.com', condition: redis.enabled", "name: own, version: 1.0.0")


def test_a_dependency_that_is_not_here_is_unknown_and_the_rest_is_judged() -> None:
    files = {
        **chart("shop", Chart_yaml=MISSING, templates__a_yaml=config("a")),
        **chart("shop/charts/own", templates__a_yaml=config("own")),
    }
    project = Project.of(files)
    assert sorted(objects(project)) == ["ConfigMap/a", "ConfigMap/own"]
    (dependency,) = project.resources("helm.dependency")
    assert (dependency.name, dependency.span) == ("dependency redis", Span("shop/Chart.yaml", 6, 6, 6, 17))
    assert judge("helm.renders", files) == "unknown"
    assert project.text("shop/Chart.yaml") == MISSING


def test_a_dependency_that_is_switched_off_everywhere_is_not_missed() -> None:
    files = {**chart("shop", Chart_yaml=MISSING, values_yaml="redis: {enabled: false}\n"), **chart("shop/charts/own")}
    assert judge("helm.renders", files) == "pass"
    assert judge("helm.renders", {**files, "shop/values-prod.yaml": "redis: {enabled: true}\n"}) == "unknown"


@pytest.mark.parametrize(
    "description",
    [
        "dependencies:\n# why\n- name: redis\n  version: 1.0.0  # exact\n  repository: https://example.com\n- name: own\n  version: 1.0.0\n"
        + CHART,
        CHART + "dependencies: [{name: redis, version: 1.0.0, repository: 'https://example.com'}, {name: own, version: 1.0.0}]\nicon: x\n",
        '{"apiVersion": "v2", "name": "shop", "version": "1.0.0", "appVersion": "1.10", "dependencies": [{"name": "redis", "version": "1", "repository": "https://x"}]}',
    ],
    ids=["in front", "in brackets", "as JSON"],
)
def test_a_missing_dependency_is_taken_out_however_it_is_written(description: str) -> None:
    files = {
        **chart("shop", Chart_yaml=description, templates__a_yaml=config("a", "{{ .Chart.AppVersion | quote }}")),
        **chart("shop/charts/own"),
    }
    assert objects(files) == ["ConfigMap/a"]


def test_requirements_of_old_charts() -> None:
    files = chart(
        Chart_yaml=CHART.replace("v2", "v1"),
        requirements_yaml="dependencies: [{name: redis, version: 1.0.0, repository: 'https://x'}]\n",
        templates__a_yaml=config("a"),
    )
    assert objects(files) == ["ConfigMap/a"]
    assert len(Project.of(files).resources("helm.dependency")) == 1


def test_charts_that_include_each_other_end() -> None:
    files = {
        **chart("shop", Chart_yaml=depending("name: web, version: 1.0.0, repository: 'file://../web'"), templates__a_yaml=config("a")),
        **chart(
            "web",
            Chart_yaml=depending("name: shop, version: 1.0.0, repository: 'file://../shop'").replace("name: shop\n", "name: web\n"),
            templates__a_yaml=config("b"),
        ),
    }
    project = Project.of(files)
    assert list(project.homes) == ["shop", "web"]


# -- what does not render


FAILING = [
    pytest.param(
        {"templates__a_yaml": config("a") + "y: {{ .Values.a.b }}\n"},
        ["shop/templates/a.yaml:5:1: does not render: <.Values.a.b>: nil pointer evaluating interface {}.b"],
        id="a value that is not there",
    ),
    pytest.param(
        {"templates__a_yaml": '\n  {{ required "say which image" .Values.image }}\n'},
        ["shop/templates/a.yaml:2:3: does not render: say which image"],
        id="a value that is required",
    ),
    pytest.param(
        {"templates__a_yaml": '{{ fail "no:\\nway" }}\n'},
        ["shop/templates/a.yaml:1:1: does not render: no: way"],
        id="a message of several lines",
    ),
    pytest.param(
        {"templates__a_yaml": "x: 1\n{{ foo }}\n"},
        ['shop/templates/a.yaml:2:1: does not render: function "foo" not defined'],
        id="an unknown function",
    ),
    pytest.param(
        {"templates__a_yaml": "x: 1\n{{ if }}\n"},
        ["shop/templates/a.yaml:2:1: does not render: missing value for if"],
        id="a broken action",
    ),
    pytest.param(
        {"templates__a_yaml": 'x:\n{{ include "h" . }}\n', "templates___h_tpl": '{{ define "h" }}\n{{ .Values.a.b }}{{ end }}'},
        ["shop/templates/_h.tpl:2:1: does not render: <.Values.a.b>: nil pointer evaluating interface {}.b"],
        id="inside of a helper",
    ),
    pytest.param(
        {"templates__a_yaml": "x: 1\n{{- if true }}\ny: [\n{{- end }}\n"},
        ["shop/templates/a.yaml:3:1: does not render: not valid YAML: while parsing a flow node did not find expected node content"],
        id="no YAML",
    ),
    pytest.param(
        {"templates__a_yaml": "x: 1\n---\nz: 1\nkey: {{ .Values.text }}\n", "values_yaml": "text: 'a: b: c'\n"},
        ["shop/templates/a.yaml:4:1: does not render: not valid YAML: mapping values are not allowed in this context"],
        id="no YAML because of a value",
    ),
    pytest.param(
        {"values_yaml": "a: {b: x}\n", "values.schema_json": '{"properties": {"a": {"properties": {"b": {"type": "integer"}}}}}'},
        [
            "shop/values.yaml:1:5: does not render: the values do not fit values.schema.json: a.b: Invalid type. Expected: integer, given: string"
        ],
        id="a value that does not fit the schema",
    ),
    pytest.param(
        {"Chart_yaml": CHART + "kubeVersion: '>=1.99'\n"},
        ["shop/Chart.yaml:5:1: does not render: chart requires kubeVersion: >=1.99 which is incompatible with Kubernetes v1.32.0"],
        id="another version of the cluster",
    ),
    pytest.param(
        {"Chart_yaml": "apiVersion: v2\nname: shop\n"},
        ["shop/Chart.yaml:2:1: does not render: validation: chart.metadata.version is required"],
        id="no version",
    ),
    pytest.param(
        {"Chart_yaml": MISSING, "templates__a_yaml": '{{ include "redis.name" . }}\n'},
        [
            'shop/templates/a.yaml:1:1: does not render: <include "redis.name" .>: error calling include: template: no template "redis.name" associated with template "gotpl" (without the charts of redis and own: run helm dependency build first)'
        ],
        id="a helper of a chart that is not here",
    ),
]


@pytest.mark.parametrize(("files", "expected"), FAILING)
def test_a_chart_that_does_not_render_fails_at_the_line(files: dict[str, str], expected: list[str]) -> None:
    assert failures(chart(**files)) == expected


def test_what_fails_in_several_environments_is_said_once() -> None:
    files = chart(values_yaml="a: {b: 1}\n", templates__a_yaml="x: {{ .Values.a.b }}\n")
    files |= {"shop/values-prod.yaml": "a: null\n", "shop/values-dev.yaml": "a: null\n"}
    assert failures(files) == [
        "shop/templates/a.yaml:1:1: does not render for dev and prod: <.Values.a.b>: nil pointer evaluating interface {}.b"
    ]
    assert [r.name for r in Project.of(files).resources("helm.release")] == ["default:shop"]


def test_values_that_are_no_yaml_fail_by_themselves() -> None:
    files = {**chart(values_yaml="a: 1\n", templates__a_yaml=config("a")), "shop/values-prod.yaml": "a: [\n"}
    assert failures(files) == []
    assert "not valid YAML" in failures(files, "shop/values-prod.yaml")[0]
    assert objects(files) == ["default:ConfigMap/a"]


def test_a_description_that_is_no_yaml_fails_by_itself() -> None:
    project = Project.of(chart(Chart_yaml="name: [\n", templates__a_yaml=config("a")))
    assert list(project.homes) == []
    assert "not valid YAML" in failures(project, "shop/Chart.yaml")[0]


def test_duplicate_keys_are_told_at_the_template_s_line() -> None:
    text = config("a") + "{{- range list 1 2 }}\nkey: {{ . }}\n{{- end }}\n"
    assert failures(chart(templates__a_yaml=text)) == ["shop/templates/a.yaml:6:1: duplicate key 'key', first on line 5"]


def test_a_wrong_shape_is_told_at_the_template_s_line() -> None:
    files = chart(
        values_yaml="c: {a: b}\n",
        templates__a_yaml="apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: {{- toYaml .Values.c | nindent 4 }}\n",
    )
    files |= {"shop/values-prod.yaml": "", "shop/values-dev.yaml": ""}
    assert failures(files) == ["shop/templates/a.yaml:5:3: not a valid Pod: spec.containers is a mapping, not a list"]


def test_without_helm_one_failing_check_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find", lambda *_: None)
    files = {**chart(templates__a_yaml=config("a")), "shop/values-prod.yaml": "", **chart("other")}
    for home in ("shop", "other"):
        assert failures(files, home) == [
            f"{home}/Chart.yaml: is not rendered without helm: pip install 'pytest-readiness[helm]', or put helm on PATH"
        ]


# -- what others do to us


def test_a_loop_without_end_is_stopped() -> None:
    project = Project.of(chart(templates__a_yaml="{{ range until 1000000000 }}{{ range until 1000000000 }}{{ end }}{{ end }}\n"))
    project.configuration = Configuration(render_timeout=0.5)
    started = time.monotonic()
    (said,) = failures(project)
    assert "does not render: helm was" in said
    assert time.monotonic() - started < 10


def test_too_many_environments_must_be_named() -> None:
    files = {**chart(templates__a_yaml=config("a")), **{f"shop/values-{number}.yaml": "" for number in range(200)}}
    (said,) = failures(files)
    assert said.endswith("has values for 201 environments: name those to render in readiness.yaml (environments)")


HUGE = [
    pytest.param("{{ range until 300000 }}\n{{ end }}a: 1\n", id="blank lines"),
    pytest.param("a: [{{ range until 5000 }}{x: 1}, {{ end }}]\n", id="a long line"),
    pytest.param("{{ range until 3000 }}\n---\na: 1\n{{ end }}", id="many documents"),
    pytest.param("a: {{ include " + "a" * 100_000 + " }}\n", id="a long name"),
    pytest.param('{{ fail (repeat 200000 "error ") }}\n', id="a long message"),
    pytest.param("a: {{ " + "(" * 20_000 + " }}\n", id="brackets"),
    pytest.param("{{ if true }}" * 2000 + "a: 1" + "{{ end }}" * 2000, id="blocks in blocks"),
]


@pytest.mark.parametrize("text", HUGE)
def test_large_texts_take_little_time(text: str) -> None:
    started = time.monotonic()
    assert Project.of(chart(templates__a_yaml=text)).contents("shop") is not None
    assert time.monotonic() - started < 10


def test_recursion_ends() -> None:
    (said,) = failures(chart(templates__a_yaml='{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}\n'))
    assert said.startswith("shop/templates/a.yaml:1:1: does not render: ")


def test_a_chart_sees_neither_files_outside_nor_the_network_nor_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hunter2")
    text = config(
        "a",
        '"{{ .Files.Get "../../outside" }}{{ .Files.Get "/etc/passwd" }}{{ lookup "v1" "Secret" "" "" }}{{ getHostByName "example.com" }}"',
    )
    project = Project.of({**chart(templates__a_yaml=text), "outside": "hunter2"})
    (data,) = project.resources("k8s.configmap")
    assert data.get("data", "x") in ("map[]", "map[]127.0.0.1")  # type: ignore[attr-defined]
    assert 'function "env" not defined' in failures(chart(templates__a_yaml='{{ env "TOKEN" }}'))[0]


def test_links_out_of_the_project_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(config("stolen"))
    root = tmp_path / "root"
    for name, text in chart(templates__a_yaml=config("a")).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "shop/templates/b.yaml").symlink_to("../../../secret.yaml")
    (root / "shop/charts").symlink_to(tmp_path)
    project = Project(DiskTree(root), formats())
    assert "shop/templates/b.yaml: a link to outside of the project is not followed" in failures(project)
    assert [r.name for r in project.resources("k8s.object")] == ["ConfigMap/a"]


@pytest.mark.skipif(os.name == "nt", reason="names that Windows does not have")
def test_names_with_control_characters() -> None:
    files = {**chart(templates__a_yaml=config("a")), "shop/templates/b\n---\n# Source: shop/templates/a.yaml\n.yaml": config("b")}
    project = Project.of(files)
    assert [f.rpartition(": ")[2] for f in failures(project)] == ["has control characters in its name, so it is not handed to helm"]


def test_a_template_cannot_pass_for_another() -> None:
    text = config("a") + "---\n# Source: shop/templates/b.yaml\n" + config("fake")
    project = Project.of(chart(templates__a_yaml=text, templates__b_yaml="# nothing\n"))
    assert {r.path for r in project.resources("k8s.configmap")} == {"shop/templates/a.yaml"}


def test_a_packed_chart_that_unpacks_to_more_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed("redis", {"Chart.yaml": CHART.replace("shop", "redis"), "values.yaml": "a" * 30_000_000})
    files: dict[str, str | bytes] = {**chart("shop", templates__a_yaml=config("a")), "shop/charts/redis-1.0.0.tgz": bomb}
    (said,) = failures(Project.of(files))
    assert "does not render" in said


def test_a_chart_that_is_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy, "MAX_BYTES", 1000)
    (said,) = failures(chart(templates__a_yaml=config("a" * 2000)))
    assert "was not rendered" in said


def test_broken_texts_crash_nothing() -> None:
    junk = [
        "{{",
        "{{/*",
        "{{ end }}",
        '{{ define "x" }}',
        "}}",
        "{{ `",
        "\x00",
        "- a\n- b\n",
        "a: &x [*x]\n",
        "\ufeff{}",
        "{{ block }}",
        "{{- -}}",
    ]
    for text in junk:
        for name in ("templates/a.yaml", "values.yaml", "Chart.yaml", "values.schema.json", "templates/_h.tpl"):
            project = Project.of({**chart(templates__b_yaml=config("b")), f"shop/{name}": text})
            for path in (*project.paths, *project.homes):
                contents = project.contents(path)
                assert contents is None or not [f for f in contents.failures if "bug" in f.reason], (name, text, contents)


# -- which file selects what


def test_files_lead_to_the_charts_that_they_are_part_of() -> None:
    files = {
        **chart("shop", Chart_yaml=depending("name: web, repository: 'file://../web'")),
        **chart("web", templates__a_yaml="", crds__a_yaml=""),
    }
    project = with_environments({**files, "deploy/prod.yaml": "", "README.md": ""}, Environment("prod", values=("deploy/prod.yaml",)))
    assert project.homes_of("web/templates/a.yaml") == ("shop",)
    assert project.homes_of("shop/Chart.yaml") == ("shop",)
    assert project.homes_of("deploy/prod.yaml") == ("shop",)
    assert project.homes_of("web/crds/a.yaml") == project.homes_of("README.md") == ()


def test_a_file_selects_what_is_made_from_it() -> None:
    helpers = '{{ define "x" }}{{ end }}'
    files = {
        **chart(values_yaml="", templates__a_yaml=config("a"), templates__b_yaml=config("b"), templates___h_tpl=helpers),
        "shop/values-prod.yaml": "",
    }
    project = Project.of(files)

    def selected(path: str) -> set[str]:
        maker = project.homes["shop"]
        return {r.name for r in found(project) if r.kind == "k8s.object" and maker.is_made_from(r, path, project)}

    everything = {"default:ConfigMap/a", "default:ConfigMap/b", "prod:ConfigMap/a", "prod:ConfigMap/b"}
    assert selected("shop/templates/a.yaml") == {"default:ConfigMap/a", "prod:ConfigMap/a"}
    assert selected("shop/values-prod.yaml") == {"prod:ConfigMap/a", "prod:ConfigMap/b"}
    assert selected("shop/values.yaml") == selected("shop/Chart.yaml") == selected("shop/templates/_h.tpl") == everything


# -- versions


@pytest.mark.parametrize("constraint", ["1.2.3", "~1.2", "^1", "1.x", "1.*", ">=1 <2", ">1, <=2", "1.2 - 1.4", "=1.0", "v1.2", "^1 || ^2"])
def test_bounded(constraint: str) -> None:
    assert is_bounded(constraint)


@pytest.mark.parametrize("constraint", ["", "*", "x", ">=1", ">1.2", "!=1.0", "^1 || >=3", "latest"])
def test_unbounded(constraint: str) -> None:
    assert not is_bounded(constraint)


def test_semver() -> None:
    assert all(map(is_semver, ["1.2.3", "0.0.1", "1.0.0-rc.1", "1.0.0+build.5"]))
    assert not any(map(is_semver, ["1.2", "v1.2.3", "01.2.3", "1.2.3-", "latest", ""]))


# -- rules


REMOTE = "name: redis, version: ^17.0.0, repository: 'oci://example.com'"
METADATA = [
    pytest.param(CHART, None, "pass", id="complete"),
    pytest.param(CHART.replace("appVersion: '1'\n", "type: library\n"), None, "pass", id="a library has no application"),
    pytest.param(CHART.replace("version: 1.0.0", "version: v1.0.0"), None, "fail", id="a version with a v"),
    pytest.param(
        depending("name: web, repository: 'file://../web', version: '>=0'"), None, "pass", id="a chart of the repository needs no lock"
    ),
    pytest.param(depending("name: web, version: 1.0.0"), None, "pass", id="a chart in charts needs no lock"),
    pytest.param(depending(REMOTE), None, "fail", id="no lock"),
    pytest.param(depending(REMOTE), "dependencies: []\ndigest: sha256:0\n", "fail", id="a lock of other dependencies"),
    pytest.param(depending(REMOTE), "[]\n", "fail", id="a lock that is none"),
    pytest.param(
        depending("name: redis, repository: '@bitnami'", "name: x, version: '*', repository: 'alias:y'"),
        "dependencies: []\n",
        "fail",
        id="no bounds",
    ),
]


@pytest.mark.parametrize(("text", "lock", "verdict"), METADATA)
def test_chart_metadata(text: str, lock: str | None, verdict: str) -> None:
    assert judge("helm.chart-metadata", {"Chart.yaml": text, **({"Chart.lock": lock} if lock else {})}) == verdict


def lint(**files: str) -> str:
    return judge("helm.renders", chart(**files))


def test_what_helm_lint_says() -> None:
    assert lint(templates__a_yaml=config("a")) == "pass"
    assert lint(templates__a_yaml=config("Not_A_Name")) == "advice"
    assert lint(Chart_yaml=CHART.replace("'1'", "1.10"), templates__a_yaml=config("a")) == "fail"
    assert lint(templates__a_yaml=config("a").replace("v1", "extensions/v1beta1").replace("ConfigMap", "Deployment")) in ("fail", "advice")


def test_values_that_helm_drops_are_advice() -> None:
    files = {**chart(values_yaml="a: text\n", templates__a_yaml=config("a")), "shop/values-prod.yaml": "a: {b: 1}\n"}
    assert judge("helm.renders", files) == "advice"


POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}}\n"
POLICIES = [
    pytest.param({"values_yaml": "networkPolicy: {enabled: true}\n"}, "fail", id="on, and none"),
    pytest.param({"values_yaml": "networkPolicy: {enabled: true}\n", "templates__a_yaml": POLICY}, "pass", id="on, and one"),
    pytest.param({"values_yaml": "networkPolicy: {enabled: false}\n"}, "none", id="off"),
    pytest.param({"values_yaml": "web: {networkPolicies: {enabled: true}}\n"}, "fail", id="of a component"),
    pytest.param({"values_yaml": "web: {enabled: false, networkPolicy: {enabled: true}}\n"}, "none", id="of a component that is off"),
    pytest.param(
        {"values_yaml": "redis: {networkPolicy: {enabled: true}}\n", "Chart_yaml": depending(REMOTE)}, "none", id="of somebody else's chart"
    ),
]


@pytest.mark.parametrize(("files", "verdict"), POLICIES)
def test_network_policies(files: dict[str, str], verdict: str) -> None:
    assert judge("helm.network-policy-rendered", chart(**files)) == verdict


SCHEMAS = [
    pytest.param("a: 1\n", None, "fail", id="none"),
    pytest.param("", None, "none", id="no values"),
    pytest.param("a: 1\n", '{"properties": {"a": {}}}', "pass", id="every value"),
    pytest.param("a: 1\nb: 1\n", '{"properties": {"a": {}}}', "fail", id="one value is not there"),
    pytest.param("a: 1\nglobal: {}\n", '{"properties": {"a": {}}}', "pass", id="global values"),
    pytest.param(
        "a: 1\n", '{"allOf": [{"$ref": "#/definitions/all"}], "definitions": {"all": {"properties": {"a": {}}}}}', "pass", id="a reference"
    ),
    pytest.param("a: 1\n", '{"$ref": "https://example.com/s.json"}', "unknown", id="a schema elsewhere"),
    pytest.param("a: 1\n", '{"patternProperties": {".*": {}}}', "pass", id="a pattern"),
    pytest.param("a: 1\n", '{"additionalProperties": {"type": "integer"}}', "pass", id="anything of a type"),
    pytest.param("a: 1\n", '{"type": "objct"}', "fail", id="no schema"),
    pytest.param("a: 1\n", "[]", "fail", id="a list"),
    pytest.param("a: 1\n", "{", "unknown", id="no JSON"),
]


@pytest.mark.parametrize(("values", "schema", "verdict"), SCHEMAS)
def test_schemas(values: str, schema: str | None, verdict: str) -> None:
    files = {**chart(values_yaml=values), **({"shop/values.schema.json": schema} if schema else {})}
    assert judge("helm.values-schema", files) == verdict


SECRETS = [
    ("password: ''", "pass"),
    ("password:", "pass"),
    ("password: hunter2-hunter2", "fail"),
    ("password: changeme", "fail"),
    ("password: 12345", "fail"),
    ("auth: {rootPassword: hunter2}", "fail"),
    ("env: [{name: API_KEY, value: 0a1b2c3d}]", "fail"),
    ("env: {API_KEY: 0a1b2c3d}", "fail"),
    ("url: postgres://shop:hunter2@db/shop", "fail"),
    ("extraEnv: [{name: API_KEY, valueFrom: {secretKeyRef: {name: a, key: password}}}]", "none"),
    ("existingSecret: shop-database", "none"),
    ("auth: {existingSecret: x, secretKeys: {adminPasswordKey: postgres-password}}", "none"),
    ("passwordKey: password", "none"),
    ("tls: {secretName: shop-tls}", "none"),
    ("tlsSecret: shop-tls", "none"),
    ("imagePullSecrets: [{name: registry}]", "none"),
    ("automountServiceAccountToken: true", "none"),
    ("tokenTTL: 3600", "none"),
    ("secretFieldSelector: type!=x", "none"),
    ("password: '{{ .Values.global.password }}'", "none"),
    ("password: ENC[AES256_GCM,data:abc=,type:str]", "none"),
    ("password: vault:secret/shop#password", "none"),
]


@pytest.mark.parametrize(("values", "verdict"), SECRETS, ids=[values for values, _ in SECRETS])
def test_secrets_in_values(values: str, verdict: str) -> None:
    said = judge("helm.no-default-secrets", chart(values_yaml=values + "\n"))
    assert said == verdict or (verdict == "none" and said == "pass")


def test_secrets_in_values_for_tests_of_a_chart() -> None:
    assert judge("helm.no-default-secrets", {**chart(), "shop/ci/small-values.yaml": "password: hunter2-hunter2\n"}) == "none"


def test_secrets_in_values_of_an_environment() -> None:
    assert judge("helm.no-default-secrets", {**chart(), "shop/values-prod.yaml": "password: hunter2-hunter2\n"}) == "fail"


def secured(values: str, template: str) -> str:
    return judge(
        "helm.security-context-values", chart(values_yaml=values, templates__a_yaml=POD.replace("{{ .Values.image }}", "web:1") + template)
    )


def test_security_contexts_in_values() -> None:
    used = "      securityContext: {{ toYaml .Values.securityContext | nindent 8 }}\n"
    assert secured("securityContext: {}\n", used) == "fail"
    assert secured("securityContext: {runAsNonRoot: true}\n", used) == "pass"
    assert secured("securityContext: {runAsNonRoot: true}\n", "") == "fail"
    assert secured("securityContext: {}\n", used + "  securityContext: {runAsNonRoot: true}\n") == "pass"
    assert secured("web: {securityContext: {}}\n", used.replace(".Values.", '(index .Values "web").')) == "fail"
    assert (
        secured("web: {securityContext: {runAsNonRoot: true}}\n", "  # {{ with .Values.web }}{{ toYaml . | quote }}{{ end }}\n") == "pass"
    )
    assert secured("replicas: 1\n", "") == "none"


def test_rules_that_must_be_told_something_first_make_no_check() -> None:
    from pytest_readiness import builtin

    assert {rule.id: rule.needs for rule in builtin.rules("helm") if rule.needs} == {
        "helm.env-values": "environments",
        "helm.performance-targets": "targets",
        "helm.chart-per-service": "services",
    }


def test_base64_is_judged_where_helm_put_it() -> None:
    secret = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n  password: {base64.b64encode(b'hunter2-hunter2').decode()}\n"
    assert judge("k8s.no-plain-secret", chart(templates__a_yaml=secret)) == "fail"


# -- what a user sees


def test_what_has_no_line_says_what_it_is_rendered_from(pytester: pytest.Pytester) -> None:
    redis = {"Chart.yaml": CHART.replace("shop", "redis"), "templates/a.yaml": POD.replace("{{ .Values.image }}", "redis")}
    pytester.makeini("[pytest]\n")
    for name, text in chart("shop", values_yaml="image: web\n", templates__pod_yaml=POD).items():
        (pytester.path / name).parent.mkdir(parents=True, exist_ok=True)
        (pytester.path / name).write_text(text)
    (pytester.path / "shop/charts").mkdir()
    (pytester.path / "shop/charts/redis-1.0.0.tgz").write_bytes(packed("redis", redis))
    (pytester.path / "readiness.yaml").write_text("select: [k8s.image-not-latest]\nenvironments: {prod: {set: {x: 1}}}\n")
    result = pytester.runpytest("--readiness-only", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*shop::k8s.image-not-latest[[]prod:redis/Pod/shop/web] (P1)*",
            "rendered from shop/charts/redis-1.0.0.tgz: P1 k8s.image-not-latest: *",
            "*shop::k8s.image-not-latest[[]prod:Pod/shop/web] (P1)*",
            "shop/templates/pod.yaml:8:7: P1 k8s.image-not-latest: *",
            "     8 |       image: {{ .Values.image }}",
        ],
        consecutive=False,
    )
    (pytester.path / "readiness-waivers.yaml").write_text(
        "waivers:\n  - {rule: k8s.image-not-latest, where: 'shop::prod:*', reason: r, owner: o, until: 2999-01-01}\n"
    )
    pytester.runpytest("--readiness-only", "-p", "no:cacheprovider").assert_outcomes(xfailed=2)
    pytester.runpytest("--readiness-only", "-p", "no:cacheprovider", "shop/templates/pod.yaml").assert_outcomes(xfailed=1)
    pytester.runpytest("--readiness-only", "-m", "not third_party", "-p", "no:cacheprovider", "shop").assert_outcomes(xfailed=1)


def test_settings_that_name_a_file_that_is_not_there_end_the_run(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\n")
    (pytester.path / "Chart.yaml").write_text(CHART)
    (pytester.path / "readiness.yaml").write_text("environments:\n  prod: {values: [values-prod.yaml]}\n")
    result = pytester.runpytest("--readiness-only")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*readiness.yaml:2:3: environments: prod: no chart has values-prod.yaml, nor is it at the root"])


def test_a_secret_of_the_values_is_found_once_where_it_is_written() -> None:
    project = Project.of(
        {
            "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
            "values.yaml": "password: hunter2-hunter2\nother: {password: hunter3-hunter3}\n",
            "templates/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  password: {{ .Values.password | b64enc }}\n",
        }
    )
    found = [
        (rule.id, finding.span.path, finding.span.line)
        for rule in (*rules("k8s"), *rules("helm"))
        if rule.id in ("k8s.no-plain-secret", "helm.no-default-secrets")
        for kind in rule.on
        for resource in project.resources(kind)
        if rule.applies(resource, project)
        for finding in rule.findings(resource, project)
    ]
    assert found == [("k8s.no-plain-secret", "values.yaml", 1), ("helm.no-default-secrets", "values.yaml", 2)]
