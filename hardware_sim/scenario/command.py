"""`kiosk-sim scenario`: check, list and run scenarios. Exit codes: 0 all well, 1 one failed, 2 not a scenario."""

import argparse
import fcntl
import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from hardware_sim.scenario.reading import Finding, NotAScenario, Scenario, read_scenario

SHIPPED = Path(__file__).parents[1] / "scenarios"
STOPPED = 130  # as shells say of Ctrl+C
PARTS = "parts"  # folders of this name hold steps to include, no scenarios


def scenario_files(given: Sequence[Path]) -> list[Path]:
    """The files, and of folders every scenario below them, in the order of their names."""
    found: list[Path] = []
    for path in given:
        inside = path.rglob("*.toml") if path.is_dir() else (path,)
        found += sorted(file for file in inside if PARTS not in file.parts)
    return found


def check(chosen: argparse.Namespace) -> int:
    """Say what is wrong with each file, by line."""
    scenarios, findings = _read(chosen.files)
    if chosen.json:
        told = [{"file": str(f.path), "line": f.line, "message": f.message} for f in findings]
        print(json.dumps({"scenarios": len(scenarios), "findings": told}, ensure_ascii=False, indent=2))
    elif not findings:
        print(f"{len(scenarios)} scenarios: nothing wrong")
    return 2 if findings or not scenarios else 0


def show(chosen: argparse.Namespace) -> int:
    """Say what each shows: a row of a table for each."""
    scenarios, findings = _read(chosen.files)
    if chosen.json:
        rows = [
            {"file": str(one.path), "title": one.title, "about": one.about, "faults": list(one.faults)}
            for one in scenarios
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print("\n".join(table(scenarios)))
    return 2 if findings or not scenarios else 0


def table(scenarios: Sequence[Scenario]) -> list[str]:
    """Which scenario shows what, as the rows of a Markdown table."""
    rows = ["| scenario | title | faults | shows |", "|---|---|---|---|"]
    for one in scenarios:
        faults = ", ".join(f"`{fault}`" for fault in one.faults)
        rows.append(f"| `{one.path.stem}` | {one.title} | {faults} | {one.about} |")
    return rows


def run(chosen: argparse.Namespace) -> int:
    """Perform them and leave the reports."""
    from hardware_sim.scenario.performing import perform
    from hardware_sim.scenario.report import Result, write_reports

    scenarios, findings = _read(chosen.files)
    if findings or not scenarios:
        return 2
    out = chosen.out.resolve()
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = os.open(out, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # until this process ends
        for folder in ("pictures", "worlds"):
            shutil.rmtree(out / folder, ignore_errors=True)
            (out / folder).mkdir(parents=True)
    except BlockingIOError:
        print(f"kiosk-sim: another run writes its report to {out}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"kiosk-sim: no report can be written to {out}: {error.strerror}", file=sys.stderr)
        return 2
    results: list[Result] = []

    def told(result: Result) -> None:
        results.append(result)
        if not chosen.json:
            grade = "ok  " if result.passed else "FAIL"
            print(
                f"{grade} {result.took_s:5.1f} s  {result.scenario.path.stem:<32} {result.scenario.title}", flush=True
            )
            if not result.passed:
                print("".join(f"     {line}\n" for line in (result.why, result.stood) if line), end="", flush=True)

    stopped = False
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl+C: nothing is left running
    try:
        perform(scenarios, out, told=told)
    except KeyboardInterrupt:
        stopped = True
        print("kiosk-sim: stopped; the report says how far it came", file=sys.stderr)
    results.sort(key=lambda result: scenarios.index(result.scenario))
    write_reports(results, out)
    passed = len(results) == len(scenarios) and all(result.passed for result in results)
    if chosen.json:
        rows = [
            {
                "file": str(result.scenario.path),
                "title": result.scenario.title,
                "passed": result.passed,
                "took_s": round(result.took_s, 3),
                "why": result.why or None,
                "stood": result.stood or None,
                "pictures": [str(path) for _, path in result.pictures],
            }
            for result in results
        ]
        print(json.dumps({"passed": passed, "report": str(out / "index.html"), "scenarios": rows}, ensure_ascii=False))
    else:
        print(f"{sum(one.passed for one in results)} of {len(scenarios)} passed; see {out / 'index.html'}")
    return STOPPED if stopped else 0 if passed else 1


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The family `scenario`; each command sets `command` to what `main` calls with the parsed words."""
    family = commands.add_parser("scenario", help="perform what a tester wrote down", description=__doc__)
    actions = family.add_subparsers(required=True, metavar="ACTION")
    for name, act, help_text in (
        ("check", check, "say what is wrong with a scenario, by line"),
        ("list", show, "say what each scenario shows"),
        ("run", run, "perform it on a whole terminal and leave a report"),
    ):
        action = actions.add_parser(name, help=help_text, description=help_text)
        action.add_argument(
            "files", type=Path, nargs="*", default=[SHIPPED], metavar="FILE", help="or folder; all that ship"
        )
        action.add_argument("--json", action="store_true", help="answer in JSON")
        action.set_defaults(command=act)
        if act is run:
            action.add_argument(
                "--out", type=Path, default=Path("build/scenarios"), metavar="DIR", help="for the reports"
            )


def _read(given: Sequence[Path]) -> tuple[list[Scenario], list[Finding]]:
    scenarios: list[Scenario] = []
    findings: list[Finding] = []
    for path in scenario_files(given):
        try:
            scenarios.append(read_scenario(path))
        except NotAScenario as wrong:
            findings += wrong.findings
    for finding in findings:
        print(finding, file=sys.stderr)
    if not scenarios and not findings:
        print("kiosk-sim: no scenario there", file=sys.stderr)
    return scenarios, findings
