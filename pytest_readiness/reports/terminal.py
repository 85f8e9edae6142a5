"""What a run says at its beginning and end in the terminal."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

from ..history import spark
from ..model import Priority
from ..records import written_place
from ..text import fitted
from ..text import safe

if TYPE_CHECKING:
    import pytest

    from ..records import Record
    from ..run import Run

OUTCOMES = ("failed", "xpassed", "error", "xfailed", "skipped", "passed")
HEADINGS = {"failed": "failed", "xpassed": "gap closed", "error": "error", "xfailed": "known gap", "skipped": "unknown", "passed": "passed"}
HEADING = 12  # characters
LISTED = 10  # lines of a list before it is cut; -v shows all
SOON = 14  # days
TREND = 40  # runs
COMPARED = {
    "newly_failing": "now fails",
    "newly_unjudged": "now unknown",
    "fixed": "fixed",
    "new_open": "new and open",
    "gone": "gone",
}


def collected(run: Run) -> list[str]:
    """The line after pytest's own "collected n items"."""
    facts = run.looked_at()
    if not facts["files"]:
        return [f"readiness: {_nothing(run, facts)}"] if _is_concerned(run) else []
    return [f"readiness: {_files(facts['files'])} in {safe(facts['root'])}"]


def _is_concerned(run: Run) -> bool:
    """Whether a run that found nothing has to say so: not one of a few ordinary tests, where readiness is on by the ini file."""
    return run.plan.scope.whole or run.only or bool(run.config.getoption("readiness"))


def _nothing(run: Run, facts: dict[str, Any]) -> str:
    plan = run.plan
    if not run.found_nothing if plan.scope.whole else run.tests.rules or any(map(plan.checks, plan.files)):
        return "no infrastructure file: what is judged is declared"
    if not plan.scope.whole:
        return f"no infrastructure file found in {safe(', '.join((*run.plan.scope.directories, *run.plan.scope.files)) or 'what was asked for')}"
    return f"no infrastructure file found in {safe(facts['root'])}: {facts['looked_at']} files looked at, none of a known format"


def _files(files: dict[str, int]) -> str:
    return f"{_count(sum(files.values()), 'file')} (" + ", ".join(f"{name} {count}" for name, count in files.items()) + ")"


def summary(run: Run, reporter: pytest.TerminalReporter) -> None:
    """The section at the end: what was read, the checks by priority and outcome, and what needs attention."""
    facts, records = run.looked_at(), list(run.records.values())
    verbose = run.config.get_verbosity() > 0
    if not facts["files"] and not records and not _is_concerned(run):
        return
    reporter.write_sep("=", "readiness")  # unlike section(), this ends the line of progress first
    for line in _lines(run, facts, records, verbose=verbose):
        reporter.write_line(line)


def _lines(run: Run, facts: dict[str, Any], records: list[Record], *, verbose: bool) -> Iterator[str]:
    if not facts["files"]:
        yield _nothing(run, facts)
    else:
        left_out = [f"{count} {reason}" for reason, count in facts["left_out"].items()]
        yield _row("read", _files(facts["files"]) + (f"; left out: {', '.join(left_out)}" if left_out else ""))
    if facts["not_read"]:
        yield from _list("not read", ["YAML of unknown format that cannot be parsed", *facts["not_read"]], verbose=verbose)
    yield from _policies(run)
    yield from _list("not loaded", [f"{safe(path)}: {reason}" for path, reason in sorted(run.opening.not_loaded.items())], verbose=verbose)
    if records:
        yield from _table(records)
        yield from _third_party(records)
        yield from _targets(records, verbose=verbose)
        yield from _score_card(run.ending.conclusion.verdict, brief=run.config.get_verbosity() < 0)
        yield from _over_time(run, verbose=verbose)
        yield from _list("only a part", [safe(reason) for reason in run.partial], verbose=True)
    if sleeping := run.plan.sleeping + run.tests.sleeping:
        declared = _count(sleeping, "live check")
        yield _row("live", f"{declared} declared and not run; --readiness-live contacts what they are about")
    if unused := _unused(run):
        yield _row("live", unused)
    unknown = Counter((record["reason"] or "").removeprefix("unknown: ") for record in records if record["outcome"] == "skipped")
    yield from _list("unknown", [f"{count} x {reason}" for reason, count in unknown.most_common()], verbose=verbose)
    unreadable = [record for record in records if record["rule"] == "readiness.parses" and record["outcome"] == "failed"]
    yield from _list("unreadable", [record["path"] for record in unreadable], verbose=verbose)
    yield from _gaps(run, records)
    advice = [f"{written_place(item)}: {record['rule']}: {item['message']}" for record in records for item in record["advice"]]
    if advice:
        yield from _list("advice", advice if verbose else [f"{len(advice)} (listed with -v)"], verbose=verbose)
    yield from _list("waivers", run.ending.waiver_lines, verbose=True)
    yield from _gates(run)
    yield from _written(run)
    if run.config.option.durations is not None:
        slowest = Counter(facts["seconds"]) + run.seconds
        yield _row("slowest", ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slowest.most_common(8)))


def _written(run: Run) -> Iterator[str]:
    """What the run wrote to disk."""
    frozen = run.ending.frozen
    if isinstance(frozen, str):
        yield _row("freeze", f"nothing written: {frozen}")
    elif frozen:
        yield _row("freeze", f"{_count(frozen[1], 'known gap')} added to {safe(str(frozen[0]))}; the next run expects them")
    written = [str(path) for _, path in run.reports if not any(line.startswith(f"{path} ") for line in run.ending.unwritten)]
    yield from (_row("report", safe(path)) for path in written)
    yield from (_row("REPORT", safe(line)) for line in run.ending.unwritten)


def _unused(run: Run) -> str:
    """The goss files that no check runs."""
    if not run.plan.scope.whole or not run.project.files("goss"):
        return ""
    from ..goss.format import unused

    found = unused(run.project)
    if not found:
        return ""
    first = safe(found[0]) + (", ..." if len(found) > 1 else "")
    return f"{_count(len(found), 'goss file')} ({first}) run on no host: declare a check with goss: {safe(found[0])}"


def _policies(run: Run) -> Iterator[str]:
    """The policies that lie where conftest looks for them and that no setting names."""
    found = [path for path in run.project.paths if path.startswith("policy/") and path.endswith(".rego")]
    if found and run.project.configuration.rego is None:
        first = safe(found[0]) + (", ..." if len(found) > 1 else "")
        verb = "was" if len(found) == 1 else "were"
        yield _row("policies", f"{_count(len(found), 'policy file')} ({first}) {verb} not run: readiness.yaml has no rego")


def _row(heading: str, text: str) -> str:
    return f"{heading:<{HEADING}}{text}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _list(heading: str, entries: list[str], *, verbose: bool) -> Iterator[str]:
    """Entries below each other behind one heading, cut unless verbose."""
    shown = entries if verbose else entries[:LISTED]
    for number, line in enumerate(shown):
        yield _row(heading if number == 0 else "", line)
    if len(entries) > len(shown):
        yield _row("", f"... and {len(entries) - len(shown)} more (all with -v)")


def _table(records: list[Record]) -> Iterator[str]:
    """Checks by priority and outcome; outcomes nobody has are left out."""
    counts = Counter((record["priority"], record["outcome"]) for record in records)
    columns = [outcome for outcome in OUTCOMES if any(key[1] == outcome for key in counts)]
    yield _row("checks", "") + "".join(f"{HEADINGS[outcome]:>11}" for outcome in columns)
    for priority in Priority:
        if any(key[0] == priority.name for key in counts):
            yield _row(f"  {priority.name}", "") + "".join(f"{counts[priority.name, outcome] or '.':>11}" for outcome in columns)


def _score_card(verdict: dict[str, Any], *, brief: bool) -> Iterator[str]:
    """Scores by category, and the verdict with its reasons."""
    rows = [] if brief else [*verdict["categories"], *verdict["aspects"], {"name": "overall", **verdict["overall"]}]
    for number, row in enumerate(rows):
        if number == 0:
            yield _row("score", f"{'category':<28}{'score':>7}{'grade':>7}{'met':>13}{'unknown':>9}")
        shown = [str(row[key]) if row[key] is not None else "-" for key in ("score", "grade")]
        met = f"{row['met']} of {row['scored']}"
        unknown = row["unknown"] + row["unreadable"] or "."
        yield _row("", f"{fitted(safe(row['name']), 28)}{shown[0]:>7}{shown[1]:>7}{met:>13}{unknown:>9}")
    readiness, maturity = verdict["readiness"], verdict["maturity"]
    required = f"{readiness['required']:g} %"
    if readiness["percent"] is None:
        told = f"not measured, {required} is required"
    else:
        told = f"{readiness['percent']} %, {readiness['margin']:+} to the required {required}"
    yield _row("readiness", f"{told}; risk {verdict['risk']}, maturity {maturity['value']} of {maturity['of']}")
    yield from _list("verdict", [verdict["verdict"], *(f"  {safe(reason)}" for reason in verdict["reasons"])], verbose=False)


def _gates(run: Run) -> Iterator[str]:
    """The gates that were asked for, and what keeps them shut."""
    if not run.demands.any:
        return
    for gate in run.ending.conclusion.report["gates"]:
        yield _row("gate", f"{safe(gate['gate'])}: {'open' if gate['passed'] else 'SHUT'}")
        yield from (_row("", f"  {safe(reason)}") for reason in gate["reasons"])
    if run.demands.bypass is not None and run.ending.conclusion.shut:
        yield _row("BYPASSED", f"{_count(len(run.ending.conclusion.shut), 'shut gate')}: {run.demands.bypass}")


def _over_time(run: Run, *, verbose: bool) -> Iterator[str]:
    """What changed since an earlier run, and the trend."""
    compared = run.ending.conclusion.comparison
    if compared is not None:
        moved = [f"{safe(row['name'])} {row['before']} to {row['after']} ({row['delta']:+})" for row in compared["scores"] if row["delta"]]
        yield from _list("compared", moved or ["no score moved"], verbose=verbose)
        for key, told in COMPARED.items():
            yield from _list("", [f"{told}: {safe(id)}" for id in compared[key]], verbose=verbose)
    if run.demands.history is not None:
        runs = run.ending.conclusion.runs[-TREND:]
        values = [known.get("readiness") for known in runs]
        yield _row("trend", f"{spark(values)} readiness {' '.join('-' if value is None else f'{value:g}' for value in values[-5:])}")


def _targets(records: list[Record], *, verbose: bool) -> Iterator[str]:
    """Target against actual, what was missed first."""
    ranked = sorted(records, key=lambda record: (record["outcome"] == "passed", record["priority"], record["id"]))
    rows = [("what", "target", "actual", "margin", "")]
    for record in ranked:
        if (found := record["measured"]) is not None:
            what = f"{record['rule'].partition('.')[2]}[{record['resource']}]"
            rows.append((what, found["target"], found["actual"], found["margin"], HEADINGS[record["outcome"]]))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join((*(f"{row[column]:<{widths[column]}}" for column in range(4)), row[4])).rstrip() for row in rows]
    yield from _list("targets", lines if len(lines) > 1 else [], verbose=verbose)


def _third_party(records: list[Record]) -> Iterator[str]:
    """Which of the checks are about what somebody else wrote."""
    counts = Counter(record["outcome"] for record in records if record["third_party"])
    if counts:
        told = ", ".join(f"{counts[outcome]} {HEADINGS[outcome]}" for outcome in OUTCOMES if counts[outcome])
        yield _row("third party", f"{told}; leave them out with -m 'not third_party'")


def _gaps(run: Run, records: list[Record]) -> Iterator[str]:
    waived = [(record, record["waiver"]) for record in records if record["waiver"] is not None]
    if not waived:
        return
    open_gaps = [waiver for record, waiver in waived if record["outcome"] == "xfailed"]
    lapsed = {(waiver["path"], waiver["line"]) for _, waiver in waived if waiver["until"] < run.today.isoformat()}
    soon = (run.today + datetime.timedelta(days=SOON)).isoformat()
    lapsing = {(waiver["path"], waiver["line"]) for waiver in open_gaps if waiver["until"] <= soon}
    line = f"{len(open_gaps)} open"
    line += f", {_count(len(lapsed), 'waiver')} lapsed" if lapsed else ""
    yield _row("known gaps", line + (f", {len(lapsing)} to lapse within {SOON} days" if lapsing else ""))
