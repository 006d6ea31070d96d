"""Smart card reader behind the PC/SC service: social security cards, and the numbers of contactless ones.

`python -m drivers.smart_card.smart_card_reader --probe --address "pcsc:ACS ACR38"` asks one on its own.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import closing

from drivers.probing import Finding, probe_main, status_finding, tape_of
from drivers.smart_card.card_in_reader import CardInReader, FaultsOfCards
from drivers.smart_card.pcsc import Inserted, PcscWire, Trouble, pcsc_child
from drivers.smart_card.pcsc_traces import PCSC
from drivers.smart_card.social_security_card import read_card_number, read_social_security_card
from drivers.traces.children import Child
from kiosk.faults import (
    SMART_CARD_READER_BUSY,
    SMART_CARD_READER_UNPLUGGED,
    SMART_CARD_REMOVED,
    SMART_CARD_SERVICE_AWAY,
    SMART_CARD_UNREADABLE,
)
from kiosk.ports import CardContent, CardNumber, CardPresent, Disconnected, NoCard, NotReadable, Ready

TESTED_AGAINST = (
    "pcscd with virtual readers and QEMU's CCID reader, simulated cards and vicc only; never run against a real device"
)
READ_WITHIN_S = 2.4
CARD_NUMBER_WITHIN_S = 1.0
FAULTS = FaultsOfCards(
    removed=SMART_CARD_REMOVED,
    unreadable=SMART_CARD_UNREADABLE,
    busy=SMART_CARD_READER_BUSY,
    reader_away=SMART_CARD_READER_UNPLUGGED,
    service_away=SMART_CARD_SERVICE_AWAY,
)


class SmartCardReader:
    """Satisfies `kiosk.ports.SmartCardReader`. `name`: the reader's name in PC/SC, or how it begins."""

    def __init__(self, name: str, *, child: Child | None = None) -> None:
        self._cards = CardInReader(name, FAULTS, child=child)
        logging.getLogger(__name__).info("smart card reader: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | Disconnected:
        return self._cards.status()

    def find_card(self) -> CardPresent | NoCard | Disconnected:
        return self._cards.find_card()

    def read_card(self) -> CardContent | NotReadable | Disconnected:
        return self._cards.read(read_social_security_card, within_s=READ_WITHIN_S)

    def card_number(self) -> CardNumber | NotReadable | Disconnected:
        return self._cards.read(read_card_number, within_s=CARD_NUMBER_WITHIN_S)

    def close(self) -> None:
        self._cards.close()


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    child = pcsc_child(chosen.address, tape_of(chosen, "smart_card_reader", "pcsc", PCSC))
    yield Finding("tested against", TESTED_AGAINST)
    with closing(SmartCardReader(chosen.address, child=child)) as reader:
        wire = PcscWire(chosen.address, child=child)
        readers, lying = wire.readers(), wire.look()
        yield Finding("readers", "none" if isinstance(readers, Trouble) else ", ".join(readers))
        yield status_finding(reader.status())
        if isinstance(lying, Inserted):
            yield Finding("answer to reset", lying.atr.hex())
            yield Finding("card number", "told" if isinstance(reader.card_number(), CardNumber) else "not told")


if __name__ == "__main__":
    sys.exit(probe_main(_probe, program="drivers.smart_card.smart_card_reader", address_example='"pcsc:ACS ACR38"'))
