"""What a cluster is asked."""

from __future__ import annotations

from collections.abc import Mapping

from .ways import Way

CLUSTER = """\
live:
  targets:
    prod-eu: {cluster: prod-eu, namespace: shop}
  checks:
    - rule: RULE
      target: prod-eu
"""

WAYS: Mapping[str, Way] = {
    "reachable": Way(
        "live:\n  targets:\n    prod-eu: {cluster: prod-eu, kubeconfig: ~/.kube/prod-eu}\n",
    ),
    "service-healthy": Way(
        CLUSTER + "      workloads: [Deployment/api]\n",
    ),
    "replicas": Way(
        CLUSTER + "      workloads: [Deployment/api, StatefulSet/data/postgres]\n      at_least: 3\n",
        {"workloads": "all"},
    ),
    "core-services-count": Way(
        CLUSTER + "      workloads: [Deployment/api, Deployment/worker, StatefulSet/monitoring/prometheus]\n",
        {"workloads": "all", "count": "workloads"},
    ),
    "monitoring-up": Way(
        CLUSTER + "      namespace: monitoring\n      workloads: [StatefulSet/prometheus, StatefulSet/alertmanager, Deployment/grafana]\n",
    ),
    "deploy-success": Way(
        CLUSTER + "      workloads: all\n",
        {"workloads": "all", "count": "workloads"},
    ),
    "network-policies-active": Way(
        CLUSTER + "      drift: [NetworkPolicy]\n      environment: prod\n",
        {"drift": ["NetworkPolicy"]},
    ),
    "rbac-active": Way(
        CLUSTER + "      service_accounts: [shop/api, shop/worker]\n      can_i: [get configmaps]\n      cannot_i: ['* *', get secrets]\n",
        {
            "drift": ["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"],
            "service_accounts": "declared",
            "cannot_i": ["* *"],
        },
    ),
    "backup-recent": Way(
        CLUSTER + "      backups: velero\n      backups_of: [daily]\n      at_most: 25h\n",
        {"at_most": "25h"},
    ),
    "argo-synced": Way(
        CLUSTER + "      applications: [shop, monitoring]\n      namespace: argocd\n",
        {"applications": "all"},
    ),
    "canary-works": Way(
        CLUSTER + "      analysis_runs: [shop-stage/api]\n",
        {"analysis_runs": "all"},
    ),
    "health-check-fresh": Way(
        CLUSTER + "      cronjobs: [health-check]\n",
        {"at_most": "15min"},
    ),
    "operators-ready": Way(
        CLUSTER + "      workloads: [Deployment/cnpg-system/cnpg-controller-manager]\n      crds: [clusters.postgresql.cnpg.io]\n",
    ),
    "runtime-security": Way(
        CLUSTER + "      workloads: [DaemonSet/falco/falco]\n",
    ),
    "maintenance-ran": Way(
        CLUSTER + "      cronjobs: [data/vacuum]\n      at_most: 25h\n",
    ),
}
