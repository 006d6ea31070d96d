"""A trace that leaves the machine holds nobody: who lay on the reader is replaced, and the dialogue still holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.identity_card.sam_frames import PREAMBLE, Reply, first_reply, parse_text_and_photo
from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_traces import SAM, without_the_card
from drivers.traces.invented import photograph
from drivers.traces.recording import Tape, recorded
from drivers.traces.replaying import Replay, ReplayedTransport
from kiosk.chip_layouts import parse_chip
from kiosk.identity import IdentityCard
from kiosk.ports import CardContent, CardPresent, Ready
from tests.wires.sam_wire import SAM_NUMBER, SamWire, frame

CARDS = json.loads((Path(__file__).parents[2] / "golden/cards.json").read_text(encoding="utf-8"))


def utf16(text: str) -> bytes:
    return text.ljust(35).encode("utf-16-le")


def read(chip: bytes) -> bytes:
    return frame(0x90, b"\1\0\4\0" + chip + b"\x5a" * 1024)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card["title"])
def test_a_card_becomes_an_invented_one_of_the_same_layout(card: dict[str, Any]) -> None:
    chip = bytes.fromhex(card["chip"])
    cleaned = without_the_card(read(chip))
    reply, rest = first_reply(cleaned)
    assert isinstance(reply, Reply)
    files = parse_text_and_photo(reply.payload)
    assert files is not None
    was, became = parse_chip(chip), parse_chip(files[0])
    assert isinstance(was, IdentityCard)
    assert isinstance(became, IdentityCard)
    assert (became.kind, rest, files[1]) == (was.kind, b"", photograph(1024))
    assert became.number.startswith(("10", "81001019800512", "910999", "XXA"))


@pytest.mark.parametrize(
    ("personal", "cleaned"),
    [
        (frame(0x9F, b"\1\2\3\4"), frame(0x9F, bytes(4))),
        (frame(0x90, b"\1\2\3\4\5\6\7\x08"), frame(0x90, bytes(8))),
        (frame(0x90, utf16("演示省演示市湘桥区")), frame(0x90, utf16("住址"))),
        (frame(0x90, b"secret"), frame(0x90, bytes(6))),
        (frame(0x90, SAM_NUMBER), frame(0x90, SAM_NUMBER)),
        (frame(0x80), frame(0x80)),
    ],
    ids=["found", "selected", "address", "unknown", "SAM number", "no card"],
)  # fmt: skip
def test_of_every_answer_only_what_is_nobodys_is_kept(personal: bytes, cleaned: bytes) -> None:
    assert without_the_card(b"noise" + personal + b"tail") == bytes(5) + cleaned + bytes(4)


@pytest.mark.parametrize("cut", [900, 300, 15, 9])
def test_of_half_a_card_only_the_head_is_left(cut: int) -> None:
    half = read(bytes.fromhex(CARDS[0]["chip"]))[:cut]
    assert without_the_card(half) == half[:10] + bytes(max(cut - 10, 0))


def test_of_a_card_with_a_wrong_checksum_only_the_head_is_left() -> None:
    spoilt = bytearray(read(bytes.fromhex(CARDS[0]["chip"])))
    spoilt[-1] ^= 1
    assert without_the_card(bytes(spoilt)) == bytes(spoilt[:10]) + bytes(len(spoilt) - 10)


@given(st.lists(st.binary(max_size=60) | st.builds(frame, st.integers(0, 255), st.binary(max_size=90)), max_size=5))
def test_any_bytes_keep_their_length(parts: list[bytes]) -> None:
    received = b"".join(parts)
    cleaned = without_the_card(received)
    assert len(cleaned) == len(received)
    assert cleaned.count(PREAMBLE) <= received.count(PREAMBLE)


def test_a_dialogue_that_was_traced_is_replayed_with_the_invented_card(tmp_path: Path) -> None:
    wire = SamWire(chip=bytes.fromhex(CARDS[1]["chip"]), newest_address=utf16("演示路"))
    traced = recorded(wire, Tape(tmp_path / "trace", "identity_card_reader", "sam", SAM))
    reader = SamReader(traced)
    assert [reader.status(), reader.find_card()] == [Ready(), CardPresent()]
    real = reader.read_card()
    traced.close()
    replay = Replay(tmp_path / "trace")
    replayed = SamReader(ReplayedTransport(replay))
    assert [replayed.status(), replayed.find_card()] == [Ready(), CardPresent()]
    again = replayed.read_card()
    assert replay.finished
    assert isinstance(real, CardContent)
    assert isinstance(again, CardContent)
    assert (again.card.name, again.card.address) == ("陈桂兰", "住址")
    trace = (tmp_path / "trace").read_text(encoding="ascii")
    for personal in (real.card.name, real.card.number, real.card.address):
        assert personal.encode("utf-16-le").hex() not in trace


def test_without_a_trace_the_wire_is_as_it_was() -> None:
    wire = SamWire()
    assert recorded(wire, None) is wire
