"""What the machine has of what the terminal needs: Debian packages, fonts, Python, Qt, SQLite, a display."""

import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib import metadata
from importlib.resources import files
from pathlib import Path

import apsw

from kiosk.faults import WhoActs
from provisioning.findings import Finding, Grade, ok
from sync.outbox.schema import is_safe_sqlite

FONTS = (
    ("Noto Sans CJK SC", "Regular"),
    ("Noto Sans CJK SC", "Medium"),
    ("Noto Serif CJK SC", "SemiBold"),
    ("HanaMinA", "Regular"),
    ("BabelStone Han", "Regular"),
)


def check_machine(environment: Mapping[str, str]) -> list[Finding]:
    """All of it, in the order in which one would mend it."""
    return [
        check_packages(wanted_packages(), _answer("dpkg-query", "--show", "--showformat", "${Package} ${Status}\n")),
        check_fonts(_answer("fc-list", ":", "family", "style")),
        check_qt(platform.python_version_tuple(), metadata.version("PySide6-Essentials")),
        check_sqlite(apsw.sqlite_lib_version()),
        check_display(environment),
    ]


def wanted_packages() -> list[str]:
    """The first word of each line of `debian-packages/run.txt`."""
    listed = files("provisioning").joinpath("debian-packages", "run.txt").read_text("utf-8").splitlines()
    return [line.split()[0] for line in listed if line.strip() and not line.startswith("#")]


def check_packages(wanted: Iterable[str], listing: str | None) -> Finding:
    """`listing`: a line `name install ok installed` for each package; None where there is no dpkg."""
    subject = "Debian packages"
    if listing is None:
        return Finding(
            Grade.WARN, subject, "this is no Debian, so they were not looked for",
            "see that Qt's libraries, the fonts and the input libraries are there", WhoActs.MAINTENANCE,
        )  # fmt: skip
    installed = {line.split()[0] for line in listing.splitlines() if line.endswith(" ok installed")}
    missing = [package for package in wanted if package not in installed]
    if missing:
        names = " ".join(missing)
        return Finding(Grade.FAIL, subject, f"missing: {names}", f"apt-get install {names}", WhoActs.MAINTENANCE)
    return ok(subject, "all there")


def check_fonts(listing: str | None) -> Finding:
    """`listing`: what `fc-list : family style` says; None where there is no fontconfig."""
    subject = "fonts"
    lines = (listing or "").splitlines()
    missing = [
        f"{family} {style}" for family, style in FONTS if not any(family in line and style in line for line in lines)
    ]
    if missing:
        return Finding(
            Grade.FAIL, subject, f"missing: {', '.join(missing)}", "install the fonts-* packages", WhoActs.MAINTENANCE
        )
    return ok(subject, "all there")


def check_qt(python: tuple[str, str, str], pyside: str) -> Finding:
    """docs/adr/0001-pyside6.md: 6.12 aborts on Python 3.11."""
    what = f"PySide6 {pyside} on Python {'.'.join(python)}"
    major, minor = (int(part) for part in pyside.split(".")[:2])
    if (int(python[0]), int(python[1])) < (3, 12) and (major, minor) >= (6, 12):
        return Finding(
            Grade.FAIL, "Qt", f"{what} ends by itself after some minutes", "install 6.11.3", WhoActs.MAINTENANCE
        )
    return ok("Qt", what)


def check_sqlite(version: str) -> Finding:
    if is_safe_sqlite(version):
        return ok("SQLite", version)
    return Finding(
        Grade.FAIL, "SQLite", f"{version} can lose committed rows", "install apsw-sqlite3mc as pinned",
        WhoActs.MAINTENANCE,
    )  # fmt: skip


def check_display(environment: Mapping[str, str]) -> Finding:
    """Where Qt would draw. A technician who came over the network may see less than the terminal's own session."""
    subject = "display"
    qt_platform = environment.get("QT_QPA_PLATFORM", "")
    if qt_platform.startswith(("offscreen", "minimal")):
        return Finding(
            Grade.WARN, subject, f"Qt draws {qt_platform}: nobody sees it", "unset QT_QPA_PLATFORM",
            WhoActs.CONFIGURATION,
        )  # fmt: skip
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if environment.get(name):
            return ok(subject, f"{name}={environment[name]}")
    if Path("/dev/dri").is_dir():
        return ok(subject, "none in this session; a graphics card is there")
    return Finding(
        Grade.WARN, subject, "none in this session, and no graphics card", "run this in the terminal's own session",
        WhoActs.MAINTENANCE,
    )  # fmt: skip


def _answer(*command: str) -> str | None:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30).stdout
    except FileNotFoundError:
        return None
