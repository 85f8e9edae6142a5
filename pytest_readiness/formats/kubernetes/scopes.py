"""Which built-in kinds live in a namespace and which belong to the whole cluster."""

from __future__ import annotations

NAMESPACED = frozenset(
    [
        "ConfigMap",
        "Endpoints",
        "LimitRange",
        "PersistentVolumeClaim",
        "Pod",
        "PodTemplate",
        "ReplicationController",
        "ResourceQuota",
        "Secret",
        "Service",
        "ServiceAccount",
        "apps/DaemonSet",
        "apps/Deployment",
        "apps/ReplicaSet",
        "apps/StatefulSet",
        "autoscaling/HorizontalPodAutoscaler",
        "batch/CronJob",
        "batch/Job",
        "coordination.k8s.io/Lease",
        "discovery.k8s.io/EndpointSlice",
        "networking.k8s.io/Ingress",
        "networking.k8s.io/NetworkPolicy",
        "policy/PodDisruptionBudget",
        "rbac.authorization.k8s.io/Role",
        "rbac.authorization.k8s.io/RoleBinding",
        "argoproj.io/Rollout",
        "apps.openshift.io/DeploymentConfig",
        "serving.knative.dev/Service",
        "serving.knative.dev/Configuration",
        "keda.sh/ScaledJob",
        "kubeflow.org/Notebook",
    ]
)
CLUSTER_SCOPED = frozenset(
    [
        "Namespace",
        "PersistentVolume",
        "apiextensions.k8s.io/CustomResourceDefinition",
        "networking.k8s.io/IngressClass",
        "policy/PodSecurityPolicy",
        "rbac.authorization.k8s.io/ClusterRole",
        "rbac.authorization.k8s.io/ClusterRoleBinding",
        "scheduling.k8s.io/PriorityClass",
        "storage.k8s.io/StorageClass",
    ]
)
SYSTEM_NAMESPACES = frozenset(("kube-system", "kube-public", "kube-node-lease"))
