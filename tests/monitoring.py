"""A real Prometheus with a history, a real Alertmanager and something to scrape; ``conftest.py`` makes the fixtures known everywhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from itertools import groupby
from pathlib import Path
from typing import Any
from typing import NamedTuple

import promql_parser  # noqa: F401 - a C extension may be imported once, and runs within tests forget what they imported
import pytest
from serving import free_port
from serving import running

HOUR, DAY = 3600, 86400
ALERTS = """\
groups:
  - name: shop
    rules:
      - {alert: ShopDown, expr: 'up{job="shop"} == 0', labels: {severity: critical}}
      - {alert: PaymentsFail, expr: 'vector(1)', labels: {severity: critical, team: payments}}
      - {alert: Watchdog, expr: 'vector(1)', labels: {severity: none}}
      - {alert: Ambiguous, expr: 'rate({__name__=~"twin_(a|b)_total"}[1m])', labels: {severity: page}}
"""
CONFIGURATION = """\
global: {scrape_interval: 2s, evaluation_interval: 200ms}  # a slow machine must answer in time
rule_files: [alerts.yml]
alerting: {alertmanagers: [{path_prefix: /alerts, static_configs: [{targets: ['127.0.0.1:ALERTMANAGER']}]}]}
scrape_configs:
  - job_name: shop
    static_configs: [{targets: ['127.0.0.1:SHOP']}]
    metric_relabel_configs: [{regex: instance|job, action: labeldrop}]  # as its history
  - {job_name: gone, static_configs: [{targets: ['127.0.0.1:GONE']}]}
"""
ROUTES = "route: {receiver: nobody, group_wait: 0s}\nreceivers: [{name: nobody}]\n"


class Monitoring(NamedTuple):
    """Where the two are."""

    prometheus: str
    alertmanager: str
    now: float  # when its history ends and what is scraped begins


class Metric(NamedTuple):
    """A series and its value at any time; ``since`` is when it was born."""

    name: str
    labels: str
    value: Callable[[float], float]
    since: float = 0

    def line(self, at: float) -> str:
        return f"{self.name}{{{self.labels}}} {self.value(at):.4f}"


def shop(now: float) -> Iterator[Metric]:
    """What a shop measures. The burst of errors and the spike of the queue are of the time before ``now``."""
    begin = now - 5 * DAY

    def growing(name: str, labels: str, rate: float) -> Metric:
        return Metric(name, labels, lambda at: rate * (at - begin))

    # 0.05 % of errors; 0.15 % of errors; 0.05 %, and 9 % in the last ten minutes; no errors; no traffic at all
    for name, good, bad in (("http", 99.95, 0.05), ("mail", 99.85, 0.15), ("pay", 99.95, 0.05), ("calm", 10, None)):
        yield growing(f"{name}_requests_total", 'app="shop",code="200"', good)
        if name == "pay":
            yield Metric("pay_requests_total", 'app="shop",code="500"', lambda at: 0.05 * (at - begin) + 10 * max(0, at - (now - 600)))
        elif bad is not None:
            yield growing(f"{name}_requests_total", 'app="shop",code="500"', bad)
    yield Metric("idle_requests_total", 'code="200"', lambda at: 5000)
    yield growing("redis_keyspace_hits_total", 'app="cache"', 95)
    yield growing("redis_keyspace_misses_total", 'app="cache"', 5)
    # 1 of 200 takes longer than 1 ms; 10 of 100 are above the last finite bucket; nobody asks
    for name, bounds in {
        "http_request_duration_seconds": {"0.001": 99.5, "0.005": 100, "+Inf": 100},
        "report_duration_seconds": {"0.5": 80, "1.0": 90, "+Inf": 100},
        "night_duration_seconds": {"0.5": 0, "+Inf": 0},
    }.items():
        for bound, rate in bounds.items():
            yield growing(f"{name}_bucket", f'le="{bound}"', rate)
    yield Metric("queue_messages", 'queue="orders"', lambda at: 5000 if now - 700 < at <= now - 600 else 10)
    yield Metric("queue_messages", 'queue="mails"', lambda at: 20)
    yield Metric("queue_messages", 'queue="refunds"', lambda at: 2000)
    yield Metric("sandbox_escapes_total", 'pod="a"', lambda at: 7)
    yield Metric("known_escapes_total", 'pod="a"', lambda at: 1, now - HOUR)
    yield Metric("twin_a_total", "", lambda at: 1)
    yield Metric("twin_b_total", "", lambda at: 1)


def history(now: int) -> Iterator[str]:
    """Four days of the shop as OpenMetrics: each five minutes, and in the last hour each 15 seconds."""
    times = [*range(now - 4 * DAY, now - HOUR, 300), *range(now - HOUR, now + 1, 15)]
    for name, metrics in groupby(shop(now), key=lambda metric: metric.name):
        yield f"# TYPE {name} unknown"
        yield from (f"{metric.line(at)} {at}" for metric in metrics for at in times if at >= metric.since)
    yield "# EOF"


class Exporter(ThreadingHTTPServer):
    """Goes on measuring what the history began."""

    daemon_threads = True

    def __init__(self, now: float) -> None:
        super().__init__(("127.0.0.1", 0), Scraped)
        self.metrics = tuple(shop(now))


class Scraped(BaseHTTPRequestHandler):
    server: Exporter

    def do_GET(self) -> None:
        at = time.time()
        body = "".join(f"{metric.line(at)}\n" for metric in self.server.metrics).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"NOT TESTED: none of {', '.join(names)} is on PATH (Debian: prometheus, prometheus-alertmanager)")
    return found


@pytest.fixture(scope="session")
def monitoring(tmp_path_factory) -> Iterator[Monitoring]:
    """Both, as soon as the one has scraped and evaluated, and the other has been told of an alert."""
    root: Path = tmp_path_factory.mktemp("monitoring")
    prometheus, promtool = program("prometheus"), program("promtool")
    alertmanager = program("prometheus-alertmanager", "alertmanager")
    now = int(time.time())
    (root / "history.txt").write_text("\n".join(history(now)) + "\n")
    subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", "history.txt", "data"], cwd=root, check=True, stdout=subprocess.DEVNULL
    )
    with ExitStack() as stack:
        exporter = stack.enter_context(Exporter(now))
        threading.Thread(target=exporter.serve_forever, args=(0.05,), daemon=True).start()
        stack.callback(exporter.shutdown)
        ports = {"SHOP": exporter.server_port, "GONE": free_port(), "ALERTMANAGER": free_port()}
        configuration = CONFIGURATION
        for name, port in ports.items():
            configuration = configuration.replace(name, str(port))
        (root / "prometheus.yml").write_text(configuration)
        (root / "alerts.yml").write_text(ALERTS)
        (root / "alertmanager.yml").write_text(ROUTES)
        alerts = f"http://127.0.0.1:{ports['ALERTMANAGER']}/alerts"
        told = ("--config.file=alertmanager.yml", "--storage.path=am", "--cluster.listen-address=", "--web.external-url", alerts)
        command = [alertmanager, *told, f"--web.listen-address=127.0.0.1:{ports['ALERTMANAGER']}"]
        stack.enter_context(running(command, lambda: answers(f"{alerts}/api/v2/status"), root / "alertmanager.log", cwd=root))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        where = ("--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address=127.0.0.1:{port}")
        where += ("--rules.alert.resend-delay=1s",)  # it knows the Alertmanager, as its targets, after five seconds only
        stack.enter_context(running([prometheus, *where], lambda: begun(url, alerts), root / "prometheus.log", cwd=root))
        yield Monitoring(url, alerts, now)


def answers(url: str) -> Any:
    with suppress(OSError):
        return get(url)


def begun(url: str, alerts: str) -> bool:
    """Whether all targets were scraped, all rules evaluated, and the alerts that fire were sent on."""
    targets = answers(f"{url}/api/v1/targets")
    rules = answers(f"{url}/api/v1/rules")
    if not targets or not rules:
        return False
    scraped = [target["health"] for target in targets["data"]["activeTargets"]]
    health = [rule["health"] for group in rules["data"]["groups"] for rule in group["rules"]]
    return bool(
        scraped
        and health
        and "unknown" not in (*scraped, *health)
        and "err" in health
        and len(answers(f"{alerts}/api/v2/alerts") or ()) == 2
    )
