"""The parser of what a receipt printer hears."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hardware_sim.devices.escpos_commands import Confirm, Glyph, LineFeed, Raster, StatusAsked, Symbol
from hardware_sim.devices.escpos_stream import EscPosStream
from hardware_sim.devices.printer_machine import PrinterMachine

COMMAND_LEADS = st.sampled_from(
    [b"\x1b", b"\x1c", b"\x1d", b"\x10", b"\x1d(k", b"\x1d(H", b"\x1dv0", b"\x1b*", b"\x1dk"]
)
HOSTILE = st.lists(st.one_of(COMMAND_LEADS, st.binary(max_size=12)), max_size=40).map(b"".join)
MEANT = st.lists(
    st.sampled_from(
        [
            "高龄津贴".encode("gb18030"),
            b"ABC 123\n",
            b"\x1dv0\x00\x01\x00\x02\x00\xff\x1b",
            b"\x1d(k\x03\x001C\x04\x1d(k\x07\x001P0LINK\x1d(k\x03\x001Q0",
            bytes.fromhex("1D28480600303001020304"),
            b"\x10\x04\x01",
            b"\x1c.\x82\x1c&",
            b"\x1b*\x21\x02\x00\x1b\x1b\x1b\x0a\x0a\x0a",
            b"\x1dVB\x10",
        ]
    ),
    max_size=12,
).map(b"".join)


@given(HOSTILE)
def test_the_parser_never_raises_on_any_bytes(octets: bytes) -> None:
    EscPosStream().feed(octets)


@settings(max_examples=60)
@given(HOSTILE)
def test_the_printer_never_raises_on_any_bytes_and_always_comes_to_rest(octets: bytes) -> None:
    machine = PrinterMachine()
    machine.receive(octets)
    machine.disconnected()
    while machine.advance() is not None:
        pass
    assert not machine.waiting or not machine.online


@given(MEANT, st.integers(1, 7))
def test_commands_are_the_same_however_the_bytes_are_split(octets: bytes, piece: int) -> None:
    stream, split = EscPosStream(), []
    for start in range(0, len(octets), piece):
        split += stream.feed(octets[start : start + piece])
    assert split == EscPosStream().feed(octets)


@given(st.text(st.characters(codec="gb2312", categories=("L", "P", "N")), max_size=30))
def test_chinese_text_is_read_character_by_character(words: str) -> None:
    glyphs = EscPosStream().feed(words.encode("gb2312"))
    assert "".join(glyph.text for glyph in glyphs if isinstance(glyph, Glyph)) == words


def test_bytes_of_a_picture_are_no_commands() -> None:
    assert EscPosStream().feed(b"\x1dv0\x00\x01\x00\x03\x00\x10\x04\x01\n") == [
        Raster(1, 3, b"\x10\x04\x01", (1, 1)),
        LineFeed(),
    ]


def test_a_stored_code_is_printed_when_told() -> None:
    stream = EscPosStream()
    assert stream.feed(b"\x1d(k\x03\x001C\x08\x1d(k\x03\x001E2\x1d(k\x05\x001P0hi") == []
    assert stream.feed(b"\x1d(k\x03\x001Q0") == [Symbol(0x31, b"hi", ((0x43, b"\x08"), (0x45, b"2")))]


def test_status_and_confirmation_requests() -> None:
    assert EscPosStream().feed(b"\x10\x04\x02\x1d(H\x06\x0000abcd") == [StatusAsked(2), Confirm(b"abcd")]
