"""Which Kubernetes objects belong together, and which worlds do not see each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st
from judging import judge

from pytest_readiness import Format
from pytest_readiness import ParseFailure
from pytest_readiness import Project
from pytest_readiness import Resource
from pytest_readiness import Unknown
from pytest_readiness import Unresolved
from pytest_readiness import builtin
from pytest_readiness import is_unknown
from pytest_readiness.configuration import Configuration
from pytest_readiness.formats.kubernetes import relations
from pytest_readiness.formats.kubernetes.configs import config_used_by
from pytest_readiness.formats.kubernetes.configs import makers_of
from pytest_readiness.formats.kubernetes.format import Site
from pytest_readiness.formats.kubernetes.format import judged
from pytest_readiness.formats.kubernetes.objects import Object
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import Workload
from pytest_readiness.formats.kubernetes.rbac import bindings_of
from pytest_readiness.formats.kubernetes.selectors import Labelled
from pytest_readiness.formats.kubernetes.selectors import Selecting
from pytest_readiness.formats.kubernetes.selectors import Selector
from pytest_readiness.formats.kubernetes.selectors import equalities
from pytest_readiness.formats.kubernetes.selectors import label_selector
from pytest_readiness.formats.kubernetes.world import world_of
from pytest_readiness.syntax import yaml
from pytest_readiness.testing import verdicts

RULES = {rule.id: rule for rule in builtin.rules("k8s")}


def thing(kind: str, body: str, name: str = "web", group: str = "v1", metadata: str = "") -> str:
    return f"---\napiVersion: {group}\nkind: {kind}\nmetadata: {{name: {name}{', ' if metadata else ''}{metadata}}}\n{body}\n"


def deployment(labels: str = "app: web", *, name: str = "web", kind: str = "Deployment", group: str = "apps/v1", **rest: str) -> str:
    metadata, spec, pod = (rest.get(key, "") for key in ("metadata", "spec", "pod"))
    containers = rest.get("containers", "[{name: app, image: 'app:1'}]")
    body = f"spec: {{{spec}{', ' if spec else ''}template: {{metadata: {{labels: {{{labels}}}}}, spec: {{{pod}{', ' if pod else ''}containers: {containers}}}}}}}"
    return thing(kind, body, name, group, metadata)


def service(selector: str = "{app: web}", *, name: str = "web", metadata: str = "", ports: str = "[{name: http, port: 80}]") -> str:
    return thing("Service", f"spec: {{selector: {selector}, ports: {ports}}}", name, "v1", metadata)


def policy(selector: str, *, name: str = "web", metadata: str = "", rest: str = "") -> str:
    return thing("NetworkPolicy", f"spec: {{podSelector: {selector}{rest}}}", name, "networking.k8s.io/v1", metadata)


def budget(spec: str = "maxUnavailable: 1", selector: str = "{matchLabels: {app: web}}", **rest: str) -> str:
    body = f"spec: {{{spec}, selector: {selector}}}" if selector else f"spec: {{{spec}}}"
    return thing("PodDisruptionBudget", body, rest.get("name", "web"), rest.get("group", "policy/v1"), rest.get("metadata", ""))


def hpa(spec: str = "minReplicas: 3, maxReplicas: 9", *, kind: str = "Deployment", group: str = "apps/v1", **rest: str) -> str:
    target = f"scaleTargetRef: {{apiVersion: {group}, kind: {kind}, name: {rest.get('target', 'web')}}}"
    return thing("HorizontalPodAutoscaler", f"spec: {{{spec}, {target}}}", "web", "autoscaling/v2", rest.get("metadata", ""))


def of(text: str, path: str = "m.yaml") -> Project:
    return Project.of({path: text})


def first(project: Project, kind: str, name: str = "") -> Any:
    return next(resource for resource in project.resources(kind) if name in resource.name)


def named(found: Iterable[Resource]) -> list[str]:
    return sorted(resource.name for resource in found)


def messages(rule_id: str, project: Project) -> str:
    return "; ".join(finding.message for outcome in verdicts(RULES[rule_id], project) for finding in (*outcome.failing, *outcome.advice))


def unknowns(rule_id: str, project: Project) -> str:
    return "; ".join(outcome.unknown or "" for outcome in verdicts(RULES[rule_id], project))


# -- selectors


UNKNOWN = Unknown("not known yet")


@pytest.mark.parametrize(
    ("selector", "labels", "picked"),
    [
        pytest.param({}, {}, True, id="an empty selector picks what has no labels"),
        pytest.param({}, {"a": "1"}, True, id="an empty selector picks everything"),
        pytest.param({"matchLabels": {"a": "1"}}, {"a": "1", "b": "2"}, True, id="further labels do not matter"),
        pytest.param({"matchLabels": {"a": "1", "b": "2"}}, {"a": "1"}, False, id="all labels must be there"),
        pytest.param({"matchLabels": {"a": "1"}}, {"a": "2"}, False, id="with the same value"),
        pytest.param({"matchLabels": {"a": "1"}}, None, False, id="no labels at all"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, {"a": "2"}, True, id="In"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1"]}]}, {}, False, id="In needs the label"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, {"a": "1"}, False, id="NotIn"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, {}, True, id="NotIn without the label"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"a": ""}, True, id="Exists"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {}, False, id="Exists without the label"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {}, True, id="DoesNotExist"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {"a": "1"}, False, id="DoesNotExist with the label"),
        pytest.param(
            {"matchLabels": {"b": "1"}, "matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"a": "1"}, False, id="both kinds count"
        ),
        pytest.param({"matchLabels": {"a": "1"}}, {"a": UNKNOWN}, None, id="a label of an unknown value"),
        pytest.param({"matchLabels": {"a": UNKNOWN}}, {"a": "1"}, None, id="an unknown value asked for"),
        pytest.param({"matchLabels": {"a": UNKNOWN}}, {"b": "1"}, False, id="of a label that is not there"),
        pytest.param({"matchLabels": {"a": UNKNOWN, "b": "1"}}, {"a": "1", "b": "2"}, False, id="another label decides"),
        pytest.param({"matchLabels": {"a": "1"}}, UNKNOWN, None, id="unknown labels"),
        pytest.param({}, UNKNOWN, True, id="an empty selector picks unknown labels"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"a": UNKNOWN}, True, id="Exists, whatever the value is"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", UNKNOWN]}]}, {"a": "1"}, True, id="one is known"),
    ],
)
def test_a_selector_picks_as_kubernetes_does(selector: Any, labels: Any, picked: bool | None) -> None:
    found = label_selector(selector)
    assert isinstance(found, Selector)
    answer = found.picks(labels)
    assert (None if is_unknown(answer) else answer) == picked


@pytest.mark.parametrize(
    "node",
    [
        pytest.param("app=web", id="a text"),
        pytest.param({"matchLabels": ["app"]}, id="labels that are a list"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "Equals", "values": ["1"]}]}, id="an operator there is not"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "In"}]}, id="In without values"),
        pytest.param({"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["1"]}]}, id="Exists with values"),
        pytest.param({"matchExpressions": ["a"]}, id="an expression that is a text"),
        pytest.param({"matchExpressions": [UNKNOWN]}, id="an unknown expression"),
        pytest.param({"matchExpressions": UNKNOWN}, id="unknown expressions"),
        pytest.param({"matchExpressions": [{"key": UNKNOWN, "operator": "Exists"}]}, id="an unknown key"),
        pytest.param(UNKNOWN, id="an unknown selector"),
    ],
)
def test_what_a_wrong_or_unknown_selector_picks_is_unknown(node: Any) -> None:
    assert is_unknown(label_selector(node))


def test_no_selector_is_not_an_empty_one() -> None:
    assert label_selector(None) is None
    assert equalities(None) is None


def test_a_selector_in_words() -> None:
    terms = [{"key": "tier", "operator": "NotIn", "values": ["a", "b"]}, {"key": "x", "operator": "Exists"}]
    assert str(label_selector({"matchLabels": {"app": "web"}, "matchExpressions": terms})) == "app=web, tier not in (a, b), x exists"
    assert str(Selector()) == "everything"


def with_unknown(values: list[Any]) -> st.SearchStrategy[Any]:
    """One of the values, or an unknown one, which hypothesis cannot hold itself."""
    return st.sampled_from([*values, "?"]).map(lambda value: UNKNOWN if value == "?" else value)


VALUES = with_unknown(["1", "2", 3])
KEYS = st.sampled_from(["a", "b", "c"])
NAMESPACES = with_unknown([None, "", "n", "m"])
LABELS = st.one_of(st.dictionaries(KEYS, VALUES), with_unknown([None]))
TERMS = st.one_of(
    st.builds(
        lambda key, operator, values: {"key": key, "operator": operator, "values": values},
        KEYS,
        st.sampled_from(["In", "NotIn"]),
        st.lists(VALUES, min_size=1, max_size=3),
    ),
    st.builds(lambda key, operator: {"key": key, "operator": operator}, KEYS, st.sampled_from(["Exists", "DoesNotExist", "Wrong"])),
)
SELECTORS = st.one_of(
    st.fixed_dictionaries({"matchLabels": st.dictionaries(KEYS, VALUES), "matchExpressions": st.lists(TERMS, max_size=2)}), with_unknown([])
).map(label_selector)


def consumed(found: Iterator[int]) -> tuple[list[int], bool]:
    """What an index yields, and whether it says that there may be more."""
    listed = []
    try:
        for number in found:
            listed.append(number)  # noqa: PERF402 - what came before the doubt counts
    except Unresolved:
        return sorted(set(listed)), True
    return sorted(set(listed)), False


def meets(one: Any, other: Any) -> bool:
    """Whether two namespaces may be the same: equal, or one is not written or not known."""
    plain = [name for name in (one, other) if isinstance(name, str) and name]
    return len(plain) < 2 or plain[0] == plain[1]


def naive(answers: Iterable[Any]) -> tuple[list[int], bool]:
    listed = list(answers)
    return [n for n, answer in enumerate(listed) if answer is True], any(map(is_unknown, listed))


def answer(selector: Any, labels: Any, one: Any, other: Any) -> Any:
    return False if not meets(one, other) else selector if is_unknown(selector) else selector.picks(labels)


@given(st.lists(st.tuples(NAMESPACES, SELECTORS), max_size=12), NAMESPACES, LABELS)
def test_the_index_of_selectors_says_what_trying_all_of_them_says(kept: list[tuple[Any, Any]], namespace: Any, labels: Any) -> None:
    index = Selecting(tuple((place, selector, n) for n, (place, selector) in enumerate(kept)))
    assert consumed(index.picking(namespace, labels)) == naive(answer(selector, labels, place, namespace) for place, selector in kept)


@given(st.lists(st.tuples(NAMESPACES, LABELS), max_size=12), NAMESPACES, SELECTORS)
def test_the_index_of_labels_says_what_trying_all_of_them_says(kept: list[tuple[Any, Any]], namespace: Any, selector: Any) -> None:
    index = Labelled(tuple((place, labels, n) for n, (place, labels) in enumerate(kept)))
    assert consumed(index.picked(namespace, selector)) == naive(answer(selector, labels, place, namespace) for place, labels in kept)


# -- relations


def test_services_of_a_pod_select_its_template_s_labels_in_its_namespace() -> None:
    project = of(
        deployment("app: web, tier: front", metadata="namespace: shop, labels: {only: here}")
        + service(name="plain")
        + service("{app: web, tier: front}", name="both", metadata="namespace: shop")
        + service("{app: web, tier: back}", name="other-tier")
        + service("{only: here}", name="labels-of-the-deployment")
        + service(name="elsewhere", metadata="namespace: blog")
        + service("{}", name="empty")
        + thing("Service", "spec: {ports: [{port: 80}]}", "manual-endpoints")
    )
    assert named(relations.services_of(first(project, "k8s.pod"), project)) == ["Service/both", "Service/plain"]


def test_pods_of_a_service_are_those_of_every_kind_of_workload() -> None:
    kinds = (
        ("Deployment", "apps/v1"),
        ("StatefulSet", "apps/v1"),
        ("DaemonSet", "apps/v1"),
        ("Job", "batch/v1"),
        ("Rollout", "argoproj.io/v1alpha1"),
    )
    cron = thing(
        "CronJob",
        "spec: {jobTemplate: {spec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}}}",
        "nightly",
        "batch/v1",
    )
    bare = thing("Pod", "spec: {containers: []}", "bare", metadata="labels: {app: web}")
    template = thing("PodTemplate", "template: {metadata: {labels: {app: web}}, spec: {containers: []}}", "runs-nothing")
    project = of(service() + "".join(deployment(kind=kind, group=group) for kind, group in kinds) + cron + bare + template)
    found = named(relations.pods_of(first(project, "k8s.service"), project))
    assert found == ["CronJob/nightly", "DaemonSet/web", "Deployment/web", "Job/web", "Pod/bare", "Rollout/web", "StatefulSet/web"]


def test_network_policies_of_a_pod() -> None:
    project = of(
        deployment()
        + policy("{}", name="all")
        + policy("{matchExpressions: [{key: app, operator: In, values: [web, api]}]}", name="in")
        + policy("{matchExpressions: [{key: app, operator: DoesNotExist}]}", name="not")
        + thing("NetworkPolicy", "spec: {policyTypes: [Ingress]}", "absent-selector", "networking.k8s.io/v1")
        + thing("NetworkPolicy", "spec:", "no-spec", "networking.k8s.io/v1")
        + policy("{}", name="elsewhere", metadata="namespace: blog")
    )
    found = named(relations.network_policies_of(first(project, "k8s.pod"), project))
    assert found == ["NetworkPolicy/absent-selector", "NetworkPolicy/all", "NetworkPolicy/elsewhere", "NetworkPolicy/in"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(deployment(), "fail", id="none at all"),
        pytest.param(deployment() + policy("{matchLabels: {app: web}}"), "pass", id="its labels"),
        pytest.param(deployment(metadata="namespace: a") + policy("{}", metadata="namespace: b"), "fail", id="another namespace"),
        pytest.param(deployment(metadata="namespace: a") + policy("{}"), "pass", id="a namespace that is not written"),
        pytest.param(deployment("app: '{{ .name }}'") + policy("{matchLabels: {app: web}}"), "unknown", id="a label that is filled in"),
        pytest.param(deployment("app: '{{ .name }}'") + policy("{matchLabels: {tier: front}}"), "fail", id="another label than that"),
        pytest.param(deployment("app: '{{ .name }}'") + policy("{}"), "pass", id="whatever its labels are"),
        pytest.param(deployment() + thing("CiliumNetworkPolicy", "spec: {}", group="cilium.io/v2"), "unknown", id="a policy of Cilium"),
        pytest.param(
            deployment() + thing("GlobalNetworkPolicy", "spec: {}", group="crd.projectcalico.org/v1"), "unknown", id="a policy of Calico"
        ),
        pytest.param(
            deployment(metadata="namespace: a") + thing("CiliumNetworkPolicy", "spec: {}", group="cilium.io/v2", metadata="namespace: b"),
            "fail",
            id="a policy of Cilium for another namespace",
        ),
        pytest.param(
            deployment() + thing("CiliumNetworkPolicy", "spec: {}", group="cilium.io/v2") + policy("{}"),
            "pass",
            id="beside one that is read",
        ),
        pytest.param(deployment(pod="hostNetwork: true"), "none", id="on the network of its node"),
        pytest.param(deployment(pod="os: {name: windows}"), "none", id="on Windows"),
    ],
)
def test_network_policy_per_workload(text: str, expected: str) -> None:
    assert judge("k8s.network-policy-per-workload", of(text)) == expected


NAMESPACE = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
IN_SHOP = deployment(metadata="namespace: shop")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(NAMESPACE, "none", id="a namespace without workloads"),
        pytest.param(NAMESPACE + IN_SHOP, "fail", id="no policy"),
        pytest.param(NAMESPACE + IN_SHOP + policy("{}", metadata="namespace: shop", rest=", policyTypes: [Ingress]"), "pass", id="closed"),
        pytest.param(NAMESPACE + IN_SHOP + policy("{}", metadata="namespace: shop"), "pass", id="without policyTypes it is about ingress"),
        pytest.param(NAMESPACE + IN_SHOP + policy("{}", rest=", policyTypes: [Egress]"), "fail", id="only egress"),
        pytest.param(NAMESPACE + IN_SHOP + policy("{}", rest=", ingress: [{}]"), "fail", id="a rule that allows everything"),
        pytest.param(NAMESPACE + IN_SHOP + policy("{}", rest=", ingress: []"), "pass", id="no rules in the list"),
        pytest.param(NAMESPACE + IN_SHOP + policy("{matchLabels: {app: web}}", rest=", ingress: []"), "fail", id="only for some pods"),
        pytest.param(NAMESPACE + IN_SHOP + policy("{}", metadata="namespace: blog"), "fail", id="of another namespace"),
        pytest.param(
            NAMESPACE + IN_SHOP + policy("{}", name="a", rest=", ingress: [{}]") + policy("{}", name="b"), "pass", id="one of two closes it"
        ),
        pytest.param(
            NAMESPACE.replace("shop", "kube-system") + deployment(metadata="namespace: kube-system"), "none", id="a system namespace"
        ),
        pytest.param(
            NAMESPACE + IN_SHOP + thing("CiliumClusterwideNetworkPolicy", "spec: {}", group="cilium.io/v2"), "unknown", id="Cilium for all"
        ),
    ],
)
def test_default_deny(text: str, expected: str) -> None:
    assert judge("k8s.default-deny", of(text)) == expected


THREE = deployment(spec="replicas: 3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(THREE, "fail", id="no budget"),
        pytest.param(THREE + budget(), "pass", id="one budget"),
        pytest.param(THREE + budget(selector="{}"), "pass", id="an empty selector of v1 selects all"),
        pytest.param(THREE + budget(selector="{}", group="policy/v1beta1"), "fail", id="an empty selector of v1beta1 selects none"),
        pytest.param(THREE + budget(selector=""), "fail", id="no selector selects none"),
        pytest.param(THREE + budget() + budget(name="second"), "fail", id="two budgets for one pod"),
        pytest.param(deployment(), "none", id="one replica"),
        pytest.param(deployment() + hpa(), "fail", id="one that is scaled"),
        pytest.param(deployment(kind="DaemonSet", spec="replicas: 3"), "none", id="a DaemonSet"),
        pytest.param(deployment(spec="replicas: 3", metadata="namespace: shop-dev"), "none", id="not production"),
        pytest.param(deployment(spec="replicas: '${N}'") + budget(), "unknown", id="replicas that are filled in"),
    ],
)
def test_pdb(text: str, expected: str) -> None:
    assert judge("k8s.pdb", of(text)) == expected


def test_a_copy_of_a_budget_for_another_environment_is_no_second_one() -> None:
    assert judge("k8s.pdb", Project.of({"a/m.yaml": THREE + budget(), "b/m.yaml": THREE + budget()})) == "pass"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(budget("maxUnavailable: 1"), "pass", id="one may go"),
        pytest.param(budget("maxUnavailable: 0"), "fail", id="none may go"),
        pytest.param(budget("maxUnavailable: 0%"), "fail", id="no percent may go"),
        pytest.param(budget("maxUnavailable: 1%"), "pass", id="a percentage rounds up"),
        pytest.param(budget("minAvailable: 100%"), "fail", id="all must stay"),
        pytest.param(budget("minAvailable: 3") + THREE, "fail", id="three of three must stay"),
        pytest.param(budget("minAvailable: 2") + THREE, "pass", id="two of three must stay"),
        pytest.param(budget("minAvailable: 70%") + THREE, "fail", id="70 percent of three, rounded up"),
        pytest.param(budget("minAvailable: 1") + deployment(), "fail", id="one of the one that no replicas mean"),
        pytest.param(budget("minAvailable: 3") + deployment(spec="replicas: 9") + hpa(), "fail", id="the autoscaler goes down to three"),
        pytest.param(
            budget("minAvailable: 3") + deployment(spec="replicas: 2") + hpa("minReplicas: 5, maxReplicas: 9"), "pass", id="or to five"
        ),
        pytest.param(budget("minAvailable: 5"), "pass", id="nobody says of how many"),
        pytest.param(budget("minAvailable: 5") + deployment(kind="DaemonSet"), "pass", id="of as many as there are nodes"),
        pytest.param(
            budget("minAvailable: 3") + THREE + deployment(name="b", spec="replicas: 2"), "pass", id="three of five in two workloads"
        ),
        pytest.param(budget("minAvailable: 1") + deployment(spec="replicas: '${N}'"), "unknown", id="replicas that are filled in"),
        pytest.param(budget("minAvailable: '${N}'") + THREE, "unknown", id="a number that is filled in"),
        pytest.param(budget("minAvailable: 0") + deployment(), "pass", id="none must stay"),
    ],
)
def test_pdb_allows_eviction(text: str, expected: str) -> None:
    assert judge("k8s.pdb-allows-eviction", of(text)) == expected


def test_a_budget_counts_the_replicas_of_its_own_environment() -> None:
    small, large = deployment(spec="replicas: 1"), deployment(spec="replicas: 3")
    project = Project.of({"apps/one/m.yaml": small, "apps/two/m.yaml": large + budget("minAvailable: 1")})
    assert judge("k8s.pdb-allows-eviction", project) == "pass"


ROLLOUT = thing(
    "Rollout",
    "spec: {replicas: 3, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}",
    "canary",
    "argoproj.io/v1alpha1",
)


def test_a_rollout_runs_the_pods_of_the_deployment_it_refers_to() -> None:
    project = of(deployment(spec="replicas: 0") + ROLLOUT + service() + budget())
    rollout, web = first(project, "k8s.workload", "canary"), first(project, "k8s.workload", "Deployment")
    assert relations.rollout_of(web, project) is not None
    assert relations.runner_of(web, project).name == "Rollout/canary"
    assert named(relations.pods_run_by(rollout, project)) == ["Deployment/web"]
    assert relations.lowest_replicas(rollout, project) == 3
    assert judge("k8s.pdb", project) == "pass"
    assert judge("k8s.service-has-pods", project) == "pass"


def test_who_scales_the_deployment_of_a_rollout_scales_nothing() -> None:
    assert judge("k8s.hpa", of(deployment() + ROLLOUT + hpa())) == "fail"
    scaled = hpa(kind="Rollout", group="argoproj.io/v1alpha1", target="canary")
    assert judge("k8s.hpa", of(deployment() + ROLLOUT + scaled)) == "pass"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(deployment(), "fail", id="no autoscaler"),
        pytest.param(deployment() + hpa(), "pass", id="an autoscaler"),
        pytest.param(deployment() + hpa(target="api"), "fail", id="of another workload"),
        pytest.param(deployment() + hpa(kind="StatefulSet"), "fail", id="of another kind"),
        pytest.param(deployment(metadata="namespace: a") + hpa(metadata="namespace: b"), "fail", id="of another namespace"),
        pytest.param(deployment() + hpa(target="'${NAME}'"), "unknown", id="of a name that is filled in"),
        pytest.param(deployment(name="'${NAME}'") + hpa(), "unknown", id="for a name that is filled in"),
        pytest.param(
            deployment() + thing("ScaledObject", "spec: {scaleTargetRef: {name: web}}", group="keda.sh/v1alpha1"), "pass", id="KEDA"
        ),
        pytest.param(
            deployment(kind="StatefulSet") + thing("ScaledObject", "spec: {scaleTargetRef: {name: web}}", group="keda.sh/v1alpha1"),
            "fail",
            id="KEDA means a Deployment where it names no kind",
        ),
        pytest.param(deployment(kind="DaemonSet"), "none", id="a DaemonSet"),
        pytest.param(deployment(kind="Job", group="batch/v1"), "none", id="a Job"),
        pytest.param(deployment(kind="StatefulSet", spec="volumeClaimTemplates: [{metadata: {name: a}}]"), "none", id="what keeps data"),
        pytest.param(deployment(containers="[{name: db, image: 'postgres:16'}]"), "none", id="a database"),
        pytest.param(deployment(metadata="annotations: {readiness/fixed-replicas: one leader}"), "none", id="what says so"),
        pytest.param(deployment(spec="replicas: 0"), "none", id="what is switched off"),
        pytest.param(deployment(metadata="namespace: staging"), "none", id="not production"),
    ],
)
def test_hpa(text: str, expected: str) -> None:
    assert judge("k8s.hpa", of(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(deployment() + hpa(), "pass", id="it is there"),
        pytest.param(deployment() + hpa(target="api"), "fail", id="it is not"),
        pytest.param(deployment() + hpa(kind="StatefulSet"), "fail", id="it is of another kind"),
        pytest.param(hpa(), "none", id="no workload stands here"),
        pytest.param(deployment() + hpa(target="'${NAME}'"), "unknown", id="a name that is filled in"),
        pytest.param(deployment() + hpa(kind="Kafka", group="kafka.strimzi.io/v1", target="events"), "none", id="a custom resource"),
        pytest.param(
            deployment(metadata="namespace: a") + hpa(target="x", metadata="namespace: b"), "none", id="its namespace has no workload here"
        ),
        pytest.param(
            deployment() + hpa(target="api") + thing("HelmRelease", "spec: {}", "api", "helm.toolkit.fluxcd.io/v2"),
            "unknown",
            id="a release may bring it",
        ),
    ],
)
def test_hpa_target_exists(text: str, expected: str) -> None:
    assert judge("k8s.hpa-target-exists", of(text)) == expected


def test_the_wrong_kind_is_said() -> None:
    rollout = deployment(kind="Rollout", group="argoproj.io/v1alpha1")
    assert messages("k8s.hpa-target-exists", of(rollout + hpa())) == "scales Deployment/web of apps/v1, but web is argoproj.io/Rollout"


CPU = "[{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]"
WITH_CPU = "{name: app, image: 'app:1', resources: {requests: {cpu: 100m}}}"


@pytest.mark.parametrize(
    ("metrics", "containers", "rest", "expected"),
    [
        pytest.param(CPU, f"[{WITH_CPU}]", "", "pass", id="requested"),
        pytest.param(CPU, "[{name: app, image: 'app:1', resources: {limits: {cpu: 1}}}]", "", "pass", id="a limit is a request"),
        pytest.param(CPU, f"[{WITH_CPU}, {{name: proxy, image: 'p:1'}}]", "", "fail", id="a second container without"),
        pytest.param("[]", "[{name: app, image: 'app:1'}]", "", "fail", id="no metrics mean CPU"),
        pytest.param(
            CPU.replace("Utilization, averageUtilization: 70", "AverageValue, averageValue: 1"),
            "[{name: app, image: 'a:1'}]",
            "",
            "none",
            id="an absolute target",
        ),
        pytest.param(
            "[{type: ContainerResource, containerResource: {name: cpu, container: app, target: {averageUtilization: 70}}}]",
            f"[{WITH_CPU}, {{name: proxy, image: 'p:1'}}]",
            "",
            "pass",
            id="of one container only",
        ),
        pytest.param(
            CPU,
            "[{name: app, image: 'app:1'}]",
            thing("LimitRange", "spec: {limits: [{type: Container, defaultRequest: {cpu: 100m}}]}"),
            "pass",
            id="a LimitRange supplies it",
        ),
    ],
)
def test_hpa_needs_requests(metrics: str, containers: str, rest: str, expected: str) -> None:
    project = of(deployment(containers=containers) + hpa(f"maxReplicas: 9, metrics: {metrics}") + rest)
    assert judge("k8s.hpa-needs-requests", project) == expected


def test_sidecars_need_requests_and_init_containers_do_not() -> None:
    def pod(init: str) -> Project:
        return of(deployment(pod=f"initContainers: [{init}]", containers=f"[{WITH_CPU}]") + hpa(f"maxReplicas: 9, metrics: {CPU}"))

    assert judge("k8s.hpa-needs-requests", pod("{name: init, image: 'i:1'}")) == "pass"
    assert judge("k8s.hpa-needs-requests", pod("{name: side, image: 'i:1', restartPolicy: Always}")) == "fail"


def vpa(spec: str) -> str:
    target = "targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}"
    return thing("VerticalPodAutoscaler", f"spec: {{{target}{', ' if spec else ''}{spec}}}", group="autoscaling.k8s.io/v1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(vpa("") + hpa(f"metrics: {CPU}"), "fail", id="without a mode it acts"),
        pytest.param(vpa("updatePolicy: {updateMode: InPlaceOrRecreate}") + hpa(f"metrics: {CPU}"), "fail", id="in place"),
        pytest.param(vpa("updatePolicy: {updateMode: 'Off'}") + hpa(f"metrics: {CPU}"), "pass", id="it only recommends"),
        pytest.param(vpa("updatePolicy: {updateMode: Initial}") + hpa(f"metrics: {CPU}"), "pass", id="only at the start"),
        pytest.param(vpa("") + hpa("metrics: [{type: Pods, pods: {metric: {name: rps}}}]"), "pass", id="scaled on requests per second"),
        pytest.param(
            vpa("resourcePolicy: {containerPolicies: [{containerName: '*', controlledResources: [memory]}]}") + hpa(f"metrics: {CPU}"),
            "pass",
            id="one has memory, the other CPU",
        ),
        pytest.param(
            vpa("") + thing("ScaledObject", "spec: {scaleTargetRef: {name: web}, triggers: [{type: cpu}]}", group="keda.sh/v1alpha1"),
            "fail",
            id="KEDA on CPU",
        ),
        pytest.param(vpa(""), "none", id="no other autoscaler"),
    ],
)
def test_no_hpa_vpa_conflict(text: str, expected: str) -> None:
    assert judge("k8s.no-hpa-vpa-conflict", of(deployment() + text)) == expected


def monitor(selector: str = "{matchLabels: {app: web}}", rest: str = "", metadata: str = "", kind: str = "ServiceMonitor") -> str:
    endpoints = "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints"
    spec = f"spec: {{selector: {selector}, {endpoints}: [{{port: http}}]{rest}}}"
    return thing(kind, spec, "watch", "monitoring.coreos.com/v1", metadata)


LABELLED = service(metadata="labels: {app: web}, namespace: shop")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(LABELLED, "fail", id="nobody watches it"),
        pytest.param(LABELLED + monitor(metadata="namespace: shop"), "pass", id="from its namespace"),
        pytest.param(LABELLED + monitor(metadata="namespace: monitoring"), "fail", id="from another, where it does not look"),
        pytest.param(LABELLED + monitor(metadata="namespace: monitoring", rest=", namespaceSelector: {any: true}"), "pass", id="anywhere"),
        pytest.param(
            LABELLED + monitor(metadata="namespace: monitoring", rest=", namespaceSelector: {matchNames: [blog, shop]}"),
            "pass",
            id="by name",
        ),
        pytest.param(service(metadata="namespace: shop") + monitor(metadata="namespace: shop"), "fail", id="it has no labels itself"),
        pytest.param(LABELLED.replace("name: http, ", "") + monitor(), "fail", id="a port without a name"),
        pytest.param(
            LABELLED + deployment() + monitor(kind="PodMonitor", metadata="namespace: shop"), "pass", id="its pods are watched themselves"
        ),
        pytest.param(service(metadata="annotations: {prometheus.io/scrape: 'true'}"), "pass", id="by annotation"),
        pytest.param(
            service()
            + deployment(metadata="labels: {}").replace(
                "labels: {app: web}}", "labels: {app: web}, annotations: {prometheus.io/scrape: 'true'}}"
            ),
            "pass",
            id="by annotation of its pods",
        ),
        pytest.param(
            LABELLED + service(name="web-headless") + deployment() + monitor(metadata="namespace: shop"),
            "pass",
            id="through another Service of its pods",
        ),
        pytest.param(thing("Service", "spec: {type: ExternalName, externalName: a.example.com}"), "none", id="only a name"),
        pytest.param(service(metadata="namespace: kube-system"), "none", id="of the cluster itself"),
    ],
)
def test_service_monitor(text: str, expected: str) -> None:
    assert judge("k8s.service-monitor", of(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(LABELLED + monitor(), "pass", id="it finds one"),
        pytest.param(LABELLED + monitor("{matchLabels: {app: api}}"), "fail", id="other labels"),
        pytest.param(LABELLED + monitor(metadata="namespace: monitoring"), "fail", id="it looks elsewhere"),
        pytest.param(LABELLED + monitor("{}"), "pass", id="an empty selector finds all"),
        pytest.param(
            LABELLED + monitor("{matchLabels: {component: apiserver}}", rest=", namespaceSelector: {matchNames: [default]}"),
            "none",
            id="a namespace without Services here",
        ),
        pytest.param(monitor(), "none", id="no Service stands here"),
        pytest.param(
            LABELLED + monitor("{matchLabels: {k8s-app: dns}}", rest=", namespaceSelector: {matchNames: [kube-system]}"),
            "none",
            id="the cluster's own",
        ),
    ],
)
def test_service_monitor_selects_services(text: str, expected: str) -> None:
    assert judge("k8s.service-monitor-selects-services", of(text)) == expected


# -- what leads nowhere


OPERATED = thing("Prometheus", "spec: {}", "main", "monitoring.coreos.com/v1")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"a/m.yaml": deployment() + service()}, "pass", id="it selects pods"),
        pytest.param({"a/m.yaml": deployment() + service("{app: api}")}, "fail", id="it selects none"),
        pytest.param({"a/m.yaml": service("{app: api}")}, "none", id="no workload stands here"),
        pytest.param({"a/m.yaml": deployment(), "b/m.yaml": service("{app: api}")}, "none", id="nor in its directory"),
        pytest.param({"x/a/m.yaml": deployment(), "x/b/m.yaml": service("{app: api}")}, "fail", id="but in one beside it"),
        pytest.param({"x/m.yaml": deployment(), "x/b/m.yaml": service("{app: api}")}, "fail", id="or in the one above it"),
        pytest.param({"a/m.yaml": deployment(), "b/m.yaml": service()}, "none", id="nothing is missing far away either"),
        pytest.param({"a/m.yaml": deployment() + service("{}")}, "none", id="an empty selector has endpoints by hand"),
        pytest.param(
            {"a/m.yaml": deployment() + thing("Service", "spec: {ports: [{port: 80}]}")}, "none", id="no selector has endpoints by hand"
        ),
        pytest.param(
            {"a/m.yaml": deployment() + thing("Service", "spec: {type: ExternalName, externalName: a.b, selector: {a: b}}")},
            "none",
            id="only a name",
        ),
        pytest.param({"a/m.yaml": deployment() + OPERATED + service("{app: prometheus}")}, "unknown", id="an operator may run them"),
        pytest.param(
            {
                "a/m.yaml": deployment(metadata="namespace: shop")
                + OPERATED.replace("name: main", "name: main, namespace: ops")
                + service("{app: prometheus}", metadata="namespace: shop")
            },
            "fail",
            id="but not in another namespace",
        ),
        pytest.param(
            {"a/m.yaml": deployment() + thing("PrometheusRule", "spec: {}", "main", "monitoring.coreos.com/v1") + service("{app: api}")},
            "fail",
            id="a custom resource that runs nothing",
        ),
        pytest.param(
            {"a/m.yaml": deployment(metadata="namespace: shop") + service("{app: web}", metadata="namespace: blog")},
            "fail",
            id="pods of another namespace",
        ),
        pytest.param(
            {"a/m.yaml": deployment(metadata="namespace: shop") + service("{app: api}", metadata="namespace: blog")},
            "none",
            id="a namespace that is filled elsewhere",
        ),
        pytest.param(
            {"a/m.yaml": deployment() + service("{k8s-app: dns}", metadata="namespace: kube-system")},
            "none",
            id="pods of the cluster itself",
        ),
        pytest.param({"a/m.yaml": deployment("app: '{{ .name }}'") + service("{app: api}")}, "unknown", id="labels that are filled in"),
        pytest.param({"a/m.yaml": deployment() + service("{app: '{{ .name }}'}")}, "unknown", id="a selector that is filled in"),
    ],
)
def test_service_has_pods(files: dict[str, str], expected: str) -> None:
    assert judge("k8s.service-has-pods", files) == expected


APPLICATION = thing("Application", "spec: {source: {path: a, repoURL: x}}", "apps", "argoproj.io/v1alpha1")


def test_what_deploys_this_very_repository_brings_nothing_else() -> None:
    manifests = deployment() + service("{app: api}")
    assert judge("k8s.service-has-pods", {"a/m.yaml": manifests, "argo/app.yaml": APPLICATION}) == "fail"
    elsewhere = APPLICATION.replace("path: a", "chart: redis")
    assert judge("k8s.service-has-pods", {"a/m.yaml": manifests, "argo/app.yaml": elsewhere}) == "unknown"


def ingress(name: str = "web", port: str = "number: 80", rest: str = "") -> str:
    backend = f"backend: {{service: {{name: {name}, port: {{{port}}}}}}}"
    return thing("Ingress", f"spec: {{rules: [{{http: {{paths: [{{path: /, {backend}}}]}}}}]{rest}}}", group="networking.k8s.io/v1")


def route(backend: str, kind: str = "HTTPRoute") -> str:
    return thing(kind, f"spec: {{rules: [{{backendRefs: [{backend}]}}]}}", group="gateway.networking.k8s.io/v1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(service() + ingress(), "pass", id="by number"),
        pytest.param(service() + ingress(port="name: http"), "pass", id="by name"),
        pytest.param(service() + ingress(port="number: 8080"), "fail", id="the container's port"),
        pytest.param(service() + ingress(port="name: metrics"), "fail", id="a name it does not have"),
        pytest.param(service() + ingress("api"), "fail", id="a Service that is missing"),
        pytest.param(ingress("api"), "none", id="no Service stands here"),
        pytest.param(service() + ingress("redirect", "name: use-annotation"), "none", id="an action in an annotation"),
        pytest.param(service(metadata="namespace: a") + ingress(), "pass", id="a namespace that is not written"),
        pytest.param(service() + ingress("'${NAME}'"), "unknown", id="a name that is filled in"),
        pytest.param(service() + ingress(port="number: '${PORT}'"), "unknown", id="a port that is filled in"),
        pytest.param(
            thing("Service", "spec: {type: ExternalName, externalName: a.b}") + ingress(port="number: 443"), "pass", id="an external name"
        ),
        pytest.param(service() + ingress(rest=", defaultBackend: {service: {name: missing, port: {number: 80}}}"), "fail", id="by default"),
        pytest.param(service() + ingress(rest=", defaultBackend: {resource: {kind: Bucket, name: b}}"), "pass", id="another resource"),
        pytest.param(
            service() + thing("Ingress", "spec: {backend: {serviceName: web, servicePort: 81}}", group="extensions/v1beta1"),
            "fail",
            id="in the old words",
        ),
        pytest.param(service() + route("{name: web, port: 80}"), "pass", id="a route"),
        pytest.param(service() + route("{name: web, port: 81}", "GRPCRoute"), "fail", id="a route to another port"),
        pytest.param(service() + route("{name: api, port: 80}"), "fail", id="a route to a missing Service"),
        pytest.param(service() + route("{name: b, kind: Backend, group: x.example.com}"), "none", id="a route to another resource"),
        pytest.param(
            service(metadata="namespace: b") + route("{name: web, port: 80, namespace: b}"), "pass", id="a route to another namespace"
        ),
        pytest.param(service() + OPERATED + ingress("prometheus-operated"), "unknown", id="an operator may make it"),
        pytest.param(service() + OPERATED + ingress("api"), "fail", id="an operator of something else"),
    ],
)
def test_ingress_has_service(text: str, expected: str) -> None:
    assert judge("k8s.ingress-has-service", of(text)) == expected


@pytest.mark.parametrize(
    ("target", "ports", "expected"),
    [
        pytest.param("http", "[{name: http, containerPort: 80}]", "pass", id="by name"),
        pytest.param("web", "[{name: http, containerPort: 80}]", "fail", id="by another name"),
        pytest.param("web", "[{containerPort: 80}]", "fail", id="of a port without one"),
        pytest.param("8080", "[]", "none", id="by number"),
        pytest.param("'8080'", "[]", "none", id="by number, as text"),
        pytest.param("'${PORT}'", "[{name: http, containerPort: 80}]", "unknown", id="filled in"),
        pytest.param("web", "[{name: '${PORT}', containerPort: 80}]", "unknown", id="a name of the container that is filled in"),
    ],
)
def test_service_port_exists(target: str, ports: str, expected: str) -> None:
    leading = service(ports=f"[{{name: http, port: 80, targetPort: {target}}}]")
    project = of(leading + deployment(containers=f"[{{name: app, image: 'app:1', ports: {ports}}}]"))
    assert judge("k8s.service-port-exists", project) == expected


def test_a_sidecar_may_have_the_port() -> None:
    def pod(section: str) -> Project:
        side = f"{section}: [{{name: side, image: 'i:1', restartPolicy: Always, ports: [{{name: http, containerPort: 80}}]}}]"
        return of(service(ports="[{port: 80, targetPort: http}]") + deployment(pod=side))

    assert judge("k8s.service-port-exists", pod("initContainers")) == "pass"
    assert judge("k8s.service-port-exists", pod("ephemeralContainers")) == "fail"


ACCOUNT = thing("ServiceAccount", "", "web")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(deployment(pod="serviceAccountName: web") + ACCOUNT, "pass", id="it is there"),
        pytest.param(deployment(pod="serviceAccountName: api") + ACCOUNT, "fail", id="it is not"),
        pytest.param(deployment(pod="serviceAccount: api") + ACCOUNT, "fail", id="by the old name"),
        pytest.param(deployment(pod="serviceAccountName: api"), "none", id="no account stands here"),
        pytest.param(deployment() + ACCOUNT, "none", id="the default account"),
        pytest.param(deployment(pod="serviceAccountName: '${SA}'") + ACCOUNT, "unknown", id="filled in"),
        pytest.param(
            deployment(pod="serviceAccountName: web", metadata="namespace: a")
            + ACCOUNT.replace("name: web", "name: web, namespace: b")
            + ACCOUNT.replace("web", "x"),
            "fail",
            id="of another namespace",
        ),
    ],
)
def test_service_account_exists(text: str, expected: str) -> None:
    assert judge("k8s.service-account-exists", of(text)) == expected


def env(reference: str) -> str:
    return deployment(containers=f"[{{name: app, image: 'app:1', env: [{{name: A, valueFrom: {{{reference}}}}}]}}]")


CONFIG = thing("ConfigMap", "data: {a: b}")
SECRET = thing("Secret", "stringData: {a: 'vault:secret/data/x#a'}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(env("configMapKeyRef: {name: web, key: a}") + CONFIG, "pass", id="with its key"),
        pytest.param(env("configMapKeyRef: {name: web, key: b}") + CONFIG, "fail", id="without its key"),
        pytest.param(env("configMapKeyRef: {name: web, key: b, optional: true}") + CONFIG, "none", id="optional"),
        pytest.param(env("configMapKeyRef: {name: api, key: a}") + CONFIG, "fail", id="a ConfigMap that is missing"),
        pytest.param(env("configMapKeyRef: {name: api, key: a}"), "none", id="no ConfigMap stands here"),
        pytest.param(env("configMapKeyRef: {name: kube-root-ca.crt, key: ca.crt}") + CONFIG, "none", id="what every namespace has"),
        pytest.param(env("configMapKeyRef: {name: web, key: a}") + thing("ConfigMap", ""), "pass", id="an empty one, filled in by others"),
        pytest.param(env("secretKeyRef: {name: web, key: b}") + SECRET, "fail", id="a Secret without the key"),
        pytest.param(env("secretKeyRef: {name: api, key: a}") + SECRET, "pass", id="a missing Secret is judged elsewhere"),
        pytest.param(env("configMapKeyRef: {name: '${C}', key: a}") + CONFIG, "unknown", id="a name that is filled in"),
        pytest.param(deployment(pod="volumes: [{name: v, configMap: {name: api}}]") + CONFIG, "fail", id="a volume"),
        pytest.param(
            deployment(pod="volumes: [{name: v, projected: {sources: [{configMap: {name: api}}]}}]") + CONFIG, "fail", id="a projected one"
        ),
        pytest.param(
            deployment(pod="volumes: [{name: v, configMap: {name: web, items: [{key: z, path: z}]}}]") + CONFIG, "fail", id="an item of one"
        ),
        pytest.param(OPERATED + env("configMapKeyRef: {name: prometheus-rules, key: a}") + CONFIG, "unknown", id="an operator may make it"),
    ],
)
def test_config_exists(text: str, expected: str) -> None:
    assert judge("k8s.config-exists", of(text)) == expected


def maker(kind: str, group: str, spec: str = "", name: str = "db") -> str:
    return thing(kind, f"spec: {{{spec}}}", name, group)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "fail", id="nothing makes it"),
        pytest.param(maker("ExternalSecret", "external-secrets.io/v1"), "pass", id="an ExternalSecret of its name"),
        pytest.param(maker("ExternalSecret", "external-secrets.io/v1beta1", "target: {name: db}", "x"), "pass", id="whose target it is"),
        pytest.param(maker("ExternalSecret", "external-secrets.io/v1", "target: {name: other}"), "fail", id="whose target is another"),
        pytest.param(
            maker("ClusterExternalSecret", "external-secrets.io/v1", "externalSecretName: db", "x"), "pass", id="for the whole cluster"
        ),
        pytest.param(maker("SealedSecret", "bitnami.com/v1alpha1"), "pass", id="a SealedSecret"),
        pytest.param(maker("Certificate", "cert-manager.io/v1", "secretName: db", "x"), "pass", id="a certificate"),
        pytest.param(
            maker("SecretProviderClass", "secrets-store.csi.x-k8s.io/v1", "secretObjects: [{secretName: db}]", "x"), "pass", id="CSI"
        ),
        pytest.param(maker("VaultStaticSecret", "secrets.hashicorp.com/v1beta1", "destination: {name: db}", "x"), "pass", id="Vault"),
        pytest.param(
            maker("Database", "db.example.com/v1", "writeConnectionSecretToRef: {name: db}", "x"), "pass", id="a connection secret"
        ),
        pytest.param(thing("Secret", "stringData: {password: hunter2hunter2}", "db"), "fail", id="a Secret in plain text"),
        pytest.param(thing("Secret", "stringData: {password: 'vault:secret/db#password'}", "db"), "pass", id="a reference"),
        pytest.param(thing("Secret", "data: {password: ENC}\nsops: {mac: x}", "db"), "pass", id="encrypted by SOPS"),
        pytest.param(thing("Secret", "type: kubernetes.io/service-account-token", "db"), "pass", id="a token"),
        pytest.param(maker("HelmRelease", "helm.toolkit.fluxcd.io/v2"), "unknown", id="a release may bring it"),
    ],
)
def test_external_secrets(text: str, expected: str) -> None:
    assert judge("k8s.external-secrets", of(env("secretKeyRef: {name: db, key: password}") + text)) == expected


def test_cloudnative_pg_makes_the_secret_of_its_application() -> None:
    cluster = maker("Cluster", "postgresql.cnpg.io/v1", "instances: 3")
    assert judge("k8s.external-secrets", of(env("secretKeyRef: {name: db-app, key: password}") + cluster)) == "pass"


def test_every_way_to_use_configuration_is_seen() -> None:
    text = deployment(
        pod="imagePullSecrets: [{name: pull}], initContainers: [{name: i, image: 'i:1', envFrom: [{secretRef: {name: s1}}]}],"
        " volumes: [{name: a, secret: {secretName: s2, optional: true}}, {name: b, projected: {sources: [{secret: {name: s3}}]}}]",
        containers="[{name: app, image: 'app:1', env: [{name: A, valueFrom: {secretKeyRef: {name: s4, key: k}}}]}]",
    )
    pod: Pod = first(of(text), "k8s.pod")
    found = [(reference.name, reference.keys, reference.optional) for reference in config_used_by(pod)]
    assert found == [("s1", (), False), ("s4", ("k",), False), ("s2", (), True), ("s3", (), False), ("pull", (), False)]


def test_makers_of_a_secret_stand_in_its_namespace() -> None:
    text = env("secretKeyRef: {name: db, key: a}").replace("name: web}", "name: web, namespace: a}", 1)
    project = of(text + maker("SealedSecret", "bitnami.com/v1alpha1").replace("name: db", "name: db, namespace: b"))
    assert list(makers_of("db", first(project, "k8s.pod"), project)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(deployment() + policy("{matchLabels: {app: api}}"), "advice", id="nobody has the label"),
        pytest.param(
            deployment("name: web", metadata="labels: {app: api}") + policy("{matchLabels: {app: api}}"), "fail", id="only the Deployment"
        ),
        pytest.param(deployment() + policy("{}"), "none", id="an empty selector"),
        pytest.param(policy("{matchLabels: {app: api}}"), "none", id="no workload stands here"),
        pytest.param(deployment() + policy("{matchLabels: {app: web}}"), "pass", id="its pods"),
    ],
)
def test_network_policy_selects_pods(text: str, expected: str) -> None:
    assert judge("k8s.network-policy-selects-pods", of(text)) == expected


def test_bindings_of_an_account_name_its_namespace() -> None:
    subjects = "roleRef: {kind: Role, name: r}\nsubjects: [{kind: ServiceAccount, name: web, namespace: %s}]"
    group = "rbac.authorization.k8s.io/v1"
    text = thing("RoleBinding", subjects % "a", "one", group) + thing("ClusterRoleBinding", subjects % "b", "two", group)
    users = thing("RoleBinding", "roleRef: {kind: Role, name: r}\nsubjects: [{kind: User, name: web}]", "users", group)
    project = of(deployment(metadata="namespace: b") + text + users)
    assert named(bindings_of("web", first(project, "k8s.pod"), project)) == ["ClusterRoleBinding/two"]


# -- worlds


@dataclass(frozen=True, eq=False)
class Rendered(Format):
    """A stand-in for charts: ``<directory>/Chart.test`` makes the directory a home, whose objects are in ``<environment>.out``."""

    name = "rendered"

    def claims(self, path: str, text: Any) -> bool:
        return path.endswith((".out", ".test"))

    def homes(self, project: Project) -> list[str]:
        return [path.rpartition("/")[0] for path in project.paths if path.endswith("Chart.test")]

    def resources(self, path: str, project: Project) -> Iterator[Resource | ParseFailure]:
        if path in self.homes(project):
            for source in project.below(path):
                if source.endswith(".out"):
                    environment = source.rpartition("/")[2].removesuffix(".out").replace("default", "")
                    yield from judged(yaml.parse(source, project.text(source)), Site(path, environment))


def rendered(files: dict[str, str], *worlds: tuple[str, ...]) -> Project:
    project = Project.of(files, [Rendered(), *builtin.formats()])
    project.configuration = Configuration(worlds=worlds)
    return project


CHARTS = {
    "charts/shop/Chart.test": "",
    "charts/shop/prod.out": THREE,
    "charts/shop/live.out": THREE + budget(),
    "charts/net/Chart.test": "",
    "charts/net/default.out": policy("{}") + budget(),
    "raw/m.yaml": policy("{}") + service(),
}


def seen(project: Project, environment: str, home: str = "charts/shop") -> list[str]:
    pods = (pod for pod in project.resources("k8s.pod") if isinstance(pod, Pod) and (pod.home, pod.for_environment) == (home, environment))
    return sorted(
        str(thing.path)
        for thing in world_of(next(iter(pods)), project).all("policy/PodDisruptionBudget", "networking.k8s.io/NetworkPolicy")
    )


def test_a_chart_s_environments_and_raw_manifests_do_not_see_each_other() -> None:
    project = rendered(CHARTS)
    assert seen(project, "prod") == []
    assert seen(project, "live") == ["charts/shop/live.out"]
    assert [outcome.unknown or len(outcome.failing) for outcome in verdicts(RULES["k8s.pdb"], project)] == [0, 1]
    assert not relations.is_served(first(project, "k8s.pod", "prod:"), project)
    assert judge("k8s.service-has-pods", project) == "none"


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        pytest.param(("charts/*",), ["charts/net/default.out", "charts/net/default.out"], id="charts by a glob"),
        pytest.param(("charts/shop", "raw"), ["raw/m.yaml"], id="a chart and a directory of manifests"),
        pytest.param(("charts/shop/", "./raw/*.yaml"), ["raw/m.yaml"], id="a chart and files"),
        pytest.param(("charts/net", "raw"), [], id="others"),
    ],
)
def test_worlds_are_joined_by_the_settings(world: tuple[str, ...], expected: list[str]) -> None:
    assert seen(rendered(CHARTS, world), "prod") == expected


def test_an_environment_of_a_joined_world_does_not_see_another() -> None:
    project = rendered(CHARTS, ("charts/*", "raw"))
    assert "charts/shop/live.out" not in seen(project, "prod")
    assert "charts/shop/live.out" in seen(project, "live")


def test_what_belongs_to_no_environment_sees_all_of_a_joined_world() -> None:
    project = rendered(CHARTS, ("charts/shop", "raw"))
    pods = relations.pods_of(first(project, "k8s.service"), project)
    assert named(pods) == ["live:Deployment/web", "prod:Deployment/web"]


def test_the_settings_file_joins_worlds() -> None:
    from pytest_readiness.settings import load

    text = "worlds: [[a, b]]\n"
    project = Project.of({"readiness.yaml": text, "a/m.yaml": service("{app: api}"), "b/m.yaml": deployment()})
    assert judge("k8s.service-has-pods", project) == "none"
    project.cache.clear()
    project.configuration = load(project).configuration
    assert judge("k8s.service-has-pods", project) == "fail"


def test_of_several_copies_the_nearest_counts() -> None:
    files = {
        "env/one/m.yaml": deployment() + hpa("minReplicas: 1, maxReplicas: 2"),
        "env/two/m.yaml": deployment() + hpa("minReplicas: 5, maxReplicas: 9"),
    }
    project = Project.of(files)
    two = next(w for w in project.resources("k8s.workload") if isinstance(w, Workload) and w.path.startswith("env/two"))
    scaler = relations.autoscaler_of(two, project)
    assert isinstance(scaler, Object) and scaler.path == "env/two/m.yaml"
    assert relations.lowest_replicas(two, project) == 5


# -- what is no manifest at all


RELATED = [
    rule
    for rule in RULES.values()
    if {"relations", "evidence", "configs", "world"}
    & set(re.findall(r"kubernetes\.(\w+) import", Path(rule.source.rpartition(":")[0]).read_text("utf-8")))
]
SAMPLES = [text for rule in RELATED for example in rule.examples for path, text in example.files.items() if path == "manifest.yaml"]
JUNK = [None, 0, -1, True, "", "x", "'${X}'", "[]", "{}", "[null]", "{a: null}", "[[]]", "[{}]", "{a: {b: 1}}", 1.5, "100%", "[x, 1]"]


def places_in(node: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*place, key)
        yield from places_in(value, (*place, key))


@given(st.data())
def test_no_relation_crashes_on_what_is_no_manifest(data: st.DataObject) -> None:
    documents = [document for document in pyyaml.safe_load_all(data.draw(st.sampled_from(SAMPLES))) if document]
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = data.draw(st.sampled_from(documents))
        place = data.draw(st.sampled_from(list(places_in(node)) or [("kind",)]))
        for key in place[:-1]:
            node = node[key]
        node[place[-1]] = pyyaml.safe_load(str(data.draw(st.sampled_from(JUNK))))
    project = of(pyyaml.safe_dump_all(documents))
    for rule in RELATED:
        for outcome in verdicts(rule, project):
            assert outcome.crash is None, (rule.id, outcome.crash)


# -- size


@pytest.mark.parametrize("layout", ["one namespace", "namespaces", "unwritten", "placeholders"])
def test_thousands_of_objects_are_not_compared_with_each_other(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0
    picks = Selector.picks

    def counted(self: Selector, labels: Any) -> Any:
        nonlocal tried
        tried += 1
        return picks(self, labels)

    monkeypatch.setattr(Selector, "picks", counted)
    number = 300
    texts = []
    for n in range(number):
        name = {"namespaces": "web", "placeholders": "'${APP}'"}.get(layout, f"web-{n}")
        where = {"namespaces": f"namespace: n{n}", "one namespace": "namespace: shop"}.get(layout, "")
        labels = f"app: {name}, part-of: shop"
        texts += [
            deployment(labels, name=name, metadata=where, spec="replicas: 3"),
            service(f"{{part-of: shop, app: {name}}}", name=name, metadata=where),
            budget(selector=f"{{matchLabels: {{part-of: shop, app: {name}}}}}", name=name, metadata=where),
            policy(f"{{matchLabels: {{part-of: shop, app: {name}}}}}", name=name, metadata=where),
        ]
    project = of("".join(texts))
    for rule in ("pdb", "pdb-selects-pods", "pdb-allows-eviction", "network-policy-per-workload", "service-has-pods", "readiness-probe"):
        outcomes = list(verdicts(RULES[f"k8s.{rule}"], project))
        assert not any(outcome.crash for outcome in outcomes)
        assert layout == "placeholders" or not any(outcome.unknown for outcome in outcomes)
    assert tried <= 20 * number, "each object is tried with a few others, not with all"


def test_a_doubt_elsewhere_does_not_hide_what_is_known() -> None:
    text = deployment() + service() + service("{app: '${APP}'}", name="other")
    project = of(text)
    assert relations.is_served(first(project, "k8s.pod"), project)
    assert messages("k8s.readiness-probe", project).startswith("no readinessProbe")


def test_the_reason_names_the_one_who_may_bring_it() -> None:
    project = of(deployment() + OPERATED + service("{app: prometheus}"))
    assert unknowns("k8s.service-has-pods", project) == "a pod with app=prometheus does not stand here, but Prometheus/main may bring it"


@pytest.mark.parametrize(
    ("resource", "group", "wanted"),
    [
        pytest.param("Kafka/events", "kafka.strimzi.io/v1", "events-kafka-bootstrap", id="after its name"),
        pytest.param("PostgresCluster/x", "postgres-operator.crunchydata.com/v1", "main-postgres", id="after a word of its kind"),
        pytest.param("Elasticsearch/logs", "elasticsearch.k8s.elastic.co/v1", "logs-es-http", id="after its name, in the group of another"),
    ],
)
def test_what_an_operator_makes_is_called_after_its_resource(resource: str, group: str, wanted: str) -> None:
    kind, _, name = resource.partition("/")
    assert judge("k8s.ingress-has-service", of(service() + thing(kind, "spec: {}", name, group) + ingress(wanted))) == "unknown"
    assert judge("k8s.ingress-has-service", of(service() + thing(kind, "spec: {}", name, group) + ingress("checkout"))) == "fail"
