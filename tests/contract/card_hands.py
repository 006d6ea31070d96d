"""Hands that lay cards: `provisioning.conformance.rules.identity_card_reader.CardHands` over whatever takes a chip."""

from dataclasses import dataclass
from typing import Protocol

from provisioning.conformance.cards import IDENTITY_CARDS


class TakesChips(Protocol):
    def lay(self, chip: bytes) -> None: ...
    def lift(self) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...


@dataclass
class LaidCards:
    device: TakesChips

    def tidy(self) -> None:
        self.device.plug()
        self.device.lift()

    def lay(self, chip: bytes | None = None) -> None:
        self.device.lay(IDENTITY_CARDS[0].chip if chip is None else chip)

    def lift(self) -> None:
        self.device.lift()

    def unplug(self) -> None:
        self.device.unplug()

    def plug(self) -> None:
        self.device.plug()
