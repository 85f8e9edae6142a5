"""Five reviews that people wrote by hand: what each states, and what follows from its own lists.

    python benchmarks/reviews.py

prints the tables of ``reviews.md``. Each file of ``reviews/`` is a ``readiness.yaml`` and, as a second document, lists of
the review's items: how many of each are met, open, known gaps or unknown, with priority, effort and owner where the review gives
them. Settings go through the loader, items become records, and every figure comes from the `Conclusion` that ends a run.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pytest_readiness import Project
from pytest_readiness import settings as settings_file
from pytest_readiness.comparison import compare
from pytest_readiness.conclusion import Conclusion
from pytest_readiness.model import Priority
from pytest_readiness.model import Rule
from pytest_readiness.records import Record

HERE = Path(__file__).parent / "reviews"
OUTCOMES = {"met": "passed", "open": "failed", "gaps": "xfailed", "unknown": "skipped"}
STRENGTH, ELSE = "P1", "P3"  # where a review gives no priority: as it is best for its readiness


class Review:
    """The settings and lists of a review."""

    def __init__(self, name: str, *, deferrals: int = 1) -> None:
        text, _, lists = (HERE / f"{name}.yaml").read_text("utf-8").partition("\n---\n")
        text = text.replace("max-deferrals: 1", f"max-deferrals: {deferrals}")
        self.project = Project.of({"readiness.yaml": text})
        self.settings = settings_file.load(self.project)
        self.lists: dict[str, Any] = yaml.safe_load(lists)
        self.today: datetime.date = self.lists.pop("today")

    def mistakes(self) -> list[str]:
        """What the settings have against each other."""
        rules = [rule for name in self.lists for rule in self.rules(name)]
        return [str(mistake) for mistake in settings_file.mistakes(self.settings, rules, ())]

    def items(self, name: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for category, items in self.lists[name].items():
            for id, item in items.items():
                yield category, id, item

    def rules(self, name: str, *, most: bool = False) -> Iterator[Rule]:
        """A rule for each item; its effort is the least or the most that the review states."""
        for category, id, item in self.items(name):
            effort = item.get("effort", "0h").split("-")[-1 if most else 0]
            yield Rule(id, Priority[_priority(item)], ("review.item",), category, id, "", "", lambda _: (), False, effort=effort)

    def records(self, name: str, reopened: Collection[str]) -> Iterator[Record]:
        """A record for each of an item's checks."""
        for category, id, item in self.items(name):
            outcomes = [outcome for state, outcome in OUTCOMES.items() for _ in range(item.get(state, 0))]
            for number, outcome in enumerate(outcomes):
                yield _record(f"review::{id}[{number}]", id, category, item, "failed" if id in reopened else outcome)

    def report(self, name: str, *, most: bool = False, reopened: Collection[str] = ()) -> dict[str, Any]:
        """The report that the tool makes of a list, with the most effort stated, and with items open that the list has as met."""
        rules = list(self.rules(name, most=most))
        made = Conclusion(self.records(name, reopened), lambda: rules, self.settings.policy, self.project, today=self.today)
        made.facts = {"today": self.today.isoformat(), "commit": None, "partial": []}
        return made.report


def _priority(item: Mapping[str, Any]) -> str:
    return str(item.get("priority") or (STRENGTH if item.get("met") else ELSE))


def _record(id: str, rule: str, category: str, item: Mapping[str, Any], outcome: str) -> Record:
    known = {
        "reason": "planned",
        "owner": item.get("owner", ""),
        "until": str(item.get("until")),
        "kind": "gap",
        "path": "review",
        "line": 1,
    }
    return {
        "id": id,
        "rule": rule,
        "priority": _priority(item),
        "category": category,
        "path": "review",
        "line": None,
        "resource": id,
        "kind": "review.item",
        "environment": None,
        "third_party": False,
        "outcome": outcome,
        "reason": None,
        "findings": [],
        "advice": [],
        "waiver": known if outcome == "xfailed" else None,  # type: ignore[typeddict-item]
    }


@dataclass(frozen=True)
class Figure:
    """What a review states and what the tool computes; they follow when they are the same, unless ``follows`` says so."""

    line: str
    name: str
    stated: str
    computed: str
    why: str = ""
    follows: bool | None = None

    @property
    def holds(self) -> bool:
        return self.stated == self.computed if self.follows is None else self.follows

    def row(self) -> str:
        return f"| {self.line} | {self.name} | {self.stated} | {self.computed} | {'yes' if self.holds else 'no'} | {self.why} |"


def _of(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(row for row in rows if name in (row.get("name"), row.get("priority")))


def _held(row: Mapping[str, Any]) -> str:
    return f"{row['met']} of {row['scored']} listed items hold"


def _hours(report: Mapping[str, Any], phase: str, owner: str | None = None) -> float:
    rows = [row for row in report["plan"]["effort"] if row["phase"] == phase]
    return float(sum(row["hours"] for row in rows if owner in (None, row["owner"])))


def _range(least: float, most: float) -> str:
    return f"{least:g} h" if least == most else f"{least:g}-{most:g} h"


def agent_bus() -> Iterator[Figure]:
    """Review 000."""
    review = Review("000")
    report, stated = review.report("sections"), review.report("scores")
    most = review.report("sections", most=True)
    verdict = report["verdict"]
    sections = (
        ("L108", "Docker", 72, ""),
        ("L128", "CI/CD", 88, ""),
        ("L152", "Kubernetes & Helm", 87, ""),
        ("L181", "IaC", 82, ""),
        ("L209", "Deployment automation", 75, ""),
        ("L231", "Environment configuration", 78, ""),
        ("L251", "Monitoring & Observability", 75, ""),
        ("L276", "Security & Compliance", 82, ""),
        ("L301", "Performance", 95, ""),
        ("L319", "Resilience/DR", 100, "by its own list; L171-199 miss disruption budgets, backups and disaster recovery"),
    )
    for line, name, score, why in sections:
        row = _of(verdict["categories"], name)
        yield Figure(line, f"{name}, of 100", f"{score:.1f}", f"{row['score']}", why or _held(row))
    overall = stated["verdict"]["overall"]
    yield Figure("L14", "overall, of 100", "78.0", f"{overall['score']}", "the mean of its ten scores; it names no weights")
    yield Figure("L14", "the same of its items", "78.0", f"{verdict['overall']['score']}", _held(verdict["overall"]))
    alone = review.report("overall")["verdict"]["overall"]
    yield Figure("L14", "label of 78", "ADVANCED", alone["label"])
    yield Figure("L15", "grade of 78", "A-", alone["grade"], "A- begins at 90")
    for line, name, score in (("L303", "Performance", 95), ("L321", "Resilience/DR", 100)):
        review.lists["one"] = {name: review.lists["scores"][name]}
        yield Figure(line, f"label of {score}", "EXCEPTIONAL", review.report("one")["verdict"]["overall"]["label"])
    ready = review.report("readiness")["verdict"]
    yield Figure("L473", "grade of 92", "A-", ready["overall"]["grade"])
    yield Figure("L473", "grade of its items", "A-", verdict["overall"]["grade"], "no better than C with an open P0 in any case")
    readiness = verdict["readiness"]
    yield Figure(
        "L475",
        "readiness of its items",
        "92.0 %",
        f"{readiness['percent']} %",
        "all strengths count, and of the weaknesses those in its plan only",
    )
    yield Figure("L477", "margin of 92 to 85", "+7.0", f"{ready['readiness']['margin']:+}")
    yield Figure("L477", "margin of its items", "+7.0", f"{readiness['margin']:+}")
    aspects = (
        ("L480", "Performance"),
        ("L481", "Reliability"),
        ("L482", "Security"),
        ("L483", "Scalability"),
        ("L484", "Observability"),
        ("L485", "Deployment"),
    )
    for line, name in aspects:
        row = _of(stated["verdict"]["aspects"], name)
        why = "" if row["standing"] == "ready" else f"{row['score']:g} is below the required 85"
        yield Figure(line, f"{name} is ready", "ready", row["standing"], why)
    reliability = _of(stated["verdict"]["aspects"], "Reliability")
    yield Figure("L481", "score of Reliability", "85.0", f"{reliability['score']}", "its resilience has 100, and no category has 85")
    yield Figure("L492", "risk", "LOW", verdict["risk"], f"{verdict['open_p0']} critical checks are open, with owner and date")
    yield Figure("L565", "verdict", "APPROVED", verdict["verdict"], f"{len(verdict['reasons'])} known gaps of P0 and P1 are its conditions")
    services = {row["rule"]: row for row in _of(review.report("services")["plan"]["matrix"], "P1")["rules"]}
    named = (
        ("L66", "images without health check", "docker.healthcheck"),
        ("L67", "images that run as root", "docker.non-root-user"),
        ("L340", "images that lack hardening", "docker.hardened"),
    )
    for line, name, rule in named:
        yield Figure(line, name, "5 of 6", f"{services[rule]['open']} of {services[rule]['of']}", "those that L117-121 and L343-347 name")
    yield from _phases_of_000(review, report)
    yield from _efforts_of_000(review, report, most)
    yield Figure("L578", "next review", "2025-03-25", report["plan"]["review"]["next"], "nine months before the review; the year is wrong")


def _phases_of_000(review: Review, report: Mapping[str, Any]) -> Iterator[Figure]:
    for line, name in (("L524", "Phase 1"), ("L530", "Phase 2"), ("L537", "Phase 3")):
        phase = _of(report["plan"]["phases"], name)
        of = len(phase["items"])
        why = "its boxes are empty; L561-563 tick them" if name == "Phase 1" else ""
        yield Figure(line, f"{name} done", f"0 of {of}", f"{phase['done']} of {of}", why)
    two, three = review.mistakes()
    with_two = Review("000", deferrals=2).mistakes()[1]
    allowances = (
        ("L534", "Phase 2, 1 deferred", 90, two),
        ("L541", "Phase 3, 1 deferred", 80, three),
        ("L541", "Phase 3, 2 deferred", 80, with_two),
    )
    for line, name, rate, mistake in allowances:
        leaves = mistake.partition("leave ")[2].partition(",")[0]
        yield Figure(line, name, f"{rate} %", leaves, f"a configuration error: `{mistake}`")


def _efforts_of_000(review: Review, report: Mapping[str, Any], most: Mapping[str, Any]) -> Iterator[Figure]:
    def of_items(phase: str, owner: str | None = None) -> str:
        return _range(_hours(report, phase, owner), _hours(most, phase, owner))

    yield Figure("L355", "Docker hardening", "15-20 h", of_items("Phase 1", "DevOps"))
    for line, phase, stated in (("L505", "Phase 1", 100), ("L510", "Phase 2", 360), ("L515", "Phase 3", 400)):
        yield Figure(line, f"{phase}, its items", f"{stated} h", of_items(phase), "the efforts of its items, a day of 8 hours")
    roles = (
        ("L503", "Phase 1", "DevOps", 80),
        ("L504", "Phase 1", "Security", 20),
        ("L508", "Phase 2", "DevOps", 160),
        ("L509", "Phase 2", "Platform", 200),
    )
    for line, phase, owner, stated in roles:
        yield Figure(line, f"{phase}, items of {owner}", f"{stated} h", of_items(phase, owner))
    hours = review.report("hours")
    for line, phase, key, stated in (("L505", "Phase 1", "P0", 100), ("L510", "Phase 2", "P1", 360), ("L515", "Phase 3", "P2", 400)):
        yield Figure(line, f"{phase}, its roles", f"{stated} h", f"{_hours(hours, key):g} h")
    yield Figure("L517", "total of the roles", "860 h", f"{sum(row['hours'] for row in hours['plan']['effort']):g} h")
    weeks = sum(row["person_weeks"] for row in hours["plan"]["effort"])
    yield Figure("L517", "weeks of 860 h", "21-22", f"{weeks:g}", "of one person", 21 <= weeks <= 22)
    due = next(entry["due"] for entry in report["plan"]["remediation"] if entry["priority"] == "P1")
    yield Figure("L394", "high priority, in 4 weeks", "2026-01-22", due, "the date of phase 2 (L529)")
    total = [sum(row["hours"] for row in made["plan"]["effort"]) for made in (report, most)]
    yield Figure("L517", "total of all items", "860 h", _range(*total), "secret rotation is item 12 and in no phase")


def multi_agent() -> Iterator[Figure]:
    """Review 001."""
    review = Review("001")
    report, scores = review.report("sections"), review.report("scores")
    verdict = report["verdict"]
    rows = (
        ("L27", "Reliability", "Resilience/DR", 8.5),
        ("L15", "Security, in the summary", "Security & Compliance", 8.5),
        ("L46", "Security, in its section", "Security & Compliance", 7.5),
        ("L66", "Efficiency", "Performance", 9.0),
        ("L83", "Cost", "Cost", 9.5),
        ("L103", "Observability", "Monitoring & Observability", 7.0),
    )
    for line, name, category, stated in rows:
        row = _of(verdict["categories"], category)
        yield Figure(line, f"{name}, of 10", f"{stated}", f"{row['of_10']}", _held(row))
    review.lists["section"] = {**review.lists["scores"], "Security & Compliance": {"s.security": {"met": 75, "open": 25}}}
    yield Figure("L13", "overall, of 10", "8.5", f"{scores['verdict']['overall']['of_10']}", "the mean of the five scores in the summary")
    lower = review.report("section")["verdict"]["overall"]["of_10"]
    yield Figure("L13", "the same with Security at 7.5", "8.5", f"{lower}", "the score that the section has")
    yield Figure("L13", "the same of its items", "8.5", f"{verdict['overall']['of_10']}", _held(verdict["overall"]))
    by_gaps = review.report("sections", reopened=["tf.managed-db-password"])["verdict"]["verdict"]
    yield Figure(
        "L20", "verdict", "APPROVED", verdict["verdict"], f"by the checklist (L143); by the table of gaps (L60) it would be {by_gaps}"
    )
    actions = review.report("actions")["plan"]["matrix"]
    still = {row["priority"]: row["open"] for row in actions}
    yield Figure("L20", "P1 actions open", "0", f"{still['P1']}")
    yield Figure(
        "L175", "P1 and P2 actions open", "0", f"{still['P1'] + still['P2']}", "pod security standards (L61) and dashboards (L147)"
    )
    yield Figure("L171", "critical risks after", "0", f"{verdict['open_p0']}", "nothing is ranked critical; L60 keeps a high one")
    improved = ("pre.state-locking", "pre.multi-arch", "pre.coordination", "pre.irsa", "tf.managed-db-password", "tf.cloudtrail")
    fixed = compare(review.report("checklist", reopened=improved), review.report("checklist"))["fixed"]
    yield Figure("L171", "critical risks before", "5", f"{len(fixed)}", "the improvements it lists (L178-183), none of them ranked")
    acceptance = review.report("checklist")["plan"]["acceptance"]
    for line, name, stated_done in (("L137", "pre-deployment", "7 of 7"), ("L146", "post-deployment", "0 of 4")):
        found = _of(acceptance, name)
        shown = f"{sum(item['met'] for item in found['items'])} of {sum(item['of'] for item in found['items'])}"
        yield Figure(line, f"{name} items done", stated_done, shown)
    maturity = review.report("levels")["verdict"]["maturity"]
    review.lists["watched"] = {"Governance": {id: item for _, id, item in review.items("levels") if not id.startswith(("k8s.", "app."))}}
    watched = review.report("watched")["verdict"]["maturity"]["value"]
    why = f"of observability alone it is {watched}; probes and circuit breaker (L41-42) are self-healing"
    yield Figure("L131", "maturity level", "4.5", f"{maturity['value']}", why)


def deployment_engine() -> Iterator[Figure]:
    """Review 002."""
    report = Review("002").report("matrix")
    rows = (
        ("L300", "P0", "immediate", "2025-01-07", "L80 ticks its network policies"),
        ("L306", "P1", "1 week", "2025-01-14", ""),
        ("L312", "P2", "1 month", "2025-02-06", ""),
        ("L318", "P3", "later", "2025-04-07", "L172 has its tracing"),
    )
    for line, priority, window, due, why in rows:
        row = _of(report["plan"]["matrix"], priority)
        yield Figure(line, f"{priority} items", "4", f"{row['open']}", why)
        yield Figure(line, f"{priority} due", window, row["due"], "", row["due"] == due)
    yield Figure("L326", "verdict", "not yet", report["verdict"]["verdict"], "", report["verdict"]["verdict"] == "BLOCKED")
    yield Figure("L300", "risk of open P0 items", "CRITICAL", report["verdict"]["risk"])


def platform() -> Iterator[Figure]:
    """Review 003."""
    review = Review("003")
    verdict = review.report("areas")["verdict"]
    rows = (
        ("L7", "Repository & docs", "Governance", "A-"),
        ("L8", "CI/CD", "CI/CD", "B-"),
        ("L9", "Progressive delivery", "Deployment automation", "B"),
        ("L10", "Observability & SLOs", "Monitoring & Observability", "B+"),
        ("L11", "Security", "Security & Compliance", "B"),
        ("L12", "IaC", "IaC", "B"),
        ("L13", "Testing", "Testing", "B"),
        ("L14", "Release management", "Release mgmt", "B+"),
        ("L15", "DR/BCP", "Resilience/DR", "B-"),
    )
    for line, name, category, stated in rows:
        row = _of(verdict["categories"], category)
        yield Figure(line, name, stated, row["grade"], f"{row['met']} of {row['scored']}: {row['score']}")
    matrix = review.report("roadmap")["plan"]["matrix"]
    horizons = (("L62", "P1", "0-2 weeks", 5), ("L70", "P2", "2-6 weeks", 5), ("L81", "P3", "6-12 weeks", 4))
    for line, priority, name, number in horizons:
        yield Figure(line, f"recommendations, {name}", f"{number}", f"{_of(matrix, priority)['open']}")


def governance_system() -> Iterator[Figure]:
    """Review 004."""
    review = Review("004")
    report = review.report("phases")
    rows = (
        ("L28", "Phase 1", 100, ""),
        ("L50", "Phase 2", 100, ""),
        ("L69", "Phase 3", 100, "L184 has the test with the team still to do"),
        ("L89", "Phase 4", 100, "L183 and L189 have the first cycle and the first test still to do"),
        ("L108", "Phase 5", 100, ""),
        ("L173", "24 hours", 100, "on the day of the deployment"),
        ("L180", "7 days", 0, ""),
        ("L187", "30 days", 0, ""),
    )
    for line, name, stated, why in rows:
        yield Figure(line, f"{name}, ticked", f"{stated:.1f} %", f"{_of(report['plan']['phases'], name)['rate']} %", why)
    yield Figure("L242", "verdict", "ready", report["verdict"]["verdict"], "as far as ticks go", report["verdict"]["verdict"] == "APPROVED")
    status = review.report("status")["verdict"]
    yield Figure("L48", "health score", "100.0 %", f"{status['overall']['score']} %")
    yield Figure("L46", "core services", "6", f"{_of(status['categories'], 'Kubernetes & Helm')['met']}", "L150-154 list five")
    yield Figure("L47", "monitoring services", "3", f"{_of(status['categories'], 'Monitoring & Observability')['met']}")
    criteria = review.report("criteria")["verdict"]["overall"]
    met = f"{criteria['met']} of {criteria['met'] + criteria['unknown']}"
    yield Figure("L131", "criteria met", "6 of 6", met, "L139 gives the target as what was measured: unknown")
    yield Figure("L253", "next review", "2025-07-22", report["plan"]["review"]["next"])


REVIEWS = (
    ("000", agent_bus),
    ("001", multi_agent),
    ("002", deployment_engine),
    ("003", platform),
    ("004", governance_system),
)


def tables() -> Iterator[str]:
    """The tables, line by line."""
    counts: list[tuple[str, int, int]] = []
    for name, figures in REVIEWS:
        found = list(figures())
        counts.append((name, len(found), sum(figure.holds for figure in found)))
        yield from (f"## Review {name}", "", "| line | figure | stated | computed | follows | |", "|---|---|---|---|---|---|")
        yield from (figure.row() for figure in found)
        yield ""
    yield from ("## In all", "", "| review | figures | follow |", "|---|---:|---:|")
    yield from (f"| {name} | {number} | {follow} |" for name, number, follow in counts)
    yield f"| all | {sum(count[1] for count in counts)} | {sum(count[2] for count in counts)} |"


if __name__ == "__main__":
    print("\n".join(tables()))
