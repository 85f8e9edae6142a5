"""Who evaluates policies: regopy in a process of its own, or an ``opa`` on PATH. Bounded in time, without network."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from hashlib import sha256
from pathlib import Path
from typing import Any

from .. import tools
from .source import Policy

MISSING = {  # by what the settings ask for
    "auto": "there is no engine for Rego: pip install 'pytest-readiness[rego]', or put opa on PATH",
    "regopy": "engine: regopy is not installed: pip install 'pytest-readiness[rego]'",
    "opa": "engine: opa is not on PATH: install it, or leave engine out and use regopy",
}
_ERROR = re.compile(r"errormsg \d+:(.*?)\)(?:\s|$)")
_PLACE = re.compile(r"\d+:(?P<path>[^|()]*)\|(?P<offset>\d+)\|\d+")
_UNLINKED = re.compile(r"(?P<reason>.*) \((?P<path>[^():]*):(?P<line>\d+)\)").fullmatch
_UNKNOWN_FLAG = "unknown flag"


class EngineError(Exception):
    """There is no engine, or it did not come to an end."""


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a policy, at a line where the engine says one."""

    path: str
    line: int
    reason: str


@dataclass(frozen=True)
class Answer:
    """What one query gave for one input: the values, or why there are none."""

    value: Any = None
    error: str = ""


@dataclass(frozen=True)
class Report:
    """What an engine says: of the policies, of functions it does not have, and an answer for each input and query."""

    troubles: tuple[Trouble, ...] = ()
    missing: frozenset[str] = frozenset()
    answers: tuple[Mapping[str, Answer], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Job:
    """What an engine is asked: policies and data, inputs and queries by name, the functions that are called, and for how long."""

    policies: Sequence[Policy]
    data: Any
    seconds: float
    inputs: Sequence[Any] = ()
    queries: Mapping[str, str] = field(default_factory=dict)
    calls: Sequence[str] = ()


class Regopy:
    """rego-cpp in a process of its own, which is ended when it takes too long."""

    name = "regopy"

    @staticmethod
    def find() -> Regopy | None:
        return Regopy() if importlib.util.find_spec("regopy") is not None else None

    def run(self, job: Job) -> Report:
        from importlib import metadata

        spec = importlib.util.find_spec("regopy")
        assert spec is not None
        assert spec.origin is not None
        worker = Path(__file__).with_name("worker.py")
        order = {
            "modules": {policy.path: policy.translated for policy in job.policies},
            "data": job.data,
            "inputs": list(job.inputs),
            "queries": dict(job.queries),
            "calls": list(job.calls),
            "seconds": job.seconds,
            "program": [metadata.version("regopy"), sha256(worker.read_bytes()).hexdigest()],  # other programs say other things
        }
        tool = tools.Tool(sys.executable, ("-I", str(worker), str(Path(spec.origin).parents[1])))
        said = self._said(tools.run(tool, (), {"input.json": _json(order)}, timeout=job.seconds + 10, memory=None))
        stopped = f"the policies were stopped after {job.seconds:g} s"
        answers: list[dict[str, Answer]] = [{name: Answer(**each) for name, each in found.items()} for found in said["results"]]
        answers += [{} for _ in range(len(job.inputs) - len(answers))]
        for found in answers:
            for name in job.queries:
                found.setdefault(name, Answer(error=stopped))
        return Report(tuple(self._troubles(said, job)), frozenset(said["missing"]), tuple(answers))

    @staticmethod
    def _said(ran: tools.Ran) -> dict[str, Any]:
        try:
            said: dict[str, Any] = json.loads(ran.out)
        except ValueError:
            raise EngineError(f"regopy failed: {(ran.err.strip() or 'it said nothing').splitlines()[-1]}") from None
        if "error" in said:
            raise EngineError(f"regopy failed: {said['error']}")
        return said

    @staticmethod
    def _troubles(said: Mapping[str, Any], job: Job) -> Iterator[Trouble]:
        texts = {policy.path: policy.translated for policy in job.policies}
        for path, error in said["broken"].items():
            message, place = _ERROR.search(error), _PLACE.search(error)
            line = texts[path].encode().count(b"\n", 0, int(place["offset"])) + 1 if place else 0
            yield Trouble(path, line, message[1] if message else " ".join(error.split())[:200])
        if found := _UNLINKED(said["unlinked"]):
            path = found["path"] if found["path"] in texts else ""
            yield Trouble(path, int(found["line"]) if path else 0, found["reason"])


class Opa:
    """``opa eval``, one call for all inputs."""

    name = "opa"

    def __init__(self, tool: tools.Tool) -> None:
        self.tool = tool

    @staticmethod
    def find() -> Opa | None:
        tool = tools.find("opa")
        return Opa(tool) if tool else None

    def run(self, job: Job) -> Report:
        files = {policy.path: policy.text.encode() for policy in job.policies}
        version = ["--v0-compatible"] if any(policy.is_old for policy in job.policies) else []
        ran = self._run(["check", "--format", "json"], version, sorted(files), files, job.seconds)
        if ran.code:
            return Report(self._troubles(ran))
        if not job.inputs:
            return Report()
        loaded = [argument for path in (*sorted(files), "data.json") for argument in ("--data", path)]
        files |= {"data.json": _json(job.data or {}), "input.json": _json({"inputs": list(job.inputs)})}
        parts = (f"{json.dumps(name)}: [y | y := {reference} with input as doc]" for name, reference in job.queries.items())
        query = f"[r | doc := input.inputs[_]; r := {{{', '.join(parts)}}}]"
        ran = self._run(["eval", "--format", "json", "--input", "input.json", *loaded], version, [query], files, job.seconds)
        try:
            said = json.loads(ran.out)
            value = said["result"][0]["expressions"][0]["value"]
        except (ValueError, LookupError, TypeError):
            reason = f"opa failed: {'; '.join(each.reason for each in self._troubles(ran))}"
            return Report(answers=tuple({name: Answer(error=reason) for name in job.queries} for _ in job.inputs))
        return Report(answers=tuple({name: Answer(found[name]) for name in job.queries} for found in value))

    def _run(self, command: list[str], version: list[str], rest: list[str], files: Mapping[str, bytes], seconds: float) -> tools.Ran:
        ran = tools.run(self.tool, [*command, *version, *rest], files, timeout=seconds)
        if version and _UNKNOWN_FLAG in ran.out + ran.err:  # before 0.70, where the old syntax is the only one
            ran = tools.run(self.tool, [*command, *rest], files, timeout=seconds)
        return ran

    @staticmethod
    def _troubles(ran: tools.Ran) -> tuple[Trouble, ...]:
        for text in (ran.err, ran.out):
            try:
                errors = json.loads(text)["errors"]
                return tuple(
                    Trouble(place.get("file", ""), place.get("row", 0), " ".join(str(each["message"]).split()))
                    for each in errors
                    for place in [each.get("location") or {}]
                )
            except (ValueError, LookupError, TypeError, AttributeError):
                continue
        said = (ran.err.strip() or ran.out.strip() or f"exit status {ran.code}").splitlines()[0]
        return (Trouble("", 0, said),)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
