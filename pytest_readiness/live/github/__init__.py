"""What GitHub enforces on a repository: branches, environments, secret scanning, issues, and how long workflows take."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from ...project import Project
from .. import http
from ..contact import CannotAsk
from ..entries import Entry
from ..entries import Kind
from ..http import NoAnswer
from ..measure import Judged
from ..reading import Reading
from . import activity
from . import branches
from . import settings
from .api import TOKEN
from .api import Client
from .api import Hidden
from .api import address

Ask = Callable[[Entry, Client], Judged]

# what a check may be about: what that is called, how it is asked, and the keys it has
SUBJECTS: Mapping[str, tuple[str, Ask, frozenset[str]]] = {
    "environment": (
        "an environment",
        settings.environment,
        frozenset(("environment", "reviewers", "prevent_self_review", "wait", "branches", "admins")),
    ),
    "issues": ("issues", activity.issues, frozenset(("issues",))),
    "workflow": ("a workflow", activity.duration, frozenset(("workflow", "runs", "job", "branch"))),
    "security": ("security settings", settings.security, frozenset(settings.SECURITY)),
    "branch": ("a branch", branches.judge, frozenset((*branches.ASPECTS, "branch", "reviews", "checks", "admins"))),
}


def _subject(body: Mapping[str, Any]) -> str:
    named = next((key for key in ("environment", "issues", "workflow") if key in body), None)
    return named or ("security" if settings.SECURITY.keys() & body.keys() else "branch")


def _ask(entry: Entry, client: Client) -> Judged:
    _, ask, _ = SUBJECTS[_subject(entry.body)]
    try:
        return ask(entry, client)
    except Hidden as hidden:
        return Judged(unknown=str(hidden)) if not client.token_env else Judged(error=str(hidden))
    except NoAnswer as error:
        raise CannotAsk(f"the API of GitHub {error}") from None


def _target(read: Reading) -> None:
    if "api" in read.body and (problem := http.address(read.body["api"])):
        read.wrong(f"api: {problem}", "api")


def _read(read: Reading) -> None:
    called, _, keys = SUBJECTS[_subject(read.whole)]
    for key in read.whole.keys() & (KIND.asks | KIND.measures | KIND.further) - keys:
        read.wrong(f"{key} is not for a check of {called}: make it one of its own", key)
    if "wait" in read.whole:
        read.whole["wait"] = read.seconds("wait", 0)
    if "workflow" in read.whole:
        if "unit" in read.body:
            read.wrong("durations of runs are in seconds, the target may be in any unit of time", "unit")
        read.whole |= {"runs": 20, **read.whole, "unit": "s"}


def _prepare(entry: Entry, project: Project) -> Any:
    return branches.prepare(entry, project) if _subject(entry.body) == "branch" else None


KIND = Kind(
    "github",
    Client,
    _ask,
    asks=frozenset((*branches.ASPECTS, *settings.SECURITY, "reviews", "checks", "environment")),
    measures=frozenset(("issues", "workflow")),
    modules=("httpx",),
    further=frozenset(("branch", "admins", "reviewers", "prevent_self_review", "wait", "branches", "runs", "job")),
    options=frozenset(("api",)),
    variables=frozenset((TOKEN,)),
    web=True,
    address=address,
    target=_target,
    read=_read,
    prepare=_prepare,
)
