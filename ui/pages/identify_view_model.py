"""What the identify page shows, derived from how the card is being read."""

from dataclasses import asdict, dataclass, field
from typing import assert_never

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.faults import CARD_UNSUPPORTED, CARDS_TWO, SMART_CARD_UNSUPPORTED
from kiosk.journeys.events import WentBack
from kiosk.journeys.identify import AwaitingCard, Expired, Identified, NotRead, Reading
from kiosk.journeys.pages import Identifying
from kiosk.session import Session
from ui.pages.card_panel import CardPanelProps, Offer, away_heading, derive_card_panel, offer_of, suffix_of
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class IdentifyProps:
    """All that the page binds to; swapped whole, before anyone is told. `hint`: the other way there is."""

    heading: str = ""
    lead: str = ""
    hint: str = ""
    panel: CardPanelProps = field(default_factory=CardPanelProps)


def derive_identify(page: Identifying, session: Session, place: Place, say: Texts) -> IdentifyProps:
    offer, state = offer_of(session.devices), page.identify
    panel = derive_card_panel(state, session.devices, say)
    size = ".large" if session.large else ""
    desk = place.hall.desk
    if offer is Offer.NONE and not isinstance(state, Identified):
        hint = say("identify.away.hint", desk=desk)
        return IdentifyProps(away_heading(session.devices, say), say("identify.away.lead"), hint, panel)
    match state:
        case AwaitingCard():
            hint = say(f"identify.put.hint{offer.value}", desk=desk)
            slot = Offer.SOCIAL_SECURITY_CARD.value if offer is Offer.SOCIAL_SECURITY_CARD else ""
            lead = say(f"identify.put.lead{slot}{size}")
            return IdentifyProps(say(f"identify.put{offer.value}{size}"), lead, hint, panel)
        case Reading(device):
            heading = say(f"identify.reading.heading{suffix_of(device)}")
            return IdentifyProps(heading, say(f"identify.reading.lead{suffix_of(device)}"), "", panel)
        case NotRead(device, fault):
            which, hint = suffix_of(device), say("identify.again.hint", desk=desk)
            if fault == CARDS_TWO:
                return IdentifyProps(say("identify.two"), say(f"identify.two.lead{size}"), hint, panel)
            if fault in {CARD_UNSUPPORTED, SMART_CARD_UNSUPPORTED}:
                lead = say(f"identify.other_card.lead{which}")
                return IdentifyProps(say(f"identify.other_card{which}"), lead, hint, panel)
            return IdentifyProps(say(f"identify.again{which}"), say(f"identify.again.lead{which}{size}"), hint, panel)
        case Expired(device, since):
            which = suffix_of(device)
            day = say("identify.date", year=since.year, month=since.month, day=since.day)
            hint = say(f"identify.expired.hint{which}", desk=desk)
            return IdentifyProps(say(f"identify.expired{which}"), say("identify.expired.lead", since=day), hint, panel)
        case Identified(device):
            return IdentifyProps(say(f"identify.done{suffix_of(device)}"), "", "", panel)
    assert_never(state)


@QmlElement
@QmlUncreatable("belongs to the shell")
class IdentifyViewModel(PageViewModel):
    changed = Signal()
    _props = IdentifyProps()

    def _derive(self, page: Identifying, session: Session) -> IdentifyProps:
        return derive_identify(page, session, self._place, self._say)

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
    def hint(self) -> str:
        return self._props.hint

    @Property("QVariantMap", notify=changed)
    def panel(self) -> dict[str, object]:
        return asdict(self._props.panel)
