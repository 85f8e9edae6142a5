"""What happens after the last check: gates set the exit status, reports are written, known gaps are looked after."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import history
from . import upkeep
from .conclusion import Conclusion
from .git import commit
from .model import ParseFailure
from .packs import told
from .reports.writing import write
from .text import safe

if TYPE_CHECKING:
    from .run import Run

GREEN = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


class Ending:
    """The end of a run, on the controller, when every record is there."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.unwritten: list[str] = []  # reports that could not be written, and why
        self.waiver_lines: list[str] = []  # what the upkeep of known gaps has to say
        self.frozen: tuple[Path, int] | str | None = None

    @cached_property
    def conclusion(self) -> Conclusion:
        """What the records add up to."""
        run = self._run
        made = Conclusion(run.records.values(), run.rules, run.settings.policy, run.project, today=run.today)
        made.demands, made.seconds = run.demands, run.took
        seen = {key: value for key, value in run.looked_at().items() if key not in ("seconds", "deselected")}
        packs = [pack._asdict() for pack in run.packs.installed()]
        made.facts = {**seen, "partial": run.partial, "commit": commit(run.root), "diff": run.diff and run.diff.base, "packs": packs}
        return made

    def conclude(self, session: pytest.Session) -> None:
        """Everything that is written, and the exit status that gates and unwritten reports give a run that was green."""
        run = self._run
        if self.conclusion.shut and run.demands.bypass is None and session.exitstatus in GREEN:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if run.freezer is not None:
            self.frozen = run.freezer.write(run.root, run.records.values())
        if run.upkeep:
            self._look_after_waivers()
        if run.reports:
            self._write_reports()
        if self._on_github:
            self._summarise()
        if run.demands.history is not None:
            self._keep_history(run.demands.history)
        if self.unwritten and session.exitstatus in GREEN:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _write_reports(self) -> None:
        for render, path in self._run.reports:
            try:
                write(path, render(self.conclusion.report))
            except OSError as error:
                self.unwritten.append(f"{path} was not written: {error.strerror or error}")
            except Exception as error:  # noqa: BLE001 - a report, such as one of a pack, costs no other
                self.unwritten.append(f"{path} was not written: {told(error)}")

    def _look_after_waivers(self) -> None:
        run = self._run
        entries = upkeep.audit(run.plan.waivers.all, run.records.values(), run.today)
        self.waiver_lines = upkeep.told(entries)
        if run.upkeep == "prune" and run.partial:
            self.waiver_lines.append(f"nothing is pruned: {'; '.join(run.partial)}")
        elif run.upkeep == "prune":
            try:
                pruned = upkeep.prune(run.root, entries)
                self.waiver_lines.append(f"pruned: {', '.join(safe(str(entry.waiver.span)) for entry in pruned) or 'nothing'}")
            except (OSError, ParseFailure) as error:
                self.unwritten.append(f"the waiver file was not pruned: {error}")

    def _keep_history(self, path: Path) -> None:
        try:
            if not self._run.partial:
                write(path, history.written(self.conclusion.runs))
        except (OSError, history.HistoryError) as error:
            self.unwritten.append(f"{path} was not written: {error}")

    # -- GitHub Actions

    @property
    def _on_github(self) -> bool:
        """Whether a workflow of GitHub is to show what is open."""
        return os.environ.get("GITHUB_ACTIONS") == "true" and self._run.config.getini("readiness_github") and bool(self._run.records)

    def _summarise(self) -> None:
        from .reports import github

        try:
            github.summarise(self.conclusion.report)
        except OSError as error:
            self.unwritten.append(f"{os.environ['GITHUB_STEP_SUMMARY']} was not written: {error.strerror}")

    def commands(self) -> Iterator[str]:
        """Annotations as workflow commands, unless the plugin that makes them for all tests is there."""
        if not self._on_github:
            return
        from .reports import github

        installed = {dist.project_name for _, dist in self._run.config.pluginmanager.list_plugin_distinfo()}
        if github.ANNOTATOR not in installed:
            yield from github.commands(self.conclusion.report, github.prefix(self._run.root, os.environ))
