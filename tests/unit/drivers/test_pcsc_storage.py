import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.identity_card.pcsc_storage import parse_stream, read_storage_card
from drivers.smart_card.pcsc import Answer, Trouble, exchanged
from kiosk.faults import CARD_UNREADABLE, CARD_UNSUPPORTED
from kiosk.ports import CardContent, NotReadable
from tests.wires.virtual_card import storage_answers

CHIP = bytes.fromhex(json.loads((Path(__file__).parents[2] / "golden" / "cards.json").read_text("utf-8"))[0]["chip"])
PHOTO = bytes(range(256)) * 4


class BlockCard:
    def __init__(self, stream: bytes, *, last: bytes = b"") -> None:
        self._stream, self._last = stream, last
        self.blocks: list[int] = []

    def __call__(self, apdu: bytes) -> Answer | Trouble:
        assert (apdu[:2], apdu[3:]) == (b"\xff\xb0", b"\0\0")
        self.blocks.append(apdu[2])
        content = self._stream[apdu[2] * 256 :][:256]
        return Answer(content + (self._last if len(content) < 256 else b""), 0x9000) if content else Answer(b"", 0x6A82)


@pytest.mark.parametrize("filling", [b"", bytes(252)], ids=["a short last block", "a last block filled up"])
def test_text_and_photo_are_read_in_six_blocks(filling: bytes) -> None:
    card = BlockCard(bytes.fromhex("01000400") + CHIP + PHOTO, last=filling)
    content = read_storage_card(card)
    assert isinstance(content, CardContent)
    assert (content.card.number, content.photo, content.sam_number) == ("100101194401010028", PHOTO, "")
    assert card.blocks == [0, 1, 2, 3, 4, 5]


def test_the_card_on_the_wire_is_that_card() -> None:
    answers = storage_answers(CHIP, PHOTO)
    content = read_storage_card(lambda apdu: exchanged(lambda command: answers(command) or b"", apdu))
    assert isinstance(content, CardContent)


def test_a_card_without_blocks_is_of_another_kind_and_one_that_ends_early_unreadable() -> None:
    assert read_storage_card(BlockCard(b"")) == NotReadable(CARD_UNSUPPORTED)
    assert read_storage_card(BlockCard(bytes.fromhex("01000400") + CHIP)) == NotReadable(CARD_UNREADABLE)
    assert read_storage_card(BlockCard(bytes.fromhex("04000100") + CHIP + PHOTO)) == NotReadable(CARD_UNREADABLE)
    assert read_storage_card(BlockCard(bytes.fromhex("01000400") + bytes(1280))) == NotReadable(CARD_UNSUPPORTED)


def test_trouble_ends_the_reading() -> None:
    assert read_storage_card(lambda _: Trouble.REMOVED) is Trouble.REMOVED


@given(st.binary(max_size=1400) | st.binary(min_size=1280, max_size=1280).map(lambda rest: b"\x01\0\x04\0" + rest))
def test_any_stream_is_both_files_or_none(stream: bytes) -> None:
    files = parse_stream(stream)
    assert files is None or (len(files[0]), len(files[1])) == (256, 1024)
    assert isinstance(read_storage_card(BlockCard(stream)), CardContent | NotReadable)
