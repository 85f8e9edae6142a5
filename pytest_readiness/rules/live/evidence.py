"""What stands in files of evidence, and what is signed."""

from __future__ import annotations

from collections.abc import Mapping

from .ways import Way

SIGNED = """\
evidence:
  - rule: RULE
    name: by-hand
    signed:
      by: maria@shop.example
      on: 2026-01-15
      until: 2026-04-15
      statement: what was seen, and where it is written down
"""
RESULT = """\
evidence:
  - rule: RULE
    name: drill
    file: evidence/result.json
    value: result
    dated: finished_at
    max_age: 92d
"""

WAYS: Mapping[str, Way] = {
    "measurement": Way(
        RESULT + "    unit: ms\n    at_most: 20ms\n",
    ),
    "replicas": Way(
        RESULT + "    at_least: 3\n",
    ),
    "core-services-count": Way(
        RESULT + "    at_least: 9\n",
    ),
    "targets-up": Way(
        RESULT,
    ),
    "alerts-loaded": Way(
        RESULT,
    ),
    "alert-delivery": Way(
        SIGNED,
    ),
    "no-firing-alerts": Way(
        RESULT,
    ),
    "throughput": Way(
        RESULT + "    unit: rps\n    at_least: 100 rps\n",
    ),
    "error-rate": Way(
        RESULT + "    unit: ratio\n    below: 0.01%\n",
    ),
    "cache-hit-rate": Way(
        RESULT + "    unit: ratio\n",
    ),
    "compliance-rate": Way(
        RESULT + "    unit: ratio\n",
    ),
    "sandbox-escapes": Way(
        RESULT,
    ),
    "health-check-fresh": Way(
        "evidence:\n"
        "  - rule: RULE\n"
        "    name: self-check\n"
        "    file: evidence/health.json\n"
        "    value: status\n"
        "    equals: healthy\n"
        "    dated: finished_at\n",
        {"max_age": "15min"},
    ),
    "availability-slo": Way(
        RESULT + "    unit: ratio\n",
    ),
    "slo-burn": Way(
        RESULT,
    ),
    "emergency-response": Way(
        RESULT + "    unit: s\n",
    ),
    "emergency-shutdown": Way(
        RESULT + "    unit: s\n",
    ),
    "rto": Way(
        RESULT + "    unit: s\n",
    ),
    "rollback-success": Way(
        RESULT + "    unit: ratio\n",
    ),
    "deploy-success": Way(
        RESULT + "    unit: ratio\n",
    ),
    "critical-escalation": Way(
        RESULT + "    unit: s\n",
    ),
    "contacts-reachable": Way(
        SIGNED,
    ),
    "network-policies-active": Way(
        SIGNED,
    ),
    "rbac-active": Way(
        SIGNED,
    ),
    "audit-trail": Way(
        RESULT + "    unit: ratio\n",
    ),
    "backup-recent": Way(
        "evidence:\n"
        "  - rule: RULE\n"
        "    name: database\n"
        "    file: evidence/backup.json\n"
        "    value: status.phase\n"
        "    equals: Completed\n"
        "    dated: status.completionTimestamp\n"
        "    max_age: 1d\n",
        {"equals": "Completed", "max_age": "1d"},
    ),
    "traces-flowing": Way(
        RESULT,
    ),
    "argo-synced": Way(
        RESULT,
    ),
    "canary-works": Way(
        SIGNED,
    ),
    "signature-enforced": Way(
        SIGNED,
    ),
    "state-lock-works": Way(
        SIGNED,
    ),
    "provenance-on-main": Way(
        SIGNED,
    ),
    "github-branch-protection": Way(
        SIGNED,
    ),
    "github-environment": Way(
        SIGNED,
    ),
    "github-push-protection": Way(
        SIGNED,
    ),
    "ci-failure-backlog": Way(
        RESULT,
    ),
    "build-time": Way(
        RESULT + "    unit: s\n",
    ),
    "deploy-time": Way(
        RESULT + "    unit: s\n",
    ),
    "mttr": Way(
        RESULT + "    unit: s\n",
    ),
    "scan-findings": Way(
        "evidence:\n"
        "  - rule: RULE\n"
        "    name: image\n"
        "    file: evidence/trivy.json\n"
        "    value: length(Results[].Vulnerabilities[] | [?Severity=='CRITICAL' || Severity=='HIGH'])\n"
        "    dated: CreatedAt\n",
        {"max_age": "7d"},
    ),
    "utilisation": Way(
        RESULT + "    unit: ratio\n",
    ),
    "metering-latency": Way(
        RESULT + "    unit: us\n",
    ),
    "secret-age": Way(
        RESULT + "    unit: d\n",
    ),
    "cost-savings": Way(
        RESULT + "    at_most: 1200\n",
    ),
    "tools-present": Way(
        SIGNED,
    ),
    "operators-ready": Way(
        SIGNED,
    ),
    "runtime-security": Way(
        SIGNED,
    ),
    "dashboards-present": Way(
        SIGNED,
    ),
    "baseline-recorded": Way(
        SIGNED,
    ),
    "maintenance-ran": Way(
        "evidence:\n"
        "  - rule: RULE\n"
        "    name: vacuum\n"
        "    file: evidence/maintenance.json\n"
        "    value: status\n"
        "    equals: Succeeded\n"
        "    dated: finished_at\n"
        "    max_age: 1d\n",
    ),
}
