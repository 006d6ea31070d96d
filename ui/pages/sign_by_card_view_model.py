"""Vouching with a card: the applicant lays the same one again, or somebody of the hall lays theirs."""

from dataclasses import asdict, dataclass, field
from typing import assert_never

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import WentBack
from kiosk.journeys.identify import AwaitingCard, Expired, Identified, NotRead, Reading
from kiosk.journeys.pages import SigningByCard
from kiosk.session import Session
from ui.pages.card_panel import CardPanelProps, Offer, away_heading, derive_card_panel, offer_of, suffix_of
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class SignByCardProps:
    heading: str = ""
    lead: str = ""
    panel: CardPanelProps = field(default_factory=CardPanelProps)


def derive_sign_by_card(page: SigningByCard, session: Session, place: Place, say: Texts) -> SignByCardProps:
    who = "witness" if page.witness else "card_again"
    offer, state = offer_of(session.devices), page.identify
    panel = derive_card_panel(state, session.devices, say)
    if offer is Offer.NONE and not isinstance(state, Identified):
        return SignByCardProps(away_heading(session.devices, say), say("vouch.away.lead"), panel)
    match state:
        case AwaitingCard():
            return SignByCardProps(say(f"{who}.heading{offer.value}"), say(f"{who}.lead"), panel)
        case Reading(device) | Identified(device):
            return SignByCardProps(say(f"{who}.heading{suffix_of(device)}"), say(f"{who}.lead"), panel)
        case NotRead(device):
            return SignByCardProps(say(f"{who}.lift{suffix_of(device)}"), say(f"{who}.lead"), panel)
        case Expired(device, since):
            day = say("identify.date", year=since.year, month=since.month, day=since.day)
            heading = say(f"identify.expired{suffix_of(device)}")
            return SignByCardProps(heading, say("vouch.expired.lead", since=day), panel)
    assert_never(state)


@QmlElement
@QmlUncreatable("The shell creates it")
class SignByCardViewModel(PageViewModel):
    changed = Signal()
    _props = SignByCardProps()

    def _derive(self, page: SigningByCard, session: Session) -> SignByCardProps:
        return derive_sign_by_card(page, session, self._place, self._say)

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property("QVariantMap", notify=changed)
    def panel(self) -> dict[str, object]:
        return asdict(self._props.panel)
