"""Time to finish."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_readiness import P2
from pytest_readiness import Finding
from pytest_readiness import is_unknown
from pytest_readiness import rule
from pytest_readiness.formats.kubernetes.objects import Pod
from pytest_readiness.formats.kubernetes.objects import dig
from pytest_readiness.formats.kubernetes.objects import whole

SLEEP = re.compile(r"\bsleep\s+(?P<seconds>[0-9]{1,6})\b")
KEY = "terminationGracePeriodSeconds"


def pauses(pod: Pod) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    """How long the preStop hooks of containers sleep, and where."""
    for section, index, body in pod.containers:
        seconds = dig(body, "lifecycle", "preStop", "sleep", "seconds")
        place = (section, index, "lifecycle", "preStop")
        if isinstance(seconds, int):
            yield seconds, place
        command = dig(body, "lifecycle", "preStop", "exec", "command")
        words = [str(word) for word in command if not is_unknown(word)] if isinstance(command, list) else []
        if found := SLEEP.search(" ".join(words)):
            yield int(found["seconds"]), place


@rule(
    "k8s.termination-grace",
    P2,
    on="k8s.pod",
    when=lambda pod: pod.setting(KEY) is not None or any(True for _ in pauses(pod)),
    category="Deployment automation",
    remedy="give the pod more seconds than its preStop hook sleeps",
)
def check(pod: Pod) -> Iterator[Finding]:
    """A pod has time to finish what it does.

    With a grace period of zero it is killed in the middle of a write, and a preStop hook that sleeps as long as the grace
    period (thirty seconds where nothing is said) leaves the process none of it.

    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: db}
    spec:
      terminationGracePeriodSeconds: 0  # <--
      containers: [{name: db, image: "db:1"}]
    ```
    ```yaml bad
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: web:1
          lifecycle:
            preStop:  # <-- the whole of the 30 seconds
              exec: {command: [sleep, "30"]}
    ```
    ```yaml good
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      terminationGracePeriodSeconds: 60
      containers: [{name: web, image: "web:1", lifecycle: {preStop: {sleep: {seconds: 15}}}}]
    ```
    """
    written = whole(pod.setting(KEY))
    grace = 30 if written is None else written
    if written is not None and written <= 0:
        yield pod.finding("is killed without any time to finish", pod.place(KEY))
        return
    for seconds, keys in pauses(pod):
        if seconds >= grace:
            yield pod.finding(f"its preStop hook sleeps for {seconds} of {grace} seconds, then it is killed", pod.place(*keys))
