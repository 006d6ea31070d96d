"""Vouching with a card: the applicant lays the same one again, or somebody of the hall lays theirs."""

from dataclasses import dataclass, field
from typing import assert_never

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import WentBack
from kiosk.journeys.identify import AwaitingCard, Expired, Identified, NotRead, ReaderAway, Reading
from kiosk.journeys.pages import SigningByCard
from kiosk.ports import Starting
from kiosk.session import Session
from ui.pages.card_panel import CardPanelProps, derive_card_panel
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
    starting = isinstance(session.devices.identity_card_reader, Starting)
    panel = derive_card_panel(page.identify, say, starting=starting)
    match page.identify:
        case AwaitingCard() | Reading() | Identified():
            return SignByCardProps(say(f"{who}.heading"), say(f"{who}.lead"), panel)
        case NotRead():
            return SignByCardProps(say(f"{who}.lift"), say(f"{who}.lead"), panel)
        case Expired(since):
            day = say("identify.date", year=since.year, month=since.month, day=since.day)
            return SignByCardProps(say("identify.expired"), say("vouch.expired.lead", since=day), panel)
        case ReaderAway():
            return SignByCardProps(say("identify.away"), say("vouch.away.lead"), panel)
    assert_never(page.identify)


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

    @Property(str, notify=changed)
    def stage(self) -> str:
        return self._props.panel.stage

    @Property(str, notify=changed)
    def tone(self) -> str:
        return self._props.panel.tone

    @Property(str, notify=changed)
    def stateText(self) -> str:
        return self._props.panel.state_text

    @Property(str, notify=changed)
    def mark(self) -> str:
        return self._props.panel.mark
