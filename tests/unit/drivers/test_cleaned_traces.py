"""Each protocol said again without anybody: of the same length, once and for all."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes.code_traces import SCAN_ENGINE, WEDGE, ReplayedKeys, packed, unpacked
from drivers.codes.scan_engine_frames import ACKNOWLEDGED, START_SCAN
from drivers.codes.wedge import Wedge
from drivers.codes.wedge_keys import EV_KEY, Event, Typed, parse_keys
from drivers.page_printer.ipp_messages import Attribute, Group, Operation, Tag, encode_request
from drivers.page_printer.ipp_traces import IPP
from drivers.receipt_printer.escpos_encoding import encode_document
from drivers.receipt_printer.escpos_traces import without_the_slip
from drivers.receipt_printer.profiles import profile_named
from drivers.smart_card.pcsc_traces import PCSC, without_the_card
from drivers.traces.protocols import PROTOCOLS, Said, protocol_named
from drivers.traces.recording import Tape
from drivers.traces.replaying import Replay
from drivers.traces.trace_file import Way
from hardware_sim.devices.wedge_typing import AltNumbers, strokes
from kiosk.check_digits import is_resident_number
from kiosk.documents import Field, Note, Qr, Rule, Title
from kiosk.ports import CodeRead, Ready

NAME, NUMBER = "翁㳚𬭚", "100101194912310022"
SAYINGS = st.lists(st.tuples(st.sampled_from([Way.SENT, Way.RECEIVED]), st.binary(max_size=60)), max_size=6)


@pytest.mark.parametrize("name", [name for name in PROTOCOLS if name != "wedge"])
@given(SAYINGS)
def test_any_exchange_keeps_its_lengths_and_what_was_sent_is_replaced_once_and_for_all(
    name: str, exchange: list[Said]
) -> None:
    protocol = protocol_named(name)
    cleaned = protocol.cleaner()(exchange)
    assert [len(one) for one in cleaned] == [len(octets) for _, octets in exchange]
    again = protocol.cleaner()([(way, one) for (way, _), one in zip(exchange, cleaned, strict=True)])
    sent = [at for at, (way, _) in enumerate(exchange) if way is Way.SENT]
    assert [again[at] for at in sent] == [cleaned[at] for at in sent]
    assert isinstance(protocol.begins(b""), bool)


@pytest.mark.parametrize("profile", ["80mm", "58mm", "58mm-plain", "epson-tm", "epson-tm-utf8", "custom-kiosk"])
def test_of_a_slip_neither_texts_nor_codes_nor_pictures_are_left(profile: str) -> None:
    row = profile_named(profile)
    document = (Title(NAME), Rule(), Field("号码", NUMBER), Note(f"{NAME} 13900004321 AB-12"), Qr(NUMBER + NAME))
    stream = b"".join(piece.octets for piece in encode_document(document, row))
    cleaned = without_the_slip(stream)
    assert len(cleaned) == len(stream)
    assert without_the_slip(cleaned) == cleaned
    for personal in (NUMBER, "13900004321", NAME, NAME[0], "AB-12"):
        for encoding in ("gb18030", "utf-8"):
            assert personal.encode(encoding) not in cleaned
    commands = [(at, stream[at : at + 2]) for at in range(len(stream)) if stream[at : at + 2] in (b"\x1dV", b"\x1d(")]
    assert all(cleaned[at : at + 2] == command for at, command in commands)


def test_a_slip_that_is_sent_in_slices_is_cleaned_across_them() -> None:
    stream = NUMBER.encode() + b"\n"
    slices: list[Said] = [(Way.SENT, stream[:7]), (Way.RECEIVED, b"\x12"), (Way.SENT, stream[7:])]
    cleaned = protocol_named("escpos").cleaner()(slices)
    assert cleaned[1] == b"\x12"
    assert is_resident_number((cleaned[0] + cleaned[2]).decode().strip())
    assert (cleaned[0] + cleaned[2]) != stream


def test_codes_that_differ_still_do_and_the_same_one_comes_again_as_the_same() -> None:
    clean = SCAN_ENGINE.cleaner()
    codes = [NUMBER.encode(), b"100101196705220031", b"PAGE 1", b"PAGE 2", "取件 7".encode("gb18030"), b"\xff\x00"]

    def told(code: bytes) -> bytes:
        sent, received = clean([(Way.SENT, START_SCAN), (Way.RECEIVED, ACKNOWLEDGED + code + b"\r")])
        assert sent == START_SCAN
        assert received.startswith(ACKNOWLEDGED)
        assert received.endswith(b"\r")
        return received.removeprefix(ACKNOWLEDGED).removesuffix(b"\r")

    became = [told(code) for code in codes]
    assert [told(code) for code in codes] == became
    assert len(set(became)) == len(codes)
    assert all(is_resident_number(one.decode()) and one[:2] == b"10" for one in became[:2])
    assert not {*became} & {*codes[:5]}


def typed(code: bytes) -> list[Event]:
    """As a keyboard of the kernel has it: a scan code beside each key, and a report behind it."""
    events: list[Event] = []
    for key, value in strokes(code, numbers=AltNumbers.BYTES):
        events += [(4, 4, 0x70000 + key), (EV_KEY, key, value), (0, 0, 0)]
    return events


@pytest.mark.parametrize("code", [NUMBER.encode(), b"10010119491231105X", b"Code-7 a/b", "翁".encode("gbk"), b"\x07 z"])
def test_strokes_are_made_on_other_keys(code: bytes) -> None:
    (cleaned,) = WEDGE.cleaner()([(Way.RECEIVED, packed(typed(code)))])
    (became,) = parse_keys(unpacked(cleaned))
    assert isinstance(became, Typed)
    assert became.payload != code
    assert {value for kind, _, value in unpacked(cleaned) if kind == 4} == {0}
    if len(code) == 18:
        assert is_resident_number(became.payload.decode())


def test_a_wedge_on_tape_reads_the_same_again(tmp_path: Path) -> None:
    codes = [b"PAGE 12", NUMBER.encode()]
    tape = Tape(tmp_path / "x.trace", "code_reader", "wedge", WEDGE)
    for code in codes:
        for event in typed(code):
            tape.received(packed([event]))
        tape.flush()
    moments = iter(range(1000))
    wedge = Wedge(f"trace:{tmp_path / 'x.trace'}", clock=lambda: next(moments) / 100)
    assert wedge.status() == Ready()
    told = [wedge.look(), wedge.look()]
    wedge.close()
    assert [len(one.payload) for one in told if isinstance(one, CodeRead)] == [7, 18]
    assert not any(one.payload in codes for one in told if isinstance(one, CodeRead))


def conversation(*said: tuple[str, str]) -> list[Said]:
    exchange: list[Said] = []
    for apdu, answer in said:
        exchange.append((Way.SENT, json.dumps(["transmit", apdu]).encode()))
        exchange.append((Way.RECEIVED, json.dumps({"code": 0, "octets": answer}).encode()))
    return exchange


def answered(exchange: Sequence[bytes]) -> list[bytes]:
    return [bytes.fromhex(json.loads(one)["octets"]) for one in exchange[1::2]]


def test_a_record_in_pieces_is_cleaned_whole() -> None:
    name = b"\x09\x1e" + "翁大年".encode("gbk").ljust(30, b"\0")
    select, first, rest = ("00a4020002ef06", "9000"), ("00b2090020", name[:5].hex() + "611b"), name[5:].hex() + "9000"
    exchange = conversation(select, first, ("00c000001b", rest))
    _, one, two = answered(without_the_card(exchange))
    assert one[:-2] + two[:-2] == b"\x09\x1e" + "陈桂兰".encode("gbk").ljust(30, b"\0")


def test_records_by_their_number_are_known_by_their_file() -> None:
    number, card = NUMBER.encode(), b"A12345678"
    exchange = conversation(
        ("00a4020002ef05", "9000"), ("00b2070409", card.hex() + "9000"),
        ("00a4000002ef06", "6f0084029000"), ("00b2010412", number.hex() + "9000"), ("ffca000000", "0102039000"),
    )  # fmt: skip
    _, one, _, two, uid = answered(without_the_card(exchange))
    assert (one, uid) == (b"A00000000\x90\0", b"\0\0\0\x90\0")
    assert is_resident_number(two[:-2].decode())
    assert two[:-2] != number


def test_a_chips_number_in_its_answer_to_reset_is_left_out_and_its_check_made_to_fit() -> None:
    answer = json.dumps({"code": 0, "state": 34, "atr": "3b8f8001804f0ca000000306030001000000006a"}).encode()
    (cleaned,) = PCSC.cleaner()([(Way.RECEIVED, answer)])
    atr = bytes.fromhex(json.loads(cleaned)["atr"])
    assert atr[:4] == bytes.fromhex("3b8f8001")
    assert atr[4:19] == bytes(15)
    check = 0
    for octet in atr[1:]:
        check ^= octet
    assert check == 0


def test_of_what_is_printed_its_length_is_left_and_of_other_peoples_jobs_their_shape() -> None:
    def message(name: str, user: str) -> bytes:
        attributes = [
            Attribute(Group.OPERATION, Tag.CHARSET, "attributes-charset", ("utf-8",)),
            Attribute(Group.OPERATION, Tag.LANGUAGE, "attributes-natural-language", ("en",)),
            Attribute(Group.OPERATION, Tag.URI, "printer-uri", ("ipp://hall/ipp/print",)),
            Attribute(Group.OPERATION, Tag.NAME, "requesting-user-name", (user,)),
            Attribute(Group.OPERATION, Tag.NAME, "job-name", (name,)),
        ]
        return encode_request(Operation.PRINT_JOB, attributes, request_id=7)

    clean = IPP.cleaner()
    pdf = b"%PDF-1.7 " + NUMBER.encode()
    sent, told = clean(
        [(Way.SENT, message("job-1", "terminal") + pdf), (Way.RECEIVED, message("翁大年.pdf", "wengdn"))]
    )
    assert sent.endswith(b"job-1\x03" + bytes(len(pdf)))
    assert "样样样.xxx".encode() in told
    assert b"wengdn" not in told
    (own,) = clean([(Way.RECEIVED, message("job-1", "x"))])
    assert b"job-1" in own


def test_keys_of_a_trace_that_are_none_are_no_keys(tmp_path: Path) -> None:
    (tmp_path / "x.trace").write_text(
        '{"trace": 1, "device": "code_reader", "driver": "wedge", "protocol": "wedge", "recorded": "2026-07-01"}\n'
        '{"at_ms": 0, "received": "00"}\n{"at_ms": 1, "lost": "device"}\n'
    )
    keys = ReplayedKeys(Replay(tmp_path / "x.trace"))
    with pytest.raises(ValueError, match="no key events"):
        keys.read()
    with pytest.raises(OSError, match="device"):
        keys.read()
    keys.close()
