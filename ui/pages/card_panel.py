"""How a card on the reader is shown: drawing, tone and words of the live state, on every page that asks for a card."""

from dataclasses import dataclass
from typing import assert_never

from kiosk.journeys.identify import AwaitingCard, Expired, Identified, Identify, NotRead, ReaderAway, Reading
from ui.texts import Texts


@dataclass(frozen=True, slots=True)
class CardPanelProps:
    """`stage`: waiting (the drawing shows how to lay the card), reading (it lies there) or away (nothing to lay)."""

    stage: str = "away"
    tone: str = "preparing"
    state_text: str = ""
    mark: str = ""


def derive_card_panel(state: Identify, say: Texts, *, starting: bool = False) -> CardPanelProps:
    """`starting`: the reader has not answered yet since the program began."""
    mark = say("identify.mark")
    match state:
        case AwaitingCard() if starting:
            return CardPanelProps("waiting", "preparing", say("identify.preparing"), mark)
        case AwaitingCard():
            return CardPanelProps("waiting", "waiting", say("identify.waiting"), mark)
        case Reading():
            return CardPanelProps("reading", "working", say("identify.reading"), mark)
        case NotRead(fault):
            return CardPanelProps("waiting", "attention", say(f"fault.{fault.code}"), mark)
        case Expired():
            return CardPanelProps("waiting", "attention", say("identify.expired.state"), mark)
        case ReaderAway(fault):
            return CardPanelProps("away", "fault", say(f"fault.{fault.code}"), mark)
        case Identified():
            return CardPanelProps("reading", "good", say("identify.done"), mark)
    assert_never(state)
