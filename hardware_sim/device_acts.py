"""What hands do to the simulated devices, by name: each act's types and first sentence are its document."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace

from hardware_sim.acts import act
from hardware_sim.chip import TEXT_LENGTH, Chip, chip_of, test_photo
from hardware_sim.clock import Clock, HandClock, RealClock
from hardware_sim.control import Refused, known
from hardware_sim.crowd import somebody
from hardware_sim.devices.code_frames import CodeFrames
from hardware_sim.devices.code_pictures import CHARSETS, SYMBOLOGIES, CodeTrouble, Medium, ShownCode
from hardware_sim.devices.desk_view import Trouble
from hardware_sim.devices.document_camera import DocumentCamera, laid_page
from hardware_sim.devices.document_scanner import DocumentScanner
from hardware_sim.devices.document_scanner_machine import MOST_SHEETS
from hardware_sim.devices.page_printer import PagePrinter
from hardware_sim.devices.page_printer_machine import FULL_TRAY
from hardware_sim.devices.printer_machine import NEW_ROLL_MM
from hardware_sim.devices.receipt_printer import ReceiptPrinter
from hardware_sim.devices.sam_machine import PlacedCard
from hardware_sim.devices.sam_reader import SamReader
from hardware_sim.devices.scan_engine import ScanEngine
from hardware_sim.devices.sheet_pictures import SheetTrouble, sheet_of
from hardware_sim.devices.smart_card_slot import SmartCardSlot
from hardware_sim.devices.virtual_cards import Card, ContactlessCard, StorageCard, UnknownCard, social_security_card
from hardware_sim.faults import PAPERS, TERMINAL, FaultKind, FaultyDevice, fault_named, listed
from hardware_sim.pages import KINDS
from hardware_sim.people import Person, as_json, cast
from hardware_sim.wire_log import WireLog


class GeneralActs:
    def __init__(self, status: Callable[[], dict[str, object]]) -> None:
        self._status = status

    @act("status")
    def status(self) -> dict[str, object]:
        """Addresses and state of all devices."""
        return self._status()

    @act("people")
    def people(self) -> list[dict[str, object]]:
        """The cast whose cards can be inserted."""
        return [as_json(person) for person in cast().values()]

    @act("person")
    def person(self, name: str) -> dict[str, object]:
        """Somebody by name: of the cast, or a stranger such as `rare-name:17`."""
        return as_json(person_named(name))


class CardActs:
    def __init__(self, reader: SamReader) -> None:
        self._reader = reader

    @act("card insert")
    def insert(self, name: str, for_bytes: int | None = None, changed: dict[str, object] | None = None) -> None:
        """Lay somebody's card on the reader: of the cast, or a stranger such as `rare-name:17`; `for_bytes`: pulled
        away after so many bytes of a read; `changed`: what stands there instead, such as `name` or `valid_to`."""
        if for_bytes is not None and for_bytes < 0:
            raise Refused(f"card insert: for_bytes is {for_bytes}, and no fewer than 0 bytes come")
        self._reader.insert(PlacedCard(_chip_of(person_named(name, changed)), for_bytes))

    @act("card lay")
    def lay(self, text: str) -> None:
        """Lay a card on the reader whose chip holds these 256 bytes of text, given in hexadecimal digits."""
        try:
            chip_text = bytes.fromhex(text)
        except ValueError as error:
            raise Refused(f"not the bytes of a chip: {error}") from error
        if len(chip_text) != TEXT_LENGTH:
            raise Refused(f"a chip has {TEXT_LENGTH} bytes of text, not {len(chip_text)}")
        self._reader.insert(PlacedCard(Chip(text=chip_text, photo=test_photo())))

    @act("card lift")
    def lift(self) -> None:
        """Take the card off the reader."""
        self._reader.lift()

    @act("reader plug")
    def plug(self, plugged: bool) -> None:
        """Put the reader's plug in, or pull it."""
        if plugged:
            self._reader.plug()
        else:
            self._reader.unplug()


class PageActs:
    def __init__(self, camera: DocumentCamera) -> None:
        self._camera = camera

    @act("page put")
    def put(self, name: str, person: str = "chen-guilan", troubles: list[str] | None = None) -> None:
        """Lay somebody's page under the camera, or take it away (`none`). Troubles: dark, blurred, half, glare."""
        known_troubles = [trouble.value for trouble in Trouble]
        chosen = frozenset(Trouble(known(trouble, known_troubles, "trouble")) for trouble in troubles or ())
        kind = known(name, [*KINDS, "none"], "page")
        self._camera.put(None if kind == "none" else laid_page(kind, person_named(person), chosen))

    @act("camera plug")
    def plug(self, plugged: bool) -> None:
        """Put the camera's plug in, or pull it."""
        if plugged:
            self._camera.plug()
        else:
            self._camera.unplug()


class SheetActs:
    def __init__(self, scanner: DocumentScanner | None) -> None:
        self._scanner = scanner

    @act("sheets feed")
    def feed(self, names: list[str], person: str = "chen-guilan", troubles: list[str] | None = None) -> None:
        """Lay somebody's pages into the document scanner's feeder, the first one read first. Troubles: skewed,
        upside-down, face-down."""
        if not 1 <= len(names) <= MOST_SHEETS:
            raise Refused(f"sheets feed: 1 to {MOST_SHEETS} sheets, not {len(names)}")
        known_troubles = [trouble.value for trouble in SheetTrouble]
        chosen = frozenset(SheetTrouble(known(trouble, known_troubles, "trouble")) for trouble in troubles or ())
        whose = person_named(person)
        self._present().feed([sheet_of(known(name, KINDS, "page"), whose, chosen) for name in names])

    @act("sheets take")
    def take(self) -> int:
        """Take all sheets out of the feeder, one that is stuck too; how many there were."""
        return self._present().take()

    @act("glass put")
    def put(self, name: str, person: str = "chen-guilan") -> None:
        """Lay somebody's page on the document scanner's glass."""
        self._present().lay(sheet_of(known(name, KINDS, "page"), person_named(person)))

    @act("glass lift")
    def lift(self) -> None:
        """Take the page off the glass."""
        self._present().lay(None)

    @act("sheets plug")
    def plug(self, plugged: bool) -> None:
        """Put the document scanner's plug in, or pull it."""
        if plugged:
            self._present().plug()
        else:
            self._present().unplug()

    def _present(self) -> DocumentScanner:
        if self._scanner is None:
            raise Refused("there is no document scanner; start the simulation with --papers")
        return self._scanner


MOST_IN_TRAY = 10_000


class PrintedPageActs:
    def __init__(self, printer: PagePrinter | None) -> None:
        self._printer = printer

    @act("tray load")
    def load(self, sheets: int = FULL_TRAY) -> None:
        """Put so many sheets into the A4 printer's tray, and the tray in."""
        if not 1 <= sheets <= MOST_IN_TRAY:
            raise Refused(f"tray load: 1 to {MOST_IN_TRAY} sheets, not {sheets}")
        self._present().load(sheets)

    @act("tray remove")
    def remove(self) -> None:
        """Pull the A4 printer's tray out."""
        self._present().remove_tray()

    @act("pages clear")
    def clear(self) -> None:
        """Mend what stands in the way of the A4 printer's sheets: a jam, the cover, a full tray, a pause."""
        self._present().clear()

    @act("pages printed", waits=True)
    def printed(self, at_least: int = 0, within_s: float = 0.0) -> list[dict[str, object]]:
        """The sheets that came out of the A4 printer, oldest first, as soon as there are so many or the time is
        over."""
        kept = self._present().printed(at_least=at_least, within_s=within_s)
        return [
            {"number": one.number, "text_path": str(one.text_path), "picture_path": str(one.picture_path)}
            for one in kept
        ]

    def _present(self) -> PagePrinter:
        if self._printer is None:
            raise Refused("there is no A4 printer; start the simulation with --papers")
        return self._printer


LONGEST_ROLL_MM = 1_000_000


class PaperActs:
    def __init__(self, printer: ReceiptPrinter) -> None:
        self._printer = printer

    @act("paper load")
    def load(self, mm: float | None = None) -> None:
        """Put a new roll in, or one of which only so many mm are left."""
        left_mm = NEW_ROLL_MM if mm is None else mm
        if not 0 <= left_mm <= LONGEST_ROLL_MM:
            raise Refused(f"paper load: a roll has 0 to {LONGEST_ROLL_MM} mm, not {mm}")
        self._printer.change(lambda machine: machine.load_paper(left_mm))

    @act("paper remove")
    def remove(self) -> None:
        """Take the roll out."""
        self._printer.change(lambda machine: machine.remove_paper())

    @act("paper cover")
    def cover(self, opened: bool) -> None:
        """Open or close the cover."""
        self._printer.change(lambda machine: machine.set_cover(opened=opened))

    @act("paper jam")
    def jam(self) -> None:
        """Jam the cutter."""
        self._printer.change(lambda machine: machine.set_jam(jammed=True))

    @act("paper clear")
    def clear(self) -> None:
        """Clear the jam and close the cover."""
        self._printer.change(lambda machine: machine.set_jam(jammed=False))
        self._printer.change(lambda machine: machine.free_piece())
        self._printer.change(lambda machine: machine.set_cover(opened=False))

    @act("slip take")
    def take(self) -> bool:
        """Take the ticket out of the mouth; false when none waits there."""
        return self._printer.take_slip()

    @act("printer plug")
    def plug(self, plugged: bool) -> None:
        """Put the printer's plug in, or pull it."""
        if plugged:
            self._printer.plug()
        else:
            self._printer.unplug()

    @act("receipts", waits=True)
    def receipts(self, at_least: int = 0, within_s: float = 0.0) -> list[dict[str, object]]:
        """What was printed, oldest first, as soon as there are so many or the time is over."""
        kept = self._printer.receipts(at_least=at_least, within_s=within_s)
        return [
            asdict(slip) | {"text_path": str(slip.text_path), "picture_path": str(slip.picture_path)} for slip in kept
        ]


class CodeActs:
    def __init__(self, engine: ScanEngine, camera: CodeFrames) -> None:
        self._engine = engine
        self._camera = camera

    @act("code show")
    def show(
        self,
        text: str | None = None,
        payload_hex: str | None = None,
        symbology: str = "QR Code",
        charset: str | None = None,
        medium: str = "phone",
        troubles: list[str] | None = None,
    ) -> None:
        """Hold a code in front of the scan engine and of the code camera: a text, or bytes in hexadecimal digits."""
        if (text is None) == (payload_hex is None):
            raise Refused("code show: either text or payload_hex")
        names = [trouble.value for trouble in CodeTrouble]
        try:
            payload = bytes.fromhex(payload_hex) if payload_hex is not None else str(text).encode()
            code = ShownCode(
                payload,
                known(symbology, SYMBOLOGIES, "symbology"),
                known(charset, CHARSETS, "charset") if charset else None,
                Medium(known(medium, [one.value for one in Medium], "medium")),
                frozenset(CodeTrouble(known(trouble, names, "trouble")) for trouble in troubles or ()),
            )
            self._camera.show(code)
        except ValueError as error:
            raise Refused(f"code show: {error}") from error
        self._engine.show(payload)

    @act("code hide")
    def hide(self) -> None:
        """Take the code away."""
        self._camera.hide()
        self._engine.hide()

    @act("scanner plug")
    def plug(self, plugged: bool) -> None:
        """Put the scan engine's plug in, or pull it."""
        if plugged:
            self._engine.plug()
        else:
            self._engine.unplug()


class SmartCardActs:
    def __init__(self, slot: SmartCardSlot | None) -> None:
        self._slot = slot

    @act("smartcard insert")
    def insert(
        self, name: str = "chen-guilan", kind: str = "social-security", changed: dict[str, object] | None = None
    ) -> None:
        """Put somebody's card into the smart card reader: social-security, contactless, storage or unknown;
        `changed`: what stands there instead, as for `card insert`."""
        person = person_named(name, changed)
        chosen = known(kind, SMART_CARDS, "kind of card")
        try:
            self._present().insert(SMART_CARDS[chosen](person))
        except ValueError as error:
            raise Refused(f"smartcard insert: {error}") from error

    @act("smartcard remove")
    def remove(self) -> None:
        """Take the card out of the smart card reader."""
        self._present().remove()

    def _present(self) -> SmartCardSlot:
        if self._slot is None:
            raise Refused("there is no smart card reader; start the simulation with --smart-cards")
        return self._slot


CHANGEABLE = ("name", "english_name", "address", "newest_address", "valid_from", "valid_to", "nation")
SMART_CARDS: dict[str, Callable[[Person], Card]] = {
    "social-security": social_security_card,
    "contactless": lambda _: ContactlessCard(),
    "storage": lambda person: StorageCard(chip_of(person)),
    "unknown": lambda _: UnknownCard(),
}


class FaultActs:
    """`devices` by their names in the status; one that is not there is not among them."""

    def __init__(self, devices: Mapping[str, FaultyDevice]) -> None:
        self._devices = devices

    @act("fault set")
    def set(self, name: str, on: str | None = None, parameters: dict[str, object] | None = None) -> None:
        """Give a device a fault, now or at a moment to come; parameters left out have their default."""
        kind = fault_named(name)
        values = kind.parse(parameters or {}, on)
        try:
            self._device_of(kind).set_fault(name, **values)
        except ValueError as error:
            raise Refused(f"{name}: {error}") from error

    @act("fault clear")
    def clear(self, name: str | None = None) -> None:
        """End a fault, or all of them."""
        if name is not None:
            self._device_of(fault_named(name)).clear_fault(name)
            return
        for device in self._devices.values():
            device.clear_fault(None)

    @act("fault list")
    def list(self) -> dict[str, object]:
        """Every fault that is known, and those that are set, each with its parameters."""
        given = {name: values for device in self._devices.values() for name, values in device.faults().items()}
        return {"known": listed(), "set": given}

    def _device_of(self, kind: FaultKind) -> FaultyDevice:
        if kind.device == TERMINAL:
            raise Refused(f"{kind.name} is carried out by a scenario, which runs the terminal")
        if kind.device not in self._devices:
            option = "--papers" if kind.device in PAPERS else "--smart-cards"
            raise Refused(f"there is no {kind.device} here; start the simulation with {option}")
        return self._devices[kind.device]


class ClockActs:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @act("clock advance", waits=True)
    def advance(self, seconds: float) -> dict[str, object]:
        """So much simulated time passes, all that devices do in it included; only a clock that stands does that."""
        if not isinstance(self._clock, HandClock):
            raise Refused("the clock goes by itself; start the simulation with --clock hand")
        if seconds < 0:
            raise Refused("time does not go back")
        self._clock.advance(seconds)
        return self.status()

    @act("clock status")
    def status(self) -> dict[str, object]:
        """Simulated seconds since the start, and how the clock goes."""
        return clock_status(self._clock)


class WireActs:
    def __init__(self, wires: WireLog) -> None:
        self._wires = wires

    @act("wires", waits=True)
    def wires(self, after: int = 0, within_s: float = 0.0) -> list[dict[str, object]]:
        """What passed over the wires after the entry of this number, oldest first and decoded, as soon as there is
        something or the time is over; of much the newest 500."""
        return self._wires.after(after, within_s=within_s)


def clock_status(clock: Clock) -> dict[str, object]:
    match clock:
        case RealClock(speed=speed):
            return {"kind": "real", "speed": speed, "now_s": round(clock.now(), 3)}
        case _:
            return {"kind": "hand", "now_s": round(clock.now(), 6)}


def person_named(name: str, changed: Mapping[str, object] | None = None) -> Person:
    """Somebody of the cast, or a stranger as `resident:17` or `rare-name:4` (any kind, any number), but for what is
    `changed`."""
    kind, colon, seed = name.partition(":")
    if colon and seed.isdecimal() and len(seed) < 10:
        person = somebody(kind, int(seed))
    else:
        person = cast()[known(name, cast(), "person")]
    for key, value in (changed or {}).items():
        known(key, CHANGEABLE, "detail of a person")
        if not isinstance(value, str):
            raise Refused(f"changed: {key} is a text, not {value!r:.80}")
    return replace(person, **(changed or {}))  # type: ignore[arg-type]  # all of them are texts


def _chip_of(person: Person) -> Chip:
    try:
        return chip_of(person)
    except ValueError as error:
        raise Refused(f"card insert: {error}") from error
