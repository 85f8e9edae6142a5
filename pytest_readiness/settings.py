"""``readiness.yaml`` as frozen settings; every mistake in it is an error at its line before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from fnmatch import fnmatchcase
from typing import Any

from . import policy_file
from . import schema
from .configuration import Configuration
from .configuration import Environment
from .imports import entry as import_entry
from .model import ParseFailure
from .model import Priority
from .model import Rule
from .model import Span
from .policy import Policy
from .project import Project
from .rego.settings import policies as rego_settings
from .syntax import yaml

NAMES = ("readiness.yaml", "readiness.yml")
_EXPECTED = re.compile(r"(>=|<=|==|>|<)?\s*([0-9]+)").fullmatch


@dataclass(frozen=True)
class Expectation:
    """How many files of a format there must be."""

    format: str
    operator: str
    count: int
    span: Span

    def holds(self, actual: int) -> bool:
        """Whether a number of files is what was expected."""
        verdicts = {">=": actual >= self.count, ">": actual > self.count, "<=": actual <= self.count, "<": actual < self.count}
        return verdicts.get(self.operator, actual == self.count)


@dataclass(frozen=True)
class Settings:
    """What ``readiness.yaml`` says; the defaults are those of a project without one."""

    select: tuple[str, ...] = ("*",)
    ignore: tuple[str, ...] = ()
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    expect: tuple[Expectation, ...] = ()
    configuration: Configuration = field(default_factory=Configuration)
    policy: Policy = field(default_factory=Policy)
    imports: tuple[import_entry.Entry, ...] = ()
    tests: tuple[str, ...] = ()  # the first parts of ids that tests of the project have in their marks
    document: yaml.Document | None = None

    @property
    def names_rules(self) -> bool:
        """Whether anything in the settings names rules, so that they must exist."""
        data = self.document.data if self.document else None
        keys = ("select", "ignore", "priorities", "options", *policy_file.KEYS)
        return isinstance(data, dict) and any(key in data for key in keys)

    def selects(self, rule_id: str) -> bool:
        """Whether a rule is to run."""
        return any(fnmatchcase(rule_id, glob) for glob in self.select) and not any(fnmatchcase(rule_id, glob) for glob in self.ignore)

    def priority(self, rule: Rule) -> Priority:
        """The rule's priority, or what the last matching override says."""
        matching = [priority for glob, priority in self.priorities.items() if fnmatchcase(rule.id, glob)]
        return matching[-1] if matching else rule.priority


def load(project: Project) -> Settings:
    """The settings of a project; raises `ParseFailure` for text that is not YAML or more than one document."""
    found = [name for name in NAMES if project.exists(name)]
    if not found:
        return Settings()
    if len(found) > 1:
        raise ParseFailure(f"there is {found[0]} as well: keep one of them", Span(found[1]))
    documents = project.documents(found[0])
    if not documents:
        return Settings()
    if len(documents) > 1:
        raise ParseFailure("must be one YAML document", documents[1].span)
    for violation in schema.violations(documents[0], "readiness"):
        raise violation
    data = documents[0].data
    assert isinstance(data, yaml.Mapping)
    expect = data.get("expect", {})
    return Settings(
        select=tuple(data.get("select", ("*",))),
        ignore=tuple(data.get("ignore", ())),
        priorities={glob: Priority[name] for glob, name in data.get("priorities", {}).items()},
        options=data.get("options", {}),
        expect=tuple(_expectation(name, value, expect.entry(name)) for name, value in expect.items()),
        configuration=_configuration(data),
        policy=policy_file.policy(data),
        imports=import_entry.entries(data),
        tests=tuple(data.get("tests", ())),
        document=documents[0],
    )


def _configuration(data: yaml.Mapping) -> Configuration:
    rendering, environments = data.get("rendering", {}), data.get("environments", {})
    return Configuration(
        environments=tuple(_environment(name, value or {}, environments.entry(name)) for name, value in environments.items()),
        worlds=tuple(tuple(globs) for globs in data.get("worlds", ())),
        kustomize_helm=rendering.get("kustomize-helm", False),
        render_timeout=float(rendering.get("timeout", Configuration.render_timeout)),
        rego=rego_settings(data),
        goss=frozenset(check["goss"] for check in data.get("live", {}).get("checks", ()) if "goss" in check),
    )


def _environment(name: str, body: Mapping[str, Any], span: Span) -> Environment:
    return Environment(
        name,
        values=tuple(body.get("values", ())),
        set=body.get("set", {}),
        kube_version=str(body.get("kube-version", "")),
        tfvars=tuple(body.get("tfvars", ())),
        workspace=body.get("workspace", ""),
        span=span,
    )


def _expectation(name: str, value: Any, span: Span) -> Expectation:
    found = _EXPECTED(value.strip() if isinstance(value, str) else str(int(value)))  # the schema takes 3.0 for an integer
    assert found
    return Expectation(name, found[1] or "==", int(found[2]), span)


def mistakes(settings: Settings, rules: Iterable[Rule], formats: Iterable[str], platforms: Iterable[str] = ()) -> list[ParseFailure]:
    """What the schema cannot know: globs that name no rule, unknown options or formats, values of a wrong type."""
    if settings.document is None or not isinstance(settings.document.data, yaml.Mapping):
        return []
    data, by_id = settings.document.data, {rule.id: rule for rule in rules}
    # what a tool will have found is not known yet, nor the ids in marks: these go by their first part
    imported = [*(entry.tool for entry in settings.imports if entry.tool), *settings.tests]
    found = [*_globs_of_nothing(settings, data, by_id, imported), *_wrong_options(settings, data, by_id)]
    found += [*policy_file.mistakes(data, by_id, imported), *import_entry.mistakes(data, platforms)]
    known = sorted(set(formats))
    found += [
        ParseFailure(f"expect: no format is called {expected.format!r} (known: {', '.join(known)})", expected.span)
        for expected in settings.expect
        if expected.format not in known
    ]
    return sorted(found, key=lambda failure: failure.span)


def _globs_of_nothing(settings: Settings, data: yaml.Mapping, rules: Iterable[str], imported: Iterable[str]) -> Iterator[ParseFailure]:
    written: list[tuple[str, int | str, str]] = []
    written += [("select", number, glob) for number, glob in enumerate(settings.select) if "select" in data]
    written += [("ignore", number, glob) for number, glob in enumerate(settings.ignore)]
    written += [("priorities", glob, glob) for glob in settings.priorities]
    for key, place, glob in written:
        known = any(fnmatchcase(rule_id, glob) for rule_id in rules)
        unread = imported if key == "priorities" else settings.tests
        if not known and not policy_file.is_of_a_tool(glob, unread):
            # the tool's findings are judged in any case
            hint = f": {key} stands in the tool's entry of imports" if policy_file.is_of_a_tool(glob, imported) else ""
            yield ParseFailure(f"{key}: no rule is called {glob!r}{hint}", yaml.at(data, key, place))


def _wrong_options(settings: Settings, data: yaml.Mapping, rules: Mapping[str, Rule]) -> Iterator[ParseFailure]:
    for rule_id, values in settings.options.items():
        if rule_id not in rules:
            yield ParseFailure(f"options: no rule is called {rule_id!r}", yaml.at(data, "options", rule_id))
            continue
        known = {option.name: option for option in rules[rule_id].options}
        for name, value in values.items():
            place = yaml.at(data, "options", rule_id, name)
            option = known.get(name.replace("-", "_"))
            if option is None:
                listed = ", ".join(known) or "it has none"
                yield ParseFailure(f"options: {rule_id} has no option {name!r} (known: {listed})", place)
            elif not same_type(option.default, value):
                yield ParseFailure(f"options: {rule_id}: {name} must be {type_name(option.default)}, not {value!r}", place)


def same_type(default: Any, value: Any) -> bool:
    """Whether a value from YAML can stand for an option with this default; a list's items are like the default's first."""
    if isinstance(default, (tuple, frozenset, list)):
        sample = next(iter(default), "")
        return isinstance(value, list) and all(same_type(sample, item) for item in value)
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, (int, float))
    return isinstance(value, type(default)) if default is not None else True


def type_name(default: Any) -> str:
    """What an option with this default takes, in the words of YAML."""
    if isinstance(default, (tuple, frozenset, list)):
        return f"a list of {type_name(next(iter(default), '')).partition(' ')[2]}s"
    return {bool: "a boolean", int: "a number", float: "a number"}.get(type(default), "a text")


def rule_settings(rule: Rule, settings: Settings) -> dict[str, Any]:
    """The options of a rule as its check takes them: lists become what the default is."""
    defaults = {option.name: option.default for option in rule.options}
    values = {name.replace("-", "_"): value for name, value in settings.options.get(rule.id, {}).items()}
    return {name: type(defaults[name])(value) if isinstance(value, list) else value for name, value in values.items()}
