"""What the view models of all pages have in common: shown a page, they tell what changed; left, they forget it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtQml import QmlAnonymous

from kiosk.journeys.events import Event
from kiosk.journeys.pages import Page
from kiosk.session import Session
from ui.place import Place
from ui.texts import Texts

QML_IMPORT_NAME = "Hall.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@QmlAnonymous
class PageViewModel(QObject):
    """`_props` is all that a page binds to; as its class defines it, it is what stands there when nobody does.

    WORKAROUND(PySide6 6.11.3): until a property can be notified by a signal of a base class written in Python,
    every class of which something changes defines `changed` itself.
    """

    changed: Signal
    _props: object = None

    def __init__(self, place: Place, say: Texts, post: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place, self._say, self._post = place, say, post

    def show(self, page: Page, session: Session) -> None:
        self._swap(self._derive(page, session))

    def leave(self) -> None:
        self._swap(type(self)._props)

    def _derive(self, page: Page, session: Session) -> object:
        """The props of the page; where it says the same to everybody, there is nothing to derive."""
        return type(self)._props

    def _swap(self, props: object) -> None:
        """Swapped whole, before anyone is told."""
        if props != self._props:
            self._props = props
            self._swap_rows()
            self.changed.emit()

    def _swap_rows(self) -> None:
        """For a page with lists: their rows, from the props that are new."""
