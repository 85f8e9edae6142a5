"""HTTP and TLS probes against real servers on loopback: well, down, hung, and lying."""

from __future__ import annotations

import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from serving import around
from serving import certified
from serving import cut
from serving import endless
from serving import free_port
from serving import garbage
from serving import one
from serving import reply
from serving import zipped

from pytest_readiness.live import contact
from pytest_readiness.live import declared
from pytest_readiness.live import entries
from pytest_readiness.live.checks import LiveCheck
from pytest_readiness.live.checks import contacts
from pytest_readiness.live.measure import Judged
from pytest_readiness.project import Project
from pytest_readiness.secret import Mask
from pytest_readiness.syntax import yaml

TOKEN = 's3cr3t/"t0ken"-' + "value" * 60  # longer than any message shows


def live(url: str, *checks: str, target: str = "") -> str:
    listed = "".join(f"\n    - {{target: shop, {check}}}" for check in checks)
    return f"live:\n  targets:\n    shop: {{url: '{url}', timeout: 5s{target}}}\n  checks:{listed or ' []'}\n"


# -- one request


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        ("rule: service-healthy, path: /healthz, json: {status: healthy}", None),
        ("rule: service-healthy, path: /healthz, json: {status: fine}", 'status of /healthz is "healthy", "fine" expected'),
        ("rule: service-healthy, path: /healthz, json: {checks.db.up: 1}", "checks.db.up of /healthz is true, 1 expected"),
        ("rule: service-healthy, path: /healthz, json: {nothing: 1}", "nothing of /healthz is nothing, 1 expected"),
        ("rule: service-healthy, path: /missing", "/missing answers with status 404, 200 expected"),
        ("rule: endpoint, path: /missing, status: [404, 410]", None),
        ("rule: endpoint, path: /healthz, header: {content-type: ^application/json}", None),
        ("rule: endpoint, path: /healthz, header: {Content-Type: xml}", "/healthz answers with Content-Type: application/json, which does not match xml"),
        ("rule: endpoint, path: /healthz, header: {X-Frame-Options: DENY}", "/healthz answers without the header X-Frame-Options"),
        ("rule: health-score, path: /healthz, value: score, unit: ratio", None),
        ("rule: health-score, path: /healthz, value: score, unit: ratio, at_least: 99%", "score of /healthz is 95 %, at least 99 % expected (4 % worse)"),
        ("rule: health-score, path: /healthz, value: other, unit: ratio", "no data: other of /healthz holds nothing, at least 90 % expected"),
        ("rule: endpoint, path: /healthz, json: {status: healthy}, method: HEAD", "/healthz answers with 0 bytes of application/json that are not JSON"),
        ("rule: endpoint, path: /page, json: {a: 1}", "/page answers with 6 bytes of text/html that are not JSON"),
    ],
)  # fmt: skip
def test_an_answer_is_held_against_what_is_declared(serve, ask, check: str, problem: str | None) -> None:
    body = {"status": "healthy", "score": 0.95, "checks": {"db": {"up": True}}}
    server = serve({"/healthz": reply(body), "/page": (200, {"Content-Type": "text/html"}, b"<html>")})
    assert one(ask(live(server.url, check))).problems == (() if problem is None else (problem,))


def test_what_is_measured_is_told(serve, ask) -> None:
    server = serve({"/healthz": reply({"score": 0.95})})
    measured = one(ask(live(server.url, "rule: health-score, path: /healthz, value: score, unit: ratio"))).measured
    assert measured and (measured.target, measured.actual, measured.margin) == ("at least 90 %", "95 %", "5.5 % better")


def test_a_text_is_an_error(serve, ask) -> None:
    server = serve({"/healthz": reply({"score": "95%"})})
    assert "is not a number" in (one(ask(live(server.url, "rule: health-score, path: /healthz, value: score, unit: ratio"))).error or "")


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"checks": {"db": {"status": "UP"}, "cache": "ok", "broker": True}}, ()),
        ({"status": "UP", "components": {"db": {"status": "UP"}, "cache": {"status": "UP"}, "broker": {"status": "UP"}}}, ()),
        ({"checks": [{"name": "db", "status": "UP"}, {"name": "cache", "status": "UP"}, {"name": "broker", "status": "UP"}]}, ()),
        ({"checks": {"db": [{"status": "pass"}], "cache": [{"status": "pass"}], "broker": [{"status": "pass"}]}}, ()),
        ({"entries": {"db": {"status": "Healthy"}, "cache": {"status": "Degraded"}, "broker": {"status": "Healthy"}}}, ("/h says that cache is Degraded",)),
        ({"checks": {"db": "ok", "cache": "ok"}}, ("/h does not name broker, only db, cache",)),
        ({"checks": {"db": "ok", "cache": "ok", "broker": [{"status": "pass"}, {"status": "fail"}]}}, ("/h says that broker is fail",)),
        ({"checks": {"db": {}, "cache": "ok", "broker": "ok"}}, ("/h says that db is not told",)),
        ({"status": "ok"}, ("/h names no dependency: it answers below none of checks, components, dependencies, details, entries, services, results",)),
        ("OK", ("/h names no dependency: it answers below none of checks, components, dependencies, details, entries, services, results",)),
        ([[]], ("/h names no dependency: it answers below none of checks, components, dependencies, details, entries, services, results",)),
    ],
)  # fmt: skip
def test_a_health_endpoint_names_its_dependencies(serve, ask, body: object, problems: tuple[str, ...]) -> None:
    server = serve({"/h": reply(body)})
    assert one(ask(live(server.url, "rule: health-endpoint-deep, path: /h, dependencies: [db, cache, broker]"))).problems == problems


# -- monitoring that speaks HTTP

DASHBOARDS = [{"uid": "shop-overview", "type": "dash-db"}, {"uid": "shop-slo", "type": "dash-db"}]


@pytest.mark.parametrize(
    ("check", "answers", "problem"),
    [
        ("monitoring-up, path: /api/health, json: {database: ok}", {"/api/health": {"database": "ok", "version": "11.4.0"}}, None),
        ("monitoring-up, path: /api/health, json: {database: ok}", {"/api/health": {"database": "failing"}}, 'database of /api/health is "failing", "ok" expected'),
        ("dashboards-present", {"/api/search?type=dash-db": DASHBOARDS}, None),
        ("dashboards-present", {"/api/search?type=dash-db": []}, "length(@) of /api/search?type=dash-db is 0, at least 1 expected (100 % worse)"),
        ('dashboards-present, json: {"contains([].uid, \'shop-slo\')": true}', {"/api/search?type=dash-db": DASHBOARDS}, None),
        ('dashboards-present, json: {"contains([].uid, \'shop-cost\')": true}', {"/api/search?type=dash-db": DASHBOARDS}, "contains([].uid, 'shop-cost') of /api/search?type=dash-db is false, true expected"),
        ("traces-flowing", {"/api/services": {"data": ["shop", "cart"], "total": 2}}, None),
        ("traces-flowing", {"/api/services": {"data": None, "total": 0}}, "length(data || `[]`) of /api/services is 0, above 0 expected (exactly)"),
        ('traces-flowing, json: {"contains(data, \'shop\')": true}', {"/api/services": {"data": ["jaeger-query"]}}, "contains(data, 'shop') of /api/services is false, true expected"),
    ],
)  # fmt: skip
def test_grafana_and_jaeger_are_asked(serve, ask, check: str, answers: dict[str, object], problem: str | None) -> None:
    server = serve({path: reply(data) for path, data in answers.items()})
    assert one(ask(live(server.url, f"rule: {check}"))).problems == (() if problem is None else (problem,))


# -- latency


def test_latency_is_a_percentile_over_one_connection(serve, ask) -> None:
    server = serve({"/api": reply({})})
    judged = one(ask(live(server.url, "rule: p99-latency, path: /api, below: 5s, requests: 20")))
    assert judged.problems == () and judged.measured and judged.measured.target == "below 5 s"
    assert sum(path == "/api" for path, _ in server.asked) == 25  # five warm up
    assert len(server.connections) == 2  # the first is cut off with its answer


def test_latency_over_its_target_fails(serve, ask) -> None:
    server = serve({"/api": reply({})})
    (problem,) = one(ask(live(server.url, "rule: p95-latency, path: /api, below: 1ns, requests: 2"))).problems
    assert problem.startswith("P95 of 2 requests to /api is ") and "below 1 ns expected" in problem


def test_one_failed_request_fails_the_latency(serve, ask) -> None:
    counted = iter(range(100))

    def fail_at_ten(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(500 if next(counted) == 9 else 200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server = serve({"/api": fail_at_ten})
    judged = one(ask(live(server.url, "rule: p99-latency, path: /api, requests: 20")))
    assert judged.problems == ("/api answers with status 500, a status from 200 to 299 expected, at request 10 of 20",)


# -- down, hung, lying


def test_what_is_down_fails_at_once_and_is_not_asked_again(ask) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    found = ask(live(url, "rule: service-healthy", "rule: p99-latency"))
    assert found["reachable[shop]"].problems == (f"target shop cannot be reached: {url} refuses the connection",)
    for name in ("service-healthy[shop]", "p99-latency[shop]"):
        assert found[name] == Judged(unknown="target shop cannot be reached")


def test_an_address_in_brackets_is_told_as_it_is_written(ask) -> None:
    (problem,) = ask(live(f"http://[::1]:{free_port()}"))["reachable[shop]"].problems
    assert problem.startswith("target shop cannot be reached: http://[::1]:")


def test_a_name_that_does_not_exist_is_down(ask) -> None:
    found = ask(live("http://nowhere.invalid"))
    assert "cannot be reached" in found["reachable[shop]"].problems[0]


def test_what_hangs_is_given_up(ask, silent) -> None:
    started = time.monotonic()
    found = ask(live(silent, "rule: service-healthy").replace("5s", "100ms"))
    assert time.monotonic() - started < 5
    assert found["reachable[shop]"].problems == (f"target shop cannot be reached: {silent} gave no answer within 0.1 s",)
    assert found["service-healthy[shop]"].unknown == "target shop cannot be reached"


def test_an_answer_that_drips_is_given_up(serve, ask, monkeypatch) -> None:
    monkeypatch.setattr(contact, "GRACE", 0.1)
    monkeypatch.setattr(entries, "BUDGET", 1)

    def drip(handler: Any) -> None:  # a byte of a header at a time: no timeout of a read is ever reached
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not handler.server.stopped.wait(0.02):
            handler.wfile.write(b"x")

    server = serve({"/": reply({}), "/drip": drip})
    started = time.monotonic()
    checks = ("rule: endpoint, path: /drip", "rule: service-healthy, path: /")
    found = ask(live(f"{server.url}/", *checks).replace("5s", "500ms"))
    assert time.monotonic() - started < 5
    assert found["endpoint[shop]"].problems == ("target shop gave no answer within 0.5 s",)
    assert found["service-healthy[shop]"].unknown == "target shop hangs"


def test_a_body_that_drips_is_given_up(serve, ask) -> None:
    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not handler.server.stopped.wait(0.02):
            handler.wfile.write(b"x" * 100)

    server = serve({"/": reply({}), "/drip": drip})
    found = ask(live(f"{server.url}/", "rule: endpoint, path: /drip").replace("5s", "500ms"))
    assert one(found).problems == ("/drip did not finish its answer within 0.5 s",)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (endless, "answers with more than 1048576 bytes"),
        (garbage, "does not answer"),
        (zipped, "answers in a compressed form nobody asked for"),
        (cut, "does not answer"),
        ((302, {"Location": "/lie"}, b""), "redirects more than 5 times"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "redirects to file:///etc/passwd, which is no web address"),
        ((302, {"Location": "//["}, b""), "redirects to //[, which is no web address"),
        ((302, {"Location": f"http://{'a' * 70}/"}, b""), "does not answer"),
        ((302, {"Location": "http://xn--a/"}, b""), "does not answer"),
        ((302, {"Location": "http://127.0.0.1:99999/"}, b""), "redirects to a port that does not exist"),
        ((200, {}, b"[" * 100_000), "that are not JSON"),
        ((200, {}, b"\xff\xfe\x00"), "that are not JSON"),
        ((302, {"Location": "http://[::1"}, b""), "Invalid URL in location header"),
    ],
    ids=[
        "huge body",
        "no http",
        "compressed",
        "cut off",
        "loop",
        "file",
        "no url",
        "long label",
        "no idna",
        "port",
        "deep",
        "no text",
        "bad url",
    ],
)
def test_a_lie_is_told(serve, ask, answer: Any, problem: str) -> None:
    server = serve({"/": reply({}), "/lie": answer})
    (found,) = one(ask(live(f"{server.url}/", "rule: endpoint, path: /lie, follow: true, json: {a: 1}"))).problems
    assert problem in found


def test_a_redirect_is_an_answer_unless_it_is_followed(serve, ask) -> None:
    server = serve({"/old": (301, {"Location": "/new"}, b""), "/new": reply({})})
    assert one(ask(live(server.url, "rule: endpoint, path: /old"))).problems == ("/old answers with status 301, 200 expected",)
    assert one(ask(live(server.url, "rule: endpoint, path: /old, follow: true"))).problems == ()


# -- secrets


SECRET = ", token_env: SHOP_TOKEN, header_env: {X-Api-Key: SHOP_KEY}, headers: {X-Tenant: a}"
ENVIRONMENT = {"SHOP_TOKEN": TOKEN, "SHOP_KEY": "k3y-value"}


def test_a_secret_goes_to_its_target_alone(serve, ask) -> None:
    other = serve({"/elsewhere": reply({})})
    server = serve({"/": (302, {"Location": f"{other.url}/elsewhere", "Set-Cookie": "session=1"}, b"")})
    found = ask(live(f"{server.url}/", "rule: endpoint, follow: true", target=SECRET), **ENVIRONMENT)
    assert one(found).problems == ()
    for _, headers in server.asked:
        assert (headers["Authorization"], headers["X-Api-Key"], headers["X-Tenant"]) == (f"Bearer {TOKEN}", "k3y-value", "a")
    ((_, headers),) = other.asked
    assert not {"authorization", "x-api-key", "x-tenant", "cookie"} & {name.lower() for name in headers}


def test_a_redirect_within_a_host_that_is_not_shown_is_followed(serve, ask) -> None:
    server = serve({"/ok": reply({})})
    server.routes["/"] = (302, {"Location": f"{server.url}/ok"}, b"")
    found = ask(live("X", "rule: endpoint, follow: true").replace("'X'", "{env: SHOP_URL}"), SHOP_URL=f"{server.url}/")
    assert one(found) == Judged() and server.asked[-1][0] == "/ok"


def test_a_secret_that_is_missing_is_an_error(serve, ask) -> None:
    server = serve({"/": reply({})})
    found = ask(live(server.url, "rule: endpoint", target=SECRET), SHOP_KEY="k")
    assert found["reachable[shop]"].error == "the environment variable SHOP_TOKEN is not set, which target shop needs"
    assert found["endpoint[shop]"].unknown == "target shop cannot be reached"
    assert server.asked == []


@pytest.mark.parametrize("token", ["t0ken\n", "tökens", "two\x00"])
def test_a_secret_that_cannot_be_sent_is_an_error(ask, token: str) -> None:
    error = ask(live("http://127.0.0.1:9", target=", token_env: SHOP_TOKEN"), SHOP_TOKEN=token)["reachable[shop]"].error or ""
    assert error.startswith("the header Authorization cannot be sent: its value has a line break") and token.strip() not in error


def test_a_target_goes_through_the_proxy_it_names(serve, ask) -> None:
    server = serve({"/healthz": reply({"status": "ok"})})
    proxy = serve({"http://shop.invalid/": reply({}), "http://shop.invalid/healthz": reply({"status": "ok"})})
    text = live("http://shop.invalid", "rule: service-healthy, path: /healthz", target=", proxy_env: THE_PROXY")
    found = ask(text, THE_PROXY=proxy.url)
    assert found["service-healthy[shop]"] == Judged() and server.asked == []
    assert ask(text)["reachable[shop]"].error == "the environment variable THE_PROXY is not set, which target shop needs"
    wrong = ask(text, THE_PROXY="gopher://secret-name")["reachable[shop]"].error or ""
    assert wrong.startswith("the proxy in THE_PROXY cannot be used") and "secret-name" not in wrong


@pytest.mark.parametrize(("retries", "is_well"), [(0, False), (1, False), (2, True), (9, True)])
def test_what_fails_is_asked_again_as_often_as_is_allowed(serve, ask, retries: int, is_well: bool) -> None:
    def slow_start(handler: BaseHTTPRequestHandler) -> None:
        started = len([path for path, _ in server.asked if path == "/healthz"]) > 2
        handler.send_response(200 if started else 503)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server = serve({"/": reply({}), "/healthz": slow_start})
    text = live(server.url, "rule: service-healthy, path: /healthz", target=f", retries: {retries}, pause: 10ms")
    judged = ask(text)["service-healthy[shop]"]
    assert (judged == Judged()) is is_well
    assert [path for path, _ in server.asked].count("/healthz") == min(retries, 2) + 1


def test_a_target_that_starts_late_is_reached_in_the_end(serve, ask) -> None:
    def hang_up_twice(handler: BaseHTTPRequestHandler) -> None:
        if len(server.asked) > 2:
            handler.send_response(204)
            handler.end_headers()
        handler.close_connection = True

    server = serve({"/": hang_up_twice})
    assert ask(live(server.url, target=", retries: 1, pause: 10ms"))["reachable[shop]"].problems
    assert ask(live(server.url, target=", retries: 1, pause: 10ms"))["reachable[shop]"] == Judged()


def test_a_measurement_stands(serve, ask) -> None:
    server = serve({"/": reply({}), "/score": reply({"score": 1})})
    found = ask(live(server.url, "rule: measurement, path: /score, value: score, at_least: 5", target=", retries: 3, pause: 10ms"))
    assert found["measurement[shop]"].problems and [path for path, _ in server.asked].count("/score") == 1


def test_a_secret_that_comes_back_is_masked_everywhere(serve, pytester, monkeypatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)

    def echo(handler: Any) -> None:
        body = json.dumps({"told": handler.headers["Authorization"], "score": 1}).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("X-Echo", handler.headers["Authorization"])
        handler.end_headers()
        handler.wfile.write(body)

    server = serve({"/": echo})
    pytester.makefile(".yaml", readiness=live(
        f"{server.url}/",
        "rule: endpoint, name: a, json: {told: fine}",
        "rule: endpoint, name: b, header: {X-Echo: fine}",
        "rule: measurement, name: c, value: told, matches: fine",
        "rule: measurement, name: d, value: told, at_most: 3",
        target=", token_env: SHOP_TOKEN",
    ))  # fmt: skip
    reports = [f"--readiness-report={name}:report.{name}" for name in ("json", "junit", "markdown", "html", "sarif")]
    result = pytester.runpytest("--readiness", "--readiness-live", "-vv", "--showlocals", "--junitxml=own.xml", *reports)
    result.assert_outcomes(passed=1, failed=3, errors=1)
    result.stdout.fnmatch_lines(['*is "Bearer ****", "fine" expected*'])
    written = [path.read_text() for path in pytester.path.iterdir() if path.is_file()]
    assert len(written) >= 7
    told = (*written, result.stdout.str(), result.stderr.str())
    assert not [text for text in told if "s3cr3t" in text or "t0ken" in text or "valuevalue" in text]


# -- TLS


def encrypted(plaintext: int | str = "allowed", **tls: object) -> str:
    said = f"plaintext: refused, plaintext_port: {plaintext}" if isinstance(plaintext, int) else "plaintext: allowed"
    return f"rule: encryption-active, tls: {json.dumps({'min_days': 21, **tls})}, {said}"


def test_tls_is_met_as_a_client_meets_it(serve, ask, authority, trusted) -> None:
    server = serve({"/": reply({})}, certified(authority))
    found = ask(live(f"{server.url}/", encrypted(min_version="1.3"), "rule: endpoint", target=trusted))
    assert [judged.problems for judged in found.values()] == [(), (), ()]
    measured = found["encryption-active[shop]"].measured
    assert measured and measured.target == "at least 21 d" and measured.margin == "4.2 times"


def test_a_certificate_that_ends_soon_fails(serve, ask, authority, trusted) -> None:
    server = serve({"/": reply({})}, certified(authority, days=7.5))
    (problem,) = one(ask(live(f"{server.url}/", encrypted(), target=trusted))).problems
    assert problem.startswith("what the certificate has left is 7.") and "at least 21 d expected" in problem


def test_an_old_version_fails(serve, ask, authority, trusted) -> None:
    context = certified(authority)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    server = serve({"/": reply({})}, context)
    assert one(ask(live(f"{server.url}/", encrypted(min_version="1.2"), target=trusted))).problems == ()
    (problem,) = one(ask(live(f"{server.url}/", encrypted(min_version="1.3"), target=trusted))).problems
    assert problem.endswith("speaks TLSv1.2, at least TLSv1.3 expected")


@pytest.mark.parametrize(
    ("context", "target", "why"),
    [
        ({"days": -1}, ", ca_file: ca.pem", "certificate has expired"),
        ({"host": "shop.example"}, ", ca_file: ca.pem", "IP address mismatch"),
        ({}, "", "unable to get local issuer certificate"),
    ],
    ids=["expired", "other host", "unknown authority"],
)
def test_a_certificate_that_is_not_valid_is_told_and_nothing_is_sent(
    serve, ask, authority, trusted, *, context, target: str, why: str
) -> None:
    server = serve({"/": reply({})}, certified(authority, **context))
    found = ask(live(f"{server.url}/", "rule: endpoint", encrypted(), target=target + ", token_env: SHOP_TOKEN"), **ENVIRONMENT)
    assert "has a certificate that is not valid" in found["reachable[shop]"].problems[0] and why in found["reachable[shop]"].problems[0]
    assert found["endpoint[shop]"].unknown == "target shop cannot be reached"
    assert why in found["encryption-active[shop]"].problems[0]
    assert server.asked == []


def test_a_missing_authority_is_an_error(ask) -> None:
    found = ask(live("https://127.0.0.1:9", "rule: endpoint", target=", ca_file: nothing.pem"))
    assert found["reachable[shop]"].error == "nothing.pem: No such file or directory"


def test_an_authority_without_a_certificate_is_an_error(ask, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("key")
    found = ask(live("https://127.0.0.1:9", target=", ca_file: ca.pem"))
    assert found["reachable[shop]"].error == "ca.pem holds no certificate"


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ((301, {"Location": "https://shop.example/"}, b""), True),
        ((301, {"Location": "http://shop.example/"}, b""), False),
        ((426, {}, b""), True),
        ((200, {}, b"hello"), False),
        ((404, {}, b""), False),
        (garbage, True),
    ],
    ids=["to https", "to http", "upgrade", "served", "served, not found", "no http"],
)
def test_plaintext_is_refused(serve, ask, authority, trusted, *, answer: Any, refused: bool) -> None:
    server, plain = serve({"/": reply({})}, certified(authority)), serve({"/": answer})
    problems = one(ask(live(f"{server.url}/", encrypted(plain.server_port), target=trusted))).problems
    assert bool(problems) is not refused
    assert not problems or problems[0].startswith(f"port {plain.server_port} answers plaintext with status ")


def test_a_shut_port_and_a_port_of_tls_refuse_plaintext(serve, ask, authority, trusted) -> None:
    server = serve({"/": reply({})}, certified(authority))
    for port in (free_port(), server.server_port):
        assert one(ask(live(f"{server.url}/", encrypted(port), target=trusted))).problems == ()


def test_a_port_that_takes_plaintext_in_silence_does_not_refuse_it(serve, ask, authority, trusted, silent) -> None:
    server = serve({"/": reply({})}, certified(authority))
    text = live(f"{server.url}/", encrypted(int(silent.rpartition(":")[2])), target=trusted)
    (problem,) = one(ask(text.replace("5s", "500ms"))).problems
    assert "accepts plaintext and does not say" in problem


# -- many at once, and in order


def test_targets_are_contacted_at_the_same_time(serve, pytester) -> None:
    together = threading.Barrier(4, timeout=10)

    def meet(handler: Any) -> None:
        together.wait()
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server = serve({"/": meet})
    targets = "".join(f"    t{number}: {{url: '{server.url}/'}}\n" for number in (3, 1, 4, 2))
    pytester.makefile(".yaml", readiness=f"live:\n  targets:\n{targets}")
    result = pytester.runpytest("--readiness", "--readiness-live", "-v")
    result.assert_outcomes(passed=4)  # no answer before all four have asked
    result.stdout.fnmatch_lines([f"readiness.yaml::live.reachable?t{number}? PASSED*" for number in (3, 1, 4, 2)])


def test_only_what_is_selected_is_asked(serve, pytester) -> None:
    server = serve({"/": reply({}), "/a": reply({}), "/b": reply({})})
    checks = ("rule: endpoint, name: a, path: /a", "rule: endpoint, name: b, path: /b")
    pytester.makefile(".yaml", readiness=live(f"{server.url}/", *checks))
    pytester.runpytest("--readiness", "--readiness-live", "--collect-only").assert_outcomes()
    pytester.runpytest("--readiness").assert_outcomes()
    assert server.asked == []
    pytester.runpytest("--readiness", "--readiness-live", "-k", "endpoint and b").assert_outcomes(passed=1, deselected=2)
    assert [path for path, _ in server.asked] == ["/", "/b"]


def test_a_run_on_workers_is_the_same(serve, pytester) -> None:
    server = serve({"/": reply({"score": 0.5}), "/api": reply({})})
    checks = ("rule: endpoint", "rule: p99-latency, path: /api, requests: 5, below: 5s", "rule: health-score, value: score, unit: ratio")
    gone = f"http://127.0.0.1:{free_port()}"
    text = live(f"{server.url}/", *checks).replace("  checks:", f"    gone: {{url: '{gone}'}}\n  checks:")
    pytester.makefile(".yaml", readiness=f"{text}    - {{target: gone, rule: service-healthy}}\n")
    for arguments in ([], ["-n2"]):
        result = pytester.runpytest("--readiness", "--readiness-live", *arguments)
        result.assert_outcomes(passed=3, failed=2, skipped=1)
        result.stdout.fnmatch_lines(["*health-score?shop?  at least 90 %  50 %*44 % worse*failed"])
        result.stdout.fnmatch_lines([f"*live.reachable: target gone cannot be reached: {gone} refuses the connection"])


def test_a_check_that_comes_back_late_is_not_heard() -> None:
    release, came_back = threading.Event(), threading.Event()

    def late(_: object) -> Judged:
        release.wait(10)
        came_back.set()
        return Judged()

    reach = contact.Job(lambda _: Judged(), 5)
    slow, after = contact.Job(late, -0.95), contact.Job(lambda _: Judged(), 5)  # over after 50 ms
    line = contact.Line("shop", lambda: SimpleNamespace(begin=float), reach, Mask([]))
    line.want([reach, slow, after])
    assert line.result(reach) == Judged()
    assert line.result(slow).problems and line.result(after).unknown == "target shop hangs"
    release.set()
    assert came_back.wait(10) and line.result(slow).problems
    another = contact.Job(lambda _: Judged(), 5)
    assert line.result(another).unknown == "target shop hangs"


def test_a_probe_that_crashes_is_an_error_without_its_secret() -> None:
    def crash(_: object) -> Judged:
        raise RuntimeError(f"sent {TOKEN}")

    reach = contact.Job(crash, 5)
    assert contact.Line("shop", lambda: SimpleNamespace(begin=float), reach, Mask([TOKEN])).result(reach).error == "RuntimeError: sent ****"


def test_a_resource_measures_nothing_before_it_has_run(tmp_path: Path) -> None:
    document = yaml.parse("readiness.yaml", live("http://127.0.0.1:9", "rule: p99-latency"))[0]
    found, _ = declared.load(document, Project.of({}))
    checks = list(contacts(found, around(found, tmp_path, {})))
    assert all(isinstance(check, LiveCheck) and check.measured is None for check in checks)
