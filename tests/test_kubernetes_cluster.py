"""What Kubernetes manifests say of the cluster itself, which API versions it serves, and rules of single objects: the traps beyond the examples."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import replace

import pytest

from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.configuration import Configuration
from pytest_readiness.configuration import Environment
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.schemas import problems
from pytest_readiness.formats.kubernetes.versions import ENDINGS
from pytest_readiness.formats.kubernetes.versions import ending
from pytest_readiness.formats.kubernetes.versions import minor
from pytest_readiness.formats.kubernetes.versions import release_for
from pytest_readiness.testing import verdicts

RULES = {rule.id: rule for rule in builtin.rules("k8s")}
Files = dict[str, str] | str


def project(files: Files) -> Project:
    named = {"m.yaml": files} if isinstance(files, str) else files
    return Project.of({path: textwrap.dedent(text) for path, text in named.items()})


def said(name: str, files: Files, **options: object) -> str:
    """The worst of failed, unknown, advice, passed, or that there is no item."""
    found = list(verdicts(replace(RULES[f"k8s.{name}"], settings=options), project(files)))
    for outcome in found:
        assert outcome.crash is None, outcome.crash
    for word, has in (("failed", "failing"), ("unknown", "unknown"), ("advice", "advice")):
        if any(getattr(outcome, has) for outcome in found):
            return word
    return "passed" if found else "no item"


def messages(name: str, files: Files, **options: object) -> str:
    found = verdicts(replace(RULES[f"k8s.{name}"], settings=options), project(files))
    return "; ".join(finding.message for outcome in found for finding in (*outcome.failing, *outcome.advice))


def thing(api_version: str, kind: str, body: str = "", name: str = "main") -> str:
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {name}}}\n{body}\n---\n"


def application(chart: str) -> str:
    return thing("argoproj.io/v1alpha1", "Application", f"spec: {{source: {{chart: {chart}}}}}", f"my-{chart}")


def pod(spec: str, kind: str = "Pod") -> str:
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: web}}\nspec: {spec}\n"


def container(body: str) -> str:
    return pod(f"{{containers: [{{name: app, image: 'app:1', {body}}}]}}")


def component(program: str, *flags: str) -> str:
    listed = ", ".join(f"'{word}'" for word in (program, *flags))
    return pod(f"{{containers: [{{name: app, image: 'x/{program}:1', command: [{listed}]}}]}}")


NAMESPACE = thing("v1", "Namespace", name="shop")
SERVICE = thing("v1", "Service", "spec: {ports: [{port: 80}]}", "web")
KUBEADM = thing("kubeadm.k8s.io/v1beta4", "ClusterConfiguration")
EKS = 'resource "aws_eks_cluster" "main" {\n  name = "main"\n}\n'
PLATFORM_RULES = ("admission-controller", "admission-image-scan", "runtime-security", "velero-backup", "monitoring-stack-declared")
CLUSTER_RULES = ("cluster-autoscaler", "audit-policy", "etcd-encryption")


# -- where a cluster is run from


@pytest.mark.parametrize("name", [*PLATFORM_RULES, *CLUSTER_RULES, "waf", "service-mesh-mtls"])
def test_a_service_is_not_asked_what_its_platform_does(name: str) -> None:
    ingress = thing("networking.k8s.io/v1", "Ingress", "spec: {ingressClassName: nginx, rules: [{host: shop.example.com}]}")
    assert said(name, NAMESPACE + SERVICE + ingress) == "no item"


@pytest.mark.parametrize("name", PLATFORM_RULES)
@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"m.yaml": KUBEADM}, id="kubeadm"),
        pytest.param({"m.yaml": application("ingress-nginx")}, id="an Argo application of a chart"),
        pytest.param(
            {"m.yaml": thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", "spec: {chart: {spec: {chart: cert-manager}}}")},
            id="a Flux release",
        ),
        pytest.param({"m.yaml": NAMESPACE, "infra/main.tf": EKS}, id="EKS in Terraform"),
        pytest.param(
            {"m.yaml": NAMESPACE, "infra/main.tf": 'resource "helm_release" "x" {\n  name = "x"\n  chart = "karpenter"\n}\n'},
            id="helm_release",
        ),
        pytest.param(
            {"m.yaml": NAMESPACE, "charts/base/Chart.yaml": "name: base\ndependencies: [{name: external-dns}]\n"}, id="a dependency"
        ),
        pytest.param({"m.yaml": NAMESPACE, "kustomization.yaml": "helmCharts: [{name: velero}]\n"}, id="a chart of a kustomization"),
        pytest.param({"m.yaml": NAMESPACE, "helmfile.yaml": "releases: [{name: x, chart: jetstack/cert-manager}]\n"}, id="a helmfile"),
    ],
)
def test_whoever_runs_a_cluster_is_asked(name: str, files: dict[str, str]) -> None:
    assert said(name, files) == "failed"
    assert said(name, files, kept_elsewhere=True) == "no item"


@pytest.mark.parametrize("name", CLUSTER_RULES)
def test_what_belongs_to_a_cluster_is_asked_where_one_is_defined(name: str) -> None:
    assert said(name, {"m.yaml": NAMESPACE, "infra/main.tf": EKS}) == "failed"
    assert said(name, {"m.yaml": NAMESPACE, "infra/main.tf": EKS}, kept_elsewhere=True) == "no item"
    assert said(name, application("ingress-nginx")) == "no item"


@pytest.mark.parametrize("name", CLUSTER_RULES)
def test_a_cluster_for_tests_is_none(name: str) -> None:
    assert said(name, thing("kind.x-k8s.io/v1alpha4", "Cluster")) == "no item"
    assert said(name, {"m.yaml": NAMESPACE, "examples/eks/main.tf": EKS}) == "no item"
    assert said(name, {"m.yaml": NAMESPACE, "envs/dev/main.tf": EKS}) == "no item"


# -- one rule after the other


@pytest.mark.parametrize(
    ("terraform", "expected"),
    [
        pytest.param('resource "helm_release" "x" {\n  name = "ca"\n  chart = "cluster-autoscaler"\n}', "passed", id="a chart"),
        pytest.param('resource "aws_eks_cluster" "b" {\n  compute_config {\n    enabled = true\n  }\n}', "passed", id="EKS Auto Mode"),
        pytest.param('resource "google_container_node_pool" "x" {\n  autoscaling {\n    max_node_count = 5\n  }\n}', "passed", id="GKE"),
        pytest.param('resource "google_container_node_pool" "x" {\n  node_count = 3\n}', "failed", id="GKE with a fixed number"),
        pytest.param(
            'variable "a" {}\nresource "aws_eks_cluster" "b" {\n  compute_config {\n    enabled = var.a\n  }\n}', "unknown", id="unknown"
        ),
        pytest.param(
            'variable "a" {}\nresource "aws_eks_cluster" "b" {\n  compute_config {\n    enabled = var.a\n  }\n}\n'
            'resource "google_container_cluster" "c" {\n  enable_autopilot = true\n}',
            "passed",
            id="unknown beside one that is known",
        ),
    ],
)
def test_nodes_that_come_by_themselves(terraform: str, expected: str) -> None:
    assert said("cluster-autoscaler", {"m.yaml": NAMESPACE, "infra/main.tf": EKS, "infra/more.tf": terraform}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(thing("audit.k8s.io/v1", "Policy", "rules: [{level: None}]"), "failed", id="a policy that writes nothing"),
        pytest.param(thing("audit.k8s.io/v1", "Policy", "rules: [{level: None}, {level: Metadata}]"), "passed", id="a policy"),
        pytest.param(component("kube-apiserver", "--audit-log-path=/var/log/audit.log"), "passed", id="a flag"),
        pytest.param(component("kube-apiserver", "--audit-log-path", "/var/log/audit.log"), "passed", id="a flag and its value apart"),
        pytest.param(component("kube-apiserver", "--audit-log-maxage=30"), "failed", id="a flag that only looks like it"),
        pytest.param("", "failed", id="nothing"),
    ],
)
def test_audit_logs(text: str, expected: str) -> None:
    assert said("audit-policy", KUBEADM + text) == expected


@pytest.mark.parametrize(
    ("terraform", "expected"),
    [
        pytest.param(
            'resource "aws_eks_cluster" "main" {\n  enabled_cluster_log_types = ["api", "audit"]\n}', "passed", id="EKS with audit"
        ),
        pytest.param('resource "aws_eks_cluster" "main" {\n  enabled_cluster_log_types = ["api"]\n}', "failed", id="EKS without audit"),
        pytest.param('module "eks" {\n  source = "terraform-aws-modules/eks/aws"\n}', "passed", id="the module's default"),
        pytest.param('resource "google_container_cluster" "main" {\n  logging_service = "none"\n}', "failed", id="GKE without logs"),
    ],
)
def test_audit_logs_of_managed_clusters(terraform: str, expected: str) -> None:
    assert said("audit-policy", {"m.yaml": NAMESPACE, "infra/main.tf": terraform}) == expected


ENCRYPTION = "apiserver.config.k8s.io/v1"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("resources: [{resources: [secrets], providers: [{aescbc: {}}, {identity: {}}]}]", "passed", id="encrypted first"),
        pytest.param("resources: [{resources: [secrets], providers: [{identity: {}}, {aescbc: {}}]}]", "failed", id="identity first"),
        pytest.param("resources: [{resources: ['*.*'], providers: [{kms: {}}]}]", "passed", id="everything"),
        pytest.param("resources: [{resources: [configmaps], providers: [{kms: {}}]}]", "failed", id="something else"),
    ],
)
def test_the_first_provider_writes(body: str, expected: str) -> None:
    assert said("etcd-encryption", KUBEADM + thing(ENCRYPTION, "EncryptionConfiguration", body)) == expected


def test_eks_encrypts_by_itself_only_where_that_counts() -> None:
    files = {"m.yaml": NAMESPACE, "infra/main.tf": EKS}
    assert said("etcd-encryption", files) == "failed"
    assert said("etcd-encryption", files, eks_default=True) == "passed"
    configured = 'resource "aws_eks_cluster" "main" {\n  encryption_config {\n    resources = ["secrets"]\n  }\n}'
    assert said("etcd-encryption", {**files, "infra/main.tf": configured}) == "passed"


VAP = "admissionregistration.k8s.io/v1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(thing(VAP, "ValidatingAdmissionPolicy", name="a"), "failed", id="a policy without a binding"),
        pytest.param(
            thing(VAP, "ValidatingAdmissionPolicy", name="a") + thing(VAP, "ValidatingAdmissionPolicyBinding", "spec: {policyName: b}"),
            "failed",
            id="a binding of another policy",
        ),
        pytest.param(thing("templates.gatekeeper.sh/v1", "ConstraintTemplate"), "failed", id="a template without a constraint"),
        pytest.param(
            thing("templates.gatekeeper.sh/v1", "ConstraintTemplate") + thing("constraints.gatekeeper.sh/v1beta1", "K8sLabels"),
            "passed",
            id="a template with a constraint",
        ),
        pytest.param(thing("kyverno.io/v1", "ClusterPolicy"), "passed", id="Kyverno"),
        pytest.param(application("kyverno"), "failed", id="an engine without policies"),
        pytest.param(application("kyverno-policies"), "passed", id="a chart of policies"),
    ],
)
def test_policies_that_enforce_something(text: str, expected: str) -> None:
    assert said("admission-controller", KUBEADM + text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            thing("policy.sigstore.dev/v1beta1", "ClusterImagePolicy", "spec: {authorities: [{keyless: {}}]}"), "failed", id="signatures"
        ),
        pytest.param(
            thing("policy.sigstore.dev/v1beta1", "ClusterImagePolicy", "spec: {authorities: [{attestations: [{predicateType: vuln}]}]}"),
            "passed",
            id="an attestation",
        ),
        pytest.param(application("trivy-operator"), "failed", id="a scanner that refuses nothing"),
        pytest.param(
            thing(VAP, "ValidatingWebhookConfiguration", "webhooks: [{name: images.neuvector.com}]"), "passed", id="a vendor's webhook"
        ),
    ],
)
def test_admission_asks_for_a_scan(text: str, expected: str) -> None:
    assert said("admission-image-scan", KUBEADM + text) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"README.md": "We run Falco."}, "failed", id="prose"),
        pytest.param(
            {"f.yaml": thing("apps/v1", "DaemonSet", "spec: {template: {spec: {containers: [{name: f, image: falcosecurity/falco:1}]}}}")},
            "passed",
            id="image",
        ),
        pytest.param({"f.yaml": application("tetragon")}, "passed", id="a chart"),
        pytest.param(
            {"infra/a.tf": 'resource "aws_guardduty_detector_feature" "x" {\n  name = "EKS_RUNTIME_MONITORING"\n  status = "ENABLED"\n}'},
            "passed",
            id="GuardDuty",
        ),
        pytest.param(
            {"infra/a.tf": 'resource "aws_guardduty_detector_feature" "x" {\n  name = "EKS_RUNTIME_MONITORING"\n  status = "DISABLED"\n}'},
            "failed",
            id="GuardDuty switched off",
        ),
    ],
)
def test_a_detector_is_deployed_not_talked_about(files: dict[str, str], expected: str) -> None:
    assert said("runtime-security", {"m.yaml": KUBEADM, **files}) == expected


def peers(mode: str, namespace: str = "istio-system", rest: str = "") -> str:
    return (
        f"apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {{name: default, namespace: {namespace}}}\n"
        f"spec: {{mtls: {{mode: {mode}}}{rest}}}\n---\n"
    )


INSIDE = thing("v1", "Namespace").replace("{name: main}", "{name: shop, labels: {istio-injection: enabled}}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(peers("STRICT"), "passed", id="strict for the mesh"),
        pytest.param(peers("STRICT") + peers("PERMISSIVE", "shop"), "failed", id="an exception"),
        pytest.param(INSIDE + peers("STRICT", "shop"), "passed", id="strict for the namespace"),
        pytest.param(INSIDE + peers("STRICT", "other"), "failed", id="strict for another namespace"),
        pytest.param(INSIDE + peers("STRICT", "shop", ", selector: {matchLabels: {app: web}}"), "failed", id="strict for some pods"),
        pytest.param(INSIDE, "failed", id="nothing said"),
        pytest.param(NAMESPACE, "no item", id="no mesh"),
    ],
)
def test_mutual_tls(text: str, expected: str) -> None:
    assert said("service-mesh-mtls", text) == expected


def ingress(rest: str, annotations: str = "") -> str:
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web, annotations: {{{annotations}}}}}\nspec: {{{rest}}}\n---\n"
    )


TLS = "tls: [{hosts: [a.example.com], secretName: a-tls}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(ingress(TLS), "failed", id="made by nobody"),
        pytest.param(ingress(TLS, "cert-manager.io/cluster-issuer: le"), "passed", id="an issuer of the platform"),
        pytest.param(
            ingress(TLS, "cert-manager.io/cluster-issuer: le") + thing("cert-manager.io/v1", "ClusterIssuer", name="other"),
            "failed",
            id="a wrong issuer",
        ),
        pytest.param(ingress(TLS) + thing("cert-manager.io/v1", "Certificate", "spec: {secretName: a-tls}"), "passed", id="a certificate"),
        pytest.param(
            ingress(TLS) + thing("external-secrets.io/v1", "ExternalSecret", "spec: {target: {name: a-tls}}"),
            "passed",
            id="an external secret",
        ),
        pytest.param(ingress("tls: [{hosts: [a.example.com]}]"), "no item", id="the controller's own certificate"),
    ],
)
def test_certificates_that_renew_themselves(text: str, expected: str) -> None:
    assert said("cert-manager", text) == expected


PUBLIC = "ingressClassName: alb, rules: [{host: a.example.com}]"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"m.yaml": ingress(PUBLIC, "alb.ingress.kubernetes.io/scheme: internet-facing")}, "failed", id="a public ALB"),
        pytest.param({"m.yaml": ingress(PUBLIC, "alb.ingress.kubernetes.io/scheme: internal")}, "no item", id="an internal ALB"),
        pytest.param({"m.yaml": ingress(PUBLIC)}, "no item", id="internal is the default of the ALB"),
        pytest.param({"m.yaml": ingress("ingressClassName: nginx-internal") + KUBEADM}, "no item", id="an internal class"),
        pytest.param({"m.yaml": ingress("ingressClassName: nginx") + KUBEADM}, "failed", id="nginx of the own platform"),
        pytest.param(
            {"m.yaml": ingress("ingressClassName: nginx", 'nginx.ingress.kubernetes.io/enable-modsecurity: "true"') + KUBEADM},
            "passed",
            id="ModSecurity",
        ),
        pytest.param(
            {"m.yaml": ingress("ingressClassName: nginx") + KUBEADM, "infra/waf.tf": 'resource "aws_wafv2_web_acl_association" "x" {\n}'},
            "passed",
            id="an association in Terraform",
        ),
    ],
)
def test_what_the_internet_reaches(files: dict[str, str], expected: str) -> None:
    assert said("waf", files) == expected


def schedule(cron: str = '"0 3 * * *"', rest: str = "", template: str = "ttl: 720h, storageLocation: default") -> str:
    return thing("velero.io/v1", "Schedule", f"spec: {{schedule: {cron}, {rest} template: {{{template}}}}}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(schedule(), "passed", id="daily"),
        pytest.param(schedule(rest="paused: true,"), "failed", id="paused"),
        pytest.param(schedule('"0 25 * * *"'), "failed", id="never"),
        pytest.param(schedule(template="storageLocation: default"), "failed", id="for nobody knows how long"),
        pytest.param(schedule(template="ttl: 24h"), "failed", id="to nowhere"),
        pytest.param(schedule(template="ttl: 24h") + thing("velero.io/v1", "BackupStorageLocation"), "passed", id="to the only place"),
        pytest.param(schedule() + schedule(rest="paused: true,").replace("main", "b"), "passed", id="one of them is paused"),
        pytest.param(thing("velero.io/v1", "Backup"), "failed", id="once"),
    ],
)
def test_backups_on_a_schedule(text: str, expected: str) -> None:
    assert said("velero-backup", KUBEADM + text) == expected


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        pytest.param({"m.yaml": application("kube-prometheus-stack")}, (), "passed", id="the stack"),
        pytest.param({"m.yaml": KUBEADM + application("prometheus")}, (), "failed", id="a part of it"),
        pytest.param({"m.yaml": KUBEADM + application("prometheus")}, ("prometheus",), "passed", id="a part is enough"),
        pytest.param(
            {
                "m.yaml": KUBEADM,
                "compose.yaml": "services: {a: {image: 'prom/prometheus:v2'}, b: {image: 'grafana/grafana:11'}, c: {image: 'prom/alertmanager:v0'}}",
            },
            (),
            "passed",
            id="compose services",
        ),
    ],
)
def test_the_monitoring_is_code(files: dict[str, str], parts: tuple[str, ...], expected: str) -> None:
    options = {"parts": parts} if parts else {}
    assert said("monitoring-stack-declared", {"x.yaml": application("ingress-nginx"), **files}, **options) == expected


QUOTA = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: shop}\nspec: {hard: {pods: '9'}}\n---\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"m.yaml": NAMESPACE}, "failed", id="none"),
        pytest.param({"m.yaml": NAMESPACE + QUOTA}, "advice", id="a quota without defaults"),
        pytest.param({"m.yaml": NAMESPACE + QUOTA.replace("namespace: shop", "namespace: other")}, "failed", id="of another namespace"),
        pytest.param({"m.yaml": NAMESPACE + QUOTA.replace("spec: {hard: {pods: '9'}}", "spec: {}")}, "failed", id="that limits nothing"),
        pytest.param({"m.yaml": NAMESPACE.replace("shop", "kube-system")}, "no item", id="a system namespace"),
        pytest.param({"m.yaml": NAMESPACE.replace("shop", "cert-manager")}, "no item", id="an operator's namespace"),
        pytest.param(
            {
                "kustomization.yaml": "namespace: shop\nresources: [m.yaml, q.yaml]\n",
                "m.yaml": NAMESPACE,
                "q.yaml": QUOTA.replace(", namespace: shop", ""),
            },
            "advice",
            id="put there by a kustomization",
        ),
    ],
)
def test_quotas(files: dict[str, str], expected: str) -> None:
    assert said("resource-quota", files) == expected


def test_tenants_are_those_with_the_label() -> None:
    tenant = NAMESPACE.replace("{name: shop}", "{name: shop, labels: {team: shop}}")
    assert said("multi-tenancy", tenant) == "no item"
    assert said("multi-tenancy", tenant, label="team") == "failed"
    assert "no RoleBinding" in messages("multi-tenancy", tenant + QUOTA, label="team")


@pytest.mark.parametrize(
    ("labels", "spec", "expected"),
    [
        pytest.param("app: web", "", "no item", id="nobody says it is critical"),
        pytest.param("criticality: low", "", "no item", id="it is not"),
        pytest.param("criticality: high", "", "failed", id="no class"),
        pytest.param("example.com/critical: 'true'", "priorityClassName: system-cluster-critical,", "passed", id="a class of Kubernetes"),
        pytest.param("criticality: high", "priorityClassName: gold,", "failed", id="a class that is not there"),
    ],
)
def test_priority_of_what_is_critical(labels: str, spec: str, expected: str) -> None:
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web, labels: {{{labels}}}}}\nspec: {{{spec} containers: []}}\n"
    assert said("priority-class", text) == expected


def test_node_affinity_needs_classes() -> None:
    assert RULES["k8s.node-affinity"].needs == "classes"
    gpu = pod("{containers: [{name: a, image: 'a:1', resources: {limits: {nvidia.com/gpu: 1}}}]}")
    assert said("node-affinity", gpu, classes=("nvidia.com/gpu",)) == "failed"
    assert said("node-affinity", gpu, classes=("tier=spot",)) == "passed"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, "failed", id="nowhere"),
        pytest.param({"docs/rbac.md": "The role deployer-old is gone."}, "failed", id="another role"),
        pytest.param({"docs/rbac.md": "* **deployer**: rolls out."}, "passed", id="in a document"),
        pytest.param({"docs/rbac.md": "See deployer."}, "passed", id="at the end of a sentence"),
        pytest.param({"docs/bad.md": "\0"}, "failed", id="a document that is no text"),
    ],
)
def test_documented_roles(files: dict[str, str], expected: str) -> None:
    role = thing("rbac.authorization.k8s.io/v1", "Role", "rules: []", "deployer")
    assert said("rbac-documented", {"m.yaml": role, **files}) == expected


# -- API versions and schemas


def test_the_table_of_versions_is_sound() -> None:
    for version, endings in ENDINGS.items():
        for found in endings:
            assert found.gone is None or found.deprecated <= found.gone, version
    assert ending("batch/v1beta1", "CronJob") is not None
    assert ending("batch/v1", "CronJob") is None
    assert ending("policy/v1beta1", "Eviction") is None


@pytest.mark.parametrize(
    ("release", "expected"), [("1.31", 31), ("v1.31.4", 31), ("1.31.4-gke.1", 31), ("31", None), ("", None), ("2.1", None)]
)
def test_releases(release: str, expected: int | None) -> None:
    assert minor(release) == expected


FLOW = thing("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema")


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        pytest.param(FLOW, "1.28", "passed", id="before its deprecation"),
        pytest.param(FLOW, "1.30", "advice", id="deprecated"),
        pytest.param(FLOW, "1.32", "failed", id="gone"),
        pytest.param(thing("v1", "Endpoints"), "1.33", "advice", id="deprecated without an end"),
        pytest.param(thing("v1", "Service"), "1.33", "no item", id="nothing to say"),
        pytest.param(FLOW, "next", "failed", id="no release"),
    ],
)
def test_versions_by_the_release_of_the_cluster(text: str, target: str, expected: str) -> None:
    assert said("no-removed-api", text, target=target) == expected


def test_an_environment_knows_its_release() -> None:
    made = project(FLOW)
    made.configuration = Configuration(environments=(Environment("prod", kube_version="1.33"), Environment("dev")))
    raw = next(found for found in made.resources("k8s.object") if isinstance(found, Object))
    assert release_for(raw, made, "1.28") == "1.28"
    assert release_for(replace(raw, for_environment="prod"), made, "1.28") == "1.33"
    assert release_for(replace(raw, for_environment="dev"), made, "1.28") == "1.28"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(container("ports: [{containerPort: 80}]"), "passed", id="right"),
        pytest.param(container("ports: [{containerport: 80}]"), "failed", id="a misspelt field"),
        pytest.param(container("env: [{name: A, value: 1}]"), "failed", id="a number for a text"),
        pytest.param(pod("{restartPolicy: Always}"), "failed", id="a field is missing"),
        pytest.param(container("ports: [{containerPort: '${PORT}'}]"), "passed", id="filled in at deploy time"),
        pytest.param(thing("example.com/v1", "Deployment"), "no item", id="a custom resource"),
        pytest.param(thing("apps/v1", "Deployments"), "unknown", id="no such kind"),
    ],
)
def test_schemas(text: str, expected: str) -> None:
    assert said("valid-schema", text, target="1.31") == expected


def test_schemas_of_a_release_that_the_package_does_not_have() -> None:
    assert said("valid-schema", container("tty: true"), target="1.999") == "unknown"
    assert said("valid-schema", container("tty: true"), target="latest") == "unknown"


def test_without_the_package_the_check_is_unknown_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes_validate", None)
    found = list(verdicts(replace(RULES["k8s.valid-schema"], settings={"target": "1.31"}), project(container("tty: true"))))
    assert [outcome.unknown for outcome in found] == [
        "schemas need the package kubernetes-validate: pip install 'pytest-readiness[schemas]'"
    ]


def test_the_place_of_a_wrong_field() -> None:
    made = project(container("resource: {}"))
    body = next(found.body for found in made.resources("k8s.object") if isinstance(found, Object))
    assert list(problems(made, body, "1.31")) == [(("spec", "containers", 0, "resource"), "spec.containers[0] has no field resource")]


# -- pods of custom resources


def kinds(text: str, kind: str) -> list[str]:
    return [found.name for found in project(text).resources(kind)]


KNATIVE = thing(
    "serving.knative.dev/v1", "Service", "spec: {template: {spec: {containers: [{name: a, image: 'a:1', ports: [{containerPort: 80}]}]}}}"
)


def test_a_knative_service_has_a_pod_and_is_no_service_and_no_deployment() -> None:
    assert kinds(KNATIVE, "k8s.container") == ["Service/main/a"]
    assert kinds(KNATIVE, "k8s.service") == []
    for name in ("min-replicas", "rolling-update", "topology-spread", "readiness-probe", "pre-stop"):
        assert said(name, KNATIVE) == "no item", name
    assert said("run-as-non-root", KNATIVE) == "failed"


def test_a_scaled_job_runs_to_completion() -> None:
    job = thing("keda.sh/v1alpha1", "ScaledJob", "spec: {jobTargetRef: {template: {spec: {containers: [{name: a, image: 'a:1'}]}}}}")
    assert kinds(job, "k8s.container") == ["ScaledJob/main/a"]
    assert said("liveness-probe", job) == "no item"
    assert said("no-privilege-escalation", job) == "failed"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(thing("monitoring.coreos.com/v1", "Prometheus", "spec: {containers: [{name: prometheus}]}"), id="Prometheus"),
        pytest.param(thing("argoproj.io/v1alpha1", "Workflow", "spec: {templates: [{container: {image: 'a:1'}}]}"), id="Workflow"),
        pytest.param(
            thing("apps.kruise.io/v1alpha1", "DaemonSet", "spec: {template: {spec: {containers: [{name: a}]}}}"), id="another group"
        ),
        pytest.param(thing("kafka.strimzi.io/v1beta2", "Kafka", "spec: {kafka: {template: {pod: {}}}}"), id="Kafka"),
    ],
)
def test_parts_of_pods_that_an_operator_makes_are_no_pods(text: str) -> None:
    assert kinds(text, "k8s.pod") == []
    assert kinds(text, "k8s.object") != []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(thing("serving.knative.dev/v1", "Service", "spec: {template: {spec: {containers: no}}}"), id="Knative"),
        pytest.param(thing("keda.sh/v1alpha1", "ScaledJob", "spec: {jobTargetRef: []}"), id="ScaledJob"),
    ],
)
def test_a_wrong_shape_is_said(text: str) -> None:
    contents = project(text).contents("m.yaml")
    assert contents is not None
    assert contents.failures


# -- single objects


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        pytest.param("drop: [all]", "passed", id="lower case, which runtimes take"),
        pytest.param("drop: [CAP_NET_RAW]", "passed", id="with its prefix"),
        pytest.param("drop: [NET_ADMIN]", "failed", id="another one"),
        pytest.param("drop: []", "no item", id="none, of which another rule speaks"),
    ],
)
def test_net_raw(capabilities: str, expected: str) -> None:
    assert said("drop-net-raw", container(f"securityContext: {{capabilities: {{{capabilities}}}}}")) == expected


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        pytest.param("web", "Service", "passed", id="right"),
        pytest.param("1web", "Service", "failed", id="a Service begins with a letter"),
        pytest.param("1web", "Namespace", "passed", id="a Namespace need not"),
        pytest.param("web.example", "Service", "failed", id="a dot in a Service"),
        pytest.param("web.example", "ConfigMap", "passed", id="a dot elsewhere"),
        pytest.param("Web", "ConfigMap", "failed", id="a capital"),
        pytest.param("a" * 64, "Namespace", "failed", id="too long"),
        pytest.param("${NAME}", "ConfigMap", "unknown", id="filled in later"),
    ],
)
def test_names(name: str, kind: str, expected: str) -> None:
    assert said("valid-name", thing("v1", kind, name=f'"{name}"')) == expected


def test_roles_may_have_any_name() -> None:
    assert said("valid-name", thing("rbac.authorization.k8s.io/v1", "ClusterRole", name='"shop:Read"')) == "no item"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(container("args: ['--token=glpat-aaaaaaaaaaaaaaaaaaaa']"), "passed", id="an argument is another rule's"),
        pytest.param(pod("{containers: [{name: a, image: 'a:1', x-token: glpat-aaaaaaaaaaaaaaaaaaaa}]}"), "failed", id="any other field"),
        pytest.param(
            container("env: [{name: T, value: glpat-aaaaaaaaaaaaaaaaaaaa}]"), "passed", id="an environment variable is another rule's"
        ),
        pytest.param(thing("v1", "ConfigMap", "data: {t: glpat-aaaaaaaaaaaaaaaaaaaa}"), "passed", id="a ConfigMap is another rule's"),
        pytest.param(thing("v1", "Secret", "stringData: {t: glpat-aaaaaaaaaaaaaaaaaaaa}"), "no item", id="a Secret is another rule's"),
        pytest.param(
            thing("example.com/v1", "Repo", "spec: {auth: [{token: glpat-aaaaaaaaaaaaaaaaaaaa}]}"), "failed", id="a custom resource"
        ),
        pytest.param(thing("bitnami.com/v1alpha1", "SealedSecret", "spec: {encryptedData: {t: AgBy3i4OJSWK}}"), "passed", id="sealed"),
    ],
)
def test_tokens(text: str, expected: str) -> None:
    assert said("no-exposed-token", text) == expected


def test_a_token_in_an_argument_is_said_once() -> None:
    text = container("args: [fetch, glpat-aaaaaaaaaaaaaaaaaaaa]")
    assert messages("no-inline-secret-env", text) == "a GitLab token is written into the command line"
    assert said("no-exposed-token", text) == "passed"


@pytest.mark.parametrize(
    ("program", "flags", "expected"),
    [
        pytest.param("kube-apiserver", ("--insecure-port=0",), "passed", id="switched off"),
        pytest.param("kube-apiserver", ("--insecure-port", "8080"), "failed", id="apart"),
        pytest.param("kube-apiserver", ("--authorization-mode=Node,RBAC",), "passed", id="safe modes"),
        pytest.param("kube-apiserver", ("--authorization-mode=RBAC,AlwaysAllow",), "failed", id="one of the modes"),
        pytest.param("kube-apiserver", ("--tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA",), "failed", id="a weak cipher"),
        pytest.param("kubelet", ("--anonymous-auth=${ANONYMOUS}",), "passed", id="arguments are shell text"),
        pytest.param("etcd", ("--auto-tls",), "failed", id="a flag without a value"),
        pytest.param("nginx", ("--anonymous-auth=true",), "no item", id="another program"),
    ],
)
def test_flags_of_the_control_plane(program: str, flags: tuple[str, ...], expected: str) -> None:
    assert said("no-unsafe-control-plane-flag", component(program, *flags)) == expected


@pytest.mark.parametrize(
    "name", [rule for rule in RULES if "apiserver" in rule or ".etcd-" in rule or ("kubelet" in rule and rule != "k8s.etcd-encryption")]
)
def test_rules_for_the_control_plane_leave_services_alone(name: str) -> None:
    assert said(name.removeprefix("k8s."), container("command: [web]")) == "no item"


SHARED = "rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix}]}}]"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"a.yaml": ingress(SHARED) + ingress(SHARED).replace("name: web", "name: other")}, "failed", id="twice"),
        pytest.param({"dev/a.yaml": ingress(SHARED), "prod/a.yaml": ingress(SHARED)}, "passed", id="for two environments"),
        pytest.param(
            {
                "a.yaml": ingress(SHARED)
                + ingress(SHARED, 'nginx.ingress.kubernetes.io/canary: "true"').replace("name: web", "name: canary")
            },
            "passed",
            id="a canary",
        ),
        pytest.param(
            {
                "a.yaml": ingress(SHARED + ", ingressClassName: a")
                + ingress(SHARED + ", ingressClassName: b").replace("name: web", "name: other")
            },
            "passed",
            id="for two controllers",
        ),
        pytest.param(
            {
                "a.yaml": ingress(SHARED + ", ingressClassName: alb")
                + ingress(SHARED + ", ingressClassName: alb").replace("name: web", "name: other")
            },
            "no item",
            id="each with a load balancer of its own",
        ),
        pytest.param({"a.yaml": ingress(SHARED.replace("a.example.com", "'${HOST}'"))}, "unknown", id="a host that is filled in later"),
    ],
)
def test_addresses_of_ingresses(files: dict[str, str], expected: str) -> None:
    assert said("unique-ingress-path", files) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("livenessProbe: {tcpSocket: {port: 1}, initialDelaySeconds: 0}", "passed", id="no delay"),
        pytest.param("livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 0}", "failed", id="all the time"),
        pytest.param("readinessProbe: {tcpSocket: {port: 1}, successThreshold: 2}", "passed", id="ready at the second time"),
        pytest.param("startupProbe: {tcpSocket: {port: 1}, successThreshold: 2}", "failed", id="started at the second time"),
        pytest.param("livenessProbe: {tcpSocket: {port: 1}, timeoutSeconds: 60}", "advice", id="a long timeout"),
        pytest.param("livenessProbe: {tcpSocket: {port: 1}, failureThreshold: '${N}'}", "unknown", id="filled in later"),
        pytest.param("tty: true", "no item", id="no probe"),
    ],
)
def test_numbers_of_probes(body: str, expected: str) -> None:
    assert said("probe-timings", container(body)) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param("terminationGracePeriodSeconds: 0, containers: []", "failed", id="none"),
        pytest.param("terminationGracePeriodSeconds: 5, containers: []", "passed", id="some"),
        pytest.param("containers: [{name: a, lifecycle: {preStop: {sleep: {seconds: 40}}}}]", "failed", id="the hook takes all of it"),
        pytest.param(
            "containers: [{name: a, lifecycle: {preStop: {exec: {command: [sh, -c, 'sleep 10 && stop']}}}}]", "passed", id="a part of it"
        ),
        pytest.param("containers: []", "no item", id="nothing said"),
    ],
)
def test_time_to_finish(spec: str, expected: str) -> None:
    assert said("termination-grace", pod(f"{{{spec}}}")) == expected


@pytest.mark.parametrize(
    ("volumes", "limits", "expected"),
    [
        pytest.param("emptyDir: {}", "", "failed", id="no limit"),
        pytest.param("emptyDir: null", "", "failed", id="nothing written"),
        pytest.param("emptyDir: {}", "resources: {limits: {ephemeral-storage: 1Gi}}", "passed", id="the container's limit"),
        pytest.param(
            "emptyDir: {medium: Memory}", "resources: {limits: {ephemeral-storage: 1Gi}}", "failed", id="memory is another matter"
        ),
        pytest.param("configMap: {name: a}", "", "no item", id="another volume"),
    ],
)
def test_scratch_space(volumes: str, limits: str, expected: str) -> None:
    text = f"{{containers: [{{name: a, image: 'a:1', {limits}}}], volumes: [{{name: v, {volumes}}}]}}"
    assert said("empty-dir-limit", pod(text)) == expected


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param("registry.example.com/a/b:1", "passed", id="the registry"),
        pytest.param("registry.example.com.evil.com/a:1", "failed", id="a name that begins like it"),
        pytest.param("ghcr.io/example/a:1", "passed", id="a part of a registry"),
        pytest.param("ghcr.io/example-evil/a:1", "failed", id="another part"),
        pytest.param("nginx:1", "failed", id="Docker Hub"),
        pytest.param("${IMAGE}", "unknown", id="filled in later"),
    ],
)
def test_trusted_registries(image: str, expected: str) -> None:
    text = pod(f"{{containers: [{{name: a, image: '{image}'}}]}}")
    assert said("trusted-registries", text, registries=("registry.example.com", "ghcr.io/example/*")) == expected


def test_required_labels_are_asked_of_workloads_only() -> None:
    assert said("required-labels", SERVICE, labels=("owner",)) == "no item"
    assert said("required-labels", SERVICE, labels=("owner",), kinds=("Service",)) == "failed"
    assert said("required-labels", SERVICE, labels=("name=[",), kinds=("Service",)) == "failed"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "failed"),
        ("/etc/", "failed"),
        ("/etc/kubernetes/pki", "failed"),
        ("/etc/localtime", "passed"),
        ("/var/log", "passed"),
        ("/srv/../etc", "failed"),
    ],
)
def test_directories_of_the_node(path: str, expected: str) -> None:
    assert said("no-sensitive-host-path", pod(f"{{containers: [], volumes: [{{name: v, hostPath: {{path: '{path}'}}}}]}}")) == expected


@pytest.mark.parametrize("name", ["no-tiller", "no-frozen-registry", "no-dashboard"])
def test_an_image_that_is_filled_in_later_is_unknown(name: str) -> None:
    assert said(name, pod("{containers: [{name: a, image: '${IMAGE}'}]}")) == "unknown"


def test_public_roles_may_be_public() -> None:
    text = thing(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "roleRef: {kind: ClusterRole, name: ROLE}\nsubjects: [{kind: Group, name: 'system:serviceaccounts'}]",
    )
    assert said("rbac-no-system-groups", text.replace("ROLE", "'system:public-info-viewer'")) == "passed"
    assert said("rbac-no-system-groups", text.replace("ROLE", "status")) == "failed"
    assert said("rbac-no-system-groups", text.replace("ROLE", "status"), roles=("status",)) == "passed"


@pytest.mark.parametrize("group", ["system:masters", "system:unauthenticated", "system:authenticated"])
def test_one_rule_speaks_of_a_group(group: str) -> None:
    subject = f"roleRef: {{kind: ClusterRole, name: status}}\nsubjects: [{{kind: Group, name: '{group}'}}]"
    text = thing("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", subject)
    assert said("rbac-least-privilege", text) == "failed"
    assert said("rbac-no-system-groups", text) == "no item"
