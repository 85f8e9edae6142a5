"""What other tools found in real repositories, imported: does each result become an item or a second witness, and none get lost?

    python benchmarks/imports.py CORPORA RESULTS --checkov BIN --semgrep BIN --zizmor BIN --hadolint BIN

CORPORA is a directory of repositories, which are copied to RESULTS. Every tool runs offline in each of them (semgrep with five rules of
its own here), once for SARIF and once for JSON, where the tool counts for itself; files that are in RESULTS already are not made again.
Then each SARIF file is imported alone, and at last all of a repository in one pytest run beside our own rules. The exit status is 1
where a total differs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_readiness import builtin
from pytest_readiness.imports.entry import Entry
from pytest_readiness.imports.imported import CLEAN
from pytest_readiness.imports.imported import Imports
from pytest_readiness.project import Project
from pytest_readiness.tree import DiskTree

OUT = "out"
SEMGREP = """\
rules:
  - {id: yaml-image, languages: [yaml], severity: INFO, message: an image, pattern: "image: $X"}
  - {id: docker-from, languages: [dockerfile], severity: WARNING, message: a stage, pattern: "FROM $X"}
  - {id: workflow-uses, languages: [yaml], severity: INFO, message: "uses $X", pattern: "uses: $X"}
  - {id: terraform-source, languages: [hcl], severity: ERROR, message: a source, pattern: 'source = "..."'}
  - {id: nothing, languages: [python], severity: ERROR, message: never, pattern: not_there_at_all(...)}
"""
Command = Callable[[str, str, Path], list[str]]


@dataclass(frozen=True)
class Tool:
    """How a tool is called for an output (``sarif`` or ``json``), the files it needs, and how many results its own JSON has."""

    command: Command
    globs: tuple[str, ...]
    count: Callable[[Any], int]
    otherwise: tuple[str, ...] = ()  # added where it crashes


def _dockerfiles(root: Path) -> list[str]:
    return sorted({str(path.relative_to(root)) for glob in TOOLS["hadolint"].globs for path in root.rglob(glob) if path.is_file()})


def _checkov_count(data: Any) -> int:
    summaries = (each.get("summary", {}) for each in (data if isinstance(data, list) else [data]))
    return sum(summary.get("failed", 0) + summary.get("skipped", 0) for summary in summaries)


TOOLS: Mapping[str, Tool] = {
    "checkov": Tool(
        # both outputs of one run: how often it counts a module that is called several times differs from run to run
        lambda binary, _, __: [binary, *f"-d . -o sarif -o json --quiet --skip-download --output-file-path {OUT}/checkov".split()],
        ("*",),
        _checkov_count,
        ("--skip-framework", "kustomize"),  # whose reader of YAML knows less than kubectl's
    ),
    "semgrep": Tool(
        lambda binary, output, _: [
            binary,
            *f"scan --metrics off --config ../semgrep.yaml --no-git-ignore --exclude {OUT} --{output} --quiet .".split(),
        ],
        ("*",),
        lambda data: len(data["results"]),
    ),
    "zizmor": Tool(
        lambda binary, output, _: [binary, "--offline", "--no-progress", "--format", output, "."],
        (".github/workflows/*.y*ml",),
        len,
    ),
    "hadolint": Tool(
        lambda binary, output, root: [binary, "-f", output, *_dockerfiles(root)],
        ("Dockerfile*", "*.Dockerfile"),
        len,
    ),
}


def scan(name: str, binary: str, root: Path, timeout: float) -> bool:
    """Let a tool write SARIF and JSON about a repository; whether there was anything to look at."""
    tool = TOOLS[name]
    if not any(path.is_file() for glob in tool.globs for path in root.glob(glob if "/" in glob else f"**/{glob}")):
        return False
    environment = {
        **os.environ,
        "CHECKOV_PARALLELIZATION_TYPE": "none",  # its pool of processes hangs on some manifests
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "PATH": f"{Path(binary).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for output in ("sarif", "json"):
        path = root / OUT / f"{name}.{output}"
        if path.exists():
            continue
        command = tool.command(binary, output, root)
        for more in ((), tool.otherwise):
            written = root / OUT / name / f"results_{output}.{output}"  # of a tool that writes files only
            if not written.exists():
                done = subprocess.run([*command, *more], cwd=root, env=environment, capture_output=True, timeout=timeout, check=False)
            text = written.read_bytes() if written.exists() else done.stdout
            if text.startswith((b"{", b"[")):
                break
            print(f"{root.name}: {' '.join([name, *more])} wrote no {output}", flush=True)
        else:
            raise SystemExit(done.stderr[-2000:].decode())
        path.write_bytes(text)
    return True


def alone(name: str, root: Path) -> Counter[str]:
    """The totals of one file."""
    sarif, native = (json.loads((root / OUT / f"{name}.{output}").read_text("utf-8")) for output in ("sarif", "json"))
    imports = Imports([Entry(f"{OUT}/{name}.sarif", tool=name)], Project(DiskTree(root), builtin.formats()), None, builtin.platforms())
    found = [resource for path in imports.paths for _, resource in imports.at(path)]
    items = [resource for resource in found if resource.name != CLEAN]
    return Counter(
        repositories=1,
        native=TOOLS[name].count(native),
        sarif=sum(len(run["results"]) for run in sarif["runs"]),
        twice=sum(len(run["results"]) - len({json.dumps(result, sort_keys=True) for result in run["results"]}) for run in sarif["runs"]),
        items=len(items),
        outside=sum(resource.path.startswith(f"{OUT}/") for resource in items),
        clean=len(found) - len(items),
        problems=len(imports.loaded[0].problems),
    )


def together(names: list[str], root: Path) -> Counter[str]:
    """The totals of a run of everything: what is an item still, what is a second witness, what contradicts."""
    entries = [f"  - {{file: {OUT}/{name}.sarif, tool: {name}}}\n" for name in names]
    (root / "readiness.yaml").write_text(f"imports:\n{''.join(entries)}")
    (root / "pytest.ini").write_text("[pytest]\n")
    report = root / OUT / "report.json"
    command = [sys.executable, "-m", "pytest", "--readiness-only", "-q", "-p", "no:cacheprovider", f"--readiness-report=json:{report}"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{root.name}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    checks = json.loads(report.read_text("utf-8"))["checks"]
    imported = [check for check in checks if check["kind"].startswith("import.") and check["resource"] != CLEAN]
    confirmed = [check for check in checks if check["outcome"] == "failed" and any(witness["found"] for witness in check["witnesses"])]
    told = [advice["message"] for check in checks for advice in check["advice"]]
    return Counter(
        items=len(imported),
        confirmed=len(confirmed),
        words=sum(witness["found"] for check in confirmed for witness in check["witnesses"]),
        contradictions=sum(message.startswith("contradiction") for message in told),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="a directory of repositories")
    parser.add_argument("results", type=Path, help="a directory for copies of them and what the tools write")
    parser.add_argument("--timeout", type=float, default=500, help="seconds that a tool may take for a repository")
    for name in TOOLS:
        parser.add_argument(f"--{name}", default=name, metavar="BIN")
    args = parser.parse_args()
    args.results.mkdir(parents=True, exist_ok=True)
    (args.results / "semgrep.yaml").write_text(SEMGREP)
    totals: dict[str, Counter[str]] = {name: Counter() for name in TOOLS}
    everything: Counter[str] = Counter()
    wrong = []
    for corpus in sorted(path for path in args.corpora.resolve().iterdir() if path.is_dir()):
        root = args.results.resolve() / corpus.name
        if not root.exists():
            shutil.copytree(corpus, root, copy_function=shutil.copyfile)
        (root / OUT).mkdir(exist_ok=True)
        used = [name for name in TOOLS if scan(name, shutil.which(getattr(args, name)) or getattr(args, name), root, args.timeout)]
        here: Counter[str] = Counter()
        for name in used:
            figures = alone(name, root)
            here += figures
            totals[name] += figures
            if not figures["native"] == figures["sarif"] == figures["items"] + figures["twice"] or figures["problems"]:
                wrong.append(f"{corpus.name}, {name}: {dict(figures)}")
        both = together(used, root)
        both["results"] = here["items"]
        both["merged"] = here["items"] - both["items"]
        everything += both
        print(f"{corpus.name:<32}{dict(both)}", flush=True)
    for name, figures in totals.items():
        print(f"{name:<12}{dict(figures)}")
    print(f"{'together':<12}{dict(everything)}")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
