"""What an Alertmanager is asked."""

from __future__ import annotations

from collections.abc import Mapping

from .ways import Way

ASKED = "live:\n  targets:\n    alerts: {alertmanager: https://alerts.example}\n  checks:\n    - rule: RULE\n      target: alerts\n"

WAYS: Mapping[str, Way] = {
    "reachable": Way(
        "live:\n  targets:\n    alerts: {alertmanager: https://alerts.example, timeout: 5s}\n",
    ),
    "monitoring-up": Way(
        ASKED,
        {"ready": True},
    ),
    "no-firing-alerts": Way(
        ASKED + "      firing: {severity: critical}\n      silences: {severity: critical}\n      allow: [Watchdog]\n",
        {"firing": {"severity": "critical"}, "silences": {"severity": "critical"}},
    ),
}
