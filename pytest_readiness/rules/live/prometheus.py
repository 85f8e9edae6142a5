"""What a Prometheus is asked: queries by the names that exporters and the semantic conventions use, and what it knows of itself."""

from __future__ import annotations

from collections.abc import Mapping

from .ways import Way

ASKED = "live:\n  targets:\n    prom: {url}\n  checks:\n    - rule: RULE\n      target: prom\n".replace(
    "{url}", "{prometheus: https://prom.example}"
)
API = ASKED + '      selector: job="api"\n'
REQUESTS = "http_requests_total"


def about(metric: str, *more: str) -> str:
    """A declaration for what everybody calls differently."""
    return API + f"      metric: {metric}\n" + "".join(f"      {line}\n" for line in more)


def quantile(of: float) -> dict[str, str]:
    """A latency by the histogram of a web service."""
    return {
        "query": f"histogram_quantile({of}, sum by (le) (rate({{metric}}_bucket{{{{selector}}}}[{{window}}])))",
        "metric": "http_request_duration_seconds",
        "selector": "",
        "window": "5m",
        "unit": "s",
    }


# no series of errors is none, no series of requests is no data
ERRORS = 'sum(rate({metric}{code=~"5..",{selector}}[{window}]))'
TOTAL = "sum(rate({metric}{{selector}}[{window}]))"
SHARE_OF_ERRORS = f"({ERRORS} or vector(0)) / {TOTAL}"
WEB = {"metric": REQUESTS, "selector": ""}

WAYS: Mapping[str, Way] = {
    "reachable": Way(
        "live:\n  targets:\n    prom: {prometheus: https://prom.example, timeout: 5s}\n",
    ),
    "measurement": Way(
        ASKED
        + "      name: queue\n"
        + '      query: max(queue_messages{queue="orders"})\n'
        + "      at_most: 1000\n"
        + "      over: 30m\n",
    ),
    "service-healthy": Way(
        API,
        {"query": "{metric}{{selector}}", "metric": "up", "selector": "", "equals": 1},
    ),
    "replicas": Way(
        ASKED + '      selector: namespace="shop"\n',
        {
            "query": "kube_deployment_status_replicas_ready{{selector}} / (kube_deployment_spec_replicas{{selector}} > 0)",
            "selector": "",
        },
    ),
    "core-services-count": Way(
        ASKED + "      targets: [api, worker, grafana]\n",
        {"equals": 0},
    ),
    "monitoring-up": Way(
        ASKED,
        {"ready": True},
    ),
    "targets-up": Way(
        ASKED,
        {"targets": "all"},
    ),
    "alerts-loaded": Way(
        ASKED + "      rules: ['monitoring/**/*.yml']\n",
        {"rules": ["**"]},
    ),
    # what it says of its own notifications, for which a watchdog that always fires is enough
    "alert-delivery": Way(
        ASKED,
        {
            "query": "sum(increase({metric}_failed_total{{selector}}[{window}])) / (sum(increase({metric}_total{{selector}}[{window}])) > 0)",
            "metric": "alertmanager_notifications",
            "selector": "",
            "window": "1d",
            "unit": "ratio",
            "at_most": "0%",
        },
    ),
    "no-firing-alerts": Way(
        ASKED + "      firing: {severity: [critical, page]}\n      allow: [Watchdog]\n",
        {"firing": {"severity": "critical"}},
    ),
    "p99-latency": Way(
        API,
        quantile(0.99),
    ),
    "p95-latency": Way(
        API + "      below: 20ms\n",
        quantile(0.95),
    ),
    "throughput": Way(
        API,
        {"query": "max_over_time(sum(rate({metric}{{selector}}[5m]))[{window}:1m])", **WEB, "window": "1d", "unit": "rps"},
    ),
    "error-rate": Way(
        API,
        {"query": SHARE_OF_ERRORS, **WEB, "window": "5m", "unit": "ratio"},
    ),
    "cache-hit-rate": Way(
        API,
        {
            "query": "sum(rate({metric}_hits_total{{selector}}[{window}]))"
            " / (sum(rate({metric}_hits_total{{selector}}[{window}])) + sum(rate({metric}_misses_total{{selector}}[{window}])))",
            "metric": "redis_keyspace",
            "selector": "",
            "window": "1h",
            "unit": "ratio",
        },
    ),
    "compliance-rate": Way(
        about("policy_compliance_ratio", "unit: ratio"),
        {"query": "avg_over_time({metric}{{selector}}[{window}])", "selector": "", "window": "1d"},
    ),
    # a counter that was born with its first attempt has no increase; what it holds then is what happened
    "sandbox-escapes": Way(
        about("sandbox_escape_attempts_total"),
        {
            "query": "sum(({metric}{{selector}} unless {metric}{{selector}} offset {window}) or increase({metric}{{selector}}[{window}]))",
            "selector": "",
            "window": "1d",
        },
    ),
    "health-score": Way(
        ASKED,
        {"query": "avg({metric}{{selector}})", "metric": "up", "selector": "", "unit": "ratio"},
    ),
    "health-check-fresh": Way(
        about("health_check_last_run_timestamp_seconds"),
        {"query": "time() - {metric}{{selector}}", "selector": "", "unit": "s", "at_most": "15min"},
    ),
    "availability-slo": Way(
        API + "      window: 28d\n",
        {"query": f"1 - {SHARE_OF_ERRORS}", **WEB, "window": "30d", "unit": "ratio"},
    ),
    "slo-burn": Way(
        ASKED
        + "      slo:\n"
        + "        objective: 99.9%\n"
        + '        errors: sum(rate(http_requests_total{code=~"5.."}[{window}]))\n'
        + "        total: sum(rate(http_requests_total[{window}]))\n",
        {"slo": {"objective": "99.9%", "errors": ERRORS, "total": TOTAL}, **WEB},
    ),
    # what Alertmanager takes, and what it waits to group: 30 s unless its configuration says otherwise
    "critical-escalation": Way(
        ASKED
        + "      query: histogram_quantile(0.95, sum by (le) (rate(alertmanager_notification_latency_seconds_bucket[1d]))) + 30\n"
        + "      unit: s\n",
    ),
    "audit-trail": Way(
        about("audit_coverage_ratio", "unit: ratio"),
        {"query": "{metric}{{selector}}", "selector": ""},
    ),
    "backup-recent": Way(
        ASKED
        + "      query: time() - max by (schedule) (velero_backup_last_successful_timestamp)\n"
        + "      at_most: 25h\n"
        + "      unit: s\n",
    ),
    "traces-flowing": Way(
        ASKED,
        {
            "query": 'sum(rate({__name__=~"{metric}_sent_spans(_total)?",{selector}}[{window}]))'
            ' * ((sum(rate({__name__=~"{metric}_send_failed_spans(_total)?",{selector}}[{window}])) or vector(0)) == bool 0)',
            "metric": "otelcol_exporter",
            "selector": "",
            "window": "15m",
        },
    ),
    # 1 for each application that was not well for a whole window, 0 for the others
    "argo-synced": Way(
        ASKED + '      selector: project="shop"\n',
        {
            "query": "(group by (namespace, name) (argocd_app_info{{selector}}) unless group by (namespace, name)"
            ' (last_over_time(argocd_app_info{sync_status="Synced",health_status="Healthy",{selector}}[{window}])))'
            " or group by (namespace, name) (argocd_app_info{{selector}}) * 0",
            "selector": "",
            "window": "10m",
        },
    ),
    "utilisation": Way(
        ASKED + '      selector: namespace="shop"\n',
        {
            "query": "sum(rate(container_cpu_usage_seconds_total{{selector}}[{window}]))"
            ' / sum(kube_pod_container_resource_requests{resource="cpu",{selector}})',
            "selector": "",
            "window": "1h",
            "unit": "ratio",
        },
    ),
    "metering-latency": Way(
        about("metering_duration_seconds"),
        {
            "query": "sum(rate({metric}_sum{{selector}}[{window}])) / sum(rate({metric}_count{{selector}}[{window}]))",
            "selector": "",
            "window": "1h",
            "unit": "s",
        },
    ),
    "operators-ready": Way(
        ASKED + '      selector: namespace=~"cnpg-system|argocd"\n',
        {"query": 'kube_deployment_status_condition{condition="Available",status="true",{selector}}', "equals": 1},
    ),
    "runtime-security": Way(
        ASKED + '      selector: daemonset="falco"\n',
        {
            "query": "kube_daemonset_status_number_ready{{selector}} / (kube_daemonset_status_desired_number_scheduled{{selector}} > 0)",
            "at_least": 1,
        },
    ),
    "maintenance-ran": Way(
        ASKED + '      selector: cronjob="vacuum"\n      at_most: 1d\n',
        {"query": "time() - kube_cronjob_status_last_successful_time{{selector}}", "unit": "s"},
    ),
}
