"""What a host is asked, through testinfra."""

from __future__ import annotations

from collections.abc import Mapping

from .ways import Way

WEB = """\
live:
  targets:
    web: {host: ssh://deploy@web1}
  checks:
    - rule: RULE
      target: web
"""
HERE = WEB.replace("web: {host: ssh://deploy@web1}", "here: {host: local://}").replace("target: web", "target: here")

WAYS: Mapping[str, Way] = {
    "reachable": Way(
        "live:\n  targets:\n    web: {host: ssh://deploy@web1, timeout: 5s}\n",
    ),
    "host-state": Way(
        WEB + "      service: nginx\n"
        "      package: [nginx, openssl]\n"
        "      port: 443\n"
        "      file:\n"
        "        /etc/nginx/nginx.conf: {mode: '0644', owner: root, contents: [ssl_protocols]}\n"
        "      command:\n"
        "        nginx -t: {exit-status: 0}\n",
    ),
    "measurement": Way(
        WEB + "      output_of: cat /proc/sys/fs/file-nr | cut -f1\n      below: 100000\n",
    ),
    "service-healthy": Way(
        WEB + "      service: [nginx, shop]\n      port: 443\n",
    ),
    "core-services-count": Way(
        WEB + "      service: [nginx, postgresql, prometheus, alertmanager]\n",
    ),
    "monitoring-up": Way(
        WEB,
        {"service": ["prometheus", "alertmanager", "grafana-server"]},
    ),
    "health-check-fresh": Way(
        WEB + "      age_of: /var/lib/shop/health.json\n",
        {"at_most": "15min"},
    ),
    "backup-recent": Way(
        WEB + "      age_of: /var/backups/shop.dump\n      at_most: 26h\n",
    ),
    "maintenance-ran": Way(
        WEB + "      age_of: /var/lib/logrotate/status\n",
        {"at_most": "8d"},
    ),
    "secret-age": Way(
        WEB + "      age_of: /etc/shop/api.key\n",
    ),
    "utilisation": Way(
        WEB + "      output_of: df --output=pcent / | tail -n 1 | tr -d ' %'\n      unit: '%'\n",
    ),
    "runtime-security": Way(
        WEB,
        {"service": "falco"},
    ),
    "tools-present": Way(
        HERE + "      tools: {kubectl: '>=1.28', helm: '', terraform: '>=1.5,<2'}\n",
        {"tools": ["aws", "kubectl", "terraform", "helm"]},
    ),
}
