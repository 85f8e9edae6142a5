"""The rules as text: the list of ``--readiness-rules`` and the page of a rule."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

import pytest

from ..model import PACK
from ..model import Example
from ..model import Rule


def main(config: pytest.Config) -> int:
    """Print the list, or one page; 0, or pytest's usage error for a rule that does not exist."""
    from ..run import Run

    config._do_configure()  # noqa: SLF001 - as pytest's own --help and --markers do
    try:
        rules = {rule.id: rule for rule in Run(config).rules()}
        wanted = config.getoption("readiness_explain")
        if wanted and wanted not in rules:
            close = difflib.get_close_matches(wanted, rules, n=3)
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            raise pytest.UsageError(f"no rule is called {wanted!r}{hint}")
        lines = page(rules[wanted]) if wanted else listing(rules.values())  # type: ignore[arg-type]
        print(*lines, sep="\n")  # noqa: T201 - this is what the option is for
    finally:
        config._ensure_unconfigure()  # noqa: SLF001
    return 0


def listing(rules: list[Rule]) -> Iterator[str]:
    """One line a rule: id, priority, title, kinds; its aliases below."""
    width = max((len(rule.id) for rule in rules), default=0)
    for rule in rules:
        needs = f" (once options.{rule.id}.{rule.needs} is set)" if rule.needs else ""
        origin = f" from {rule.origin}" if rule.pack_version else ""
        yield f"{rule.id:<{width}}  {rule.priority.name}  {rule.title}  [{', '.join(rule.on)}]{needs}{origin}"
        if rule.aliases:
            yield f"{'':<{width}}      = {', '.join(rule.aliases)}"


def page(rule: Rule) -> Iterator[str]:
    """The page of a rule in Markdown; also what ``docs/rules`` holds."""
    yield f"# {rule.id}"
    yield ""
    yield f"**{rule.title}** · {rule.priority.name} · {rule.category} · effort {rule.effort}"
    yield ""
    yield rule.why
    yield ""
    yield f"**Judges** {', '.join(f'`{kind}`' for kind in rule.on)}"
    if rule.pack != PACK:
        yield ""
        yield f"**From** {rule.origin}"
    if rule.examples:
        yield from _shown("Avoid", rule, good=False)
        yield from _shown("Prefer", rule, good=True)
    yield ""
    yield "## How to fix"
    yield ""
    yield f"{rule.remedy[0].upper()}{rule.remedy[1:]}."
    if rule.options:
        yield ""
        yield "## Options"
        yield ""
        yield "In `readiness.yaml`, below `options:` and the rule's id:"
        yield ""
        yield from (f"- `{option.name}` ({_type(option.annotation)}), default {_value(option.default)}" for option in rule.options)
    if not rule.id.startswith("readiness."):
        yield ""
        yield "## How to waive"
        yield ""
        yield "A known gap goes into `readiness-waivers.yaml`, with a reason, an owner and a last day:"
        yield ""
        yield from ("```yaml", "waivers:", f"  - rule: {rule.id}", "    where: path/to/file::resource", "    reason: why it is still open")
        yield from ("    owner: who answers for it", "    until: 2030-01-31", "```")
    if rule.standards or rule.aliases:
        yield ""
        yield "## Related"
        yield ""
        yield from (f"- {standard}" for standard in rule.standards)
        if rule.aliases:
            yield f"- Same as {', '.join(f'`{alias}`' for alias in rule.aliases)}"


def _type(annotation: str) -> str:
    """A type as somebody calls it who writes YAML."""
    return re.sub(r"^(?:tuple|frozenset|list)\[(\w+)(?:, \.\.\.)?\]$", r"list of \1", annotation)


def _value(default: object) -> str:
    """A default as YAML has it."""
    if isinstance(default, (tuple, frozenset, list)):
        return f"`[{', '.join(map(str, default))}]`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _shown(heading: str, rule: Rule, *, good: bool) -> Iterator[str]:
    """The first example of a kind, each file under its name where there are several."""
    example: Example | None = next((example for example in rule.examples if example.good is good), None)
    if example is None:
        return
    yield from ("", f"## {heading}")
    for path, text in example.files.items():
        yield ""
        if len(example.files) > 1:
            yield from (f"`{path}`:", "")
        marked = {line for place, line in example.marks if place == path}
        yield f"```{example.language}"
        for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
            yield f"{line}  # <-- here" if number in marked else line
        yield "```"
