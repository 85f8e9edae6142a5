"""Ansible playbooks, the tasks and handlers of roles, and files of variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_readiness import Format
from pytest_readiness import ParseFailure
from pytest_readiness import Resource
from pytest_readiness import Span
from pytest_readiness import Unknown
from pytest_readiness.formats.views import View
from pytest_readiness.syntax import yaml

TASKS = ("pre_tasks", "tasks", "post_tasks", "handlers")
BLOCKS = ("block", "rescue", "always")
# what a task may have besides the module that it calls
KEYWORDS = frozenset(
    "action any_errors_fatal args async become become_exe become_flags become_method become_user changed_when check_mode collections"
    " connection debugger delay delegate_facts delegate_to diff environment failed_when ignore_errors ignore_unreachable listen local_action"
    " loop loop_control module_defaults name no_log notify poll port register remote_user retries run_once tags throttle timeout until vars when".split()
)
_PLAYS = re.compile(r"^(?:- |  )(?:hosts|import_playbook|ansible\.builtin\.import_playbook)[ \t]*:", re.MULTILINE)
_LIST = re.compile(r"(?:---.*\n|#.*\n|[ \t]*\n)*-[ \t]").match
_TASK_FILE = re.compile(r"(?:.*/)?(?:tasks|handlers)/[^/]+\.ya?ml").fullmatch
_VARIABLES = re.compile(
    r"(?:.*/)?(?:group_vars|host_vars)/(?:[^/]+/)*[^/]+\.ya?ml|(?:.*/)?roles/[^/]+/(?:vars|defaults)/[^/]+\.ya?ml"
).fullmatch
_PAIR = re.compile(r"(\w+)=(\"[^\"]*\"|'[^']*'|(?:\{\{[^}]*\}\}|\S)+)")


def resolved(value: Any) -> Any:
    """A value as Ansible sees it: what a template makes of it is only known when the playbook runs."""
    return (
        Unknown(f"{value.strip()} is only known when the playbook runs")
        if isinstance(value, str) and re.search(r"\{[{%]", value)
        else value
    )


def is_true(value: Any) -> bool:
    """Whether Ansible takes a value for true: it follows YAML 1.1, where yes is."""
    return str(value).lower() in ("true", "yes", "on", "y", "t", "1")


@dataclass(frozen=True, eq=False)
class Part(Resource):
    """A play or a task: a mapping, and those around it, from the inside out."""

    body: yaml.Mapping
    around: tuple[yaml.Mapping, ...] = ()

    def view(self) -> View:
        return View(self.body, self.span, resolved)

    def get(self, key: str) -> Any:
        """The value of a keyword; None where it is not set."""
        return resolved(self.body.get(key))

    def at(self, *keys: str) -> Span:
        """The place of a value, or of the nearest thing around it."""
        return yaml.at(self.body, *keys)

    def inherited(self, key: str) -> Any:
        """The value of a keyword here, else in the blocks and the play around."""
        found = (body[key] for body in (self.body, *self.around) if body.get(key) is not None)
        return resolved(next(found, None))


@dataclass(frozen=True, eq=False)
class Task(Part):
    """A task or a handler: what it calls, and with what."""

    module: str = ""

    @property
    def is_handler(self) -> bool:
        return self.kind == "ansible.handler"

    def calls(self, *modules: str) -> bool:
        """Whether it calls one of these modules, of whatever collection."""
        return self.module.rpartition(".")[2] in modules

    def argument(self, name: str) -> Any:
        """An argument of the module, below its key, in ``args`` or as ``key=value``; None where it is not given."""
        for given in (self.body.get(self.module), self.body.get("args")):
            pairs = {key: value.strip("'\"") for key, value in _PAIR.findall(given)} if isinstance(given, str) else given
            if isinstance(pairs, dict) and pairs.get(name) is not None:
                return resolved(pairs[name])
            rest = resolved(_PAIR.sub("", given)) if isinstance(given, str) else None
            if isinstance(rest, Unknown):  # a template may hold any argument
                return rest
        return None

    def at_argument(self, name: str) -> Span:
        """The place of an argument, or that of the call."""
        inside = isinstance(self.body.get("args"), dict) and name in self.body["args"]
        return self.at("args" if inside else self.module, name)


@dataclass(frozen=True, eq=False)
class Variables(Part):
    """Variables of a play, or of a file."""

    def written(self) -> Iterator[tuple[str, Any, Span]]:
        """The names and values that are written here, those in mappings too; what the vault encrypts is not."""
        rest = [self.body]
        while rest:
            mapping = rest.pop(0)
            for name, value in mapping.items():
                if isinstance(value, yaml.Mapping):
                    rest.append(value)
                elif mapping.tags.get(name) != "!vault":
                    yield name, value, mapping.entry(name)


class Ansible(Format):
    name = "ansible"
    kinds = ("ansible.play", "ansible.task", "ansible.handler", "ansible.variables")

    def claims(self, path, text):
        if not path.endswith((".yml", ".yaml")):
            return False
        if _VARIABLES(path):
            return not text().startswith("$ANSIBLE_VAULT")
        return bool(_LIST(text())) and bool(_TASK_FILE(path) or _PLAYS.search(text()))

    def resources(self, path, project):
        for document in project.documents(path):
            if _VARIABLES(path):
                if not isinstance(document.data, yaml.Mapping):
                    raise ParseFailure("a file of variables is a mapping of names to values", document.span)
                yield Variables("ansible.variables", "variables", document.data.head, document.data)
            elif _TASK_FILE(path):
                kind = "ansible.handler" if "handlers" in path.split("/")[-2:] else "ansible.task"
                yield from _tasks(document.data, kind, (), document.span)
            else:
                yield from _plays(document.data, document.span)


def _plays(plays: Any, place: Span) -> Iterator[Resource | ParseFailure]:
    if not isinstance(plays, yaml.Sequence):
        raise ParseFailure("a playbook is a list of plays", place)
    for number, play in enumerate(plays):
        if not isinstance(play, yaml.Mapping) or not any("hosts" in key or "import_playbook" in key for key in play):
            yield ParseFailure("a play is a mapping with hosts", plays.item(number))
        elif "hosts" in play:
            name = str(play.get("name") or f"play {number + 1}")
            yield Part("ansible.play", name, play.head, play)
            if isinstance(play.get("vars"), yaml.Mapping):
                yield Variables("ansible.variables", name, play.entry("vars"), play["vars"])
            for key in TASKS:
                if play.get(key) is not None:
                    yield from _tasks(play[key], "ansible.handler" if key == "handlers" else "ansible.task", (play,), play.entry(key))


def _tasks(tasks: Any, kind: str, around: tuple[yaml.Mapping, ...], place: Span) -> Iterator[Resource | ParseFailure]:
    """The tasks of a list, those of its blocks too; what is none fails, and the rest goes on."""
    if not isinstance(tasks, yaml.Sequence):
        yield ParseFailure("tasks are a list", place)
        return
    for number, task in enumerate(tasks):
        if not isinstance(task, yaml.Mapping):
            yield ParseFailure("a task is a mapping with the module that it calls", tasks.item(number))
            continue
        blocks = [key for key in BLOCKS if key in task]
        for key in blocks:
            yield from _tasks(task[key], kind, (task, *around), task.entry(key))
        if blocks:
            continue
        modules = [key for key in task if key not in KEYWORDS and not key.startswith("with_")]
        if len(modules) == 1:
            yield Task(kind, str(task.get("name") or modules[0]), task.head, task, around, module=modules[0])
        elif modules:
            yield ParseFailure(f"a task calls one module, this one {len(modules)}: {', '.join(modules)}", task.entry(modules[1]))
        elif "action" not in task and "local_action" not in task:
            yield ParseFailure("a task calls a module, this one none", task.head)
