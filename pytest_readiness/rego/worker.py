"""Evaluates policies with regopy, in a process of its own: a query cannot be interrupted from within.

A script, not a module of the package: it is started by its path with a clean environment and imports regopy only.
Reads ``input.json`` and prints one JSON object.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from typing import Any

MAX_MEMORY = 4 << 30  # bytes; the engine's allocator reserves far more, so that no limit of the system does
UNREADABLE = (
    "regopy does not escape what some functions make (trim, regex.find_n), so its answer is no JSON; do without, or say engine: opa"
)
PRINTED = "printed"  # what the engine writes on its standard output
ERROR = re.compile(r"(?P<reason>[^\n]+)\n-- (?P<path>[^\n]*?):(?P<line>[0-9]+):[0-9]+\n")


def _printed() -> str:
    """The last error that was printed, as ``reason (path:line)``."""
    with open(PRINTED, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - a process of its own, which imports little
        found = list(ERROR.finditer(file.read()))
    return f"{found[0]['reason']} ({found[0]['path']}:{found[0]['line']})" if found else "it says no reason"


def _used() -> int:
    """The most memory that was in use, in bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _dumped(said: dict[str, Any]) -> str:
    """As JSON, though the evaluation may still be adding to it."""
    while True:
        try:
            return json.dumps(said)
        except RuntimeError:
            continue


def main(job: dict[str, Any]) -> None:  # noqa: PLR0915 - one process, one job
    from regopy import Interpreter
    from regopy import rego_shared as shared

    said: dict[str, Any] = {"broken": {}, "missing": [], "results": [], "now": None, "unlinked": ""}

    def ask(engine: Any, query: str) -> Any:
        """The value of a query, or None where it has none; raises ValueError with what the engine says."""
        text = shared.rego_output_string(shared.rego_query(engine._impl, query))  # noqa: SLF001 - Output() cannot read errors
        if text == "undefined":
            return None
        if text == "<error>":  # it prints what it means
            raise ValueError(_printed())
        try:
            return json.loads(text)
        except ValueError:
            raise ValueError(f"{UNREADABLE}: {' '.join(text.split())}") from None

    def work() -> None:
        engine: Any = Interpreter()  # type: ignore[no-untyped-call]
        for path, text in job["modules"].items():
            try:
                Interpreter().add_module(path, text)  # type: ignore[no-untyped-call]
            except Exception as error:  # noqa: BLE001 - whatever the engine raises is what it says of the policy
                said["broken"][path] = str(error)
            else:
                engine.add_module(path, text)
        if job["data"]:
            engine.add_data(job["data"])
        said["missing"] = [name for name in job["calls"] if not engine.is_builtin(name)]
        together = "x := {" + ", ".join(f"{json.dumps(name)}: [y | y := {reference}]" for name, reference in job["queries"].items()) + "}"
        if job["queries"] and not job["inputs"]:  # what only linking them brings to light
            engine.set_input_term("{}")
            try:
                ask(engine, together)
            except ValueError as error:
                said["unlinked"] = str(error)
        for number, document in enumerate(job["inputs"]):
            engine.set_input_term(json.dumps(document, ensure_ascii=False))
            found: dict[str, Any] = {}
            said["results"].append(found)
            said["now"] = [number, "all rules"]
            try:
                answer = ask(engine, together)
            except Exception:  # noqa: BLE001 - one of them; each is asked on its own
                answer = None
            if answer and answer.get("bindings"):
                found.update({name: {"value": value} for name, value in answer["bindings"]["x"].items()})
                continue
            for name, reference in job["queries"].items():
                said["now"] = [number, name]
                try:
                    answer = ask(engine, f"x := [y | y := {reference}]")
                    found[name] = {"value": answer["bindings"]["x"]} if answer else {"value": []}
                except Exception as error:  # noqa: BLE001 - one query that fails costs no other
                    found[name] = {"error": str(error)}
        said["now"] = None

    def guarded() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told to whoever waits for the thread
            said["error"] = f"{type(error).__name__}: {error}"

    thread = threading.Thread(target=guarded, daemon=True)
    answer = os.dup(1)
    os.dup2(os.open(PRINTED, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    thread.start()
    deadline = time.monotonic() + job["seconds"]
    while thread.is_alive() and time.monotonic() < deadline and _used() < MAX_MEMORY:
        thread.join(0.1)
    said["stopped"] = thread.is_alive()
    with os.fdopen(answer, "w", encoding="utf-8") as file:
        file.write(_dumped(said))
    os._exit(0)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    with open("input.json", encoding="utf-8") as file:  # noqa: PTH123 - as little as can be is imported here
        main(json.load(file))
