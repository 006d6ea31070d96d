"""Identity card reader on the SAM protocol, over any byte transport.

`python -m drivers.identity_card.sam_reader --probe --address serial:/dev/ttyS1?baud=auto` asks one on its own.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Protocol

from drivers.identity_card.chip_text import card_in
from drivers.identity_card.sam_frames import (
    MISHEARD,
    Broken,
    Command,
    Incomplete,
    Reply,
    Word,
    can_answer,
    encode_command,
    first_reply,
    parse_newest_address,
    parse_sam_number,
    parse_text_and_photo,
)
from drivers.identity_card.sam_traces import SAM
from drivers.identity_card.sam_wires import sam_transport
from drivers.identity_card.sam_words import FAULT_OF_WORD
from drivers.probing import Finding, patient_status, probe_main, status_finding, tape_of
from drivers.traces.recording import recorded
from drivers.transport import Transport, TransportLost
from kiosk.faults import (
    CARD_LIFTED_TOO_EARLY,
    CARD_UNREADABLE,
    CARDS_TWO,
    PHOTO_DECODER_FAILED,
    READER_NOT_WORKING,
    READER_SILENT,
    READER_UNPLUGGED,
)
from kiosk.identity import IdentityCard
from kiosk.ports import (
    CardContent,
    CardPresent,
    Degraded,
    Disconnected,
    Frame,
    NeedsAttention,
    NoCard,
    NotReadable,
    Ready,
)

TESTED_AGAINST = "scripted and simulated readers, on a kernel's USB too; never run against a real device"
ASK_WITHIN_S = 0.3
READ_WITHIN_S = 1.9
ADDRESS_WITHIN_S = 1.5
ALL_WITHIN_S = 2.4  # inside the port's 2.5 s: what comes last gets what is left


class Portraits(Protocol):
    """Decodes the chip's photo beside the reading, see `portrait.PortraitDecoder`."""

    @property
    def working(self) -> bool: ...

    def begin(self, photo: bytes) -> None: ...

    def finish(self, *, within_s: float) -> Frame | None: ...


class SamReader:
    """Satisfies `kiosk.ports.IdentityCardReader`."""

    def __init__(self, transport: Transport, *, portraits: Portraits | None = None) -> None:
        self._transport = transport
        self._portraits = portraits
        self._sam_number: str | None = None
        self._finds = True  # the last time it looked for a card it answered well
        logging.getLogger(__name__).info("SAM reader: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | Degraded | NeedsAttention | Disconnected:
        """One that did not look for cards as it should is not ready before it does."""
        match self._ask(Command.STATUS, within_s=ASK_WITHIN_S):
            case Reply(status=Word.DONE):
                sam_number = self.sam_number()
                if not isinstance(sam_number, str):
                    return sam_number
                if not self._finds and isinstance(found := self.find_card(), NeedsAttention | Disconnected):
                    return found
                decodes = self._portraits is None or self._portraits.working
                return Ready() if decodes else Degraded((PHOTO_DECODER_FAILED,))
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

    def find_card(self) -> CardPresent | NoCard | NotReadable | NeedsAttention | Disconnected:
        """One spoilt answer may be chance and is asked for again; two are a reader that does not work."""
        found = self._found()
        self._finds = not isinstance(found, NeedsAttention | Disconnected)
        return found

    def _found(self) -> CardPresent | NoCard | NotReadable | NeedsAttention | Disconnected:
        answer = self._ask(Command.FIND_CARD, within_s=ASK_WITHIN_S)
        if isinstance(answer, Broken):
            answer = self._ask(Command.FIND_CARD, within_s=ASK_WITHIN_S)
        match answer:
            case Reply(status=Word.FOUND):
                return CardPresent()
            case Reply(status=Word.NO_CARD | Word.NOT_SELECTED):
                return NoCard()
            case Reply(status=status):
                fault = FAULT_OF_WORD.get(status, READER_NOT_WORKING)
                return NeedsAttention(fault) if fault is READER_NOT_WORKING else NotReadable(fault)
            case Broken():
                return NeedsAttention(READER_NOT_WORKING)
            case disconnected:
                return disconnected

    def read_card(self) -> CardContent | NotReadable | Disconnected:
        """The newest address, where the card has one, stands for the one in its text."""
        deadline = time.monotonic() + ALL_WITHIN_S
        sam_number = self.sam_number()
        if isinstance(sam_number, NeedsAttention):
            return NotReadable(sam_number.fault)
        if isinstance(sam_number, Disconnected):
            return sam_number
        selected = self._select()
        if not isinstance(selected, bytes):
            return selected
        payload = self._done(Command.READ_TEXT_AND_PHOTO, within_s=min(READ_WITHIN_S, deadline - time.monotonic()))
        if not isinstance(payload, bytes):
            return payload
        files = parse_text_and_photo(payload)
        if files is None:
            return NotReadable(CARD_UNREADABLE)
        card = card_in(files[0])
        if isinstance(card, NotReadable):
            return card
        return self._completed(card, files[1], sam_number, deadline=deadline)

    def _select(self) -> bytes | NotReadable | Disconnected:
        """Select what was found.

        Two cards at once: found, and not selected, twice over. That is how a reader is expected to show it; no guide
        says so.
        """
        for _ in range(2):
            selected = self._done(Command.SELECT_CARD, within_s=ASK_WITHIN_S)
            if selected != NotReadable(CARD_LIFTED_TOO_EARLY):
                return selected
            if not isinstance(self.find_card(), CardPresent):
                return selected
        return NotReadable(CARDS_TWO)

    def _completed(self, card: IdentityCard, photo: bytes, sam_number: str, *, deadline: float) -> CardContent:
        """With what a card may have besides; without it where that takes too long."""
        if self._portraits is not None:
            self._portraits.begin(photo)
        within_s = min(ADDRESS_WITHIN_S, deadline - time.monotonic())
        if within_s > 0:
            newest = self._done(Command.READ_NEWEST_ADDRESS, within_s=within_s)
            if isinstance(newest, bytes) and (address := parse_newest_address(newest)):
                card = replace(card, address=address)
        portrait = None
        if self._portraits is not None:
            portrait = self._portraits.finish(within_s=max(deadline - time.monotonic(), 0))
        return CardContent(card=card, photo=photo, sam_number=sam_number, portrait=portrait)

    def _done(self, command: Command, *, within_s: float) -> bytes | NotReadable | Disconnected:
        match self._ask(command, within_s=within_s):
            case Reply(status=Word.DONE, payload=payload):
                return payload
            case Reply(status=status):
                return NotReadable(FAULT_OF_WORD.get(status, CARD_UNREADABLE))
            case Broken():
                return NotReadable(CARD_UNREADABLE)
            case disconnected:
                return disconnected

    def _ask(self, command: Command, *, within_s: float) -> Reply | Broken | Disconnected:
        """One command, one answer.

        What arrived before is discarded, and so is a late reply that cannot be this command's. Half a frame, frames
        of other shapes only, or a reader that heard the command wrongly, is `Broken`; nothing at all is silence.
        """
        try:
            self._transport.discard_input()
            self._transport.write(encode_command(command))
            deadline, received, heard = time.monotonic() + within_s, b"", False
            while (left := deadline - time.monotonic()) > 0:
                arrived = self._transport.read(within_s=left)
                heard = heard or bool(arrived)
                answer, received = first_reply(received + arrived)
                while not isinstance(answer, Incomplete):
                    if isinstance(answer, Broken) or answer.status in MISHEARD:
                        return Broken()
                    if can_answer(command, answer):
                        return answer
                    answer, received = first_reply(received)
        except TransportLost:
            self._sam_number = None
            return Disconnected(READER_UNPLUGGED)
        if heard:
            return Broken()
        self._sam_number = None
        return Disconnected(READER_SILENT)


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    wire = sam_transport(chosen.address)
    with closing(recorded(wire, tape_of(chosen, "identity_card_reader", "sam", SAM))) as transport:
        reader = SamReader(transport)
        yield Finding("tested against", TESTED_AGAINST)
        status = patient_status(reader)
        yield status_finding(status)
        if not isinstance(status, Ready):
            return
        yield Finding("SAM number", str(reader.sam_number()))
        found = reader.find_card()
        yield Finding("card", "present" if isinstance(found, CardPresent) else "none, or already read")
        if chosen.read:
            yield _reading(reader.read_card())


def _reading(outcome: CardContent | NotReadable | Disconnected) -> Finding:
    """What kind of card was read, and nothing of what stands on it."""
    match outcome:
        case CardContent(card):
            return Finding("read", card.kind.value)
        case NotReadable(fault) | Disconnected(fault):
            return Finding("read", fault.code, good=False)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--read", action="store_true", help="read the card that lies there; shows only its kind")


if __name__ == "__main__":
    sys.exit(
        probe_main(
            _probe,
            program="drivers.identity_card.sam_reader",
            address_example="serial:/dev/ttyS1?baud=auto, tcp:192.0.2.7:9101 or usb:0400:c35a",
            extend=_arguments,
        )
    )
