"""Hands at a virtual reader under a real pcscd: scripted storage cards, and the simulator's smart cards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from hardware_sim.chip import Chip, test_photo
from hardware_sim.devices.smart_card_slot import SmartCardSlot
from hardware_sim.devices.virtual_cards import Card, ContactlessCard, SocialSecurityCard, StorageCard, UnknownCard
from provisioning.conformance.cards import SOCIAL_SECURITY_CARDS
from tests.wires.virtual_card import Slot, storage_answers


class StorageCardHands:
    """`tests.contract.card_hands.TakesChips`."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self.lift, self.unplug, self.plug = slot.remove, slot.unplug, slot.plug

    def lay(self, chip: bytes) -> None:
        self._slot.insert(storage_answers(chip))


class SimulatedSlotHands:
    def __init__(self, slot: Slot, simulated: SmartCardSlot) -> None:
        self._slot = slot
        self._simulated = simulated
        self.stop_service, self.start_service = slot.stop_service, slot.start_service
        self.unplug, self.plug = slot.unplug, slot.plug

    @classmethod
    @contextmanager
    def at(cls, slot: Slot) -> Iterator["SimulatedSlotHands"]:
        simulated = SmartCardSlot(slot.port)
        simulated.start()
        try:
            yield cls(slot, simulated)
        finally:
            simulated.stop()

    def tidy(self) -> None:
        self.start_service()
        self.plug()
        self._simulated.clear_fault(None)
        self.remove()

    def insert(self, records: Mapping[str, Mapping[str, str]] | None = None, *, pull_after: int | None = None) -> None:
        files = {
            int(file, 16): {int(tag, 16): bytes.fromhex(record)[2:] for tag, record in held.items()}
            for file, held in (records or SOCIAL_SECURITY_CARDS[0].records).items()
        }
        self._insert(SocialSecurityCard(files))
        if pull_after is not None:
            self._simulated.set_fault("smartcard.pulled", after_apdus=pull_after)

    def insert_mute(self) -> None:
        self.insert_stranger()
        self._simulated.set_fault("smartcard.mute")

    def insert_stranger(self) -> None:
        self._insert(UnknownCard())

    def insert_contactless(self, number: bytes) -> None:
        self._insert(ContactlessCard(number))

    def lay(self, chip: bytes) -> None:
        """A resident card as storage: `tests.contract.card_hands.TakesChips`."""
        self._insert(StorageCard(Chip(text=chip, photo=test_photo())))

    def lift(self) -> None:
        self.remove()

    def remove(self) -> None:
        self._simulated.remove()
        self._slot.until_empty()

    def _insert(self, card: Card) -> None:
        self.remove()
        self._simulated.insert(card)
        self._slot.until_a_card_is_there()
