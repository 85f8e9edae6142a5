"""Argo CD, Argo Rollouts, Flux and Flagger: what their objects mean, and what the rules make of it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

import pytest
from judging import judge

from pytest_readiness import Project
from pytest_readiness import builtin
from pytest_readiness.formats.environments import environment_of
from pytest_readiness.formats.gitops.revisions import moving_revision
from pytest_readiness.formats.gitops.revisions import moving_tag
from pytest_readiness.formats.gitops.revisions import moving_version
from pytest_readiness.testing import verdicts

GIT = "repoURL: https://git.example.com/shop.git"


def said(rule: str, *documents: str, **files: str) -> str:
    """What a rule makes of manifests in one file."""
    return judge(f"argo.{rule}", project(*documents, **files))


def project(*documents: str, **files: str) -> Project:
    text = "\n---\n".join(textwrap.dedent(document).strip("\n") for document in documents)
    others = {name.replace("__", "/").replace("_yaml", ".yaml"): textwrap.dedent(body) for name, body in files.items()}
    return Project.of({"deploy/m.yaml": text, **others})


def messages(rule: str, *documents: str) -> list[str]:
    found = next(each for each in builtin.rules("argo") if each.id == f"argo.{rule}")
    outcomes = list(verdicts(found, project(*documents)))
    return [finding.message for outcome in outcomes for finding in (*outcome.failing, *outcome.advice)]


def application(spec: str, name: str = "web", kind: str = "Application", annotations: str = "{}") -> str:
    return f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}, annotations: {annotations}}}\nspec: {spec}\n"


def application_set(template: str, generators: str = "[{clusters: {}}]", more: str = "") -> str:
    return application(
        f"{{generators: {generators}, template: {{metadata: {{name: 'a-{{{{name}}}}'}}, spec: {template}}}{more}}}", kind="ApplicationSet"
    )


def flux(kind: str, spec: str, name: str = "web", namespace: str = "flux-system") -> str:
    group = {"Kustomization": "kustomize.toolkit.fluxcd.io/v1", "HelmRelease": "helm.toolkit.fluxcd.io/v2"}.get(
        kind, "source.toolkit.fluxcd.io/v1"
    )
    return f"apiVersion: {group}\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"


def rollout(strategy: str, name: str = "web", rest: str = "", namespace: str = "shop") -> str:
    template = "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}]}}"
    head = f"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
    return f"{head}spec: {{strategy: {strategy}, {template}{rest}}}\n"


def canary(body: str, **more: str) -> str:
    return rollout(f"{{canary: {{{body}}}}}", **more)


def template(metrics: str, name: str = "errors", kind: str = "AnalysisTemplate", more: str = "", namespace: str = "shop") -> str:
    where = "" if kind.startswith("Cluster") else f", namespace: {namespace}"
    return f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}{where}}}\nspec: {{metrics: [{metrics}]{more}}}\n"


def deployment(name: str = "web", labels: str = "app: web", namespace: str = "shop") -> str:
    spec = f"{{template: {{metadata: {{labels: {{{labels}}}}}, spec: {{containers: [{{name: a, image: 'a:1'}}]}}}}}}"
    return f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"


def service(spec: str = "selector: {app: web}", name: str = "web", annotations: str = "{}") -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop, annotations: {annotations}}}\nspec: {{{spec}}}\n"


def ingress(name: str = "web", annotations: str = "{}", namespace: str = "shop") -> str:
    path = f"{{path: /, backend: {{service: {{name: {name}, port: {{number: 80}}}}}}}}"
    head = f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: in, namespace: {namespace}, annotations: {annotations}}}\n"
    return f"{head}spec: {{rules: [{{http: {{paths: [{path}]}}}}]}}\n"


PROMETHEUS = "provider: {prometheus: {address: http://prometheus, query: 'errors'}}"
METRIC = f"{{name: error-ratio, interval: 1m, count: 5, successCondition: 'result[0] < 0.01', {PROMETHEUS}}}"
ANALYSED = "analysis: {templates: [{templateName: errors}]}"
STEPS = "steps: [{setWeight: 10}, {pause: {duration: 10m}}, {setWeight: 50}, {pause: {duration: 20m}}]"
ROUTED = "stableService: web, canaryService: web-canary, trafficRouting: {nginx: {stableIngress: web}}"
LOAD_BALANCER = service("type: LoadBalancer, selector: {app: web}")


# -- which resources there are


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(application("{}"), "argo.application", id="an Application"),
        pytest.param(application_set("{}"), "argo.application", id="an ApplicationSet"),
        pytest.param(application("{}", kind="AppProject"), "argo.project", id="a project"),
        pytest.param(rollout("{canary: {}}"), "argo.rollout", id="a Rollout"),
        pytest.param(template(METRIC), "argo.analysis", id="a template"),
        pytest.param(template(METRIC, kind="ClusterAnalysisTemplate"), "argo.analysis", id="a template of the cluster"),
        pytest.param(flux("Kustomization", "{}"), "argo.flux-kustomization", id="a Kustomization of Flux"),
        pytest.param(flux("HelmRelease", "{}"), "argo.flux-release", id="a HelmRelease"),
        pytest.param(flux("GitRepository", "{}"), "argo.flux-source", id="a source"),
        pytest.param("apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: {name: a}\n", "argo.canary", id="a Canary"),
        pytest.param("apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: a}\n", "argo.stage", id="a Stage"),
        pytest.param("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\n", "argo.config", id="the settings of the server"),
    ],
)
def test_the_object_is_a_resource_of_its_own_besides(text: str, kind: str) -> None:
    found = project(text)
    assert len(found.resources(kind)) == 1
    assert found.resources(kind)[0].name == found.resources("k8s.object")[0].name


def test_kinds_of_the_same_name_in_other_groups_are_none() -> None:
    found = project(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []",
        "apiVersion: app.k8s.io/v1beta1\nkind: Application\nmetadata: {name: a}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}",
    )
    assert not [kind for kind in found._by_kind if kind.startswith("argo.")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(application("{syncPolicy: [automated]}"), "spec.syncPolicy is a list, not a mapping", id="a list for a policy"),
        pytest.param(application("{sources: {a: b}}"), "spec.sources is a mapping, not a list", id="a mapping for sources"),
        pytest.param(canary("steps: {setWeight: 10}"), "spec.strategy.canary.steps is a mapping, not a list", id="steps that are none"),
        pytest.param(canary("steps: [10]"), "spec.strategy.canary.steps[0] is a number, not a mapping", id="a step that is a number"),
        pytest.param(flux("HelmRelease", "{chart: web}"), "spec.chart is text, not a mapping", id="a chart that is text"),
    ],
)
def test_wrong_shapes_are_said_and_crash_no_rule(text: str, reason: str) -> None:
    found = project(text)
    contents = found.contents("deploy/m.yaml")
    assert contents is not None
    assert [failure.reason for failure in contents.failures if reason in failure.reason]
    for rule in builtin.rules("argo"):
        assert all(outcome.crash is None for outcome in verdicts(rule, found)), rule.id


def test_environments_have_one_name_each() -> None:
    assert environment_of("clusters/prd/apps.yaml") == environment_of("shop-live") == "production"
    assert environment_of("shop-stg") == "staging"
    assert environment_of("shop") == ""


# -- syncing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(application("{syncPolicy: {automated: {}}}"), "pass", id="an empty mapping is on"),
        pytest.param(application("{syncPolicy: {automated: }}"), "fail", id="a key without a value is off"),
        pytest.param(application("{syncPolicy: {automated: {enabled: false}}}"), "fail", id="switched off"),
        pytest.param(application("{syncPolicy: {automated: {enabled: true}}}"), "pass", id="switched on"),
        pytest.param(application("{}"), "fail", id="no policy"),
        pytest.param(application("{syncPolicy: {syncOptions: [CreateNamespace=true]}}"), "fail", id="options alone"),
        pytest.param(application_set("{syncPolicy: {automated: {}}}"), "pass", id="in the template of a set"),
        pytest.param(application_set("{}", more=", syncPolicy: {automated: {}}"), "fail", id="beside the template of a set"),
        pytest.param(application_set("{}", more=", templatePatch: 'spec: {}'"), "unknown", id="a patch may set it"),
        pytest.param(
            application_set("{}", generators="[{list: {elements: [], template: {spec: {}}}}]"), "unknown", id="a generator may set it"
        ),
        pytest.param(application_set("{}", more=", strategy: {type: RollingSync}"), "pass", id="the steps of a set sync"),
        pytest.param(application("{}", annotations="{kargo.akuity.io/authorized-stage: 'a:prod'}"), "pass", id="Kargo syncs"),
        pytest.param(
            application("{syncPolicy: {automated: {}}}", annotations="{argocd.argoproj.io/skip-reconcile: 'true'}"),
            "fail",
            id="not reconciled",
        ),
        pytest.param(application("{syncPolicy: {automated: '{{ .auto }}'}}"), "unknown", id="a placeholder"),
        pytest.param(flux("Kustomization", "{suspend: true}"), "fail", id="Flux suspended"),
        pytest.param(flux("Kustomization", "{suspend: false}"), "pass", id="Flux running"),
        pytest.param(flux("HelmRelease", "{suspend: true}"), "fail", id="a release suspended"),
        pytest.param(flux("GitRepository", "{suspend: true}"), "fail", id="a source suspended"),
        pytest.param(flux("Kustomization", "{suspend: '${SUSPEND}'}"), "unknown", id="Flux with a placeholder"),
    ],
)
def test_auto_sync(text: str, expected: str) -> None:
    assert said("auto-sync", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(application("{syncPolicy: {automated: {prune: true, selfHeal: true}}}"), "pass", id="both"),
        pytest.param(application("{syncPolicy: {automated: {prune: true}}}"), "fail", id="healing is off by default"),
        pytest.param(application("{syncPolicy: {automated: {selfHeal: true}}}"), "fail", id="pruning is off by default"),
        pytest.param(application("{syncPolicy: {automated: {prune: true, selfHeal: false}}}"), "fail", id="switched off"),
        pytest.param(application("{}"), "none", id="what is not synced has another finding"),
        pytest.param(
            application(
                "{syncPolicy: {automated: {prune: true, selfHeal: true}}, ignoreDifferences: [{kind: Deployment, jsonPointers: [/spec]}]}"
            ),
            "advice",
            id="a whole spec is ignored",
        ),
        pytest.param(
            application("{syncPolicy: {automated: {prune: true, selfHeal: true}}, ignoreDifferences: [{jsonPointers: [/spec/replicas]}]}"),
            "pass",
            id="a field is ignored",
        ),
        pytest.param(application_set("{syncPolicy: {automated: {prune: true}}}"), "fail", id="in a set"),
        pytest.param(flux("HelmRelease", "{driftDetection: {mode: enabled}}"), "pass", id="drift of a release"),
        pytest.param(flux("HelmRelease", "{}"), "advice", id="a release without drift detection"),
        pytest.param(flux("Kustomization", "{prune: false}"), "fail", id="Flux without pruning"),
        pytest.param(flux("Kustomization", "{prune: true}"), "pass", id="Flux with pruning"),
    ],
)
def test_self_heal(text: str, expected: str) -> None:
    assert said("self-heal", text) == expected


# -- how Argo CD is set up


CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\n"
SET_UP = "{chart: argo-cd, targetRevision: 7.0.0, helm: "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CONFIG + "data: {url: a}", "fail", id="only an address"),
        pytest.param(CONFIG, "fail", id="nothing"),
        pytest.param(CONFIG + "data: {oidc.config: 'issuer: a', admin.enabled: 'false'}", "pass", id="OIDC without an admin"),
        pytest.param(CONFIG + "data: {dex.config: 'connectors: []'}", "advice", id="Dex beside an admin"),
        pytest.param(CONFIG + "data: {oidc.config: ''}", "fail", id="an empty configuration"),
        pytest.param(application("{source: " + SET_UP + "{values: 'configs: {cm: {oidc.config: a}}'}}}"), "advice", id="values as text"),
        pytest.param(application("{source: " + SET_UP + "{values: 'server: {}'}}}"), "fail", id="values as text without it"),
        pytest.param(
            application("{source: " + SET_UP + r"{parameters: [{name: configs.cm.oidc\.config, value: a}]}}}"), "advice", id="a parameter"
        ),
        pytest.param(application("{source: " + SET_UP + "{valueFiles: [$values/argo.yaml]}}}"), "unknown", id="values in other files"),
        pytest.param(application("{source: {chart: redis, targetRevision: 1.0.0}}"), "none", id="another chart"),
        pytest.param(flux("HelmRelease", "{chart: {spec: {chart: argo-cd}}, values: {configs: {cm: {}}}}"), "fail", id="by Flux"),
        pytest.param(
            flux("HelmRelease", "{chart: {spec: {chart: argo-cd}}, valuesFrom: [{kind: Secret}]}"), "unknown", id="values from a Secret"
        ),
    ],
)
def test_oidc(text: str, expected: str) -> None:
    assert said("oidc", text) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param("{sourceRepos: ['*']}", "fail", id="every repository"),
        pytest.param("{sourceRepos: ['https://git.example.com/*']}", "pass", id="the repositories of a host"),
        pytest.param("{destinations: [{server: '*', namespace: '*'}]}", "fail", id="every place"),
        pytest.param("{destinations: [{name: '*', namespace: '*'}]}", "fail", id="every place by name"),
        pytest.param("{destinations: [{server: '*', namespace: shop}]}", "pass", id="a namespace in every cluster"),
        pytest.param("{clusterResourceWhitelist: [{group: '*', kind: '*'}]}", "fail", id="every kind of the cluster"),
        pytest.param("{clusterResourceWhitelist: [{group: '', kind: Namespace}]}", "pass", id="namespaces"),
    ],
)
def test_projects_are_restricted(spec: str, expected: str) -> None:
    assert said("project-restricted", application(spec, kind="AppProject")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(application("{project: default}"), "fail", id="default"),
        pytest.param(application("{}"), "fail", id="none"),
        pytest.param(application("{project: shop}"), "pass", id="its own"),
        pytest.param(application("{project: default}", name="web-staging"), "none", id="not in production"),
        pytest.param(application_set("{project: '{{project}}'}"), "unknown", id="from a generator"),
    ],
)
def test_applications_have_a_project(text: str, expected: str) -> None:
    assert said("project", text) == expected


# -- what is deployed


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        pytest.param(None, "moves", id="nothing"),
        pytest.param("HEAD", "moves", id="HEAD"),
        pytest.param("main", "slightly", id="the default branch by name"),
        pytest.param("refs/heads/master", "slightly", id="a full reference"),
        pytest.param("develop", "moves", id="the branch of another environment"),
        pytest.param("env/prod", "fixed", id="the branch of the environment"),
        pytest.param("release/1.4", "fixed", id="a release branch"),
        pytest.param("v1.4.0", "fixed", id="a tag"),
        pytest.param(1.4, "fixed", id="a tag that YAML reads as a number"),
        pytest.param("refs/tags/latest", "fixed", id="a tag by its reference"),
        pytest.param("1c168ad", "fixed", id="a short commit"),
        pytest.param("1c168adb00d208e42f93314529f1fa9c0427eb63", "fixed", id="a commit"),
        pytest.param("1.4.*", "slightly", id="a range of tags"),
        pytest.param("*", "moves", id="any tag"),
    ],
)
def test_revisions(revision: object, expected: str) -> None:
    assert _how(moving_revision(revision)) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        pytest.param("", "moves", id="nothing"),
        pytest.param("*", "moves", id="any"),
        pytest.param(">=1.0.0", "moves", id="without an upper bound"),
        pytest.param(">= 1.0.0 < 2.0.0", "slightly", id="between bounds"),
        pytest.param("^1.2", "slightly", id="a caret"),
        pytest.param("1.x", "slightly", id="an x"),
        pytest.param("1.2", "slightly", id="two numbers"),
        pytest.param("6.5.4", "fixed", id="a version"),
        pytest.param("v6.5.4-rc.1+build", "fixed", id="a version with all it can have"),
        pytest.param("=6.5.4", "fixed", id="equal"),
    ],
)
def test_versions(version: str, expected: str) -> None:
    assert _how(moving_version(version)) == expected


def test_tags() -> None:
    assert [_how(moving_tag(tag)) for tag in (None, "latest", "main", "1.4.0")] == ["moves", "moves", "slightly", "fixed"]


def _how(moving: object) -> str:
    return "fixed" if moving is None else "slightly" if getattr(moving, "slightly", False) else "moves"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(application(f"{{source: {{{GIT}, targetRevision: HEAD}}}}"), "fail", id="no environment named, HEAD"),
        pytest.param(application(f"{{source: {{{GIT}}}}}", name="web-prod"), "fail", id="no revision"),
        pytest.param(application(f"{{source: {{{GIT}, targetRevision: main}}}}", name="web-prod"), "advice", id="main"),
        pytest.param(application(f"{{source: {{{GIT}}}}}", name="web-dev"), "none", id="another environment by name"),
        pytest.param(application(f"{{source: {{{GIT}, path: overlays/staging}}}}"), "none", id="another environment by path"),
        pytest.param(
            application(f"{{source: {{{GIT}, path: overlays/staging}}, destination: {{namespace: prod}}}}"), "fail", id="the last word"
        ),
        pytest.param(application(f"{{source: {{{GIT}, targetRevision: staging}}}}"), "none", id="another environment by branch"),
        pytest.param(application(f"{{source: {{{GIT}, targetRevision: staging}}}}", name="a-prod"), "fail", id="the branch of another one"),
        pytest.param(
            application(f"{{sources: [{{{GIT}, targetRevision: v1.0.0}}, {{{GIT}, ref: values}}]}}"), "fail", id="one of several sources"
        ),
        pytest.param(
            application(f"{{sources: [{{{GIT}, targetRevision: v1.0.0}}], source: {{{GIT}}}}}"), "pass", id="several hide the single one"
        ),
        pytest.param(
            application("{source: {chart: redis, helm: {valueFiles: [values-staging.yaml]}}}"),
            "none",
            id="another environment by its values",
        ),
        pytest.param(application("{source: {chart: redis, targetRevision: 19.0.1}}"), "pass", id="a chart"),
        pytest.param(application("{source: {chart: redis, targetRevision: 19.*}}"), "advice", id="a range of charts"),
        pytest.param(application("{source: {chart: redis}}"), "fail", id="a chart without a version"),
        pytest.param(application_set(f"{{source: {{{GIT}, targetRevision: '{{{{revision}}}}'}}}}"), "unknown", id="from a generator"),
        pytest.param(
            application_set(f"{{source: {{{GIT}, targetRevision: '{{{{head_sha}}}}'}}}}", generators="[{pullRequest: {}}]"),
            "none",
            id="a preview of a pull request",
        ),
        pytest.param(application(f"{{sourceHydrator: {{drySource: {{{GIT}, targetRevision: HEAD}}}}}}"), "fail", id="a hydrated source"),
        pytest.param(flux("GitRepository", "{ref: {branch: main}}"), "advice", id="Flux on main"),
        pytest.param(flux("GitRepository", "{ref: {branch: main}, verify: {mode: HEAD}}"), "pass", id="Flux on main, verified"),
        pytest.param(flux("GitRepository", "{ref: {branch: main, commit: 1c168adb}}"), "pass", id="the commit goes first"),
        pytest.param(flux("GitRepository", "{}"), "fail", id="Flux without a reference"),
        pytest.param(flux("OCIRepository", "{ref: {tag: latest}}"), "fail", id="an artifact called latest"),
        pytest.param(flux("OCIRepository", "{ref: {digest: 'sha256:00'}}"), "pass", id="an artifact by digest"),
        pytest.param(flux("HelmRelease", "{chart: {spec: {chart: redis}}}"), "fail", id="a release without a version"),
        pytest.param(
            flux("HelmRelease", "{chart: {spec: {chart: ./redis, sourceRef: {kind: GitRepository}}}}"),
            "none",
            id="a chart from Git has none",
        ),
        pytest.param(flux("HelmRelease", "{chartRef: {kind: OCIRepository, name: redis}}"), "none", id="a chart of its own"),
        pytest.param(flux("HelmRepository", "{url: a}"), "none", id="a chart repository has no revision"),
    ],
)
def test_pinned_source(text: str, expected: str) -> None:
    assert said("pinned-source", text) == expected


@pytest.mark.parametrize(
    ("upgrade", "expected"),
    [
        pytest.param("{remediation: {retries: 3}}", "pass", id="retries"),
        pytest.param("{remediation: {retries: -1}}", "pass", id="retries without end"),
        pytest.param("{remediation: {retries: 0}}", "fail", id="no retries"),
        pytest.param("{remediation: {remediateLastFailure: true}}", "pass", id="the last failure is rolled back"),
        pytest.param("{strategy: {name: RetryOnFailure}}", "pass", id="tried again"),
        pytest.param("{}", "fail", id="nothing"),
    ],
)
def test_flux_remediation(upgrade: str, expected: str) -> None:
    assert said("flux-remediation", flux("HelmRelease", f"{{upgrade: {upgrade}}}")) == expected


# -- the repository


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, "fail", id="a Deployment alone"),
        pytest.param({"a_yaml": application("{}")}, "pass", id="an Application"),
        pytest.param({"a_yaml": application_set("{}")}, "pass", id="an ApplicationSet"),
        pytest.param({"a_yaml": flux("HelmRelease", "{}")}, "pass", id="a HelmRelease"),
        pytest.param({"a_yaml": "apiVersion: fleet.cattle.io/v1alpha1\nkind: GitRepo\nmetadata: {name: a}\n"}, "pass", id="Fleet"),
        pytest.param({"main.tf": 'resource "argocd_application" "web" {}\n'}, "pass", id="an Application of Terraform"),
        pytest.param({"readme_yaml": "a: argoproj.io/v1alpha1\n"}, "fail", id="a word somewhere"),
    ],
)
def test_gitops_present(files: dict[str, str], expected: str) -> None:
    assert said("gitops-present", deployment(), **files) == expected


def test_what_is_not_for_production_needs_no_gitops() -> None:
    assert judge("argo.gitops-present", {"dev/web.yaml": deployment()}) == "none"
    assert judge("argo.gitops-present", {"config.yaml": CONFIG}) == "none"
    assert judge("argo.gitops-present", {"Dockerfile": "FROM scratch\n"}) == "none"


def test_a_chart_needs_gitops_and_a_library_does_not() -> None:
    chart = {"chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n"}
    assert judge("argo.gitops-present", chart) == "fail"
    assert judge("argo.gitops-present", {"chart/Chart.yaml": chart["chart/Chart.yaml"] + "type: library\n"}) == "none"


PROMOTE = """
on: workflow_dispatch
jobs:
  promote:
    runs-on: ubuntu-latest
    steps:
      - run: ./promote.sh staging production
      - uses: peter-evans/create-pull-request@v7
"""


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param([application("{}", name="a-staging"), application("{}", name="a-prod")], "pass", id="two Applications"),
        pytest.param([application("{}", name="a-prod"), application("{}", name="a-live")], "fail", id="two names for one environment"),
        pytest.param([application("{}")], "fail", id="no environment at all"),
        pytest.param([application("{}", name="a-dev")], "none", id="nothing goes to production"),
        pytest.param([deployment()], "none", id="no GitOps"),
        pytest.param(
            [application_set("{}", generators="[{list: {elements: [{env: dev}, {env: prod}]}}]")], "pass", id="the elements of a list"
        ),
        pytest.param([application_set("{}", generators="[{list: {elements: [{env: prod}]}}]")], "fail", id="a list of one"),
        pytest.param([application_set("{}")], "unknown", id="clusters that are not written here"),
        pytest.param(
            [application("{}"), "apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: prod}\n"], "pass", id="Stages of Kargo"
        ),
        pytest.param(
            [flux("Kustomization", "{path: ./apps/staging}"), flux("Kustomization", "{path: ./apps/production}", name="b")],
            "pass",
            id="Flux",
        ),
    ],
)
def test_env_promotion(documents: list[str], expected: str) -> None:
    assert said("env-promotion", *documents) == expected


def test_a_git_generator_finds_the_environments_of_the_repository() -> None:
    generators = "[{matrix: {generators: [{clusters: {}}, {git: {directories: [{path: overlays/*}]}}]}}]"
    files = {"argocd/a.yaml": application_set("{}", generators=generators)}
    overlay = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n"
    both = {f"overlays/{name}/kustomization.yaml": overlay for name in ("staging", "prod")}
    assert judge("argo.env-promotion", files) == "unknown"
    assert judge("argo.env-promotion", files | both) == "pass"


def test_a_workflow_may_promote() -> None:
    files = {"a.yaml": application("{}", name="a-prod"), ".github/workflows/promote.yml": PROMOTE}
    assert judge("argo.env-promotion", files) == "pass"


# -- who answers users


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param([deployment()], "none", id="no Service"),
        pytest.param([deployment(), service()], "none", id="an internal Service"),
        pytest.param([deployment(), LOAD_BALANCER], "fail", id="a load balancer"),
        pytest.param([deployment(), service(), ingress()], "fail", id="an Ingress"),
        pytest.param([deployment(), service(), ingress(namespace="other")], "none", id="an Ingress of another namespace"),
        pytest.param(
            [deployment(), service(), ingress(annotations="{alb.ingress.kubernetes.io/scheme: internal}")], "none", id="an internal one"
        ),
        pytest.param([deployment(labels="app: web, tier: worker"), LOAD_BALANCER], "none", id="a worker by label"),
        pytest.param([deployment(labels="app: api"), LOAD_BALANCER], "none", id="a Service of others"),
        pytest.param([deployment(namespace="staging"), LOAD_BALANCER], "none", id="another environment"),
        pytest.param(
            [
                deployment(),
                service(
                    "type: LoadBalancer, selector: {app: web}",
                    annotations="{service.beta.kubernetes.io/aws-load-balancer-internal: 'true'}",
                ),
            ],
            "none",
            id="an internal load balancer",
        ),
        pytest.param(
            [
                deployment(),
                service(),
                (
                    "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a, namespace: shop}\n"
                    "spec: {parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, port: 80}]}]}\n"
                ),
            ],
            "fail",
            id="a route",
        ),
        pytest.param(
            [
                deployment(),
                service(),
                (
                    "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a, namespace: shop}\n"
                    "spec: {parentRefs: [{kind: Service, name: web}], rules: [{backendRefs: [{name: web, port: 80}]}]}\n"
                ),
            ],
            "none",
            id="a route of a mesh",
        ),
        pytest.param(
            [
                deployment(),
                service(),
                (
                    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: shop}\n"
                    "spec: {gateways: [public], http: [{route: [{destination: {host: web.shop.svc.cluster.local}}]}]}\n"
                ),
            ],
            "fail",
            id="a VirtualService at a gateway",
        ),
    ],
)
def test_without_any_rollout_the_repository_is_asked_once(documents: list[str], expected: str) -> None:
    assert said("canary", *documents) == expected
    found = project(*documents)
    rule = next(rule for rule in builtin.rules("argo") if rule.id == "argo.canary")
    assert len(list(verdicts(rule, found))) <= 1


OTHER = rollout("{canary: {}}", name="other", rest=", selector: {}").replace("app: web", "app: other")
FLAGGER = "apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: {name: web, namespace: shop}\nspec: {targetRef: {kind: Deployment, name: web}}\n"


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param([OTHER, deployment(), LOAD_BALANCER], "fail", id="a Deployment beside Rollouts"),
        pytest.param([OTHER, deployment(), service()], "none", id="an internal Deployment beside Rollouts"),
        pytest.param([FLAGGER, deployment(), LOAD_BALANCER], "pass", id="the target of a Canary"),
        pytest.param([FLAGGER.replace("name: web}}", "name: api}}"), deployment(), LOAD_BALANCER], "fail", id="not the target"),
        pytest.param([canary(STEPS), LOAD_BALANCER], "pass", id="a canary"),
        pytest.param([rollout("{blueGreen: {activeService: web}}"), LOAD_BALANCER], "fail", id="blue-green alone"),
        pytest.param([rollout("{canary: }"), LOAD_BALANCER], "fail", id="a strategy without a value"),
        pytest.param([canary("stableService: web"), service("type: LoadBalancer")], "pass", id="by the Service it switches"),
        pytest.param(
            [
                deployment(),
                (
                    "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r, namespace: shop}\n"
                    "spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}, strategy: {canary: {}}}\n"
                ),
                LOAD_BALANCER,
            ],
            "pass",
            id="a Rollout that borrows the template",
        ),
    ],
)
def test_where_some_are_canaries_each_service_is_asked(documents: list[str], expected: str) -> None:
    assert said("canary", *documents) == expected


def test_the_repository_names_a_service_once() -> None:
    files = {path: deployment() + "---\n" + LOAD_BALANCER for path in ("a.yaml", "b.yaml")}
    rule = next(rule for rule in builtin.rules("argo") if rule.id == "argo.canary")
    (outcome,) = verdicts(rule, Project.of(files))
    assert [finding.message for finding in outcome.failing] == ["Deployment/web answers users, and every new version goes to all of them"]


# -- steps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(canary(f"{ROUTED}, {STEPS}"), "pass", id="paused steps"),
        pytest.param(canary(ROUTED), "fail", id="no steps"),
        pytest.param(canary(f"{ROUTED}, steps: []"), "fail", id="an empty list"),
        pytest.param(canary(f"{ROUTED}, steps: [{{setWeight: 10}}, {{pause: {{duration: 1m}}}}]"), "fail", id="one weight"),
        pytest.param(canary(f"{ROUTED}, {STEPS}".replace("setWeight: 10", "setWeight: 20")), "fail", id="too large a first step"),
        pytest.param(canary(f"{ROUTED}, {STEPS}".replace("setWeight: 50", "setWeight: 10")), "fail", id="no advance"),
        pytest.param(canary(f"{ROUTED}, {STEPS}".replace("duration: 20m", "duration: 0")), "fail", id="a pause of nothing"),
        pytest.param(canary(f"{ROUTED}, steps: [{{setWeight: 10}}, {{setWeight: 50}}, {{pause: {{}}}}]"), "fail", id="no pause between"),
        pytest.param(
            canary(f"{ROUTED}, steps: [{{setWeight: 10}}, {{pause: {{}}}}, {{setWeight: 50}}, {{pause: {{}}}}]"),
            "advice",
            id="all of them manual",
        ),
        pytest.param(
            canary(f"{ROUTED}, steps: [{{setWeight: 10}}, {{pause: {{}}}}, {{setWeight: 50}}, {{pause: {{duration: 5m}}}}]"),
            "pass",
            id="the first one manual",
        ),
        pytest.param(
            canary(f"{ROUTED}, steps: [{{setWeight: 0}}, {{setWeight: 5}}, {{pause: {{duration: 5m}}}}, {{setWeight: 100}}]"),
            "pass",
            id="a weight of 0 is no step, one of 100 needs no pause",
        ),
        pytest.param(
            canary(f"{ROUTED}, steps: [{{setWeight: 10}}, {{analysis: {{templates: []}}}}, {{setWeight: 50}}, {{plugin: {{name: a}}}}]"),
            "pass",
            id="an analysis and a plugin take their time",
        ),
        pytest.param(
            canary(f"{ROUTED}, {STEPS}".replace("stableIngress: web}", "stableIngress: web}, maxTrafficWeight: 1000")),
            "pass",
            id="weights of a thousand",
        ),
        pytest.param(canary(STEPS, rest=", replicas: 3"), "fail", id="without a router one pod of three is more than 10 %"),
        pytest.param(canary(STEPS, rest=", replicas: 10"), "pass", id="without a router one pod of ten is 10 %"),
        pytest.param(canary(STEPS, rest=", replicas: '${REPLICAS}'"), "unknown", id="without a router, replicas unknown"),
        pytest.param(canary(f"{ROUTED}, {STEPS}", rest=", replicas: 3"), "pass", id="with a router three replicas do"),
        pytest.param(canary(f"{ROUTED}, steps: [{{setWeight: '${{WEIGHT}}'}}]"), "unknown", id="an unknown weight"),
        pytest.param(canary(ROUTED, namespace="staging"), "none", id="not in production"),
        pytest.param(rollout("{blueGreen: {activeService: web}}"), "none", id="no canary"),
    ],
)
def test_canary_steps(text: str, expected: str) -> None:
    assert said("canary-steps", text) == expected


def test_an_autoscaler_says_how_many_replicas_there_are() -> None:
    scaler = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: shop}\n"
        "spec: {minReplicas: 20, maxReplicas: 40, scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}}\n"
    )
    assert said("canary-steps", canary(STEPS, rest=", replicas: 3"), scaler) == "pass"
    assert said("canary-steps", canary(STEPS, rest=", replicas: 30"), scaler.replace("minReplicas: 20", "minReplicas: 2")) == "fail"


def test_the_first_step_is_an_option() -> None:
    text = canary(f"{ROUTED}, {STEPS}".replace("setWeight: 10", "setWeight: 20"))
    assert messages("canary-steps", text) == ["the first step gives 20 % of the traffic to the new version, more than 10 %"]


# -- analysis


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param([canary(STEPS)], "fail", id="steps alone"),
        pytest.param([canary(ANALYSED), template(METRIC)], "pass", id="a template in the background"),
        pytest.param([canary(f"steps: [{{{ANALYSED}}}]"), template(METRIC)], "pass", id="a template in a step"),
        pytest.param(
            [canary("steps: [{experiment: {analyses: [{name: a, templateName: errors}]}}]"), template(METRIC)],
            "pass",
            id="in an experiment",
        ),
        pytest.param([canary(ANALYSED)], "fail", id="a template that does not exist"),
        pytest.param([canary(ANALYSED), template(METRIC, namespace="other")], "fail", id="a template of another namespace"),
        pytest.param([canary(ANALYSED), template(METRIC, kind="ClusterAnalysisTemplate")], "fail", id="a cluster's one not asked for"),
        pytest.param(
            [
                canary("analysis: {templates: [{templateName: errors, clusterScope: true}]}"),
                template(METRIC, kind="ClusterAnalysisTemplate"),
            ],
            "pass",
            id="a cluster's one",
        ),
        pytest.param(
            [canary("analysis: {templates: [{templateName: errors, clusterScope: true}]}")],
            "unknown",
            id="the cluster's are kept elsewhere",
        ),
        pytest.param(
            [
                canary("analysis: {templates: [{templateName: erors, clusterScope: true}]}"),
                template(METRIC, kind="ClusterAnalysisTemplate"),
            ],
            "fail",
            id="not one of the cluster's",
        ),
        pytest.param([canary("analysis: {templates: [{templateName: '{{name}}'}]}"), template(METRIC)], "unknown", id="a placeholder"),
        pytest.param([canary(ANALYSED), template(f"{{name: a, {PROMETHEUS}}}")], "fail", id="a metric without a condition"),
        pytest.param([canary(ANALYSED), template("{name: a, successCondition: 'true'}")], "fail", id="a metric without a provider"),
        pytest.param([canary(ANALYSED), template("{name: a, provider: {job: {spec: {}}}}")], "pass", id="a job judges by itself"),
        pytest.param([canary(ANALYSED), template("")], "fail", id="a template without metrics"),
        pytest.param([canary(ANALYSED), template(METRIC, more=", dryRun: [{metricName: error-ratio}]")], "fail", id="only tried"),
        pytest.param([canary(ANALYSED), template(METRIC, more=", dryRun: [{metricName: .*}]")], "fail", id="all of them only tried"),
        pytest.param([canary(ANALYSED), template(METRIC, more=", dryRun: [{metricName: error.*}]")], "fail", id="tried by a beginning"),
        pytest.param([canary(ANALYSED), template(METRIC, more=", dryRun: [{metricName: other}]")], "pass", id="another one only tried"),
        pytest.param([canary(ANALYSED), template(METRIC, more=", dryRun: [{metricName: '(a+)+$'}]")], "unknown", id="a pattern not run"),
        pytest.param(
            [canary("analysis: {templates: [{templateName: errors}], dryRun: [{metricName: error-ratio}]}"), template(METRIC)],
            "fail",
            id="only tried by the Rollout",
        ),
        pytest.param([canary(ANALYSED), template(METRIC.replace("interval: 1m, ", ""))], "fail", id="a count without an interval"),
        pytest.param([canary(ANALYSED), template(METRIC.replace("count: 5, ", ""))], "pass", id="no end in the background"),
        pytest.param([canary(f"steps: [{{{ANALYSED}}}]"), template(METRIC.replace("count: 5, ", ""))], "fail", id="no end in a step"),
        pytest.param(
            [canary(ANALYSED), template(METRIC.replace("count: 5", "count: 5, failureLimit: 5"))], "fail", id="allowed to fail always"
        ),
        pytest.param(
            [canary(ANALYSED), template(METRIC.replace("count: 5", "count: 5, failureLimit: 4"))], "pass", id="allowed to fail often"
        ),
        pytest.param([canary(ANALYSED), template(METRIC.replace("count: 5", "failureLimit: -1"))], "fail", id="allowed to fail for ever"),
        pytest.param([canary(ANALYSED), template(METRIC.replace("count: 5", "count: '{{args.count}}'"))], "pass", id="a count by argument"),
        pytest.param(
            [canary(ANALYSED), template(METRIC.replace("error-ratio", "cpu").replace("'errors'", "container_cpu"))],
            "advice",
            id="nothing about users",
        ),
        pytest.param(
            [canary(ANALYSED), template("", more=", templates: [{templateName: inner}]"), template(METRIC, name="inner")],
            "pass",
            id="a template of templates",
        ),
        pytest.param([canary(ANALYSED), template("", more=", templates: [{templateName: errors}]")], "fail", id="a template of itself"),
        pytest.param([canary(STEPS, namespace="dev")], "none", id="not in production"),
    ],
)
def test_canary_analysis(documents: list[str], expected: str) -> None:
    assert said("canary-analysis", *documents) == expected


def test_the_template_of_the_same_file_is_taken() -> None:
    files = {
        "a/rollout.yaml": canary(ANALYSED) + "---\n" + template(METRIC),
        "b/template.yaml": template("{name: other}"),
    }
    assert judge("argo.canary-analysis", files) == "pass"


def flagger(spec: str) -> str:
    return f"apiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: {{name: web, namespace: shop}}\nspec: {{{spec}}}\n"


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param([flagger("analysis: {metrics: [{name: request-success-rate, thresholdRange: {min: 99}}]}")], "pass", id="a metric"),
        pytest.param([flagger("canaryAnalysis: {metrics: [{name: request-success-rate, threshold: 99}]}")], "pass", id="as it was called"),
        pytest.param([flagger("analysis: {metrics: []}")], "fail", id="no metrics"),
        pytest.param([flagger("service: {port: 80}")], "fail", id="no analysis"),
        pytest.param([flagger("analysis: {metrics: [{name: request-success-rate}]}")], "fail", id="no threshold"),
        pytest.param(
            [flagger("skipAnalysis: true, analysis: {metrics: [{name: a, thresholdRange: {min: 99}}]}")],
            "fail",
            id="an analysis that is skipped",
        ),
        pytest.param(
            [flagger("analysis: {metrics: [{name: a, templateRef: {name: a}, thresholdRange: {max: 1}}]}")],
            "fail",
            id="a dangling template",
        ),
        pytest.param(
            [flagger("analysis: {metrics: [{name: a, templateRef: {name: a, namespace: flagger}, thresholdRange: {max: 1}}]}")],
            "unknown",
            id="templates that are kept elsewhere",
        ),
        pytest.param(
            [
                flagger("analysis: {metrics: [{name: a, templateRef: {name: a}, thresholdRange: {max: 1}}]}"),
                "apiVersion: flagger.app/v1beta1\nkind: MetricTemplate\nmetadata: {name: a}\nspec: {}\n",
            ],
            "pass",
            id="a template",
        ),
    ],
)
def test_flagger_analysis(documents: list[str], expected: str) -> None:
    assert said("canary-analysis", *documents) == expected


# -- routers


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param([canary(ROUTED)], "pass", id="all that nginx needs"),
        pytest.param([canary(STEPS)], "fail", id="no router"),
        pytest.param([canary("trafficRouting: {nginx: {}}")], "fail", id="nginx and nothing else"),
        pytest.param([canary(ROUTED.replace("stableService: web, ", ""))], "fail", id="no stable Service"),
        pytest.param([canary(ROUTED.replace("web-canary", "web"))], "fail", id="one Service twice"),
        pytest.param([canary(ROUTED.replace("stableIngress: web", "stableIngresses: [web]"))], "pass", id="several Ingresses"),
        pytest.param(
            [canary("trafficRouting: {istio: {virtualService: {name: a}, destinationRule: {name: a}}}")],
            "pass",
            id="Istio by subsets needs no Services",
        ),
        pytest.param([canary("trafficRouting: {istio: {virtualService: {name: a}}}")], "fail", id="Istio by hosts needs them"),
        pytest.param(
            [canary("pingPong: {pingService: a, pongService: b}, trafficRouting: {alb: {ingress: a}}")], "pass", id="ping and pong instead"
        ),
        pytest.param(
            [canary("stableService: a, canaryService: b, trafficRouting: {plugins: {argoproj-labs/gatewayAPI: {}}}")], "pass", id="a plugin"
        ),
        pytest.param([canary("trafficRouting: {plugins: {hashicorp/consul: {}}}")], "pass", id="Consul needs none"),
        pytest.param([canary(ROUTED), service(), service(name="web-canary")], "pass", id="the Services exist"),
        pytest.param([canary(ROUTED), service()], "fail", id="a Service that does not exist"),
        pytest.param([rollout("{blueGreen: {activeService: web}}")], "none", id="no canary"),
    ],
)
def test_canary_traffic_routing(documents: list[str], expected: str) -> None:
    assert said("canary-traffic-routing", *documents) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(canary(f"{ROUTED}, abortScaleDownDelaySeconds: 0"), "fail", id="never"),
        pytest.param(canary(f"{ROUTED}, abortScaleDownDelaySeconds: 30"), "pass", id="after a while"),
        pytest.param(canary(ROUTED), "pass", id="by default"),
        pytest.param(canary("abortScaleDownDelaySeconds: 0"), "none", id="without a router it means nothing"),
        pytest.param(rollout("{blueGreen: {activeService: web, abortScaleDownDelaySeconds: 0}}"), "fail", id="blue-green"),
    ],
)
def test_abort_scale_down(text: str, expected: str) -> None:
    assert said("abort-scale-down", text) == expected


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        pytest.param("", "fail", id="only a message"),
        pytest.param(", progressDeadlineAbort: false", "fail", id="switched off"),
        pytest.param(", progressDeadlineAbort: true", "pass", id="after the default time"),
        pytest.param(", progressDeadlineAbort: true, progressDeadlineSeconds: 7200", "fail", id="too late"),
    ],
)
def test_progress_deadline(rest: str, expected: str) -> None:
    assert said("progress-deadline", canary(STEPS, rest=rest)) == expected
    assert said("progress-deadline", canary(STEPS, rest=rest, namespace="dev")) == "none"


# -- all of them alike


SECONDS = STEPS.replace("10m", "600s")


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param([canary(STEPS)], "none", id="one alone"),
        pytest.param([canary(STEPS), canary(SECONDS, name="b")], "pass", id="the same in other words"),
        pytest.param([canary(STEPS), canary("steps: [{setWeight: 5}]", name="b")], "fail", id="two different ones"),
        pytest.param(
            [canary(STEPS), canary("steps: [{setWeight: 5}]", name="b", namespace="dev")], "none", id="one of another environment"
        ),
        pytest.param(
            [canary(f"steps: [{{{ANALYSED}}}]"), canary(f"steps: [{{{ANALYSED.replace('errors', 'b-errors')}}}]", name="b")],
            "pass",
            id="what is measured is each one's own",
        ),
        pytest.param(
            [canary(STEPS), canary("steps: [{setWeight: '${W}'}]", name="b"), canary(STEPS, name="c")], "unknown", id="an unknown step"
        ),
    ],
)
def test_uniform_rollout(documents: list[str], expected: str) -> None:
    assert said("uniform-rollout", *documents) == expected


def test_only_the_one_that_differs_fails() -> None:
    documents = [canary("steps: [{setWeight: 5}]", name="a"), canary(STEPS, name="b"), canary(STEPS, name="c")]
    assert messages("uniform-rollout", *documents) == ["steps of its own: 2 are rolled out like Rollout/b"]


# -- blue and green


SCRIPT = {"scripts/blue_green.sh": "kubectl patch service web\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, "none", id="nothing of the kind"),
        pytest.param(SCRIPT, "fail", id="a script that nobody calls"),
        pytest.param(
            SCRIPT | {".github/workflows/d.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: ./scripts/blue_green.sh}]}}\n"},
            "pass",
            id="a script that a workflow calls",
        ),
        pytest.param(SCRIPT | {".gitlab-ci.yml": "deploy: {script: [./scripts/blue_green.sh]}\n"}, "pass", id="a script of GitLab"),
        pytest.param(SCRIPT | {"main.tf": 'x = "BLUE_GREEN"\n'}, "pass", id="CodeDeploy"),
        pytest.param(
            SCRIPT | {"r.yaml": rollout("{blueGreen: {activeService: web, prePromotionAnalysis: {templates: []}}}")}, "pass", id="a Rollout"
        ),
        pytest.param({"r.yaml": rollout("{blueGreen: {activeService: web}}")}, "advice", id="a Rollout without an analysis"),
        pytest.param({"r.yaml": rollout("{blueGreen: {previewService: web}}")}, "fail", id="a Rollout without a Service"),
        pytest.param(
            SCRIPT | {"c.yaml": flagger("targetRef: {kind: Deployment, name: web}, analysis: {iterations: 10}")}, "pass", id="Flagger"
        ),
        pytest.param({"docs/blue-green.md": "# how\n", "c.yaml": CONFIG}, "none", id="a document"),
    ],
)
def test_bluegreen_automated(files: dict[str, str], expected: str) -> None:
    assert judge("argo.bluegreen-automated", {"web.yaml": CONFIG, **files}) == expected


WEIRD = [None, 7, True, "x", "{{ .x }}", [], {}, [None], {"a": 1}]


@pytest.mark.parametrize("weird", WEIRD, ids=repr)
def test_no_rule_crashes_whatever_stands_in_the_place_of_a_value(weird: object) -> None:
    documents = [example for rule in builtin.rules("argo") for example in rule.examples[-1:]]
    for example in documents:
        for path, text in example.files.items():
            bodies = [document.data for document in Project.of({path: text}).documents(path)] if path.endswith(".yaml") else []
            for keys in {keys for body in bodies for keys in places(body) if "template" not in keys}:
                given = Project.of({path: "\n---\n".join(json.dumps(replaced(body, keys, weird)) for body in bodies)})
                for rule in builtin.rules("argo"):
                    assert all(outcome.crash is None for outcome in verdicts(rule, given)), (rule.id, keys)


def places(node: object, *keys: str | int) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*keys, key)
        yield from places(value, *keys, key)


def replaced(node: object, keys: tuple[str | int, ...], value: object) -> object:
    """A copy with another value under the keys, where there is something."""
    if not keys:
        return value
    if isinstance(node, dict) and keys[0] in node:
        return {key: replaced(inner, keys[1:], value) if key == keys[0] else inner for key, inner in node.items()}
    if isinstance(node, list) and isinstance(keys[0], int) and keys[0] < len(node):
        return [replaced(inner, keys[1:], value) if index == keys[0] else inner for index, inner in enumerate(node)]
    return node
