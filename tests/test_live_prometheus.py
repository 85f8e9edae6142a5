"""Queries, targets, alerts and silences against a real Prometheus and a real Alertmanager; down, hung and lying ones besides."""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.request
from contextlib import contextmanager
from contextlib import suppress
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from fnmatch import fnmatchcase

import pytest
from serving import Server
from serving import cut
from serving import endless
from serving import garbage
from serving import mistakes
from serving import one
from serving import reply
from serving import zipped

from pytest_readiness.live.measure import Judged
from pytest_readiness.live.prometheus import promql
from pytest_readiness.live.query import QueryError
from pytest_readiness.project import Project

HTTP = "rate(http_request_duration_seconds_bucket[5m])"


def live(url: str, *checks: str, kind: str = "prometheus", timeout: str = "5s", more: str = "") -> str:
    listed = "".join(f"\n    - {{target: prom, {check}}}" for check in checks)
    return f"live:\n  targets:\n    prom: {{{kind}: '{url}', timeout: {timeout}{more}}}\n  checks:{listed or ' []'}\n"


# -- queries


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        ("rule: measurement, query: 1 + 1, equals: 2", None),
        ("rule: measurement, query: 'max(queue_messages)', at_most: 3000", None),
        ("rule: measurement, query: 'max(queue_messages)', at_most: 1000", "max(queue_messages) is 2000, at most 1000 expected (2 times too much)"),
        ("rule: measurement, query: 'queue_messages{queue=\"orders\"}', at_most: 9", 'queue_messages{queue="orders"} of {queue="orders"} is 10, at most 9 expected (11 % worse)'),
        # every series must hold; the worst is told, and which do not hold besides
        ("rule: measurement, query: queue_messages, at_most: 15", 'queue_messages of {queue="refunds"} is 2000, at most 15 expected (133 times too much); as 1 more of 3 series: {queue="mails"}'),
        ("rule: measurement, query: queue_messages, at_least: 15", 'queue_messages of {queue="orders"} is 10, at least 15 expected (33 % worse)'),
        ("rule: measurement, query: queue_messages, equals: 20", 'queue_messages of {queue="refunds"} is 2000, 20 expected'),
        ("rule: measurement, query: nothing_at_all, at_most: 15", "no data: nothing_at_all holds nothing, at most 15 expected"),
        ("rule: measurement, query: 0 / 0, at_most: 15", "no data: 0 / 0 holds nothing, at most 15 expected"),
        ("rule: measurement, query: 1 / 0, at_least: 15", "1 / 0 is +Inf (a division by zero, or a quantile above the last finite bucket), at least 15 expected"),
        ("rule: measurement, query: '(queue_messages > 1000) / 0 or queue_messages', at_least: 5", '(queue_messages > 1000) / 0 or queue_messages of {queue="refunds"} is +Inf'),
        # a series without data is none that holds
        ("rule: measurement, query: '0 * queue_messages / (queue_messages - 20)', at_most: 1", 'no data: 0 * queue_messages / (queue_messages - 20) of {queue="mails"} holds nothing, at most 1 expected (1 of 3 values)'),
        ("rule: measurement, query: '0 * queue_messages / (queue_messages - 20)', at_most: 1, on_no_data: {skip: no mails}", None),
        # a range: the spike ten minutes ago, which an instant does not show
        ("rule: measurement, query: 'queue_messages{queue=\"orders\"}', at_most: 100", None),
        ("rule: measurement, query: 'queue_messages{queue=\"orders\"}', at_most: 100, over: 30m, step: 30s", 'queue_messages{queue="orders"} of {queue="orders"} at 20*:*:* UTC is 5000, at most 100 expected'),
        ("rule: measurement, query: 'queue_messages{queue=\"orders\"}', at_most: 100, over: 5m", None),
        ("rule: measurement, query: 'nothing_at_all', at_most: 100, over: 5m", "no data: nothing_at_all holds nothing, at most 100 expected"),
    ],
)  # fmt: skip
def test_a_query_is_held_against_its_target(monitoring, ask, check: str, problem: str | None) -> None:
    judged = one(ask(live(monitoring.prometheus, check)))
    assert judged.error is None and len(judged.problems) == (problem is not None), judged
    if problem is not None:
        begin, star, end = problem.partition("20*:*:* UTC")
        assert judged.problems[0].startswith(begin) and end in judged.problems[0], judged.problems
        assert not star or abs(told_at(judged.problems[0]) - monitoring.now + 650) < 120


def told_at(problem: str) -> float:
    return (
        datetime.strptime(problem.split(" at ")[1].split(" is ", maxsplit=1)[0], "%Y-%m-%d %H:%M:%S %Z")
        .replace(tzinfo=timezone.utc)
        .timestamp()
    )


def test_target_and_actual_are_recorded(monitoring, ask) -> None:
    measured = one(ask(live(monitoring.prometheus, "rule: p99-latency"))).measured
    assert measured and (measured.target, measured.actual, measured.margin) == ("below 5 ms", "0.9949 ms", "80 % better")


def test_a_gap_in_a_range_gets_advice(monitoring, ask) -> None:
    judged = one(ask(live(monitoring.prometheus, "rule: measurement, query: queue_messages, at_most: 9999, over: 5d, step: 1h")))
    assert judged.problems == () and judged.advice == ('only 97 of 121 points have data of {queue="mails"}',)


def test_a_long_window_with_less_data_gets_advice(monitoring, ask) -> None:
    judged = one(ask(live(monitoring.prometheus, 'rule: availability-slo, selector: app="shop"')))
    assert judged.problems == () and 'http_requests_total{code=~"5..",app="shop"} has no data from 30 d ago' in judged.advice[0]
    judged = one(ask(live(monitoring.prometheus, "rule: availability-slo, window: 3d")))
    assert judged == Judged(measured=judged.measured) and judged.measured and judged.measured.actual_value == pytest.approx(99.95)


def test_a_server_says_what_is_wrong_with_a_query(monitoring, ask) -> None:
    query = 'rate({__name__=~"twin_(a|b)_total"}[1m])'
    judged = one(ask(live(monitoring.prometheus, f"rule: measurement, query: '{query}', at_most: 1")))
    assert judged.error and "refuses what it is asked: execution: vector cannot contain metrics with the same labelset" in judged.error


def test_a_quantile_above_the_last_finite_bucket_is_told(monitoring, ask) -> None:
    check = "rule: p99-latency, metric: report_duration_seconds, below: 30s"
    judged = one(ask(live(monitoring.prometheus, check)))
    assert (
        len(judged.problems) == 1
        and "is above 1.0, the last finite bucket of the histogram, so nobody knows whether it is below 30 s" in judged.problems[0]
    )
    assert judged.measured and judged.measured.actual == "above 1.0" and judged.measured.actual_value is None
    # a quantile within the buckets can be held against anything
    query = "histogram_quantile(0.85, sum by (le) (rate(report_duration_seconds_bucket[5m])))"
    assert one(ask(live(monitoring.prometheus, f"rule: measurement, query: '{query}', unit: s, below: 30s"))).problems == ()


@pytest.mark.parametrize("metric", ["night_duration_seconds", "other_seconds"], ids=["nobody asks", "no such metric"])
def test_no_latency_is_no_data(monitoring, ask, metric: str) -> None:
    assert (
        one(ask(live(monitoring.prometheus, f"rule: p99-latency, metric: {metric}")))
        .problems[0]
        .startswith("no data: histogram_quantile(0.99")
    )
    found = one(ask(live(monitoring.prometheus, f"rule: p99-latency, metric: {metric}, on_no_data: {{skip: at night}}")))
    assert found.problems == () and found.unknown == "no data, which is accepted: at night"


@pytest.mark.parametrize(
    ("check", "actual", "problem"),
    [
        ('rule: service-healthy, selector: job="shop"', "1", ""),
        ('rule: service-healthy, selector: job=~"shop|gone"', "0", 'of {instance="127.0.0.1:'),
        ("rule: error-rate, below: 1%", "0.05 %", ""),
        ("rule: error-rate", "0.05 %", "below 0.01 % expected ("),
        ("rule: error-rate, metric: calm_requests_total", "0 %", ""),
        ("rule: error-rate, metric: idle_requests_total", None, "no data: "),
        ('rule: throughput, selector: code="200"', "99.95 rps", "at least 100 rps expected"),
        ("rule: throughput, window: 6h", "100 rps", ""),
        ("rule: cache-hit-rate", "95 %", ""),
        ("rule: cache-hit-rate, metric: memcached", None, "no data: "),
        ("rule: sandbox-escapes, metric: sandbox_escapes_total", "0", ""),
        ("rule: sandbox-escapes, metric: known_escapes_total", "1", "is 1, 0 expected"),  # born within the day: it has no increase
        ("rule: sandbox-escapes, metric: other_escapes_total", None, "no data: "),
        ('rule: health-score, selector: job="shop"', "100 %", ""),
        ("rule: health-score", "50 %", "at least 90 % expected"),
        ("rule: compliance-rate, metric: known_escapes_total, unit: ratio, window: 5m", "100 %", ""),
        ("rule: traces-flowing", None, "no data: "),
        ("rule: argo-synced", None, "no data: "),
        ("rule: alert-delivery", None, "no data: "),
    ],
)  # fmt: skip
def test_the_queries_of_the_criteria_mean_what_they_say(monitoring, ask, check: str, actual: str | None, problem: str) -> None:
    judged = one(ask(live(monitoring.prometheus, check)))
    assert judged.error is None and judged.measured is not None, judged
    if actual is not None:
        number, _, unit = actual.partition(" ")
        assert judged.measured.actual_value == pytest.approx(float(number), rel=0.01) and judged.measured.unit == unit, judged.measured
    assert bool(judged.problems) == bool(problem) and problem in "".join(judged.problems), judged.problems


@pytest.mark.parametrize(
    ("check", "mistake"),
    [
        ("rule: measurement, query: 'rate(up[5m]', at_most: 1", "query: 'rate(up[5m]' is not PromQL: unclosed left parenthesis"),
        ("rule: measurement, query: 'rate(up)', at_most: 1", "expected type matrix in call to function 'rate'"),
        ("rule: measurement, query: 'nothing(up)', at_most: 1", "unknown function with name 'nothing'"),
        ("rule: measurement, query: 'up[5m]', at_most: 1", "gives ranges, not numbers: put it into a function such as rate()"),
        ("rule: measurement, query: \"('up')\", at_most: 1", "is a text, not a number"),
        ("rule: measurement, query: up", "exactly one of below"),
        ("rule: measurement, query: up, matches: '1'", "matches: a number is measured"),
        ("rule: measurement, query: up, equals: true", "equals: a number is measured"),
        ("rule: measurement, query: up, equals: Completed", "equals: a number is measured"),
        ("rule: measurement, query: up, at_most: 5 ms", "say in which unit the value is, such as unit: ms"),
        ("rule: p99-latency, query: time()", "say in which unit the value is, such as unit: ms"),
        ("rule: measurement, query: up, at_most: 1, metric: a", "metric: the query has no {metric} that it could fill"),
        ("rule: measurement, query: 'up{{selector}}', at_most: 1", "selector is missing: the query is up{{selector}}"),
        ("rule: compliance-rate, unit: ratio", "metric is missing: the query is avg_over_time"),
        ("rule: p99-latency, metric: 'a-b'", "live.checks.0.metric"),
        ("rule: p99-latency, window: 5min", "live.checks.0.window"),
        ("rule: p99-latency, selector: 'job=\"a\"} or vector(0) #'", "selector: 'job=\"a\"} or vector(0) #' are no matchers of labels"),
        ("rule: p99-latency, selector: 'job=a'", "are no matchers of labels"),
        ("rule: p99-latency, selector: 'job=~\"a(\"'", "is not PromQL: illegal regex for a("),
        ("rule: p99-latency, step: 1m", "step is that of a range query"),
        ("rule: p99-latency, over: 30d, step: 1s", "over: more than 11000 points"),
        ("rule: p99-latency, over: 30d, step: 0s", "over: more than 11000 points"),
        ("rule: p99-latency, query: up, unit: s, targets: all", "a check is about one thing, not query and targets"),
        ("rule: p99-latency, query: up, unit: s, allow: [a]", "allow does not go with query"),
        ("rule: targets-up, equals: none", "equals: a number is measured, which 'none' cannot be compared with"),
        ("rule: targets-up, window: 5m", "window does not go with targets"),
        ("rule: measurement, at_most: 1", "what is to hold? declare one of"),
        ("rule: measurement, query: up, value: a, at_most: 1", "value is not for a check of a prometheus"),
        ("rule: measurement, query: '" + "1 + " * 300 + "1', at_most: 1", "query: has more than 250 operators and brackets"),
        ("rule: measurement, query: '" + "(" * 4000 + "1" + ")" * 3999 + "', at_most: 1", "query: has more than 250 operators and brackets"),
        ("rule: measurement, query: '" + "1" * 8001 + "', at_most: 1", "live.checks.0.query"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(check: str, mistake: str) -> None:
    found = mistakes(live("https://prom.example", check))
    assert found and mistake in found[0] and found[0].startswith("readiness.yaml:5:"), found


@pytest.mark.parametrize(
    ("written", "expected"),
    [("", ""), (' job="api" ', 'job="api"'), ('job="api",', 'job="api"'), ("a!='1', b=~\"x|y\",c!~'z'", "a!='1', b=~\"x|y\",c!~'z'"), ('a="}[5m]"', 'a="}[5m]"')],
)  # fmt: skip
def test_matchers_of_labels(written: str, expected: str) -> None:
    assert promql.selector(written) == expected
    promql.parsed(f"up{{{expected}}}")


@pytest.mark.parametrize("written", ['a="b"}', 'a="b" or c', '{a="b"}', 'a="b" # x', "a=b", '"a"="b"', 'a="b\nc"', 'a="b', ",", 'a="\\"', "__name__"])  # fmt: skip
def test_what_is_more_than_matchers_of_labels(written: str) -> None:
    with pytest.raises(ValueError, match="are no matchers of labels"):
        promql.selector(written)


def test_a_value_brings_no_other_place_in() -> None:
    assert (
        promql.filled("{metric}{{selector}}[{window}]", {"metric": "m", "selector": 'a="{window}"', "window": "5m"})
        == 'm{a="{window}"}[5m]'
    )


@pytest.mark.parametrize("text", ["", "(" * 200, "#", "a" * 8000, '"' * 4001, "\\" * 5000, "up{" * 2000, "[" * 5000, "\x00", "é", "1e999999", "0x", "up @ 1e300", "up offset NaN", "rate(a[99999999999y])"])  # fmt: skip
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(QueryError):
        promql.parsed(text)


def test_what_the_parser_panics_at_is_refused() -> None:
    with pytest.raises(QueryError, match="cannot be read: cannot convert float seconds"):
        promql.parsed("up offset NaN")


@pytest.mark.parametrize(("written", "expected"), [("5m", 300), ("1h30m", 5400), ("100ms", 0.1), ("30d", 2592000), ("1w", 604800), ("1y", 31536000)])  # fmt: skip
def test_durations_are_those_of_prometheus(written: str, expected: float) -> None:
    assert promql.seconds(written) == pytest.approx(expected)
    with pytest.raises(ValueError, match="is not a duration such as"):
        promql.seconds(f"{written} ")


# -- targets and alerts


@pytest.mark.parametrize(
    ("check", "problems"),
    [
        ("rule: targets-up, targets: [shop]", []),
        ("rule: targets-up", ["job gone has 0 of 1 targets up: 127.0.0.1:PORT is down (dial tcp 127.0.0.1:PORT: connect: connection refused)"]),
        ("rule: targets-up, at_most: 1", []),
        ("rule: targets-up, targets: [shop, payments]", ["no target of job payments: it scrapes gone, shop"]),
        ("rule: core-services-count, targets: [payments]", ["no target of job payments: it scrapes gone, shop"]),
        ("rule: alerts-loaded, alerts: [ShopDown, Watchdog]", []),
        ("rule: alerts-loaded, alerts: [ShopDown, ShopSlow]", ["alert ShopSlow is not loaded"]),
        ("rule: alerts-loaded, alerts: [Ambiguous]", ["alert Ambiguous is err: vector cannot contain metrics with the same labelset"]),
        ("rule: alerts-loaded, rules: [monitoring/*.yml]", []),
        ("rule: alerts-loaded", ["alert ApiDown of deploy/alerts.yaml:8:11 is not loaded"]),
        ("rule: alerts-loaded, rules: [deploy/**], alerts: [ShopDown]", ["alert ApiDown of deploy/alerts.yaml:8:11 is not loaded"]),
        ("rule: no-firing-alerts", ['PaymentsFail fires since 20*: {severity="critical", team="payments"}']),
        ("rule: no-firing-alerts, allow: [PaymentsFail]", []),
        ("rule: no-firing-alerts, firing: {severity: [page, warning]}", []),
        ("rule: no-firing-alerts, firing: {severity: [critical, none], team: payments}", ['PaymentsFail fires since 20*: {severity="critical", team="payments"}']),
        ("rule: no-firing-alerts, firing: {}", ["PaymentsFail fires since 20*: *", 'Watchdog fires since 20*: {severity="none"}']),
        ("rule: monitoring-up", []),
        ("rule: endpoint, ready: true", []),
    ],
)  # fmt: skip
def test_what_a_prometheus_knows_of_itself(monitoring, ask, check: str, problems: list[str]) -> None:
    repository = Project.of(
        {
            "monitoring/shop.yml": "groups: [{name: a, rules: [{alert: ShopDown, expr: up == 0}, {record: a, expr: up}]}]\n",
            "monitoring/notes.yml": "alert: of nothing\n",
            "deploy/alerts.yaml": "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n"
            "    - name: a\n      rules:\n        - alert: ApiDown\n          expr: up == 0\n",
        }
    )
    judged = one(ask(live(monitoring.prometheus, check), repository))
    assert judged.error is None and len(judged.problems) == len(problems), judged
    for told, wanted in zip(judged.problems, problems, strict=True):
        assert fnmatchcase(re.sub(r"127.0.0.1:\d+", "127.0.0.1:PORT", told), wanted), told
    assert (judged.measured is None) == ("ready" in check or "monitoring-up" in check or "[payments]" in check)


def test_a_repository_without_alerts_is_an_error(monitoring, ask) -> None:
    repository = Project.of({"readiness.yaml": "", "monitoring/a.yml": "a: 1\n", "monitoring/b.yml": "alert: [\n"})
    judged = one(ask(live(monitoring.prometheus, "rule: alerts-loaded, rules: [monitoring/a.yml, x/*.yml]"), repository))
    assert judged.error and "no alerting rule in monitoring/a.yml, x/*.yml" in judged.error
    judged = one(ask(live(monitoring.prometheus, "rule: alerts-loaded"), repository))
    assert judged.error and judged.error.startswith("monitoring/b.yml:")


def test_alerts_of_a_chart_are_those_that_are_made_of_it(monitoring, ask) -> None:
    template = (
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n  - name: a\n    rules:\n"
    )
    template += "    - {alert: '{{ .Values.name }}Down', expr: 'up == 0', annotations: {summary: '{{ `{{ $labels.instance }}` }}'}}\n"
    chart = {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": "name: Cart\n",
        "chart/templates/a.yaml": template,
    }
    judged = one(ask(live(monitoring.prometheus, "rule: alerts-loaded, rules: [chart/**]"), Project.of(chart)))
    assert len(judged.problems) == 1 and judged.problems[0].startswith("alert CartDown of chart/"), judged


def test_alerts_of_a_chart_that_cannot_be_made_are_unknown(monitoring, ask) -> None:
    chart = {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/templates/a.yaml": "kind: PrometheusRule # alert\n{{ .Values.a.b.c }}\n",
    }
    judged = one(ask(live(monitoring.prometheus, "rule: alerts-loaded, rules: [chart/**]"), Project.of(chart)))
    assert (judged.error or "").startswith("chart/templates/a.yaml:2:1: does not render"), judged


def test_a_prometheus_that_scrapes_and_evaluates_nothing_has_no_data(serve, ask) -> None:
    server = prometheus(serve, {"targets?state=active": {"activeTargets": []}, "rules?type=alert": {"groups": []}})
    found = ask(live(server.url, "rule: targets-up", "rule: no-firing-alerts", "rule: alerts-loaded, alerts: [a]"))
    assert found["targets-up[prom]"].problems == ("no data: the list of targets holds nothing, 0 expected",)
    assert found["no-firing-alerts[prom]"].problems == ("no data: the list of alerting rules holds nothing, 0 expected",)
    assert found["alerts-loaded[prom]"].problems == ("alert a is not loaded",)


def test_many_of_a_sort_are_counted(serve, ask) -> None:
    down = [{"labels": {"job": "api", "instance": f"10.0.0.{n}"}, "health": "down", "lastError": "x" * 900} for n in range(9)]
    server = prometheus(serve, {"targets?state=active": {"activeTargets": down}})
    judged = one(ask(live(server.url, "rule: targets-up")))
    assert len(judged.problems) == 1 and "api has 0 of 9 targets up: 10.0.0.0 is down" in judged.problems[0]
    assert judged.problems[0].endswith("; and 4 more") and len(judged.problems[0]) < 1000
    judged = one(
        ask(
            live(prometheus(serve, {"rules?type=alert": {"groups": []}}).url, f"rule: alerts-loaded, alerts: {[f'a{n}' for n in range(9)]}")
        )
    )
    assert len(judged.problems) == 6 and judged.problems[-1] == "and 4 more"
    assert judged.measured and judged.measured.actual == "9"


# -- Alertmanager


@pytest.mark.parametrize(
    ("check", "mistake"),
    [
        ("rule: no-firing-alerts, matches: a", "matches: a number is measured"),
        ("rule: no-firing-alerts, unit: s", "unit: what is counted has none"),
        ("rule: monitoring-up, ready: true, firing: {}", "firing does not go with ready"),
        ("rule: monitoring-up, allow: [a]", "allow does not go with ready"),
        ("rule: no-firing-alerts, query: up", "query is not for a check of an alertmanager, which prom is"),
        ("rule: no-firing-alerts, firing: {a b: c}", "live.checks.0.firing"),
    ],
)
def test_a_mistake_about_an_alertmanager_is_told_at_its_line(check: str, mistake: str) -> None:
    found = mistakes(live("https://alerts.example", check, kind="alertmanager"))
    assert found and mistake in "".join(found) and found[0].startswith("readiness.yaml:5:"), found


@contextmanager
def silenced(url: str, *matchers: str, hours: float = 1):
    """A silence that ends with the block."""
    now = datetime.now(timezone.utc)
    made = [
        dict(zip(("name", "value"), matcher.replace("~", "").split("="), strict=True), isRegex="~" in matcher, isEqual=True)
        for matcher in matchers
    ]
    body = {
        "matchers": made,
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=hours)).isoformat(),
        "createdBy": "maria",
        "comment": "planned",
    }
    request = urllib.request.Request(f"{url}/api/v2/silences", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        name = json.load(answer)["silenceID"]
    try:
        yield name
    finally:
        urllib.request.urlopen(urllib.request.Request(f"{url}/api/v2/silence/{name}", method="DELETE"), timeout=5).close()


def test_an_alertmanager_is_ready(monitoring, ask) -> None:
    assert one(ask(live(monitoring.alertmanager, "rule: monitoring-up", kind="alertmanager"))) == Judged()


@pytest.mark.parametrize(
    ("check", "problems"),
    [
        ("rule: no-firing-alerts", 1),
        ("rule: no-firing-alerts, allow: [PaymentsFail]", 0),
        ("rule: no-firing-alerts, at_most: 1", 0),
        ("rule: no-firing-alerts, firing: {severity: page}", 0),
        ("rule: no-firing-alerts, firing: {}", 2),
        ("rule: no-firing-alerts, silences: {severity: critical}", 0),
    ],
)
def test_alerts_that_fire(monitoring, ask, check: str, problems: int) -> None:
    judged = one(ask(live(monitoring.alertmanager, check, kind="alertmanager")))
    assert len(judged.problems) == problems and judged.error is None and judged.measured, judged
    assert all(" fires since 20" in problem for problem in judged.problems)


@pytest.mark.parametrize(
    ("matchers", "check", "problems"),
    [
        (["severity=critical"], "silences: {severity: critical}", 1),
        (["severity=warning"], "silences: {severity: critical}", 0),
        (["severity=~warning|critical"], "silences: {severity: critical}", 1),
        (["severity=~warning|info"], "silences: {severity: critical}", 0),
        (["severity=~(c+)+"], "silences: {severity: critical}", 1),
        # it says nothing about how grave they are, so it hides the critical ones as well
        (["alertname=PaymentsFail"], "silences: {severity: critical}", 1),
        (["alertname=PaymentsFail"], "silences: {severity: critical}, allow: [PaymentsFail]", 0),
        (["alertname=~PaymentsFail|Shop.*"], "silences: {severity: critical}, allow: [PaymentsFail]", 1),
        (["severity=critical"], "silences: {severity: critical}, allow: [ID]", 0),
        (["severity=warning", "team=shop"], "silences: {}", 1),
        (["severity=critical"], "firing: {severity: critical}", 0),  # hidden, so it does not fire here
    ],
)
def test_silences(monitoring, ask, matchers: list[str], check: str, problems: int) -> None:
    with silenced(monitoring.alertmanager, *matchers) as name:
        judged = one(ask(live(monitoring.alertmanager, f"rule: no-firing-alerts, {check.replace('ID', name)}", kind="alertmanager")))
    assert judged.error is None and len(judged.problems) == problems, judged
    for problem in judged.problems:
        assert " is silenced by maria until 20" in problem and f" UTC (planned; {name})" in problem


def test_by_default_neither_alerts_nor_silences_may_be_critical(monitoring, ask) -> None:
    with silenced(monitoring.alertmanager, "severity=critical"):
        judged = one(ask(live(monitoring.alertmanager, "rule: no-firing-alerts", kind="alertmanager")))
    assert len(judged.problems) == 1 and judged.problems[0].startswith('{severity="critical"} is silenced by maria')


# -- down, hung, lying


def prometheus(serve, answers: dict[str, object], prefix: str = "") -> Server:
    """Something that says it is a Prometheus."""
    vector = {"resultType": "vector", "result": [{"metric": {}, "value": [1.0, "1"]}]}
    routes = {f"{prefix}/api/v1/query?query=vector%281%29&timeout=5": reply({"status": "success", "data": vector})}
    routes |= {f"{prefix}/api/v1/{path}": reply({"status": "success", "data": data}) for path, data in answers.items()}
    return serve(routes)


UP = "query?query=up&timeout=5"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"resultType": "vector", "result": {}}, "answers with a dict where the API has a list"),
        ({"resultType": "vector", "result": [1]}, "answers with a int where the API has an object"),
        ({"resultType": "vector", "result": [{"metric": []}]}, "answers with a list where the API has an object"),
        ({"resultType": "vector", "result": [{"metric": {}, "value": [1]}]}, "answers with a point that is not a time and a value"),
        ({"resultType": "vector", "result": [{"metric": {}, "value": [True, "1"]}]}, "answers with a point that is not a time and a value"),
        ({"resultType": "vector", "result": [{"metric": {}, "histogram": [1, {}]}]}, "answers with a point that is not a time and a value"),
        ({"resultType": "matrix", "result": []}, "answers with a result of type matrix, scalar or vector expected"),
        ({"resultType": "cake", "result": []}, "answers with a result of type cake, scalar or vector expected"),
        ([], "answers with a list where the API has an object"),
        (None, "answers with a NoneType where the API has an object"),
    ],
)  # fmt: skip
def test_an_answer_of_another_form_fails(serve, ask, data: object, problem: str) -> None:
    server = prometheus(serve, {UP: data})
    assert one(ask(live(server.url, "rule: measurement, query: up, equals: 1"))).problems == (f"{server.url} {problem}",)


@pytest.mark.parametrize(
    ("now", "values", "problem"),
    [
        ({"resultType": "scalar", "result": [1, "soon"]}, [], "does not say what time it is"),
        ({"resultType": "vector", "result": []}, [], "does not say what time it is"),
        ({"resultType": "scalar", "result": [1, "1000"]}, 5, "answers with points that are no list"),
        ({"resultType": "scalar", "result": [1, "1000"]}, [[1e999, "3"]], "answers with a point"),
    ],
)
def test_a_range_of_another_form_fails(serve, ask, now: object, values: object, problem: str) -> None:
    path = "query_range?query=up&timeout=5&start=940.000&end=1000.000&step=60"
    matrix = {"resultType": "matrix", "result": [{"metric": {}, "values": values}]}
    server = prometheus(serve, {"query?query=time%28%29&timeout=5": now, path: matrix})
    judged = one(ask(live(server.url, "rule: measurement, query: up, equals: 1, over: 1m")))
    assert judged.error is None and problem in judged.problems[0]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"resultType": "string", "result": [1.0, "1"]}, "the query gives a text, not a number"),
        ({"resultType": "vector", "result": [{"metric": {}, "value": [1, "<1"]}]}, "up gives '<1', which is not a number"),
        ({"resultType": "scalar", "result": [1, None]}, "up gives 'None', which is not a number"),
    ],
)
def test_a_text_is_an_error(serve, ask, data: object, error: str) -> None:
    judged = one(ask(live(prometheus(serve, {UP: data}).url, "rule: measurement, query: up, equals: 1")))
    assert judged.problems == () and error in (judged.error or ""), judged


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((500, {"Content-Type": "text/html"}, b"<html>"), "answers PATH with status 500 and 6 bytes of text/html that are not JSON"),
        ((200, {"Content-Type": "text/html"}, b"<html>"), "answers PATH with status 200 and 6 bytes of text/html that are not JSON"),
        (reply({}, 401), "answers PATH with status 401: name its token with token_env"),
        (reply({}, 403), "answers PATH with status 403: its token may not ask this"),
        ((302, {"Location": "/login"}, b""), "answers PATH with status 302 and 0 bytes of no type that are not JSON"),
        ((200, {}, b"[" * 100_000), "answers PATH with status 200 and 100000 bytes of no type that are not JSON"),
        (endless, "answers with more than 1048576 bytes"),
        (garbage, "does not answer: "),
        (zipped, "answers in a compressed form nobody asked for"),
        (cut, "does not answer: "),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["prometheus", "alertmanager"])
def test_a_lying_server_cannot_be_reached(serve, ask, answer, problem: str, kind: str) -> None:
    path = {"prometheus": "/api/v1/query?query=vector%281%29&timeout=5", "alertmanager": "/api/v2/status"}[kind]
    server = serve({path: answer})
    reached, judged = ask(live(server.url, "rule: monitoring-up", kind=kind)).values()
    assert len(reached.problems) == 1 and reached.problems[0].startswith(
        f"target prom cannot be reached: {server.url} {problem.replace('PATH', path.partition('?')[0])}"
    ), reached
    assert judged.unknown == "target prom cannot be reached"


@pytest.mark.parametrize(
    ("kind", "answer", "problem"),
    [
        ("prometheus", reply({"status": "fine"}), "answers /api/v1/query with status 200 and JSON that is none of Prometheus's"),
        ("prometheus", reply([]), "answers /api/v1/query with status 200 and JSON that is none of Prometheus's"),
        ("prometheus", reply({"status": "error", "errorType": "timeout", "error": "slow"}, 503), "answers with an error (timeout: slow)"),
        ("alertmanager", reply([]), "answers with a list where the API has an object"),
        ("alertmanager", reply({"code": 1}, 500), "answers /api/v2/status with status 500: {'code': 1}"),
    ],
)  # fmt: skip
def test_what_speaks_another_api_cannot_be_reached(serve, ask, kind: str, answer, problem: str) -> None:
    path = {"prometheus": "/api/v1/query?query=vector%281%29&timeout=5", "alertmanager": "/api/v2/status"}[kind]
    server = serve({path: answer})
    reached, _ = ask(live(server.url, "rule: monitoring-up", kind=kind)).values()
    assert reached.problems == (f"target prom cannot be reached: {server.url} {problem}",)


@pytest.mark.parametrize("kind", ["prometheus", "alertmanager"])
def test_a_server_that_is_down_or_hangs(ask, silent: str, kind: str) -> None:
    reached, judged = ask(live("http://127.0.0.1:9", "rule: monitoring-up", kind=kind)).values()
    assert reached.problems == ("target prom cannot be reached: http://127.0.0.1:9 refuses the connection",)
    assert judged.unknown == "target prom cannot be reached"
    started = time.monotonic()
    reached, judged = ask(live(silent, "rule: monitoring-up", kind=kind, timeout="200ms")).values()
    assert reached.problems == (f"target prom cannot be reached: {silent} gave no answer within 0.2 s",)
    assert time.monotonic() - started < 5


def test_a_query_that_hangs_fails_alone(serve, ask) -> None:
    server = prometheus(serve, {})
    vector = server.routes.pop("/api/v1/query?query=vector%281%29&timeout=5")
    server.routes |= {"/api/v1/query?query=vector%281%29&timeout=0.5": vector, "/-/ready": (200, {}, b"")}
    server.routes["/api/v1/query?query=up&timeout=0.5"] = lambda handler: handler.server.stopped.wait(5)
    found = ask(live(server.url, "rule: measurement, query: up, equals: 1", "rule: monitoring-up", timeout="500ms"))
    assert found["measurement[prom]"].problems == (f"{server.url} gave no answer within 0.5 s",)
    assert found["monitoring-up[prom]"] == Judged()


def test_a_path_of_the_url_is_that_of_the_api(serve, ask) -> None:
    vector = {"resultType": "vector", "result": [{"metric": {}, "value": [1.0, "1"]}]}
    server = prometheus(serve, {UP: vector}, prefix="/prometheus")
    server.routes["/prometheus/-/ready"] = (503, {}, b"starting")
    found = ask(live(f"{server.url}/prometheus/", "rule: measurement, query: up, equals: 1", "rule: monitoring-up"))
    assert found["measurement[prom]"].problems == ()
    assert found["monitoring-up[prom]"].problems == ("/-/ready answers with status 503, 200 expected",)


def test_a_token_is_sent_and_never_shown(serve, ask) -> None:
    secret = "t0ken-of-the-prometheus"
    server = prometheus(serve, {UP: {"resultType": "vector", "result": [{"metric": {"leak": secret}, "value": [1.0, "0"]}]}})
    judged = one(ask(live(server.url, "rule: measurement, query: up, equals: 1", more=", token_env: PROM_TOKEN"), PROM_TOKEN=secret))
    assert server.asked[0][1]["Authorization"] == f"Bearer {secret}"
    assert judged.problems == ('up of {leak="****"} is 0, 1 expected (100 % worse)',)


# -- speed and the whole of a run


def test_two_hundred_queries_take_one_connection(monitoring, ask, serve) -> None:
    checks = [f"rule: measurement, name: q{n}, query: 'queue_messages{{queue=\"orders\"}} + {n}', at_most: 9999" for n in range(200)]
    found = ask(live(monitoring.prometheus, *checks))
    assert len(found) == 201 and {judged.problems for judged in found.values()} == {()}
    server = prometheus(serve, {f"query?query=up%20%2B%20{n}&timeout=5": {"resultType": "scalar", "result": [1, "1"]} for n in range(20)})
    ask(live(server.url, *(f"rule: measurement, name: q{n}, query: up + {n}, equals: 1" for n in range(20))))
    assert len(server.connections) == 1 and len(server.asked) == 21


def test_queries_are_items_with_target_and_actual(monitoring, pytester: pytest.Pytester) -> None:
    checks = "rule: p99-latency", "rule: error-rate", "rule: targets-up, targets: [shop]", "rule: slo-burn", "rule: no-firing-alerts"
    pytester.makefile(".yaml", readiness=live(monitoring.prometheus, *checks))
    result = pytester.runpytest("--readiness", "--readiness-live", "-v", "--junitxml=junit.xml")
    result.stdout.fnmatch_lines(["readiness.yaml::live.p99-latency?prom? PASSED*"])
    result.stdout.fnmatch_lines(["*P0 live.error-rate: (sum(rate(http_requests_total*is 0.0*, below 0.01 % expected (* times too much)"])
    result.stdout.fnmatch_lines(["*P1 live.no-firing-alerts: PaymentsFail fires since *"])
    result.stdout.fnmatch_lines(
        ["*p99-latency?prom?*below 5 ms*0.99* ms*80 % better*passed*", "*slo-burn?prom?*below 1*0.* % better*passed*"]
    )
    result.assert_outcomes(passed=4, failed=2)
    written = (pytester.path / "junit.xml").read_text()
    assert written.count("below 5 ms") == 1 and "80 % better" in written


def test_without_the_parser_a_run_that_asks_nothing_is_as_before(monkeypatch, ask) -> None:
    monkeypatch.setitem(sys.modules, "promql_parser", None)
    monkeypatch.setattr(promql, "find_spec", lambda _: None)
    promql.parsed.cache_clear()
    try:
        found = ask(live("http://127.0.0.1:9", "rule: p99-latency", "rule: slo-burn"))
    finally:
        promql.parsed.cache_clear()
    assert found["reachable[prom]"].error == "promql_parser is needed: pip install 'pytest-readiness[live]'"
    assert {judged.unknown for judged in found.values()} == {None, "target prom cannot be reached"}


def test_what_is_declared_and_not_asked_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", readiness=live("https://prom.example", "rule: targets-up", "rule: no-firing-alerts"))
    pytester.makeconftest(
        "import sys\ndef pytest_unconfigure():\n"
        "    print('found', sorted(name for name in sys.modules if name in ('httpx', 'promql_parser')))"
    )
    result = pytester.runpytest_subprocess("--readiness")
    result.stdout.fnmatch_lines(["*live checks declared and not run*", "found []"])
