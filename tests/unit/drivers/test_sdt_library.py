"""A reader behind a maker's library: whatever the library does in its process is an outcome with a fault, in time."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import vendor_library
from drivers.configured import Misconfigured, identity_card_reader
from drivers.identity_card.sdt_library import SdtLibraryReader, sdt_address
from drivers.vendor_library import LibraryTrouble, Returned, Room, VendorLibrary, parse_call
from kiosk.configuration import IdentityCardReaderDevice
from kiosk.faults import CARDS_TWO, READER_NOT_WORKING, READER_SILENT, READER_UNPLUGGED
from kiosk.ports import CardContent, CardPresent, Disconnected, NeedsAttention, NotReadable, Ready
from tests.system.waiting import until
from tests.wires.sdt_library import PHOTO, SdtLibrary, sdt_library

CHIP = bytes.fromhex(json.loads((Path(__file__).parents[2] / "golden/cards.json").read_text("utf-8"))[0]["chip"])
SILENT, BROKEN = Disconnected(READER_SILENT), NeedsAttention(READER_NOT_WORKING)
UNREAD = NotReadable(READER_NOT_WORKING)
WITHIN_S = 10.0


@pytest.fixture
def maker() -> Iterator[SdtLibrary]:
    with sdt_library() as maker:
        yield maker


@pytest.fixture
def reader(maker: SdtLibrary, monkeypatch: pytest.MonkeyPatch) -> Iterator[SdtLibraryReader]:
    monkeypatch.setattr(vendor_library, "LEFT_ALONE_S", (0.05,))
    monkeypatch.setattr("drivers.identity_card.sdt_library.STARTS_WITHIN_S", 2.0)
    with closing(SdtLibraryReader(sdt_address(maker.address))) as reader:
        yield reader


def test_a_card_comes_with_its_photo_and_the_readers_number(maker: SdtLibrary, reader: SdtLibraryReader) -> None:
    maker.lay(CHIP)
    assert (reader.status(), reader.find_card()) == (Ready(), CardPresent())
    content = reader.read_card()
    assert isinstance(content, CardContent)
    assert (content.photo, content.sam_number) == (PHOTO, "05.03-20245039-0000012345-0000067890")


def test_what_a_library_would_leave_on_the_disk_is_not_written(maker: SdtLibrary, reader: SdtLibraryReader) -> None:
    maker.lay(CHIP)
    assert reader.status() == Ready()
    assert isinstance(reader.read_card(), CardContent)
    assert maker.left_behind == b""


@pytest.mark.expects_warnings
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("open hangs", [SILENT, SILENT, SILENT]),
        ("open crashes", [BROKEN, BROKEN, UNREAD]),
        ("status ends", [BROKEN, BROKEN, UNREAD]),
        ("find hangs", [Ready(), SILENT, SILENT]),
        ("find crashes", [Ready(), BROKEN, UNREAD]),
        ("find overruns", [Ready(), BROKEN, UNREAD]),
        ("select hangs", [Ready(), CardPresent(), SILENT]),
        ("select crashes", [Ready(), CardPresent(), UNREAD]),
        ("read hangs", [Ready(), CardPresent(), SILENT]),
        ("read ends", [Ready(), CardPresent(), UNREAD]),
        ("read overruns", [Ready(), CardPresent(), UNREAD]),
    ],
)
def test_a_library_that_hangs_or_breaks_is_a_fault_in_time_and_passes(
    maker: SdtLibrary, monkeypatch: pytest.MonkeyPatch, how: str, said: list[object]
) -> None:
    monkeypatch.setattr(vendor_library, "LEFT_ALONE_S", (WITHIN_S,))
    monkeypatch.setattr("drivers.identity_card.sdt_library.STARTS_WITHIN_S", 2.0)
    with closing(SdtLibraryReader(sdt_address(maker.address))) as reader:
        maker.lay(CHIP)
        maker.misbehave(how)
        began = time.monotonic()
        assert [reader.status(), reader.find_card(), reader.read_card()] == said
        assert time.monotonic() - began < WITHIN_S / 2, "once it has failed nobody waits for it"
    maker.misbehave(None)
    maker.lay(CHIP)
    with closing(SdtLibraryReader(sdt_address(maker.address))) as again:
        assert [again.status(), again.find_card()] == [Ready(), CardPresent()]


@pytest.mark.expects_warnings
def test_a_library_that_was_left_alone_is_tried_again_by_itself(maker: SdtLibrary, reader: SdtLibraryReader) -> None:
    maker.misbehave("status crashes")
    assert reader.status() == BROKEN
    maker.misbehave(None)
    until(lambda: reader.status() == Ready(), "a library that works again")
    maker.lay(CHIP)
    assert isinstance(reader.read_card(), CardContent)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("status garbles", [BROKEN, CardPresent()]),
        ("find garbles", [Ready(), BROKEN]),
        ("select garbles", [Ready(), CardPresent(), NotReadable(CARDS_TWO)]),
        ("read garbles", [Ready(), CardPresent(), UNREAD]),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_fault(
    maker: SdtLibrary, reader: SdtLibraryReader, how: str, said: list[object]
) -> None:
    maker.lay(CHIP)
    maker.misbehave(how)
    assert [reader.status(), reader.find_card(), reader.read_card()][: len(said)] == said


def test_a_reader_that_is_not_there_is_unplugged(maker: SdtLibrary, reader: SdtLibraryReader) -> None:
    maker.unplug()
    gone = Disconnected(READER_UNPLUGGED)
    assert [reader.status(), reader.find_card(), reader.read_card()] == [gone] * 3


@pytest.mark.expects_warnings
def test_a_file_that_is_no_library_is_a_reader_that_does_not_work(tmp_path: Path) -> None:
    (tmp_path / "libsdtapi.so").write_bytes(b"no library")
    with closing(SdtLibraryReader(sdt_address(f"sdt:{tmp_path}/libsdtapi.so"))) as reader:
        assert [reader.status(), reader.find_card()] == [BROKEN, BROKEN]


@pytest.mark.expects_warnings
def test_a_library_is_left_alone_ever_longer_until_what_failed_works(
    maker: SdtLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(VendorLibrary(maker.library)) as library:

        def found() -> Returned | LibraryTrouble:
            return library.call("SDT_StartFindIDCard", 1001, Room(4), 0, within_s=WITHIN_S)

        maker.misbehave("find crashes")
        assert [found(), found()] == [LibraryTrouble.CRASHED] * 2
        child = library._child
        monkeypatch.setattr(child, "_left_alone_until", 0.0)
        assert (found(), child.failures) == (LibraryTrouble.CRASHED, 2)
        monkeypatch.setattr(child, "_left_alone_until", 0.0)
        assert library.call("SDT_OpenPort", 1001, within_s=WITHIN_S) == Returned(0x90)
        assert child.failures == 2, "what failed was not tried yet"
        maker.misbehave(None)
        assert (found(), child.failures) == (Returned(0x80, (bytes(4),)), 0)


def test_a_function_that_a_library_lacks_ends_nothing(maker: SdtLibrary) -> None:
    with closing(VendorLibrary(maker.library)) as library:
        assert library.call("SDT_Forgotten", within_s=WITHIN_S) is LibraryTrouble.LACKS
        assert library.call("SDT_OpenPort", 1001, within_s=WITHIN_S) == Returned(0x90)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b'{"returned": 144, "rooms": ["00ff"], "numbers": [2]}', Returned(144, (b"\x00\xff",), (2,))),
        (b'{"trouble": "overran"}', LibraryTrouble.OVERRAN),
        (b'{"trouble": "unheard of"}', LibraryTrouble.CRASHED),
        (b'{"returned": 144, "rooms": ["0g"], "numbers": []}', LibraryTrouble.CRASHED),
        (b'{"returned": 144, "rooms": [], "numbers": ["2"]}', LibraryTrouble.CRASHED),
        (b"[" * 100_000, LibraryTrouble.CRASHED),
        (b"\xff", LibraryTrouble.CRASHED),
    ],
)
def test_what_a_spoilt_process_says_is_not_believed(answer: bytes, said: Returned | LibraryTrouble) -> None:
    assert parse_call(answer) == said


KEYS = st.sampled_from(["returned", "rooms", "numbers", "trouble"])
TREES = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=12
)


@given(st.binary(max_size=200) | TREES.map(lambda tree: json.dumps(tree).encode()))
def test_whatever_comes_from_the_process_is_a_return_or_a_trouble(answer: bytes) -> None:
    assert isinstance(parse_call(answer), Returned | LibraryTrouble)


@pytest.mark.expects_warnings
def test_a_process_that_hangs_is_gone_when_the_reader_is_closed(maker: SdtLibrary, reader: SdtLibraryReader) -> None:
    maker.misbehave("find hangs")
    assert [reader.status(), reader.find_card()] == [Ready(), SILENT]
    reader.close()
    command = ["pgrep", "--full", f"vendor_library_child.py {maker.library}"]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stdout == ""


@pytest.mark.parametrize(
    "address", ["sdt:", "sdt:libsdtapi.so", "/opt/libsdtapi.so", "sdt:{0}?port=x", "sdt:{0}?baud=1", "sdt:/none.so"]
)
def test_an_address_that_names_no_library_is_said(maker: SdtLibrary, address: str) -> None:
    with pytest.raises(Misconfigured, match="library"):
        identity_card_reader(IdentityCardReaderDevice(driver="sdt-library", address=address.format(maker.library)))
