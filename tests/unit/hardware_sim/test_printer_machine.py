"""The physics of the receipt paper, and what the printer says about it."""

import pytest

from hardware_sim.devices.printer_machine import EndedBy, PrinterMachine, Receipt

INIT, CUT, CHINESE_OFF, CHINESE_ON = b"\x1b@", b"\x1dV\x00", b"\x1c.", b"\x1c&"
CONFIRM, CONFIRMED = bytes.fromhex("1D28480600303041424344"), bytes.fromhex("37224142434400")
ALL_STATUS = b"".join(b"\x10\x04" + bytes([n]) for n in (1, 2, 3, 4))
LINE_MM = 4.0


def text(words: str) -> bytes:
    return words.encode("gb18030")


def run(machine: PrinterMachine, octets: bytes = b"") -> bytes:
    """Everything that can be done now is done; gives what the printer said."""
    machine.receive(octets)
    while machine.advance() is not None:
        pass
    said = bytes(machine.answers)
    machine.answers.clear()
    return said


def printed(octets: bytes) -> Receipt:
    machine = PrinterMachine()
    run(machine, INIT + octets + CUT)
    return machine.receipts.pop()


def machine_with(mm: float) -> PrinterMachine:
    machine = PrinterMachine()
    machine.load_paper(mm)
    return machine


def test_a_cut_ends_a_receipt() -> None:
    receipt = printed(text("受理凭条\n姓名：陈桂兰\n"))
    assert receipt.lines == ("受理凭条", "姓名：陈桂兰")
    assert receipt.ended_by is EndedBy.CUT
    assert receipt.dots.shape == (64, 576)


def test_the_end_of_the_connection_tears_off_what_was_printed() -> None:
    machine = PrinterMachine()
    machine.receive(text("没有切纸\n没有换行"))
    machine.disconnected()
    run(machine)
    assert machine.receipts.pop().lines == ("没有切纸", "没有换行")


def test_blank_paper_is_no_receipt() -> None:
    machine = PrinterMachine()
    run(machine, b"\x1bd\x05" + CUT)
    assert not machine.receipts


def test_twenty_four_chinese_characters_fill_a_line_and_the_next_wraps() -> None:
    assert printed(text("一" * 25 + "\n")).lines == ("一" * 24, "一")
    assert printed(text("0" * 48 + "1\n")).lines == ("0" * 48, "1")
    assert printed(b"\x1d!\x11" + text("一" * 13 + "\n")).lines == ("一" * 12, "一")


def test_high_bytes_are_code_page_only_outside_chinese_mode() -> None:
    assert printed(CHINESE_OFF + b"\x82\x9c" + CHINESE_ON + text("兰") + b"\n").lines == ("é£兰",)
    assert printed("é£".encode("cp437") + b"\n").lines != ("é£",)


def test_a_character_of_four_bytes_comes_out_as_something_else() -> None:
    assert "𬭎" not in printed(text("杨𬭎\n")).lines[0]


@pytest.mark.parametrize(
    "picture",
    [
        b"\x1dv0\x00\x03\x00\x18\x00" + b"\xff" * 72,
        b"\x1b*\x21\x18\x00" + b"\xff" * 72 + b"\n",
        b"\x1c2\xfe\xa1" + b"\xff" * 72 + b"\xfe\xa1\n",
    ],
    ids=["raster", "inline image", "defined character"],
)
def test_a_picture_as_large_as_a_character_stands_as_a_mark_in_the_text(picture: bytes) -> None:
    receipt = printed(picture)
    assert receipt.lines == ("▨",)
    assert receipt.dots[:24, :24].all()


def test_alignment_moves_the_ink() -> None:
    for n, left, right in ((0, 0, 24), (1, 276, 300), (2, 552, 576)):
        columns = printed(b"\x1ba" + bytes([n]) + text("国\n")).dots.any(axis=0).nonzero()[0]
        assert left <= columns[0]
        assert columns[-1] < right


def test_double_size_and_bold_take_more_ink() -> None:
    plain, bold, double = (printed(x + text("办\n")).dots.sum() for x in (b"", b"\x1bE\x01", b"\x1d!\x11"))
    assert plain < bold < double == 4 * plain


def test_a_qr_code_is_on_the_paper_and_can_be_scanned() -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    payload = "http://查.example/23-0017".encode()
    code = b"\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1\x1d(k" + (len(payload) + 3).to_bytes(2, "little") + b"1P0" + payload
    receipt = printed(text("查询\n") + code + b"\x1d(k\x03\x001Q0" + b"\x1bd\x03")
    assert receipt.lines[:2] == ("查询", "[QR] http://查.example/23-0017")
    picture = ((~receipt.dots) * 255).astype("uint8")
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == ["http://查.example/23-0017"]


def test_a_code_that_holds_more_than_any_code_can_is_not_printed() -> None:
    payload = bytes(5000)
    store = b"\x1d(k" + (len(payload) + 3).to_bytes(2, "little") + b"1P0" + payload
    assert printed(store + b"\x1d(k\x03\x001Q0" + b"x\n").lines == ("x",)


def test_confirmation_comes_only_after_all_is_on_paper() -> None:
    machine = PrinterMachine()
    machine.receive(text("第一行\n第二行\n") + CUT + CONFIRM)
    while machine.waiting:
        assert not machine.answers
        machine.advance()
    assert bytes(machine.answers) == CONFIRMED
    assert len(machine.receipts) == 1


def test_paper_that_ends_stops_at_the_line_and_confirms_nothing() -> None:
    machine = machine_with(2 * LINE_MM + 1)
    assert run(machine, text("一\n二\n三\n四\n") + CUT + CONFIRM) == b""
    assert machine.receipts.pop() is not None
    assert not machine.online
    assert run(machine, ALL_STATUS) == bytes([0x1A, 0x32, 0x12, 0x7E])


def test_the_piece_that_came_out_when_the_paper_ended_shows_the_lines_so_far() -> None:
    machine = machine_with(2 * LINE_MM + 1)
    run(machine, text("一\n二\n三\n") + CUT)
    piece = machine.receipts.pop()
    assert (piece.lines, piece.ended_by) == (("一", "二"), EndedBy.PAPER_END)


def test_after_a_refill_what_waited_is_printed_and_confirmed() -> None:
    machine = machine_with(2 * LINE_MM + 1)
    run(machine, text("一\n二\n三\n四\n") + CUT + CONFIRM)
    machine.receipts.clear()
    machine.load_paper()
    assert run(machine) == CONFIRMED
    assert machine.receipts.pop().lines == ("三", "四")


@pytest.mark.parametrize("giving_up", [b"\x10\x05\x02", INIT], ids=["DLE ENQ 2", "ESC @"])
def test_what_waits_is_dropped_when_the_host_gives_it_up(giving_up: bytes) -> None:
    machine = machine_with(LINE_MM + 1)
    run(machine, text("一\n二\n三\n") + CUT + CONFIRM)
    machine.receipts.clear()
    assert run(machine, giving_up) == b""
    machine.load_paper()
    assert run(machine) == b""
    run(machine, text("新\n") + CUT)
    assert [receipt.lines for receipt in machine.receipts] == [("新",)]


def test_near_the_end_it_prints_and_warns() -> None:
    machine = machine_with(1_000)
    assert run(machine, b"\x10\x04\x04\x10\x04\x01" + CONFIRM) == b"\x1e\x12" + CONFIRMED


def test_an_open_cover_holds_everything_until_it_is_closed() -> None:
    machine = PrinterMachine()
    machine.set_cover(opened=True)
    assert run(machine, text("一\n") + CUT + CONFIRM + b"\x10\x04\x02") == bytes([0x16])
    machine.set_cover(opened=False)
    assert run(machine) == CONFIRMED


def test_a_jam_is_an_error_until_it_is_cleared() -> None:
    machine = PrinterMachine()
    machine.set_jam(jammed=True)
    assert run(machine, CONFIRM + ALL_STATUS) == bytes([0x1A, 0x52, 0x1A, 0x12])
    machine.set_jam(jammed=False)
    assert run(machine) == CONFIRMED


def test_a_silent_printer_prints_and_says_nothing() -> None:
    machine = PrinterMachine()
    machine.silent = True
    assert run(machine, text("一\n") + CUT + CONFIRM + ALL_STATUS) == b""
    assert machine.receipts.pop().lines == ("一",)


def test_automatic_status_tells_each_change_once() -> None:
    machine = PrinterMachine()
    assert run(machine, b"\x1da\xff") == bytes.fromhex("10000000")
    machine.set_cover(opened=True)
    assert run(machine) == bytes.fromhex("38000000")
    machine.set_cover(opened=True)
    assert run(machine) == b""
    machine.set_cover(opened=False)
    machine.remove_paper()
    assert run(machine) == bytes.fromhex("10000000 18000F00")


def test_status_is_answered_at_once_whatever_waits() -> None:
    machine = PrinterMachine()
    machine.receive(text("很长的凭条\n") * 50 + b"\x10\x04\x01")
    assert bytes(machine.answers) == b"\x12"
