"""What every reader behind PC/SC has in common: a card is told until it was read; troubles are faults."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from drivers.smart_card.pcsc import Empty, Exchange, Inserted, PcscWire, Trouble
from drivers.traces.children import Child
from kiosk.faults import Fault
from kiosk.ports import CardPresent, Disconnected, NoCard, NotReadable, Ready

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class FaultsOfCards:
    """What troubles are called at a port."""

    removed: Fault
    unreadable: Fault
    busy: Fault
    reader_away: Fault
    service_away: Fault


class CardInReader:
    """A reader by its PC/SC name, or how that begins. Nothing is opened before the first call."""

    def __init__(self, reader: str, faults: FaultsOfCards, *, child: Child | None = None) -> None:
        self._wire = PcscWire(reader, child=child)
        self._faults = faults
        self._seen: Inserted | None = None
        self._spent = False  # the card that was seen has given what it has

    def close(self) -> None:
        self._wire.close()

    def status(self) -> Ready | Disconnected:
        match self._wire.look():
            case Trouble() as trouble:
                return self._away(trouble)
            case Empty():
                self._seen = None
        return Ready()

    def find_card(self) -> CardPresent | NoCard | Disconnected:
        """A card is told until it was read, then again only when the reader was seen empty or another card came."""
        match self._wire.look():
            case Empty():
                self._seen = None
                return NoCard()
            case Inserted() as seen:
                self._spent = self._spent and self._is_still(seen)
                self._seen = seen
                return NoCard() if self._spent else CardPresent()
            case trouble:
                return self._away(trouble)

    def read(
        self, conversation: Callable[[Exchange], Read | NotReadable | Trouble], *, within_s: float
    ) -> Read | NotReadable | Disconnected:
        """One conversation with the card that lies there. It is told again unless it has given what it has."""
        outcome = self._wire.connect(within_s=within_s)
        if outcome is None:
            read = conversation(self._wire.exchange)
            self._wire.disconnect()
            if not isinstance(read, Trouble):
                self._spent = True
                return read
            outcome = read
        self._spent = outcome in (Trouble.NOT_UNDERSTOOD, Trouble.SILENT)
        match outcome:
            case Trouble.NO_CARD | Trouble.REMOVED:
                return NotReadable(self._faults.removed)
            case Trouble.NOT_UNDERSTOOD | Trouble.SILENT:
                return NotReadable(self._faults.unreadable)
            case Trouble.BUSY:
                return NotReadable(self._faults.busy)
            case Trouble.READER_AWAY | Trouble.SERVICE_AWAY:
                return self._away(outcome)

    def _is_still(self, seen: Inserted) -> bool:
        """Whether it is the card that was seen before. With another context counting began anew."""
        before = self._seen
        if before is None or seen.atr != before.atr:
            return False
        return seen.count == before.count or seen.context != before.context

    def _away(self, trouble: Trouble) -> Disconnected:
        return Disconnected(self._faults.reader_away if trouble is Trouble.READER_AWAY else self._faults.service_away)
