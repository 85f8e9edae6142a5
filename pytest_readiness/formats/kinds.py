"""The kinds of resources that the built-in formats make: the class of each, and the keys that its data can have.

For those who check what is written about a kind before any resource of it is seen. Keys are named where the set is closed;
`ANY` stands for whatever comes below.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from ..model import Resource

_OBJECT = "kubernetes.objects:Object"
_ELEMENT = "github.workflow:"
_STAGE = "dockerfile.stages:Stage"
_BLOCK = "terraform.blocks:Block"
KINDS: Mapping[str, str] = {
    "k8s.object": _OBJECT,
    "k8s.workload": "kubernetes.objects:Workload",
    "k8s.pod": "kubernetes.objects:Pod",
    "k8s.container": "kubernetes.objects:Container",
    **{
        f"k8s.{name}": _OBJECT
        for name in (
            *("service", "namespace", "secret", "configmap", "service-account", "ingress", "gateway", "role", "binding", "hpa"),
            *("scaled-object", "vpa", "pdb", "network-policy", "service-monitor", "route"),
        )
    },
    "argo.application": "gitops.applications:Application",
    "argo.project": "gitops.applications:Project",
    "argo.stage": "gitops.applications:Stage",
    "argo.config": "gitops.applications:Config",
    "argo.rollout": "gitops.rollouts:Rollout",
    "argo.workload": "gitops.rollouts:Deployed",
    "argo.canary": "gitops.rollouts:Canary",
    "argo.metric-template": "gitops.rollouts:MetricTemplate",
    "argo.analysis": "gitops.analyses:Analysis",
    "argo.flux-kustomization": "gitops.flux:Reconciled",
    "argo.flux-release": "gitops.flux:Release",
    "argo.flux-source": "gitops.flux:Source",
    "kustomize.kustomization": "kustomize.format:Kustomization",
    "helm.chart": "helm.resources:ChartFile",
    "helm.values": "helm.resources:ValuesFile",
    "helm.environment-values": "helm.resources:ValuesFile",
    "helm.release": "helm.resources:Release",
    "compose.file": "compose.format:File",
    "compose.service": "compose.format:Service",
    "compose.port": "compose.ports:Port",
    "docker.stage": _STAGE,
    "docker.base": _STAGE,
    "docker.image": _STAGE,
    "docker.service": _STAGE,
    "gha.workflow": f"{_ELEMENT}Workflow",
    "gha.job": f"{_ELEMENT}Job",
    "gha.step": f"{_ELEMENT}Step",
    "gha.action": f"{_ELEMENT}Action",
    "tf.resource": _BLOCK,
    "tf.data": _BLOCK,
    "tf.module-call": _BLOCK,
    "tf.variable": _BLOCK,
    "tf.provider": _BLOCK,
    "tf.backend": _BLOCK,
    "repo.env-file": "dotenv:EnvFile",
    "env.template": "dotenv:EnvFile",
    "repo": "",
}
# what has checks but holds no data of its own
WITHOUT_DATA = (
    *("docker.file", "docker.repository", "k8s.repository", "argo.repository", "kustomize.repository", "helm.repository"),
    *("helm.value", "helm.dependency", "gha.repository", "gha.layout", "gha.uses", "env.repository"),
    *("tf.repository", "tf.root", "tf.module", "tf.local", "tf.tfvars", "tf.lockfile"),
)

Keys = Mapping[str, Any]
ANY: Keys = {}


def _named(text: str, **below: Keys) -> Keys:
    return {**dict.fromkeys(text.split(), ANY), **below}


_METADATA = _named(
    "name generateName namespace labels annotations finalizers ownerReferences uid resourceVersion generation creationTimestamp managedFields"
)
_CONTAINER = _named(
    "name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules volumeMounts volumeDevices"
    " livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext"
    " stdin stdinOnce tty targetContainerName"
)
_POD = _named(
    "activeDeadlineSeconds affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID"
    " hostUsers hostname hostnameOverride imagePullSecrets nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName"
    " readinessGates resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates securityContext serviceAccount"
    " serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations topologySpreadConstraints"
    " volumes",
    containers=_CONTAINER,
    initContainers=_CONTAINER,
    ephemeralContainers=_CONTAINER,
)
_TEMPLATE = {"metadata": _METADATA, "spec": _POD}
_HEAD = {"apiVersion": ANY, "kind": ANY, "metadata": _METADATA, "status": ANY}
_SPEC = {**_HEAD, "spec": ANY}
_WITH_SPEC = "hpa scaled-object vpa pdb network-policy service-monitor route ingress gateway service namespace".split()
_SERVICE = _named(
    "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count cpu_percent cpu_period"
    " cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy develop device_cgroup_rules devices dns"
    " dns_opt dns_search domainname entrypoint env_file environment expose extends external_links extra_hosts gpus group_add healthcheck"
    " hostname image init ipc isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models"
    " network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles provider"
    " pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls"
    " tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir"
)
_STEP = _named("id if name uses run working-directory shell with env continue-on-error timeout-minutes")
_JOB = _named(
    "name permissions needs if runs-on environment concurrency outputs env defaults timeout-minutes strategy continue-on-error container"
    " services uses with secrets snapshot",
    steps=_STEP,
)
_STAGES = _named(
    "base user healthcheck entrypoint cmd labels variables arguments"
    " ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR"
)
KEYS: Mapping[str, Keys] = {
    "k8s.workload": _named("apiVersion kind spec status template", metadata=_METADATA),
    "k8s.pod": _TEMPLATE,
    "k8s.container": _CONTAINER,
    **{f"k8s.{name}": _SPEC for name in _WITH_SPEC},
    "k8s.secret": {**_HEAD, **_named("data stringData type immutable")},
    "k8s.configmap": {**_HEAD, **_named("data binaryData immutable")},
    "k8s.service-account": {**_HEAD, **_named("secrets imagePullSecrets automountServiceAccountToken")},
    "k8s.role": {**_HEAD, **_named("rules aggregationRule")},
    "k8s.binding": {**_HEAD, **_named("roleRef subjects")},
    "compose.service": _SERVICE,
    "compose.port": _named("host_ip published target protocol"),
    "docker.stage": _STAGES,
    "docker.base": _STAGES,
    "docker.image": _STAGES,
    "docker.service": _STAGES,
    "gha.workflow": _named("name run-name on permissions env defaults concurrency", jobs={"*": _JOB}),
    "gha.job": _JOB,
    "gha.step": _STEP,
    "helm.chart": _named(
        "apiVersion name version kubeVersion description type keywords home sources dependencies maintainers icon appVersion deprecated"
        " annotations engine tillerVersion"
    ),
}


@cache
def class_of(kind: str) -> type[Resource]:
    """The class of the resources of a kind; raises `KeyError` for a kind that holds no data."""
    from ..model import Resource as Plain

    if not KINDS[kind]:
        return Plain
    module, _, name = KINDS[kind].partition(":")
    found: type[Resource] = getattr(import_module(f".{module}", __package__), name)
    return found
