"""A smart card reader on USB as the standard describes them (CCID): QEMU's own, with Debian's driver under pcscd."""

import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cables import FAR_END_OF_CARDS, CardsInQemu, far_end, is_known, set_plug
from processes import until
from proving import Part, modprobe, probed, seconds

from drivers.smart_card.pcsc import Empty, PcscWire
from drivers.smart_card.smart_card_reader import SmartCardReader
from hardware_sim.devices.virtual_cards import ContactlessCard, UnknownCard, social_security_card
from hardware_sim.people import cast
from kiosk.faults import SMART_CARD_READER_UNPLUGGED, SMART_CARD_SERVICE_AWAY, SMART_CARD_UNSUPPORTED
from kiosk.identity import CardKind
from kiosk.ports import CardContent, CardNumber, CardPresent, Disconnected, NoCard, NotReadable, Ready

NAME = "Gemalto"  # how pcscd's list of known readers begins for QEMU's ids
VENDOR = "08e6"
WITHIN_S = 60


def prove(part: Part) -> None:
    modprobe("xhci-pci")
    wait(lambda: is_known(VENDOR), "the kernel knows the reader")
    Path("/run/pcscd").mkdir(exist_ok=True)
    with closing(CardsInQemu(far_end(FAR_END_OF_CARDS))) as cards, closing(SmartCardReader(NAME)) as reader:
        set_plug(VENDOR, plugged=False)
        part.same("without the service", reader.status(), Disconnected(SMART_CARD_SERVICE_AWAY))
        service = start_service()
        try:
            prove_reader(part, cards, reader)
            service.terminate()
            service.wait(timeout=30)
            wait(lambda: reader.status() == Disconnected(SMART_CARD_SERVICE_AWAY), "it is noticed")
            service = start_service()
            wait(lambda: reader.status() == Ready(), "the service is found again")
            part.proof("it comes back by itself when the service does", True)
            prove_card(part, cards, reader, "wu-jianguo")
            code, found = probed("drivers.smart_card.smart_card_reader", "--address", f"pcsc:{NAME}")
            part.proof("--probe is good, and names it", code == 0 and found["readers"].startswith(NAME), found)
        finally:
            service.terminate()
            service.wait(timeout=30)


def start_service() -> subprocess.Popen[bytes]:
    """It asks the reader for its state: QEMU's does not always tell by itself that a card came or went."""
    service = subprocess.Popen(["/usr/sbin/pcscd", "--foreground", "--force-reader-polling"])
    until(Path("/run/pcscd/pcscd.comm").exists, "pcscd runs", within_s=WITHIN_S)
    return service


def prove_reader(part: Part, cards: CardsInQemu, reader: SmartCardReader) -> None:
    gone = Disconnected(SMART_CARD_READER_UNPLUGGED)
    wait(lambda: reader.status() == gone, "the service is heard")
    part.proof("a reader that is not there is unplugged", True)
    set_plug(VENDOR, plugged=True)
    wait(lambda: reader.status() == Ready(), "the reader is found")
    part.proof("a reader that is plugged in is ready by itself", True)
    part.same("and empty", reader.find_card(), NoCard())
    for person in ("chen-guilan", "huang-yan"):
        prove_card(part, cards, reader, person)
    cards.insert(UnknownCard())
    wait(lambda: reader.find_card() == CardPresent(), "the card is found")
    part.same("another card is unsupported", reader.read_card(), NotReadable(SMART_CARD_UNSUPPORTED))
    take_out(cards, reader)
    card = ContactlessCard()
    cards.insert(card)
    wait(lambda: reader.find_card() == CardPresent(), "the card is found")
    part.same("the number of a contactless card", reader.card_number(), CardNumber(card.uid))
    take_out(cards, reader)
    set_plug(VENDOR, plugged=False)
    wait(lambda: reader.status() == gone, "the reader is missed")
    part.same("pulled out", (reader.find_card(), reader.read_card()), (gone, gone))
    set_plug(VENDOR, plugged=True)
    wait(lambda: reader.status() == Ready(), "the reader is found")
    prove_card(part, cards, reader, "lin-zhiqiang")


def prove_card(part: Part, cards: CardsInQemu, reader: SmartCardReader, person: str) -> None:
    who = cast()[person]
    cards.insert(social_security_card(who))
    wait(lambda: reader.find_card() == CardPresent(), "the card is found")
    took_s, read = seconds(reader.read_card)
    card = read.card if isinstance(read, CardContent) else None
    said = card and (card.kind, card.name, card.number)
    part.same(f"a social security card is read ({person})", said, (CardKind.SOCIAL_SECURITY, who.name, who.number))
    part.figure("a social security card read over CCID, s", took_s)
    take_out(cards, reader)


def wait(met: Callable[[], object], what: str) -> None:
    until(met, what, within_s=WITHIN_S, look_every_s=0.2)


def take_out(cards: CardsInQemu, reader: SmartCardReader) -> None:
    """Until the service has noticed: a card that was read is not found again, lying there or not."""
    cards.remove()
    with closing(PcscWire(NAME)) as wire:
        wait(lambda: isinstance(wire.look(), Empty), "the card is missed")
    reader.find_card()
