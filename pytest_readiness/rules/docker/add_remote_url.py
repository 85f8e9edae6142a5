"""Files from the network are verified."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.dockerfile.format import Copy
from pytest_readiness.formats.dockerfile.format import Stage

_REMOTE = re.compile(r"(https?|ftp|git|ssh)://|git@")
_COMMIT = re.compile(r"#[0-9a-f]{40}\b")


def _remote_adds(stage: Stage) -> list[Copy]:
    return [copy for copy in stage.copies if copy.instruction.name == "ADD" and any(_REMOTE.match(source) for source in copy.sources)]


@rule(
    "docker.add-remote-url",
    P1,
    on="docker.stage",
    when=lambda stage: bool(_remote_adds(stage)),
    category="Security & Compliance",
    remedy="add `--checksum=sha256:...`, or fetch and verify in a RUN",
    aliases=("CKV_DOCKER_4",),
)
def check(stage: Stage) -> Iterator[Finding]:
    """ADD of a URL names the checksum of what it fetches.

    What the server sends on the day of the build goes into the image, unseen. `ADD --checksum=sha256:...` (or a git
    URL with a commit) makes it one file.

    ```dockerfile bad
    FROM alpine:3.20
    ADD https://example.com/tool.tar.gz /opt/  # <--
    ```
    ```dockerfile good
    FROM alpine:3.20
    ADD --checksum=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef https://example.com/tool.tar.gz /opt/
    ADD https://github.com/example/tool.git#0123456789abcdef0123456789abcdef01234567 /src
    ```
    """
    for copy in _remote_adds(stage):
        for word in copy.words:
            if _REMOTE.match(word.text) and not copy.instruction.flag("checksum") and not _COMMIT.search(word.text):
                at = copy.instruction.at(word.start, word.end)
                yield stage.finding(f"{word.text} is fetched without a checksum: whatever the server sends goes into the image", at=at)
