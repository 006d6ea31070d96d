"""A citizen at the glass of a whole terminal: the shortest item, from a card to a signature."""

from typing import Any, Protocol

from terminal.hand import Hand

SIGNATURE = [[(0.2, 0.4), (0.5, 0.35), (0.7, 0.6)], [(0.3, 0.6), (0.6, 0.7)]]


class World(Protocol):
    """What lies on the devices is changed with the words of `kiosk-sim`."""

    def sim(self, *words: str) -> Any: ...


class Citizen:
    """Everything is done by touches and by what is laid on the devices; with `social` a social security card."""

    def __init__(self, world: World, hand: Hand, card: str = "chen-guilan", *, social: bool = False) -> None:
        self.world = world
        self.hand = hand
        self.card = card
        self.social = social

    def identifies(self, item: str = "residents-medical-insurance") -> None:
        self.hand.wait("idle")
        self.hand.tap("startButton")
        self.hand.tap(f"item-{item}")
        self.hand.tap("primaryButton")
        self.hand.wait("identify")
        self.world.sim("smartcard" if self.social else "card", "insert", self.card)

    def insures_themselves(self) -> None:
        """Up to the check page."""
        self.identifies()
        self.hand.tap("choice-self")
        self.world.sim(*(("smartcard", "remove") if self.social else ("card", "lift")))
        self.hand.tap("primaryButton")
        self.hand.wait("question", name="key-1")
        self.hand.tap_keys("13800005678")
        self.hand.tap("primaryButton")
        self.hand.wait("check")

    def signs(self) -> None:
        """From the check page, having looked at all of it."""
        self.hand.wait_touchable("backButton")
        while not self.hand.can_tap("primaryButton"):
            self.hand.tap("nextPage")
        self.hand.tap("primaryButton")
        self.hand.wait("sign")
        self.hand.draw("signaturePad", SIGNATURE)
        self.hand.tap("primaryButton")

    def hands_in(self) -> None:
        self.insures_themselves()
        self.signs()

    def leaves(self) -> None:
        self.hand.tap("primaryButton")
        self.hand.wait("idle", within_s=20)
