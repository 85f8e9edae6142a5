"""What ``terraform show -json`` says of a plan or a state: the instances, their values, and what must not be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.json_places import Key
from ...syntax.json_places import Source
from .plan_addresses import KEY
from .plan_addresses import Path
from .plan_addresses import prefix
from .plan_addresses import split

VERSIONS = ("0", "1")  # of format_version: the part before the dot
MAX_LEVELS = 50  # modules within modules
HIDDEN = "(sensitive)"
_LONG = 4  # characters of a text that is looked for anywhere, not as a word alone
_WORD = re.compile(r"[\w.-]+")
_TAIL = re.compile(rf"(?:{KEY})?")


@dataclass(frozen=True, eq=False)
class Instance:
    """One instance of a resource or data source: its values, what of them is unknown and what must not be shown.

    ``keys`` lead to the values in the JSON, ``head`` to what stands for the instance there.
    """

    path: Path
    mode: str
    type: str
    name: str
    key: str
    values: dict[str, Any]
    unknown: dict[str, Any]
    sensitive: Any
    keys: tuple[Key, ...]
    head: tuple[Key, ...]

    @property
    def base(self) -> str:
        """What the module calls the resource: ``aws_db_instance.main``."""
        return f"{'data.' if self.mode == 'data' else ''}{self.type}.{self.name}"

    @property
    def address(self) -> str:
        """The same of the instance: ``aws_db_instance.main[0]``."""
        return f"{self.base}{self.key}"


def is_plan(text: str) -> bool:
    """Whether a text is the JSON of a plan or a state; asked of its beginning where it is huge."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{") or '"format_version"' not in text:
        return False
    if not re.search(r'"format_version"\s*:\s*"?\d', text):
        return False
    if any(f'"{name}"' in text for name in ("planned_values", "resource_changes")):
        return True
    return '"terraform_version"' in text and ('"root_module"' in text or re.search(r'"(values|variables)"\s*:\s*\{', text) is not None)


class PlanFile:
    """The JSON of a plan or a state. Raises `ParseFailure` where it is none that we read; parts of a wrong shape are in ``failures``."""

    def __init__(self, path: str, text: str) -> None:
        self.source = Source(path, text)
        self.path = path
        self.failures: list[ParseFailure] = []
        data = self.source.data
        if not isinstance(data, dict):
            raise ParseFailure("a plan is a JSON object", Span(path, 1, 1, 1, 2))
        self.data: dict[str, Any] = data
        version = data.get("format_version")
        if not isinstance(version, str) or version.split(".")[0] not in VERSIONS:
            shown = repr(version)[:20].replace("'", '"')
            raise ParseFailure(f"is of format_version {shown}: versions 0.x and 1.x are read", self.place("format_version"))

    def __repr__(self) -> str:
        return f"<PlanFile {self.path}>"

    def place(self, *keys: Key, key_only: bool = False) -> Span:
        """Where keys lead to, or the nearest enclosing entry."""
        while keys:
            entry = self.source.find(*keys)
            if entry is not None:
                return self.source.place(entry, key_only=key_only)
            keys, key_only = keys[:-1], True
        return Span(self.path, 1, 1, 1, 2)

    def exists(self, *keys: Key) -> bool:
        """Whether keys lead to something."""
        return self.source.find(*keys) is not None

    # -- reading what may be of any shape

    def _fail(self, reason: str, *keys: Key) -> None:
        if len(self.failures) < 100:
            self.failures.append(ParseFailure(reason, self.place(*keys, key_only=True)))

    def mapping(self, node: Any, *keys: Key) -> dict[str, Any]:
        """An object, or an empty one and a failure for anything else that stands there."""
        if isinstance(node, dict):
            return node
        if node is not None:
            self._fail(f"{keys[-1] if keys else 'the plan'} must be an object", *keys)
        return {}

    def items(self, node: Any, *keys: Key) -> Iterator[tuple[dict[str, Any], tuple[Key, ...]]]:
        """The objects of a list with the keys that lead to each."""
        if node is None:
            return
        if not isinstance(node, list):
            self._fail(f"{keys[-1]} must be a list", *keys)
            return
        for index, item in enumerate(node):
            if isinstance(item, dict):
                yield item, (*keys, index)
            else:
                self._fail(f"an item of {keys[-1]} must be an object", *keys, index)

    # -- what it says

    @cached_property
    def incomplete(self) -> str | None:
        """Why something may be missing in it, None where it is all there is."""
        if self.data.get("errored") is True:
            return f"{self.path} is the plan of a run that ended with an error"
        if self.data.get("complete") is False:
            return f"{self.path} is a part of a plan only (-target, or changes that were deferred)"
        return f"{self.path} cannot be read as a whole" if self.failures else None

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """Everything that exists once the plan is applied, in its order."""
        found: dict[str, Instance] = {}
        changes = "resource_changes" in self.data
        if changes:
            for change, keys in self.items(self.data["resource_changes"], "resource_changes"):
                self._add(found, self._changed(change, keys))
        name = next((name for name in ("planned_values", "values") if not changes and name in self.data), None)
        if name is not None:
            for each in self._of_values(self.mapping(self.data[name], name), name):
                self._add(found, each)
        before = self.mapping(self.data.get("prior_state"), "prior_state")
        for each in self._of_values(self.mapping(before.get("values"), "prior_state", "values"), "prior_state", "values"):
            if each.mode == "data":  # what was read while planning stands there alone
                self._add(found, each, again=False)
        return tuple(found.values())

    def _add(self, found: dict[str, Instance], made: Instance | None, *, again: bool = True) -> None:
        if made is None:
            return
        address = f"{prefix(made.path)}{made.address}"
        if address not in found:
            found[address] = made
        elif again:
            self._fail(f"{address} comes twice", *made.head)

    def _changed(self, item: dict[str, Any], keys: tuple[Key, ...]) -> Instance | None:
        change = self.mapping(item.get("change"), *keys, "change")
        actions = change.get("actions")
        if not isinstance(actions, list) or not all(isinstance(action, str) for action in actions):
            self._fail("actions must be a list of words", *keys, "change", "actions")
            return None
        if "deposed" in item or actions in (["delete"], ["forget"], []) or (change.get("after") is None and actions != ["read"]):
            return None  # nothing is left of it
        values = self.mapping(change.get("after"), *keys, "change", "after")
        unknown = change.get("after_unknown")
        unknown = {} if unknown in (None, False) else self.mapping(unknown, *keys, "change", "after_unknown")
        return self._instance(item, keys, (*keys, "change", "after"), (values, unknown, change.get("after_sensitive")))

    def _of_values(self, values: dict[str, Any], *keys: Key) -> Iterator[Instance]:
        stack = [(self.mapping(values.get("root_module"), *keys, "root_module"), (*keys, "root_module"), 0)]
        while stack:
            module, place, level = stack.pop()
            if level > MAX_LEVELS:
                self._fail(f"modules are nested deeper than {MAX_LEVELS} levels", *place)
                continue
            for item, at in self.items(module.get("resources"), *place, "resources"):
                if "deposed_key" not in item:
                    inner = self.mapping(item.get("values"), *at, "values")
                    made = self._instance(item, at, (*at, "values"), (inner, {}, item.get("sensitive_values")))
                    if made is not None:
                        yield made
            children = list(self.items(module.get("child_modules"), *place, "child_modules"))
            stack.extend((child, at, level + 1) for child, at in reversed(children))

    def _instance(
        self, item: dict[str, Any], head: tuple[Key, ...], keys: tuple[Key, ...], values: tuple[dict[str, Any], dict[str, Any], Any]
    ) -> Instance | None:
        mode, type, name, address = (item.get(key) for key in ("mode", "type", "name", "address"))
        if not (isinstance(type, str) and isinstance(name, str) and isinstance(address, str) and type and name):
            self._fail("a resource needs an address, a type and a name", *head)
            return None
        if mode not in ("managed", "data"):
            if not isinstance(mode, str):
                self._fail("a resource needs a mode", *head)
            return None
        path, rest = split(address)
        if len(path) > MAX_LEVELS:
            self._fail(f"modules are nested deeper than {MAX_LEVELS} levels", *head, "address")
            return None
        base = f"{'data.' if mode == 'data' else ''}{type}.{name}"
        if not rest.startswith(base) or not _TAIL.fullmatch(rest, len(base)):
            self._fail(f"the address does not fit to {base}", *head, "address")
            return None
        return Instance(path, mode, type, name, rest[len(base) :], *values, keys, (*head, "address"))

    # -- the configuration

    @cached_property
    def configuration(self) -> dict[str, Any] | None:
        """The root module of the configuration; a state has none."""
        if "configuration" not in self.data:
            return None
        return self.mapping(self.mapping(self.data["configuration"], "configuration").get("root_module"), "configuration", "root_module")

    @cached_property
    def root_addresses(self) -> frozenset[str]:
        """What the root of the configuration has: resources, data sources and calls of modules."""
        root = self.configuration
        if root is None:
            found = {each.base for each in self.instances if not each.path}
            return frozenset(found | {f"module.{each.path[0][0]}" for each in self.instances if each.path})
        place = ("configuration", "root_module")
        addresses = (item.get("address") for item, _ in self.items(root.get("resources"), *place, "resources"))
        calls = self.mapping(root.get("module_calls"), *place, "module_calls")
        return frozenset({address for address in addresses if isinstance(address, str)} | {f"module.{name}" for name in calls})

    @cached_property
    def variables(self) -> dict[str, Any]:
        """The values of the root's variables."""
        given = self.mapping(self.data.get("variables"), "variables")
        return {name: entry["value"] for name, entry in given.items() if isinstance(entry, dict) and "value" in entry}

    @cached_property
    def _secrets(self) -> tuple[dict[str, list[str]], frozenset[str]]:
        """Texts that must not be shown by how they begin, the longest first; and words that are shown nowhere alone."""
        found: set[str] = set()
        for each in self.instances:
            found.update(leaves(each.values, each.sensitive))
        declared = (self.configuration or {}).get("variables")
        for name, entry in declared.items() if isinstance(declared, dict) else ():
            if isinstance(entry, dict) and entry.get("sensitive"):
                found.update(leaves(self.variables.get(name), True))
        texts: dict[str, list[str]] = {}
        for text in sorted(found, key=len, reverse=True):
            if len(text) >= _LONG:
                texts.setdefault(text[:_LONG], []).append(text)
        return texts, frozenset(text for text in found if len(text) < _LONG)

    def without_secrets(self, message: str) -> str:
        """A message in which nothing stands that the plan says is sensitive."""
        texts, words = self._secrets
        pieces, place = [], 0
        while place < len(message):
            found = next((text for text in texts.get(message[place : place + _LONG], ()) if message.startswith(text, place)), None)
            pieces.append(HIDDEN if found else message[place])
            place += len(found) if found else 1
        shown = "".join(pieces)
        return _WORD.sub(lambda word: HIDDEN if word[0] in words else word[0], shown) if words else shown


def leaves(value: Any, marks: Any) -> Iterator[str]:
    """The texts of the parts of a value that are marked as sensitive."""
    stack = [(value, marks)]
    while stack:
        current, mark = stack.pop()
        if mark in (None, False) or current is None or isinstance(current, bool):
            continue
        if isinstance(current, dict):
            stack.extend(
                (item, True if mark is True else mark.get(key) if isinstance(mark, dict) else None) for key, item in current.items()
            )
        elif isinstance(current, list):
            for index, item in enumerate(current):
                inner = mark[index] if isinstance(mark, list) and index < len(mark) else None
                stack.append((item, True if mark is True else inner))
        elif mark is True and str(current):
            yield str(current)


@once
def plan_file(project: Project, path: str) -> PlanFile:
    """A plan, read once; raises `ParseFailure`."""
    return PlanFile(path, project.text(path).removeprefix("\ufeff"))
