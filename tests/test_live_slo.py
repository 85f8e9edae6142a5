"""Burn rates and error budgets over the history of a real Prometheus; objectives inline, of OpenSLO and of sloth."""

from __future__ import annotations

import pytest
from serving import mistakes
from serving import one

from pytest_readiness.project import Project


def live(url: str, *checks: str) -> str:
    listed = "".join(f"\n    - {{target: prom, {check}}}" for check in checks)
    return f"live:\n  targets:\n    prom: {{prometheus: '{url}', timeout: 5s}}\n  checks:{listed}\n"


def slo(name: str, objective: str = "99.9%", window: str = "3d") -> str:
    errors, total = f"rate({name}_requests_total{{code='500'}}[{{window}}])", f"rate({name}_requests_total[{{window}}])"
    return f'slo: {{objective: {objective}, window: {window}, errors: "{errors}", total: "{total}"}}'


@pytest.mark.parametrize(
    ("check", "problems", "actual"),
    [
        (f"rule: slo-burn, {slo('http')}", [], 0.5),
        # each of the three windows that are not there to be promoted; the fast one is burning
        (f"rule: slo-burn, name: pay, {slo('pay')}", ["the burn rate over 1h is 1", "the error budget burns too fast: 9"], 17),
        # slowly: neither the fast window nor the pair of 6 is reached, but the one of 1 over three days
        (
            f"rule: slo-burn, name: mail, {slo('mail')}",
            ["the burn rate over 1h is 1.", "the error budget burns too fast: 1."],
            1.5,
        ),
        (f"rule: slo-burn, {slo('mail', '99.8%')}", [], 0.75),
        (f"rule: slo-burn, {slo('mail')}, below: 2, burn_rates: []", [], 1.5),
        (f"rule: slo-burn, {slo('mail')}, below: 2, burn_rates: [{{windows: [30m, 5m], below: 1.6}}]", [], 1.5),
        # an hour that is not burning keeps the pair from burning
        (f"rule: slo-burn, {slo('pay')}, window: 3d, burn_rates: [{{windows: [3d, 5m], below: 14.4}}]", [], 0.72),
        # no error was ever counted
        (f"rule: slo-burn, {slo('calm')}", [], 0),
        (f"rule: availability-slo, {slo('http')}", [], 50),
        (f"rule: availability-slo, name: mail, {slo('mail')}", ["what is left of the error budget over 3d is -"], -50),
        (f"rule: availability-slo, {slo('http')}, at_least: 60%", ["at least 60 % expected"], 50),
        (f"rule: measurement, {slo('http')}, measure: budget, at_least: 30%", [], 50),
        # the defaults of the rules: http_requests_total
        ("rule: slo-burn", [], 0.5),
        ("rule: slo-burn, metric: mail_requests_total", ["below 1 expected", "over 3d and"], 1.5),
        ('rule: slo-burn, selector: app="shop"', [], 0.5),
    ],
)  # fmt: skip
def test_a_budget_burns_or_not(monitoring, ask, check: str, problems: list[str], actual: float) -> None:
    judged = one(ask(live(monitoring.prometheus, check)))
    assert judged.error is None and len(judged.problems) == len(problems), judged
    assert [part for part, told in zip(problems, judged.problems, strict=True) if part not in told] == [], judged.problems
    assert judged.measured and judged.measured.actual_value == pytest.approx(actual, rel=0.1), judged.measured


@pytest.mark.parametrize("name", ["idle", "nobody"], ids=["no traffic", "no such metric"])
def test_no_data_fails_closed(monitoring, ask, name: str) -> None:
    judged = one(ask(live(monitoring.prometheus, f"rule: slo-burn, name: x, {slo(name)}")))
    assert judged.problems[0] == "no data: the burn rate over 1h holds nothing, below 1 expected"
    judged = one(ask(live(monitoring.prometheus, f"rule: slo-burn, {slo(name)}, on_no_data: {{skip: at night}}")))
    assert judged.problems == () and judged.unknown == "no data, which is accepted: at night"


def test_an_objective_over_more_than_there_is_gets_advice(monitoring, ask) -> None:
    judged = one(ask(live(monitoring.prometheus, f"rule: availability-slo, {slo('http', window='30d')}")))
    assert judged.problems == () and "has no data from 30 d ago" in judged.advice[0]


# -- files

SLOTH = """\
version: prometheus/v1
service: shop
slos:
  - name: orders
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{code=~"(5..|429)"}[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{.window}}]))  # all of them
    alerting: {page_alert: {disable: true}}
  - name: mails
    objective: 99.9
    sli:
      raw: {error_ratio_query: 'sum(rate(mail_requests_total{code="500"}[{{ .window }}])) / sum(rate(mail_requests_total[{{ .window }}]))'}
"""
OPENSLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: orders}
spec:
  service: shop
  INDICATOR
  timeWindow: [{duration: 3d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{TARGET}]
"""
RATIO = """\
{counter: COUNTER, PART: {metricSource: {type: Prometheus, spec: {query: 'ERRORS'}}}, total: {metricSource: {type: Prometheus, spec: {query: 'TOTAL'}}}}"""
INLINE = f"indicator: {{metadata: {{name: i}}, spec: {{ratioMetric: {RATIO}}}}}"


def openslo(part: str, errors: str, total: str, *, counter: bool = True, target: str = "target: 0.999", indicator: str = INLINE) -> str:
    text = OPENSLO.replace("INDICATOR", indicator).replace("TARGET", target).replace("COUNTER", str(counter).lower())
    return text.replace("PART", part).replace("ERRORS", errors).replace("TOTAL", total)


SLI = f"---\napiVersion: openslo/v1\nkind: SLI\nmetadata: {{name: ratio}}\nspec: {{ratioMetric: {RATIO}}}\n"
BAD, GOOD, ALL = 'http_requests_total{code="500"}', 'http_requests_total{code="200"}', "http_requests_total"


@pytest.mark.parametrize(
    ("text", "name", "actual"),
    [
        (SLOTH, "orders", 0.5),
        (SLOTH, "mails", 1.5),
        (openslo("bad", f"sum({BAD})", f"sum({ALL})"), "", 0.5),
        (openslo("bad", BAD, ALL, target="targetPercent: 99.9"), "", 0.5),
        (openslo("good", f"sum({GOOD})", f"sum({ALL})"), "orders", 0.5),
        (openslo("good", f"sum(rate({GOOD}[{{{{.window}}}}]))", f"sum(rate({ALL}[$window]))", counter=False), "", 0.5),
        (openslo("bad", BAD, ALL, indicator="indicatorRef: ratio") + SLI.replace("COUNTER", "true").replace("PART", "bad").replace("ERRORS", BAD).replace("TOTAL", ALL), "", 0.5),
    ],
    ids=["sloth", "sloth with a ratio", "bad events", "percent", "good events", "its own ranges", "an indicator of its own"],
)  # fmt: skip
def test_an_objective_stands_in_a_file(monitoring, ask, text: str, name: str, actual: float) -> None:
    declared = f"{{file: slo/shop.yaml, name: {name}}}" if name else "slo/shop.yaml"
    judged = one(ask(live(monitoring.prometheus, f"rule: slo-burn, slo: {declared}"), Project.of({"slo/shop.yaml": text})))
    assert judged.error is None and judged.measured and judged.measured.actual_value == pytest.approx(actual, rel=0.01), judged
    assert all("of mails " in problem for problem in judged.problems)


@pytest.mark.parametrize(
    ("text", "slo", "mistake"),
    [
        ("", "slo/other.yaml", "readiness.yaml:5:22: slo: there is no slo/other.yaml in the repository"),
        ("a: 1\n", "slo/shop.yaml", "no objective (neither OpenSLO v1 nor sloth prometheus/v1)"),
        (SLOTH, "slo/shop.yaml", "say which one as {file: ..., name: ...} (orders, mails)"),
        (SLOTH, "{file: slo/shop.yaml, name: order}", "no objective is called 'order' (orders, mails)"),
        (SLOTH.replace("99.9", "100", 1), "{file: slo/shop.yaml, name: orders}", "slo/shop.yaml:5:5: slo: 100 is not an objective such as 99.9%"),
        (SLOTH.replace("sum(rate(http_requests_total{", "sum(rat(http_requests_total{"), "{file: slo/shop.yaml, name: orders}", "slo/shop.yaml:8:9: slo: "),
        (SLOTH.replace("[{{.window}}]", "[5m]"), "{file: slo/shop.yaml, name: orders}", "has no range {window} to fill"),
        (SLOTH.replace("events:", "event:"), "{file: slo/shop.yaml, name: orders}", "sli has neither events nor raw"),
        (SLOTH.replace("total_query", "total"), "{file: slo/shop.yaml, name: orders}", "total_query is missing"),
        (openslo("worse", BAD, ALL), "slo/shop.yaml", "ratioMetric needs total, and good or bad"),
        (openslo("bad", BAD, ALL, target="target: 99.9"), "slo/shop.yaml", "99.9 is not an objective"),
        (openslo("bad", BAD, ALL, target="target: 0.9}, {target: 0.8"), "slo/shop.yaml", "exactly one objective"),
        (openslo("bad", BAD, ALL, indicator="indicatorRef: ratio"), "slo/shop.yaml", "indicator ratio of this file has no ratioMetric"),
        (openslo("bad", BAD, ALL, counter=False), "slo/shop.yaml", "has no range {window} to fill"),
        (openslo("bad", f"sum({BAD}) / 2", ALL), "slo/shop.yaml", "has no range {window} to fill"),
        ("a: [", "slo/shop.yaml", "slo/shop.yaml:"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_an_error_with_its_place(serve, ask, text: str, slo: str, mistake: str) -> None:
    server = serve({})
    judged = list(ask(live(server.url, f"rule: slo-burn, slo: {slo}"), Project.of({"slo/shop.yaml": text})).values())[1]
    assert judged.error and mistake in judged.error, judged


@pytest.mark.parametrize(
    ("check", "mistake"),
    [
        (f"rule: slo-burn, {slo('http', '100%')}", "slo: '100%' is not an objective such as 99.9%"),
        (f"rule: slo-burn, {slo('http', '5ms')}", "slo: '5ms' is not an objective"),
        ("rule: slo-burn, slo: {objective: 99%, errors: 'sum(', total: 'up[{window}]'}", "has no range {window}"),
        ("rule: slo-burn, slo: {objective: 99%, errors: 'sum(rate(a[{window}])', total: 'rate(a[{window}])'}", "is not PromQL: unclosed left parenthesis"),
        ("rule: slo-burn, slo: {objective: 99%, errors: 'rate(a[{window}])) + sum(up', total: 'rate(a[{window}])'}", "is not PromQL"),
        ("rule: slo-burn, slo: {objective: 99%, errors: 'rate({metric}[{window}])', total: 'rate(a[{window}])'}", "metric of the check must say what it is about"),
        (f"rule: slo-burn, {slo('http')}, metric: a", "metric: the queries of the objective have no {metric} that it could fill"),
        ("rule: slo-burn, slo: slo.yaml, selector: a='1'", "selector: the queries of the objective have no {selector}"),
        ("rule: slo-burn, slo: /etc/slo.yaml", "must be a path below the root"),
        ("rule: slo-burn, slo: {file: ../slo.yaml}", "must be a path below the root"),
        (f"rule: slo-burn, {slo('http')}, unit: s", "unit does not go with slo"),
        (f"rule: availability-slo, {slo('http')}, window: 1h", "window is about the burn rate, not about the budget"),
        (f"rule: measurement, {slo('http')}, query: up", "a check is about one thing, not query and slo"),
        ("rule: slo-burn, slo: {objective: 99%, errors: a}", "live.checks.0.slo"),
        (f"rule: slo-burn, {slo('http')}, burn_rates: [{{windows: [soon], below: 1}}]", "live.checks.0.burn_rates"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(check: str, mistake: str) -> None:
    found = mistakes(live("https://prom.example", check))
    assert found and mistake in found[0] and found[0].startswith("readiness.yaml:5:"), found
