"""HTTP and TLS probes against a real nginx: well, down, hung, and set up wrongly."""

from __future__ import annotations

import base64
import gzip
import os
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from pathlib import Path

import pytest
import trustme
from serving import free_port
from serving import listens
from serving import one
from serving import running

from pytest_readiness.live.measure import Judged

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: apt-get install nginx-light")

TOKEN = "t0ken-of-the-shop"
BASIC = f"Basic {base64.b64encode(b'maria:pa55word-of-hers').decode()}"

# each has a port; those with TLS a certificate of the same name
PLAIN = ("plain", "redirect", "elsewhere", "cut", "upgrade")
TLS = ("shop", "only12", "only13", "soon", "expired", "other", "unknown")

CONFIGURATION = """\
{user}
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 128; }}
http {{
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  log_format asked '$server_port $request_uri [$http_authorization]';
  access_log asked.log asked;
  default_type application/json;
  ssl_session_cache off;
  gzip on; gzip_types application/json; gzip_min_length 1; gzip_vary on;
  limit_req_zone $binary_remote_addr zone=slow:64k rate=1r/m;
  server {{ listen 127.0.0.1:{plain}; location / {{ return 200 '{{"status": "healthy"}}'; }} }}
  server {{ listen 127.0.0.1:{redirect}; return 301 https://127.0.0.1:{shop}$request_uri; }}
  server {{ listen 127.0.0.1:{elsewhere}; return 302 http://127.0.0.1:{plain}/; }}
  server {{ listen 127.0.0.1:{cut}; return 444; }}
  server {{ listen 127.0.0.1:{upgrade}; return 426; }}
  server {{
    listen 127.0.0.1:{shop} ssl;
    ssl_certificate shop.pem; ssl_certificate_key shop.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    root www;
    add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
    location /healthz {{ try_files /healthz.json =404; }}
    location /zipped {{ gzip off; add_header Content-Encoding gzip; try_files /healthz.json.gz =404; }}
    location /private {{ auth_basic shop; auth_basic_user_file users; try_files /healthz.json =404; }}
    location /limited {{ limit_req zone=slow; try_files /healthz.json =404; }}
    location /hung {{ proxy_pass http://127.0.0.1:{silent}; }}
    location /down {{ proxy_pass http://127.0.0.1:{nobody}; }}
    location /loop {{ return 302 /loop; }}
  }}
{others}}}
"""
OTHER = (
    "  server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {name}.pem; ssl_certificate_key {name}.pem; {more} return 200 '{{}}'; }}\n"
)
PROTOCOLS = {"only12": "ssl_protocols TLSv1.2;", "only13": "ssl_protocols TLSv1.3;"}


@dataclass(frozen=True)
class Nginx:
    """What runs, and where."""

    root: Path
    ports: dict[str, int]

    def url(self, name: str) -> str:
        return f"{'https' if name in TLS else 'http'}://127.0.0.1:{self.ports[name]}"

    def was_asked(self, *lines: str) -> bool:
        """Whether its log ends like this, as soon as it is written, which is after the answer."""
        end = time.monotonic() + 5
        while (self.root / "asked.log").read_text().splitlines()[-len(lines) :] != list(lines) and time.monotonic() < end:
            time.sleep(0.01)
        return time.monotonic() < end


@pytest.fixture(scope="session")
def nginx(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    assert NGINX is not None
    root = tmp_path_factory.mktemp("nginx")
    now = datetime.now(timezone.utc)
    for name in TLS:
        days = {"soon": 7.5, "expired": -1.0}.get(name, 90.0)
        issuer, host = trustme.CA() if name == "unknown" else authority, "shop.example" if name == "other" else "127.0.0.1"
        certificate = issuer.issue_cert(host, not_before=now - timedelta(days=1000), not_after=now + timedelta(days=days))
        certificate.private_key_and_cert_chain_pem.write_to_path(root / f"{name}.pem")
    www = root / "www"
    www.mkdir()
    body = b'{"status": "healthy", "checks": {"db": {"status": "up"}, "cache": {"status": "up"}}, "score": 0.95}'
    (www / "healthz.json").write_bytes(body)
    (www / "healthz.json.gz").write_bytes(gzip.compress(body))
    with (www / "big").open("wb") as big:
        big.truncate(100 * 2**20)  # nothing but a hole
    (root / "users").write_text("maria:{PLAIN}pa55word-of-hers\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ports = {name: free_port() for name in (*PLAIN, *TLS, "nobody")} | {"silent": silent.getsockname()[1]}
        others = "".join(OTHER.format(port=ports[name], name=name, more=PROTOCOLS.get(name, "")) for name in TLS[1:])
        user = "user root;" if os.geteuid() == 0 else ""  # only root may read what pytest makes as root
        (root / "nginx.conf").write_text(CONFIGURATION.format(user=user, others=others, **ports))
        command = [NGINX, "-p", str(root), "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"]
        with running(command, lambda: all(listens(ports[name]) for name in (*PLAIN, *TLS)), root / "told"):
            yield Nginx(root, ports)


@pytest.fixture
def shop(nginx: Nginx, ask, trusted: str):
    """The outcome of one check of a server of this nginx, which is reached."""

    def outcome(check: str, name: str = "shop", target: str = "", timeout: str = "5s", **environment: str) -> Judged:
        return one(ask(live(nginx.url(name), check, target=trusted + target, timeout=timeout), **environment))

    return outcome


def live(url: str, check: str, target: str = "", timeout: str = "5s") -> str:
    return f"live:\n  targets:\n    shop: {{url: '{url}/', timeout: {timeout}{target}}}\n  checks:\n    - {{target: shop, {check}}}\n"


# -- answers


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        ("rule: service-healthy, path: /healthz, json: {status: healthy}", None),
        ("rule: service-healthy, path: /healthz, method: HEAD", None),
        ("rule: endpoint, path: /healthz, header: {Strict-Transport-Security: 'max-age=[1-9][0-9]{6,}'}", None),
        ("rule: endpoint, path: /healthz, header: {Server: '^nginx$'}", "/healthz answers with Server: nginx/"),
        ("rule: health-endpoint-deep, path: /healthz, dependencies: [db, cache]", None),
        ("rule: health-endpoint-deep, path: /healthz, dependencies: [broker]", "/healthz does not name broker, only db, cache"),
        ("rule: health-score, path: /healthz, value: score, unit: ratio", None),
        ("rule: endpoint, path: /big, status: 200", "/big answers with more than 1048576 bytes"),
        ("rule: endpoint, path: /big, method: HEAD, header: {Content-Length: '^104857600$'}", None),
        ("rule: endpoint, path: /zipped", "/zipped answers in a compressed form nobody asked for"),
        ("rule: endpoint, path: /nothing", "/nothing answers with status 404, 200 expected"),
        ("rule: endpoint, path: /down", "/down answers with status 502, 200 expected"),
        ("rule: endpoint, path: /loop, follow: true", "/loop redirects more than 5 times"),
        ("rule: service-healthy, path: /nothing, status: 404, json: {status: healthy}", "/nothing answers with 1"),
    ],
)  # fmt: skip
def test_nginx_is_held_against_what_is_declared(shop, check: str, problem: str | None) -> None:
    judged = shop(check)
    assert not judged.error and bool(judged.problems) is (problem is not None)
    assert not judged.problems or judged.problems[0].startswith(problem or ""), judged.problems


def test_latency_is_measured_over_one_connection(shop) -> None:
    judged = shop("rule: p99-latency, path: /healthz, requests: 50, below: 2s")
    assert judged.problems == () and judged.measured and judged.measured.target == "below 2 s"


def test_a_limit_of_requests_fails_the_latency(shop) -> None:
    (problem,) = shop("rule: p99-latency, path: /limited, requests: 5, below: 2s").problems
    assert problem.startswith("/limited answers with status 503, a status from 200 to 299 expected, at request ")


def test_what_hangs_behind_nginx_is_given_up(shop) -> None:
    started = time.monotonic()
    assert shop("rule: endpoint, path: /hung", timeout="500ms").problems == ("/hung gave no answer within 0.5 s",)
    assert time.monotonic() - started < 5


def test_a_password_opens_what_is_private(shop, nginx: Nginx) -> None:
    check = "rule: service-healthy, path: /private, json: {status: healthy}"
    assert shop(check).problems == ("/private answers with status 401, 200 expected",)
    assert shop(check, target=", header_env: {Authorization: SHOP_BASIC}", SHOP_BASIC=BASIC).problems == ()
    assert shop(check, target=", header_env: {Authorization: SHOP_BASIC}", SHOP_BASIC=BASIC[:-4]).problems != ()
    assert nginx.was_asked(f"{nginx.ports['shop']} /private [{BASIC[:-4]}]")


def test_a_token_does_not_follow_a_redirect_to_https(shop, nginx: Nginx) -> None:
    check = "rule: service-healthy, path: /healthz, follow: true, json: {status: healthy}"
    assert shop(check, "redirect", ", token_env: SHOP_TOKEN", SHOP_TOKEN=TOKEN).problems == ()
    assert nginx.was_asked(f"{nginx.ports['redirect']} /healthz [Bearer {TOKEN}]", f"{nginx.ports['shop']} /healthz [-]")
    assert shop(check, "elsewhere", ", token_env: SHOP_TOKEN", SHOP_TOKEN=TOKEN).problems == ()
    assert nginx.was_asked(f"{nginx.ports['elsewhere']} /healthz [Bearer {TOKEN}]", f"{nginx.ports['plain']} / [-]")


# -- TLS


def encrypted(plaintext: int | None = None, version: str = "1.2", days: int = 21) -> str:
    said = "plaintext: allowed" if plaintext is None else f"plaintext: refused, plaintext_port: {plaintext}"
    return f"rule: encryption-active, tls: {{min_version: '{version}', min_days: {days}}}, {said}"


@pytest.mark.parametrize(
    ("name", "version", "problem"),
    [
        ("shop", "1.3", None),
        ("only12", "1.2", None),
        ("only12", "1.3", "speaks TLSv1.2, at least TLSv1.3 expected"),
        ("only13", "1.3", None),
        ("only13", "1.2", None),
        ("soon", "1.2", "what the certificate has left is 7.5 d, at least 21 d expected (64 % worse)"),
    ],
)
def test_tls_is_met_as_a_client_meets_it(shop, name: str, version: str, problem: str | None) -> None:
    judged = shop(encrypted(version=version), name)
    assert not judged.error and bool(judged.problems) is (problem is not None)
    assert not judged.problems or judged.problems[0].endswith(problem or "")
    assert judged.measured and judged.measured.target == "at least 21 d"


def test_a_certificate_that_ends_soon_is_enough_where_that_is_declared(shop) -> None:
    assert shop(encrypted(days=7), "soon").problems == ()


@pytest.mark.parametrize(
    ("name", "why"),
    [("expired", "certificate has expired"), ("other", "IP address mismatch"), ("unknown", "unable to get local issuer certificate")],
)
def test_a_certificate_that_is_not_valid_cannot_be_reached(nginx: Nginx, ask, trusted: str, name: str, why: str) -> None:
    reached, judged = ask(live(nginx.url(name), encrypted(), target=trusted)).values()
    assert reached.problems[0].startswith(f"target shop cannot be reached: {nginx.url(name)} has a certificate that is not valid: ")
    assert why in reached.problems[0] and why in judged.problems[0]


def test_an_authority_of_its_own_has_to_be_named(nginx: Nginx, ask) -> None:
    reached, _ = ask(live(nginx.url("shop"), encrypted())).values()
    assert "unable to get local issuer certificate" in reached.problems[0]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("redirect", None),
        ("cut", None),
        ("upgrade", None),
        ("shop", None),
        ("nobody", None),
        ("plain", "answers plaintext with status 200, neither refused nor sent to https"),
        ("elsewhere", "answers plaintext with status 302, neither refused nor sent to https"),
        ("silent", "accepts plaintext and does not say what it does with it"),
    ],
)
def test_plaintext_is_refused(shop, nginx: Nginx, name: str, problem: str | None) -> None:
    port = nginx.ports[name]
    assert shop(encrypted(port), timeout="500ms" if name == "silent" else "5s").problems == (
        () if problem is None else (f"port {port} {problem}",)
    )


# -- down and hung


def test_what_is_down_or_hangs_cannot_be_reached(nginx: Nginx, ask, trusted: str) -> None:
    for name, timeout, why in (
        ("nobody", "5s", "refuses the connection"),
        ("silent", "300ms", "gave no answer within 0.3 s"),
        ("plain", "5s", "does not speak TLS as it should"),
    ):
        url = f"https://127.0.0.1:{nginx.ports[name]}"
        reached, judged = ask(live(url, encrypted(), target=trusted, timeout=timeout)).values()
        assert reached.problems[0].startswith(f"target shop cannot be reached: {url} {why}"), reached
        assert judged == Judged(unknown="target shop cannot be reached")


def test_a_run_against_nginx(nginx: Nginx, pytester: pytest.Pytester, authority: trustme.CA) -> None:
    authority.cert_pem.write_to_path(pytester.path / "ca.pem")
    text = live(nginx.url("shop"), "rule: service-healthy, path: /healthz, json: {status: healthy}", target=", ca_file: ca.pem")
    text += f"    - {{target: shop, {encrypted(nginx.ports['plain'])}}}\n"
    pytester.makefile(".yaml", readiness=text)
    result = pytester.runpytest("--readiness", "--readiness-live", "-v", "--junitxml=own.xml")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines([
        "readiness.yaml::live.service-healthy?shop? PASSED*",
        "*live.encryption-active: port * answers plaintext with status 200, neither refused nor sent to https",
        "*encryption-active?shop?  at least 21 d  * times *failed",
    ])  # fmt: skip
    assert 'value="at least 21 d"' in (pytester.path / "own.xml").read_text()
