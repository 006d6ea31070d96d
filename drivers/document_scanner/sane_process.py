"""SANE's calls, in a process of their own: what hangs or crashes in a backend can be ended from outside.

`sane_scanner.py` starts it with a scanner's name for one request, a JSON list. An answer is a JSON object, or the
letter `L` and lines of the picture as they came. The last object has `status`, SANE's number, and `at`: of which call.
Imports nothing of ours. What is declared here of libsane is sane.h's (SANE standard 1.06).
"""

import ctypes
import json
import threading
from collections.abc import Iterator, Sequence
from ctypes import POINTER, byref, c_char_p, c_int, c_void_p
from typing import Any

LIBRARY = "libsane.so.1"
GOOD, CANCELLED, INVAL, EOF, NO_DOCS = 0, 2, 4, 5, 7
TYPE_INT, TYPE_FIXED, TYPE_STRING = 1, 2, 3
UNIT_PIXEL, UNIT_MM = 1, 3
CONSTRAINT_RANGE, CONSTRAINT_WORDS, CONSTRAINT_STRINGS = 1, 2, 3
SETTABLE, INACTIVE = 1, 32
SET_VALUE = 1
RESOLUTION_DPI = 200  # what is handed on is A4 at 200; more only takes longer
A4_MM = (210.0, 297.0)
MM_PER_INCH = 25.4
PIECE_BYTES = 65_536
NOTICES_WITHIN_S = 0.5  # a call that goes on longer after it was told to stop is cancelled from beside


class Range(ctypes.Structure):
    _fields_ = [("min", c_int), ("max", c_int), ("quant", c_int)]


class Constraint(ctypes.Union):
    _fields_ = [("strings", POINTER(c_char_p)), ("words", POINTER(c_int)), ("range", POINTER(Range))]


class Option(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("title", c_char_p),
        ("desc", c_char_p),
        ("type", c_int),
        ("unit", c_int),
        ("size", c_int),
        ("cap", c_int),
        ("constraint_type", c_int),
        ("constraint", Constraint),
    ]


PARAMETERS = ("format", "last_frame", "bytes_per_line", "pixels_per_line", "lines", "depth")
DEVICE = ("name", "vendor", "model", "type")


class Parameters(ctypes.Structure):
    _fields_ = [(name, c_int) for name in PARAMETERS]


class Device(ctypes.Structure):
    _fields_ = [(name, c_char_p) for name in DEVICE]


class Failed(Exception):
    """A call that did not go well; never leaves this process."""

    def __init__(self, status: int, at: str) -> None:
        self.status, self.at = status, at


def library() -> Any:
    sane = ctypes.CDLL(LIBRARY)
    sane.sane_get_option_descriptor.restype = POINTER(Option)
    sane.sane_get_option_descriptor.argtypes = [c_void_p, c_int]
    sane.sane_control_option.argtypes = [c_void_p, c_int, c_int, c_void_p, c_void_p]
    sane.sane_read.argtypes = [c_void_p, c_char_p, c_int, c_void_p]
    sane.sane_get_parameters.argtypes = [c_void_p, c_void_p]
    for name in ("sane_start", "sane_cancel", "sane_close"):
        getattr(sane, name).argtypes = [c_void_p]
    return sane


# What to choose of what a backend offers. Backends name the same thing in many ways.


def source_for(kind: str, names: Sequence[str]) -> str | None:
    """The backend's name of the `feeder` or the `glass`; of several feeders the one that reads fronts alone."""
    fitting = [name for name in names if kind in kinds_of(name)]
    return min(fitting, key=_sides) if fitting else None


def kinds_of(name: str) -> tuple[str, ...]:
    """What a source of this name is: `feeder`, `glass`, or neither, such as a unit for slides."""
    words = name.casefold()
    if any(word in words for word in ("adf", "feed", "sheet")):
        return ("feeder",)
    if any(word in words for word in ("flatbed", "platen", "glass", "document table")) or words in ("fb", "normal"):
        return ("glass",)
    return ()


def _sides(name: str) -> int:
    words = name.casefold()
    if any(word in words for word in ("back", "rear")):
        return 2
    return 1 if any(word in words for word in ("duplex", "both", "double")) else 0


def mode_for(names: Sequence[str]) -> str | None:
    """Colour, else the richest grey."""
    for wanted in ("color", "colour", "gray", "grey"):
        if fitting := [name for name in names if wanted in name.casefold()]:
            return fitting[0]
    return None


def nearest(
    wanted: float, *, among: Sequence[float] = (), least: float | None = None, most: float | None = None
) -> float:
    """The value nearest to the one wanted; of two as near the larger."""
    if among:
        return min(among, key=lambda value: (abs(value - wanted), -value))
    if least is not None:
        wanted = max(wanted, least)
    return wanted if most is None else min(wanted, most)


class Scanner:
    """One device, opened."""

    def __init__(self, sane: Any, handle: c_void_p) -> None:
        self._sane, self.handle = sane, handle

    def strings(self, name: str) -> list[str]:
        """What this option may be; empty when there is no choice."""
        found = self._option(name)
        if found is None or found[1].constraint_type != CONSTRAINT_STRINGS:
            return []
        strings = found[1].constraint.strings
        offered: list[str] = []
        while (text := strings[len(offered)]) is not None:
            offered.append(text.decode("utf-8", "surrogateescape"))
        return offered

    def choose(self, name: str, text: str | None, *, must: bool = False) -> None:
        found = self._option(name)
        if found is not None and text is not None:
            room = text.encode("utf-8", "surrogateescape") + b"\0"
            value = ctypes.create_string_buffer(room, max(found[1].size, len(room)))
            self._set(found[0], value, must=must, at=name)

    def set_number(self, name: str, wanted: float, *, dpi: float = RESOLUTION_DPI) -> float | None:
        """As near as it may be; lengths are mm. What was set, None when it is not there or not settable."""
        found = self._option(name)
        if found is None or found[1].type not in (TYPE_INT, TYPE_FIXED):
            return None
        number, option = found
        scale = 65536 if option.type == TYPE_FIXED else 1
        if option.unit == UNIT_PIXEL:
            wanted *= dpi / MM_PER_INCH
        among, least, most = [], None, None
        if option.constraint_type == CONSTRAINT_WORDS:
            words = option.constraint.words
            among = [words[at] / scale for at in range(1, words[0] + 1)]
        elif option.constraint_type == CONSTRAINT_RANGE:
            least, most = option.constraint.range[0].min / scale, option.constraint.range[0].max / scale
        value = nearest(wanted, among=among, least=least, most=most)
        self._set(number, c_int(round(value * scale)), must=False, at=name)
        return value

    def _option(self, name: str) -> tuple[int, Any] | None:
        """Its number and description, if it can be set now. Asked anew each time: one option changes others."""
        number = 1
        while descriptor := self._sane.sane_get_option_descriptor(self.handle, number):
            option = descriptor[0]
            if option.name == name.encode() and option.cap & SETTABLE and not option.cap & INACTIVE:
                return number, option
            number += 1
        return None

    def _set(self, number: int, value: Any, *, must: bool, at: str) -> None:
        """A backend that does not like a value keeps its own, unless it must be."""
        info = c_int()
        status = self._sane.sane_control_option(self.handle, number, SET_VALUE, byref(value), byref(info))
        if status != GOOD and (must or status not in (1, INVAL)):
            raise Failed(status, at)

    def prepare(self, source: str) -> None:
        """From that source, in colour, 8 bits, A4."""
        named = source_for(source, self.strings("source"))
        if named is None and source not in self.sources():
            raise Failed(1, "source")
        self.choose("source", named, must=True)
        self.choose("mode", mode_for(self.strings("mode")))
        self.set_number("depth", 8)
        dpi = self.set_number("resolution", RESOLUTION_DPI) or RESOLUTION_DPI
        for paper, edge, opposite, length in zip(
            ("page-width", "page-height"), ("tl-x", "tl-y"), ("br-x", "br-y"), A4_MM, strict=True
        ):
            self.set_number(paper, length, dpi=dpi)
            self.set_number(edge, 0, dpi=dpi)
            self.set_number(opposite, length, dpi=dpi)

    def sources(self) -> list[str]:
        """Kinds. One that names none is a glass."""
        kinds = {kind for name in self.strings("source") for kind in kinds_of(name)}
        return sorted(kinds) or ["glass"]

    def start(self) -> None:
        if (status := self._sane.sane_start(self.handle)) != GOOD:
            raise Failed(status, "start")

    def parameters(self) -> dict[str, int]:
        told = Parameters()
        if (status := self._sane.sane_get_parameters(self.handle, byref(told))) != GOOD:
            raise Failed(status, "parameters")
        return {name: getattr(told, name) for name in PARAMETERS}

    def pieces(self) -> Iterator[bytes]:
        """Of one frame, until its end."""
        room, length = ctypes.create_string_buffer(PIECE_BYTES), c_int()
        while (status := self._sane.sane_read(self.handle, room, PIECE_BYTES, byref(length))) == GOOD:
            yield ctypes.string_at(room, length.value)
        if status != EOF:
            raise Failed(status, "read")

    def cancel(self) -> None:
        self._sane.sane_cancel(self.handle)


def devices(sane: Any) -> list[dict[str, str]]:
    listed = POINTER(POINTER(Device))()
    if (status := sane.sane_get_devices(byref(listed), 0)) != GOOD:
        raise Failed(status, "list")
    found: list[dict[str, str]] = []
    while listed and listed[len(found)]:
        device = listed[len(found)][0]
        found.append({name: (getattr(device, name) or b"").decode("utf-8", "replace") for name in DEVICE})
    return found


def opened(sane: Any, name: str) -> tuple[Scanner, str]:
    """The scanner of that name, or else the first whose name begins so; and its name."""
    handle = c_void_p()
    status = sane.sane_open(name.encode(), byref(handle))
    if status == INVAL:
        for device in devices(sane):
            if device["name"].startswith(name) and device["name"] != name:
                name = device["name"]
                status = sane.sane_open(name.encode(), byref(handle))
                break
    if status != GOOD:
        raise Failed(status, "open")
    return Scanner(sane, handle), name


class Scan:
    """Pages of one scan, told as they come. Any further request stops it."""

    def __init__(self, wire: Any, scanner: Scanner) -> None:
        self._wire, self._scanner = wire, scanner
        self._over = threading.Event()
        self._reading = threading.Lock()

    def run(self, at_most: int) -> None:
        threading.Thread(target=self._stop_when_asked, daemon=True).start()
        try:
            for _ in range(at_most):
                self._page()
        finally:
            self._over.set()
            with self._reading:
                self._scanner.cancel()

    def _page(self) -> None:
        last = False
        while not last:
            self._scanner.start()
            frame = self._scanner.parameters()
            last = bool(frame["last_frame"])
            tell(self._wire, frame=frame)
            for piece in self._scanner.pieces():
                self._wire.send(b"L" + piece)
                self._go_on()
        tell(self._wire, page=True)
        self._go_on()

    def _go_on(self) -> None:
        if self._wire.asked():
            raise Failed(CANCELLED, "asked")

    def _stop_when_asked(self) -> None:
        """While a call hangs. SANE allows this one call from beside any other."""
        while not self._wire.asked(60.0):
            pass
        if not self._over.wait(NOTICES_WITHIN_S):
            with self._reading:
                if not self._over.is_set():
                    self._scanner.cancel()


def tell(wire: Any, **said: Any) -> None:
    wire.send(json.dumps(said).encode())


def answered(wire: Any, sane: Any, name: str, request: list[Any]) -> None:
    if request[0] == "list":
        tell(wire, devices=devices(sane))
        return
    scanner, full_name = opened(sane, name)
    try:
        tell(wire, name=full_name, sources=scanner.sources())
        if request[0] == "scan":
            _, source, at_most = request
            scanner.prepare(source)
            Scan(wire, scanner).run(at_most)
    finally:
        sane.sane_close(scanner.handle)


def serve(wire: Any, name: str) -> None:
    """One request, then the end: a backend knows only what it found when it was loaded."""
    sane = library()
    request = json.loads(wire.receive() or b"[null]")
    ended = Failed(sane.sane_init(None, None), "init")
    if ended.status == GOOD:
        try:
            answered(wire, sane, name, request)
        except Failed as failed:
            ended = failed
        sane.sane_exit()
    tell(wire, status=ended.status, at=ended.at)
