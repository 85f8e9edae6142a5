"""Clusters through the real kubectl, against a server on loopback that answers as an API server does: well, down, hung, and lying."""

from __future__ import annotations

import json
import re
import shutil
import time
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from serving import Reply
from serving import Server
from serving import around
from serving import certified
from serving import free_port
from serving import garbage
from serving import one
from serving import reply

from pytest_readiness import builtin
from pytest_readiness import schema
from pytest_readiness import text as texts
from pytest_readiness.configuration import Configuration
from pytest_readiness.configuration import Environment
from pytest_readiness.live import declared
from pytest_readiness.live.cluster import client
from pytest_readiness.live.cluster import drift
from pytest_readiness.live.cluster import states
from pytest_readiness.live.cluster import workloads
from pytest_readiness.live.measure import Judged
from pytest_readiness.model import ParseFailure
from pytest_readiness.project import Project
from pytest_readiness.syntax import yaml
from pytest_readiness.tree import MemoryTree
from pytest_readiness.unknown import Unresolved

if not shutil.which("kubectl"):
    pytest.skip("kubectl is not on PATH", allow_module_level=True)

TOKEN = "s3cr3t-token-of-a-service-account"
# kind -> (group and version, plural, namespaced); what a cluster with the usual operators serves
KINDS = {
    "ServiceAccount": ("v1", "serviceaccounts", True),
    "Pod": ("v1", "pods", True),
    "ConfigMap": ("v1", "configmaps", True),
    "Deployment": ("apps/v1", "deployments", True),
    "StatefulSet": ("apps/v1", "statefulsets", True),
    "DaemonSet": ("apps/v1", "daemonsets", True),
    "CronJob": ("batch/v1", "cronjobs", True),
    "NetworkPolicy": ("networking.k8s.io/v1", "networkpolicies", True),
    "Role": ("rbac.authorization.k8s.io/v1", "roles", True),
    "RoleBinding": ("rbac.authorization.k8s.io/v1", "rolebindings", True),
    "ClusterRole": ("rbac.authorization.k8s.io/v1", "clusterroles", False),
    "ClusterRoleBinding": ("rbac.authorization.k8s.io/v1", "clusterrolebindings", False),
    "CustomResourceDefinition": ("apiextensions.k8s.io/v1", "customresourcedefinitions", False),
    "Rollout": ("argoproj.io/v1alpha1", "rollouts", True),
    "AnalysisRun": ("argoproj.io/v1alpha1", "analysisruns", True),
    "Application": ("argoproj.io/v1alpha1", "applications", True),
    "Backup": ("velero.io/v1", "backups", True),
    "PgBackup": ("postgresql.cnpg.io/v1", "backups", True),
    "VolumeSnapshot": ("snapshot.storage.k8s.io/v1", "volumesnapshots", True),
    "Certificate": ("cert-manager.io/v1", "certificates", True),
}
BARE = ("ServiceAccount", "ConfigMap", "Deployment", "StatefulSet", "DaemonSet", "NetworkPolicy")  # of a cluster without any operator


def base(group: str) -> str:
    return f"/apis/{group}" if "/" in group else f"/api/{group}"


class Cluster:
    """Objects, and the routes of an API server that holds them."""

    def __init__(
        self, *objects: dict[str, Any], kinds: tuple[str, ...] = tuple(KINDS), aggregated: bool = False, may: tuple[str, ...] = ()
    ) -> None:
        self.objects = objects
        self.kinds = kinds
        self.aggregated = aggregated
        self.may = may

    @property
    def routes(self) -> dict[str, Any]:
        found: dict[str, Any] = {"/version": reply({"major": "1", "minor": "31", "gitVersion": "v1.31.4"})}
        groups = sorted({KINDS[kind][0] for kind in self.kinds})
        named = [group for group in groups if "/" in group]
        found |= {base(group): reply(self._resources(group)) for group in groups}
        found["/api"] = self._either(["v1"], {"kind": "APIVersions", "versions": ["v1"]})
        listed = [{"name": group.split("/")[0], "versions": [version(group)], "preferredVersion": version(group)} for group in named]
        found["/apis"] = self._either(named, {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed})
        for kind in self.kinds:
            found |= self._lists(kind)
        return found

    def _resources(self, group: str) -> dict[str, Any]:
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group, "resources": list(self._of(group))}

    def _of(self, group: str):
        for kind in self.kinds:
            if KINDS[kind][0] == group:
                _, plural, namespaced = KINDS[kind]
                own = kind.removeprefix("Pg")
                yield {"name": plural, "singularName": own.lower(), "namespaced": namespaced, "kind": own, "verbs": ["get", "list"]}

    def _either(self, groups: list[str], plain: dict[str, Any]) -> Any:
        """Aggregated discovery where the server has it and the client asks for it, as since 1.26; else the old one."""
        items = [
            {
                "metadata": {"name": group.rpartition("/")[0]},
                "versions": [
                    {
                        "version": group.rpartition("/")[2],
                        "resources": [
                            {
                                "resource": one["name"],
                                "responseKind": {
                                    "group": group.rpartition("/")[0],
                                    "version": group.rpartition("/")[2],
                                    "kind": one["kind"],
                                },
                                "scope": "Namespaced" if one["namespaced"] else "Cluster",
                                "singularResource": one["singularName"],
                                "verbs": one["verbs"],
                            }
                            for one in self._of(group)
                        ],
                    }
                ],
            }
            for group in groups
        ]
        whole = {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}
        accepted = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

        def answer(handler: BaseHTTPRequestHandler) -> None:
            new = self.aggregated and accepted in handler.headers.get("Accept", "")
            send(handler, reply(whole, 200, **{"Content-Type": accepted}) if new else reply(plain))

        return answer

    def _lists(self, kind: str) -> dict[str, Any]:
        group, plural, namespaced = KINDS[kind]
        version = group if kind != "PgBackup" else "postgresql.cnpg.io/v1"
        mine = [item for item in self.objects if item["kind"] == kind.removeprefix("Pg") and item["apiVersion"] == version]
        found = {f"{base(group)}/{plural}": mine}
        for item in mine if not namespaced else ():
            found[f"{base(group)}/{plural}/{item['metadata']['name']}"] = item
        for place in (
            {item["metadata"].get("namespace") for item in self.objects} | {"web", "shop", "empty", "default"} if namespaced else ()
        ):
            found[f"{base(group)}/namespaces/{place}/{plural}"] = [item for item in mine if item["metadata"].get("namespace") == place]
        as_list = {"kind": f"{kind.removeprefix('Pg')}List", "apiVersion": group, "metadata": {"resourceVersion": "1"}}
        return {path: reply({**as_list, "items": items} if isinstance(items, list) else items) for path, items in found.items()}


def version(group: str) -> dict[str, str]:
    return {"groupVersion": group, "version": group.rpartition("/")[2]}


def send(handler: BaseHTTPRequestHandler, answer: Reply) -> None:
    status, headers, body = answer
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int, reason: str, message: str) -> Reply:
    return reply({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason, "code": code}, code)


def forbidden(what: str, namespace: str = "web") -> Reply:
    where = f'in the namespace "{namespace}"'
    return status(
        403, "Forbidden", f'{what} is forbidden: User "ci" cannot list resource "{what.partition(".")[0]}" in API group "apps" {where}'
    )


@pytest.fixture
def api(serve, authority, tmp_path):
    """An API server with TLS, and the environment of somebody who has a context for it."""
    tls = certified(authority)

    def make(world: Cluster, **routes: Any) -> tuple[Server, dict[str, str]]:
        def reviewed(handler: Any) -> None:
            body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))) + handler.headers.get("Impersonate-User", "").encode()
            handler.server.reviews.append(body)
            allowed = any(all(word.encode() in body for word in one.split()) for one in world.may)
            send(
                handler,
                reply({"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "status": {"allowed": allowed}}, 201),
            )

        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        server = serve({**world.routes, path: reviewed, **routes}, tls)
        server.reviews = []
        return server, kubeconfig(tmp_path, server.url, authority)

    return make


def kubeconfig(directory: Path, url: str, authority: Any = None, **user: Any) -> dict[str, str]:
    """The environment of somebody with a context ``prod`` whose namespace is web."""
    directory.mkdir(exist_ok=True)
    trust = {}
    if authority is not None:
        authority.cert_pem.write_to_path(directory / "api.pem")
        trust = {"certificate-authority": str(directory / "api.pem")}
    written = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "eu", "cluster": {"server": url, **trust}}],
        "users": [{"name": "ci", "user": user or {"token": TOKEN}}],
        "contexts": [{"name": "prod", "context": {"cluster": "eu", "user": "ci", "namespace": "web"}}],
    }
    (directory / "kubeconfig").write_text(json.dumps(written))
    return {"KUBECONFIG": str(directory / "kubeconfig"), "HOME": str(directory), "PATH": "/usr/local/bin:/usr/bin:/bin"}


def live(*checks: str, target: str = "") -> str:
    listed = "".join(f"\n    - {{target: prod, {check}}}" for check in checks)
    return f"live:\n  targets:\n    prod: {{cluster: prod, timeout: 10s{target}}}\n  checks:{listed or ' []'}\n"


def thing(kind: str, name: str, namespace: str = "web", api: str = "", **body: Any) -> dict[str, Any]:
    place = {"namespace": namespace} if namespace else {}
    metadata = {"name": name, **place, "generation": 1, **body.pop("metadata", {})}
    return {"apiVersion": api or KINDS[kind][0], "kind": kind, "metadata": metadata, **body}


def conditions(**reasons: str) -> list[dict[str, str]]:
    return [
        {"type": type, "status": reason if reason in ("True", "False") else "True", "reason": reason, "message": f"{reason} it is"}
        for type, reason in reasons.items()
    ]


def deployment(
    name: str, ready: int | None = 3, desired: int | None = 3, namespace: str = "web", *, generation: int = 1, spec: Any = None, **said: Any
) -> dict[str, Any]:
    numbers = {} if ready is None else {"readyReplicas": ready}
    well = conditions(Available="True", Progressing="NewReplicaSetAvailable")
    body = {"observedGeneration": 1, "updatedReplicas": 3 if desired is None else desired, **numbers, "conditions": well, **said}
    wanted = {} if desired is None else {"replicas": desired}
    return thing("Deployment", name, namespace, metadata={"generation": generation}, spec={**wanted, **(spec or {})}, status=body)


def ago(**span: float) -> str:
    return (datetime.now(timezone.utc) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


# -- workloads


def healthy(**said: Any) -> dict[str, Any]:
    return {"conditions": conditions(Available="True", Progressing="NewReplicaSetAvailable", **said)}


STUCK = {"conditions": [*conditions(Available="True"), {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]}
REVISIONS = {"observedGeneration": 1, "readyReplicas": 2, "currentRevision": "a", "updateRevision": "b"}
DAEMON = {"observedGeneration": 1, "desiredNumberScheduled": 5, "numberReady": 5, "updatedNumberScheduled": 5}
CANARY = {"observedGeneration": "1", "readyReplicas": 1, "phase": "Healthy"}
WORKLOADS: dict[str, tuple[dict[str, Any], str]] = {
    "all-ready": (deployment("d", 3), ""),
    "fewer": (deployment("d", 1), "has 1 of 3 replicas ready"),
    "no-number-is-none": (deployment("d", None), "has 0 of 3 replicas ready"),
    "one-by-default": (deployment("d", 1, None, updatedReplicas=1), ""),
    "not-looked-at": (deployment("d", generation=2), "has changed, and its controller has not looked at it yet (generation 2, observed 1)"),
    "rolling-out": (deployment("d", conditions=conditions(Available="True", Progressing="ReplicaSetUpdated")), "is still being rolled out (ReplicaSetUpdated)"),
    "stuck": (deployment("d", **STUCK), "does not get on with its rollout: ProgressDeadlineExceeded"),
    "not-available": (deployment("d", conditions=conditions(Available="False", Progressing="NewReplicaSetAvailable")), "is not Available"),
    "quota": (deployment("d", **healthy(ReplicaFailure="FailedCreate")), "cannot make its pods: FailedCreate: FailedCreate it is"),
    "paused": (deployment("d", spec={"paused": True}), "is paused"),
    "old-template": (deployment("d", updatedReplicas=1, conditions=conditions(Available="True")), "has 1 of 3 replicas of its current template"),
    "scaled-to-none": (deployment("d", 0, 0), "has 0 replicas ready, at least 1 expected"),
    "set-of-pods": (thing("StatefulSet", "d", spec={"replicas": 2}, status={"observedGeneration": 1, "readyReplicas": 2}), ""),
    "old-revision": (thing("StatefulSet", "d", spec={"replicas": 2}, status={**REVISIONS, "updatedReplicas": 1}), "has 1 of 2 replicas of its current template"),
    "on-delete": (thing("StatefulSet", "d", spec={"replicas": 2, "updateStrategy": {"type": "OnDelete"}}, status=REVISIONS), ""),
    "partition": (thing("StatefulSet", "d", spec={"replicas": 2, "updateStrategy": {"rollingUpdate": {"partition": 2}}}, status=REVISIONS), ""),
    "every-node": (thing("DaemonSet", "d", status=DAEMON), ""),
    "a-node-without": (thing("DaemonSet", "d", status={**DAEMON, "numberReady": 4}), "has 4 of 5 replicas ready"),
    "old-pods": (thing("DaemonSet", "d", status={**DAEMON, "updatedNumberScheduled": 2}), "has 2 of 5 pods of its current template"),
    "canary": (thing("Rollout", "d", spec={"replicas": 1}, status=CANARY), ""),
    "degraded": (thing("Rollout", "d", spec={"replicas": 1}, status={**CANARY, "phase": "Degraded", "message": "aborted"}), "is Degraded: aborted"),
    "no-phase": (thing("Rollout", "d", spec={"replicas": 1}, status={**CANARY, "phase": None}), "is of unknown phase"),
}  # fmt: skip


@pytest.mark.parametrize("aggregated", [False, True], ids=["discovery of old", "aggregated discovery"])
def test_a_workload_is_as_it_should_be(api, ask, aggregated: bool) -> None:
    for name, (item, _) in WORKLOADS.items():
        item["metadata"]["name"] = name
    _, environment = api(Cluster(*(item for item, _ in WORKLOADS.values()), aggregated=aggregated))
    names = [f"{item['kind']}/{name}" for name, (item, _) in WORKLOADS.items()]
    reached, *found = ask(live(f"rule: replicas, workloads: {json.dumps(names)}"), **environment).values()
    assert reached == Judged()
    expected = {name: (f"{item['kind']}/web/{name} {problem}",) if problem else () for name, (item, problem) in WORKLOADS.items()}
    assert {name: judged.problems for name, judged in zip(WORKLOADS, found, strict=True)} == expected
    assert not [judged for judged in found if judged.error or judged.unknown or judged.advice]


def test_each_workload_is_a_check_with_its_numbers_and_a_list_is_asked_for_once(api, ask) -> None:
    server, environment = api(Cluster(deployment("api", 2), deployment("web", 4, 4), deployment("queue", 1, 1, "data")))
    listed = "[Deployment/api, Deployment/web, Deployment/data/queue, Deployment/cart]"
    found = ask(live(f"rule: replicas, workloads: {listed}, at_least: 2, namespace: web"), **environment)
    names = ["Deployment/api", "Deployment/web", "Deployment/data/queue", "Deployment/cart"]
    assert list(found) == ["reachable[prod]", *(f"replicas[prod/{name}]" for name in names)]
    _, fewer, well, least, missing = found.values()
    assert (fewer.measured.target, fewer.measured.actual) == ("at least 3", "2")
    assert well == Judged(measured=well.measured) and well.measured.margin == "exactly"
    assert least.problems == ("Deployment/data/queue has 1 replicas ready, at least 2 expected",)
    assert missing.problems == ("Deployment/cart does not exist in namespace web",) and missing.measured.target == "at least 2"
    asked = [path.partition("?")[0] for path, _ in server.asked]
    assert asked.count("/apis/apps/v1/namespaces/web/deployments") == 1
    assert all(
        headers.get("Authorization") == f"Bearer {TOKEN}" for path, headers in server.asked if path.startswith("/apis/apps/v1/namespaces")
    )


def test_all_workloads_are_one_check_and_none_is_no_data(api, ask) -> None:
    rollout = thing("Rollout", "r", spec={"replicas": 2}, status={"observedGeneration": "1", "readyReplicas": 1, "phase": "Healthy"})
    _, environment = api(Cluster(deployment("api", 5), deployment("off", None, 0), rollout))
    checks = (
        "rule: replicas, workloads: all",
        "rule: replicas, name: none, namespace: empty",
        "rule: replicas, name: every, namespace: '*'",
        "rule: replicas, name: twice, namespace: [web, web]",
    )
    _, found, none, every, twice = ask(live(*checks), **environment).values()
    assert twice == found and found.problems == every.problems == ("Rollout/web/r has 1 of 2 replicas ready",)
    assert (found.measured.target, found.measured.actual) == ("at least 5", "4")  # what one has too many of does not help another
    assert none.problems == ("no data: the namespace holds nothing, at least 0 expected",)


def test_a_cluster_without_argo_has_no_rollouts(api, ask) -> None:
    _, environment = api(Cluster(deployment("api"), kinds=BARE))
    found = ask(live("rule: replicas", "rule: replicas, name: r, workloads: [Rollout/api]"), **environment)
    assert found["replicas[prod]"].problems == ()
    assert found["replicas[r/Rollout/api]"].problems == ("the cluster has no rollouts.argoproj.io: what brings them is not installed",)


LACKING = "Deployment/web/b has 0 of 3 replicas ready"
COUNTED: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "share": (
        "rule: deploy-success",
        (LACKING, "the share of workloads that are well is 75 %, at least 100 % expected (25 % worse)"),
        "75 %",
    ),
    "lower": ("rule: deploy-success, at_least: 70%", (), "75 %"),
    "listed": ("rule: core-services-count, workloads: [Deployment/a, Deployment/c]", (), "2"),
    "missing": (
        "rule: core-services-count, workloads: [Deployment/a, Deployment/x]",
        ("Deployment/x does not exist", "the number of workloads that are well is 1, at least 2 expected (50 % worse)"),
        "1",
    ),
    "number": ("rule: core-services-count, at_least: 3", (), "3"),
    "none": (
        "rule: core-services-count, namespace: empty",
        ("no data: the share of workloads that are well holds nothing, at least 100 % expected",),
        None,
    ),
}


def test_workloads_are_counted(api, ask) -> None:
    _, environment = api(Cluster(deployment("a"), deployment("b", 0), deployment("c"), deployment("d")))
    checks = [f"name: {name}, {check}" for name, (check, _, _) in COUNTED.items()]
    _, *found = ask(live(*checks), **environment).values()
    for (name, (_, problems, actual)), judged in zip(COUNTED.items(), found, strict=True):
        assert (judged.problems, judged.measured.actual) == (problems, actual), name
        assert judged.advice == ((LACKING,) if name in ("lower", "number") else ()), name  # who is not well is told in any case


# -- what controllers say


def application(name: str, sync: str, health: str, **said: Any) -> dict[str, Any]:
    since = {"lastTransitionTime": said.pop("since")} if "since" in said else {}
    return thing("Application", name, "argocd", status={"sync": {"status": sync}, "health": {"status": health, **since}, **said})


def running(**span: float) -> dict[str, Any]:
    return {"phase": "Running", "startedAt": ago(**span)}


def test_applications_are_synced_and_healthy(api, ask) -> None:
    world = Cluster(
        application("well", "Synced", "Healthy"),
        application("out", "OutOfSync", "Healthy"),
        application("syncing", "OutOfSync", "Healthy", operationState=running(minutes=2)),
        application("hanging", "OutOfSync", "Healthy", operationState={**running(minutes=12), "message": "waiting for a hook"}),
        application("starting", "Synced", "Progressing", since=ago(minutes=3)),
        application("slow", "Synced", "Progressing", since=ago(minutes=11)),
        application("started", "Synced", "Progressing", operationState={"phase": "Succeeded", "finishedAt": ago(minutes=4)}),
        application("broken", "Synced", "Degraded", since=ago(minutes=1)),
        thing("Application", "silent", "argocd"),
        deployment("api", namespace="nothing"),
    )
    _, environment = api(world)
    checks = (
        "rule: argo-synced",
        "rule: argo-synced, name: two, applications: [well, argocd/gone]",
        "rule: argo-synced, name: none, namespace: nothing",
        "rule: argo-synced, name: borne, applications: [well, out], at_most: 1",
    )
    _, every, two, none, borne = ask(live(*checks, target=", namespace: web"), **environment).values()
    assert every.problems == (
        "Application/argocd/out is OutOfSync and Healthy",
        "Application/argocd/hanging is OutOfSync and Healthy: waiting for a hook",
        "Application/argocd/slow is Synced and Progressing",
        "Application/argocd/broken is Synced and Degraded",
        "Application/argocd/silent is Unknown and Unknown",
        "the number of applications that are not Synced and Healthy is 5, 0 expected (by 5 missed)",
    )
    assert every.advice == (
        "Application/argocd/syncing is OutOfSync and Healthy",
        "Application/argocd/starting is Synced and Progressing",
        "Application/argocd/started is Synced and Progressing",
    )
    assert two.problems[0] == "there is no Application argocd/gone" and two.measured.actual == "1"
    assert none.problems == ("no data: the namespace holds nothing, 0 expected",)
    assert borne.holds and borne.advice == ("Application/argocd/out is OutOfSync and Healthy",)


def velero(name: str, phase: str | None, schedule: str | None = "daily", **span: float) -> dict[str, Any]:
    labels = {"velero.io/schedule-name": schedule} if schedule else {}
    done = {"phase": phase, **({"completionTimestamp": ago(**span)} if span else {})} if phase else {}
    return thing("Backup", name, "velero", "velero.io/v1", metadata={"labels": labels, "creationTimestamp": ago(hours=1)}, status=done)


def pg(name: str, phase: str, cluster: str, **span: float) -> dict[str, Any]:
    return thing(
        "Backup",
        name,
        "web",
        "postgresql.cnpg.io/v1",
        spec={"cluster": {"name": cluster}},
        status={"phase": phase, "stoppedAt": ago(**span)},
    )


def whole(text: str) -> str:
    """Without the seconds that a test takes."""
    return re.sub(r"(\d)\.\d+ (?=min|h|d)", r"\1 ", text)


BACKUPS: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "velero": ("backups: velero, at_most: 25h", ("the newest backup of weekly, Backup/velero/w1, is PartiallyFailed",), "7 h"),
    "daily": ("backups: velero, backups_of: [daily]", (), "2 h"),
    "strict": ("backups: velero, backups_of: [daily], at_most: 90min", ("the age of the newest backup of daily, Backup/velero/d2, is 120 min, at most 90 min expected (33 % worse)",), "120 min"),
    "gone": ("backups: velero, backups_of: [monthly]", ("no data: the newest backup of monthly holds nothing, at most 25 h expected",), "no data"),
    "pg": ("backups: cloudnative-pg, namespace: web", ("the age of the newest backup of orders, Backup/web/o1, is 48 h, at most 25 h expected (92 % worse)",), "48 h"),
    "snapshots": ("backups: volume-snapshots, namespace: web", (), "3 h"),
    "own": ("backups: {kind: certificates.cert-manager.io, phase: status.state, good: [done], time: status.at}, namespace: web", (), "4 h"),
    "never": (
        "backups: {kind: statefulsets.apps, phase: status.state, good: done, time: status.at, each: metadata.name}, namespace: web",
        ("no data: the newest backup of never holds nothing, at most 25 h expected", "the age of the newest backup of ahead, StatefulSet/web/ahead, cannot be told: it is dated in the future"),
        "no data",
    ),
    "accepted": ("backups: velero, namespace: web, on_no_data: {skip: begins in May}", (), "no data"),
}  # fmt: skip


def test_the_newest_backup_of_each_is_good_and_young(api, ask) -> None:
    world = Cluster(
        *(velero("d1", "Completed", hours=26), velero("d2", "Completed", hours=2), velero("d3", "InProgress"), velero("d4", None)),
        *(
            velero("w1", "PartiallyFailed", "weekly", hours=5),
            velero("w0", "Completed", "weekly", hours=7),
            velero("by-hand", "Failed", None, hours=1),
        ),
        *(pg("s1", "completed", "shop", hours=1), pg("o1", "completed", "orders", hours=48), pg("o2", "running", "orders", hours=0)),
        *(
            thing("VolumeSnapshot", name, status={"readyToUse": ready, "creationTime": ago(hours=3)})
            for name, ready in (("a", True), ("b", False))
        ),
        thing("Certificate", "c", status={"state": "done", "at": ago(hours=4)}),
        thing("StatefulSet", "never", status={"state": "done"}, metadata={"creationTimestamp": ago(hours=1)}),
        thing("StatefulSet", "ahead", status={"state": "done", "at": ago(days=-9)}),
    )
    _, environment = api(world)
    checks = [f"rule: backup-recent, name: {name}, {check}" for name, (check, _, _) in BACKUPS.items()]
    _, *found = ask(live(*checks), **environment).values()
    for (name, (_, problems, actual)), judged in zip(BACKUPS.items(), found, strict=True):
        assert (tuple(map(whole, judged.problems)), whole(judged.measured.record()["actual"])) == (problems, actual), name
    assert found[-1].unknown == "no data, which is accepted: begins in May"


def cronjob(name: str, *, suspend: bool = False, **success: float) -> dict[str, Any]:
    return thing("CronJob", name, spec={"suspend": suspend}, status={"lastSuccessfulTime": ago(**success)} if success else {})


def test_cron_jobs_have_succeeded_lately(api, ask) -> None:
    _, environment = api(
        Cluster(cronjob("check", minutes=3), cronjob("vacuum", days=3), cronjob("new"), cronjob("off", suspend=True, hours=1))
    )
    checks = [
        "rule: health-check-fresh, cronjobs: [check]",
        "rule: maintenance-ran, name: two, cronjobs: [check, web/vacuum], at_most: 25h",
        "rule: maintenance-ran, name: new, cronjobs: [new], at_most: 25h",
        "rule: maintenance-ran, name: off, cronjobs: [off], at_most: 25h",
        "rule: maintenance-ran, name: gone, cronjobs: [gone], at_most: 25h",
        "rule: maintenance-ran, name: all, cronjobs: all, at_most: 4d",
        "rule: maintenance-ran, name: none, cronjobs: all, at_most: 4d, namespace: empty",
    ]
    _, fresh, two, new, off, gone, every, none = ask(live(*checks), **environment).values()
    assert not fresh.problems and whole(fresh.measured.actual) == "3 min"
    old = "the time since the last success of CronJob/web/vacuum is 72 h, at most 25 h expected (2.8 times too much)"
    assert [*map(whole, two.problems)] == [old] and whole(two.measured.actual) == "72 h"
    assert new.problems == ("no data: the last success of CronJob/web/new holds nothing, at most 25 h expected",)
    assert off.problems == ("CronJob/web/off is suspended",)
    assert gone.problems == ("there is no CronJob gone",)
    assert len(every.problems) == 2
    assert none.problems == ("no data: the namespace holds nothing, at most 4 d expected",)


def run(rollout: str, phase: str) -> dict[str, Any]:
    owners = [{"kind": "Rollout", "name": rollout}]
    return thing("AnalysisRun", f"{rollout}-{phase.lower()}", metadata={"ownerReferences": owners}, status={"phase": phase})


def test_a_canary_has_been_promoted_once_and_taken_back_once(api, ask) -> None:
    _, environment = api(Cluster(run("api", "Successful"), run("api", "Failed"), run("cart", "Successful")))
    checks = (
        "rule: canary-works",
        "rule: canary-works, name: api, analysis_runs: [api]",
        "rule: canary-works, name: none, namespace: empty",
    )
    _, every, api_alone, none = ask(live(*checks), **environment).values()
    assert every.problems == ("no AnalysisRun of Rollout web/cart has Failed: that a version is taken back has not been seen",)
    assert api_alone == Judged()
    assert none.problems == ("no data: there is no AnalysisRun of any Rollout, so no canary has been exercised",)


def definition(name: str, established: str) -> dict[str, Any]:
    return thing("CustomResourceDefinition", name, "", status={"conditions": conditions(Established=established)})


def test_operators_are_ready_with_their_definitions(api, ask) -> None:
    world = Cluster(deployment("operator", 1, 1), definition("a.example.com", "True"), definition("b.example.com", "False"))
    _, environment = api(world)
    check = "rule: operators-ready, workloads: [Deployment/operator], crds: [a.example.com, b.example.com, c.example.com]"
    found = ask(
        live(check, "rule: operators-ready, name: one, crds: [a.example.com]", "rule: operators-ready, name: no, crds: [d.example.com]"),
        **environment,
    )
    assert found["operators-ready[prod/Deployment/operator]"].problems == ()
    assert found["operators-ready[prod]"].problems == (
        "CustomResourceDefinition b.example.com is not Established: False it is",
        "there is no CustomResourceDefinition c.example.com",
    )
    assert found["operators-ready[one]"] == Judged()
    assert found["operators-ready[no]"].problems == ("there is no CustomResourceDefinition d.example.com",)


def test_what_fails_is_asked_again_and_not_remembered(api, ask) -> None:
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/a.example.com"
    answers = iter(("False", "True", "True"))
    _, environment = api(
        Cluster(definition("a.example.com", "False")),
        **{path: lambda handler: send(handler, reply(definition("a.example.com", next(answers))))},
    )
    check = "rule: operators-ready, crds: [a.example.com]"
    assert one(ask(live(check, target=", retries: 1, pause: 10ms"), **environment)) == Judged()
    assert next(answers) == "True"  # asked twice


# -- drift

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: web}
spec:
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}, {namespaceSelector: {}}]
      ports: [{port: 8080}, {port: 9090, protocol: UDP}]
"""
SPEC = {
    "podSelector": {"matchLabels": {"app": "api"}},
    "policyTypes": ["Ingress"],
    "ingress": [
        {
            "from": [{"namespaceSelector": {"matchLabels": {}}}, {"podSelector": {"matchLabels": {"app": "web"}}}],
            "ports": [{"port": 9090, "protocol": "UDP"}, {"port": 8080, "protocol": "TCP"}],
        }
    ],
}


def policy(name: str, spec: dict[str, Any], namespace: str = "web", **metadata: Any) -> dict[str, Any]:
    return thing("NetworkPolicy", name, namespace, metadata=metadata, spec=spec)


def plain(name: str, kind: str = "NetworkPolicy", namespace: str = "", api: str = "") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    spec = "spec: {podSelector: {}}\n" if kind == "NetworkPolicy" else ""
    return f"apiVersion: {api or KINDS[kind][0]}\nkind: {kind}\nmetadata: {{name: {name}{place}}}\n{spec}"


def test_what_is_declared_is_in_the_cluster_as_declared(api, ask) -> None:
    _, environment = api(Cluster(policy("api", SPEC), policy("by-hand", {}), policy("made", {}, ownerReferences=[{"kind": "Tenant"}])))
    project = Project.of({"k8s/api.yaml": POLICY, "k8s/other.yaml": plain("deny", namespace="shop")})
    judged = one(ask(live("rule: network-policies-active"), project, **environment))
    assert judged.problems == ("NetworkPolicy/shop/deny is not in the cluster, k8s/other.yaml:3 declares it",)
    assert judged.advice == ("NetworkPolicy that the repository does not declare: web/by-hand",)
    assert (judged.measured.target, judged.measured.actual) == ("at least 2", "1")


DIFFERENT: dict[str, tuple[dict[str, Any], str | None]] = {
    "the same": (SPEC, None),
    "other pods": ({**SPEC, "podSelector": {}}, 'podSelector is {}, not {"matchLabels": {"app": "api"}}'),
    "other direction": ({**SPEC, "policyTypes": ["Ingress", "Egress"]}, "policyTypes is Egress, Ingress, not Ingress"),
    "no rule": ({**SPEC, "ingress": []}, 'ingress {"from": [{"namespaceSelector": {}}, {"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 8080, "proto… is missing'),
    "all open": ({**SPEC, "ingress": [*SPEC["ingress"], {}]}, "ingress {} is in the cluster alone"),
    "nonsense": ({"podSelector": SPEC["podSelector"], "ingress": [*SPEC["ingress"], "x"]}, "ingress {} is in the cluster alone"),
}  # fmt: skip


def test_a_network_policy_says_what_is_declared(api, ask) -> None:
    _, environment = api(Cluster(*(policy("api", spec, name) for name, (spec, _) in zip("abcdef", DIFFERENT.values(), strict=True))))
    project = Project.of({f"k8s/{name}.yaml": POLICY.replace("web}\n", f"{name}}}\n", 1) for name in "abcdef"})
    problems = [
        f"NetworkPolicy/{name}/api is not as k8s/{name}.yaml:3 declares it: {problem}"
        for name, (_, problem) in zip("abcdef", DIFFERENT.values(), strict=True)
        if problem
    ]
    assert list(one(ask(live("rule: network-policies-active"), project, **environment)).problems) == problems


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ({"podSelector": {}}, {}, True),
        ({"ingress": None}, {"ingress": [], "policyTypes": ["Ingress"]}, True),
        ({"egress": [{}]}, {"egress": [{"to": [], "ports": None}], "policyTypes": ["Egress", "Ingress"]}, True),
        ({"policyTypes": ["Ingress"], "egress": [{}]}, {}, True),
        ({"ingress": [{}]}, {"ingress": []}, False),
        ({"ingress": [{"from": [{"podSelector": {}}]}]}, {"ingress": [{"from": [{"namespaceSelector": {}}]}]}, False),
        ({"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": []}}]}]}, {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}, True),
        ({"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]}]}, {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}, False),
        ({"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "y"]}]}}, {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["y", "x"]}]}}, True),
        ({"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}}, {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists", "values": []}]}}, True),
        ({"ingress": [{"ports": [{"port": 80, "endPort": 90}]}]}, {"ingress": [{"ports": [{"port": 80}]}]}, False),
        ({"ingress": [{"ports": [{"port": "http"}]}]}, {"ingress": [{"ports": [{"port": 80}]}]}, False),
    ],
)  # fmt: skip
def test_a_policy_may_be_written_in_many_ways(left: object, right: object, same: bool) -> None:
    assert (drift.policy(left) == drift.policy(right)) is same


CHART = {
    "charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "charts/shop/values.yaml": "policies: [api]\n",
    "charts/shop/values-prod.yaml": "policies: [api, db]\n",
    "charts/shop/templates/policies.yaml": "{{- range .Values.policies }}\n---\n"
    + plain("{{ . }}", namespace="{{ $.Release.Namespace }}").replace("{name: {{ . }}", "{name: {{ . | quote }}").replace("{{ $.Release.Namespace }}", "{{ $.Release.Namespace | quote }}")
    + "{{- end }}\n",
}  # fmt: skip
OVERLAYS = {
    "base/kustomization.yaml": "resources: [policy.yaml]\n",
    "base/policy.yaml": plain("base"),
    "overlays/dev/kustomization.yaml": "resources: [../../base]\nnamespace: dev\n",
    "overlays/prod/kustomization.yaml": "resources: [../../base, own.yaml]\nnamespace: shop\n",
    "overlays/prod/own.yaml": plain("own"),
}


def declares(files: dict[str, str], check: str, *environments: str) -> list[str]:
    """The objects that a check finds in a repository, or why it finds none."""
    configured = tuple(Environment(name, values=(f"values-{name}.yaml",) if name == "prod" else ()) for name in environments)
    project = Project(MemoryTree(files), builtin.formats(), Configuration(environments=configured))
    text = live(f"rule: network-policies-active, {check}" if check else "rule: network-policies-active")
    (entry,) = declared.load(yaml.parse("readiness.yaml", text)[0], project)[0].checks
    try:
        return [f"{found.called} {found.place}" for found in drift.prepare(entry, project)]
    except (ParseFailure, Unresolved) as failure:
        return [str(failure)]


@pytest.mark.parametrize(
    ("files", "check", "environments", "found"),
    [
        ({"a.yaml": plain("a"), "b.yaml": plain("a"), "c.yaml": plain("a", namespace="c")}, "", (), ["NetworkPolicy/a a.yaml:3", "NetworkPolicy/c/a c.yaml:3"]),
        ({"a.yaml": plain("a", api="networking.k8s.io/v1beta1")}, "", (), ["NetworkPolicy/a a.yaml:3"]),
        (CHART, "", (), ["readiness.yaml:5:22: the repository declares NetworkPolicy for default, prod: say which is meant with environment or manifests"]),
        (CHART, "environment: prod", ("dev", "prod"), ["NetworkPolicy/api charts/shop/templates/policies.yaml:5", "NetworkPolicy/db charts/shop/templates/policies.yaml:5"]),
        (CHART, "environment: dev", ("dev", "prod"), ["NetworkPolicy/api charts/shop/templates/policies.yaml:5"]),
        (CHART, "", ("dev", "prod"), ["readiness.yaml:5:22: the repository declares NetworkPolicy for dev, prod: say which is meant with environment or manifests"]),
        (OVERLAYS, "environment: prod", (), ["NetworkPolicy/shop/base base/policy.yaml:3", "NetworkPolicy/shop/own overlays/prod/own.yaml:3"]),
        (OVERLAYS, "environment: production", (), ["NetworkPolicy/shop/base base/policy.yaml:3", "NetworkPolicy/shop/own overlays/prod/own.yaml:3"]),
        (OVERLAYS, "manifests: [overlays/dev]", (), ["NetworkPolicy/dev/base base/policy.yaml:3"]),
        (OVERLAYS, "", (), ["readiness.yaml:5:22: the repository declares NetworkPolicy for development, production: say which is meant with environment or manifests"]),
        ({"a.yaml": plain('"${NAME}"')}, "", (), ["${NAME} is filled in at deploy time"]),
        ({"a.yaml": plain("hook").replace("{name: hook", "{name: hook, annotations: {helm.sh/hook: post-install}")}, "", (), []),
    ],
    ids=["manifests", "of old", "chart", "chart for prod", "chart for dev", "chart for either", "overlay", "overlay by its usual name", "overlay by its place", "overlay for either", "name to come", "hook"],
)  # fmt: skip
def test_what_the_repository_declares(files: dict[str, str], check: str, environments: tuple[str, ...], found: list[str]) -> None:
    assert declares(files, check, *environments) == found


def test_what_leaves_its_namespace_open_is_looked_for_where_the_check_looks(api, ask) -> None:
    world = Cluster(
        policy("a", {}, "shop"),
        thing("ServiceAccount", "api", "shop"),
        thing("ServiceAccount", "default", "shop"),
        thing("ClusterRole", "reader", ""),
    )
    _, environment = api(world)
    project = Project.of(
        {
            "a.yaml": plain("a"),
            "b.yaml": plain("api", "ServiceAccount"),
            "c.yaml": plain("reader", "ClusterRole"),
            "d.yaml": plain("writer", "ClusterRole"),
            "e.yaml": plain("a", namespace="shop"),  # another one, which is no proof of the first
        }
    )
    listed = "drift: [NetworkPolicy, ServiceAccount, rbac.authorization.k8s.io/ClusterRole]"
    _, here, there = ask(
        live(f"rule: rbac-active, {listed}", f"rule: rbac-active, name: shop, namespace: shop, {listed}"), project, **environment
    ).values()
    missing = "ClusterRole/writer is not in the cluster, d.yaml:3 declares it"
    assert here.problems == (
        "NetworkPolicy/a is not in the cluster, a.yaml:3 declares it",
        "ServiceAccount/api is not in the cluster, b.yaml:3 declares it",
        missing,
    )
    assert (there.problems, there.advice) == ((missing,), ())


def test_nothing_that_is_declared_is_no_data(api, ask) -> None:
    _, environment = api(Cluster())
    checks = (
        "rule: network-policies-active",
        "rule: network-policies-active, name: b, on_no_data: {skip: the mesh does it}",
        "rule: network-policies-active, name: c, environment: prod",
        "rule: network-policies-active, name: d, manifests: [deploy, k8s]",
        "rule: rbac-active, service_accounts: declared, environment: prod",
    )
    _, fails, skipped, prod, globs, accounts = ask(live(*checks), **environment).values()
    assert fails.problems == ("no data: the repository declares no NetworkPolicy",)
    assert skipped.unknown == "no data, which is accepted: the mesh does it"
    assert prod.problems == ("no data: the repository declares no NetworkPolicy for prod",)
    assert globs.problems == ("no data: the repository declares no NetworkPolicy in deploy and k8s",)
    assert accounts.problems == ("no data: the repository declares no ServiceAccount for prod",)


def test_replicas_that_the_repository_declares_are_the_least(api, ask) -> None:
    _, environment = api(Cluster(deployment("api", 2, 2), deployment("web", 2, 2), deployment("cart", 2, 2)))

    def written(name: str, replicas: object) -> str:
        return f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: web}}\nspec: {{replicas: {replicas}}}\n"

    scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: web}\nspec: {minReplicas: 2, scaleTargetRef: {kind: Deployment, name: web}}\n"
    files = {
        "prod/api.yaml": written("api", 3),
        "dev/api.yaml": written("api", 9),
        "prod/web.yaml": written("web", 5),
        "prod/hpa.yaml": scaler,
        "prod/cart.yaml": written("cart", '"${REPLICAS}"'),
        "prod/other.yaml": written('"${NAME}"', 7),
    }
    checks = ("rule: replicas, namespace: web, environment: prod", "rule: replicas, name: cluster, namespace: web")
    _, declares, alone = ask(live(*checks), Project.of(files), **environment).values()
    assert declares.problems == ("Deployment/web/api has 2 replicas ready, at least 3 expected (prod/api.yaml:3 declares 3)",)
    assert (declares.measured.target, declares.measured.actual, alone.problems) == ("at least 7", "6", ())


# -- who may do what


def test_service_accounts_exist_and_may_what_they_must(api, ask) -> None:
    accounts = (thing("ServiceAccount", "api"), thing("ServiceAccount", "admin"), thing("ServiceAccount", "other", "shop"))
    server, environment = api(Cluster(*accounts, may=("web:admin", "web:api get configmaps", "web:api create pods exec")))
    project = Project.of({"a.yaml": plain("api", "ServiceAccount", "web"), "b.yaml": plain("gone", "ServiceAccount", "web")})
    checks = (
        "rule: rbac-active, name: declared",
        "rule: rbac-active, name: api, service_accounts: [web/api], can_i: [get configmaps, get deployments.apps], cannot_i: ['* *', create pods/exec]",
        "rule: rbac-active, name: admin, service_accounts: [web/admin, shop/other]",
        "rule: rbac-active, name: alone, service_accounts: declared",
        "rule: rbac-active, name: typo, service_accounts: [web/api], cannot_i: [get secrest]",
        "rule: rbac-active, name: mine, cannot_i: [delete deployments.apps], namespace: '*'",
    )
    _, every, api_alone, admin, alone, typo, mine = ask(live(*checks), project, **environment).values()
    assert every.problems == ("ServiceAccount/web/gone is not in the cluster, b.yaml:3 declares it",)
    assert api_alone.error is None
    assert api_alone.problems == (
        "ServiceAccount/web/api may not get deployments.apps in namespace web",
        "ServiceAccount/web/api may create pods/exec in namespace web",
    )
    assert admin.problems == ("ServiceAccount/web/admin may do everything in namespace web",)
    assert (admin.measured.target, admin.measured.actual) == ("at least 2", "2")
    assert alone.problems == ("ServiceAccount/web/gone is not in the cluster, b.yaml:3 declares it",)
    assert (alone.measured.target, alone.measured.actual) == ("at least 2", "1")
    assert typo.error == "the cluster has no secrest, so whether one may get them says nothing"
    assert mine == Judged()
    assert len(server.reviews) >= 8


# -- down, hung, lying, and refused

DEPLOYMENTS = "/apis/apps/v1/namespaces/web/deployments"
CHECK = "rule: replicas, workloads: [Deployment/api], namespace: web"


def test_what_is_down_fails_at_once_and_is_not_asked_again(ask, tmp_path, authority) -> None:
    port = free_port()
    found = ask(live(CHECK, "rule: argo-synced"), **kubeconfig(tmp_path, f"https://127.0.0.1:{port}", authority))
    reason = f"The connection to the server 127.0.0.1:{port} was refused - did you specify the right host or port?"
    assert found["reachable[prod]"].problems == (f"target prod cannot be reached: {reason}",)
    assert found["argo-synced[prod]"] == Judged(unknown="target prod cannot be reached")


def test_what_hangs_is_given_up(ask, silent, tmp_path) -> None:
    started = time.monotonic()
    found = ask(live(CHECK).replace("10s", "500ms"), **kubeconfig(tmp_path, silent))
    assert time.monotonic() - started < 5
    (problem,) = found["reachable[prod]"].problems
    assert re.search(r"cannot be reached: .*(exceeded|canceled|timed out|stopped after 0.5 s)", problem), problem


def test_a_login_that_hangs_is_stopped_with_all_it_started(api, ask, tmp_path) -> None:
    """A kubeconfig may name a program that logs in; here one that never ends, as one that waits for a browser."""
    server, _ = api(Cluster())
    login = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "sh",
        "args": ["-c", f"echo $$ > {tmp_path}/pid; sleep 600 & wait"],
    }
    found = ask(live(CHECK).replace("10s", "3s"), **kubeconfig(tmp_path, server.url, exec={**login, "interactiveMode": "Never"}))
    assert found["reachable[prod]"].problems == ("target prod cannot be reached: kubectl was stopped after 3 s",)
    pid = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_login_gets_its_environment_and_no_more(api, ask, authority, tmp_path) -> None:
    server, _ = api(Cluster(deployment("api")))
    told = '{"apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential", "status": {"token": "from-the-login"}}'
    login = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "sh", "args": ["-c", f"env > {tmp_path}/env; echo '{told}'"]}
    environment = kubeconfig(tmp_path, server.url, authority, exec={**login, "interactiveMode": "Never"})
    found = ask(live(CHECK), **environment, AWS_PROFILE="shop", SHOP_TOKEN="hidden", GITHUB_TOKEN="hidden", LD_PRELOAD="")
    assert [judged.problems for judged in found.values()] == [(), ()]
    seen = (tmp_path / "env").read_text()
    assert "AWS_PROFILE=shop" in seen and "hidden" not in seen and "LD_PRELOAD" not in seen
    assert any(headers.get("Authorization") == "Bearer from-the-login" for _, headers in server.asked)


FAILING: dict[str, tuple[Any, str, str]] = {
    "forbidden": (
        forbidden("deployments.apps"),
        "",
        'the cluster refuses: deployments.apps is forbidden: User "ci" cannot list resource "deployments" in API group "apps" in the namespace "web"',
    ),
    "not logged in": (status(401, "Unauthorized", "Unauthorized"), "", "the cluster refuses: You must be logged in to the server (Unauthorized)"),
    "broken": (status(500, "InternalError", "etcdserver: leader changed"), "kubectl get deployments.apps: etcdserver: leader changed", ""),
    "broken with a page": ((500, {"Content-Type": "text/html"}, b"<html>" + b"x" * 9000), "an error on the server", ""),
    "a page": ((200, {"Content-Type": "text/html"}, b"<html>Please log in</html>"), "", ""),
    "another type": (reply({"kind": "DeploymentList", "apiVersion": "apps/v1", "items": "none"}), "", ""),
    "a list": (reply([1, 2]), "", ""),
    "text for a number": (reply({"kind": "DeploymentList", "apiVersion": "apps/v1", "items": [deployment("api", "three", namespace="text-for-a-number")]}), "", "status.readyReplicas of Deployment/text-for-a-number/api is 'three', which is not a number of anything"),
    "no metadata": (reply({"kind": "DeploymentList", "apiVersion": "apps/v1", "items": [{"kind": "Deployment", "apiVersion": "apps/v1"}]}), "", ""),
    "nonsense inside": (reply({"kind": "DeploymentList", "apiVersion": "apps/v1", "items": [thing("Deployment", "api", "nonsense-inside", spec=[], status="well")]}), "not looked at it yet", ""),
    "large": (reply({"kind": "DeploymentList", "apiVersion": "apps/v1", "items": [deployment(f"d{n}", namespace="large") for n in range(200)]}), "get deployments.apps answers with more than 65536 bytes: raise max_size of the target", ""),
    "a loop": ((302, {"Location": DEPLOYMENTS.replace("web", "a-loop")}, b""), "stopped after 10 redirects", ""),
    "escapes": (status(500, "InternalError", "\x1b[2J::error::\u202e owned"), "owned", ""),
    "the token back": (status(500, "InternalError", f"Authorization: Bearer {TOKEN}"), "Bearer ****", ""),
}  # fmt: skip


def test_a_lie_is_told(api, ask) -> None:
    routes = {DEPLOYMENTS.replace("web", name.replace(" ", "-")): answer for name, (answer, _, _) in FAILING.items()}
    _, environment = api(Cluster(deployment("api")), **routes)
    checks = [CHECK.replace("web", name.replace(" ", "-")) + f", name: {name}" for name in FAILING]
    found = ask(live(*checks, target=", max_size: 64 KiB").replace("10s", "5s"), **environment)
    for name, (_, problem, error) in FAILING.items():
        judged = found[f"replicas[{name}/Deployment/api]"]
        said = "; ".join((*judged.problems, judged.error or ""))
        assert bool(judged.problems) == (not error) and bool(judged.error) == bool(error) and judged.unknown is None, (name, judged)
        assert problem in said and error in said, (name, said)
        assert TOKEN not in said and len(said) < 400 and "\x1b" not in texts.safe(said), (name, said)


def test_an_answer_without_end_is_given_up(api, ask) -> None:
    def endless(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        while not handler.server.stopped.wait(0.02):
            handler.wfile.write(b"[" * 65536)

    _, environment = api(Cluster(deployment("api")), **{DEPLOYMENTS: endless})
    (problem,) = one(ask(live(CHECK).replace("10s", "3s"), **environment)).problems
    assert problem == "kubectl was stopped after 3 s" or "canceled" in problem or "exceeded" in problem


def test_something_else_than_a_cluster_is_not_reached(serve, ask, tmp_path) -> None:
    page = (200, {"Content-Type": "text/html"}, b"<html>Please log in</html>")
    for number, answer in enumerate((page, reply({"status": "ok"}), (404, {}, b""), garbage)):
        server = serve({"/version": answer})
        (problem,) = ask(live(), **kubeconfig(tmp_path / str(number), server.url))["reachable[prod]"].problems
        assert problem.startswith("target prod cannot be reached: ") and len(problem) < 400


def test_what_cannot_be_asked_is_an_error(api, ask, tmp_path, monkeypatch) -> None:
    _, environment = api(Cluster())
    assert ask(live(target=", kubeconfig: nothing"), **environment)["reachable[prod]"].error == "nothing: there is no such kubeconfig"
    named = "live:\n  targets:\n    prod: {cluster: {env: PROD_CONTEXT}}\n"
    assert ask(named, **environment)["reachable[prod]"].error == "the environment variable PROD_CONTEXT is not set, which target prod needs"
    assert ask(named, **environment, PROD_CONTEXT="prod")["reachable[prod]"] == Judged()
    (problem,) = ask(live().replace("cluster: prod", "cluster: staging"), **environment)["reachable[prod]"].problems
    assert problem == 'target prod cannot be reached: context "staging" does not exist'
    monkeypatch.setattr(client.tools, "find", lambda _: None)
    assert ask(live(), **environment)["reachable[prod]"].error == "kubectl is needed, and is not on PATH"


def test_a_kubeconfig_may_be_named_and_nothing_is_left_behind(api, ask, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(client.tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    _, environment = api(Cluster(deployment("api")))
    home = {"HOME": environment["HOME"], "PATH": environment["PATH"]}
    for written in ("kubeconfig", "~/kubeconfig", str(tmp_path / "kubeconfig")):
        assert one(ask(live(CHECK, target=f", kubeconfig: {written}"), **home)).problems == ()
    opened = list((tmp_path / "tmp").iterdir())
    assert len(opened) == 3 and not (tmp_path / ".kube").exists()


def test_the_directory_of_a_client_goes_with_it(api, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(client.tempfile, "tempdir", str(tmp_path))
    _, environment = api(Cluster())
    found, _ = declared.load(yaml.parse("readiness.yaml", live())[0], Project.of({}))
    opened = client.Client(found.targets[0], around(found, tmp_path, environment))
    assert opened.reach() == Judged() and list(tmp_path.glob("readiness-*"))
    opened.close()
    assert not list(tmp_path.glob("readiness-*"))


def test_a_kind_that_the_cluster_does_not_have_is_told(api, ask) -> None:
    _, environment = api(Cluster(kinds=BARE))
    project = Project.of({"a.yaml": plain("tls", "Certificate", "web")})
    checks = ("rule: argo-synced", "rule: rbac-active, drift: [cert-manager.io/Certificate]", "rule: backup-recent, backups: velero")
    _, argo, drifted, backup = ask(live(*checks), project, **environment).values()
    assert argo.problems == ("the cluster has no applications.argoproj.io: what brings them is not installed",)
    assert drifted.problems == ("the cluster has no Certificate.cert-manager.io: what brings them is not installed",)
    assert backup.problems == ("the cluster has no backups.velero.io: what brings them is not installed",)


# -- declarations and runs


@pytest.mark.parametrize(
    ("check", "target", "mistake"),
    [
        ("rule: replicas, workloads: [Pod/api]", "", "live.checks.0.workloads.0"),
        ("rule: replicas, workloads: [Deployment/api], at_most: 3", "", "workloads are compared with at_least, not at_most"),
        ("rule: replicas, workloads: [Deployment/api], namespace: [a, b]", "", "Deployment/api: say in which namespace, as in Deployment/NAMESPACE/api"),
        ("rule: replicas, workloads: [Deployment/api]", ", namespace: '*'", "Deployment/api: say in which namespace"),
        ("rule: replicas, workloads: all, environment: prod, count: workloads, at_least: 3 s", "", "3 s"),
        ("rule: argo-synced, at_least: 1", "", "applications are compared with at_most or below or equals, not at_least"),
        ("rule: backup-recent, backups: restic", "", "live.checks.0.backups"),
        ("rule: backup-recent, backups: {kind: backups.k8up.io, phase: 'a[', good: [x], time: b}", "", "is not a JMESPath expression"),
        ("rule: backup-recent, backups: velero, at_most: 3", "", "cannot be compared with 3"),
        ("rule: backup-recent", "", "what is to hold? declare one of"),
        ("rule: maintenance-ran, cronjobs: all", "", "exactly one of below, at_most"),
        ("rule: operators-ready, backups: velero, cronjobs: all, at_most: 1d", "", "a check measures one of backups and cronjobs: declare two checks"),
        ("rule: network-policies-active, drift: [Secret]", "", "secrets are not compared: whoever may list them may read them"),
        (
            "rule: backup-recent, backups: {kind: secrets, phase: data.key, good: a, time: metadata.creationTimestamp}",
            "",
            "secrets are not read: what they hold would be shown",
        ),
        ("rule: rbac-active, cannot_i: [everything]", "", "live.checks.0.cannot_i.0"),
        ("rule: rbac-active, cannot_i: ['* *'], namespace: [a, b]", "", "permissions are asked of one namespace, or of all with '*'"),
        ("rule: operators-ready, crds: [a.example.com], count: workloads", "", "count is about workloads"),
        ("rule: operators-ready, crds: [a.example.com], backups_of: [a]", "", "backups_of is about backups"),
        ("rule: operators-ready, crds: [a.example.com], environment: prod", "", "only workloads, drift and service_accounts: declared look into the repository"),
        ("rule: operators-ready, crds: [a.example.com], namespace: web", "", "definitions stand in no namespace"),
        ("rule: operators-ready, crds: [a.example.com], on_no_data: {skip: x}", "", "on_no_data is about what may not be there"),
        ("rule: backup-recent, backups: velero, unit: h", "", "what is measured of a cluster has its unit"),
        ("rule: operators-ready, crds: ['--all']", "", "live.checks.0.crds.0"),
        ("rule: operators-ready, crds: [a.example.com], path: /x", "", "path is not for a check of a cluster, which prod is"),
        ("rule: deploy-success", ", token_env: TOKEN", "token_env is not for a target that is a cluster"),
        ("rule: deploy-success", ", proxy_env: PROXY", "proxy_env is not for a target that is a cluster"),
        ("rule: deploy-success", ", namespace: -x", "live.targets.prod.namespace"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(check: str, target: str, mistake: str) -> None:
    document = yaml.parse("readiness.yaml", live(check, target=target))[0]
    found = [str(one) for one in schema.violations(document, "readiness")] or [
        str(one) for one in declared.load(document, Project.of({}))[1]
    ]
    assert found and mistake in found[0] and re.match(r"readiness.yaml:[35]:\d+: ", found[0]), found


def test_every_preset_of_backups_can_be_declared() -> None:
    pattern = schema.load("readiness")["properties"]["live"]["properties"]["checks"]["items"]["properties"]["backups"]["pattern"]
    assert pattern == f"^({'|'.join(states.SOURCES)})$"


def test_the_role_in_the_documentation_is_enough() -> None:
    page = (Path(__file__).parents[1] / "docs/live-clusters.md").read_text("utf-8")
    (code,) = re.findall(r"```yaml\n# readiness-role.yaml\n(.*?)```", page, re.DOTALL)
    allowed = {
        f"{resource}.{group}".rstrip(".")
        for rule in yaml.parse("role.yaml", code)[0].data["rules"]
        for resource in rule["resources"]
        for group in rule["apiGroups"]
    }
    asked = {*workloads.RESOURCES.values(), *(one.resource for one in states.SOURCES.values())}
    served = {
        f"{plural}.{group.rpartition('/')[0]}".rstrip(".")
        for kind, (group, plural, _) in KINDS.items()
        if kind not in ("Pod", "ConfigMap", "Certificate")
    }
    assert asked | served <= allowed
    assert not {"secrets", "*"} & {name.partition(".")[0] for name in allowed}


def test_a_run_tells_targets_and_actuals(api, pytester, monkeypatch) -> None:
    world = Cluster(deployment("api", 2), deployment("web", 2, 2), policy("api", SPEC))
    _, environment = api(
        world, **{"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications": forbidden("applications.argoproj.io", "argocd")}
    )
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (pytester.path / "k8s").mkdir()
    (pytester.path / "k8s/api.yaml").write_text(POLICY)
    (pytester.path / "k8s/deny.yaml").write_text(plain("deny", namespace="web"))
    text = live("rule: replicas, workloads: [Deployment/api, Deployment/web]", "rule: network-policies-active", "rule: argo-synced")
    pytester.makefile(".yaml", readiness=text)
    result = pytester.runpytest("--readiness", "--readiness-live", "-m", "live", "--junitxml=own.xml", "-rA")
    result.assert_outcomes(passed=2, failed=2, errors=1)
    result.stdout.fnmatch_lines([
        "*Deployment/web/api has 2 of 3 replicas ready*",
        "*replicas?prod/Deployment/api?*at least 3*2*33 % worse*",
        "*network-policies-active?prod?*at least 2*1*50 % worse*",
    ])  # fmt: skip
    result.stdout.fnmatch_lines(["*NetworkPolicy/web/deny is not in the cluster, k8s/deny.yaml:3 declares it*"])
    result.stdout.fnmatch_lines(['*the cluster refuses: applications.argoproj.io is forbidden: User "ci" cannot list*'])
    junit = (pytester.path / "own.xml").read_text()
    assert "at least 3" in junit and "33 % worse" in junit and TOKEN not in junit + result.stdout.str()
