"""How the card readers are shown: what can be offered to them, the drawing, and the live state, on every page that asks
for a card."""

from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from kiosk.availability import Devices, fault_of
from kiosk.journeys.events import Device
from kiosk.journeys.identify import AwaitingCard, Expired, Identified, Identify, NotRead, Reading
from kiosk.ports import Starting
from ui.texts import Texts


class Offer(Enum):
    """Which cards can be read now; the value is the ending of the texts that go with it."""

    IDENTITY_CARD = ""
    EITHER = ".either"
    SOCIAL_SECURITY_CARD = ".slot"
    NONE = ".none"


@dataclass(frozen=True, slots=True)
class CardPanelProps:
    """`stage`: waiting (the drawing shows where the card goes), reading or inserted (it is there) or away (nowhere).

    `flat` and `slot`: the identity card can be laid, the social security card inserted.
    """

    stage: str = "away"
    tone: str = "preparing"
    state: str = ""
    flat: bool = False
    slot: bool = False
    flat_word: str = ""
    slot_word: str = ""


def offer_of(devices: Devices) -> Offer:
    flat, slot = devices.works(Device.READER), devices.works(Device.SMART_CARD)
    if flat and slot:
        return Offer.EITHER
    return Offer.IDENTITY_CARD if flat else Offer.SOCIAL_SECURITY_CARD if slot else Offer.NONE


def suffix_of(device: Device) -> str:
    """The ending of the texts about a card in that reader."""
    return Offer.SOCIAL_SECURITY_CARD.value if device is Device.SMART_CARD else ""


def kind_of_cards(devices: Devices) -> str:
    """The ending of the texts about the cards that this terminal reads, of one kind or of two."""
    return Offer.EITHER.value if devices.smart_card_reader else ""


def away_heading(devices: Devices, say: Texts) -> str:
    """While nothing can be read."""
    return say(f"identify.away{kind_of_cards(devices)}")


def derive_card_panel(state: Identify, devices: Devices, say: Texts) -> CardPanelProps:
    offer = offer_of(devices)
    stage, tone, words = _live(state, devices, offer, say)
    flat = offer in {Offer.IDENTITY_CARD, Offer.EITHER}
    slot = offer in {Offer.SOCIAL_SECURITY_CARD, Offer.EITHER}
    fitted = devices.smart_card_reader is not None
    return CardPanelProps(
        stage=stage,
        tone=tone,
        state=words,
        flat=flat,
        slot=slot,
        flat_word=say("identify.mark.flat" if slot else "identify.mark") if flat or not fitted else "",
        slot_word=say("identify.mark.slot") if slot else "",
    )


def _live(state: Identify, devices: Devices, offer: Offer, say: Texts) -> tuple[str, str, str]:
    """Stage, tone and words."""
    if (away := devices.nobody_identified) and not isinstance(state, Identified):
        return "away", "fault", say(f"fault.{away.code}")
    match state:
        case AwaitingCard():
            return "waiting", *_waiting(devices, offer, say)
        case Reading(device):
            return _there(device), "working", say(f"identify.reading.state{suffix_of(device)}")
        case NotRead(_, fault):
            return "waiting", "attention", say(f"fault.{fault.code}")
        case Expired(device):
            return "waiting", "attention", say(f"identify.expired.state{suffix_of(device)}")
        case Identified(device):
            return _there(device), "good", say(f"identify.done{suffix_of(device)}")
    assert_never(state)


def _waiting(devices: Devices, offer: Offer, say: Texts) -> tuple[str, str]:
    readers = (devices.identity_card_reader, devices.smart_card_reader)
    if fault := fault_of(devices.identity_card_reader) or fault_of(devices.smart_card_reader):
        what = say(f"fault.{fault.code}").partition("，")[0]
        return "attention", say(f"identify.left{offer.value}", fault=what)
    if all(isinstance(status, Starting) for status in readers if status is not None):
        return "preparing", say("identify.preparing")
    return "waiting", say(f"identify.waiting{offer.value}")


def _there(device: Device) -> str:
    return "inserted" if device is Device.SMART_CARD else "reading"
