"""What steps of workflows run, themselves or through what they call.

Behind runners (``npx``, ``uv run``, ``docker run``), in a script or make target of the project, or as pre-commit hooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass

from ...model import ParseFailure
from ...model import Span
from ...project import Project
from ...project import once
from ...syntax.shell import Command
from ...syntax.shell import Word
from ...syntax.shell import in_order
from ...syntax.shell import parse
from .format import Step

MAX_SCRIPT = 200_000
MAX_WORDS = 100
_RUNNER = re.compile(
    r"(?:uv run|uvx|poetry run|pipenv run|pdm run|hatch run|rye run|npx|pnpm dlx|pnpm exec|yarn dlx|yarn exec|bunx|bun x|pipx run"
    r"|python3? -m|go run|uv tool run|bundle exec|composer exec|mise exec --|nix run)(?: -{1,2}[\w-]+(?:=\S+)?)* "
)
_HOOKS = ".pre-commit-config.yaml"
_PRE_COMMIT = re.compile(r"(?:.*/)?pre-commit(?:/action)?").fullmatch
_CONTAINER = re.compile(r"(?:docker|podman|nerdctl) (?:container )?run ")
_IMAGE_PARTS = re.compile(r"^(?:[\w.:-]+/)*([\w.-]+?)(?:[:@]\S+)?$")
_TARGET = re.compile(r"^([\w./-]+(?: [\w./-]+)*)\s*:(?![=:])([^\n#]*)((?:\n\t[^\n]*|\n[ \t]*(?=\n\t))*)", re.MULTILINE)


@dataclass(frozen=True)
class Call:
    """A command line that a step runs, itself or through something it calls."""

    line: str
    span: Span
    command: Command
    own: bool


def calls(step: Step, project: Project) -> tuple[Call, ...]:
    """What a step runs, runners in front of a tool dropped; scripts, make targets and hooks of the project included."""
    return _calls(project, step)


@once
def _calls(project: Project, step: Step) -> tuple[Call, ...]:
    return tuple(_each_call(step, project))


def _each_call(step: Step, project: Project) -> Iterator[Call]:
    if step.action == "aquasecurity/trivy-action":
        words = ["trivy", str(step.inputs.get("scan-type") or "image")]
        for option in ("scanners", "format", "exit-code"):
            words += [f"--{option}", str(step.inputs[option])] if option in step.inputs else []
        line = " ".join(words)
        yield Call(line, step.at("uses"), _command(words), own=False)
    if _PRE_COMMIT(step.action):
        yield from (Call(hook, step.at("uses"), _command([hook]), own=False) for hook in _hooks(project))
    for command in step.commands:
        span = step.command_span(command)
        yield from (Call(line, span, command, own=True) for line in _lines(command))
        for inner in _called(command, project):
            yield from (Call(line, span, inner, own=False) for line in _lines(inner))


def runs_hidden_hooks(step: Step, project: Project) -> bool:
    """Whether a step runs pre-commit and the project does not hold its configuration, so that anything may run."""
    runs = _PRE_COMMIT(step.action) or any(command.name == "pre-commit" and "run" in command.argv for command in step.commands)
    return bool(runs) and not project.exists(_HOOKS)


def _command(words: Iterable[str]) -> Command:
    """A command that stands in no script."""
    return Command(tuple(Word(word, 0, 0) for word in words))


def _lines(command: Command) -> Iterator[str]:
    argv = list(command.argv[:MAX_WORDS])
    if not argv:
        return
    argv[0] = command.name
    line = " ".join(argv)
    if _CONTAINER.match(line):
        for index, word in enumerate(argv[2:], 2):
            if not word.startswith("-") and (image := _IMAGE_PARTS.match(word)):
                yield " ".join([image[1], *argv[index + 1 :]])
        return
    for _ in range(3):
        runner = _RUNNER.match(line + " ")
        if runner is None:
            break
        line = line[runner.end() :]
        first, _, rest = line.partition(" ")
        image = _IMAGE_PARTS.match(first)
        line = f"{image[1] if image else first} {rest}".strip()
    yield line


def _called(command: Command, project: Project) -> Iterator[Command]:
    """The commands of the script, make target or package script of the project that a command runs."""
    argv = command.argv
    if not argv:
        return
    if command.name == "make":
        yield from _make(tuple(word for word in argv[1:] if not word.startswith("-") and "=" not in word), project)
    elif command.name in ("npm", "pnpm", "yarn") and len(argv) > 2 and argv[1] in ("run", "run-script"):
        yield from in_order(parse(_package_script(argv[2], project)))
    elif command.name == "pre-commit" and "run" in argv:
        yield from (_command([hook]) for hook in _hooks(project))
    else:
        word = next((word for word in argv[:3] if word.endswith((".sh", ".bash")) or word.startswith("./")), "")
        path = word.removeprefix("./")
        if path and project.exists(path):
            yield from in_order(parse(text_of(path, project)))


def text_of(path: str, project: Project) -> str:
    try:
        return project.text(path)[:MAX_SCRIPT] if project.exists(path) else ""
    except ParseFailure:
        return ""


def _make(targets: tuple[str, ...], project: Project) -> Iterator[Command]:
    text = next((text for name in ("Makefile", "makefile", "GNUmakefile") if (text := text_of(name, project))), "")
    rules: dict[str, tuple[tuple[str, ...], str]] = {}
    for found in _TARGET.finditer(text):
        for name in found[1].split():
            rules.setdefault(name, (tuple(found[2].split()), found[3]))
    work, seen = list(targets) or list(rules)[:1], set[str]()
    while work:
        target = work.pop()
        if target not in seen and target in rules:
            seen.add(target)
            work += rules[target][0]
            yield from in_order(parse(re.sub(r"^\t[@+-]*", "", rules[target][1], flags=re.MULTILINE)))


def _package_script(name: str, project: Project) -> str:
    import json

    try:
        scripts = json.loads(text_of("package.json", project) or "{}").get("scripts", {})
        return str(scripts.get(name, ""))
    except (ValueError, AttributeError, RecursionError):
        return ""


def _hooks(project: Project) -> tuple[str, ...]:
    """The ids of the pre-commit hooks of the project."""
    return tuple(re.findall(r"^\s*-?\s*id:\s*[\"']?([\w.-]+)", text_of(_HOOKS, project), re.MULTILINE))
