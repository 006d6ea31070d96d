"""`kiosk-gateway terminals`: add one, list them, show one with all that is known of it, revoke one."""

import argparse
import json
import re
from datetime import timedelta
from pathlib import Path

from kiosk.submission import Json
from sync.gateway.command_line import Commands, add_command, now, parts_of, say
from sync.gateway.database import DirectoryRefused
from sync.gateway.manifest_rules import is_file_name
from sync.gateway.opened import CONFIGURATION, Parts
from sync.gateway.private_file import write_private
from sync.gateway.records import TerminalRow
from sync.gateway.terminals import hash_secret
from sync.wire.enrolment_code import make_code

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}")
CODE_MINUTES = 60
HALL_LIMIT = 64  # of an organisation in a certificate (RFC 5280)


class TerminalRefused(DirectoryRefused):
    """No such terminal, or none can be called so."""


def add_commands(commands: "Commands[argparse.ArgumentParser]") -> None:
    terminals = commands.add_parser("terminals", help="which terminals there are").add_subparsers(required=True)
    adding = add_command(terminals, "add", "register a terminal, or let it enrol again: prints a one-time code")
    adding.add_argument("code", metavar="CODE", help="its four characters")
    adding.add_argument("--hall", required=True, help="the hall it stands in")
    adding.add_argument("--number", default="", help='as the hall calls it: "03 号机"')
    adding.add_argument(
        "--valid-minutes", type=int, default=CODE_MINUTES, help="how long the code lives (default: %(default)s)"
    )
    adding.set_defaults(run=_add)
    add_command(terminals, "list", "every terminal").set_defaults(run=_list)
    for name, summary, run in (
        ("show", "one terminal: certificates, keys, last seen, findings", _show),
        ("revoke", "hear one terminal no longer, from now on", _revoke),
    ):
        one = add_command(terminals, name, summary)
        one.add_argument("code", metavar="CODE")
        one.set_defaults(run=run)


def _add(options: argparse.Namespace) -> int:
    code = options.code.upper()
    if CODE.fullmatch(code) is None:
        raise TerminalRefused(f"{options.code} is no terminal's code: four of 0-9 and A-Z without I, L, O, U")
    if not is_file_name(options.hall) or len(options.hall) > HALL_LIMIT:
        raise TerminalRefused(f"a hall's name must be one that a file can have, of at most {HALL_LIMIT} characters")
    if not 1 <= options.valid_minutes <= 7 * 24 * 60:
        raise TerminalRefused("a code lives for 1 minute to 7 days")
    with parts_of(options, may_be_new=True) as parts:
        one_time = make_code(code, parts.authority.der)
        expires_at = now() + timedelta(minutes=options.valid_minutes)
        parts.storage.add_terminal(
            code,
            hall=options.hall,
            number=options.number,
            secret_hash=hash_secret(one_time.secret),
            expires_at=expires_at,
        )
        parts.storage.note("gateway.terminal_added", {"terminal": code}, now())
        if options.number:
            _configure_number(parts.directory / CONFIGURATION / "terminals" / f"{code}.toml", options.number)
    until = expires_at.astimezone().isoformat(timespec="minutes")
    told: dict[str, Json] = {"terminal": code, "hall": options.hall, "code": one_time.text, "expires_at": until}
    say(options, told, f"{one_time.text}\ngood for {code} until {until}, once: kiosk-provision enrol asks for it")
    return 0


def _configure_number(path: Path, number: str) -> None:
    """The terminal's own layer begins with its number; a file that is there is the operator's."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, f"[terminal]\nnumber = {json.dumps(number, ensure_ascii=False)}\n".encode())


def _list(options: argparse.Namespace) -> int:
    with parts_of(options) as parts:
        rows = parts.storage.terminals()
        findings = {row.code: len(parts.storage.findings(row.code)) for row in rows}
    lines = (
        f"{row.code}  {row.hall}  {row.number or '-'}  {_standing(row)}  seen {_time(row)}"
        + (f"  {findings[row.code]} findings" if findings[row.code] else "")
        for row in rows
    )
    say(options, [{**_told(row), "findings": findings[row.code]} for row in rows], "\n".join(lines))
    return 0


def _show(options: argparse.Namespace) -> int:
    with parts_of(options) as parts:
        row = _row(parts, options.code)
        told: dict[str, Json] = {
            **_told(row),
            "telemetry": None if row.telemetry is None else json.loads(row.telemetry),
            "telemetry_at": None if row.telemetry_at is None else row.telemetry_at.isoformat(),
            "keys": [
                {"id": key_id, "believed": believed} for key_id, believed in parts.storage.keys_of(row.code).items()
            ],
            "certificates": [
                {
                    "digest": one.digest,
                    "not_before": one.not_before.isoformat(),
                    "not_after": one.not_after.isoformat(),
                    "revoked": one.revoked,
                }
                for one in parts.storage.certificates(row.code)
            ],
            "speakers": [
                {
                    "instance": one.speaker.instance,
                    "boot": one.speaker.boot,
                    "machine": one.speaker.machine,
                    "address": one.address,
                    "first_seen": one.first_seen.isoformat(),
                    "last_seen": one.last_seen.isoformat(),
                }
                for one in parts.storage.speakers(row.code)
            ],
            "findings": [
                {
                    "finding": one.kind,
                    "detail": one.detail,
                    "first_at": one.first_at.isoformat(),
                    "last_at": one.last_at.isoformat(),
                    "times": one.times,
                }
                for one in parts.storage.findings(row.code)
            ],
        }
    say(options, told, "\n".join(_lines(told)))
    return 0


def _revoke(options: argparse.Namespace) -> int:
    with parts_of(options) as parts:
        row = _row(parts, options.code)
        parts.storage.revoke(row.code, now())
        parts.storage.note("gateway.terminal_revoked", {"terminal": row.code}, now())
    say(options, {"terminal": row.code, "revoked": True}, f"{row.code} is revoked; its queue stays on it")
    return 0


def _row(parts: Parts, code: str) -> TerminalRow:
    row = next((row for row in parts.storage.terminals() if row.code == code.upper()), None)
    if row is None:
        raise TerminalRefused(f"there is no terminal {code}")
    return row


def _told(row: TerminalRow) -> dict[str, Json]:
    return {
        "terminal": row.code,
        "hall": row.hall,
        "number": row.number,
        "standing": _standing(row),
        "seen_at": None if row.seen_at is None else row.seen_at.isoformat(),
        "address": row.address,
    }


def _standing(row: TerminalRow) -> str:
    if row.revoked:
        return "revoked"
    return "enrolled" if row.enrolled else "awaited"


def _time(row: TerminalRow) -> str:
    return "never" if row.seen_at is None else row.seen_at.isoformat(timespec="seconds")


def _lines(told: dict[str, Json]) -> list[str]:
    """One line for each fact; lists as lines of their own below their name."""
    lines = []
    for name, value in told.items():
        if isinstance(value, list):
            lines.append(f"{name}:" if value else f"{name}: none")
            for one in value:
                assert isinstance(one, dict)
                lines.append("  " + "  ".join(f"{key} {said}" for key, said in one.items()))
        else:
            lines.append(f"{name}: {'-' if value in (None, '') else value}")
    return lines
