"""What hands do to the simulated devices, by name: each act's types and first sentence are its document."""

from collections.abc import Callable
from dataclasses import asdict

from hardware_sim.acts import act
from hardware_sim.chip import TEXT_LENGTH, Chip, chip_of, test_photo
from hardware_sim.control import Refused, known
from hardware_sim.devices.desk_view import Trouble
from hardware_sim.devices.document_camera import DocumentCamera, laid_page
from hardware_sim.devices.printer_machine import NEW_ROLL_MM
from hardware_sim.devices.receipt_printer import ReceiptPrinter
from hardware_sim.devices.sam_machine import PlacedCard, ReaderFault
from hardware_sim.devices.sam_reader import SamReader
from hardware_sim.pages import KINDS
from hardware_sim.people import Layout, Person, cast, stranger


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
        return [
            asdict(person) | {"layout": person.layout.name, "birth": str(person.birth)} for person in cast().values()
        ]


class CardActs:
    def __init__(self, reader: SamReader) -> None:
        self._reader = reader

    @act("card insert")
    def insert(self, name: str, for_bytes: int | None = None) -> None:
        """Lay somebody's card on the reader: of the cast, or a stranger such as `resident:17`; `for_bytes`: pulled
        away after so many bytes of a read."""
        self._reader.insert(PlacedCard(chip_of(person_named(name)), for_bytes))

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

    @act("reader fault")
    def fault(self, name: str) -> None:
        """Give the reader a fault, or `none`."""
        fault = known(name, [*(fault.value for fault in ReaderFault), "none"], "fault")
        self._reader.set_fault(None if fault == "none" else ReaderFault(fault))


class PageActs:
    def __init__(self, camera: DocumentCamera) -> None:
        self._camera = camera

    @act("page put")
    def put(self, name: str, person: str = "chen-guilan", troubles: list[str] | None = None) -> None:
        """Lay somebody's page under the camera, or take it away (`none`). Troubles: `dark`, `blurred`, `half`."""
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


class PaperActs:
    def __init__(self, printer: ReceiptPrinter) -> None:
        self._printer = printer

    @act("paper load")
    def load(self, mm: float | None = None) -> None:
        """Put a new roll in, or one of which only so many mm are left."""
        self._printer.change(lambda machine: machine.load_paper(NEW_ROLL_MM if mm is None else mm))

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
        """Jam the paper."""
        self._printer.change(lambda machine: machine.set_jam(jammed=True))

    @act("paper clear")
    def clear(self) -> None:
        """Clear the jam and close the cover."""
        self._printer.change(lambda machine: machine.set_jam(jammed=False))
        self._printer.change(lambda machine: machine.set_cover(opened=False))

    @act("printer silent")
    def silent(self, on: bool) -> None:
        """The printer prints and answers nothing."""
        self._printer.change(lambda machine: setattr(machine, "silent", on))

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


def person_named(name: str) -> Person:
    """Somebody of the cast, or a stranger as `resident:17` (any layout, any number)."""
    kind, colon, seed = name.partition(":")
    layouts = {layout.name.lower().replace("_", "-"): layout for layout in Layout}
    if colon and kind in layouts and seed.isdecimal():
        return stranger(int(seed), layouts[kind])
    return cast()[known(name, cast(), "person")]
