"""`kiosk-provision`: the technician's console."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from provisioning.doctor import examine
from provisioning.findings import as_json, is_fit, line_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 when nothing fails, 1 when something does, 2 for a wrong command."""
    parser = argparse.ArgumentParser(prog="kiosk-provision", description="What a technician does at a terminal.")
    commands = parser.add_subparsers(dest="command", required=True)
    doctor = commands.add_parser(
        "doctor",
        help="say what this machine and its devices have and lack",
        description="Says what this machine and its devices have and lack, a line each: ok, warn or fail; what; "
        "what to do; who acts. Stop the terminal first: a device answers one program at a time.",
    )
    doctor.add_argument(
        "--config",
        metavar="FILE",
        nargs="+",
        action="extend",
        type=Path,
        required=True,
        help="TOML files, the last lies on top",
    )
    doctor.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args(arguments)

    findings = examine(options.config)
    print(as_json(findings) if options.json else "\n".join(map(line_of, findings)))
    return 0 if is_fit(findings) else 1


if __name__ == "__main__":
    sys.exit(main())
