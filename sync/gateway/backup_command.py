"""`kiosk-gateway backup | restore | check`."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from kiosk.submission import Json
from sync.gateway.backup import Unproved, back_up, restore
from sync.gateway.check import CheckFinding, check
from sync.gateway.command_line import Commands, add_command, now, parts_of, say
from sync.gateway.database import DirectoryRefused

FOUND = 1


def add_commands(commands: "Commands[argparse.ArgumentParser]") -> None:
    backing_up = add_command(commands, "backup", "copy a data directory while it works, and prove the copy")
    backing_up.add_argument("--to", type=Path, required=True, metavar="DIR", help="on another disk; may hold the last")
    backing_up.set_defaults(run=_backup)
    restoring = add_command(
        commands, "restore", "a data directory out of a backup; terminals offer again what it lacks"
    )
    restoring.add_argument("--from", dest="source", type=Path, required=True, metavar="DIR", help="the backup")
    restoring.set_defaults(run=_restore)
    checking = add_command(commands, "check", "prove every digest, signature and chain of a data directory or backup")
    checking.set_defaults(run=_check)


def _backup(options: argparse.Namespace) -> int:
    with parts_of(options) as parts:
        outcome = back_up(parts, options.to, now=now())
    if isinstance(outcome, Unproved):
        return _say_findings(options, outcome.findings)
    text = f"{outcome.blobs} blobs, {outcome.copied} of them new; proved; safe up to {outcome.cursor}"
    say(options, asdict(outcome), text)
    return 0


def _restore(options: argparse.Namespace) -> int:
    if options.storage or options.objects:
        raise DirectoryRefused("a backup is restored into one directory: serve it from there, or move it afterwards")
    outcome = restore(options.source, options.data, now=now())
    if isinstance(outcome, Unproved):
        return _say_findings(options, outcome.findings)
    say(options, asdict(outcome), f"{options.data} is ready to be served, in a new epoch: {outcome.epoch}")
    return 0


def _check(options: argparse.Namespace) -> int:
    with parts_of(options) as parts:
        findings = tuple(check(parts))
    if findings:
        return _say_findings(options, findings)
    say(options, {"findings": []}, "everything holds")
    return 0


def _say_findings(options: argparse.Namespace, findings: Sequence[CheckFinding]) -> int:
    told: list[Json] = [asdict(finding) for finding in findings]
    say(options, {"findings": told}, "\n".join(f"{finding.place}: {finding.fault}" for finding in findings))
    return FOUND
