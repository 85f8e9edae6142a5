"""Compose files: which there are, how they are merged, what their variables are, and what the rules make of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_readiness import ParseFailure
from pytest_readiness import Project
from pytest_readiness import Rule
from pytest_readiness import builtin
from pytest_readiness import is_unknown
from pytest_readiness.checks import applies
from pytest_readiness.checks import evaluate
from pytest_readiness.formats.compose.format import File
from pytest_readiness.formats.compose.format import Port
from pytest_readiness.formats.compose.format import Service
from pytest_readiness.formats.interpolation import InterpolationError
from pytest_readiness.formats.interpolation import defaults
from pytest_readiness.formats.interpolation import dotenv
from pytest_readiness.formats.interpolation import resolve

RULES = {rule.id.removeprefix("compose."): rule for rule in builtin.rules("compose")}


def project_of(files: Mapping[str, str] | str) -> Project:
    files = {"compose.yaml": files} if isinstance(files, str) else files
    return Project.of({path: dedent(text) for path, text in files.items()})


def services(files: Mapping[str, str] | str) -> dict[str, Service]:
    found = project_of(files).resources("compose.service")
    return {f"{service.path}:{service.name}": service for service in found if isinstance(service, Service)}


def service(files: Mapping[str, str] | str, name: str = "compose.yaml:web") -> Service:
    return services(files)[name]


def failures(files: Mapping[str, str] | str, path: str = "compose.yaml") -> list[str]:
    contents = project_of(files).contents(path)
    return [f"{failure.span.line}: {failure.reason}" for failure in contents.failures] if contents else []


def judge(rule: str, files: Mapping[str, str] | str) -> dict[str, str]:
    """What a rule says of every resource: pass, fail, advice, or unknown."""
    project = project_of(files)
    found: dict[str, str] = {}
    for kind in RULES[rule].on:
        for resource in project.resources(kind):
            if applies(RULES[rule], resource, project):
                outcome = evaluate(RULES[rule], resource, project)
                assert outcome.crash is None, outcome.crash
                verdict = "fail" if outcome.failing else "unknown" if outcome.unknown else "advice" if outcome.advice else "pass"
                found[resource.name] = verdict
    return found


def places(rule: str, files: Mapping[str, str] | str) -> list[str]:
    project = project_of(files)
    found = []
    for kind in RULES[rule].on:
        for resource in project.resources(kind):
            if applies(RULES[rule], resource, project):
                found += [f"{f.span.path}:{f.span.line}" for f in evaluate(RULES[rule], resource, project).failing]
    return found


WEB = "services: {web: {image: nginx}}\n"


@pytest.mark.parametrize(
    ("path", "text", "ours"),
    [
        ("compose.yaml", WEB, True),
        ("deploy/docker-compose.yml", WEB, True),
        ("docker-compose.override.yml", WEB, True),
        ("compose.prod.yaml", WEB, True),
        ("docker-compose-dev.yml", WEB, True),
        ("docker-compose.prod.yml", WEB, True),
        ("db-compose.yaml", WEB, True),
        ("db.docker-compose.yml", WEB, True),
        ("compose.yaml", ": : broken\n", True),
        ("composer.yaml", WEB, False),
        ("decompose.yaml", WEB, False),
        ("services.yaml", WEB, False),
        ("compose.yaml", "apiVersion: v1\nkind: ConfigMap\n", False),
        ("roles/app/tasks/docker-compose.yml", "# start\n---\n- name: start\n  shell: docker compose up\n", False),
        (".github/workflows/test-compose.yml", "on: push\njobs: {}\nservices: {}\n", False),
        ("my-compose.yml", "title: how to compose a song\n", False),
    ],
)
def test_compose_files_are_known_by_name_unless_their_text_says_otherwise(path: str, text: str, ours: bool) -> None:
    format_ = project_of({path: text}).format_of(path)
    assert (format_ is not None and format_.name == "compose") is ours


def test_a_file_of_another_name_is_ours_when_a_compose_file_names_it() -> None:
    files = {
        "compose.yaml": "include: [./infra/data.yaml]\nservices: {web: {extends: {file: common/base.yaml, service: app}}}\n",
        "infra/data.yaml": "services: {db: {image: postgres:17}}\n",
        "common/base.yaml": "services: {app: {image: app:1}, other: {image: other}}\n",
        "unrelated.yaml": "services: {x: {image: x}}\n",
    }
    assert sorted(services(files)) == ["compose.yaml:web", "infra/data.yaml:db"]
    assert project_of(files).files("compose") == ("common/base.yaml", "compose.yaml", "infra/data.yaml")


def test_override_is_merged_into_the_base_and_its_services_are_judged_once() -> None:
    files = {
        "compose.yml": "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n    environment: [A=1, B=2]\n    command: [a]\n",
        "compose.override.yml": """\
            services:
              web:
                ports: ['81:80', '80:80']
                environment: {B: 3}
                command: [b, c]
                restart: always
              mail:
                image: mail
            """,
    }
    found = services(files)
    assert sorted(found) == ["compose.override.yml:mail", "compose.yml:web"]
    web = found["compose.yml:web"]
    assert [port.written for port in web.ports] == ["80:80", "81:80"]
    assert dict(web.mapping("environment")) == {"A": "1", "B": 3}
    assert web.value("command") == ["b", "c"]
    assert str(web.place("restart")) == "compose.override.yml:6:5"
    assert str(web.place("environment", "A")) == "compose.yml:5:19"
    assert web.path == "compose.yml"


def test_volumes_are_merged_by_target_and_logging_by_driver() -> None:
    files = {
        "compose.yaml": "services: {web: {image: a, volumes: ['a:/data', './x:/x'], logging: {driver: json-file, options: {max-size: 1m}}}}\n",
        "compose.override.yaml": "services: {web: {volumes: ['b:/data'], logging: {driver: local}}}\nvolumes: {a: {}, b: {}}\n",
    }
    web = service(files)
    assert [mount.source for mount in web.mounts] == ["b", "./x"]
    assert dict(web.mapping("logging")) == {"driver": "local"}


def test_reset_takes_away_and_override_replaces() -> None:
    files = {
        "compose.yaml": "services: {web: {image: a, ports: ['80:80'], cap_add: [A], deploy: {resources: {limits: {cpus: 1}}}}}\n",
        "compose.override.yaml": """\
            services:
              web:
                ports: !override ['81:80']
                cap_add: !reset []
                deploy: {resources: !reset null}
            """,
    }
    web = service(files)
    assert [port.written for port in web.ports] == ["81:80"]
    assert "cap_add" not in web.data
    assert web.mapping("deploy", "resources") == {}


def test_a_variant_of_fragments_is_judged_on_top_of_the_base() -> None:
    files = {
        "compose.yaml": "services: {web: {image: nginx:1.27, ports: ['80:80']}, db: {image: postgres:17}}\n",
        "compose.prod.yaml": "services:\n  web:\n    restart: always\n    ports: ['443:443']\n",
    }
    assert sorted(services(files)) == ["compose.prod.yaml:web", "compose.yaml:db", "compose.yaml:web"]
    assert places("restart-policy", files) == ["compose.yaml:1", "compose.yaml:1"]  # both services of the base, none of the variant
    assert services(files)["compose.prod.yaml:web"].value("image") == "nginx:1.27"
    ports = [(port.path, port.name) for port in project_of(files).resources("compose.port")]
    assert ports == [("compose.prod.yaml", "web/443:443"), ("compose.yaml", "web/80:80")]


def test_a_variant_that_is_whole_is_judged_alone_and_one_without_a_base_not_at_all() -> None:
    whole = {"compose.yaml": WEB, "compose.dev.yaml": "services: {web: {image: other, user: '1'}}\n"}
    assert service(whole, "compose.dev.yaml:web").value("image") == "other"
    alone = project_of({"compose.prod.yaml": "services: {web: {restart: always}}\n"}).contents("compose.prod.yaml")
    assert alone is not None
    assert alone.unjudged is not None
    assert alone.resources == ()


def test_an_override_that_cannot_be_read_leaves_the_base_unjudged() -> None:
    contents = project_of({"compose.yaml": WEB, "compose.override.yaml": "services: [\n"}).contents("compose.yaml")
    assert contents is not None
    assert "compose.override.yaml" in (contents.unjudged or "")


def test_extends_merges_from_this_file_and_others_with_places_kept() -> None:
    files = {
        "compose.yaml": """\
            services:
              base:
                image: app:1
                environment: {A: 1}
              web:
                extends: base
                environment: {B: 2}
              far:
                extends: {file: lib/common.yml, service: app}
            """,
        "lib/common.yml": "services:\n  app:\n    build: ./src\n    user: '5'\n",
    }
    found = services(files)
    assert dict(found["compose.yaml:web"].mapping("environment")) == {"A": 1, "B": 2}
    far = found["compose.yaml:far"]
    assert str(far.place("user")) == "lib/common.yml:4:5"
    assert far.dockerfile() == "lib/src/Dockerfile"


def test_extends_in_a_circle_is_a_parse_failure_and_the_rest_is_judged() -> None:
    text = "services:\n  a: {extends: b}\n  b: {extends: a}\n  web: {image: nginx}\n"
    assert len(failures(text)) == 2
    assert all("extends itself" in failure for failure in failures(text))
    assert sorted(services(text)) == ["compose.yaml:web"]


def test_a_long_chain_of_extends_is_refused() -> None:
    chain = "\n".join(f"  s{n}: {{extends: s{n + 1}, image: a}}" for n in range(200))
    assert any("more than 50" in failure for failure in failures(f"services:\n{chain}\n  s200: {{image: a}}\n"))


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("services:\n  web: nginx\n", "2: service web must be a mapping, not 'nginx'"),
        ("services:\n  web:\n", "2: service web must be a mapping, not empty"),
        ("services: [web]\n", "1: `services` must be a mapping of names"),
        ("web:\n  image: nginx\n", "1: has no `services`: the first format of Compose is no longer read"),
        ("- a\n- b: 1\n", ""),
        ("", "1: is empty: Compose needs `services`"),
        ("services:\n  web:\n    image: a\n    ports: '80:80'\n", "4: web: ports must be a list"),
        (
            "services:\n  web:\n    image: a\n    environment:\n      - A: 1\n",
            "5: web: an item of environment must be a text, not a mapping: write KEY=value",
        ),
        ("services:\n  web:\n    image: a\n    command: echo ${(date)}\n", "4: cannot be interpolated"),
        ("services:\n  web:\n    image: a\n    image: b\n", "4: duplicate key"),
    ],
)
def test_wrong_shapes_are_parse_failures_at_their_line(text: str, failure: str) -> None:
    found = failures(text)
    assert (not found) if not failure else (len(found) == 1 and failure in found[0])


def test_what_is_not_wrong_is_still_judged() -> None:
    assert sorted(services("services:\n  web: {image: a, ports: 5, user: '1'}\n  db: 7\n")) == ["compose.yaml:web"]


def test_a_template_is_not_judged() -> None:
    contents = project_of("services:\n  {% if web %}\n  web: {image: a}\n  {% endif %}\n").contents("compose.yaml")
    assert contents is not None
    assert "template" in (contents.unjudged or "")
    assert judge("image-not-latest", "services: {web: {image: '{{ image }}'}}\n") == {"web": "unknown"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("${A}", "1"),
        ("$A-${A}", "1-1"),
        ("${X:-d}", "d"),
        ("${X-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${X:-${Y:-deep}}", "deep"),
        ("${A:+x}", "x"),
        ("${EMPTY:+x}", ""),
        ("${A:?must}", "1"),
        ("$$A", "$A"),
        ("a}b", "a}b"),
        ("$(x) $1 100$", "$(x) $1 100$"),
        ("${X}", None),
        ("$X", None),
        ("${X:?must be set}", None),
        ("${X:+x}", None),
        ("${X:-$Y}", None),
    ],
)
def test_variables_are_replaced_from_the_env_file_and_defaults_else_unknown(text: str, value: str | None) -> None:
    found = resolve(text, {"A": "1", "EMPTY": ""})
    assert is_unknown(found) if value is None else found == value


@pytest.mark.parametrize("text", ["${", "${}", "${A", "${A:-b", "${1A}", "${A!}", "${A:-" * 30 + "}" * 30])
def test_a_brace_that_begins_no_variable_is_refused(text: str) -> None:
    with pytest.raises(InterpolationError):
        resolve(text, {})


def test_defaults_are_what_is_written() -> None:
    assert defaults("a:${TAG:-latest}-${X}$$") == "a:latest-${X}$"


def test_env_files_are_read_as_compose_does() -> None:
    text = 'A=1\nexport B = two # note\n#C=3\nD=\'x $A\'\nE="y $A \\" z"\nF=${A}/f\nG=\nH="l1\nl2"\nI=$UNKNOWN\nJ\nbad line\nK=a#b\n'
    assert dotenv(text) == {"A": "1", "B": "two", "D": "x $A", "E": 'y 1 " z', "F": "1/f", "G": "", "H": "l1\nl2", "K": "a#b"}


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="${}:-?+AB_ \\'\"=#\n", max_size=30))
def test_any_text_is_resolved_or_refused(text: str) -> None:
    dotenv(text)
    try:
        found = resolve(text, {"A": "x"})
    except InterpolationError:
        return
    assert is_unknown(found) or isinstance(found, str)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("80", ("", "", "80", "tcp")),
        ("8080:80", ("", "8080", "80", "tcp")),
        ("22:22", ("", "22", "22", "tcp")),
        ("127.0.0.1:8080:80/udp", ("127.0.0.1", "8080", "80", "udp")),
        ("127.0.0.1::80", ("127.0.0.1", "", "80", "tcp")),
        ("'[::1]:80:80'", ("[::1]", "80", "80", "tcp")),
        ("'::1:80:80'", ("::1", "80", "80", "tcp")),
        ("3000-3005:3000-3005", ("", "3000-3005", "3000-3005", "tcp")),
        ("'${IP:-127.0.0.1}:${PORT:-80}:80'", ("127.0.0.1", "80", "80", "tcp")),
        ("'${BIND:-127.0.0.1:81}:80'", ("127.0.0.1", "81", "80", "tcp")),
        ("{target: 80, published: '81', host_ip: '::1', protocol: udp}", ("::1", "81", "80", "udp")),
    ],
)
def test_ports_in_every_form(written: str, parts: tuple[str, ...]) -> None:
    (port,) = service(f"services: {{web: {{image: a, ports: [{written}]}}}}\n").ports
    assert (port.host_ip, port.published, port.target, port.protocol) == parts
    assert not set("[]") & set(port.name)
    assert "::" not in port.name


PORT = "services: {{web: {{image: a, ports: [{}]}}}}\n"


@pytest.mark.parametrize(
    ("port", "verdict"),
    [
        ("'127.0.0.1:80:80'", "pass"),
        ("'localhost:80:80'", "pass"),
        ("'[::1]:80:80'", "pass"),
        ("'${IP:-127.0.0.1}:80:80'", "pass"),
        ("'80:80'", "fail"),
        ("80", "fail"),
        ("'0.0.0.0:80:80'", "fail"),
        ("'192.168.0.1:80:80'", "fail"),
        ("'${PORT:-80}:80'", "fail"),
        ("'${PORT}:80'", "unknown"),
        ("'${IP}:80:80'", "unknown"),
    ],
)
def test_localhost_ports(port: str, verdict: str) -> None:
    assert list(judge("localhost-ports", PORT.format(port)).values()) == [verdict]


def test_no_ports_and_expose_only_make_no_item() -> None:
    assert judge("localhost-ports", "services: {web: {image: a, expose: ['80']}}\n") == {}


@pytest.mark.parametrize(
    ("image", "env", "verdict"),
    [
        ("nginx", "", "fail"),
        ("nginx:latest", "", "fail"),
        ("nginx:latest-alpine", "", "fail"),
        ("host:5000/nginx", "", "fail"),
        ("nginx:${TAG:-latest}", "", "fail"),
        ("nginx:${TAG:-latest}", "TAG=1.2", "fail"),
        ("nginx:${TAG:-1.2}", "TAG=latest", "fail"),
        ("nginx:${TAG}", "TAG=latest", "fail"),
        ("nginx:${TAG}", "TAG=1.27", "pass"),
        ("nginx:${TAG:?}", "", "unknown"),
        ("${IMAGE}", "", "unknown"),
        ("${REGISTRY}/nginx:1.27", "", "pass"),
        ("${REGISTRY}/nginx", "", "fail"),
        ("nginx:stable", "", "advice"),
        ("nginx@sha256:abc", "", "pass"),
        ("nginx:1.27", "", "pass"),
    ],
)
def test_image_not_latest(image: str, env: str, verdict: str) -> None:
    files = {"compose.yaml": f"services: {{web: {{image: '{image}'}}}}\n", ".env": env}
    assert judge("image-not-latest", files) == {"web": verdict}


def test_an_image_that_is_built_here_needs_no_pin() -> None:
    text = "services: {api: {build: ., image: app}, worker: {image: app}}\n"
    assert judge("image-not-latest", text) == {"worker": "advice"}


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        ("DB_PASSWORD: hunter42", "fail"),
        ("DB_PASSWORD: changeme", "fail"),
        ("DB_PASSWORD: '${DB_PASSWORD:-hunter42}'", "fail"),
        ("DATABASE_URL: postgres://app:hunter42@db/x", "fail"),
        ("DB_CONNECTION_STRING: Host=db;Password=hunter42", "fail"),
        ("DB_CONNECTION_STRING: 'Host=${HOST};Password=${PASSWORD}'", "pass"),
        ("DATABASE_URL: 'postgres://app:${PASSWORD}@db/x'", "pass"),
        ("DB_PASSWORD: '${DB_PASSWORD}'", "pass"),
        ("DB_PASSWORD: '${DB_PASSWORD:?missing}'", "pass"),
        ("DB_PASSWORD: '${DB_PASSWORD:-}'", "pass"),
        ("DB_PASSWORD:", "pass"),
        ("DB_PASSWORD_FILE: /run/secrets/db", "pass"),
        ("PUBLIC_KEY: abc", "pass"),
        ("KEY_ID: abc", "pass"),
        ("TOKEN_EXPIRE_MINUTES: 30", "pass"),
    ],
)
def test_no_inline_secrets(entry: str, verdict: str) -> None:
    assert judge("no-inline-secrets", f"services:\n  web:\n    image: a\n    environment:\n      {entry}\n") == {"web": verdict}


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("redis-server --requirepass hunter42", "fail"),
        ("[redis-server, --requirepass, hunter42]", "fail"),
        ("[redis-server, --requirepass, '${PASSWORD}']", "pass"),
        ("[redis-server, --requirepass, $$PASSWORD]", "pass"),
        ("[app, --password-file, /run/secrets/x]", "pass"),
        ("[app, --token, --verbose]", "pass"),
    ],
)
def test_secrets_in_commands(command: str, verdict: str) -> None:
    assert judge("no-inline-secrets", f"services: {{web: {{image: a, command: {command}}}}}\n") == {"web": verdict}


@pytest.mark.parametrize(
    ("path", "value", "verdict"),
    [
        ("compose.yaml", "changeme", "fail"),
        ("compose.prod.yaml", "changeme", "fail"),
        ("compose.dev.yaml", "changeme", "pass"),
        ("compose.dev.yaml", "${PASSWORD:-changeme}", "fail"),
        ("compose.dev.yaml", "hunter42", "fail"),
    ],
)
def test_a_placeholder_counts_for_production_and_as_a_default(path: str, value: str, verdict: str) -> None:
    assert judge("no-inline-secrets", {path: f"services: {{web: {{image: a, environment: {{PASSWORD: '{value}'}}}}}}\n"}) == {
        "web": verdict
    }


@pytest.mark.parametrize("rule", ["restart-policy", "log-rotation", "project-name"])
def test_what_is_meant_for_production_is_not_asked_of_other_environments(rule: str) -> None:
    assert set(judge(rule, {"prod/compose.yaml": WEB}).values()) == {"fail"}
    assert judge(rule, {"compose.test.yaml": WEB, "dev/docker-compose.yml": WEB}) == {}


def test_secrets_of_an_anchor_are_found_where_they_are_written_and_no_environment_makes_no_item() -> None:
    text = "x-env: &env\n  API_TOKEN: abcdef\nservices:\n  web: {image: a, environment: {<<: *env, B: 1}}\n  db: {image: b}\n"
    assert places("no-inline-secrets", text) == ["compose.yaml:2"]
    assert judge("no-inline-secrets", text) == {"web": "fail"}


HEALTHY = "FROM a:1\nHEALTHCHECK CMD true\nCMD a\n"
BARE = "FROM a:1\nCMD a\n"


@pytest.mark.parametrize(
    ("body", "dockerfile", "verdict"),
    [
        ("image: a", None, "fail"),
        ("image: a, healthcheck: {test: [CMD, a]}", None, "pass"),
        ("image: a, healthcheck: {test: [NONE]}", None, "fail"),
        ("image: a, healthcheck: {test: NONE}", None, "fail"),
        ("image: a, healthcheck: {test: a, disable: true}", None, "fail"),
        ("image: a, healthcheck: {interval: 5s}", None, "fail"),
        ("build: .", HEALTHY, "pass"),
        ("build: {context: .}, healthcheck: {interval: 5s}", HEALTHY, "pass"),
        ("build: ., healthcheck: {disable: true}", HEALTHY, "fail"),
        ("build: .", BARE, "fail"),
        ("build: {context: ., target: one}", "FROM a:1 AS one\nHEALTHCHECK CMD a\nFROM a:1\nCMD a\n", "pass"),
        ("build: {context: ., args: [BASE=a:1]}", "ARG BASE\nFROM ${BASE}\nHEALTHCHECK CMD a\nCMD a\n", "pass"),
        ("build: .", None, "unknown"),
        ("build: https://github.com/a/b.git", None, "unknown"),
        ("build: '${CONTEXT}'", HEALTHY, "unknown"),
        ("image: a, healthcheck: {disable: '${OFF}'}", None, "unknown"),
    ],
)
def test_healthcheck(body: str, dockerfile: str | None, verdict: str) -> None:
    files = {"compose.yaml": f"services: {{web: {{{body}}}}}\n"} | ({"Dockerfile": dockerfile} if dockerfile else {})
    assert judge("healthcheck", files) == {"web": verdict}


def test_an_image_built_by_another_service_has_its_health_check() -> None:
    files = {"compose.yaml": "services: {api: {build: ., image: app:1}, worker: {image: app:1}}\n", "Dockerfile": HEALTHY}
    assert judge("healthcheck", files) == {"api": "pass", "worker": "pass"}


@pytest.mark.parametrize(
    "body",
    [
        "restart: 'no'",
        "restart: no",
        "profiles: [tools], command: alembic upgrade head",
        "profiles: [test], command: [npm, test]",
        "deploy: {restart_policy: {condition: none}}",
    ],
)
def test_one_shot_services_need_no_health_and_no_restart(body: str) -> None:
    text = f"services: {{web: {{image: a, {body}}}}}\n"
    assert judge("healthcheck", text) == judge("restart-policy", text) == {}


def test_what_others_wait_to_complete_is_one_shot_and_a_profile_alone_is_not() -> None:
    text = "services: {job: {image: a}, web: {image: a, depends_on: {job: {condition: service_completed_successfully}}}}\n"
    assert judge("healthcheck", text) == {"web": "fail"}
    assert judge("healthcheck", "services: {web: {image: a, profiles: [x]}}\n") == {"web": "fail"}


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("image: a, user: '1000'", "pass"),
        ("image: a, user: '1000:0'", "pass"),
        ("image: a, user: app", "pass"),
        ("image: a, user: '${UID:-1000}'", "pass"),
        ("image: a, user: 0", "fail"),
        ("image: a, user: '00:1'", "fail"),
        ("image: a, user: 'root:root'", "fail"),
        ("image: a, user: '1000', privileged: true", "fail"),
        ("image: a, user: '${UID}'", "unknown"),
        ("image: a", "unknown"),
        ("build: .", "fail"),
    ],
)
def test_non_root_user(body: str, verdict: str) -> None:
    assert judge("non-root-user", {"compose.yaml": f"services: {{web: {{{body}}}}}\n", "Dockerfile": BARE}) == {"web": verdict}


def test_a_missing_dockerfile_is_a_failing_reference() -> None:
    assert places("valid-references", "services:\n  web:\n    build: ./app\n") == ["compose.yaml:3"]
    assert places("valid-references", "services:\n  web:\n    build: {context: 'https://example.org/x.git'}\n") == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("services:\n  web:\n    image: a\n    depends_on: [nope]\n", [4]),
        ("services:\n  web:\n    image: a\n    depends_on: {nope: {condition: service_started, required: false}}\n", []),
        ("services:\n  web:\n    image: a\n    networks: [default, nope]\n", [4]),
        ("services:\n  web:\n    image: a\n    network_mode: service:nope\n", [4]),
        ("services:\n  web:\n    image: a\n    volumes: ['nope:/x', './x:/y', '~/x:/z', '/anonymous']\n", [4]),
        ("services:\n  web:\n    image: a\n    secrets: [nope]\n", [4]),
        ("services:\n  web:\n    image: a\n    configs: [{source: nope, target: /x}]\n", [4]),
        ("services:\n  web:\n    image: a\n    extends: nope\n", [4]),
        ("services:\n  web:\n    image: a\n    extends: {file: nope.yaml, service: x}\n", [4]),
        ("include: [nope.yaml]\nservices:\n  web: {image: a}\n", [1]),
        ("include: ['oci://x/y']\nservices:\n  web: {image: a, depends_on: [elsewhere]}\n", []),
    ],
)
def test_references_that_dangle(text: str, lines: list[int]) -> None:
    assert places("valid-references", text) == [f"compose.yaml:{line}" for line in lines]


def test_what_is_out_of_sight_makes_references_unknown() -> None:
    text = "include: ['oci://x/y']\nservices:\n  web: {image: a, depends_on: [elsewhere]}\n"
    assert judge("valid-references", text) == {"file": "unknown"}
    text = "services:\n  web: {extends: {file: '${FILE}', service: x}}\n  api: {image: a, depends_on: [web]}\n"
    assert judge("valid-references", text) == {"file": "unknown"}
    assert sorted(services(text)) == ["compose.yaml:api"]


def test_references_across_files_that_go_together() -> None:
    files = {
        "compose.yaml": "include: [data.yaml]\nservices: {web: {image: a, depends_on: [db]}}\n",
        "data.yaml": "services: {db: {image: b, volumes: ['d:/d']}}\nvolumes: {d: {}}\n",
        "compose.extra.yaml": "services: {x: {image: a, depends_on: [web, y]}}\n",
        "compose.more.yaml": "services: {y: {image: a}}\n",
    }
    assert places("valid-references", files) == []


def test_read_only_leaves_out_what_keeps_data() -> None:
    text = "services: {web: {image: a}, db: {image: 'docker.io/library/postgres:17'}, x: {image: '${IMAGE}'}}\n"
    assert judge("read-only-rootfs", text) == {"web": "fail", "x": "unknown"}


@pytest.mark.parametrize(
    ("volumes", "verdict"),
    [
        ("['db:/var/lib/postgresql/data']", "pass"),
        ("['db:/var/lib/postgresql']", "pass"),
        ("[{type: volume, source: db, target: /var/lib/postgresql/data}]", "pass"),
        ("['./data:/var/lib/postgresql/data']", "advice"),
        ("['/var/lib/postgresql/data']", "fail"),
        ("[{type: tmpfs, target: /var/lib/postgresql/data}]", "fail"),
        ("['./init.sql:/docker-entrypoint-initdb.d/init.sql']", "fail"),
        ("['${DATA}:/var/lib/postgresql/data']", "unknown"),
    ],
)
def test_persistent_volumes(volumes: str, verdict: str) -> None:
    text = f"services: {{web: {{image: a}}, db: {{image: 'postgres:17', volumes: {volumes}}}}}\nvolumes: {{db: {{}}}}\n"
    assert judge("persistent-volumes", text) == {"db": verdict}


@pytest.mark.parametrize(
    ("networks", "verdict"),
    [
        (("front", "[front, back]", "back", "{front: {}, back: {}}"), "pass"),
        (("[front, back]", "back", "back", "{front: {}, back: {}}"), "fail"),
        (("[front, back]", "back", "back", "{front: {}, back: {internal: true}}"), "pass"),
        (("back", "back", "back", "{back: {}}"), "fail"),
    ],
)
def test_network_segmentation(networks: tuple[str, ...], verdict: str) -> None:
    proxy, api, db, declared = (n if n.startswith(("[", "{")) else f"[{n}]" for n in networks)
    text = f"""\
        services:
          proxy: {{image: nginx, ports: ['443:443'], networks: {proxy}}}
          api: {{image: api, networks: {api}}}
          db: {{image: postgres, networks: {db}}}
        networks: {declared}
        """
    assert judge("network-segmentation", text) == {"file": verdict}


def test_two_services_need_no_segmentation_and_host_networks_have_none() -> None:
    assert judge("network-segmentation", "services: {a: {image: a}, b: {image: b}}\n") == {}
    text = "services: {a: {image: a, network_mode: host}, b: {image: b, networks: [x]}, c: {image: c}}\nnetworks: {x: {}}\n"
    assert judge("network-segmentation", text) == {"file": "fail"}


@pytest.mark.parametrize(
    ("logging", "verdict"),
    [
        ("{driver: local}", "pass"),
        ("{driver: awslogs}", "pass"),
        ("{options: {max-size: 10m, max-file: '3'}}", "pass"),
        ("{driver: json-file, options: {max-size: 10m}}", "advice"),
        ("{driver: json-file}", "fail"),
        ("{driver: none}", "fail"),
        ("{driver: '${DRIVER}'}", "unknown"),
    ],
)
def test_log_rotation(logging: str, verdict: str) -> None:
    assert judge("log-rotation", f"services: {{web: {{image: a, logging: {logging}}}}}\n") == {"web": verdict}


def test_a_daemon_wide_limit_settles_log_rotation() -> None:
    files = {"compose.yaml": WEB, "etc/daemon.json": '{"log-opts": {"max-size": "10m"}}'}
    assert judge("log-rotation", files) == {}


def test_limits_and_capabilities_are_asked_of_every_service() -> None:
    text = "services: {job: {image: a, restart: 'no'}}\n"
    assert judge("resource-limits", text) == judge("cap-drop-all", text) == {"job": "fail"}


@pytest.mark.parametrize(
    ("first", "second", "collide"),
    [
        ("'80:80'", "'80:81'", True),
        ("'80:80'", "'127.0.0.1:80:81'", True),
        ("'0.0.0.0:80:80'", "'127.0.0.1:80:81'", True),
        ("'127.0.0.1:80:80'", "'127.0.0.2:80:81'", False),
        ("'0.0.0.0:80:80'", "'[::1]:80:81'", False),
        ("'80:80/udp'", "'80:80'", False),
        ("'80-90:80-90'", "'85:81'", True),
        ("{target: 1, published: 80}", "'80:81'", True),
        ("'80'", "'80:80'", False),
    ],
)
def test_ports_that_collide(first: str, second: str, collide: bool) -> None:
    text = f"services: {{a: {{image: a, ports: [{first}]}}, b: {{image: b, ports: [{second}]}}}}\n"
    assert [name for name, verdict in judge("unique-host-ports", text).items() if verdict == "fail"] == [
        name for name in judge("unique-host-ports", text) if collide and name.startswith("b/")
    ]


def test_services_of_different_profiles_do_not_collide() -> None:
    text = "services: {a: {image: a, ports: ['80:80'], profiles: [x]}, b: {image: b, ports: ['80:81'], profiles: [y]}}\n"
    assert set(judge("unique-host-ports", text).values()) == {"pass"}


def test_a_quoted_port_behind_an_anchor_is_quoted() -> None:
    text = "services:\n  a: {image: a, ports: [&p '22:22', 33:33]}\n  b: {image: b, ports: [*p]}\n"
    assert judge("quoted-ports", text) == {"a/22:22": "pass", "a/33:33": "fail", "b/22:22": "pass"}


def test_an_env_file_may_be_kept_out_of_git_or_shown_by_an_example() -> None:
    text = "services: {web: {image: a, env_file: [a.env, b.env, {path: c.env, required: false}, '${D}']}}\n"
    files = {"compose.yaml": text, ".gitignore": "a.env\n", "b.env.example": ""}
    assert judge("env-file-exists", files) == {"web": "unknown"}
    assert judge("env-file-exists", {"compose.yaml": text}) == {"web": "fail"}


@pytest.mark.parametrize(
    "mount", ["/:/h", "/etc:/e:ro", "/proc/1:/p", "~/.ssh:/s", "${HOME}/.aws:/a", "/home/me/.kube/config:/k", "/var/run/:/r"]
)
def test_sensitive_mounts(mount: str) -> None:
    assert judge("no-sensitive-mounts", f"services: {{web: {{image: a, volumes: ['{mount}']}}}}\n") == {"web": "fail"}


@pytest.mark.parametrize("mount", ["/etc/localtime:/e:ro", "/etc/app:/a:ro,z", "./etc:/etc", "etc:/etc", "/srv/data:/d", "/etc"])
def test_harmless_mounts(mount: str) -> None:
    assert judge("no-sensitive-mounts", f"services: {{web: {{image: a, volumes: ['{mount}']}}}}\n") == {"web": "pass"}


def test_hostile_files_end_soon() -> None:
    bomb = "x0: &x0 {a: 1, b: 1}\n" + "".join(f"x{n}: &x{n} {{{', '.join(f'k{i}: *x{n - 1}' for i in range(9))}}}\n" for n in range(1, 6))
    text = f"{bomb}services: {{web: {{image: a, labels: *x5, environment: *x5, deploy: *x5, build: *x5}}}}\n"
    project = Project.of({"compose.yaml": text, "compose.override.yaml": text})
    assert project.contents("compose.yaml") is not None
    assert failures("services: {web: {image: '" + "${A:-" * 5000 + "'}}\n") != []


KEYS = st.sampled_from(
    [
        *("image", "build", "extends", "networks", "depends_on", "environment", "healthcheck", "deploy", "logging", "command"),
        *("ports", "volumes", "secrets", "cap_add", "cap_drop", "security_opt", "user", "restart", "env_file", "devices"),
        *("test", "limits", "resources", "source", "target", "published", "web", "context", "path", "service"),
    ]
)
SCALARS = st.sampled_from(["", "web", "80:80", "${A}", "${A:-b}", "${", "a:/b", "/etc:/x", None, True, 0, 2.5, "²", "{{ x }}", "KEY=v"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12)
SERVICES = st.fixed_dictionaries(
    {"services": st.dictionaries(st.sampled_from(["web", "db"]), st.dictionaries(KEYS, VALUES, max_size=5) | SCALARS)}
)


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("compose.yaml", "compose.override.yaml", "compose.prod.yaml"), SERVICES)))
def test_no_structure_crashes_the_format_or_a_rule(files: dict[str, object]) -> None:
    project = Project.of({path: json.dumps(data) for path, data in files.items()})
    for path in project.paths:
        contents = project.contents(path)
        for resource in contents.resources if contents else ():
            assert isinstance(resource, (File, Service, Port))
            for rule in RULES.values():
                if resource.kind in rule.on and applies(rule, resource, project):
                    assert_sound(rule, resource, project)


def assert_sound(rule: Rule, resource: File | Service | Port, project: Project) -> None:
    outcome = evaluate(rule, resource, project)
    if outcome.crash is not None:
        raise outcome.crash
    for finding in (*outcome.failing, *outcome.advice):
        assert project.exists(finding.span.path)
        assert finding.span.line
        assert "\n" not in finding.message


def test_a_file_that_is_no_yaml_is_one_failure() -> None:
    with pytest.raises(ParseFailure):
        project_of("services: {\n").documents("compose.yaml")
    assert len(failures("services: {\n")) == 1
