"""`kiosk-gateway list`: what was received, and whether it is safe."""

import argparse
import sys
from dataclasses import asdict

from sync.gateway.backup import is_overdue
from sync.gateway.command_line import Commands, add_command, now, parts_of, say


def add_commands(commands: "Commands[argparse.ArgumentParser]") -> None:
    add_command(commands, "list", "what was received").set_defaults(run=_list)


def _list(options: argparse.Namespace) -> int:
    with parts_of(options) as parts:
        rows = parts.storage.received()
        overdue = is_overdue(parts.storage.durability(), now())
    lines = (
        f"{row.sid}  {row.slip_code}  {row.receipt_number or '-':16}  {row.state or '-':15}  {row.level or '-'}"
        + (f"  parked: {row.parked}" if row.parked else "")
        for row in rows
    )
    say(options, [asdict(row) for row in rows], "\n".join(lines))
    if overdue:
        print("no verified backup holds what came in more than 7 days ago: terminals cannot erase it", file=sys.stderr)
    return 0
