"""What a run reads before it collects: the project, its settings, and whose rules there are."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from . import builtin
from . import settings as settings_file
from .configuration import Configuration
from .criteria import load as criteria_files
from .criteria import python
from .criteria.files import CriteriaFiles
from .criteria.load import Criteria
from .model import ParseFailure
from .model import Rule
from .packs import Packs
from .packs import conftest
from .plan import OF_THE_RUN
from .project import Project
from .registry import Registry
from .text import safe
from .tree import DiskTree


class Opening:
    """The project of a run with its settings, criteria and packs; raises UsageError for what is wrong with them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.root = config.rootpath
        self.packs = Packs(config)
        self.configuration = Configuration()
        self.criteria = Criteria()
        self.open()
        self.settings = self._settings()
        self.project.configuration = self.configuration = self.settings.configuration
        if mistakes := [mistake for format_ in self.project.formats for mistake in format_.mistakes(self.project)]:
            raise pytest.UsageError(*(safe(str(mistake)) for mistake in mistakes))

    def open(self, named: Iterable[str] = ()) -> None:
        """Open the project as the root is now, with files and directories that the command line names."""
        within = self._config.getini("readiness_paths")
        missing = [path for path in within if not (self.root / path).exists()]
        if missing:
            raise pytest.UsageError(f"readiness_paths: there is no {', '.join(missing)} below {self.root}")
        within = [*within, *OF_THE_RUN] if within else []
        tree = DiskTree(self.root, within=within, exclude=self._config.getini("readiness_exclude"), named=named)
        self.project = Project(tree, list(self.packs.formats()), self.configuration)

    def _settings(self) -> settings_file.Settings:
        try:
            settings = settings_file.load(self.project)
        except ParseFailure as failure:
            raise pytest.UsageError(safe(str(failure))) from None
        self.project.configuration = settings.configuration
        self.criteria, settings = self._criteria(settings)
        self.registry = Registry(self._gather, settings, self.packs.modify)
        if settings.document is not None:
            rules = self._all_rules() if settings.names_rules else ()
            names = [format_.name for format_ in self.project.formats]
            if mistakes := settings_file.mistakes(settings, rules, names, builtin.platforms()):
                raise pytest.UsageError(*(safe(str(mistake)) for mistake in mistakes))
        return settings

    def _gather(self, platform: str | None) -> Iterator[Rule]:
        yield from self.packs.rules(platform)
        yield from self.criteria.rules(platform)
        yield from self._policies(platform)

    def _policies(self, platform: str | None) -> Iterator[Rule]:
        """The rules that are policies in Rego."""
        if self.project.configuration.rego is not None and platform in (None, "rego"):
            from .rego.rules import rules as of_policies

            yield from of_policies(self.project)

    def _criteria(self, settings: settings_file.Settings) -> tuple[Criteria, settings_file.Settings]:
        """The criteria of the project, and the settings with those who close their gaps."""
        kinds = [kind for format_ in self.project.formats for kind in format_.kinds]
        self.packs.check()
        names = conftest(self._config)
        self.not_loaded = self._not_loaded(names)
        found, mistakes = criteria_files.load(self.project, self.rule, self._rule_names, kinds, names)
        if mistakes:
            raise pytest.UsageError(*(safe(str(mistake)) for mistake in mistakes))
        policy = replace(settings.policy, owners=(*found.owners, *settings.policy.owners))
        return found, replace(settings, policy=policy) if found.owners else settings

    def _not_loaded(self, names: Mapping[str, Any] | None) -> dict[str, str]:
        """The files of criteria that are not loaded, with the reason."""
        found = {} if names is not None else dict.fromkeys(python.files(self.project), "pytest loads no conftest.py of this root either")
        if self._config.getini("readiness_paths") and (self.root / python.FOLDER).is_dir():
            exclude = self._config.getini("readiness_exclude")
            folder = Project(DiskTree(self.root, within=[python.FOLDER], exclude=exclude), [CriteriaFiles()])
            left_out = (path for path in folder.paths if folder.format_of(path) and not self.project.exists(path))
            found |= dict.fromkeys(left_out, "readiness_paths leaves it out")
        return found

    def rule(self, name: str) -> Rule | None:
        """The rule of an id, whoever it comes from: criteria as well, once they are loaded."""
        rules = (*self.packs.own(), *self.criteria.rules(None), *self._policies(name.partition(".")[0]))
        return next((rule for rule in rules if rule.id == name), None) or builtin.rule(name)

    def _rule_names(self) -> list[str]:
        return [rule.id for rule in self._gather(None)]

    def _all_rules(self) -> tuple[Rule, ...]:
        return Registry(self._gather, settings_file.Settings()).rules
