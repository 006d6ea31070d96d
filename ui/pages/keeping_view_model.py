"""What is said while a submission is written down and until the platform has answered: no word of success yet."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Event
from kiosk.journeys.pages import AwaitingReceipt, Sealing
from kiosk.session import Session
from ui.pages.page_view_model import PageViewModel
from ui.place import Place
from ui.rows import Rows
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class KeepingStep:
    """`tone` as in a state line."""

    text: str
    tone: str
    after: str


@dataclass(frozen=True, slots=True)
class KeepingProps:
    """`wait_s`: how long this takes at most; 0 where nobody can tell."""

    heading: str = ""
    lead: str = ""
    state: str = ""
    late: str = ""
    wait_s: float = 0.0
    steps: tuple[KeepingStep, ...] = ()


def derive_keeping(page: Sealing | AwaitingReceipt, session: Session, place: Place, say: Texts) -> KeepingProps:
    doing, done, waiting = say("keeping.doing"), say("keeping.done"), say("keeping.waiting")
    if isinstance(page, Sealing):
        return KeepingProps(
            heading=say("keeping.heading.sealing"),
            lead=say("keeping.lead.sealing"),
            state=say("keeping.state.sealing"),
            late=say("keeping.late.sealing"),
            steps=(
                KeepingStep(say("keeping.step.keep"), "working", doing),
                KeepingStep(say("keeping.step.send.offline"), "preparing", "")
                if session.delivery.offline
                else KeepingStep(say("keeping.step.send"), "preparing", waiting),
            ),
        )
    wait_s = place.times.acknowledge_wait_s
    return KeepingProps(
        heading=say("keeping.heading.awaiting"),
        lead=say("keeping.lead.awaiting"),
        state=say("keeping.state.awaiting", seconds=f"{wait_s:g}"),
        late=say("keeping.late.awaiting"),
        wait_s=wait_s,
        steps=(
            KeepingStep(say("keeping.step.keep"), "good", done),
            KeepingStep(say("keeping.step.send"), "working", doing),
        ),
    )


@QmlElement
@QmlUncreatable("The shell creates it")
class KeepingViewModel(PageViewModel):
    changed = Signal()
    _props = KeepingProps()

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(place, say, post, parent)
        self._steps = Rows(KeepingStep, self)

    def _derive(self, page: Sealing | AwaitingReceipt, session: Session) -> KeepingProps:
        return derive_keeping(page, session, self._place, self._say)

    def _swap_rows(self) -> None:
        self._steps.swap(self._props.steps)

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(str, notify=changed)
    def stateText(self) -> str:
        return self._props.state

    @Property(str, notify=changed)
    def lateText(self) -> str:
        return self._props.late

    @Property(float, notify=changed)
    def waitS(self) -> float:
        return self._props.wait_s

    @Property(QObject, constant=True)
    def steps(self) -> QObject:
        return self._steps
