"""What an HTTP(S) target is asked."""

from __future__ import annotations

from collections.abc import Mapping

from .ways import Way

HEALTH = """\
live:
  targets:
    shop: {url: https://shop.example}
  checks:
    - rule: RULE
      target: shop
      path: /healthz
"""
GRAFANA = """\
live:
  targets:
    grafana: {url: https://grafana.example, token_env: GRAFANA_TOKEN}
  checks:
    - rule: RULE
      target: grafana
"""
POLICIES = HEALTH.replace("/healthz", "/api/policies")

WAYS: Mapping[str, Way] = {
    "reachable": Way(
        "live:\n  targets:\n    shop: {url: https://shop.example, timeout: 5s}\n",
    ),
    "endpoint": Way(
        HEALTH + "      status: 200\n      json: {version: '1'}\n      header: {Strict-Transport-Security: max-age=}\n",
        {"status": 200},
    ),
    "service-healthy": Way(
        HEALTH + "      json: {status: healthy}\n",
        {"status": 200},
    ),
    "monitoring-up": Way(
        GRAFANA + "      path: /api/health\n      json: {database: ok}\n",
        {"status": 200},
    ),
    "dashboards-present": Way(
        GRAFANA + "      json:\n        contains([].uid, 'shop-overview'): true\n        contains([].uid, 'shop-slo'): true\n",
        {"path": "/api/search?type=dash-db", "value": "length(@)", "at_least": 1},
    ),
    "traces-flowing": Way(
        "live:\n"
        "  targets:\n"
        "    jaeger: {url: https://jaeger.example}\n"
        "  checks:\n"
        "    - rule: RULE\n"
        "      target: jaeger\n"
        "      json: {\"contains(data, 'shop')\": true}\n",
        {"path": "/api/services", "value": "length(data || `[]`)"},
    ),
    "p99-latency": Way(
        POLICIES + "      below: 5ms\n      requests: 200\n",
        {"percentile": 99, "requests": 100},
    ),
    "p95-latency": Way(
        POLICIES + "      below: 20ms\n",
        {"percentile": 95, "requests": 100},
    ),
    "health-score": Way(
        HEALTH + "      value: score\n      unit: ratio\n",
    ),
    "health-endpoint-deep": Way(
        HEALTH + "      dependencies: [db, cache, broker]\n",
        {"status": 200, "dependencies": []},
    ),
    "encryption-active": Way(
        "live:\n"
        "  targets:\n"
        "    shop: {url: https://shop.example}\n"
        "  checks:\n"
        "    - rule: RULE\n"
        "      target: shop\n"
        "      tls: {min_version: '1.2', min_days: 21}\n"
        "      plaintext: refused\n",
        {"tls": {"min_version": "1.2", "min_days": 21}, "plaintext": "refused"},
    ),
}
