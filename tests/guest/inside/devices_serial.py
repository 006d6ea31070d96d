"""The identity card reader behind a USB serial adapter, as most are: bytes arrive as its chip hands them on."""

from contextlib import closing
from pathlib import Path

from cables import FAR_END_OF_USB_SERIAL, Cable, far_end, set_plug
from processes import until
from proving import Part, modprobe, open_files, probed, seconds

from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import sam_transport
from drivers.transport import Transport
from hardware_sim.chip import chip_of
from hardware_sim.devices import sam_reader as simulated
from hardware_sim.devices.sam_machine import PlacedCard
from hardware_sim.people import Layout, stranger
from kiosk.faults import READER_SILENT, READER_UNPLUGGED
from kiosk.ports import CardContent, CardPresent, Disconnected, NoCard, Ready

VENDOR = "0403"
BY_ID = Path("/dev/serial/by-id")


class Counted:
    """A transport whose reads are counted."""

    def __init__(self, wire: Transport) -> None:
        self._wire = wire
        self.discard_input, self.write, self.close = wire.discard_input, wire.write, wire.close
        self.pieces: list[int] = []

    def read(self, *, within_s: float) -> bytes:
        arrived = self._wire.read(within_s=within_s)
        self.pieces += [len(arrived)] if arrived else []
        return arrived


def prove(part: Part) -> None:
    modprobe("xhci-pci")
    modprobe("ftdi_sio")
    until(lambda: BY_ID.exists() and any(BY_ID.iterdir()), "udev names the adapter", within_s=60)
    address = f"serial:{next(BY_ID.iterdir())}"
    part.figure("address", address)
    port = far_end(FAR_END_OF_USB_SERIAL)
    device = simulated.SamReader(Path("/tmp/reader"))
    device.start()
    try:
        with closing(sam_transport(f"{address}?baud=115200")) as wire:
            part.same("nothing at the far end", SamReader(wire).status(), Disconnected(READER_SILENT))
        with closing(Cable(port, device.port)):
            for baud in ("115200", "auto"):
                with closing(sam_transport(f"{address}?baud={baud}")) as wire:
                    prove_cards(part, device, Counted(wire), baud)
            with closing(sam_transport(f"{address}?baud=115200")) as wire:
                prove_plug(part, device, SamReader(wire))
            code, found = probed("drivers.identity_card.sam_reader", "--address", f"{address}?baud=auto")
            part.proof("--probe is good", code == 0 and found["status"] == "ready", found)
    finally:
        device.stop()


def prove_cards(part: Part, device: simulated.SamReader, wire: Counted, baud: str) -> None:
    reader = SamReader(wire)
    part.same(f"ready (baud={baud})", reader.status(), Ready())
    for layout in (layout for layout in Layout if layout is not Layout.UNSUPPORTED):
        person = stranger(7, layout)
        device.insert(PlacedCard(chip_of(person)))
        found = reader.find_card()
        wire.pieces.clear()
        took_s, read = seconds(reader.read_card)
        number = read.card.number if isinstance(read, CardContent) else read
        part.same(f"a card of layout {layout.name} (baud={baud})", (found, number), (CardPresent(), person.number))
        part.figure(
            f"pieces of a read (baud={baud})", f"{len(wire.pieces)} in {took_s} s, at most {max(wire.pieces)} bytes"
        )
        device.lift()
        reader.find_card()


def prove_plug(part: Part, device: simulated.SamReader, reader: SamReader) -> None:
    reader.status()
    set_plug(VENDOR, plugged=False)
    part.same("the adapter pulled out", reader.status(), Disconnected(READER_UNPLUGGED))
    part.same("nothing of it stays open", open_files("/dev/ttyUSB"), [])
    set_plug(VENDOR, plugged=True)
    until(lambda: BY_ID.exists() and any(BY_ID.iterdir()), "udev names the adapter", within_s=60)
    part.same("plugged in again it is ready by itself", reader.status(), Ready())
    part.same("and empty", reader.find_card(), NoCard())
