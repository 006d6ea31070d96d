"""What the signature page shows, and the strokes it hands on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.composing import Handwritten
from kiosk.journeys.events import Signed, Way, WayChosen, WentBack
from kiosk.journeys.pages import SigningByHand
from kiosk.session import Session
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

TENTHS_PER_MM = 10

Point = Mapping[str, float]
"""`x` and `y` in mm from the pad's top left, `t` in ms."""


@dataclass(frozen=True, slots=True)
class SignProps:
    heading: str = ""
    lead: str = ""
    signer: str = ""


def derive_sign(page: SigningByHand, session: Session, place: Place, say: Texts) -> SignProps:
    return SignProps(
        heading=say("sign.heading"),
        lead=say("sign.lead"),
        signer=say("sign.signer", name=page.case.applicant.card.name),
    )


def handwritten(strokes: Sequence[Sequence[Point]]) -> Handwritten:
    """Strokes in tenths of a millimetre, and their times in ms from the first point."""
    began = next((stroke[0]["t"] for stroke in strokes if stroke), 0.0)
    return Handwritten(
        tuple(
            tuple((round(p["x"] * TENTHS_PER_MM), round(p["y"] * TENTHS_PER_MM), round(p["t"] - began)) for p in stroke)
            for stroke in strokes
            if stroke
        )
    )


@QmlElement
@QmlUncreatable("The shell creates it")
class SignViewModel(PageViewModel):
    changed = Signal()
    _props = SignProps()

    def _derive(self, page: SigningByHand, session: Session) -> SignProps:
        return derive_sign(page, session, self._place, self._say)

    @Slot("QVariantList")
    def sign(self, strokes: list[list[Point]]) -> None:
        self._post(Signed(handwritten(strokes)))

    @Slot()
    def otherWay(self) -> None:
        self._post(WayChosen(Way.CARD))

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
    def signer(self) -> str:
        return self._props.signer

    @Property(str, constant=True)
    def submitLabel(self) -> str:
        return self._say("sign.submit")

    @Property(str, constant=True)
    def emptyReason(self) -> str:
        return self._say("sign.empty")

    @Property(str, constant=True)
    def clearLabel(self) -> str:
        return self._say("sign.clear")

    @Property(str, constant=True)
    def otherHeading(self) -> str:
        return self._say("sign.other.heading")

    @Property(str, constant=True)
    def otherLead(self) -> str:
        return self._say("sign.other.lead")

    @Property(str, constant=True)
    def otherLabel(self) -> str:
        return self._say("sign.other")
