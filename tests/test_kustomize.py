"""Kustomize: overlays are built, and what is built is judged where it was written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
import yaml as pyyaml
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from judging import judge

from pytest_readiness import ParseFailure
from pytest_readiness import Project
from pytest_readiness import Span
from pytest_readiness.configuration import Configuration
from pytest_readiness.configuration import Environment
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kustomize import build as building
from pytest_readiness.formats.kustomize.build import build
from pytest_readiness.formats.kustomize.files import index
from pytest_readiness.project import Contents
from pytest_readiness.syntax import yaml
from pytest_readiness.syntax.yaml import Mapping
from pytest_readiness.syntax.yaml import Sequence
from pytest_readiness.tree import DiskTree
from pytest_readiness.unknown import is_unknown

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: &labels {app: web}
spec:
  selector: {matchLabels: *labels}
  template:
    metadata: {labels: *labels}
    spec:
      containers:
        - name: app
          image: registry.example.com:5000/team/web:1.0
          args: [--port, "8080"]
          env:
            - {name: LEVEL, value: info}
          ports:
            - containerPort: 8080
            - containerPort: 9090
          volumeMounts:
            - {name: data, mountPath: /a}
            - {name: data, mountPath: /b}
      volumes:
        - {name: data, emptyDir: {}}
"""
SERVICE = """\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}
      ports: [{port: 80}]
"""


def on(project: Project, path: str) -> Contents:
    contents = project.contents(path)
    assert contents is not None
    return contents


def failures(project: Project, path: str) -> list[str]:
    return [str(failure) for failure in on(project, path).failures]


def homes(files: dict[str, str]) -> list[str]:
    return sorted(Project.of(files).homes)


def judged_names(project: Project) -> list[tuple[str, str]]:
    """Home and name of every object that is judged."""
    return [(thing.home, thing.name) for thing in project.resources("k8s.object")]


def entries(node: Any, keys: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any, Span, Span]]:
    """Every scalar with its keys, and the places of its key and of itself."""
    if isinstance(node, Mapping):
        pairs = [(key, value, node.key_spans[key], node.value_spans[key]) for key, value in node.items()]
    else:
        pairs = [(number, value, node.item_spans[number], node.item_spans[number]) for number, value in enumerate(node)]
    for key, value, key_span, span in pairs:
        if isinstance(value, (Mapping, Sequence)):
            yield from entries(value, (*keys, key))
        else:
            yield (*keys, key), value, Span._make(key_span), Span._make(span)


def place(project: Project, home: str, kind: str, *keys: str | int) -> str:
    """Where a value of a built object stands, as ``file: line``."""
    body = next(o.body for o in build(project, index(project).overlays[home]).objects if o.body["kind"] == kind)
    found = yaml.at(body, *keys)
    return f"{found.path}: {project.text(found.path).splitlines()[found.line - 1].strip()}"


# -- which overlays there are


def test_an_overlay_is_what_no_other_kustomization_includes() -> None:
    files = {
        "deploy/base/kustomization.yaml": "resources: [web.yaml, ../crds]\n",
        "deploy/base/web.yaml": WEB,
        "deploy/crds/kustomization.yml": "resources: [c.yaml]\n",
        "deploy/crds/c.yaml": CONFIG,
        "deploy/overlays/prod/Kustomization": "resources: [../../base]\n",
        "deploy/overlays/dev/kustomization.yaml": "bases: [../../base/]\ncomponents: [../../parts/a]\n",
        "deploy/parts/a/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -a\n",
        "deploy/parts/unused/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
    }
    project = Project.of(files)
    assert sorted(project.homes) == ["deploy/overlays/dev", "deploy/overlays/prod"]
    assert set(judged_names(project)) == {
        ("deploy/overlays/dev", "Deployment/web-a"),
        ("deploy/overlays/dev", "ConfigMap/settings-a"),
        ("deploy/overlays/prod", "Deployment/web"),
        ("deploy/overlays/prod", "ConfigMap/settings"),
    }
    for path in ("deploy/base/web.yaml", "deploy/crds/c.yaml"):
        assert on(project, path).resources == ()
        assert sorted(project.homes_of(path)) == ["deploy/overlays/dev", "deploy/overlays/prod"]
    assert project.homes_of("deploy/parts/a/kustomization.yaml") == ("deploy/overlays/dev",)
    assert len(project.resources("kustomize.kustomization")) == 6


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CONFIG}, "kustomization.yaml", id="at the root"),
        pytest.param({"a/kustomization.yaml": "resources: []\n", "a/main.tf": ""}, "a/kustomization.yaml", id="beside Terraform"),
        pytest.param({"a/kustomization.yaml": "resources: []\n", "a/b/main.tf": ""}, "a", id="above Terraform"),
    ],
)
def test_the_home_is_the_file_where_the_directory_may_mean_something_else(files: dict[str, str], expected: str) -> None:
    assert [home for home, format_ in Project.of(files).homes.items() if format_.name == "kustomize"] == [expected]


def test_at_the_root_the_file_holds_both_itself_and_what_is_built() -> None:
    project = Project.of({"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CONFIG})
    assert [resource.kind for resource in on(project, "kustomization.yaml").resources] == [
        "kustomize.kustomization",
        "k8s.object",
        "k8s.configmap",
    ]


def test_a_template_of_a_chart_and_an_object_of_flux_are_no_kustomizations() -> None:
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: ./x}\n"
    files = {"c/Chart.yaml": "name: c\n", "c/templates/kustomization.yaml": "resources: [{{ .x }}]\n", "f/kustomization.yaml": flux}
    project = Project.of(files)
    assert not project.files("kustomize")
    assert [resource.name for resource in project.resources("k8s.object")] == ["Kustomization/a"]


def test_production_is_what_the_path_of_the_overlay_says() -> None:
    overlay = "resources: [../../base]\n"
    base = {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": WEB}
    project = Project.of({**base, "overlays/prod/kustomization.yaml": overlay, "overlays/dev/kustomization.yaml": overlay})
    found = {thing.home: thing.is_production for thing in project.resources("k8s.object") if isinstance(thing, Object)}
    assert found == {"overlays/prod": True, "overlays/dev": False}
    assert {(thing.name, thing.for_environment) for thing in project.resources("k8s.object")} == {("Deployment/web", "")}


# -- where what is built was written


PLACES = {
    "base/kustomization.yaml": "resources:\n  - web.yaml\n  - service.yaml\ncommonAnnotations: {team: shop}\n",
    "base/web.yaml": WEB,
    "base/service.yaml": SERVICE,
    "secure/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target: {kind: Deployment, name: web}
    patch: |-
      # operations
      - op: add
        path: /spec/template/spec/containers/0/securityContext
        value:
          runAsNonRoot: true
      - op: replace
        path: /spec/template/spec/containers/0/args/1
        value: "9090"
""",
    "overlays/prod/kustomization.yaml": """\
# production
namespace: shop
nameSuffix: -v2
resources: [../../base]
components: [../../secure]
labels:
  - pairs: {env: prod}
    includeSelectors: true
images:
  - name: registry.example.com:5000/team/web
    newTag: "2.0"
patches:
  - path: size.yaml
  - path: service.json
    target: {kind: Service}
  - patch: '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"paused": true}}'
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        template:
          spec:
            hostNetwork: true
            containers:
              - name: app
                env:
                  - {name: COLOR, value: blue}
secretGenerator:
  - name: db
    type: Opaque
    envs: [db.env]
  - name: tls
    files: [key.pem]
replicas:
  - {name: web, count: 3}
""",
    "overlays/prod/db.env": "# generated\nUSER=app\nPASSWORD=hunter2\n",
    "overlays/prod/key.pem": "key\n",
    "overlays/prod/service.json": '[{"op": "replace", "path": "/spec/type", "value": "NodePort"},\n'
    ' {"op": "add", "path": "/spec/ports/-", "value": {"port": 443}}]\n',
    "overlays/prod/size.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: app
          resources:
            limits: {memory: 1Gi}
        - name: proxy
          image: proxy:1
""",
}
POD = ("spec", "template", "spec")
APP = (*POD, "containers", 0)


@pytest.mark.parametrize(
    ("kind", "keys", "expected"),
    [
        pytest.param("Deployment", ("metadata", "name"), "base/web.yaml: name: web", id="a name with a suffix"),
        pytest.param("Deployment", ("metadata", "labels", "app"), "base/web.yaml: labels: &labels {app: web}", id="a label of the base"),
        pytest.param("Deployment", (*APP, "args", 0), 'base/web.yaml: args: [--port, "8080"]', id="an item of the base"),
        pytest.param("Deployment", (*APP, "ports", 1), "base/web.yaml: - containerPort: 9090", id="an item told apart by its port"),
        pytest.param("Deployment", (*APP, "volumeMounts", 1), "base/web.yaml: - {name: data, mountPath: /b}", id="by its path"),
        pytest.param("Deployment", (*APP, "env", 1, "value"), "base/web.yaml: - {name: LEVEL, value: info}", id="behind another one"),
        pytest.param("Deployment", ("metadata", "namespace"), "overlays/prod/kustomization.yaml: namespace: shop", id="the namespace"),
        pytest.param("Deployment", ("metadata", "labels", "env"), "overlays/prod/kustomization.yaml: - pairs: {env: prod}", id="a label"),
        pytest.param("Service", ("spec", "selector", "env"), "overlays/prod/kustomization.yaml: - pairs: {env: prod}", id="a selector"),
        pytest.param(
            "Deployment",
            ("metadata", "annotations", "team"),
            "base/kustomization.yaml: commonAnnotations: {team: shop}",
            id="an annotation",
        ),
        pytest.param("Deployment", (*APP, "image"), 'overlays/prod/kustomization.yaml: newTag: "2.0"', id="the tag of an image"),
        pytest.param("Deployment", ("spec", "replicas"), "overlays/prod/kustomization.yaml: - {name: web, count: 3}", id="replicas"),
        pytest.param(
            "Deployment", (*APP, "resources", "limits", "memory"), "overlays/prod/size.yaml: limits: {memory: 1Gi}", id="a merged patch"
        ),
        pytest.param(
            "Deployment", (*POD, "containers", 1, "image"), "overlays/prod/size.yaml: image: proxy:1", id="a container of a patch"
        ),
        pytest.param("Deployment", (*POD, "hostNetwork"), "overlays/prod/kustomization.yaml: hostNetwork: true", id="a patch in the text"),
        pytest.param(
            "Deployment", (*APP, "env", 0, "value"), "overlays/prod/kustomization.yaml: - {name: COLOR, value: blue}", id="an item in it"
        ),
        pytest.param(
            "Deployment",
            ("spec", "paused"),
            "overlays/prod/kustomization.yaml: " + PLACES["overlays/prod/kustomization.yaml"].splitlines()[15].strip(),
            id="a patch in quotes",
        ),
        pytest.param(
            "Deployment", (*APP, "securityContext", "runAsNonRoot"), "secure/kustomization.yaml: runAsNonRoot: true", id="an added value"
        ),
        pytest.param("Deployment", (*APP, "args", 1), 'secure/kustomization.yaml: value: "9090"', id="a replaced item"),
        pytest.param("Service", ("spec", "ports", 0), "base/service.yaml: ports: [{port: 80}]", id="an object of a List"),
        pytest.param(
            "Service",
            ("spec", "type"),
            'overlays/prod/service.json: [{"op": "replace", "path": "/spec/type", "value": "NodePort"},',
            id="JSON",
        ),
        pytest.param(
            "Service",
            ("spec", "ports", 1, "port"),
            'overlays/prod/service.json: {"op": "add", "path": "/spec/ports/-", "value": {"port": 443}}]',
            id="an appended item",
        ),
        pytest.param("Secret", ("metadata", "name"), "overlays/prod/kustomization.yaml: - name: db", id="a generated object"),
        pytest.param("Secret", ("data", "PASSWORD"), "overlays/prod/db.env: PASSWORD=hunter2", id="a line of a file"),
        pytest.param("Secret", ("type",), "overlays/prod/kustomization.yaml: type: Opaque", id="its type"),
        pytest.param("Deployment", (*APP, "livenessProbe"), "base/web.yaml: - name: app", id="what is absent"),
    ],
)
def test_a_value_stands_where_it_was_written(kind: str, keys: tuple[str | int, ...], expected: str) -> None:
    assert place(Project.of(PLACES), "overlays/prod", kind, *keys) == expected


def test_a_patch_that_says_all_of_an_object_is_not_where_it_comes_from() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n"
    patch = f"{account}  annotations: {{a: b}}\n"
    files = {"prod/kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n", "prod/a.yaml": account, "prod/p.yaml": patch}
    assert place(Project.of(files), "prod", "ServiceAccount", "metadata", "name") == "prod/a.yaml: name: web"
    assert place(Project.of(files), "prod", "ServiceAccount", "metadata", "annotations", "a") == "prod/p.yaml: annotations: {a: b}"


def test_names_of_generated_objects_keep_out_the_hash_of_their_content() -> None:
    overlay = "resources: [web.yaml]\nnamePrefix: a-\nconfigMapGenerator: [{name: settings, literals: [LEVEL=%s]}]\n"
    web = WEB.replace("env:\n", "envFrom: [{configMapRef: {name: settings}}]\n          env:\n")
    for level in ("info", "debug"):
        project = Project.of({"prod/kustomization.yaml": overlay % level, "prod/web.yaml": web})
        assert ("prod", "ConfigMap/a-settings") in judged_names(project)
        assert place(project, "prod", "Deployment", *APP, "envFrom", 0) == "prod/web.yaml: envFrom: [{configMapRef: {name: settings}}]"
        body = next(o.body for o in build(project, "prod").objects if o.body["kind"] == "Deployment")
        assert yaml.get(body, *APP, "envFrom", 0, "configMapRef", "name") == "a-settings"


def test_annotations_about_origins_are_taken_out_again_unless_the_overlay_wants_them() -> None:
    for more, expected in (("", False), ("buildMetadata: [managedByLabel]\n", False), ("buildMetadata: [originAnnotations]\n", True)):
        project = Project.of({"prod/kustomization.yaml": f"resources: [a.yaml]\n{more}", "prod/a.yaml": CONFIG})
        (built,) = build(project, "prod").objects
        assert ("config.kubernetes.io/origin" in str(built.body)) is expected
        assert ("annotations" in built.body["metadata"]) is expected
        assert ("managed-by" in str(built.body)) is ("managedByLabel" in more)


@pytest.mark.parametrize(
    "text", ["{resources: [a.yaml]}", "---\nresources: [a.yaml]\n", "\ufeffresources:\r\n- a.yaml\r\n", "# x\n\nresources: [a.yaml]"]
)
def test_a_kustomization_may_be_written_in_any_way(text: str) -> None:
    project = Project.of({"prod/kustomization.yaml": text, "prod/a.yaml": CONFIG})
    assert judged_names(project) == [("prod", "ConfigMap/settings")]
    assert place(project, "prod", "ConfigMap", "metadata", "name") == "prod/a.yaml: metadata: {name: settings}"


def test_a_kind_that_a_patch_changes_keeps_its_place() -> None:
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: []\n"
    patch = "patches:\n- target: {kind: ClusterRole}\n  options: {allowKindChange: true}\n  patch: |-\n    - {op: replace, path: /kind, value: Role}\n"
    project = Project.of({"prod/kustomization.yaml": f"resources: [r.yaml]\n{patch}", "prod/r.yaml": role})
    assert place(project, "prod", "Role", "metadata", "name") == "prod/r.yaml: metadata: {name: r}"


def test_what_is_rendered_from_a_file_that_says_no_more_has_no_line() -> None:
    # a generator of its own kind: which of its lines made what is not known
    generator = "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: settings}\nliterals: [A=1]\n"
    project = Project.of({"prod/kustomization.yaml": "generators: [g.yaml]\n", "prod/g.yaml": generator})
    (built,) = build(project, "prod").objects
    assert {span for _, _, _, span in entries(built.body)} == {Span("prod/g.yaml")}


NAMES = st.sampled_from(["app", "web", "db", "a-b"])
TEXTS = st.sampled_from(["1", "x", "true", "info", "80"])
CONTAINERS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES, "image": st.sampled_from(["nginx", "nginx:1", "team/app:2"])},
        optional={
            "args": st.lists(TEXTS, max_size=3),
            "env": st.lists(
                st.fixed_dictionaries({"name": st.sampled_from("ABC"), "value": TEXTS}), max_size=3, unique_by=lambda e: e["name"]
            ),
            "ports": st.lists(
                st.fixed_dictionaries({"containerPort": st.integers(1, 4)}), max_size=3, unique_by=lambda p: p["containerPort"]
            ),
            "resources": st.fixed_dictionaries({"limits": st.dictionaries(st.sampled_from(["cpu", "memory"]), st.integers(1, 3))}),
            "stdin": st.booleans(),
        },
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda container: container["name"],
)
OVERLAY = st.fixed_dictionaries(
    {},
    optional={
        "namespace": NAMES,
        "namePrefix": st.just("p-"),
        "commonLabels": st.dictionaries(st.sampled_from(["app", "tier"]), TEXTS, min_size=1),
        "commonAnnotations": st.dictionaries(st.sampled_from(["note"]), TEXTS, min_size=1),
        "images": st.just([{"name": "nginx", "newTag": "9"}]),
        "replicas": st.just([{"name": "web", "count": 5}]),
        "configMapGenerator": st.just([{"name": "web", "literals": ["A=1"]}]),
    },
)


@settings(
    max_examples=25, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)  # a failure is small enough, and builds take time
@given(CONTAINERS, CONTAINERS, OVERLAY, st.sampled_from([(flow, inline) for flow in (True, False) for inline in (True, False)]))
def test_no_place_is_made_up(base: Any, patch: Any, overlay: Any, style: tuple[bool, bool]) -> None:
    flow, inline = style

    def deployment(containers: Any, **spec: Any) -> dict[str, Any]:
        template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers}}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {**spec, "template": template}}

    def dumped(data: Any) -> str:
        return pyyaml.safe_dump(data, default_flow_style=flow, sort_keys=False)

    pointer = [{"op": "add", "path": "/spec/template/spec/containers/-", "value": {"name": "last", "image": "x"}}]
    patches = [{"patch": dumped(deployment(patch))} if inline else {"path": "p.yaml"}, {"path": "j.yaml", "target": {"kind": "Deployment"}}]
    files = {
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": dumped(deployment(base, replicas=1, selector={"matchLabels": {"app": "web"}})),
        "prod/kustomization.yaml": dumped({"resources": ["../base"], "patches": patches, **overlay}),
        "prod/p.yaml": dumped(deployment(patch)),
        "prod/j.yaml": json.dumps(pointer),
    }
    project = Project.of(files)
    for built in build(project, "prod").objects:
        for keys, value, key_span, span in entries(built.body):
            assert is_true(project, keys, value, key_span, span), (keys, value, key_span, span)


def is_true(project: Project, keys: tuple[str | int, ...], value: Any, key_span: Span, span: Span) -> bool:
    """Whether the text at a place is the value, what it was made of, or the key of something around it."""
    there, key = (sliced(project, place) for place in (span, key_span))
    try:
        written = next((document.data for document in yaml.parse("", there)), None)
    except ParseFailure:
        written = there
    if written == value and type(written) is type(value):
        return True
    if key == "newTag":
        return str(value).endswith(f":{written}")
    inline = isinstance(written, str) and ("\n" in written or written.startswith("{"))  # a whole patch as one text
    return key.partition(":")[0] in {*map(str, keys), "name"} or inline or there.startswith("A=")


def sliced(project: Project, span: Span) -> str:
    assert span.line, "everything here has a line"
    lines = project.text(span.path).split("\n")
    assert span.line <= span.end_line <= len(lines)
    if span.line != span.end_line:
        return "\n".join([lines[span.line - 1][span.column - 1 :], *lines[span.line : span.end_line]])
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


# -- what cannot be built


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"a/kustomization.yaml": "resources:\n- x/c.yaml\n- y/c.yaml\n", "a/x/c.yaml": CONFIG, "a/y/c.yaml": CONFIG},
            "a/kustomization.yaml:3:3: cannot be built: merging resources from 'y/c.yaml': may not add resource with an already registered id",
            id="an object twice",
        ),
        pytest.param(
            {"a/kustomization.yaml": "resources: [c.yaml]\nimagez: []\n", "a/c.yaml": CONFIG},
            'a/kustomization.yaml:2:1: cannot be built: json: unknown field "imagez"',
            id="an unknown field",
        ),
        pytest.param(
            {
                "a/kustomization.yaml": "resources: [c.yaml]\npatches:\n  - path: p.yaml\n",
                "a/c.yaml": CONFIG,
                "a/p.yaml": CONFIG.replace("settings", "other"),
            },
            "a/p.yaml:1:1: cannot be built: ",
            id="a patch of nothing",
        ),
        pytest.param(
            {"a/b/kustomization.yaml": "resources: [../c.yaml]\n", "a/c.yaml": CONFIG},
            "a/b/kustomization.yaml:1:13: cannot be built: security; file 'a/c.yaml' is not in or below 'a/b'",
            id="a file beside the directory",
        ),
        pytest.param(
            {"a/kustomization.yaml": "resources:\n  - c.yaml\n", "a/c.yaml": "apiVersion: v1\nkind: ConfigMap\ndata: ["},
            "a/c.yaml:3:1: cannot be built: not valid YAML",
            id="a file that is no YAML",
        ),
        pytest.param(
            {"a/kustomization.yaml": "resources:\n  - c.yaml\n", "a/c.yaml": "- x"},
            "a/kustomization.yaml:2:5: cannot be built: missing Resource metadata",
            id="a file without objects",
        ),
        pytest.param(
            {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"},
            "a/kustomization.yaml:1:13: cannot be built: cycle detected",
            id="a circle",
        ),
    ],
)
def test_a_build_that_fails_is_one_failing_check(files: dict[str, str], expected: str) -> None:
    project = Project.of(files)
    (home,) = project.homes
    (failure,) = failures(project, home)
    assert failure.startswith(expected)
    assert "\n" not in failure
    assert "must build at directory" not in failure
    assert not project.resources("k8s.object"), "nothing is judged as if it were deployed like this"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(
            "resources: [c.yaml, 'https://example.com/a.yaml']", "https://example.com/a.yaml is not in the repository", id="an address"
        ),
        pytest.param(
            "resources: [c.yaml, 'github.com/a/b//c?ref=v1']", "github.com/a/b//c?ref=v1 is not in the repository", id="a repository"
        ),
        pytest.param("resources: [c.yaml, ../../x]", "../../x lies outside of the project", id="a directory outside of the project"),
        pytest.param("resources: [c.yaml]\nopenapi: {path: 'https://a.example/s.json'}", "https://a.example/s.json is not", id="a schema"),
        pytest.param(
            "resources: [c.yaml]\nhelmCharts: [{name: redis, repo: 'https://a.example'}]", "renders the chart redis", id="a chart"
        ),
        pytest.param("resources: [c.yaml, ignored.yaml]", "ignored.yaml is left out of the repository", id="an ignored file"),
    ],
)
def test_what_is_not_in_the_project_is_unknown_and_its_files_are_judged_as_they_are(line: str, reason: str) -> None:
    project = Project.of({"a/kustomization.yaml": f"{line}\n", "a/c.yaml": CONFIG, ".gitignore": "ignored.*\n"})
    contents = on(project, "a")
    number = len(line.splitlines())
    assert contents.unjudged is not None
    assert contents.unjudged.startswith(f"cannot be built here: a/kustomization.yaml:{number}: {reason}")
    assert contents.failures == ()
    assert judged_names(project) == [("", "ConfigMap/settings")]


def test_a_file_that_another_overlay_can_build_is_judged_there_only() -> None:
    remote = "resources: [../base, 'https://example.com/a.yaml']\n"
    base = {"base/kustomization.yaml": "resources: [c.yaml]\n", "base/c.yaml": CONFIG}
    project = Project.of({**base, "a/kustomization.yaml": remote, "b/kustomization.yaml": "resources: [../base]\n"})
    assert judged_names(project) == [("b", "ConfigMap/settings")]
    assert on(project, "a").unjudged


def test_patches_are_no_objects_even_where_nothing_can_be_built() -> None:
    overlay = "resources: [c.yaml, 'https://example.com/a.yaml']\npatches: [{path: p.yaml}]\nsecretGenerator: [{name: s, literals: [password=hunter2]}]\n"
    project = Project.of({"a/kustomization.yaml": overlay, "a/c.yaml": CONFIG, "a/p.yaml": CONFIG})
    assert [thing.path for thing in project.resources("k8s.object")] == ["a/c.yaml"]
    assert judge("k8s.no-plain-secret", project) == "fail"


def test_a_plugin_is_never_run() -> None:
    plugin = "apiVersion: example.com/v1\nkind: Plugin\nmetadata:\n  name: p\n  annotations:\n    config.kubernetes.io/function: 'exec: {path: ./p.sh}'\n"
    files = {
        "a/kustomization.yaml": "resources: [c.yaml]\ntransformers: [p.yaml]\n",
        "a/c.yaml": CONFIG,
        "a/p.yaml": plugin,
        "a/p.sh": "#!/bin/sh\n",
    }
    contents = on(Project.of(files), "a")
    assert "plugin" in (contents.unjudged or "")
    assert contents.resources == ()


def test_values_of_files_that_git_ignores_are_unknown() -> None:
    overlay = "secretGenerator: [{name: db, envs: [db.env]}]\n"
    for more in ({}, {"a/db.env": "PASSWORD=hunter2\n"}):
        ignored = {"a/kustomization.yaml": overlay, ".gitignore": "*.env\n", **more}
        project = Project.of(ignored)
        if more:  # a file that git tracks is no secret, ignored or not
            assert judge("k8s.no-plain-secret", project) == "fail"
        else:
            assert is_unknown(build(project, "a").objects[0].body["data"])
            assert judge("k8s.no-plain-secret", project) == "unknown"


def test_an_ignored_file_on_this_machine_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/kustomization.yaml").write_text("secretGenerator: [{name: db, envs: [db.env]}]\n")
    (tmp_path / ".gitignore").write_text("*.env\n")
    (tmp_path / "a/db.env").write_text("PASSWORD=hunter2\n")
    assert judge("k8s.no-plain-secret", Project(DiskTree(tmp_path), Project.of({}).formats)) == "unknown"


def test_a_missing_path_fails_the_kustomization_and_leaves_its_overlays_unknown() -> None:
    base = {"base/kustomization.yaml": "resources: [c.yaml, gone.yaml]\n", "base/c.yaml": CONFIG}
    project = Project.of({**base, "prod/kustomization.yaml": "resources: [../base]\n"})
    assert on(project, "prod").unjudged == "cannot be built: base/kustomization.yaml:1: gone.yaml does not exist"
    assert judge("kustomize.builds", project) == "fail"
    assert not project.resources("k8s.object")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param({"a/kustomization.yaml": "- a\n"}, "a kustomization must be a mapping", id="a list"),
        pytest.param({"a/kustomization.yaml": "resources: ["}, "not valid YAML", id="no YAML"),
        pytest.param({"a/kustomization.yaml": "a: 1\n", "a/kustomization.yml": "a: 1\n"}, "as well", id="two of them"),
    ],
)
def test_a_kustomization_that_cannot_be_read_fails(files: dict[str, str], reason: str) -> None:
    found = [failure for path in files for failure in failures(Project.of(files), path)]
    assert len(found) == 1
    assert reason in found[0]


def test_a_base_that_cannot_be_read_is_one_failure() -> None:
    project = Project.of({"base/kustomization.yaml": "resources: [", "prod/kustomization.yaml": "resources: [../base]\n"})
    assert failures(project, "base/kustomization.yaml")
    assert on(project, "prod").unjudged == "cannot be built: base/kustomization.yaml:1: it cannot be read"


ODD = [
    "resources: {a: b}\npatches: 3\nimages: x\nconfigMapGenerator: [1, {name: []}]\nhelmCharts: [3]\nlabels: [1, {pairs: 2}]\n",
    "patches: [{patch: 'a: ['}, {patch: 3}, {path: [1]}, 7]\npatchesStrategicMerge: [{}, 1]\npatchesJson6902: {path: x}\n",
    "patches: [{patch: '[{op: add, path: /a/b/0, value: {}}, {op: add, path: x, value: 1}, {op: 1}, 3]', target: 4}]\n",
    "resources: ['', ' ', 'a\\0b', '..', '/', '../../..', '.', './', " + "x" * 5000 + "]\n",
    "secretGenerator: [{name: a, literals: [1, x], files: [[]], envs: {}, env: 3}]\nbuildMetadata: 7\nreplicas: [{name: a}]\n",
    "kind: 3\napiVersion: []\nopenapi: []\nhelmGlobals: 3\nhelmChartInflationGenerator: [{chartName: a}]\ntransformers: [{a: 1}, 'kind: x']\n",
    "",
    "resources: []\n",
]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_anything_ends_in_a_verdict(text: str) -> None:
    for files in ({"a/kustomization.yaml": text}, {"kustomization.yaml": text, "a/kustomization.yaml": f"resources: [..]\n{text}"}):
        project = Project.of(files)
        for path in {*project.paths, *project.homes}:
            assert not [failure for failure in failures(project, path) if "bug" in failure]


# -- the tool


def test_without_a_tool_each_overlay_fails_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    project = Project.of({"a/kustomization.yaml": "resources: [c.yaml]\n", "a/c.yaml": CONFIG, "b/kustomization.yaml": "resources: []\n"})
    for home in ("a", "b"):
        assert failures(project, home) == [f"{home}/kustomization.yaml:1:1: {building.NO_TOOL}"]
    assert not project.resources("k8s.object")


def stub(directory: Path, script: str, name: str = "kustomize") -> None:
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{script}\n")
    (directory / name).chmod(0o755)


def real_tool() -> str:
    tool = building._tool()
    assert tool is not None, "kustomize or kubectl must be on PATH"
    return " ".join((tool.path, *tool.arguments))


def test_kubectl_before_1_23_builds_without_annotations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = """while read -r line; do case $line in buildMetadata*) echo 'Error: json: unknown field "buildMetadata"' >&2; exit 1;; esac; done"""
    stub(tmp_path / "bin", f"{old} < $2/kustomization.yaml\nexec {real_tool()} $2")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    project = Project.of(PLACES)
    assert place(project, "overlays/prod", "Deployment", "metadata", "name") == "base/web.yaml: name: web"
    assert place(project, "overlays/prod", "Deployment", "spec", "replicas").startswith("overlays/prod/kustomization.yaml")
    assert place(project, "overlays/prod", "Secret", "metadata", "name") == "overlays/prod/kustomization.yaml: - name: db"


def test_a_program_goes_before_a_script_of_the_same_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path / "bin", "exit 1")
    stub(tmp_path / "more", "exit 1", "kubectl")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert building._tool() == building.tools.Tool(str(tmp_path / "bin/kustomize"), ("build",))
    (tmp_path / "more/kubectl").write_bytes(b"\x7fELF")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{tmp_path / 'more'}")
    assert building._tool() == building.tools.Tool(str(tmp_path / "more/kubectl"), ("kustomize",))


@pytest.mark.parametrize("name", ["--enable-alpha-plugins", "-o", "https:", "git@example.com:a", "a b", "é"])
def test_a_directory_is_never_an_option_or_an_address(name: str) -> None:
    project = Project.of({f"{name}/kustomization.yaml": "resources: [a.yaml]\n", f"{name}/a.yaml": CONFIG})
    assert judged_names(project) == [(name, "ConfigMap/settings")]
    assert place(project, name, "ConfigMap", "metadata", "name") == f"{name}/a.yaml: metadata: {{name: settings}}"


def test_a_build_takes_bounded_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path / "bin", "while :; do :; done")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    project = Project.of({"a/kustomization.yaml": "resources: []\n"})
    project.configuration = Configuration(render_timeout=0.2)
    assert failures(project, "a") == ["a/kustomization.yaml:1:1: cannot be built: kustomize was stopped after 0.2 s"]


def test_the_same_content_is_built_once_and_nothing_is_written_into_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path / "bin", f"echo x >> {tmp_path / 'count'}\nexec {real_tool()} $2")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "project"
    for path, text in PLACES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    before = sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*"))
    for _ in range(2):
        assert Project(DiskTree(root), Project.of({}).formats).resources("k8s.object")
    assert (tmp_path / "count").read_text() == "x\n"
    assert sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*")) == before


CHART = {
    "charts/redis/Chart.yaml": "apiVersion: v2\nname: redis\nversion: 1.0.0\n",
    "charts/redis/templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis}\ndata: {level: {{ .Values.level | quote }}}\n",
    "charts/redis/values.yaml": "level: info\n",
}


def test_charts_are_rendered_on_request_only() -> None:
    text = "helmCharts:\n  - name: redis\n    releaseName: r\n    valuesInline: {level: debug}\n"
    files = {"a/kustomization.yaml": text, **{f"a/{path}": content for path, content in CHART.items()}}
    assert "kustomize-helm: true" in (on(Project.of(files), "a").unjudged or "")
    project = Project.of(files)
    project.configuration = Configuration(kustomize_helm=True)
    (built,) = build(project, "a").objects
    assert built.body["data"] == {"level": "debug"}
    assert not built.third_party
    assert yaml.at(built.body, "data", "level") == Span("a/kustomization.yaml", 2, 5, 2, 16)


def test_a_chart_from_elsewhere_is_unknown_even_on_request() -> None:
    project = Project.of({"a/kustomization.yaml": "helmCharts:\n  - name: redis\n    repo: https://charts.example.com\n"})
    project.configuration = Configuration(kustomize_helm=True)
    assert on(project, "a").unjudged == "cannot be built here: a/kustomization.yaml:2: the chart redis is not in the repository"


# -- rules


def overlays(**files: str) -> dict[str, str]:
    base = {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": WEB}
    return base | {f"overlays/{name}/kustomization.yaml": f"resources: [../../base]\n{text}" for name, text in files.items()}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(overlays(prod="namespace: shop\n", dev="namespace: shop-dev\n"), "fail", id="production like development"),
        pytest.param(
            overlays(prod="namespace: shop\nreplicas: [{name: web, count: 3}]\n", dev="namespace: shop-dev\n"), "pass", id="more replicas"
        ),
        pytest.param(
            overlays(prod="namespace: shop\nreplicas: [{name: web, count: 3}]\n", dev="namespace: shop\n"), "fail", id="one namespace"
        ),
        pytest.param(
            overlays(prod="namespace: shop\nnamePrefix: p-\nreplicas: [{name: web, count: 3}]\n", dev="namespace: shop\n"),
            "pass",
            id="names",
        ),
        pytest.param(
            overlays(prod="replicas: [{name: web, count: 3}]\n", dev="images: []\n"), "pass", id="no namespace: it is said elsewhere"
        ),
        pytest.param(overlays(staging="namespace: a\n", dev="namespace: b\n"), "pass", id="two that are not production"),
        pytest.param(overlays(prod="namespace: a\n"), "none", id="one environment"),
        pytest.param(overlays(blue="namespace: a\n", green="namespace: a\n"), "none", id="names of no environment"),
        pytest.param(
            overlays(prod="namespace: a\ncomponents: ['https://example.com/c']\n", dev="namespace: b\n"),
            "unknown",
            id="one cannot be built",
        ),
    ],
)
def test_environments_differ(files: dict[str, str], expected: str) -> None:
    assert judge("kustomize.env-differs", files) == expected


@pytest.mark.parametrize(
    ("environments", "expected"),
    [
        pytest.param([], "none", id="none is configured"),
        pytest.param([Environment("prod"), Environment("staging")], "pass", id="each has one"),
        pytest.param([Environment("production")], "pass", id="by another word"),
        pytest.param([Environment("prod"), Environment("eu-west")], "fail", id="one is missing"),
        pytest.param([Environment("eu-west", values=("values-eu.yaml",))], "none", id="Helm's values are for it"),
    ],
)
def test_each_environment_has_an_overlay(environments: list[Environment], expected: str) -> None:
    project = Project.of(overlays(prod="", staging=""))
    project.configuration = Configuration(environments=tuple(environments))
    assert judge("kustomize.overlays-per-env", project) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("resources: [a.yaml]\n", "pass", id="all is there"),
        pytest.param("resources: [a.yaml, a.yaml]\n", "fail", id="listed twice"),
        pytest.param("resources: [./b]\n", "fail", id="a directory without a kustomization"),
        pytest.param("resources: [a.yaml]\ncommonLabels: {a: b}\n", "advice", id="a field that goes out of use"),
        pytest.param("patchesStrategicMerge:\n- |-\n  apiVersion: v1\n  kind: ConfigMap\n", "advice", id="a patch in the text"),
        pytest.param("configMapGenerator: [{name: a, files: [key=a.yaml, b/x.yaml]}]\n", "pass", id="files of generators"),
        pytest.param("configMapGenerator: [{name: a, envs: [gone.env]}]\n", "fail", id="a missing file of a generator"),
        pytest.param("secretGenerator: [{name: a, envs: [secret.env]}]\n", "pass", id="a file that git ignores"),
        pytest.param("resources: ['https://example.com/a.yaml', 'git@example.com:a/b.git']\n", "pass", id="addresses"),
        pytest.param("openapi: {path: gone.json}\n", "fail", id="a missing schema"),
    ],
)
def test_what_a_kustomization_names_exists(text: str, expected: str) -> None:
    files = {"kustomization.yaml": text, "a.yaml": CONFIG, "b/x.yaml": CONFIG, ".gitignore": "secret.env\n"}
    assert judge("kustomize.builds", files) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("https://github.com/a/b", "fail", id="no ref"),
        pytest.param("github.com/a/b/deploy?timeout=90s", "fail", id="a query without a ref"),
        pytest.param("https://github.com/a/b.git//deploy?ref=HEAD", "fail", id="HEAD"),
        pytest.param("https://github.com/a/b//deploy?ref=v1.0", "pass", id="a tag"),
        pytest.param("https://github.com/a/b//deploy?timeout=90s&ref=0123456789", "pass", id="a commit"),
        pytest.param("https://github.com/a/b?version=v2", "pass", id="the older word"),
        pytest.param("git@github.com:a/b.git?ref=main", "fail", id="a branch over ssh"),
        pytest.param("https://gitlab.example.com/a/b/-/raw/main/x.yaml", "fail", id="a file on a branch"),
        pytest.param("https://gitlab.example.com/a/b/-/raw/v1/x.yaml", "pass", id="a file of a tag"),
        pytest.param("https://raw.githubusercontent.com/a/b/refs/heads/main/x.yaml", "fail", id="a branch with its full name"),
        pytest.param("https://example.com/x.yaml", "pass", id="a file of no repository"),
        pytest.param("base", "none", id="a directory"),
    ],
)
def test_what_comes_from_elsewhere_is_pinned(address: str, expected: str) -> None:
    files = {"kustomization.yaml": f"resources: ['{address}']\n", "base/kustomization.yaml": "resources: []\n"}
    assert judge("kustomize.pinned-remote", files) == expected


HASHED = {
    "base/kustomization.yaml": "configMapGenerator: [{name: settings, literals: [A=1]}]\n%s",
    "prod/kustomization.yaml": "resources: [../base, web.yaml]\nnamePrefix: p-\n",
    "prod/web.yaml": WEB.replace("env:\n", "envFrom: [{configMapRef: {name: settings}}]\n          env:\n"),
}
UNHASHED = "generatorOptions: {disableNameSuffixHash: true}\n"


@pytest.mark.parametrize(
    ("base", "web", "expected"),
    [
        pytest.param(UNHASHED, HASHED["prod/web.yaml"], "fail", id="read as the container starts"),
        pytest.param("", HASHED["prod/web.yaml"], "none", id="with a hash"),
        pytest.param(UNHASHED, WEB, "pass", id="read by nobody"),
        pytest.param(UNHASHED, WEB.replace("emptyDir: {}", "configMap: {name: settings}"), "pass", id="mounted"),
    ],
)
def test_configuration_reaches_the_pods(base: str, web: str, expected: str) -> None:
    files = {**HASHED, "base/kustomization.yaml": HASHED["base/kustomization.yaml"] % base, "prod/web.yaml": web}
    assert judge("kustomize.hashed-config", files) == expected


# -- as items of pytest


def written(pytester: pytest.Pytester, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = pytester.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def test_a_file_of_a_base_selects_what_came_from_it(pytester: pytest.Pytester) -> None:
    written(pytester, PLACES)
    found = pytester.runpytest_inprocess("--readiness", "--co", "-q", "base/service.yaml").stdout.str()
    assert "overlays/prod::k8s." in found
    assert "[Service/web-v2]" in found
    assert "Deployment" not in found
    found = pytester.runpytest_inprocess("--readiness", "--co", "-q", "overlays/prod").stdout.str()
    assert "overlays/prod::k8s.min-replicas[Deployment/web-v2]" in found
    assert "overlays/prod/kustomization.yaml::kustomize.builds[kustomization]" in found
    assert "base/" not in found


def test_a_finding_without_a_place_says_what_it_is_rendered_from(pytester: pytest.Pytester) -> None:
    generator = "apiVersion: builtin\nkind: SecretGenerator\nmetadata: {name: db}\nliterals: [password=hunter2]\n"
    written(pytester, {"prod/kustomization.yaml": "generators: [g.yaml]\n", "prod/g.yaml": generator})
    shown = pytester.runpytest_inprocess("--readiness", "prod::k8s.no-plain-secret").stdout
    shown.fnmatch_lines(["rendered from prod/g.yaml: P0 k8s.no-plain-secret: password *"])


# whatever a rule about one thing may look for elsewhere: other rollouts, analysis templates, metrics, issuers
ASKING = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: shop, image: "shop:1"}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {type: LoadBalancer, selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: {cert-manager.io/issuer: le}}
spec: {tls: [{hosts: [shop.example.com], secretName: shop-tls}]}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: api}
spec:
  strategy: {canary: {steps: [{setWeight: 10}], analysis: {templates: [{templateName: errors}]}}}
  template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: "api:1"}]}}
---
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: shop}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  analysis: {metrics: [{name: errors, thresholdRange: {max: 1}, templateRef: {name: errors}}]}
"""


@pytest.mark.parametrize(("selected", "builds"), [("compose.yaml", 0), ("raw/shop.yaml", 0), ("base/web.yaml", 1), ("overlays", 1)])
def test_only_what_is_selected_is_built(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, selected: str, builds: int
) -> None:
    stub(tmp_path / "bin", f"echo x >> {tmp_path / 'count'}\nexec {real_tool()} $2")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(building, "_is_script", lambda _: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    written(pytester, {**PLACES, "compose.yaml": "services: {web: {image: 'nginx:1'}}\n", "raw/shop.yaml": ASKING})
    assert pytester.runpytest_inprocess("--readiness", selected).parseoutcomes()
    count = tmp_path / "count"
    assert (count.read_text() if count.exists() else "") == "x\n" * builds


def test_findings_of_a_built_object_show_the_line_of_the_patch(pytester: pytest.Pytester) -> None:
    written(pytester, PLACES)
    shown = pytester.runpytest_inprocess(
        "--readiness", "overlays/prod::k8s.no-host-namespaces", "overlays/prod::k8s.no-plain-secret"
    ).stdout
    shown.fnmatch_lines(["overlays/prod/db.env:3:* P0 k8s.no-plain-secret: PASSWORD*", "*3 | PASSWORD=*[*]"])
    shown.fnmatch_lines(["overlays/prod/kustomization.yaml:24:* k8s.no-host-namespaces:*", "*24 |*hostNetwork: true"])
    shown.no_fnmatch_line("*hunter2*")
