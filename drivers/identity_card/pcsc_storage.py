"""Dual readers that give a resident identity card over PC/SC, as a storage card of blocks.

`FF B0 block 00 00` reads 256 bytes of the stream: length of the text, length of the photo, text, photo.
`python -m drivers.identity_card.pcsc_storage --probe --address "pcsc:NAME"` asks one on its own.
"""

import argparse
import logging
import struct
import sys
from collections.abc import Iterator

from drivers.identity_card.chip_text import card_in
from drivers.probing import Finding, probe_main, status_finding, tape_of
from drivers.smart_card.card_in_reader import CardInReader, FaultsOfCards
from drivers.smart_card.pcsc import Answer, Exchange, Trouble, pcsc_child
from drivers.smart_card.pcsc_traces import PCSC
from drivers.traces.children import Child
from kiosk.chip_layouts import CHIP_TEXT_BYTES
from kiosk.faults import (
    CARD_LIFTED_TOO_EARLY,
    CARD_UNREADABLE,
    CARD_UNSUPPORTED,
    READER_UNPLUGGED,
    SMART_CARD_READER_BUSY,
    SMART_CARD_SERVICE_AWAY,
)
from kiosk.ports import CardContent, CardPresent, Disconnected, NoCard, NotReadable, Ready

TESTED_AGAINST = "pcscd with virtual readers and simulated cards only; never run against a real device"
READ_WITHIN_S = 2.4
BLOCK_BYTES, PHOTO_BYTES = 256, 1024
STREAM_BYTES = 4 + CHIP_TEXT_BYTES + PHOTO_BYTES
_BLOCKS = -(-STREAM_BYTES // BLOCK_BYTES)
_DONE, _END_OF_FILE = 0x9000, 0x6282
FAULTS = FaultsOfCards(
    removed=CARD_LIFTED_TOO_EARLY,
    unreadable=CARD_UNREADABLE,
    busy=SMART_CARD_READER_BUSY,
    reader_away=READER_UNPLUGGED,
    service_away=SMART_CARD_SERVICE_AWAY,
)


class StorageCardReader:
    """Satisfies `kiosk.ports.IdentityCardReader`. `name`: the reader's name in PC/SC, or how it begins."""

    def __init__(self, name: str, *, child: Child | None = None) -> None:
        self._cards = CardInReader(name, FAULTS, child=child)
        logging.getLogger(__name__).info("identity cards over PC/SC: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | Disconnected:
        return self._cards.status()

    def find_card(self) -> CardPresent | NoCard | Disconnected:
        return self._cards.find_card()

    def read_card(self) -> CardContent | NotReadable | Disconnected:
        return self._cards.read(read_storage_card, within_s=READ_WITHIN_S)

    def close(self) -> None:
        self._cards.close()


def read_storage_card(exchange: Exchange) -> CardContent | NotReadable | Trouble:
    """The whole conversation. A card that has no first block is another kind of card."""
    stream = b""
    for block in range(_BLOCKS):
        expected = min(BLOCK_BYTES, STREAM_BYTES - len(stream))
        match exchange(encode_read_block(block)):
            case Answer(content, status) if status in (_DONE, _END_OF_FILE) and len(content) >= expected:
                stream += content[:expected]
            case Answer():
                return NotReadable(CARD_UNREADABLE if stream else CARD_UNSUPPORTED)
            case trouble:
                return trouble
    files = parse_stream(stream)
    if files is None:
        return NotReadable(CARD_UNREADABLE)
    card = card_in(files[0])
    return card if isinstance(card, NotReadable) else CardContent(card=card, photo=files[1])


def encode_read_block(block: int) -> bytes:
    return bytes((0xFF, 0xB0, block, 0x00, 0x00))


def parse_stream(stream: bytes) -> tuple[bytes, bytes] | None:
    """Text and photo; `None` when it is not a stream of both."""
    if len(stream) != STREAM_BYTES or struct.unpack_from(">HH", stream) != (CHIP_TEXT_BYTES, PHOTO_BYTES):
        return None
    return stream[4 : 4 + CHIP_TEXT_BYTES], stream[4 + CHIP_TEXT_BYTES :]


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    child = pcsc_child(chosen.address, tape_of(chosen, "identity_card_reader", "pcsc-storage", PCSC))
    reader = StorageCardReader(chosen.address, child=child)
    yield Finding("tested against", TESTED_AGAINST)
    yield status_finding(reader.status())
    yield Finding("card", "present" if isinstance(reader.find_card(), CardPresent) else "none")
    reader.close()


if __name__ == "__main__":
    sys.exit(probe_main(_probe, program="drivers.identity_card.pcsc_storage", address_example='"pcsc:NAME"'))
