"""Dockerfiles: what is claimed, what stages are, and what the rules decide where it is not obvious."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_readiness import Project
from pytest_readiness import Unknown
from pytest_readiness import Unresolved
from pytest_readiness import builtin
from pytest_readiness.formats.dockerfile.format import Healthcheck
from pytest_readiness.formats.dockerfile.format import duration
from pytest_readiness.formats.dockerfile.format import final_stage
from pytest_readiness.formats.dockerfile.format import stages
from pytest_readiness.formats.dockerfile.variables import expand
from pytest_readiness.testing import verdicts

RULES = {rule.id.partition(".")[2]: rule for rule in builtin.rules("docker")}
FORMATS = [format_ for format_ in builtin.formats() if format_.name == "dockerfile"]


def judge(rule: str, text: str, others: Mapping[str, str] = {}) -> str:
    """``pass``, ``fail``, ``advice``, ``unknown`` or ``no item``."""
    project = Project.of({"Dockerfile": text, **others}, FORMATS)
    outcomes = list(verdicts(RULES[rule], project))
    for outcome in outcomes:
        if outcome.crash:
            raise outcome.crash
    if not outcomes:
        return "no item"
    for name in ("failing", "advice", "unknown"):
        if any(getattr(outcome, name) for outcome in outcomes):
            return {"failing": "fail"}.get(name, name)
    return "pass"


def case(rule: str, text: str, expected: str, id: str, others: Mapping[str, str] | None = None) -> object:
    return pytest.param(rule, text, expected, others or {}, id=f"{rule}: {id}")


HEALTHY = "HEALTHCHECK --interval=30s --timeout=5s CMD x\n"

COMPOSE = {"compose.yaml": "services:\n  a:\n    build:\n      context: .\n      args: {U: 7, T: latest, X: $Y}\n  b:\n    build: .\n"}

CASES = [
    # health
    case("healthcheck", "FROM a\nCMD b", "fail", "a CMD makes a service"),
    case("healthcheck", "FROM a AS x\nENTRYPOINT b\nFROM x", "fail", "an ENTRYPOINT of an earlier stage does too"),
    case("healthcheck", "FROM a\nRUN b", "no item", "without CMD and ENTRYPOINT nothing is said to run"),
    case("healthcheck", "FROM scratch\nCOPY a /", "no item", "a data image"),
    case("healthcheck", "FROM a\nONBUILD CMD b", "no item", "a trigger runs nothing here"),
    case("healthcheck", f"FROM a\nONBUILD {HEALTHY}CMD b", "fail", "a trigger checks nothing here"),
    case("healthcheck", f"FROM a AS x\n{HEALTHY}FROM b\nCOPY --from=x /c /c\nCMD c", "fail", "COPY --from hands nothing on"),
    case("healthcheck", f"FROM a AS x\n{HEALTHY}FROM x AS y\nFROM Y\nCMD c", "pass", "FROM hands it on, whatever the case of the name"),
    case("healthcheck", "FROM a\nRUN <<E\nHEALTHCHECK CMD b\nE\nCMD c", "fail", "a line of a heredoc is no instruction"),
    case("healthcheck", f"FROM a\n#{HEALTHY}CMD c", "fail", "a comment is no instruction"),
    case("healthcheck", f"FROM a\n{HEALTHY}HEALTHCHECK None\nCMD c", "fail", "NONE in any case"),
    case("healthcheck", "FROM gcr.io/distroless/static\nHEALTHCHECK CMD a\nCMD b", "fail", "distroless has no shell"),
    case("healthcheck", 'FROM gcr.io/distroless/static\nHEALTHCHECK CMD ["a"]\nCMD b', "pass", "the exec form needs none"),
    case("healthcheck", "ARG B\nFROM ${B}\nCMD c", "unknown", "a base image given at build time may have one"),
    case("healthcheck", f"ARG B\nFROM ${{B}}\n{HEALTHY}CMD c", "pass", "the file's own counts on any base image"),
    case("healthcheck", "FROM python:3-slim\nHEALTHCHECK CMD curl x\nCMD c", "advice", "a program that is not installed"),
    case(
        "healthcheck", "FROM python:3-slim\nRUN apt-get install curl\nHEALTHCHECK CMD curl x\nCMD c", "pass", "a program that is installed"
    ),
    case("healthcheck", "FROM a\nHEALTHCHECK curl x\nCMD c", "fail", "without CMD it is no check"),
    case("non-root-user", "FROM a\nARG U\nUSER $U", "pass", "an argument from a compose file", COMPOSE),
    case("non-root-user", "ARG U\nFROM a\nARG U\nUSER $U", "pass", "a global argument from a compose file", COMPOSE),
    case("non-root-user", "FROM a\nARG U=0\nUSER $U", "fail", "the default counts where there is one", COMPOSE),
    case("base-not-latest", "ARG T\nFROM a:$T", "fail", "a tag from a compose file", COMPOSE),
    case("healthcheck-timing", "FROM a\nHEALTHCHECK NONE\nCMD c", "no item", "nothing to time"),
    case("healthcheck-timing", "FROM a\nHEALTHCHECK --interval=30s CMD b\nCMD c", "fail", "Docker's default timeout is 30s"),
    case("healthcheck-timing", "FROM a\nHEALTHCHECK --timeout=500ms CMD b\nCMD c", "pass", "Docker's default interval is 30s"),
    case("healthcheck-timing", "FROM a\nHEALTHCHECK --interval=5s --timeout=5s CMD b\nCMD c", "fail", "the timeout is not shorter"),
    case("healthcheck-timing", "FROM a\nHEALTHCHECK --interval=$I --timeout=5s CMD b\nCMD c", "fail", "variables are not expanded there"),
    # user
    case("non-root-user", "FROM a\nRUN b", "fail", "no USER is root"),
    case("non-root-user", "FROM scratch\nENTRYPOINT b", "fail", "scratch without a USER is root"),
    case("non-root-user", "FROM scratch\nCOPY a /", "no item", "a pure artefact runs nothing"),
    case("non-root-user", "FROM a\nUSER x\nUSER root\nRUN b", "fail", "never switched back"),
    case("non-root-user", "FROM a\nuser 00:5", "fail", "zero in any spelling"),
    case("non-root-user", 'FROM a\nUSER "x"', "pass", "quotes are taken off"),
    case("non-root-user", "FROM a AS b\nUSER x\nFROM a\nCOPY --from=b c d", "fail", "the USER of a stage that is only copied from"),
    case("non-root-user", "FROM a AS b\nUSER x\nFROM b", "pass", "the USER of a parent stage"),
    case("non-root-user", "FROM a\nONBUILD USER x", "fail", "a trigger is no USER"),
    case("non-root-user", "FROM cgr.dev/chainguard/static:latest\nCMD a", "pass", "Chainguard images"),
    case("non-root-user", "FROM nginxinc/nginx-unprivileged:1.27", "pass", "unprivileged variants"),
    case("non-root-user", "FROM a:debug-nonroot", "pass", "nonroot variants of distroless"),
    case("non-root-user", "FROM a\nARG U=0\nUSER ${U}", "fail", "a default that is root"),
    case("non-root-user", "ARG U=5\nFROM a\nUSER ${U:-0}", "fail", "a global ARG must be declared again in the stage"),
    case("non-root-user", "ARG U=5\nFROM a\nARG U\nUSER ${U:-0}", "pass", "declared again"),
    case("non-root-user", "FROM a\nARG U\nUSER ${U}", "unknown", "an ARG without default"),
    case("non-root-user", "FROM a\nARG U=0\nENV U=7\nARG U=0\nUSER $U", "pass", "ENV wins over ARG"),
    case("non-root-user", "ARG B\nFROM $B", "unknown", "the base image may set one"),
    case("non-root-user", "FROM a\nRUN <<E\nUSER x\nE\n", "fail", "a line of a heredoc is no instruction"),
    case("numeric-uid", "FROM a\nUSER 0", "no item", "root is the other rule's"),
    case("numeric-uid", "FROM a:nonroot", "no item", "the user of the base image"),
    case("numeric-uid", "FROM a\nUSER 999", "fail", "users of the system"),
    case("numeric-uid", "FROM a\nARG U=1000\nUSER $U:$U", "pass", "a default that is a number"),
    # stages
    case("multi-stage", "FROM a\nRUN b", "pass", "one stage without build tools"),
    case("multi-stage", "FROM a AS b\nRUN apt-get install -y gcc\nFROM b\nCMD c", "fail", "FROM the builder is not slimming"),
    case("multi-stage", "FROM a AS b\nRUN apt-get install -y gcc\nFROM a\nCOPY --from=b c d", "pass", "copied from"),
    case("multi-stage", "FROM a\nRUN apt-get install -y gcc && make && apt-get purge -y gcc", "pass", "removed in the same RUN"),
    case("multi-stage", "FROM a\nRUN apt-get install -y gcc\nRUN apt-get purge -y gcc", "fail", "removed too late"),
    case("multi-stage", "FROM a\nRUN apk add --virtual .b gcc && make && apk del .b", "pass", "a virtual package"),
    case("multi-stage", "FROM a\nRUN docker-php-ext-install pdo", "fail", "PHP's toolchain"),
    case("multi-stage", "FROM a\nENV NODE_ENV=production\nRUN npm ci", "pass", "production dependencies by ENV"),
    case("multi-stage", "FROM a\nRUN npm ci --omit dev", "pass", "production dependencies by option"),
    case("multi-stage", "FROM a\nRUN npm install -g pm2", "pass", "a tool by name"),
    case("multi-stage", "FROM golang:1.23\nRUN go build .", "fail", "the compiler of the base image"),
    case("base-not-latest", "FROM host:5000/a\n", "fail", "a port is no tag"),
    case("base-not-latest", "FROM host:5000/a:1\n", "pass", "a tag behind a port"),
    case("base-not-latest", "FROM a:latest-alpine", "fail", "latest with a suffix"),
    case("base-not-latest", "FROM a:latest@sha256:0", "pass", "a digest decides"),
    case("base-not-latest", "FROM a:stable-slim", "advice", "a moving tag"),
    case("base-not-latest", "FROM scratch", "no item", "scratch has no versions"),
    case("base-not-latest", "FROM a:1 AS b\nFROM b", "pass", "a stage is no image"),
    case("base-not-latest", "ARG V\nFROM a:${V}", "unknown", "a tag given at build time"),
    case("base-not-latest", "ARG R\nFROM ${R}/a:1", "pass", "a registry given at build time"),
    case("base-not-latest", "ARG V\nFROM a:${V:-latest}", "fail", "a default that is latest"),
    case("base-not-latest", "FROM base\n", "advice", "built in this repository", {"base/Dockerfile": "FROM a:1\n"}),
    case("base-not-latest", "FROM base\n", "advice", "tagged by a script", {"build.sh": "docker build -t base ./images\n"}),
    case("base-not-latest", "FROM base\n", "fail", "only run by a script", {"run.sh": "docker run -t base\n"}),
    case("base-not-latest", "FROM base\n", "advice", "built by Compose", {"compose.yaml": "services: {a: {build: ., image: base}}\n"}),
    case("base-not-latest", "FROM base\n", "fail", "only run by Compose", {"compose.yaml": "services: {a: {image: base}}\n"}),
    case("base-not-latest", "FROM --platform=$BUILDPLATFORM a:1 AS b\nFROM b", "pass", "flags before the image"),
    case("minimal-base", "FROM ubuntu:24.04 AS b\nFROM alpine:3", "pass", "only the final stage counts"),
    case("minimal-base", "ARG V=3.12\nFROM python:${V}", "fail", "variables are resolved"),
    case("minimal-base", "ARG V\nFROM python:${V}-slim", "pass", "a suffix is enough"),
    case("minimal-base", "ARG V\nFROM python:${V}", "unknown", "a variant given at build time"),
    case("minimal-base", "FROM registry.example.com/team/python:1", "no item", "images of others are not known"),
    case("minimal-base", "FROM registry.access.redhat.com/ubi9/ubi-minimal:9.4", "pass", "UBI minimal"),
    # secrets
    case("no-secrets-in-image", "FROM a\nENV API_KEY=", "pass", "an empty value"),
    case("no-secrets-in-image", "FROM a\nENV API_KEY=$X KEY_SIZE=4096 DB_PASSWORD_FILE=/x PUBLIC_KEY=abc", "pass", "facts about secrets"),
    case("no-secrets-in-image", "FROM a\nENV API_KEY=changeme", "fail", "a placeholder is a working default"),
    case("no-secrets-in-image", "FROM a\nENV DB=postgres://u:pw@h/d", "fail", "a password in a URL"),
    case("no-secrets-in-image", "ARG TOKEN=abcdef\nFROM a", "fail", "an ARG before FROM"),
    case("no-secrets-in-image", "FROM a\nARG TOKEN", "advice", "a build argument stays in the history"),
    case("no-secrets-in-image", "FROM a\nENV TOKEN=${T:-abcdef}", "fail", "a literal default"),
    case("no-secrets-in-image", "FROM a\nCOPY id_rsa /k", "fail", "a private key"),
    case("no-secrets-in-image", "FROM a\nCOPY id_rsa.pub ca.pem .env.example /k/", "pass", "public files"),
    case("no-secrets-in-image", "FROM a\nCOPY tls.key /k", "fail", "a key that is a key", {"tls.key": "-----BEGIN PRIVATE KEY-----"}),
    case("no-secrets-in-image", "FROM a\nCOPY tls.key /k", "pass", "a file called key that is none", {"tls.key": "a = b"}),
    case("no-secrets-in-image", "FROM a\nCOPY . .", "fail", "a directory with a secret file", {"x/.env": "A=b"}),
    case("no-secrets-in-image", "FROM a\nCOPY . .", "pass", "a secret file kept out", {"x/.env": "A=b", ".dockerignore": "**/.env\n"}),
    case("no-secrets-in-image", "FROM a AS b\nFROM a\nCOPY --from=b /.env /.env", "pass", "files of other stages"),
    case("no-secrets-in-image", "FROM a\nRUN --mount=type=secret,id=t T=$(cat /run/secrets/t) b", "pass", "a secret mount"),
    case("no-secrets-in-image", "FROM a\nRUN export TOKEN=abcdef && b", "fail", "an assignment in a RUN"),
    case("no-secrets-in-image", 'FROM a\nCMD ["redis-server", "--requirepass", "abcdef"]', "fail", "an argument of the service"),
    # installs
    case("pip-no-cache", "FROM a\nRUN uv pip install --no-cache b", "pass", "uv's option"),
    case("pip-no-cache", "FROM a\nRUN uv pip install b", "fail", "uv caches too"),
    case("pip-no-cache", "FROM a\nENV PIP_NO_CACHE_DIR=1\nRUN pip install b", "pass", "switched off by ENV"),
    case("pip-no-cache", "FROM a\nRUN pip install b\nENV PIP_NO_CACHE_DIR=1", "fail", "ENV behind the install"),
    case("pip-no-cache", "FROM a AS b\nRUN pip install c\nFROM a\nCOPY --from=b d e", "no item", "a stage that is only copied from"),
    case("pip-no-cache", "FROM a AS b\nRUN pip install c\nFROM b", "fail", "a stage that is derived from"),
    case("pip-no-cache", "FROM a\nRUN pip3.12 install --no-cache-dir b && python3 -m pip install c", "fail", "the second of two"),
    case("pip-no-cache", "FROM a\nRUN echo pip install b", "no item", "a word of another command"),
    case("minimal-runtime-deps", "FROM a\nRUN apk add curl\nHEALTHCHECK CMD curl x", "pass", "needed by the health check"),
    case("minimal-runtime-deps", "FROM a\nRUN b", "no item", "no package manager"),
    case("layer-cache-friendly", "FROM a\nCOPY . .\nRUN npm ci", "fail", "the source before the install"),
    case("layer-cache-friendly", "FROM a\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci", "no item", "a cache mount"),
    case("layer-cache-friendly", "FROM a\nCOPY . .\nRUN pip install .", "no item", "an install of the source itself"),
    case("layer-cache-friendly", "FROM a\nCOPY x .\nRUN uv sync\nCOPY . .\nRUN uv sync", "pass", "a second install"),
    case("chown-app-files", "FROM a\nCOPY b /app/\nUSER 5", "no item", "code that is only read may be root's"),
    case("chown-app-files", "FROM a\nVOLUME /d\nWORKDIR /d\nCOPY b ./x/\nUSER 5", "fail", "a relative path in a volume"),
    case("chown-app-files", "FROM a\nVOLUME /d\nCOPY b /d/\n", "no item", "root owns everything anyway"),
    # builds
    case("security-scan-stage", "FROM a\nRUN b", "no item", "nothing scans"),
    case("security-scan-stage", "FROM a AS s\nRUN bandit .\nFROM a\nCOPY --from=s /r /r", "pass", "the final stage copies from it"),
    case("security-scan-stage", "FROM a AS s\nRUN bandit .\nFROM a", "fail", "BuildKit skips it"),
    case(
        "security-scan-stage",
        "FROM a AS s\nRUN bandit .\nFROM a",
        "pass",
        "a build names it",
        {"Makefile": "x:\n\tdocker build --target s .\n"},
    ),
    case("security-scan-stage", "FROM a\nRUN safety check", "advice", "a retired command"),
    case("buildkit", "FROM a\nRUN b", "no item", "nothing is said"),
    case("buildkit", "FROM a", "fail", "switched off in a pipeline", {".gitlab-ci.yml": "variables:\n  DOCKER_BUILDKIT: '0'\n"}),
    # shell
    case("apt-yes", "FROM a\nRUN yes | apt-get install b", "pass", "yes answers"),
    case("apt-yes", "FROM a\nRUN apt-get install b -o APT::Get::Assume-Yes=true", "pass", "a setting answers"),
    case("apt-clean", "FROM a\nRUN apt-get update && cd /var/lib && rm -rf apt dpkg", "pass", "removed from inside"),
    case("apt-clean", "FROM a AS b\nRUN apt-get update\nFROM a", "no item", "a stage that is only copied from"),
    case("update-with-install", "FROM a\nRUN apk update --no-cache && apk upgrade", "pass", "an upgrade uses the lists"),
    case("update-with-install", "FROM a\nRUN <<E\napt-get update\napt-get install b\nE\n", "pass", "a heredoc is one RUN"),
    case("update-with-install", "FROM a\nRUN yum update -y", "no item", "yum update upgrades"),
    case("pipefail", "FROM a\nRUN echo b | c", "no item", "echo does not fail"),
    case("pipefail", 'FROM a AS b\nSHELL ["bash", "-o", "pipefail", "-c"]\nFROM b\nRUN c | d', "pass", "the SHELL of the parent stage"),
    case("pipefail", 'FROM a\nRUN c | d\nSHELL ["bash", "-o", "pipefail", "-c"]', "fail", "a SHELL that comes too late"),
    case("pipefail", 'FROM a\nSHELL ["powershell"]\nRUN c | d', "no item", "PowerShell pipes objects"),
    case("exec-form", "FROM a AS b\nCMD c\nFROM b\nCMD ['d']", "fail", "single quotes are no JSON"),
    case("exec-form", 'FROM a AS b\nCMD c\nFROM b\nCMD ["d"]', "pass", "a CMD that is replaced"),
    case("workdir-not-cd", "FROM a\nRUN b && cd c && d", "pass", "in the middle of a chain"),
    case("absolute-workdir", "FROM a\nWORKDIR $X/b", "unknown", "a variable of the base image"),
    case("absolute-workdir", "FROM a\nWORKDIR c:\\\\b", "pass", "a drive"),
    case("valid-port", "FROM a\nEXPOSE 8000-9000/tcp", "pass", "a range"),
    case("valid-port", "FROM a\nENV A='$B'\nEXPOSE $A", "fail", "a dollar in single quotes is a dollar"),
    case("no-secrets-in-image", "FROM a\nENV TOKEN='$X'", "pass", "a dollar in single quotes is no literal secret"),
    case("valid-port", "FROM a\nEXPOSE 9000-8000", "fail", "a range that ends before it starts"),
    case("copy-from-stage", "FROM a AS b\nFROM c AS b\nCOPY --from=b d e", "pass", "an earlier stage of the same name"),
    case("copy-from-pinned", "ARG V=1\nFROM a\nCOPY --from=b:$V c d", "pass", "a version by ARG"),
    case("copy-from-pinned", "FROM a\nCOPY --from=b c d", "fail", "no tag"),
    case("no-world-writable", "FROM a\nRUN chmod 1777 /tmp", "pass", "a sticky bit"),
    case("no-world-writable", "FROM a\nRUN chmod a+rwx /x", "fail", "by letters"),
    case("dockerignore", "FROM a\nCOPY . .", "pass", "an ignore file of its own", {"Dockerfile.dockerignore": ".git"}),
    case("tls-verification", "FROM a\nENV GIT_SSL_NO_VERIFY=0", "fail", "git takes any value for yes"),
    case("tls-verification", "FROM a\nRUN git -c http.sslVerify=false clone b", "fail", "git's setting"),
    case("tls-verification", "FROM a\nRUN grep -k curl", "pass", "an option of another program"),
    case("package-signatures", "FROM a\nRUN apt-get install b && echo --force-yes", "pass", "an option of another program"),
    case("no-remote-script", "FROM a\nRUN curl x | tar xz", "pass", "an archive is no script"),
    case("no-remote-script", "FROM a\nRUN curl x | python3 -m json.tool", "pass", "input of a program"),
    case("no-remote-script", "FROM a\nRUN curl x | python3 -", "fail", "a script for an interpreter"),
    case("no-remote-script", 'FROM a\nRUN sh -c "$(curl x)"', "fail", "the output as an argument"),
    case("no-remote-script", "FROM a\nRUN curl x > y\nRUN gpg --verify z y && sh y", "pass", "verified before it runs"),
    case("no-remote-script", "FROM a\nRUN wget https://h/y.sh\nRUN chmod +x y.sh && ./y.sh", "fail", "saved, then run"),
    case("no-remote-script", f"FROM a\nRUN curl https://h/{'a' * 40}/x.sh | sh", "no item", "named by its commit"),
    case("package-versions", "FROM a\nRUN pip install -t /x -r y . git+https://h/z@v1 w==1", "pass", "files, directories and versions"),
    case("package-versions", "FROM a\nRUN python3.12 -m pip install --upgrade pip", "fail", "pip itself"),
    case("package-versions", "FROM a\nRUN npm ci && npm install", "no item", "what a lock file says"),
    case("package-versions", "FROM a\nRUN npm i -g @scope/tool", "fail", "a scoped name is no version"),
    case("arg-in-scope", "ARG A=1\nFROM a:$A\nRUN b", "pass", "used in FROM, where it has a value"),
    case("arg-in-scope", "ARG A=1\nFROM a\nRUN A=2 && echo $A", "pass", "set by the shell"),
    case("arg-in-scope", "ARG A=1\nFROM a AS b\nARG A\nFROM b\nRUN echo $A", "pass", "declared in the parent stage"),
    case("arg-in-scope", "ARG A=1\nFROM a\nRUN echo $A\nARG A", "fail", "declared too late"),
    case("copy-needs-workdir", "FROM a AS b\nWORKDIR /c\nFROM b\nCOPY d .", "pass", "the WORKDIR of the parent stage"),
    case("no-remote-script", "FROM a\nRUN curl\nRUN wget -qO- https://h/x.sh > y && sh x.sh", "pass", "another file than the one saved"),
    case("no-remote-script", "FROM a\nRUN curl -sS h | php -- --quiet", "fail", "an interpreter with arguments for the script"),
    case("no-remote-script", "FROM a\nRUN aws s3 cp s3://b/x.sh . && bash x.sh", "fail", "an object of a bucket"),
    case(
        "no-remote-script",
        "FROM a\nRUN aws s3api get-object --bucket b --key d/x /t/ && bash /t/x",
        "fail",
        "an object in a directory",
    ),
    case("heredoc-errexit", "FROM a\nRUN <<E\na && b\nE\n", "no item", "a chain"),
    case("heredoc-errexit", "FROM a\nRUN <<E\n#!/bin/bash -eu\na\nb\nE\n", "pass", "by the first line"),
    case("heredoc-errexit", "FROM a\nRUN bash -ex <<E\na\nb\nE\n", "pass", "by the shell that reads it"),
    case("heredoc-errexit", "FROM a\nRUN python <<E\na\nb\nE\n", "no item", "no shell script"),
    case("heredoc-errexit", "FROM a\nCOPY <<E /b\na\nb\nE\n", "no item", "a file"),
    case("heredoc-errexit", 'FROM a\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN <<E\na\nb\nE\n', "pass", "by SHELL"),
    case("no-chpasswd", "FROM a\nRUN passwd -l root", "pass", "a locked password"),
]


@pytest.mark.parametrize(("rule", "text", "expected", "others"), CASES)
def test_decision(rule: str, text: str, expected: str, others: Mapping[str, str]) -> None:
    assert judge(rule, text, others) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Dockerfile", True),
        ("a/Dockerfile.prod", True),
        ("Dockerfile-dev", True),
        ("api.dockerfile", True),
        ("api.Dockerfile", True),
        ("Containerfile", True),
        ("Containerfile.dev", True),
        ("dockerfile", True),
        ("Dockerfile.dockerignore", False),
        (".dockerignore", False),
        ("Dockerfile.md", False),
        ("Dockerfile.prod.md", False),
        ("mydockerfile.txt", False),
        ("DOCKERFILE", False),
    ],
)
def test_names(path: str, expected: bool) -> None:
    assert (Project.of({path: "FROM a\n"}, FORMATS).format_of(path) is not None) is expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Dockerfile.go", "FROM a\n", True),
        ("Dockerfile.go", "package main\n", False),
        ("DockerfileParser.java", "import x;\n", False),
    ],
)
def test_doubtful_names_are_decided_by_the_text(path: str, text: str, expected: bool) -> None:
    assert (Project.of({path: text}, FORMATS).format_of(path) is not None) is expected


@pytest.mark.parametrize("name", ["Dockerfile.j2", "Dockerfile.tmpl", "a/Dockerfile.template", "x.Dockerfile.j2"])
def test_templates_are_rendered_elsewhere(name: str) -> None:
    contents = Project.of({name: "FROM {{ base }}\n"}, FORMATS).contents(name)
    if name.startswith("x."):
        assert contents is None
    else:
        assert contents is not None
        assert contents.unjudged == "a template, rendered elsewhere"


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        pytest.param("FROM a\nUSR b\nCMD c", ["unknown instruction USR"], id="the rest is judged"),
        pytest.param("FROM a b\nCMD c", ["FROM takes an image"], id="a FROM with too much"),
        pytest.param("RUN a\nFROM b", ["RUN before the first FROM"], id="an instruction too early"),
        pytest.param("FROM ${X}\nCMD a", ["the name is blank"], id="a FROM whose variable nothing declares"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, reasons: list[str]) -> None:
    contents = Project.of({"Dockerfile": text}, FORMATS).contents("Dockerfile")
    assert contents is not None
    assert len(contents.failures) == len(reasons)
    assert all(reason in failure.reason for failure, reason in zip(contents.failures, reasons, strict=True))
    assert contents.resources


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A-${A}", "1-1"),
        ("${N:-d}", "d"),
        ("${E:-d}|${E-d}", "d|"),
        ("${A:+y}|${N:+y}|${E:+y}|${E+y}", "y|||y"),
        ("${N:-${M:-$A}}", "1"),
        (r"\$A", "$A"),
        ("$", "$"),
        ("${A", "${A"),
        ("a$1", "a$1"),
    ],
)
def test_variables(text: str, expected: str) -> None:
    assert expand(text, {"A": "1", "E": "", "N": None}, lambda _: "") == expected


@pytest.mark.parametrize("text", ["$N", "${U:-d}", "x${N}", "${A#1}", "${A:-" * 50 + "}" * 50 + "$U"])
def test_unknown_variables(text: str) -> None:
    assert isinstance(expand(text, {"A": "1", "N": None, "U": Unknown("u")}, lambda _: ""), Unknown)


@pytest.mark.parametrize(
    ("text", "expected"), [("1m30s", 90.0), ("500ms", 0.5), ("1.5h", 5400.0), ("0", 0.0), ("30", None), ("", None), ("$X", None)]
)
def test_durations(text: str, expected: float | None) -> None:
    assert duration(text) == expected


TWO = "ARG T=prod\nFROM a:1 AS dev\nCMD x\nFROM b:$T AS prod\nARG U\nUSER $U\nHEALTHCHECK CMD y\nENTRYPOINT z\n"


def test_the_stage_that_an_image_is_made_of() -> None:
    project = Project.of({"d/Dockerfile": TWO}, FORMATS)
    stage = final_stage(project, "d/Dockerfile", args={"U": "7", "T": "2"})
    assert stage is not None
    assert (stage.alias, stage.user, stage.is_service, stage.runs_as_root) == ("prod", "7", True, False)
    assert isinstance(stage.healthcheck, Healthcheck)
    assert stage.base is not None
    assert stage.base.image.tag == "2"


def test_a_target_by_name_or_number() -> None:
    project = Project.of({"Dockerfile": TWO}, FORMATS)
    for target in ("dev", "DEV", "0"):
        stage = final_stage(project, "Dockerfile", target=target)
        assert stage is not None
        assert (stage.alias, stage.user, stage.healthcheck) == ("dev", None, None)
    assert final_stage(project, "Dockerfile", target="none") is None
    assert final_stage(project, "missing") is None


def test_an_argument_from_the_environment_is_unknown() -> None:
    stage = final_stage(Project.of({"Dockerfile": TWO}, FORMATS), "Dockerfile", args={"U": None})
    assert stage is not None
    assert isinstance(stage.user, Unknown)
    with pytest.raises(Unresolved, match="environment"):
        _ = stage.runs_as_root


def test_an_unreadable_file_is_unresolved_for_others() -> None:
    with pytest.raises(Unresolved, match="no FROM"):
        final_stage(Project.of({"Dockerfile": "RUN a\n"}, FORMATS), "Dockerfile")


def test_items_have_names_that_lines_do_not_change() -> None:
    text = "FROM a AS x\nFROM b\nFROM x\nCMD y\n"
    contents = Project.of({"Dockerfile": text}, FORMATS).contents("Dockerfile")
    moved = Project.of({"Dockerfile": f"# z\n\n{text}"}, FORMATS).contents("Dockerfile")
    assert contents is not None
    assert moved is not None
    names = [(resource.kind, resource.name) for resource in contents.resources]
    assert names == [(resource.kind, resource.name) for resource in moved.resources]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("FROM a\n" + "".join(f"ENV V{n}=$V{n - 1}\n" for n in range(1, 5000)), id="variables upon variables"),
        pytest.param("FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\nENV A{n}=1\n" for n in range(490)), id="a chain of stages"),
        pytest.param("".join(f"FROM a AS s{n}\n" for n in range(5000)), id="too many stages"),
        pytest.param("FROM a\nRUN " + "apt-get install gcc && " * 5000 + "x", id="a long RUN"),
        pytest.param("FROM a\nENV A=" + "${" * 20000, id="braces without end"),
        pytest.param("FROM a\nRUN " + "$(" * 20000, id="substitutions without end"),
        pytest.param("FROM a\nRUN curl x" + "A" * 300_000, id="a long word"),
    ],
)
def test_hostile_files_take_bounded_time(text: str) -> None:
    start = time.perf_counter()
    project = Project.of({"Dockerfile": text}, FORMATS)
    for rule in RULES.values():
        for outcome in verdicts(rule, project):
            assert outcome.crash is None
    assert time.perf_counter() - start < 30


WORDS = [
    "a",
    "b:1",
    "c:latest",
    "root",
    "0",
    "²",
    "$A",
    "${A:-b}",
    "${B}",
    "${",
    '"',
    "'",
    "[",
    "]",
    '["a"]',
    "--from=a",
    "--from=²",
    "--mount=type=cache,target=/x,from=a",
    ".",
    "/",
    "&&",
    "||",
    "|",
    ";",
    "\\",
    "<<E",
    "#",
    "install",
    "apt-get",
    "apk",
    "add",
    "pip",
    "uv",
    "npm",
    "curl",
    "wget",
    "-o",
    "-O",
    ">",
    "x.sh",
    "sh",
    "bash",
    "-c",
    "$(curl",
    "<(",
    ")",
    "update",
    "-y",
    "--virtual",
    "-t",
    "del",
    "cd",
    "rm",
    "-rf",
    "chmod",
    "777",
    "22",
    "80/tcp",
    "70000",
    "9-1",
    "http://a/b",
    "https://u:p@h",
    "AS",
    "NONE",
    "CMD",
    "--interval=1m",
    "--timeout=",
    "aws",
    "gsutil",
    "s3",
    "--key",
    "env",
    "sudo",
    "timeout",
    "export",
    "X=1",
    "PASSWORD=x",
    ".env",
    "*.pem",
    "{{x}}",
    "git",
    "strict-ssl",
    "python3",
    "-m",
]
NAMES = [
    "FROM",
    "RUN",
    "RUN",
    "RUN",
    "CMD",
    "ENTRYPOINT",
    "COPY",
    "ADD",
    "ENV",
    "ARG",
    "USER",
    "WORKDIR",
    "EXPOSE",
    "VOLUME",
    "HEALTHCHECK",
    "SHELL",
    "ONBUILD",
    "BAD",
]
LINES = st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(WORDS), max_size=8)), max_size=8)


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_any_file_gets_a_verdict(parts: list[tuple[str, list[str]]]) -> None:
    text = "FROM a AS a\n" + "".join(f"{name} {' '.join(words)}\n" for name, words in parts)
    project = Project.of({"Dockerfile": text, ".dockerignore": "[\n!x\n"}, FORMATS)
    for rule in RULES.values():
        for outcome in verdicts(rule, project):
            assert outcome.crash is None, (rule.id, text)


def test_stages_of_a_file() -> None:
    found = stages(Project.of({"Dockerfile": TWO}, FORMATS), "Dockerfile")
    assert [(stage.alias, stage.is_final) for stage in found] == [("dev", False), ("prod", True)]


@pytest.mark.parametrize(
    ("tag", "target", "verdict"),
    [
        ("3.9-slim", "python>=3.13", "fail"),
        ("3.13", "python>=3.13", "pass"),
        ("3", "python>=3.13", "pass"),
        ("2", "python>=3.13", "fail"),
        ("v3.14.1-alpine", "python >= 3.13", "pass"),
        ("slim", "python>=3.13", "unknown"),
        ("3.9", "node>=20", "pass"),
        ("3.9", "python=3", "fail"),
    ],
)
def test_base_version_target(tag: str, target: str, verdict: str) -> None:
    rule = next(rule for rule in builtin.rules("docker") if rule.id == "docker.base-version-target")
    rule = dataclasses.replace(rule, settings={"targets": (target,)})
    (outcome,) = verdicts(rule, Project.of({"Dockerfile": f"FROM python:{tag}\n"}))
    assert outcome.crash is None
    assert ("fail" if outcome.failing else "unknown" if outcome.unknown else "pass") == verdict


def test_a_template_with_an_element_nobody_knows_is_said() -> None:
    rule = next(rule for rule in builtin.rules("docker") if rule.id == "docker.template-conformance")
    rule = dataclasses.replace(rule, settings={"elements": ("healthchek",)})
    (outcome,) = verdicts(rule, Project.of({"Dockerfile": 'FROM debian:12\nCMD ["x"]\n'}))
    assert "healthchek" in outcome.failing[0].message
