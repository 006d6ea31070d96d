"""Identity card reader on the SAM protocol, over any byte transport.

`python -m drivers.identity_card.sam_reader --probe --address serial:/dev/ttyS1?baud=115200` asks one on its own.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterator

from drivers.identity_card.sam_frames import (
    Broken,
    Command,
    Reply,
    Word,
    can_answer,
    encode_command,
    first_reply,
    parse_sam_number,
    parse_text_and_photo,
)
from drivers.probing import Finding, probe_main, status_finding
from drivers.transport import Transport, TransportLost, open_transport
from kiosk.chip_layouts import UnreadableChip, UnsupportedChip, parse_chip
from kiosk.faults import (
    CARD_LIFTED_TOO_EARLY,
    CARD_UNREADABLE,
    CARD_UNSUPPORTED,
    READER_NOT_WORKING,
    READER_SILENT,
    READER_UNPLUGGED,
    Fault,
)
from kiosk.ports import CardContent, CardPresent, Disconnected, NeedsAttention, NoCard, NotReadable, Ready

TESTED_AGAINST = "scripted and simulated readers only; never run against a real device"
ASK_WITHIN_S = 0.3
READ_WITHIN_S = 1.9  # with a select before it, inside the port's 2.5 s

_FAULTS: dict[int, Fault] = {
    Word.WRONG_CARD_TYPE: CARD_UNSUPPORTED,
    Word.NOT_READ: CARD_LIFTED_TOO_EARLY,
    Word.NO_CARD: CARD_LIFTED_TOO_EARLY,
    Word.NOT_SELECTED: CARD_LIFTED_TOO_EARLY,
    Word.SELF_TEST_FAILED: READER_NOT_WORKING,
    Word.NOT_AUTHORISED: READER_NOT_WORKING,
}


class SamReader:
    """Satisfies `kiosk.ports.IdentityCardReader`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._sam_number: str | None = None
        logging.getLogger(__name__).info("SAM reader: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | NeedsAttention | Disconnected:
        match self._ask(Command.STATUS, within_s=ASK_WITHIN_S):
            case Reply(status=Word.DONE):
                sam_number = self.sam_number()
                return Ready() if isinstance(sam_number, str) else sam_number
            case Reply() | Broken():
                return NeedsAttention(READER_NOT_WORKING)
            case disconnected:
                return disconnected

    def sam_number(self) -> str | NeedsAttention | Disconnected:
        """The number on the reader's plate, asked once a connection."""
        if self._sam_number is None:
            answer = self._ask(Command.SAM_NUMBER, within_s=ASK_WITHIN_S)
            if isinstance(answer, Disconnected):
                return answer
            self._sam_number = parse_sam_number(answer.payload) if isinstance(answer, Reply) else None
        return self._sam_number or NeedsAttention(READER_NOT_WORKING)

    def find_card(self) -> CardPresent | NoCard | NeedsAttention | Disconnected:
        """One spoilt answer may be chance and is asked for again; two are a reader that does not work."""
        answer = self._ask(Command.FIND_CARD, within_s=ASK_WITHIN_S)
        if isinstance(answer, Broken):
            answer = self._ask(Command.FIND_CARD, within_s=ASK_WITHIN_S)
        match answer:
            case Reply(status=Word.FOUND):
                return CardPresent()
            case Reply():
                return NoCard()
            case Broken():
                return NeedsAttention(READER_NOT_WORKING)
            case disconnected:
                return disconnected

    def read_card(self) -> CardContent | NotReadable | Disconnected:
        sam_number = self.sam_number()
        if isinstance(sam_number, NeedsAttention):
            return NotReadable(sam_number.fault)
        if isinstance(sam_number, Disconnected):
            return sam_number
        selected = self._done(Command.SELECT_CARD, within_s=ASK_WITHIN_S)
        if not isinstance(selected, bytes):
            return selected
        payload = self._done(Command.READ_TEXT_AND_PHOTO, within_s=READ_WITHIN_S)
        if not isinstance(payload, bytes):
            return payload
        files = parse_text_and_photo(payload)
        if files is None:
            return NotReadable(CARD_UNREADABLE)
        match parse_chip(files[0]):
            case UnreadableChip():
                return NotReadable(CARD_UNREADABLE)
            case UnsupportedChip():
                return NotReadable(CARD_UNSUPPORTED)
            case card:
                return CardContent(card=card, photo=files[1], sam_number=sam_number)

    def _done(self, command: Command, *, within_s: float) -> bytes | NotReadable | Disconnected:
        match self._ask(command, within_s=within_s):
            case Reply(status=Word.DONE, payload=payload):
                return payload
            case Reply(status=status):
                return NotReadable(_FAULTS.get(status, CARD_UNREADABLE))
            case Broken():
                return NotReadable(CARD_UNREADABLE)
            case disconnected:
                return disconnected

    def _ask(self, command: Command, *, within_s: float) -> Reply | Broken | Disconnected:
        """One command, one answer.

        What arrived before is discarded, and so is a late reply that cannot be this command's. Half a frame, or
        frames of other shapes only, is `Broken`; nothing at all is silence.
        """
        try:
            self._transport.discard_input()
            self._transport.write(encode_command(command))
            deadline, received, heard = time.monotonic() + within_s, b"", False
            while (left := deadline - time.monotonic()) > 0:
                arrived = self._transport.read(within_s=left)
                heard = heard or bool(arrived)
                received += arrived
                while isinstance((reply := first_reply(received))[0], Reply | Broken):
                    answer, received = reply
                    if isinstance(answer, Broken) or (isinstance(answer, Reply) and can_answer(command, answer)):
                        return answer
        except TransportLost:
            self._sam_number = None
            return Disconnected(READER_UNPLUGGED)
        if heard:
            return Broken()
        self._sam_number = None
        return Disconnected(READER_SILENT)


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    transport = open_transport(chosen.address)
    reader = SamReader(transport)
    yield Finding("tested against", TESTED_AGAINST)
    status = reader.status()
    yield status_finding(status)
    if isinstance(status, Ready):
        yield Finding("SAM number", str(reader.sam_number()))
        yield Finding("card", "present" if isinstance(reader.find_card(), CardPresent) else "none, or already read")
    transport.close()


if __name__ == "__main__":
    sys.exit(
        probe_main(_probe, program="drivers.identity_card.sam_reader", address_example="serial:/dev/ttyS1?baud=115200")
    )
