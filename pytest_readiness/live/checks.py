"""The declared checks as resources that rules judge."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from functools import partial
from pathlib import Path
from typing import Any

from ..model import DeclaredCheck
from ..model import Finding
from ..model import ParseFailure
from ..rules.live import KIND
from ..unknown import Unresolved
from .contact import CannotAsk
from .contact import Job
from .contact import Line
from .declared import Declared
from .declared import Entry
from .declared import Target
from .declared import secrets
from .measure import Judged
from .measure import Measured
from .secret import Mask


@dataclass(frozen=True, eq=False)
class LiveCheck(DeclaredCheck):
    """One declared check; found out when it is asked for, once. ``line`` is that of its target and ``job`` what it asks there."""

    judge: Callable[[], Judged]
    mask: Callable[[str], str] = str
    line: Line | None = None
    job: Job | None = None

    @cached_property
    def judged(self) -> Judged:
        """What came of it."""
        return self.judge()

    @property
    def measured(self) -> Mapping[str, Any] | None:
        """Target against actual, once it is known."""
        found: Measured | None = self.judged.measured if "judged" in self.__dict__ else None
        return None if found is None else {key: self.mask(v) if isinstance(v, str) else v for key, v in found.record().items()}

    def findings(self) -> Iterator[Finding]:
        """What fails it; raises `Unresolved` where it could not be asked, `ParseFailure` where its answer cannot be judged."""
        judged = self.judged
        yield from (self.advice(self.mask(advice)) for advice in judged.advice)
        yield from (self.finding(self.mask(problem)) for problem in judged.problems)
        if judged.error is not None:
            raise ParseFailure(self.mask(judged.error), self.span)
        if judged.unknown is not None:
            raise Unresolved(self.mask(judged.unknown))


def evidence(declared: Declared, root: Path, now: datetime.datetime) -> Iterator[LiveCheck]:
    """The checks that need nothing but files."""
    from .evidence import judge

    for entry in declared.evidence:
        judging = partial(judge, entry, root, now)
        yield LiveCheck(KIND, entry.name, entry.span, entry.rule, "evidence", entry.priority, judge=judging)


def contacts(declared: Declared, root: Path, environment: Mapping[str, str]) -> Iterator[LiveCheck]:
    """The checks that contact something: for each target whether it can be reached, then its own."""
    mask = Mask(environment.get(name, "") for name in secrets(declared))
    for target in declared.targets:
        reach = Job(lambda client: client.reach(), target.timeout)
        line = Line(target.name, partial(_client, target, root, environment, mask), reach, mask)
        entry = Entry("live.reachable", target.name, target.span, {}, target)
        yield _contact(entry, line, reach, mask)
        for entry in declared.checks:
            if entry.target is target:
                yield _contact(entry, line, Job(partial(_ask, entry), target.budget, despite=partial(_despite, entry)), mask)


def _contact(entry: Entry, line: Line, job: Job, mask: Mask) -> LiveCheck:
    judging = partial(line.result, job)
    return LiveCheck(KIND, entry.name, entry.span, entry.rule, "live", entry.priority, judge=judging, mask=mask, line=line, job=job)


def _client(target: Target, root: Path, environment: Mapping[str, str], mask: Mask) -> Any:
    missing = [name for name in (target.token_env, *target.header_env.values()) if name and not environment.get(name)]
    if missing:
        raise CannotAsk(f"the environment variable {', '.join(missing)} is not set, which target {target.name} needs")
    from .http import Client

    try:
        return Client(target, root, environment, mask)
    except ModuleNotFoundError as error:
        raise CannotAsk(f"{error.name} is needed: pip install 'pytest-readiness[live]'") from None
    except OSError as error:
        raise CannotAsk(f"{target.ca_file}: {error.strerror or error}") from None


def _ask(entry: Entry, client: Any) -> Judged:
    from . import http
    from . import tls

    if _is_tls(entry):
        return tls.judge(entry, client)
    return http.latency(entry, client) if "percentile" in entry.body else http.request(entry, client)


def _is_tls(entry: Entry) -> bool:
    return bool({"tls", "plaintext"} & entry.body.keys())


def _despite(entry: Entry, client: Any) -> bool:
    """A certificate that is not valid makes a target one that cannot be reached, but is what its TLS check is about."""
    return bool(client.untrusted) and _is_tls(entry)


def start(checks: Iterable[LiveCheck]) -> None:
    """Contact the targets of checks that are about to be asked for, all at once."""
    wanted: dict[Line, list[Job]] = {}
    for check in checks:
        if check.line is not None and check.job is not None:
            wanted.setdefault(check.line, []).append(check.job)
    for line, jobs in wanted.items():
        line.want(jobs)
