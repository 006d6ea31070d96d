"""The document scanner as a machine: its feeder, its glass, and what goes wrong with them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardware_sim.devices.document_scanner_machine import ADF, FLATBED, OPTIONS, PlugPulled, ScannerMachine
from hardware_sim.devices.saned_wire import Action, Status
from hardware_sim.devices.sheet_pictures import Sheet, SheetTrouble
from hardware_sim.faults import FAULTS, FaultBook, Value

RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)
NUMBERS = {option.name: number for number, option in enumerate(OPTIONS)}


def sheet(colour: tuple[int, int, int], *troubles: SheetTrouble) -> Sheet:
    return Sheet("sheet", Image.new("RGB", (1000, 1400), colour), frozenset(troubles))


def put(machine: ScannerMachine, name: str, value: str | int) -> tuple[Status, int, bytes]:
    octets = value.encode() + b"\0" if isinstance(value, str) else struct.pack(">i", value)
    return machine.control(NUMBERS[name], Action.SET, octets)


def opened(source: str = ADF, **faults: dict[str, Value]) -> ScannerMachine:
    book = FaultBook()
    for name, given_ in faults.items():
        book.set(name, **given_)  # type: ignore[arg-type]  # `on` is a word
    machine = ScannerMachine(book)
    assert machine.open() is Status.GOOD
    put(machine, "source", source)
    put(machine, "resolution", 75)
    return machine


def armed(name: str, **given_: object) -> dict[str, dict[str, Value]]:
    return {name: FAULTS[name].parse(given_, "next-scan")}


def read(machine: ScannerMachine) -> tuple[bytes, object]:
    """One page: its bytes, and how it ended."""
    started = machine.start()
    if started is not Status.GOOD:
        return b"", started
    image = b""
    while isinstance(part := machine.next_part(), bytes):
        image += part
    return image, part


def middle(machine: ScannerMachine, image: bytes) -> tuple[int, ...]:
    """The colour of what lies in the middle of a sheet of ten centimetres by fourteen."""
    shape = machine.parameters()
    at = (shape.lines // 5 * shape.width + shape.width // 2) * (3 if shape.colour else 1)
    return tuple(image[at : at + 3])


def test_the_feeder_gives_its_sheets_in_order_and_is_empty_then() -> None:
    machine = opened()
    machine.feed([sheet(RED), sheet(GREEN)])
    machine.feed([sheet(BLUE)])
    for colour in (RED, GREEN, BLUE):
        image, ended = read(machine)
        assert (middle(machine, image), ended) == (colour, Status.EOF)
    assert read(machine) == (b"", Status.NO_DOCS)
    machine.feed([sheet(RED)])
    assert read(machine)[1] is Status.EOF
    assert machine.pages == 4


def test_the_glass_keeps_its_page_and_shows_the_lid_without_one() -> None:
    machine = opened(FLATBED)
    image, ended = read(machine)
    assert (set(image), ended) == ({250}, Status.EOF)
    machine.glass = sheet(GREEN)
    assert read(machine) == read(machine)
    assert GREEN in set(zip(*[iter(read(machine)[0])] * 3, strict=True))


@given(
    st.sampled_from(["Color", "Gray"]),
    st.sampled_from([75, 100]),
    st.lists(st.integers(0, 297 << 16), min_size=4, max_size=4),
)
def test_a_page_has_as_many_bytes_as_was_said(mode: str, resolution: int, edges: list[int]) -> None:
    machine = opened(FLATBED)
    machine.glass = sheet(BLUE)
    put(machine, "mode", mode)
    put(machine, "resolution", resolution)
    for name, value in zip(("tl-x", "tl-y", "br-x", "br-y"), edges, strict=True):
        put(machine, name, value)
    shape = machine.parameters()
    assert len(read(machine)[0]) == shape.line_bytes * shape.lines


@given(st.integers(-5, 20), st.integers(0, 3), st.binary(max_size=20))
def test_any_option_is_answered_and_stays_within_its_bounds(number: int, action: int, value: bytes) -> None:
    machine = opened()
    status, _, _ = machine.control(number, action, value)
    assert status in (Status.GOOD, Status.INVAL)
    for asked, option in enumerate(OPTIONS):
        status, _, now = machine.control(asked, Action.GET, bytes(option.size))
        assert status is Status.GOOD
        assert len(now) == option.size
    shape = machine.parameters()
    assert 1 <= shape.width <= 5110
    assert 1 <= shape.lines <= 7020


def test_an_amount_that_it_does_not_have_becomes_the_nearest_one_and_is_said() -> None:
    machine = opened()
    assert put(machine, "resolution", 190) == (Status.GOOD, 5, struct.pack(">i", 200))
    assert put(machine, "resolution", 200) == (Status.GOOD, 4, struct.pack(">i", 200))
    assert put(machine, "mode", "Lineart")[0] is Status.INVAL
    assert put(machine, "", 3)[0] is Status.INVAL


@pytest.mark.parametrize(("trouble", "seen"), [(SheetTrouble.FACE_DOWN, (246, 246, 244)), (SheetTrouble.SKEWED, RED)])
def test_a_sheet_that_lies_wrong_is_seen_as_it_lies(trouble: SheetTrouble, seen: tuple[int, ...]) -> None:
    machine = opened()
    machine.feed([sheet(RED, trouble)])
    assert middle(machine, read(machine)[0]) == seen


def test_a_jam_in_a_batch_leaves_what_was_read_and_keeps_the_sheet_until_somebody_clears_it() -> None:
    machine = opened(**armed("sheets.jam", after_sheets=1))
    machine.feed([sheet(RED), sheet(GREEN), sheet(BLUE)])
    whole, ended = read(machine)
    assert ended is Status.EOF
    part, ended = read(machine)
    assert ended is Status.JAMMED
    assert 0 < len(part) < len(whole)
    machine.cancel()
    assert read(machine) == (b"", Status.JAMMED)
    machine.clear_jam()
    image, ended = read(machine)
    assert (middle(machine, image), ended, len(machine.feeder)) == (GREEN, Status.EOF, 1)


def test_taking_all_sheets_takes_the_one_that_is_stuck() -> None:
    machine = opened(**armed("sheets.jam"))
    machine.feed([sheet(RED), sheet(GREEN)])
    assert read(machine)[1] is Status.JAMMED
    assert machine.take() == 2
    assert read(machine) == (b"", Status.NO_DOCS)
    assert not machine.faults.listed()


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("sheets.busy", Status.DEVICE_BUSY),
        ("sheets.no-memory", Status.NO_MEM),
        ("sheets.denied", Status.ACCESS_DENIED),
        ("sheets.io-error", Status.IO_ERROR),
    ],
)
def test_a_fault_of_the_next_scan_spoils_that_scan_alone(fault: str, status: Status) -> None:
    machine = opened(**armed(fault))
    machine.feed([sheet(RED), sheet(GREEN)])
    assert read(machine)[1] is status
    assert read(machine)[1] is Status.EOF


def test_an_open_cover_stops_a_page_that_is_on_its_way_and_every_other_until_it_is_closed() -> None:
    machine = opened()
    machine.feed([sheet(RED), sheet(GREEN)])
    assert machine.start() is Status.GOOD
    assert isinstance(machine.next_part(), bytes)
    machine.faults.set("sheets.cover")
    assert machine.next_part() is Status.COVER_OPEN
    assert read(machine) == (b"", Status.COVER_OPEN)
    machine.faults.clear("sheets.cover")
    assert read(machine)[1] is Status.EOF


def test_a_plug_that_is_pulled_in_a_scan_leaves_half_a_page() -> None:
    machine = opened(**armed("sheets.unplugged"))
    machine.feed([sheet(RED)])
    image, ended = read(machine)
    shape = machine.parameters()
    assert isinstance(ended, PlugPulled)
    assert 0 < len(image) < shape.lines * shape.line_bytes


def test_one_host_at_a_time_has_it() -> None:
    machine = opened()
    assert machine.open() is Status.DEVICE_BUSY
    machine.close()
    assert machine.open() is Status.GOOD
    assert machine.start() is Status.GOOD, "the glass, as whoever opens it finds it set"
    assert machine.start() is Status.DEVICE_BUSY


def test_a_page_takes_as_long_as_is_said_when_it_is_slow() -> None:
    machine = opened(**{"sheets.slow": {"page_s": 40.0}})
    machine.feed([sheet(RED)])
    machine.start()
    parts = 0
    while isinstance(machine.next_part(), bytes):
        parts += 1
        if machine.scanning:
            assert machine.part_s == 2.0
    assert parts == 20
