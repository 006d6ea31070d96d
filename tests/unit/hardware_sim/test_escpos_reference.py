"""Every command of the reference by its length: what is known leaves no trace, what is not is named and skipped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware_sim.devices.printer_machine import PrinterMachine, Receipt
from hardware_sim.devices.text_coding import Chinese
from hardware_sim.printer_alone import contents


def receipts(octets: bytes) -> list[Receipt]:
    machine = PrinterMachine(chinese=Chinese.AUTO, four_bytes=True)
    machine.receive(octets)
    machine.disconnected()
    while machine.advance() is not None:
        pass
    return list(machine.receipts)


UNKNOWN = {
    b"\x1d(Z\x03\x00abc": "GS ( Z 3 bytes", b"\x1c(Z\x02\x00ab": "FS ( Z 2 bytes",
    b"\x1b(z\x01\x00a": "ESC ( z 1 bytes",
    b"\x1d8Q\x05\x00\x00\x00abcde": "GS 8 Q 5 bytes", b"\x1b\x01": "ESC SOH", b"\x1da\x00\x1d\x01": "GS SOH",
    b"\x1b\x1da\x01": "ESC GS a", b"\x1b\x1eF\x01": "ESC RS", b"\x1bB\x03\x02": "ESC B", b"\x10\x06": "DLE ACK",
    b"\x1c\x7f": "FS 0x7F", b"\x0e": "SO", b"\x1dkP\x03abc": "GS k 80 3 bytes", b"\x1dv1": "GS v 1",
    b"\x1d(k\x03\x00\x60A0": "GS ( k 3 bytes",
    b"\x1dV\x09": "GS V 9", b"\x1bt\xf0": "ESC t 240",
}  # fmt: skip
KNOWN = [
    b"\x1b=\x01", b"\x1bp\x00\x19\xfa", b"\x1bc3\x0f", b"\x1bc4\x00", b"\x1bc5\x01", b"\x1bu\x00", b"\x1bv",
    b"\x1br\x01", b"\x1b<",
    b"\x1bK\x02", b"\x1be\x02", b"\x1bU\x01", b"\x10\x04\x01", b"\x10\x05\x01", b"\x10\x14\x01\x00\x05",
    b"\x10\x14\x03\x00\x01\x02\x03\x04",
    b"\x10\x14\x07\x01", b"\x10\x04\x07\x01", b"\x1da\xff", b"\x1dr\x01", b"\x1dI\x43", b"\x1dP\x00\x00",
    b"\x1db\x01", b"\x1dc",
    b"\x1dC0\x00\x00", b"\x1dC1\x01\x00\x02\x00\x03\x04", b"\x1dC2\x01\x00", b"\x1dC;1;2;3;4;5;",
    b"\x1dg0\x00\x14\x00", b"\x1dg2\x00\x14\x00",
    b"\x1dj\x01", b"\x1dz0\x01\x02", b"\x1d(A\x02\x00\x00\x02", b"\x1d(C\x05\x00\x00\x30\x00AB",
    b"\x1d(D\x03\x00\x14\x01\x00",
    b"\x1d(E\x03\x00\x01IN", b"\x1d(K\x02\x002\x00", b"\x1d(M\x02\x00\x01\x01", b"\x1d(N\x02\x0001",
    b"\x1d(P\x02\x0001", b"\x1d(Q\x02\x0001",
    b"\x1d(V\x02\x0001", b"\x1d(z\x02\x0001", b"\x1d(H\x06\x0000abcd", b"\x1b(A\x03\x00001", b"\x1c(A\x02\x0001",
    b"\x1c(E\x02\x0001",
    b"\x1c(L\x02\x0001", b"\x1c(e\x02\x0001", b"\x1c(g\x02\x0001", b"\x1c!\x00", b"\x1cC\x00\x1c.", b"\x1cS\x00\x00",
    b"\x1cW\x00", b"\x1c?\xfe\xa1",
    b"\x1cg1\x00\x00\x00\x00\x00\x02\x00ab", b"\x1cg2\x00\x00\x00\x00\x00\x02\x00", b"\x1ca0\x00", b"\x1ca1",
    b"\x1cb", b"\x1cc",
    b"\x1dT\x00", b"\x1d(L\x02\x0000", b"\x00", b"\x07", b"\r", b"\x1b2",
]  # fmt: skip


@pytest.mark.parametrize("octets", UNKNOWN)
def test_what_is_not_known_is_named_and_skipped_without_losing_the_place(octets: bytes) -> None:
    (receipt,) = receipts(b"before " + octets + b"after\n")
    assert receipt.text_lines == ("before after",)
    assert receipt.unknown == (UNKNOWN[octets],)


@pytest.mark.parametrize("octets", KNOWN)
def test_what_is_known_leaves_no_trace_in_the_text(octets: bytes) -> None:
    (receipt,) = receipts(b"before " + octets + b"after\n")
    assert receipt.text_lines == ("before after",)
    assert receipt.unknown == ()


def test_what_is_cut_short_is_named() -> None:
    (receipt,) = receipts(b"text\n\x1dv0\x00" + b"\x0a\x00\x0a\x00" + b"half")
    assert receipt.unknown == ("GS v cut short after 12 bytes",)


def test_a_length_beyond_all_memory_is_skipped_as_it_comes() -> None:
    machine = PrinterMachine()
    machine.receive(b"\x1d8L" + (30_000_000).to_bytes(4, "little"))
    for _ in range(30):
        machine.receive(bytes(1_000_000))
    machine.receive(b"after\n")
    machine.disconnected()
    while machine.advance() is not None:
        pass
    assert machine.receipts.pop().text_lines == ("after",)


LEADS = [
    b"\x1b", b"\x1c", b"\x1d", b"\x10", b"\x1d(k", b"\x1d(L", b"\x1d8L", b"\x1dv0", b"\x1b*", b"\x1dk",
    b"\x1d(k\x03\x001Q0", b"\x1bL", b"\x1bW",
    b"\x0c", b"\n", b"\x1dV\x00", b"\x1d:", b"\x1d^\x05\x00\x00", b"\x1b&", b"\x1b%\x01", b"\x1b$", b"\x1bD",
    b"\x1cq", b"\x1cp\x01\x00", b"\x1d*",
    b"\x1d/\x00", b"\x1c&", b"\x1c(C\x02\x000\x02", b"\x1bt", b"\x1dL", b"\x1dW", b"\x1d!\x77", b"\x1bV\x01",
    b"\x1b{\x01", b"text", "中".encode(),
]  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(LEADS), st.binary(max_size=10)), max_size=40).map(b"".join))
def test_no_bytes_stop_the_printer(octets: bytes) -> None:
    for receipt in receipts(octets):
        contents(receipt)
