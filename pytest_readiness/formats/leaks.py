"""Private keys and tokens among the files of a repository, by their names and by the form of their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..model import ParseFailure
from ..model import Span
from ..project import Project
from ..unknown import is_unknown
from .dotenv import is_env_file
from .secrets import TOKENS

MAX_BYTES = 256 * 1024
MAX_FINDINGS = 20
_BINARY = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "ico",
        "bmp",
        "tif",
        "tiff",
        "svg",
        "pdf",
        "woff",
        "woff2",
        "ttf",
        "otf",
        "eot",
        "mp3",
        "mp4",
        "mov",
        "avi",
        "webm",
        "wav",
        "ogg",
        "zip",
        "gz",
        "tgz",
        "bz2",
        "xz",
        "zst",
        "7z",
        "rar",
        "tar",
        "jar",
        "war",
        "class",
        "so",
        "dll",
        "dylib",
        "exe",
        "bin",
        "o",
        "a",
        "wasm",
        "pyc",
        "parquet",
        "avro",
        "onnx",
        "pt",
        "npy",
        "db",
        "sqlite",
        "lock",
        "map",
        "sum",
    ]
)
_LOCKS = frozenset(("package-lock.json", "pnpm-lock.yaml", "npm-shrinkwrap.json", "yarn.lock", "go.sum"))
_KEY_STORE = re.compile(r".+\.(?:p12|pfx|jks|keystore|ppk|kdbx)").fullmatch
_KEY_FILE = re.compile(r".+\.(?:pem|key)|id_(?:rsa|dsa|ecdsa|ed25519)(?:[_-][\w-]+)?|ssh_host_\w+_key").fullmatch
_PASSWORD_FILE = re.compile(r"\.htpasswd|\.git-credentials|\.netrc|_netrc").fullmatch
_KUBECONFIG = re.compile(r"kubeconfig(?:\.ya?ml)?|.+\.kubeconfig").fullmatch
_PRIVATE = re.compile(rb"PRIVATE KEY")
_ANY_PEM = re.compile(rb"-----BEGIN |ssh-(?:rsa|ed25519) |ecdsa-sha2-")
_CLUSTER_KEY = re.compile(rb"^\s*(?:client-key-data|token|password):\s*[\"']?[\w+/=.-]{12,}", re.MULTILINE)
# what every token has in it, to pass over files without one quickly
_HINT = re.compile(
    rb"AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|hooks\.slack\.com|[sr]k_live_|AIza|npm_|pypi-AgE|PRIVATE KEY|_authToken="
)
_NPM = re.compile(r"_authToken=(?!\$)[\"']?(?P<secret>[\w-]{20,})")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{40}")
_EXAMPLE = re.compile(r"example|x{4}|your|sample|dummy|redacted|placeholder|0{8}|1234567", re.IGNORECASE)


@dataclass(frozen=True)
class Leak:
    """Something that should be secret: what it is, without showing it, and where."""

    what: str
    span: Span


def leaks(project: Project) -> Iterator[Leak]:
    """Every key and token in the files that are tracked, or present where there is no git."""
    known = project.tracked_paths
    tracked = None if is_unknown(known) else frozenset(known)
    for path in project.paths:
        if tracked is None or (path in tracked and not is_env_file(path)):
            yield from _file(path, project)


def _file(path: str, project: Project) -> Iterator[Leak]:
    name = path.rpartition("/")[2].lower()
    if _KEY_STORE(name) and name != "debug.keystore":
        yield Leak("a key store", Span(path))
        return
    if name in _LOCKS or name.rpartition(".")[2] in _BINARY or name.endswith((".min.js", ".min.css")):
        return
    root = project.tree.root
    try:
        if root is not None and (root / path).stat().st_size > MAX_BYTES:
            return
        data = project.tree.read(path)
    except (OSError, ParseFailure):
        return
    if not data.strip():
        return
    if leak := _by_name(name, path, data):
        yield leak
    elif b"\0" not in data[:8192] and _HINT.search(data):
        yield from _tokens(path, data.decode("utf-8", "replace"))


def _by_name(name: str, path: str, data: bytes) -> Leak | None:
    if _PASSWORD_FILE(name):
        return Leak("a file of passwords", Span(path, 1, 1, 1, 2))
    if _KUBECONFIG(name) or path.endswith(".kube/config"):
        found = _CLUSTER_KEY.search(data)
        return Leak("a key to a cluster", _at(path, data, found.start())) if found else None
    if _KEY_FILE(name):
        if found := _PRIVATE.search(data):
            return Leak("a private key", _at(path, data, found.start()))
        # a certificate or public key is none; text without any PEM in it (or binary) keeps what its name says
        if not _ANY_PEM.search(data) and not name.endswith(".pem"):
            return Leak("a private key by its name", Span(path, 1, 1, 1, 2))
    return None


def _at(path: str, data: bytes, offset: int) -> Span:
    start = data.rfind(b"\n", 0, offset) + 1
    while data[start : start + 1] in (b" ", b"\t", b"\r", b"\n"):
        start += 1
    line = data.count(b"\n", 0, start) + 1
    column = start - (data.rfind(b"\n", 0, start) + 1) + 1
    end = data.find(b"\n", start)
    return Span(path, line, column, line, column + max(1, (len(data) if end < 0 else end) - start))


def _tokens(path: str, text: str) -> Iterator[Leak]:
    found = [(hit.start(), hit[0], name) for name, pattern in TOKENS for hit in pattern.finditer(text)]
    found += [(hit.start("secret"), hit["secret"], "registry token") for hit in _NPM.finditer(text)]
    shown = 0
    for start, token, name in sorted(found):
        if not _is_real(name, token, text[start : start + 400]) or shown == MAX_FINDINGS:
            continue
        shown += 1
        article = "an" if name[0] in "AEIOUa" else "a"
        label = name if name == "private key" else f"{name} {token[:4]}{'*' * 8}"
        yield Leak(f"{article} {label}", Span.within(path, text, start, start + len(token)))


def _is_real(name: str, token: str, following: str) -> bool:
    """Whether it is more than an example of the form: not all x, and a key has a body."""
    if name == "private key":
        body = following[len(token) :].replace("\\n", "\n")
        return bool(_KEY_BODY.search(body)) and not _EXAMPLE.search(body[:60])
    secret = token.rpartition("/")[2] if "/" in token else token[4:]
    return not _EXAMPLE.search(secret) and len(set(secret)) > 6 and any(char.isdigit() for char in secret)
