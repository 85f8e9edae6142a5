"""What a team demands of its readiness: weights, the required percent, windows, phases, gates; the defaults are the documented ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from fnmatch import fnmatchcase

from .model import Span

WEIGHTS: Mapping[str, float] = {"P0": 8, "P1": 4, "P2": 2, "P3": 1}
WINDOWS: Mapping[str, int] = {"P0": 0, "P1": 7, "P2": 30, "P3": 90}  # days
REQUIRED = 85.0  # percent


@dataclass(frozen=True)
class Owner:
    """Who closes the gaps of some rules in some places; globs over rule ids and paths."""

    owner: str
    rules: tuple[str, ...] = ("*",)
    paths: tuple[str, ...] = ("*",)

    def covers(self, rule: str, path: str) -> bool:
        """Whether the entry is about a rule's checks in a file."""
        return any(fnmatchcase(rule, glob) for glob in self.rules) and any(fnmatchcase(path, glob) for glob in self.paths)


@dataclass(frozen=True)
class Phase:
    """A step of the plan: its items (globs over rule ids), when it is due, and how much of it must be done.

    ``min_success`` is a percentage of the items, ``max_deferrals`` how many of them may be left open;
    ``deferred`` are the items left open on purpose, with the reason.
    """

    name: str
    due: str
    items: tuple[str, ...]
    min_success: float | None = None
    max_deferrals: int | None = None
    deferred: Mapping[str, str] = field(default_factory=dict)

    @property
    def implied_success(self) -> float | None:
        """The success rate, in percent, that using up all deferrals leaves."""
        if self.max_deferrals is None:
            return None
        return 100 * max(0, len(self.items) - self.max_deferrals) / len(self.items)


@dataclass(frozen=True)
class Level:
    """A level of maturity, and the rules (globs) that show it."""

    name: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """Open checks that keep a gate shut: those of all the priorities, rules and categories that are named."""

    priorities: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    allow_known_gaps: bool = False


@dataclass(frozen=True)
class Gate:
    """A named condition, such as what must hold before a promotion. Percentages; ``scores`` by category or ``overall``."""

    name: str
    block_if_open: tuple[Block, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    readiness: float | None = None
    coverage: float | None = None
    acceptance: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Honoured:
    """Suppression comments of other tools that count as known gaps: of which tools, who answers for them, until which day."""

    tools: tuple[str, ...]
    owner: str
    until: str


@dataclass(frozen=True)
class WaiverPolicy:
    """What a known gap must be like: at most how many days ahead, a pattern its reason must hold, who may waive a P0.

    ``inline`` are the priorities whose checks a comment may excuse.
    """

    max_days: int | None = None
    ticket: str = ""
    p0_owners: tuple[str, ...] = ()
    inline: tuple[str, ...] = ("P0", "P1", "P2", "P3")
    honoured: Honoured | None = None


# What shows a level; one without a check that shows it is not reached.
MATURITY = (
    Level("infrastructure as code", ("docker.*", "compose.*", "k8s.*", "tf.*", "helm.*", "kustomize.*")),
    Level("under version control", ("repo.no-committed-secrets", "repo.no-committed-env", "tf.no-committed-state", "tf.remote-backend")),
    Level("policy gates in CI", ("gha.iac-scan", "gha.terraform-checks", "gha.image-scan-blocking", "gha.sast", "gha.secret-scan")),
    Level("isolated environments", ("tf.env-separation", "helm.env-values", "kustomize.overlays-per-env", "kustomize.env-differs")),
    Level(
        "self-healing and observed",
        ("k8s.liveness-probe", "k8s.readiness-probe", "k8s.hpa", "argo.self-heal", "k8s.service-monitor", "tf.cloudwatch-alarms"),
    ),
)


@dataclass(frozen=True)
class Policy:
    """All of it. ``aspects`` group categories under a name of the review; ``review_every`` is in days, 0 means no clock."""

    required: float = REQUIRED
    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)
    category_weights: Mapping[str, float] = field(default_factory=dict)
    windows: Mapping[str, int] = field(default_factory=lambda: WINDOWS)
    aspects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    owners: tuple[Owner, ...] = ()
    phases: tuple[Phase, ...] = ()
    acceptance: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gates: Mapping[str, Gate] = field(default_factory=dict)
    maturity: tuple[Level, ...] = MATURITY
    waivers: WaiverPolicy = field(default_factory=WaiverPolicy)
    last_review: str = ""
    review_every: int = 0
    span: Span = field(default_factory=lambda: Span(""))
