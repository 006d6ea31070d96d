"""Streams as other programs send them: python-escpos itself, and what other libraries' documentation shows."""

import numpy as np
import pytest
import zxingcpp
from escpos.printer import Dummy
from PIL import Image, ImageDraw

from hardware_sim.devices.printer_machine import PrinterMachine, Receipt
from hardware_sim.devices.text_coding import Chinese
from hardware_sim.printer_alone import contents

INIT = b"\x1b@"


def word(number: int) -> bytes:
    return number.to_bytes(2, "little")


def receipts(octets: bytes, *, width_dots: int = 576) -> list[Receipt]:
    machine = PrinterMachine(chinese=Chinese.AUTO, four_bytes=True, width_dots=width_dots)
    machine.receive(octets)
    machine.disconnected()
    while machine.advance() is not None:
        pass
    return list(machine.receipts)


def lines(octets: bytes) -> list[str]:
    (receipt,) = receipts(octets)
    assert receipt.unknown == ()
    return list(receipt.text_lines)


def drawing(width: int, height: int) -> Image.Image:
    image = Image.new("1", (width, height), 1)
    draw = ImageDraw.Draw(image)
    draw.ellipse((3, 3, width - 4, height - 4), outline=0, width=3)
    draw.line((0, 0, width - 1, height - 1), fill=0)
    return image


def ink(image: Image.Image) -> np.ndarray:
    return ~np.asarray(image)


def python_escpos() -> Dummy:
    return Dummy(profile="default")


def test_python_escpos_text_comes_out_as_it_was_written() -> None:
    printer = python_escpos()
    words = ["Corner Café", "Straße 5 € 8,20", "Dziękujemy", "Спасибо", "Ευχαριστώ", "", "Ação"]
    printer.set(align="center", bold=True, double_width=True, double_height=True)
    printer.text(words[0] + "\n")
    printer.set_with_default()
    for line in words[1:]:
        printer.text(line + "\n")
    printer.cut()
    (receipt,) = receipts(printer.output)
    assert list(receipt.text_lines) == words
    assert (receipt.cuts, receipt.unknown) == (1, ())


@pytest.mark.parametrize("implementation", ["bitImageRaster", "graphics", "bitImageColumn"])
@pytest.mark.parametrize("size", [(200, 96), (64, 50)])
def test_python_escpos_pictures_come_out_dot_by_dot(implementation: str, size: tuple[int, int]) -> None:
    image, printer = drawing(*size), python_escpos()
    printer.image(image, impl=implementation)
    printer.text("after\n")
    (receipt,) = receipts(printer.output)
    assert (receipt.dots[: size[1], : size[0]] == ink(image)).all()
    assert receipt.text_lines == ("after",)


@pytest.mark.parametrize("native", [True, False])
def test_python_escpos_qr_codes_are_read_whichever_way_they_are_drawn(native: bool) -> None:
    printer = python_escpos()
    printer.text("before\n")
    printer.qr("https://example.com/r/17", native=native, size=5)
    printer.cut()
    (receipt,) = receipts(printer.output)
    found = contents(receipt)
    assert found["lines"] == ["before"]
    assert found["codes"] == [
        {"symbology": "QR Code", "text": "https://example.com/r/17", "payload": b"https://example.com/r/17".hex()}
    ]


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("4006381333931", "EAN13", "4006381333931"), ("96385074", "EAN8", "96385074"), ("036000291452", "UPC-A", None),
        ("01234565", "UPC-E", None), ("ABC-123", "CODE39", "ABC-123"), ("1234567890", "ITF", "1234567890"),
        ("A40156B", "CODABAR", "A40156B"), ("Code 93", "CODE93", "Code 93"), ("{B012AB", "CODE128", "012AB"),
        ("{B0195012345678903", "GS1-128", None), ("0950110153000", "GS1 DATABAR OMNIDIRECTIONAL", "(01)09501101530003"),
        ("(01)98898765432106", "GS1 DATABAR EXPANDED", "(01)98898765432106"),
    ],
)  # fmt: skip
def test_python_escpos_barcodes_are_drawn(code: str, kind: str, text: str | None) -> None:
    printer = python_escpos()
    printer.barcode(code, kind, height=60, width=2, pos="OFF", function_type=None if len(kind) < 6 else "B")
    printer.text("after\n")
    (receipt,) = receipts(printer.output)
    paper = np.pad(np.where(receipt.dots, 0, 255).astype(np.uint8), 40, constant_values=255)
    read = [one.text for one in zxingcpp.read_barcodes(paper)]
    assert len(read) == len(receipt.codes) == 1
    assert text is None or read == [text]
    assert receipt.text_lines == ("after",)


def test_a_cut_in_each_of_its_forms_ends_a_receipt() -> None:
    forms = [
        b"\x1dV\x00", b"\x1dV\x01", b"\x1dV0", b"\x1dV1", b"\x1dVA\x10", b"\x1dVB\x00", b"\x1dVa\x08", b"\x1dVb\x08",
        b"\x1dVg\x08", b"\x1dVh\x08", b"\x1bi", b"\x1bm",
    ]  # fmt: skip
    came = receipts(b"".join(b"no %d\n" % number + form for number, form in enumerate(forms)))
    assert [receipt.text_lines for receipt in came] == [(f"no {number}",) for number in range(len(forms))]
    assert all(receipt.cuts == 1 for receipt in came)


def test_cuts_one_after_the_other_leave_nothing_empty() -> None:
    assert len(receipts(b"\x1dV\x00a\n\x1dV\x00\n\n\x1dV\x01\x1bi" + INIT)) == 1


def test_blank_lines_stay_between_text_and_go_at_the_ends() -> None:
    assert lines(b"\n\na\n\n\nb  \n\n") == ["a", "", "", "b"]


def test_lines_wrap_where_the_paper_ends() -> None:
    assert lines(b"A" * 50 + b"\n") == ["A" * 48, "AA"]
    assert lines(b"\x1bM\x01" + b"b" * 65 + b"\n") == ["b" * 64, "b"]
    assert lines(b"\x1d!\x10" + b"w" * 25 + b"\n") == ["w" * 24, "w"]
    assert lines(b"x" * 48 + b"\n" + b"y\n") == ["x" * 48, "y"]
    (narrow,) = receipts(b"n" * 33 + b"\n", width_dots=384)
    assert narrow.text_lines == ("n" * 32, "n")


def test_columns_are_spaces_apart() -> None:
    assert lines(b"Tea\x1b$" + word(240) + b"1.50\n") == ["Tea" + " " * 17 + "1.50"]
    assert lines(b"a\tb\tc\n") == ["a       b       c"]
    assert lines(b"\x1bD\x0a\x14\x00a\tb\tc\n\x1bD\x00a\tb\n") == ["a         b         c", "ab"]
    assert lines(b"one\x1b\\" + word(24) + b"two\n") == ["one  two"]


def test_what_is_printed_twice_in_one_place_is_read_once() -> None:
    assert lines(b"Total\x1b$\x00\x00Total\n") == ["Total"]


def test_alignment_leaves_no_spaces_in_the_text() -> None:
    assert lines(b"\x1ba\x01centre\n\x1ba2right\n\x1ba0left\n") == ["centre", "right", "left"]


@pytest.mark.parametrize(
    "style",
    [b"\x1bE\x01", b"\x1bG\x01", b"\x1b-\x02", b"\x1dB\x01", b"\x1b{\x01", b"\x1bV\x01", b"\x1d!\x77", b"\x1b!\xb9",
    b"\x1b \x04",
    b"\x1bM\x01", b"\x1b3\x40", b"\x1dL\x20\x00", b"\x1dW\x80\x01", b"\x1db\x01", b"\x1br\x01", b"\x1bU\x01",
    b"\x1d(N\x02\x0001"],
)  # fmt: skip
def test_a_style_changes_the_dots_and_not_the_words(style: bytes) -> None:
    (plain,), (styled,) = receipts(b"Ab\n"), receipts(style + b"Ab\n")
    assert styled.text_lines == ("Ab",)
    same = plain.dots.shape == styled.dots.shape and (plain.dots == styled.dots).all()
    assert same == (style in (b"\x1db\x01", b"\x1br\x01", b"\x1bU\x01", b"\x1d(N\x02\x0001", b"\x1dW\x80\x01"))


def test_upside_down_is_the_line_turned_around() -> None:
    (plain,), (turned,) = receipts(b"Ab\n"), receipts(b"\x1b{\x01Ab\n")
    assert (plain.dots[:24] == turned.dots[:24][::-1, ::-1]).all()


@pytest.mark.parametrize(("mode", "column_bytes", "across"), [(0, 1, 2), (1, 1, 1), (32, 3, 2), (33, 3, 1)])
@pytest.mark.parametrize("spacing", [b"\x1b3\x18", b"\x1b3\x10", b"\x1b3\x00"])
def test_pictures_in_columns_join_without_a_gap(mode: int, column_bytes: int, across: int, spacing: bytes) -> None:
    band = b"\x1b*" + bytes([mode]) + word(40) + b"\xff" * 40 * column_bytes + b"\n"
    (receipt,) = receipts(INIT + spacing + band * 4 + b"\x1b2end\n")
    assert receipt.dots[:96, : 40 * across].all()
    assert not receipt.dots[:96, 40 * across :].any()
    assert receipt.text_lines == ("end",)


def packed(image: np.ndarray) -> tuple[bytes, bytes]:
    return np.packbits(image, axis=1).tobytes(), np.packbits(image, axis=0).T.tobytes()


def graphics(function: int, parameters: bytes, *, long: bool = False) -> bytes:
    told = bytes([0x30, function]) + parameters
    return b"\x1d8L" + len(told).to_bytes(4, "little") + told if long else b"\x1d(L" + word(len(told)) + told


STORED = ink(drawing(80, 40))
ROWS, COLUMNS = packed(STORED)
SIZE = word(80) + word(40)
PICTURES = {
    "raster": b"\x1dv0\x00" + word(10) + word(40) + ROWS,
    "raster by digit": b"\x1dv00" + word(10) + word(40) + ROWS,
    "stored raster": graphics(112, b"0\x01\x011" + SIZE + ROWS) + graphics(50, b""),
    "stored raster, long": graphics(112, b"0\x01\x011" + SIZE + ROWS, long=True) + graphics(2, b"", long=True),
    "stored columns": graphics(113, b"0\x01\x011" + SIZE + COLUMNS) + graphics(50, b""),
    "kept raster": graphics(67, b"0AB\x01" + SIZE + b"1" + ROWS) + INIT + graphics(69, b"AB\x01\x01"),
    "kept columns": graphics(68, b"0AB\x01" + SIZE + b"1" + COLUMNS) + INIT + graphics(69, b"AB\x01\x01"),
    "downloaded": graphics(83, b"0CD\x01" + SIZE + b"1" + ROWS) + graphics(85, b"CD\x01\x01"),
    "downloaded columns": graphics(84, b"0CD\x01" + SIZE + b"1" + COLUMNS) + graphics(85, b"CD\x01\x01"),
    "FS q": b"\x1cq\x01" + word(10) + word(5) + COLUMNS + INIT + b"\x1cp\x01\x00",
    "GS *": b"\x1d*\x0a\x05" + COLUMNS + b"\x1d/\x00",
}


@pytest.mark.parametrize("way", PICTURES)
def test_a_picture_comes_out_dot_by_dot_whichever_way_it_is_sent(way: str) -> None:
    (receipt,) = receipts(INIT + PICTURES[way] + b"after\n")
    assert (receipt.dots[:40, :80] == STORED).all()
    assert not receipt.dots[:40, 80:].any()
    assert (receipt.text_lines, receipt.unknown) == (("after",), ())


def test_a_picture_can_be_twice_as_wide_and_high() -> None:
    for octets in (
        b"\x1dv0\x03" + word(10) + word(40) + ROWS,
        graphics(112, b"0\x02\x021" + SIZE + ROWS) + graphics(50, b""),
        b"\x1d*\x0a\x05" + COLUMNS + b"\x1d/\x03",
    ):
        (receipt,) = receipts(octets)
        assert (receipt.dots[:80, :160] == STORED.repeat(2, axis=0).repeat(2, axis=1)).all()


def test_tones_are_as_dark_as_their_planes_say() -> None:
    full = bytes([0xFF]) * 10 * 40
    inked = []
    for planes in (b"", b"3", b"34", b"1234"):
        stored = b"".join(graphics(112, b"4\x01\x01" + bytes([colour]) + SIZE + full) for colour in planes)
        (receipt,) = receipts(stored + graphics(50, b"") + b"x\n")
        inked.append(receipt.dots[:40].mean())
    assert inked == sorted(inked)
    assert inked[-1] == pytest.approx(80 / 576, rel=0.2)


def test_a_page_is_set_in_any_order_and_printed_at_once() -> None:
    page = (
        b"\x1bL\x1bW" + word(0) + word(0) + word(576) + word(200)
        + b"\x1d$" + word(150) + b"below\x1d$" + word(50) + b"\x1b$" + word(96) + b"above\x0c"
    )  # fmt: skip
    (receipt,) = receipts(b"before\n" + page + b"after\n")
    assert receipt.text_lines == ("before", "above", "below", "after")
    assert receipt.dots[32:].shape[0] == 200 + 32
    rows = np.flatnonzero(receipt.dots[32:232].any(axis=1))
    assert 26 <= rows[0] <= 50
    assert rows[-1] <= 150
    assert not receipt.dots[32:90, :96].any()


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_page_is_set_in_four_directions(turns: int) -> None:
    area = b"\x1bL\x1bW" + word(0) + word(0) + word(200) + word(200)
    (plain,) = receipts(area + b"\x1bT\x00" + b"Abc\x0c")
    (turned,) = receipts(area + b"\x1bT" + bytes([turns]) + b"Abc\x0c")
    assert (np.rot90(plain.dots[:200, :200], turns) == turned.dots[:200, :200]).all()
    assert turned.text_lines == ("Abc",)


def test_a_page_that_is_cancelled_or_left_is_not_printed() -> None:
    assert lines(b"\x1bLnever\n\x18then\n\x0cafter\n") == ["then", "after"]
    assert lines(b"\x1bLnever\n\x1bSafter\n") == ["after"]


def test_a_macro_is_printed_as_often_as_it_is_run() -> None:
    assert lines(b"\x1d:again\n\x1d:\x1d^\x02\x00\x00") == ["again"] * 3


def test_characters_that_the_host_drew_take_the_place_of_others() -> None:
    heart = bytes([0x0C, 0, 0, 0x1E, 0, 0, 0x0F]) + bytes(12 * 3 - 7)
    octets = b"\x1b&\x03AA\x0c" + heart + b"\x1b%\x01A\x1b%\x00A\x1b%\x01\x1b?AA\n"
    (receipt,) = receipts(octets)
    assert receipt.text_lines == ("AA",)
    assert receipt.lines == ("▨AA",)
