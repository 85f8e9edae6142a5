"""Asking a cluster through kubectl: arguments without a shell, verbs that only read, answers bounded in time and size."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ... import tools
from ...text import brief
from ..contact import CannotAsk
from ..entries import Entry
from ..entries import Surroundings
from ..entries import Target
from ..measure import Judged

# what kubectl and the programs that log in for it (aws, gcloud, kubelogin, doctl) need of the environment; the rest stays here
PASSED = frozenset(
    "PATH HOME USER LOGNAME TMPDIR LANG LC_ALL KUBECONFIG SSL_CERT_FILE SSL_CERT_DIR "
    "HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy".split()
)
PASSED_BEGIN = ("AAD_", "AWS_", "AZURE_", "CLOUDSDK_", "DIGITALOCEAN_", "GOOGLE_", "OCI_", "TELEPORT_", "XDG_")
ALL = "*"  # every namespace
MAX_MEMORY = 2 << 30  # bytes; kubectl reads an answer to its end before it looks at it
REASON = 240  # characters of what kubectl says that are shown
_NOISE = re.compile(r"[EIWF][0-9]{4} |Warning: |$")  # its log, and warnings
_SAYS = re.compile(r"(?:error|unable|the connection|panic|fatal)", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:error: |Error from server(?: \(\w+\))?: |Unable to connect to the server: )", re.IGNORECASE)
_REFUSES = re.compile(r"\((?:Forbidden|Unauthorized)\)|is forbidden")
# a server or a proxy that repeats what it was sent
_BEARER = re.compile(r"(?i)(bearer\s+)[^\s\"',\\]{4,}|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?")
_NO_TYPE = re.compile(r"the server doesn't have a resource type|no matches for kind|the server could not find the requested resource")
Item = Mapping[str, Any]


class Trouble(Exception):
    """Why a question has no answer that can be judged."""

    @property
    def judged(self) -> Judged:
        """What the check is then: a failure."""
        return Judged((str(self),))


class NoType(Trouble):
    """The cluster does not know a kind of object."""


class Refused(Trouble):
    """The cluster does not let us ask, or what it answers cannot be understood."""

    @property
    def judged(self) -> Judged:
        return Judged(error=str(self))


class Client:
    """Asks one context; every list is asked for once."""

    def __init__(self, target: Target, around: Surroundings) -> None:
        found = tools.find("kubectl")
        if found is None:
            raise CannotAsk("kubectl is needed, and is not on PATH")
        self.target = target
        self.now = around.now
        self.namespace: str = target.options.get("namespace", "")
        self._mask = around.mask
        self._environment = _environment(around.environment)
        context = around.address(target)
        configured = _kubeconfig(target, around)
        self._place = Path(tempfile.mkdtemp(prefix="readiness-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self._place, ignore_errors=True)
        # a cache of our own: what kubectl remembers of a cluster for hours may not be so any more, and nothing of the user's is written
        self._command = [found.path, f"--context={context}", f"--cache-dir={self._place / 'cache'}", *configured]
        self._deadline = float("inf")
        self._entry: Entry | None = None
        self._known: dict[tuple[str, ...], Sequence[Item] | Trouble] = {}

    def close(self) -> None:
        """Leave nothing behind."""
        self._remove()

    def begin(self, seconds: float) -> None:
        """What is asked from here on may take so long in all."""
        self._deadline = time.monotonic() + seconds

    def about(self, entry: Entry) -> None:
        """What is known already is known for other checks: one that is asked again is asked afresh."""
        if entry is self._entry:
            self._known.clear()
        self._entry = entry

    def reach(self) -> Judged:
        """Whether it answers as a cluster does."""
        where = f"target {self.target.name} cannot be reached: "
        try:
            version = _data(self._out("get", "--raw", "/version"))
        except Trouble as trouble:
            return Judged((f"{where}{trouble}",))
        if not isinstance(version, dict) or not isinstance(version.get("gitVersion"), str):
            return Judged((f"{where}/version answers with something that no cluster says",))
        return Judged()

    def list(self, resource: str, namespace: str) -> Sequence[Item]:
        """The objects of a kind in a namespace (`ALL` for all of them, nothing for that of the context); raises `Trouble`."""
        place = ["--all-namespaces"] if namespace == ALL else [f"--namespace={namespace}"] if namespace else []
        return self._objects("get", resource, "--output=json", *place)

    def named(self, resource: str, names: Sequence[str]) -> Sequence[Item]:
        """Those objects of the whole cluster that exist of some names."""
        return self._objects("get", resource, *names, "--output=json", "--ignore-not-found")

    def may(self, verb: str, resource: str, account: str, namespace: str) -> bool:
        """Whether an account (empty for our own) may do something in a namespace."""
        kind, _, part = resource.partition("/")
        options = [f"--subresource={part}"] if part else []
        options += [f"--as={account}"] if account else []
        options += ["--all-namespaces"] if namespace == ALL else [f"--namespace={namespace}"] if namespace else []
        code, out, err = self._run("auth", "can-i", verb, kind, *options)
        answer = out.split()[:1]
        if "doesn't have a resource type" in err:
            raise Refused(f"the cluster has no {kind}, so whether one may {verb} them says nothing")
        if answer not in (["yes"], ["no"]) or (code == 0) != (answer == ["yes"]):
            raise self._trouble(err, "auth can-i")
        return answer == ["yes"]

    # -- parts

    def _objects(self, *arguments: str) -> Sequence[Item]:
        if arguments not in self._known:
            try:
                self._known[arguments] = _items(self._out(*arguments))
            except Trouble as trouble:
                self._known[arguments] = trouble
        found = self._known[arguments]
        if isinstance(found, Trouble):
            raise found.with_traceback(None)
        return found

    def _out(self, *arguments: str) -> str:
        code, out, err = self._run(*arguments)
        if code:
            raise self._trouble(err, " ".join(arguments[:2]) if arguments[1] != "--raw" else "")
        return out

    def _run(self, *arguments: str) -> tuple[int, str, str]:
        timeout = min(self.target.timeout, self._deadline - time.monotonic())
        if timeout <= 0:
            raise Trouble(f"this check takes more than {self.target.budget:g} s: raise the timeout of the target")
        # kubectl gives up by itself, and then says on what; it is stopped where it does not
        command = [*self._command, f"--request-timeout={max(1, int(timeout * 900))}ms", *arguments]
        try:
            code, out, err = tools.bounded(command, self._place, self._environment, timeout=timeout, memory=MAX_MEMORY)
        except tools.ToolError as error:
            raise Trouble(str(error)) from None
        if len(out) > self.target.max_size:
            raise Trouble(
                f"kubectl {' '.join(arguments[:2])} answers with more than {self.target.max_size} bytes: raise max_size of the target"
            )
        # before anything is cut, so that no part of a secret is left
        return code, self._mask.body(out).decode("utf-8", "replace"), self._mask.body(err).decode("utf-8", "replace")

    def _trouble(self, err: str, asked: str) -> Trouble:
        lines = [line for line in err.splitlines() if not _NOISE.match(line)]
        said = next((line for line in lines if _SAYS.match(line)), lines[-1] if lines else "kubectl says nothing")
        reason = brief(_BEARER.sub(lambda match: f"{match[1] or ''}****", _PREFIX.sub("", said)), REASON)
        if _REFUSES.search(said):
            return Refused(f"the cluster refuses: {reason}")
        if asked.startswith("get ") and _NO_TYPE.search(said):
            return NoType(f"the cluster has no {asked.removeprefix('get ')}: what brings them is not installed")
        return Trouble(f"kubectl {asked}: {reason}" if asked else reason)


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    passed = {name: value for name, value in environment.items() if name in PASSED or name.startswith(PASSED_BEGIN)}
    return {"PATH": os.defpath, **passed}


def _kubeconfig(target: Target, around: Surroundings) -> Sequence[str]:
    """The file that a target names: below the root, absolute, or at home."""
    if not (written := target.options.get("kubeconfig")):
        return ()
    home = around.environment.get("HOME", "")
    path = around.root / (f"{home}{written[1:]}" if written.startswith("~/") and home else written)
    if not path.is_file():
        raise CannotAsk(f"{written}: there is no such kubeconfig")
    return (f"--kubeconfig={path}",)


def _items(out: str) -> Sequence[Item]:
    """The objects of an answer: those of a list, or itself; none where it is empty."""
    data = _data(out) if out.strip() else {"kind": "List", "items": []}
    items = data.get("items") if isinstance(data, dict) and str(data.get("kind", "")).endswith("List") else [data]
    if not isinstance(items, list) or not all(isinstance(item, dict) and isinstance(item.get("metadata"), dict) for item in items):
        raise Refused("the cluster answers with something that is no list of objects")
    return items


def _data(out: str) -> Any:
    try:
        return json.loads(out)
    except (ValueError, RecursionError):
        raise Refused("the cluster answers with something that is not JSON") from None
