"""Every wire on tape while somebody uses it: nobody stands in the trace, and it plays the device to the same end."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from drivers import configured
from drivers.smart_card.pcsc import reader_name
from drivers.smart_card.smart_card_reader import SmartCardReader
from drivers.traces.recording import Recording
from drivers.traces.trace_file import read_trace
from hardware_sim import control, simulation
from hardware_sim.chip import chip_text
from hardware_sim.device_acts import person_named
from hardware_sim.people import Person
from kiosk.configuration import (
    CodeReaderDevice,
    DocumentCameraDevice,
    DocumentScannerDevice,
    IdentityCardReaderDevice,
    PagePrinterDevice,
    ReceiptPrinterDevice,
    SmartCardReaderDevice,
)
from kiosk.documents import Field, Note, Qr, Title
from kiosk.ports import (
    CapturedPage,
    CardContent,
    CardPresent,
    CodeRead,
    NoCard,
    PageJob,
    PagesPrinting,
    PrintJob,
    Scanning,
    SheetSource,
    Starting,
)
from tests.system.waiting import until
from tests.wires.sdt_library import sdt_library

WHO = "rare-name:17"
MOBILE, BANK_CARD, SLIP_CODE = "13900004321", "6217000000000004329", "7K3M-PQ4R-9XYZ"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[control.Simulation]:
    conditions = simulation.Conditions(pace=False, papers=True, smart_cards=True)
    run_dir = tmp_path_factory.mktemp("traced") / "sim"
    with simulation.running(run_dir, conditions=conditions) as sim, pytest.MonkeyPatch.context() as here:
        for device in sim.status().values():
            for name, value in device.get("environment", {}).items() if isinstance(device, dict) else ():
                here.setenv(name, value)
        yield sim


def spoken(outcome: object) -> object:
    """An outcome as far as it is nobody's."""
    match outcome:
        case CardContent(card=card):
            return ("card", card.kind)
        case CodeRead(payload=payload):
            return ("code", len(payload))
        case CapturedPage(width=width, height=height):
            return ("page", width, height)
        case _ if type(outcome).__name__ in ("View", "Scanning"):
            return type(outcome).__name__
    return outcome


def card_reader(sim: control.Simulation, reader: Any) -> list[object]:
    outcomes = [reader.status()]
    until(lambda: reader.find_card() == CardPresent(), "a card that is found")
    return [*outcomes, reader.read_card(), reader.find_card(), reader.status()]


def through_a_library(sim: control.Simulation, reader: Any) -> list[object]:
    return [reader.status(), reader.find_card(), reader.read_card(), reader.status()]


def code_reader(sim: control.Simulation, reader: Any) -> list[object]:
    outcomes = [reader.status()]
    looked: list[object] = []

    def read() -> bool:
        looked.append(reader.look())
        return isinstance(looked[-1], CodeRead)

    until(read, "a code that is read")
    reader.rest()
    return [*outcomes, looked[-1], reader.status()]


def frames(sim: control.Simulation, reader: Any) -> list[object]:
    return [reader.status(), spoken(reader.look()) and "looked", reader.status()]


def camera(sim: control.Simulation, device: Any) -> list[object]:
    outcomes = [device.status(), device.look(), device.look()]
    device.rest()
    return [*outcomes, device.status()]


def printer(sim: control.Simulation, device: Any) -> list[object]:
    person = person_named(WHO)
    document = (
        Title("凭条"),
        Field("姓名", person.name),
        Field("证件", person.number),
        Field("手机", MOBILE),
        Field("银行卡", BANK_CARD),
        Note(f"{person.address} {SLIP_CODE}"),
        Qr(f"{person.name}{person.number}{SLIP_CODE}"),
    )
    return [device.status(), device.print(PrintJob("job-1", document)), device.status()]


def scanner(sim: control.Simulation, device: Any) -> list[object]:
    until(lambda: device.status() != Starting(), "a scanner that was opened")
    outcomes = [device.status(), device.sources(), device.begin(SheetSource.FEEDER, at_most=9)]
    while isinstance(outcomes[-1], Scanning | CapturedPage):
        outcomes.append(device.next())
    return [one for one in outcomes if not isinstance(one, Scanning)] + [device.status()]


def page_printer(sim: control.Simulation, device: Any) -> list[object]:
    """Somebody's paper, whose words are the document's title too."""
    person, pdf = person_named(WHO), BytesIO()
    said = " ".join(values(person))
    Image.new("1", (827, 1170), 1).save(pdf, "PDF", title=said, author=person.number)
    outcomes = [device.status(), device.begin(PageJob("job-1", pdf.getvalue(), 1))]
    while isinstance(outcomes[-1], PagesPrinting):
        outcomes.append(device.next())
    return [outcomes[0], outcomes[-1], device.status()]


def lift_everything(world: control.Simulation) -> None:
    for act in ("card lift", "smartcard remove", "code hide", "sheets take"):
        world.ask(act)
    world.page_put(None)


def insert(sim: control.Simulation, **card: str) -> None:
    """Into a reader that has noticed that the card before is gone."""
    name = reader_name(sim.status()["smart_card_reader"]["address"])
    with closing(SmartCardReader(name)) as reader:
        until(lambda: reader.find_card() == NoCard(), "an empty reader")
    sim.ask("smartcard insert", **card)


Wire = SimpleNamespace
WIRES = {
    "sam": Wire(
        settings=lambda s: IdentityCardReaderDevice(address=s["identity_card_reader"]["tcp_address"]),
        make=configured.identity_card_reader,
        before=lambda sim: sim.card_insert(WHO),
        brings="resident-identity-card",
        dialogue=card_reader,
    ),
    "social security card": Wire(
        settings=lambda s: SmartCardReaderDevice(address=s["smart_card_reader"]["address"]),
        make=configured.smart_card_reader,
        before=lambda sim: insert(sim, name="resident:17"),
        brings="social-security-card",
        dialogue=card_reader,
    ),
    "storage card": Wire(
        settings=lambda s: IdentityCardReaderDevice(driver="pcsc-storage", address=s["smart_card_reader"]["address"]),
        make=configured.identity_card_reader,
        before=lambda sim: insert(sim, name=WHO, kind="storage"),
        brings="resident-identity-card",
        dialogue=card_reader,
    ),
    "scan engine": Wire(
        settings=lambda s: CodeReaderDevice(driver="scan-engine", address=s["code_reader"]["tcp_address"]),
        make=configured.code_reader,
        before=lambda sim: sim.ask("code show", text="".join(values(person_named(WHO)))),
        brings="('code'",
        dialogue=code_reader,
    ),
    "code camera": Wire(
        settings=lambda s: CodeReaderDevice(driver="camera", address=s["code_reader"]["camera_address"]),
        make=configured.code_reader,
        before=lambda sim: sim.ask("code show", text=person_named(WHO).number),
        brings="looked",
        dialogue=frames,
    ),
    "document camera": Wire(
        settings=lambda s: DocumentCameraDevice(driver="frames", address=s["document_camera"]["address"]),
        make=configured.document_camera,
        before=lambda sim: sim.page_put("household-member", person=WHO),
        brings="'View'",
        dialogue=camera,
    ),
    "receipt printer": Wire(
        settings=lambda s: ReceiptPrinterDevice(address=s["receipt_printer"]["address"]),
        make=configured.receipt_printer,
        before=lift_everything,
        brings="Printed()",
        dialogue=printer,
    ),
    "document scanner": Wire(
        settings=lambda s: DocumentScannerDevice(address=s["document_scanner"]["address"]),
        make=configured.document_scanner,
        before=lambda sim: sim.sheets_feed("household-front", "household-member", person=WHO),
        brings="('page', 1654, 2339), ('page'",
        dialogue=scanner,
    ),
    "page printer": Wire(
        settings=lambda s: PagePrinterDevice(address=s["page_printer"]["address"]),
        make=configured.page_printer,
        before=lift_everything,
        brings="PagesPrinted(sheets=1)",
        dialogue=page_printer,
    ),
}


def values(person: Person) -> list[str]:
    """What stands on somebody's papers, and may stand nowhere else."""
    texts = (person.name, person.number, person.address, person.issuer, person.newest_address, f"{person.birth:%Y%m%d}")
    return [text for text in (*texts, MOBILE, BANK_CARD, SLIP_CODE) if text]


def encoded(value: str) -> Iterator[bytes]:
    """In every way in which one of the wires writes it."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
        yield value.encode(encoding)
    if digits := re.sub(r"\D", "", value):
        yield bytes.fromhex(digits if len(digits) % 2 == 0 else digits[:-1])  # BCD


def octets_of(trace: Path) -> bytes:
    """Everything that the trace holds, also what is written there as hexadecimal digits once more."""
    said = b"\n".join(entry.octets for entry in read_trace(trace).entries)
    return said + b"\n".join(bytes.fromhex(run.decode()) for run in re.findall(rb"(?:[0-9a-f]{2}){2,}", said))


@pytest.mark.parametrize("name", WIRES)
def test_a_trace_of_it_holds_nobody_and_plays_it_to_the_same_outcomes(
    name: str, world: control.Simulation, tmp_path: Path
) -> None:
    wire = WIRES[name]
    lift_everything(world)
    settings = wire.settings(world.status())
    wire.before(world)
    recorded = played(wire, settings, world, Recording(tmp_path))
    lift_everything(world)
    assert wire.brings in str(recorded)
    assert played(wire, settings_of(the_trace(tmp_path), settings), world, None) == recorded


def test_a_trace_of_a_makers_library_holds_nobody_either(world: control.Simulation, tmp_path: Path) -> None:
    wire = Wire(make=configured.identity_card_reader, dialogue=through_a_library)
    with sdt_library() as maker:
        maker.lay(chip_text(person_named(WHO)))
        settings = IdentityCardReaderDevice(driver="sdt-library", address=maker.address)
        recorded = played(wire, settings, world, Recording(tmp_path))
    assert "resident-identity-card" in str(recorded)
    assert played(wire, settings_of(the_trace(tmp_path), settings), world, None) == recorded


def the_trace(folder: Path) -> Path:
    """The one that was made, once it was searched."""
    (trace,) = folder.iterdir()
    held = octets_of(trace)
    for person in (person_named(WHO), person_named("resident:17")):
        for value in values(person):
            for way in encoded(value):
                assert len(way) < 4 or way not in held, f"{value} as {way.hex()}"
    assert trace.stat().st_size < 300_000, "a picture is kept"
    return trace


def settings_of(trace: Path, settings: Any) -> Any:
    return settings.model_copy(update={"address": f"trace:{trace}", "simulated": True})


def played(wire: Wire, settings: Any, world: control.Simulation, recording: Recording | None) -> list[object]:
    with ExitStack() as ends:
        return [spoken(outcome) for outcome in wire.dialogue(world, wire.make(settings, ends, recording=recording))]


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (configured.identity_card_reader, IdentityCardReaderDevice(address="trace:/x")),
        (configured.smart_card_reader, SmartCardReaderDevice(address="trace:/x")),
        (configured.code_reader, CodeReaderDevice(driver="wedge", address="trace:/x")),
        (configured.document_camera, DocumentCameraDevice(address="trace:/x")),
        (configured.document_scanner, DocumentScannerDevice(address="trace:/x")),
        (configured.receipt_printer, ReceiptPrinterDevice(address="trace:/x")),
        (configured.page_printer, PagePrinterDevice(address="trace:/x")),
    ],
)
def test_a_trace_stands_for_a_device_only_where_the_terminal_says_that_it_is_simulated(
    make: Callable[..., Any], settings: Any
) -> None:
    with pytest.raises(configured.Misconfigured, match="set simulated = true"):
        make(settings)
    with pytest.raises(configured.Misconfigured, match="cannot be read"):
        make(settings.model_copy(update={"simulated": True}))
