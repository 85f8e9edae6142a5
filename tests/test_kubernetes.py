"""Kubernetes manifests: what is an object, what is inherited, what is unknown, and what the rules make of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pytest_readiness import Project
from pytest_readiness import Rule
from pytest_readiness import builtin
from pytest_readiness.checks import Outcome
from pytest_readiness.testing import verdicts

RULES = {rule.id: rule for rule in builtin.rules("k8s")}


def project(text: str, **others: str) -> Project:
    return Project.of({"m.yaml": text, **{name.replace("__", "/"): body for name, body in others.items()}})


def outcomes(name: str, text: str | Project) -> list[Outcome]:
    return list(verdicts(RULES[f"k8s.{name}"], text if isinstance(text, Project) else project(text)))


def said(name: str, text: str | Project) -> str:
    """What a rule makes of the manifests: the worst of failed, unknown, advice, passed, or that there is no item."""
    found = outcomes(name, text)
    for outcome in found:
        assert outcome.crash is None, outcome.crash
    for word, has in (("failed", "failing"), ("unknown", "unknown"), ("advice", "advice")):
        if any(getattr(outcome, has) for outcome in found):
            return word
    return "passed" if found else "no item"


def messages(name: str, text: str | Project) -> str:
    return "; ".join(finding.message for outcome in outcomes(name, text) for finding in (*outcome.failing, *outcome.advice))


def names(kind: str, text: str | Project) -> list[str]:
    return [resource.name for resource in (text if isinstance(text, Project) else project(text)).resources(kind)]


def failures(text: str, path: str = "m.yaml") -> list[str]:
    contents = Project.of({path: text}).contents(path)
    assert contents is not None
    return [f"{failure.span.line}: {failure.reason}" for failure in contents.failures]


def pod(spec: str, metadata: str = "name: web", kind: str = "Pod") -> str:
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{{metadata}}}\nspec: {spec}\n"


def container(body: str, rest: str = "") -> str:
    return pod(f"{{containers: [{{name: app, image: 'app:1', {body}}}]{rest}}}")


def deployment(body: str, name: str = "web", kind: str = "Deployment", group: str = "apps/v1", namespace: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: {group}\nkind: {kind}\nmetadata: {{name: {name}{where}}}\nspec: {body}\n"


SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n"
TEMPLATE = "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: 'app:1'}]}}"


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        pytest.param("a.yaml", "apiVersion: v1\nkind: Pod\n", "kubernetes", id="keys at line starts"),
        pytest.param("a.yml", "# c\n---\nkind: Pod\napiVersion: v1\n", "kubernetes", id="in any order, behind a marker"),
        pytest.param("a.yaml", "\ufeffapiVersion: v1\nkind: Pod\n", "kubernetes", id="behind a byte order mark"),
        pytest.param("a.json", '{"kind": "Pod", "apiVersion": "v1"}', "kubernetes", id="JSON"),
        pytest.param("a.yaml", '"apiVersion": v1\n"kind": Pod\n', "kubernetes", id="quoted keys"),
        pytest.param("a.yaml", '{"apiVersion": "v1", "kind": "Pod"}', "kubernetes", id="JSON in a YAML file"),
        pytest.param("a.yaml", "spec:\n  apiVersion: v1\n  kind: Pod\n", None, id="nested keys are no object"),
        pytest.param("a.yaml", "apiVersion: v1\n", None, id="a version without a kind"),
        pytest.param("a.txt", "apiVersion: v1\nkind: Pod\n", None, id="another kind of file"),
        pytest.param("Chart.yaml", "apiVersion: v2\nkind: x\nname: a\n", "helm", id="a chart's description"),
        pytest.param("kustomization.yaml", "resources: []\n", "kustomize", id="a kustomization by its name"),
    ],
)
def test_claims_what_looks_like_an_object(path: str, text: str, claimed: str | None) -> None:
    found = Project.of({path: text}).format_of(path)
    assert (found.name if found else None) == claimed


def test_a_chart_s_templates_are_not_judged_as_text() -> None:
    files = {"chart/Chart.yaml": "name: a", "chart/templates/web/pod.yaml": "kind: {{ .x }}", "chart/charts/b/templates/c.tpl": "{{ x }}"}
    charts = Project.of({**files, "chart/charts/b/Chart.yaml": "name: b"})
    for path in ("chart/templates/web/pod.yaml", "chart/charts/b/templates/c.tpl"):
        contents = charts.contents(path)
        assert contents is not None
        assert (contents.format, contents.resources, contents.failures) == ("helm", (), ())
    elsewhere = Project.of({"other/templates/pod.yaml": pod("{containers: []}")})
    assert names("k8s.pod", elsewhere) == ["Pod/web"]


def test_an_unrendered_template_says_so() -> None:
    assert failures("apiVersion: v1\nkind: Pod\nmetadata: {{ .meta }}\n")[0].startswith("3: unrendered template: ")
    assert failures("apiVersion: v1\nkind: Pod\nmetadata: [\n")[0].startswith("3: not valid YAML: ") is False
    assert "not valid YAML" in failures("apiVersion: v1\nkind: Pod\nmetadata: [\n")[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            pod("{containers: {name: a}}"), "4: not a valid Pod: spec.containers is a mapping, not a list", id="containers a mapping"
        ),
        pytest.param(
            pod("{containers: [web]}"), "4: not a valid Pod: spec.containers[0] is text, not a mapping", id="a container that is text"
        ),
        pytest.param(
            container("env: [A=1]"), "4: not a valid Pod: spec.containers[0].env[0] is text, not a mapping", id="an env item as in compose"
        ),
        pytest.param(pod("[]"), "4: not a valid Pod: spec is a list, not a mapping", id="a spec that is a list"),
        pytest.param("apiVersion: v1\nkind: Pod\nspec: {}\n", "2: not a valid Pod: metadata has no name", id="no name"),
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata: [a]\n", "3: not a valid Pod: metadata is not a mapping", id="metadata a list"),
        pytest.param("apiVersion: v1\nkind: [Pod]\n", "2: not a Kubernetes object: kind is not text", id="a kind that is no text"),
        pytest.param(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nkind: Pod\n",
            "5: not a Kubernetes object: apiVersion is missing",
            id="no apiVersion",
        ),
        pytest.param(
            deployment("{replicas: two}"), "4: not a valid apps/Deployment: spec.replicas is text, not a number", id="replicas in words"
        ),
        pytest.param(
            "apiVersion: v1\nkind: List\nitems: {a: 1}\n", "3: not a list of objects: items is not a list", id="a List without a list"
        ),
        pytest.param(deployment("{}", group="v1"), "1: there is no Deployment in v1: it belongs to apps", id="a kind of another group"),
    ],
)
def test_a_wrong_part_is_a_parse_failure_at_its_line(text: str, expected: str) -> None:
    assert expected in failures(text)


def test_the_other_documents_and_the_rest_of_the_object_are_judged() -> None:
    text = container("env: [A=1], securityContext: {privileged: true}") + "---\n" + pod("{hostPID: true}", "name: b")
    assert said("no-privileged", text) == "failed"
    assert said("unique-env", text) == "unknown"
    assert said("no-host-namespaces", text) == "failed"


def test_generate_name_is_a_name() -> None:
    text = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\nspec: {template: {spec: {containers: [{image: a}]}}}\n"
    assert failures(text) == []
    assert names("k8s.container", text) == ["Job/migrate-/containers-0"]


def test_lists_are_unpacked_and_typed_lists_give_their_type() -> None:
    listed = "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Namespace, metadata: {name: a}}]}\n"
    assert names("k8s.namespace", listed) == ["Namespace/a"]
    typed = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleList\nitems: [{metadata: {name: r}, rules: [{verbs: ['*']}]}]\n"
    assert said("rbac-no-wildcard", typed) == "failed"


def test_json_is_read_like_yaml() -> None:
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostPID": True}}
    found = Project.of({"m.json": json.dumps(body, indent=1)})
    assert [f.span.line for o in outcomes("no-host-namespaces", found) for f in o.failing] == [8]


def test_names_are_unique_and_do_not_depend_on_lines() -> None:
    text = "---\n".join([deployment(f"{{{TEMPLATE}}}", namespace=ns) for ns in ("a", "b", "b")])
    assert names("k8s.container", text) == ["Deployment/web/app", "Deployment/web@b/app", "Deployment/web#2/app"]
    assert names("k8s.object", pod("{}", "name: 'a[0]::b'")) == ["Pod/a_0__b"]


@pytest.mark.parametrize(
    ("group", "kind", "expected"),
    [
        pytest.param("apps/v1", "DaemonSet", True, id="apps/DaemonSet"),
        pytest.param("extensions/v1beta1", "DaemonSet", True, id="its old group"),
        pytest.param("apps.kruise.io/v1alpha1", "DaemonSet", False, id="a kind of that name in another group"),
        pytest.param("v1", "ReplicationController", True, id="ReplicationController"),
        pytest.param("argoproj.io/v1alpha1", "Rollout", True, id="Rollout"),
        pytest.param("apps.openshift.io/v1", "DeploymentConfig", True, id="DeploymentConfig"),
        pytest.param("batch/v1", "Job", True, id="Job"),
        pytest.param("example.com/v1", "Thing", False, id="an unknown kind"),
    ],
)
def test_kinds_are_matched_by_group(group: str, kind: str, *, expected: bool) -> None:
    text = deployment(f"{{{TEMPLATE}}}", kind=kind, group=group)
    assert bool(names("k8s.pod", text)) is expected
    assert names("k8s.object", text) == [f"{kind}/web"]


def test_a_cron_job_and_a_pod_template_have_pods() -> None:
    cron = f"{{schedule: '@daily', jobTemplate: {{spec: {{{TEMPLATE}}}}}}}"
    assert names("k8s.container", deployment(cron, kind="CronJob", group="batch/v1")) == ["CronJob/web/app"]
    assert names("k8s.container", f"apiVersion: v1\nkind: PodTemplate\nmetadata: {{name: t}}\n{TEMPLATE}\n") == ["PodTemplate/t/app"]


def test_a_rollout_that_borrows_a_template_is_judged_at_the_deployment() -> None:
    rollout = "{replicas: 3, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}"
    text = deployment(f"{{replicas: 0, {TEMPLATE}}}") + "---\n" + deployment(rollout, "roll", "Rollout", "argoproj.io/v1alpha1")
    assert names("k8s.pod", text) == ["Deployment/web"]
    assert said("min-replicas", text) == "passed"


KUSTOMIZED = {
    "base/pod.yaml": container("imagePullPolicy: Always"),
    "base/kustomization.yaml": "resources: [pod.yaml]\npatches: [{path: p1.yaml}, {path: p2.yaml, target: {kind: Pod}}]\n",
    "base/p1.yaml": pod("{hostPID: false}"),
    "base/p2.yaml": pod("{hostIPC: false}"),
    "prod/kustomization.yml": "resources: [../base]\nnamespace: shop\ncomponents: [../extra]\n"
    "images: [{name: app, newTag: latest}]\nconfigMapGenerator: [{name: c, files: [x=pod.yaml]}]\n",
    "prod/pod.yaml": pod("{hostIPC: true}"),
    "extra/kustomization.yaml": "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\npatches: []\n",
    "extra/sub/p.yaml": pod("{hostNetwork: true}"),
}


def test_fragments_of_a_kustomization_are_no_objects() -> None:
    kustomized = Project.of(KUSTOMIZED)
    assert {(resource.path, resource.home) for resource in kustomized.resources("k8s.pod")} == {("base/pod.yaml", "prod")}
    assert said("no-host-namespaces", kustomized) == "passed"


def test_a_kustomization_sets_namespaces_and_tags() -> None:
    # which is known also where what is built is not
    for more in ("", "resources: ['https://example.com/a.yaml', ../base]\n"):
        overlay = KUSTOMIZED["prod/kustomization.yml"]
        kustomized = Project.of(
            {**KUSTOMIZED, "prod/kustomization.yml": overlay.replace("resources: [../base]\n", more or "resources: [../base]\n")}
        )
        assert said("explicit-namespace", kustomized) == "passed"
        assert said("image-not-latest", kustomized) == "failed"
    text = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: ./deploy, targetNamespace: shop}\n"
    assert said("explicit-namespace", project(text, deploy__pod=pod("{}"), **{"deploy__p.yaml": pod("{}")})) == "passed"


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param("nginx", "failed", id="no tag"),
        pytest.param("registry:5000/nginx", "failed", id="a port is no tag"),
        pytest.param("nginx:latest", "failed", id="latest"),
        pytest.param("nginx:latest-alpine", "failed", id="latest of a variant"),
        pytest.param("nginx:main", "failed", id="a branch"),
        pytest.param("nginx:stable", "failed", id="stable"),
        pytest.param("nginx:edge", "advice", id="another moving tag"),
        pytest.param("nginx:stable-alpine", "advice", id="a moving variant"),
        pytest.param("nginx:1.27.3", "passed", id="a version"),
        pytest.param("nginx:latest@sha256:0", "passed", id="a digest decides"),
        pytest.param("'$(IMAGE)'", "unknown", id="a variable"),
        pytest.param("'repo/app:${TAG}'", "unknown", id="a variable tag"),
        pytest.param("'{{ .Values.image }}'", "unknown", id="a quoted template"),
        pytest.param("'<IMAGE>'", "unknown", id="a placeholder"),
    ],
)
def test_image_not_latest(image: str, expected: str) -> None:
    assert said("image-not-latest", pod(f"{{containers: [{{name: a, image: {image}}}]}}")) == expected


def test_an_untagged_image_that_is_built_here_is_advice() -> None:
    text = pod("{containers: [{name: a, image: web}]}")
    assert said("image-not-latest", project(text, src__web__Dockerfile="FROM scratch")) == "advice"


@pytest.mark.parametrize(
    ("security", "above", "expected"),
    [
        pytest.param("runAsNonRoot: true", "", "passed", id="its own"),
        pytest.param("", "runAsNonRoot: true", "passed", id="the pod's"),
        pytest.param("runAsNonRoot: false", "runAsNonRoot: true", "failed", id="its own over the pod's"),
        pytest.param("runAsNonRoot: true, runAsUser: 0", "", "failed", id="true but uid 0"),
        pytest.param("runAsNonRoot: true", "runAsUser: 0", "failed", id="true but uid 0 from the pod"),
        pytest.param("runAsUser: 1000", "", "failed", id="a uid alone"),
        pytest.param("runAsNonRoot: 'true'", "", "failed", id="a string is no boolean"),
        pytest.param("runAsNonRoot: '${NONROOT}'", "", "unknown", id="a variable"),
        pytest.param("", "", "failed", id="nothing"),
    ],
)
def test_run_as_non_root(security: str, above: str, expected: str) -> None:
    text = container(f"securityContext: {{{security}}}", f", securityContext: {{{above}}}")
    assert said("run-as-non-root", text) == expected


def test_a_uid_alone_says_which_half_is_missing() -> None:
    assert "runAsNonRoot is not set" in messages("run-as-non-root", container("securityContext: {runAsUser: 1000}"))


@pytest.mark.parametrize(
    "name",
    [
        "run-as-non-root",
        "drop-all-capabilities",
        "read-only-root-fs",
        "no-privilege-escalation",
        "seccomp-runtime-default",
        "apparmor-runtime-default",
    ],
)
def test_linux_settings_are_not_asked_of_windows_pods(name: str) -> None:
    assert said(name, container("tty: false", ", os: {name: windows}")) == "no item"
    assert said(name, container("tty: false", ", nodeSelector: {kubernetes.io/os: windows}")) == "no item"
    assert said(name, container("tty: false", ", os: {name: linux}")) == "failed"


def test_an_absent_uid_is_the_image_s_business() -> None:
    assert said("run-as-user", container("tty: false")) == "unknown"
    assert said("run-as-user", container("securityContext: {runAsUser: '${UID}'}")) == "unknown"


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        pytest.param("drop: [ALL]", "passed", id="ALL"),
        pytest.param("drop: [all]", "failed", id="lower case is refused"),
        pytest.param("drop: [NET_RAW]", "failed", id="only one"),
        pytest.param("drop: [ALL], add: [NET_BIND_SERVICE]", "passed", id="the one that may be added"),
        pytest.param("drop: [ALL], add: [CHOWN]", "failed", id="another one added"),
    ],
)
def test_drop_all_capabilities(capabilities: str, expected: str) -> None:
    assert said("drop-all-capabilities", container(f"securityContext: {{capabilities: {{{capabilities}}}}}")) == expected


def test_capabilities_of_the_pod_mean_nothing() -> None:
    assert said("drop-all-capabilities", container("tty: false", ", securityContext: {capabilities: {drop: [ALL]}}")) == "failed"


def test_seccomp_annotations_do_not_count() -> None:
    text = pod("{containers: [{name: a}]}", "name: a, annotations: {seccomp.security.alpha.kubernetes.io/pod: runtime/default}")
    assert said("seccomp-runtime-default", text) == "failed"
    assert said("no-legacy-security-annotations", text) == "failed"


def test_the_apparmor_annotation_counts_on_the_pod_for_this_container() -> None:
    key = "container.apparmor.security.beta.kubernetes.io"
    assert (
        said("apparmor-runtime-default", pod("{containers: [{name: a}]}", f"name: w, annotations: {{{key}/a: runtime/default}}"))
        == "passed"
    )
    assert (
        said("apparmor-runtime-default", pod("{containers: [{name: a}]}", f"name: w, annotations: {{{key}/b: runtime/default}}"))
        == "failed"
    )
    text = deployment(f"{{{TEMPLATE}}}").replace("{name: web}", f"{{name: web, annotations: {{{key}/app: runtime/default}}}}")
    assert said("apparmor-runtime-default", text) == "failed"


RANGE = (
    "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\n"
    "spec: {limits: [{type: Container, default: {memory: 1Gi}, defaultRequest: {cpu: 1, memory: 1Gi}}]}\n"
)


@pytest.mark.parametrize(
    ("resources", "rest", "requests", "limits"),
    [
        pytest.param("requests: {cpu: 1, memory: 1Gi}", "", "passed", "failed", id="requests alone"),
        pytest.param("limits: {cpu: 1, memory: 1Gi}", "", "passed", "passed", id="limits count as requests"),
        pytest.param("requests: {cpu: 1}, limits: {memory: 1Gi}", "", "passed", "passed", id="each its own way"),
        pytest.param("", RANGE, "advice", "advice", id="a LimitRange supplies both"),
        pytest.param("requests: {cpu: 2, memory: 2Gi}, limits: {memory: 1Gi}", "", "passed", "failed", id="more requested than allowed"),
        pytest.param("requests: {cpu: 1, memory: 512Mi}, limits: {memory: 0.5Gi}", "", "passed", "passed", id="the same in other units"),
        pytest.param(
            "requests: {cpu: '${CPU}', memory: 1Gi}, limits: {memory: '${MEM}'}",
            "",
            "passed",
            "unknown",
            id="variables are set but cannot be compared",
        ),
        pytest.param("limits: '${LIMITS}'", "", "unknown", "unknown", id="a variable for all of them"),
    ],
)
def test_resources(resources: str, rest: str, requests: str, limits: str) -> None:
    text = container(f"resources: {{{resources}}}") + rest
    assert said("resources-requests", text) == requests
    assert said("resources-limits", text) == limits


def test_pod_level_resources_count() -> None:
    assert said("resources-requests", container("tty: false", ", resources: {requests: {cpu: 1, memory: 1Gi}}")) == "passed"


WITH_PORTS = "{metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: 'a:1', ports: [{containerPort: 80}]}, {name: log, image: 'l:1'}]}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(deployment(f"{{{TEMPLATE}}}") + SERVICE, "failed", id="selected by a Service"),
        pytest.param(
            deployment(f"{{{TEMPLATE}}}") + SERVICE.replace("app: web", "app: api"), "no item", id="selected by none of the Services"
        ),
        pytest.param(deployment(f"{{{TEMPLATE}}}"), "no item", id="no Service at all and no ports"),
        pytest.param(deployment(f"{{template: {WITH_PORTS}}}"), "failed", id="no Service at all, with ports"),
        pytest.param(
            deployment(f"{{{TEMPLATE}}}", namespace="a") + SERVICE.replace("{name: web}", "{name: web, namespace: b}"),
            "no item",
            id="a Service elsewhere",
        ),
        pytest.param(deployment(f"{{{TEMPLATE}}}", kind="Job", group="batch/v1") + SERVICE, "no item", id="a job"),
        pytest.param(deployment(f"{{{TEMPLATE}}}", kind="Rollout", group="argoproj.io/v1alpha1"), "failed", id="a Rollout"),
    ],
)
def test_who_needs_a_readiness_probe(text: str, expected: str) -> None:
    assert said("readiness-probe", text) == expected


def test_only_the_container_with_ports_needs_a_readiness_probe() -> None:
    text = project(deployment(f"{{template: {WITH_PORTS}}}") + SERVICE)
    assert len(outcomes("readiness-probe", text)) == 1
    assert len(outcomes("liveness-probe", text)) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(pod("{initContainers: [{name: i, image: 'i:1'}]}"), "no item", id="an init container"),
        pytest.param(pod("{initContainers: [{name: i, image: 'i:1', restartPolicy: Always}]}"), "failed", id="a native sidecar"),
        pytest.param(pod("{ephemeralContainers: [{name: i, image: 'i:1'}]}"), "no item", id="a debug container"),
        pytest.param(pod("{restartPolicy: Never, containers: [{name: i, image: 'i:1'}]}"), "no item", id="a pod that ends"),
        pytest.param(container("livenessProbe: {httpGet: {port: 1}, exec: {command: [a]}}"), "failed", id="two handlers"),
        pytest.param(
            container(
                "livenessProbe: {exec: {command: [a]}, failureThreshold: 1}, readinessProbe: {exec: {command: [a]}, failureThreshold: 1}"
            ),
            "advice",
            id="the same as readiness",
        ),
    ],
)
def test_who_needs_a_liveness_probe(text: str, expected: str) -> None:
    assert said("liveness-probe", text) == expected


def hpa(body: str) -> str:
    target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}"
    return f"---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: web}}\nspec: {{{target}, {body}}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(deployment(f"{{replicas: 2, {TEMPLATE}}}"), "passed", id="two"),
        pytest.param(deployment(f"{{replicas: 1, {TEMPLATE}}}"), "failed", id="one"),
        pytest.param(deployment(f"{{{TEMPLATE}}}"), "failed", id="absent means one"),
        pytest.param(deployment(f"{{{TEMPLATE}}}") + hpa("minReplicas: 2, maxReplicas: 4"), "passed", id="an autoscaler from two"),
        pytest.param(
            deployment(f"{{replicas: 5, {TEMPLATE}}}") + hpa("minReplicas: 1, maxReplicas: 4"), "failed", id="an autoscaler from one"
        ),
        pytest.param(deployment(f"{{{TEMPLATE}}}") + hpa("maxReplicas: 4"), "failed", id="an autoscaler without a minimum"),
        pytest.param(deployment(f"{{replicas: 2, {TEMPLATE}}}") + hpa("minReplicas: 2, maxReplicas: 4"), "advice", id="both"),
        pytest.param(deployment(f"{{replicas: 1, {TEMPLATE}}}", namespace="staging"), "no item", id="another environment"),
        pytest.param(deployment(f"{{replicas: 1, {TEMPLATE}}}", kind="DaemonSet"), "no item", id="a DaemonSet"),
        pytest.param(deployment(f"{{replicas: '${{N}}', {TEMPLATE}}}"), "unknown", id="a variable"),
    ],
)
def test_min_replicas(text: str, expected: str) -> None:
    assert said("min-replicas", text) == expected


def secret(body: str, metadata: str = "name: s") -> str:
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{{metadata}}}\n{body}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(secret("stringData: {password: hunter2}"), "failed", id="a value"),
        pytest.param(secret("data: {password: aHVudGVyMg==}"), "failed", id="base64 is no encryption"),
        pytest.param(secret("stringData: {password: ''}"), "passed", id="empty"),
        pytest.param(secret("stringData: {password: null}"), "passed", id="null"),
        pytest.param(secret("stringData: {password: '${PASSWORD}'}"), "passed", id="a variable"),
        pytest.param(secret("stringData: {password: 'op://vault/db/password'}"), "passed", id="1Password"),
        pytest.param(secret("stringData: {password: 'ref+vault://a/b'}"), "passed", id="vals"),
        pytest.param(secret("stringData: {password: 'ENC[AES256_GCM,data:x]'}\nsops: {mac: x}"), "passed", id="SOPS"),
        pytest.param(secret("type: kubernetes.io/service-account-token"), "passed", id="a token that the cluster fills in"),
        pytest.param(secret("stringData: {username: web, host: db}"), "advice", id="only what everybody may know"),
        pytest.param(secret("stringData: {url: 'postgres://web:hunter2@db'}"), "failed", id="a URL with a password"),
        pytest.param(secret("stringData: {password: changeme}"), "failed", id="a placeholder in production"),
        pytest.param(secret("stringData: {password: changeme}", "name: s, namespace: dev"), "passed", id="a placeholder elsewhere"),
        pytest.param(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s}\nspec: {encryptedData: {a: b}}\n",
            "no item",
            id="a SealedSecret",
        ),
    ],
)
def test_no_plain_secret(text: str, expected: str) -> None:
    assert said("no-plain-secret", text) == expected


def test_literals_of_a_secret_generator_are_plain_secrets() -> None:
    text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator: [{name: db, literals: [password=hunter2, user=]}]\n"
    assert said("no-plain-secret", Project.of({"kustomization.yaml": text})) == "failed"
    assert said("no-plain-secret", Project.of({"kustomization.yaml": text.splitlines()[2]})) == "failed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(container("env: [{name: DB_PASSWORD, value: hunter2}]"), "failed", id="a password"),
        pytest.param(container("env: [{name: DB_PASSWORD, value: $(OTHER)}]"), "passed", id="another variable"),
        pytest.param(container("env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: a, key: b}}}]"), "passed", id="a reference"),
        pytest.param(container("env: [{name: DB_PASSWORD_FILE, value: /run/secrets/db}]"), "passed", id="a file's name"),
        pytest.param(container("args: ['--db-password=hunter2']"), "failed", id="an argument"),
        pytest.param(container("args: ['--password', hunter2]"), "failed", id="an argument in two parts"),
        pytest.param(container("args: ['--password=$(DB_PASSWORD)']"), "passed", id="an argument from a variable"),
        pytest.param(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {db_password: hunter2}\n", "failed", id="a ConfigMap's key"
        ),
        pytest.param(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {dsn: 'redis://a:hunter2@r'}\n", "failed", id="a ConfigMap's URL"
        ),
        pytest.param(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  app.ini: |\n    a=1\n    password=x\n",
            "passed",
            id="an embedded file",
        ),
    ],
)
def test_no_inline_secret_env(text: str, expected: str) -> None:
    assert said("no-inline-secret-env", text) == expected


def test_node_agents_are_judged_and_told_what_is_usual() -> None:
    text = deployment("{template: {spec: {containers: [], volumes: [{name: r, hostPath: {path: /}}]}}}", kind="DaemonSet")
    assert "node agents usually need it" in messages("no-host-path", text)
    assert said("no-host-path", "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {hostPath: {path: /d}}\n") == "failed"


def binding(role: str, kind: str = "ClusterRole") -> str:
    reference = f"roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: {role}}}\nsubjects: [{{kind: User, name: u}}]\n"
    return f"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: b}}\n{reference}"


def role(rules: str, metadata: str = "name: r") -> str:
    return f"---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{{metadata}}}\nrules: [{rules}]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(binding("cluster-admin"), "failed", id="cluster-admin"),
        pytest.param(binding("r") + role("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"), "failed", id="a role of wildcards"),
        pytest.param(
            binding("r") + role("{apiGroups: [''], resources: ['*'], verbs: ['*']}"),
            "passed",
            id="wildcards in one group are another rule's",
        ),
        pytest.param(binding("admin"), "advice", id="admin of every namespace"),
        pytest.param(binding("view"), "passed", id="view"),
    ],
)
def test_rbac_least_privilege(text: str, expected: str) -> None:
    assert said("rbac-least-privilege", text) == expected


def test_what_a_role_elsewhere_allows_is_unknown() -> None:
    assert said("rbac-no-exec-binding", binding("elsewhere")) == "unknown"


def test_roles_of_the_cluster_are_not_judged() -> None:
    everything = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"
    assert said("rbac-no-wildcard", role(everything, "name: 'system:x'")) == "no item"
    assert said("rbac-no-wildcard", role(everything)) == "failed"
    assert said("rbac-no-wildcard", role("{apiGroups: ['*'], resources: [pods], verbs: [get]}")) == "advice"


def test_a_token_is_not_refused_to_an_account_that_has_rights() -> None:
    text = pod("{serviceAccountName: web, containers: []}", "name: web, namespace: a")
    bound = binding("view").replace("{kind: User, name: u}", "{kind: ServiceAccount, name: web, namespace: a}")
    assert said("no-token-automount", text) == "failed"
    assert said("no-token-automount", f"{text}---\n{bound}") == "no item"


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("'@daily'", "passed"),
        ("'0 3 * * sun'", "passed"),
        ("'CRON_TZ=Europe/Berlin 0 3 1-5,10 */2 ?'", "passed"),
        ("'0 3 * *'", "failed"),
        ("'61 * * * *'", "failed"),
        ("'a * * * *'", "failed"),
        ("'${SCHEDULE}'", "unknown"),
    ],
)
def test_cronjob_schedule(schedule: str, expected: str) -> None:
    text = f"{{schedule: {schedule}, jobTemplate: {{spec: {{{TEMPLATE}}}}}}}"
    assert said("cronjob-schedule", deployment(text, kind="CronJob", group="batch/v1")) == expected


def test_ingress_tls_covers_every_host() -> None:
    def ingress(spec: str, annotations: str = "{}") -> str:
        return f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i, annotations: {annotations}}}\nspec: {spec}\n"

    rules = "rules: [{host: a.example.com}]"
    assert said("ingress-tls", ingress(f"{{{rules}}}")) == "failed"
    assert said("ingress-tls", ingress(f"{{{rules}, tls: [{{hosts: [b.example.com], secretName: s}}]}}")) == "failed"
    assert said("ingress-tls", ingress(f"{{{rules}, tls: [{{hosts: [a.example.com]}}]}}", "{cert-manager.io/issuer: le}")) == "passed"
    assert said("ingress-tls", ingress(f"{{{rules}}}", "{alb.ingress.kubernetes.io/certificate-arn: arn}")) == "passed"
    assert said("ingress-tls", ingress(f"{{{rules}}}", "{alb.ingress.kubernetes.io/scheme: internal}")) == "no item"


def test_a_gateway_needs_a_listener_with_a_certificate() -> None:
    def gateway(listeners: str) -> str:
        return f"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: g}}\nspec: {{listeners: [{listeners}]}}\n"

    assert said("ingress-tls", gateway("{protocol: HTTP, port: 80}")) == "failed"
    assert said("ingress-tls", gateway("{protocol: HTTPS, port: 443}")) == "failed"
    assert said("ingress-tls", gateway("{protocol: HTTP}, {protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}")) == "passed"


def test_a_kyverno_policy_stands_in_for_namespace_labels() -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    policy = (
        "---\napiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\n"
        "spec: {validationFailureAction: Enforce, rules: [{validate: {podSecurity: {level: restricted}}}]}\n"
    )
    assert said("pod-security-standards", text) == "failed"
    assert said("pod-security-standards", text + policy) == "no item"
    assert said("pod-security-standards", text.replace("shop", "kube-system")) == "no item"


DEPLOYED = "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: 'a:1'}], "
TERM = "{labelSelector: {matchLabels: {app: web}}, topologyKey: kubernetes.io/hostname"
DATA = "volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]"


def annotated(key: str, value: str) -> str:
    spec = "{rules: [{host: a.example.com}]}"
    return f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i, annotations: {{{key}: {value}}}}}\nspec: {spec}\n"


def bound_to(subject: str) -> str:
    return binding("view").replace("{kind: User, name: u}", subject)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param(
            "apparmor-runtime-default",
            container("securityContext: {appArmorProfile: {type: Unconfined}}"),
            "failed",
            id="an open AppArmor profile",
        ),
        pytest.param("dedicated-service-account", pod("{serviceAccountName: default}"), "failed", id="the default account by name"),
        pytest.param("dedicated-service-account", pod("{serviceAccount: web}"), "passed", id="an account under its old name"),
        pytest.param(
            "no-deprecated-service-account-field", pod("{serviceAccount: a, serviceAccountName: b}"), "failed", id="two names that differ"
        ),
        pytest.param(
            "fs-group", pod("{securityContext: {fsGroup: 0}, volumes: [{name: v, emptyDir: {}}]}"), "failed", id="the group of root"
        ),
        pytest.param("fs-group", pod("{volumes: [{name: v, configMap: {name: c}}]}"), "no item", id="no writable volume"),
        pytest.param("hpa-bounds", hpa("minReplicas: 3"), "failed", id="no maximum"),
        pytest.param("hpa-bounds", hpa("minReplicas: 5, maxReplicas: 5"), "failed", id="no room to scale"),
        pytest.param("hpa-bounds", hpa("minReplicas: '${MIN}', maxReplicas: 5"), "unknown", id="a minimum from a variable"),
        pytest.param("hpa-metrics", hpa("maxReplicas: 5"), "failed", id="no metrics"),
        pytest.param("hpa-metrics", hpa("targetCPUUtilizationPercentage: 95"), "failed", id="a full target in the old form"),
        pytest.param("hpa-metrics", hpa("metrics: [{type: Pods, pods: {metric: {name: rps}}}]"), "passed", id="a custom metric"),
        pytest.param(
            "hpa-metrics", hpa("metrics: [{resource: {name: memory, targetAverageUtilization: 90}}]"), "failed", id="the beta form"
        ),
        pytest.param("image-digest-pinned", pod("{containers: [{name: a, image: 'a@sha256:12'}]}"), "failed", id="half a digest"),
        pytest.param(
            "image-digest-pinned",
            pod("{containers: [{name: a, image: 'a:1'}]}", "name: a, namespace: dev"),
            "no item",
            id="a digest in development",
        ),
        pytest.param("ingress-hardening", annotated("kubernetes.io/ingress.class", "traefik"), "failed", id="Traefik without a middleware"),
        pytest.param(
            "ingress-hardening", annotated("traefik.ingress.kubernetes.io/router.middlewares", "a"), "passed", id="Traefik with one"
        ),
        pytest.param("ingress-hardening", annotated("kubernetes.io/ingress.class", "nginx"), "failed", id="nginx without a limit"),
        pytest.param("ingress-hardening", annotated("kubernetes.io/ingress.class", "alb"), "no item", id="a controller that is not known"),
        pytest.param(
            "no-host-namespaces",
            pod("{hostNetwork: true, containers: [{name: a, ports: [{hostPort: 80}]}]}"),
            "failed",
            id="the host's network",
        ),
        pytest.param(
            "no-inline-secret-env",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {e: DB_PASSWORD=hunter2}\n",
            "failed",
            id="an assignment",
        ),
        pytest.param(
            "no-legacy-security-annotations",
            pod("{}", "name: a, annotations: {container.apparmor.security.beta.kubernetes.io/a: runtime/default}"),
            "advice",
            id="AppArmor's annotation",
        ),
        pytest.param("no-plain-secret", secret("data: {password: not-base64!}"), "failed", id="data that is no base64"),
        pytest.param("no-token-automount", pod("{automountServiceAccountToken: true}"), "failed", id="a token on purpose"),
        pytest.param("rbac-least-privilege", bound_to("{kind: Group, name: 'system:masters'}"), "failed", id="system:masters"),
        pytest.param("rbac-least-privilege", bound_to("{kind: Group, name: 'system:authenticated'}"), "failed", id="everybody"),
        pytest.param("rbac-least-privilege", bound_to("{kind: ServiceAccount, name: default}"), "failed", id="the default account"),
        pytest.param(
            "rbac-no-escalation",
            role("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: ['*']}"),
            "failed",
            id="all verbs on roles",
        ),
        pytest.param(
            "rbac-no-exec-binding",
            binding("r") + role("{apiGroups: [''], resources: ['pods/*'], verbs: [create]}"),
            "failed",
            id="a role with exec",
        ),
        pytest.param("rbac-no-exec-binding", binding("r", "'${KIND}'"), "unknown", id="a role of a kind that is not known"),
        pytest.param(
            "selector-matches-template",
            deployment(
                f"{{selector: {{matchLabels: {{app: web}}, matchExpressions: [{{key: app, operator: In, values: [x]}}]}}, {TEMPLATE}}}"
            ),
            "failed",
            id="an expression that does not match",
        ),
        pytest.param(
            "stateful-persistence",
            deployment(f"{{{DEPLOYED.replace('a:1', 'postgres:16')}{DATA}}}}}}}"),
            "failed",
            id="a database in a Deployment",
        ),
        pytest.param(
            "stateful-persistence",
            deployment(f"{{{DEPLOYED.replace('a:1', 'postgres:16')}{DATA}}}}}}}", kind="StatefulSet"),
            "passed",
            id="a claim by name",
        ),
        pytest.param(
            "topology-spread",
            deployment(
                f"{{replicas: 2, {DEPLOYED}affinity: {{podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{TERM}}}]}}}}}}}}}}"
            ),
            "passed",
            id="anti-affinity",
        ),
        pytest.param(
            "topology-spread",
            deployment(
                f"{{replicas: 2, {DEPLOYED}affinity: {{podAntiAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{{podAffinityTerm: {TERM}}}}}]}}}}}}}}}}"
            ),
            "passed",
            id="preferred anti-affinity",
        ),
        pytest.param(
            "topology-spread",
            deployment(
                f"{{replicas: 2, {DEPLOYED}affinity: {{podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{TERM}, namespaces: [b]}}]}}}}}}}}}}",
                namespace="a",
            ),
            "failed",
            id="anti-affinity elsewhere",
        ),
        pytest.param(
            "topology-spread",
            deployment(f"{{replicas: 2, {DEPLOYED}topologySpreadConstraints: [{TERM.replace('web', 'x')}}}]}}}}}}"),
            "failed",
            id="constraints for other pods",
        ),
        pytest.param("topology-spread", deployment(f"{{replicas: 1, {TEMPLATE}}}"), "no item", id="one replica"),
        pytest.param(
            "job-ttl",
            deployment(
                f"{{schedule: '@daily', jobTemplate: {{spec: {{ttlSecondsAfterFinished: 1, {TEMPLATE}}}}}}}",
                kind="CronJob",
                group="batch/v1",
            ),
            "failed",
            id="a time to live under a CronJob",
        ),
        pytest.param(
            "cronjob-schedule",
            deployment(f"{{jobTemplate: {{spec: {{{TEMPLATE}}}}}}}", kind="CronJob", group="batch/v1"),
            "failed",
            id="no schedule",
        ),
        pytest.param(
            "operator-ha",
            "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nmetadata: {name: k}\nspec: {kafka: {}}\n",
            "no item",
            id="node pools hold the number",
        ),
        pytest.param("valid-labels", pod("{}", "name: a, labels: {'a b': c}"), "failed", id="a label with a wrong name"),
        pytest.param("valid-labels", pod("{}", "name: a, labels: {a: '${B}'}"), "passed", id="a label that is filled in"),
        pytest.param(
            "no-open-load-balancer",
            "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: ClusterIP}\n",
            "passed",
            id="no load balancer",
        ),
        pytest.param(
            "rolling-update",
            deployment(f"{{replicas: 2, strategy: {{rollingUpdate: {{maxUnavailable: 2, maxSurge: 0}}}}, {TEMPLATE}}}"),
            "failed",
            id="all replicas at once",
        ),
        pytest.param(
            "rolling-update",
            deployment(f"{{replicas: 2, strategy: {{rollingUpdate: {{maxUnavailable: 1}}}}, {TEMPLATE}}}"),
            "passed",
            id="one at a time",
        ),
    ],
)
def test_further_verdicts(name: str, text: str, expected: str) -> None:
    assert said(name, text) == expected


def configured(name: str, **settings: object) -> Rule:
    return replace(RULES[f"k8s.{name}"], settings=settings)


def test_options() -> None:
    def failing(rule: Rule, text: str) -> bool:
        return any(outcome.failing for outcome in verdicts(rule, project(text)))

    assert not failing(configured("run-as-non-root", accept_user_namespaces=True), container("tty: false", ", hostUsers: false"))
    assert failing(configured("run-as-user", strict=True), container("tty: false"))
    assert failing(configured("run-as-user", minimum=1000), container("securityContext: {runAsUser: 10}"))
    assert failing(configured("resources-limits", require_cpu_limit=True), container("resources: {limits: {memory: 1Gi}}"))
    assert not failing(configured("read-only-root-fs", exempt_images=("app:*",)), container("tty: false"))
    secret_env = container("env: [{name: P, valueFrom: {secretKeyRef: {name: a, key: b}}}]")
    assert any(o.advice for o in verdicts(configured("no-inline-secret-env", prefer_volume=True), project(secret_env)))


def test_argo_applications_set_the_namespace() -> None:
    application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, namespace: argocd}\n"
    application += "spec: {source: {path: deploy/web}, destination: {namespace: shop}}\n"
    assert said("explicit-namespace", project(application, **{"deploy__web__p.yaml": pod("{}")})) == "passed"
    assert said("explicit-namespace", project(application, **{"deploy__api__p.yaml": pod("{}")})) == "failed"


def test_a_kustomization_that_cannot_be_read_is_a_parse_failure() -> None:
    assert failures("resources: [", "kustomization.yaml")
    assert said("explicit-namespace", Project.of({"kustomization.yaml": "resources: [", "p.yaml": pod("{}")})) == "failed"


def test_a_kustomization_under_another_name_yields_its_generated_secrets_only() -> None:
    text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator: [{name: db, literals: [password=x1]}]\n"
    assert names("k8s.secret", text) == ["secretGenerator/db"]
    assert names("k8s.object", text) == []


def test_skaffold_builds_images() -> None:
    config = "apiVersion: skaffold/v3\nkind: Config\nmetadata: {name: s}\nbuild: {artifacts: [{image: web}]}\n"
    assert said("image-not-latest", pod("{containers: [{name: a, image: web}]}") + "---\n" + config) == "advice"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("web/Dockerfile", "FROM debian:12\n"),
        ("build/web.Dockerfile", "FROM debian:12\n"),
        ("compose.yaml", "services: {app: {image: web, build: .}}\n"),
        ("Makefile", "image:\n\tdocker build -t web .\n"),
    ],
)
def test_images_that_the_repository_builds(path: str, text: str) -> None:
    manifest = pod("{containers: [{name: a, image: web}]}")
    assert said("image-not-latest", Project.of({"pod.yaml": manifest, path: text})) == "advice"
    assert said("image-not-latest", Project.of({"pod.yaml": manifest})) == "failed"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata: " + "[" * 30_000, id="deep nesting"),
        pytest.param("apiVersion: v1\nkind: Pod\nspec: &a [*a]\n", id="a recursive alias"),
        pytest.param("apiVersion: v1\nkind: Pod\nkind: Pod\n", id="a key twice"),
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata: {name: \x00}\n", id="a control character"),
    ],
)
def test_hostile_text_is_a_parse_failure(text: str) -> None:
    assert failures(text)


def test_nested_lists_are_bounded() -> None:
    text = "{apiVersion: v1, kind: List, items: [" * 90 + "]}" * 90
    assert failures(text.replace("{apiVersion", '{"apiVersion"', 1).replace("kind", '"kind"', 1)) == []
