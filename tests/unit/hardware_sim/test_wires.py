"""What passes over the simulated wires is kept, told to whoever waits, and said in words."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim import cli, simulation, wire_words
from hardware_sim.control import Simulation
from hardware_sim.devices import page_printer_relay, saned_wire
from hardware_sim.devices.sam_machine import SamMachine
from hardware_sim.devices.virtual_cards import SOCIAL_SECURITY
from hardware_sim.wire_log import FROM_DEVICE, MOST_KEPT, MOST_TOLD, SHOWN_BYTES, TO_DEVICE, WireLog, Words
from hardware_sim.wire_words import PrinterWords, SmartCardWords

FIND, READ = bytes.fromhex("AAAAAA96690003200122"), bytes.fromhex("AAAAAA96690003300132")
DECODERS: list[Words] = [
    wire_words.plain_text,
    wire_words.sam,
    wire_words.scan_engine,
    wire_words.camera,
    saned_wire.words,
    page_printer_relay.words,
    SmartCardWords(),
    PrinterWords(),
]
PIECES = st.one_of(
    st.binary(max_size=400),
    st.builds(
        lambda head, rest: head + rest,
        st.sampled_from(
            [b"\xaa\xaa\xaa\x96\x69", b"\x7e\x00", b"\x02\x00", b"\x1b", b"\x1d", b"\x10", b"\x00\xa4\x04"]
        ),
        st.binary(max_size=60),
    ),
)


@given(st.lists(st.tuples(st.sampled_from([TO_DEVICE, FROM_DEVICE]), PIECES), max_size=6))
def test_whatever_the_bytes_are_they_give_one_line(pieces: list[tuple[str, bytes]]) -> None:
    for words in DECODERS:
        for direction, octets in pieces:
            line = words(direction, octets)
            assert line.isprintable()


def test_a_log_keeps_the_newest_and_numbers_them() -> None:
    log = WireLog(lambda: 1.25)
    tap = log.tap("identity_card_reader", wire_words.sam)
    for _ in range(MOST_KEPT + 5):
        tap(TO_DEVICE, FIND)
    told = log.after(0)
    assert [entry["number"] for entry in told] == list(range(MOST_KEPT + 6 - MOST_TOLD, MOST_KEPT + 6))
    assert log.after(MOST_KEPT + 4) == [
        {
            "number": MOST_KEPT + 5,
            "at_ms": 1250,
            "device": "identity_card_reader",
            "direction": TO_DEVICE,
            "length": len(FIND),
            "hex": FIND.hex(),
            "means": "2001 find a card",
        }
    ]


def test_of_a_long_piece_the_length_is_whole_and_only_its_head_is_shown() -> None:
    log = WireLog(lambda: 0.0)
    log.note("document_camera", FROM_DEVICE, bytes(100_000), wire_words.camera)
    (entry,) = log.after(0)
    assert entry["length"] == 100_000
    assert entry["hex"] == bytes(SHOWN_BYTES).hex()


def test_whoever_waits_is_told_at_once_and_let_go_at_the_end() -> None:
    log = WireLog(lambda: 0.0)
    with ThreadPoolExecutor(2) as pool:
        waits = pool.submit(log.after, 0, within_s=30.0)
        log.note("code_reader", FROM_DEVICE, b"12", wire_words.scan_engine)
        assert [entry["means"] for entry in waits.result(10)] == ["code '12'"]
        waits = pool.submit(log.after, 1, within_s=30.0)
        log.close()
        assert waits.result(10) == []


@pytest.mark.parametrize(
    ("request_frame", "means"),
    [(FIND, "80 no card, or one that was read"), (READ, "41 reading failed"), (FIND[:-1] + b"\0", "10 wrong checksum")],
)
def test_the_status_word_of_a_card_reader_is_said(request_frame: bytes, means: str) -> None:
    answer = SamMachine().answer(request_frame)
    assert wire_words.sam(FROM_DEVICE, answer) == means
    assert wire_words.sam(FROM_DEVICE, b"\x12\x34" + answer) == f"2 bytes of noise, {means}"
    assert wire_words.sam(FROM_DEVICE, answer[:-1]).startswith(f"{means}, cut short")
    assert wire_words.sam(FROM_DEVICE, answer[:-1] + bytes([answer[-1] ^ 1])).endswith("its checksum is wrong")


def test_receipts_are_said_command_by_command_across_pieces() -> None:
    words = PrinterWords()
    text = "凭条".encode("gb18030")
    assert words(TO_DEVICE, b"\x1b@\x1ba\x01" + text + b"\n\x1dV\x00") == (
        "initialise, alignment 1, “凭条”, line feed, cut"
    )
    assert words(TO_DEVICE, b"\x1dv0\x00\x48\x00\x02\x00" + bytes(72)) == "goes on, 80 bytes"
    assert words(TO_DEVICE, bytes(72)) == "picture 576x2"
    assert words(TO_DEVICE, b"\x10\x04\x04\x10\x04\x02") == "how much paper?, why offline?"
    assert (
        words(FROM_DEVICE, b"\x7e\x16") == "how much paper: paper near its end and paper out, why offline: cover open"
    )
    words(TO_DEVICE, b"\x1dv0\x00\x48\x00\xff\xff")
    assert words(TO_DEVICE, wire_words.CONNECTED) == "a host is heard"
    assert words(TO_DEVICE, b"\n") == "line feed"


def test_apdus_are_said_with_what_they_select_and_their_status_word() -> None:
    words = SmartCardWords()
    assert words(TO_DEVICE, b"\x04") == "which card are you (ATR)"
    assert words(FROM_DEVICE, bytes.fromhex("3B6D9000")) == "ATR 3b 6d 90 00"
    select = bytes([0x00, 0xA4, 0x04, 0x00, len(SOCIAL_SECURITY)]) + SOCIAL_SECURITY
    assert words(TO_DEVICE, select) == "SELECT application social security"
    assert words(FROM_DEVICE, b"\x61\x13") == "6113 19 bytes wait"
    assert words(TO_DEVICE, bytes.fromhex("00B2090400")) == "READ RECORD 09"
    assert words(FROM_DEVICE, "陈桂兰".encode("gbk") + b"\x90\x00") == "9000 done, 6 bytes: 陈桂兰"
    assert words(FROM_DEVICE, b"\x6a\x83") == "6A83 no such record"


def test_codes_and_triggers_are_said() -> None:
    trigger = bytes.fromhex("7E000801000201ABCD")
    assert wire_words.scan_engine(TO_DEVICE, trigger) == "read a code"
    assert wire_words.scan_engine(FROM_DEVICE, bytes.fromhex("02000001003331")) == "obeyed"
    assert wire_words.scan_engine(FROM_DEVICE, b"HALL-1\r") == "code 'HALL-1\\r'"


def next_of(sim: Simulation, device: str, *, after: int) -> dict[str, Any]:
    while told := sim.ask("wires", after=after, within_s=10.0):
        for entry in told:
            after = entry["number"]
            if entry["device"] == device:
                return dict(entry)
    raise AssertionError(f"nothing passed over the wire of the {device}")


def test_a_conversation_with_a_simulated_device_is_told_by_the_control_api(tmp_path: Path) -> None:
    with simulation.running(tmp_path / "sim") as sim:
        sim.card_insert("chen-guilan")
        port = int(sim.status()["identity_card_reader"]["tcp_address"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as host:
            host.sendall(FIND)
            assert host.recv(100)
        asked = next_of(sim, "identity_card_reader", after=0)
        assert (asked["direction"], asked["means"]) == (TO_DEVICE, "2001 find a card")
        answered = next_of(sim, "identity_card_reader", after=asked["number"])
        assert (answered["direction"], answered["means"]) == (FROM_DEVICE, "9F a card was found, 4 bytes")
        sim.page_put("recent-photo")
        assert next_of(sim, "document_camera", after=answered["number"])["means"] == "frame 1280x960"


def test_the_command_line_shows_them_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulation.running(tmp_path / "sim") as sim:
        next_of(sim, "document_camera", after=0)
        assert cli.main(["wires", "--run-dir", str(tmp_path / "sim")]) == 0
    assert "document_camera       < frame 1280x960" in capsys.readouterr().out
