"""Contacting targets: each in a thread of its own, its checks one after the other, and nobody waits longer than is allowed.

The threads are daemons: what hangs where no timeout reaches (a name server, an answer that drips) is left behind.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import NamedTuple

from ..model import ParseFailure
from ..secret import Mask
from ..unknown import Unresolved
from .measure import Judged

GRACE = 1.0  # seconds a check may take beyond its budget before it is given up


class Patience(NamedTuple):
    """Seconds that one contact may take, how often what fails is asked again, and seconds before that."""

    timeout: float = 10.0
    retries: int = 0
    pause: float = 1.0


PATIENCE = Patience()  # where nobody says otherwise


class CannotAsk(Exception):
    """What is needed to ask a target is missing; says what."""


@dataclass(eq=False)
class Job:
    """Something to ask of a target. ``ask`` is given what the line opened, ``despite`` says whether to ask though the target is down.

    ``prepare`` is called before, by whoever wants the job, since a project is read by one thread; what it raises is the result.
    """

    ask: Callable[[Any], Judged]
    budget: float
    despite: Callable[[Any], bool] = lambda _: False
    prepare: Callable[[], None] = lambda: None
    done: threading.Event = field(default_factory=threading.Event)
    result: Judged | None = None


class Line:
    """The way to one target: what is asked of it, in order, by one thread at a time; ``reach`` always first."""

    def __init__(self, name: str, opened: Callable[[], Any], reach: Job, mask: Mask, patience: Patience = PATIENCE) -> None:
        self.name = name
        self._open = opened
        self._reach = reach
        self._mask = mask
        self._patience = patience
        self._lock = threading.Lock()
        self._wanted: dict[Job, None] = {}
        self._queue: deque[Job] = deque()
        self._opened: Any = None
        self._down = self._busy = self._lost = False
        self._deadline = float("inf")
        self._thread: threading.Thread | None = None

    def want(self, jobs: Iterable[Job]) -> None:
        """Begin to ask, unless it has been begun. Called by one thread."""
        new = [job for job in dict.fromkeys((self._reach, *jobs)) if job not in self._wanted]
        for job in new:
            self._prepare(job)
        with self._lock:
            self._wanted |= dict.fromkeys(new)
            new = [job for job in new if not job.done.is_set()]
            if self._lost:
                for job in new:
                    self._finish(job, Judged(unknown=self._hangs))
                return
            self._queue.extend(new)
            if self._busy or not self._queue:
                return
            self._busy = True
            self._deadline = time.monotonic() + self._queue[0].budget + GRACE
        self._thread = threading.Thread(target=self._run, name=f"live {self.name}", daemon=True)
        self._thread.start()

    def result(self, job: Job) -> Judged:
        """What came of a job, as soon as it is there; never later than the budgets of those before it and its own."""
        self.want([job])
        while not job.done.wait(max(0.0, self._deadline - time.monotonic())):
            with self._lock:
                if time.monotonic() >= self._deadline:
                    self._give_up()
        assert job.result is not None
        return job.result

    def close(self) -> None:
        """Give the connection back, unless somebody still hangs on it."""
        with self._lock:
            self._queue.clear()
        if self._thread is not None and not self._lost:
            self._thread.join(GRACE)  # who has just had the last answer is still on the way out
        with self._lock:
            if self._busy or self._opened is None:
                return
        self._opened.close()

    @property
    def _hangs(self) -> str:
        return f"target {self.name} hangs"

    def _prepare(self, job: Job) -> None:
        try:
            job.prepare()
        except Unresolved as unresolved:
            self._finish(job, Judged(unknown=str(unresolved)))
        except ParseFailure as failure:
            self._finish(job, Judged(error=str(failure)))

    def _give_up(self) -> None:
        self._lost = True
        self._queue.clear()
        undone = [job for job in self._wanted if not job.done.is_set()]
        for job in undone[:1]:
            self._finish(job, Judged((f"target {self.name} gave no answer within {job.budget:g} s",)))
        for job in undone[1:]:
            self._finish(job, Judged(unknown=self._hangs))

    def _finish(self, job: Job, result: Judged) -> None:
        if not job.done.is_set():  # the first word is the last: a thread that comes back late is not heard
            job.result = result
            job.done.set()

    def _run(self) -> None:
        while True:
            with self._lock:
                if self._lost or not self._queue:
                    self._busy = self._lost
                    return
                job = self._queue.popleft()
            result = self._answered(job)
            with self._lock:
                self._down = self._down or (job is self._reach and bool(result.problems or result.error))
                self._finish(job, result)

    def _answered(self, job: Job) -> Judged:
        """What came of a job in the end: what fails is asked again as often as is allowed, a measurement stands."""
        self._deadline = time.monotonic() + job.budget + GRACE
        result = self._asked(job)
        pause = self._patience.pause
        for _ in range(self._patience.retries):
            if not result.problems or result.measured is not None or self._lost:
                break
            self._deadline = time.monotonic() + pause + job.budget + GRACE
            time.sleep(pause)
            result = self._asked(job)
        return result

    def _asked(self, job: Job) -> Judged:
        try:
            if job is self._reach and self._opened is None:
                self._opened = self._open()
            if self._down and (self._opened is None or not job.despite(self._opened)):
                return Judged(unknown=f"target {self.name} cannot be reached")
            self._opened.begin(job.budget)
            return job.ask(self._opened)
        except CannotAsk as error:
            return Judged(error=str(error))
        except Exception as error:  # noqa: BLE001 - a thread must answer; and a traceback might show a secret
            return Judged(error=self._mask(f"{type(error).__name__}: {error}"))


def finish(lines: Iterable[Line]) -> None:
    """Close what is open; nobody waits for what hangs."""
    for line in lines:
        with suppress(Exception):
            line.close()
