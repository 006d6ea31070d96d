"""How a device is, in the words of CEN XFS4IoT; what it has done; and how long the paper lasts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import assert_never

from kiosk.faults import PAPER_LOW, PAPER_OUT, PRINTER_CUTTER, PRINTER_JAMMED, Fault, WhoActs
from kiosk.ports import Degraded, Disconnected, NeedsAttention, Ready, Starting, Status


class DeviceState(Enum):
    """XFS4IoT's `device` state."""

    STARTING = "starting"
    ONLINE = "online"
    NO_DEVICE = "noDevice"
    HARDWARE_ERROR = "hardwareError"
    USER_ERROR = "userError"  # staff on site put it right


class PaperState(Enum):
    """XFS4IoT's `paper` state."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


class Counter(Enum):
    """What a device has done, by the day."""

    READS = "reads"
    READS_FAILED = "reads_failed"
    CODES = "codes"
    PAGES = "pages"
    PAGES_FAILED = "pages_failed"
    PRINTS = "prints"
    PRINTS_FAILED = "prints_failed"  # not printed, or nobody knows
    PAPER_MM = "paper_mm"
    SHEETS = "sheets"
    CUTS = "cuts"


Counts = Mapping[tuple[str, Counter], int]  # by a device's name in the configuration


def state_of(status: Status) -> DeviceState:
    match status:
        case Starting():
            return DeviceState.STARTING
        case Ready() | Degraded():
            return DeviceState.ONLINE
        case Disconnected():
            return DeviceState.NO_DEVICE
        case NeedsAttention(fault):
            return DeviceState.USER_ERROR if fault.who_acts is WhoActs.CLEAR else DeviceState.HARDWARE_ERROR
    assert_never(status)


def faults_of(status: Status) -> tuple[Fault, ...]:
    """What is wrong, what keeps it from working and what does not."""
    match status:
        case Degraded(reasons):
            return reasons
        case NeedsAttention(fault) | Disconnected(fault):
            return (fault,)
        case Starting() | Ready():
            return ()
    assert_never(status)


def paper_state(status: Status) -> PaperState:
    """What a printer's status says of its paper."""
    faults = faults_of(status)
    if PAPER_OUT in faults:
        return PaperState.OUT
    if PRINTER_JAMMED in faults or PRINTER_CUTTER in faults:
        return PaperState.JAMMED
    if PAPER_LOW in faults:
        return PaperState.LOW
    return PaperState.FULL if state_of(status) is DeviceState.ONLINE else PaperState.UNKNOWN


@dataclass(frozen=True, slots=True)
class Roll:
    """The roll in a printer, as far as its sensors and our counting tell.

    `loaded_at_mm`: the printer's total when the roll came in; None until a change of rolls was seen. `length_mm`: as
    the last roll that was used up whole measured, else None. `state` is the last that was not unknown or jammed.
    `disturbed`: since then something else was wrong, as when somebody opens the cover.
    """

    loaded_at_mm: int | None = None
    length_mm: int | None = None
    state: PaperState = PaperState.UNKNOWN
    disturbed: bool = False

    def seen(self, state: PaperState, *, total_mm: int) -> "Roll":
        """After the printer said so.

        Paper that comes after it was out is a new roll; after it was low only when the printer was disturbed between,
        because a sensor at the edge of the roll trembles.
        """
        if state in (PaperState.UNKNOWN, PaperState.JAMMED):
            return replace(self, disturbed=True)
        if state is self.state and not (self.disturbed and state is PaperState.FULL):
            return self
        length_mm = self.length_mm
        if state is PaperState.OUT and self.loaded_at_mm is not None and total_mm > self.loaded_at_mm:
            length_mm = total_mm - self.loaded_at_mm
        is_new = state is PaperState.FULL and (
            self.state is PaperState.OUT or (self.state is PaperState.LOW and self.disturbed)
        )
        return Roll(total_mm if is_new else self.loaded_at_mm, length_mm, state)


@dataclass(frozen=True, slots=True)
class PaperForecast:
    """`left_mm` and `days` are None where nothing was seen that says it."""

    state: PaperState
    left_mm: int | None = None
    days: float | None = None


FEWEST_DAYS = 3  # of use, before their mean says anything


def paper_forecast(roll: Roll, *, total_mm: int, new_roll_mm: int, daily_mm: tuple[int, ...]) -> PaperForecast:
    """When the paper will be used up. `daily_mm`: what each of the last days of use took, today apart."""
    if roll.state is PaperState.OUT:
        return PaperForecast(roll.state, left_mm=0, days=0.0)
    if roll.loaded_at_mm is None:
        return PaperForecast(roll.state)
    left_mm = max(0, (roll.length_mm or new_roll_mm) - (total_mm - roll.loaded_at_mm))
    if len(daily_mm) < FEWEST_DAYS:
        return PaperForecast(roll.state, left_mm)
    return PaperForecast(roll.state, left_mm, round(left_mm * len(daily_mm) / sum(daily_mm), 1))


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """One device for the technician and the platform. `since` is RFC 3339; nothing here concerns a person."""

    device: str
    state: DeviceState
    faults: tuple[Fault, ...] = ()
    since: str | None = None
    counters: Mapping[Counter, int] = field(default_factory=dict)
    paper: PaperForecast | None = None
