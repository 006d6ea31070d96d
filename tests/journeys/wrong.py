"""What is wrong for a while, as the ports tell it."""

from dataclasses import dataclass

from kiosk.faults import Fault
from kiosk.journeys.events import Device
from kiosk.ports import PagesOutcome


@dataclass(frozen=True, slots=True)
class PagesTrouble:
    """`waits_for` stops a job for as long as it is there; `ends`: how the job ends meanwhile. Neither: all is well."""

    waits_for: Fault | None = None
    ends: PagesOutcome | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, as the ports tell it. `lost`: a device does not work meanwhile. The others spoil outcomes.

    `seals_after_all`: a submission that was said to be unknown is on the disk. `scanner`: there is one, and the
    citizen takes it. `unscanned`: what stops it after the first sheet. `scan_hangs`: it tells nothing any more.
    `pages`: there is an A4 printer, and the citizen prints the guide and the copy on it.
    """

    lost: tuple[Device, Fault, bool] | None = None  # and whether its wire is gone
    unread: Fault | None = None
    uncaptured: Fault | None = None
    sight_is_bad: bool = False
    print_fault: Fault | None = None
    print_unknown: bool = False
    seal_fault: Fault | None = None
    seal_certain: bool = True
    seals_after_all: bool = False
    platform_away: bool = False
    scanner: bool = False
    unscanned: Fault | None = None
    scan_hangs: bool = False
    pages: PagesTrouble | None = None
