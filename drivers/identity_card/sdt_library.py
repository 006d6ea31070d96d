"""Identity card readers through `libsdtapi.so`, the library that makers of GA 450 readers ship (`SDT_...`).

Names, arguments and results (the security module's status words) follow the library's published header and several
programs that call it; none was ever tried. Guesses: that 0x01 to 0x09 mean the port, that a call that finds no reader
any more answers one of them, and that the functions are the same on every processor.

`python -m drivers.identity_card.sdt_library --probe --address sdt:/opt/vendor/libsdtapi.so?port=1001` asks one.
"""

import argparse
import logging
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from drivers.identity_card.chip_text import card_in
from drivers.identity_card.sam_frames import PHOTO_BYTES, TEXT_BYTES, Word, parse_newest_address
from drivers.identity_card.sam_reader import Portraits
from drivers.identity_card.sam_words import FAULT_OF_WORD
from drivers.identity_card.sdt_traces import SDT, port_of
from drivers.probing import Finding, probe_main, status_finding, tape_of
from drivers.traces.children import Child, RecordedChild, ReplayedChild
from drivers.traces.recording import Tape
from drivers.traces.replaying import replay_at
from drivers.vendor_library import Argument, LibraryTrouble, Number, Returned, Room, VendorLibrary, library_child
from kiosk.faults import (
    CARD_LIFTED_TOO_EARLY,
    CARD_UNREADABLE,
    CARDS_TWO,
    PHOTO_DECODER_FAILED,
    READER_NOT_WORKING,
    READER_SILENT,
    READER_UNPLUGGED,
)
from kiosk.ports import (
    CardContent,
    CardPresent,
    Degraded,
    Disconnected,
    NeedsAttention,
    NoCard,
    NotReadable,
    Ready,
)

TESTED_AGAINST = "a library made for the tests; never with a maker's library, nor a real device"
STARTS_WITHIN_S = 5.0
LOOKS_WITHIN_S = 0.55  # inside the port's 0.6 s
SELECTS_WITHIN_S = 0.4
READS_WITHIN_S = 1.6
EXTRAS_WITHIN_S = 0.4
CLOSES_WITHIN_S = 0.2
ALL_WITHIN_S = 2.4  # inside the port's 2.5 s
LENGTHS = ((TEXT_BYTES, PHOTO_BYTES), (TEXT_BYTES, 0))
OF_THE_PORT = range(0x01, 0x0A)
OPENED_HERE = 0  # the last argument: the port is open already
_SAM_NUMBER = re.compile(rb"[0-9][0-9.-]{0,39}(?=\x00)")

Gone = NeedsAttention | Disconnected


@dataclass(frozen=True, slots=True)
class SdtAddress:
    """`port`: 1 to 16 for serial ports, from 1001 on for USB."""

    library: Path
    port: int = 1001


def sdt_address(address: str) -> SdtAddress:
    """`sdt:/opt/vendor/libsdtapi.so?port=1001`. ValueError for any other form, and where no such file is."""
    kind, _, rest = address.partition(":")
    path, _, query = rest.partition("?")
    port = re.fullmatch(r"port=([0-9]{1,5})", query or "port=1001")
    if kind != "sdt" or not path.startswith("/") or port is None:
        raise ValueError(f"not an address of such a library: {address!r} (sdt:/opt/vendor/libsdtapi.so?port=1001)")
    if not Path(path).is_file():
        raise ValueError(f"there is no library {path}")
    return SdtAddress(Path(path), int(port[1]))


def sdt_at(address: str, tape: Tape | None = None) -> tuple[SdtAddress, Child]:
    """The same with the process in which it is called, or a trace of one (`trace:/path/FILE`)."""
    if address.startswith("trace:"):
        replay = replay_at(address)
        ports = [port for entry in replay.entries if (port := port_of(entry.octets)) is not None]
        return SdtAddress(Path(address), ports[0] if ports else 1001), ReplayedChild(replay)
    place = sdt_address(address)
    child = library_child(place.library)
    return place, child if tape is None else RecordedChild(child, tape)


class SdtLibraryReader:
    """Satisfies `kiosk.ports.IdentityCardReader`. A library that hangs is a silent reader, one that crashes or writes
    where it must not is a reader that does not work."""

    def __init__(self, address: SdtAddress, *, portraits: Portraits | None = None, child: Child | None = None) -> None:
        self._library = VendorLibrary(address.library, child=child)
        self._port = address.port
        self._portraits = portraits
        self._opened = False
        self._sam_number: str | None = None
        logging.getLogger(__name__).info("identity cards through libsdtapi: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | Degraded | Gone:
        match self._asked("SDT_GetSAMStatus", within_s=STARTS_WITHIN_S):
            case Returned(Word.DONE):
                decodes = self._portraits is None or self._portraits.working
                return Ready() if decodes else Degraded((PHOTO_DECODER_FAILED,))
            case Returned():
                return NeedsAttention(READER_NOT_WORKING)
            case gone:
                return gone

    def find_card(self) -> CardPresent | NoCard | NotReadable | Gone:
        match self._asked("SDT_StartFindIDCard", Room(4), within_s=LOOKS_WITHIN_S):
            case Returned(Word.FOUND):
                return CardPresent()
            case Returned(Word.NO_CARD | Word.NOT_SELECTED):
                return NoCard()
            case Returned(word):
                fault = FAULT_OF_WORD.get(word, READER_NOT_WORKING)
                return NeedsAttention(fault) if fault is READER_NOT_WORKING else NotReadable(fault)
            case gone:
                return gone

    def read_card(self) -> CardContent | NotReadable | Disconnected:
        """The newest address, where the card has one, stands for the one in its text."""
        deadline = time.monotonic() + ALL_WITHIN_S
        if (failed := self._select()) is not None:
            return failed
        within_s = min(READS_WITHIN_S, deadline - time.monotonic())
        match self._asked("SDT_ReadBaseMsg", Room(1024), Number(), Room(4096), Number(), within_s=within_s):
            case Returned(Word.DONE, (text, photo), lengths):
                if lengths not in LENGTHS:
                    return NotReadable(READER_NOT_WORKING)
                card = card_in(text[:TEXT_BYTES])
                if isinstance(card, NotReadable):
                    return card
                return self._completed(CardContent(card, photo[: lengths[1]]), deadline=deadline)
            case Returned(word):
                return NotReadable(FAULT_OF_WORD.get(word, CARD_UNREADABLE))
            case gone:
                return _unread(gone)

    def close(self) -> None:
        self._opened = False
        self._library.close()

    def _select(self) -> NotReadable | Disconnected | None:
        """None when the card is selected. Two cards at once are expected to be found, and not selected, twice over."""
        for _ in range(2):
            match self._asked("SDT_SelectIDCard", Room(8), within_s=SELECTS_WITHIN_S):
                case Returned(Word.DONE):
                    return None
                case Returned(Word.NOT_SELECTED | Word.NO_CARD):
                    if not isinstance(self.find_card(), CardPresent):
                        return NotReadable(CARD_LIFTED_TOO_EARLY)
                case Returned(word):
                    return NotReadable(FAULT_OF_WORD.get(word, CARD_UNREADABLE))
                case gone:
                    return _unread(gone)
        return NotReadable(CARDS_TWO)

    def _completed(self, content: CardContent, *, deadline: float) -> CardContent:
        """With what a card and a reader may have besides; without it where that takes too long or is not there."""
        if self._portraits is not None:
            self._portraits.begin(content.photo)
        card = content.card
        if (left_s := deadline - time.monotonic()) > 0:
            newest = self._asked("SDT_ReadNewAppMsg", Room(4096), Number(), within_s=min(left_s, EXTRAS_WITHIN_S))
            if isinstance(newest, Returned) and newest.value == Word.DONE:
                address = parse_newest_address(newest.rooms[0][: newest.numbers[0]])
                card = replace(card, address=address) if address else card
        sam_number = self._known_sam_number(deadline - time.monotonic())
        portrait = None
        if self._portraits is not None:
            portrait = self._portraits.finish(within_s=max(deadline - time.monotonic(), 0))
        return replace(content, card=card, sam_number=sam_number, portrait=portrait)

    def _known_sam_number(self, left_s: float) -> str:
        """The number on the reader's plate, asked once a connection."""
        if self._sam_number is None and left_s > 0:
            told = self._asked("SDT_GetSAMIDToStr", Room(256), within_s=min(left_s, EXTRAS_WITHIN_S))
            if isinstance(told, Returned):
                found = _SAM_NUMBER.match(told.rooms[0]) if told.value == Word.DONE else None
                self._sam_number = found[0].decode("ascii") if found else ""
        return self._sam_number or ""

    def _asked(self, function: str, *arguments: Argument, within_s: float) -> Returned | Gone:
        """One function of the reader at its open port; a port that fails is closed, and opened at the next call."""
        until = time.monotonic() + within_s
        if not self._opened:
            opened = self._library.call("SDT_OpenPort", self._port, within_s=within_s)
            if isinstance(opened, LibraryTrouble):
                return self._lost(opened)
            if opened.value != Word.DONE:
                return Disconnected(READER_UNPLUGGED)
            self._opened = True
        said = self._library.call(function, self._port, *arguments, OPENED_HERE, within_s=until - time.monotonic())
        if isinstance(said, LibraryTrouble):
            return self._lost(said)
        if said.value in OF_THE_PORT:
            self._opened, self._sam_number = False, None
            self._library.call("SDT_ClosePort", self._port, within_s=CLOSES_WITHIN_S)
            return Disconnected(READER_UNPLUGGED)
        return said

    def _lost(self, trouble: LibraryTrouble) -> Gone:
        if trouble is not LibraryTrouble.LACKS:
            self._opened, self._sam_number = False, None
        return Disconnected(READER_SILENT) if trouble is LibraryTrouble.HANGS else NeedsAttention(READER_NOT_WORKING)


def _unread(gone: Gone) -> NotReadable | Disconnected:
    return gone if isinstance(gone, Disconnected) else NotReadable(gone.fault)


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    place, child = sdt_at(chosen.address, tape_of(chosen, "identity_card_reader", "sdt-library", SDT))
    reader = SdtLibraryReader(place, child=child)
    yield Finding("tested against", TESTED_AGAINST)
    status = reader.status()
    yield status_finding(status)
    if isinstance(status, Ready):
        yield Finding("card", "present" if isinstance(reader.find_card(), CardPresent) else "none, or already read")
    reader.close()


if __name__ == "__main__":
    sys.exit(
        probe_main(
            _probe,
            program="drivers.identity_card.sdt_library",
            address_example="sdt:/opt/vendor/libsdtapi.so?port=1001",
        )
    )
