"""`kiosk-provision`: the technician's console."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from provisioning.conformance.command import add_conform, conform_command
from provisioning.findings import as_json, is_fit, line_of
from sync.configuration_file import read_configuration
from sync.strict_toml import FileFault

BAD_CONFIGURATION = 78  # sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 when nothing fails and nobody must act, 1 when something does, 2 for a wrong command.

    `enrol` has a status for each kind of failure: 65 the code, 69 the network, 71 the clock, 74 the disk,
    76 the other side, 78 the configuration. Those of `conform` stand in `conformance/command.py`.
    """
    options = _parser().parse_args(arguments)
    match options.command:
        case "doctor":
            return _doctor(options)
        case "enrol":
            return _enrol(options)
        case "conform":
            return conform_command(options)
        case _:
            return _status(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk-provision", description="What a technician does at a terminal.")
    commands = parser.add_subparsers(dest="command", required=True)
    doctor = commands.add_parser(
        "doctor",
        help="say what this machine and its devices have and lack",
        description="Says what this machine and its devices have and lack, a line each: ok, warn or fail; what; "
        "what to do; who acts. Stop the terminal first: a device answers one program at a time.",
    )
    enrol = commands.add_parser(
        "enrol",
        help="become a terminal of the platform, with its one-time code",
        description="Makes keys on this machine and has them certified with the one-time code that "
        "`kiosk-gateway terminals add` prints. Nothing is half done: whatever breaks off, the same code again goes on "
        "where it was, and an identity that is there serves until the new one is whole.",
    )
    enrol.add_argument("--code", help="24 characters; case, spaces and dashes do not matter. Without: it is asked for")
    enrol.add_argument("--gateway", metavar="URL", help="in place of the configured one")
    standing = commands.add_parser(
        "status",
        help="say who this terminal is, what waits and why, and who must act",
        description="Says how this terminal stands; reads while terminal and agent run.",
    )
    add_conform(
        commands.add_parser(
            "conform",
            help="say whether a driver keeps the rules of its port",
            description="Tries a driver against the rules of its port, on a simulated device (start one with kiosk-sim "
            "up) or on a real one, where you are the hands. A line a rule: passed, failed or not tried, and why.",
        )
    )
    for command in (doctor, enrol, standing):
        command.add_argument(
            "--config",
            metavar="FILE",
            nargs="+",
            action="extend",
            type=Path,
            required=True,
            help="TOML files, the last lies on top",
        )
        command.add_argument("--json", action="store_true", help="for programs")
    return parser


def _doctor(options: argparse.Namespace) -> int:
    from drivers.probing import tell_why_wires_are_lost
    from provisioning.doctor import examine  # every driver, which is what takes time

    tell_why_wires_are_lost()
    findings = examine(options.config)
    print(as_json(findings) if options.json else "\n".join(map(line_of, findings)))
    return 0 if is_fit(findings) else 1


def _enrol(options: argparse.Namespace) -> int:
    from provisioning.enrol import enrol_terminal

    code = options.code
    if code is None:
        print("Code: ", end="", file=sys.stderr, flush=True)
        code = sys.stdin.readline()
    told = enrol_terminal(options.config, code, gateway_url=options.gateway, now=datetime.now().astimezone())
    if options.json:
        print(json.dumps(told.as_json, ensure_ascii=False, indent=2))
    else:
        print(told.text, file=sys.stdout if told.enrolled else sys.stderr)
    return told.exit_status


def _status(options: argparse.Namespace) -> int:
    from provisioning.status import status

    try:
        configuration = read_configuration(options.config)
    except FileFault as fault:
        print(fault, file=sys.stderr)
        return BAD_CONFIGURATION
    standing = status(configuration, now=datetime.now().astimezone())
    print(json.dumps(standing.as_json, ensure_ascii=False, indent=2) if options.json else standing.text)
    return 0 if standing.is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
