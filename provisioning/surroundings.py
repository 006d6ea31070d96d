"""What stands around one configured terminal: the place of its store, its gateway, its devices."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import assert_never
from urllib.parse import urlsplit

import requests

from drivers.probing import Device, patient_status
from kiosk.configuration import Gateway, Store
from kiosk.faults import Fault, WhoActs
from kiosk.ports import Degraded, Disconnected, NeedsAttention, Ready, Starting, Status
from provisioning.findings import Finding, Grade, ok
from sync.outbox.schema import KEY
from ui.texts import Texts

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
COMFORTABLE = 10  # times the reserve


def check_store(store: Store) -> list[Finding]:
    """Whether this user can write there, whether the key is its owner's alone, and how much is free."""
    directory = Path(store.directory)
    subject = f"store {directory}"
    if not directory.is_dir():
        return [_operator(subject, "is no directory", f"create it for the terminal's user, mode 0700: {directory}")]
    return [
        _writable(subject, directory),
        _key(directory / KEY),
        space_of(subject, shutil.disk_usage(directory).free, store.reserve_mb),
    ]


def foreign_owner(directory: Path) -> str | None:
    """Whose it is, when not ours: what we wrote there the terminal's own user could not read."""
    if not directory.exists() or directory.stat().st_uid == os.geteuid():
        return None
    try:
        return directory.owner()
    except KeyError:
        return str(directory.stat().st_uid)


def _writable(subject: str, directory: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=directory) as file:
            os.fsync(file.fileno())
    except OSError as error:
        return _operator(subject, f"cannot be written: {error.strerror}", "give it to the user of the terminal")
    return ok(subject, "can be written")


def _key(key: Path) -> Finding:
    if not key.exists():
        return ok("store key", "not made yet; the first start does")
    mode = stat.S_IMODE(key.stat().st_mode)
    if mode & 0o077:
        return _operator("store key", f"mode {mode:04o}: others may read it", f"chmod 600 {key}")
    return ok("store key", f"mode {mode:04o}")


def space_of(subject: str, free_bytes: int, reserve_mb: int, used: str = "") -> Finding:
    """Below the reserve nothing more is sealed. `used`: words to put before."""
    free_mb = free_bytes // 1_000_000
    what = f"{used}{free_mb} MB free, reserve {reserve_mb} MB"
    if free_mb >= COMFORTABLE * reserve_mb:
        return ok(subject, what)
    grade = Grade.FAIL if free_mb < reserve_mb else Grade.WARN
    return Finding(grade, subject, what, "let the agent send what waits, or clear the disk", WhoActs.MAINTENANCE)


def check_gateway(gateway: Gateway, authority: Path | None = None) -> Finding:
    """One question to `/v1/health`. Plain HTTP is for this machine alone. `authority`: whom we believe."""
    subject = f"gateway {gateway.url}"
    url = urlsplit(gateway.url)
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        return _operator(subject, "plain HTTP to another machine", "use https")
    health = f"{gateway.url.rstrip('/')}/v1/health"
    try:
        with requests.get(
            health,
            timeout=(gateway.connect_timeout_s, gateway.read_timeout_s),
            allow_redirects=False,
            headers={"Accept": "application/json"},
            verify=str(authority) if authority else True,
        ) as answer:
            status, media_type = answer.status_code, answer.headers.get("Content-Type", "")
    except requests.exceptions.SSLError:
        return _operator(subject, "its certificate is not trusted here", "see the authority that is configured")
    except requests.exceptions.RequestException as error:
        # What is handed in meanwhile is kept; but nobody should leave a terminal so.
        return _operator(subject, f"does not answer ({type(error).__name__})", "see the network, then the address")
    if status == requests.codes.ok and media_type.startswith("application/json"):
        return ok(subject, "answers")
    return _operator(subject, f"answers {status} {media_type}", "see the address: this is no gateway that is well")


def check_device(name: str, connect: Callable[[], Device], texts: Texts, *, simulated: bool) -> list[Finding]:
    """Ask the device how it is. `connect` raises ValueError for settings that name none."""
    try:
        device = connect()
    except ValueError as error:
        return [_operator(name, f"is not configured: {error}", "correct its address or profile")]
    findings = findings_of(name, patient_status(device), texts)
    if simulated:
        to_do = "no citizen's affairs on this terminal until `simulated` is gone"
        findings.append(Finding(Grade.WARN, name, "is simulated", to_do, WhoActs.CONFIGURATION))
    return findings


def findings_of(name: str, status: Status, texts: Texts) -> list[Finding]:
    match status:
        case Ready():
            return [ok(name, "ready")]
        case Starting():
            return [Finding(Grade.WARN, name, "does not know yet how it is", "ask once more", WhoActs.RESET)]
        case Degraded(reasons):
            return [_of_fault(Grade.WARN, name, fault, texts) for fault in reasons]
        case NeedsAttention(fault) | Disconnected(fault):
            return [_of_fault(Grade.FAIL, name, fault, texts)]
    assert_never(status)


def _of_fault(grade: Grade, name: str, fault: Fault, texts: Texts) -> Finding:
    return Finding(grade, name, fault.code, texts(f"fault.{fault.code}.technician"), fault.who_acts)


def _operator(subject: str, what: str, to_do: str) -> Finding:
    return Finding(Grade.FAIL, subject, what, to_do, WhoActs.CONFIGURATION)
