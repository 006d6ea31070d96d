"""Devices on the kernel's own USB stack: the simulator exports them, vhci-hcd attaches them, and the drivers find them
through libusb as if they were plugged in.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from processes import until
from proving import Part, modprobe, open_files, probed, seconds

from drivers.hotplug import Hotplug
from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import sam_transport
from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.profiles import profile_named
from drivers.transport import open_transport
from hardware_sim.chip import chip_of
from hardware_sim.clock import RealClock
from hardware_sim.devices.receipt_printer import ReceiptPrinter
from hardware_sim.devices.sam_machine import PlacedCard, SamMachine
from hardware_sim.devices.usb_device import IDENTITY_CARD_READER, RECEIPT_PRINTER, UsbDevice
from hardware_sim.devices.usb_functions import PrinterPipes, SamPipes
from hardware_sim.devices.usbip import PORT, UsbExporter
from hardware_sim.people import Layout, Person, cast, stranger
from kiosk.documents import Field, Note, Qr, Rule, Title
from kiosk.faults import CARD_LIFTED_TOO_EARLY, CARD_UNREADABLE, PAPER_OUT, PRINTER_UNPLUGGED, READER_UNPLUGGED
from kiosk.ports import (
    CardContent,
    CardPresent,
    Disconnected,
    NeedsAttention,
    NoCard,
    NotPrinted,
    NotReadable,
    Printed,
    PrintJob,
    PrintUnknown,
    Ready,
)

READER, PRINTER = "1-1", "1-2"
READER_ADDRESS, PRINTER_ADDRESS = "usb:0400:c35a", "usb:0416:5011"
KERNELS_PRINTER = Path("/dev/usb/lp0")
WORDS = ("已收到您的申请", "凭条号", "K7QW-2MXD-90TZ", "请保管好这张凭条")
DOCUMENT = (Title(WORDS[0]), Rule(), Field(WORDS[1], WORDS[2]), Note(WORDS[3]), Qr(WORDS[2]), Note("谢谢"))


def prove(part: Part) -> None:
    modprobe("vhci-hcd")
    modprobe("usblp")
    machine, printer = SamMachine(), ReceiptPrinter(Path("/tmp/tray"))
    printer.start()
    pipes = SamPipes(machine.answer, RealClock())
    bridge = PrinterPipes(lambda: printer.port, lambda: printer.state()["paper"] == "out")
    exporter = UsbExporter(
        {READER: UsbDevice(IDENTITY_CARD_READER, pipes), PRINTER: UsbDevice(RECEIPT_PRINTER, bridge)}, port=PORT
    )
    exporter.start()
    try:
        with closing(sam_transport(READER_ADDRESS)) as wire:
            prove_reader(part, machine, exporter, SamReader(wire))
        prove_reader_probe(part, machine)
        with closing(open_transport(PRINTER_ADDRESS)) as wire:
            prove_printer(part, printer, exporter, EscPosPrinter(wire, profile_named("80mm")), wire.close)
        prove_printer_probe(part)
    finally:
        exporter.stop()
        printer.stop()


def attach(exporter: UsbExporter, bus_id: str) -> None:
    """Into the socket: the kernel knows it once this returns."""
    serial = {READER: IDENTITY_CARD_READER, PRINTER: RECEIPT_PRINTER}[bus_id].serial
    exporter.plug(bus_id)
    subprocess.run(["usbip", "attach", "--remote", "127.0.0.1", "--busid", bus_id], check=True)
    until(lambda: serial in serial_numbers(), f"the kernel knows {serial}", within_s=60)


def detach(exporter: UsbExporter, bus_id: str) -> None:
    """Out of the socket: what was under way is broken off at once; returns when the kernel has noticed."""
    serial = {READER: IDENTITY_CARD_READER, PRINTER: RECEIPT_PRINTER}[bus_id].serial
    exporter.unplug(bus_id)
    until(lambda: serial not in serial_numbers(), f"the kernel has let {serial} go", within_s=60)


def serial_numbers() -> list[str]:
    found = []
    for path in Path("/sys/bus/usb/devices").glob("*/serial"):
        try:
            found.append(path.read_text("utf-8").strip())
        except OSError:  # going away
            continue
    return found


@contextmanager
def both_hear(part: Part, what: str) -> Iterator[None]:
    """udev tells of it, and whoever has no udev sees it."""
    with closing(Hotplug()) as udev, closing(Hotplug(udev=Path("/run/udev/none"))) as looking:
        for one in (udev, looking):
            one.wait(within_s=0.1)
            while one.wait(within_s=1):
                pass
        yield
        part.proof(f"udev tells that {what}", udev.wait(within_s=20))
        part.proof(f"looking tells that {what}", looking.wait(within_s=20))


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[list[tuple[float, object]]]:
    """In a thread; what came of it, and after how many seconds, once it is left."""
    came: list[tuple[float, object]] = []
    thread = threading.Thread(target=lambda: came.append(seconds(work)))
    thread.start()
    try:
        yield came
    finally:
        thread.join()


def prove_reader(part: Part, machine: SamMachine, exporter: UsbExporter, reader: SamReader) -> None:
    part.same("a reader that is not there is unplugged", reader.status(), Disconnected(READER_UNPLUGGED))
    with both_hear(part, "the reader was plugged in"):
        attach(exporter, READER)
    part.same("a reader that is plugged in is ready by itself", reader.status(), Ready())
    part.same("and empty", reader.find_card(), NoCard())
    part.proof("its security module tells its number", isinstance(reader.sam_number(), str), reader.sam_number())
    took: list[float] = []
    kinds = [layout for layout in Layout if layout is not Layout.UNSUPPORTED]
    for person in (*cast().values(), *(stranger(seed, kind) for kind in kinds for seed in (1, 2))):
        if person.layout in kinds:
            took.append(prove_card(part, machine, reader, person))
    part.figure("a card read over USB, slowest, s", max(took))
    for after in (0, 5, 12, 300, 1200):
        machine.insert(PlacedCard(chip_of(stranger(3)), for_bytes=after))
        found, read = reader.find_card(), reader.read_card()
        why = CARD_UNREADABLE if after else CARD_LIFTED_TOO_EARLY
        part.same(f"a card pulled after {after} bytes", (found, read), (CardPresent(), NotReadable(why)))
        machine.lift()
        reader.find_card()
    prove_card(part, machine, reader, stranger(3))
    with both_hear(part, "the reader was pulled out"):
        detach(exporter, READER)
    gone = Disconnected(READER_UNPLUGGED)
    part.same("pulled out at rest", (reader.status(), reader.find_card(), reader.read_card()), (gone, gone, gone))
    part.same("nothing of it stays open", open_files("/dev/bus/usb"), [])
    attach(exporter, READER)
    part.same("plugged in again it is ready by itself", reader.status(), Ready())
    machine.insert(PlacedCard(chip_of(stranger(4))))
    reader.find_card()
    with meanwhile(reader.read_card) as came:
        until(lambda: machine.field.name == "SELECTED", "the read begins", within_s=10)
        detach(exporter, READER)
    part.same("pulled out within a read", came[0][1], gone)
    part.figure("pulled out within a read: told after, s", came[0][0])
    machine.lift()
    attach(exporter, READER)
    prove_card(part, machine, reader, stranger(4))


def prove_card(part: Part, machine: SamMachine, reader: SamReader, person: Person) -> float:
    machine.insert(PlacedCard(chip_of(person)))
    found = reader.find_card()
    took_s, read = seconds(reader.read_card)
    card = read.card if isinstance(read, CardContent) else None
    as_on_chip = card and (card.number, card.birth, len(read.photo)) == (person.number, person.birth, 1024)
    address = not person.newest_address or (card and card.address == person.newest_address)
    part.proof(
        f"a card of layout {person.layout.name} is read as the chip says ({person.key})",
        found == CardPresent() and as_on_chip and address,
        f"{took_s} s, {found}, {card or read}",
    )
    machine.lift()
    reader.find_card()
    return float(took_s)


def prove_reader_probe(part: Part, machine: SamMachine) -> None:
    machine.insert(PlacedCard(chip_of(stranger(5))))
    code, found = probed("drivers.identity_card.sam_reader", "--address", READER_ADDRESS, "--read")
    part.proof("--probe of the reader is good, and reads a card", code == 0 and found["status"] == "ready", found)


def prove_printer(
    part: Part, printer: ReceiptPrinter, exporter: UsbExporter, driver: EscPosPrinter, close: Callable[[], None]
) -> None:
    part.same("a printer that is not there is unplugged", driver.status(), Disconnected(PRINTER_UNPLUGGED))
    with both_hear(part, "the printer was plugged in"):
        attach(exporter, PRINTER)
    until(KERNELS_PRINTER.exists, "the kernel's own driver has it", within_s=60)
    with KERNELS_PRINTER.open("wb", buffering=0) as kernels:
        kernels.write(b"hello\n\x1dV\x00")
    slips = [slip.text for slip in printer.receipts(at_least=1, within_s=30)]
    part.same("the kernel's own driver prints on the simulated printer", slips, ["hello\n"])
    part.same("a printer that is plugged in is ready by itself", driver.status(), Ready())
    part.proof("the kernel's driver was sent away", not KERNELS_PRINTER.exists())
    took_s = prove_slip(part, printer, driver, "first")
    part.figure("a slip over USB, s", took_s)
    close()
    until(KERNELS_PRINTER.exists, "the kernel's own driver has it again", within_s=60)
    part.proof("let go, the kernel's driver has it again", True)
    printer.set_fault("printer.paper-out", after_mm=25.0, on="next-job")
    outcome = driver.print(PrintJob("paper-out", DOCUMENT))
    part.same("paper that ends within a slip", outcome, NotPrinted(PAPER_OUT))
    part.same("and is told until there is some", driver.status(), NeedsAttention(PAPER_OUT))
    printer.clear_fault("printer.paper-out")
    prove_slip(part, printer, driver, "after paper was put in")
    with meanwhile(lambda: driver.print(PrintJob("pulled", DOCUMENT))) as came:
        began: list[bool] = [False]
        until(
            lambda: printer.change(lambda machine: began.append(machine.unfinished)) or began[-1],
            "it prints",
            within_s=30,
        )
        with both_hear(part, "the printer was pulled out"):
            detach(exporter, PRINTER)
    part.same("pulled out within a slip", came[0][1], PrintUnknown(PRINTER_UNPLUGGED))
    part.same("then", driver.status(), Disconnected(PRINTER_UNPLUGGED))
    part.same("nothing of it stays open", open_files("/dev/bus/usb"), [])
    attach(exporter, PRINTER)  # while it still draws its picture of the half slip
    until(lambda: driver.status() == Ready(), "the printer answers", within_s=60)
    part.proof("plugged in again it is ready by itself", True)
    prove_slip(part, printer, driver, "after the plug was out")


def is_printing(printer: ReceiptPrinter) -> bool:
    seen: list[bool] = []
    printer.change(lambda machine: seen.append(machine.unfinished))
    return seen[0]


def prove_slip(part: Part, printer: ReceiptPrinter, driver: EscPosPrinter, which: str) -> float:
    before = len(printer.receipts())
    took_s, outcome = seconds(lambda: driver.print(PrintJob(which, DOCUMENT)))
    slips = [slip.text for slip in printer.receipts(at_least=before + 1, within_s=30)]
    whole = (
        slips and slips[-1].startswith(WORDS[0]) and all(slips[-1].count(word) == 1 for word in WORDS[:1] + WORDS[3:])
    )
    part.proof(f"a slip is printed, whole and once ({which})", outcome == Printed() and whole, f"{took_s} s, {outcome}")
    return float(took_s)


def prove_printer_probe(part: Part) -> None:
    code, found = probed("drivers.receipt_printer.escpos_printer", "--address", PRINTER_ADDRESS, "--slip")
    part.proof("--probe of the printer is good, and prints", code == 0 and found["test slip"] == "printed", found)
