"""What the page of the pages taken shows: one of them, large enough to read, and what can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, QSize, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.journeys.events import Event, PageDeleted, PageMoved, PageTurned, RetakeAsked, Undone, WentBack, WentOn
from kiosk.journeys.pages import PagesTaken, Whence
from kiosk.session import Session
from ui.camera_provider import CameraProvider, PagePictures
from ui.pages.page_view_model import PageViewModel
from ui.pages.taken_pages import page_name
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

READABLE = QSize(1600, 1600)


@dataclass(frozen=True, slots=True)
class PagesTakenProps:
    """Each reason is empty while its button works; `undo` is empty while there is nothing to undo."""

    at: int = 0
    several: bool = False
    heading: str = ""
    lead: str = ""
    empty: str = ""
    picture: str = ""
    picture_label: str = ""
    again: str = ""
    earlier_reason: str = ""
    later_reason: str = ""
    delete_reason: str = ""
    undo: str = ""
    undone: str = ""
    count: str = ""
    count_short: str = ""
    first: str = ""
    last: str = ""


def derive_pages_taken(page: PagesTaken, session: Session, place: Place, say: Texts, picture: str) -> PagesTakenProps:
    """`picture`: where that of the page that is seen is to be found; empty where there is none."""
    there = page.pages[page.at] is not None
    name = page_name(page.material, page.at, say)
    counted = {"number": page.at + 1, "count": len(page.pages)}
    first = "" if page.at else say("taken.first")
    last = "" if page.at + 1 < len(page.pages) else say("taken.last")
    nothing = "" if there else say("taken.nothing")
    scanned = ".scan" if page.whence is Whence.SCANNER else ""
    change = page.changes[-1].what if page.changes else None
    return PagesTakenProps(
        at=page.at,
        several=len(page.pages) > 1,
        heading=say("taken.heading", material=page.material.name),
        lead=say(f"taken.lead{scanned}" if there else "taken.lead.empty", page=name),
        empty="" if there else say("taken.empty"),
        picture=picture if there else "",
        picture_label=say("taken.picture", page=name),
        again=say(f"taken.again{scanned}" if there else f"taken.first_time{scanned}"),
        earlier_reason=nothing or (say("taken.foremost") if first else ""),
        later_reason=nothing or (say("taken.hindmost") if last else ""),
        delete_reason=nothing,
        undo=say(f"taken.undo.{change.value}") if change else "",
        undone=say(f"taken.{change.value}") if change else "",
        count=say("taken.count", **counted),
        count_short=say("taken.count.short", **counted),
        first=first,
        last=last,
    )


@QmlElement
@QmlUncreatable("The shell creates it")
class PagesTakenViewModel(PageViewModel):
    changed = Signal()
    _props = PagesTakenProps()

    def __init__(
        self,
        place: Place,
        say: Texts,
        post: Callable[[Event], None],
        *,
        camera: CameraProvider,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(place, say, post, parent)
        self._pictures = PagePictures(camera, "taken", READABLE)

    def leave(self) -> None:
        self._pictures.forget()
        super().leave()

    def _derive(self, page: PagesTaken, session: Session) -> PagesTakenProps:
        picture = self._pictures.of(page.pages, (page.at,)).get(page.at, "")
        return derive_pages_taken(page, session, self._place, self._say, picture)

    # What a finger does

    @Slot()
    def again(self) -> None:
        self._post(RetakeAsked(self._props.at))

    @Slot()
    def moveEarlier(self) -> None:
        self._post(PageMoved(self._props.at, self._props.at - 1))

    @Slot()
    def moveLater(self) -> None:
        self._post(PageMoved(self._props.at, self._props.at + 1))

    @Slot()
    def remove(self) -> None:
        self._post(PageDeleted(self._props.at))

    @Slot()
    def undo(self) -> None:
        self._post(Undone())

    @Slot()
    def previousPage(self) -> None:
        self._post(PageTurned(self._props.at - 1))

    @Slot()
    def nextPage(self) -> None:
        self._post(PageTurned(self._props.at + 1))

    @Slot()
    def goOn(self) -> None:
        self._post(WentOn())

    @Slot()
    def goBack(self) -> None:
        self._post(WentBack())

    # What the page binds to

    @Property(str, notify=changed)
    def heading(self) -> str:
        return self._props.heading

    @Property(str, notify=changed)
    def lead(self) -> str:
        return self._props.lead

    @Property(bool, notify=changed)
    def several(self) -> bool:
        return self._props.several

    @Property(str, notify=changed)
    def empty(self) -> str:
        return self._props.empty

    @Property(str, notify=changed)
    def picture(self) -> str:
        return self._props.picture

    @Property(str, notify=changed)
    def pictureLabel(self) -> str:
        return self._props.picture_label

    @Property(str, notify=changed)
    def againLabel(self) -> str:
        return self._props.again

    @Property(str, notify=changed)
    def earlierReason(self) -> str:
        return self._props.earlier_reason

    @Property(str, notify=changed)
    def laterReason(self) -> str:
        return self._props.later_reason

    @Property(str, notify=changed)
    def deleteReason(self) -> str:
        return self._props.delete_reason

    @Property(str, notify=changed)
    def undoLabel(self) -> str:
        return self._props.undo

    @Property(str, notify=changed)
    def undoneText(self) -> str:
        return self._props.undone

    @Property(str, notify=changed)
    def countText(self) -> str:
        return self._props.count

    @Property(str, notify=changed)
    def countShort(self) -> str:
        return self._props.count_short

    @Property(str, notify=changed)
    def firstReason(self) -> str:
        return self._props.first

    @Property(str, notify=changed)
    def lastReason(self) -> str:
        return self._props.last

    @Property(str, constant=True)
    def earlierLabel(self) -> str:
        return self._say("taken.earlier")

    @Property(str, constant=True)
    def laterLabel(self) -> str:
        return self._say("taken.later")

    @Property(str, constant=True)
    def deleteLabel(self) -> str:
        return self._say("taken.delete")

    @Property(str, constant=True)
    def previousLabel(self) -> str:
        return self._say("taken.previous")

    @Property(str, constant=True)
    def nextLabel(self) -> str:
        return self._say("taken.next")

    @Property(str, constant=True)
    def doneLabel(self) -> str:
        return self._say("taken.done")
