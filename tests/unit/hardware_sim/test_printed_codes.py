"""Every code that a host can ask for is on the paper, and a scanner reads it off."""

import numpy as np
import pytest
import zxingcpp

from hardware_sim.devices.printer_machine import PrinterMachine, Receipt
from hardware_sim.devices.text_coding import Chinese


def printed(octets: bytes, *, width_dots: int = 576) -> Receipt:
    machine = PrinterMachine(chinese=Chinese.AUTO, four_bytes=True, width_dots=width_dots)
    machine.receive(octets + b".\n")
    machine.disconnected()
    while machine.advance() is not None:
        pass
    (receipt,) = machine.receipts
    return receipt


def scanned(receipt: Receipt) -> list[tuple[str, bytes]]:
    paper = np.pad(np.where(receipt.dots, 0, 255).astype(np.uint8), 40, constant_values=255)
    return [(one.text, bytes(one.bytes)) for one in zxingcpp.read_barcodes(paper)]


def barcode(kind: int, payload: bytes, *, module: int = 2, hri: int = 0) -> bytes:
    return (
        b"\x1dh\x40\x1dw" + bytes([module]) + b"\x1dH" + bytes([hri]) + b"\x1dk" + bytes([kind, len(payload)]) + payload
    )


def symbol(family: int, payload: bytes, *settings: tuple[int, bytes]) -> bytes:
    told = b"".join(
        b"\x1d(k" + (len(value) + 2).to_bytes(2, "little") + bytes([family, function]) + value
        for function, value in settings
    )
    stored = b"\x1d(k" + (len(payload) + 3).to_bytes(2, "little") + bytes([family, 0x50, 0x30]) + payload
    return told + stored + b"\x1d(k\x03\x00" + bytes([family, 0x51, 0x30])


BARCODES = [
    (65, b"03600029145", "UPC-A", "036000291452", "0036000291452"),
    (65, b"036000291452", "UPC-A", "036000291452", "0036000291452"),
    (66, b"123456", "UPC-E", "01234565", "0012345000065"),
    (66, b"01234565", "UPC-E", "01234565", "0012345000065"),
    (66, b"012345000065", "UPC-E", "01234565", "0012345000065"),
    (67, b"400638133393", "EAN-13", "4006381333931", "4006381333931"),
    (68, b"9638507", "EAN-8", "96385074", "96385074"),
    (69, b"AB-12 $", "Code 39", "AB-12 $", "AB-12 $"),
    (69, b"*ABC*", "Code 39", "ABC", "ABC"),
    (70, b"1234567890", "ITF", "1234567890", "1234567890"),
    (71, b"a40156b", "Codabar", "A40156B", "A40156B"),
    (72, b"Code 93!", "Code 93", "Code 93!", "Code 93!"),
    (73, b"{BHello{C\x0c\x22{B!", "Code 128", "Hello1234!", "Hello1234!"),
    (73, b"{A12{SaB", "Code 128", "12aB", "12aB"),
    (73, b"{Bwith {{ brace", "Code 128", "with { brace", "with { brace"),
    (73, b"no set 123456 x", "Code 128", "no set 123456 x", "no set 123456 x"),
    (79, b"auto0011223344z", "Code 128", "auto0011223344z", "auto0011223344z"),
    (74, b"(01)09501101530003(10)AB1(17)250101", "GS1-128", "(01)09501101530003(10)AB1(17)250101", None),
    (74, b"(01)0950110153000*", "GS1-128", "(01)09501101530003", "(01)09501101530003"),
    (75, b"0950110153000", "DataBar Omni", "(01)09501101530003", "(01)09501101530003"),
    (76, b"0950110153000", "DataBar Truncated", "(01)09501101530003", "(01)09501101530003"),
    (77, b"0950110153000", "DataBar Limited", "(01)09501101530003", "(01)09501101530003"),
    (78, b"(01)98898765432106(3202)012345", "DataBar Expanded", "(01)98898765432106(3202)012345", None),
]


@pytest.mark.parametrize(("kind", "payload", "symbology", "text", "read"), BARCODES)
def test_a_barcode_is_drawn_as_a_scanner_reads_it(
    kind: int, payload: bytes, symbology: str, text: str, read: str | None
) -> None:
    receipt = printed(barcode(kind, payload))
    assert [(code.symbology, code.text) for code in receipt.codes] == [(symbology, text)]
    assert [one for one, _ in scanned(receipt)] == [read or text]


@pytest.mark.parametrize(("kind", "payload"), [(4, b"ABC-1"), (2, b"400638133393"), (6, b"A123B"), (8, b"{BHi")])
def test_the_older_form_ends_with_a_zero_byte(kind: int, payload: bytes) -> None:
    receipt = printed(b"\x1dw\x02\x1dk" + bytes([kind]) + payload + b"\x00after\n")
    assert len(scanned(receipt)) == 1
    assert receipt.text_lines == ("after", ".")


SYMBOLS = [
    (0x30, "PDF417", "PDF417 凭条 23".encode(), [(67, b"\x02"), (68, b"\x03"), (69, b"01")]),
    (0x30, "PDF417", b"columns and rows", [(65, b"\x04"), (66, b"\x0a"), (67, b"\x02")]),
    (0x30, "PDF417", b"as wide as the paper " * 12, []),
    (0x30, "PDF417", b"truncated", [(70, b"\x01")]),
    (0x31, "QR Code", "http://查.example/23".encode(), [(65, b"2\x00"), (67, b"\x06"), (69, b"3")]),
    (0x31, "QR Code", b"model 1", [(65, b"1\x00"), (67, b"\x04")]),
    (0x31, "Micro QR Code", b"12345", [(65, b"3\x00"), (67, b"\x06")]),
    (0x35, "Aztec", b"an aztec code", [(67, b"\x05"), (69, b"\x17")]),
    (0x36, "Data Matrix", b"a data matrix", [(67, b"\x05")]),
    (0x36, "Data Matrix", b"oblong", [(66, b"1\x00\x00"), (67, b"\x05")]),
]


@pytest.mark.parametrize(("family", "symbology", "payload", "settings"), SYMBOLS)
def test_a_matrix_symbol_is_drawn_as_a_scanner_reads_it(
    family: int, symbology: str, payload: bytes, settings: list[tuple[int, bytes]]
) -> None:
    receipt = printed(symbol(family, payload, *settings))
    assert [(code.symbology, code.payload) for code in receipt.codes] == [(symbology, payload)]
    assert [octets for _, octets in scanned(receipt)] == [payload]


@pytest.mark.parametrize(("kind", "text"), [(0x48, "(01)09501101530003"), (0x49, "(01)09501101530003")])
def test_a_stacked_data_bar_is_drawn(kind: int, text: str) -> None:
    receipt = printed(symbol(0x33, bytes([kind]) + b"0950110153000", (67, b"\x03")))
    assert [one for one, _ in scanned(receipt)] == [text]


def test_a_maxi_code_is_drawn() -> None:
    receipt = printed(b"\n" + symbol(0x32, b"MAXI CODE"))
    rows = np.flatnonzero(receipt.dots[:, 100:].any(axis=1))
    alone = np.pad(
        np.where(receipt.dots[rows[0] : rows[-1] + 1, :224], 0, 255).astype(np.uint8), 40, constant_values=255
    )
    assert [one.text for one in zxingcpp.read_barcodes(alone)] == ["MAXI CODE"]


@pytest.mark.parametrize(
    ("position", "lines"),
    [(0, (".",)), (1, ("96385074", ".")), (2, ("96385074", ".")), (3, ("96385074", "96385074", "."))],
)
def test_what_stands_below_the_bars_is_a_line_only_if_it_is_printed(position: int, lines: tuple[str, ...]) -> None:
    assert printed(barcode(68, b"9638507", hri=position)).text_lines == lines


def test_a_module_is_as_wide_and_bars_are_as_high_as_was_set() -> None:
    for module in (2, 3, 4):
        dots = printed(barcode(68, b"9638507", module=module)).dots
        across = np.flatnonzero(dots[:40].any(axis=0))
        assert across[-1] - across[0] + 1 == 67 * module
        assert dots[:64, across[0]].all()
        assert not dots[64, across[0]]


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (barcode(67, b"12345"), "12 or 13 digits"),
        (barcode(69, b"abc"), "Code 39 has not"),
        (barcode(73, b"{Ba long text that is too wide for the paper", module=4), "576 fit"),
        (symbol(0x31, bytes(3000)), "do not go into one"),
        (symbol(0x31, b"x", (67, b"\x10")) + symbol(0x31, b"y" * 500), "576 fit"),
        (symbol(0x34, b"0Ax"), "composite"),
    ],
)
def test_what_cannot_stand_in_a_code_is_not_printed_and_it_is_said_why(octets: bytes, why: str) -> None:
    receipt = printed(octets)
    assert why in receipt.refused[-1]
    assert receipt.text_lines == (".",)


def test_a_wrong_check_digit_is_put_right() -> None:
    assert [one for one, _ in scanned(printed(barcode(67, b"4006381333930")))] == ["4006381333931"]


def test_nothing_is_wider_than_narrow_paper() -> None:
    receipt = printed(symbol(0x30, b"fits by having more rows " * 4), width_dots=384)
    assert receipt.dots.shape[1] == 384
    assert len(scanned(receipt)) == 1
