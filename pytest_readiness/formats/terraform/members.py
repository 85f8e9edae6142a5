"""Who is given which role in Google Cloud."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...model import Span
from .blocks import Block
from .clusters import is_default_account
from .policies import many
from .values import Computed
from .values import PartialText

SCOPES = tuple(f"google_{scope}_iam_{kind}" for scope in ("project", "folder", "organization") for kind in ("member", "binding"))
# with these somebody acts as every service account of the scope
IMPERSONATION = frozenset(
    f"roles/{name}"
    for name in (
        "iam.serviceAccountUser",
        "iam.serviceAccountTokenCreator",
        "iam.serviceAccountAdmin",
        "iam.serviceAccountKeyAdmin",
        "iam.workloadIdentityUser",
        "dataproc.editor",
        "composer.admin",
        "dataproc.hubAgent",
        "dataflow.admin",
        "dataflow.developer",
        "deploymentmanager.editor",
        "run.developer",
        "serverless.serviceAgent",
    )
)
_PERSONAL = re.compile(r"@(gmail|googlemail|hotmail|outlook|live|yahoo|icloud|aol|gmx|proton(mail)?)\.\w+$", re.IGNORECASE)


def gives_role(block: Block) -> bool:
    """Whether the block gives a role on a whole project, folder or organization."""
    return block.type in SCOPES


def names_members(block: Block) -> bool:
    """Whether the block says who may do something."""
    return block.type.startswith("google_") and block.type.endswith(("_iam_member", "_iam_binding"))


def members(block: Block) -> Iterator[tuple[Any, Span]]:
    """Who is given the role, and where that is written."""
    for name in ("member", "members"):
        for value in many(block.get(name)):
            yield value, block.at(name)


def is_default(member: Any) -> bool:
    """Whether a member is a service account that Google made with the project; raises `Unresolved` where nobody knows."""
    return is_default_account(member)


def _text(member: Any) -> str:
    """As much of a member as is known; nothing of what a resource computes, which is no person."""
    if isinstance(member, PartialText):
        return str(member.shape)
    return "" if isinstance(member, Computed) else str(member)


def shown_member(member: Any) -> str:
    """A member for a message, as far as it is known."""
    return _text(member).replace("\0", "...") or "a member"


def is_person(member: Any) -> bool:
    """Whether a member is one person."""
    return _text(member).lower().startswith("user:")


def is_private_account(member: Any) -> bool:
    """Whether a member is an account that no company controls."""
    return bool(_PERSONAL.search(_text(member)))


def missing_logs(config: Block) -> list[str]:
    """The kinds of log that an audit configuration leaves out; those with exempted accounts count."""
    found = [part.get("log_type") for part in config.blocks("audit_log_config")]
    return [kind for kind in ("ADMIN_READ", "DATA_READ", "DATA_WRITE") if kind not in found]
