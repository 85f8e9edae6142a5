"""The layout of a readiness review in Markdown: short enough for a pull-request comment, whole when it is let be longer.

Scanned text is put between backticks or escaped, so that it can neither format nor link nor mention anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from ..planning import WEEK
from ..records import written_place

LIMIT = 65_000  # characters; GitHub refuses a comment with more than 65,536
ICONS = {"APPROVED": "✅", "CONDITIONAL": "⚠️", "BLOCKED": "⛔"}
STANDINGS = {"ready": "✅ ready", "conditional": "⚠️ conditional", "not ready": "⛔ not ready", "not measured": "– not measured"}
WINDOWS = {0: "now"}
SHOWN = 10  # checks of one entry
PLANNED = 100  # entries of the plan
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])")


def render(report: dict[str, Any]) -> str:
    """The review. Where it would be longer than `LIMIT`, gaps are told with fewer places, then fewer gaps, then whole sections are left out."""
    sections = list(_sections(report))
    gaps = list(_gaps(report, SHOWN))
    room = LIMIT - sum(_length(section) for section in sections)
    for shown in (3, 1, 0):
        if sum(map(_length, gaps)) > room:
            gaps = list(_gaps(report, shown))
    told = _within(gaps, room)
    at = next(number for number, section in enumerate(sections) if "## Priority matrix" in section)
    return "\n".join(_cut([*sections[:at], *told, *sections[at:]])) + "\n"


def _length(section: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in section)


def _within(gaps: Sequence[list[str]], room: int) -> list[list[str]]:
    """The first gaps, as many as there is room for; they come by priority."""
    room -= LIMIT // 100  # for the line that says so
    for number, gap in enumerate(gaps):
        room -= _length(gap)
        if room < 0:
            return [*gaps[:number], ["", f"*and {len(gaps) - number} more gaps: see the plan*"]] if number else []
    return list(gaps)


def _cut(sections: Sequence[list[str]]) -> Iterator[str]:
    """The sections that fit, and the names of those that do not."""
    room = LIMIT - LIMIT // 100
    for number, section in enumerate(sections):
        room -= _length(section)
        if room < 0:
            left = [line.removeprefix("## ") for rest in sections[number:] for line in rest if line.startswith("## ")]
            yield ""
            yield f"*Too long for a comment, left out: {', '.join(left)}. They are in the other reports.*"
            return
        yield from section


def _sections(report: Mapping[str, Any]) -> Iterator[list[str]]:
    """All but the gaps."""
    yield list(_summary(report))
    for made in (_scores, _strengths, _matrix, _targets, _plan, _phases, _unknown, _advice, _metadata):
        if lines := list(made(report)):
            yield ["", *lines]


def text(value: object) -> str:
    """Text that means itself in Markdown, on one line."""
    return _quiet(_SPECIAL.sub(r"\\\1", " ".join(str(value).split())))


def authored(value: object) -> str:
    """What the author of a rule wrote, as Markdown without HTML, on one line; what is between backticks stays as it is."""
    folded = " ".join(str(value).split())
    parts = re.split("(`[^`]+`)", folded) if "``" not in folded else [folded]
    return "".join(part if number % 2 else _quiet(part.replace("<", "\\<")) for number, part in enumerate(parts))


def _quiet(value: str) -> str:
    """Without links and mentions."""
    return value.replace("://", ":\u200b//").replace("@", "@\u200b").replace("www.", "www\u200b.")


def code(value: object) -> str:
    """Text between backticks, as many as it takes."""
    shown = str(value).replace("\n", " ").replace("|", "\\|")
    ticks = "`" * (max(map(len, re.findall(r"`+", shown)), default=0) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A table; cells are escaped already, numbers stand at the right."""
    heads = list(heads)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "|".join("---" for _ in heads) + "|"
    for row in rows:
        yield "| " + " | ".join("–" if cell is None else str(cell) for cell in row) + " |"


def _summary(report: Mapping[str, Any]) -> Iterator[str]:
    verdict, overall = report["verdict"], report["verdict"]["overall"]
    readiness = verdict["readiness"]
    bypassed = f" — bypassed: {text(report['bypass'])}" if report["bypass"] and any(not gate["passed"] for gate in report["gates"]) else ""
    yield f"# {ICONS[verdict['verdict']]} Production readiness: {verdict['verdict']}{bypassed}"
    yield ""
    if report["run"]["partial"]:
        yield f"**Of a part of the checks only**: {text('; '.join(report['run']['partial']))}."
        yield ""
    percent = "not measured" if readiness["percent"] is None else f"{readiness['percent']} % ({readiness['margin']:+})"
    yield from table(
        ("Readiness", "Required", "Score", "Grade", "Open P0", "Risk", "Maturity", "Coverage"),
        [
            (
                f"**{percent}**",
                f"{readiness['required']:g} %",
                _score(overall),
                overall["grade"],
                verdict["open_p0"],
                verdict["risk"],
                f"{verdict['maturity']['value']} of {verdict['maturity']['of']}",
                f"{overall['coverage']} %",
            )
        ],
    )
    yield ""
    yield from (f"- {text(reason)}" for reason in verdict["reasons"][:SHOWN])
    if len(verdict["reasons"]) > SHOWN:
        yield f"- and {len(verdict['reasons']) - SHOWN} more"
    for gate in report["gates"]:
        yield ""
        yield f"{'✅' if gate['passed'] else '⛔'} Gate {code(gate['gate'])}: {'open' if gate['passed'] else 'shut'}"
        yield from (f"- {text(reason)}" for reason in gate["reasons"])


def _score(row: Mapping[str, Any]) -> str | None:
    return None if row["score"] is None else f"{row['score']} / 100 · {row['of_10']} / 10"


def _scores(report: Mapping[str, Any]) -> Iterator[str]:
    verdict = report["verdict"]
    yield "## Scores"
    yield ""
    rows = [*verdict["categories"], *verdict["aspects"]]
    yield from table(
        ("Category", "Score", "Grade", "Met", "Known gaps", "Unknown", "Standing"),
        [
            (
                text(row["name"]),
                _score(row),
                row["grade"],
                f"{row['met']} of {row['scored']}",
                row["known_gaps"] or None,
                row["unknown"] + row["unreadable"] or None,
                STANDINGS[row["standing"]],
            )
            for row in rows
        ],
    )
    for row in rows:
        conditions, more = row["conditions"][:SHOWN], len(row["conditions"]) - SHOWN
        if conditions:
            yield ""
            yield f"{text(row['name'])} is ready when"
            yield ""
            yield from (f"- {text(condition)}" for condition in conditions)
            if more > 0:
                yield f"- and {more} more"


def _strengths(report: Mapping[str, Any]) -> Iterator[str]:
    full = [row for row in report["verdict"]["categories"] if row["scored"] and row["met"] == row["scored"]]
    if full:
        yield "## Strengths"
        yield ""
        yield from (f"- **{text(row['name'])}**: all {row['scored']} checks are met" for row in full)


def _gaps(report: Mapping[str, Any], shown: int) -> Iterator[list[str]]:
    """What is open, as a review tells it: impact, remedy, timeline, places."""
    rules = {rule["id"]: rule for rule in report["rules"]}
    places = _places(report)
    for number, entry in enumerate(report["plan"]["remediation"]):
        rule = rules.get(entry["rule"], {})
        count = len(entry["checks"])
        known = f", {entry['known_gaps']} known" if entry["known_gaps"] else ""
        yield [
            *([] if number else ["", "## Gaps"]),
            "",
            f"### {entry['priority']} {authored(entry['title'])} ({code(entry['rule'])}, {count} open{known})",
            "",
            f"- **Impact**: {authored(rule.get('why', ''))}",
            f"- **Remedy**: {authored(entry['remedy'])}",
            f"- **Timeline**: by {entry['due']}{_by(entry['owner'])}, {entry['hours']:g} h",
            *(f"- {code(places.get(check, check))}" for check in entry["checks"][:shown]),
            *([f"- and {count - shown} more"] if shown and count > shown else []),
        ]


def _places(report: Mapping[str, Any]) -> dict[str, str]:
    """Where a check's first finding is, and what it says."""
    found = {}
    for check in report["checks"]:
        for finding in check["findings"][:1]:
            place = written_place(finding)
            found[check["id"]] = f"{place} {check['resource']}: {finding['message']}"
    return found


def _matrix(report: Mapping[str, Any]) -> Iterator[str]:
    yield "## Priority matrix"
    yield ""
    yield from table(
        ("Priority", "Window", "Open", "Known gaps", "Rules (open of judged)"),
        [
            (
                row["priority"],
                WINDOWS.get(row["window_days"], f"{row['window_days']} days, by {row['due']}"),
                row["open"],
                row["known_gaps"],
                ", ".join(f"{code(rule['rule'])} {rule['open']} of {rule['of']}" for rule in row["rules"][:SHOWN])
                + (f" and {len(row['rules']) - SHOWN} more" if len(row["rules"]) > SHOWN else ""),
            )
            for row in report["plan"]["matrix"]
        ],
    )


def _targets(report: Mapping[str, Any]) -> Iterator[str]:
    """Target against actual, of the checks that measure something."""
    measured = [(check, check["measured"]) for check in report["checks"] if check.get("measured")]
    if measured:
        yield "## Target against actual"
        yield ""
        yield from table(
            ("Check", "Target", "Actual", "Margin", ""),
            [
                (
                    code(check["id"]),
                    text(found["target"]),
                    text(found["actual"]),
                    text(found["margin"]),
                    "✅" if check["outcome"] == "passed" else "⛔",
                )
                for check, found in measured
            ],
        )


def _plan(report: Mapping[str, Any]) -> Iterator[str]:
    entries, effort = report["plan"]["remediation"], report["plan"]["effort"]
    if not entries:
        return
    yield "## Remediation plan"
    yield ""
    yield from table(
        ("#", "Priority", "What", "Owner", "Due", "Phase", "Hours"),
        [
            (
                number,
                entry["priority"],
                f"{authored(entry['remedy'])} ({code(entry['rule'])} × {len(entry['checks'])})",
                text(entry["owner"]) or None,
                entry["due"],
                text(entry["phase"]) if entry["phase"] else None,
                f"{entry['hours']:g}",
            )
            for number, entry in enumerate(entries[:PLANNED], 1)
        ],
    )
    if len(entries) > PLANNED:
        yield ""
        yield f"*and {len(entries) - PLANNED} more entries of lower priority*"
    yield ""
    total = sum(row["hours"] for row in effort)
    parts = [f"{text(row['phase'])}{_by(row['owner'])} {row['hours']:g} h" for row in effort[:SHOWN]]
    more = f" and {len(effort) - SHOWN} more" if len(effort) > SHOWN else ""
    yield f"Effort: {total:g} h, {total / WEEK:.1f} person-weeks: {', '.join(parts)}{more}."


def _by(owner: str) -> str:
    return f" ({text(owner)})" if owner else ""


def _phases(report: Mapping[str, Any]) -> Iterator[str]:
    plan = report["plan"]
    for heading, entries in (("## Phases", plan["phases"]), ("## Acceptance", plan["acceptance"])):
        if entries:
            yield heading
            yield ""
        for entry in entries:
            rate = f" — {entry['done']} of {len(entry['items'])}, {entry['rate']} %, due {entry['due']}" if "rate" in entry else ""
            yield f"**{'✅' if entry['passed'] else '⛔'} {text(entry['name'])}**{rate}"
            yield ""
            deferred = {item["rule"]: item["reason"] for item in entry.get("deferred", ())}
            for item in entry["items"]:
                why = f", deferred: {text(deferred[item['rule']])}" if item["rule"] in deferred else ""
                yield f"- [{'x' if item['done'] else ' '}] {code(item['rule'])} {item['met']} of {item['of']}{why}"
            yield ""


def _unknown(report: Mapping[str, Any]) -> Iterator[str]:
    reasons: dict[str, int] = {}
    for check in report["checks"]:
        if check["outcome"] == "skipped":
            reasons[str(check["reason"])] = reasons.get(str(check["reason"]), 0) + 1
    if reasons:
        yield "## Not judged"
        yield ""
        ranked = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        yield from (f"- {count} × {text(reason)}" for reason, count in ranked[:SHOWN])
        if len(ranked) > SHOWN:
            yield f"- and {len(ranked) - SHOWN} more reasons"


def _advice(report: Mapping[str, Any]) -> Iterator[str]:
    advice = [(check, finding) for check in report["checks"] for finding in check["advice"]]
    if advice:
        yield "## Advice"
        yield ""
        for check, finding in advice[:SHOWN]:
            place = written_place(finding)
            yield f"- {code(place + ' ' + check['rule'])}: {text(finding['message'])}"
        if len(advice) > SHOWN:
            yield f"- and {len(advice) - SHOWN} more"


def _metadata(report: Mapping[str, Any]) -> Iterator[str]:
    run, review = report["run"], report["plan"]["review"]
    files = ", ".join(f"{name} {count}" for name, count in run["files"].items())
    packs = "".join(f", {text(pack['name'])} {text(pack['version'])}" for pack in run["packs"])
    told = [f"{run['today']}, pytest-readiness {run['version']}{packs}"]
    told.append(f"{len(report['checks'])} checks on {sum(run['files'].values())} files ({text(files)})")
    if third := sum(check["third_party"] for check in report["checks"]):
        told.append(f"{third} of them of third parties")
    if review:
        told.append(f"next review {review['next']}{', overdue' if review['overdue'] else ''}")
    yield "---"
    yield ""
    yield f"*{'; '.join(told)}*"
