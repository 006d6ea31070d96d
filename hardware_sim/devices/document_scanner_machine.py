"""A document scanner as a pure machine: a feeder with a stack of sheets, glass for one page, and what goes wrong.

A host opens it, sets options, starts a page and takes its parts in order; the scanner's thread lets the time of a page
pass between them. A batch lasts from the first start until the host cancels, closes or is refused a page: a fault that
was armed for the next scan begins and ends with it. A sheet that jams stays in the way until somebody takes it out; it
goes back onto the stack.
"""

import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from hardware_sim.devices.saned_wire import Action, Kind, Option, Parameters, Range, Status, Unit
from hardware_sim.devices.sheet_pictures import WINDOW_MM, Sheet, Window, raster
from hardware_sim.faults import FaultBook

FLATBED, ADF = "Flatbed", "ADF"
RESOLUTIONS = (75, 100, 150, 200, 300, 600)
PARTS = 20  # in which a page comes
FEEDER_S, GLASS_S = 3.0, 5.0  # a page at 200 dots an inch
MOST_SHEETS = 50

JAM, COVER, BUSY, IO_ERROR = "sheets.jam", "sheets.cover", "sheets.busy", "sheets.io-error"
NO_MEMORY, DENIED, MUTE = "sheets.no-memory", "sheets.denied", "sheets.no-answer"
SLOW, UNPLUGGED = "sheets.slow", "sheets.unplugged"
FAULTS = (JAM, COVER, BUSY, IO_ERROR, NO_MEMORY, DENIED, MUTE, SLOW, UNPLUGGED)
_REFUSALS = {COVER: Status.COVER_OPEN, DENIED: Status.ACCESS_DENIED, BUSY: Status.DEVICE_BUSY, NO_MEMORY: Status.NO_MEM}

INEXACT, RELOAD_PARAMETERS = 1, 4
_FIXED = 1 << 16
_LONGEST_CHOICE = 16
OPTIONS = (
    Option("", "Number of options", Kind.INT, capabilities=4),
    Option("source", "Scan source", Kind.STRING, size=_LONGEST_CHOICE, constraint=(FLATBED, ADF)),
    Option("mode", "Scan mode", Kind.STRING, size=_LONGEST_CHOICE, constraint=("Color", "Gray")),
    Option("resolution", "Scan resolution", Kind.INT, Unit.DPI, constraint=RESOLUTIONS),
    *(
        Option(name, title, Kind.FIXED, Unit.MM, constraint=Range(0, round(WINDOW_MM[axis] * _FIXED)))
        for name, title, axis in (
            ("tl-x", "Top-left x", 0),
            ("tl-y", "Top-left y", 1),
            ("br-x", "Bottom-right x", 0),
            ("br-y", "Bottom-right y", 1),
        )
    ),
)


class PlugPulled:
    """In place of a page's end: the wire is gone."""


Part = bytes | Status | PlugPulled


@dataclass
class _Page:
    parts: deque[Part]
    part_s: float
    image: Parameters


@dataclass
class ScannerMachine:
    """`faults`: what is so, and what waits for the next scan. Sheets are fed and taken in order."""

    faults: FaultBook = field(default_factory=FaultBook)
    feeder: deque[Sheet] = field(default_factory=deque)
    glass: Sheet | None = None
    stuck: Sheet | None = None
    pages: int = 0

    def __post_init__(self) -> None:
        self._opened = False
        self._page: _Page | None = None
        self._batch: list[str] | None = None  # the faults that began with it
        self._fed = 0  # sheets in this batch
        self._reset()

    # Hands.

    def feed(self, sheets: Iterable[Sheet]) -> None:
        self.feeder.extend(sheets)

    def take(self) -> int:
        """Everything out of the feeder, a stuck sheet too; how many there were."""
        self.clear_jam()
        count = len(self.feeder)
        self.feeder.clear()
        return count

    def clear_jam(self) -> None:
        """Open, pull the sheet out, lay it back onto the stack, close."""
        if self.stuck is not None:
            self.feeder.appendleft(self.stuck)
            self.stuck = None
        self.faults.clear(JAM)

    # A host.

    @property
    def opened(self) -> bool:
        return self._opened

    @property
    def mute(self) -> bool:
        return MUTE in self.faults

    @property
    def scanning(self) -> bool:
        return self._page is not None

    def open(self) -> Status:
        """One host at a time."""
        if self._opened:
            return Status.DEVICE_BUSY
        refused = next((_REFUSALS[name] for name in (DENIED, BUSY) if name in self.faults), Status.GOOD)
        self._opened = refused is Status.GOOD
        self._reset()
        return refused

    def close(self) -> None:
        self.cancel()
        self._opened = False

    def control(self, number: int, action: int, value: bytes) -> tuple[Status, int, bytes]:
        """Ask for an option, or set it. Gives status, what else changed, and the value as it is now."""
        if not 0 <= number < len(OPTIONS) or action not in (Action.GET, Action.SET) or (action and not number):
            return Status.INVAL, 0, value
        option, info = OPTIONS[number], 0
        if action == Action.SET:
            if self._page is not None:
                return Status.DEVICE_BUSY, 0, value
            wanted = _parsed(option, value)
            if wanted is None:
                return Status.INVAL, 0, value
            self._values[option.name] = _nearest(option, wanted)
            info = RELOAD_PARAMETERS | (INEXACT if self._values[option.name] != wanted else 0)
        return Status.GOOD, info, self._encoded(option, len(value))

    def parameters(self) -> Parameters:
        """Of the page that comes now, or would come next."""
        if self._page is not None:
            return self._page.image
        window = self._window()
        return Parameters(window.colour, window.width, window.lines)

    def start(self) -> Status:
        """Take the next sheet, or look at the glass. A scanner that has become `mute` meanwhile answers nothing."""
        if self._page is not None:
            return Status.DEVICE_BUSY
        if self._batch is None:
            self._batch, self._fed = self.faults.begin(*FAULTS), 0
        refused = self._refused()
        if refused is not None:
            self._end_batch()
            return refused
        fed, window = self._values["source"] == ADF, self._window()
        sheet = self.feeder.popleft() if fed else self.glass
        octets = raster(sheet, window, fed=fed)
        image = Parameters(window.colour, window.width, window.lines)
        size = -(-window.lines // PARTS) * image.line_bytes
        parts: list[Part] = [octets[at : at + size] for at in range(0, len(octets), size)]
        middle = len(parts) // 2
        if fed and JAM in self.faults and self._fed >= self.faults.amount(JAM, "after_sheets"):
            parts[middle:], self.stuck = [Status.JAMMED], sheet
        elif IO_ERROR in self.faults:
            parts[middle:] = [Status.IO_ERROR]
        elif UNPLUGGED in self._batch:
            parts[middle:] = [PlugPulled()]
        else:
            parts.append(Status.EOF)
        self._fed += 1
        self._page = _Page(deque(parts), self._page_s(window, fed=fed) / PARTS, image)
        return Status.GOOD

    @property
    def part_s(self) -> float:
        """How long the scanner takes for the next part of a page."""
        return self._page.part_s if self._page is not None else 0.0

    def next_part(self) -> Part | None:
        """`None` when no page comes. After a status or a pulled plug there is none more of this page."""
        if self._page is None:
            return None
        part = Status.COVER_OPEN if COVER in self.faults else self._page.parts.popleft()
        if isinstance(part, bytes):
            return part
        self._page = None
        if part is Status.EOF:
            self.pages += 1
        else:
            self._end_batch()
        return part

    def cancel(self) -> None:
        """The host wants no more; a sheet on its way comes out unread."""
        self._page = None
        self._end_batch()

    def _refused(self) -> Status | None:
        if self.stuck is not None:
            return Status.JAMMED
        for name, status in _REFUSALS.items():
            if name in self.faults:
                return status
        return Status.NO_DOCS if self._values["source"] == ADF and not self.feeder else None

    def _end_batch(self) -> None:
        begun, self._batch = self._batch, None
        self.faults.end(begun or ())

    def _page_s(self, window: Window, *, fed: bool) -> float:
        if SLOW in self.faults:
            return self.faults.amount(SLOW, "page_s")
        part_seen = (window.bottom - window.top) / WINDOW_MM[1]
        return (FEEDER_S if fed else GLASS_S) * part_seen * max(0.5, window.dots_per_inch / 200)

    def _reset(self) -> None:
        """Options as they are when somebody opens it."""
        self._values: dict[str, int | str] = {"source": FLATBED, "mode": "Color", "resolution": 200, "": len(OPTIONS)}
        edges = {"tl-x": 0.0, "tl-y": 0.0, "br-x": WINDOW_MM[0], "br-y": WINDOW_MM[1]}
        self._values |= {name: round(mm * _FIXED) for name, mm in edges.items()}

    def _window(self) -> Window:
        left, top, right, bottom = (int(self._values[name]) / _FIXED for name in ("tl-x", "tl-y", "br-x", "br-y"))
        left, right = sorted((left, right))
        top, bottom = sorted((top, bottom))
        return Window(left, top, right, bottom, int(self._values["resolution"]), self._values["mode"] == "Color")

    def _encoded(self, option: Option, size: int) -> bytes:
        """A text in as many bytes as the host has room for."""
        value = self._values[option.name]
        return value.encode().ljust(size, b"\0")[:size] if isinstance(value, str) else struct.pack(">i", value)


def _parsed(option: Option, value: bytes) -> int | str | None:
    if option.kind is not Kind.STRING:
        return int(struct.unpack(">i", value)[0]) if len(value) == 4 else None
    return next((str(one) for one in _choices(option) if str(one).encode() == value.split(b"\0")[0]), None)


def _nearest(option: Option, wanted: int | str) -> int | str:
    if isinstance(wanted, str):
        return wanted
    if isinstance(option.constraint, Range):
        return min(max(wanted, option.constraint.least), option.constraint.most)
    return min((int(one) for one in _choices(option)), key=lambda one: abs(one - wanted))


def _choices(option: Option) -> tuple[int, ...] | tuple[str, ...]:
    return option.constraint if isinstance(option.constraint, tuple) else ()
