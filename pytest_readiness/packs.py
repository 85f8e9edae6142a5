"""What other plugins and the ``conftest.py`` of the root give: rules with the name and version of their pack."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any
from typing import NamedTuple
from typing import TypeVar

import pytest

from . import builtin
from .authoring import RuleError
from .criteria.python import CONFTEST
from .formats.base import Format
from .model import PACK
from .model import Rule
from .model import Waiver
from .registry import unique
from .text import brief
from .text import safe
from .waivers import wrong

BUILTIN = f"{__package__}.plugin"
T = TypeVar("T")
Render = Callable[[dict[str, Any]], str]
HOOKS = ("formats", "rules", "modify_rules", "waivers", "report")


class Pack(NamedTuple):
    """A distribution with its version; of a plugin that is none, what it is called."""

    name: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class Packs:
    """The plugins of a run that implement our hooks."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._distributions = {
            id(plugin): Pack(dist.project_name, dist.version) for plugin, dist in config.pluginmanager.list_plugin_distinfo()
        }
        self._known: dict[int, tuple[Rule, Rule]] = {}  # rules as they were given, and with their packs
        self._own: tuple[Rule, ...] | None = None

    def installed(self) -> tuple[Pack, ...]:
        """The distributions besides this one that implement a hook of ours, by name."""
        plugins = [plugin for hook in HOOKS for plugin in self._plugins(f"pytest_readiness_{hook}")]
        return tuple(sorted({pack for plugin in plugins if not _is_builtin(plugin) and (pack := self.of(plugin)).version}))

    def formats(self) -> Iterator[Format]:
        """Kinds of files, those of other plugins first."""
        for plugin in self._plugins("pytest_readiness_formats"):
            yield from self._given(plugin, "pytest_readiness_formats", Format)

    def waivers(self) -> Iterator[Waiver]:
        """Known gaps that are kept elsewhere."""
        hook = "pytest_readiness_waivers"
        for plugin in self._plugins(hook):
            for waiver in self._given(plugin, hook, Waiver):
                if reason := wrong(waiver):
                    raise self._wrong(plugin, hook, f"the waiver of {waiver.rule} at {waiver.where}: {reason}")
                yield waiver

    def rules(self, platform: str | None) -> Iterator[Rule]:
        """Every rule of a platform, all of them for None."""
        for plugin in self._plugins("pytest_readiness_rules"):
            yield from self._rules_of(plugin, platform)

    def own(self) -> tuple[Rule, ...]:
        """The rules that are not built in; those of distributions first, whose they stay when others give them as well."""
        if self._own is None:
            plugins = [plugin for plugin in self._plugins("pytest_readiness_rules") if not _is_builtin(plugin)]
            plugins.sort(key=lambda plugin: id(plugin) not in self._distributions)
            self._own = tuple(rule for plugin in plugins for rule in self._rules_of(plugin, None))
        return self._own

    def modify(self, rules: list[Rule]) -> None:
        """Let plugins change the rules of a platform, in place."""
        hook = "pytest_readiness_modify_rules"
        for plugin in self._plugins(hook):
            self._called(plugin, hook, rules=rules)
            self._check(rules, Rule, plugin, hook)

    def reports(self) -> dict[str, Render]:
        """The reports by name; raises a usage error where two are called the same."""
        found: dict[str, tuple[Pack, Render]] = {}
        hook = "pytest_readiness_report"
        for plugin in self._plugins(hook):
            for given in self._called(plugin, hook):
                if not isinstance(given, Mapping) or not all(map(callable, given.values())):
                    raise self._wrong(plugin, hook, f"{brief(repr(given))} is no mapping of names to functions")
                for name, render in given.items():
                    other = found.setdefault(name, (self.of(plugin), render))
                    if other[1] is not render:
                        raise pytest.UsageError(safe(f"two reports are called {name}: one of {other[0]}, one of {self.of(plugin)}"))
        return {name: render for name, (_, render) in found.items()}

    def check(self) -> None:
        """Raise a usage error where two packs have a rule of the same id, or one has that of a built-in one."""
        try:
            rules = unique(self.own())
        except RuleError as error:
            raise pytest.UsageError(safe(str(error))) from None
        if taken := [rule for rule in rules if builtin.rule(rule.id)]:
            raise pytest.UsageError(
                *(safe(f"{rule.id} of {rule.origin} (at {rule.source}) has the id of a built-in rule") for rule in taken)
            )

    # -- calling hooks

    def _plugins(self, hook: str) -> list[object]:
        """Who implements a hook, in the order of their calls; what wraps it gives nothing of its own."""
        found = reversed(getattr(self._config.hook, hook).get_hookimpls())
        return [implementation.plugin for implementation in found if not (implementation.wrapper or implementation.hookwrapper)]

    def _called(self, plugin: object, hook: str, **arguments: Any) -> list[Any]:
        """What one plugin gives, so that it is known who gave what, or failed; what comes one by one is gathered."""
        others = [other for other in self._plugins(hook) if other is not plugin]
        caller = self._config.pluginmanager.subset_hook_caller(hook, others)
        try:
            return [list(given) if isinstance(given, Iterator) else given for given in caller(config=self._config, **arguments)]
        except pytest.UsageError:
            raise
        except RuleError as error:
            raise pytest.UsageError(safe(str(error))) from None
        except Exception as error:
            raise self._wrong(plugin, hook, told(error)) from error

    def _given(self, plugin: object, hook: str, kind: type[T], **arguments: Any) -> list[T]:
        """The things of a kind that one plugin gives."""
        found: list[T] = []
        for given in self._called(plugin, hook, **arguments):
            if not isinstance(given, Iterable):
                raise self._wrong(plugin, hook, f"{brief(repr(given))} is no list of {kind.__name__}s")
            found += given
        self._check(found, kind, plugin, hook)
        return found

    def _check(self, given: Iterable[object], kind: type, plugin: object, hook: str) -> None:
        """Raise a usage error for what is not of a kind."""
        for each in given:
            if not isinstance(each, kind):
                name = brief(getattr(each, "__qualname__", None) or repr(each))
                hint = ": is @rule missing?" if kind is Rule else ": give an instance, not the class" if isinstance(each, type) else ""
                raise self._wrong(plugin, hook, f"{name} is no {kind.__name__}{hint}")

    def _wrong(self, plugin: object, hook: str, reason: str) -> pytest.UsageError:
        return pytest.UsageError(safe(f"{self.of(plugin)}: {hook}: {reason}"))

    def _rules_of(self, plugin: object, platform: str | None) -> Iterator[Rule]:
        for rule in self._given(plugin, "pytest_readiness_rules", Rule, platform=platform):
            yield self._signed(rule, plugin)

    # -- who is who

    def of(self, plugin: object) -> Pack:
        """The pack that a plugin is of: its distribution, or that of its package, or what it is called."""
        if id(plugin) in self._distributions:
            return self._distributions[id(plugin)]
        name = getattr(plugin, "__name__", type(plugin).__module__)
        for other, distribution in self._config.pluginmanager.list_plugin_distinfo():
            if getattr(other, "__name__", "").partition(".")[0] == name.partition(".")[0]:
                return Pack(distribution.project_name, distribution.version)
        file = getattr(plugin, "__file__", None)
        if file and Path(file).is_relative_to(self._config.rootpath):
            return Pack(Path(file).relative_to(self._config.rootpath).as_posix())
        return Pack(str(self._config.pluginmanager.get_name(plugin) or name))

    def _signed(self, rule: Rule, plugin: object) -> Rule:
        """A rule with its pack; the same one each time."""
        if _is_builtin(plugin) or rule.pack != PACK:
            return rule
        if id(rule) not in self._known:
            pack = self.of(plugin)
            self._known[id(rule)] = rule, replace(rule, pack=pack.name, pack_version=pack.version)
        return self._known[id(rule)][1]


def told(error: Exception) -> str:
    """An exception on one line, with the place where it was raised."""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    return f"{type(error).__name__}: {brief(str(error))} ({frame.f_code.co_filename}:{line})"


def _is_builtin(plugin: object) -> bool:
    return getattr(plugin, "__name__", "") == BUILTIN


def conftest(config: pytest.Config) -> Mapping[str, Any] | None:
    """The names of the ``conftest.py`` of the root, none where there is none; None where nothing of the root is to be imported.

    That is where pytest itself would import no ``conftest.py`` of the root: with ``--noconftest``, with ``--confcutdir``
    below the root, or in a run of another directory.
    """
    root = config.rootpath
    cut = config.getoption("confcutdir")
    if config.getoption("noconftest") or (cut and root in Path(cut).absolute().parents):
        return None
    base = config.invocation_params.dir
    named = [os.path.abspath(base / text.partition("::")[0]) for text in config.args]  # noqa: PTH100 - without following links
    existing = [place for place in named if os.path.exists(place)]  # noqa: PTH110 - a name can be too long to ask a Path
    if not any(Path(place).is_relative_to(root) for place in existing or [str(base)]):
        return None
    modules = (plugin for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, ModuleType))
    return next((vars(module) for module in modules if getattr(module, "__file__", None) == str(root / CONFTEST)), {})
