"""The criteria on what runs: what each asks, and what it expects where a declaration says nothing else.

One table instead of one module each: what they judge is declared in ``readiness.yaml``, so they share one
check, and there is no file to take examples from.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from pytest_readiness import P0
from pytest_readiness import P1
from pytest_readiness import P2
from pytest_readiness import P3
from pytest_readiness import Finding
from pytest_readiness import Priority
from pytest_readiness import Rule

KIND = "live.check"

SECURITY, MONITORING, GOVERNANCE, RESILIENCE = "Security & Compliance", "Monitoring & Observability", "Governance", "Resilience/DR"
DEPLOYMENT, PERFORMANCE, CI, IAC, RELEASE, COST = "Deployment automation", "Performance", "CI/CD", "IaC", "Release mgmt", "Cost"
KUBERNETES = "Kubernetes & Helm"


class Criterion(NamedTuple):
    """A row of the table; ``defaults`` are keys of a declaration that need not be written."""

    name: str
    priority: Priority
    category: str
    title: str
    remedy: str
    why: str
    defaults: Mapping[str, Any] = {}
    declared: str = ""  # how a declaration is written, where it is not the usual one of a number in a file


HEALTH = """\
live:
  targets:
    shop: {url: https://shop.example}
  checks:
    - rule: RULE
      target: shop
      path: /healthz
EXTRA"""
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
EXTRA"""

TABLE = (
    Criterion(
        "reachable", P0, MONITORING, "the target can be reached", "start the service, or mend the url, the network or the certificate",
        "What does not answer is down for its users, and nothing else can be said about it.",
        declared="live:\n  targets:\n    shop: {url: https://shop.example, timeout: 5s}\n",
    ),
    Criterion(
        "endpoint", P1, MONITORING, "the endpoint answers as declared", "make the endpoint answer as declared, or mend the declaration",
        "What a client relies on is only true if something asks for it.", {"status": 200},
        HEALTH.replace("EXTRA", "      status: 200\n      json: {version: '1'}\n      header: {Strict-Transport-Security: max-age=}\n"),
    ),
    Criterion(
        "measurement", P1, PERFORMANCE, "the measured value meets its target", "close the distance to the target, or agree on another one",
        "A target nobody measures against is a wish.",
        declared=RESULT.replace("EXTRA", "    unit: ms\n    at_most: 20ms\n"),
    ),
    Criterion(
        "service-healthy", P0, MONITORING, "service is healthy", "inspect the logs of the service",
        "A service that says it is not well will not get better by being deployed further.", {"status": 200},
        HEALTH.replace("EXTRA", "      json: {status: healthy}\n"),
    ),
    Criterion(
        "replicas", P0, RESILIENCE, "ready replicas are as many as desired", "describe the pods that are not ready",
        "Fewer replicas than desired is a failure that has already begun.", {"at_least": 1}, RESULT.replace("EXTRA", "    at_least: 3\n"),
    ),
    Criterion(
        "core-services-count", P2, DEPLOYMENT, "all declared core and monitoring services run", "deploy the missing services",
        "A part that was never started is not missed until it is needed.", declared=RESULT.replace("EXTRA", "    at_least: 9\n"),
    ),
    Criterion(
        "monitoring-up", P1, MONITORING, "Prometheus, Grafana and Alertmanager are operational", "restart and diagnose what does not answer",
        "While the monitoring is down, everything else may be.", {"status": 200},
        HEALTH.replace("path: /healthz", "path: /-/ready").replace("EXTRA", ""),
    ),
    Criterion("targets-up", P1, MONITORING, "all scrape targets are up", "mend the targets that are down",
              "What is not scraped has no alerts.", {"equals": 0}),
    Criterion("alerts-loaded", P1, MONITORING, "alerting rules are loaded and healthy", "reload Prometheus and mend rules in error",
              "A rule in the repository alerts nobody until it is loaded.", {"equals": 0}),
    Criterion("alert-delivery", P1, MONITORING, "a test alert reaches the channel", "mend the receiver",
              "An alert that reaches nobody is none.", declared=SIGNED),
    Criterion("no-firing-alerts", P1, MONITORING, "no critical alert is firing or silenced", "resolve the alerts",
              "Releasing into a running incident hides both.", {"equals": 0}),
    Criterion(
        "p99-latency", P0, PERFORMANCE, "P99 latency is under its target", "profile the slow path",
        "The slowest hundredth of the requests is what the most active users see every day. Five milliseconds where nothing else is declared.",
        {"below": "5ms", "percentile": 99, "requests": 100},
        HEALTH.replace("/healthz", "/api/policies").replace("EXTRA", "      below: 5ms\n      requests: 200\n"),
    ),
    Criterion("p95-latency", P1, PERFORMANCE, "P95 latency is under its target", "profile the slow path",
              "A canary that is slower than its threshold is taken back.", {"percentile": 95, "requests": 100},
              HEALTH.replace("/healthz", "/api/policies").replace("EXTRA", "      below: 20ms\n")),
    Criterion("throughput", P1, PERFORMANCE, "throughput is at least its target", "scale out, or remove the bottleneck",
              "Capacity that was never tested is a guess. One hundred requests a second where nothing else is declared.",
              {"at_least": "100 rps"}, RESULT.replace("EXTRA", "    unit: rps\n    at_least: 100 rps\n")),
    Criterion("error-rate", P0, PERFORMANCE, "error rate stays below the target", "inspect the errors",
              "Errors are what users remember. One in ten thousand where nothing else is declared.", {"below": "0.01%"},
              RESULT.replace("EXTRA", "    unit: ratio\n    below: 0.01%\n")),
    Criterion("cache-hit-rate", P1, PERFORMANCE, "cache hit rate is at least 85 %", "tune lifetimes, warm the cache up",
              "A cache that misses costs twice.", {"at_least": "85%"}, RESULT.replace("EXTRA", "    unit: ratio\n")),
    Criterion("compliance-rate", P1, SECURITY, "compliance rate exceeds 99.9 %", "inspect the violations",
              "A policy that is mostly kept is broken daily.", {"above": "99.9%"}, RESULT.replace("EXTRA", "    unit: ratio\n")),
    Criterion("sandbox-escapes", P0, SECURITY, "no sandbox escape was attempted", "start the incident response",
              "One escape is enough.", {"equals": 0}),
    Criterion("health-score", P1, MONITORING, "aggregated health is at least 90 %", "inspect the failing components",
              "One number for all components shows a slow decline before a single one fails.", {"at_least": "90%"},
              HEALTH.replace("EXTRA", "      value: score\n      unit: ratio\n")),
    Criterion("health-check-fresh", P1, MONITORING, "health check ran within 15 minutes", "mend the scheduler",
              "A check that stopped running is green for ever.", {"max_age": "15min"},
              "evidence:\n  - rule: RULE\n    name: self-check\n    file: evidence/health.json\n    value: status\n"
              "    equals: healthy\n    dated: finished_at\n"),
    Criterion("health-endpoint-deep", P2, DEPLOYMENT, "health endpoint reports its dependencies", "answer with the status of each dependency",
              "A plain 200 says that a process runs, not that it can work.", {"status": 200, "dependencies": []},
              HEALTH.replace("EXTRA", "      dependencies: [db, cache, broker]\n")),
    Criterion("availability-slo", P1, MONITORING, "availability meets the objective", "freeze features until the error budget is back",
              "An objective is kept or it is not; 99.9 % where nothing else is declared.", {"at_least": "99.9%"},
              RESULT.replace("EXTRA", "    unit: ratio\n")),
    Criterion("slo-burn", P0, RELEASE, "error-budget burn rate is below the promotion threshold", "block the promotion",
              "What burns its budget now does not get better by being promoted.", {"below": 1}),
    Criterion("emergency-response", P1, RESILIENCE, "emergency response completes within 30 s", "automate the containment",
              "Damage grows until it is contained.", {"below": "30s"}, RESULT.replace("EXTRA", "    unit: s\n")),
    Criterion("emergency-shutdown", P1, RESILIENCE, "emergency shutdown completes within 30 s", "improve the script",
              "A shutdown that was never timed is a hope.", {"below": "30s"}, RESULT.replace("EXTRA", "    unit: s\n")),
    Criterion("rto", P0, RESILIENCE, "recovery completes within 30 minutes", "drill the restore, and speed it up",
              "A backup is worth what its restore was last seen to take.", {"below": "30min"}, RESULT.replace("EXTRA", "    unit: s\n")),
    Criterion("rollback-success", P1, RESILIENCE, "rollback rehearsals succeed", "mend the procedure",
              "A rollback that fails leaves nothing to fall back to.", {"at_least": "100%"}, RESULT.replace("EXTRA", "    unit: ratio\n")),
    Criterion("deploy-success", P0, DEPLOYMENT, "the deployment succeeded completely", "roll back",
              "Half a deployment is a version nobody tested.", {"at_least": "100%"}, RESULT.replace("EXTRA", "    unit: ratio\n")),
    Criterion("critical-escalation", P1, MONITORING, "critical alerts are notified within 2 minutes", "shorten group_wait",
              "Every minute before somebody knows is added to the outage.", {"at_most": "2min"}, RESULT.replace("EXTRA", "    unit: s\n")),
    Criterion("contacts-reachable", P1, GOVERNANCE, "emergency contacts were verified this quarter", "call everybody on the list",
              "People move, numbers change.", declared=SIGNED),
    Criterion("network-policies-active", P1, SECURITY, "all declared network policies are active and enforced",
              "apply them, with a network plugin that enforces them", "A network without enforcement accepts the objects and lets all through.",
              declared=SIGNED),
    Criterion("rbac-active", P1, SECURITY, "declared service accounts and roles are active", "apply the missing ones",
              "What is not in force grants more than was meant.", declared=SIGNED),
    Criterion(
        "encryption-active", P1, SECURITY, "endpoints serve TLS and plaintext is refused", "renew the certificate and force TLS",
        "An expired certificate is an outage on a known day; plaintext is read by everybody between.",
        {"tls": {"min_version": "1.2", "min_days": 21}, "plaintext": "refused"},
        "live:\n  targets:\n    shop: {url: https://shop.example}\n  checks:\n    - rule: RULE\n      target: shop\n"
        "      tls: {min_version: '1.2', min_days: 21}\n      plaintext: refused\n",
    ),
    Criterion("audit-trail", P1, SECURITY, "audit trail covers all requests", "enable the audit sink",
              "What is not recorded cannot be shown afterwards.", {"at_least": "100%"}, RESULT.replace("EXTRA", "    unit: ratio\n")),
    Criterion("backup-recent", P0, RESILIENCE, "latest backup succeeded within its interval", "run the backup again",
              "What was written since the last good backup is what a disaster takes.", {"equals": "Completed", "max_age": "1d"},
              "evidence:\n  - rule: RULE\n    name: database\n    file: evidence/backup.json\n    value: status.phase\n"
              "    equals: Completed\n    dated: status.completionTimestamp\n    max_age: 1d\n"),
    Criterion("traces-flowing", P1, MONITORING, "traces arrive in the backend", "check the exporter",
              "A trace that is missing is noticed when it is needed.", {"above": 0}),
    Criterion("argo-synced", P1, DEPLOYMENT, "applications are Synced and Healthy", "sync the applications",
              "What differs from git was changed by somebody whom git does not know.", {"equals": 0}),
    Criterion("canary-works", P2, DEPLOYMENT, "canary with automatic rollback has been exercised in stage", "run a canary that must fail",
              "A safety net nobody fell into may have a hole.", declared=SIGNED),
    Criterion("signature-enforced", P1, SECURITY, "cluster rejects an unsigned image", "mend the policy controller",
              "A signature nobody asks for protects nothing.", declared=SIGNED),
    Criterion("state-lock-works", P0, IAC, "state has versions and the lock works", "mend the backend",
              "Two runs on one state destroy it.", declared=SIGNED),
    Criterion("provenance-on-main", P0, SECURITY, "latest main image has verified provenance", "publish the provenance",
              "Without it nobody can tell where an image comes from.", declared=SIGNED),
    Criterion("github-branch-protection", P0, GOVERNANCE, "branch protection is active on the server", "enable it",
              "A rule in a document does not stop a push.", declared=SIGNED),
    Criterion("github-environment", P1, GOVERNANCE, "production environment has required reviewers", "add reviewers",
              "Four eyes see more.", declared=SIGNED),
    Criterion("github-push-protection", P2, SECURITY, "server-side secret push protection is on", "enable it",
              "A secret that was pushed once is public.", declared=SIGNED),
    Criterion("ci-failure-backlog", P3, CI, "no backlog of automatic CI-failure issues", "look through the issues",
              "A failure that is always there hides the next one.", {"at_most": 0}),
    Criterion("build-time", P2, CI, "build takes less than 5 minutes", "cache and split the build",
              "A slow build is avoided, and with it its checks.", {"below": "5min"}, RESULT.replace("EXTRA", "    unit: s\n")),
    Criterion("deploy-time", P2, DEPLOYMENT, "deploy takes less than 10 minutes", "run steps at the same time",
              "The way back is as long as the way there.", {"below": "10min"}, RESULT.replace("EXTRA", "    unit: s\n")),
    Criterion("mttr", P2, MONITORING, "mean time to recovery is under 15 minutes", "automate the rollback",
              "Failures happen; their length is a choice.", {"below": "15min"}, RESULT.replace("EXTRA", "    unit: s\n")),
    Criterion("scan-findings", P0, SECURITY, "no critical or high finding is open", "patch what is found",
              "A known hole is the first that is tried.", {"equals": 0, "max_age": "7d"},
              "evidence:\n  - rule: RULE\n    name: image\n    file: evidence/trivy.json\n"
              "    value: length(Results[].Vulnerabilities[] | [?Severity=='CRITICAL' || Severity=='HIGH'])\n    dated: CreatedAt\n"),
    Criterion("utilisation", P3, PERFORMANCE, "usage leaves scaling headroom", "resize",
              "What runs at its limit cannot take a peak.", {"at_most": "70%"}, RESULT.replace("EXTRA", "    unit: ratio\n")),
    Criterion("metering-latency", P3, PERFORMANCE, "metering overhead is under 5 microseconds", "take work out of the hot path",
              "What is paid on every request is paid most.", {"below": "5us"}, RESULT.replace("EXTRA", "    unit: us\n")),
    Criterion("secret-age", P2, SECURITY, "secrets were rotated within 30 days", "rotate them",
              "A secret that leaked unseen is useful until it is changed.", {"at_most": "30d"}, RESULT.replace("EXTRA", "    unit: d\n")),
    Criterion("cost-savings", P3, COST, "monthly cost stays within the budget", "review the spending",
              "A budget that is looked at once a year is exceeded.", declared=RESULT.replace("EXTRA", "    at_most: 1200\n")),
    Criterion("tools-present", P3, DEPLOYMENT, "deployment host has the required tools", "install them",
              "What is missing is missing in the middle of a deployment.", declared=SIGNED),
    Criterion("operators-ready", P2, KUBERNETES, "operators and their CRDs are ready", "install the operator again",
              "Objects of an operator that does not run are text.", declared=SIGNED),
    Criterion("runtime-security", P2, SECURITY, "runtime detector runs on every node", "mend the DaemonSet",
              "The node without it is the one to attack.", declared=SIGNED),
    Criterion("dashboards-present", P3, MONITORING, "provisioned dashboards load without errors", "mend the provisioning",
              "An empty dashboard costs the first minutes of an incident.", declared=SIGNED),
    Criterion("baseline-recorded", P2, PERFORMANCE, "performance baseline is recorded and reviewed", "record it again",
              "Slower than what?", declared=SIGNED),
    Criterion("maintenance-ran", P2, GOVERNANCE, "scheduled maintenance jobs succeeded in their period", "mend the job",
              "Maintenance that stopped is noticed when it is too late for it.",
              declared="evidence:\n  - rule: RULE\n    name: vacuum\n    file: evidence/maintenance.json\n    value: status\n"
              "    equals: Succeeded\n    dated: finished_at\n    max_age: 1d\n"),
)  # fmt: skip


def _judge(check: Any) -> Iterable[Finding]:
    """What the check found out; how it does, its declaration says."""
    found: Iterable[Finding] = check.findings()
    return found


def _is(rule_id: str) -> Callable[[Any], bool]:
    return lambda check: check.rule == rule_id


def _rule(criterion: Criterion) -> Rule:
    declared = (criterion.declared or RESULT.replace("EXTRA", "")).replace("RULE", criterion.name)
    return Rule(
        id=f"live.{criterion.name}",
        priority=criterion.priority,
        on=(KIND,),
        category=criterion.category,
        title=criterion.title,
        why=f"{criterion.why}\n\nThere is a check once `readiness.yaml` declares it, such as:\n\n```yaml\n{declared}```",
        remedy=criterion.remedy,
        check=_judge,
        check_needs_project=False,
        when=_is(f"live.{criterion.name}"),
        source=__name__,
    )


RULES = tuple(sorted((_rule(criterion) for criterion in TABLE), key=lambda rule: rule.id))
DEFAULTS: Mapping[str, Mapping[str, Any]] = {f"live.{criterion.name}": criterion.defaults for criterion in TABLE}
